"""What is told of each kind of name: a type, a property, a function, an operator, an enum value."""

from __future__ import annotations

import contextlib
import inspect
import re
from typing import Any

import bpy

from .lookup_fitting import Answer, Row, Table
from .lookup_index import class_of, folded, index, living, methods_of, offered, rna_of, words_of
from .lookup_nodes import told_node
from .lookup_path import Place
from .lookup_rows import default_of, kind_of, ranges, row
from .rna_value import is_angle

_PLACES = 8
_COMMON_NODES = (
    "ShaderNodeBsdfPrincipled", "ShaderNodeBackground", "ShaderNodeEmission", "ShaderNodeMix",
    "ShaderNodeMapping", "ShaderNodeTexNoise", "ShaderNodeTexVoronoi", "ShaderNodeTexImage",
    "ShaderNodeTexEnvironment", "ShaderNodeTexSky", "ShaderNodeTexWave", "ShaderNodeTexBrick",
    "ShaderNodeTexChecker", "ShaderNodeValToRGB", "ShaderNodeBump", "ShaderNodeNormalMap",
    "ShaderNodeDisplacement", "ShaderNodeMath", "ShaderNodeVectorMath", "ShaderNodeMapRange",
    "ShaderNodeMixShader", "ShaderNodeBsdfGlass", "ShaderNodeBsdfDiffuse", "ShaderNodeBsdfGlossy",
    "ShaderNodeVolumePrincipled", "ShaderNodeHueSaturation", "ShaderNodeOutputMaterial",
    "GeometryNodeSetPosition", "GeometryNodeDistributePointsOnFaces", "GeometryNodeMeshCube",
    "GeometryNodeInstanceOnPoints", "GeometryNodeJoinGeometry", "GeometryNodeTransform",
    "GeometryNodeSetMaterial",
)  # fmt: skip
"""The nodes whose inputs are found by their names: others would take a second to be made."""
_NO_NAMES = frozenset("world shader node input socket material value of the a default in".split())


def told(place: Place) -> Answer:
    """Return what there is to say of what a path leads to."""
    if not place.key:
        return told_type(place.owner)
    rna = rna_of(place.owner)
    if rna is not None and place.key in rna.properties:
        answer = _property(place.owner, rna.properties[place.key])
    elif rna is not None and place.key in rna.functions:
        answer = _function(place.owner, rna.functions[place.key])
    else:
        answer = _method(place)
    return answer | {"also_in": list(place.others)}


def told_type(identifier: str) -> Answer:
    """Return a type's own properties and functions; of a node all that one has when it is new."""
    kind, rna = class_of(identifier), rna_of(identifier)
    functions = methods_of(identifier)
    if rna is None:  # such as GeometrySet
        return {"type": identifier, "description": _documented(kind), "functions": functions}
    subtypes = index().below.get(identifier, [])
    is_node = not subtypes and issubclass(kind, bpy.types.Node)
    node = told_node(identifier) if is_node else None
    base = rna.base
    answer: Answer = {
        "node" if node else "type": identifier,
        "label": rna.name,
        "base": base.identifier if base is not None else None,
        "description": rna.description,
    }
    if node:
        return answer | node
    if is_node:
        answer["sockets"] = "not known without one in a tree of its own"
    known = {*base.properties.keys(), *base.functions.keys()} if base is not None else {"rna_type"}
    own = {key: row(prop) for key, prop in rna.properties.items() if key not in known}
    functions = [each for each in rna.functions.keys() if each not in known] + functions
    return answer | {"properties": Table(own), "functions": functions, "subtypes": subtypes}


def told_operator(name: str) -> Answer:
    """Return what an operator takes, and whether it could run now."""
    module, _, word = name.partition(".")
    operator = getattr(getattr(bpy.ops, module), word)
    rna = operator.get_rna_type()
    try:
        poll: object = bool(operator.poll())
    except Exception as fault:  # an add-on's poll is code of anybody's
        poll = f"raises {type(fault).__name__}"
    taken = [each for each in rna.properties if each.identifier != "rna_type"]
    return {
        "operator": name,
        "label": rna.name,
        "description": rna.description,
        "poll": poll,
        "mode": None if poll is True else bpy.context.mode,
        "parameters": Table({each.identifier: row(each) for each in taken if not each.is_hidden}),
        "hidden": [each.identifier for each in taken if each.is_hidden],
    }


def told_of_context(word: str, holds: str) -> Answer:
    """Return what there is to say of what a context has by its area, which RNA does not know."""
    answer: Answer = {
        "property": f"Context.{word}",
        "kind": f"list of {holds}" if word.endswith("s") else holds,
        "read_only": True,
    }
    return answer | {"has": [key for key in rna_of(holds).properties.keys() if key != "rna_type"]}


