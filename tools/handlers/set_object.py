"""set_object: where objects are, how large, whose children, what they are called, whether seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy
from mathutils import Euler, Vector

from ..errors import InvalidArguments, Unavailable
from ..reach import assess_properties
from ..registry import Effect, tool
from . import changes, custom
from .blocks import checked_name, editable, find_object, find_objects
from .layer import in_layer, selection
from .rna import set_all
from .rna_path import roots_of
from .transforms import (
    check_target,
    move_in_world,
    parent_frame,
    point,
    rotation_of,
    set_dimensions,
    set_parent,
    set_rotation,
    turn_in_world,
    world_matrix,
)

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

Three = tuple[float, float, float]


@tool(effect=Effect.EDITS, assess=assess_properties)
def set_object(
    names: Annotated[list[str], MinLen(1), MaxLen(1000)],
    location: Three | None = None,
    rotation: Three | None = None,
    scale: Three | None = None,
    dimensions: Three | None = None,
    space: Literal["world", "local"] = "world",
    relative: bool = False,
    point_at: str | list[float] | None = None,
    parent: str | None = None,
    keep_transform: bool = True,
    parent_vertices: Annotated[list[int], MaxLen(3)] = [],
    parent_bone: str = "",
    apply: list[Literal["location", "rotation", "scale", "visual"]] = [],
    origin: str | list[float] | None = None,
    new_name: str = "",
    visible: bool | None = None,
    select: Literal["only", "add", "remove"] | None = None,
    rigid_body: Literal["active", "passive", "none"] | None = None,
    properties: dict[str, object] = {},
    custom_properties: dict[str, object] = {},
) -> dict[str, object]:
    """Change objects: transform, parent, name, visibility, selection, origin, settings.

    Args:
        names: Or patterns: "Rack*".
        location: Metres.
        rotation: Degrees, XYZ.
        dimensions: Size in metres, modifiers included; sets the scale.
        space: Of location, rotation, scale; local is the parent's frame.
        relative: Add to location and rotation, multiply scale.
        point_at: Object or [x, y, z]; cameras and lights look along -Z, others +Y.
        parent: "" clears it.
        keep_transform: Stay in place under the new parent.
        parent_vertices: 1 or 3 of the parent's, to hang on.
        apply: Put transforms into the mesh; visual keeps constraints' effect.
        origin: geometry, mass, bottom, cursor or a world [x, y, z].
        visible: In viewports and renders.
        properties: By path: hide_render, lens, rigid_body.mass, data.name, …
        custom_properties: Name to value or {value, min, max, default, description}; null removes.
    """
    objects = find_objects(names)
    moves = location is not None or rotation is not None or scale is not None
    asked = (dimensions, point_at, parent, rigid_body, visible, origin)
    edits = moves or any(each is not None for each in asked)
    if edits or apply or new_name or properties or custom_properties:
        for each in objects:
            editable(each)
    _check(objects, new_name, parent, point_at, select, dimensions)
    if (parent_vertices or parent_bone) and not parent:
        raise InvalidArguments("Say which parent has these vertices or this bone.")
    if moves or dimensions is not None or point_at is not None or parent is not None:
        bpy.context.view_layer.update()  # what constraints do, after what was set before
    if parent is not None:
        _parent(objects, parent, keep_transform, parent_vertices, parent_bone)
    if moves:
        _transform(objects, location, rotation, scale, space, relative)
    if dimensions is not None:
        _resize(objects, dimensions)
    if point_at is not None:
        _turn(objects, point_at)
    if rigid_body is not None:
        _rigid_body(objects, rigid_body)
    for each in objects:
        if properties:
            set_all(roots_of(each), properties)
        for name, value in custom_properties.items():
            custom.put(each, name, value)
        if visible is not None:
            _show(each, visible)
    if apply:
        _apply(objects, apply)
    if origin is not None:
        _origin(objects, origin)
    if select is not None:
        _select(objects, select)
    if new_name:
        _rename(objects, new_name)
    bpy.context.view_layer.update()
    return {"objects": [_told(each) for each in objects[:20]], "count": len(objects)}


def _check(
    objects: list[bpy.types.Object],
    new_name: str,
    parent: str | None,
    point_at: str | list[float] | None,
    select: str | None,
    dimensions: Three | None,
) -> None:
    if new_name:
        checked_name(new_name)
    if parent:
        find_object(parent)
    check_target(point_at)
    if dimensions is not None and min(dimensions) < 0:
        raise InvalidArguments(f"dimensions: none below 0, not {list(dimensions)}.")
    if select is not None:
        if bpy.context.mode != "OBJECT":
            raise Unavailable(
                "The selection is the user's while they are in another mode than Object."
            )
        if away := [each.name for each in objects if not in_layer(each)]:
            raise Unavailable(
                f"Not in the current view layer, so not selectable: {', '.join(away[:9])}."
            )
        hidden = [each.name for each in objects if not each.visible_get() or each.hide_select]
        if hidden and select != "remove":
            raise Unavailable(f"Hidden or not selectable: {', '.join(hidden[:9])}.")


def _parent(
    objects: list[bpy.types.Object], parent: str, keep: bool, vertices: list[int], bone: str
) -> None:
    above = find_object(parent) if parent else None
    for each in objects:
        if above is not None or each.parent is not None:
            set_parent(each, above, keep=keep, vertices=vertices, bone=bone)


def _transform(
    objects: list[bpy.types.Object],
    location: Three | None,
    rotation: Three | None,
    scale: Three | None,
    space: str,
    relative: bool,
) -> None:
    """Work out all new places before the first object moves, and move parents before children: a
    child that is named beside its parent is moved once."""
    wanted = {each: _wanted(each, location, rotation, scale, space, relative) for each in objects}
    for each in sorted(objects, key=_depth):
        new_location, new_rotation, new_scale = wanted[each]
        world = space == "world" and each.parent is not None
        if new_location is not None:
            before = world_matrix(each).translation if world else each.location
            if (Vector(new_location) - before).length > 1e-7:
                changes.changing(each, "location")
                if world:
                    move_in_world(each, new_location)
                else:
                    each.location = new_location
        if new_rotation is not None:
            now = _world_rotation(each) if world else rotation_of(each)
            if any(abs(a - b) > 1e-4 for a, b in zip(now, new_rotation)):
                changes.changing(each, "rotation")
                if world:
                    turn_in_world(each, Euler(map(math.radians, new_rotation)).to_quaternion())
                else:
                    set_rotation(each, new_rotation)
        if new_scale is not None:
            factors = [1.0, 1.0, 1.0]
            if world:
                factors = [abs(part) or 1.0 for part in parent_frame(each).to_scale()]
            own = Vector([part / factor for part, factor in zip(new_scale, factors)])
            if (own - each.scale).length > 1e-7:
                changes.changing(each, "scale")
                each.scale = own


def _wanted(
    each: bpy.types.Object,
    location: Three | None,
    rotation: Three | None,
    scale: Three | None,
    space: str,
    relative: bool,
) -> tuple[Any, Any, Any]:
    """Return what location, rotation and scale shall be, in their space; None for what stays."""
    if not relative:
        return location, rotation, scale
    own = space == "local" or each.parent is None
    world = world_matrix(each)
    if location is not None:
        location = tuple((each.location if own else world.translation) + Vector(location))
    if rotation is not None:
        now = rotation_of(each) if own else _world_rotation(each)
        rotation = tuple(a + b for a, b in zip(now, rotation))
    if scale is not None:
        scale = tuple(a * b for a, b in zip(each.scale if own else world.to_scale(), scale))
    return location, rotation, scale


def _world_rotation(each: bpy.types.Object) -> list[float]:
    return [round(math.degrees(angle), 4) for angle in world_matrix(each).to_euler()]


def _depth(each: bpy.types.Object) -> int:
    depth = 0
    while (each := each.parent) is not None:
        depth += 1
    return depth


def _resize(objects: list[bpy.types.Object], dimensions: Three) -> None:
    bpy.context.view_layer.update()
    for each in objects:
        if any(abs(a - b) > 1e-6 for a, b in zip(each.dimensions, dimensions)):
            changes.changing(each, "scale")
            set_dimensions(each, dimensions)


def _turn(objects: list[bpy.types.Object], target: str | list[float]) -> None:
    for each in objects:
        changes.changing(each, "rotation")
        point(each, target)


def _show(each: bpy.types.Object, visible: bool) -> None:
    eye = in_layer(each)
    shown = (not each.hide_render, not each.hide_viewport, not (eye and each.hide_get()))
    left = not all(shown) if visible else any(shown[::2] if eye else shown[:2])
    if left:
        changes.changing(each, "visibility")
    if each.library is None:
        each.hide_render = not visible
    if eye:
        each.hide_set(not visible)
    if (visible or not eye) and each.library is None:
        each.hide_viewport = not visible


_APPLIED = ("MESH", "CURVE", "SURFACE", "FONT", "META", "LATTICE", "ARMATURE", "GREASEPENCIL")
"""Types whose data can take up a transform."""


def _own_data(each: bpy.types.Object, what: str) -> None:
    if each.type not in _APPLIED:
        raise InvalidArguments(f"{each.name!r} is a {each.type.lower()}: it has no {what}.")
    if each.data.users > 1:
        raise InvalidArguments(
            f"{each.name!r} shares its {each.data.name!r} with other objects, which would change "
            "too. Make it its own first: run_operator object.make_single_user with "
            '{"object": true, "obdata": true}.'
        )


def _apply(objects: list[bpy.types.Object], apply: list[Any]) -> None:
    if "visual" in apply:
        bpy.context.view_layer.update()
        for each in objects:
            changes.changing(each, "location", "rotation", "scale")
            each.matrix_world = each.matrix_world.copy()
    parts = {part: part in apply for part in ("location", "rotation", "scale")}
    if not any(parts.values()):
        return
    for each in objects:
        _own_data(each, "data that could take up its transform")
        changes.changing(each, *(f"{part} applied" for part, on in parts.items() if on))
    with selection(objects):
        bpy.ops.object.transform_apply(**parts)


def _origin(objects: list[bpy.types.Object], origin: str | list[float]) -> None:
    kinds = {"geometry": "ORIGIN_GEOMETRY", "mass": "ORIGIN_CENTER_OF_MASS"}
    cursor = bpy.context.scene.cursor
    if isinstance(origin, list) and len(origin) != 3:
        raise InvalidArguments(f"origin: [x, y, z], not {origin!r}.")
    if isinstance(origin, str) and origin not in (*kinds, "bottom", "cursor"):
        raise InvalidArguments(
            f"origin: geometry, mass, bottom, cursor or [x, y, z], not {origin!r}."
        )
    bpy.context.view_layer.update()
    for each in objects:
        _own_data(each, "geometry around its origin")
    for each in objects:
        changes.changing(each, "origin")
        if isinstance(origin, str) and origin in kinds:
            with selection([each]):
                bpy.ops.object.origin_set(type=kinds[origin], center="BOUNDS")
            continue
        kept = cursor.location.copy()
        if origin == "bottom":
            corners = [Vector(corner) for corner in each.bound_box]
            low = min(corner.z for corner in corners)
            middle = sum(corners, Vector()) / 8
            cursor.location = world_matrix(each) @ Vector((middle.x, middle.y, low))
        elif isinstance(origin, list):
            cursor.location = origin
        try:
            with selection([each]):
                bpy.ops.object.origin_set(type="ORIGIN_CURSOR")
        finally:
            cursor.location = kept


def _select(objects: list[bpy.types.Object], how: str) -> None:
    layer = bpy.context.view_layer
    before = set(bpy.context.selected_objects)
    wanted = {"only": set(objects), "add": before | set(objects)}.get(how, before - set(objects))
    active = layer.objects.active if how == "remove" else objects[-1]
    if wanted == before and active == layer.objects.active:
        return
    changes.changing(bpy.context.scene, "selection")
    for each in before ^ wanted:
        each.select_set(each in wanted)
    layer.objects.active = active


def _rename(objects: list[bpy.types.Object], new_name: str) -> None:
    for each in objects:
        before = each.name
        if before != new_name:
            changes.begin()
            each.name = new_name
            changes.renamed(each, before)


def _rigid_body(objects: list[bpy.types.Object], kind: str) -> None:
    for each in objects:
        if kind != "none" and each.type != "MESH":
            raise InvalidArguments(f"{each.name!r} is no mesh: only meshes can be rigid bodies.")
        has = each.rigid_body is not None
        if kind == "none" and not has:
            continue
        changes.changing(each, "rigid body")
        with selection([each]):
            if kind == "none":
                bpy.ops.rigidbody.object_remove()
            elif not has:
                bpy.ops.rigidbody.object_add(type=kind.upper())
            else:
                each.rigid_body.type = kind.upper()


def _told(each: bpy.types.Object) -> dict[str, object]:
    world = world_matrix(each)
    return {
        "name": each.name,
        "world_location": [round(part, 4) + 0.0 for part in world.translation],
        "rotation": rotation_of(each),
        "scale": [round(part, 4) for part in each.scale],
        "dimensions": [round(part, 4) for part in each.dimensions],
    }
