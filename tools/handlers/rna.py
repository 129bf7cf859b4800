"""Blender's properties by path and by JSON value: found, checked, set, and read back.

Angles are degrees outside and radians in Blender; colours may be "#rrggbb"; enum values are matched
in any case and by the words of the interface; data-blocks are named. What is set is compared first,
so that only what really changes is told to `changes`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import bpy
from mathutils import Matrix

from ..errors import InvalidArguments, NoSuchObject, ToolError, nearest
from ..reach import Reach, of_value
from . import changes
from .blocks import editable, find, list_of, lists

_TOKEN = re.compile(
    r"""\.?(?P<name>[A-Za-z_]\w*) | \[\s*(?P<index>-?\d+)\s*\]
    | \[\s*"(?P<key>(?:[^"\\]|\\.)*)"\s*\] | \[\s*'(?P<key2>(?:[^'\\]|\\.)*)'\s*\]""",
    re.VERBOSE,
)
_COMPONENTS = {name: n for n, name in enumerate("xyzw")} | {n: i for i, n in enumerate("rgba")}
_SILENT = frozenset({"default_value", "node_tree", "data"})
"""Words of a path that a receipt can do without."""
_LISTED = 40
_LARGEST = 1e18
"""What single precision can still be reckoned with."""
_SAME = (
    {"BLENDER_EEVEE", "BLENDER_EEVEE_NEXT"},  # renamed in 4.2, and back in 5.0
    {"NISHITA", "MULTIPLE_SCATTERING"},  # the sky's best model, since 5.0 under another name
    {"FAST", "FLOAT"},  # the boolean's quick solver, renamed in 5.0
)
"""Enum values that mean the same on different versions of Blender."""
_MEDIA = {"FFMPEG": "VIDEO", "OPEN_EXR_MULTILAYER": "MULTI_LAYER_IMAGE"}


@dataclass(frozen=True)
class Place:
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


def set_all(
    roots: Iterable[Any], values: Mapping[str, object], *, holder: bpy.types.ID | None = None
) -> dict[str, Any]:
    """Set properties by path, all or none of them, and return what they are now.

    Args:
        roots: What the paths begin at; the first that has the path's first word is taken. None
            stands for the scene and `bpy.data`.
        values: By path, as JSON values. Their order does not matter: what becomes possible only
            through another of them, such as a codec through its format, is set after it.
        holder: The data-block that is changed, where a root is not one itself.

    Raises:
        ToolError: naming the path, and what would do. Some may have been set by then.
    """
    todo = dict(values)
    roots = list(roots)
    checked = {}
    faults: dict[str, ToolError] = {}
    places: dict[str, Place] = {}
    for path, value in todo.items():
        try:
            place = locate(roots, path, holder)
            checked[path] = place, convert(place, value)
        except ToolError as fault:
            faults[path] = fault
    if faults and not any(_opens_others(place) for place, _ in checked.values()):
        raise next(iter(faults.values()))
    while todo:
        left = {}
        for path, value in todo.items():
            try:
                # Found anew: a lamp of another type has other properties. Kept, since the next
                # value may be a name that the path goes by.
                places[path] = locate(roots, path, holder)
                put(places[path], value)
            except ToolError as fault:
                left[path] = value
                faults[path] = fault
        if len(left) == len(todo):
            raise faults[next(iter(left))]
        todo = left
    # Setting one may reset another, as the file format does with the codec.
    for _ in range(2):
        for path, value in values.items():
            put(places[path], value)
    bpy.context.view_layer.update()  # what follows from what was set, such as dimensions
    for path, value in values.items():
        place = places[path]
        if not _equal(place.read(), _as_kept(place, value)):
            raise InvalidArguments(
                f"{_named(place)} stays {plain(place.read())!r}: it does not go with the others."
            )
    return {path: place.shown() for path, place in places.items()}


def _as_kept(place: Place, value: object) -> Any:
    """What Blender keeps of a value: an enum's may have been meant by another word."""
    new = convert(place, value)
    enum = not place.custom and place.prop.type == "ENUM"
    return place.read() if enum and _match(str(new), {str(place.read()): ""}) else new


def _opens_others(place: Place) -> bool:
    """Whether other properties may come into being, or take other values, through this one."""
    return place.custom or place.prop.type in ("ENUM", "POINTER", "BOOLEAN")


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


