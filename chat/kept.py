"""A chat as it stands in its file: lines of JSON, each an object with one or more of these, in order.

    scene_chat   the format's number; the first line, with `id` and `created`
    chat         what the list says of it (`About`); the last one holds
    keep         how many turns stay: the later ones were taken out
    turn         a turn begins
    again        the newest turn is gone on with
    event        what happened in the newest turn (`events`), `t` seconds after it began
    messages     how the conversation with the model changed
    summary      what is sent in place of its oldest turns
    meter        how full the model's window was

`journal` writes them, and this reads them. Any thread. Half a last line is what a killed Blender
leaves; a line that cannot be read is passed over, and counted.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any
from uuid import uuid4

from ..tools.call import CallResult
from ..tools.phrase import Phrase
from .compaction import MARK, size
from .conversation import Conversation, Message
from .events import End, Error, Event, ToolResult, as_json, from_json
from .meter import Meter
from .turns import Turn, next_number

FORMAT = 1
_CUT = Phrase("Blender ended before this was answered. It can go on from here.")
_CALL_CUT = "Blender ended before this call had a result."
_TAIL = 16_384
"""Bytes at a file's end in which its last `chat` line mostly stands."""
_CHAT = b'{"chat":'


class Unreadable(Exception):
    """Nothing of a chat can be read; the message says why."""


class TooNew(Unreadable):
    """A later Scene Chat wrote it, so it is as it should be."""


@dataclass
class About:
    """What the list says of a chat. Each field is replaced whole; read on any thread.

    Attributes:
        id: The chat's own, also the conversation's name for the provider's cache.
        created: Seconds since 1970.
        title: The person's own, "" until they gave it one.
        first: The first message's beginning.
        file: The .blend that was open at its last turn, "" for one that was never saved.
        pinned: Whether it is listed first.
        at: When its last turn began or ended, in seconds since 1970.
        turns: How many there are.
    """

    id: str = field(default_factory=lambda: uuid4().hex)
    created: float = field(default_factory=time.time)
    title: str = ""
    first: str = ""
    file: str = ""
    pinned: bool = False
    at: float = 0.0
    turns: int = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.first or Phrase("New Chat")

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    def take(self, told: Mapping[str, Any]) -> None:
        """Take up what `as_json` told of.

        Raises:
            ValueError: it is nothing of the kind.
        """
        _fill(self, told)


@dataclass
class Kept:
    """What was read of a file.

    Attributes:
        about: What the list says of it.
        turns: All ended, with numbers of this session.
        conversation: One that any provider accepts.
        meter: As it stood.
        messages: The conversation as the file has it: what was cut is not mended there.
        summary: Likewise, of what is sent in place of its oldest turns.
        size: Bytes of the whole lines.
        bad: How many lines could not be read.
        missing: The events that end what was cut; the file has yet to get them.
    """

    about: About
    turns: list[Turn] = field(default_factory=list)
    conversation: Conversation = field(default_factory=Conversation)
    meter: Meter = field(default_factory=Meter)
    messages: list[list[Message]] = field(default_factory=list)
    summary: tuple[str, Sequence[tuple[str, str]]] = "", ()
    size: int = 0
    bad: int = 0
    missing: list[Event] = field(default_factory=list)


def read(data: bytes, id: str) -> Kept:
    """Return the chat that stands in `data`, up to its last whole line.

    Args:
        data: The file's bytes.
        id: The chat's, after which its file is called.

    Raises:
        Unreadable: there is no line that can be read.
    """
    kept = Kept(About(id, created=0.0))
    good = 0
    for line in data.split(b"\n")[:-1]:
        kept.size += len(line) + 1
        try:
            _take(kept, json.loads(line))
            good += 1
        except TooNew:
            raise
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
                ValueError):  # fmt: skip
            kept.bad += 1
    if not (good and kept.turns):
        raise Unreadable("Nothing of it can be read.")
    kept.about.id = id
    kept.about.turns = len(kept.turns)
    kept.missing = _end(kept.turns[-1])
    text, entries = kept.summary
    turns = [mended for turn in kept.messages if (mended := _mended(turn))]
    kept.conversation = Conversation.of(turns, entries, text)
    return kept


def about(file: Path) -> About:
    """Return what the list says of a chat, mostly from the end of its file.

    Raises:
        Unreadable: nothing of it can be read.
        OSError: the file cannot be read.
    """
    with file.open("rb") as data:
        length = data.seek(0, 2)
        data.seek(max(0, length - _TAIL))
        tail = data.read()
        if (found := _last_about(tail, file.stem)) is None and length > _TAIL:
            data.seek(0)
            found = _last_about(data.read(), file.stem)
    return found or read(file.read_bytes(), file.stem).about


