"""One streamed answer, put together chunk by chunk.

Chunks are the endpoint's own JSON objects; nothing in them is taken for granted. What is broken is
passed over, and what came is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..tools.phrase import Phrase
from ..tools.plain import speakable
from .call_pieces import CallPieces
from .conversation import Reply
from .events import Answering, Event, Reasoning, Text, Usage
from .failures import ModelFailed
from .reasoning import Thoughts

_CUT = ("length", "max_tokens")
_FILTERED = ("content_filter", "safety", "recitation", "prohibited_content", "blocklist")
_FAILED = ("error", "abort")
_NOT_WRITTEN = ("role", "id", "type", "name", "index", "reasoning_details", "signature", "format")


class ReplyBuilder:
    """Belongs to the worker's thread."""

    def __init__(self, asked: str = "") -> None:
        """Begin an answer of the model called `asked`; "" if it does not matter who answers."""
        self._asked = asked
        self._text: list[str] = []
        self._said = _Pairs()
        self._thought = _Pairs()
        self._thoughts = Thoughts()
        self._calls = CallPieces()
        self._in_pieces = False
        self._finish = ""
        self.characters = 0
        """How much was written, with thoughts and calls: what an answer costs that breaks off."""

    def feed(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """Take in one chunk; yield what there is to show of it.

        A `Usage` counts for the whole answer; where several come, only the last does.
        """
        yield from self._answering(chunk.get("model"))
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if isinstance(choice, Mapping):
            delta, message = choice.get("delta"), choice.get("message")
            if isinstance(delta, Mapping) and delta:
                self._in_pieces = True
                yield from self._take(delta, whole=False)
            elif isinstance(message, Mapping) and not self._in_pieces:
                yield from self._take(message, whole=True)
            if (finish := choice.get("finish_reason")) and isinstance(finish, str):
                self._finish = finish.lower()
        if isinstance(usage := chunk.get("usage"), Mapping):
            yield _usage(usage)

    def check(self) -> None:
        """Look whether the answer is whole, once its last chunk came.

        Raises:
            ModelFailed: it broke off, or the model was not allowed to end it.
        """
        if not self._finish or self._finish in _FAILED:
            raise ModelFailed(
                Phrase("The answer broke off. What had come of it is kept; try again."), "broken"
            )
        if self._finish in _CUT:
            raise ModelFailed(
                Phrase(
                    "The answer reached the length that the model, or its window, allows, and was "
                    "cut off. What had come of it is kept, but for tool calls; send 'Continue' to "
                    "go on."
                ),
                "cut",
            )
        if self._finish in _FILTERED:
            raise ModelFailed(
                Phrase(
                    "A filter of the provider ended the answer. What had come of it is kept; put it "
                    "differently, or choose another model."
                ),
                "refused",
            )

    def reply(self) -> Reply:
        """Return the whole answer. Calls get a new id where they had none of their own."""
        thoughts = self._thoughts
        return Reply("".join(self._text), self._calls.calls(), thoughts.details, thoughts.plain)

    def partial(self) -> Reply:
        """Return what had come of an answer that broke off: its text. Half calls are not kept."""
        return Reply("".join(self._text))

    def _take(self, delta: Mapping[str, Any], *, whole: bool) -> Iterator[Event]:
        self.characters += _length(delta)
        for thought in self._thoughts.feed(delta, whole=whole):
            if shown := self._thought.whole(thought):
                yield Reasoning(shown)
        for kind, piece in _content(delta.get("content") or delta.get("refusal")):
            if kind is Text and (said := self._said.whole(piece)):
                self._text.append(said)
                yield Text(said)
            elif kind is Reasoning and (shown := self._thought.whole(piece)):
                yield Reasoning(shown)
        self._calls.feed(delta)

    def _answering(self, model: Any) -> Iterator[Event]:
        if not self._asked or not isinstance(model, str) or not model:
            return
        # Endpoints add a date to the name, or a variant.
        own = re.escape(self._asked)
        if not re.fullmatch(rf"{own}([-@]\d[\w.-]*|:[\w-]+)?", model, re.IGNORECASE):
            yield Answering(speakable(model))
        self._asked = ""


class _Pairs:
    """Letters whose two halves come in two pieces."""

    def __init__(self) -> None:
        self._half = ""

    def whole(self, text: str) -> str:
        """The text without half of a pair at its end, and with that of the piece before."""
        text = self._half + text
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return speakable(text.removesuffix(self._half))


def _content(content: Any) -> Iterator[tuple[type[Text | Reasoning], str]]:
    """What is said and thought in a content: a text, or a list of parts."""
    if isinstance(content, str) and content:
        yield Text, content
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str) and part:
            yield Text, part
        elif isinstance(part, Mapping):
            said, thought = part.get("text"), part.get("thinking")
            if isinstance(said, str) and said:
                yield Text, said
            for _, each in _content(thought):
                yield Reasoning, each


def _length(value: Any) -> int:
    """How many characters of text stand in a piece of an answer, names and ids left out."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_length(each) for name, each in value.items() if name not in _NOT_WRITTEN)
    return sum(map(_length, value)) if isinstance(value, list) else 0


def _usage(usage: Mapping[str, Any]) -> Usage:
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
    cost = _number(usage.get("cost"))
    told = usage.get("cost_details")
    if usage.get("is_byok") is True and isinstance(told, Mapping):
        # With a key of the person's own at the provider, `cost` is OpenRouter's fee alone.
        cost = (cost or 0.0) + (_number(told.get("upstream_inference_cost")) or 0.0)
    return Usage(
        int(_number(usage.get("prompt_tokens")) or 0),
        int(_number(usage.get("completion_tokens")) or 0),
        cost,
        int(_number(cached) or 0),
    )


def _number(value: Any) -> float | None:
    """A number, also where it was written as text; None for all else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < float("inf") else None
