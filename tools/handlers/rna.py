"""Blender's properties set by path and by JSON value, all or none, and read back.

What is set is compared first, so that only what really changes is told to `changes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import bpy

from ..errors import InvalidArguments, ToolError
from . import changes
from .blocks import editable
from .rna_path import Place, locate
from .rna_value import choices, convert, enum_refusal, equal, match, plain

_MEDIA = {"FFMPEG": "VIDEO", "OPEN_EXR_MULTILAYER": "MULTI_LAYER_IMAGE"}


def set_all(
    roots: Iterable[Any], values: Mapping[str, object], *, holder: bpy.types.ID | None = None
) -> dict[str, Any]:
    """Set properties by path, all or none of them, and return what they are now.

    Args:
        roots: What the paths begin at; the first that has the path's first word is taken. None
            stands for the scene and `bpy.data`.
        values: By path, as JSON values. Their order does not matter: what becomes possible only
            through another of them, such as a codec through its format, is set after it.
        holder: The data-block that is changed, where a root is not one itself.

    Raises:
        ToolError: naming the path, and what would do. Some may have been set by then.
    """
    todo = dict(values)
    roots = list(roots)
    checked: list[Place] = []
    faults: dict[str, ToolError] = {}
    places: dict[str, Place] = {}
    for path, value in todo.items():
        try:
            place = locate(roots, path, holder)
            convert(place, value)
            checked.append(place)
        except ToolError as fault:
            faults[path] = fault
    if faults and not any(map(_opens_others, checked)):
        raise next(iter(faults.values()))
    while todo:
        left = {}
        for path, value in todo.items():
            try:
                # Found anew each time: a lamp of another type has other properties.
                places[path] = locate(roots, path, holder)
                put(places[path], value)
            except ToolError as fault:
                left[path] = value
                faults[path] = fault
        if len(left) == len(todo):
            raise faults[next(iter(left))]
        todo = left
    # Setting one may reset another, as the file format does with the codec.
    for _ in range(2):
        for path, value in values.items():
            places[path] = _again(roots, path, holder, places)
            put(places[path], value)
    faulty = [path for path in values if not _is_so(places[path], values[path])]
    if faulty:  # some follow from others at Blender's update only, such as dimensions
        bpy.context.view_layer.update()
    for path in faulty:
        place = places[path] = _again(roots, path, holder, places)
        if not _is_so(place, values[path]):
            raise InvalidArguments(
                f"{place.named} stays {plain(place.read())!r}: it does not go with the others."
            )
    return {path: place.shown() for path, place in places.items()}


def _again(
    roots: list[Any], path: str, holder: bpy.types.ID | None, places: Mapping[str, Place]
) -> Place:
    """Where a path leads now: what it led to may be gone since, such as a group node's inputs. It
    leads nowhere any more where one of the values was a name that it goes by."""
    try:
        return locate(roots, path, holder)
    except ToolError:
        if not any(place.key == "name" for place in places.values()):
            raise
        return places[path]


def _is_so(place: Place, value: object) -> bool:
    """Whether a property has a value; an enum's may have been meant by another word."""
    new, now = convert(place, value), place.read()
    if not place.custom and place.prop.type == "ENUM" and match(str(new), {str(now): ""}):
        return True
    return equal(now, new)


def _opens_others(place: Place) -> bool:
    """Whether other properties may come into being, or take other values, through this one."""
    return place.custom or place.prop.type in ("ENUM", "POINTER", "BOOLEAN")


def put(place: Place, value: object) -> None:
    """Set one property to a JSON value, if it is not so already, and tell `changes`.

    Raises:
        InvalidArguments: the value does not do; with what would.
    """
    editable(place.block)
    new = convert(place, value)
    if equal(place.read(), new):
        return
    mesh = place.block if isinstance(place.block, bpy.types.Mesh) else None
    if mesh is not None and mesh.is_editmode and place.owner != mesh:
        raise InvalidArguments(
            f"{place.named}: this mesh is being edited, and leaving that mode would undo it. Use "
            "edit_mesh, or leave the mode first."
        )
    changes.changing(place.block, place.label)
    assign(place, new)


def assign(place: Place, new: Any) -> None:
    """Set one property to what `convert` returned.

    Raises:
        InvalidArguments: Blender does not take it after all; with what it would.
    """
    if place.custom:
        place.owner[place.key] = new
        place.block.update_tag()  # drivers that read it are not told otherwise
        return
    owner, key = place.owner, place.key
    if key == "file_format" and "media_type" in owner.bl_rna.properties:  # 5.0
        owner.media_type = _MEDIA.get(str(new), "IMAGE")
    if place.index is not None:
        getattr(owner, key)[place.index] = new
        return
    try:
        new = _assign(owner, key, new)
    except (TypeError, ValueError, AttributeError, RuntimeError, OverflowError) as error:
        raise InvalidArguments(f"{place.named}: {_reason(error)}", given=new) from None
    if place.prop.type == "POINTER" and new is not None and place.read() != new:
        if new == place.block:
            raise InvalidArguments(f"{place.named} cannot be {new.name!r} itself.")
    if place.prop.type in ("ENUM", "POINTER") and not equal(place.read(), new):
        raise InvalidArguments(
            f"{place.named}: Blender does not take {plain(new)!r} here; it stays {plain(place.read())!r}."
        )


def _assign(owner: Any, key: str, new: Any) -> Any:
    """Set it, and return what it was set to: an enum's value may have been meant by another word."""
    try:
        setattr(owner, key, new)
        return new
    except TypeError as error:
        # Many enums list their values only when asked: what is valid now stands in the message.
        refusal = enum_refusal(str(error))
        if refusal is None or not isinstance(new, str):
            raise
        known = refusal.items
        meant = match(new, {each: each for each in known})
        if meant is None:
            raise ValueError(choices(new, known)) from None
        setattr(owner, key, meant)
        return meant


def _reason(error: Exception) -> str:
    text = str(error).strip()
    text = re.sub(r"^bpy_struct: item\.attr = val: ?", "", text)
    return text if text.endswith(".") else f"{text}."
