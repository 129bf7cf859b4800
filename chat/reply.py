"""One streamed answer, put together chunk by chunk.

Chunks are the endpoint's own JSON objects. Providers break the protocol of tool calls in several
ways; the rule that gets them all: an id seen before means that call, a new id means a new call even
where its index is taken, no id means the latest call of that index, neither means the latest.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..tools.plain import speakable
from .conversation import Call, Reply
from .events import Event, Reasoning, Text, Usage


@dataclass
class _GrowingCall:
    id: str
    index: int | None
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ReplyBuilder:
    """Belongs to the chat's worker thread."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._calls: list[_GrowingCall] = []
        self._reasoning_details: list[Any] = []
        self._half = ""
        self.finished = False
        """Whether the endpoint said that the answer is complete."""

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """Take in one chunk; yield what there is to show of it."""
        for choice in (chunk.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            yield from self._delta(delta)
            self.finished = self.finished or bool(choice.get("finish_reason"))
        if usage := chunk.get("usage"):
            cost = usage.get("cost")
            yield Usage(
                usage.get("prompt_tokens") or 0,
                usage.get("completion_tokens") or 0,
                float(cost) if cost is not None else None,
            )

    def reply(self) -> Reply:
        """Return the whole answer. Calls get a new id where they had none of their own."""
        seen: set[str] = set()
        calls = []
        for each in self._calls:
            own = each.id if each.id and each.id not in seen else f"call_{uuid.uuid4().hex[:16]}"
            seen.add(own)
            calls.append(Call(own, speakable(each.name), speakable("".join(each.arguments))))
        return Reply("".join(self._text), tuple(calls), tuple(self._reasoning_details))

    def partial(self) -> Reply:
        """Return what had come of an answer that broke off: its text. Half calls are not kept."""
        return Reply("".join(self._text))

    def _delta(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        if text := delta.get("content"):
            text = self._whole(text)
            self._text.append(text)
            yield Text(text)
        if thought := delta.get("reasoning") or delta.get("reasoning_content"):
            yield Reasoning(speakable(thought))
        self._reasoning_details.extend(delta.get("reasoning_details") or ())
        for piece in delta.get("tool_calls") or ():
            call = self._call_of(piece.get("id") or "", piece.get("index"))
            function = piece.get("function") or {}
            call.name = call.name or function.get("name") or ""
            if arguments := function.get("arguments"):
                call.arguments.append(arguments)

    def _whole(self, text: str) -> str:
        """The text without half of a pair at its end, whose other half comes in the next chunk."""
        text = self._half + text
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return speakable(text.removesuffix(self._half))

    def _call_of(self, id: str, index: int | None) -> _GrowingCall:
        latest_first = list(reversed(self._calls))
        if id:
            same = [each for each in latest_first if each.id == id]
        elif index is not None:
            same = [each for each in latest_first if each.index == index]
        else:
            same = latest_first
        if not same:
            self._calls.append(_GrowingCall(id, index))
            return self._calls[-1]
        return same[0]
