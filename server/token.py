"""The token without which nobody speaks MCP over HTTP: made once, kept in a file of its owner's.

The file counts, not what was read of it earlier: Blenders of one user folder share it, so a token
that one of them renews holds for all. Any thread; a look at an unchanged file takes some 5 µs.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from pathlib import Path

from ..tools import private_file
from ..tools.phrase import Phrase
from ..tools.plain import Secrets

_BYTES = 32
_WHOLE = re.compile(r"[A-Za-z0-9._~+/=-]{32,256}")
"""What a header may carry behind "Bearer", and nobody guesses."""
_MOST = 1024
"""Bytes of a file that is worth reading."""


class Token:
    """See the module."""

    def __init__(self, path: Path, hidden: Secrets | None = None) -> None:
        """Make one; its file comes with its first use.

        Args:
            path: The file.
            hidden: Is told each token, so that none leaves with a result or a log.
        """
        self.path = path
        self.problem = ""
        """Why the token is another one than before, or will be, in a sentence, or ""."""
        self._hidden = hidden if hidden is not None else Secrets()
        self._lock = threading.Lock()
        self._value = ""
        self._seen: tuple[int, int, int] | None = None
        """Of the file from which `_value` is; None for a token of this session alone."""

    @property
    def value(self) -> str:
        """The token, read or made."""
        with self._lock:
            return self._read()

    def matches(self, given: str) -> bool:
        """Return whether `given` is the token, in a time that tells nothing about it."""
        # A header can hold anything, and this has to take it.
        said = given.encode("utf-8", "backslashreplace")
        return hmac.compare_digest(said, self.value.encode("ascii"))

    def renew(self) -> str:
        """Replace the token by a new one, and return that; whoever has the old one is refused."""
        with self._lock:
            self.problem = ""
            self._make()
            return self._value

    def _read(self) -> str:
        if self._value and self._seen is None:
            return self._value
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return self._make()
        except OSError as error:
            return self._for_this_session(error)
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if mark == self._seen and not private_file.is_open_to_others(found):
            return self._value
        if private_file.is_open_to_others(found):
            why = Phrase("Other accounts could read the token of the port")
        elif (text := self._text(found.st_size)) is None:
            why = Phrase("The file with the token of the port was damaged")
        else:
            self._value, self._seen = text, mark
            self._hidden.add(text)
            return text
        self._make()
        if self._seen is not None:
            self.problem = Phrase(
                "{why}, so it was replaced. Copy the set-up into your clients again.", why=why
            )
        return self._value

    def _text(self, size: int) -> str | None:
        if size > _MOST:
            return None
        try:
            text = self.path.read_text("ascii").strip()
        except (OSError, ValueError):
            return None
        return text if _WHOLE.fullmatch(text) else None

    def _make(self) -> str:
        self._value, self._seen = secrets.token_urlsafe(_BYTES), None
        self._hidden.add(self._value)
        try:
            private_file.write(self.path, self._value + "\n")
            found = self.path.stat()
        except OSError as error:
            return self._for_this_session(error)
        if private_file.is_open_to_others(
            found
        ):  # such as on a memory stick, which knows no owners
            self.path.unlink(missing_ok=True)
            return self._for_this_session(OSError(0, "files there are open to other accounts"))
        self._seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        return self._value

    def _for_this_session(self, error: OSError) -> str:
        if not self._value:
            self._value = secrets.token_urlsafe(_BYTES)
            self._hidden.add(self._value)
        self._seen = None
        self.problem = Phrase(
            "The token of the port cannot be kept ({why}: {file}), so it holds until Blender ends.",
            why=error.strerror or str(error),
            file=self.path,
        )
        return self._value
