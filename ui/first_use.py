"""Before the first message: examples that one click sends."""

from __future__ import annotations

import bpy

from ..operators import runtime
from ..operators.words import shown
from ..tools.phrase import Phrase
from .lines import LINE
from .text import Metrics, wrap

EXAMPLES = (
    Phrase("Build a small table with four chairs around it, in warm wood."),
    Phrase("What is in this scene? Look at it, and name three things to improve."),
    Phrase("Light the scene like a product photo, and point the camera at it."),
    Phrase("Give every object without a material a fitting colour."),
)
"""That work on any scene, the default one among them."""


def draw(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw them; dim as long as no model can be asked, which is said above."""
    row = layout.row()
    row.active = False
    row.label(text="Try an Example")
    column = layout.column()
    column.enabled = not runtime.current().settings().problem()
    for prompt in EXAMPLES:
        _example(column.box(), shown(prompt), metrics)


def _example(box: bpy.types.UILayout, prompt: str, metrics: Metrics) -> None:
    """A button whose words take several lines."""
    column = box.column(align=True)
    column.scale_y = LINE
    for line in wrap(prompt, metrics.room(0.5, boxes=1), metrics.font):
        row = column.row()
        row.alignment = "LEFT"
        send = row.operator("scene_chat.send", text=line, emboss=False, translate=False)
        send.prompt = prompt
