"""Renders in the background: how far each is, and what came of it."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..operators import runtime
from ..operators.words import iface
from ..tools.renders import RenderJob
from .lines import lines
from .text import Metrics, shortened

_MOST = 3
"""That are shown, the latest first."""


def draw(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw the latest renders; nothing if there was none."""
    jobs = runtime.current().renders.jobs
    if not jobs:
        return
    box = layout.box()
    for job in jobs[: -_MOST - 1 : -1]:
        if job.state == "running":
            _running(box, job, metrics)
        else:
            _ended(box, job, metrics)
        for warning in job.warnings:
            lines(box, warning, metrics, icon="INFO", boxes=1, dim=True)


def in_words(job: RenderJob) -> str:
    """Return how far a running render is: "Frame 7 of 24 · 12 s left"."""
    parts = []
    if job.order.animation:
        frame = min(job.frames_done + 1, job.frames)
        parts.append(iface("Frame {frame} of {frames}", frame=frame, frames=job.frames))
    else:
        parts.append(iface("Rendering · {percent:.0f} %", percent=100 * job.progress))
    if (left := job.seconds_left) is not None:
        parts.append(iface("{time} left", time=_time(left)))
    return " · ".join(parts)


def _running(layout: bpy.types.UILayout, job: RenderJob, metrics: Metrics) -> None:
    row = layout.row(align=True)
    room = metrics.room(2.0, boxes=1)
    words = shortened(in_words(job), room, metrics.font)
    row.progress(factor=job.progress, text=words, translate=False)
    row.operator("scene_chat.render_cancel", text="", icon="X").number = job.number


def _ended(layout: bpy.types.UILayout, job: RenderJob, metrics: Metrics) -> None:
    row = layout.row()
    icon = {"done": "CHECKMARK", "cancelled": "CANCEL"}.get(job.state, "ERROR")
    room = metrics.room(3.6, boxes=1)
    row.label(text=shortened(_outcome(job), room, metrics.font), icon=icon, translate=False)
    buttons = row.row(align=True)
    buttons.emboss = "NONE"
    if job.files:
        shown = "IMAGE_DATA" if len(job.files) == 1 else "FILE_FOLDER"
        buttons.operator("scene_chat.render_open", text="", icon=shown).number = job.number
    buttons.operator("scene_chat.render_dismiss", text="", icon="X").number = job.number
    if job.state == "failed":
        lines(layout, job.error, metrics, icon="BLANK1", boxes=1, alert=True)


def _outcome(job: RenderJob) -> str:
    if job.state == "failed":
        return iface("Render failed")
    what = iface("{count} frames", count=len(job.files))
    if len(job.files) == 1:
        what = Path(job.files[0]).name
    if job.state == "cancelled":
        return " · ".join(filter(None, (iface("Cancelled"), job.files and what)))
    return f"{what} · {_time(job.seconds)}"


def _time(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{max(whole, 1)} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole / 3600:.1f} h"
