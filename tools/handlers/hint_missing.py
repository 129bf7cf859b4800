"""Hints on what a script named and is not there: attributes, keys, indices, names, imports.

Each takes where it failed and Blender's message, and gives the hint or "".
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable
from typing import Any

import bmesh
import bpy
import mathutils

from ..errors import did_you_mean
from .blocks import list_name
from .hint_near import listed, near, nearest_first
from .hint_none import what_was_none
from .hint_place import Place, is_collection, is_module, is_struct, text_of, value_of

_NO_ATTRIBUTE = re.compile(r"'([\w.]+)' object has no attribute '(\w+)'")
_NOT_IN_MODULE = re.compile(r"module '?([\w.]*)'? ?(?:object )?has no attribute '(\w+)'")
_NOT_IN_COLLECTION = re.compile(r'^bpy_prop_collection: attribute "(\w+)" not found')
_NO_BMESH_OPERATOR = re.compile(r'^BMeshOpsModule: operator "(\w+)" doesn\'t exist')
_NO_KEY = re.compile(r'^bpy_prop_collection\[key\]: key "(.*)" not found$', re.DOTALL)
_NO_CUSTOM = re.compile(r'^bpy_struct\[key\]: key "(.*)" not found$', re.DOTALL)
_COMMON = frozenset({"name", "type", "rna_type", "id_data", "bl_rna"})
"""Nearly everything has these, so it says nothing that a part has one."""
_FROM_MATHUTILS = ("Vector", "Matrix", "Euler", "Quaternion", "Color")
_OF_BPY = ("data", "ops", "context", "types", "utils")
"""Of what bpy has; a `path`, `app` or `props` is more often the script's own, and forgotten."""
_MODULES = (
    "bmesh bpy_extras collections colorsys functools itertools json math mathutils random re "
    "statistics string textwrap time datetime os sys numpy pathlib".split()
)


def attribute(place: Place, message: str) -> str:
    """Say what an object has instead of the attribute that it lacks."""
    if message.startswith("'NoneType' object"):
        return what_was_none(place)
    if found := _NO_BMESH_OPERATOR.match(message):
        return did_you_mean(near(found[1], dir(bmesh.ops)))
    if found := _NOT_IN_COLLECTION.match(message):
        return _in_collection(place, found[1])
    node = place.node
    owner = value_of(place, node.value) if isinstance(node, ast.Attribute) else None
    if is_module(owner) and isinstance(node, ast.Attribute):
        return _in_module(owner, node.attr)
    if found := _NO_ATTRIBUTE.search(message):
        return _in_type(place, owner, found[1], found[2])
    return ""


def _in_module(module: Any, wanted: str) -> str:
    return did_you_mean(near(wanted, _public(dir(module))))


def _in_collection(place: Place, wanted: str) -> str:
    node = place.node
    owner = value_of(place, node.value) if isinstance(node, ast.Attribute) else None
    what = f"`{text_of(place, node.value)}`" if isinstance(node, ast.Attribute) else "It"
    if not is_collection(owner):
        return f"{what} is a collection: take one of its items, by name or number."
    if wanted == "active" and owner == bpy.data.objects:
        return "The active object is `bpy.context.view_layer.objects.active`."
    known = list(_public(dir(owner)))
    if found := near(wanted, known):
        return did_you_mean(found)
    first = owner[0] if len(owner) else None
    if is_struct(first) and wanted in type(first).bl_rna.properties:
        return f"{what} is a collection; its items have {wanted!r}: {_first_item(what, owner)}.{wanted}"
    return f"{what} is a collection; it has {listed(known, 12)}."


def _first_item(what: str, owner: Any) -> str:
    keys = owner.keys()
    return f"{what.strip('`')}[{keys[0]!r}]" if keys else f"{what.strip('`')}[0]"


def _in_type(place: Place, owner: Any, kind_name: str, wanted: str) -> str:
    kind = _type_of(place, owner, kind_name)
    if kind is None:
        return ""
    if kind is type(bpy.context):
        return did_you_mean(near(wanted, _public(dir(bpy.context))))
    rna = kind.bl_rna if hasattr(kind, "bl_rna") else None
    known = list(_public(dir(kind)))
    if rna is not None:
        known += [*rna.properties.keys(), *rna.functions.keys()]
    else:
        return did_you_mean(near(wanted, known))
    parts = [] if wanted in _COMMON else _parts_with(rna, wanted)
    data = _data_of(owner)
    if data is not None and wanted in [*data.properties.keys(), *data.functions.keys()]:
        parts.insert(0, "data")
    text = text_of(place, place.node.value) if isinstance(place.node, ast.Attribute) else "it"
    if parts:
        return f"Its {' or '.join(parts[:2])} has that: `{text}.{parts[0]}.{wanted}`."
    return did_you_mean(near(wanted, known))


def _data_of(owner: Any) -> Any:
    """Return the RNA of an object's data, such as Mesh; None for what has none."""
    if is_struct(owner) and type(owner) is bpy.types.Object and owner.data is not None:
        return type(owner.data).bl_rna
    return None


def _parts_with(rna: Any, wanted: str) -> list[str]:
    return [
        each.identifier
        for each in rna.properties
        if each.type == "POINTER"
        and not each.is_runtime
        and each.identifier not in _COMMON
        and wanted in each.fixed_type.properties
    ]


def _type_of(place: Place, owner: Any, name: str) -> Any:
    """Return Blender's type of what lacks an attribute; None for another's class of that name."""
    if is_struct(owner):
        return type(owner)
    held = place.lacking if owner is None else owner
    if is_struct(held):
        return type(held)
    kind = type_named(name)
    if held is not None:
        return kind if type(held) is kind else None
    # A call's result that was to be given an attribute: what it was is not kept.
    own = any(isinstance(each, ast.ClassDef) and each.name == name for each in ast.walk(place.tree))
    return None if own else kind


