"""duplicate_objects: copies in a row, linked or not, with their children if wanted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import bpy
from mathutils import Euler, Matrix, Vector

from ..errors import InvalidArguments
from ..registry import Effect, tool
from . import changes
from .blocks import checked_name, editable, find_collection, find_objects, link_copy
from .layer import select_only
from .transforms import children_of_all, move_in_world, turn_in_world, world_matrix

if TYPE_CHECKING:
    from annotated_types import Ge, Le, MaxLen, MinLen

_MOST = 10_000
"""Objects made by one call."""
_NAMED = 50


@tool(effect=Effect.EDITS)
def duplicate_objects(
    names: Annotated[list[str], MinLen(1), MaxLen(1000)],
    count: Annotated[int, Ge(1), Le(10_000)] = 1,
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0),
    linked: bool = False,
    children: bool = True,
    new_name: str = "",
    collection: str = "",
) -> dict[str, object]:
    """Copy objects with modifiers, constraints and materials.

    Args:
        names: Or patterns.
        count: Copies of each.
        offset: From one to the next, world metres.
        rotation: Degrees from one to the next.
        linked: Share the mesh or other data.
        children: Copy their children too.
        new_name: Numbered by Blender.

    Returns:
        `names` of the copies, the first 50, and how many there are.
    """
    chosen = find_objects(names)
    target = find_collection(collection) if collection else None
    if target is not None:
        editable(target)
    if new_name:
        checked_name(new_name)
    originals = _with_children(chosen) if children else chosen
    if len(originals) * count > _MOST:
        raise InvalidArguments(
            f"That would be {len(originals) * count:,} objects; at most {_MOST:,} in one call. An "
            "Array modifier or geometry nodes make more at less cost."
        )
    bpy.context.view_layer.update()
    places = {each: world_matrix(each) for each in originals}
    changes.begin()
    made: list[bpy.types.Object] = []
    tops: list[bpy.types.Object] = []
    for number in range(1, count + 1):
        copies = {each: _copy(each, linked, target, new_name) for each in originals}
        made += copies.values()
        for each, copy in copies.items():
            _point_into(copy, copies)
            if each.parent in copies:
                copy.parent = copies[each.parent]
                copy.matrix_parent_inverse = each.matrix_parent_inverse
            else:
                tops.append(copy)
                _place(copy, places[each], offset, rotation, number)
    changes.added(*made)
    select_only(made)
    told: dict[str, object] = {"names": [each.name for each in made[:_NAMED]], "count": len(made)}
    moving = [each.name for each in tops if each.animation_data and each.animation_data.action]
    if moving and (any(offset) or any(rotation)):
        told["note"] = f"Keyframes decide where these are, not the offset: {', '.join(moving[:9])}."
    return told


def _with_children(chosen: list[bpy.types.Object]) -> list[bpy.types.Object]:
    found: dict[bpy.types.Object, None] = {}
    children = children_of_all()
    waiting = list(chosen)
    while waiting:
        each = waiting.pop(0)
        if each not in found:
            found[each] = None
            waiting += children.get(each, ())
    return list(found)


def _copy(
    each: bpy.types.Object, linked: bool, target: bpy.types.Collection | None, new_name: str
) -> bpy.types.Object:
    if each.mode == "EDIT":
        each.update_from_editmode()  # what is being edited reaches the data only so
    copy = each.copy()
    if each.data is not None and not linked:
        copy.data = each.data.copy()
    if copy.animation_data is not None and copy.animation_data.action is not None and not linked:
        copy.animation_data.action = copy.animation_data.action.copy()
    if new_name:
        copy.name = new_name
    places = [place for place in each.users_collection if place.library is None]
    for place in [target] if target else places or [bpy.context.scene.collection]:
        link_copy(copy, place)
    if bpy.context.mode != "OBJECT":
        copy.select_set(False)
    if each.hide_get():
        copy.hide_set(True)
    return copy


def _point_into(copy: bpy.types.Object, copies: dict[bpy.types.Object, bpy.types.Object]) -> None:
    """What pointed from one original to another points from one copy to the other."""
    for owner in (*copy.modifiers, *copy.constraints):
        for prop in owner.bl_rna.properties:
            if prop.type == "POINTER" and not prop.is_readonly:
                pointed = getattr(owner, prop.identifier)
                if isinstance(pointed, bpy.types.Object) and pointed in copies:
                    setattr(owner, prop.identifier, copies[pointed])


def _place(
    copy: bpy.types.Object,
    original: Matrix,
    offset: tuple[float, float, float],
    rotation: tuple[float, float, float],
    number: int,
) -> None:
    """Move a copy from where its original is; what is not asked for stays the original's."""
    if any(offset):
        move_in_world(copy, original.translation + number * Vector(offset))
    if any(rotation):
        more = Euler([math.radians(angle) * number for angle in rotation]).to_quaternion()
        turn_in_world(copy, more @ original.to_quaternion())
