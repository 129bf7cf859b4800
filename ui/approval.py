"""The card that asks the person whether a call may go on: what, why, the code, and three answers."""

from __future__ import annotations

import bpy

from ..operators import runtime
from ..tools.gate import Approval
from ..tools.registry import Effect
from . import state
from .text import Metrics, wrap
from .turns import LINE, lines

_CODE_LINES = 12
_WANTS = {
    Effect.READS: "wants to look at the scene",
    Effect.EDITS: "wants to change the scene",
    Effect.FILES: "wants to use a file",
    Effect.CODE: "wants to run code that can reach beyond the scene",
}


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the oldest request that waits; the next one follows when it is answered."""
    waiting = runtime.current().gate.waiting
    if not waiting:
        return
    oldest = waiting[0]
    box = layout.box()
    request = oldest.request
    who = "The model" if request.origin.caller == "chat" else request.origin.name
    column = lines(
        box, f"{who} {_WANTS[request.assessment.effect]}.", metrics, icon="QUESTION", boxes=1
    )
    for finding in request.assessment.findings:
        lines(
            box,
            f"•\u2009{finding[:1].upper()}{finding[1:]}",
            metrics,
            boxes=1,
            dim=True,
            column=column,
        )
    _code(box, context, oldest, metrics)
    _answers(box, oldest, metrics)
    if len(waiting) > 1:
        row = box.row()
        row.active = False
        row.label(text=f"{len(waiting) - 1} more to answer", translate=False)


def _code(
    box: bpy.types.UILayout, context: bpy.types.Context, approval: Approval, metrics: Metrics
) -> None:
    code = state.code_of(approval)
    if not code:
        return
    count = code.count("\n") + 1
    if state.HAS_TEXTBOX:
        fields = getattr(context.window_manager, state.NAME)
        box.textbox(fields, "asked_code", initial_visible_lines=min(max(count, 2), _CODE_LINES))
        return
    column = box.box().column(align=True)
    column.scale_y = LINE
    shown = [
        line
        for source in code.splitlines()[:_CODE_LINES]
        for line in wrap(source, metrics.room(boxes=2), metrics.font)
    ]
    for line in shown:
        bare = line.lstrip()
        # Blender trims blanks at a label's beginning, but not en spaces.
        column.label(text="\u2002" * (len(line) - len(bare)) + bare, translate=False)
    if count > _CODE_LINES:
        column.label(text=f"… {count - _CODE_LINES} more lines", translate=False)


def _answers(box: bpy.types.UILayout, approval: Approval, metrics: Metrics) -> None:
    column = box.column(align=True)
    once = column.operator("scene_chat.allow", text="Allow Once", icon="CHECKMARK")
    once.number = approval.number
    session = column.operator("scene_chat.allow", text="Allow for This Session")
    session.number, session.for_session = approval.number, True
    column.operator("scene_chat.deny", text="Deny", icon="X").number = approval.number