def words(file: Path) -> Iterator[str]:
    """Yield what was said in a chat by the person and by the model, piece by piece.

    Raises:
        OSError: the file cannot be read.
    """
    with file.open("rb") as lines:
        for line in lines:
            if not line.startswith((b'{"turn":', b'{"keep":', b'{"event":{"event":"text"',
                                    b'{"event":{"event":"joined"')):  # fmt: skip
                continue
            try:
                told = json.loads(line)
                if "turn" in told:
                    yield f"\n{told['turn']['prompt']}\n"
                else:
                    yield told["event"]["text"]
            except (LookupError, RecursionError, TypeError, ValueError):
                continue


def _last_about(data: bytes, id: str) -> About | None:
    for line in reversed(data.split(b"\n")[:-1]):
        if line.startswith(_CHAT):
            found = About(id, created=0.0)
            try:
                found.take(json.loads(line)["chat"])
            except (LookupError, RecursionError, TypeError, ValueError):
                continue
            found.id = id
            return found
    return None


def _fill(target: About | Meter, told: Mapping[str, Any]) -> None:
    """Set what is told of, if all of it is of the kind that stands there."""
    given = {each.name: told[each.name] for each in fields(target) if each.name in told}
    for name, value in given.items():
        now = getattr(target, name)
        if type(value) is not type(now) and (type(now), type(value)) != (float, int):
            raise ValueError(f"{name} is no {type(now).__name__}: {value!r:.80}")
        if isinstance(value, dict) and any(type(each) is not int for each in value.values()):
            raise ValueError(f"{name} holds what is no number.")
    for name, value in given.items():
        setattr(target, name, value)


def _take(kept: Kept, line: Mapping[str, Any]) -> None:
    """Take up a line."""
    if line.get("scene_chat", FORMAT) > FORMAT:
        raise TooNew("A newer Scene Chat wrote it.")
    if "scene_chat" in line:
        kept.about.created = float(line["created"])
    if "chat" in line:
        kept.about.take(line["chat"])
    if "keep" in line:
        del kept.turns[int(line["keep"]) :]
    if "turn" in line:
        if kept.turns:
            _end(kept.turns[-1])
        said = line["turn"]
        texts = [said["prompt"], said["title"], said["asked"]]
        if not all(isinstance(each, str) for each in texts):
            raise TypeError("A turn's words are no text.")
        prompt, title, asked = texts
        kept.turns.append(Turn(next_number(), prompt, title, at=float(said["at"]), asked=asked))
    if "again" in line:
        _end(kept.turns[-1])
        kept.turns[-1].reopen()
    if "event" in line:
        event = from_json(line["event"])
        turn = kept.turns[-1]
        turn.feed(event)
        turn.seconds = float(line.get("t", turn.seconds))
    if "messages" in line:
        _change(kept.messages, line["messages"])
    if "summary" in line:
        text, entries = line["summary"]
        kept.summary = str(text), [(str(asked), str(came)) for asked, came in entries]
    if "meter" in line:
        _fill(kept.meter, line["meter"])


def _end(turn: Turn) -> list[Event]:
    """End a turn that was cut; return what that took."""
    if turn.end is not None:
        return []
    result = CallResult(False, error=_CALL_CUT, kind="Cut")
    events: list[Event] = [
        *(ToolResult(call, result) for call in turn.open_calls),
        Error(_CUT),
        End("error"),
    ]
    seconds = turn.seconds
    for each in events:
        turn.feed(each)
    turn.seconds = seconds
    return events


def event_line(event: Event, seconds: float) -> dict[str, Any]:
    """Return the line for an event that many seconds after its turn's beginning."""
    return {"event": as_json(event, whole=True), "t": round(seconds, 2)}


def _change(turns: list[list[Message]], change: Mapping[str, Any]) -> None:
    """Replace all messages from a place on."""
    turn, place = change["from"]
    added = change["add"]
    for each in (message for messages in added for message in messages):
        if each["role"] not in ("user", "assistant", "tool"):
            raise ValueError("A message of nobody's.")
        calls = each.get("tool_calls") or ()
        if len({call["id"] for call in calls}) != len(calls):
            raise ValueError("Two calls of one id.")
        if each["role"] == "tool":
            each["tool_call_id"]
        size(each)  # which looks at all of it
    if not 0 <= turn <= len(turns):
        raise ValueError("Messages before these are missing.")
    begun = turns[turn][:place] if turn < len(turns) else []
    if added:
        added = [[*begun, *added[0]], *added[1:]]
    turns[turn:] = added


def _mended(turn: list[Message]) -> list[Message]:
    """A turn as providers accept it: the person's words first, and a result after each call."""
    mended: list[Message] = []
    results: dict[str, Message | None] = {}

    def answer() -> None:
        for call, result in results.items():
            content = f"<{MARK}>Error: {_CALL_CUT}</{MARK}>"
            mended.append(result or {"role": "tool", "tool_call_id": call, "content": content})
        results.clear()

    for message in turn:
        if message["role"] == "tool":
            if message["tool_call_id"] in results:
                results[message["tool_call_id"]] = message
            continue
        answer()
        if mended or message["role"] == "user":
            mended.append(message)
            results.update((call["id"], None) for call in message.get("tool_calls") or ())
    answer()
    return mended
