"""edit_nodes: node trees of materials, worlds, lights, the compositor, geometry and groups."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, ToolError, nearest
from ..reach import NODE_TYPE, assess, flat
from ..registry import Assessment, Effect, tool
from . import changes
from .blocks import checked_name, editable, find
from .node_layout import arrange
from .parameters import NewNode, Socket
from .rna import color, locate, plain, put, shown, socket_named
from .set_material import give_nodes, loaded
from .stacks import is_default

if TYPE_CHECKING:
    from annotated_types import MaxLen


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    wanted: list[tuple[str, object]] = []
    for node in arguments["add"]:
        wanted += [(NODE_TYPE, node.type), *flat(node.set)]
    for values in arguments["set"].values():
        wanted += flat(values)
    wanted += [("default", socket.default) for socket in arguments["interface"]]
    found = assess(wanted)
    edits = ("add", "set", "link", "unlink", "remove", "interface", "clear")
    if found.effect is Effect.EDITS and not any(arguments[each] for each in edits):
        return Assessment(Effect.READS)
    return found


@tool(effect=Effect.EDITS, assess=_assess)
def edit_nodes(
    kind: Literal["material", "world", "light", "compositor", "geometry", "group"],
    name: str = "",
    add: Annotated[list[NewNode], MaxLen(200)] = [],
    set: dict[str, dict[str, object]] = {},
    link: Annotated[list[tuple[str, str, str, str]], MaxLen(500)] = [],
    unlink: list[tuple[str, str]] = [],
    remove: list[str] = [],
    interface: list[Socket] = [],
    clear: bool = False,
) -> dict[str, object]:
    """Build or rewire a node tree, all in one; with a kind and name alone, read it.

    Done in this order: clear, remove, interface, add, set, unlink, link. Node types as in Blender's menus or Python ("Noise Texture", ShaderNodeTexNoise). A node's values by property or input name; `image` may be a file path, `color_ramp` a list of [position, color], `curve` a list of [x, y], `pair` the output node of a zone.

    Args:
        kind: group: a shader group, or any that exists.
        name: Of the material, light or group, made if there is none; world and compositor are the scene's.
        set: Node name to {property or input: value}.
        link: [from node, output, to node, input] by name; input or output also by number.
        unlink: [node, input].
        interface: Sockets of a group: type Float, Int, Bool, Vector, Color, Geometry, Object, Material, String, …
        clear: Begin with an empty tree.

    Returns:
        The nodes with the values that matter, and the links.
    """
    if not (add or set or link or unlink or remove or interface or clear):
        owner, tree = _existing(kind, name)
        return _described(owner, tree)
    owner, tree = _tree(kind, name)
    editable(owner)
    editor = _Editor(owner, tree)
    if clear:
        changes.changing(owner, "nodes removed")
        tree.nodes.clear()
    for each in remove:
        editor.remove(each)
    for socket in interface:
        editor.interface(socket)
    for node in add:
        editor.add(node)
    for each, values in set.items():
        editor.set(editor.node(each), values)
    for each, socket_name in unlink:
        editor.unlink(each, socket_name)
    for ends in link:
        editor.link(*ends)
    arrange(tree, [node for node in editor.new if node.name not in editor.placed])
    return _described(owner, tree)


def _existing(kind: str, name: str) -> tuple[bpy.types.ID, Any]:
    """Return the owner and the tree, without making any.

    Raises:
        NoSuchObject: there is no such material, light or group.
        InvalidArguments: it has no nodes.
    """
    scene = bpy.context.scene
    owner: Any
    if kind == "world":
        owner = scene.world
        tree = owner.node_tree if owner else None
    elif kind == "compositor":
        owner = scene
        five = "compositing_node_group" in scene.bl_rna.properties
        tree = scene.compositing_node_group if five else scene.node_tree
    elif kind in ("material", "light"):
        owner = find(getattr(bpy.data, f"{kind}s"), name, kind)
        tree = owner.node_tree
    else:
        owner = tree = find(bpy.data.node_groups, name, "node group")
    if tree is None:
        raise InvalidArguments(f"The {kind} has no nodes yet; add some.")
    return owner, tree


def _tree(kind: str, name: str) -> tuple[bpy.types.ID, Any]:
    """Return the owner and the tree, made where there is none."""
    scene = bpy.context.scene
    if kind == "compositor":
        return scene, _compositor(scene)
    if kind in ("geometry", "group"):
        found = bpy.data.node_groups.get(name)
        if found is None:
            checked_name(name)
            changes.begin()
            idname = "GeometryNodeTree" if kind == "geometry" else "ShaderNodeTree"
            found = bpy.data.node_groups.new(name, idname)
            changes.added(found)
            if kind == "geometry":
                _new_geometry(found)
        elif kind == "geometry" and found.bl_idname != "GeometryNodeTree":
            raise InvalidArguments(f"{name!r} is no geometry node group; give another name.")
        return found, found
    if kind == "world":
        owner = scene.world
        if owner is None:
            changes.changing(scene, "world")
            owner = scene.world = bpy.data.worlds.new("World")
            changes.added(owner)
    elif kind == "light":
        owner = find(bpy.data.lights, name, "light")
    else:
        owner = bpy.data.materials.get(name)
        if owner is None:
            checked_name(name)
            changes.begin()
            owner = bpy.data.materials.new(name)
            changes.added(owner)
    if owner.node_tree is None or (bpy.app.version < (5, 0, 0) and not owner.use_nodes):
        changes.changing(owner, "nodes")
        give_nodes(owner)
    return owner, owner.node_tree


def _new_geometry(group: Any) -> None:
    """As Blender's own *New* button leaves it: geometry in, geometry out."""
    group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    group.is_modifier = True
    source, target = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
    source.location, target.location = (-200, 0), (200, 0)
    group.links.new(source.outputs[0], target.inputs[0])


