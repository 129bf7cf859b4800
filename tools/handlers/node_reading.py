"""A node tree as it is told: its nodes with the values that matter, and its links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import bpy

from .rna_value import plain, shown
from .stacks import is_default

_ROOM = 6_500
"""Bytes of a description."""


def described(owner: bpy.types.ID, tree: Any) -> dict[str, object]:
    """Return a tree as JSON values: `nodes` by name, each with `type` and `set`, and `links` as
    edit_nodes takes them; what does not fit is counted in `left_out`."""
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
