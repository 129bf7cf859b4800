"""Values and texts as Python source that people can read and edit.

No bpy; any thread. What comes from a model or a person stays what it is: it cannot end a comment or
a string early, and no character of it makes the line look like another.
"""

from __future__ import annotations

import ast
import dataclasses
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence

_WIDTH = 100
_INDENT = "    "
_COMMENT_LENGTH = 2000


@dataclasses.dataclass(frozen=True)
class Name:
    """A value that is written as the name of a constant."""

    name: str


def call(name: str, arguments: Mapping[str, object], indent: str = "") -> str:
    """Return a call by keywords, on one line if it fits."""
    written = [(f"{key}=", value) for key, value in arguments.items()]
    return _enclosed(f"{name}(", written, ")", indent)


def literal(value: object, indent: str = "", before: str = "") -> str:
    """Return an expression whose value is equal to `value`.

    Dataclass instances become calls of their class, without fields that have their default.

    Args:
        value: Of JSON's kinds, a tuple, or a dataclass instance that holds such values.
        indent: Of the line on which it begins.
        before: What stands on that line already, behind the indent.
    """
    match value:
        case Name():
            return value.name
        case str():
            return _quoted(value)
        case float() if not math.isfinite(value):
            return f'float("{value}")'
        case Mapping():
            keyed = [(f"{literal(key)}: ", each) for key, each in value.items()]
            return _enclosed("{", keyed, "}", indent, before)
        case list():
            return _enclosed("[", [("", each) for each in value], "]", indent, before)
        case tuple():
            return _enclosed("(", [("", each) for each in value], ")", indent, before)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            given = [(f"{name}=", each) for name, each in _given(value)]
            return _enclosed(f"{type(value).__name__}(", given, ")", indent, before)
    return repr(value)


def block(text: str) -> str:
    """Return a string expression of several lines, as they are; it begins with a line end.

    The text may get a line end at its end.
    """
    text = text if text.endswith("\n") else f"{text}\n"
    for mark in ('"""', "'''"):
        for start in ("", "r"):
            written = f"{start}{mark}\n{text}{mark}"
            if _is_clear(text) and _value(written) == f"\n{text}":
                return written
    return repr(f"\n{text}")


def comment(text: str, indent: str = "") -> str:
    """Return comment lines that hold a text, wrapped, the end of a very long one left out."""
    text, rest = text[:_COMMENT_LENGTH], len(text) - _COMMENT_LENGTH
    lines = [line for each in text.splitlines() for line in _wrapped(each, indent)]
    if rest > 0:
        lines.append(f"[{rest:,} more characters]")
    return "\n".join(f"{indent}# {_visible(line)}".rstrip() for line in lines)


def commented(code: str, indent: str = "") -> str:
    """Return code as comment lines, none of them left out or wrapped."""
    return "\n".join(f"{indent}# {_visible(line)}".rstrip() for line in code.splitlines())


def _enclosed(
    start: str,
    parts: Sequence[tuple[str, object]],
    end: str,
    indent: str = "",
    before: str = "",
) -> str:
    """Return parts with what stands before each: on one line, else on one each, numbers on few."""
    inner = [f"{key}{literal(value)}" for key, value in parts]
    alone = "," if start == "(" and len(parts) == 1 else ""
    line = f"{start}{', '.join(inner)}{alone}{end}"
    if not parts or len(indent + before + line) < _WIDTH:
        return line
    deeper = indent + _INDENT
    if all(isinstance(value, int | float) for _, value in parts):
        lines = textwrap.wrap(f"{', '.join(inner)},", _WIDTH - len(deeper))
    else:
        lines = [f"{key}{literal(value, deeper, key)}," for key, value in parts]
    return "\n".join([start, *(f"{deeper}{line}" for line in lines), f"{indent}{end}"])


def _given(value: object) -> Iterator[tuple[str, object]]:
    for each in dataclasses.fields(value):  # type: ignore[arg-type]
        default = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        if (own := getattr(value, each.name)) != default or type(own) is not type(default):
            yield each.name, own


def _quoted(text: str) -> str:
    written = repr(text)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in written else written


def _is_clear(text: str) -> bool:
    """Whether a text looks like what it is: nothing in it is invisible or turns its direction."""
    return all(each.isprintable() or each in "\n\t" for each in text)


def _value(written: str) -> object:
    try:
        return ast.literal_eval(written)
    except (SyntaxError, ValueError):
        return None


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, _WIDTH - len(indent) - 2, break_on_hyphens=False) or [""]


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() or each == "\t" else " " for each in text)