def _compositor(scene: bpy.types.Scene) -> Any:
    """The scene's compositor tree; new ones pass the render on, on every version of Blender."""
    if "compositing_node_group" not in scene.bl_rna.properties:  # before 5.0
        if scene.node_tree is None or not scene.use_nodes:
            changes.changing(scene, "compositor")
            scene.use_nodes = True
        return scene.node_tree
    tree = scene.compositing_node_group
    if tree is None:
        changes.changing(scene, "compositor")
        tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        changes.added(tree)
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        source, target = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("NodeGroupOutput")
        target.name = "Composite"  # what the output is called before 5.0
        source.location, target.location = (-200, 0), (300, 0)
        tree.links.new(source.outputs["Image"], target.inputs["Image"])
        scene.compositing_node_group = tree
    return tree


class _Editor:
    def __init__(self, owner: bpy.types.ID, tree: Any) -> None:
        self.owner, self.tree = owner, tree
        self.new: list[Any] = []
        self.placed: list[str] = []

    def node(self, name: str) -> Any:
        return find(self.tree.nodes, name, "node")

    def remove(self, name: str) -> None:
        node = self.node(name)
        changes.changing(self.owner, f"{name} removed")
        self.tree.nodes.remove(node)

    def add(self, wanted: NewNode) -> None:
        changes.changing(self.owner, f"{wanted.name or wanted.type} added")
        node = _new_node(self.tree, wanted.type)
        if wanted.name:
            if self.tree.nodes.get(wanted.name) not in (None, node):
                raise InvalidArguments(f"There is a node {wanted.name!r} already.")
            node.name = wanted.name
            if node.type not in ("REROUTE", "GROUP_INPUT", "GROUP_OUTPUT"):
                node.label = wanted.name
        if wanted.location is not None:
            node.location = wanted.location
            self.placed.append(node.name)
        self.new.append(node)
        self.set(node, wanted.set)

    def set(self, node: Any, values: Mapping[str, object]) -> None:
        """Set properties first: an input may only be there through one of them."""
        inputs = {}
        for key, value in values.items():
            if not self._set_property(node, key, value):
                inputs[key] = value
        for key, value in inputs.items():
            self._set_input(node, key, value)

    def _set_property(self, node: Any, key: str, value: object) -> bool:
        special = _SPECIAL.get(key)
        if special is not None and (key == "pair" or hasattr(node, _HOLDERS[key])):
            changes.changing(self.owner, f"{node.name} {key}")
            special(self.tree, node, value)
            return True
        properties = node.bl_rna.properties
        key = _OTHER_KEYS.get(key, key) if key not in properties else key
        first = key.split(".")[0].split("[")[0]
        if first == key and key != "image" and socket_named(node.inputs, key) is not None:
            return False  # where a setting became an input, the old one is only a shadow of it
        if first not in properties or first in ("inputs", "outputs"):
            words = key.lower().replace(" ", "_")
            alike = [
                each.identifier
                for each in properties
                if (each.identifier == words or each.identifier.endswith(f"_{words}"))
                and not each.is_readonly
                and each.identifier not in bpy.types.Node.bl_rna.properties
            ]
            # Some settings were properties before 5.0 and are inputs since: Glare's type.
            if len(alike) != 1:
                return False
            key = alike[0]
        if key == "image" and isinstance(value, str) and ("/" in value or "\\" in value):
            image = loaded(value, "Linear Rec.709" if _is_hdr(value) else "sRGB")
            changes.changing(self.owner, f"{node.name} image")
            node.image = image
            return True
        put(locate([node], key, self.owner), value)
        return True

    def _set_input(self, node: Any, key: str, value: object) -> None:
        if key in ("size_x", "size_y") and "Size" in node.inputs:  # Blur, since 5.0
            path = f"default_value.{key[-1]}"
            put(locate([node.inputs["Size"]], path, self.owner), value)
            return
        socket = socket_named(node.inputs, key) or socket_named(node.inputs, key.rpartition("_")[2])
        if socket is None and not node.inputs and len(node.outputs) == 1:
            socket = node.outputs[0]  # Value and Color keep theirs there
        if socket is None:
            known = [each.name for each in node.inputs if each.enabled] + [
                each.identifier for each in node.bl_rna.properties if not each.is_readonly
            ]
            hint = nearest(key, known) or f" It has {', '.join(known[:30])}."
            raise InvalidArguments(f"{node.name!r} has no input or property {key!r}.{hint}")
        if not hasattr(socket, "default_value"):
            raise InvalidArguments(f"{node.name}: {socket.name} takes links only, no value.")
        # Of several with one name, such as a number and a colour, the value tells which is meant.
        alike = [socket, *(s for s in node.inputs if s.name == socket.name and s.enabled)]
        faults = []
        for each in alike:
            try:
                put(locate([each], "default_value", self.owner), value)
                return
            except ToolError as fault:
                faults.append(fault)
        raise InvalidArguments(f"{node.name}: {faults[0]}") from None

    def unlink(self, name: str, socket_name: str) -> None:
        socket = self._socket(self.node(name), "inputs", socket_name)
        for each in list(socket.links):
            changes.changing(self.owner, f"{name} {socket.name} unlinked")
            self.tree.links.remove(each)

    def link(self, source: str, output: str, target: str, into: str) -> None:
        start = self._socket(self.node(source), "outputs", output)
        end = self._socket(self.node(target), "inputs", into)
        if any(each.from_socket == start for each in end.links):
            return
        changes.changing(self.owner, f"{source} linked to {target}")
        made = self.tree.links.new(start, end)
        if made is None or start.node == end.node or not made.is_valid:
            raise InvalidArguments(f"{source}: {output} cannot be linked to {target}: {into}.")

    def _socket(self, node: Any, side: str, name: str) -> Any:
        sockets = getattr(node, side)
        socket = socket_named(sockets, name)
        if socket is None and len([each for each in sockets if each.enabled]) == 1:
            socket = next(each for each in sockets if each.enabled)
        if socket is None:
            known = [each.name for each in sockets if each.enabled]
            hint = nearest(name, known) or f" There are {', '.join(known) or 'none'}."
            raise InvalidArguments(f"{node.name!r} has no {side[:-1]} {name!r}.{hint}")
        return socket

    def interface(self, wanted: Socket) -> None:
        if self.tree != self.owner and not isinstance(self.owner, bpy.types.Scene):
            raise InvalidArguments("Only groups (geometry, group, compositor of 5.x) have sockets.")
        items = [
            each
            for each in self.tree.interface.items_tree
            if each.item_type == "SOCKET" and each.in_out == wanted.in_out
        ]
        found = next((each for each in items if each.name == wanted.name), None)
        changes.changing(self.owner, f"socket {wanted.name}")
        if wanted.remove:
            if found is None:
                raise InvalidArguments(f"There is no {wanted.in_out.lower()} {wanted.name!r}.")
            self.tree.interface.remove(found)
            return
        plain_type = wanted.type.removeprefix("NodeSocket")
        known = {each.lower(): each for each in _SOCKET_TYPES}
        kind = f"NodeSocket{known.get(plain_type.lower(), plain_type)}"
        if found is None:
            try:
                found = self.tree.interface.new_socket(
                    wanted.name, in_out=wanted.in_out, socket_type=kind
                )
            except TypeError:
                raise InvalidArguments(
                    f"There is no socket type {wanted.type!r}: {', '.join(_SOCKET_TYPES)}."
                ) from None
        for key in ("min", "max"):
            if (limit := getattr(wanted, key)) is not None:
                put(locate([found], f"{key}_value", self.owner), limit)
        if wanted.default is not None:
            low = -math.inf if wanted.min is None else wanted.min
            high = math.inf if wanted.max is None else wanted.max
            if isinstance(wanted.default, int | float) and not low <= wanted.default <= high:
                raise InvalidArguments(
                    f"{wanted.name}: the default {wanted.default} is not from {low} to {high}."
                )
            put(locate([found], "default_value", self.owner), wanted.default)


