"""The pictures that tools made, as icons that a panel can draw. Main thread.

Blender's previews come from files, so each picture becomes one among its temporary files when its
step is opened; where there are many, the oldest goes.
"""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path
from typing import Any

import bpy

from ..chat.turns import Step

_KEPT = 12
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg"}

_previews: Any = None
_files: dict[Step, Path] = {}
"""The oldest first; a file's name is the preview's, too."""
_numbers = itertools.count(1)


def load(step: Step) -> str:
    """Make a step's picture ready to be drawn, if it has one; return its file's path, or ""."""
    picture = step.result.picture if step.result else None
    if picture is None:
        return ""
    if step in _files and _files[step].exists():
        return str(_files[step])
    ending = _ENDINGS.get(picture.media_type, "")
    file = Path(bpy.app.tempdir) / f"scene_chat {next(_numbers)}{ending}"
    try:
        file.write_bytes(picture.data)
    except OSError:
        return ""  # on a full disk its words have to do
    _drop(step)
    _files[step] = file
    _opened().load(file.name, str(file), "IMAGE")
    while len(_files) > _KEPT:
        _drop(next(iter(_files)))
    return str(file)


def icon_of(step: Step) -> int:
    """Return the icon of a step's picture, 0 where none is loaded."""
    preview = _previews.get(_files[step].name) if step in _files else None
    return int(preview.icon_id) if preview is not None else 0


def release() -> None:
    """Let go of all of them. When the extension is disabled."""
    global _previews
    for step in list(_files):
        _drop(step)
    if _previews is not None:
        from bpy.utils import previews

        previews.remove(_previews)
        _previews = None


def _opened() -> Any:
    global _previews
    if _previews is None:
        from bpy.utils import previews

        _previews = previews.new()
    return _previews


def _drop(step: Step) -> None:
    file = _files.pop(step, None)
    if file is not None:
        del _previews[file.name]
        with contextlib.suppress(OSError):
            file.unlink()
