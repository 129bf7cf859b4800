"""The user's selection, active object and mode: set, or borrowed and given back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import bpy

from ..errors import Unavailable
from . import changes

_MODES = {
    "EDIT_MESH": "EDIT", "EDIT_CURVE": "EDIT", "EDIT_CURVES": "EDIT", "EDIT_SURFACE": "EDIT",
    "EDIT_TEXT": "EDIT", "EDIT_ARMATURE": "EDIT", "EDIT_METABALL": "EDIT", "EDIT_LATTICE": "EDIT",
    "EDIT_GREASE_PENCIL": "EDIT", "EDIT_POINTCLOUD": "EDIT", "POSE": "POSE",
    "SCULPT": "SCULPT", "PAINT_WEIGHT": "WEIGHT_PAINT", "PAINT_VERTEX": "VERTEX_PAINT",
    "PAINT_TEXTURE": "TEXTURE_PAINT", "PARTICLE": "PARTICLE_EDIT", "SCULPT_CURVES": "SCULPT_CURVES",
}  # fmt: skip
"""What `context.mode` is called by `object.mode_set`."""


def in_layer(each: bpy.types.Object) -> bool:
    """Return whether an object is in the current view layer, where it can be selected."""
    return bpy.context.view_layer.objects.get(each.name) == each


def active_in_words() -> str:
    """Return the active object as "'Cube' (MESH)", or "none"."""
    active = bpy.context.view_layer.objects.active
    return f"{active.name!r} ({active.type})" if active else "none"


def select_only(objects: Iterable[bpy.types.Object]) -> None:
    """Select these alone, as Blender does with what it added; in object mode only."""
    if bpy.context.mode != "OBJECT":
        return
    inside = set(bpy.context.view_layer.objects)  # looking one up by name walks the list
    listed = [each for each in objects if each in inside]
    for each in bpy.context.selected_objects:
        each.select_set(False)
    for each in listed:
        each.select_set(True)
    if listed:
        bpy.context.view_layer.objects.active = listed[-1]


@contextmanager
def object_mode() -> Iterator[None]:
    """Leave the user's mode for the time of the block, and come back to it.

    Raises:
        Unavailable: the mode cannot be left now.
    """
    mode = bpy.context.mode
    if mode == "OBJECT":
        yield
        return
    layer = bpy.context.view_layer
    active = layer.objects.active
    edited = [each.name for each in getattr(bpy.context, "objects_in_mode", ())]
    changes.begin()  # the step that a failure goes back to is one in the user's mode
    _set_mode("OBJECT")
    try:
        yield
    finally:
        again = [layer.objects[name] for name in edited if name in layer.objects]
        selected = [each.name for each in bpy.context.selected_objects]
        if active is not None and active.name in layer.objects and mode in _MODES:
            for each in bpy.context.selected_objects:
                each.select_set(each in again)
            for each in again:
                each.select_set(True)
            layer.objects.active = active
            _set_mode(_MODES[mode])
            for each in layer.objects:
                if each.select_get() != (each.name in selected):
                    each.select_set(each.name in selected)


@contextmanager
def selection(
    objects: Sequence[bpy.types.Object],
    active: bpy.types.Object | None = None,
    mode: str = "OBJECT",
) -> Iterator[None]:
    """Select these alone, with one active and in a mode, for the time of the block.

    Args:
        objects: What to select.
        active: What is active; the last of `objects` if left out.
        mode: As `object.mode_set` takes it.

    Raises:
        Unavailable: one is not in the current view layer, or is hidden, or has no such mode.
    """
    for each in objects:
        if not in_layer(each):
            raise Unavailable(
                f"{each.name!r} is not in the current view layer: it is in another scene, or its "
                "collection is excluded. Link it to a collection of this scene first."
            )
    with object_mode():
        layer = bpy.context.view_layer
        before = [each.name for each in bpy.context.selected_objects]
        active_before = layer.objects.active.name if layer.objects.active else ""
        hidden = [each for each in objects if each.hide_get() or each.hide_viewport]
        flags = [
            (each.name, each.hide_get(), each.hide_viewport, each.hide_select) for each in objects
        ]
        for each in hidden:
            each.hide_viewport = False
            each.hide_set(False)
        for each in bpy.context.selected_objects:
            each.select_set(False)
        for each in objects:
            each.hide_select = False
            each.select_set(True)
        layer.objects.active = active or (objects[-1] if objects else layer.objects.active)
        try:
            if mode != "OBJECT":
                _set_mode(mode)
            yield
        finally:
            if bpy.context.mode != "OBJECT":
                _set_mode("OBJECT")
            gone = before and not any(name in layer.objects for name in before)
            if not gone:  # else what came of them stays selected
                for each in bpy.context.selected_objects:
                    each.select_set(False)
            for name, unseen, off, fixed in flags:
                if (each := layer.objects.get(name)) is not None:
                    each.hide_viewport, each.hide_select = off, fixed
                    each.hide_set(unseen)
            for name in before:
                if (each := layer.objects.get(name)) is not None:
                    each.select_set(True)
            if active_before in layer.objects or not active_before:
                layer.objects.active = layer.objects.get(active_before)


def _set_mode(mode: str) -> None:
    try:
        bpy.ops.object.mode_set(mode=mode)
    except (RuntimeError, TypeError) as error:
        active = bpy.context.view_layer.objects.active
        name = active.name if active else "no object"
        raise Unavailable(f"{name!r} cannot go into {mode.lower()} mode: {error}") from None
