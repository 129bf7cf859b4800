"""The turns of the chat, newest first: prompt, steps, answer, and what it took."""

from __future__ import annotations

import re

import bpy

from ..chat.money import in_words
from ..chat.turns import Said, Step, Turn
from ..operators import runtime
from . import state
from .text import Metrics, shortened, wrap

LINE = 0.8
"""The height of running text's lines, in buttons."""
_LONG_ERROR = 12
"""Lines of an error that are drawn: a script's may carry all that it printed."""
_CREDITS = "https://openrouter.ai/settings/credits"
_LONG_THOUGHT = 60
_LONG_ANSWER = 50_000
"""Characters of it that are looked at, more than its drawn lines can hold."""
_FENCE = re.compile(r"^\s*(```|~~~)")
_BOLD = re.compile(r"(?<![\w*])(\*\*|`)(?=\S)(.+?)(?<=\S)\1(?![\w*])")


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the newest turns, and a button for more."""
    here = runtime.current()
    fields = state.fields(context)
    shown = state.shown_turns()
    for place, turn in enumerate(shown):
        header, body = layout.panel_prop(fields, state.fold_of(place))
        title = shortened(turn.prompt, metrics.room(1.4), metrics.font)
        header.label(text=title, translate=False)
        if body is not None:
            _turn(body, turn, title, metrics)
            if turn.thoughts:
                _thoughts(body, turn, metrics)
            _end(body, turn, metrics, newest=place == 0)
    earlier = len(here.chat.turns) - len(shown)
    if earlier and here.panel.shown < state.FOLDS:
        layout.operator("scene_chat.show_earlier", text=f"Show {earlier} Earlier", translate=False)


def lines(
    layout: bpy.types.UILayout,
    text: str,
    metrics: Metrics,
    *,
    icon: str = "NONE",
    boxes: int = 0,
    dim: bool = False,
    alert: bool = False,
    most: int = 200,
    column: bpy.types.UILayout | None = None,
) -> bpy.types.UILayout:
    """Draw running text, wrapped; return the column it stands in, for more of it.

    Args:
        layout: Where the column is made, if none is given.
        text: With line ends where lines have to end.
        metrics: The region's.
        icon: Before the first line; the others are indented as far.
        boxes: How many boxes stand around it.
        dim: Whether it is of less weight.
        alert: Whether something is wrong.
        most: Lines that are drawn; what is left out shows as "…".
        column: An earlier one to go on in.
    """
    if column is None:
        column = layout.column(align=True)
        column.scale_y = LINE
    part = column.column(align=True)
    part.active = not dim
    part.alert = alert
    indent = 1.4 if icon != "NONE" else 0.0
    wrapped = wrap(text, metrics.room(indent, boxes), metrics.font, most + 1)
    for number, line in enumerate(wrapped[:most]):
        before = icon if not number else "BLANK1" if indent else "NONE"
        part.label(text=line, icon=before, translate=False)
    if len(wrapped) > most:
        part.label(text="…", translate=False)
    return column


def beside(row: bpy.types.UILayout, text: str) -> None:
    """Draw a word or two of less weight at the row's right end."""
    right = row.row()
    right.alignment = "RIGHT"
    right.active = False
    right.label(text=text, translate=False)


def _turn(layout: bpy.types.UILayout, turn: Turn, title: str, metrics: Metrics) -> None:
    if title != turn.prompt.strip():
        lines(layout, turn.prompt.strip(), metrics, dim=True, most=_LONG_ERROR)
    for note in list(turn.notes):
        lines(layout, note, metrics, icon="INFO", dim=True)
    for part in list(turn.parts):
        if isinstance(part, Step):
            _step(layout, part, turn, metrics)
        elif part.text.strip():
            lines(layout, _without_marks(part.text[:_LONG_ANSWER].strip()), metrics)