def put(place: Place, value: object) -> None:
    """Set one property to a JSON value, if it is not so already, and tell `changes`.

    Raises:
        InvalidArguments: the value does not do; with what would.
    """
    editable(place.block)
    new = convert(place, value)
    if _equal(place.read(), new):
        return
    changes.changing(place.block, place.label)
    assign(place, new)


def assign(place: Place, new: Any) -> None:
    """Set one property to what `convert` returned.

    Raises:
        InvalidArguments: Blender does not take it after all; with what it would.
    """
    if place.custom:
        place.owner[place.key] = new
        place.block.update_tag()  # drivers that read it are not told otherwise
        return
    owner, key = place.owner, place.key
    if key == "file_format" and "media_type" in owner.bl_rna.properties:  # 5.0
        owner.media_type = _MEDIA.get(str(new), "IMAGE")
    if place.index is not None:
        getattr(owner, key)[place.index] = new
        return
    try:
        new = _assign(owner, key, new)
    except (TypeError, ValueError, AttributeError, RuntimeError, OverflowError) as error:
        raise InvalidArguments(f"{_named(place)}: {_reason(error)}", given=new) from None
    if place.prop.type == "POINTER" and new is not None and place.read() != new:
        if new == place.block:
            raise InvalidArguments(f"{_named(place)} cannot be {new.name!r} itself.")
    if place.prop.type in ("ENUM", "POINTER") and not _equal(place.read(), new):
        raise InvalidArguments(
            f"{_named(place)}: Blender does not take {plain(new)!r} here; it stays {plain(place.read())!r}."
        )


def _assign(owner: Any, key: str, new: Any) -> Any:
    """Set it, and return what it was set to: an enum's value may have been meant by another word."""
    try:
        setattr(owner, key, new)
        return new
    except TypeError as error:
        # Many enums list their values only when asked: what is valid now stands in the message.
        valid = re.search(r"not found in \((.*)\)", str(error), re.DOTALL)
        if valid is None or not isinstance(new, str):
            raise
        known = re.findall(r"'((?:[^'\\]|\\.)*)'", valid[1])
        meant = _match(new, {each: each for each in known})
        if meant is None:
            raise ValueError(_choices(new, known)) from None
        setattr(owner, key, meant)
        return meant


def _reason(error: Exception) -> str:
    text = str(error).strip()
    text = re.sub(r"^bpy_struct: item\.attr = val: ?", "", text)
    return text if text.endswith(".") else f"{text}."


def _named(place: Place) -> str:
    return f"{place.label} of {place.block.name!r}"


def convert(place: Place, value: object) -> Any:
    """Return a JSON value as Blender takes it for this property.

    Raises:
        InvalidArguments: it cannot be; with what would do.
    """
    if place.custom:
        return _custom_value(place, value)
    prop = place.prop
    if of_value(place.path, value) < _reach_of(place):
        raise InvalidArguments(
            f"{_named(place)} is a file or code, which has to be seen from the call: set it by "
            "set_properties with its whole path."
        )
    try:
        return _converted(prop, value, place)
    except _Unfit as unfit:
        raise InvalidArguments(f"{_named(place)}: {unfit}", given=value) from None


def _reach_of(place: Place) -> Reach:
    """What setting this property really reaches, known here only: see `tools.reach`."""
    types = bpy.types
    code = types.Driver, types.Text, types.ShaderNodeScript, types.FreestyleModuleSettings
    if isinstance(place.owner, code):
        return Reach.CODE
    prop = place.prop
    paths = prop.type == "STRING" and prop.subtype in ("FILE_PATH", "DIR_PATH", "FILE_NAME")
    return Reach.FILES if paths else Reach.SCENE


class _Unfit(Exception):
    """A value that a property does not take; says what would do."""


def _converted(prop: Any, value: object, place: Place | None = None) -> Any:
    kind = prop.type
    if kind in ("FLOAT", "INT", "BOOLEAN"):
        if prop.is_array and (place is None or place.index is None):
            return _array(prop, value, place)
        return _number(prop, value, place)
    if kind == "STRING":
        return _string(prop, value)
    if kind == "ENUM":
        return _enum(prop, value)
    if kind == "POINTER":
        return _pointer(prop, value, place)
    raise _Unfit("this cannot be set")


def converted(prop: Any, value: object, what: str) -> Any:
    """Return a JSON value as a property takes it that is no data-block's: an operator's.

    Raises:
        InvalidArguments: it cannot be; with `what` it is about and what would do.
    """
    try:
        return _converted(prop, value)
    except _Unfit as unfit:
        raise InvalidArguments(f"{what}: {unfit}", given=value) from None


