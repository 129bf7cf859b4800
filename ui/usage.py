"""How full the model's window is and what was spent: a word in the panel, the rest in its popover."""

from __future__ import annotations

import bpy

from ..chat.money import in_words
from ..operators import runtime
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from .lines import lines
from .text import Metrics

_UNITS = 14


class SCENE_CHAT_PT_usage(bpy.types.Panel):
    """How much of the model's context window is used, and what it cost"""

    bl_label = "Usage"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = _UNITS

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        here = runtime.current()
        layout = self.layout
        meter = here.chat.history.meter
        layout.label(text="Context Window")
        share = min(1.0, meter.share)
        words = "—"
        if meter.window:
            words = iface("{used:,} of {all:,} tokens", used=meter.used, all=meter.window)
        layout.progress(factor=share, text=words, translate=False)
        if here.chat.history.conversation.summary:
            layout.operator("scene_chat.show_summary")
        layout.operator("scene_chat.show_request")
        layout.separator()
        layout.label(text="Cost")
        turns = here.chat.turns
        _row(
            layout,
            Phrase("This Message"),
            _spent(turns[-1].cost, turns[-1].estimated) if turns else "—",
        )
        _row(
            layout, Phrase("This Chat"), _spent(here.chat.history.cost, here.chat.history.estimated)
        )
        _row(layout, Phrase("Today"), _spent(here.chat.ledger.today() or None, False))
        if here.preferences is not None:
            column = layout.column()
            column.use_property_split = True
            column.use_property_decorate = False
            column.prop(here.preferences, "turn_limit", text="Message Limit ($)")
            column.prop(here.preferences, "day_limit", text="Day Limit ($)")


def draw(row: bpy.types.UILayout) -> None:
    """Draw the word that opens the popover, at the row's right end."""
    words = _in_short()
    if not words:
        return
    right = row.row()
    right.alignment = "RIGHT"
    right.emboss = "NONE"
    right.popover("SCENE_CHAT_PT_usage", text=words, translate=False)


def question(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw what the person has to say yes or no to before the turn goes on."""
    words = runtime.current().chat.question
    if not words:
        return
    box = layout.box()
    lines(box, words, metrics, icon="QUESTION", boxes=1)
    row = box.column(align=True) if metrics.narrow else box.row(align=True)
    row.operator("scene_chat.go_on", icon="CHECKMARK").yes = True
    row.operator("scene_chat.go_on", text="Stop Here", icon="X").yes = False


def _in_short() -> str:
    """Return how full the window is and what the chat has cost, such as "6 % · $0.031", or ""."""
    history = runtime.current().chat.history
    parts = [f"{history.meter.share:.0%}".replace("%", "\u2009%")] if history.meter.used else []
    if history.cost:
        parts.append(in_words(history.cost, estimated=history.estimated))
    return " · ".join(parts)


def _row(layout: bpy.types.UILayout, name: str, value: str) -> None:
    split = layout.split(factor=0.5)
    split.label(text=shown(name), translate=False)
    right = split.row()
    right.alignment = "RIGHT"
    right.label(text=value, translate=False)


def _spent(cost: float | None, estimated: bool) -> str:
    return in_words(cost, estimated=estimated) or "—"
