"""What a process is doing now, kept in a file, so that it is known when the process dies of it.

The file is locked as long as its process lives, whichever way that ends: one that can be locked was
left behind by a crash. Process numbers come again, locks do not.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> None:
        """Lock an open file as long as it stays open. Raises OSError: another one has."""
        # A byte beyond what is written: Windows lets nobody read what is locked.
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _put(descriptor: int, data: bytes) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, data)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file as long as it stays open. Raises OSError: another one has."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _put(descriptor: int, data: bytes) -> None:
        """Write at the file's beginning, in one call: each lets another thread go first."""
        os.pwrite(descriptor, data, 0)


def lives(path: Path) -> bool:
    """Return whether the process that locked a file still has it open."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


class Left(NamedTuple):
    """What a process that died was doing.

    Attributes:
        mark: The file that says so; removed once a person has seen it.
        pid: The process's number.
        at: Seconds since 1970 at which it wrote last.
        file: The .blend that was open, "" for none.
        temporary: Where its Blender kept temporary files, the autosave among them.
        running: Whether the call below was under way, or had ended.
        who: Whose call it was, "" for none.
        turn: That turn's title.
        tool: The tool that ran.
        about: The first words of its arguments.
    """

    mark: Path
    pid: int
    at: float
    running: bool = False
    file: str = ""
    temporary: str = ""
    who: str = ""
    turn: str = ""
    tool: str = ""
    about: str = ""


_RUNNING, _IDLE = b"R", b"I"
"""The file's first byte; what is or was done last follows it, as JSON."""


class RunningMark:
    """The file of this process. Any thread."""

    def __init__(self, folder: Path) -> None:
        """Make a mark; its file comes with the first note.

        Args:
            folder: Where the marks of all processes lie.
        """
        self.temporary = tempfile.gettempdir()
        """Where Blender autosaves; set on the main thread."""
        self.folder = folder
        self._path: Path | None = None
        self._descriptor = -1
        self._failed = False
        self._writing = threading.Lock()

    def note(self, **doing: str) -> None:
        """Say what is being done, in place of what was. It costs some 15 µs."""
        said = {"pid": os.getpid(), "at": time.time(), "temporary": self.temporary, **doing}
        # The line's end tells where an older and longer one goes on.
        self._write(_RUNNING + json.dumps(said).encode() + b"\n")

    def idle(self) -> None:
        """Say that it is done."""
        if self._path is not None:
            self._write(_IDLE)

    def _write(self, data: bytes) -> None:
        if self._failed:
            return
        try:
            with self._writing:
                if self._path is None:
                    self._open()
                _put(self._descriptor, data)
        except OSError:  # a read-only folder: after a crash nothing will be known
            self._failed = True

    def close(self) -> None:
        """The process ends as it should, and leaves no mark."""
        if self._path is not None:
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                self._path.unlink()
            self._path = None

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{os.getpid()}-{time.time_ns()}.json"
        self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        lock(self._descriptor)
        self._path = path


def left_behind(folder: Path) -> list[Left]:
    """Return what processes that died were doing, the latest first; what cannot be read is passed."""
    found = []
    for path in folder.glob("*.json"):
        if lives(path):
            continue
        try:
            text = path.read_text("utf-8", "replace").partition("\n")[0]
            said: dict[str, Any] = json.loads(text[1:])
            known = {key: said[key] for key in Left._fields if key in said}
            found.append(Left(path, running=text[:1].encode() == _RUNNING, **known))
        except (OSError, ValueError, TypeError):  # its disk was full
            continue
    return sorted(found, key=lambda each: each.at, reverse=True)
