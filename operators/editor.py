"""Texts shown in Blender's Text Editor: the one that is open, else one in a window of its own."""

from __future__ import annotations

import bpy

from ..chat.request import as_text
from . import runtime

_REQUEST = "Scene Chat Request.json"
_SUMMARY = "Scene Chat Summary"


def show(text: bpy.types.Text) -> None:
    """Show a text of the file to the person. Main thread."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "TEXT_EDITOR":
                area.spaces.active.text = text
                area.tag_redraw()
                return
    if bpy.app.background or bpy.context.window is None:
        return
    before = set(bpy.context.window_manager.windows)
    bpy.ops.wm.window_new()
    for window in set(bpy.context.window_manager.windows) - before:
        area = window.screen.areas[0]
        area.type = "TEXT_EDITOR"
        area.spaces.active.text = text


def write(name: str, words: str) -> bpy.types.Text:
    """Return the text of that name, holding these words."""
    text = bpy.data.texts.get(name) or bpy.data.texts.new(name)
    text.from_string(words)
    text.cursor_set(0)
    return text


class SCENE_CHAT_OT_show_request(bpy.types.Operator):
    """Show in the Text Editor exactly what was sent to the model last, without the key. The text is saved with the file unless you remove it"""

    bl_idname = "scene_chat.show_request"
    bl_label = "Show Request"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return runtime.current().chat.request is not None

    def execute(self, context: bpy.types.Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or here.chat.request is None:
            return {"CANCELLED"}
        show(write(_REQUEST, here.secrets.clean(as_text(here.chat.request))))
        return {"FINISHED"}


class SCENE_CHAT_OT_show_summary(bpy.types.Operator):
    """Show in the Text Editor what the model is told of the messages that are no longer sent whole"""

    bl_idname = "scene_chat.show_summary"
    bl_label = "Show Summary"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return bool(runtime.current().chat.history.conversation.summary)

    def execute(self, context: bpy.types.Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        show(write(_SUMMARY, here.secrets.clean(here.chat.history.conversation.summary)))
        return {"FINISHED"}


CLASSES = (SCENE_CHAT_OT_show_request, SCENE_CHAT_OT_show_summary)
