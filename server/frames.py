"""Cutting a stream of bytes into JSON objects, as they come and in linear time.

No terminator is needed: an object ends where its outermost brace closes. Beyond a first guess at
small ones, the bytes are looked at once. What can no longer become JSON is told apart from what has only not come whole yet.
"""

from __future__ import annotations

import json
import re
from typing import Any

_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_BLANKS = b" \t\r\n\0"
_BETWEEN = re.compile(rb"[%s]*" % _BLANKS)
_USUAL = 4096


class BrokenFrame(Exception):
    """The bytes are no JSON object, or too many. The message says so; nothing after them counts."""


class Frames:
    """One connection's bytes on their way to objects. Belongs to the listener thread."""

    def __init__(self, limit: int) -> None:
        """Take objects of up to `limit` bytes."""
        self._limit = limit
        self._bytes = bytearray()
        self._seen = 0
        self._depth = 0
        self._in_string = False
        self._checked = 0

    def feed(self, data: bytes) -> None:
        """Take in what has come."""
        self._bytes += data

    @property
    def begun(self) -> bool:
        """Whether part of an object is here."""
        return self._blanks() < len(self._bytes)

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return len(self._bytes)

    def next(self) -> dict[str, Any] | None:
        """Return the next whole object, or None while it has not come whole.

        Raises:
            BrokenFrame: what has come is no JSON object, whatever may follow.
        """
        if self._seen == 0:
            del self._bytes[: self._blanks()]
        if not self._bytes:
            return None
        if self._bytes[0] != ord("{"):
            raise BrokenFrame("A command is a JSON object and begins with '{'.")
        if self._seen == 0 and (usual := self._usual()) is not None:
            return usual
        end = self._end()
        if (end or len(self._bytes)) > self._limit:
            raise BrokenFrame(f"The command is larger than {self._limit:,} bytes, the limit.")
        if end is None:
            self._refuse_broken()
            return None
        whole = bytes(self._bytes[:end])
        del self._bytes[:end]
        del self._bytes[: self._blanks()]
        self._seen = self._checked = 0
        return _parsed(whole)

    def _blanks(self) -> int:
        found = _BETWEEN.match(self._bytes)
        return found.end() if found else 0

    def _usual(self) -> dict[str, Any] | None:
        """The one whole, small command that nearly always is all there is."""
        if len(self._bytes) > min(_USUAL, self._limit):
            return None
        usual = self._bytes.rstrip(_BLANKS)
        if usual[-1] != ord("}"):
            return None
        try:
            parsed: dict[str, Any] = json.loads(usual, parse_constant=_no_constant)
        except (ValueError, RecursionError):  # half of one, several, or broken: looked at closely
            return None
        self._bytes.clear()
        self._checked = 0
        return parsed

    def _end(self) -> int | None:
        """The index behind the outermost closing brace, once it is here."""
        place = self._seen
        while True:
            found = (_INSIDE if self._in_string else _OUTSIDE).search(self._bytes, place)
            if found is None:
                self._seen = len(self._bytes)
                return None
            sign = self._bytes[found.start()]
            place = found.end()
            if sign == ord("\\"):
                if place == len(self._bytes):  # what it escapes has not come yet
                    self._seen = place - 1
                    return None
                place += 1
            elif sign == ord('"'):
                self._in_string = not self._in_string
            elif sign in b"{[":
                self._depth += 1
            else:
                self._depth -= 1
                if self._depth == 0:
                    self._seen = place
                    return place

    def _refuse_broken(self) -> None:
        """Raise if what is here cannot become JSON. Looked at again only when it has doubled."""
        if len(self._bytes) < 2 * self._checked:
            return
        self._checked = len(self._bytes)
        import jiter  # one of openai's own wheels; its parser takes half an object

        try:
            jiter.from_json(bytes(self._bytes), partial_mode="on", cache_mode="none")
        except ValueError as error:
            raise BrokenFrame(f"The command is no JSON: {error}.") from None


def _parsed(whole: bytes) -> dict[str, Any]:
    try:
        parsed: dict[str, Any] = json.loads(whole, parse_constant=_no_constant)
    except RecursionError:
        raise BrokenFrame("The command is nested too deeply.") from None
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are among these
        raise BrokenFrame(f"The command is no JSON: {error}.") from None
    return parsed


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")
