"""render: pictures and animations in the background, as they will be, while the work goes on."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, Unavailable
from ..later import Later
from ..phrase import Phrase
from ..picture import Picture
from ..reach import local_path
from ..registry import Assessment, Effect, tool
from ..renders import Order, RenderJob, RenderJobs
from .blocks import lists
from .files import absolute
from .second_process import second_process

if TYPE_CHECKING:
    from annotated_types import Ge, Le, MaxLen

_FORMATS = {
    "png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "exr": "OPEN_EXR", "tif": "TIFF", "tiff": "TIFF",
    "webp": "WEBP", "bmp": "BMP", "tga": "TARGA", "hdr": "HDR",
    **dict.fromkeys(("mp4", "mkv", "mov", "webm", "avi"), "FFMPEG"),
}  # fmt: skip
_CHILD = Path(__file__).with_name("render_child.py")
_ROOM = 100 << 20
"""Bytes that have to be free beyond the file's own size, for the copy and the pictures."""
_LAST_FRAME = 1_048_574
"""Blender's own limit."""
_LARGE_COPY = 500 << 20
_NO_FILES = ("RENDER_RESULT", "COMPOSITING")
_NAMED = 6
_FILES_NAMED = 4


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    if arguments["action"] != "start":
        return Assessment(Effect.READS)
    if not arguments["filepath"]:
        return Assessment(Effect.EDITS)
    path = local_path(arguments["filepath"])
    if arguments["overwrite"]:
        return Assessment(Effect.FILES, (Phrase("it replaces what is at {path}", path=path),))
    return Assessment(Effect.FILES, (Phrase("it writes {path}", path=path),))


def render_tool(renders: RenderJobs) -> Callable[..., Any]:
    """Return the tool, bound to the renders of the running Blender."""

    @tool(effect=Effect.FILES, assess=_assess)
    def render(
        action: Literal["start", "status", "cancel"] = "start",
        frames: Annotated[list[int], MaxLen(2)] = [],
        percentage: Annotated[int, Ge(1), Le(100)] | None = None,
        samples: Annotated[int, Ge(1), Le(100_000)] | None = None,
        filepath: str = "",
        overwrite: bool = False,
        id: Annotated[int, Ge(0)] = 0,
        wait: Annotated[float, Ge(0), Le(600)] = 20,
    ) -> Any:
        """Render in the background, by the scene's camera and engine; gives progress, then the picture.

        Args:
            frames: First and last of an animation.
            percentage: Of the resolution, for this render only.
            filepath: Where to keep it: .png, .exr, .mp4, …
            id: 0: the latest.
            wait: Seconds.
        """
        if action == "start":
            job = _start(renders, frames, percentage, samples, filepath, overwrite)
        else:
            job = renders.find(id)
            if action == "cancel":
                job.cancel()
        if job.ended.done() or not wait:
            return told(job)
        return Later(_after(renders.when_ended(job, wait), lambda: told(job)))

    return render


def told(job: RenderJob) -> object:
    """Return a render's state for the model: the picture once it is done. Any thread.

    Raises:
        Unavailable: it failed; with what was said.
    """
    state: dict[str, object] = {"id": job.number, "state": job.state}
    if job.state == "running":
        left = job.seconds_left
        state |= {
            "frame": job.frame,
            "frames_done": f"{job.frames_done} of {job.frames}",
            "progress": f"{100 * job.progress:.0f} %",
            "seconds": round(job.elapsed, 1),
            "seconds_left": None if left is None else round(left),
        }
    else:
        state |= {"seconds": round(job.elapsed, 1)}
        if job.files:
            state["files"] = [
                *job.files[:_FILES_NAMED],
                *(["…"] if len(job.files) > _FILES_NAMED else []),
            ]
            if any(Path(each).parent == job.folder / "out" for each in job.files):
                state["kept"] = "until Blender is closed"
    if job.warnings:
        state["warnings"] = list(job.warnings)
    if job.state == "failed":
        raise Unavailable(f"Render {job.number} failed: {job.error}", **state)
    if job.state != "done" or job.preview is None:
        return state
    data, width, height = job.preview
    what = f"frame {job.order.frames[1]}" if job.order.animation else "what was rendered"
    caption = f"render {job.number}: {what}, at most {max(width, height)} px here"
    return Picture(data, "image/jpeg", width, height, caption, details=state)


