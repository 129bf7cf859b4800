"""Nodes by the names that menus, Python and other versions of Blender know them by."""

from __future__ import annotations

from functools import cache
from typing import Any

import bpy

from ..errors import InvalidArguments, nearest

_PREFIXES = {
    "ShaderNodeTree": ("ShaderNode",),
    "GeometryNodeTree": ("GeometryNode", "FunctionNode", "ShaderNode"),
    "CompositorNodeTree": ("CompositorNode", "ShaderNode"),
}
"""How the types of a tree's nodes begin."""
_OTHER_TYPES = {
    "ColorRamp": ("ShaderNodeValToRGB",),
    "MusgraveTexture": ("ShaderNodeTexNoise",),
    "CompositorNodeComposite": ("NodeGroupOutput",),
    "NodeGroupOutput": ("CompositorNodeComposite",),
    "Composite": ("NodeGroupOutput",),
    "CompositorNodeMixRGB": ("ShaderNodeMix",),
    "CompositorNodeMath": ("ShaderNodeMath",),
    "CompositorNodeMapRange": ("ShaderNodeMapRange",),
    "CompositorNodeValToRGB": ("ShaderNodeValToRGB",),
    "ShaderNodeSeparateRGB": ("ShaderNodeSeparateColor",),
    "ShaderNodeCombineRGB": ("ShaderNodeCombineColor",),
    "ShaderNodeTexMusgrave": ("ShaderNodeTexNoise",),
}
"""Types that another version of Blender calls otherwise, or has in another tree."""


def new_node(tree: Any, given: str) -> Any:
    """Return a new node of a tree.

    Args:
        tree: The node tree.
        given: The type, as in a menu ("Noise Texture"), in Python, or on another version.

    Raises:
        InvalidArguments: there is no such type, or not in such a tree; with the nearest.
    """
    known = _types(tree.bl_idname)
    if tree.bl_idname == "CompositorNodeTree" and tree.is_embedded_data:  # before 5.0
        given = {"NodeGroupOutput": "Composite", "Group Output": "Composite"}.get(given, given)
    short = given.strip().replace(" ", "")
    tries = [
        known.get(given.strip().lower(), ""),
        given,
        *(prefix + short for prefix in _PREFIXES.get(tree.bl_idname, ())),
        *_OTHER_TYPES.get(short, ()),
    ]
    for idname in tries:
        if not isinstance(getattr(bpy.types, idname, None), type):
            continue
        try:
            return tree.nodes.new(idname)
        except RuntimeError:  # unknown, or not for this kind of tree
            continue
    names = [getattr(bpy.types, idname).bl_rna.name for idname in known.values()]
    hint = nearest(given, [*names, *known.values()])
    raise InvalidArguments(f"There is no node type {given!r} for this tree.{hint}", given=given)


@cache
def _types(tree: str) -> dict[str, str]:
    """Return node types by the names that the menus show, in lower case."""
    found: dict[str, str] = {}
    for prefix in (*_PREFIXES.get(tree, ()), "Node"):
        for idname in dir(bpy.types):
            if idname.startswith(prefix) and (kind := getattr(bpy.types, idname, None)):
                if isinstance(kind, type) and issubclass(kind, bpy.types.Node):
                    found.setdefault(kind.bl_rna.name.lower(), idname)
    return found
