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

import bpy

from .hint_missing import (
    attribute,
    collections,
    index,
    key,
    missing_import,
    name,
    removed,
    type_named,
)
from .hint_near import near, nearest_first
from .hint_operators import operator
from .hint_place import Place, is_struct, place_of
from .hint_values import arrays, enum, node_type, read_only, values
from .rna_value import enum_refusal

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
_OF_TYPE = re.compile(r"'(\w+)' object has no attribute")
_BLENDERS = (
    "bpy",
    "not found in (",
    "Calling operator",
    "Converting py args",
    "args execution context is supported",
    "get_rna_type(",
    "RNA",
    "'NoneType' object",  # what `get` gives for an old name
)
"""In Blender's own messages, and hardly in a script's."""
_FUNCTION = re.compile(r"(\w+)\.\w+\(\): ")


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


def is_blenders(error: BaseException) -> bool:
    """Return whether Blender raised it, and not a list or dictionary of the script's own."""
    if type(error) in (ImportError, ModuleNotFoundError):
        return True
    message = error.args[0] if error.args else None
    if type(error) not in _KINDS or type(message) is not str:
        return False
    if any(each in message for each in _BLENDERS) or message.startswith("Error: "):
        return True
    if type(error) is AttributeError and (found := _OF_TYPE.match(message)):
        held, kind = error.obj, type_named(found[1])  # held is None where it was to be set
        return kind is not None and (held is None or is_struct(held) or type(held) is kind)
    found = _FUNCTION.match(message)
    return found is not None and hasattr(bpy.types, found[1])


def shortened(message: str) -> str:
    """Return an error's message with a long list of enum values cut: the nearest first, and how many.

    A message of up to 600 characters stays as it is; one of the script's own may have 4,000.
    """
    if len(message) <= _SHORT_ENOUGH:
        return message
    found = enum_refusal(message)
    if found is not None:
        shown = nearest_first(near(found.wanted, found.items), found.items)[:_SHOWN]
        more = f", … {len(found.items) - len(shown)} more" if len(found.items) > len(shown) else ""
        cut = f"{', '.join(map(repr, shown))}{more}"
        before = message[: found.start]
        if len(before) > _SHORT_ENOUGH:
            before = f"{before[:300]}…{before[-300:]}"
        message = before + cut + message[found.end :]
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
