"""The shortcut that opens a line to write in, anywhere in Blender. Main thread."""

from __future__ import annotations

import bpy

from . import runtime

Context = bpy.types.Context

PANEL = "SCENE_CHAT_PT_popup"
_key: tuple[bpy.types.KeyMap, bpy.types.KeyMapItem] | None = None


class SCENE_CHAT_OT_popup(bpy.types.Operator):
    """Write a message to the model, wherever you are"""

    bl_idname = "scene_chat.popup"
    bl_label = "Scene Chat"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool or bpy.app.background:
            return {"CANCELLED"}
        bpy.ops.wm.call_panel(name=PANEL)
        return {"FINISHED"}


def register() -> None:
    """Give it a key, which can be changed: no default key map of 4.2 to 5.2 uses Ctrl+Return."""
    global _key
    keys = bpy.context.window_manager.keyconfigs.addon
    if keys is None:  # without a window
        return
    keymap = keys.keymaps.new(name="Window", space_type="EMPTY")
    item = keymap.keymap_items.new(SCENE_CHAT_OT_popup.bl_idname, "RET", "PRESS", ctrl=True)
    _key = keymap, item


def unregister() -> None:
    """Take the key away again."""
    global _key
    if _key is not None:
        _key[0].keymap_items.remove(_key[1])
        _key = None


def key() -> tuple[bpy.types.KeyMap, bpy.types.KeyMapItem] | None:
    """Return the key as the person has it, to be shown where it can be changed; None without one."""
    keys = bpy.context.window_manager.keyconfigs.user
    keymap = keys.keymaps.get("Window") if keys is not None else None
    for item in keymap.keymap_items if keymap is not None else ():
        if item.idname == SCENE_CHAT_OT_popup.bl_idname:
            return keymap, item
    return None


CLASSES = (SCENE_CHAT_OT_popup,)
