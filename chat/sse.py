"""Server-sent events as chat endpoints really send them: bytes in, JSON objects out.

The standard's line ends, comments and byte order mark, however the bytes are cut; and what stands
outside of it: events without a blank line between them, an `error` event whose data is no error
object, an answer that is no stream at all.

Belongs to the chat's worker thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"event", b"id", b"retry")


class Unreadable(ValueError):
    """An event's data are no JSON."""


class Decoder:
    """Takes a response's bytes as they come; see `feed` and `finish`.

    Attributes:
        done: Whether `[DONE]` came. What follows it is not looked at.
        stray: The lines that belong to no event; all of the response if that is no stream.
    """

    def __init__(self) -> None:
        self.done = False
        self.stray = bytearray()
        self._line = bytearray()
        self._after_cr = False
        self._began = False
        self._event = b""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Take in some bytes; yield the objects that are whole with them.

        Raises:
            Unreadable: an event holds something else than JSON.
        """
        if not data:
            return
        if self._after_cr:  # its line feed belongs to the same line end
            data = data.removeprefix(b"\n")
        *ended, rest = _LINE_END.split(data)
        for piece in ended:
            self._line += piece
            line = bytes(self._line)
            self._line.clear()
            yield from self._take(line)
            if self.done:
                return
        self._line += rest
        self._after_cr = data.endswith(b"\r")

    def finish(self) -> Iterator[dict[str, Any]]:
        """Take the end of the bytes for the end of line and event.

        Raises:
            Unreadable: as `feed`; also where an event was cut off in its midst.
        """
        if self._line and not self.done:
            yield from self._take(bytes(self._line))
            self._line.clear()
        if not self.done:
            yield from self._take(b"")

    def document(self) -> Any:
        """Return what the response is if it is no stream: a JSON value, its text, "" if empty."""
        text = bytes(self.stray).decode("utf-8", "replace").strip()
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text

    def _take(self, line: bytes) -> Iterator[dict[str, Any]]:
        if not self._began:
            line = line.removeprefix(_BOM)
            self._began = True
        if not line:
            if self._data:
                yield from self._event_of(ended=True)
            self._data, self._event = [], b""
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self.done = value.strip() == b"[DONE]"
            if not self.done:
                # Nearly all events are one line; servers that send no blank one stream as well.
                yield from self._event_of(ended=False)
        elif name == b"event":
            self._event = value.strip()
        elif name and name not in _FIELDS:
            self.stray += line + b"\n"

    def _event_of(self, *, ended: bool) -> Iterator[dict[str, Any]]:
        """Yield the event's object, once its data are whole."""
        data = b"\n".join(self._data).strip()
        if not ended and not data.endswith(b"}"):
            return
        try:
            value = json.loads(data.decode("utf-8", "replace")) if data else None
        except (ValueError, RecursionError) as error:
            if ended:
                raise Unreadable(f"{error} in {data[:80]!r}") from None
            return
        self._data = []
        if self._event == b"error" and not (isinstance(value, dict) and "error" in value):
            value = {"error": value if isinstance(value, dict) else {"message": str(value)}}
        if isinstance(value, dict):
            yield value
