"""set_object: where objects are, how large, whose children, what they are called, whether seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy
from mathutils import Vector

from ..errors import InvalidArguments, Unavailable
from ..reach import assess, flat
from ..registry import Assessment, Effect, tool
from . import changes, custom
from .blocks import checked_name, editable, find_object, find_objects
from .layer import in_layer, selection
from .rna import set_all
from .transforms import (
    place_in_world,
    point,
    rotation_of,
    set_dimensions,
    set_parent,
    set_rotation,
    world_matrix,
)

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

Three = tuple[float, float, float]


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    return assess(flat(arguments["properties"]))


@tool(effect=Effect.EDITS, assess=_assess)
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
    """Change one or many objects: transform, parent, name, visibility, selection, origin, settings.

    Args:
        names: Names or patterns such as "Rack*".
        location: Metres.
        rotation: Degrees, XYZ.
        dimensions: Size in metres along its own axes, modifiers included; sets the scale.
        space: What location, rotation, scale mean: the world, or the object's own values in its parent's frame.
        relative: Add to location and rotation, multiply scale.
        point_at: Object or [x, y, z]; cameras and lights look along -Z, others +Y.
        parent: "" clears it.
        keep_transform: Stay in place when the parent changes.
        parent_vertices: 1 or 3 vertices of the parent to hang on.
        apply: Put transforms into the mesh; visual: take constraints' effect as its own.
        origin: geometry, mass, bottom, cursor or a world [x, y, z]; what is seen stays.
        visible: In viewports and renders.
        properties: By path in the object or its data, such as show_wire, hide_render, lens, rigid_body.mass.
        custom_properties: Name to value, or to {value, min, max, default, description, subtype}; null removes.
    """
    objects = find_objects(names)
    _check(objects, new_name, parent, point_at, select)
    if any(each is not None for each in (location, rotation, scale, dimensions, point_at, parent)):
        bpy.context.view_layer.update()  # matrices, after what was set before
    above = find_object(parent) if parent else None
    for each in objects:
        editable(each)
        if parent is not None and not (each.parent == above and above is None):
            set_parent(each, above, keep=keep_transform, vertices=parent_vertices, bone=parent_bone)
        _transform(each, location, rotation, scale, space, relative)
    if dimensions is not None:
        _resize(objects, dimensions)
    if point_at is not None:
        _turn(objects, point_at)
    if rigid_body is not None:
        _rigid_body(objects, rigid_body)
    for each in objects:
        if properties:
            set_all(_roots(each), properties)
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
) -> None:
    if new_name:
        checked_name(new_name)
    if parent:
        find_object(parent)
    if isinstance(point_at, str):
        find_object(point_at)
    elif point_at is not None and len(point_at) != 3:
        raise InvalidArguments(f"point_at: a name or [x, y, z], not {point_at!r}.")
    if select is not None and (away := [each.name for each in objects if not in_layer(each)]):
        raise Unavailable(
            f"Not in the current view layer, so not selectable: {', '.join(away[:9])}."
        )


def _roots(each: bpy.types.Object) -> list[Any]:
    """What a property's path begins at: a lamp's `color` is its light's, a mesh's is its own."""
    if each.data is None:
        return [each]
    return [each, each.data] if each.type == "MESH" else [each.data, each]


def _transform(
    each: bpy.types.Object,
    location: Three | None,
    rotation: Three | None,
    scale: Three | None,
    space: str,
    relative: bool,
) -> None:
    parts = {"location": location, "rotation": rotation, "scale": scale}
    if not (given := [name for name, value in parts.items() if value is not None]):
        return
    # Its own values are the world's where it has no parent, and keep angles beyond 180° as given.
    own = space == "local" or each.parent is None
    if relative:
        old_location, old_scale = each.location, each.scale
        turned = rotation_of(each)
        if not own:
            world = world_matrix(each)
            old_location, old_scale = world.translation, world.to_scale()
            turned = [math.degrees(angle) for angle in world.to_euler()]
        if location is not None:
            location = tuple(old_location + Vector(location))
        if rotation is not None:
            rotation = tuple(a + b for a, b in zip(turned, rotation))
        if scale is not None:
            scale = tuple(a * b for a, b in zip(old_scale, scale))
    changes.changing(each, *given)
    if not own:
        place_in_world(each, location, rotation, scale)
        return
    if location is not None:
        each.location = location
    if rotation is not None:
        set_rotation(each, rotation)
    if scale is not None:
        each.scale = scale


def _resize(objects: list[bpy.types.Object], dimensions: Three) -> None:
    if min(dimensions) < 0:
        raise InvalidArguments(f"dimensions: none below 0, not {list(dimensions)}.")
    bpy.context.view_layer.update()
    for each in objects:
        changes.changing(each, "scale")
        set_dimensions(each, dimensions)


def _turn(objects: list[bpy.types.Object], target: str | list[float]) -> None:
    bpy.context.view_layer.update()
    for each in objects:
        changes.changing(each, "rotation")
        point(each, target)


def _show(each: bpy.types.Object, visible: bool) -> None:
    changes.changing(each, "visibility")
    each.hide_render = not visible
    if in_layer(each):
        each.hide_set(not visible)
    if visible or not in_layer(each):
        each.hide_viewport = not visible


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
        if each.data is not None and each.data.users > 1:
            raise InvalidArguments(
                f"{each.name!r} shares its {each.data.name!r} with other objects, which would "
                "change too. Make it its own first: run_operator object.make_single_user with "
                '{"object": true, "obdata": true}.'
            )
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
        if each.data is None:
            raise InvalidArguments(f"{each.name!r} is an empty: it is nothing but its origin.")
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
    if bpy.context.mode != "OBJECT":
        raise Unavailable("The selection is the user's while they are in another mode than Object.")
    changes.changing(bpy.context.scene, "selection")
    if how == "only":
        for each in bpy.context.selected_objects:
            each.select_set(False)
    for each in objects:
        each.select_set(how != "remove")
    if how != "remove":
        layer.objects.active = objects[-1]


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
