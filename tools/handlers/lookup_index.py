"""What the running Blender has names for: types, properties, functions, operators, enum values.

The names are read from RNA once, and again when add-ons have brought or taken types. Kept are texts
alone: bpy 4 crashes at exit where a module still holds its types or RNA.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

import bpy

from .rna_value import enum_refusal

_INTERFACE = re.compile(r"_(PT|MT|HT|UL|OT|GT|GGT|KMI|FH|AST)_")
"""Classes of buttons and operators, found by their exact names alone."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_ALIASES = {"ob": "Object", "obj": "Object", "mat": "Material", "cam": "Camera", "tree": "NodeTree",
            "data": "BlendData"}  # fmt: skip
"""What scripts call the roots of paths, where that is not the type in lower case."""
_NODES = ("Shader", "Geometry", "Function", "Compositor", "Texture")
"""Whose nodes come first, where several have one label."""
_LEFT_OUT = ("PropertyGroup", "Node", "NodeSocket", "NodeTree", "AddonPreferences")
"""Whose subclasses by add-ons `bpy.types` does not list, such as CyclesRenderSettings."""
_LIVING = (
    "render", "render.image_settings", "render.ffmpeg", "view_settings", "display_settings",
    "sequencer_colorspace_settings", "display.shading", "eevee",
)  # fmt: skip
"""Paths from the scene. Not all that hangs on it: bpy 4.2 crashes at some, and what add-ons added
comes into being by a look, as `cycles_curves`, or runs code: Cycles looks for graphics cards."""
_FIRST = (
    "Object", "Mesh", "Material", "Light", "Camera", "Scene", "World", "RenderSettings",
    "CyclesRenderSettings", "Collection", "SceneEEVEE", "Image", "Curve",
)  # fmt: skip
"""The types that a name without its owner means before others."""
_LAST = re.compile(
    r"^(Theme|Preferences|MovieTracking|MovieClip|Texture|Brush|Sequence|GPencil|GreasePencil|"
    r"LineStyle|Freestyle|Xr|UI|Sculpt|Paint|CUSTOM)|Strip|Import|Texture$|Paint$|Sculpt$|Gpencil"
)
"""The types that it means after all others."""
_BARE = ("bpy_struct", "bpy_prop_collection")
"""What all types and lists are, whose functions Python knows alone."""
_ICONS = 300
"""Values from which on an enum is one of icons, whose names would hide the others."""


@dataclass
class Index:
    """The names of this Blender.

    Attributes:
        types: Identifiers by themselves folded (see `folded`).
        below: Of a type those that it is the base of.
        labels: What the interface calls by these words, in lower case: (kind, name).
        operators: Full names by the word after the dot.
        properties: The types that define a property of this name themselves.
        functions: The types that define a function of this name themselves.
        labelled: The properties that the interface calls so, in lower case, as "Type.property".
        values: The properties that take this enum value, as "Type.property".
        lines: What `near` answers with.
        text: What `near` searches: for each of `lines` a line of its words in lower case.
        starts: Where each of them begins.
    """

    types: dict[str, str] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    labels: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    operators: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    properties: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    functions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    labelled: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    values: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: list[str] = field(default_factory=list)
    text: str = ""
    starts: list[int] = field(default_factory=list)

    def subtypes(self, identifier: str) -> list[str]:
        """Return the types that have this one as a base, near or far."""
        found = list(self.below.get(identifier, ()))
        for each in found:  # grows meanwhile
            found += self.below.get(each, ())
        return found


@lru_cache(maxsize=4096)
def likelihood(owner: str) -> tuple[int, int, str]:
    """Return by what to sort types that have something of one name: the likeliest first."""
    if owner in _FIRST:
        return 0, _FIRST.index(owner), owner
    if _LAST.search(owner):
        return 3, 0, owner
    common = re.search(r"(Light|Modifier|Constraint)$", owner)
    return (1 if common else 2), 0, owner


