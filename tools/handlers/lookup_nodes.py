"""What a node has: its properties and sockets, read from one that is made and gone at once.

RNA tells of a kind of node its properties alone; the sockets come into being with the node.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import bpy

from .blocks import lists
from .lookup_fitting import Answer, Row, Table
from .lookup_index import class_of, offered
from .lookup_rows import limits, plain, row, written

_TREES = ("ShaderNodeTree", "GeometryNodeTree", "CompositorNodeTree", "TextureNodeTree")


@lru_cache(maxsize=256)
def told_node(identifier: str) -> Answer | None:
    """Return what a node has; None if no group takes one, or making one runs an add-on's code.

    The answer is kept, and not to be changed. It is text alone: see `lookup_index`.
    """
    if inspect.isfunction(getattr(class_of(identifier), "init", None)):
        return None  # an add-on's, whose code might leave something behind
    # Its own kind of tree first: Blender prints a line about each that does not take it.
    own_tree = identifier.replace("Function", "Geometry", 1)
    for tree in sorted(_TREES, key=lambda each: not own_tree.startswith(each[:-4])):
        with _group(tree) as group:
            try:
                node = group.nodes.new(identifier)
            except RuntimeError:  # not of this kind of tree
                continue
            return _read(node, tree)
    return None


@contextlib.contextmanager
def _group(tree: str) -> Iterator[Any]:
    """Give a group for as long as it takes to read a node.

    With it goes what its nodes have brought, such as String to Curves the built-in font.
    """
    counts = {each: len(getattr(bpy.data, each)) for each in lists().values()}
    group = bpy.data.node_groups.new(".lookup", tree)
    newest = group.session_uid
    try:
        yield group
    finally:
        bpy.data.node_groups.remove(group)
        for name, count in counts.items():
            blocks = getattr(bpy.data, name)
            if len(blocks) > count:
                bpy.data.batch_remove([each for each in blocks if each.session_uid > newest])


def _read(node: Any, tree: str) -> Answer:
    every_nodes = set(bpy.types.Node.bl_rna.properties.keys())
    own = [each for each in node.bl_rna.properties if each.identifier not in every_nodes]
    return {
        "tree": tree,
        "properties": Table({each.identifier: row(each, node) for each in own}),
        "inputs": _sockets(node.inputs),
        "outputs": _sockets(node.outputs),
    }


def _sockets(sockets: Any) -> Table:
    return Table({f"{number} {each.name}": _socket(each) for number, each in enumerate(sockets)})


def _socket(socket: Any) -> Row:
    """Return a socket as a line: its kind, what it is unlinked, what it takes."""
    kind = socket.type.lower()
    if not socket.enabled:
        kind += ", off at first"
    if socket.identifier != socket.name:
        kind += f", identifier {socket.identifier}"
    prop = socket.bl_rna.properties.get("default_value")
    if prop is None or prop.type in ("POINTER", "COLLECTION"):
        return Row((kind,))
    takes = "|".join(offered(socket, "default_value")) if socket.type == "MENU" else limits(prop)
    return Row((kind, f"= {written(plain(socket.default_value))}", takes))