def _number(prop: Any, value: object, place: Place | None = None) -> Any:
    if prop.type == "BOOLEAN":
        if isinstance(value, bool) or value in (0, 1):
            return bool(value)
        raise _Unfit(f"give true or false, not {value!r}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Unfit(f"give a number, not {value!r}")
    if not math.isfinite(value):
        raise _Unfit(f"give a finite number, not {value!r}")
    if prop.type == "INT" and value != int(value):
        raise _Unfit(f"give a whole number, not {value!r}")
    angle = prop.type == "FLOAT" and is_angle(prop)
    number = math.radians(value) if angle else value
    low, high = prop.hard_min, prop.hard_max
    if place is not None and _is_compositors(place.owner):
        low, high = -_LARGEST, _LARGEST  # RNA's limits are the kind's there, not the node's
    slack = 1e-6 * max(1.0, abs(number))
    if not low - slack <= number <= high + slack:
        unit = math.degrees if angle else (lambda limit: limit)
        raise _Unfit(f"give a number from {unit(low):g} to {unit(high):g}, not {value!r}")
    return int(number) if prop.type == "INT" else number


def _is_compositors(owner: Any) -> bool:
    return (
        isinstance(owner, bpy.types.NodeSocket) and owner.id_data.bl_idname == "CompositorNodeTree"
    )


def is_angle(prop: Any) -> bool:
    """Return whether a property holds angles, which are degrees outside."""
    return prop.unit == "ROTATION" and prop.subtype not in ("QUATERNION", "AXISANGLE")


def _array(prop: Any, value: object, place: Place | None) -> Any:
    length = len(getattr(place.owner, place.key)) if place else prop.array_length
    if prop.subtype in ("COLOR", "COLOR_GAMMA") and isinstance(value, str):
        value = color(value, linear=prop.subtype == "COLOR")
    if isinstance(value, int | float):
        return [_number(prop, value)] * length
    if not isinstance(value, list | tuple):
        raise _Unfit(f"give a list of {length} values, not {value!r}")
    if any(isinstance(each, list | tuple) for each in value):
        return Matrix([_array_row(prop, row) for row in value])
    if len(value) == 3 and length == 4 and prop.subtype in ("COLOR", "COLOR_GAMMA"):
        value = [*value, getattr(place.owner, place.key)[3] if place else 1.0]
    if len(value) != length:
        raise _Unfit(f"give a list of {length} values, not of {len(value)}")
    return [_number(prop, each) for each in value]


def _array_row(prop: Any, row: Any) -> Any:
    if not isinstance(row, list | tuple):
        raise _Unfit(f"give rows of numbers, not {row!r}")
    return [_number(prop, each) for each in row]


def color(text: str, *, linear: bool = True) -> list[float]:
    """Return "#rrggbb" or "#rrggbbaa" as numbers from 0 to 1, the way Blender reads such text.

    Args:
        text: sRGB, as on the web.
        linear: Whether to convert to linear light (IEC 61966-2-1), as scene colours are.

    Raises:
        InvalidArguments: it is no such text.
    """
    digits = text.strip().removeprefix("#")
    if not re.fullmatch(r"[0-9a-fA-F]{6}([0-9a-fA-F]{2})?", digits):
        raise InvalidArguments(f"A colour is [r, g, b] from 0 to 1 or '#rrggbb', not {text!r}.")
    parts = [int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2)]
    if linear:
        curve = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts[:3]]
        parts[:3] = curve
    return parts


def _string(prop: Any, value: object) -> str:
    if not isinstance(value, str):
        raise _Unfit(f"give a text, not {value!r}")
    if "\0" in value or value != value.encode("utf-8", "ignore").decode():
        raise _Unfit("give a text without broken characters")
    if prop.length_max and len(value.encode()) >= prop.length_max:
        raise _Unfit(
            f"give a text of at most {prop.length_max - 1} bytes, not {len(value.encode())}"
        )
    return value


def _enum(prop: Any, value: object) -> Any:
    names = {item.identifier: item.name for item in prop.enum_items}
    if prop.is_enum_flag:
        several = [value] if isinstance(value, str) else value
        if not isinstance(several, list | tuple):
            raise _Unfit(f"give a list of {', '.join(names)}, not {value!r}")
        return {_one_of(each, names) for each in several}
    if not isinstance(value, str):
        if isinstance(value, int) and not isinstance(value, bool) and str(value) in names:
            return str(value)  # such as a colour depth of 16
        raise _Unfit(_choices(value, names) if names else f"give a text, not {value!r}")
    found = _match(value, names)
    # Enums whose values depend on the moment list none or one here; Blender decides then.
    if found is None and len(names) > 1 and _is_static(prop):
        raise _Unfit(_choices(value, names))
    return found or value


