"""The inputs that a geometry node group has on its modifier, by name.

Before 5.0 they are custom properties of the modifier, since then real properties of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import bpy

from ..errors import InvalidArguments, nearest
from ..reach import Reach, is_path, of_value
from . import changes
from .blocks import find, list_of
from .rna_value import color


def values(modifier: Any) -> Iterator[tuple[str, Any]]:
    """Yield each input's name and value."""
    for socket in _sockets(modifier):
        yield socket.name, _get(modifier, socket.identifier)


def put(each: bpy.types.Object, modifier: Any, name: str, value: object) -> None:
    """Set an input of a geometry nodes modifier.

    Raises:
        InvalidArguments: it has no such input, or takes no such value.
        NoSuchObject: the data-block that was named is not there.
    """
    if modifier.node_group is None:
        raise InvalidArguments(f"{modifier.name!r} has no node_group yet; name one first.")
    sockets = list(_sockets(modifier))
    socket = next((s for s in sockets if name in (s.name, s.identifier)), None) or next(
        (s for s in sockets if s.name.lower() == name.lower()), None
    )
    if socket is None:
        known = [s.name for s in sockets]
        hint = nearest(name, known) or f" It has {', '.join(known) or 'none'}."
        raise InvalidArguments(f"{modifier.node_group.name!r} has no input {name!r}.{hint}")
    if is_path(value) and of_value(name, value) is not Reach.FILES:
        raise InvalidArguments(
            f"{modifier.name}: {socket.name!r} would take a path under a name that stands for words. "
            "Give the input another name, so that a person can be asked about the file."
        )
    new = _converted(socket, value)
    changes.changing(each, f"{modifier.name}: {socket.name}")
    try:
        _set(modifier, socket.identifier, new)
    except (TypeError, ValueError) as error:
        raise InvalidArguments(f"{modifier.name}: {socket.name}: {error}.") from None
    each.update_tag()


def _sockets(modifier: Any) -> Iterator[Any]:
    if modifier.node_group is None:
        return
    for item in modifier.node_group.interface.items_tree:
        if item.item_type == "SOCKET" and item.in_out == "INPUT":
            if item.socket_type != "NodeSocketGeometry":
                yield item


def _converted(socket: Any, value: object) -> Any:
    kind = socket.socket_type.removeprefix("NodeSocket")
    prop = socket.bl_rna.properties.get("default_value")
    if prop is not None and prop.type == "POINTER":
        if value in (None, ""):
            return None
        blocks = list_of(prop.fixed_type)
        return find(blocks, str(value), prop.fixed_type.name.lower())
    if kind.startswith("Color") and isinstance(value, str):
        return color(value)
    if kind.startswith("Color") and isinstance(value, list) and len(value) == 3:
        return [*value, 1.0]
    if kind.startswith("Float") and isinstance(value, int | float):
        angle = getattr(socket, "subtype", "") == "ANGLE"
        return math.radians(value) if angle else float(value)
    if kind.startswith("Int") and isinstance(value, float) and value == int(value):
        return int(value)
    if kind in ("Rotation", "VectorEuler") and isinstance(value, list):
        return [math.radians(each) for each in value]
    return value


def _get(modifier: Any, identifier: str) -> Any:
    if (inputs := _real(modifier)) is not None:
        return getattr(getattr(inputs, identifier), "value", None)
    return modifier.get(identifier)


def _set(modifier: Any, identifier: str, value: Any) -> None:
    if (inputs := _real(modifier)) is not None:
        getattr(inputs, identifier).value = value
    else:
        modifier[identifier] = value


def _real(modifier: Any) -> Any:
    """Return what holds the inputs as properties; None before 5.0."""
    properties = getattr(modifier, "properties", None)
    return getattr(properties, "inputs", None)
