"""Data-blocks by name: to find them, to know that they may be changed, to name new ones."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import bpy

from ..errors import InvalidArguments, NoSuchObject, nearest

_OUTSIDE = frozenset({"window_managers", "screens", "workspaces", "libraries", "brushes"})
"""Lists of `bpy.data` that hold the program's own state, or other files', not the scene's."""


def find(blocks: Any, name: str, kind: str) -> Any:
    """Return the item called `name` of `blocks`, such as `bpy.data.materials` or `each.modifiers`.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found = blocks.get(name) if _is_text(name) else None
    if found is None:
        names = blocks.keys()
        hint = nearest(name, names)
        if not hint:
            listed = ", ".join(map(repr, names[:5]))
            hint = f" There are: {listed}{', …' if len(names) > 5 else ''}." if names else ""
        raise NoSuchObject(f"There is no {kind} {name!r}.{hint}", given=name)
    if isinstance(found, bpy.types.ID) and found.library:
        # This file's own comes first where a linked one has the same name.
        return blocks.get((name, None)) or found
    return found


def find_object(name: str) -> bpy.types.Object:
    """Return the object of that name.

    Raises:
        NoSuchObject: with the nearest names.
    """
    found: bpy.types.Object = find(bpy.data.objects, name, "object")
    return found


def find_objects(names: Iterable[str]) -> list[bpy.types.Object]:
    """Return the objects that are meant, each once, in order.

    Args:
        names: Names, or patterns such as "Rack*" (`*`, `?`, `[…]`), which mean objects of the
            current scene.

    Raises:
        NoSuchObject: for the first that means nothing, with the nearest names.
    """
    found: dict[bpy.types.Object, None] = {}
    for name in names:
        if re.search(r"[*?\[]", name) and bpy.data.objects.get(name) is None:
            matches = re.compile(fnmatch.translate(name)).match
            objects = [each for each in bpy.context.scene.objects if matches(each.name)]
            if not objects:
                raise NoSuchObject(f"No object of the scene matches {name!r}.", given=name)
            found.update(dict.fromkeys(objects))
        else:
            found[find_object(name)] = None
    return list(found)


def find_collection(name: str) -> bpy.types.Collection:
    """Return the collection of that name; "" and the scene's own name mean the scene's.

    Raises:
        NoSuchObject: with the nearest names.
    """
    scene = bpy.context.scene
    if name in ("", scene.collection.name) and name not in bpy.data.collections:
        return scene.collection
    found: bpy.types.Collection = find(bpy.data.collections, name, "collection")
    return found


def scene_collections() -> set[bpy.types.Collection]:
    """Return the current scene's collections: not those of other scenes, nor of its physics."""
    top = bpy.context.scene.collection
    return {top, *top.children_recursive}


def link_copy(copy: bpy.types.Object, place: bpy.types.Collection) -> None:
    """Link a copied object to a collection. A rigid body's copy is in its world's already."""
    if copy.rigid_body is None or copy.name not in place.objects:
        place.objects.link(copy)


def editable(block: bpy.types.ID) -> None:
    """See to it that a data-block may be changed.

    Raises:
        InvalidArguments: it comes from another file.
    """
    if block.library is not None:
        raise InvalidArguments(
            f"{block.name!r} is linked from {block.library.filepath} and cannot be changed here. "
            "Make it local (run_operator object.make_local) or change it there."
        )


def checked_name(name: str) -> str:
    """Return a name that Blender will keep as it is.

    Raises:
        InvalidArguments: it is empty, too long, or no text.
    """
    most = bpy.types.ID.bl_rna.properties["name"].length_max - 1
    if not name.strip() or not _is_text(name) or "\0" in name:
        raise InvalidArguments(f"{name!r} cannot be a name.")
    if len(name.encode()) > most:
        raise InvalidArguments(f"The name {name!r} is too long: at most {most} bytes of UTF-8.")
    return name


@cache
def lists() -> dict[str, str]:
    """Return which list of `bpy.data` holds which type of data-block: "Object" → "objects"."""
    found: dict[str, str] = {}
    for prop in bpy.types.BlendData.bl_rna.properties:
        if prop.type == "COLLECTION" and prop.identifier not in _OUTSIDE:
            found.setdefault(prop.fixed_type.identifier, prop.identifier)
    found.pop("ID", None)
    return found


def list_of(kind: Any) -> Any:
    """Return the list of `bpy.data` for a type's RNA, such as that of PointLight; None if none."""
    name = list_name(kind)
    return None if name is None else getattr(bpy.data, name)


def list_name(kind: Any) -> str | None:
    """Return what the list of `bpy.data` is called that holds a type, by its RNA; None if none."""
    known = lists()
    while kind is not None and kind.identifier not in known:
        kind = kind.base
    return None if kind is None else known[kind.identifier]


def kind_of(block: bpy.types.ID) -> str:
    """Return what a data-block is in words: "object", "node group"."""
    return _KINDS.get(block.id_type) or block.id_type.lower().replace("_", " ")


_KINDS = {
    "CURVES": "hair curves",
    "FONT": "font",
    "GREASEPENCIL": "grease pencil",
    "GREASEPENCIL_V3": "grease pencil",
    "KEY": "shape keys",
    "LIGHT_PROBE": "light probe",
    "META": "metaball",
    "MOVIECLIP": "movie clip",
    "NODETREE": "node group",
}


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # a lone surrogate: Blender raises SystemError at it
        return False
    return True
