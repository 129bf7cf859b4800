"""Hints on Blender's operators: what a poll wanted, what they take, what they are called.

What each category wants was measured on 4.2, 4.5 and 5.2: of its operators, how many poll true in
which mode, without a window.
"""

from __future__ import annotations

import ast
import re
from typing import Any

import bmesh
import bpy

from ..allowlist import operator_stays
from ..errors import did_you_mean
from .hint_near import listed, near
from .hint_place import Place, text_of
from .layer import active_in_words

_POLL = re.compile(r"^Operator bpy\.ops\.(\w+\.\w+)\.poll\(\)")
_NOT_FOUND = re.compile(r'^Calling operator "bpy\.ops\.(\w+)\.(\w+)" error, could not be found')
_NO_KEYWORD = re.compile(r'keyword "(\w+)" unrecognized')
_NO_BMESH_KEYWORD = re.compile(r'^(\w+): keyword "(\w+)" is invalid for this operator')
_CONTEXTS = re.compile(r'^Calling operator "bpy\.ops\.([\w.]+)" error, expected a string enum in')
_ARGUMENTS = "Converting py args to operator properties:"

_MODES = {
    "armature": ({"EDIT_ARMATURE"}, "an armature in Edit Mode", "EDIT"),
    "curve": ({"EDIT_CURVE", "EDIT_SURFACE"}, "a curve in Edit Mode", "EDIT"),
    "curves": ({"EDIT_CURVES"}, "hair curves in Edit Mode", "EDIT"),
    "font": ({"EDIT_TEXT"}, "a text object in Edit Mode", "EDIT"),
    "grease_pencil": ({"EDIT_GREASE_PENCIL"}, "a Grease Pencil object in Edit Mode", "EDIT"),
    "lattice": ({"EDIT_LATTICE"}, "a lattice in Edit Mode", "EDIT"),
    "mball": ({"EDIT_METABALL"}, "a metaball in Edit Mode", "EDIT"),
    "mesh": ({"EDIT_MESH"}, "a mesh in Edit Mode", "EDIT"),
    "pose": ({"POSE"}, "an armature in Pose Mode", "POSE"),
    "sculpt": ({"SCULPT"}, "a mesh in Sculpt Mode", "SCULPT"),
    "uv": ({"EDIT_MESH"}, "a mesh in Edit Mode", "EDIT"),
}
"""By category: in which of `context.mode` it works, in words, and as run_operator takes it."""
_PAINT = {
    "weight": ("PAINT_WEIGHT", "a mesh in Weight Paint Mode", "WEIGHT_PAINT"),
    "vertex": ("PAINT_VERTEX", "a mesh in Vertex Paint Mode", "VERTEX_PAINT"),
}
_EDITORS = {
    "action": ("a Dope Sheet", "change the action itself"),
    "anim": ("an editor", "use `obj.keyframe_insert(data_path)`, or the tool set_keyframes"),
    "clip": ("a Clip Editor", ""),
    "console": ("a Console", ""),
    "graph": ("a Graph Editor", "change the action's curves themselves"),
    "image": ("an Image Editor", "change `bpy.data.images[…]` itself"),
    "marker": ("a timeline", "use `scene.timeline_markers`"),
    "mask": ("a Clip or Image Editor", "use `bpy.data.masks`"),
    "nla": ("an NLA Editor", "use `obj.animation_data.nla_tracks`"),
    "node": (
        "a Node Editor",
        "change the node tree itself (nodes.new, links.new), or use the tool edit_nodes",
    ),
    "outliner": ("an Outliner", "change bpy.data and the collections themselves"),
    "sequencer": ("a Sequencer", "use `scene.sequence_editor`"),
    "text": ("a Text Editor", "change `bpy.data.texts[…]` itself"),
    "view3d": ("a 3D Viewport", "set the objects or the camera directly"),
}
_OWN = {
    "object.mode_set": "It wants an active object in the view layer that is neither linked nor "
    "hidden: `bpy.context.view_layer.objects.active = obj`.",
    "object.shape_key_remove": "It wants an active object with shape keys.",
    "object.vertex_group_assign": "It wants a mesh or lattice with a vertex group, in Edit Mode; "
    "`obj.vertex_groups[…].add([…], weight, 'REPLACE')` needs neither.",
    "rigidbody.object_remove": "It wants an active object with a rigid body.",
}
"""What single operators want, which their category does not tell."""


def operator(place: Place, message: str) -> str:
    """Say why an operator could not be called as it was."""
    if found := _POLL.match(message):
        return _poll(found[1])
    if found := _NOT_FOUND.match(message):
        return _not_found(found[1], found[2])
    if found := _NO_BMESH_KEYWORD.match(message):
        return _bmesh_keyword(found[1], found[2])
    if found := _CONTEXTS.match(message):
        return _by_name(place, found[1])
    if "args execution context is supported" in message:
        return (
            "An operator takes no dictionary of context: select the objects and make one active "
            "before (`obj.select_set(True)`, `bpy.context.view_layer.objects.active = obj`)."
        )
    if message.startswith("'module' object is not callable") and isinstance(place.node, ast.Call):
        return _without_category(text_of(place, place.node.func))
    if message.startswith(_ARGUMENTS):
        return _arguments(place, message)
    return ""


