"""edit_collections: made, nested, filled, hidden, renamed, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import bpy

from ..errors import InvalidArguments, Unavailable
from ..registry import Effect, tool
from . import changes
from .blocks import checked_name, editable, find_collection, find_objects, scene_collections

if TYPE_CHECKING:
    from annotated_types import MaxLen


@tool(effect=Effect.EDITS)
def edit_collections(
    collection: str,
    parent: str | None = None,
    objects: Annotated[list[str], MaxLen(1000)] = [],
    keep_others: bool = False,
    new_name: str = "",
    visible: bool | None = None,
    exclude: bool | None = None,
    color: Literal["NONE", "RED", "ORANGE", "YELLOW", "GREEN", "BLUE", "VIOLET", "PINK", "BROWN"]
    | None = None,
    remove: bool = False,
) -> dict[str, object]:
    """Create a collection or change one: nest it, move objects into it, hide, rename, remove.

    Args:
        collection: Its name; made if there is none; "" is the scene's own.
        parent: The collection to nest it in; "" is the scene's.
        objects: Names or patterns to move into it.
        keep_others: Stay in other collections too.
        visible: In viewports and renders.
        exclude: Take it out of the view layer.
        remove: Remove it; its objects and children go to its parent.
    """
    found = bpy.data.collections.get(collection)
    if found is None and collection in ("", bpy.context.scene.collection.name):
        found = bpy.context.scene.collection
        if parent is not None or new_name or remove or exclude is not None or color is not None:
            raise InvalidArguments("The scene's own collection can only take objects.")
    moved = find_objects(objects)
    above = find_collection(parent) if parent is not None else None
    if new_name:
        checked_name(new_name)
    if found is None:
        if remove:
            find_collection(collection)
        name = checked_name(collection)
        changes.begin()
        found = bpy.data.collections.new(name)
        changes.added(found)
        (above or bpy.context.scene.collection).children.link(found)
    elif above is not None:
        _nest(found, above)
    if moved or remove or visible is not None or color is not None or new_name:
        editable(found)
    for each in moved:
        editable(each)
        _move(each, found, keep_others)
    if remove:
        return _remove(found)
    layer = _layer_of(bpy.context.view_layer.layer_collection, found)
    if visible is not None:
        eye = layer is not None and layer.hide_viewport
        if visible in (found.hide_render, found.hide_viewport) or (visible and eye):
            changes.changing(found, "visibility")
            found.hide_render = found.hide_viewport = not visible
            if layer is not None and visible:
                layer.hide_viewport = False
    if exclude:
        within = {found, *found.children_recursive}
        for each in getattr(bpy.context, "objects_in_mode", ()):
            if within & set(each.users_collection):
                raise Unavailable(f"{each.name!r} is being edited; leave that mode first.")
    if exclude is not None and layer is not None and layer.exclude != exclude:
        changes.changing(found, "excluded" if exclude else "included")
        layer.exclude = exclude
    if color is not None:
        tag = "NONE" if color == "NONE" else f"COLOR_{_COLORS.index(color) + 1:02}"
        if found.color_tag != tag:
            changes.changing(found, "color")
            found.color_tag = tag
    if new_name and new_name != found.name:
        before = found.name
        changes.begin()
        found.name = new_name
        changes.renamed(found, before)
    return {
        "name": found.name,
        "objects": len(found.objects),
        "children": [each.name for each in found.children[:20]],
    }


_COLORS = ("RED", "ORANGE", "YELLOW", "GREEN", "BLUE", "VIOLET", "PINK", "BROWN")


def _nest(found: bpy.types.Collection, above: bpy.types.Collection) -> None:
    if above == found or above in found.children_recursive:
        raise InvalidArguments(
            f"{found.name!r} cannot be nested in {'itself' if above == found else 'its own child'}."
        )
    if found in above.children.values():
        return
    changes.changing(found, f"moved to {above.name}")
    for each in _parents(found):
        each.children.unlink(found)
    above.children.link(found)


def _parents(found: bpy.types.Collection) -> list[bpy.types.Collection]:
    every = [bpy.context.scene.collection, *bpy.data.collections]
    return [each for each in every if found in each.children.values()]


def _move(each: bpy.types.Object, found: bpy.types.Collection, keep_others: bool) -> None:
    ours = scene_collections()
    others = [place for place in each.users_collection if place != found and place in ours]
    inside = each.name in found.objects
    if inside and (keep_others or not others):
        return
    changes.changing(each, f"moved to {found.name}")
    if not inside:
        found.objects.link(each)
    if not keep_others:
        for place in others:
            place.objects.unlink(each)


def _remove(found: bpy.types.Collection) -> dict[str, object]:
    above = _parents(found) or [bpy.context.scene.collection]
    changes.removing(found)
    ours = scene_collections() - {found}
    for each in list(found.objects):
        if not ours & set(each.users_collection):
            above[0].objects.link(each)
    for child in list(found.children):
        if child not in above[0].children.values():
            above[0].children.link(child)
    name = found.name
    bpy.data.collections.remove(found)
    return {"removed": name}


def _layer_of(
    layer: bpy.types.LayerCollection, found: bpy.types.Collection
) -> bpy.types.LayerCollection | None:
    if layer.collection == found:
        return layer
    return next((hit for each in layer.children if (hit := _layer_of(each, found))), None)