def index() -> Index:
    """Return the names of this Blender. Main thread."""
    return _made(_registered())


def _registered() -> int:
    """Return a number that changes when add-ons bring classes or take them: in 0.2 ms."""
    names = []
    for kind in (bpy.types.Panel, bpy.types.Operator, bpy.types.PropertyGroup):
        for each in kind.__subclasses__():
            # Blender makes the classes of its own types at the first look only.
            if "bl_rna" in vars(each) and each.__module__ != "bpy.types":
                names.append(each.__name__)
    return hash(tuple(names))


def folded(name: str) -> str:
    """Return a name without case, spaces and underscores, as types are found by."""
    return re.sub(r"[\s_]+", "", name).lower()


def words_of(text: str) -> list[str]:
    """Return the words in a text or name, also those in "ShaderNodeTexNoise" and "use_nodes"."""
    return _WORD.findall(text)


def type_named(word: str) -> str | None:
    """Return the type of a name in any case, or that scripts call so, such as `obj`; or None."""
    return index().types.get(folded(_ALIASES.get(word, word)))


def rna_of(identifier: str) -> Any:
    """Return a type's RNA; None if there is no such type, or it has none, as GeometrySet."""
    return getattr(class_of(identifier), "bl_rna", None)


def class_of(identifier: str) -> Any:
    """Return a type as Python has it; None if there is none."""
    found = getattr(bpy.types, identifier, None)
    for base in _LEFT_OUT if found is None else ():
        found = found or getattr(bpy.types, base).bl_rna_get_subclass_py(identifier, None)
    return found if isinstance(found, type) else None


def methods_of(identifier: str) -> list[str]:
    """Return the functions that Python knows of a type itself, and RNA does not."""
    kind = class_of(identifier)
    rna = getattr(kind, "bl_rna", None)
    known = {*rna.functions.keys(), *rna.properties.keys()} if rna is not None else ()
    public = [each for each in vars(kind) if not each.startswith("_") and each not in known]
    return [each for each in public if inspect.isroutine(getattr(kind, each, None))]


def offered(owner: Any, key: str) -> list[str]:
    """Return what an enum takes at this moment, where RNA knows a part only, as of `engine`.

    Nothing is set: the values stand in Blender's complaint about one that there cannot be.
    """
    try:
        setattr(owner, key, "no such value?")
    except (TypeError, AttributeError, RuntimeError, ValueError) as refusal:
        found = enum_refusal(str(refusal))
        return found.items if found is not None else []
    return []


def living(identifier: str) -> Any:
    """Return the running scene's own instance of a type, such as its render settings; or None."""
    return next((each for each in _living() if each.bl_rna.identifier == identifier), None)


@lru_cache(maxsize=1)
def _made(_types: int) -> Index:
    """Read all names: about 0.1 s."""
    made = Index()
    labels: Labels = {kind: {} for kind in ("node", "type", "operator", "property", "value")}
    above: dict[str, set[str]] = {}
    for identifier in [*dir(bpy.types), *_left_out()]:
        if _INTERFACE.search(identifier) or (rna := rna_of(identifier)) is None:
            continue
        made.types.setdefault(folded(identifier), identifier)
        is_node = identifier != "Node" and issubclass(class_of(identifier), bpy.types.Node)
        labels["node" if is_node else "type"][identifier] = rna.name
        base = rna.base
        inherited = {"rna_type"}
        if base is not None:
            made.below[base.identifier].append(identifier)
            if base.identifier not in above:
                above[base.identifier] = {*base.properties.keys(), *base.functions.keys()}
            inherited = above[base.identifier]
        _read(identifier, rna, inherited, made, labels)
    for each in _living():
        for prop in each.bl_rna.properties:
            if prop.type == "ENUM" and not prop.is_enum_flag and len(prop.enum_items) < 2:
                place = f"{each.bl_rna.identifier}.{prop.identifier}"
                for value in offered(each, prop.identifier):
                    labels["value"].setdefault(value, value)
                    if place not in made.values[value]:
                        made.values[value].append(place)
    for module in dir(bpy.ops):
        category = getattr(bpy.ops, module)
        for name in dir(category):
            made.operators[name].append(f"{module}.{name}")
            labels["operator"][f"{module}.{name}"] = getattr(category, name).get_rna_type().name
    for bare in _BARE:
        for key in methods_of(bare):
            if bare not in made.functions[key]:
                made.functions[key].append(bare)
    for members in (made.properties, made.functions):
        for owners in members.values():
            owners.sort(key=likelihood)
    for places in made.labelled.values():
        places.sort(key=lambda place: likelihood(place.partition(".")[0]))
    nodes = labels["node"]
    labels["node"] = {name: nodes[name] for name in sorted(nodes, key=_rank)}
    _write(made, labels)
    return made


