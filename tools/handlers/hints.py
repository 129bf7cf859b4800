"""What a model that wrote a script should know about the error that ended it.

Blender's own messages often say little: which names there are, what an operator's poll wanted, what
was None. Called on the main thread right after the script failed, while its frames live. Making
a hint changes nothing and runs nothing of the script's (see `hint_place`).

    hint_missing     attributes, keys, names that are not there; what is None or removed
    hint_values      values that a property or a parameter does not take; what is read-only
    hint_operators   operators: poll, parameters, names
"""

from __future__ import annotations

import re

from .hint_missing import attribute, collections, index, key, missing_import, name, removed
from .hint_near import near
from .hint_operators import operator
from .hint_place import Place, place_of
from .hint_values import arrays, enum, node_type, read_only, values

_LONGEST = 1200
_SHORT_ENOUGH = 600
_LONGEST_MESSAGE = 4000
_LONGEST_OF_BLENDER = 50_000
"""Characters; Blender's own with all nodes of an enum are shorter, a script's may have no end."""
_SHOWN = 12
_KINDS = {
    AttributeError: (operator, read_only, attribute),
    IndexError: (index,),
    KeyError: (key,),
    TypeError: (enum, operator, values),
    ValueError: (operator, values),
    RuntimeError: (operator, collections, node_type, arrays),
    ReferenceError: (removed,),
    NameError: (name,),
    ImportError: (missing_import,),
    ModuleNotFoundError: (missing_import,),
}
"""By the exact type: an exception of the script's own speaks for itself, and may run code."""
_NOT_NOW = "Writing to ID classes in this context is not allowed"
_LIST = re.compile(r'(enum "(.*?)" not found in )\((.*)\)', re.DOTALL)
_ITEM = re.compile(r"'((?:[^'\\]|\\.)*)'")


def hint(error: BaseException, source: str) -> str:
    """Return one or two sentences on why a script failed and what to do; "" if nothing is known.

    Args:
        error: What it raised, with its traceback.
        source: The script, compiled under `tools.interrupt.SCRIPT`.
    """
    try:
        found = _hint(error, source)
    except Exception:  # an error is on its way to the model already; a hint must not hide it
        return ""
    return found if len(found) <= _LONGEST else f"{found[: _LONGEST - 1]}…"


def _hint(error: BaseException, source: str) -> str:
    makers = _KINDS.get(type(error), ())
    # Not `str(error)`, which asks what the script put in.
    message = error.args[0] if error.args and type(error.args[0]) is str else ""
    if not makers or not message or len(message) > _LONGEST_OF_BLENDER:
        return ""
    if _NOT_NOW in message:
        return (
            "Blender takes no changes while it draws, renders or evaluates a driver or poll. Change "
            "the scene from the script's own lines, not from a function that Blender calls."
        )
    place: Place | None = place_of(error, source)
    if place is None:
        return ""
    said = (maker(place, message) for maker in makers)
    return next((each.strip() for each in said if each), "")


def shortened(message: str) -> str:
    """Return an error's message with a long list of enum values cut: the nearest first, and how many.

    A message of up to 600 characters stays as it is; one of the script's own may have 4,000.
    """
    if len(message) <= _SHORT_ENOUGH:
        return message
    found = _LIST.search(message)
    if found is not None:
        items = _ITEM.findall(found[3])
        first = near(found[2], items)
        shown = [*first, *(each for each in items if each not in first)][:_SHOWN]
        more = f", … {len(items) - len(shown)} more" if len(items) > len(shown) else ""
        cut = f"{found[1][:300]}({', '.join(map(repr, shown))}{more})"
        message = message[: found.start()] + cut + message[found.end() :]
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
