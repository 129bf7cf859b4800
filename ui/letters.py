"""Text as labels can show it, which have one font and one weight.

Unicode's bold and monospaced letters for mathematics would look right, but each one that is drawn
for the first time has Blender (4.2 to 5.2) unpack several of its largest fonts: a quarter of a
second of standstill a letter. So emphasis shows as plain words, and code between quotation marks.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from ..chat.markdown_tree import Span, Spans
from ..tools.plain import speakable
from .text import width

_BLANKS = "\u2003\u2002\u2009\u200a"
"""From the em space to the hair space; unlike a plain space they stay at a label's beginning."""
_UNSEEN = "\u200b\u200e\u200f\ufeff"
_LINE_ENDS = "\x0b\x0c\x85\u2028\u2029"
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They turn a line's direction around, in other programs than Blender."""


class _Drawable(dict[int, str | None]):
    """What is drawn for a character: controls would be boxes."""

    def __missing__(self, code: int) -> str | None:
        sign = chr(code)
        shown: str | None = sign
        if sign in _UNSEEN:
            shown = None
        elif sign in _LINE_ENDS:
            shown = "\n"
        elif sign in _TURNING or (unicodedata.category(sign) == "Cc" and sign not in "\n\t"):
            shown = "\ufffd"
        self[code] = shown
        return shown


_drawable = _Drawable()


def drawable(text: str) -> str:
    """Return a text without what cannot be drawn."""
    return speakable(text).translate(_drawable)


def styled(spans: Spans) -> str:
    """Return what is said as one text."""
    return "".join(_styled(drawable(span.text), span) for span in spans)


def _styled(text: str, span: Span) -> str:
    if span.code:
        text = f"‘{text}’"
    return f"~{text}~" if span.strike else text


@lru_cache(maxsize=512)
def blank(size: float, font: float) -> str:
    """Return blanks that are as wide as can be without being wider than `size` pixels."""
    blanks = ""
    for each in _BLANKS:
        wide = width(each, font)
        count = int(max(size, 0.0) // wide) if wide > 0 else 0
        blanks += each * count
        size -= count * wide
    return blanks
