"""From where a picture is taken, and what of the scene is in it. Lengths in Blender units."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import bpy
from mathutils import Euler, Matrix, Vector

from ..errors import Unavailable
from .blocks import find_objects

if TYPE_CHECKING:
    import numpy as np

Box = tuple[tuple[float, ...], ...]
"""Eight corners, or none."""
Boxes = dict[int, Box]
"""By a collection's `session_uid`."""
_FIELD_OF_VIEW = math.radians(40.0)
_RIGHT = math.radians(90)
SIDES = {
    "front": (Euler((_RIGHT, 0, 0)), "the front"),
    "back": (Euler((_RIGHT, 0, 2 * _RIGHT)), "the back"),
    "right": (Euler((_RIGHT, 0, _RIGHT)), "the right"),
    "left": (Euler((_RIGHT, 0, -_RIGHT)), "the left"),
    "top": (Euler((0, 0, 0)), "the top"),
    "bottom": (Euler((2 * _RIGHT, 0, 0)), "below"),
    "iso": (Euler((math.radians(60), 0, math.radians(40))), "a corner above"),
}
"""Rotations of an eye that looks along its own -Z, and in words where it is then."""
_DRAWN = frozenset(
    "MESH CURVE SURFACE META FONT CURVES POINTCLOUD VOLUME GPENCIL GREASEPENCIL".split()
)
"""Types of objects of which there is something to see in a picture without overlays."""
_NOTHING = 5.0
"""What is shown of an empty scene, to each side."""
_NO_SIZE = 1e-6
_ROUND_IT = 1.0
"""What is shown around a thing without size: this far to each side."""
_MAKERS = ("NODES", "PARTICLE_SYSTEM")
_INSTANCES = 20_000
_NAMED = 12
_LOOKED_AT = 2_000
"""Objects in frame, the largest first, of which it is asked whether they are visible."""


@dataclass(frozen=True)
class Viewpoint:
    """An eye and its picture.

    Attributes:
        width: In pixels.
        height: In pixels.
        matrix: From the world's frame into the eye's, which looks along -Z.
        projection: OpenGL's, from the eye's frame to the picture's, -1 to 1 both ways.
        words: What is seen from where: "Cube from the front".
    """

    width: int
    height: int
    matrix: Matrix
    projection: Matrix
    words: str

    @property
    def perspective(self) -> bool:
        return bool(self.projection[3][3] == 0)

    @property
    def lens(self) -> float:
        """The focal length in millimetres that a 3D viewport has for this perspective: its film is
        72 mm wide on the longer side (Blender's DEFAULT_SENSOR_WIDTH, 36 mm, zoomed by 2)."""
        return float(36.0 * min(self.projection[0][0], self.projection[1][1]))

    @property
    def near(self) -> float:
        """How far before the eye the picture begins; in an orthographic one no matter how far."""
        if not self.perspective:
            return 0.0
        return float(self.projection[2][3] / (self.projection[2][2] - 1))

    def place(self) -> str:
        """Return in words where the eye is and whither it looks."""
        eye = self.matrix.inverted_safe()
        ahead = eye.to_3x3() @ Vector((0, 0, -1))
        return f"eye at {_shown(eye.translation)}, looking along {_shown(ahead)}"


def _shown(vector: Vector) -> str:
    return f"({', '.join(f'{round(part, 2) + 0.0:g}' for part in vector)})"


def fitted(aspect: float, size: int) -> tuple[int, int]:
    """Return width and height in pixels, of which the longer one is `size`."""
    if aspect >= 1:
        return size, max(1, round(size / aspect))
    return max(1, round(size * aspect)), size


def through_camera(size: int) -> Viewpoint:
    """Return what the scene's camera sees.

    Raises:
        Unavailable: the scene has none.
    """
    scene = bpy.context.scene
    camera, render = scene.camera, scene.render
    if camera is None:
        raise Unavailable(
            "The scene has no camera. Add one, or look from iso, front, right or top."
        )
    wide = render.resolution_x * render.pixel_aspect_x
    high = render.resolution_y * render.pixel_aspect_y
    width, height = fitted(wide / high, size)
    graph = bpy.context.evaluated_depsgraph_get()
    evaluated = camera.evaluated_get(graph)
    if evaluated.type != "CAMERA":
        raise Unavailable(f"The scene's camera {camera.name!r} is no camera. Set another one.")
    projection = evaluated.calc_matrix_camera(graph, x=width, y=height)
    matrix = evaluated.matrix_world.normalized().inverted_safe()
    return Viewpoint(width, height, matrix, projection, f"through the camera {camera.name!r}")


@dataclass(frozen=True)
class Subject:
    """What a view from a side frames: a sphere in the world's frame, and in words what it is."""

    centre: Vector
    radius: float
    words: str


