"""The data of new objects, made at its size: meshes, curves, text, lights, cameras.

Built from data, not by operators: those would add to the mesh that the user is editing.
"""

from __future__ import annotations

import math
from typing import Any

import bmesh
import bpy
from mathutils import Matrix, Vector

from ..errors import InvalidArguments

_ROUND = ("circle", "cylinder", "cone", "uv_sphere")
_SIZED = ("cube", "plane", "grid", "ico_sphere", "torus", "monkey", *_ROUND)
_LIGHTS = ("point", "sun", "spot", "area")
_SIZES = {
    "plane": (2, 2, 0),
    "grid": (2, 2, 0),
    "circle": (2, 2, 0),
    "torus": (2.5, 2.5, 0.5),
    "monkey": None,
}
"""In metres, as Blender's own; 2 × 2 × 2 for the rest."""


class Shape:
    """Makes the data of a new object at its size, so that its scale stays 1."""

    def __init__(
        self,
        dimensions: list[float] | None,
        segments: int | None,
        rings: int | None,
        top_radius: float,
        points: list[tuple[float, float, float]] | None,
        faces: list[list[int]] | None,
        spline: str,
        cyclic: bool,
        text: str,
    ) -> None:
        self.dimensions = dimensions
        self.segments, self.rings, self.top_radius = segments, rings, top_radius
        self.points, self.faces = points, faces
        self.spline, self.cyclic, self.text = spline, cyclic, text

    def check(self, kind: str) -> None:
        """Refuse what does not fit together.

        Raises:
            InvalidArguments: with what would do.
        """
        if self.dimensions is not None:
            if len(self.dimensions) == 2:
                self.dimensions = [*self.dimensions, 0.0]
            if len(self.dimensions) != 3 or min(self.dimensions) < 0:
                raise InvalidArguments(
                    f"dimensions: [x, y, z] in metres, none below 0, not {self.dimensions!r}."
                )
            if kind not in _SIZED and not (kind == "curve" and not self.points):
                raise InvalidArguments(
                    f"A {kind} has no dimensions here; give its points, its properties (such as "
                    "size, empty_display_size) or a scale by set_object."
                )
        for name, value, kinds in (
            ("points", self.points, ("mesh", "curve")),
            ("faces", self.faces, ("mesh",)),
            ("top_radius", self.top_radius, ("cone",)),
            ("text", self.text, ("text",)),
            ("segments", self.segments, (*_ROUND, "ico_sphere", "grid", "torus")),
            ("rings", self.rings, ("uv_sphere", "torus", "grid")),
        ):
            if value and kind not in kinds:
                raise InvalidArguments(f"{name} is for {', '.join(kinds)}, not for a {kind}.")
        if self.segments is not None and self.segments < 3 and kind in (*_ROUND, "torus"):
            raise InvalidArguments(f"segments: a {kind} needs at least 3.")
        if self.rings is not None and self.rings < 3 and kind in ("uv_sphere", "torus"):
            raise InvalidArguments(f"rings: a {kind} needs at least 3.")
        if kind == "ico_sphere" and self.segments is not None and self.segments > 8:
            raise InvalidArguments("segments: at most 8 subdivisions of an ico_sphere.")
        most = 50_000 if kind == "uv_sphere" else 250_000
        if (self.segments or 32) * (self.rings or 16) > most and kind in (
            "uv_sphere",
            "torus",
            "grid",
        ):
            raise InvalidArguments(
                f"segments × rings: at most {most:,} faces of a {kind}, which Blender would be "
                "minutes at; a Subdivision Surface modifier makes it finer."
            )
        if kind == "mesh" and not self.points:
            raise InvalidArguments("A mesh needs points, and faces if it shall have any.")
        if kind == "curve" and self.points is not None and len(self.points) < 2:
            raise InvalidArguments("A curve needs at least 2 points.")
        count = len(self.points or ())
        for face in self.faces or ():
            if (
                len(face) < 3
                or len(set(face)) < len(face)
                or not 0 <= min(face) <= max(face) < count
            ):
                raise InvalidArguments(f"faces: {face!r} is no face of the {count} points.")

    def make(self, kind: str, name: str) -> bpy.types.ID | None:
        """Return the new object's data; None for an empty."""
        if kind == "empty":
            return None
        if kind in _LIGHTS:
            light = bpy.data.lights.new(name, kind.upper())
            if kind == "sun":
                light.energy = 1.0  # as Add › Light does; the data's own default glares
            return light
        if kind == "camera":
            return bpy.data.cameras.new(name)
        if kind == "text":
            font = bpy.data.curves.new(name, "FONT")
            font.body = self.text or "Text"
            return font
        if kind == "curve":
            return self._curve(name)
        if kind == "lattice":
            return bpy.data.lattices.new(name)
        if kind == "metaball":
            ball = bpy.data.metaballs.new(name)
            ball.elements.new()
            return ball
        if kind == "armature":
            return bpy.data.armatures.new(name)
        return self._mesh(kind, name)

    def _curve(self, name: str) -> bpy.types.Curve:
        curve = bpy.data.curves.new(name, "CURVE")
        curve.dimensions = "3D"
        spline = curve.splines.new(self.spline)
        points, cyclic = self.points, self.cyclic
        if points is None:
            across, deep, _ = self.dimensions or (2.0, 2.0, 0.0)
            angles = [math.pi / 2 * quarter for quarter in range(4)]
            points = [(across / 2 * math.cos(a), deep / 2 * math.sin(a), 0.0) for a in angles]
            cyclic = True
        if self.spline == "BEZIER":
            spline.bezier_points.add(len(points) - 1)
            for knot, place in zip(spline.bezier_points, points):
                knot.co = place
                knot.handle_left_type = knot.handle_right_type = "AUTO"
        else:
            spline.points.add(len(points) - 1)
            for knot, place in zip(spline.points, points):
                knot.co = (*place, 1.0)
            if self.spline == "NURBS":
                spline.order_u = min(4, len(points))
                spline.use_endpoint_u = not cyclic
        spline.use_cyclic_u = cyclic
        return curve

    def _mesh(self, kind: str, name: str) -> bpy.types.Mesh:
        mesh = bpy.data.meshes.new(name)
        if kind == "mesh":
            mesh.from_pydata(self.points or (), (), self.faces or ())
            mesh.validate()
            return mesh
        shape = bmesh.new()
        shape.loops.layers.uv.new("UVMap")
        self._fill(shape, kind)
        size = self.dimensions if self.dimensions is not None else _SIZES.get(kind, (2, 2, 2))
        if size is not None:
            _fit(shape, size, kind)
        shape.to_mesh(mesh)
        shape.free()
        return mesh

    def _fill(self, shape: bmesh.types.BMesh, kind: str) -> None:
        around, rings = self.segments or 32, self.rings or 16
        create = bmesh.ops
        if kind == "cube":
            create.create_cube(shape, size=2, calc_uvs=True)
        elif kind == "plane":
            create.create_grid(shape, x_segments=1, y_segments=1, size=1, calc_uvs=True)
        elif kind == "grid":
            across, along = self.segments or 10, self.rings or self.segments or 10
            create.create_grid(shape, x_segments=across, y_segments=along, size=1, calc_uvs=True)
        elif kind == "circle":
            create.create_circle(shape, segments=around, radius=1, cap_ends=True, calc_uvs=True)
        elif kind == "uv_sphere":
            self._sphere(shape, around, rings)
        elif kind == "ico_sphere":
            levels = self.segments or 2
            create.create_icosphere(shape, subdivisions=levels, radius=1, calc_uvs=True)
        elif kind in ("cylinder", "cone"):
            width = (self.dimensions or (2, 2, 2))[0]
            top = 1.0 if kind == "cylinder" else self.top_radius / (width / 2 or 1)
            create.create_cone(
                shape, segments=around, radius1=1, radius2=top, depth=2, cap_ends=True,
                calc_uvs=True,
            )  # fmt: skip
        elif kind == "monkey":
            create.create_monkey(shape, calc_uvs=True)
        elif kind == "torus":
            self._torus(shape)

    def _sphere(self, shape: bmesh.types.BMesh, around: int, rings: int) -> None:
        """Blender's, with faces and edges in the order of their vertices.

        Its operator welds a seam and comes upon what it welds by address: each run of Blender had
        another order, and a face's index meant another face.
        """
        made = bmesh.new()
        layer = made.loops.layers.uv.new("UVMap")
        bmesh.ops.create_uvsphere(
            made, u_segments=around, v_segments=rings, radius=1, calc_uvs=True
        )
        made.verts.index_update()
        vertices = [shape.verts.new(each.co) for each in made.verts]
        corners = [[loop.vert.index for loop in face.loops] for face in made.faces]
        places = [[loop[layer].uv for loop in face.loops] for face in made.faces]
        for at in sorted(range(len(corners)), key=lambda at: sorted(corners[at])):
            face = shape.faces.new([vertices[index] for index in corners[at]])
            for loop, place in zip(face.loops, places[at]):
                loop[shape.loops.layers.uv.active].uv = place
        made.free()

    def _torus(self, shape: bmesh.types.BMesh) -> None:
        """A tube of circles around Z; there is no bmesh operator for it."""
        outer, _, thick = self.dimensions or _SIZES["torus"]
        tube = thick / 2
        middle = max(outer / 2 - tube, 0.0)
        around, across = self.segments or 48, self.rings or 12
        if around < 3 or across < 3:
            raise InvalidArguments("A torus needs at least 3 segments and 3 rings.")
        rows = []
        for turn in (2 * math.pi * n / around for n in range(around)):
            row = []
            for bend in (2 * math.pi * n / across for n in range(across)):
                far = middle + tube * math.cos(bend)
                place = (far * math.cos(turn), far * math.sin(turn), tube * math.sin(bend))
                row.append(shape.verts.new(place))
            rows.append(row)
        layer = shape.loops.layers.uv.verify()
        for at, (row, following) in enumerate(zip(rows, [*rows[1:], rows[0]])):
            for n in range(across):
                m = (n + 1) % across
                face = shape.faces.new((row[n], following[n], following[m], row[m]))
                corners = ((at, n), (at + 1, n), (at + 1, n + 1), (at, n + 1))
                for loop, (u, v) in zip(face.loops, corners):
                    loop[layer].uv = (u / around, v / across)


def _fit(shape: bmesh.types.BMesh, size: Any, kind: str) -> None:
    """Bring a new shape to its size along each axis, round ones by their true diameters."""
    low = Vector(map(min, zip(*(vertex.co for vertex in shape.verts))))
    high = Vector(map(max, zip(*(vertex.co for vertex in shape.verts))))
    extent = high - low
    if kind in ("circle", "cylinder", "cone", "uv_sphere", "ico_sphere"):
        extent = Vector((2, 2, 0 if kind == "circle" else 2))
    factors = [wanted / had if had > 1e-9 else 1.0 for wanted, had in zip(size, extent)]
    if any(had <= 1e-9 < wanted for wanted, had in zip(size, extent)):
        raise InvalidArguments(
            f"A {kind} is flat: give 0 as its height, or make it a cube or a cylinder."
        )
    matrix = Matrix.Diagonal(Vector((*factors, 1)))
    bmesh.ops.transform(shape, matrix=matrix, verts=shape.verts)
