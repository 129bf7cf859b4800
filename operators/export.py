"""The chat as a Python script that repeats its scene work: into a file, or the Text Editor."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from . import runtime
from .chats import ensure_ending, proposed_path
from .code import text_of
from .editor import show
from .words import rpt, shown

Context = bpy.types.Context


class SCENE_CHAT_OT_export_script(bpy.types.Operator):
    """Save a Python script that repeats what this chat did to the scene, without a model and without this extension"""

    bl_idname = "scene_chat.export_script"
    bl_label = "Export as Python Script"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    filter_glob: StringProperty(default="*.py", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: Context) -> bool:
        return bool(runtime.current().chat.turns)

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if not self.filepath:
            self.filepath = proposed_path(".py")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, context: Context) -> bool:
        """While the file browser is open: the name gets its ending."""
        return ensure_ending(self, ".py")

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        path = Path(bpy.path.abspath(bpy.path.ensure_ext(self.filepath, ".py")))
        if (text := _script(self)) is None:
            return {"CANCELLED"}
        try:
            path.write_text(text, "utf-8", newline="\n")
        except OSError as error:
            why = error.strerror or error
            self.report({"ERROR"}, rpt("{file} cannot be written: {why}.", file=path, why=why))
            return {"CANCELLED"}
        size = len(text) // 1000
        self.report({"INFO"}, rpt("Exported {file}, {size:,} kB", file=path.name, size=size))
        return {"FINISHED"}


class SCENE_CHAT_OT_script_in_editor(bpy.types.Operator):
    """Show in the Text Editor a Python script that repeats what this chat did to the scene. The text is saved with the file unless you remove it"""

    bl_idname = "scene_chat.script_in_editor"
    bl_label = "Open Python Script in Text Editor"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        return bool(runtime.current().chat.turns)

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        if (text := _script(self)) is None:
            return {"CANCELLED"}
        show(text_of(Path(proposed_path(".py")).name, text))
        return {"FINISHED"}


def _script(operator: bpy.types.Operator) -> str | None:
    """Return the script of the chat; None, once the person was told why there is none."""
    # At first need: it takes pydantic along.
    from ..chat.python_script import About, NothingToRepeat, python_script

    here = runtime.current()
    turns = here.chat.turns
    about = About(
        title=here.chat.history.about.name,
        when=date.today().isoformat(),
        extension=here.server.about.extension_text,
        blender=bpy.app.version_string,
        file=bpy.data.filepath,
    )
    undone = here.scene.undone({turn.number: turn.title for turn in turns})
    try:
        return python_script(turns, here.calls.registry, about, undone, here.secrets.clean)
    except NothingToRepeat as nothing:
        operator.report({"WARNING"}, shown(str(nothing)))
        return None


CLASSES = (SCENE_CHAT_OT_export_script, SCENE_CHAT_OT_script_in_editor)
