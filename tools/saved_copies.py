"""Copies of the open file, saved before a turn does what undo may not bring back.

They lie in a folder of their own, so many and so large at most, and each with a few words on what
it is, so that any Blender finds them again. Main thread.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .phrase import Phrase

DEFAULT_MEGABYTES = 200
DEFAULT_COUNT = 10


class SavedCopy(NamedTuple):
    """A copy of a .blend.

    Attributes:
        path: Where it lies.
        file: Whose copy it is, "" for a file that was not saved yet.
        turn: The title of the turn before which it was made.
        at: When, ISO 8601.
        megabytes: Its size.
    """

    path: Path
    file: str
    turn: str
    at: str
    megabytes: float

    @property
    def name(self) -> str:
        """What people call the file."""
        return Path(self.file).name if self.file else Phrase("unsaved file")


class SavedCopies:
    """Those in one folder, of every Blender that uses it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.megabytes = DEFAULT_MEGABYTES
        """Size up to which a file is copied; 0 for no copies at all."""
        self.count = DEFAULT_COUNT
        """How many are kept."""
        self.problem = ""
        """Why there is no copy from before the latest turn, in a sentence, or ""."""
        self.changes = 0
        """Grows whenever a copy comes or goes."""
        self._too_large = 0.0
        """Megabytes of the open file, where it is too large to be copied."""
        self._spared: SavedCopy | None = None
        self._known: tuple[int, list[SavedCopy]] = (-1, [])

    def forget(self) -> None:
        """Another file was opened; it may be smaller."""
        self._too_large = 0.0
        self.problem = ""

    def make(self, turn: str, file: str, save: Callable[[Path], object]) -> SavedCopy | None:
        """Save a copy of the open file; None where there cannot be one, and `problem` says why.

        Args:
            turn: The title of the turn that is about to begin.
            file: The open file's path, "" for none.
            save: Saves the scene as it stands under another path; may raise OSError and
                RuntimeError.
        """
        if not self.megabytes:
            self.problem = ""
            return None
        size = self._size(file)
        if size > self.megabytes:
            self._say_too_large(size)
            return None
        now = datetime.datetime.now().astimezone()
        # Cut by bytes, which file systems count.
        stem = os.fsencode(Path(file).stem or "unsaved")[:120].decode("utf-8", "ignore")
        # Two within a second are two.
        path = self.folder / f"{stem} {now:%Y-%m-%d %H-%M-%S-%f} {os.getpid()}.blend"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            save(path)
            check_whole(path)
            made = SavedCopy(
                path, file, turn, now.isoformat(timespec="microseconds"),
                round(path.stat().st_size / 1e6, 2),
            )  # fmt: skip
            words = {**made._asdict(), "path": path.name}
            path.with_suffix(".json").write_text(json.dumps(words), "utf-8")
        except (OSError, RuntimeError) as error:  # a full disk, a read-only folder
            for each in (path, path.with_suffix(".json"), path.with_name(path.name + "@")):
                with contextlib.suppress(OSError):
                    each.unlink()
            why = f"{error}".strip().removeprefix("Error: ").partition("\n")[0]
            self.problem = Phrase(
                "No copy was saved before this turn: {why}{room}",
                why=why or Phrase("it cannot be written"),
                room=self._room(),
            )
            return None
        self.problem = ""
        if made.megabytes > self.megabytes:
            self._too_large = made.megabytes
            self.remove(made)
            self._say_too_large(made.megabytes)
            return None
        self._rotate()
        return made

    def listed(self) -> list[SavedCopy]:
        """Return all copies, the latest first. Cheap to ask for again."""
        seen, copies = self._known
        if seen != self.changes:
            seen = self.changes
            copies = sorted(self._read(), key=lambda each: each.at, reverse=True)
            self._known = (seen, copies)
        return copies

    @contextlib.contextmanager
    def sparing(self, copy: SavedCopy) -> Iterator[None]:
        """Keep a copy for the time of the block, however many come after it."""
        self._spared = copy
        try:
            yield
        finally:
            self._spared = None

    def remove(self, copy: SavedCopy) -> None:
        """Delete a copy."""
        for each in (copy.path, copy.path.with_suffix(".json")):
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)
        self.changes += 1

    def _size(self, file: str) -> float:
        """Megabytes that a copy is likely to have: those of the file, or of the last try."""
        on_disk = 0.0
        with contextlib.suppress(OSError):
            on_disk = Path(file).stat().st_size / 1e6
        return max(on_disk, self._too_large)

    def _room(self) -> str:
        """How much is free where there is little: of a full disk Blender says "No such file"."""
        with contextlib.suppress(OSError):
            free = shutil.disk_usage(self.folder).free / 1e6
            if free < self.megabytes:
                return Phrase(" ({free:.1f} MB are free there)", free=free)
        return ""

    def _say_too_large(self, megabytes: float) -> None:
        self.problem = Phrase(
            "No copy was saved before this turn: the file has {megabytes:.0f} MB, and copies "
            "are made of files up to {most} MB. The preferences can raise that.",
            megabytes=megabytes,
            most=self.megabytes,
        )

    def _rotate(self) -> None:
        self.changes += 1
        for each in self.listed()[max(self.count, 1) :]:
            if each != self._spared:
                self.remove(each)

    def _read(self) -> list[SavedCopy]:
        found = []
        for words in self.folder.glob("*.json"):
            path = words.with_suffix(".blend")
            try:
                said = json.loads(words.read_text("utf-8"))
                found.append(SavedCopy(**{**said, "path": path}))
                path.stat()
            except (OSError, ValueError, TypeError):  # half written, or its file was taken away
                if found and found[-1].path == path:
                    found.pop()
        return found


_TAIL = 64
_ENDS = {b"\x28\xb5\x2f\xfd": b"\xb1\xea\x92\x8f", b"BLEN": b"ENDB"}
"""How a .blend begins, compressed or not, and what is in its last bytes then."""


def check_whole(path: Path) -> None:
    """See to it that a .blend was written to its end.

    Blender (4.2 to 5.2) says that it saved a compressed file even if the disk was full half way.

    Raises:
        OSError: it was not.
    """
    with path.open("rb") as file:
        end = _ENDS.get(file.read(4))
        file.seek(max(path.stat().st_size - _TAIL, 0))
        if end is None or end not in file.read():
            raise OSError(Phrase("it was not written whole"))
