"""look: a picture of the scene, without touching the user's view."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, Unavailable
from ..phrase import Phrase
from ..picture import Picture
from ..registry import Assessment, Effect, tool
from .drawing import Shading, draw, hidden_viewport, shown_viewport
from .encoding import GAP, encoded, png, sheet
from .viewpoint import Viewpoint, fitted, from_side, in_frame, subject, through_camera

if TYPE_CHECKING:
    from annotated_types import Ge, Le, MaxLen

_MOST_BYTES = 200_000
_AROUND = ("front", "right", "top", "iso")
_PLACES = ("Top left", "Top right", "Bottom left", "Bottom right")


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    path = arguments["filepath"]
    if not path:
        return Assessment(Effect.READS)
    if os.path.lexists(path.replace("\0", "")) and not _is_left_over(path):
        raise InvalidArguments(f"filepath: {path} exists already; give another name.")
    if _is_new_temporary_file(path):
        return Assessment(Effect.READS)
    return Assessment(Effect.FILES, (Phrase("it writes {path}", path=path),))


@tool(effect=Effect.FILES, assess=_assess)
def look(
    view: Literal[
        "viewport", "camera", "front", "back", "left", "right", "top", "bottom", "iso", "around"
    ] = "iso",
    names: Annotated[list[str], MaxLen(50)] = [],
    shading: Literal["", "solid", "material", "rendered", "wireframe", "xray"] = "",
    size: Annotated[int, Ge(64), Le(2048)] = 800,
    filepath: str = "",
) -> Picture:
    """Look at the scene: a picture, and in words what is in frame.

    Args:
        view: iso: from a corner; around: four of these in one; viewport: as the user sees it.
        names: To frame, or patterns; the whole scene if none.
        shading: rendered: EEVEE with the scene's lights.
        size: The longer side in pixels.
        filepath: Also write it here, PNG.

    Raises:
        Unavailable: this machine draws nothing, or the scene has no camera.
        NoSuchObject: with the nearest names.
    """
    views = _views(view, names, size)
    last = views[-1]  # of several, the one that shows most: from the corner
    pictures, how = _drawn(view, views, shading)
    pixels = sheet(pictures) if len(pictures) > 1 else pictures[0]
    if filepath:
        _write(filepath, png(pixels))
    words = f"{last.words}, {how}; {last.place()}"
    if len(views) > 1:
        parts = [f"{place}: {each.words}" for place, each in zip(_PLACES, views)]
        words = f"{'. '.join(parts)}; {how}"
    cut = " What stands before them is cut away." if names else ""
    words = f"{words}. {in_frame(last)}{cut}"
    data, media_type, width, height = encoded(pixels, _MOST_BYTES)
    return Picture(data, media_type, width, height, words, filepath)


def _views(view: str, names: list[str], size: int) -> list[Viewpoint]:
    if names and view in ("viewport", "camera"):
        raise InvalidArguments(f"names: the {view} shows what it shows; frame them from a side.")
    if view == "viewport":
        if (shown := shown_viewport()) is None:
            view = "iso"  # without a window there is none: a corner
        else:
            space, region = shown
            eye = space.region_3d
            width, height = fitted(region.width / region.height, size)
            words = "what the user's 3D viewport shows"
            matrix, projection = eye.view_matrix.copy(), eye.window_matrix.copy()
            return [Viewpoint(width, height, matrix, projection, words)]
    if view == "camera":
        return [through_camera(size)]
    framed = subject(names)
    if view == "around":
        return [from_side(side, framed, (size - GAP) // 2) for side in _AROUND]
    return [from_side(view, framed, size)]


def _drawn(view: str, views: list[Viewpoint], shading: Shading | Literal[""]) -> tuple[Any, str]:
    """Return the pictures of the views, and in words how they are drawn."""
    if view == "viewport" and not shading and (shown := shown_viewport()) is not None:
        space, region = shown
        engine = bpy.context.engine
        if space.shading.type != "RENDERED" or engine.startswith("BLENDER_"):
            return draw(space, region, views), "as the user sees it"
        shading = "rendered"  # Cycles draws nothing off screen
    shading = shading or "solid"
    how = f"{shading} shading"
    if shading == "rendered":
        how = "EEVEE with the scene's lights and world"
        if not bpy.context.engine.startswith("BLENDER_EEVEE"):
            how += f" (the scene renders with {bpy.context.engine})"
    with hidden_viewport(shading) as (space, region):
        return draw(space, region, views), how


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
