"""The popover of what is asked for beside the model: effort, the way of tool calls, instructions."""

from __future__ import annotations

import bpy

from ..operators import instructions, runtime
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from . import state

_UNITS = 16
_SHORT = 3
"""Lines of the field for the instructions."""
_HINT = "Such as: work in centimetres"


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
        words = effort.replace("_", " ").title() or iface(
            "Auto"
        )  # the model's own words, but "Auto"
        now = here.preferences.effort == effort
        chooses = row.operator("scene_chat.effort", text=words, depress=now, translate=False)
        chooses.effort = effort


def _instructions(layout: bpy.types.UILayout, here: runtime.Runtime) -> None:
    layout.label(text="Instructions for Every File")
    if state.HAS_TEXTBOX:
        layout.textbox(
            here.preferences, "instructions", initial_visible_lines=_SHORT, placeholder=_HINT
        )
    else:
        layout.prop(here.preferences, "instructions", text="", placeholder=_HINT)
    row = layout.row()
    row.label(text="Instructions of This File")
    words = instructions.of_file()
    buttons = row.row(align=True)
    buttons.alignment = "RIGHT"
    buttons.operator("scene_chat.instructions_edit", text="Edit" if words else "Write")
    if not words:
        return
    if instructions.agreed(words):
        _dim(layout, Phrase("In use"), "CHECKMARK")
    else:
        _dim(layout, Phrase("Not used until you agree to these words"), "INFO")
        layout.operator("scene_chat.instructions_use", text="Use This File's Instructions")


def _dim(layout: bpy.types.UILayout, words: str, icon: str) -> None:
    row = layout.row()
    row.active = False
    row.label(text=shown(words), icon=icon, translate=False)