def _after(waiting: Future[None], answer: Callable[[], object]) -> Future[object]:
    later: Future[object] = Future()

    def over(_: Future[None]) -> None:
        with contextlib.suppress(InvalidStateError):  # the call was taken back meanwhile
            try:
                later.set_result(answer())
            except Exception as error:  # someone waits for it
                later.set_exception(error)

    waiting.add_done_callback(over)
    return later


def _start(
    renders: RenderJobs,
    frames: Sequence[int],
    percentage: int | None,
    samples: int | None,
    filepath: str,
    overwrite: bool,
) -> RenderJob:
    renders.make_room()
    scene = bpy.context.scene
    animation = bool(frames)
    first, last = (frames[0], frames[-1]) if frames else (scene.frame_current,) * 2
    if last < first:
        raise InvalidArguments(f"frames: {last} comes before {first}.")
    if animation and not 0 <= first <= last <= _LAST_FRAME:
        raise InvalidArguments(f"frames: Blender renders frames 0 to {_LAST_FRAME:,}.")
    _check_scene(scene, samples)
    extension, kind = _format(filepath, animation)
    target = Path(absolute(filepath)) if filepath else None
    sequence = animation and kind != "FFMPEG"
    if target is not None:
        if sequence and "#" not in target.stem:
            target = target.with_name(f"{target.stem}_####{target.suffix}")
        _check_target(target, range(first, last + 1), overwrite)
    folder = Path(tempfile.mkdtemp(prefix="scene_chat_render_", dir=bpy.app.tempdir))
    try:
        (folder / "out").mkdir()
        blend, warnings = _saved_copy(folder)
        scripts = _scripts_run()
        if not scripts and (left := _scripted()):
            warnings.append(
                Phrase(
                    "Scripts of this file are not run, nor in the render, which {what} may need.",
                    what=left,
                )
            )
        order = Order(
            blend=str(blend),
            scene=scene.name,
            scripts=scripts,
            output=str(folder / "out" / f"render{'_####' * sequence}.{extension}"),
            format=kind,
            frames=(first, last),
            animation=animation,
            percentage=percentage,
            samples=samples,
        )
        return renders.start(
            second_process(_CHILD), order, folder, str(target or ""), overwrite, warnings
        )
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _scripts_run() -> bool:
    """Whether the file's own scripts run here: they are wanted, and none was refused at its opening
    (from a folder that is not trusted, or by the person's own choice)."""
    wanted = bpy.context.preferences.filepaths.use_scripts_auto_execute
    return wanted and not bpy.app.autoexec_fail


def _scripted() -> str:
    """Return in words what of the file needs scripts to run, "" for nothing."""
    for name in lists().values():
        for block in getattr(bpy.data, name):
            animation = getattr(block, "animation_data", None)
            for curve in animation.drivers if animation is not None else ():
                if curve.driver.type == "SCRIPTED" and not curve.driver.is_simple_expression:
                    return Phrase(
                        "the driver of {name}'s {path}", name=block.name, path=curve.data_path
                    )
    texts = [each.name for each in bpy.data.texts if each.use_module]
    return Phrase("the text {name}", name=texts[0]) if texts else ""


def _check_scene(scene: bpy.types.Scene, samples: int | None) -> None:
    """Say at once what would fail in a while.

    Raises:
        Unavailable: there is nothing to render by.
        InvalidArguments: the engine takes no such option.
    """
    editor = scene.sequence_editor
    kept_in = "strips" if hasattr(editor, "strips") else "sequences"  # before 4.4
    strips = len(getattr(editor, kept_in, ()))
    if bpy.app.version >= (5, 0):
        tree = scene.compositing_node_group
    else:
        tree = scene.node_tree if scene.use_nodes else None
    composited = tree is not None and scene.render.use_compositing
    if scene.camera is None and not any(each.camera for each in scene.timeline_markers):
        if not strips and not composited:
            raise Unavailable("The scene has no camera to render by. Add one, or use look.")
    engine: str = scene.render.engine
    if samples is not None and engine != "CYCLES" and not engine.startswith("BLENDER_EEVEE"):
        raise InvalidArguments(f"samples: the engine {engine} has none that can be set so.")


