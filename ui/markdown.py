"""An answer in the panel: Markdown with Blender's own labels, boxes and buttons. Main thread.

Drawn many times, so what is drawn is kept: blocks that cannot change any more are parsed once, and
broken into lines once for each width.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import bpy

from ..chat.markdown import Parsed, parse
from ..chat.markdown_tree import Block, Heading
from ..operators import runtime
from . import state
from .code import labels
from .lines import LINE
from .markdown_lines import Across, CodeBox, Gap, Lines, Link, Room, Segment, laid_out
from .markdown_table import TableLines
from .text import Metrics, shortened

_MOST = 1000
"""Lines of an answer that are drawn; the Text Editor has the rest."""
_LABEL_LINES = 24
"""Lines of code that are drawn where there is no field that scrolls, before Blender 5.2."""
_STEP = 8
"""Lines by which a stretch of running text takes more room while it is written: Blender animates each
change of a panel's height, and draws it over and over for that."""
_MOST_KEPT = 300
"""Stretches of answers that are kept, more than are open at once."""
_HAS_LINK = "link" in bpy.types.UILayout.bl_rna.functions
"""A link that looks like one, from Blender 5.2."""


def draw(
    layout: bpy.types.UILayout,
    text: str,
    metrics: Metrics,
    *,
    turn: int,
    part: int,
    growing: bool = False,
) -> None:
    """Draw an answer, or a part of one.

    Args:
        layout: A panel's, at its full width.
        text: Markdown, or anything else.
        metrics: The region's.
        turn: The number of its turn.
        part: Its place among the turn's parts.
        growing: Whether there may be more of it in a moment.
    """
    room = Room.of(metrics, _MOST)
    said = _latest(_said, (turn, part), _Said)
    said.update(text, growing)
    drawn = _latest(_laid, (turn, part, room), _Laid)
    drawn.update(said.parsed.blocks, room)
    pen = _Pen(layout, metrics, turn, part)
    last = len(drawn.segments) - 1
    for place, segments in enumerate(drawn.segments):
        pen.part_from(drawn.blocks[place - 1] if place else None, drawn.blocks[place])
        begun = pen.left
        for segment in segments:
            pen.draw(segment, still_written=growing and place == last)
        if growing and place == last:
            pen.pad(begun - pen.left)
        if pen.left <= 0:
            break
    if pen.left <= 0 or not said.parsed.whole:
        layout.operator("scene_chat.answer_show", icon="TEXT").turn = turn


@dataclass(eq=False)
class _Said:
    """What is known of a text: as it was parsed last, and as it was seen last."""

    text: str = ""
    seen: str = ""
    parsed: Parsed = Parsed()

    def update(self, text: str, growing: bool) -> None:
        """Take up what has come since."""
        waits = growing and text != self.seen and text.startswith(self.text)
        self.seen = text
        if text != self.text and not (waits and not self.parsed.is_due(text)):
            self.parsed, self.text = parse(text, self.parsed), text


@dataclass(eq=False)
class _Laid:
    """What blocks are drawn of at a width and font."""

    blocks: tuple[Block, ...] = ()
    segments: tuple[tuple[Segment, ...], ...] = ()

    def update(self, blocks: tuple[Block, ...], room: Room) -> None:
        """Lay out those that are new."""
        if blocks is self.blocks:
            return
        same = 0
        for old, block in zip(self.blocks, blocks):
            if old is not block and old != block:
                break
            same += 1
        new = tuple(laid_out(block, room) for block in islice(blocks, same, None))
        self.blocks, self.segments = blocks, self.segments[:same] + new


