"""What a modelling task is, and the words its checkers are written in.

A task is what a person would ask, the tool calls that do it, and a checker that looks at the saved
file with plain bpy. The calls are data: nothing in them comes from an earlier call's result, and
"{folder}" in a text stands for the task's own folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import bpy

from ..script import Call


@dataclass(frozen=True)
class Task:
    """One modelling task.

    Attributes:
        name: One word for it, unique.
        prompt: As a person would write it.
        calls: What solves it, in order.
        check: Looks at the open file and raises AssertionError unless all is exactly as asked.
        set_up: Makes what the person had before asking: files in the folder, data in the scene.
    """

    name: str
    prompt: str
    calls: Sequence[Call]
    check: Callable[[], None]
    set_up: Callable[[Path], None]

    def calls_in(self, folder: Path) -> list[Call]:
        """Return the calls with the folder's path filled in."""
        return [Call(each.name, _filled(each.arguments, str(folder))) for each in self.calls]


def _nothing(folder: Path) -> None:
    """Most tasks begin with Blender's start-up scene alone."""


def task(
    prompt: str, *calls: Call, set_up: Callable[[Path], None] = _nothing
) -> Callable[[Callable[[], None]], Task]:
    """Make a task of its checker, whose name becomes the task's."""
    return lambda check: Task(check.__name__, prompt, calls, _asserting(check), set_up)


def _asserting(check: Callable[[], None]) -> Callable[[], None]:
    """A checker that looks for something which is not there at all has found a fault too."""

    @wraps(check)
    def checked() -> None:
        try:
            check()
        except (LookupError, AttributeError, TypeError, ValueError) as fault:
            raise AssertionError(f"{type(fault).__name__}: {fault}") from fault

    return checked


def call(tool: str, /, **arguments: object) -> Call:
    """Return a call of a tool."""
    return Call(tool, arguments)


def _filled(value: Any, folder: str) -> Any:
    if isinstance(value, str):
        return value.replace("{folder}", folder)
    if isinstance(value, dict):
        return {key: _filled(each, folder) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(each, folder) for each in value]
    return value


# The checkers' words


def same(what: str, got: Any, wanted: Any, slack: float = 1e-4) -> None:
    """Assert that a value is as asked: numbers within `slack` of it, lists part by part."""
    assert _alike(got, wanted, slack), f"{what} is {_plain(got)!r}, not {_plain(wanted)!r}"


def has(owner: Any, **wanted: Any) -> None:
    """Assert properties of one thing; "__" in a name leads on, as in dof__aperture_fstop."""
    for path, value in wanted.items():
        here = owner
        for word in path.split("__"):
            here = getattr(here, word)
        name = getattr(owner, "name", "") or type(owner).__name__
        same(f"{name}: {path.replace('__', '.')}", here, value)


def thing(name: str, kind: str = "") -> Any:
    """Return an object by its exact name, and assert its type."""
    found = bpy.data.objects.get(name)
    assert found is not None, f"no object {name!r} among {sorted(bpy.data.objects.keys())}"
    if kind:
        same(f"{name}'s type", found.type, kind)
    return found


def names_are(*names: str) -> None:
    """Assert that the scene holds exactly these objects."""
    same("objects", sorted(bpy.context.scene.objects.keys()), sorted(names))


def counts(name: str, vertices: int, edges: int, faces: int) -> None:
    """Assert how many elements an object's mesh has, without modifiers."""
    mesh = thing(name, "MESH").data
    got = (len(mesh.vertices), len(mesh.edges), len(mesh.polygons))
    same(f"{name}'s vertices, edges, faces", got, (vertices, edges, faces))


def sized(name: str, *dimensions: float) -> None:
    """Assert an object's size in metres, at a scale of 1."""
    each = thing(name)
    same(f"{name}'s dimensions", each.dimensions, dimensions)
    same(f"{name}'s scale", each.scale, (1, 1, 1))


def stands_at(name: str, *place: float) -> None:
    """Assert where an object is in the world, whatever holds it there."""
    bpy.context.view_layer.update()
    same(f"{name}'s place", thing(name).matrix_world.translation, place)


