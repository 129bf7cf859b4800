"""Text in a sidebar: how wide it may be, and where its lines break. Main thread, while drawing.

Blender's labels never wrap and are shortened in their middle, so the lines are made here, by
measuring with the font that Blender draws with.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import blf
import bpy

from ..tools.plain import speakable

_FONT = 0
_LONGEST_LINE = 500
"""Characters; no sidebar shows a longer line."""
_CACHED = 40
"""Characters of a text whose width is worth keeping: words come again, rests of long ones do not."""


class Metrics(NamedTuple):
    """The sizes of the region that is drawn, in pixels.

    Attributes:
        font: The font's size.
        unit: A button's height, the measure of Blender's layouts.
        width: What a line of text may take in a panel without boxes and icons.
        box: What each box around it takes away.
    """

    font: float
    unit: int
    width: float
    box: float

    @classmethod
    def of(cls, context: bpy.types.Context) -> Metrics:
        """Measure the sidebar that is drawn.

        The formulas are Blender's own (`UI_UNIT_X`, the panel's margins), found by measuring
        labels at scales 0.75 to 2 and with the sidebar zoomed.
        """
        region, system = context.region, context.preferences.system
        scale = system.ui_scale
        view = region.view2d
        zoom = (
            view.view_to_region(100, 0, clip=False)[0] - view.view_to_region(0, 0, clip=False)[0]
        ) / 100
        unit = round(18 * scale) + 2 * int(max(1, system.pixel_size))
        room = region.width / (zoom or 1.0)
        if abs(zoom - 1) > 0.01:
            room *= 0.96
        return cls._made(context, unit, room - 2.7 * unit)

    @classmethod
    def popover(cls, context: bpy.types.Context, units: int) -> Metrics:
        """Return the sizes of a popover of so many units (`bl_ui_units_x`)."""
        system = context.preferences.system
        unit = round(18 * system.ui_scale) + 2 * int(max(1, system.pixel_size))
        return cls._made(context, unit, (units - 1) * unit)

    @classmethod
    def _made(cls, context: bpy.types.Context, unit: int, width: float) -> Metrics:
        scale = context.preferences.system.ui_scale
        font = context.preferences.ui_styles[0].widget.points * scale
        return cls(font=font, unit=unit, width=width, box=2 * int(5 * scale + 1))

    def room(self, indent: float = 0.0, boxes: int = 0) -> float:
        """Return the pixels for a line's text.

        Args:
            indent: What stands beside it, in units: 1.4 for the label's icon, 1 for a button.
            boxes: How many boxes stand around it.
        """
        # Two units at least: a narrower one than a character would never end.
        return max(self.width - indent * self.unit - boxes * self.box, 2 * self.unit)

    @property
    def narrow(self) -> bool:
        """Whether buttons and extras have to go beneath each other."""
        return self.width < 9 * self.unit


def wrap(text: str, width: float, font: float, most: int = 1000) -> list[str]:
    """Return the lines of a text, each at most `width` pixels at that font size.

    Line ends of the text stay. Words are kept whole where they fit on a line of their own.

    Args:
        text: Any.
        width: In pixels; a letter that is wider gets a line of its own all the same.
        font: In pixels.
        most: How many lines are wanted at most; no more is looked at than they need.
    """
    lines: list[str] = []
    for paragraph in islice(speakable(text).splitlines(), most):
        room = (most - len(lines)) * _LONGEST_LINE
        lines.extend(_wrapped(paragraph[:room].expandtabs(4), round(width), font))
        if len(lines) >= most:
            break
    return lines[:most]


def wrap_code(line: str, width: float, font: float) -> list[str]:
    """Return one line of code in pieces that fit, with every blank as it is written."""
    pieces: list[str] = []
    line = speakable(line).expandtabs(4)
    while line:
        piece = _fitting(line, width, font)
        if len(piece) < len(line):  # between words, if that is not too far back
            end = 1 + max(piece.rfind(sign) for sign in " .,(=")
            piece = piece[:end] if end > len(piece) // 2 else piece
        pieces.append(piece)
        line = line[len(piece) :]
    return pieces or [""]


@lru_cache(maxsize=2048)
def shortened(text: str, width: float, font: float) -> str:
    """Return the beginning of a text in one line of at most `width` pixels, with "…" if cut."""
    line = " ".join(speakable(text[:_LONGEST_LINE]).split())
    if len(text) < _LONGEST_LINE and _width(line, font) <= width:
        return line
    return _fitting(line, width - _width("…", font), font).rstrip() + "…"


def width(text: str, font: float) -> float:
    """Return how many pixels a short text takes at a font size."""
    return _width(text, font)


@lru_cache(maxsize=1024)
def _wrapped(paragraph: str, width: int, font: float) -> tuple[str, ...]:
    """While an answer streams in, only its last paragraph is new."""
    words = paragraph.split()
    if not words:
        return ("",)
    lines: list[str] = []
    line = paragraph[: len(paragraph) - len(paragraph.lstrip())]
    taken, space = _width(line, font), _width(" ", font)
    for word in words:
        gap = space if line.strip() else 0.0
        size = _width(word, font) if len(word) < _LONGEST_LINE else width + 1.0
        if taken + gap + size <= width:
            line += (" " if gap else "") + word
            taken += gap + size
            continue
        if line.strip():
            lines.append(line)
        while size > width:
            piece = _fitting(word, width, font)
            lines.append(piece)
            word = word[len(piece) :]
            size = _width(word, font) if len(word) < _LONGEST_LINE else width + 1.0
        line, taken = word, size
    if line:
        lines.append(line)
    return tuple(lines)


def _fitting(word: str, width: float, font: float) -> str:
    """The longest beginning that fits, one character at least."""
    low, high = 1, min(len(word), _LONGEST_LINE)
    while low < high:
        middle = (low + high + 1) // 2
        if _width(word[:middle], font) <= width:
            low = middle
        else:
            high = middle - 1
    return word[:low]


def _width(text: str, font: float) -> float:
    return _measured(text, font) if len(text) <= _CACHED else _measure(text, font)


@lru_cache(maxsize=8192)
def _measured(text: str, font: float) -> float:
    return _measure(text, font)


def _measure(text: str, font: float) -> float:
    blf.size(_FONT, font)
    return float(blf.dimensions(_FONT, text)[0])
