"""What a model thought, in the endpoint's own form, put together to be sent back.

Models that sign their thoughts refuse the next request if a block does not come back whole, so the
pieces of a streamed one are joined, and nothing else about it is changed. Used on the worker's
thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..tools.plain import speakable

_JOINED = ("text", "summary", "data")


class Thoughts:
    """Gathers one answer's `reasoning_details`, and what says the same in plain text."""

    def __init__(self) -> None:
        self._details: list[Any] = []
        self._plain: dict[str, list[str]] = {}

    def feed(self, delta: Mapping[str, Any], *, whole: bool) -> Iterator[str]:
        """Take in a piece of an answer; yield what there is to show of it.

        Args:
            delta: The piece.
            whole: Whether it is all of the answer, with details that are not to be joined.
        """
        details = delta.get("reasoning_details")
        details = details if isinstance(details, list) else []
        shown = ""
        for name in ("reasoning", "reasoning_content"):
            told = delta.get(name)
            if isinstance(told, str) and told:
                self._plain.setdefault(name, []).append(told)
                shown = shown or told
        earlier = len(self._details)
        for detail in details:
            if whole or not self._joined(detail, earlier):
                self._details.append(dict(detail) if isinstance(detail, Mapping) else detail)
        if text := shown or "".join(map(_words, details)):
            yield text

    @property
    def details(self) -> tuple[Any, ...]:
        """In the order in which they began."""
        return tuple(self._details)

    @property
    def plain(self) -> dict[str, str]:
        """What came as text only, by the endpoint's name for it; empty where there are details."""
        if self._details:
            return {}
        return {name: speakable("".join(texts)) for name, texts in self._plain.items()}

    def _joined(self, piece: Any, earlier: int) -> bool:
        """Add a piece to the block that it goes on with, if there is one."""
        if not isinstance(piece, Mapping):
            return False
        index = piece.get("index")
        # Without an index only the newest block can be meant, and none of the same chunk's.
        places = range(len(self._details)) if index is not None else range(earlier)[-1:]
        for block in (self._details[place] for place in reversed(places)):
            if not isinstance(block, dict) or not _go_together(block, piece):
                continue
            for name, value in piece.items():
                if name in _JOINED and isinstance(value, str) and isinstance(block.get(name), str):
                    block[name] += value
                elif value and (name == "signature" or not block.get(name)):
                    block[name] = value
            return True
        return False


def _go_together(block: Mapping[str, Any], piece: Mapping[str, Any]) -> bool:
    if any(block.get(name) != piece.get(name) for name in ("type", "index")):
        return False
    if piece.get("index") is None and (block.get("signature") or block.get("data")):
        return False  # it is complete
    ours, its = block.get("id"), piece.get("id")
    return not ours or not its or ours == its


def _words(detail: Any) -> str:
    told = (detail.get("text") or detail.get("summary")) if isinstance(detail, Mapping) else None
    return told if isinstance(told, str) else ""