def type_named(name: str) -> Any:
    """Return Blender's type of that name."""
    for module in (bpy.types, bmesh.types, mathutils):
        found = getattr(module, name, None)
        if isinstance(found, type):
            return found
    return None


def _public(names: Iterable[str]) -> Iterable[str]:
    return (each for each in names if not each.startswith(("_", "bl_")))


def key(place: Place, message: str) -> str:
    """Say which collection lacks a key, and what it has."""
    node = place.node
    if not isinstance(node, ast.Subscript):
        return ""
    what = f"`{text_of(place, node.value)}`"
    owner = value_of(place, node.value)
    if (found := _NO_KEY.match(message)) and is_collection(owner):
        top = bpy.context.scene.collection
        if found[1] == top.name and owner == bpy.data.collections:
            return "The scene's own collection is `bpy.context.scene.collection`."
        return not_among(what, found[1], owner.keys())
    if (found := _NO_CUSTOM.match(message)) and is_struct(owner):
        if found[1] in type(owner).bl_rna.properties:
            return (
                f"{found[1]!r} is an attribute, not a custom property: "
                f"`{text_of(place, node.value)}.{found[1]}`."
            )
        return not_among(f"{what}, as custom properties,", found[1], owner.keys())
    return ""


def not_among(what: str, wanted: str, names: list[str]) -> str:
    """Say that `what` has no `wanted`, with near names and some of what it has."""
    if not names:
        return f"{what} has nothing in it."
    if wanted in names:
        return ""
    # Node groups may have several sockets of one name.
    names = list(dict.fromkeys(names))
    found = near(wanted, names)
    rest = listed(nearest_first(found, names))
    return f"{what} has no {wanted!r}.{did_you_mean(found)} It has {rest}."


def index(place: Place, message: str) -> str:
    """Say how many a collection has."""
    node = place.node
    if not message.startswith("bpy_prop_collection[") or not isinstance(node, ast.Subscript):
        return ""
    owner = value_of(place, node.value)
    if not is_collection(owner):
        return ""
    what = text_of(place, node.value)
    if not len(owner):
        if what.endswith(("materials", "material_slots")):
            return f"`{what}` is empty: first give it one, `obj.data.materials.append(material)`."
        return f"`{what}` is empty."
    names = [each for each in owner.keys()[:9] if each]
    these = f": {listed(names)}" if names and len(owner) <= len(names) else ""
    return f"`{what}` has {len(owner):,}, numbered from 0 to {len(owner) - 1:,}{these}."


def name(place: Place, message: str) -> str:
    """Say which import is missing, or which names there are."""
    found = re.search(r"name '(\w+)' is not defined", message)
    if found is None:
        return ""
    wanted = found[1]
    if wanted in _FROM_MATHUTILS:
        return f"Add `from mathutils import {wanted}`. Nothing is kept from one call to the next."
    if wanted in _MODULES:
        return f"Add `import {wanted}`. Nothing is kept from one call to the next."
    if wanted in _OF_BPY:
        return f"It is `bpy.{wanted}`."
    known = [each for each in (*place.names, *dir(builtins)) if type(each) is str]
    close = did_you_mean(near(wanted, (each for each in known if not each.startswith("_"))))
    return f"{close} Nothing is kept from one call to the next: define it in this script."


def missing_import(place: Place, message: str) -> str:
    """Say what a module has instead of what was to be imported from it."""
    found = re.search(r"cannot import name '(\w+)' from '([\w.]+)'", message)
    if found is not None and found[2].partition(".")[0] in ("bpy", "bmesh", "mathutils", "math"):
        module = sys.modules.get(found[2])
        return did_you_mean(near(found[1], _public(dir(module)))) if module is not None else ""
    if message.startswith("No module named 'bpy."):
        return "Only bpy itself is imported: `import bpy`, then `bpy.…`."
    return ""


def removed(place: Place, message: str) -> str:
    """Say that what a variable refers to is gone."""
    found = re.search(r"type (\w+) has been removed", message)
    if found is None:
        return ""
    node = place.node.value if isinstance(place.node, ast.Attribute | ast.Subscript) else place.node
    what = f"What `{text_of(place, node)}` refers to" if node is not None else "It"
    if message.startswith("BMesh"):
        return f"{what} was freed, by `bm.free()` or by leaving Edit Mode; make or fetch it anew."
    rna = getattr(getattr(bpy.types, found[1], None), "bl_rna", None)
    blocks = list_name(rna) if rna is not None else None
    again = f": `bpy.data.{blocks}.get(name)`" if blocks else " from its owner"
    return (
        f"{what} was removed, or replaced by an undo, a mode change or an operator; such a "
        f"reference does not come back. Keep its name, and fetch it again{again}."
    )


def collections(place: Place, message: str) -> str:
    """Say where an object is linked that is not in the view layer or a collection."""
    found = re.search(r"does not contain object '(.*)'", message) or re.search(
        r"^Error: Object '(.*)' (?:can.{1,4}t be selected|not in collection|already in)", message
    )
    one = bpy.data.objects.get(found[1]) if found else None
    if one is None:
        return ""
    inside = [each.name for each in one.users_collection]
    if "already in" in message:
        return f"Nothing is to be done: {one.name!r} is in {listed(inside)}."
    if not inside:
        return (
            f"{one.name!r} is in no collection yet: first "
            "`bpy.context.scene.collection.objects.link(…)`."
        )
    if "not in collection" in message:
        return f"{one.name!r} is in {listed(inside)}."
    return (
        f"{one.name!r} is in {listed(inside)}, which is excluded from this view layer or belongs to "
        "another scene."
    )
