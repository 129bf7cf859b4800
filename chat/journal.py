"""One chat's file, written as the chat goes on; `kept` says what its lines are and reads them.

Each line is given to the system at once, so that a Blender that is killed loses at most the text of
the last quarter of a second. No line holds a key, nor a picture. That nothing can be written (full
disk, read-only folder) ends no chat: `problem` then says so, and what could not be written is, with
the next line that can.

Made by `chats`. Any thread, but `note` and what it sets off, which are the chat worker's.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..tools.phrase import Phrase
from ..tools.plain import Secrets, plain
from ..tools.running import lock
from .conversation import Message
from .events import End, Event, Reasoning, Text, ToolResult
from .kept import FORMAT, Kept, event_line

if TYPE_CHECKING:
    from .chat import History
    from .turns import Turn

SUFFIX = ".jsonl"
_TEXT_SECONDS = 0.25
"""How long pieces of text are gathered before they are a line."""
_LONGEST = 100_000
"""Characters of one text in a result that are kept."""
_NO_LONGER_SHOWN = " (no longer shown)"
_CHANGED = Phrase(
    "This chat's file was changed by another program, so what follows is not kept. "
    "Begin a new chat to have it kept."
)


class InUse(Exception):
    """Another Blender has the chat open."""


class Held:
    """A chat's place among those that are open, in one Blender at a time; gone with its process."""

    def __init__(self, folder: Path, id: str) -> None:
        """Take it.

        Args:
            folder: Of the chats.
            id: The chat's.

        Raises:
            InUse: another Blender has it.
            OSError: the folder cannot be written.
        """
        self._path = folder / "open" / id
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            lock(self._descriptor)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                os.close(self._descriptor)
                raise InUse("Another Blender has this chat open.") from None
            # A file system without locks: the chat is kept all the same.

    def release(self) -> None:
        """Give it back."""
        with contextlib.suppress(OSError):
            self._path.unlink()  # first, so that nobody takes what is about to go
        os.close(self._descriptor)
        with contextlib.suppress(OSError):  # Windows removes nothing that is open
            self._path.unlink()