def inputs_named(text: str) -> list[str]:
    """Return the inputs of common nodes that words name, a line each; the node may be named too."""
    said = set(text.lower().split())
    asked = said - _NO_NAMES or said
    found: list[str] = []
    for identifier in _COMMON_NODES:
        node = told_node(identifier) if class_of(identifier) is not None else None
        of_node = {each.lower() for each in words_of(identifier)}
        of_node |= set(rna_of(identifier).name.lower().split()) if node else set()
        for key, each in (node["inputs"].rows if node else {}).items():
            name = key.partition(" ")[2]
            words = set(name.lower().split())
            if words != asked and not (
                words - _NO_NAMES and words <= said and asked - words <= of_node
            ):
                continue
            kind, default = (*each.parts, "")[:2]
            about = f"default {default[2:]}" if default.startswith("= ") else kind
            found.append(f"input '{name}' of {identifier}, {about}")
    return list(dict.fromkeys(found))


def told_value(value: str) -> Answer:
    """Return where a value is one; or the type that it stands for, such as BEVEL a modifier."""
    known = index()
    places = known.values[value]
    rows: dict[str, Row] = {}
    for place in places:
        owner, _, key = place.partition(".")
        kind = known.types.get(folded(value) + owner.lower()) if key == "type" else None
        if kind and kind in known.subtypes(owner):
            return told_type(kind) | {"value_of": places[:_PLACES]}
        item = rna_of(owner).properties[key].enum_items.get(value)
        rows[place] = _item(value, item.name, item.description) if item else Row()
    return {"value": value, "of": Table(rows)}


def _property(owner: str, prop: Any) -> Answer:
    answer: Answer = {
        "property": f"{owner}.{prop.identifier}",
        "kind": kind_of(prop),
        "label": prop.name,
        "description": prop.description,
        "default": default_of(prop),
    }
    if prop.type in ("INT", "FLOAT"):
        hard, soft = ranges(prop)
        answer["range"] = hard if hard != [None, None] else None
        answer["soft_range"] = soft if soft not in (hard, [None, None]) else None
    if prop.subtype != "NONE":
        answer["subtype"] = prop.subtype
    if is_angle(prop):
        answer["unit"] = "ROTATION: radians in Python, degrees in the tools"
    elif prop.unit != "NONE":
        answer["unit"] = prop.unit
    if prop.is_readonly and prop.type != "COLLECTION":
        answer["read_only"] = True
    if getattr(prop, "is_deprecated", False):  # 5.0
        answer["deprecated"] = prop.deprecated_note
    if prop.type == "STRING" and prop.length_max:
        answer["longest"] = prop.length_max - 1
    if prop.type == "ENUM":
        answer["values"] = _values(owner, prop)
    if prop.type in ("POINTER", "COLLECTION"):
        members = prop.fixed_type.properties.keys()
        answer["has"] = [each for each in members if each != "rna_type"]
    if prop.type == "COLLECTION" and prop.srna is not None:
        answer["list_functions"] = prop.srna.functions.keys()
    return answer


def _values(owner: str, prop: Any) -> object:
    """Return an enum's values with their labels; of one that depends, what the scene's own takes."""
    items = prop.enum_items
    if len(items) > 1:
        return Table({key: _item(key, each.name, each.description) for key, each in items.items()})
    mine = None if prop.is_enum_flag else living(owner)
    now = offered(mine, prop.identifier) if mine is not None else []
    return now or "depends on the context"


def _item(value: str, label: str, description: str) -> Row:
    return Row((label,) if label != value else (), description)


def _function(owner: str, rna: Any) -> Answer:
    given: dict[str, Row] = {}
    returned: dict[str, Row] = {}
    for each in rna.parameters:
        (returned if each.is_output else given)[each.identifier] = row(each, argument=True)
    return {
        "function": f"{owner}.{rna.identifier}",
        "description": rna.description,
        "parameters": Table(given),
        "returns": Table(returned),
    }


def _method(place: Place) -> Answer:
    """What Python knows of a function that RNA does not."""
    method = getattr(class_of(place.owner), place.key)
    answer: Answer = {"function": f"{place.owner}.{place.key}"}
    with contextlib.suppress(ValueError, TypeError):  # Blender's own in C have no signature
        answer["signature"] = f"{place.key}{inspect.signature(method)}"
    return answer | {"description": _documented(method)}


def _documented(what: Any) -> str:
    """Return the first four lines of a docstring that say something, without markup."""
    lines = [each.strip() for each in (inspect.getdoc(what) or "").splitlines()]
    return re.sub(r"\.\. (class|static)?method:: ", "", " ".join([*filter(None, lines)][:4]))