def _is_static(prop: Any) -> bool:
    return prop.identifier not in _DYNAMIC_ENUMS


_DYNAMIC_ENUMS = frozenset(
    "engine file_format color_depth color_mode codec audio_codec format view_transform look "
    "display_device name node_tree default_value device sky_type solver denoiser type "
    "compute_device_type exr_codec".split()
)
"""What depends on the moment, the build or the add-ons, though RNA lists some values."""


def _one_of(value: object, names: Mapping[str, str]) -> str:
    found = _match(value, names) if isinstance(value, str) else None
    if found is None:
        raise _Unfit(_choices(value, names))
    return found


def _match(value: str, names: Mapping[str, str]) -> str | None:
    """Return which identifier a word means: itself, in other case, or as the interface says."""
    if value in names:
        return value
    wanted = re.sub(r"[\s_-]+", " ", value).strip().lower()
    for identifier, name in names.items():
        if wanted in (identifier.replace("_", " ").lower(), name.lower()):
            return identifier
    same = next((group for group in _SAME if value.upper() in group), set())
    if found := next((each for each in same if each in names), None):
        return found
    # Looks are named after their view transform: "AgX - High Contrast".
    ends = [each for each in names if each.lower().endswith(f" - {wanted}")]
    return ends[0] if len(ends) == 1 else None


def _choices(value: object, names: Iterable[str]) -> str:
    known = list(names)
    hint = nearest(str(value), known)
    listed = f" It takes {', '.join(known[:_LISTED])}{', …' if len(known) > _LISTED else ''}."
    return f"there is no {value!r}.{hint}{listed if len(known) <= _LISTED or not hint else ''}"


def _pointer(prop: Any, value: object, place: Place | None) -> Any:
    if value is None or value == "":
        data = place is not None and (place.key, type(place.owner)) == ("data", bpy.types.Object)
        if prop.is_never_none or data:
            raise _Unfit("this cannot be empty")
        return None
    if not isinstance(value, str):
        raise _Unfit(f"give the name of a {prop.fixed_type.name.lower()}, not {value!r}")
    kind = prop.fixed_type
    if kind.identifier == "ID" and place is not None and place.read() is not None:
        kind = place.read().bl_rna  # an object's data: of its own kind
    blocks = list_of(kind)
    if blocks is None:
        raise _Unfit(f"a {kind.name.lower()} cannot be set by its name")
    return find(blocks, value, kind.name.lower())


def _custom_value(place: Place, value: object) -> Any:
    if isinstance(value, str | bool) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, int) and -(2**31) <= value < 2**31:
        return value
    if isinstance(value, list | tuple) and value:
        if all(isinstance(each, int | float) and math.isfinite(each) for each in value):
            return list(value)
    raise InvalidArguments(
        f"{_named(place)}: a number, a text, true or false, or a list of numbers, not {value!r}."
    )


def _equal(old: Any, new: Any) -> bool:
    if isinstance(new, float) and isinstance(old, int | float):
        return math.isclose(old, new, rel_tol=1e-6, abs_tol=1e-9)
    if isinstance(new, list | tuple) and not isinstance(old, str) and hasattr(old, "__len__"):
        return len(old) == len(new) and all(map(_equal, old, new))
    if isinstance(new, bool) != isinstance(old, bool):
        return False
    return bool(old == new)


def shown(owner: Any, prop: Any, index: int | None = None) -> Any:
    """Return a property's value as JSON: angles in degrees, data-blocks by name."""
    value = getattr(owner, prop.identifier)
    if index is not None:
        value = value[index]
    if prop.type == "FLOAT" and is_angle(prop):
        if hasattr(value, "__len__"):
            return [round(math.degrees(each), 4) for each in value]
        return round(math.degrees(value), 4)
    return plain(value)


def plain(value: Any, most: int = 20, longest: int = 300) -> Any:
    """Return a value of Blender's in JSON's kinds, long ones cut."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}…"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, bpy.types.ID):
        return value.name
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if hasattr(value, "__len__"):  # Blender's vectors do not call themselves iterable
        listed = [plain(each) for each in list(value)[: most + 1]]
        return [*listed[:most], "…"] if len(listed) > most else listed
    return str(value)
