"""The log: what was done to the scene and to files, by whom, and with whose permission."""

from __future__ import annotations

import bpy

from ..operators import runtime
from ..operators.words import iface, shown
from ..tools.audit import Entry
from ..tools.phrase import Phrase
from . import state
from .lines import lines
from .text import Metrics, shortened

_MOST = 10


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the section; nothing before the first entry."""
    here = runtime.current()
    if not (here.audit.latest or here.audit.refused):
        return
    header, body = layout.panel("SCENE_CHAT_PT_log", default_closed=True)
    header.label(text="Log")
    if body is None:
        return
    row = body.row(align=True)
    row.prop(state.fields(context), "search", text="", icon="VIEWZOOM")
    row.operator("scene_chat.log_export", text="", icon="EXPORT")
    row.operator("scene_chat.log_clear", text="", icon="TRASH")
    entries = here.audit.entries(here.panel.search)
    for place, entry in enumerate(entries[:_MOST]):
        _entry(body, place, entry, metrics)
    if len(entries) > _MOST:
        left = len(entries) - _MOST
        words = iface("and {count:,} earlier; Export writes all", count=left)
        lines(body, words, metrics, dim=True)
    elif not entries:
        lines(body, Phrase("No entry holds these words"), metrics, dim=True)


def _entry(layout: bpy.types.UILayout, place: int, entry: Entry, metrics: Metrics) -> None:
    row = layout.row()
    text = f"{entry.at[11:19]}  {entry.tool or entry.who}"
    icon = "CHECKMARK" if entry.ok else "ERROR"
    row.label(text=shortened(text, metrics.room(2.4), metrics.font), icon=icon, translate=False)
    row.operator("scene_chat.log_copy", text="", icon="COPYDOWN", emboss=False).place = place
    said = entry.receipt if entry.ok else entry.error
    how = shown(entry.permission)
    how = f"{how[:1].upper()}{how[1:]}."
    told = f"{entry.who} · {how} {said}"
    lines(layout, told.rstrip(), metrics, icon="BLANK1", dim=True, most=3)
