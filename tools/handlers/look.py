"""look: a picture of the scene, without touching the user's view.

Drawn off screen with the space and region of a 3D viewport that is not shown; works in a window,
covered or not, and without one.
"""

from __future__ import annotations

import math
import os
import re
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy
import gpu
from mathutils import Euler, Matrix, Vector

from ..errors import InvalidArguments, Unavailable
from ..picture import Picture
from ..registry import Assessment, Effect, tool
from .blocks import find_object

if TYPE_CHECKING:
    import numpy as np
    from annotated_types import Ge, Le, MaxLen

_FIELD_OF_VIEW = math.radians(40.0)
_DIRECTIONS = {
    "front": Euler((math.radians(90), 0, 0)),
    "right": Euler((math.radians(90), 0, math.radians(90))),
    "top": Euler((0, 0, 0)),
    "iso": Euler((math.radians(60), 0, math.radians(40))),
}


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    path = arguments["filepath"]
    if not path:
        return Assessment(Effect.READS)
    if os.path.lexists(path.replace("\0", "")) and not _is_left_over(path):
        raise InvalidArguments(f"filepath: {path} exists already; give another name.")
    if _is_new_temporary_file(path):
        return Assessment(Effect.READS)
    return Assessment(Effect.FILES, (f"it writes {path}",))


@tool(effect=Effect.FILES, assess=_assess)
def look(
    view: Literal["viewport", "camera", "front", "right", "top", "iso"] = "iso",
    names: Annotated[list[str], MaxLen(50)] | None = None,
    size: Annotated[int, Ge(64), Le(2048)] = 800,
    filepath: str = "",
) -> Picture:
    """Look at the scene: a picture as the scene's camera sees it or framed from a side, in solid shading, or as the user sees it.

    Args:
        view: What the user's 3D viewport shows, or through the scene's camera, or from the front (along +Y), right (along -X), top, or a corner. Without a window there is no viewport: a corner.
        names: Objects to frame; the whole scene if none. Not for the viewport's and the camera's view.
        size: The longer side in pixels.
        filepath: Where to write it as PNG; only returned if left out.

    Raises:
        Unavailable: this machine draws nothing, or the scene has no camera.
        NoSuchObject: with the nearest names.
    """
    if view == "viewport" and (shown := _shown_viewport()) is not None:
        space, region = shown
        width, height = _fit(region.width / region.height, size)
        seen = "what the user's 3D viewport shows"
        eye = space.region_3d
        pixels = _draw(width, height, eye.view_matrix, eye.window_matrix, space, region)
    else:
        side = "iso" if view == "viewport" else view
        width, height, matrix, projection, seen = _view_of(
            bpy.context.scene, side, names or [], size
        )
        space, region = _hidden_viewport()
        with _solid(space):
            pixels = _draw(width, height, matrix, projection, space, region)
    data = _png(pixels)
    if filepath:
        _write(filepath, data)
    return Picture(data, "image/png", width, height, seen, filepath)


def _view_of(
    scene: bpy.types.Scene, view: str, names: list[str], size: int
) -> tuple[int, int, Matrix, Matrix, str]:
    render = scene.render
    if view == "camera":
        camera = scene.camera
        if camera is None:
            raise Unavailable(
                "The scene has no camera. Add one, or look from iso, front, right or top."
            )
        wide = render.resolution_x * render.pixel_aspect_x
        high = render.resolution_y * render.pixel_aspect_y
        width, height = _fit(wide / high, size)
        graph = bpy.context.evaluated_depsgraph_get()
        evaluated = camera.evaluated_get(graph)
        projection = evaluated.calc_matrix_camera(graph, x=width, y=height)
        matrix = evaluated.matrix_world.normalized().inverted_safe()
        return width, height, matrix, projection, f"through the camera {camera.name!r}"
    bpy.context.view_layer.update()
    named = [find_object(name) for name in names]
    if unseen := [each.name for each in named if not each.visible_get()]:
        raise Unavailable(f"Not to be seen, hidden or in another scene: {', '.join(unseen)}.")
    objects = named or [each for each in scene.objects if each.visible_get() and _has_extent(each)]
    centre, radius = _sphere(objects)
    rotation = _DIRECTIONS[view].to_matrix()
    distance = radius / math.sin(_FIELD_OF_VIEW / 2)
    place = Matrix.Translation(centre + rotation @ Vector((0, 0, distance)))
    width, height = _fit(4 / 3, size)
    near, far = max(distance - 4 * radius, radius / 1000), distance + 4 * radius
    projection = _perspective(_FIELD_OF_VIEW, width / height, near, far)
    what = ", ".join(names) if names else "the whole scene"
    return (
        width,
        height,
        (place @ rotation.to_4x4()).inverted(),
        projection,
        f"{what} from {'a corner above' if view == 'iso' else 'the ' + view}",
    )


