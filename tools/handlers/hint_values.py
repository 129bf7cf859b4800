"""Hints on values that a property or a parameter does not take, and on what cannot be set.

Each takes where the script failed and Blender's message, and gives the hint or "".
"""

from __future__ import annotations

import ast
import re
from typing import Any

import bpy

from ..errors import did_you_mean
from . import hint_operators
from .blocks import list_name
from .hint_near import listed, near
from .hint_place import Place, is_struct, text_of, value_of
from .rna_value import NOT_FOUND, enum_refusal, match

_ARGUMENT = re.compile(r'^(\w+)\.(\w+)\(\): error with (?:keyword argument|argument \d+,) "(\w+)"')
_CALLED = re.compile(r"^(\w+)\.(\w+)\(\): (?:required parameter|takes at most|was called with)")
_OF_TYPE = re.compile(r"\b(\w+)\.(\w+) expected an? ")
_READ_ONLY = re.compile(r'attribute "(\w+)" from "(\w+)" is read-only')
_NO_SETTER = re.compile(r"property '(\w+)' of '(\w+)' object has no setter")
_CONTEXT_READ_ONLY = re.compile(r'Context property "(\w+)" is read-only')
_NO_NODE = re.compile(r"^Error: Node type (\w+) undefined")
_NO_PATH = re.compile(r'^bpy_struct\.(?:keyframe_\w+|driver_\w+)\(\):? property "(.*)" not found')
_ARRAYS = {
    "COLOR": "red, green, blue", "COLOR_GAMMA": "red, green, blue",
    "EULER": "x, y, z in radians", "QUATERNION": "w, x, y, z", "AXISANGLE": "angle, x, y, z",
    "TRANSLATION": "x, y, z", "XYZ": "x, y, z", "DIRECTION": "x, y, z",
    "COORDINATES": "x, y, z",
}  # fmt: skip
_INSTEAD = {
    (
        "Bone",
        "",
    ): "Bones are shaped in Edit Mode, through `armature.edit_bones[…]` (head, tail, roll)",
    (
        "PoseBone",
        "",
    ): "A pose is set by location, rotation and scale, or by matrix; what the bone is "
    "at rest by `armature.edit_bones[…]` in Edit Mode",
    (
        "Mesh",
        "vertices",
    ): "Build it by `mesh.from_pydata(vertices, edges, faces)`, or set what it has "
    "by `mesh.vertices.foreach_set('co', flat)`",
    ("Mesh", "edges"): "Build it by `mesh.from_pydata(vertices, edges, faces)`",
    ("Mesh", "polygons"): "Build it by `mesh.from_pydata(vertices, edges, faces)`, or use bmesh",
    ("MeshPolygon", "normal"): "It follows from the vertices",
    ("MeshPolygon", "center"): "It follows from the vertices",
    ("MeshPolygon", "area"): "It follows from the vertices",
    ("Object", "type"): "It follows from the object's data; `bpy.ops.object.convert` makes another",
    ("Object", "bound_box"): "It follows from the data; set `dimensions` or `scale`",
    ("Object", "mode"): "Set it by `bpy.ops.object.mode_set(mode=…)`",
    ("Object", "children"): "Set `parent` on each child",
    ("Object", "users_collection"): "Link it: `collection.objects.link(obj)`",
    ("Object", "material_slots"): "Slots come with `obj.data.materials.append(material)`",
    ("Object", "animation_data"): "Make it: `animation_data_create()`",
    ("Scene", "objects"): "Link objects: `scene.collection.objects.link(obj)`",
    ("Context", "mode"): "Set it by `bpy.ops.object.mode_set(mode=…)`",
    ("Context", "object"): "Set `bpy.context.view_layer.objects.active`",
    ("Context", "active_object"): "Set `bpy.context.view_layer.objects.active`",
    ("Context", "selected_objects"): "Select by `obj.select_set(True)`",
}
"""What to do instead; ("Bone", "") is for all of a bone's properties but those that can be set."""


