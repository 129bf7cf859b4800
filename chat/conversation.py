"""The messages between person, model and tools, as a chat endpoint takes them.

Belongs to the chat's worker thread. Whatever happens in a turn, it stays one that any provider
accepts: every tool call has exactly one result, in order.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any, NamedTuple
from uuid import uuid4

from ..tools.call import CallResult
from ..tools.picture import Picture
from ..tools.plain import speakable
from .compaction import MARK, cut, entry, joined, shortened, size
from .compaction import summary as summarize
from .inbox import Prompt

Message = dict[str, Any]

_END = re.compile(rf"</(\s*{MARK})", re.IGNORECASE)
_SUMMARY = (
    "What was said and done before in this conversation, shortened by Scene Chat. What the person "
    "asked for in it still holds."
)
_SO_FAR = "\n\nWhat you did of it so far, shortened: "
_SO_FAR_LENGTH = 1_000
_LEAST_RESULT = 200
"""Characters that are left of a result, however little room there is."""
_PICTURES_KEPT = 2
_ATTACHED = "The person attached: "
_RESULT_LIMIT = 8_000
"""Characters of a tool's result that the model gets."""


class Call(NamedTuple):
    """A call as the model wrote it: `arguments` is its text, JSON or not.

    `problem` says why it cannot be run, if its arguments are left out.
    """

    id: str
    name: str
    arguments: str
    problem: str = ""