_SOCKET_TYPES = (
    "Float", "Int", "Bool", "Vector", "Color", "Geometry", "Object", "Collection", "Material",
    "Image", "String", "Rotation", "Matrix", "Shader",
)  # fmt: skip
_OTHER_KEYS = {"dust_density": "aerosol_density", "aerosol_density": "dust_density"}
"""Properties that another version of Blender calls otherwise."""


def _is_hdr(path: str) -> bool:
    return path.lower().endswith((".hdr", ".exr"))


def _set_ramp(_tree: Any, node: Any, value: object) -> None:
    stops = [_stop(each) for each in value] if isinstance(value, list) else []
    if not 1 <= len(stops) <= 32:
        raise InvalidArguments("color_ramp: 1 to 32 stops, each [position, color].")
    elements = node.color_ramp.elements
    while len(elements) > 1:
        elements.remove(elements[-1])
    for number, (place, shade) in enumerate(sorted(stops, key=lambda stop: stop[0])):
        element = elements[0] if number == 0 else elements.new(place)
        element.position = place
        element.color = shade


def _stop(given: object) -> tuple[float, list[float]]:
    match given:
        case [int() | float() as place, shade] if 0 <= place <= 1:
            parts = color(shade) if isinstance(shade, str) else shade
            if isinstance(parts, list) and len(parts) in (3, 4):
                if all(isinstance(part, int | float) for part in parts):
                    return float(place), [*parts, 1.0][:4]
    raise InvalidArguments(
        f"color_ramp: a stop is [position from 0 to 1, [r, g, b] or '#rrggbb'], not {given!r}."
    )


