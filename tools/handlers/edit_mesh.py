"""edit_mesh: what one does in edit mode, by descriptions in place of clicks.

Worked on by bmesh in object mode: a mode that the user is in is left and taken up again within the
call, before anything is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import bmesh
import bpy
from mathutils import Euler, Matrix, Vector

from ..errors import InvalidArguments, ToolError
from ..registry import Effect, tool
from . import changes
from .blocks import checked_name, editable, find, find_object
from .layer import in_layer, object_mode, selection
from .parameters import Step
from .transforms import world_matrix

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

Elements = list[Any]
"""Faces, edges or vertices of a BMesh."""
_MOST_VERTICES = 2_000_000
_AXES = {
    "+X": (1, 0, 0), "-X": (-1, 0, 0), "+Y": (0, 1, 0), "-Y": (0, -1, 0), "+Z": (0, 0, 1),
    "-Z": (0, 0, -1), "X": (1, 0, 0), "Y": (0, 1, 0), "Z": (0, 0, 1),
    "up": (0, 0, 1), "down": (0, 0, -1),
}  # fmt: skip


@tool(effect=Effect.EDITS)
def edit_mesh(name: str, steps: Annotated[list[Step], MinLen(1), MaxLen(50)]) -> dict[str, object]:
    """Edit a mesh in steps; each chooses faces (or edges, vertices) and does something with them.

    What is chosen has to meet all of: `direction` (faces looking that way, edges along it, the farthest vertices: "+X"…"-Z" or [x, y, z]), `min` and `max` (world corners around their centres), `index`, `material`, `boundary` (open edges), `angle` (degrees of tolerance; of edges without direction: sharper than it). Nothing given: what the step before made or chose; at first, with `all`, and for unwrapping: all.
    `amount` is metres for extrude, inset, bevel and merge, 0 to 1 for crease and vertex_group. `vector` is world [x, y, z] metres for extrude, move, duplicate; degrees for rotate; factors for scale. `segments` are cuts of subdivide and bevel. `individual` extrudes or insets face by face. smooth with `angle` keeps sharper edges sharp. `name` is the material of assign_material, the new object of separate, the vertex_group.

    Args:
        name: The mesh object.

    Returns:
        Counts afterwards, how many elements each step chose, and objects made.
    """
    each = find_object(name)
    if not isinstance(each.data, bpy.types.Mesh):
        raise InvalidArguments(
            f"{name!r} is a {each.type.lower()}, no mesh. run_operator object.convert makes it one."
        )
    editable(each)
    editable(each.data)
    for number, step in enumerate(steps, 1):
        _check(number, step)
    with object_mode():
        editor = _Editor(each, steps)
        try:
            for number, step in enumerate(steps, 1):
                editor.run(number, step)
            editor.write()
        finally:
            editor.free()
    told: dict[str, object] = {
        "vertices": len(each.data.vertices),
        "edges": len(each.data.edges),
        "faces": len(each.data.polygons),
        "chosen": editor.counts,
    }
    if editor.made:
        told["made"] = editor.made
    if each.data.users > 1:
        told["also_changed"] = f"{each.data.users - 1} more objects that share this mesh"
    return told


_NEEDS = {
    "assign_material": "name",
    "vertex_group": "name",
    "move": "vector",
    "rotate": "vector",
    "scale": "vector",
    "inset": "amount",
    "bevel": "amount",
}


def _check(number: int, step: Step) -> None:
    needed = _NEEDS.get(step.do)
    if needed and getattr(step, needed) in (None, ""):
        raise InvalidArguments(f"step {number}: {step.do} needs {needed}.")
    if step.do == "extrude" and step.amount is None and step.vector is None:
        raise InvalidArguments(f"step {number}: extrude needs amount or vector.")
    if step.do in ("bevel", "inset", "merge") and step.amount is not None:
        if step.amount < 0 or (step.do == "bevel" and step.amount == 0):
            raise InvalidArguments(f"step {number}: {step.do} takes an amount above 0.")
    if step.do in ("crease", "vertex_group") and not 0 <= _amount(step, 1.0) <= 1:
        raise InvalidArguments(f"step {number}: {step.do} takes an amount from 0 to 1.")
    if not 1 <= step.segments <= 1000:
        raise InvalidArguments(f"step {number}: segments are 1 to 1000, not {step.segments}.")
    if step.do == "assign_material":
        find(bpy.data.materials, step.name, "material")
    if step.name:
        checked_name(step.name)
    if step.direction is not None:
        _direction(step.direction)


def _direction(given: str | list[float]) -> Vector:
    if isinstance(given, str):
        known = {axis.lower(): vector for axis, vector in _AXES.items()}
        if given.lower() not in known:
            raise InvalidArguments(f"direction: {', '.join(_AXES)} or [x, y, z], not {given!r}.")
        return Vector(known[given.lower()])
    if len(given) != 3 or Vector(given).length < 1e-9:
        raise InvalidArguments(f"direction: [x, y, z], not all zero, not {given!r}.")
    return Vector(given).normalized()


class _Editor:
    """A mesh under work, and what the latest step chose or made."""

    def __init__(self, each: bpy.types.Object, steps: list[Step]) -> None:
        self.each = each
        self._does = {step.do for step in steps}
        self.counts: list[int] = []
        self.made: list[str] = []
        self._world = world_matrix(each)
        # A width is one width in the world only where the mesh's axes are of one scale.
        scale = self._world.to_scale()
        low, high = min(map(abs, scale)), max(map(abs, scale))
        self._uneven: Matrix | None = None
        if low > 1e-6 and high / low > 1.0001:
            self._uneven = Matrix.Diagonal(Vector((*map(abs, scale), 1)))
            self._world = self._world @ self._uneven.inverted()
        self._read()

    def _read(self) -> None:
        self._shape = bmesh.new()
        self._shape.from_mesh(self.each.data)
        if self._uneven is not None:
            self._shape.transform(self._uneven)
        # A new layer makes all elements that were looked up before it invalid.
        if "crease" in self._does and not self._shape.edges.layers.float.get("crease_edge"):
            self._shape.edges.layers.float.new("crease_edge")
        if "vertex_group" in self._does:
            self._shape.verts.layers.deform.verify()
        self._latest: Elements | None = None

    def write(self) -> None:
        """Bring what was done into the mesh."""
        if self._uneven is not None:
            self._shape.transform(self._uneven.inverted())
        self._shape.to_mesh(self.each.data)
        if self._uneven is not None:
            self._shape.transform(self._uneven)
        self.each.data.update()

    def free(self) -> None:
        self._shape.free()

    def run(self, number: int, step: Step) -> None:
        """Choose, and do."""
        try:
            chosen = self._chosen(step)
        except ToolError as fault:
            raise InvalidArguments(f"step {number} ({step.do}): {fault}") from None
        if not chosen and step.do not in ("select", "recalculate_normals"):
            on = self._on(step)
            raise InvalidArguments(
                f"step {number} ({step.do}): no {on} are meant; {self.each.name!r} has "
                f"{len(getattr(self._shape, _LISTS[on]))}. {self._hint(step)}"
            )
        self.counts.append(len(chosen))
        if step.do == "select":
            self._latest = chosen
            return
        self._afford(number, step, chosen)
        changes.changing(self.each.data, step.do)
        self._latest = getattr(self, f"_{step.do}")(chosen, step)

    def _afford(self, number: int, step: Step, chosen: Elements) -> None:
        """Refuse what would take minutes and all memory before it is begun."""
        cuts = step.segments
        more = {
            "subdivide": len(_as("edges", chosen)) * cuts + len(_as("faces", chosen)) * cuts**2,
            "bevel": len(_as("edges", chosen)) * 2 * (cuts + 1),
        }.get(step.do, 0)
        if len(self._shape.verts) + more > _MOST_VERTICES:
            raise InvalidArguments(
                f"step {number}: {step.do} would make about {more:,} vertices; at most "
                f"{_MOST_VERTICES:,} in one mesh."
            )

    def _hint(self, step: Step) -> str:
        if step.direction is not None and self._on(step) == "faces":
            normals = {_nearest_axis(self._normal(face)) for face in self._shape.faces}
            return f"Faces look towards {', '.join(sorted(normals))}; angle widens the choice."
        if step.min is not None or step.max is not None:
            corners = [self._world @ vertex.co for vertex in self._shape.verts] or [Vector()]
            low, high = ([round(pick(axis), 3) for axis in zip(*corners)] for pick in (min, max))
            return f"In the world it reaches from {low} to {high}."
        return ""

    # What is chosen

    @staticmethod
    def _on(step: Step) -> str:
        default = "edges" if step.do in _ON_EDGES else "faces"
        if step.do in ("merge", "vertex_group"):
            default = "vertices"
        return step.on or default

    def _chosen(self, step: Step) -> Elements:
        on = self._on(step)
        everything = list(getattr(self._shape, _LISTS[on]))
        tests = list(self._tests(step, on, everything))
        if tests:
            return [one for one in everything if all(test(one) for test in tests)]
        if self._latest is None or step.all or step.do in _ON_ALL:
            return everything
        return _as(on, [one for one in self._latest if one.is_valid])

    def _tests(self, step: Step, on: str, everything: Elements) -> Iterable[Callable[[Any], bool]]:
        getattr(self._shape, _LISTS[on]).index_update()
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
            yield lambda one: any(face.material_index == slot for face in _faces_of(one))
        if step.boundary:
            yield lambda one: any(edge.is_boundary for edge in _edges_of(one))
        if step.direction is not None:
            yield self._towards(step, on, everything)
        elif step.angle is not None and on == "edges" and step.do not in ("smart_project",):
            least = math.radians(step.angle)
            yield lambda edge: len(edge.link_faces) == 2 and edge.calc_face_angle(0) >= least

    def _towards(self, step: Step, on: str, everything: Elements) -> Callable[[Any], bool]:
        direction = _direction(step.direction)
        most = math.cos(math.radians(30.0 if step.angle is None else step.angle))
        if on == "faces":
            return lambda face: self._normal(face).dot(direction) >= most
        if on == "edges":
            return lambda edge: abs(self._along(edge).dot(direction)) >= most
        places = [(self._world @ vertex.co).dot(direction) for vertex in everything]
        farthest = max(places, default=0.0)
        slack = 1e-4 * max(1.0, farthest - min(places, default=0.0))
        return lambda vertex: (self._world @ vertex.co).dot(direction) >= farthest - slack

    def _normal(self, face: Any) -> Vector:
        return (self._world.to_3x3().inverted_safe().transposed() @ face.normal).normalized()

    def _along(self, edge: Any) -> Vector:
        one, other = (self._world @ vertex.co for vertex in edge.verts)
        return (other - one).normalized()

    def _centre(self, one: Any) -> Vector:
        places = [vertex.co for vertex in _vertices_of(one)]
        return self._world @ (sum(places, Vector()) / len(places))

    # What is done: each returns what the next step goes on with

    def _delete(self, chosen: Elements, step: Step) -> None:
        contexts = {"faces": "FACES", "edges": "EDGES", "vertices": "VERTS"}
        bmesh.ops.delete(self._shape, geom=chosen, context=contexts[self._on(step)])

    def _dissolve(self, chosen: Elements, step: Step) -> None:
        on = self._on(step)
        if on == "faces":
            bmesh.ops.dissolve_faces(self._shape, faces=chosen, use_verts=True)
        elif on == "edges":
            bmesh.ops.dissolve_edges(self._shape, edges=chosen, use_verts=True)
        else:
            bmesh.ops.dissolve_verts(self._shape, verts=chosen)

    def _extrude(self, chosen: Elements, step: Step) -> Elements:
        on = self._on(step)
        if on == "faces" and step.individual:
            new = bmesh.ops.extrude_discrete_faces(self._shape, faces=chosen)["faces"]
            for face in new:
                face.normal_update()
                self._shift(list(face.verts), self._way([face], step))
            return list(new)
        if on == "faces":
            way = self._way(chosen, step)
            made = bmesh.ops.extrude_face_region(
                self._shape, geom=[*chosen, *_as("edges", chosen), *_as("vertices", chosen)]
            )["geom"]
        elif on == "edges":
            way = self._way(chosen, step)
            made = bmesh.ops.extrude_edge_only(self._shape, edges=chosen)["geom"]
        else:
            way = self._way(chosen, step)
            made = bmesh.ops.extrude_vert_indiv(self._shape, verts=chosen)["verts"]
        self._shift([one for one in made if isinstance(one, bmesh.types.BMVert)], way)
        kind = {"faces": bmesh.types.BMFace, "edges": bmesh.types.BMEdge}.get(
            on, bmesh.types.BMVert
        )
        return [one for one in made if isinstance(one, kind)]

    def _way(self, chosen: Elements, step: Step) -> Vector:
        """How far to move, in the world's frame: along the normals' mean, or as given."""
        if step.vector is not None:
            return Vector(step.vector)
        normals: list[Vector] = []
        for one in chosen:
            faces = _faces_of(one)
            normals += [self._normal(face) for face in faces]
        mean = sum(normals, Vector())
        if mean.length < 1e-6:
            raise InvalidArguments(
                "extrude: these faces look in opposite directions; give vector, or individual."
            )
        return mean.normalized() * _amount(step, 0.0)

    def _shift(self, vertices: Elements, way: Vector) -> None:
        local = self._world.to_3x3().inverted_safe() @ way
        bmesh.ops.translate(self._shape, verts=vertices, vec=local)

    def _inset(self, chosen: Elements, step: Step) -> Elements:
        thickness = _amount(step, 0.0) / self._length_factor()
        if step.individual:
            bmesh.ops.inset_individual(self._shape, faces=chosen, thickness=thickness)
        else:
            bmesh.ops.inset_region(
                self._shape, faces=chosen, thickness=thickness, use_even_offset=True,
                use_boundary=True,
            )  # fmt: skip
        return chosen

    def _length_factor(self) -> float:
        """One factor for lengths; where the axes differ, none would be right for all."""
        scale = self._world.to_scale()
        return (abs(scale.x) + abs(scale.y) + abs(scale.z)) / 3 or 1.0

    def _bevel(self, chosen: Elements, step: Step) -> Elements:
        on = self._on(step)
        edges = _as("edges", chosen)
        made = bmesh.ops.bevel(
            self._shape,
            geom=[*chosen] if on == "vertices" else [*edges, *_as("vertices", edges)],
            offset=_amount(step, 0.0) / self._length_factor(),
            offset_type="OFFSET",
            segments=step.segments,
            profile=0.5,
            affect="VERTICES" if on == "vertices" else "EDGES",
            clamp_overlap=True,
        )
        return list(made["faces"])

    def _subdivide(self, chosen: Elements, step: Step) -> Elements:
        edges = _as("edges", chosen)
        made = bmesh.ops.subdivide_edges(
            self._shape, edges=edges, cuts=step.segments, use_grid_fill=True
        )["geom_inner"]
        return [one for one in made if isinstance(one, bmesh.types.BMFace)] or list(made)

    def _bridge(self, chosen: Elements, step: Step) -> Elements:
        edges = _as("edges", chosen)
        if self._on(step) == "faces":
            inside = set(chosen)
            edges = [e for e in edges if len([f for f in e.link_faces if f in inside]) == 1]
            bmesh.ops.delete(self._shape, geom=chosen, context="FACES_ONLY")
        before = len(self._shape.faces)
        try:
            made = list(bmesh.ops.bridge_loops(self._shape, edges=edges)["faces"])
        except RuntimeError as error:
            raise InvalidArguments(f"bridge: {error}. It takes two loops of edges.") from None
        if len(self._shape.faces) == before:
            raise InvalidArguments("bridge: no faces came of it. It takes two loops of edges.")
        return made

    def _fill(self, chosen: Elements, step: Step) -> Elements:
        edges = _as("edges", chosen)
        made = list(bmesh.ops.holes_fill(self._shape, edges=edges, sides=0)["faces"])
        if not made:
            raise InvalidArguments("fill: these edges go round no hole.")
        return made

    def _merge(self, chosen: Elements, step: Step) -> None:
        vertices = _as("vertices", chosen)
        distance = _amount(step, 1e-4) / self._length_factor()
        bmesh.ops.remove_doubles(self._shape, verts=vertices, dist=distance)

    def _move(self, chosen: Elements, step: Step) -> Elements:
        self._shift(_as("vertices", chosen), Vector(step.vector))
        return chosen

    def _rotate(self, chosen: Elements, step: Step) -> Elements:
        turn = Euler([math.radians(angle) for angle in step.vector]).to_matrix().to_4x4()
        return self._transformed(chosen, turn)

    def _scale(self, chosen: Elements, step: Step) -> Elements:
        return self._transformed(chosen, Matrix.Diagonal(Vector((*step.vector, 1))))

    def _transformed(self, chosen: Elements, matrix: Matrix) -> Elements:
        """Turn or stretch about the middle of what is chosen, along the world's axes."""
        vertices = _as("vertices", chosen)
        places = [self._world @ vertex.co for vertex in vertices]
        middle = Matrix.Translation(sum(places, Vector()) / len(places))
        whole = middle @ matrix @ middle.inverted() @ self._world
        local = self._world.inverted_safe() @ whole
        bmesh.ops.transform(self._shape, matrix=local, verts=vertices)
        return chosen

    def _flip(self, chosen: Elements, step: Step) -> Elements:
        bmesh.ops.reverse_faces(self._shape, faces=_as("faces", chosen))
        return chosen

    def _recalculate_normals(self, chosen: Elements, step: Step) -> Elements:
        bmesh.ops.recalc_face_normals(self._shape, faces=_as("faces", chosen))
        return chosen

    def _triangulate(self, chosen: Elements, step: Step) -> Elements:
        return list(bmesh.ops.triangulate(self._shape, faces=_as("faces", chosen))["faces"])

    def _smooth(self, chosen: Elements, step: Step) -> Elements:
        faces = _as("faces", chosen)
        for face in faces:
            face.smooth = True
        if step.angle is not None:
            least = math.radians(step.angle)
            for edge in _as("edges", faces):
                edge.smooth = len(edge.link_faces) != 2 or edge.calc_face_angle(0) < least
        return chosen

    def _flat(self, chosen: Elements, step: Step) -> Elements:
        for face in _as("faces", chosen):
            face.smooth = False
        return chosen

    def _assign_material(self, chosen: Elements, step: Step) -> Elements:
        slot = slot_of(self.each, find(bpy.data.materials, step.name, "material"))
        for face in _as("faces", chosen):
            face.material_index = slot
        return chosen

    def _separate(self, chosen: Elements, step: Step) -> None:
        faces = _as("faces", chosen)
        data = self.each.data.copy()
        other = self.each.copy()
        other.data = data
        data.name = other.name = step.name or self.each.name
        for place in self.each.users_collection:
            place.objects.link(other)
        kept = self._shape.copy()
        self._shape.faces.index_update()
        numbers = {face.index for face in faces}
        kept.faces.ensure_lookup_table()
        rest = [face for face in kept.faces if face.index not in numbers]
        bmesh.ops.delete(kept, geom=rest, context="FACES")
        loose = [vertex for vertex in kept.verts if not vertex.link_faces]
        bmesh.ops.delete(kept, geom=loose, context="VERTS")
        if self._uneven is not None:
            kept.transform(self._uneven.inverted())
        kept.to_mesh(data)
        kept.free()
        bmesh.ops.delete(self._shape, geom=faces, context="FACES")
        changes.added(other)
        self.made.append(other.name)

    def _duplicate(self, chosen: Elements, step: Step) -> Elements:
        faces = _as("faces", chosen)
        edges = _as("edges", faces)
        made = bmesh.ops.duplicate(self._shape, geom=[*faces, *edges, *_as("vertices", faces)])[
            "geom"
        ]
        if step.vector is not None:
            new = [one for one in made if isinstance(one, bmesh.types.BMVert)]
            self._shift(new, Vector(step.vector))
        return [one for one in made if isinstance(one, bmesh.types.BMFace)]

    def _mark(self, chosen: Elements, attribute: str, value: bool) -> Elements:
        for edge in _as("edges", chosen):
            setattr(edge, attribute, value)
        return chosen

    def _mark_seam(self, chosen: Elements, step: Step) -> Elements:
        return self._mark(chosen, "seam", True)

    def _clear_seam(self, chosen: Elements, step: Step) -> Elements:
        return self._mark(chosen, "seam", False)

    def _mark_sharp(self, chosen: Elements, step: Step) -> Elements:
        return self._mark(chosen, "smooth", False)

    def _clear_sharp(self, chosen: Elements, step: Step) -> Elements:
        return self._mark(chosen, "smooth", True)

    def _crease(self, chosen: Elements, step: Step) -> Elements:
        layer = self._shape.edges.layers.float["crease_edge"]
        for edge in _as("edges", chosen):
            edge[layer] = _amount(step, 1.0)
        return chosen

    def _vertex_group(self, chosen: Elements, step: Step) -> Elements:
        groups = self.each.vertex_groups
        group = groups.get(step.name) or groups.new(name=step.name)
        layer = self._shape.verts.layers.deform.active
        for vertex in _as("vertices", chosen):
            vertex[layer][group.index] = _amount(step, 1.0)
        return chosen

    def _unwrap(self, chosen: Elements, step: Step) -> None:
        self._by_operator(chosen, lambda: bpy.ops.uv.unwrap(method="ANGLE_BASED", margin=0.001))

    def _smart_project(self, chosen: Elements, step: Step) -> None:
        limit = math.radians(66.0 if step.angle is None else step.angle)
        self._by_operator(
            chosen, lambda: bpy.ops.uv.smart_project(angle_limit=limit, island_margin=0.001)
        )

    def _by_operator(self, chosen: Elements, run: Callable[[], object]) -> None:
        """Do what only an operator in edit mode can, on a selection that is taken back."""
        if not in_layer(self.each):
            raise InvalidArguments(
                f"{self.each.name!r} is not in the current view layer; unwrapping needs it there."
            )
        faces = set(_as("faces", chosen))
        kinds = (self._shape.verts, self._shape.edges, self._shape.faces)
        before = [[(one.select, one.hide) for one in kind] for kind in kinds]
        for kind in kinds:
            for one in kind:
                one.hide = False
                one.select = False
        for face in faces:
            face.select_set(True)
        self.write()
        self.free()
        with selection([self.each], mode="EDIT"):
            bpy.ops.mesh.select_mode(type="FACE")
            run()
        self._read()
        for kind, flags in zip((self._shape.verts, self._shape.edges, self._shape.faces), before):
            for one, (selected, hidden) in zip(kind, flags):
                one.select = selected
                one.hide = hidden


