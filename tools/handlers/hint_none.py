"""Hints on what was None where a script went on as if it were something."""

from __future__ import annotations

import ast

import bpy

from ..errors import did_you_mean
from .hint_near import listed, near, nearest_first
from .hint_place import Place, assigned, is_collection, text_of, value_of

_WHY = {
    "object": "there is no active object; name one, as in `bpy.data.objects[…]`",
    "active_object": "there is no active object; name one, as in `bpy.data.objects[…]`",
    "edit_object": "no object is in Edit Mode",
    "active": "nothing is active there; take an item by its name, or make one",
    "active_material": "it has no material: `obj.data.materials.append(material)`",
    "material": "the slot is empty: set its `material`",
    "animation_data": "nothing is animated there yet: call `animation_data_create()` first",
    "action": "it has no action: set one of `bpy.data.actions`, or insert a keyframe",
    "node_tree": "it has no nodes yet: set its `use_nodes = True` first",
    "compositing_node_group": "set it: `bpy.data.node_groups.new('Compositor', "
    "'CompositorNodeTree')`",
    "node_group": "no node group is set: give it one of `bpy.data.node_groups`",
    "data": "an Empty has no data",
    "parent": "it has no parent",
    "world": "the scene has no world: `scene.world = bpy.data.worlds.new('World')`",
    "shape_keys": "it has no shape keys: `obj.shape_key_add(name='Basis')` first",
    "rigid_body": "it has no rigid body: `bpy.ops.rigidbody.object_add()` adds one",
    "rigidbody_world": "the scene has no rigid bodies: `bpy.ops.rigidbody.world_add()` first",
    "sequence_editor": "there is none yet: call `scene.sequence_editor_create()` first",
    "pose": "only an armature has a pose",
    "image": "no image is set",
}
_OF_CONTEXT = ("object", "active_object", "edit_object")
_EDITOR = ("area", "region", "space_data", "region_data", "window", "screen")


def what_was_none(place: Place) -> str:
    """Say what was None by its source, and why it was, where that is certain."""
    if not isinstance(place.node, ast.Attribute) or not place.inside:
        return ""
    node = place.node.value
    text = text_of(place, node)
    if isinstance(node, ast.Name):
        origin = assigned(place, node.id)
        if origin is None:
            return f"`{text}` is None."
        why = _why(place, origin)
        where = f"line {origin.lineno} set it to `{text_of(place, origin)}`"
        return f"`{text}` is None; {where}{f': {why}' if why else ''}."
    why = _why(place, node)
    return f"`{text}` is None{f': {why}' if why else ''}."


def _why(place: Place, node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        return _called(place, node)
    if not isinstance(node, ast.Attribute):
        return ""
    if node.attr == "camera":
        cameras = [each.name for each in bpy.context.scene.objects if each.type == "CAMERA"]
        there = f"; there is {listed(cameras)}" if cameras else ""
        return f"the scene has no active camera: set `scene.camera` to one{there}"
    context = _is_context(place, node.value)
    if node.attr in _EDITOR and context:
        return "a script here has no editor around it; bpy.data and the scene need none"
    if node.attr in _OF_CONTEXT and not context:  # such as a modifier's object
        return ""
    if node.attr == "material" and type(value_of(place, node.value)) is not bpy.types.MaterialSlot:
        return ""
    return _WHY.get(node.attr, "")


def _is_context(place: Place, node: ast.expr) -> bool:
    text = text_of(place, node)
    return text.endswith("context") or text == "C"


def _called(place: Place, node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Name):
        defined = any(
            isinstance(each, ast.FunctionDef) and each.name == function.id
            for each in ast.walk(place.tree)
        )
        return f"the function {function.id} returned nothing on its way" if defined else ""
    if not isinstance(function, ast.Attribute):
        return ""
    owner = value_of(place, function.value)
    wanted = _text(place, node.args[0]) if node.args else None
    if function.attr == "get" and is_collection(owner):
        names = list(dict.fromkeys(owner.keys()))
        if wanted is None:
            return f"there is no such item; there are {listed(names)}" if names else ""
        if wanted in names:  # by now; it was not there then
            return ""
        found = near(wanted, names)
        rest = nearest_first(found, names)
        has = f" It has {listed(rest)}" if rest else " It is empty"
        return f"there is no {wanted!r}.{did_you_mean(found)}{has}"
    if function.attr in ("append", "extend", "sort", "link", "update", "clear", "remove"):
        return f"{function.attr}() returns nothing"
    return ""


def _text(place: Place, node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    held = place.names.get(node.id) if isinstance(node, ast.Name) else None
    return held if type(held) is str else None