def _set_curve(_tree: Any, node: Any, value: object) -> None:
    places = value if isinstance(value, list) else []
    pairs = all(
        isinstance(p, list) and len(p) == 2 and all(isinstance(n, int | float) for n in p)
        for p in places
    )
    if len(places) < 2 or not pairs:
        raise InvalidArguments("curve: at least two points, each [x, y].")
    curve = node.mapping.curves[len(node.mapping.curves) - 1]
    while len(curve.points) > 2:
        curve.points.remove(curve.points[1])
    for number, (x, y) in enumerate(sorted(places)):
        knot = curve.points[number] if number < 2 else curve.points.new(x, y)
        knot.location = (x, y)
    node.mapping.update()


def _set_pair(tree: Any, node: Any, value: object) -> None:
    if not hasattr(node, "pair_with_output"):
        raise InvalidArguments(f"{node.name!r} begins no zone.")
    node.pair_with_output(find(tree.nodes, str(value), "node"))


_SPECIAL = {"color_ramp": _set_ramp, "curve": _set_curve, "pair": _set_pair}
_HOLDERS = {"color_ramp": "color_ramp", "curve": "mapping"}

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


def _new_node(tree: Any, given: str) -> Any:
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


_ROOM = 6_500
"""Bytes of a description."""


def _described(owner: bpy.types.ID, tree: Any) -> dict[str, object]:
    nodes: dict[str, object] = {}
    room = _ROOM
    for node in tree.nodes:
        told: dict[str, object] = {"type": node.bl_idname}
        if values := dict(_values(node)):
            told["set"] = values
        room -= len(str(told)) + len(node.name)
        if room < 0:
            break
        nodes[node.name] = told
    links = []
    for each in tree.links:
        ends = [each.from_node.name, each.from_socket.name, each.to_node.name, each.to_socket.name]
        room -= len(str(ends))
        if room < 0:
            break
        links.append(ends)
    answer: dict[str, object] = {"of": owner.name, "nodes": nodes, "links": links}
    if len(nodes) < len(tree.nodes) or len(links) < len(tree.links):
        answer["left_out"] = f"{len(tree.nodes)} nodes, {len(tree.links)} links in all"
    return answer


def _values(node: Any) -> Iterator[tuple[str, object]]:
    for socket in node.inputs:
        if socket.enabled and not socket.is_linked and hasattr(socket, "default_value"):
            prop = socket.bl_rna.properties["default_value"]
            value = socket.default_value
            if prop.type == "POINTER":
                if value is not None:
                    yield socket.name, value.name
            elif not _starts_so(prop, value):
                yield socket.name, shown(socket, prop)
    base = {*bpy.types.Node.bl_rna.properties.keys(), "is_active_output"}
    for prop in node.bl_rna.properties:
        if prop.identifier in base or prop.is_readonly or prop.type == "COLLECTION":
            continue
        if prop.identifier.replace("_", " ").title() in node.inputs:
            continue
        value = getattr(node, prop.identifier)
        if prop.type == "POINTER":
            if isinstance(value, bpy.types.ID):
                yield prop.identifier, value.name
        elif not _starts_so(prop, value):
            yield prop.identifier, shown(node, prop)
    if (ramp := getattr(node, "color_ramp", None)) is not None:
        yield "color_ramp", [[plain(e.position), plain(list(e.color))] for e in ramp.elements]
    if not node.inputs and len(node.outputs) == 1 and hasattr(node.outputs[0], "default_value"):
        yield node.outputs[0].name, plain(node.outputs[0].default_value)


def _starts_so(prop: Any, value: Any) -> bool:
    if prop.type == "ENUM" and prop.identifier == "default_value":
        return False  # a menu's values are its node's own; RNA has no default of them
    return is_default(prop, value)
