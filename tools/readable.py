"""JSON values as a person reads them: a line for each name and value, nested ones indented.

Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from .plain import Plain

_INDENT = "\u2002\u2002"
"""En spaces: Blender trims blanks at a label's beginning."""
_INLINE = 120
"""Characters of a list or of a small object that is written on one line."""


def readable(value: Plain, indent: str = "") -> Iterator[str]:
    """Yield the lines of a value.

    >>> list(readable({"name": "Cube", "location": [0.0, 1.5, 2.0]}))
    ['name: Cube', 'location: 0, 1.5, 2']
    """
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            if (text := _inline(inner)) is not None:
                yield f"{indent}{name}: {text}"
            else:
                yield f"{indent}{name}:"
                yield from readable(inner, indent + _INDENT)
    elif isinstance(value, list) and value:
        for inner in value:
            text = _inline(inner)
            if text is None and isinstance(inner, dict):
                text = _of_names(inner)
            if text is not None:
                yield f"{indent}•\u2009{text}"
                continue
            yield f"{indent}•"
            yield from readable(inner, indent + _INDENT)
    elif isinstance(value, str):
        yield from (f"{indent}{line}" for line in value.splitlines() or [""])
    else:
        yield f"{indent}{_inline(value)}"


def _inline(value: Plain) -> str | None:
    """The value where it goes on a line behind its name, else None."""
    if isinstance(value, list):
        if any(isinstance(each, list | dict) for each in value):
            return None
        text = ", ".join(map(_scalar, value)) or "none"
        return text if len(text) <= _INLINE and "\n" not in text else None
    if isinstance(value, dict):
        return None if value else "none"
    if isinstance(value, str) and "\n" in value:
        return None
    return _scalar(value)


def _of_names(value: dict[str, Plain]) -> str | None:
    """A small object on one line, else None."""
    parts = []
    for name, inner in value.items():
        if isinstance(inner, dict) or (text := _inline(inner)) is None:
            return None
        parts.append(f"{name} {text}")
    line = " · ".join(parts)
    return line if len(line) <= _INLINE else None


def _scalar(value: Plain) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if isfinite(value) else str(value)
    return str(value)
