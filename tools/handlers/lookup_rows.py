"""A property in a row: what kind it is, its default, what it takes, what it is for."""

from __future__ import annotations

import json
from typing import Any

from .lookup_fitting import Row
from .lookup_index import offered
from .rna_value import is_angle

_VALUES = 12
_UNUSUAL = 10_000
"""From here on the end of a soft range says nothing."""


def row(prop: Any, owner: Any = None, *, argument: bool = False) -> Row:
    """Return a property, or a function's argument, as a line of a table.

    Args:
        prop: Its RNA.
        owner: What has it, if there is one just made: it is asked for its values.
        argument: Whether it is a function's.
    """
    kind = [kind_of(prop)]
    required = argument and prop.is_required and not prop.is_output
    if prop.is_readonly and not argument and prop.type != "COLLECTION":
        kind.append("read-only")
    if is_angle(prop):
        kind.append("radians")
    if required:
        kind.append("required")
    default = None if required else default_of(prop, owner)
    shown = "" if default is None else f"= {written(default)}"
    takes = _choices(prop, owner) if prop.type == "ENUM" else limits(prop)
    return Row((", ".join(kind), shown, takes), prop.description)


def kind_of(prop: Any) -> str:
    """Return what a property holds: "float[3]", "enum", "Mesh", "list of Modifier"."""
    kind: str = prop.type.lower()
    match prop.type:
        case "POINTER":
            kind = prop.fixed_type.identifier
        case "COLLECTION":
            kind = f"list of {prop.fixed_type.identifier}"
        case "ENUM" if prop.is_enum_flag:
            kind = "set of enum values"
        case "BOOLEAN" | "INT" | "FLOAT" if prop.is_array:
            sizes = [each for each in prop.array_dimensions if each] or [prop.array_length or ""]
            kind += f"[{'x'.join(map(str, sizes))}]"
    return kind


def default_of(prop: Any, owner: Any = None) -> Any:
    """Return a property's default as a JSON value; None if it has none worth a word.

    What an owner that was just made has goes before RNA's: a node's kind sets its own.
    """
    # A property of an add-on's might have a getter in Python.
    if (
        owner is not None
        and not prop.is_runtime
        and prop.type in ("ENUM", "STRING", "BOOLEAN", "INT", "FLOAT")
    ):
        if prop.type == "ENUM" and len(prop.enum_items) < 2:
            return None
        held = getattr(owner, prop.identifier)
        return sorted(held) or None if isinstance(held, set) else _short(plain(held))
    match prop.type:
        case "ENUM":
            if len(prop.enum_items) < 2:  # Blender warns on the console where it is none of them
                return None
            return (sorted(prop.default_flag) if prop.is_enum_flag else prop.default) or None
        case "STRING":
            return prop.default or None
        case "BOOLEAN" | "INT" | "FLOAT":
            if not prop.is_array:
                return plain(prop.default)
            return _short(plain(prop.default_array))
    return None


def _short(value: Any) -> Any:
    """Return one number for many that are the same, and None for no text."""
    if isinstance(value, list) and len(value) > 4 and all(each == value[0] for each in value):
        return value[0]
    return None if value == "" else value


def ranges(prop: Any) -> tuple[list[Any], list[Any]]:
    """Return the hard and the soft limits of a number, with None for none."""
    hard, soft = (prop.hard_min, prop.hard_max), (prop.soft_min, prop.soft_max)
    return [*map(_limit, hard)], [*map(_limit, soft)]


def limits(prop: Any) -> str:
    """Return the limits of a number in a few words: "0..11 (usual 0..6)"; "" of anything else."""
    if prop.type not in ("INT", "FLOAT"):
        return ""
    hard, soft = ranges(prop)
    low, high = ("" if each is None else f"{each}" for each in hard)
    told = f"{low}..{high}" if low or high else ""
    if hard != soft and soft[1] is not None and abs(soft[1]) < _UNUSUAL:
        told += f" (usual {soft[0]}..{soft[1]})"
    return told.strip()


def plain(value: Any) -> Any:
    """Return a number, text or array as a JSON value, with the six digits that a float has."""
    if isinstance(value, float):
        short = float(f"{value:.6g}")
        return int(short) if short.is_integer() and abs(short) < 1e9 else short
    if isinstance(value, bool | int | str):
        return value
    return [plain(each) for each in value]


def written(value: Any) -> str:
    """Return a JSON value as text, a text without quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def _choices(prop: Any, owner: Any) -> str:
    values = prop.enum_items.keys()
    if len(values) < 2 and owner is not None and not prop.is_enum_flag:
        values = offered(owner, prop.identifier)
    if len(values) < 2:
        return "depends on the context"
    more = [f".. {len(values) - _VALUES} more"] if len(values) > _VALUES else []
    return "|".join(values[:_VALUES] + more)


def _limit(number: float) -> Any:
    return None if abs(number) >= 2**31 - 1 else plain(number)