def subject(names: Sequence[str]) -> Subject:
    """Return what objects take up together.

    Args:
        names: Objects or patterns; the whole scene if none.

    Raises:
        NoSuchObject: with the nearest names.
        Unavailable: some of them are not to be seen.
    """
    bpy.context.view_layer.update()
    objects = find_objects(names)
    if unseen := [each.name for each in objects if not each.visible_get()]:
        raise Unavailable(f"Not to be seen, hidden or in another scene: {', '.join(unseen[:20])}.")
    words = ", ".join(names) if names else "the whole scene"
    if not objects:
        seen = [each for each in bpy.context.view_layer.objects if each.visible_get()]
        objects = [each for each in seen if _is_drawn(each)] or seen
        if not objects:
            return Subject(Vector(), _NOTHING, "an empty scene")
    low, high = _bounds(objects)
    radius = (high - low).length / 2
    notes = []
    if radius < _NO_SIZE:
        radius = _ROUND_IT
        notes.append("of no size")
    if unshown := [each.name for each in objects if not _is_drawn(each)]:
        notes.append(f"pictures do not show {', '.join(unshown[:_NAMED])}")
    if names and notes:
        words += f" ({'; '.join(notes)})"
    return Subject((low + high) / 2, radius, words)


def from_side(side: str, framed: Subject, size: int) -> Viewpoint:
    """Return a view that frames something.

    Args:
        side: One of `SIDES`.
        framed: What it frames.
        size: The longer side in pixels.
    """
    angles, where = SIDES[side]
    rotation = angles.to_matrix()
    distance = framed.radius / math.sin(_FIELD_OF_VIEW / 2)
    place = Matrix.Translation(framed.centre + rotation @ Vector((0, 0, distance)))
    width, height = fitted(4 / 3, size)
    # What stands around it is seen as well, the far side of a room, the rest of the street; what
    # stands before it, such as the room's near side, is cut away.
    near, far = distance - 1.1 * framed.radius, distance + 100 * framed.radius
    projection = _perspective(width / height, near, far)
    matrix = (place @ rotation.to_4x4()).inverted()
    return Viewpoint(width, height, matrix, projection, f"{framed.words} from {where}")


def _is_drawn(each: bpy.types.Object) -> bool:
    return each.type in _DRAWN or each.instance_collection is not None


def _bounds(objects: Sequence[bpy.types.Object]) -> tuple[Vector, Vector]:
    """The lowest and highest corner, in the world's frame, of all bounding boxes."""
    import numpy as np

    known: Boxes = {}
    matrices = np.empty((len(objects), 4, 4))
    boxes = np.empty((len(objects), 8, 4))
    boxes[:, :, 3] = 1
    for at, each in enumerate(objects):
        matrices[at] = each.matrix_world
        boxes[at, :, :3] = _box(each, known) or ((0, 0, 0),) * 8
    corners = (boxes @ matrices.transpose(0, 2, 1))[:, :, :3].reshape(-1, 3)
    if made := _instanced(objects):
        corners = np.concatenate([corners, np.array(made)])
    return Vector(corners.min(axis=0)), Vector(corners.max(axis=0))


def _instanced(objects: Sequence[bpy.types.Object]) -> list[Vector]:
    """Return the corners of what geometry nodes and particles make of objects, up to a limit; an
    object's own box knows nothing of it."""
    makers = {each for each in objects if any(m.type in _MAKERS for m in each.modifiers)}
    if not makers:
        return []
    graph = bpy.context.evaluated_depsgraph_get()
    return [
        instance.matrix_world @ Vector(corner)
        for instance in itertools.islice(graph.object_instances, _INSTANCES)
        if instance.parent is not None and instance.parent.original in makers
        for corner in instance.object.bound_box
    ]


def _box(each: bpy.types.Object, known: Boxes) -> Box:
    """Return the eight corners, in an object's own frame, around what is seen of it; none where
    nothing is."""
    if (collection := each.instance_collection) is not None:
        if box := _box_of(collection, known):
            return box
    if each.type not in _DRAWN:
        return ()
    if each.mode == "EDIT":  # what is being edited is known to the evaluated object alone
        each = each.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return tuple(map(tuple, each.bound_box))


def _box_of(collection: bpy.types.Collection, known: Boxes) -> Box:
    """Return the eight corners around a collection, from where its instances have their place."""
    if collection.session_uid not in known:
        known[collection.session_uid] = ()
        points = [
            part.matrix_world @ Vector(corner) - collection.instance_offset
            for part in collection.all_objects
            for corner in _box(part, known)
        ]
        if points:
            ends = list(zip(map(min, zip(*points)), map(max, zip(*points))))
            known[collection.session_uid] = tuple(itertools.product(*ends))
    return known[collection.session_uid]


def _perspective(aspect: float, near: float, far: float) -> Matrix:
    """OpenGL's projection matrix, for a vertical field of view of `_FIELD_OF_VIEW`."""
    f = 1 / math.tan(_FIELD_OF_VIEW / 2)
    return Matrix(
        (
            (f / aspect, 0, 0, 0),
            (0, f, 0, 0),
            (0, 0, (far + near) / (near - far), 2 * far * near / (near - far)),
            (0, 0, -1, 0),
        )
    )


