"""What a person attaches to a message: the selection, the scene, names, told as the tools tell it.

Main thread; called by `live_scene` when a message is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import bpy

MOST = 20
"""Objects of a selection that are described."""
KINDS = {
    "object": "objects",
    "collection": "collections",
    "material": "materials",
    "mesh": "meshes",
    "image": "images",
    "node group": "node_groups",
    "world": "worlds",
    "scene": "scenes",
    "text": "texts",
}
"""Kinds of data-blocks that can be named in a message, and where they are, the likeliest first."""


def attached(what: str) -> str:
    """Return what a chip stands for, in words and JSON; "" where there is nothing.

    Args:
        what: "selection", "active" or "scene".
    """
    # Not needed for enabling.
    from .object_info import get_object_info
    from .scene_info import get_scene_info

    if what == "scene":
        return f"the scene: {_told(get_scene_info())}"
    if what == "selection":
        names = [each.name for each in bpy.context.selected_objects]
    else:
        active = bpy.context.view_layer.objects.active
        names = [active.name] if active else []
    if not names:
        return ""
    more = f" (the first {MOST} of {len(names):,})" if len(names) > MOST else ""
    return f"the {what}{more}: {_told(get_object_info(names[:MOST]))}"


def kinds() -> dict[str, list[str]]:
    """Return by the names of data-blocks of which kinds there are, the likeliest first."""
    found: dict[str, list[str]] = {}
    for kind, blocks in KINDS.items():
        for name in getattr(bpy.data, blocks).keys():
            found.setdefault(name, []).append(kind)
    return found


def names(most: int) -> list[tuple[str, str]]:
    """Return kind and name of data-blocks that can be named, at most so many, objects first."""
    found: list[tuple[str, str]] = []
    add: Callable[[tuple[str, str]], None] = found.append
    for kind, blocks in KINDS.items():
        for each in getattr(bpy.data, blocks):
            if len(found) >= most:
                return found
            add((kind, each.name))
    return found


def _told(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
