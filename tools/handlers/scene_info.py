"""get_scene_info: what there is, in one page."""

from __future__ import annotations

from array import array
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import bpy

from ..registry import Effect, tool
from .blocks import find

if TYPE_CHECKING:
    from annotated_types import Ge, Le

_PAGE_BYTES = 5_000
"""Room for the rows of objects, so that the whole answer stays below 8 kB."""
_ROW_BYTES = 80
"""A row beside its name: keys, type, three numbers."""
_COLLECTIONS_SHOWN = 20
_NAMES_SHOWN = 20


class ObjectRow(TypedDict):
    name: str
    type: str
    location: tuple[float, ...]


@tool(effect=Effect.READS)
def get_scene_info(
    name: str = "",
    type: str = "",
    collection: str = "",
    offset: Annotated[int, Ge(0)] = 0,
    limit: Annotated[int, Ge(0), Le(500)] = 50,
) -> dict[str, object]:
    """Describe the scene: counts, active object, mode, selection, camera, units, render settings, and a page of its objects.

    Args:
        name: Only objects whose name contains this, in any case.
        type: Only objects of this type, such as MESH or LIGHT.
        collection: Only objects in this collection or its children.
        offset: Number of matching objects to skip.
        limit: Most objects to list; fewer where they would not fit.

    Returns:
        Locations in metres in the world's frame, `objects_total` the number that match, and
        `next_offset` where there are more.
    """
    context, scene = bpy.context, bpy.context.scene
    context.view_layer.update()  # places set since the last update, which no window asked for
    types = _types(scene.objects)
    found, total = _matching(scene, name.lower(), type.upper(), collection, types, offset, limit)
    rows = _rows(found)
    active = context.view_layer.objects.active
    selected = context.selected_objects
    answer: dict[str, object] = {
        "scene": scene.name,
        "file": bpy.data.filepath or "not saved yet",
        "counts": {
            "objects": dict(Counter(types).most_common()),
            "materials": len(bpy.data.materials),
            "collections": len(bpy.data.collections),
        },
        "collections": [
            f"{each.name} ({len(each.objects)})"
            for each in bpy.data.collections[:_COLLECTIONS_SHOWN]
        ],
        "active": active.name if active else None,
        "mode": context.mode,
        "selected": [each.name for each in selected[:_NAMES_SHOWN]],
        "selected_total": len(selected),
        "camera": scene.camera.name if scene.camera else None,
        "units": f"{scene.unit_settings.system}, 1 unit = {scene.unit_settings.scale_length:g} m",
        "render": {
            "engine": scene.render.engine,
            "resolution": [scene.render.resolution_x, scene.render.resolution_y],
            "percentage": scene.render.resolution_percentage,
        },
        "frame": [scene.frame_current, scene.frame_start, scene.frame_end],
        "fps": round(scene.render.fps / scene.render.fps_base, 3),
        "objects": rows,
        "objects_total": total,
    }
    if offset + len(rows) < total:
        answer["next_offset"] = offset + len(rows)
    return answer


def _types(objects: Any) -> list[str]:
    """Each object's type, in order: 10 ms for 100,000, where asking one by one takes 50."""
    numbers = array("i", bytes(4 * len(objects)))
    objects.foreach_get("type", numbers)
    names = _type_names()
    return [names[number] for number in numbers]


@cache
def _type_names() -> dict[int, str]:
    items = bpy.types.Object.bl_rna.properties["type"].enum_items
    return {item.value: item.identifier for item in items}


def _matching(
    scene: bpy.types.Scene,
    name: str,
    kind: str,
    collection: str,
    types: list[str],
    offset: int,
    limit: int,
) -> tuple[list[bpy.types.Object], int]:
    """Return one page of the objects that match, and how many there are."""
    if not (name or kind or collection):
        return scene.objects[offset : offset + limit], len(types)
    inside = _names_in(collection) if collection else None
    found = [
        each
        for each, its_type, its_name in zip(scene.objects, types, scene.objects.keys())
        if (not kind or its_type == kind)
        and name in its_name.lower()
        and (inside is None or its_name in inside)
    ]
    return found[offset : offset + limit], len(found)


def _names_in(collection: str) -> set[str]:
    top = find(bpy.data.collections, collection, "collection")
    return {name for each in (top, *top.children_recursive) for name in each.objects.keys()}


def _rows(objects: list[bpy.types.Object]) -> list[ObjectRow]:
    rows: list[ObjectRow] = []
    room = _PAGE_BYTES
    for each in objects:
        room -= len(ascii(each.name)) + _ROW_BYTES
        if room < 0:
            break
        place = each.matrix_world.translation.to_tuple(4)
        rows.append(ObjectRow(name=each.name, type=each.type, location=place))
    return rows
