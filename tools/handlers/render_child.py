"""The second process that renders: `blender -b --python render_child.py -- ORDER.json`, or
`python render_child.py ORDER.json` with the bpy module.

Knows nothing of Scene Chat, which need not be enabled there. Each line of JSON on standard output
begins with a mark; see `tools/renders.py`. It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from pathlib import Path
from typing import Any

import bpy

_MARK = "scene_chat "
_PREVIEW = 800
"""Pixels of the preview's longer side."""
_PREVIEW_BYTES = 200_000
_CONTAINERS = {
    ".mp4": "MPEG4", ".mkv": "MKV", ".mov": "QUICKTIME", ".webm": "WEBM", ".avi": "AVI",
}  # fmt: skip
_SAMPLES = re.compile(r"Sample\s+(\d+)\s*/\s*(\d+)|(\d+)\s*/\s*(\d+)\s+samples", re.IGNORECASE)


def say(**what: object) -> None:
    # Whatever C code prints stands in a buffer of its own and may end in the midst of a line.
    sys.stdout.write(f"\n{_MARK}{json.dumps(what)}\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """Standard input ends when the Blender that asked for this is gone, however it went."""
    sys.stdin.buffer.read()
    os._exit(3)


def main(order: dict[str, Any]) -> int:
    """Render what is ordered; return the process's exit code."""
    bpy.ops.wm.open_mainfile(filepath=order["blend"], load_ui=False, use_scripts=order["scripts"])
    scene = bpy.data.scenes[order["scene"]]
    mute_file_outputs()
    set_up(scene, order)
    follow(scene, order["animation"])
    try:
        bpy.ops.render.render(
            scene=scene.name, animation=order["animation"], write_still=not order["animation"]
        )
    except RuntimeError as error:
        told = [line.strip().removeprefix("Error: ") for line in str(error).splitlines()]
        say(error=" ".join(dict.fromkeys(told)).strip())
        return 1
    preview(scene, Path(order["output"]).parent.parent / "preview.jpg")
    say(done=True)
    return 0


def set_up(scene: bpy.types.Scene, order: dict[str, Any]) -> None:
    render = scene.render
    render.filepath = order["output"]
    render.use_file_extension, render.use_overwrite, render.use_placeholder = True, True, False
    set_format(render, order["format"])
    if order["format"] == "FFMPEG":
        set_container(render.ffmpeg, Path(order["output"]).suffix)
    if order["animation"]:
        scene.frame_start, scene.frame_end = order["frames"]
        scene.frame_step = 1
    else:
        scene.frame_set(order["frames"][0])
    if order["percentage"] is not None:
        render.resolution_percentage = order["percentage"]
    if order["samples"] is not None:
        if hasattr(scene, "cycles") and str(render.engine) == "CYCLES":
            scene.cycles.samples = order["samples"]
        else:
            scene.eevee.taa_render_samples = order["samples"]


def set_format(render: bpy.types.RenderSettings, name: str) -> None:
    settings = render.image_settings
    if settings.file_format == name:
        return  # with all that is set for it, such as layers and codec
    if "media_type" in settings.bl_rna.properties:  # 5.0
        settings.media_type = "VIDEO" if name == "FFMPEG" else "IMAGE"
    settings.file_format = name


def set_container(film: bpy.types.FFmpegSettings, suffix: str) -> None:
    """Choose the container by the name that is wanted, and a codec that goes with it."""
    film.format = _CONTAINERS[suffix]
    if film.format == "WEBM":
        film.codec = "WEBM"
    elif film.codec in ("NONE", "WEBM"):
        film.codec = "H264"


def mute_file_outputs() -> None:
    """They write wherever their paths say; nobody was asked about that."""
    trees = [
        *bpy.data.node_groups,
        *(getattr(scene, "node_tree", None) for scene in bpy.data.scenes),
    ]
    muted = 0
    for tree in trees:
        for node in tree.nodes if tree is not None else ():
            if node.bl_idname == "CompositorNodeOutputFile" and not node.mute:
                node.mute = True
                muted += 1
    if muted:
        say(warning=f"{muted} File Output nodes of the compositor were left out.")


def follow(scene: bpy.types.Scene, animation: bool) -> None:
    """Have told what is rendered and written."""
    written = 0
    told = -1.0

    def frame(*_: object) -> None:
        nonlocal told
        told = 0.0
        say(frame=scene.frame_current)

    def wrote(*_: object) -> None:
        nonlocal written
        written += 1
        say(written=written)

    def stats(*given: object) -> None:
        nonlocal told
        text = next((each for each in given if isinstance(each, str)), "")
        if found := _SAMPLES.search(text):
            now, of = [int(each) for each in found.groups() if each]
            part = min(now / max(of, 1), 1.0)
            if part - told >= 0.01:
                told = part
                say(part=part)

    bpy.app.handlers.render_pre.append(frame)
    (bpy.app.handlers.render_write if animation else bpy.app.handlers.render_post).append(wrote)
    bpy.app.handlers.render_stats.append(stats)


def preview(scene: bpy.types.Scene, file: Path) -> None:
    """Save a small picture of what was rendered last. Without one the render is as good."""
    try:
        set_format(scene.render, "JPEG")
        bpy.data.images["Render Result"].save_render(str(file), scene=scene)
        image = bpy.data.images.load(str(file))
        width, height = image.size
        for longest in (_PREVIEW, _PREVIEW // 2):
            factor = min(1.0, longest / max(width, height))
            image.scale(max(1, round(width * factor)), max(1, round(height * factor)))
            image.save(filepath=str(file), quality=80)
            if file.stat().st_size <= _PREVIEW_BYTES:
                break
        say(preview=str(file), width=image.size[0], height=image.size[1])
    except Exception as error:
        say(no_preview=str(error))


if __name__ == "__main__":
    threading.Thread(target=end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the Blender that someone works in comes first
    try:
        code = main(json.loads(Path(sys.argv[-1]).read_text("utf-8")))
    except Exception as fault:
        say(error=f"{type(fault).__name__}: {fault}")
        code = 1
    sys.stdout.flush()
    os._exit(code)  # nothing is left to be done, and the thread waits for ever
