"""Where a property is: Blender's own paths, found and checked word by word.

Nothing is evaluated: a path leads through RNA's properties and lists alone, and never out of the
scene.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import bpy

from ..errors import InvalidArguments, NoSuchObject, nearest
from .blocks import find, list_of, lists
from .rna_value import plain, shown

_TOKEN = re.compile(
    r"""\.?(?P<name>[A-Za-z_]\w*) | \[\s*(?P<index>-?\d+)\s*\]
    | \[\s*"(?P<key>(?:[^"\\]|\\.)*)"\s*\] | \[\s*'(?P<key2>(?:[^'\\]|\\.)*)'\s*\]""",
    re.VERBOSE,
)
_COMPONENTS = {name: n for n, name in enumerate("xyzw")} | {n: i for i, n in enumerate("rgba")}
_SILENT = frozenset({"default_value", "node_tree", "data"})
"""Words of a path that a receipt can do without."""
_LISTED = 40


class Place(NamedTuple):
    """Where a path leads.

    Attributes:
        owner: What holds the property.
        key: The property's identifier, or a custom property's name.
        index: Of one component of an array; else None.
        custom: Whether it is a custom property.
        block: The data-block that is changed with it.
        label: What changes, in a word or two.
        path: As it was given.
    """

    owner: Any
    key: str
    index: int | None
    custom: bool
    block: bpy.types.ID
    label: str
    path: str

    @property
    def prop(self) -> Any:
        return self.owner.bl_rna.properties[self.key]

    def read(self) -> Any:
        """Return the value as Blender holds it."""
        if self.custom:
            return self.owner.get(self.key)
        value = getattr(self.owner, self.key)
        return value if self.index is None else value[self.index]

    def shown(self) -> Any:
        """Return the value as JSON, angles in degrees."""
        if self.custom:
            return plain(self.owner.get(self.key))
        return shown(self.owner, self.prop, self.index)

    @property
    def named(self) -> str:
        """What it is, for a person."""
        return f"{self.label} of {self.block.name!r}"


def locate(roots: Iterable[Any], path: str, holder: bpy.types.ID | None = None) -> Place:
    """Return where a path leads, such as 'objects["Cube"].data.energy' or "render.fps".

    Raises:
        InvalidArguments: it leads nowhere, or out of the scene; with the nearest names.
    """
    words = list(_words(path))
    here, words = _beginning(list(roots), words, path)
    block = here if isinstance(here, bpy.types.ID) else holder
    label: list[str] = []
    for number, (kind, word) in enumerate(words):
        last = number == len(words) - 1
        if kind == "name":
            following = words[number + 1 :]
            if last or _is_component(here, word, following):
                return _place(here, word, following, block, label, path)
            _known(here, word, path)
            value = getattr(here, word)
            if value is None:
                raise InvalidArguments(f"{path}: {_described(here)} has no {word} yet.")
            if word not in _SILENT and not isinstance(value, bpy.types.bpy_prop_collection):
                label.append(word)
        elif isinstance(here, bpy.types.bpy_prop_collection):
            if kind == "key":
                what = "input or output" if _holds_sockets(here) else "item"
                value = _in_collection(here, word, what, path)
                label.append(word)
            else:
                if not -len(here) <= int(word) < len(here):
                    raise InvalidArguments(f"{path}: there is no [{word}], only {len(here)}.")
                value = here[int(word)]
                label.append(word)
        elif last and kind == "key":
            return _custom(here, word, block, label, path)
        else:
            raise InvalidArguments(f"{path}: {_described(here)} is no list.")
        here = value
        if isinstance(here, bpy.types.ID) and not here.is_embedded_data:
            block, label = here, []
            if list_of(here.bl_rna) is None:
                raise InvalidArguments(f"{path} lies outside the scene.")
    if isinstance(here, bpy.types.NodeSocket):
        return _place(here, "default_value", [], block, label, path)
    raise InvalidArguments(f"{path}: say which property of {_described(here)}.{_some_of(here)}")