def enum(place: Place, message: str) -> str:
    """Name the values that are near one that there is not."""
    found = enum_refusal(message)
    if found is None:
        return ""
    wanted, items = found.wanted, found.items
    prop = _property(place, message, wanted)
    shown = {} if prop is None else {each.identifier: each.name for each in prop.enum_items}
    by_word = match(wanted, {each: shown.get(each, each) for each in items})
    by_name = {shown[each]: each for each in items if shown.get(each)}
    words = [by_word] if by_word else []
    words += near(wanted, items)
    words += [by_name[each] for each in near(wanted, by_name)]
    said = did_you_mean(list(dict.fromkeys(words))[:3])
    if hint_operators.name_of(place) == "object.mode_set":
        active = bpy.context.view_layer.objects.active
        if active is not None:
            said += f" Which modes there are depends on the active object, {active.name!r} ({active.type})."
    return said


def _property(place: Place, message: str, wanted: str) -> Any:
    """Return the RNA of what was being set, or None."""
    if found := _ARGUMENT.match(message):
        return _parameter(*found.groups())
    node = place.node
    if isinstance(node, ast.Attribute):
        return _owned(value_of(place, node.value), node.attr)
    if isinstance(node, ast.Call) and (known := hint_operators.properties(place)):
        for each in node.keywords:
            if isinstance(each.value, ast.Constant) and each.value.value == wanted and each.arg:
                return known.get(each.arg)
    return None


def _owned(owner: Any, name: str) -> Any:
    return type(owner).bl_rna.properties.get(name) if is_struct(owner) else None


def _function(kind: str, name: str) -> Any:
    rna = getattr(getattr(bpy.types, kind, None), "bl_rna", None)
    return None if rna is None else rna.functions.get(name)


def _parameter(kind: str, function: str, name: str) -> Any:
    found = _function(kind, function)
    return None if found is None else found.parameters.get(name)


def values(place: Place, message: str) -> str:
    """Say what a property or a parameter takes."""
    if found := _NO_PATH.match(message):
        function = place.node.func if isinstance(place.node, ast.Call) else None
        owner = value_of(place, function.value) if isinstance(function, ast.Attribute) else None
        known = type(owner).bl_rna.properties.keys() if is_struct(owner) else ()
        return did_you_mean(near(found[1], known))
    if found := _CALLED.match(message):
        return _signature(found[1], found[2])
    if NOT_FOUND in message:  # the message lists what there is
        return ""
    if message.startswith("Converting py args"):
        return _operator_values(place, message)
    prop = _property(place, message, "")
    if prop is not None and (kind := described(prop)):
        node = place.node
        named = f"`{text_of(place, node)}`" if isinstance(node, ast.Attribute) else prop.identifier
        return f"{named} takes {kind}."
    found = _OF_TYPE.search(message)
    if found and (rna := getattr(getattr(bpy.types, found[1], None), "bl_rna", None)):
        prop = rna.properties.get(found[2])
        return f"{found[1]}.{found[2]} takes {described(prop)}." if prop is not None else ""
    return ""


def _operator_values(place: Place, message: str) -> str:
    """Say what those of an operator's parameters take that the error may be about."""
    known = hint_operators.properties(place)
    if known is None or not isinstance(place.node, ast.Call):
        return ""
    named = re.search(r"\.(\w+) expected", message)
    given = [known.get(each.arg) for each in place.node.keywords if each.arg]
    suspects = [each for each in given if each is not None]
    if named:
        suspects = [each for each in suspects if each.identifier == named[1]]
    elif "string enum" in message:
        suspects = [each for each in suspects if each.type == "ENUM"]
    else:
        suspects = [each for each in suspects if getattr(each, "is_array", False)]
    said = [f"{each.identifier} takes {described(each)}" for each in suspects[:4]]
    return f"{'; '.join(said)}." if said else ""