Labels = dict[str, dict[str, str]]
"""What the interface calls names, by their kind."""


def _read(identifier: str, rna: Any, inherited: set[str], made: Index, labels: Labels) -> None:
    """Read a type's own properties, their values, and its functions."""
    for key, prop in rna.properties.items():
        if key in inherited:
            continue
        made.properties[key].append(identifier)
        labels["property"].setdefault(key, prop.name)
        made.labelled[prop.name.lower()].append(f"{identifier}.{key}")
        if prop.type == "ENUM" and len(items := prop.enum_items) < _ICONS:
            for value, item in items.items():
                made.values[value].append(f"{identifier}.{key}")
                if value not in labels["value"]:
                    labels["value"][value] = item.name
    for key in (*rna.functions.keys(), *methods_of(identifier)):
        if key not in inherited:
            made.functions[key].append(identifier)


def _write(made: Index, labels: Labels) -> None:
    """Write the labels that are looked up, and the lines that are searched."""
    text: list[str] = []

    def line(shown: str, words: str) -> None:
        made.lines.append(shown)
        text.append(words.lower())

    for kind in ("node", "type", "operator"):
        for name, label in labels[kind].items():
            made.labels[label.lower()].append((kind, name))
            if kind == "type" and label.endswith(" Modifier"):
                made.labels[label[:-9].lower()].append((kind, name))
            words = name.replace("_", " ") if "." in name else " ".join([*words_of(name), name])
            line(f"{kind} {name}: {label}", f"{words} {label}")
    for kind, members in (("property", made.properties), ("function", made.functions)):
        for key, owners in members.items():
            some = ", ".join(owners[:3]) + (f" and {len(owners) - 3} more" * (len(owners) > 3))
            words = key.replace("_", " ")
            label = labels[kind][key] if kind == "property" else ""
            label = "" if label.lower() == words.lower() else label
            line(f"{kind} {key} of {some}", f"{words} {label} {' '.join(owners[:3])}")
    for value, label in labels["value"].items():
        place = f", of {made.values[value][0]}" if value else ""
        line(f"value {value}: {label}{place}", f"{value.replace('_', ' ')} {label}")
    made.text = "\n".join(text)
    made.starts = [0, *accumulate(len(each) + 1 for each in text[:-1])]


def _rank(node: str) -> int:
    return next((rank for rank, part in enumerate(_NODES) if node.startswith(part)), len(_NODES))


def _left_out() -> list[str]:
    """Return the types of add-ons that `bpy.types` does not list."""
    kinds = [getattr(bpy.types, each) for each in _LEFT_OUT]
    for kind in kinds:  # grows meanwhile
        kinds += kind.__subclasses__()
    names = [each.bl_rna.identifier for each in kinds if "bl_rna" in vars(each)]
    return [each for each in dict.fromkeys(names) if not hasattr(bpy.types, each)]


def _living() -> list[Any]:
    """Return the running scene, and what of it has enums that depend on the moment."""
    scene = bpy.context.scene
    found: list[Any] = [scene]
    for path in _LIVING:
        with contextlib.suppress(ValueError):  # another version's
            found.append(scene.path_resolve(path))
    return found