def roots_of(each: bpy.types.Object) -> list[Any]:
    """Return what a property's path may begin at: a lamp's `color` is its light's, a mesh's its
    own."""
    if each.data is None:
        return [each]
    return [each, each.data] if each.type == "MESH" else [each.data, each]


def _words(path: str) -> Iterator[tuple[str, str]]:
    text = re.sub(r"^\s*(bpy\.context\.|bpy\.data\.|C\.|D\.|context\.|data\.(?=\w+\[))", "", path)
    text = text.strip()
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise InvalidArguments(
                f"{path!r} is no path. It looks like 'render.resolution_x' or "
                '\'objects["Cube"].modifiers["Bevel"].width\'.'
            )
        at = found.end()
        if (name := found["name"]) is not None:
            yield "name", name
        elif found["index"] is not None:
            yield "index", found["index"]
        else:
            quoted = found["key"] if found["key"] is not None else found["key2"]
            yield "key", re.sub(r"\\(.)", r"\1", quoted)


Words = list[tuple[str, str]]


def _beginning(roots: list[Any], words: Words, path: str) -> tuple[Any, Words]:
    """Return what a path begins at, and the words that lead on from there."""
    if not words:
        raise InvalidArguments("A path is empty.")
    kind, first = words[0]
    scene = bpy.context.scene
    for root in roots:
        if root is None and kind == "name":
            if first in lists().values() and len(words) > 1 and words[1][0] != "name":
                return getattr(bpy.data, first), words[1:]
            if first in ("scene", "view_layer", "world"):
                start = scene.world if first == "world" else getattr(bpy.context, first)
                if start is None:
                    raise InvalidArguments(f"{path}: the scene has no {first}.")
                if len(words) > 1:
                    if first == "view_layer":
                        return scene, [("name", "view_layers"), ("key", start.name), *words[1:]]
                    return start, words[1:]
            if first in scene.bl_rna.properties:
                return scene, words
        elif root is not None:
            if kind == "key" or (kind == "name" and first in root.bl_rna.properties):
                return root, words
    known: list[str] = []
    for root in roots:
        if root is None:
            known += [*lists().values(), "world", "view_layer", *scene.bl_rna.properties.keys()]
        else:
            known += root.bl_rna.properties.keys()
    hint = nearest(first, known)
    if not hint and None in roots:
        hint = ' A path begins with a list, such as objects["Cube"], or at the scene: render.fps.'
    where = "" if None in roots else f" of {' or '.join(_described(each) for each in roots)}"
    raise InvalidArguments(f"There is no property {path!r}{where}.{hint}", given=path)


def _is_component(here: Any, word: str, following: Words) -> bool:
    """Whether `word` is a property and what follows names one component of it, or nothing."""
    if len(following) != 1 or not hasattr(here, "bl_rna"):
        return not following
    prop = here.bl_rna.properties.get(word)
    return prop is not None and getattr(prop, "is_array", False)


def _known(here: Any, word: str, path: str) -> Any:
    properties = getattr(here, "bl_rna", None)
    properties = properties.properties if properties is not None else {}
    if word not in properties or word in ("rna_type", "bl_rna"):
        hint = nearest(word, properties.keys())
        raise InvalidArguments(
            f"{path}: {_described(here)} has no property {word!r}.{hint or _some_of(here)}",
            given=word,
        )
    return properties[word]


