"""JSON values as Blender's properties take them, and Blender's values as JSON.

Angles are degrees outside and radians in Blender; colours may be "#rrggbb"; enum values are matched
in any case and by the words of the interface; data-blocks are named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import bpy
from mathutils import Matrix

from ..errors import InvalidArguments, nearest
from ..reach import Reach, of_value
from .blocks import find, list_of

if TYPE_CHECKING:
    from .rna_path import Place

_LISTED = 40
_LARGEST = 1e18
"""What single precision can still be reckoned with."""
_SAME = (
    {"BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"},  # renamed in 4.2, and back in 5.0
    {"NISHITA", "MULTIPLE_SCATTERING"},  # the sky's best model, since 5.0 under another name
    {"FAST", "FLOAT"},  # the boolean's quick solver, renamed in 5.0
)
"""Enum values that mean the same on different versions of Blender."""


def convert(place: Place, value: object) -> Any:
    """Return a JSON value as Blender takes it for this property.

    Raises:
        InvalidArguments: it cannot be; with what would do.
    """
    if place.custom:
        return custom_value(place.named, value)
    prop = place.prop
    if of_value(place.path, value) < _reach_of(place):
        raise InvalidArguments(
            f"{place.named} is a file or code, which has to be seen from the call: set it by "
            "set_properties with its whole path."
        )
    try:
        return _converted(prop, value, place)
    except _Unfit as unfit:
        raise InvalidArguments(f"{place.named}: {unfit}", given=value) from None


def _reach_of(place: Place) -> Reach:
    """What setting this property really reaches, known here only: see `tools.reach`."""
    types = bpy.types
    code = types.Driver, types.Text, types.ShaderNodeScript, types.FreestyleModuleSettings
    if isinstance(place.owner, code):
        return Reach.CODE
    prop = place.prop
    paths = prop.type == "STRING" and prop.subtype in ("FILE_PATH", "DIR_PATH", "FILE_NAME")
    return Reach.FILES if paths else Reach.SCENE


class _Unfit(Exception):
    """A value that a property does not take; says what would do."""


def _converted(prop: Any, value: object, place: Place | None = None) -> Any:
    kind = prop.type
    if kind in ("FLOAT", "INT", "BOOLEAN"):
        if prop.is_array and (place is None or place.index is None):
            return _array(prop, value, place)
        return _number(prop, value, place)
    if kind == "STRING":
        return _string(prop, value)
    if kind == "ENUM":
        return _enum(prop, value)
    if kind == "POINTER":
        return _pointer(prop, value, place)
    raise _Unfit("this cannot be set")


def converted(prop: Any, value: object, what: str) -> Any:
    """Return a JSON value as a property takes it that is no data-block's: an operator's.

    Raises:
        InvalidArguments: it cannot be; with `what` it is about and what would do.
    """
    try:
        return _converted(prop, value)
    except _Unfit as unfit:
        raise InvalidArguments(f"{what}: {unfit}", given=value) from None


def _number(prop: Any, value: object, place: Place | None = None) -> Any:
    if prop.type == "BOOLEAN":
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        raise _Unfit(f"give true or false, not {value!r}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit(f"give a number, not {value!r}")
    if not math.isfinite(value):
        raise _Unfit(f"give a finite number, not {value!r}")
    if prop.type == "INT" and value != int(value):
        raise _Unfit(f"give a whole number, not {value!r}")
    angle = prop.type == "FLOAT" and is_angle(prop)
    number = math.radians(value) if angle else value
    low, high = prop.hard_min, prop.hard_max
    if place is not None and _is_compositors(place.owner):
        low, high = -_LARGEST, _LARGEST  # RNA's limits are the kind's there, not the node's
    slack = 1e-6 * max(1.0, abs(number))
    if not low - slack <= number <= high + slack:
        unit = math.degrees if angle else (lambda limit: limit)
        raise _Unfit(f"give a number from {unit(low):g} to {unit(high):g}, not {value!r}")
    return int(number) if prop.type == "INT" else number


def _is_compositors(owner: Any) -> bool:
    return (
        isinstance(owner, bpy.types.NodeSocket) and owner.id_data.bl_idname == "CompositorNodeTree"
    )


def is_angle(prop: Any) -> bool:
    """Return whether a property holds angles, which are degrees outside."""
    return prop.unit == "ROTATION" and prop.subtype not in ("QUATERNION", "AXISANGLE")


def _array(prop: Any, value: object, place: Place | None) -> Any:
    length = len(getattr(place.owner, place.key)) if place else prop.array_length
    if prop.subtype in ("COLOR", "COLOR_GAMMA") and isinstance(value, str):
        value = color(value, linear=prop.subtype == "COLOR")
    if isinstance(value, int | float):
        return [_number(prop, value)] * length
    if not isinstance(value, list | tuple):
        raise _Unfit(f"give a list of {length} values, not {value!r}")
    if any(isinstance(each, list | tuple) for each in value):
        return Matrix([_array_row(prop, row) for row in value])
    if len(value) == 3 and length == 4 and prop.subtype in ("COLOR", "COLOR_GAMMA"):
        value = [*value, getattr(place.owner, place.key)[3] if place else 1.0]
    if len(value) != length:
        raise _Unfit(f"give a list of {length} values, not of {len(value)}")
    return [_number(prop, each) for each in value]


def _array_row(prop: Any, row: Any) -> Any:
    if not isinstance(row, list | tuple):
        raise _Unfit(f"give rows of numbers, not {row!r}")
    return [_number(prop, each) for each in row]


def color(text: str, *, linear: bool = True) -> list[float]:
    """Return "#rrggbb" or "#rrggbbaa" as numbers from 0 to 1, the way Blender reads such text.

    Args:
        text: sRGB, as on the web.
        linear: Whether to convert to linear light (IEC 61966-2-1), as scene colours are.

    Raises:
        InvalidArguments: it is no such text.
    """
    digits = text.strip().removeprefix("#")
    if not re.fullmatch(r"[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", digits):
        raise InvalidArguments(f"A colour is [r, g, b] from 0 to 1 or '#rrggbb', not {text!r}.")
    parts = [int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)]
    if linear:
        curve = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts[:3]]
        parts[:3] = curve
    return parts


def _string(prop: Any, value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit(f"give a text, not {value!r}")
    if "\0" in value or value != value.encode("utf-8", "ignore").decode():
        raise _Unfit("give a text without broken characters")
    if prop.length_max and len(value.encode()) >= prop.length_max:
        raise _Unfit(
            f"give a text of at most {prop.length_max - 1} bytes, not {len(value.encode())}"
        )
    return value


def _enum(prop: Any, value: object) -> Any:
    names = {item.identifier: item.name for item in prop.enum_items}
    if prop.is_enum_flag:
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list | tuple):
            raise _Unfit(f"give a list of {', '.join(names)}, not {value!r}")
        return {_one_of(each, names) for each in several}
    if not isinstance(value, str):
        if isinstance(value, int) and not isinstance(value, bool) and str(value) in names:
            return str(value)  # such as a colour depth of 16
        raise _Unfit(choices(value, names) if names else f"give a text, not {value!r}")
    found = match(value, names)
    # Enums whose values depend on the moment list none or one here; Blender decides then.
    if found is None and len(names) > 1 and prop.identifier not in _DYNAMIC_ENUMS:
        raise _Unfit(choices(value, names))
    return found or value


_DYNAMIC_ENUMS = frozenset(
    "engine file_format color_depth color_mode codec audio_codec format view_transform look "
    "display_device name node_tree default_value device sky_type solver denoiser type "
    "compute_device_type exr_codec".split()
)
"""What depends on the moment, the build or the add-ons, though RNA lists some values."""


def _one_of(value: object, names: Mapping[str, str]) -> str:
    found = match(value, names) if isinstance(value, str) else None
    if found is None:
        raise _Unfit(choices(value, names))
    return found


def match(value: str, names: Mapping[str, str]) -> str | None:
    """Return which identifier a word means: itself, in other case, or as the interface says."""
    if value in names:
        return value
    wanted = re.sub(r"[\s_-]+", " ", value).strip().lower()
    for identifier, name in names.items():
        if wanted in (identifier.replace("_", " ").lower(), name.lower()):
            return identifier
    same = next((group for group in _SAME if value.upper() in group), set())
    if found := next((each for each in same if each in names), None):
        return found
    # Looks are named after their view transform: "AgX - High Contrast".
    ends = [each for each in names if each.lower().endswith(f" - {wanted}")]
    return ends[0] if len(ends) == 1 else None


def choices(value: object, names: Iterable[str]) -> str:
    """Say that there is no such value, with the nearest ones and what there is."""
    known = list(names)
    hint = nearest(str(value), known)
    listed = f" It takes {', '.join(known[:_LISTED])}{', …' if len(known) > _LISTED else ''}."
    return f"there is no {value!r}.{hint}{listed if len(known) <= _LISTED or not hint else ''}"


def _pointer(prop: Any, value: object, place: Place | None) -> Any:
    if value is None or value == "":
        data = place is not None and (place.key, type(place.owner)) == ("data", bpy.types.Object)
        if prop.is_never_none or data:
            raise _Unfit("this cannot be empty")
        return None
    if not isinstance(value, str):
        raise _Unfit(f"give the name of a {prop.fixed_type.name.lower()}, not {value!r}")
    kind = prop.fixed_type
    if kind.identifier == "ID" and place is not None and place.read() is not None:
        kind = place.read().bl_rna  # an object's data: of its own kind
    blocks = list_of(kind)
    if blocks is None:
        raise _Unfit(f"a {kind.name.lower()} cannot be set by its name")
    return find(blocks, value, kind.name.lower())


def custom_value(what: str, value: object) -> Any:
    """Return a JSON value that a custom property can hold.

    Raises:
        InvalidArguments: it cannot hold it; with `what` it is about.
    """
    if isinstance(value, bool) or (isinstance(value, str) and "\0" not in value):
        return value
    if isinstance(value, int) and -(2**31) <= value < 2**31:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple) and value:
        if all(isinstance(each, int | float) and math.isfinite(each) for each in value):
            return list(value)
    raise InvalidArguments(
        f"{what}: give a finite number, a text, true or false, or a list of numbers, not {value!r}."
    )


def equal(old: Any, new: Any) -> bool:
    """Return whether a property has a value already, in single precision."""
    if isinstance(new, float) and isinstance(old, int | float):
        return math.isclose(old, new, rel_tol=1e-6, abs_tol=1e-9)
    if isinstance(new, list | tuple) and not isinstance(old, str) and hasattr(old, "__len__"):
        return len(old) == len(new) and all(map(equal, old, new))
    if isinstance(new, bool) != isinstance(old, bool):
        return False
    return bool(old == new)


def shown(owner: Any, prop: Any, index: int | None = None) -> Any:
    """Return a property's value as JSON: angles in degrees, data-blocks by name."""
    value = getattr(owner, prop.identifier)
    if index is not None:
        value = value[index]
    if prop.type == "FLOAT" and is_angle(prop):
        if hasattr(value, "__len__"):
            return [round(math.degrees(each), 4) for each in value]
        return round(math.degrees(value), 4)
    return plain(value)


def plain(value: Any, most: int = 20, longest: int = 300) -> Any:
    """Return a value of Blender's in JSON's kinds, long ones cut."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}…"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, bpy.types.ID):
        return value.name
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if hasattr(value, "__len__"):  # Blender's vectors do not call themselves iterable
        listed = [plain(each) for each in list(value)[: most + 1]]
        return [*listed[:most], "…"] if len(listed) > most else listed
    return str(value)


NOT_FOUND = '" not found in ('


class EnumRefusal(NamedTuple):
    """What Blender says of a value that an enum lacks, with where its list stands in the message."""

    wanted: str
    items: list[str]
    start: int
    end: int


def enum_refusal(message: str) -> EnumRefusal | None:
    """Return the value and the list of `enum "A" not found in ('B', 'C')`; None for none, or several."""
    if message.count(NOT_FOUND) != 1:
        return None
    before, at = message.find('enum "'), message.find(NOT_FOUND)
    start, end = at + len(NOT_FOUND), message.rfind(")")
    if not 0 <= before < at or end < start:
        return None
    items = message[start:end].strip(" ,").strip("'").split("', '")
    return EnumRefusal(message[before + len('enum "') : at], list(filter(None, items)), start, end)
