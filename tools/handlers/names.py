"""Receipts by names: which data-blocks came and which went."""

from __future__ import annotations

import bpy

from ..receipt import Receipt

Snapshot = dict[str, set[str]]
"""Names by kind of data-block; a linked one's name is followed by its library's."""

_KINDS = {
    "object": "objects",
    "collection": "collections",
    "material": "materials",
    "mesh": "meshes",
    "curve": "curves",
    "light": "lights",
    "camera": "cameras",
    "world": "worlds",
    "image": "images",
    "node group": "node_groups",
    "armature": "armatures",
    "action": "actions",
    "text": "texts",
    "scene": "scenes",
}


def snapshot() -> Snapshot:
    """Return the names of all data-blocks that receipts speak of: 8 to 15 ms at 100,000 objects."""
    return {kind: _names(getattr(bpy.data, place)) for kind, place in _KINDS.items()}


def changes(before: Snapshot, after: Snapshot) -> Receipt:
    """Return what was added and removed between two snapshots.

    A mesh, curve, light or camera that came with an object of its own is not named beside it.
    """
    added = {kind: tuple(sorted(after[kind] - before[kind])) for kind in _KINDS}
    removed = {kind: tuple(sorted(before[kind] - after[kind])) for kind in _KINDS}
    for names in (added, removed):
        if names["object"]:
            for kind in ("mesh", "curve", "light", "camera", "armature"):
                names[kind] = ()
    return Receipt(
        {kind: names for kind, names in added.items() if names},
        {kind: names for kind, names in removed.items() if names},
    )


def _names(blocks: bpy.types.bpy_prop_collection) -> set[str]:  # type: ignore[type-arg]
    if any(library for library in bpy.data.libraries):
        return {f"{b.name} [{b.library.name}]" if b.library else b.name for b in blocks}
    return set(blocks.keys())