def in_frame(view: Viewpoint) -> str:
    """Return in words which objects a picture shows, the largest first.

    By their bounding boxes: what stands behind others counts, whether it is seen or not.
    """
    import numpy as np

    shares = _shares(view)
    largest = [int(at) for at in np.argsort(-shares, kind="stable")[:_LOOKED_AT] if shares[at] > 0]
    # In one pass: by its number each would be sought from the beginning.
    wanted = set(largest)
    objects = {at: each for at, each in enumerate(bpy.data.objects) if at in wanted}
    found: list[str] = []
    more = 0
    for at in largest:
        each = objects[at]
        if not _is_drawn(each) or not each.visible_get():
            continue
        if len(found) < _NAMED:
            share = 100 * min(float(shares[at]), 1.0)
            found.append(f"{each.name} {share:.0f} %" if share >= 1 else f"{each.name} < 1 %")
        else:
            more += 1
    if not found:
        return "No object is in frame."
    least = "at least " if (shares > 0).sum() > _LOOKED_AT else ""
    rest = f" and {least}{more} more" if more else ""
    return f"In frame, by the share of the picture that their bounding boxes take: {', '.join(found)}{rest}."


def _unlike_their_boxes() -> Iterator[tuple[int, Box]]:
    """Yield the places in `bpy.data.objects` of those whose `bound_box` is not what is seen, with
    the one that is: instances of collections, and what is being edited."""
    import numpy as np

    objects = bpy.data.objects
    kinds = np.zeros(len(objects), np.int32)
    if len(objects):
        objects.foreach_get("instance_type", kinds)
    instances = bpy.types.Object.bl_rna.properties["instance_type"].enum_items["COLLECTION"].value
    places = set(np.flatnonzero(kinds == instances).tolist())
    if bpy.context.mode.startswith("EDIT"):
        places.update(objects.find(each.name) for each in bpy.context.objects_in_mode)
    known: Boxes = {}
    for at, each in enumerate(objects) if places else ():
        if at in places and (box := _box(each, known)):
            yield at, box


def _cut(corners: np.ndarray[Any, Any], near: float) -> np.ndarray[Any, Any]:
    """Return in the picture's frame what is left of a box of which a part is nearer than `near`.

    Args:
        corners: x, y, how far before the eye, and what x and y have yet to be divided by.
        near: Where the picture begins.
    """
    import numpy as np

    # Where any two corners' line goes through the plane is within what the edges leave.
    first, second = np.triu_indices(len(corners), 1)
    one, other = corners[first], corners[second]
    crossing = (one[:, 2] < near) != (other[:, 2] < near)
    one, other = one[crossing], other[crossing]
    along = ((near - one[:, 2]) / (other[:, 2] - one[:, 2]))[:, None]
    points = np.concatenate([corners[corners[:, 2] >= near], one + along * (other - one)])
    cut: np.ndarray[Any, Any] = points[:, :2] / points[:, 3:]
    return cut


def _shares(view: Viewpoint) -> np.ndarray[Any, Any]:
    """Return for each of `bpy.data.objects` which part of the picture its bounding box covers.

    0 to 1; 0 too where it is outside. All at once: 0.1 s for 100,000 objects.
    """
    import numpy as np

    objects = bpy.data.objects
    count = len(objects)
    matrices = np.zeros(16 * count, np.float32)
    boxes = np.zeros(24 * count, np.float32)
    if count:
        objects.foreach_get("matrix_world", matrices)
        objects.foreach_get("bound_box", boxes)
    for at, box in _unlike_their_boxes():
        boxes[24 * at : 24 * at + 24] = np.ravel(box)
    # Blender hands matrices out by columns.
    to_world = matrices.reshape(count, 4, 4).transpose(0, 2, 1)
    to_picture = np.array(view.projection @ view.matrix, np.float64) @ to_world
    corners = np.ones((count, 8, 4))
    corners[:, :, :3] = boxes.reshape(count, 8, 3)
    seen = corners @ to_picture.transpose(0, 2, 1)
    ahead = -(np.array(view.matrix, np.float64)[2] @ to_world)
    seen[:, :, 2] = (corners @ ahead[:, :, None])[:, :, 0]  # how far before the eye
    near = max(view.near, _NO_SIZE)
    shown = seen[:, :, 2] >= near
    flat = np.where(
        shown[:, :, None], seen[:, :, :2] / np.where(shown, seen[:, :, 3], 1)[:, :, None], 0
    )
    low, high = flat.min(axis=1), flat.max(axis=1)
    for at in np.flatnonzero(shown.any(axis=1) & ~shown.all(axis=1)):
        points = _cut(seen[at], near)
        low[at], high[at] = points.min(axis=0), points.max(axis=0)
    sides = np.clip(high, -1, 1) - np.clip(low, -1, 1)
    touches = (low <= 1).all(axis=1) & (high >= -1).all(axis=1) & shown.any(axis=1)
    areas = np.maximum(sides[:, 0], 1e-4) * np.maximum(sides[:, 1], 1e-4) / 4
    shares: np.ndarray[Any, Any] = np.where(touches, areas, 0.0)
    return shares