_said: OrderedDict[tuple[int, int], _Said] = OrderedDict()
"""By the turn's number and the part's place, the one that was drawn last at the end."""
_laid: OrderedDict[tuple[int, int, Room], _Laid] = OrderedDict()
"""The same for each width, of which there are several while one is dragged."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


def _latest(kept: OrderedDict[_Key, _Kept], key: _Key, make: Callable[[], _Kept]) -> _Kept:
    """What is kept under a key, made if need be, in place of what was not wanted for longest."""
    found = kept[key] = kept.pop(key, None) or make()
    if len(kept) > _MOST_KEPT:
        kept.popitem(last=False)
    return found


class _Pen:
    """Draws segments one beneath the other.

    Attributes:
        left: How many more lines may be drawn.
    """

    def __init__(self, layout: bpy.types.UILayout, metrics: Metrics, turn: int, part: int) -> None:
        self.left = _MOST
        self._layout = layout
        self._metrics = metrics
        self._turn, self._part = turn, part
        self._codes = 0
        self._column: bpy.types.UILayout | None = None

    def draw(self, segment: Segment, *, still_written: bool) -> None:
        """Draw one; nothing once there are enough lines."""
        if self.left <= 0:
            return
        match segment:
            case Lines(texts, dim):
                self._lines(texts, dim)
            case Link():
                self._link(segment)
            case Gap():
                self._texts().separator(factor=1.0)
            case Across():
                self._texts().separator(type="LINE")
            case CodeBox():
                self._column = None
                self._code(segment, still_written)
            case TableLines():
                self._column = None
                self._table(segment)

    def part_from(self, before: Block | None, block: Block) -> None:
        """Leave room between two blocks, where they stand in one column."""
        if before is not None and self._column is not None and self.left > 0:
            close = isinstance(before, Heading)
            wide = isinstance(block, Heading)
            self._column.separator(factor=0.5 if close else 2.5 if wide else 1.5)

    def pad(self, lines: int) -> None:
        """Keep room for what a stretch of running text will soon take, of which so many are drawn."""
        if self._column is not None and self.left > 0:
            for _ in range(-lines % _STEP):
                self._column.label()

    def _texts(self) -> bpy.types.UILayout:
        if self._column is None:
            self._column = self._layout.column(align=True)
            self._column.scale_y = LINE
        return self._column

    def _lines(self, texts: tuple[str, ...], dim: bool) -> None:
        column = self._texts()
        if dim:
            column = column.column(align=True)
            column.active = False
        label = column.label
        for text in texts[: self.left]:
            label(text=text, translate=False)
        self.left -= len(texts)

    def _link(self, link: Link) -> None:
        row = self._texts().row(align=True)
        row.alignment = "LEFT"
        if link.before:
            row.label(text=link.before, translate=False)
        metrics = self._metrics
        room = metrics.room(0.4 if _HAS_LINK else 1.4) - link.taken
        text = shortened(link.text, room, metrics.font)
        if _HAS_LINK:
            row.link(url=link.url, text=text, translate=False)
        else:
            button = row.operator(
                "wm.url_open", text=text, icon="URL", emboss=False, translate=False
            )
            button.url = link.url
        self.left -= 1

    def _table(self, table: TableLines) -> None:
        column = self._layout.box().column(align=True)
        column.scale_y = LINE
        for place, row in enumerate(table.rows):
            if self.left <= 0:
                return
            if place == 1 and table.ruled:
                column.separator(type="LINE")
            elif place and table.spaced:
                column.separator(factor=1.0)
            for text in row:
                column.label(text=text, translate=False)
            self.left -= len(row)

    def _code(self, code: CodeBox, still_written: bool) -> None:
        number = self._codes
        self._codes += 1
        box = self._layout.box()
        row = box.row()
        left = row.row()
        left.active = False
        room = self._metrics.room(2.4, boxes=1)
        left.label(text=shortened(code.language, room, self._metrics.font), translate=False)
        right = row.row(align=True)
        right.alignment = "RIGHT"
        right.emboss = "NONE"
        for operator, icon in (("block_copy", "COPYDOWN"), ("block_show", "TEXT")):
            button = right.operator(f"scene_chat.{operator}", text="", icon=icon)
            button.turn, button.part, button.block = self._turn, self._part, number
        # A field keeps the height with which it was drawn first.
        field = None
        if state.HAS_TEXTBOX and not still_written:
            fields = runtime.current().panel.answer_code
            field = fields.field_for((self._turn, self._part, number), code.text, code.lines)
        if field is None:
            shown = code.text
            if still_written:  # its end is what is new
                shown = "\n".join(shown.split("\n")[-_LABEL_LINES:])
            labels(box, shown, self._metrics, boxes=2, most=_LABEL_LINES)
            self.left -= _LABEL_LINES
        else:
            box.textbox(
                state.fields(bpy.context), state.answer_code(*field), initial_visible_lines=field[0]
            )
            self.left -= field[0]
