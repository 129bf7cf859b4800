"""Pictures of the scene drawn off screen, by a 3D viewport's space that is not shown.

Works in a window, covered or not, also while it has no 3D viewport, and without one. What is set
for a picture is set on the space that draws it, and set back.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import bpy
import gpu

from ..errors import Unavailable
from . import gpu_start
from .second_process import second_process
from .viewpoint import Viewpoint

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, Any]

_START_SECONDS = 60.0
_COMPILE_SECONDS = 15.0
_MOVING_SECONDS = 3.0
_WAIT_SECONDS = 0.3
_NOISE = 2
"""Steps of 256 by which two drawings of the same may differ."""

Shading = Literal["solid", "material", "rendered", "wireframe", "xray"]

_PLAIN = {"light": "STUDIO", "color_type": "MATERIAL", "show_xray": False, "show_shadows": False}
# "rendered" is EEVEE's preview with the scene's own lights and world, whichever engine the scene
# has: Cycles draws nothing off screen.
_SHADINGS: dict[Shading, dict[str, Any]] = {
    "solid": {"type": "SOLID", **_PLAIN},
    "xray": {"type": "SOLID", **_PLAIN, "show_xray": True, "xray_alpha": 0.5},
    "wireframe": {
        "type": "WIREFRAME", "wireframe_color_type": "OBJECT", "show_xray_wireframe": True,
        "xray_alpha_wireframe": 0.0,
    },
    "material": {"type": "MATERIAL", "use_scene_lights": False, "use_scene_world": False},
    "rendered": {"type": "MATERIAL", "use_scene_lights": True, "use_scene_world": True},
}  # fmt: skip
_WHOLE = {"use_render_border": False, "use_local_collections": False}
_EVERYWHERE = {
    "background_type": "THEME", "use_compositor": "DISABLED", "render_pass": "COMBINED",
    "show_object_outline": True, "show_cavity": False, "show_backface_culling": False,
    "use_dof": False,
}  # fmt: skip


def shown_viewport() -> tuple[bpy.types.SpaceView3D, bpy.types.Region] | None:
    """Return the largest 3D viewport that the user sees, as space and main region."""
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


@contextmanager
def hidden_viewport(
    shading: Shading,
) -> Iterator[tuple[bpy.types.SpaceView3D, bpy.types.Region]]:
    """Lend a 3D viewport's space and main region, of one that is not shown if there is any.

    Args:
        shading: How it is to draw while it is lent; afterwards it is as it was.

    Raises:
        Unavailable: this file has no editor at all.
    """
    with ExitStack() as back:
        space, region = _some_viewport(back)
        eye, overlay = space.region_3d, space.overlay
        _lend(back, overlay, {"show_overlays": False})
        _lend(back, space.shading, {"type": _SHADINGS[shading]["type"]})  # others depend on it
        _lend(back, space.shading, _EVERYWHERE | _SHADINGS[shading])
        _lend(back, space, dict.fromkeys(_filters(), True) | _WHOLE)
        if eye is not None:
            _lend(back, eye, {"use_clip_planes": False})
        yield space, region


def draw(
    space: bpy.types.SpaceView3D, region: bpy.types.Region, views: Iterable[Viewpoint]
) -> list[Pixels]:
    """Draw views of one size; return each as rows from the bottom up, RGBA, 8 bits a channel.

    EEVEE makes itself ready once for all of them: 8 s and then 2 a view without a graphics card.

    Raises:
        Unavailable: this machine draws nothing.
    """
    _start_gpu()
    views = list(views)
    width, height = views[0].width, views[0].height
    try:
        target = gpu.types.GPUOffScreen(width, height)
    except Exception as error:
        raise Unavailable(f"This machine's graphics cannot draw {width} px: {error}") from None
    pictures: list[Pixels] = []
    try:
        for view in views:
            with ExitStack() as back:
                if bpy.app.version < (4, 4) and space.region_3d is not None and view.perspective:
                    # EEVEE 4.2 and 4.3 take the lens of the space, and not what they are given.
                    _lend(back, space.region_3d, {"view_perspective": "PERSP"})
                    _lend(back, space, {"lens": view.lens})
                picture = _draw_once(target, space, region, view)
                if not pictures and space.shading.type in ("MATERIAL", "RENDERED"):
                    picture = _settled(picture, partial(_draw_once, target, space, region, view))
            pictures.append(picture)
    finally:
        target.free()
    return pictures


def _draw_once(target: Any, space: Any, region: Any, view: Viewpoint) -> Pixels:
    import numpy as np  # at first need: enabling the extension need not take its time

    target.draw_view3d(
        bpy.context.scene,
        bpy.context.view_layer,
        space,
        region,
        view.matrix,
        view.projection,
        do_color_management=True,
    )
    with target.bind():
        buffer = gpu.state.active_framebuffer_get()
        read = buffer.read_color(0, 0, view.width, view.height, 4, 0, "UBYTE")
    read.dimensions = view.width * view.height * 4
    return np.array(read, dtype=np.uint8).reshape(view.height, view.width, 4)


def _settled(picture: Pixels, again: Callable[[], Pixels]) -> Pixels:
    """In a window EEVEE compiles materials meanwhile, and shows grey ones until they are ready:
    draw until nothing changes any more."""
    if bpy.app.background:
        return picture
    began = time.monotonic()
    while (took := time.monotonic() - began) < _COMPILE_SECONDS:
        time.sleep(0.05)
        before, picture = picture, again()
        differing = abs(picture.astype("int16") - before).max()
        compiling = bpy.app.is_job_running("SHADER_COMPILATION")
        still = differing <= _NOISE and took >= _WAIT_SECONDS
        if (still or took >= _MOVING_SECONDS) and not compiling:
            break
    return picture


def _some_viewport(back: ExitStack) -> tuple[bpy.types.SpaceView3D, bpy.types.Region]:
    shown = {window.screen for window in bpy.context.window_manager.windows}
    areas = [area for screen in bpy.data.screens for area in screen.areas if area.type == "VIEW_3D"]
    # A space in local view shows what is in it alone.
    areas.sort(key=lambda area: (area.spaces.active.local_view is not None, area.id_data in shown))
    if areas:
        return areas[0].spaces.active, _main_region(areas[0])
    # A viewport that stands behind another editor in its area cannot draw: Blender crashes. And only
    # an area of a window becomes one. It is another again before anything is drawn in the window.
    others = [area for screen in shown for area in screen.areas]
    if not others:
        raise Unavailable("This file has no editor to draw with. Open a 3D viewport.")
    area = max(others, key=lambda each: each.width * each.height)
    back.callback(setattr, area, "ui_type", area.ui_type)
    area.type = "VIEW_3D"
    return area.spaces.active, _main_region(area)


def _main_region(area: bpy.types.Area) -> bpy.types.Region:
    return next(each for each in area.regions if each.type == "WINDOW")


def _filters() -> list[str]:
    """The viewport's switches by which kinds of objects are hidden."""
    known = bpy.types.SpaceView3D.bl_rna.properties.keys()
    return [name for name in known if name.startswith("show_object_viewport_")]


def _lend(back: ExitStack, owner: Any, wanted: Mapping[str, Any]) -> None:
    """Set what differs, and have it set back."""
    for name, value in wanted.items():
        if (before := getattr(owner, name)) != value:
            back.callback(setattr, owner, name, before)
            setattr(owner, name, value)


_gpu_started = False


def _start_gpu() -> None:
    """Without a window nothing has been drawn yet, and Blender does not survive the attempt on a
    machine without OpenGL: so another process makes it first."""
    global _gpu_started
    if _gpu_started or not bpy.app.background:
        return
    command = second_process(Path(gpu_start.__file__))
    try:
        tried = subprocess.run(  # nosec B603 # this Blender itself, no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_START_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise Unavailable("This machine's graphics did not start within a minute.") from None
    if tried.returncode:
        raise Unavailable(
            "This machine offers no graphics (OpenGL) to draw with, not even in software. Use "
            "get_scene_info and get_object_info, or render with the engine CYCLES."
        )
    with _quiet():
        gpu_start.start()
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
