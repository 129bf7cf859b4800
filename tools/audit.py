"""What was done, by whom and with whose permission: an append-only log of calls.

Each call that could change the scene or reach beyond it is a line of JSON in a file of this process
alone, so that two Blenders with one user folder never write into each other's. What is running is
kept beside it (`running`), to be known after a crash.

`begun` and `rests` are for the main thread, `ended` on whichever thread a call ends; `entries`
anywhere. That nothing can be written (full disk, read-only folder) never ends a call: `problem`
then says so.
"""

from __future__ import annotations

import datetime
import json
import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .phrase import Phrase
from .plain import Plain, Secrets, plain
from .running import RunningMark

if TYPE_CHECKING:
    from .call import CallResult
    from .gate import Request

FILE_BYTES = 5_000_000
TOTAL_BYTES = 50_000_000
"""Of all files together; the oldest go first."""
_KEPT = 500
"""Entries that are at hand for the panel."""
_TEXT_LIMIT = 100_000
"""Characters of one argument that are kept; scripts are shorter."""
_REFUSALS = 20
"""A minute, of which each is noted."""
_LONGEST_REASON = 200
"""Characters; some of them are of who was refused."""


class Entry(NamedTuple):
    """One call.

    Attributes:
        at: When it ended, ISO 8601 with the zone.
        who: "Scene Chat", or the client's name.
        turn: The turn's title.
        tool: Its name.
        effect: What it could do at most: "edits", "files", "code".
        found: What was found that makes it so.
        permission: By which rule or whose answer it was allowed or refused.
        arguments: As they were validated, without keys.
        ok: Whether it did what it was asked to.
        receipt: What it changed.
        error: Why it failed.
        seconds: On the main thread.
        file: The .blend that was open, "" for none.
    """

    at: str
    who: str
    turn: str
    tool: str
    effect: str
    found: tuple[str, ...]
    permission: str
    arguments: Plain
    ok: bool
    receipt: str
    error: str
    seconds: float
    file: str

    def line(self, indent: int | None = None) -> str:
        """Return all of it as JSON."""
        return json.dumps(self._asdict(), ensure_ascii=False, indent=indent)


