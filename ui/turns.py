"""The turns of the chat, newest first: prompt, steps, answer, and what it took."""

from __future__ import annotations

import bpy

from ..chat.money import in_words
from ..chat.runs import Run, in_runs
from ..chat.turns import Asked, Said, Turn
from ..operators import runtime
from ..operators.words import iface
from . import first_use, receipt, state, steps
from .lines import lines
from .text import Metrics, shortened, width

_LONG_ERROR = 12
"""Lines of an error that are drawn: a script's may carry all that it printed."""
_CREDITS = "https://openrouter.ai/settings/credits"
_LONG_THOUGHT = 60
_LONG_ANSWER = 50_000
"""Characters of it that are looked at, more than its drawn lines can hold."""


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the newest turns, and a button for more."""
    here = runtime.current()
    if not here.chat.turns:
        first_use.draw(layout, metrics)
        return
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
        layout.operator(
            "scene_chat.show_earlier",
            text=iface("Show {count:,} Earlier", count=earlier),
            translate=False,
        )
    elif earlier:
        words = iface("{count:,} earlier ones are in the chat's export.", count=earlier)
        lines(layout, words, metrics, dim=True)


def _turn(layout: bpy.types.UILayout, turn: Turn, title: str, metrics: Metrics) -> None:
    if title != turn.prompt.strip():
        lines(layout, turn.prompt.strip(), metrics, dim=True, most=_LONG_ERROR)
    for note in list(turn.notes):
        lines(layout, note, metrics, icon="INFO", dim=True)
    told = turn.parts
    parts = in_runs(told)
    last_run = next((part for part in reversed(parts) if isinstance(part, Run)), None)
    for place, part in enumerate(parts):
        if isinstance(part, Run):
            goes_on = turn.end is None and place == len(parts) - 1
            steps.draw(layout, turn, part, metrics, folds=not goes_on)
            if part is last_run:
                receipt.draw(layout, turn, metrics)
        elif isinstance(part, Asked):
            lines(layout, part.text.strip(), metrics, icon="USER", dim=True, most=_LONG_ERROR)
        else:
            from . import markdown  # not needed for enabling, which is to be quick

            markdown.draw(
                layout, part.text, metrics, turn=turn.number, part=told.index(part),
                growing=turn.end is None and place == len(parts) - 1,
            )  # fmt: skip


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
            words = iface("Continue")
            row.operator("scene_chat.send", text="Continue", icon="PLAY").prompt = words
        elif turn.end.reason == "error":
            row.operator("scene_chat.try_again", icon="FILE_REFRESH")
        else:
            row.operator("scene_chat.try_again", text="Continue", icon="FILE_REFRESH")
        if turn.kind in ("tools", "model"):
            row.popover("SCENE_CHAT_PT_models", text="Choose a Model")
        if turn.kind == "tools":
            preferences = runtime.current().preferences
            layout.prop(preferences, "calls_as_json", toggle=True, icon="SCRIPT")
        if turn.kind == "credit":
            page = row.operator("wm.url_open", text="Open Credits Page", icon="URL")
            page.url = _CREDITS
    _footer(layout, turn, metrics)


def _footer(layout: bpy.types.UILayout, turn: Turn, metrics: Metrics) -> None:
    """What it took, and what can be done with it: beneath each other where that is too much."""
    took, buttons = _took(turn), _buttons(turn)
    room = metrics.room(len(buttons) + 0.6)
    words = " · ".join(took.values())
    if width(words, metrics.font) > room and "model" not in took:
        took.pop("tokens", None)  # the meter has them, too
        words = " · ".join(took.values())
    if beneath := width(words, metrics.font) > room:
        lines(layout, words, metrics, dim=True)
    row = layout.row()
    if not beneath:
        left = row.row()
        left.active = False
        left.label(text=words, translate=False)
    right = row.row(align=True)
    right.alignment = "RIGHT"
    right.emboss = "NONE"
    for operator, icon in buttons:
        right.operator(operator, text="", icon=icon).turn = turn.number


def _took(turn: Turn) -> dict[str, str]:
    """Time, tokens, money and model, in words, as far as they are known."""
    took = {"time": f"{turn.seconds:.0f} s" if turn.seconds >= 1 else f"{turn.seconds:.1f} s"}
    if turn.end and turn.end.reason == "stopped":
        took = {"end": iface("Stopped"), **took}
    if turn.tokens:
        took["tokens"] = iface("{count:,} tok", count=turn.tokens)
    if turn.cost:
        took["cost"] = in_words(turn.cost, estimated=turn.estimated)
    if turn.model:
        took["model"] = turn.model.rpartition("/")[2]
    return took


def _buttons(turn: Turn) -> list[tuple[str, str]]:
    """Operators, which take the turn's number, with their icons."""
    here = runtime.current()
    buttons = []
    if any(isinstance(part, Said) for part in turn.parts):
        buttons.append(("scene_chat.copy", "COPYDOWN"))
    if not here.chat.running:
        buttons += [("scene_chat.edit", "GREASEPENCIL"), ("scene_chat.resend", "FILE_REFRESH")]
    if here.scene.can_restore(turn.number, turn.title):
        buttons.append(("scene_chat.restore", "LOOP_BACK"))
    return buttons
