"""The chat in the 3D Viewport's sidebar, from top to bottom: composer, approval, renders, turns, port, log.

Only draws. The composer comes first, and what may fail comes after it under guard: one drawing
without the field would end the writing in it, and lose what was written.
"""

from __future__ import annotations

import bpy

from ..chat.turns import Turn
from ..operators import runtime
from ..operators.timer import CATEGORY
from . import (
    approval,
    clients,
    log,
    models,
    permission,
    recovery,
    renders,
    sign_in,
    state,
    turns,
    usage,
)
from .text import Metrics

_NARROW = 200
"""Pixels at scale 1."""
_HINT = "Ask, or say what to build…"


class SCENE_CHAT_PT_chat(bpy.types.Panel):
    """The one panel; its parts are sections of its layout."""

    bl_label = "Scene Chat"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = CATEGORY

    def draw_header_preset(self, context: bpy.types.Context) -> None:
        """Draw the button that opens the preferences; a narrow sidebar has no room beside the title."""
        if context.region.width < _NARROW * context.preferences.system.ui_scale:
            return
        row = self.layout.row()
        row.emboss = "NONE"
        settings = row.operator("preferences.addon_show", text="", icon="PREFERENCES")
        settings.module = runtime.current().package

    def draw(self, context: bpy.types.Context) -> None:
        """Draw all of it."""
        _composer(self.layout, context)
        try:
            _rest(self.layout, context, Metrics.of(context))
        except Exception as error:  # the panel stays, with the message that is being written
            here = runtime.current()
            here.faults.note("drawing the panel", error)
            row = self.layout.row()
            row.alert = True
            row.label(text=here.secrets.clean(f"This could not be drawn: {error}"), translate=False)


def _composer(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    fields = state.fields(context)
    column = layout.column(align=True)
    if state.HAS_TEXTBOX:
        column.textbox(fields, "draft", initial_visible_lines=3, placeholder=_HINT)
    else:
        column.prop(fields, "draft", text="", placeholder=_HINT)


def _rest(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    here = runtime.current()
    row = layout.row()
    if here.chat.running:
        row.operator("scene_chat.stop", icon="CANCEL")
        _phase(layout, here, here.chat.turns[-1])
    else:
        row.operator("scene_chat.send", icon="PLAY")
        usage.draw(row)
        _model(layout, context, here, metrics)
    permission.tools(layout, "chat")
    recovery.draw(layout, metrics)
    usage.question(layout, metrics)
    approval.draw(layout, context, metrics)
    renders.draw(layout, metrics)
    turns.draw(layout, context, metrics)
    clients.draw(layout, context, metrics)
    recovery.copies(layout, metrics)
    log.draw(layout, context, metrics)


def _phase(layout: bpy.types.UILayout, here: runtime.Runtime, turn: Turn) -> None:
    """What it is doing, in words, and for how long."""
    phase = turn.phase
    if any(each.request.origin.caller == "chat" for each in here.gate.waiting):
        phase = "Waiting for you"
    elif here.queue.held_back:
        phase = f"Waiting: {here.queue.held_back}"
    row = layout.row()
    row.active = False
    row.label(text=f"{phase}…", translate=False)
    turns.beside(row, f"{int(turn.elapsed)} s")


def _model(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    here: runtime.Runtime,
    metrics: Metrics,
) -> None:
    """Which model will be asked, and what it may; or what is missing before one can be asked, with
    the way to mend it."""
    settings = here.settings()
    problem = settings.problem()
    row = layout.row(align=True)
    models.chooser(row, settings, metrics)
    row.popover("SCENE_CHAT_PT_options", text="", icon="OPTIONS")
    row = layout.column(align=True) if metrics.narrow else layout.row(align=True)
    row.prop(here.preferences, "mode", text="")
    if settings.mode == "agent":
        row.prop(state.fields(context), "chat_preset", text="")
    signs_in = sign_in.wanted(settings)
    if signs_in and not settings.needs_online_access:
        sign_in.draw(layout.box(), metrics)
        return
    if not problem:
        models.warning(layout, settings, metrics)
        sign_in.account(layout, settings, metrics)
        return
    box = layout.box()
    turns.lines(box, problem, metrics, icon="INFO", boxes=1)
    if settings.needs_online_access:
        fix = box.operator(
            "screen.userpref_show", text="Open System Preferences", icon="PREFERENCES"
        )
        fix.section = "SYSTEM"
        if signs_in:
            sign_in.buttons(box)
    else:
        fix = box.operator("preferences.addon_show", text="Open Preferences", icon="PREFERENCES")
        fix.module = here.package
