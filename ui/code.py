"""Code as labels, where Blender has no text field of several lines: before 5.2."""

from __future__ import annotations

import bpy

from .lines import LINE
from .text import Metrics, wrap_code

_MOST = 200
"""Lines that are drawn."""


def labels(
    layout: bpy.types.UILayout, code: str, metrics: Metrics, *, boxes: int, most: int = _MOST
) -> None:
    """Draw code in a box, with its indentation, each line broken where it has to be.

    Args:
        layout: Where.
        code: Any text.
        metrics: The region's.
        boxes: How many boxes stand around it, with its own.
        most: Lines that are drawn; that more are left out is said.
    """
    column = layout.box().column(align=True)
    column.scale_y = LINE
    room = metrics.room(boxes=boxes)
    source = code.splitlines()
    pieces = [piece for line in source[:most] for piece in wrap_code(line, room, metrics.font)]
    for piece in pieces[:most]:
        bare = piece.lstrip()
        # Blender trims blanks at a label's beginning, but not en spaces.
        column.label(text="\u2002" * (len(piece) - len(bare)) + bare, translate=False)
    if len(pieces) > most or len(source) > most:
        row = column.row()
        row.alert = True
        row.label(text="There is more: copy the code to read it all")
