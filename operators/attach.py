"""Pictures for the next message: from files, by drop, from the clipboard. Main thread."""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
from bpy.props import BoolProperty, CollectionProperty, IntProperty, StringProperty

from ..chat.attachments import NoPicture, media_type
from ..tools.phrase import Phrase, joined
from ..tools.picture import Picture
from . import runtime, timer
from .words import shown

Context = bpy.types.Context

_LONGER_SIDE = 1568
"""Pixels: what providers make larger ones to."""
_MOST_BYTES = 4_000_000
"""Of a picture as it is sent; some providers refuse 5 MB."""
_AT_ONCE = 8
_EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp")


def read(path: Path) -> Picture:
    """Return a file as it is sent, made smaller where that loses nothing for a model.

    Raises:
        NoPicture: it is none, too large, or broken.
    """
    import imbuf

    media = media_type(path)
    try:
        pixels = imbuf.load(str(path))
    except (OSError, ValueError):
        raise NoPicture(
            Phrase("{file} is broken: Blender cannot read it either.", file=path.name)
        ) from None
    try:
        data = path.read_bytes()
        width, height = pixels.size
        while max(width, height) > _LONGER_SIDE or len(data) > _MOST_BYTES:
            factor = min(_LONGER_SIDE / max(width, height), 0.7 if len(data) > _MOST_BYTES else 1)
            width, height = max(1, round(width * factor)), max(1, round(height * factor))
            pixels.resize((width, height), method="BILINEAR")
            with tempfile.TemporaryDirectory(dir=bpy.app.tempdir) as folder:
                file = Path(folder) / f"picture{path.suffix}"
                imbuf.write(pixels, filepath=str(file))
                data = file.read_bytes()
    finally:
        pixels.free()
    return Picture(data, media, width, height, path.name)


def attach(paths: list[Path]) -> str:
    """Attach pictures to the next message; return what was wrong with some, or ""."""
    here = runtime.current()
    problems = []
    for path in paths:
        if len(here.panel.pictures) >= _AT_ONCE:
            problems.append(Phrase("A message takes {count} pictures at most.", count=_AT_ONCE))
            break
        try:
            here.panel.pictures.append(read(path))
        except NoPicture as problem:
            problems.append(str(problem))
    timer.redraw()
    return joined(" ", problems)


class SCENE_CHAT_OT_attach(bpy.types.Operator):
    """Attach pictures to the message: PNG, JPEG or WebP. They can be dropped on the panel, too"""

    bl_idname = "scene_chat.attach"
    bl_label = "Attach Pictures"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE"})
    filter_image: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN", "SKIP_SAVE"})

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if self.files:  # dropped
            return self.execute(context)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        names = [each.name for each in self.files if each.name]
        paths = [Path(self.directory) / name for name in names] or [Path(self.filepath)]
        if problem := attach(paths):
            self.report({"WARNING"}, shown(problem))
        return {"FINISHED"}


class SCENE_CHAT_OT_detach(bpy.types.Operator):
    """Take this picture off the message"""

    bl_idname = "scene_chat.detach"
    bl_label = "Remove Picture"
    bl_options = {"INTERNAL"}

    place: IntProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or not 0 <= self.place < len(here.panel.pictures):
            return {"CANCELLED"}
        del here.panel.pictures[self.place]
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_attach_clipboard(bpy.types.Operator):
    """Attach the picture that was copied to the clipboard"""

    bl_idname = "scene_chat.attach_clipboard"
    bl_label = "Attach Picture from Clipboard"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        if (image := _pasted(context)) is None:
            self.report(
                {"WARNING"},
                "The clipboard holds no picture that Blender can read. Save it as a file and drop "
                "that on this panel",
            )
            return {"CANCELLED"}
        try:
            with tempfile.TemporaryDirectory(dir=bpy.app.tempdir) as folder:
                file = Path(folder) / "Clipboard.png"
                image.file_format = "PNG"
                image.save(filepath=str(file))
                problem = attach([file])
        finally:
            bpy.data.images.remove(image)
        if problem:
            self.report({"WARNING"}, shown(problem))
        return {"FINISHED"}


def image_editor(context: Context) -> tuple[bpy.types.Window, bpy.types.Area] | None:
    """Return an Image Editor that is open, if one is: Blender pastes pictures there only."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "IMAGE_EDITOR":
                return window, area
    return None


def _pasted(context: Context) -> bpy.types.Image | None:
    """The clipboard's picture as an image of the file, to be removed; None where there is none."""
    if (found := image_editor(context)) is None:
        return None
    window, area = found
    space = area.spaces.active
    shown, before = space.image, set(bpy.data.images)
    region = next(each for each in area.regions if each.type == "WINDOW")
    with context.temp_override(window=window, area=area, region=region):
        try:
            bpy.ops.image.clipboard_paste()
        except RuntimeError:  # no picture in it
            return None
    space.image = shown
    return next(iter(set(bpy.data.images) - before), None)


class SCENE_CHAT_FH_pictures(bpy.types.FileHandler):
    """Pictures that are dropped on the panel go with the message."""

    bl_idname = "SCENE_CHAT_FH_pictures"
    bl_label = "Attach to Message"
    bl_import_operator = "scene_chat.attach"
    bl_file_extensions = ";".join(_EXTENSIONS)

    @classmethod
    def poll_drop(cls, context: Context) -> bool:
        """Return whether the pointer is over the panel."""
        region = context.region
        return (
            region is not None
            and region.type == "UI"
            and region.active_panel_category == timer.CATEGORY
        )


CLASSES = (
    SCENE_CHAT_OT_attach,
    SCENE_CHAT_OT_detach,
    SCENE_CHAT_OT_attach_clipboard,
    SCENE_CHAT_FH_pictures,
)
