"""The account at OpenRouter: signing in, in the panel and the preferences, and who is signed in."""

from __future__ import annotations

import bpy

from ..chat.settings import Settings
from ..operators import runtime
from ..operators.sign_in import standing
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from .lines import LINE, lines
from .text import Metrics, wrap


def wanted(settings: Settings) -> bool:
    """Return whether OpenRouter is to be asked and there is no key for it."""
    return settings.is_openrouter and settings.key is None


def draw(box: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw what is missing, the way to sign in, and while it goes on the way to help it along."""
    here = runtime.current()
    state = here.sign_in.state
    if state.phase == "waiting":
        lines(box, Phrase("Waiting for the browser…"), metrics, icon="SORTTIME", boxes=1)
        row = box.column(align=True) if metrics.narrow else box.row(align=True)
        row.operator("scene_chat.sign_in_address", icon="COPYDOWN")
        row.operator("scene_chat.sign_in_code", icon="PASTEDOWN")
        box.operator("scene_chat.sign_in_cancel", icon="CANCEL")
        lines(box, _BY_HAND, metrics, boxes=1, dim=True)
        return
    if state.problem:
        lines(box, state.problem, metrics, icon="ERROR", boxes=1, alert=True)
    else:
        lines(box, Phrase("Sign in to ask a model."), metrics, icon="INFO", boxes=1)
    buttons(box)


_NAMES = 0.4
"""The part of the preferences' width that the fields' names take."""
NO_SERVER = Phrase("No server of models was found. Start Ollama, LM Studio or llama.cpp.")
_BY_HAND = Phrase(
    "If none opens: copy the address, open it in any browser, and paste the code that it shows."
)


def buttons(layout: bpy.types.UILayout) -> None:
    """Draw the three ways to a model."""
    column = layout.column(align=True)
    row = column.row(align=True)
    row.scale_y = 1.2
    row.operator("scene_chat.sign_in", icon="URL")
    paste = column.operator("preferences.addon_show", text="Paste a Key", icon="PREFERENCES")
    paste.module = runtime.current().package
    endpoints = runtime.current().endpoints
    if endpoints.busy:
        column.operator("scene_chat.local_model", text="Looking…", icon="DESKTOP")
    else:
        column.operator("scene_chat.local_model", icon="DESKTOP")
    if endpoints.searched and not endpoints.busy and not endpoints.found:
        lines(layout, NO_SERVER, Metrics.of(bpy.context), icon="INFO", boxes=1, dim=True)


def account(layout: bpy.types.UILayout, settings: Settings, metrics: Metrics) -> None:
    """Draw who is signed in at OpenRouter, and what is left; nothing for another endpoint."""
    if not settings.is_openrouter or settings.key is None:
        return
    who, problem = _who(settings), runtime.current().account.problem
    if who:
        lines(layout, who, metrics, dim=True)
    if problem:
        lines(layout, problem, metrics, icon="INFO", dim=True)


def preferences(column: bpy.types.UILayout, settings: Settings) -> None:
    """Draw the same beneath the key in Blender's Preferences."""
    if not settings.is_openrouter:
        return
    here = runtime.current()
    if settings.key is not None:
        if who := _who(settings):
            row = _beneath(column)
            row.active = False
            row.label(text=who, translate=False)
        trouble(column, here.account.problem)
        _beneath(column).operator("scene_chat.sign_out")
    elif here.sign_in.waiting:
        _beneath(column).label(text="Waiting for the browser…", icon="SORTTIME")
        row = _beneath(column)
        row.operator("scene_chat.sign_in_address")
        row.operator("scene_chat.sign_in_code")
        row.operator("scene_chat.sign_in_cancel")
    else:
        trouble(column, here.sign_in.state.problem)
        _beneath(column).operator("scene_chat.sign_in", icon="URL")


def trouble(column: bpy.types.UILayout, problem: str) -> None:
    """Draw what went wrong with a key beneath it, if something did."""
    if not problem:
        return
    metrics = Metrics.of(bpy.context)
    layout = _beneath(column).column(align=True)
    layout.scale_y = LINE
    # What the names of the fields and the icon leave.
    width = (1 - _NAMES) * metrics.width - 2 * metrics.unit
    for number, line in enumerate(wrap(shown(problem), width, metrics.font)):
        layout.label(text=line, icon="BLANK1" if number else "ERROR", translate=False)


def _who(settings: Settings) -> str:
    """Whose key it is and what is left; "" where OpenRouter was asked and did not say."""
    known, account = standing(settings), runtime.current().account
    if known is None:
        return "" if account.problem else iface("Signed in")
    who = iface("Signed in: {name}", name=known.label) if known.label else iface("Signed in")
    return " · ".join(filter(None, (who, shown(known.left), shown(account.age))))


def _beneath(column: bpy.types.UILayout) -> bpy.types.UILayout:
    """A row where the fields of the preferences begin."""
    split = column.split(factor=_NAMES)
    split.label(text="")
    return split.row()
