"""A table as lines of text: columns made with blanks where they fit, else a row as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ..chat.markdown_tree import Alignment, Table
from .letters import blank, styled
from .text import width, wrap

_TALLEST = 6
"""Lines of a cell; one that would take more is easier to read across the whole width."""


@dataclass(frozen=True)
class TableLines:
    """A table.

    Attributes:
        rows: The lines of each.
        ruled: Whether the first row is a header, with a line under it.
        spaced: Whether the rows have to be kept apart.
    """

    rows: tuple[tuple[str, ...], ...]
    ruled: bool
    spaced: bool


def laid_out_table(table: Table, room: float, font: float, most: int) -> TableLines:
    """Return a table's lines.

    Args:
        table: Any.
        room: The pixels that a line may take.
        font: In pixels.
        most: Lines that are wanted at most.
    """
    header = [styled(cell) for cell in table.header]
    rows = [[styled(cell) for cell in row] for row in table.rows[:most]]
    gap = width("\u2003", font)
    widths = _widths([header, *rows], room - gap * (len(header) - 1), font)
    if widths is not None:
        lines = [_row(row, widths, table.alignments, gap, font) for row in (header, *rows)]
        if max(map(len, lines)) <= _TALLEST:
            return TableLines(tuple(lines), True, any(len(row) > 1 for row in lines[1:]))
    return TableLines(
        tuple(_as_list(header, row, room, font, most) for row in rows or [[""] * len(header)]),
        False,
        True,
    )


def _widths(rows: Sequence[Sequence[str]], room: float, font: float) -> list[float] | None:
    """What each column gets: what it wants, or more than its longest word; None if that is too much."""
    wanted, least = [], []
    for column in zip(*rows):
        wanted.append(max(width(cell, font) for cell in column))
        words = [width(word, font) for cell in column for word in cell.split()]
        least.append(max(words, default=0.0))
    if sum(wanted) <= room:
        return wanted
    left = room - sum(least)
    if left < 0:
        return None
    share = left / (sum(wanted) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, wanted)]


def _row(
    cells: Sequence[str], widths: Sequence[float], alignments: Sequence[Alignment], gap: float, font: float
) -> tuple[str, ...]:  # fmt: skip
    columns = [wrap(cell, room, font, _TALLEST + 1) for cell, room in zip(cells, widths)]
    lines: list[str] = []
    for pieces in zip_longest(*columns, fillvalue=""):
        line, begins = "", 0.0
        for piece, room, alignment in zip(pieces, widths, alignments):
            before = room - width(piece, font)
            before = {"left": 0.0, "center": before / 2, "right": before}[alignment]
            if piece:
                line += blank(begins + before - width(line, font), font) + piece
            begins += room + gap
        lines.append(line)
    return tuple(lines) or ("",)


def _as_list(
    header: Sequence[str], row: Sequence[str], room: float, font: float, most: int
) -> tuple[str, ...]:
    lines: list[str] = []
    for name, cell in zip(header, row):
        if cell or name:
            lines += wrap(f"{name}: {cell}" if name else cell, room, font, most)
    return tuple(lines[:most]) or ("",)
