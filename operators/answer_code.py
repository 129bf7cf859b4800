"""Which text field shows which block of code of an answer. Main thread, while drawing.

Blender keeps a text field's height and where it was scrolled to by the name of its property. So
there are some for each height, and a block keeps its own as long as it is drawn.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

TALLEST = 12
"""Lines that a field shows at once; it scrolls."""
LOWEST = 2
_SAME = 12
"""Fields of each height."""
FIELDS = [(height, number) for height in range(LOWEST, TALLEST + 1) for number in range(_SAME)]
_UNUSED = 1.0
"""Seconds without being drawn, after which a field is another block's."""

Place = tuple[int, int, int]
"""A block of code: the turn's number, the part's place in it, the block's place in the part."""


@dataclass
class _Field:
    place: Place
    text: str
    drawn: float


@dataclass
class AnswerCode:
    """The fields in use, by their height and number."""

    _fields: dict[tuple[int, int], _Field] = field(default_factory=dict)

    def field_for(
        self, place: Place, text: str, lines: int, now: float | None = None
    ) -> tuple[int, int] | None:
        """Return the height and number of the field that shows a block; None if all are taken.

        Args:
            place: Of the block.
            text: Its code.
            lines: How many it takes.
            now: Seconds, for tests.
        """
        now = time.monotonic() if now is None else now
        height = min(max(lines, LOWEST), TALLEST)
        free: tuple[int, int] | None = None
        for number in range(_SAME):
            found = self._fields.get((height, number))
            if found is not None and found.place == place:
                found.text, found.drawn = text, now
                return height, number
            if free is None and (found is None or now - found.drawn > _UNUSED):
                free = height, number
        if free is not None:
            self._fields[free] = _Field(place, text, now)
        return free

    def text(self, height: int, number: int) -> str:
        """Return what a field shows."""
        found = self._fields.get((height, number))
        return found.text if found is not None else ""
