"""The card that asks the person whether a call may go on: what, why, the code, and four answers."""

from __future__ import annotations

import json

import bpy

from ..operators import runtime
from ..operators.words import iface, shown
from ..tools.gate import Approval, Request
from ..tools.phrase import Phrase
from ..tools.plain import Secrets, plain
from ..tools.registry import Effect
from . import code as code_labels
from . import state
from .lines import lines
from .text import Metrics

_CODE_LINES = 12
"""That the field shows at once; it scrolls."""
_FINDINGS = 6
_ARGUMENT_LINES = 10
_WANTS = {
    Effect.READS: Phrase("{who} wants to look at the scene."),
    Effect.EDITS: Phrase("{who} wants to change the scene."),
    Effect.FILES: Phrase("{who} wants to use a file."),
    Effect.CODE: Phrase("{who} wants to run code that can reach beyond the scene."),
}


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the oldest request that waits; the next one follows when it is answered."""
    here = runtime.current()
    waiting = here.gate.waiting
    here.panel.asked = asked = waiting[0] if waiting else None
    if asked is None:
        return
    box = layout.box()
    request = asked.request
    who = Phrase("The model") if request.origin.caller == "chat" else request.origin.name
    what = iface(_WANTS[request.assessment.effect], who=who)
    column = lines(box, what, metrics, icon="QUESTION", boxes=1)
    found = map(shown, request.assessment.findings)
    findings = [each[:1].upper() + each[1:] for each in found]
    if (more := len(findings) - _FINDINGS) > 0:
        findings[_FINDINGS:] = [iface("And {count} more such things", count=more)]
    for finding in findings:
        lines(box, f"•\u2009{finding}", metrics, boxes=1, dim=True, most=3, column=column)
    if not state.code_of(asked):
        said = _arguments(request, here.secrets)
        lines(box, said, metrics, boxes=1, dim=True, most=_ARGUMENT_LINES, column=column)
    _code(box, context, asked, metrics)
    _answers(box, context, asked, metrics)
    if len(waiting) > 1:
        row = box.row()
        row.active = False
        more = iface("{count} more to answer", count=len(waiting) - 1)
        row.label(text=more, translate=False)


def _arguments(request: Request, secrets: Secrets) -> str:
    """The tool and what it is told, without what was left out: "set_object: names ["Light"], …"."""
    given = {
        name: plain(value, secrets)
        for name, value in request.arguments.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
    told = (f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in given.items())
    return f"{request.tool}: {', '.join(told)}" if given else request.tool


def _code(
    box: bpy.types.UILayout, context: bpy.types.Context, approval: Approval, metrics: Metrics
) -> None:
    code = state.code_of(approval)
    if not code:
        return
    if state.HAS_TEXTBOX:
        count = code.count("\n") + 1
        fields = state.fields(context)
        box.textbox(fields, "asked_code", initial_visible_lines=min(max(count, 2), _CODE_LINES))
        return
    code_labels.labels(box, code, metrics, boxes=2)
    box.operator("scene_chat.copy_code", icon="COPYDOWN")


def _answers(
    box: bpy.types.UILayout, context: bpy.types.Context, approval: Approval, metrics: Metrics
) -> None:
    column = box.column(align=True)
    session = Phrase("This Session") if metrics.narrow else Phrase("Allow for This Session")
    for how, text, icon in (
        ("once", Phrase("Allow Once"), "CHECKMARK"),
        ("session", session, "NONE"),
        ("always", Phrase("Always Allow"), "NONE"),
    ):
        allow = column.operator("scene_chat.allow", text=shown(text), icon=icon, translate=False)
        allow.number, allow.how = approval.number, how
    column = box.column(align=True)
    column.prop(state.fields(context), "reason", text="", placeholder="Why not, for the model")
    column.operator("scene_chat.deny", icon="X").number = approval.number
