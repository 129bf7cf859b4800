"""edit_mesh: what one does in edit mode, by descriptions in place of clicks.

Worked on by bmesh in object mode: a mode that the user is in is left and taken up again within the
call, before anything is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import bmesh
import bpy
from mathutils import Euler, Matrix, Vector

from ..errors import InvalidArguments, ToolError
from ..registry import Effect, tool
from . import changes
from .blocks import checked_name, editable, find, find_object, link_copy
from .layer import in_layer, object_mode, selection
from .mesh_choice import LISTS, Choice, Elements, direction, elements_as, faces_of, on_what
from .parameters import Step
from .transforms import world_matrix

if TYPE_CHECKING:
    from annotated_types import MaxLen, MinLen

_MOST_VERTICES = 2_000_000


@tool(effect=Effect.EDITS)
def edit_mesh(name: str, steps: Annotated[list[Step], MinLen(1), MaxLen(50)]) -> dict[str, object]:
    """Edit a mesh in steps; each chooses faces, edges or vertices and does something with them.

    What is chosen has to meet all of: `direction` (faces looking so, edges along it, the farthest vertices: "+X"…"-Z" or [x, y, z]), `min` and `max` (world corners around their centres), `index`, `material`, `boundary` (open edges), `angle` (degrees of tolerance; of edges without direction: sharper than it). Nothing given: what the step before made or chose; at first, with `all`, and for unwrapping: all.
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
        direction(step.direction)


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
        self._choice = Choice(self.each, self._shape, self._world)
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
            chosen = self._choice.choose(step, self._latest)
        except ToolError as fault:
            raise InvalidArguments(f"step {number} ({step.do}): {fault}") from None
        if not chosen and step.do not in ("select", "recalculate_normals"):
            on = on_what(step)
            raise InvalidArguments(
                f"step {number} ({step.do}): no {on} are meant; {self.each.name!r} has "
                f"{len(getattr(self._shape, LISTS[on]))}. {self._choice.hint(step)}"
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
            "subdivide": len(elements_as("edges", chosen)) * cuts
            + len(elements_as("faces", chosen)) * cuts**2,
            "bevel": len(elements_as("edges", chosen)) * 2 * (cuts + 1),
        }.get(step.do, 0)
        if len(self._shape.verts) + more > _MOST_VERTICES:
            raise InvalidArguments(
                f"step {number}: {step.do} would make about {more:,} vertices; at most "
                f"{_MOST_VERTICES:,} in one mesh."
            )

    # What is done: each returns what the next step goes on with

    def _delete(self, chosen: Elements, step: Step) -> None:
        contexts = {"faces": "FACES", "edges": "EDGES", "vertices": "VERTS"}
        bmesh.ops.delete(self._shape, geom=chosen, context=contexts[on_what(step)])

    def _dissolve(self, chosen: Elements, step: Step) -> None:
        on = on_what(step)
        if on == "faces":
            bmesh.ops.dissolve_faces(self._shape, faces=chosen, use_verts=True)
        elif on == "edges":
            bmesh.ops.dissolve_edges(self._shape, edges=chosen, use_verts=True)
        else:
            bmesh.ops.dissolve_verts(self._shape, verts=chosen)

    def _extrude(self, chosen: Elements, step: Step) -> Elements:
        on = on_what(step)
        if on == "faces" and step.individual:
            new = bmesh.ops.extrude_discrete_faces(self._shape, faces=chosen)["faces"]
            for face in new:
                face.normal_update()
                self._shift(list(face.verts), self._way([face], step))
            return list(new)
        if on == "faces":
            way = self._way(chosen, step)
            made = bmesh.ops.extrude_face_region(
                self._shape,
                geom=[*chosen, *elements_as("edges", chosen), *elements_as("vertices", chosen)],
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
            faces = faces_of(one)
            normals += [self._choice.normal(face) for face in faces]
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
        on = on_what(step)
        edges = elements_as("edges", chosen)
        made = bmesh.ops.bevel(
            self._shape,
            geom=[*chosen] if on == "vertices" else [*edges, *elements_as("vertices", edges)],
            offset=_amount(step, 0.0) / self._length_factor(),
            offset_type="OFFSET",
            segments=step.segments,
            profile=0.5,
            affect="VERTICES" if on == "vertices" else "EDGES",
            clamp_overlap=True,
        )
        return list(made["faces"])

    def _subdivide(self, chosen: Elements, step: Step) -> Elements:
        edges = elements_as("edges", chosen)
        made = bmesh.ops.subdivide_edges(
            self._shape, edges=edges, cuts=step.segments, use_grid_fill=True
        )["geom_inner"]
        return [one for one in made if isinstance(one, bmesh.types.BMFace)] or list(made)

    def _bridge(self, chosen: Elements, step: Step) -> Elements:
        edges = elements_as("edges", chosen)
        if on_what(step) == "faces":
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
        edges = elements_as("edges", chosen)
        made = list(bmesh.ops.holes_fill(self._shape, edges=edges, sides=0)["faces"])
        if not made:
            raise InvalidArguments("fill: these edges go round no hole.")
        return made

    def _merge(self, chosen: Elements, step: Step) -> None:
        vertices = elements_as("vertices", chosen)
        distance = _amount(step, 1e-4) / self._length_factor()
        bmesh.ops.remove_doubles(self._shape, verts=vertices, dist=distance)

    def _move(self, chosen: Elements, step: Step) -> Elements:
        self._shift(elements_as("vertices", chosen), Vector(step.vector))
        return chosen

    def _rotate(self, chosen: Elements, step: Step) -> Elements:
        turn = Euler([math.radians(angle) for angle in step.vector]).to_matrix().to_4x4()
        return self._transformed(chosen, turn)

    def _scale(self, chosen: Elements, step: Step) -> Elements:
        return self._transformed(chosen, Matrix.Diagonal(Vector((*step.vector, 1))))

    def _transformed(self, chosen: Elements, matrix: Matrix) -> Elements:
        """Turn or stretch about the middle of what is chosen, along the world's axes."""
        vertices = elements_as("vertices", chosen)
        places = [self._world @ vertex.co for vertex in vertices]
        middle = Matrix.Translation(sum(places, Vector()) / len(places))
        whole = middle @ matrix @ middle.inverted() @ self._world
        local = self._world.inverted_safe() @ whole
        bmesh.ops.transform(self._shape, matrix=local, verts=vertices)
        return chosen

    def _flip(self, chosen: Elements, step: Step) -> Elements:
        bmesh.ops.reverse_faces(self._shape, faces=elements_as("faces", chosen))
        return chosen

    def _recalculate_normals(self, chosen: Elements, step: Step) -> Elements:
        bmesh.ops.recalc_face_normals(self._shape, faces=elements_as("faces", chosen))
        return chosen

    def _triangulate(self, chosen: Elements, step: Step) -> Elements:
        return list(bmesh.ops.triangulate(self._shape, faces=elements_as("faces", chosen))["faces"])

    def _smooth(self, chosen: Elements, step: Step) -> Elements:
        faces = elements_as("faces", chosen)
        for face in faces:
            face.smooth = True
        if step.angle is not None:
            least = math.radians(step.angle)
            for edge in elements_as("edges", faces):
                edge.smooth = len(edge.link_faces) != 2 or edge.calc_face_angle(0) < least
        return chosen

    def _flat(self, chosen: Elements, step: Step) -> Elements:
        for face in elements_as("faces", chosen):
            face.smooth = False
        return chosen

    def _assign_material(self, chosen: Elements, step: Step) -> Elements:
        slot = slot_of(self.each, find(bpy.data.materials, step.name, "material"))
        for face in elements_as("faces", chosen):
            face.material_index = slot
        return chosen

    def _separate(self, chosen: Elements, step: Step) -> None:
        faces = elements_as("faces", chosen)
        data = self.each.data.copy()
        other = self.each.copy()
        other.data = data
        data.name = other.name = step.name or self.each.name
        for place in self.each.users_collection:
            link_copy(other, place)
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
        faces = elements_as("faces", chosen)
        edges = elements_as("edges", faces)
        made = bmesh.ops.duplicate(
            self._shape, geom=[*faces, *edges, *elements_as("vertices", faces)]
        )["geom"]
        if step.vector is not None:
            new = [one for one in made if isinstance(one, bmesh.types.BMVert)]
            self._shift(new, Vector(step.vector))
        return [one for one in made if isinstance(one, bmesh.types.BMFace)]

    def _mark(self, chosen: Elements, attribute: str, value: bool) -> Elements:
        for edge in elements_as("edges", chosen):
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
        for edge in elements_as("edges", chosen):
            edge[layer] = _amount(step, 1.0)
        return chosen

    def _vertex_group(self, chosen: Elements, step: Step) -> Elements:
        groups = self.each.vertex_groups
        group = groups.get(step.name) or groups.new(name=step.name)
        layer = self._shape.verts.layers.deform.active
        for vertex in elements_as("vertices", chosen):
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
        faces = set(elements_as("faces", chosen))
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
