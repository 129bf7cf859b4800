"""Where other programs find the open port of each running Blender: a file for each process.

    <folder>/<pid>.json    what `Published` says, written whole, readable for its owner alone
    <folder>/<pid>.lock    locked as long as that process lives (`tools.running`)

Each process writes and removes its own, and removes those of processes that are gone. Main thread,
but `published`, which runs anywhere.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
from pathlib import Path
from typing import NamedTuple

from ..tools import private_file
from ..tools.phrase import Phrase
from ..tools.running import lives, lock

PATH = "/mcp"
"""Of the MCP endpoint."""
_MOST = 64 * 1024


class Published(NamedTuple):
    """What a file says.

    Attributes:
        port: Of 127.0.0.1 and, where there is IPv6, ::1.
        pid: The Blender's process.
        blend: The name of the .blend that is open, "" while it was not saved.
        token_file: The file that holds the token for MCP.
        started: When the port was opened, ISO 8601 with the zone.
        url: Of the MCP endpoint.
    """

    port: int
    pid: int
    blend: str
    token_file: str
    started: str
    url: str


class Discovery:
    """The files of this process."""

    def __init__(self, folder: Path, token_file: Path) -> None:
        """Make it; nothing is written yet.

        Args:
            folder: Where those of all processes lie.
            token_file: Where the token lies.
        """
        self.folder = folder
        self.problem = ""
        """Why other programs do not find the port by themselves, in a sentence, or ""."""
        self._token_file = token_file
        self._file = folder / f"{os.getpid()}.json"
        self._descriptor = -1
        self._said: Published | None = None

    def publish(self, port: int, blend: str) -> None:
        """Say that the port is open. That it cannot be written is no error: see `problem`.

        Args:
            port: Which.
            blend: The path of the .blend that is open, or "".
        """
        _remove_dead(self.folder)
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        self._say(
            Published(
                port=port,
                pid=os.getpid(),
                blend=_name(blend),
                token_file=str(self._token_file),
                started=now,
                url=url(port),
            )
        )

    def update(self, blend: str) -> None:
        """Say that another .blend is open, if anything was published."""
        if self._said is not None and self._said.blend != _name(blend):
            self._say(self._said._replace(blend=_name(blend)))

    def withdraw(self) -> None:
        """Say nothing any more: the port is closed."""
        self._said = None
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        _remove(self._file)

    def _say(self, said: Published) -> None:
        self._said, self.problem = said, ""
        try:
            if self._descriptor < 0:
                self._descriptor = _locked(self._file.with_suffix(".lock"))
            private_file.write(self._file, json.dumps(said._asdict(), indent=2) + "\n")
        except OSError as error:
            self.problem = Phrase(
                "Other programs do not find the port by themselves: {folder} cannot be written "
                "({why}).",
                folder=self.folder,
                why=error.strerror or str(error),
            )


def url(port: int) -> str:
    """Return the MCP endpoint's address."""
    return f"http://127.0.0.1:{port}{PATH}"


def published(folder: Path) -> list[Published]:
    """Return what the Blenders that live say; what cannot be read is passed over."""
    found = []
    for file in sorted(folder.glob("*.json")):
        if not lives(file.with_suffix(".lock")):
            continue
        with contextlib.suppress(OSError, ValueError, TypeError):
            if file.stat().st_size <= _MOST:
                found.append(Published(**json.loads(file.read_text("utf-8"))))
    return found


def _name(blend: str) -> str:
    return Path(blend).name


def _locked(file: Path) -> int:
    descriptor = private_file.opened(file, os.O_RDWR)
    try:
        lock(descriptor)
    except OSError:  # that a process of the same number has, in another container
        os.close(descriptor)
        raise
    return descriptor


def _remove_dead(folder: Path) -> None:
    for file in (*folder.glob("*.json"), *folder.glob("*.lock")):
        if not lives(file.with_suffix(".lock")):
            _remove(file)


def _remove(file: Path) -> None:
    for each in (file.with_suffix(".json"), file.with_suffix(".lock")):
        with contextlib.suppress(OSError):  # another one removes it at the same time
            each.unlink()
