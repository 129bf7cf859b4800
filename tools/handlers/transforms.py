"""Where objects are: places in the world's and in the parent's frame, parents, directions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import bpy
from mathutils import Euler, Matrix, Quaternion, Vector

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
    """Return an object's own rotation, in the parent's frame, as XYZ angles in degrees."""
    if each.rotation_mode == "XYZ":
        euler = each.rotation_euler
    elif each.rotation_mode == "QUATERNION":
        euler = each.rotation_quaternion.to_euler()
    elif each.rotation_mode == "AXIS_ANGLE":
        angle, *axis = each.rotation_axis_angle
        euler = Quaternion(axis, angle).to_euler()
    else:
        euler = each.rotation_euler.to_quaternion().to_euler()
    return [round(math.degrees(angle), 4) + 0.0 for angle in euler]  # no -0.0


def set_rotation(each: bpy.types.Object, degrees: Sequence[float]) -> None:
    """Set an object's own rotation, in the parent's frame, from XYZ angles in degrees."""
    euler = Euler([math.radians(angle) for angle in degrees])
    if each.rotation_mode == "XYZ":
        each.rotation_euler = euler  # angles beyond 180° stay as they are given
    else:
        turn(each, euler.to_quaternion())


def turn(each: bpy.types.Object, rotation: Quaternion) -> None:
    """Set an object's own rotation, in the parent's frame, whichever way it keeps it."""
    if each.rotation_mode == "QUATERNION":
        each.rotation_quaternion = rotation
    elif each.rotation_mode == "AXIS_ANGLE":
        axis, angle = rotation.to_axis_angle()
        each.rotation_axis_angle = (angle, *axis)
    else:
        each.rotation_euler = rotation.to_euler(each.rotation_mode)


def turn_in_world(each: bpy.types.Object, rotation: Quaternion) -> None:
    """Set an object's rotation in the world; its own location and scale stay."""
    turn(each, parent_frame(each).to_quaternion().inverted() @ rotation)


def move_in_world(each: bpy.types.Object, location: Sequence[float]) -> None:
    """Set an object's location in the world, in metres; nothing else of it changes."""
    each.location = parent_frame(each).inverted_safe() @ Vector(location) - each.delta_location


def check_target(target: str | Sequence[float] | None) -> None:
    """See to it that something can be pointed at: an object by name, or a place.

    Raises:
        NoSuchObject: there is no such object.
        InvalidArguments: it is no place.
    """
    if isinstance(target, str):
        find_object(target)
    elif target is not None and len(target) != 3:
        raise InvalidArguments(f"point_at: a name or [x, y, z], not {target!r}.")


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
    towards = place - world_matrix(each).translation
    if towards.length < 1e-6:
        raise InvalidArguments(f"{each.name!r} is at the very place that it should point at.")
    axis = ("-Z", "Y") if each.type in _LOOKING else ("Y", "Z")
    turn_in_world(each, towards.to_track_quat(*axis))


def children_of_all() -> dict[bpy.types.Object, list[bpy.types.Object]]:
    """Return each parent's children. `Object.children` walks all objects for each one."""
    children: dict[bpy.types.Object, list[bpy.types.Object]] = {}
    for each in bpy.data.objects:
        if each.parent is not None:
            children.setdefault(each.parent, []).append(each)
    return children


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
        return
    above: bpy.types.Object | None = parent
    while above is not None:
        if above == each:
            line = "itself" if parent == each else f"its own descendant {parent.name!r}"
            raise InvalidArguments(f"{each.name!r} cannot be parented to {line}.")
        above = above.parent
    if vertices:
        points = _points_of(parent)
        if not points:
            raise InvalidArguments(
                f"{parent.name!r} is a {parent.type.lower()}: it has no vertices."
            )
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
    if each.type in ("EMPTY", *_LOOKING):
        raise InvalidArguments(f"{each.name!r} is a {each.type.lower()} and has no dimensions.")
    scale = list(each.scale)
    parts = zip(dimensions, size_of(each), world_matrix(each).to_scale())
    for axis, (wanted, size, factor) in enumerate(parts):
        if size < 1e-9:
            if wanted > 1e-9:
                raise InvalidArguments(
                    f"{each.name!r} has no extent along {'XYZ'[axis]}, which no scale can give it; "
                    "leave 0 there, or use a Solidify modifier."
                )
        elif abs(factor) < 1e-9:  # it was scaled to nothing
            scale[axis] = wanted / size
        else:
            scale[axis] *= wanted / (size * abs(factor))
    each.scale = scale
