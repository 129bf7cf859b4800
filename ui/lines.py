"""Running text in a layout: wrapped, dim or alarming, in lines as high as text needs."""

from __future__ import annotations

import bpy

from ..operators.words import shown
from .text import Metrics, wrap

LINE = 0.8
"""The height of running text's lines, in buttons."""
_LIST_ROWS = 9


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
        text: With line ends where lines have to end; a `Phrase` is translated.
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
    wrapped = wrap(shown(text), metrics.room(indent, boxes), metrics.font, most + 1)
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


def list_rows(context: bpy.types.Context, metrics: Metrics, around: int) -> int:
    """Return how many rows a popover's list shows: all of it is to fit into half of the window.

    Args:
        context: Names the window.
        metrics: The popover's.
        around: Rows of the popover that are not the list's.
    """
    return max(3, min(_LIST_ROWS, int(context.window.height / metrics.unit / 2) - around))