def _thoughts(layout: bpy.types.UILayout, turn: Turn, metrics: Metrics) -> None:
    """The model's thinking, folded."""
    is_open = turn.number in runtime.current().panel.thoughts
    row = layout.row(align=True)
    row.alignment = "LEFT"
    row.active = False
    icon = "DOWNARROW_HLT" if is_open else "RIGHTARROW"
    row.operator("scene_chat.thoughts", icon=icon, emboss=False).turn = turn.number
    if is_open:
        text = turn.thoughts[-_LONG_ANSWER:].strip()
        lines(layout, text, metrics, dim=True, most=_LONG_THOUGHT)


def _end(layout: bpy.types.UILayout, turn: Turn, metrics: Metrics, *, newest: bool) -> None:
    """What there is to say beside the answer, and what can be done about it."""
    for problem in list(turn.problems):
        lines(layout, problem, metrics, icon="ERROR", alert=True)
    if turn.end is None:
        return
    if newest and turn.can_go_on and not runtime.current().chat.running:
        row = layout.column(align=True) if metrics.narrow else layout.row(align=True)
        if turn.kind == "cut":  # its answer came, and would be cut off again
            row.operator("scene_chat.send", text="Continue", icon="PLAY").prompt = "Continue"
        else:
            again = "Try Again" if turn.end.reason == "error" else "Continue"
            row.operator("scene_chat.try_again", text=again, icon="FILE_REFRESH")
        if turn.kind in ("tools", "model"):
            row.popover("SCENE_CHAT_PT_models", text="Choose a Model")
        if turn.kind == "tools":
            preferences = runtime.current().preferences
            layout.prop(preferences, "calls_as_json", toggle=True, icon="SCRIPT")
        if turn.kind == "credit":
            page = row.operator("wm.url_open", text="Open Credits Page", icon="URL")
            page.url = _CREDITS
    _footer(layout, turn)


def _without_marks(markdown: str) -> str:
    """The text without the marks that Blender's labels cannot show: headings, bold, code."""
    lines: list[str] = []
    code = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            code = not code
        elif code:
            lines.append(line)
        else:
            line = re.sub(r"^#{1,6} +", "", line)
            line = re.sub(r"^(\s*)[-*] +", "\\1•\u2009", line)
            lines.append(_BOLD.sub(r"\2", line))
    return "\n".join(lines)


def _step(layout: bpy.types.UILayout, step: Step, turn: Turn, metrics: Metrics) -> None:
    result = step.result
    icon = (
        ("CANCEL" if turn.end else "SORTTIME")
        if result is None
        else "CHECKMARK"
        if result.ok
        else "ERROR"
    )
    time = f"{max(1, round(result.seconds * 1000))} ms" if result and not metrics.narrow else ""
    room = metrics.room(1.4) - len(time) * 0.4 * metrics.unit
    row = layout.row()
    row.label(
        text=shortened(f"{step.name}  {step.subject}", room, metrics.font),
        icon=icon,
        translate=False,
    )
    if time:
        beside(row, time)
    if result is None:
        return
    if not result.ok:
        lines(layout, result.error, metrics, icon="BLANK1", dim=True, most=_LONG_ERROR)
    elif receipt := result.receipt.text():
        lines(layout, receipt, metrics, icon="BLANK1", dim=True)


def _footer(layout: bpy.types.UILayout, turn: Turn) -> None:
    row = layout.row()
    left = row.row()
    left.active = False
    took = [f"{turn.seconds:.0f} s" if turn.seconds >= 1 else f"{turn.seconds:.1f} s"]
    if turn.end and turn.end.reason == "stopped":
        took.insert(0, "Stopped")
    if turn.tokens:
        took.append(f"{turn.tokens:,} tokens")
    if turn.cost:
        took.append(in_words(turn.cost, estimated=turn.estimated))
    if turn.model:
        took.append(turn.model.rpartition("/")[2])
    left.label(text=" · ".join(took), translate=False)
    right = row.row()
    right.alignment = "RIGHT"
    right.emboss = "NONE"
    if any(isinstance(part, Said) for part in turn.parts):
        right.operator("scene_chat.copy", text="", icon="COPYDOWN").turn = turn.number
    if runtime.current().scene.can_restore(turn.number, turn.title):
        right.operator("scene_chat.restore", text="", icon="LOOP_BACK").turn = turn.number
