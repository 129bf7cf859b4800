"""edit_nodes: node trees of materials, worlds, lights, the compositor, geometry and groups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, ToolError, nearest
from ..reach import NODE_TYPE, assess, flat, is_path
from ..registry import Assessment, Effect, tool
from . import changes
from .blocks import checked_name, editable, find
from .node_layout import arrange
from .node_reading import described
from .node_types import new_node
from .node_values import HOLDERS, SPECIAL
from .parameters import NewNode, Socket
from .rna import put
from .rna_path import locate, socket_named
from .set_material import give_nodes
from .textures import loaded

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
        return described(owner, tree)
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
    return described(owner, tree)


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
        node = new_node(self.tree, wanted.type)
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
        special = SPECIAL.get(key)
        if special is not None and (key == "pair" or hasattr(node, HOLDERS[key])):
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
        if key == "image" and is_path(value):
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
