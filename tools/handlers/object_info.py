"""get_object_info: objects one by one, as exactly as the sidebar shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import bpy
from mathutils import Matrix, Vector

from ..registry import Effect, tool
from .blocks import find_objects
from .rna_value import plain
from .stacks import settings
from .transforms import rotation_of, world_matrix

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

_ROOM = 6_000
"""Bytes of descriptions in one answer; what does not fit is named, to be asked for again."""
_LISTED = 20


@tool(effect=Effect.READS)
def get_object_info(names: Annotated[list[str], MinLen(1), MaxLen(50)]) -> dict[str, object]:
    """Describe objects: transform, size, parent, modifiers, constraints, materials, mesh counts, custom properties.

    Args:
        names: Object names as in the Outliner; at most 50.

    Returns:
        `objects`, each with lengths in metres and angles in degrees: `location`, `rotation` and
        `scale` in the parent's frame, `world_location` and `bounds` in the world's, of the
        object as displayed, modifiers included; `omitted`, the first names that no longer fitted.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found = find_objects(names)
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
        left = found[len(described) :]
        answer["omitted"] = [each.name for each in left[:_LISTED]]
        answer["omitted_total"] = len(left)
    return answer


def _describe(each: bpy.types.Object) -> dict[str, Any]:
    world = world_matrix(each)
    described: dict[str, Any] = {
        "name": each.name,
        "type": each.type,
        "location": each.location.to_tuple(4),
        "rotation": {"mode": each.rotation_mode, "degrees": rotation_of(each)},
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
        described["modifiers"] = [_member(modifier) for modifier in each.modifiers]
    if each.constraints:
        described["constraints"] = [_member(constraint) for constraint in each.constraints]
    if each.material_slots:
        described["materials"] = [slot.name or None for slot in each.material_slots[:_LISTED]]
    action = each.animation_data.action if each.animation_data else None
    if action is not None:
        described["animation"] = f"{action.name}, frames {_rounded(action.frame_range)}"
    custom = {key: each[key] for key in each.keys() if not key.startswith("_")}
    if custom:
        described["custom_properties"] = {key: plain(value) for key, value in custom.items()}
    return described


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


def _member(owner: Any) -> dict[str, Any]:
    """A modifier or constraint of the stack."""
    return {"name": owner.name, "type": owner.type, **settings(owner)}


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 4) for value in values]


def _names(blocks: Any) -> list[str]:
    listed = [each.name for each in blocks[:_LISTED]]
    return [*listed, f"and {len(blocks) - _LISTED} more"] if len(blocks) > _LISTED else listed
