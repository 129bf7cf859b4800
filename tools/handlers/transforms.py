"""Where objects are: places in the world's and in the parent's frame, parents, directions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import bpy
from mathutils import Euler, Matrix, Vector

from ..errors import InvalidArguments
from . import changes
from .blocks import find_object

_LOOKING = ("CAMERA", "LIGHT", "SPEAKER")
"""Types that look along their own -Z."""


def world_matrix(each: bpy.types.Object) -> Matrix:
    """Return an object's matrix in the world's frame, as its own values and its parents' say.

    Blender's own `matrix_world` is behind after a change until the next update, which takes seconds
    in large scenes, and never kept for what is hidden or in another scene. It is taken where
    constraints, or a vertex or bone as the parent, decide.
    """
    if each.constraints and each.visible_get():
        return each.matrix_world.copy()
    return parent_frame(each) @ each.matrix_basis


def parent_frame(each: bpy.types.Object) -> Matrix:
    """Return the matrix that leads from the object's own location, rotation and scale to the
    world: the identity without a parent."""
    if each.parent is None:
        return Matrix()
    if each.parent_type == "OBJECT":
        return world_matrix(each.parent) @ each.matrix_parent_inverse
    return each.matrix_world @ each.matrix_basis.inverted_safe()


def set_world_matrix(each: bpy.types.Object, matrix: Matrix) -> None:
    """Move an object to a place in the world, whatever its parent is."""
    each.matrix_basis = parent_frame(each).inverted_safe() @ matrix


def rotation_of(each: bpy.types.Object) -> list[float]:
    """Return an object's own rotation as XYZ angles in degrees, or in its own order of axes."""
    euler = (
        each.rotation_euler
        if each.rotation_mode not in ("QUATERNION", "AXIS_ANGLE")
        else each.matrix_basis.to_euler()
    )
    return [round(math.degrees(angle), 4) + 0.0 for angle in euler]  # no -0.0


def set_rotation(each: bpy.types.Object, degrees: Sequence[float]) -> None:
    """Set an object's own rotation, in the parent's frame, whichever way it keeps it."""
    euler = Euler([math.radians(angle) for angle in degrees])
    if each.rotation_mode == "QUATERNION":
        each.rotation_quaternion = euler.to_quaternion()
    elif each.rotation_mode == "AXIS_ANGLE":
        axis, angle = euler.to_quaternion().to_axis_angle()
        each.rotation_axis_angle = (angle, *axis)
    else:
        each.rotation_euler = euler


def point(each: bpy.types.Object, target: str | Sequence[float]) -> None:
    """Turn an object towards another one, or a place in the world's frame.

    Cameras, lights and speakers look along -Z with Y up, others along +Y with Z up.

    Raises:
        NoSuchObject: there is no such target.
        InvalidArguments: the object is where it should look.
    """
    if isinstance(target, str):
        place = world_matrix(find_object(target)).translation
    else:
        place = Vector(target)
    here = world_matrix(each)
    towards = place - here.translation
    if towards.length < 1e-6:
        raise InvalidArguments(f"{each.name!r} is at the very place that it should point at.")
    axis = ("-Z", "Y") if each.type in _LOOKING else ("Y", "Z")
    turned = towards.to_track_quat(*axis)
    set_world_matrix(each, Matrix.LocRotScale(here.translation, turned, here.to_scale()))


def place_in_world(
    each: bpy.types.Object,
    location: Sequence[float] | None,
    rotation: Sequence[float] | None,
    scale: Sequence[float] | None,
) -> None:
    """Set some of an object's location (metres), rotation (degrees) and scale in the world."""
    old_location, old_rotation, old_scale = world_matrix(each).decompose()
    turned = (
        Euler([math.radians(angle) for angle in rotation]).to_quaternion()
        if rotation is not None
        else old_rotation
    )
    matrix = Matrix.LocRotScale(
        Vector(location) if location is not None else old_location,
        turned,
        Vector(scale) if scale is not None else old_scale,
    )
    set_world_matrix(each, matrix)