def _fit(aspect: float, size: int) -> tuple[int, int]:
    if aspect >= 1:
        return size, max(1, round(size / aspect))
    return max(1, round(size * aspect)), size


def _has_extent(each: bpy.types.Object) -> bool:
    return each.type not in ("CAMERA", "LIGHT", "SPEAKER")


def _sphere(objects: list[bpy.types.Object]) -> tuple[Vector, float]:
    """A sphere, in metres in the world's frame, around the objects' bounding boxes."""
    corners = [each.matrix_world @ Vector(corner) for each in objects for corner in each.bound_box]
    if not corners:
        return Vector((0, 0, 0)), 5.0
    low = Vector(map(min, zip(*corners)))
    high = Vector(map(max, zip(*corners)))
    return (low + high) / 2, max((high - low).length / 2, 0.01)


def _perspective(field_of_view: float, aspect: float, near: float, far: float) -> Matrix:
    """OpenGL's projection matrix; `field_of_view` is vertical, in radians."""
    f = 1 / math.tan(field_of_view / 2)
    return Matrix(
        (
            (f / aspect, 0, 0, 0),
            (0, f, 0, 0),
            (0, 0, (far + near) / (near - far), 2 * far * near / (near - far)),
            (0, 0, -1, 0),
        )
    )


def _shown_viewport() -> tuple[bpy.types.SpaceView3D, bpy.types.Region] | None:
    """The largest 3D viewport that the user sees, as space and main region."""
    if bpy.app.background:
        return None
    areas = [
        area
        for window in bpy.context.window_manager.windows
        for area in window.screen.areas
        if area.type == "VIEW_3D"
    ]
    if not areas:
        return None
    largest = max(areas, key=lambda area: area.width * area.height)
    return largest.spaces.active, _main_region(largest)


def _hidden_viewport() -> tuple[bpy.types.SpaceView3D, bpy.types.Region]:
    """A 3D viewport's space and main region, one that is not shown if there is any."""
    shown = {window.screen for window in bpy.context.window_manager.windows}
    for screen in sorted(bpy.data.screens, key=lambda each: each in shown):
        for area in screen.areas:
            if area.type == "VIEW_3D":
                return area.spaces.active, _main_region(area)
    raise Unavailable("No workspace of this file has a 3D viewport to draw with. Add one.")


def _main_region(area: bpy.types.Area) -> bpy.types.Region:
    return next(each for each in area.regions if each.type == "WINDOW")


@contextmanager
def _solid(space: bpy.types.SpaceView3D) -> Iterator[None]:
    """Plain solid shading on the viewport that is drawn with, and back to what it was."""
    wanted: dict[Any, dict[str, Any]] = {
        space.shading: {"type": "SOLID", "light": "STUDIO", "color_type": "MATERIAL"},
        space.overlay: {"show_overlays": False},
    }
    before = {
        owner: {key: getattr(owner, key) for key in settings} for owner, settings in wanted.items()
    }
    try:
        _set(wanted)
        yield
    finally:
        _set(before)


def _set(wanted: Mapping[Any, Mapping[str, Any]]) -> None:
    for owner, settings in wanted.items():
        for key, value in settings.items():
            setattr(owner, key, value)


