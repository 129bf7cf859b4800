"""What Blender's Python modules have: `bmesh.ops.bevel`, `mathutils.Vector`, `bpy.app.version`.

RNA does not know them. They are imported and asked by plain `getattr`, nothing is called; names
with an underscore and modules that these have imported themselves are out of reach.
"""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType
from typing import Any

from .lookup_fitting import Answer, Row, Table
from .lookup_near import alike

_ROOTS = ("bpy", "bmesh", "mathutils", "math", "bpy_extras", "gpu", "blf")
_OF_BPY = re.compile(r"(?:app|utils|props)\.|(?:ops|types)$")
"""What of `bpy` is meant also where that was left out, or taken off."""
_DIRECTIVE = re.compile(r"\s*\.\. (?:class|function|method|classmethod|staticmethod):: *(.*)")
_ARGUMENT = re.compile(r":(?:arg|param) (\w+): *(.*?)\s*(?=:\w+[^:\n]*: |$)", re.DOTALL)
_LONGEST = 380
"""Characters of a signature that is told as one text."""


def told_module(text: str) -> Answer | None:
    """Return what there is to say of a name in one of the modules; None if it begins with none."""
    if _OF_BPY.match(text):
        text = f"bpy.{text}"
    first, *rest = text.split(".")
    if first not in _ROOTS or not all(each.isidentifier() for each in rest):
        return None
    found: Any = importlib.import_module(first)
    path = first
    for word in rest:
        following = _member(found, word)
        if following is None:
            return _stopped(text, path, word, found)
        (found,) = following
        path += f".{word}"
    return _told(path, found)


def _member(owner: Any, word: str) -> tuple[Any] | None:
    """Return what a module, type or value has under a name, in a tuple; None if it has nothing."""
    if word.startswith("_"):
        return None
    if isinstance(owner, ModuleType) and not hasattr(owner, word):
        try:
            importlib.import_module(f"{owner.__name__}.{word}")
        except ImportError:
            return None
    try:
        found = getattr(owner, word)
    except Exception:  # a value's own getter may raise anything
        return None
    if isinstance(found, ModuleType) and not (
        isinstance(owner, ModuleType)
        and found.__name__ in (f"{owner.__name__}.{word}", "msgbus")  # bpy.msgbus is called so
    ):
        return None
    return (found,)


def _names(owner: Any) -> list[str]:
    """Return the public names of a module, a type or a value; of a module without its imports."""
    of_tuples = [*dir(tuple), "n_fields", "n_sequence_fields", "n_unnamed_fields"]
    left_out = of_tuples if isinstance(owner, tuple) else []
    names = [each for each in dir(owner) if not each.startswith("_") and each not in left_out]
    if isinstance(owner, ModuleType) and owner.__name__ not in ("bpy.ops", "bpy.types"):
        names = [each for each in names if _member(owner, each) is not None]
    return names


def _stopped(text: str, path: str, word: str, owner: Any) -> Answer:
    names = _names(owner)
    answer: Answer = {"not_found": text[:60], "failed_at": word[:60], "in": path}
    return answer | {"near": alike(word, names), "names": names}


def _told(path: str, found: Any) -> Answer:
    if isinstance(found, ModuleType) or _holds_names(found):
        kind = "module" if isinstance(found, ModuleType) else "value"
        return {kind: path, "description": _described(found), "names": _names(found)}
    if isinstance(found, type):
        answer = {"type": path, **_signed(path, found)}
        return answer | {"description": _described(found), "names": _names(found)}
    if inspect.isdatadescriptor(found):
        return {"property": path, "description": _described(found)}
    if callable(found):
        answer = {"function": path, **_signed(path, found), "description": _described(found)}
        rows = {each[1]: Row((), each[2]) for each in _ARGUMENT.finditer(found.__doc__ or "")}
        return answer | {"arguments": Table(rows)}
    return {"value": path, "kind": type(found).__name__, "is": _shown(found)}


def _holds_names(found: Any) -> bool:
    """Return whether a value is one of Blender's that hold others by name, such as `bpy.app`."""
    kind = type(found)
    return f"{kind.__module__}.{kind.__name__}".startswith(("bpy.app", "builtins.bpy.app"))


def _shown(found: Any) -> str:
    try:
        return repr(found)
    except Exception as fault:  # an add-on's own
        return f"repr raises {type(fault).__name__}"


def _signed(path: str, found: Any) -> Answer:
    """Return a signature from `inspect`, else from the docstring's first line; a long one apart."""
    name = path.rpartition(".")[2]
    signature = ""
    first = (found.__doc__ or "").strip().partition("\n")[0]
    named = re.compile(rf"(?:\w+ )?[\w.]*\b({name}\(.*)")
    if said := _DIRECTIVE.match(first) or named.match(first):
        signature = said[1]
    else:
        try:
            signature = f"{name}{inspect.signature(found)}"
        except (ValueError, TypeError):  # in C
            return {}
    if len(signature) <= _LONGEST:
        return {"signature": signature}
    inner = signature.partition("(")[2].rstrip(") ")
    return {"signature": f"{name}(..)", "parameters": re.split(r", (?=[*/]|\w+(?:[=,]|$))", inner)}


def _described(found: Any) -> str:
    """Return a docstring's text up to the arguments, without its signature and markup."""
    lines = (inspect.getdoc(found) or "").splitlines()
    if lines and re.match(r"\s*(\.\. |(\w+ )?[\w.]+\()", lines[0]):
        del lines[0]
    text = "\n".join(lines).partition("\n:")[0] if lines and not lines[0].startswith(":") else ""
    text = re.split(r"\n\s*(?::(?:arg|param|type|return|rtype)\b|\.\. )", f"\n{text}")[0]
    text = re.sub(r":\w+:`([^`]*)`", r"\1", " ".join(text.split()))
    return re.sub(r"^-> ", "Returns ", text)