class Audit:
    """The log of this process."""

    def __init__(self, folder: Path, secrets: Secrets) -> None:
        """Make a log; its files come with the first entry.

        Args:
            folder: Where it writes, readable for its owner alone.
            secrets: What no line may hold.
        """
        self.folder = folder / "log"
        self.problem = ""
        """Why the latest entry could not be written, in a sentence, or ""."""
        self.latest: deque[Entry] = deque(maxlen=_KEPT)
        """Newest last."""
        self.refused: deque[Entry] = deque(maxlen=_KEPT)
        """The same of what never became a call."""
        self._minute, self._refusals = "", 0
        self.count = 0
        """Of all entries so far."""
        self._secrets = secrets
        self.mark = RunningMark(folder / "running")
        self._lock = threading.Lock()
        self._file: Path | None = None
        self._number = 0

    def begun(self, request: Request, file: str) -> None:
        """Mark what runs from now on, until the next does or `rests`. Main thread."""
        self.mark.note(
            file=file,
            who=request.origin.name,
            turn=request.origin.title,
            tool=request.tool,
            about=_head(request.arguments, self._secrets),
        )

    def rests(self) -> None:
        """Mark that nothing runs. Main thread.

        Not after each call: a write lets other threads go first, which with many clients takes
        longer than a small command.
        """
        self.mark.idle()

    def ended(self, request: Request, permission: str, result: CallResult, file: str) -> None:
        """Note how it ended, if it could do more than look. Any thread."""
        if request.assessment.effect.value == "reads":
            return
        entry = Entry(
            at=datetime.datetime.now().astimezone().isoformat(timespec="milliseconds"),
            who=request.origin.name,
            turn=request.origin.title,
            tool=request.tool,
            effect=request.assessment.effect.value,
            found=request.assessment.findings,
            permission=permission,
            arguments=_shortened(plain(dict(request.arguments), self._secrets)),
            ok=result.ok,
            receipt=result.receipt.text(),
            error=result.error,
            seconds=round(result.seconds, 4),
            file=file,
        )
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        with self._lock:
            self.latest.append(entry)
            self.count += 1
            self._write(entry)

    def turned_away(self, who: str, why: str) -> None:
        """Note what was refused before it could become a call. Any thread.

        Of those beyond `_REFUSALS` a minute only the number is noted: nobody who has no token is to
        crowd out what was really done.
        """
        now = datetime.datetime.now().astimezone()
        with self._lock:
            minute = now.strftime("%H:%M")
            if minute != self._minute:
                more = self._refusals - _REFUSALS
                self._minute, self._refusals = minute, 0
                if more > 0:
                    self._turned_away(now, "several", f"{more:,} more were refused.")
            self._refusals += 1
            if self._refusals <= _REFUSALS:
                self._turned_away(now, who, why[:_LONGEST_REASON])

    def _turned_away(self, now: datetime.datetime, who: str, why: str) -> None:
        at = now.isoformat(timespec="milliseconds")
        entry = Entry(at, who, "", "", "refused", (), "refused", None, False, "", why, 0.0, "")
        self.refused.append(entry)
        self.count += 1
        self._write(entry)

    def clear(self) -> None:
        """Have none at hand any more; the files stay."""
        self.latest.clear()
        self.refused.clear()

    def entries(self, search: str = "") -> list[Entry]:
        """Return what is at hand, newest first, that holds all words of `search`."""
        words = search.lower().split()
        kept = sorted((*self.latest, *self.refused), key=lambda each: each.at)[::-1]
        return [
            each for each in kept if not words or all(word in each.line().lower() for word in words)
        ]

    def export(self, file: Path) -> int:
        """Write all that is kept, of every process, oldest first; return how many entries.

        Raises:
            OSError: a file cannot be read or written.
        """
        lines = sorted(self._lines(), key=lambda line: line[:60])
        file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        return len(lines)

    def close(self) -> None:
        """Say that this process ended as it should."""
        self.mark.close()

    def _lines(self) -> Iterator[str]:
        for each in sorted(self.folder.glob("*.jsonl")):
            yield from each.read_text("utf-8", "replace").splitlines()

    def _write(self, entry: Entry) -> None:
        line = entry.line() + "\n"
        try:
            if self._file is None or self._file.stat().st_size > FILE_BYTES:
                self._begin_file()
            assert self._file is not None
            # Opened anew each time: a log that was moved away is begun again, none is held open.
            with self._opened(self._file) as out:
                out.write(line.encode("utf-8", "replace"))
            self.problem = ""
        except OSError as error:
            self._file = None
            self.problem = Phrase(
                "The log cannot be written: {why} ({folder}).",
                why=error.strerror or error,
                folder=self.folder,
            )

    def _begin_file(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        self._number += 1
        self._file = self.folder / f"calls-{now}-{os.getpid()}-{self._number}.jsonl"
        with self._opened(self._file):
            pass
        files = sorted(self.folder.glob("*.jsonl"), key=lambda each: each.stat().st_mtime)
        total = sum(each.stat().st_size for each in files)
        for each in files[:-1]:
            if total <= TOTAL_BYTES:
                break
            total -= each.stat().st_size
            each.unlink(missing_ok=True)

    @staticmethod
    def _opened(file: Path) -> Any:
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        return os.fdopen(os.open(file, flags, 0o600), "ab", buffering=0)


def _shortened(value: Plain) -> Plain:
    if isinstance(value, str) and len(value) > _TEXT_LIMIT:
        return f"{value[:_TEXT_LIMIT]}… [{len(value):,} characters]"
    if isinstance(value, dict):
        return {key: _shortened(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value[:1000]]
    return value


def _head(arguments: Mapping[str, Any], secrets: Secrets) -> str:
    """The first words of a call's arguments, enough to know it again."""
    for value in arguments.values():
        if isinstance(value, str) and value:
            return secrets.clean(value[:2000])[:200]
    return ""