def _place(
    here: Any, word: str, following: Words, block: Any, label: list[str], path: str
) -> Place:
    prop = _known(here, word, path)
    if block is None:
        raise InvalidArguments(f"{path} lies outside the scene.")
    index = None
    if following:
        kind, which = following[0]
        number = int(which) if kind == "index" else _COMPONENTS.get(which, -1)
        if kind == "key" or not 0 <= number < prop.array_length:
            raise InvalidArguments(f"{path}: {word} has {prop.array_length} parts, no {which!r}.")
        index = number
    if prop.type == "POINTER" and not issubclass(_class_of(prop), bpy.types.ID):
        inside = getattr(here, word)
        raise InvalidArguments(f"{path}: say which property of {word}.{_some_of(inside)}")
    if prop.type == "COLLECTION":
        raise InvalidArguments(f"{path}: {word} is a list; say which property of which item.")
    if prop.is_readonly:
        raise InvalidArguments(f"{path}: {word} of {_described(here)} cannot be set.")
    if not label and isinstance(here, bpy.types.NodeSocket):
        label = [here.name]
    part = "" if index is None else f".{'xyzw'[index]}" if index < 4 else f"[{index}]"
    told = (" ".join([*label, *([] if word in _SILENT else [word])]) or word) + part
    return Place(here, word, index, False, block, told, path)


def _custom(here: Any, key: str, block: Any, label: list[str], path: str) -> Place:
    if not isinstance(here, bpy.types.ID | bpy.types.Bone | bpy.types.PoseBone):
        raise InvalidArguments(f"{path}: {_described(here)} holds no custom properties.")
    return Place(here, key, None, True, block, " ".join([*label, f"[{key}]"]), path)


def _class_of(prop: Any) -> type:
    found: type = getattr(bpy.types, prop.fixed_type.identifier, object)
    return found


def _holds_sockets(here: Any) -> bool:
    return bool(len(here)) and isinstance(here[0], bpy.types.NodeSocket)


def _in_collection(here: Any, name: str, what: str, path: str) -> Any:
    try:
        return find(here, name, what)
    except NoSuchObject as fault:
        if _holds_sockets(here) and (alike := socket_named(here, name)):
            return alike
        raise NoSuchObject(f"{path}: {fault}", **fault.details) from None


def socket_named(sockets: Any, name: str) -> bpy.types.NodeSocket | None:
    """Return the input or output that a name means, also by its identifier, its number, in other
    case or by its name on other versions of Blender; enabled ones before others; None if none."""
    if name.isdigit() and int(name) < len(sockets):
        return sockets[int(name)]
    words = name.lower().replace("_", " ")
    wanted = {words, *_OTHER_NAMES.get(words, ())}
    tests = (
        lambda each: each.name == name,
        lambda each: each.identifier == name,
        lambda each: each.name.lower() in wanted,
    )
    for test in tests:
        found = [each for each in sockets if test(each)]
        if found:
            return next((each for each in found if each.enabled), found[0])
    return None


_OTHER_NAMES = {
    "specular": ("specular ior level",),
    "transmission": ("transmission weight",),
    "emission": ("emission color",),
    "clearcoat": ("coat weight",),
    "clearcoat roughness": ("coat roughness",),
    "subsurface": ("subsurface weight",),
    "sheen": ("sheen weight",),
    "color": ("base color",),
    "fac": ("factor",),
    "factor": ("fac",),
}
"""The Principled shader's inputs before 4.0, and what one would call them; Fac became Factor."""


def _described(here: Any) -> str:
    if isinstance(here, bpy.types.ID):
        return f"{here.bl_rna.name.lower()} {here.name!r}"
    kind = getattr(here, "bl_rna", None)
    name = getattr(here, "name", "") if kind and "name" in kind.properties else ""
    return f"{kind.name.lower() if kind else type(here).__name__}{f' {name!r}' if name else ''}"


def _some_of(here: Any) -> str:
    kind = getattr(here, "bl_rna", None)
    if kind is None:
        return ""
    names = [
        each.identifier
        for each in kind.properties
        if not each.is_readonly and each.identifier != "rna_type"
    ]
    shown_names = ", ".join(names[:_LISTED])
    return f" It has {shown_names}{', …' if len(names) > _LISTED else ''}." if names else ""
