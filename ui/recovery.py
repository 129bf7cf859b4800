"""What is said after something went wrong: a Blender that died, a fault of ours, a way back."""

from __future__ import annotations

import time
from pathlib import Path

import bpy

from ..operators import recovery, runtime
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from ..tools.running import Left
from .lines import lines
from .text import Metrics, shortened

_MOST = 8
"""Copies that are listed."""


def draw(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw what a person has to know before they go on."""
    here = runtime.current()
    if here.left:
        _died(layout, here.left[0], metrics)
    if here.faults.unseen:
        _fault(layout, here, metrics)
    if here.audit.problem:
        lines(layout, here.audit.problem, metrics, icon="ERROR", alert=True)
    if here.scene.copies.problem:
        lines(layout, here.scene.copies.problem, metrics, icon="INFO")
    if here.panel.restored:
        box = layout.box()
        lines(box, here.panel.restored, metrics, icon="LOOP_BACK", boxes=1)
        if here.scene.can_redo:
            box.operator("scene_chat.restore_redo", icon="LOOP_FORWARDS")


def copies(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw the section of saved copies, if there are any."""
    listed = runtime.current().scene.copies.listed()
    if not listed:
        return
    header, body = layout.panel("SCENE_CHAT_PT_copies", default_closed=True)
    header.label(text="Saved Copies")
    if body is None:
        return
    lines(body, Phrase("Each opens beside its file, which stays as it is."), metrics, dim=True)
    for each in listed[:_MOST]:
        row = body.row()
        left = row.row()
        left.alignment = "LEFT"
        opens = left.operator(
            "scene_chat.copy_open",
            text=shortened(shown(each.name), metrics.room(3.6), metrics.font),
            icon="FILE_BLEND",
            emboss=False,
            translate=False,
        )
        opens.path = str(each.path)
        right = row.row()
        right.alignment = "RIGHT"
        remove = right.operator("scene_chat.copy_remove", text="", icon="X", emboss=False)
        remove.path = str(each.path)
        when = each.at[:16].replace("T", " ")
        what = iface(
            "{when}, {size:.1f} MB, before “{turn}”", when=when, size=each.megabytes, turn=each.turn
        )
        lines(body, what, metrics, icon="BLANK1", dim=True, most=3)


def _died(layout: bpy.types.UILayout, left: Left, metrics: Metrics) -> None:
    box = layout.box()
    lines(box, in_words(left), metrics, icon="ERROR", boxes=1)
    column = box.column(align=True)
    if (file := recovery.autosave(left)) is not None:
        at = time.strftime("%H:%M", time.localtime(file.stat().st_mtime))
        column.operator(
            "scene_chat.recover", text=iface("Recover Autosave of {time}", time=at),
            icon="RECOVER_LAST", translate=False,
        )  # fmt: skip
    if (copy := recovery.copy_of(left)) is not None:
        opens = column.operator(
            "scene_chat.copy_open", text=iface("Open Copy of {time}", time=copy.at[11:16]),
            icon="FILE_BLEND", translate=False,
        )  # fmt: skip
        opens.path = str(copy.path)
    column.operator("scene_chat.recover_dismiss", icon="X")


def in_words(left: Left) -> str:
    """Return when a Blender died, with which file, and what was running."""
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(left.at))
    name = Path(left.file).name if left.file else Phrase("a file that was not saved yet")
    what = iface("Blender ended unexpectedly, {at}, with {name}.", at=at, name=name)
    parts = {"who": left.who, "tool": left.tool, "turn": left.turn}
    if left.running:
        what += " " + iface("{who} was running {tool}, for “{turn}”.", **parts)
    elif left.tool:
        what += " " + iface("The last call, {tool} of {who}, had ended.", **parts)
    return what


def _fault(layout: bpy.types.UILayout, here: runtime.Runtime, metrics: Metrics) -> None:
    fault = here.faults.known[-1]
    box = layout.box()
    text = iface(
        "Something failed in {where}, and Scene Chat went on: {message}",
        where=fault.where, message=fault.message,
    )  # fmt: skip
    most = 12 if metrics.narrow else 6
    lines(box, text, metrics, icon="ERROR", boxes=1, alert=True, most=most)
    row = box.column(align=True) if metrics.narrow else box.row(align=True)
    row.operator("scene_chat.report_copy", icon="COPYDOWN")
    row.operator("scene_chat.report_dismiss", text="Dismiss" if metrics.narrow else "", icon="X")
