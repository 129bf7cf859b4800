"""The log of calls for a person, and a report of our own faults."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from . import runtime, timer
from .words import rpt

Context = bpy.types.Context


class SCENE_CHAT_OT_log_export(bpy.types.Operator):
    """Write the whole log to a file, one JSON object a line"""

    bl_idname = "scene_chat.log_export"
    bl_label = "Export Log"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH")
    filter_glob: StringProperty(default="*.jsonl", options={"HIDDEN"})

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        self.filepath = f"scene-chat-log-{datetime.now():%Y-%m-%d}.jsonl"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        try:
            count = here.audit.export(Path(bpy.path.abspath(self.filepath)))
        except OSError as error:
            file, why = self.filepath, error.strerror or error
            self.report({"ERROR"}, rpt("{file} cannot be written: {why}.", file=file, why=why))
            return {"CANCELLED"}
        self.report({"INFO"}, rpt("Exported {count:,} entries", count=count))
        return {"FINISHED"}


class SCENE_CHAT_OT_log_copy(bpy.types.Operator):
    """Copy this entry to the clipboard, with its arguments and what came of it"""

    bl_idname = "scene_chat.log_copy"
    bl_label = "Copy Entry"
    bl_options = {"INTERNAL"}

    place: IntProperty()
    """Among those that are shown, 0 for the newest."""

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        entries = here.audit.entries(here.panel.search)
        if not 0 <= self.place < len(entries):
            return {"CANCELLED"}
        context.window_manager.clipboard = entries[self.place].line(indent=2)
        self.report({"INFO"}, "Copied the entry")
        return {"FINISHED"}


class SCENE_CHAT_OT_log_clear(bpy.types.Operator):
    """Empty the list; the files of the log keep all of it"""

    bl_idname = "scene_chat.log_clear"
    bl_label = "Clear Log"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.audit.clear()
        here.panel.search = ""
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_report_copy(bpy.types.Operator):
    """Copy what went wrong to the clipboard, for a bug report: versions and tracebacks, no keys"""

    bl_idname = "scene_chat.report_copy"
    bl_label = "Copy Report"
    bl_options = {"INTERNAL"}

    with_prompt: BoolProperty(
        name="Include My Last Message",
        description="Also what you wrote last; else nothing of the conversation is in the report",
    )

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        return set(context.window_manager.invoke_props_dialog(self, confirm_text="Copy"))

    def execute(self, context: Context) -> set[str]:
        context.window_manager.clipboard = report(with_prompt=self.with_prompt)
        self.report({"INFO"}, "Copied the report")
        return {"FINISHED"}


class SCENE_CHAT_OT_report_dismiss(bpy.types.Operator):
    """Hide this until something fails again"""

    bl_idname = "scene_chat.report_dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        runtime.current().faults.dismiss()
        timer.redraw()
        return {"FINISHED"}


def report(*, with_prompt: bool) -> str:
    """Return what a bug report needs: versions, platform, tracebacks.

    Keys are taken out, and the person's home folder, which holds their name.

    Args:
        with_prompt: Whether what they wrote last is in it.
    """
    import platform  # enabling the extension need not take its time

    here = runtime.current()
    lines = [
        f"Scene Chat {here.server.about.extension_text}, Blender {bpy.app.version_string}, "
        f"Python {sys.version.split()[0]}, {platform.platform()}",
    ]
    if with_prompt and here.chat.turns:
        lines.append(f"Last message: {here.chat.turns[-1].prompt}")
    for fault in here.faults.known:
        when = datetime.fromtimestamp(fault.at).isoformat(timespec="seconds")
        times = f", {fault.times} times" if fault.times > 1 else ""
        lines += ["", f"In {fault.where}, {when}{times}:", fault.traceback.rstrip()]
    return here.secrets.clean("\n".join(lines).replace(str(Path.home()), "~"))


CLASSES = (
    SCENE_CHAT_OT_log_export,
    SCENE_CHAT_OT_log_copy,
    SCENE_CHAT_OT_log_clear,
    SCENE_CHAT_OT_report_copy,
    SCENE_CHAT_OT_report_dismiss,
)