def set_parent(
    each: bpy.types.Object,
    parent: bpy.types.Object | None,
    *,
    keep: bool = True,
    vertices: Sequence[int] = (),
    bone: str = "",
) -> None:
    """Give an object another parent, or none.

    Args:
        each: The child.
        parent: Its new parent; None for none.
        keep: Whether it stays where it is in the world; else its own location, rotation and scale
            stay, now in the parent's frame.
        vertices: One vertex of the parent's mesh or curve, or three, that it hangs on.
        bone: The bone of the parent that it hangs on.

    Raises:
        InvalidArguments: it would be its own ancestor, or there is no such vertex or bone.
    """
    _check_parent(each, parent, vertices, bone)
    world = world_matrix(each)
    changes.changing(each, "parent")
    each.parent = parent
    each.parent_type = "OBJECT"
    if parent is not None and vertices:
        each.parent_type = "VERTEX" if len(vertices) == 1 else "VERTEX_3"
        each.parent_vertices = (*vertices, 0, 0)[:3]
    elif parent is not None and bone:
        each.parent_type, each.parent_bone = "BONE", bone
    each.matrix_parent_inverse = Matrix()
    if not keep:
        return
    if vertices or bone:  # where these are, only Blender knows
        bpy.context.view_layer.update()
    frame = parent_frame(each)
    if parent is not None:
        each.matrix_parent_inverse = frame.inverted_safe()
    each.matrix_basis = world


def _check_parent(
    each: bpy.types.Object,
    parent: bpy.types.Object | None,
    vertices: Sequence[int],
    bone: str,
) -> None:
    if parent is None:
        if vertices or bone:
            raise InvalidArguments("Say which parent has these vertices or this bone.")
        return
    above: bpy.types.Object | None = parent
    while above is not None:
        if above == each:
            line = "itself" if parent == each else f"its own descendant {parent.name!r}"
            raise InvalidArguments(f"{each.name!r} cannot be parented to {line}.")
        above = above.parent
    if vertices:
        points = _points_of(parent)
        if len(vertices) not in (1, 3):
            raise InvalidArguments(f"An object hangs on 1 or 3 vertices, not {len(vertices)}.")
        if not 0 <= min(vertices) <= max(vertices) < points:
            raise InvalidArguments(f"{parent.name!r} has vertices 0 to {points - 1} only.")
    if bone:
        bones = parent.data.bones.keys() if parent.type == "ARMATURE" else []
        if bone not in bones:
            raise InvalidArguments(f"{parent.name!r} has no bone {bone!r}: {', '.join(bones[:9])}.")


def _points_of(parent: bpy.types.Object) -> int:
    data = parent.data
    if parent.type == "MESH":
        return len(data.vertices)
    if parent.type == "LATTICE":
        return len(data.points)
    splines: Iterable[bpy.types.Spline] = getattr(data, "splines", ())
    return sum(len(each.bezier_points) or len(each.points) for each in splines)


def size_of(each: bpy.types.Object) -> Vector:
    """Return an object's size along its own axes, in metres, without its scale."""
    corners = [Vector(corner) for corner in each.bound_box]
    return Vector(tuple(max(axis) - min(axis) for axis in zip(*corners)))


def set_dimensions(each: bpy.types.Object, dimensions: Sequence[float]) -> None:
    """Scale an object to a size in metres along its own axes, as the sidebar's Dimensions do.

    Raises:
        InvalidArguments: it is flat along an axis, or has no size at all.
    """
    scale = list(each.scale)
    for axis, (wanted, size) in enumerate(zip(dimensions, size_of(each))):
        if size < 1e-9:
            if wanted > 1e-9:
                raise InvalidArguments(
                    f"{each.name!r} has no extent along {'XYZ'[axis]}, which no scale can give it; "
                    "leave 0 there, or use a Solidify modifier."
                )
        else:
            scale[axis] = math.copysign(wanted / size, scale[axis])
    each.scale = scale