@dataclass(frozen=True)
class Reply:
    """What the model said in one round.

    Attributes:
        text: Its answer, "" where it only called tools.
        calls: Its tool calls, in order, each with an id of its own.
        reasoning_details: What it thought, in the provider's own form, to be sent back unchanged.
        reasoning: The same as text, by the endpoint's name for it, where there are no details.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    reasoning_details: tuple[Any, ...] = ()
    reasoning: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Conversation:
    """What goes to the model after the system prompt: a summary of old turns, then the others whole.

    A message is never changed, only replaced, so a list that was given out stays what was sent.
    """

    turns: list[list[Message]] = field(default_factory=list)
    """Each with its prompt first; oldest first."""
    summarized: list[tuple[str, str]] = field(default_factory=list)
    """Of each turn that is no longer sent whole: the person's words, and what came of them."""
    _summary: str = ""
    _ids: set[str] = field(default_factory=set)
    """Of all calls there ever were."""
    _unanswered: list[Call] = field(default_factory=list)
    _pictures: list[tuple[str, Picture]] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """All of it, in order."""
        before: list[Message] = []
        if self._summary:
            # Some models' templates want person and model to speak in turns.
            before = [
                {"role": "user", "content": self.summary},
                {"role": "assistant", "content": "I go on from there."},
            ]
        return [*before, *(message for turn in self.turns for message in turn)]

    @property
    def summary(self) -> str:
        """What is sent in place of the turns that went into it, "" as long as all are sent."""
        return f"{_SUMMARY}\n{self._summary}" if self._summary else ""

    @property
    def characters(self) -> int:
        """About how long it is; a picture counts as `compaction.PICTURE_CHARACTERS`."""
        return sum(map(size, self.messages))

    @classmethod
    def of(
        cls,
        turns: list[list[Message]],
        summarized: Iterable[tuple[str, str]] = (),
        digest: str = "",
    ) -> Conversation:
        """Return one that goes on where another was, of which these were noted."""
        ids = {
            call["id"] for turn in turns for each in turn for call in each.get("tool_calls") or ()
        }
        return cls(turns, list(summarized), digest, ids)

    @property
    def digest(self) -> str:
        """What is left of the turns that are summarized, in words."""
        return self._summary

    def clear(self) -> None:
        """Begin anew."""
        self.turns, self.summarized, self._summary = [], [], ""
        self._unanswered, self._pictures, self._ids = [], [], set()

    def add_prompt(self, prompt: Prompt, *, joins: bool = False) -> None:
        """Add what the person wrote, with what it may refer to and what they attached.

        Args:
            prompt: The message.
            joins: Whether it goes into the newest turn, instead of beginning one.
        """
        if not (joins and self.turns):
            self.turns.append([])
        context = f"\n\n{_as_data(prompt.situation)}" if prompt.situation else ""
        self._add({"role": "user", "content": prompt.text + context})
        if prompt.pictures:
            names = ", ".join(each.caption for each in prompt.pictures)
            self._drop_pictures(_PICTURES_KEPT - 1, "no longer shown")
            # All in one message, so that all are kept; the view's words hold names of the scene.
            self._add(_shown(_as_data(f"{_ATTACHED}{names}."), prompt.pictures))

    def add_reply(self, reply: Reply) -> Reply:
        """Add the model's answer; the results of its calls are to follow.

        Returns:
            The answer with ids for its calls that no other call of the conversation has: some
            endpoints begin anew with each answer, and others refuse that.
        """
        if not (reply.text or reply.calls):
            return reply
        reply = replace(reply, calls=tuple(map(self._with_own_id, reply.calls)))
        message: Message = {"role": "assistant", "content": reply.text or None}
        if reply.calls:
            # Some refuse the results of calls whose thoughts do not come with them.
            message.update(reply.reasoning)
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": _as_object(call.arguments)},
                }
                for call in reply.calls
            ]
        if reply.reasoning_details:
            message["reasoning_details"] = list(reply.reasoning_details)
        self._add(_sendable(message))
        self._unanswered = list(reply.calls)
        return reply

    def _with_own_id(self, call: Call) -> Call:
        own = speakable(call.id)
        while own in self._ids:
            own = f"call_{uuid4().hex[:16]}"
        self._ids.add(own)
        return call._replace(id=own)

    def add_result(self, call: Call, result: CallResult) -> None:
        """Add a call's result as text; its picture, if any, follows the round's last result."""
        self._add(
            {"role": "tool", "tool_call_id": call.id, "content": _as_data(result_text(result))}
        )
        self._unanswered = [each for each in self._unanswered if each.id != call.id]
        if result.picture is not None:
            self._pictures.append((call.name, result.picture))
        if not self._unanswered:
            self._add_pictures()

    def close_round(self, why: str) -> None:
        """Give every call that got no result one that says why, such as "Stopped."."""
        for call in list(self._unanswered):
            self.add_result(call, CallResult(False, error=why))

    def take_back_answer(self) -> None:
        """Take an answer that broke off out again, to ask for it anew."""
        if self.turns and self.turns[-1][-1]["role"] == "assistant":
            self.turns[-1].pop()

    def take_back(self, turns: int) -> None:
        """Take the newest turns out again, also those that went into the summary."""
        whole = max(0, len(self.turns) - turns)
        summarized = len(self.summarized) - (turns - (len(self.turns) - whole))
        self.turns = self.turns[:whole]
        if summarized < len(self.summarized):
            self.summarized = self.summarized[: max(0, summarized)]
            room = len(self._summary)
            self._summary = summarize(self.summarized, room) if self.summarized else ""
        self._unanswered, self._pictures = [], []

    def forget_reasoning(self) -> None:
        """Take out what a model thought, in its provider's own form: another one may refuse it."""
        for turn in self.turns:
            turn[:] = [
                {key: value for key, value in each.items() if not key.startswith("reasoning")}
                for each in turn
            ]

    def drop_pictures(self) -> bool:
        """Take all pictures out, for a model that takes none; return whether there were any."""
        return self._drop_pictures(0, "left out")

    def compact(self, most: int) -> bool:
        """Make it at most about `most` characters, in the order of what is missed least.

        Old results shrink to a line; then old turns go into the summary; then the newest turn's own
        earlier rounds shrink, and go too; at last the newest round's results are cut.

        Returns:
            Whether it is that short now.
        """
        self._shorten_rounds(kept=2)
        while len(self.turns) > 1 and self.characters > most:
            # Several at once: the fewer times the beginning changes, the more of it is cached.
            gone = max(1, (len(self.turns) - 1) // 4)
            self.summarized += map(entry, self.turns[:gone])
            del self.turns[:gone]
            self._summary = summarize(self.summarized, most // 2)
        if self.characters > most:
            self._shorten_rounds(kept=1)
        if self.characters > most and self.turns:
            self._fold_newest()
            self._cut_newest(most)
        return self.characters <= most

    def _shorten_rounds(self, kept: int) -> None:
        """Shorten all but the newest `kept` rounds: those before the last assistant messages."""
        rounds = 0
        for turn in reversed(self.turns):
            for place in range(len(turn) - 1, 0, -1):
                if rounds >= kept:
                    # Some models want all they thought in the turn that goes on.
                    turn[place] = shortened(turn[place], thoughts=turn is self.turns[-1])
                elif turn[place]["role"] == "assistant":
                    rounds += 1

    def _fold_newest(self) -> None:
        """Put all rounds of the newest turn but the last into words beneath its prompt."""
        turn = self.turns[-1]
        rounds = [n for n, each in enumerate(turn) if each["role"] == "assistant"]
        if len(rounds) > 1:
            prompt = turn[0]
            words = "\n\n".join([prompt["content"], *joined(turn[: rounds[-1]])])
            done = cut(entry(turn[: rounds[-1]])[1], _SO_FAR_LENGTH)
            turn[: rounds[-1]] = [{**prompt, "content": f"{words}{_SO_FAR}{done}"}]

    def _cut_newest(self, most: int) -> None:
        """Cut the newest turn's results, the longest most."""
        turn = self.turns[-1]
        results = [n for n, each in enumerate(turn) if each["role"] == "tool"]
        rest = self.characters - sum(len(turn[n]["content"]) for n in results)
        for left, n in zip(
            range(len(results), 0, -1), sorted(results, key=lambda n: size(turn[n]))
        ):
            share = max(_LEAST_RESULT, (most - rest) // left - _LEAST_RESULT // 4)
            turn[n] = {**turn[n], "content": cut(turn[n]["content"], share)}
            rest += len(turn[n]["content"])

    def _add(self, message: Message) -> None:
        if not self.turns:
            self.turns.append([])
        self.turns[-1].append(message)

    def _add_pictures(self) -> None:
        # Most providers reject images in a tool's message, so they come as the user's.
        for name, picture in self._pictures:
            words = _as_data(f"The picture that {name} made: {picture.caption}.")
            self._add(_shown(words, [picture]))
        self._pictures = []
        self._drop_pictures(_PICTURES_KEPT, "no longer shown")

    def _drop_pictures(self, kept: int, why: str) -> bool:
        shown = [
            (turn, place)
            for turn in self.turns
            for place, each in enumerate(turn)
            if isinstance(each["content"], list)
            # What the model is to go by stays as long as it works on that.
            and not (kept and turn is self.turns[-1] and _is_attached(each))
        ]
        dropped = shown[: len(shown) - kept]
        for turn, place in dropped:
            text = turn[place]["content"][0]["text"]
            turn[place] = {**turn[place], "content": f"{text} ({why})"}
        return bool(dropped)


def _as_data(text: str) -> str:
    """Mark what comes from the scene, so that the model takes no name or text in it for an order.

    The text cannot end the mark by itself; written this way, JSON strings in it stay what they are.
    """
    inside = _END.sub(r"<\\/\1", text)
    return f"<{MARK}>{inside}</{MARK}>"


def _is_attached(message: Message) -> bool:
    return str(message["content"][0]["text"]).startswith(f"<{MARK}>{_ATTACHED}")


def _shown(words: str, pictures: Iterable[Picture]) -> Message:
    """A message that shows pictures, the words first."""
    content: list[dict[str, Any]] = [{"type": "text", "text": words}]
    for each in pictures:
        url = f"data:{each.media_type};base64,{base64.b64encode(each.data).decode()}"
        content.append({"type": "image_url", "image_url": {"url": url}})
    return {"role": "user", "content": content}


def result_text(result: CallResult) -> str:
    """Return a call's result as the model reads it, at most about 8,000 characters."""
    if result.ok:
        text = json.dumps(result.value, ensure_ascii=False, separators=(",", ":"))
    else:
        text = f"Error: {result.error}"
    receipt = result.receipt.text()
    text = f"{text}\n{receipt}" if receipt else text
    if len(text) <= _RESULT_LIMIT:
        return text
    head, tail = text[: _RESULT_LIMIT * 3 // 4], text[-_RESULT_LIMIT // 4 :]
    return f"{head}\n[{len(text) - len(head) - len(tail):,} characters left out]\n{tail}"


def _sendable(value: Any) -> Any:
    """What JSON can hold and every endpoint reads: no half characters, no numbers that are none."""
    match value:
        case str():
            return speakable(value)
        case float():
            return value if isfinite(value) else None
        case list():
            return [_sendable(each) for each in value]
        case dict():
            return {speakable(str(key)): _sendable(each) for key, each in value.items()}
    return value


def _as_object(arguments: str) -> str:
    """Providers refuse a history whose arguments are not a JSON object; what was wrong stands in
    the result."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"
