"""The chat in the sidebars, from top to bottom: composer, approval, renders, turns, port, log.

Only draws. The composer comes first, and what may fail comes after it under guard: one drawing
without the field would end the writing in it, and lose what was written.
"""

from __future__ import annotations

import time

import bpy

from ..operators import runtime
from ..operators.timer import CATEGORY, EDITORS
from ..operators.words import iface
from ..tools.phrase import Phrase
from . import (
    approval,
    chats,
    clients,
    composer,
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
from .lines import lines
from .text import Metrics

_NARROW = 200
"""Pixels at scale 1."""


def _draw_header(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """Draw the buttons beside the title; a narrow sidebar has no room there."""
    if context.region.width < _NARROW * context.preferences.system.ui_scale:
        return
    row = panel.layout.row(align=True)
    row.emboss = "NONE"
    chats.buttons(row)
    settings = row.operator("preferences.addon_show", text="", icon="PREFERENCES")
    settings.module = runtime.current().package


def _draw(panel: bpy.types.Panel, context: bpy.types.Context) -> None:
    """Draw all of it."""
    began = time.perf_counter()
    composer.field(panel.layout, context)
    try:
        _rest(panel.layout, context, Metrics.of(context))
    except Exception as error:  # the panel stays, with the message that is being written
        here = runtime.current()
        here.faults.note(Phrase("drawing the panel"), error)
        row = panel.layout.row()
        row.alert = True
        words = iface("This could not be drawn: {error}", error=here.secrets.clean(str(error)))
        row.label(text=words, translate=False)
    runtime.current().timer.drawn(time.perf_counter() - began)


def _panel(editor: str, name: str) -> type:
    """Return the one panel of an editor's sidebar; its parts are sections of its layout."""
    return type(
        name,
        (bpy.types.Panel,),
        {
            "__doc__": "Talk to the scene",
            "bl_label": "Scene Chat",
            "bl_space_type": editor,
            "bl_region_type": "UI",
            "bl_category": CATEGORY,
            "draw_header_preset": _draw_header,
            "draw": _draw,
        },
    )


CLASSES = tuple(_panel(editor, name) for editor, name in EDITORS.items())


def _rest(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    here = runtime.current()
    composer.draw(layout, context, metrics)
    if context.region.width < _NARROW * context.preferences.system.ui_scale:
        chats.buttons(layout.row(align=True))
    if not here.chat.running:
        _model(layout, context, here, metrics)
    permission.tools(layout, "chat")
    chats.problems(layout, metrics)
    recovery.draw(layout, metrics)
    usage.question(layout, metrics)
    approval.draw(layout, context, metrics)
    renders.draw(layout, metrics)
    turns.draw(layout, context, metrics)
    clients.draw(layout, context, metrics)
    recovery.copies(layout, metrics)
    log.draw(layout, context, metrics)


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
    lines(box, problem, metrics, icon="INFO", boxes=1)
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
