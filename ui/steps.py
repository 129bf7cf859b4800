"""The tool steps of a turn: one line each, opened what went in and what came out, folded when done."""

from __future__ import annotations

from itertools import islice

import bpy

from ..chat.runs import Run
from ..chat.turns import Step, Turn
from ..operators import pictures, steps
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from ..tools.readable import readable
from . import code, state
from .lines import beside, lines
from .text import Metrics, shortened, width

_ERROR_LINES = 3
"""Of an error beneath its step's line; opened, it shows whole."""
_MOST = 40
"""Lines of arguments, of a result, of an error that are drawn; the Text Editor has the rest."""
_CODE_LINES = 12
_NOTHING: tuple[object, ...] = (None, "", [], {})
_PICTURE_UNITS = 14
_AROUND = 1.5
"""What Blender adds to the text of a line that opens, in units."""


def draw(
    layout: bpy.types.UILayout, turn: Turn, run: Run, metrics: Metrics, *, folds: bool
) -> None:
    """Draw steps that follow each other.

    Args:
        layout: Where.
        turn: Whose.
        run: The steps.
        metrics: The region's.
        folds: Whether they fold into one line, unless the person opened it.
    """
    column = layout.column(align=True)
    if len(run.steps) > 1:
        opened = steps.is_open(turn, "run", run.first, otherwise=not folds)
        if folds or not opened:
            _folded(column, turn, run, metrics, opened=opened)
        if not opened:
            return
    for place, step in run.steps:
        _step(column, turn, place, step, metrics)


def _folded(
    layout: bpy.types.UILayout, turn: Turn, run: Run, metrics: Metrics, *, opened: bool
) -> None:
    """All of them in one line: how many, how long, and how many failed; what fits of that."""
    count = iface("{count} steps", count=len(run.steps))
    failed = (iface("{count} failed", count=run.failed),) if run.failed else ()
    room = metrics.room(_AROUND)
    fitting = (
        words
        for parts in ((count, _time(run.seconds), *failed), (count, *failed), (count,))
        if width(words := " · ".join(parts), metrics.font) <= room
    )
    row = layout.row(align=True)
    row.alignment = "LEFT"
    icon = "DOWNARROW_HLT" if opened else "RIGHTARROW"
    words = next(fitting, shortened(count, room, metrics.font))
    _toggle(row, (turn.number, "run", run.first), opened, words, icon)


def _step(layout: bpy.types.UILayout, turn: Turn, place: int, step: Step, metrics: Metrics) -> None:
    result = step.result
    opened = steps.is_open(turn, "step", place)
    key = turn.number, "step", place
    row = layout.row()
    left = row.row(align=True)
    left.alignment = "LEFT"
    around, time = _AROUND, ""
    if not metrics.narrow:
        _toggle(left, key, opened, "", "DOWNARROW_HLT" if opened else "RIGHTARROW")
        time = _time(result.seconds) if result else ""
        around += 1.1
    room = metrics.room(around) - width(time, metrics.font)
    words = shortened(f"{step.name}  {shown(step.subject)}", room, metrics.font)
    _toggle(left, key, opened, words, _icon(turn, step))
    if time:
        beside(row, time)
    if opened:
        _details(layout.box(), turn, place, step, metrics)
    elif result is not None and not result.ok:
        lines(layout, result.error, metrics, icon="BLANK1", dim=True, most=_ERROR_LINES)


def _toggle(
    row: bpy.types.UILayout, key: tuple[int, str, int], opened: bool, words: str, icon: str
) -> None:
    """A part of a line that opens what is beneath it; see `PanelState.unfolded` for its key."""
    toggle = row.operator("scene_chat.unfold", text=words, icon=icon, emboss=False, translate=False)
    toggle.turn, toggle.what, toggle.place = key
    toggle.opens = not opened


def _icon(turn: Turn, step: Step) -> str:
    if step.result is None:
        return "CANCEL" if turn.end else "SORTTIME"
    return "CHECKMARK" if step.result.ok else "ERROR"


def _details(box: bpy.types.UILayout, turn: Turn, place: int, step: Step, metrics: Metrics) -> None:
    """What went into a step and what came out of it."""
    given = step.arguments
    source = steps.code_of(step)
    if isinstance(given, dict) and source:
        given = {name: value for name, value in given.items() if name != "code"}
    if given not in _NOTHING:
        _heading(box, Phrase("Arguments"), turn, place, "arguments", metrics)
        _values(box, given, metrics)
    if source:
        _heading(box, Phrase("Code"), turn, place, "code", metrics)
        _code(box, turn, place, source, metrics)
    result = step.result
    if result is None:
        return
    if not result.ok:
        _heading(box, Phrase("Error"), turn, place, "error", metrics)
        lines(box, result.error, metrics, boxes=1, most=_MOST)
    came = result.value
    if isinstance(came, dict):
        came = {name: value for name, value in came.items() if value not in _NOTHING}
    if result.picture is not None:
        _picture(box, turn, place, step, metrics)
    elif came not in _NOTHING:
        title = Phrase("Result") if result.ok else Phrase("Details")
        _heading(box, title, turn, place, "result", metrics)
        _values(box, came, metrics)
    if changed := result.receipt.text():
        lines(box, changed, metrics, boxes=1, dim=True, most=_MOST)


def _heading(
    box: bpy.types.UILayout, text: str, turn: Turn, place: int, what: str, metrics: Metrics
) -> None:
    """The name of a part, and at its right what can be done with it."""
    right = _titled(box, text)
    if not metrics.narrow:
        copy = right.operator("scene_chat.step_copy", text="", icon="COPYDOWN")
        copy.turn, copy.place, copy.what = turn.number, place, what
    show = right.operator("scene_chat.step_show", text="", icon="TEXT")
    show.turn, show.place, show.what = turn.number, place, what


def _titled(box: bpy.types.UILayout, text: str) -> bpy.types.UILayout:
    """Draw a title; return where its buttons go."""
    row = box.row()
    row.label(text=shown(text), translate=False)
    right = row.row(align=True)
    right.alignment = "RIGHT"
    right.emboss = "NONE"
    return right


def _values(box: bpy.types.UILayout, value: object, metrics: Metrics) -> None:
    written = "\n".join(islice(readable(value), _MOST + 1))
    lines(box, written, metrics, boxes=1, dim=True, most=_MOST)


def _code(box: bpy.types.UILayout, turn: Turn, place: int, source: str, metrics: Metrics) -> None:
    field = steps.code_field(turn, place) if state.HAS_TEXTBOX else None
    if field is None:
        code.labels(box, source, metrics, boxes=2)
        return
    count = min(max(source.count("\n") + 1, 2), _CODE_LINES)
    box.textbox(state.fields(bpy.context), state.step_code(field), initial_visible_lines=count)


def _picture(box: bpy.types.UILayout, turn: Turn, place: int, step: Step, metrics: Metrics) -> None:
    picture = step.result.picture if step.result else None
    if picture is None:
        return
    right = _titled(box, Phrase("Picture"))
    button = right.operator("scene_chat.step_picture", text="", icon="IMAGE_DATA")
    button.turn, button.place = turn.number, place
    if icon := pictures.icon_of(step):
        scale = min(_PICTURE_UNITS, metrics.room(boxes=1) / metrics.unit)
        box.template_icon(icon_value=icon, scale=scale)
    lines(box, picture.caption, metrics, boxes=1, dim=True, most=_MOST)


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
