"""The chats that are kept: their folder, its list, finding, opening, renaming, deleting.

Asked on the main thread. Files are read and moved on a thread of its own, which begins with the
first thing to do: what takes time returns a Future, and what panels show is at hand. A chat that was
opened in this Blender stays in memory, so that its turns keep their numbers and can be restored.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from ..tools.faults import Faults
from ..tools.phrase import Phrase, counted
from ..tools.plain import Secrets
from . import kept
from .chat import History
from .journal import SUFFIX, Held, InUse, Journal
from .kept import About, Kept, TooNew, Unreadable

T = TypeVar("T")

DELETED_DAYS = 30
"""How long deleted chats are kept."""
_FRESH_SECONDS = 5.0
_FOUND_SECONDS = 0.05
_IN_USE = Phrase(
    "This chat is open in another Blender. What you write here goes into a copy of it."
)


class Chats:
    """Those in one folder, of every Blender that uses it."""

    def __init__(
        self,
        folder: Path,
        secrets: Secrets,
        faults: Faults,
        later: Callable[[float, Callable[[], object]], object],
        opened: dict[str, History],
    ) -> None:
        """Make the list; nothing is read yet.

        Args:
            folder: Where they lie. It is made for the first chat, readable for its owner alone.
            secrets: What no file may hold.
            faults: Takes those of ours.
            later: See `Journal`.
            opened: The chats of this Blender by id, which outlive this.
        """
        self.folder = folder
        self.keeping = False
        """Whether new chats are kept."""
        self.listed: tuple[About, ...] = ()
        """In no order. Replaced whole, whenever something of it changed."""
        self.problem = ""
        """What happened to a chat that a person wants to know, in a sentence, or ""."""
        self.changes = 0
        """Grows with all that a list shows."""
        self.opened = opened
        self._secrets = secrets
        self._faults = faults
        self._later = later
        self._pool: ThreadPoolExecutor | None = None
        self._busy = 0
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[tuple[int, int], About]] = {}
        """By a file's name, what was read of it, and of which time and size it was then."""
        self._texts: dict[str, tuple[float, str]] = {}
        self._wanted = ""
        self._found: tuple[str, frozenset[str]] = "", frozenset()
        self._tidied = False
        self._read_at = float("-inf")
        for history in opened.values():
            if history.journal is not None:  # of before the extension was disabled
                history.journal.secrets, history.journal.later = secrets, later

    @property
    def busy(self) -> bool:
        """Whether something is being read or moved."""
        return self._busy > 0

    def new(self) -> History:
        """Return an empty chat; it has a file once it has a turn."""
        for each in list(self.opened.values()):
            if not each.turns:
                del self.opened[each.about.id]
        about = About()
        made = self.opened[about.id] = History(about=about, journal=self._journal(about))
        return made

    def keep(self, *, keeping: bool) -> None:
        """Begin to keep chats, or end it. A chat that was not kept from its first turn on is not."""
        self.keeping = keeping
        for history in list(self.opened.values()):
            if (journal := history.journal) is None:
                continue
            if not keeping and journal.on:
                journal.close()
                journal.on = False
            elif keeping and not history.turns:
                journal.on = True

    def refresh(self) -> Future[None]:
        """Read the list anew."""
        self._read_at = time.monotonic()
        return self._do(self._refresh)

    def need(self) -> None:
        """Have the list read anew, if that is some time ago: another Blender may have changed it."""
        if time.monotonic() - self._read_at > _FRESH_SECONDS and not self.busy:
            self.refresh()

    def find(self, words: str) -> frozenset[str] | None:
        """Return the ids of the chats in which all of these words were said, None while they are
        being looked for."""
        words = " ".join(words.lower().split())
        if self._found[0] != words and self._wanted != words:
            self._wanted = words
            self._do(lambda: self._find(words))
        return self._found[1] if self._found[0] == words else None

    def found_soon(self, words: str) -> None:
        """Begin to `find`, and wait a moment: mostly it is done then, before a list is drawn."""
        if words.strip() and self.find(words) is None and self._pool is not None:
            with contextlib.suppress(TimeoutError):
                self._pool.submit(int).result(_FOUND_SECONDS)

    def open(self, id: str) -> Future[History | None]:
        """Read a chat, to go on with it; None where it cannot be read, and `problem` says why."""
        return self._do(lambda: self.opened.get(id) or self._open(id))

    def newest_of(self, file: str) -> Future[History | None]:
        """Read the newest chat of a .blend; None where there is none."""
        return self._do(lambda: self._newest(lambda each: each.file == file))

    def left(self) -> Future[History | None]:
        """Read the newest chat of a file that was never saved, if its Blender died with it."""
        return self._do(self._left)

    def rename(self, id: str, title: str) -> None:
        """Give a chat a title; "" for the beginning of its first message."""
        self._say(id, lambda about: setattr(about, "title", " ".join(title.split())[:200]))

    def pin(self, id: str, *, pinned: bool) -> None:
        """Have a chat listed first, or no longer."""
        self._say(id, lambda about: setattr(about, "pinned", pinned))

    def move(self, history: History, file: str) -> None:
        """The chat's .blend is another now: it was saved under another name."""
        history.about.file = file
        self._say(history.about.id, lambda about: setattr(about, "file", file))

    def delete(self, id: str) -> Future[None]:
        """Move a chat to those that are deleted, from where it goes after `DELETED_DAYS`."""
        if (known := self.opened.pop(id, None)) is not None and known.journal is not None:
            known.journal.close()
            known.journal.on = False
        self.listed = tuple(each for each in self.listed if each.id != id)
        self.changes += 1
        return self._do(lambda: self._delete(id))

    def close(self) -> None:
        """Write what is to be written, let go of all files, and end the thread."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        for history in self.opened.values():
            if history.journal is not None:
                history.journal.close()

    # From here on: the own thread

    def _do(self, work: Callable[[], T]) -> Future[T]:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="scene_chat chats")
        with self._lock:
            self._busy += 1
        future = self._pool.submit(work)
        future.add_done_callback(self._did)
        return future

    def _did(self, future: Future[T]) -> None:
        with self._lock:
            self._busy -= 1
        self.changes += 1
        if not future.cancelled() and (fault := future.exception()) is not None:
            self._faults.note(Phrase("the kept chats"), fault)

    def _refresh(self) -> None:
        self._tidy()
        seen: dict[str, tuple[tuple[int, int], About]] = {}
        try:
            with os.scandir(self.folder) as entries:
                files = [each for each in entries if each.name.endswith(SUFFIX)]
        except OSError:  # there is none yet
            files = []
        for each in files:
            with contextlib.suppress(OSError):  # it was moved meanwhile
                state = each.stat()
                stamp = state.st_mtime_ns, state.st_size
                known = self._seen.get(each.name)
                if known is None or known[0] != stamp:
                    try:
                        known = stamp, kept.about(Path(each.path))
                    except TooNew:
                        continue
                    except Unreadable:
                        self._set_aside(Path(each.path))
                        continue
                seen[each.name] = known
        if seen.keys() != self._seen.keys() or any(seen[name] != self._seen[name] for name in seen):
            self._found, self._wanted = ("", frozenset()), ""
        self._seen = seen
        self.listed = tuple(about for _, about in seen.values())

    def _find(self, words: str) -> None:
        found = set()
        for about in self.listed:
            if self._wanted != words:  # typed on
                return
            text = self._text(about.id)
            if all(word in text for word in words.split()):
                found.add(about.id)
        self._found = words, frozenset(found)

    def _text(self, id: str) -> str:
        """All that was said in a chat, in small letters."""
        file = self.folder / f"{id}{SUFFIX}"
        try:
            at = file.stat().st_mtime
            if id not in self._texts or self._texts[id][0] != at:
                self._texts[id] = at, "".join(kept.words(file)).lower()
        except OSError:
            return ""
        return self._texts[id][1]

    def _newest(self, fits: Callable[[About], bool]) -> History | None:
        self._refresh()
        for about in sorted(self.listed, key=lambda each: each.at, reverse=True):
            if fits(about):
                return self.opened.get(about.id) or self._open(about.id)
        return None

    def _left(self) -> History | None:
        """The places of those that were open in a Blender that died can be taken."""
        died = set()
        for place in (self.folder / "open").glob("*"):
            with contextlib.suppress(InUse, OSError):
                Held(self.folder, place.name).release()
                died.add(place.name)
        return self._newest(lambda each: each.id in died and not each.file)

    def _open(self, id: str) -> History | None:
        file = self.folder / f"{id}{SUFFIX}"
        held, copied = None, False
        try:
            held = Held(self.folder, id)
        except InUse:
            copied = True
        except OSError:
            pass  # a read-only folder: it can be read all the same
        try:
            data = file.read_bytes()
            read = kept.read(data, id)
        except (OSError, Unreadable) as error:
            if held is not None:
                held.release()
            if isinstance(error, TooNew):
                self.problem = Phrase(
                    "That chat was written by a newer Scene Chat, and can be read by it."
                )
            elif isinstance(error, Unreadable):
                self._set_aside(file)
            else:
                self.problem = Phrase(
                    "The chat cannot be read: {why} ({file}).",
                    why=error.strerror or error,
                    file=file,
                )
            return None
        self.problem = _bad(read.bad)
        before = b""
        if copied:
            self.problem = _IN_USE
            before = self._as_copy(read, data)
        journal = self._journal(read.about)
        journal.resume(read, held, before)
        opened = History(read.conversation, read.turns, read.meter, read.about, journal)
        self.opened[read.about.id] = opened
        return opened

    def _journal(self, about: About) -> Journal:
        journal = Journal(self.folder, about.id, self._secrets, self._later)
        journal.on = self.keeping
        return journal

    def _as_copy(self, read: Kept, data: bytes) -> bytes:
        """Make it a chat of its own; return the lines that it begins with."""
        about = read.about
        about.id, about.created, about.pinned = uuid4().hex, time.time(), False
        about.title = f"{about.name} (copy)"
        header = {"scene_chat": kept.FORMAT, "id": about.id, "created": about.created}
        lines = data[: read.size].splitlines(keepends=True)
        rest = lines[1:] if lines[0].startswith(b'{"scene_chat":') else lines
        said = {"chat": about.as_json()}
        return b"".join([_line(header), *rest, _line(said)])

    def _set_aside(self, file: Path) -> None:
        """Nothing in it can be read: it is no chat any more, but it may be somebody's."""
        try:
            held = Held(self.folder, file.stem)
        except (InUse, OSError):  # it is just being begun, or the folder is read-only
            return
        try:
            aside = file.with_suffix(".damaged")
            if aside.exists():
                aside = file.with_name(f"{file.stem} {time.time_ns()}.damaged")
            if file.stat().st_size:
                file.rename(aside)
                self.problem = Phrase(
                    "A chat's file is damaged, and nothing in it can be read. It was set aside as "
                    "{file} in {folder}.",
                    file=aside.name,
                    folder=self.folder,
                )
            else:
                file.unlink()
        except OSError:
            pass
        finally:
            held.release()

    def _say(self, id: str, change: Callable[[About], None]) -> None:
        """Change what the list says of a chat, at once for the panel and then in its file."""
        for each in self.listed:
            if each.id == id:
                change(each)
        self.changes += 1
        if (known := self.opened.get(id)) is not None:
            change(known.about)
            if (journal := known.journal) is not None:
                self._do(lambda: journal.say(known))
            return
        self._do(lambda: self._append(id, change))

    def _append(self, id: str, change: Callable[[About], None]) -> None:
        file = self.folder / f"{id}{SUFFIX}"
        try:
            held = Held(self.folder, id)
            try:
                about = kept.about(file)
                change(about)
                with file.open("r+b") as out:
                    out.seek(max(0, out.seek(0, os.SEEK_END) - 1))
                    torn = out.read(1) != b"\n"
                    out.write(b"\n" * torn + _line({"chat": about.as_json()}))
            finally:
                held.release()
        except InUse:
            self.problem = Phrase("This chat is open in another Blender: rename or pin it there.")
        except Unreadable:
            self._set_aside(file)
        except OSError as error:
            self.problem = Phrase(
                "The chat's file cannot be changed: {why} ({file}).",
                why=error.strerror or error,
                file=file,
            )
        self._refresh()

    def _delete(self, id: str) -> None:
        file = self.folder / f"{id}{SUFFIX}"
        try:
            held = Held(self.folder, id)
            try:
                if file.exists():
                    deleted = self.folder / "deleted"
                    deleted.mkdir(mode=0o700, exist_ok=True)
                    os.utime(file)  # from which the days are counted
                    file.replace(deleted / file.name)
            finally:
                held.release()
        except InUse:
            self.problem = Phrase("This chat is open in another Blender: delete it there.")
        except OSError as error:
            self.problem = Phrase(
                "The chat cannot be deleted: {why} ({file}).",
                why=error.strerror or error,
                file=file,
            )
        self._refresh()

    def _tidy(self) -> None:
        """Once: what was deleted long ago goes for good."""
        if self._tidied:
            return
        self._tidied = True
        for each in (self.folder / "deleted").glob(f"*{SUFFIX}"):
            with contextlib.suppress(OSError):
                if time.time() - each.stat().st_mtime > DELETED_DAYS * 86_400:
                    each.unlink()


def arranged(
    chats: Iterable[About], file: str, search: str, found: frozenset[str] | None
) -> list[About]:
    """Return what a list shows, in order: pinned ones, then those of `file`, each the newest first.

    Args:
        chats: To choose from.
        file: The .blend that is open, "" for none.
        search: Words that a chat's name or file has to hold, or else
        found: those in which they were said; None where that is not known yet.
    """
    words = search.lower().split()

    def fits(each: About) -> bool:
        named = f"{each.name} {Path(each.file).name}".lower()
        return all(word in named for word in words) or each.id in (found or ())

    return sorted(
        filter(fits, chats),
        key=lambda each: (not each.pinned, not file or each.file != file, -each.at),
    )


def _bad(count: int) -> str:
    if not count:
        return ""
    return counted(
        count,
        "A line of this chat's file could not be read, so something of it may be missing.",
        "{count:,} lines of this chat's file could not be read, so something of it may be missing.",
    )


def _line(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
