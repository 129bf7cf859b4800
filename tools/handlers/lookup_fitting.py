"""An answer in 2,000 bytes: what is left out of it, and in which order. Needs no Blender."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Answer = dict[str, Any]
"""What is told by name, with tables in it, and of any length; what is empty will be left out."""

_ROOM = 2_000
_ROOMS = ((3, 160, 400), (3, 60, 300), (3, 0, 200), (2, 0, 200), (1, 0, 200), (0, 0, 200))
"""Parts of a row, characters of its text, characters of a text outside of tables: widest first."""


@dataclass(frozen=True)
class Row:
    """A line of a table: its parts, of which the last go first where room is short, and a text."""

    parts: tuple[str, ...] = ()
    text: str = ""

    def written(self, parts: int, text: int) -> str:
        """Return so many parts, and so many characters of the text."""
        told = " ".join(filter(None, self.parts[:parts]))
        return f"{told}; {_cut(self.text, text)}".strip("; ") if self.text and text else told


@dataclass(frozen=True)
class Table:
    """Rows by name."""

    rows: Mapping[str, Row]

    def written(self, parts: int, text: int) -> dict[str, str] | list[str]:
        """Return the rows by name; the names alone where no row has anything to say."""
        rows = {key: row.written(parts, text) for key, row in self.rows.items()}
        return rows if any(rows.values()) else list(rows)


def fitted(answer: Answer) -> dict[str, object]:
    """Return an answer as JSON values that take 2,000 bytes at most.

    Descriptions are shortened first, then left out, then defaults and limits, then all but the
    names; of the longest list the end goes last of all, then what is largest;
    "more" counts them.
    """
    told: Answer = {}
    for room in _ROOMS:
        written = {key: _written(value, *room) for key, value in answer.items()}
        told = {key: value for key, value in written.items() if value not in ("", [], {}, None)}
        if _size(told) <= _ROOM:
            return told
    told["more"] = 0
    while _size(told) > _ROOM:
        lists = {key: value for key, value in told.items() if isinstance(value, list) and value}
        if not lists:  # many texts, or an endless name
            sizes = {key: _size({key: told[key]}) for key in told if key != "more"}
            largest = max(sizes, key=lambda key: sizes[key])
            del told[largest]
            told["more"] += 1
            continue
        longest = max(lists, key=lambda key: _size(lists[key]))
        told[longest] = lists[longest][: len(lists[longest]) * 9 // 10]
        told["more"] += len(lists[longest]) - len(told[longest])
    return told


def _written(value: Any, parts: int, row_text: int, text: int) -> Any:
    if isinstance(value, Table):
        return value.written(parts, row_text)
    return _cut(value, text) if isinstance(value, str) else value


def _size(value: object) -> int:
    """Return how many bytes a value takes, at most, whoever writes it as JSON."""
    return len(json.dumps(value, separators=(",", ":")))


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    words = text[: most - 2].rpartition(" ")[0]
    return (words or text[: most - 3]) + " .."
