"""Which faces, edges or vertices of a mesh a description means."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import bmesh
import bpy
from mathutils import Matrix, Vector

from ..errors import InvalidArguments
from .blocks import find
from .parameters import Step

Elements = list[Any]
"""Faces, edges or vertices of a BMesh."""
_AXES = {
    "+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1),
    "-Z": (0, 0, -1), "X": (1, 0, 0), "Y": (0, 1, 0), "Z": (0, 0, 1),
    "up": (0, 0, 1), "down": (0, 0, -1),
}  # fmt: skip
_ON_ALL = frozenset(("unwrap", "smart_project", "recalculate_normals"))
"""What goes for all faces unless some are described, whatever the step before chose."""
LISTS = {"faces": "faces", "edges": "edges", "vertices": "verts"}
_ON_EDGES = frozenset(
    "bevel bridge fill mark_seam clear_seam mark_sharp clear_sharp crease".split()
)
"""What is done to edges unless it says otherwise."""


def on_what(step: Step) -> str:
    """Return what a step is about: "faces", "edges" or "vertices"."""
    default = "edges" if step.do in _ON_EDGES else "faces"
    if step.do in ("merge", "vertex_group"):
        default = "vertices"
    return step.on or default


class Choice:
    """Elements of a mesh by description, in the world's frame."""

    def __init__(self, each: bpy.types.Object, shape: bmesh.types.BMesh, world: Matrix) -> None:
        self.each, self._shape, self._world = each, shape, world

    def choose(self, step: Step, latest: Elements | None) -> Elements:
        """Return the elements that a step means.

        Args:
            step: What they have to be like.
            latest: What the step before made or chose; None at first.

        Raises:
            InvalidArguments: it names what the mesh has not.
        """
        on = on_what(step)
        everything = list(getattr(self._shape, LISTS[on]))
        tests = list(self._tests(step, on, everything))
        if tests:
            return [one for one in everything if all(test(one) for test in tests)]
        if latest is None or step.all or step.do in _ON_ALL:
            return everything
        return elements_as(on, [one for one in latest if one.is_valid])

    def _tests(self, step: Step, on: str, everything: Elements) -> Iterable[Callable[[Any], bool]]:
        getattr(self._shape, LISTS[on]).index_update()
        if step.index is not None:
            wanted = set(step.index)
            if wanted and not 0 <= min(wanted) <= max(wanted) < len(everything):
                raise InvalidArguments(f"index: there are {on} 0 to {len(everything) - 1} only.")
            yield lambda one: one.index in wanted
        if step.min is not None or step.max is not None:
            low = Vector(step.min or [-math.inf] * 3)
            high = Vector(step.max or [math.inf] * 3)
            slack = 1e-5
            yield lambda one: all(
                a - slack <= part <= b + slack for a, part, b in zip(low, self._centre(one), high)
            )
        if step.material:
            names = [slot.name for slot in self.each.material_slots]
            if step.material not in names:
                find(self.each.data.materials, step.material, "material of this object")
            slot = names.index(step.material)
            yield lambda one: any(face.material_index == slot for face in faces_of(one))
        if step.boundary:
            yield lambda one: any(edge.is_boundary for edge in edges_of(one))
        if step.direction is not None:
            yield self._towards(step, on, everything)
        elif step.angle is not None and on == "edges" and step.do not in ("smart_project",):
            least = math.radians(step.angle)
            yield lambda edge: len(edge.link_faces) == 2 and edge.calc_face_angle(0) >= least

    def _towards(self, step: Step, on: str, everything: Elements) -> Callable[[Any], bool]:
        way = direction(step.direction)
        most = math.cos(math.radians(30.0 if step.angle is None else step.angle))
        if on == "faces":
            return lambda face: self.normal(face).dot(way) >= most
        if on == "edges":
            return lambda edge: abs(self._along(edge).dot(way)) >= most
        places = [(self._world @ vertex.co).dot(way) for vertex in everything]
        farthest = max(places, default=0.0)
        slack = 1e-4 * max(1.0, farthest - min(places, default=0.0))
        return lambda vertex: (self._world @ vertex.co).dot(way) >= farthest - slack

    def normal(self, face: Any) -> Vector:
        """Return where a face looks, in the world's frame."""
        return (self._world.to_3x3().inverted_safe().transposed() @ face.normal).normalized()

    def _along(self, edge: Any) -> Vector:
        one, other = (self._world @ vertex.co for vertex in edge.verts)
        return (other - one).normalized()

    def _centre(self, one: Any) -> Vector:
        places = [vertex.co for vertex in vertices_of(one)]
        return self._world @ (sum(places, Vector()) / len(places))

    def hint(self, step: Step) -> str:
        """Return what may help where nothing was meant."""
        if step.direction is not None and on_what(step) == "faces":
            normals = {_nearest_axis(self.normal(face)) for face in self._shape.faces}
            return f"Faces look towards {', '.join(sorted(normals))}; angle widens the choice."
        if step.min is not None or step.max is not None:
            corners = [self._world @ vertex.co for vertex in self._shape.verts] or [Vector()]
            low, high = ([round(pick(axis), 3) for axis in zip(*corners)] for pick in (min, max))
            return f"In the world it reaches from {low} to {high}."
        return ""


def direction(given: str | list[float]) -> Vector:
    """Return a direction as a vector of length 1.

    Raises:
        InvalidArguments: it is none.
    """
    if isinstance(given, str):
        known = {axis.lower(): vector for axis, vector in _AXES.items()}
        if given.lower() not in known:
            raise InvalidArguments(f"direction: {', '.join(_AXES)} or [x, y, z], not {given!r}.")
        return Vector(known[given.lower()])
    if len(given) != 3 or Vector(given).length < 1e-9:
        raise InvalidArguments(f"direction: [x, y, z], not all zero, not {given!r}.")
    return Vector(given).normalized()


def _nearest_axis(normal: Vector) -> str:
    axis = max(range(3), key=lambda n: abs(normal[n]))
    return f"{'+' if normal[axis] >= 0 else '-'}{'XYZ'[axis]}"


def faces_of(one: Any) -> Sequence[Any]:
    """Return the faces of an element: itself, or those that it has or that it belongs to."""
    return [one] if isinstance(one, bmesh.types.BMFace) else list(one.link_faces)


def edges_of(one: Any) -> Sequence[Any]:
    """Return the edges of an element: itself, or those that it has or that it belongs to."""
    if isinstance(one, bmesh.types.BMEdge):
        return [one]
    return list(one.edges if isinstance(one, bmesh.types.BMFace) else one.link_edges)


def vertices_of(one: Any) -> Sequence[Any]:
    """Return the vertices of an element: itself, or those that it has or that it belongs to."""
    return [one] if isinstance(one, bmesh.types.BMVert) else list(one.verts)


def elements_as(on: str, chosen: Elements) -> Elements:
    """Return the faces, edges or vertices of what is chosen: those that lie wholly within it."""
    kind = {"faces": bmesh.types.BMFace, "edges": bmesh.types.BMEdge}.get(on, bmesh.types.BMVert)
    if all(isinstance(one, kind) for one in chosen):
        return chosen
    if on == "vertices":
        return list({vertex: None for one in chosen for vertex in vertices_of(one)})
    inside = {vertex for one in chosen for vertex in vertices_of(one)}
    near = {
        other: None
        for one in chosen
        for other in (edges_of(one) if on == "edges" else faces_of(one))
    }
    return [other for other in near if all(vertex in inside for vertex in other.verts)]