def _format(filepath: str, animation: bool) -> tuple[str, str]:
    """Return the extension of the files and the format, as Blender calls it.

    Raises:
        InvalidArguments: Blender does not write such files.
    """
    extension = Path(filepath or "render.png").suffix.lower().removeprefix(".")
    if (kind := _FORMATS.get(extension)) is None:
        known = ", ".join(f".{each}" for each in _FORMATS)
        raise InvalidArguments(f"filepath: end its name in one of {known}.")
    if kind == "FFMPEG" and not animation:
        raise InvalidArguments(f"filepath: a still is no .{extension}; give frames.")
    settings = bpy.context.scene.render.image_settings
    if kind == "OPEN_EXR" and settings.file_format == "OPEN_EXR_MULTILAYER":
        kind = settings.file_format
    return extension, kind


def _check_target(target: Path, frames: range, overwrite: bool) -> None:
    """See to it that there is a place for what is rendered.

    Raises:
        InvalidArguments: it cannot be written there, or something is there already.
    """
    folder = target.parent
    if not folder.is_dir():
        raise InvalidArguments(f"filepath: there is no folder {folder}.")
    if not os.access(folder, os.W_OK):
        raise InvalidArguments(f"filepath: the folder {folder} cannot be written to.")
    if target.is_dir():
        raise InvalidArguments(f"filepath: {target} is a folder; name a file.")
    if overwrite:
        return
    taken = [target] if target.exists() else []
    if "#" in target.stem:
        digits = re.sub(r"(?:\\#)+", r"(\\d+)", re.escape(target.name))
        name = re.compile(digits, re.IGNORECASE if sys.platform in ("win32", "darwin") else 0)
        taken = [
            each
            for each in sorted(folder.iterdir())
            if (found := name.fullmatch(each.name)) and int(found[1]) in frames
        ]
    if taken:
        raise InvalidArguments(
            f"filepath: {taken[0]} exists already; give another name, or overwrite true."
        )


def _saved_copy(folder: Path) -> tuple[Path, list[str]]:
    """Save the file as it is now, its own file and state untouched; return warnings as well.

    Raises:
        Unavailable: there is no room for it.
    """
    own = Path(bpy.data.filepath) if bpy.data.filepath else None
    size = own.stat().st_size if own is not None and own.is_file() else 0
    free = shutil.disk_usage(folder).free
    if free < size + _ROOM:
        raise Unavailable(
            f"A render needs a copy of this file, {_megabytes(size)} or so, and pictures; on the "
            f"disk of {folder} only {_megabytes(free)} are free. Make room, or set Temporary Files "
            "in Blender's preferences to another disk."
        )
    copy = folder / (own.name if own is not None else "scene.blend")
    began = time.monotonic()
    try:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(copy), copy=True, check_existing=False, compress=False
        )
    except RuntimeError as error:
        raise Unavailable(
            f"The copy to render from cannot be saved: {str(error).strip()}"
        ) from None
    warnings = []
    if (bytes_saved := copy.stat().st_size) > _LARGE_COPY:
        seconds = time.monotonic() - began
        warnings.append(
            Phrase(
                "The copy to render from has {size}; saving it took {seconds:.0f} s.",
                size=_megabytes(bytes_saved),
                seconds=seconds,
            )
        )
    unsaved = [
        each.name for each in bpy.data.images if each.is_dirty and each.type not in _NO_FILES
    ]
    if unsaved:
        more = ", …" if len(unsaved) > _NAMED else ""
        warnings.append(
            Phrase(
                "These images hold changes that are not saved and are rendered without them: "
                "{names}. Save or pack them.",
                names=f"{', '.join(unsaved[:_NAMED])}{more}",
            )
        )
    if own is not None and (caches := own.parent / f"blendcache_{own.stem}").is_dir():
        try:
            (folder / caches.name).symlink_to(caches, target_is_directory=True)
        except OSError:
            warnings.append(Phrase("Physics that is baked to disk is reckoned anew."))
    return copy, warnings


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB"