class Journal:
    """Of one chat."""

    def __init__(
        self,
        folder: Path,
        id: str,
        secrets: Secrets,
        later: Callable[[float, Callable[[], object]], object],
    ) -> None:
        """Make the journal of a new chat; its file comes with the first turn.

        Args:
            folder: Of the chats.
            id: The chat's.
            secrets: What no line may hold.
            later: Calls something after so many seconds, on the thread of `note`.
        """
        self.file = folder / f"{id}{SUFFIX}"
        self.secrets = secrets
        self.later = later
        self.on = True
        """Whether anything is written."""
        self.problem = ""
        """Why the latest line could not be written, in a sentence, or ""."""
        self.held: Held | None = None
        self._lock = threading.RLock()
        self._size = 0
        """Of the file, as it was left."""
        self._torn = False
        """Whether the file may end with half a line, of a Blender that was killed."""
        self._unwritten = bytearray()
        self._before = b""
        """What is written with the next line, and not for itself."""
        self._turns: list[Turn] = []
        self._messages: list[list[tuple[Message, Message]]] = []
        """The conversation as the file has it, each message with what it was made of."""
        self._summary: tuple[str, int] = "", 0
        self._meter: dict[str, Any] = {}
        self._pieces: tuple[type[Text | Reasoning], str] = Text, ""
        self._seconds = 0.0

    def resume(self, kept: Kept, held: Held | None, before: bytes = b"") -> None:
        """Go on with a chat that was read.

        Args:
            kept: As it was read.
            held: Its place, if it goes on in its own file.
            before: All lines that go before what is new, where it goes on in a file of its own.
        """
        self.held = held
        self._size, self._torn = (0, False) if before else (kept.size, True)
        self._before = before
        self._turns = list(kept.turns)
        self._messages = [[(each, each) for each in turn] for turn in kept.messages]
        self._summary = kept.summary[0], len(kept.summary[1])
        self._meter = asdict(kept.meter)
        for event in kept.missing:
            self._before += self._line(event_line(event, kept.turns[-1].seconds))

    def begin(self, history: History) -> None:
        """The newest turn begins, or is gone on with."""
        with self._lock:
            if not self.on:
                return
            self._flush()
            line: dict[str, Any] = {}
            same = (one is other for one, other in zip(self._turns, history.turns))
            stay = sum(1 for _ in takewhile(bool, same))
            if stay < len(self._turns):
                line["keep"] = stay
            turn = history.turns[-1]
            if stay < len(history.turns):
                line["turn"] = {
                    "prompt": turn.prompt, "title": turn.title, "asked": turn.asked, "at": turn.at,
                }  # fmt: skip
            else:
                line["again"] = True
            self._turns = list(history.turns)
            about = history.about
            about.turns, about.at = len(history.turns), time.time()
            about.first = history.turns[0].title
            if not self._begun:
                self._add({"scene_chat": FORMAT, "id": about.id, "created": about.created})
            self._add(line | self._state(history))
            self._add({"chat": about.as_json()})
            self._write()

    def note(self, history: History, event: Event) -> None:
        """Keep what happened in the newest turn, once that has taken it up."""
        with self._lock:
            if not self.on:
                return
            turn = history.turns[-1]
            if isinstance(event, Text | Reasoning):
                kind, text = self._pieces
                if type(event) is not kind:
                    self._flush()
                    text = ""
                if not text:
                    self.later(_TEXT_SECONDS, self.flush)
                self._pieces = type(event), text + event.text
                self._seconds = turn.elapsed
                return
            self._flush()
            line = event_line(event, turn.elapsed)
            if isinstance(event, ToolResult):
                line["event"]["result"] = _shortened(line["event"]["result"])
            self._add(line | self._state(history))
            if isinstance(event, End):
                history.about.at = time.time()
                self._add({"chat": history.about.as_json()})
            self._write()

    def say(self, history: History) -> None:
        """Keep what the list says of the chat, if there is a file to keep it in."""
        with self._lock:
            if self.on and self._begun:
                self._add({"chat": history.about.as_json()})
                self._write()

    def flush(self) -> None:
        """Write the text that was gathered, but for what may be half a key."""
        with self._lock:
            if not self.on:
                return
            kind, text = self._pieces
            held_back = self._half_key(text)
            self._flush(held_back)
            self._write()
            if held_back:
                self._pieces = kind, text[-held_back:]
                self.later(_TEXT_SECONDS, self.flush)

    def close(self) -> None:
        """Let go of the file; a later line takes it up again."""
        with self._lock:
            if self.on:
                self._flush()
                self._write()
            if self.held is not None:
                self.held.release()
                self.held = None

    @property
    def _begun(self) -> bool:
        """Whether there is a file, or what one begins with."""
        return bool(self._size or self._unwritten or self._before)

    def _flush(self, held_back: int = 0) -> None:
        kind, text = self._pieces
        self._pieces = kind, ""
        if text := text[: len(text) - held_back]:
            self._add(event_line(kind(text), self._seconds))

    def _half_key(self, text: str) -> int:
        """How many characters at the end may be the beginning of a key."""
        return max(
            (
                length
                for key in self.secrets.known
                for length in range(1, min(len(key), len(text) + 1))
                if text.endswith(key[:length])
            ),
            default=0,
        )

    def _state(self, history: History) -> dict[str, Any]:
        """What changed of what the model needs to go on."""
        line: dict[str, Any] = {}
        conversation = history.conversation
        if (change := self._change(conversation.turns)) is not None:
            line["messages"] = change
        summary = conversation.digest, len(conversation.summarized)
        if summary != self._summary:
            self._summary = summary
            line["summary"] = [conversation.digest, conversation.summarized]
        if (meter := asdict(history.meter)) != self._meter:
            self._meter = meter
            line["meter"] = meter
        return line

    def _change(self, turns: list[list[Message]]) -> dict[str, Any] | None:
        """All messages from the first that is not as the file has it; None where all are."""
        known = self._messages
        now = []
        for number, turn in enumerate(turns):
            before = known[number] if number < len(known) else []
            now.append(
                [
                    before[place]
                    if place < len(before) and before[place][0] is message
                    else (message, _without_pictures(message))
                    for place, message in enumerate(turn)
                ]
            )
        self._messages = now
        first, place = 0, 0
        for old, new in zip(known, now):
            place = 0
            for one, other in zip(old, new):
                if one[1] is not other[1] and one[1] != other[1]:
                    break
                place += 1
            if place < len(old) or place < len(new):
                break
            first, place = first + 1, 0
        if first == len(known) == len(now):
            return None
        added = [[message for _, message in turn] for turn in now[first:]]
        if added:
            added[0] = added[0][place:]
        return {"from": [first, place], "add": added}

    def _add(self, line: Mapping[str, Any]) -> None:
        self._unwritten += self._before + self._line(line)
        self._before = b""

    def _line(self, line: Mapping[str, Any]) -> bytes:
        clean = plain(line, self.secrets)
        text = json.dumps(clean, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + b"\n"

    def _write(self) -> None:
        if not self._unwritten:
            return
        try:
            with contextlib.closing(self._opened()) as out:
                while self._unwritten:
                    written = out.write(self._unwritten)
                    self._size += written
                    del self._unwritten[:written]
            self.problem = ""
        except InUse:
            self.on, self.problem = False, _CHANGED
            self._unwritten.clear()
        except OSError as error:
            self.problem = Phrase(
                "This chat cannot be kept on disk: {why} ({folder}). It goes on in memory, and "
                "is written as soon as that is possible.",
                why=error.strerror or error,
                folder=self.file.parent,
            )

    def _opened(self) -> Any:
        """The file's end. Opened anew for each line, so that one that went is missed."""
        folder = self.file.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.held is None:
            self.held = Held(folder, self.file.stem)
        out = os.fdopen(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600), "r+b", buffering=0)
        size = out.seek(0, os.SEEK_END)
        if self._torn and size > self._size:
            out.seek(self._size)
            if b"\n" not in out.read():
                size = out.truncate(self._size)
        self._torn = False
        if size != self._size:
            out.close()
            raise InUse(_CHANGED)
        out.seek(size)
        return out


def _without_pictures(message: Message) -> Message:
    """The message as it is kept, and as the conversation has it once its pictures are old."""
    content = message["content"]
    if not isinstance(content, list):
        return message
    return {**message, "content": f"{content[0]['text']}{_NO_LONGER_SHOWN}"}


def _shortened(value: Any) -> Any:
    """A result whose texts are of a bearable length."""
    match value:
        case str():
            left_out = len(value) - _LONGEST
            return f"{value[:_LONGEST]}… [{left_out:,} characters]" if left_out > 0 else value
        case list():
            return [_shortened(each) for each in value]
        case dict():
            return {key: _shortened(each) for key, each in value.items()}
    return value
