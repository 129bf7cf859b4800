"""get_object_info: objects one by one, as exactly as the sidebar shows them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import bpy
from mathutils import Matrix, Vector

from ..errors import NoSuchObject, nearest
from ..registry import Effect, tool

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

_ROOM = 7_000
"""Bytes of descriptions in one answer; what does not fit is named, to be asked for again."""
_LISTED = 20
_TEXT = 300
"""Characters of a text in a property."""


@tool(effect=Effect.READS)
def get_object_info(names: Annotated[list[str], MinLen(1), MaxLen(50)]) -> dict[str, object]:
    """Describe objects: transform, size, parent, modifiers, constraints, materials, mesh counts, custom properties.

    Args:
        names: Object names as in the Outliner; at most 50.

    Returns:
        `objects`, each with lengths in metres and angles in degrees: `location`, `rotation` and
        `scale` in the parent's frame, `world_location` and `bounds` in the world's, of the
        object as displayed, modifiers included; `omitted`, names that no longer fitted.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found = [find_object(name) for name in names]
    bpy.context.view_layer.update()  # transforms set since the last update
    described: list[dict[str, Any]] = []
    room = _ROOM
    for each in found:
        described.append(_describe(each))
        if len(found) > 1:
            room -= len(json.dumps(described[-1], default=str))
        if room < 0 and len(described) > 1:
            described.pop()
            break
    answer: dict[str, object] = {"objects": described}
    if len(described) < len(found):
        answer["omitted"] = [each.name for each in found[len(described) :]]
    return answer


def find_object(name: str) -> bpy.types.Object:
    """Return the object of that name.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found: bpy.types.Object = find(bpy.data.objects, name, "object")
    return found


def find(blocks: Any, name: str, kind: str) -> Any:
    """Return the data-block called `name` among `blocks`, such as `bpy.data.materials`.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found = blocks.get(name) if _is_text(name) else None
    if found is None:
        hint = nearest(name, blocks.keys())
        raise NoSuchObject(f"There is no {kind} {name!r}.{hint}", given=name)
    return found


def world_matrix(each: bpy.types.Object) -> Matrix:
    """Return an object's matrix in the world's frame.

    Blender keeps it up to date for what it displays only; for the rest (hidden, of another scene)
    it is put together from the parents' here, without constraints and animation.
    """
    if each.visible_get():
        return each.matrix_world
    if each.parent is None:
        return each.matrix_basis.copy()
    return world_matrix(each.parent) @ each.matrix_parent_inverse @ each.matrix_basis


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # a lone surrogate: Blender raises SystemError at it
        return False
    return True


def _describe(each: bpy.types.Object) -> dict[str, Any]:
    world = world_matrix(each)
    described: dict[str, Any] = {
        "name": each.name,
        "type": each.type,
        "location": each.location.to_tuple(4),
        "rotation": _rotation(each),
        "scale": each.scale.to_tuple(4),
        "dimensions": each.dimensions.to_tuple(4),
        "world_location": world.translation.to_tuple(4),
        "bounds": _bounds(each, world),
        "visible": each.visible_get(),
        "collections": [each.name for each in each.users_collection],
    }
    if each.data is not None:
        described["data"] = _data(each.data)
    if each.parent is not None:
        described["parent"] = each.parent.name
    if each.children:
        described["children"] = _names(each.children)
    if each.modifiers:
        described["modifiers"] = [_settings(modifier) for modifier in each.modifiers]
    if each.constraints:
        described["constraints"] = [_settings(constraint) for constraint in each.constraints]
    if each.material_slots:
        described["materials"] = [slot.name or None for slot in each.material_slots[:_LISTED]]
    action = each.animation_data.action if each.animation_data else None
    if action is not None:
        described["animation"] = f"{action.name}, frames {_rounded(action.frame_range)}"
    custom = {key: each[key] for key in each.keys() if not key.startswith("_")}
    if custom:
        described["custom_properties"] = {key: _simple(value) for key, value in custom.items()}
    return described


def _rotation(each: bpy.types.Object) -> dict[str, object]:
    euler = (
        each.rotation_euler
        if each.rotation_mode not in ("QUATERNION", "AXIS_ANGLE")
        else each.matrix_basis.to_euler()
    )
    return {"mode": each.rotation_mode, "degrees": [round(math.degrees(a), 4) for a in euler]}


def _bounds(each: bpy.types.Object, world: Matrix) -> list[list[float]] | None:
    if each.type in ("EMPTY", "CAMERA", "LIGHT", "SPEAKER"):
        return None
    corners = [world @ Vector(corner) for corner in each.bound_box]
    return [[round(pick(axis), 4) for axis in zip(*corners)] for pick in (min, max)]


def _data(data: bpy.types.ID) -> dict[str, object]:
    told: dict[str, object] = {"name": data.name}
    if data.users > 1:
        told["shared_by"] = data.users
    if isinstance(data, bpy.types.Mesh):
        counts = (len(data.vertices), len(data.edges), len(data.polygons))
        told.update(zip(("vertices", "edges", "faces"), counts))
        if data.uv_layers:
            told["uv_maps"] = _names(data.uv_layers)
    elif isinstance(data, bpy.types.Light):
        told.update(type=data.type, energy=round(data.energy, 4), color=_rounded(data.color))
    elif isinstance(data, bpy.types.Camera):
        told.update(type=data.type, lens_mm=round(data.lens, 3), ortho_scale=data.ortho_scale)
    return told


def _settings(owner: Any) -> dict[str, Any]:
    """What a modifier's or constraint's settings are, where they are not what they start as."""
    told: dict[str, Any] = {"name": owner.name, "type": owner.type}
    for prop in owner.bl_rna.properties:
        key = prop.identifier
        if prop.is_readonly or key in ("name", "type") or key.startswith("show_"):
            continue
        value = getattr(owner, key)
        if prop.type == "POINTER":
            if isinstance(value, bpy.types.ID):
                told[key] = value.name
        elif prop.type != "COLLECTION" and not _is_default(prop, value):
            told[key] = _simple(value)
    return told


def _is_default(prop: Any, value: Any) -> bool:
    if getattr(prop, "is_array", False):
        return list(value) == list(prop.default_array)
    if prop.type == "ENUM" and prop.is_enum_flag:
        return bool(value == set(prop.default_flag))
    return bool(value == prop.default)


def _simple(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, str):
        return value if len(value) <= _TEXT else f"{value[:_TEXT]}…"
    if isinstance(value, (bool, int)):
        return value
    if isinstance(value, bpy.types.ID):
        return value.name
    if isinstance(value, Iterable):
        return [_simple(each) for each in list(value)[:_LISTED]]
    return str(value)


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _names(blocks: Any) -> list[str]:
    listed = [each.name for each in blocks[:_LISTED]]
    return [*listed, f"and {len(blocks) - _LISTED} more"] if len(blocks) > _LISTED else listed