def name_of(place: Place) -> str:
    """Return the operator that the failing line calls, as "mesh.bevel"; "" if that is not seen."""
    node = place.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    category = node.func.value
    if isinstance(category, ast.Attribute):
        return f"{category.attr}.{node.func.attr}"
    held = place.names.get(category.id) if isinstance(category, ast.Name) else None
    # `ops = bpy.ops.mesh`: a module of that name, which says so itself.
    module = vars(held).get("__name__") if type(held) is type(bpy) else None
    if type(module) is str and module.startswith("bpy.ops."):
        return f"{module.removeprefix('bpy.ops.')}.{node.func.attr}"
    return ""


def properties(place: Place) -> Any:
    """Return the RNA properties of the operator that the failing line calls; None if none is."""
    category, _, last = name_of(place).partition(".")
    if not last or last not in dir(getattr(bpy.ops, category)):
        return None
    return getattr(getattr(bpy.ops, category), last).get_rna_type().properties


def _poll(name: str) -> str:
    mode = bpy.context.mode
    wants, for_tool = wanted(name, mode)
    layer = bpy.context.view_layer
    selected = sum(1 for each in layer.objects if each.select_get())
    now = f"Now the mode is {mode}, the active object {active_in_words()}, {selected} selected."
    tool = ""
    if operator_stays(name) and for_tool:
        tool = f' The tool run_operator selects and changes mode for it: names, mode="{for_tool}".'
    return f"{wants} {now}{tool}"


def wanted(name: str, mode: str) -> tuple[str, str]:
    """Return what an operator wants, in a sentence, and the mode that run_operator is to have.

    Args:
        name: Such as "mesh.bevel".
        mode: The present one, as `context.mode` has it.
    """
    category = name.partition(".")[0]
    if name in _OWN:
        return _OWN[name], ""
    if category in _EDITORS:
        editor, instead = _EDITORS[category]
        window = ", and there is no window here" if bpy.app.background else ""
        more = f": {instead}" if instead else ""
        return f"It wants {editor} around it{window}{more}.", ""
    modes, words, for_tool = _MODES.get(category, (set(), "", ""))
    if category == "paint":
        paint = _PAINT.get(name.partition(".")[2].partition("_")[0])
        modes, words, for_tool = ({paint[0]}, *paint[1:]) if paint else (set(), "", "")
    if category == "object" and mode != "OBJECT":
        modes, words, for_tool = {"OBJECT"}, "Object Mode", "OBJECT"
    if words and mode not in modes:
        return f"bpy.ops.{category} mostly wants {words}.", for_tool
    if bpy.context.view_layer.objects.active is None:
        return (
            "It may want an active object: `bpy.context.view_layer.objects.active = obj`.",
            "OBJECT",
        )
    return "", ""


def _not_found(category: str, name: str) -> str:
    known = dir(bpy.ops)
    here = dir(getattr(bpy.ops, category)) if category in known else []
    found = [f"{category}.{each}" for each in near(name, here)]
    having = [each for each in known if name in dir(getattr(bpy.ops, each))]
    # Many have a select_all: those of a category that is called nearly so come first.
    first = near(category, having)
    elsewhere = [f"{each}.{name}" for each in [*first, *having][: max(len(first), 3)]]
    names = [f"bpy.ops.{each}" for each in dict.fromkeys([*elsewhere, *found])][:3]
    if names:
        return did_you_mean(names)
    if not here:
        return f"There is no category {category!r}.{did_you_mean(near(category, known))}"
    return ""


def _without_category(text: str) -> str:
    if not text.startswith("bpy.ops.") or text.count(".") != 2:
        return ""
    name = text.rpartition(".")[2]
    found = [
        f"bpy.ops.{each}.{name}" for each in dir(bpy.ops) if name in dir(getattr(bpy.ops, each))
    ]
    return f"An operator's name has a category.{did_you_mean(found[:3])}"


def _bmesh_keyword(name: str, wanted: str) -> str:
    # Only the documentation of these tells what they take.
    known = re.findall(r"(\w+)=", getattr(bmesh.ops, name).__doc__ or "")
    return f"bmesh.ops.{name} takes {listed(dict.fromkeys(known), 30)}." if known else ""


def _by_name(place: Place, name: str) -> str:
    known = properties(place)
    node = place.node
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    said = "An operator's settings are given by name"
    if known is None or not isinstance(first, ast.Constant):
        return f"{said}."
    fits = [
        each.identifier
        for each in known
        if each.type == "ENUM" and first.value in [one.identifier for one in each.enum_items]
    ]
    if fits:
        return f"{said}: `bpy.ops.{name}({fits[0]}={first.value!r})`."
    return f"{said}. It takes {listed((each for each in known.keys() if each != 'rna_type'), 20)}."


def _arguments(place: Place, message: str) -> str:
    known = properties(place)
    name = name_of(place)
    if known is None:
        return ""
    names = [each for each in known.keys() if each != "rna_type"]
    if found := _NO_KEYWORD.search(message):
        close = near(found[1], names)
        rest = [*close, *(each for each in names if each not in close)]
        takes = f" It takes {listed(rest, 20)}." if rest else " It takes nothing."
        return f"bpy.ops.{name} has no {found[1]!r}.{did_you_mean(close)}{takes}"
    return ""