_ON_ALL = frozenset(("unwrap", "smart_project", "recalculate_normals"))
"""What goes for all faces unless some are described, whatever the step before chose."""
_LISTS = {"faces": "faces", "edges": "edges", "vertices": "verts"}
_ON_EDGES = frozenset(
    "bevel bridge fill mark_seam clear_seam mark_sharp clear_sharp crease".split()
)
"""What is done to edges unless it says otherwise."""


def slot_of(each: bpy.types.Object, material: bpy.types.Material) -> int:
    """Return the number of a material's slot of an object, which gets one if it has none."""
    slots = each.data.materials
    for number, slot in enumerate(each.material_slots):
        if slot.material == material:
            return number
    slots.append(material)
    return len(slots) - 1


def _amount(step: Step, otherwise: float) -> float:
    return otherwise if step.amount is None else step.amount


def _nearest_axis(normal: Vector) -> str:
    axis = max(range(3), key=lambda n: abs(normal[n]))
    return f"{'+' if normal[axis] >= 0 else '-'}{'XYZ'[axis]}"


def _faces_of(one: Any) -> Sequence[Any]:
    return [one] if isinstance(one, bmesh.types.BMFace) else list(one.link_faces)


def _edges_of(one: Any) -> Sequence[Any]:
    if isinstance(one, bmesh.types.BMEdge):
        return [one]
    return list(one.edges if isinstance(one, bmesh.types.BMFace) else one.link_edges)


def _vertices_of(one: Any) -> Sequence[Any]:
    return [one] if isinstance(one, bmesh.types.BMVert) else list(one.verts)


def _as(on: str, chosen: Elements) -> Elements:
    """Return the faces, edges or vertices of what is chosen: those that lie wholly within it."""
    kind = {"faces": bmesh.types.BMFace, "edges": bmesh.types.BMEdge}.get(on, bmesh.types.BMVert)
    if all(isinstance(one, kind) for one in chosen):
        return chosen
    if on == "vertices":
        return list({vertex: None for one in chosen for vertex in _vertices_of(one)})
    inside = {vertex for one in chosen for vertex in _vertices_of(one)}
    near = {
        other: None
        for one in chosen
        for other in (_edges_of(one) if on == "edges" else _faces_of(one))
    }
    return [other for other in near if all(vertex in inside for vertex in other.verts)]
