"""Files that only their owner may read: keys, tokens, and where they lie.

On POSIX by their mode, from their first moment on; on Windows by the access rights of the profile in
which they lie. Any thread.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path


def opened(file: Path, flags: int) -> int:
    """Open a file, made with its folder where it is missing; return its descriptor.

    Args:
        file: Where.
        flags: Of `os.open`.

    Raises:
        OSError: as `os.open` does.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(file, flags | os.O_CREAT, 0o600)


def write(file: Path, text: str) -> None:
    """Write a file, whole or not at all: nobody ever reads half of it.

    Raises:
        OSError: it cannot be written; the one before is kept.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(".part", dir=file.parent)  # which is 0600 and new
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        Path(part).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(part).unlink()
        raise


def is_open_to_others(found: os.stat_result) -> bool:
    """Return whether other accounts may read or write a file; never known on Windows."""
    return sys.platform != "win32" and bool(found.st_mode & 0o077)