def described(prop: Any) -> str:
    """Return what a property takes, in words: "3 numbers (x, y, z)", "a text"."""
    if prop.type in ("FLOAT", "INT", "BOOLEAN"):
        return _numbers(prop)
    if prop.type == "STRING":
        return "a text"
    if prop.type == "ENUM":
        # Where the values depend on the moment, only a placeholder is known here.
        items = [each.identifier for each in prop.enum_items]
        return f"one of {listed(items, 12)}" if len(items) > 1 else ""
    if prop.type == "POINTER":
        kind = prop.fixed_type
        if kind.identifier == "ID":
            return "a data-block that fits there"
        name = list_name(kind)
        such = f", such as `bpy.data.{name}[…]`" if name else ""
        return f"the {kind.identifier} itself{such}"
    return ""


def _numbers(prop: Any) -> str:
    if not prop.is_array:
        radians = prop.type == "FLOAT" and prop.unit == "ROTATION"
        one = {"FLOAT": "a number", "INT": "a whole number", "BOOLEAN": "True or False"}[prop.type]
        return f"{one}{' in radians' if radians else ''}"
    if prop.subtype == "MATRIX":
        return "a matrix, such as `mathutils.Matrix`"
    word = {"FLOAT": "numbers", "INT": "whole numbers", "BOOLEAN": "times True or False"}[prop.type]
    if prop.array_length < 2:  # as long as one likes
        return f"a list of {word}"
    each = _ARRAYS.get(prop.subtype, "")
    if each == "red, green, blue" and prop.array_length == 4:
        each += ", alpha"
    return f"{prop.array_length} {word}{f' ({each})' if each else ''}"


def arrays(place: Place, message: str) -> str:
    """Say how long the numbers have to be that `foreach_set` or `from_pydata` did not take."""
    if "internal error setting the array" not in message:
        return ""
    node = place.node
    function = node.func if isinstance(node, ast.Call) else None
    if not isinstance(function, ast.Attribute):
        return ""
    if function.attr == "from_pydata":
        return "Each vertex is 3 numbers, each edge 2 vertex numbers."
    owner = value_of(place, function.value)
    if function.attr in ("foreach_set", "foreach_get") and owner is not None and len(owner):
        what = text_of(place, function.value)
        return (
            f"The list has to be flat: one value after another for each of the {len(owner):,} of "
            f"`{what}`, so 3 × {len(owner):,} for 'co'."
        )
    return ""


def _signature(kind: str, name: str) -> str:
    function = _function(kind, name)
    if function is None:
        return ""
    taken = [each for each in function.parameters if not each.is_output]
    words = [each.identifier if each.is_required else f"{each.identifier}=…" for each in taken]
    return f"It is {name}({', '.join(words)})."


def read_only(place: Place, message: str) -> str:
    """Say what to set instead of what cannot be set, where that is certain."""
    if found := _CONTEXT_READ_ONLY.search(message):
        return _sentence(_INSTEAD.get(("Context", found[1])))
    if found := _NO_SETTER.search(message):  # what Blender adds to its types in Python
        return _sentence(_INSTEAD.get((found[2], found[1])))
    found = _READ_ONLY.search(message)
    if found is None:
        return ""
    name, kind = found.groups()
    instead = _INSTEAD.get((kind, name)) or _INSTEAD.get((kind, ""))
    rna = getattr(getattr(bpy.types, kind, None), "bl_rna", None)
    prop = rna.properties.get(name) if rna is not None else None
    if instead is None and prop is not None and prop.type == "COLLECTION" and prop.srna is not None:
        ways = [each for each in prop.srna.functions.keys() if each in _WAYS]
        instead = f"Change it by its {', '.join(ways)}" if ways else None
    if instead is None and name == "type" and kind.endswith(("Modifier", "Constraint")):
        instead = "Remove it and make one of the other type"
    return _sentence(instead)


_WAYS = ("new", "add", "append", "link", "unlink", "remove", "pop", "clear")


def _sentence(text: str | None) -> str:
    return f"{text}." if text else ""


def node_type(place: Place, message: str) -> str:
    """Name the node types that are near one that there is not."""
    found = _NO_NODE.match(message)
    if found is None:
        return ""
    kinds = [each for each in dir(bpy.types) if "Node" in each and not each.startswith("NODE_")]
    return did_you_mean(near(found[1], kinds))