def looks_at(name: str, *place: float) -> None:
    """Assert that a camera or lamp looks at a place in the world, within a tenth of a degree."""
    bpy.context.view_layer.update()
    matrix = thing(name).matrix_world
    towards = -matrix.to_3x3().col[2]
    wanted = type(towards)(place) - matrix.translation
    same(f"{name}'s angle away from {place}", towards.angle(wanted), 0.0, 0.0017)


def stack(name: str, *types: str) -> Any:
    """Assert the types of an object's modifiers in order, and return them."""
    found = thing(name).modifiers
    same(f"{name}'s modifiers", [each.type for each in found], list(types))
    return found


def came_from(node: Any, socket: str, idname: str, output: str = "") -> Any:
    """Assert what is linked into a node's input, and return that node."""
    found = [each for each in node.inputs if each.name == socket and each.is_linked]
    assert found, f"nothing is linked to {node.name}: {socket}"
    link = found[0].links[0]
    same(f"what is linked to {node.name}: {socket}", link.from_node.bl_idname, idname)
    if output:
        same(f"the output linked to {node.name}: {socket}", link.from_socket.name, output)
    return link.from_node


def value(node: Any, socket: str, wanted: Any) -> None:
    """Assert the value of a node's input, to which nothing is linked."""
    found = next((each for each in node.inputs if each.name == socket and each.enabled), None)
    assert found is not None, f"{node.name} has no input {socket!r}"
    assert not found.is_linked, f"{node.name}: {socket} is linked"
    same(f"{node.name}: {socket}", found.default_value, wanted)


def surface(material: str) -> Any:
    """Return the node that a material's output shows as its surface."""
    found = bpy.data.materials.get(material)
    assert found is not None, f"no material {material!r} among {bpy.data.materials.keys()}"
    output = found.node_tree.get_output_node("ALL")
    assert output is not None, f"{material} has no output"
    assert output.inputs["Surface"].is_linked, f"{material}'s surface is not linked"
    return output.inputs["Surface"].links[0].from_node


def keys_of(block: Any, path: str, index: int = 0) -> dict[float, tuple[float, str]]:
    """Return the keyframes of one number: by frame its value and interpolation."""
    curve = curve_of(block, path, index)
    return {key.co.x: (key.co.y, key.interpolation) for key in curve.keyframe_points}


def curve_of(block: Any, path: str, index: int = 0) -> Any:
    """Return the curve that animates one number."""
    assert block.animation_data, f"{block.name} is not animated"
    assert block.animation_data.action, f"{block.name} has no action"
    found = [each for each in _curves(block) if (each.data_path, each.array_index) == (path, index)]
    assert found, f"{block.name} has no keyframes for {path}[{index}]"
    return found[0]


def _curves(block: Any) -> Iterable[Any]:
    action = block.animation_data.action
    if hasattr(action, "fcurves"):  # before 5.0
        return list(action.fcurves)
    slot = block.animation_data.action_slot
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        for curve in strip.channelbag(slot).fcurves
    ]


def beside(name: str) -> Path:
    """Return a file of the task's folder, where the open .blend lies too; assert that it is there."""
    file = Path(bpy.data.filepath).parent / name
    assert file.is_file(), f"there is no {name}"
    return file


def _alike(got: Any, wanted: Any, slack: float) -> bool:
    if isinstance(wanted, bool | str | bytes | set | dict) or wanted is None:
        return bool(got == wanted)
    if isinstance(wanted, int | float):
        if isinstance(got, bool) or not isinstance(got, int | float):
            return False
        return abs(got - wanted) <= slack * max(1.0, abs(wanted))
    if hasattr(wanted, "__len__"):
        if isinstance(got, str) or not hasattr(got, "__len__") or len(got) != len(wanted):
            return False
        return all(_alike(a, b, slack) for a, b in zip(list(got), list(wanted)))
    return bool(got == wanted)


def _plain(given: Any) -> Any:
    if isinstance(given, float):
        return round(given, 5)
    if hasattr(given, "__len__") and not isinstance(given, str | bytes | set | dict):
        return [_plain(each) for each in list(given)]
    return given
