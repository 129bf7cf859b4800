"""create_object: meshes, lights, cameras, text, curves and the rest, at the size they shall have.

Built from data, not by operators: those would add to the mesh that the user is editing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import bpy

from ..errors import InvalidArguments
from ..reach import assess_properties
from ..registry import Effect, tool
from . import changes
from .blocks import checked_name, editable, find, find_collection, find_object
from .layer import select_only
from .rna import set_all
from .shapes import Shape
from .transforms import check_target, point, set_parent, set_rotation

if TYPE_CHECKING:
    from annotated_types import Ge, Le, MaxLen

_NAMES = {
    "uv_sphere": "Sphere",
    "ico_sphere": "Icosphere",
    "monkey": "Suzanne",
    "point": "Point",
    "sun": "Sun",
    "spot": "Spot",
    "area": "Area",
}


@tool(effect=Effect.EDITS, assess=assess_properties)
def create_object(
    type: Literal[
        "cube",
        "plane",
        "circle",
        "grid",
        "uv_sphere",
        "ico_sphere",
        "cylinder",
        "cone",
        "torus",
        "monkey",
        "mesh",
        "curve",
        "text",
        "empty",
        "camera",
        "point",
        "sun",
        "spot",
        "area",
        "armature",
        "lattice",
        "metaball",
    ],
    name: str = "",
    location: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rotation: tuple[float, float, float] = (0.0, 0.0, 0.0),
    dimensions: Annotated[list[float], MaxLen(3)] | None = None,
    point_at: str | list[float] | None = None,
    segments: Annotated[int, Ge(1), Le(4096)] | None = None,
    rings: Annotated[int, Ge(1), Le(4096)] | None = None,
    top_radius: Annotated[float, Ge(0)] = 0.0,
    points: Annotated[list[tuple[float, float, float]], MaxLen(10_000)] | None = None,
    faces: Annotated[list[list[int]], MaxLen(20_000)] | None = None,
    spline: Literal["BEZIER", "POLY", "NURBS"] = "BEZIER",
    cyclic: bool = False,
    text: str = "",
    smooth: bool = False,
    material: str = "",
    collection: str = "",
    parent: str = "",
    properties: dict[str, object] = {},
) -> dict[str, object]:
    """Add one object; point, sun, spot and area are lights.

    Args:
        location: World, metres.
        rotation: Degrees, XYZ.
        dimensions: Exact size [x, y, z], metres; a torus's are outer diameters and thickness.
        point_at: Object or [x, y, z] to look at.
        segments: Around; a grid's along X; an ico_sphere's subdivisions.
        rings: Of a uv_sphere; a torus's tube; a grid's along Y.
        top_radius: Of a cone.
        points: A mesh's vertices or a curve's points.
        faces: Vertex indices.
        parent: It stays at `location`.
        properties: By path: energy, spot_size, shape, lens, dof.focus_object, bevel_depth, extrude, …

    Returns:
        The name it got, which differs where the one asked for was taken, and its `data`'s.
    """
    name = checked_name(name) if name else _NAMES.get(type, type.replace("_", " ").title())
    target = find_collection(collection) if collection else _active_collection()
    editable(target)
    above = find_object(parent) if parent else None
    look = find(bpy.data.materials, material, "material") if material else None
    check_target(point_at)
    data = Shape(dimensions, segments, rings, top_radius, points, faces, spline, cyclic, text)
    data.check(type)
    changes.begin()
    made = bpy.data.objects.new(name, data.make(type, name))
    changes.added(made)
    target.objects.link(made)
    if smooth and isinstance(made.data, bpy.types.Mesh):
        made.data.shade_smooth()
    if look is not None:
        if not hasattr(made.data, "materials"):
            raise InvalidArguments(f"A {type} takes no material.")
        made.data.materials.append(look)
    if type == "camera" and bpy.context.scene.camera is None:
        changes.changing(bpy.context.scene, "camera")
        bpy.context.scene.camera = made
    made.location = location
    set_rotation(made, rotation)
    if above is not None:
        set_parent(made, above)
    if point_at is not None:
        point(made, point_at)
    if properties:
        set_all([made.data, made] if made.data else [made], properties)
    select_only([made])
    told: dict[str, object] = {"name": made.name}
    if made.data is not None:
        told["data"] = made.data.name
    return told


def _active_collection() -> bpy.types.Collection:
    """Where Blender itself would add something: the active collection, if it can be seen."""
    layer = bpy.context.view_layer.active_layer_collection
    if layer is None or layer.exclude or layer.collection.library:
        return bpy.context.scene.collection
    return layer.collection
