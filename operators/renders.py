"""What the panel's buttons do to renders in the background."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import IntProperty

from . import runtime, timer

Context = bpy.types.Context


class SCENE_CHAT_OT_render_cancel(bpy.types.Operator):
    """End this render; the frames that are finished stay"""

    bl_idname = "scene_chat.render_cancel"
    bl_label = "Cancel Render"
    bl_options = {"INTERNAL"}

    number: IntProperty()

    def execute(self, context: Context) -> set[str]:
        job = runtime.current().renders.get(self.number)
        if job is None:
            return {"CANCELLED"}
        job.cancel()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_render_open(bpy.types.Operator):
    """Open what was rendered with the system's own program for it, or the folder of an animation"""

    bl_idname = "scene_chat.render_open"
    bl_label = "Open"
    bl_options = {"INTERNAL"}

    number: IntProperty()

    def execute(self, context: Context) -> set[str]:
        job = runtime.current().renders.get(self.number)
        if job is None or not job.files:
            return {"CANCELLED"}
        first = Path(job.files[0])
        return set(
            bpy.ops.wm.path_open(filepath=str(first if len(job.files) == 1 else first.parent))
        )


class SCENE_CHAT_OT_render_dismiss(bpy.types.Operator):
    """Take this render off the list; its files stay"""

    bl_idname = "scene_chat.render_dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    number: IntProperty()

    def execute(self, context: Context) -> set[str]:
        runtime.current().renders.dismiss(self.number)
        timer.redraw()
        return {"FINISHED"}


CLASSES = (
    SCENE_CHAT_OT_render_cancel,
    SCENE_CHAT_OT_render_open,
    SCENE_CHAT_OT_render_dismiss,
)