def _draw(
    width: int,
    height: int,
    matrix: Matrix,
    projection: Matrix,
    space: bpy.types.SpaceView3D,
    region: bpy.types.Region,
) -> np.ndarray[Any, Any]:
    """Return rows from the bottom up, RGBA, 8 bits a channel."""
    _start_gpu()
    try:
        target = gpu.types.GPUOffScreen(width, height)
    except Exception as error:
        raise Unavailable(f"This machine's OpenGL cannot draw: {error}") from None
    try:
        target.draw_view3d(
            bpy.context.scene,
            bpy.context.view_layer,
            space,
            region,
            matrix,
            projection,
            do_color_management=True,
        )
        with target.bind():
            read = gpu.state.active_framebuffer_get().read_color(0, 0, width, height, 4, 0, "UBYTE")
    finally:
        target.free()
    import numpy as np  # at first need: enabling the extension need not take its time

    read.dimensions = width * height * 4
    return np.array(read, dtype=np.uint8).reshape(height, width, 4)


_gpu_started = False


def _start_gpu() -> None:
    """Without a window the GPU starts with `gpu.init`, or before Blender 5.2 with a render."""
    global _gpu_started
    if _gpu_started or not bpy.app.background:
        return
    with _quiet():
        if hasattr(gpu, "init"):
            try:
                gpu.init()
            except Exception as error:
                raise Unavailable(f"This machine offers no OpenGL: {error}") from None
        else:
            _render_once()
    _gpu_started = True


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what the process writes to stderr meanwhile.

    Without a display Blender tries several kinds of contexts and prints an "EGL Error" for each
    that it does not get, before the one that works.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _render_once() -> None:
    scene = bpy.data.scenes.new(".")
    camera = bpy.data.objects.new(".", bpy.data.cameras.new("."))
    try:
        scene.collection.objects.link(camera)
        scene.camera = camera
        scene.render.engine = "BLENDER_WORKBENCH"
        scene.render.resolution_x = scene.render.resolution_y = 8
        bpy.ops.render.render(scene=scene.name)
    finally:
        data = camera.data
        bpy.data.objects.remove(camera)
        bpy.data.cameras.remove(data)
        bpy.data.scenes.remove(scene)


def _png(pixels: np.ndarray[Any, Any]) -> bytes:
    """Encode rows from the bottom up as an RGB PNG (the PNG specification, sections 5 and 9)."""
    import numpy as np

    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)  # a filter byte, none, before each row
    rows[:, 1:] = pixels[::-1, :, :3].reshape(height, width * 3)

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)),
            chunk(b"IEND", b""),
        )
    )


def _is_new_temporary_file(path: str) -> bool:
    try:
        folder = Path(path).parent.resolve()
    except (OSError, ValueError):
        return False
    temporary = Path(tempfile.gettempdir()).resolve()
    fresh = not os.path.lexists(path) or _is_left_over(path)
    return (folder == temporary or temporary in folder.parents) and fresh


def _is_left_over(path: str) -> bool:
    """Whether it is the picture of a BlenderMCP client that died before it took it away.

    These clients name it after their process, and a number comes again: in containers soon.
    """
    file = Path(path)
    temporary = file.parent.resolve() == Path(tempfile.gettempdir()).resolve()
    named = re.fullmatch(r"blender_screenshot_\d+\.png", file.name) is not None
    return temporary and named and file.is_file() and not file.is_symlink()


def _write(path: str, data: bytes) -> None:
    if not Path(path).is_absolute():
        raise InvalidArguments(f"filepath: give a full path, not {path!r}.")
    try:
        if _is_left_over(path):
            Path(path).unlink()
        with Path(path).open("xb") as file:  # "x" follows no link and overwrites nothing
            file.write(data)
    except FileExistsError:
        raise InvalidArguments(f"filepath: {path} exists already; give another name.") from None
    except (OSError, ValueError) as error:  # ValueError: no path at all, with a NUL in it
        raise Unavailable(f"Could not write {path!r}: {error}.") from None
