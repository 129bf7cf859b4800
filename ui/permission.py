"""Who may do what unasked: the choice in the panel, the tools with rules of their own, the table."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..operators import runtime
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from ..tools.registry import Effect
from ..tools.rules import CALLERS, Caller, Decision
from . import state
from .text import Metrics, shortened

_ICONS = {Decision.ALLOW: "UNLOCKED", Decision.ASK: "QUESTION", Decision.DENY: "LOCKED"}
_WORDS = {
    Decision.ALLOW: Phrase("always allowed"),
    Decision.ASK: Phrase("always asks"),
    Decision.DENY: Phrase("always denied"),
}
_FOR_NOW = Phrase("allowed for now")
"""Until Blender is closed. Nothing but this can be said of a session."""
_EFFECTS = {
    Effect.READS: Phrase("Look at the Scene"),
    Effect.EDITS: Phrase("Change the Scene"),
    Effect.FILES: Phrase("Read and Write Files"),
    Effect.CODE: Phrase("Run Any Code"),
}


def tools(layout: bpy.types.UILayout, caller: Caller) -> None:
    """Draw the tools with a rule of their own, each with the cross that takes it back."""
    metrics = Metrics.of(bpy.context)
    for name, (decision, for_session) in runtime.current().gate.rules.tools(caller).items():
        row = layout.row()
        words = name  # a narrow sidebar has room for no more; the icon says the rest
        if not metrics.narrow:
            words += f" · {iface(_FOR_NOW if for_session else _WORDS[decision])}"
        row.label(
            text=shortened(words, metrics.room(2.4), metrics.font),
            icon=_ICONS[decision],
            translate=False,
        )
        forget = row.operator("scene_chat.tool_rule_forget", text="", icon="X", emboss=False)
        forget.caller, forget.tool = caller, name


def table(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw all rules, for Blender's Preferences."""
    fields = state.fields(context)
    grid = layout.column(align=True)
    titles = [("label", Phrase("Chat")), ("label", Phrase("External Clients"))]
    _row(grid, Phrase("Permission"), titles, fields)
    _row(grid, Phrase("Preset"), [("prop", f"{caller}_preset") for caller in CALLERS], fields)
    for effect, words in _EFFECTS.items():
        _row(grid, words, [("prop", state.rule_of(caller, effect)) for caller in CALLERS], fields)
    columns = layout.split(factor=0.4)
    add = columns.row()
    add.operator("scene_chat.tool_rule", text="Rule for a Tool…", icon="ADD")
    right = columns.row()
    for caller in CALLERS:
        tools(right.column(align=True), caller)


def _row(
    layout: bpy.types.UILayout, title: str, cells: Sequence[tuple[str, str]], fields: object
) -> None:
    split = layout.split(factor=0.4)
    left = split.row()
    left.alignment = "RIGHT"
    left.label(text=shown(title), translate=False)
    right = split.row()
    for kind, what in cells:
        if kind == "label":
            right.label(text=shown(what), translate=False)
        else:
            right.prop(fields, what, text="")
