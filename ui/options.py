"""The popover of what is asked for beside the model: effort, the way of tool calls, instructions."""

from __future__ import annotations

import bpy

from ..operators import instructions, runtime
from . import state

_UNITS = 16
_SHORT = 3
"""Lines of the field for the instructions."""


class SCENE_CHAT_PT_options(bpy.types.Panel):
    """How the model is asked"""

    bl_label = "Options"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = _UNITS

    def draw(self, context: bpy.types.Context) -> None:
        """Draw them."""
        here = runtime.current()
        layout = self.layout
        if here.preferences is None:
            return
        _effort(layout, here)
        _instructions(layout, here)
        layout.separator()
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(here.preferences, "fallbacks", placeholder="None")
        column.prop(here.preferences, "window")
        column.prop(here.preferences, "calls_as_json")


def _effort(layout: bpy.types.UILayout, here: runtime.Runtime) -> None:
    """The model's own degrees of it, where it has any."""
    info = here.model_info()
    efforts = info.efforts if info else ()
    if not efforts:
        return
    layout.label(text="Reasoning Effort")
    row = layout.row(align=True)
    for effort in ("", *efforts):
        words = effort.replace("_", " ").title() or "Auto"
        now = here.preferences.effort == effort
        row.operator("scene_chat.effort", text=words, depress=now).effort = effort


def _instructions(layout: bpy.types.UILayout, here: runtime.Runtime) -> None:
    layout.label(text="Instructions for Every File")
    hint = "Such as: work in centimetres"
    if state.HAS_TEXTBOX:
        layout.textbox(
            here.preferences, "instructions", initial_visible_lines=_SHORT, placeholder=hint
        )
    else:
        layout.prop(here.preferences, "instructions", text="", placeholder=hint)
    row = layout.row()
    row.label(text="Instructions of This File")
    words = instructions.of_file()
    buttons = row.row(align=True)
    buttons.alignment = "RIGHT"
    buttons.operator("scene_chat.instructions_edit", text="Edit" if words else "Write")
    if not words:
        return
    if instructions.agreed(words):
        _dim(layout, "In use", "CHECKMARK")
    else:
        _dim(layout, "Not used until you agree to these words", "INFO")
        layout.operator("scene_chat.instructions_use", text="Use This File's Instructions")


def _dim(layout: bpy.types.UILayout, words: str, icon: str) -> None:
    row = layout.row()
    row.active = False
    row.label(text=words, icon=icon)
