"""What holds a port that is taken, in words for the panel and the terminal.

Asked in ways that run nothing in any of the programs that people have on such ports: what other
Blenders have written down, a GET, and a BlenderMCP command that is a question. Any thread; it waits
for about a second at most.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ..tools.phrase import Phrase
from .discovery import published

NAME = "Scene Chat"
"""What `GET /health` of another of ours says as its "name"."""
_MOST_SECONDS = 1.0
_MOST_BYTES = 64 * 1024
_QUESTION = b'{"type": "get_addon_info", "params": {}}'
"""Answered by a BlenderMCP add-on, old or new, and unknown to a Blender Lab server."""


def who_answers(port: int, folder: Path | None = None, seconds: float = 0.3) -> Phrase | None:
    """Return what listens on a port of this computer, None where nothing does.

    Args:
        port: Which.
        folder: Where running Blenders publish their ports; see `discovery`.
        seconds: To wait for each answer.
    """
    for each in published(folder) if folder is not None else ():
        if each.port == port:
            return _scene_chat(each.blend)
    return _Probe(port, seconds).ask()


def taken(port: int, who: str, free: int) -> Phrase:
    """Return the sentence for a taken port.

    Args:
        port: Which.
        who: What `who_answers` said.
        free: The next that could be opened, 0 for none.
    """
    if not free:
        return Phrase(
            "Port {port} is taken by {who}. Close that, or choose another port.",
            port=port,
            who=who,
        )
    return Phrase(
        "Port {port} is taken by {who}. The next free one is {free}: use it, or close the other.",
        port=port,
        who=who,
        free=free,
    )


def _scene_chat(blend: str) -> Phrase:
    if blend:
        return Phrase("Scene Chat in another Blender ({file})", file=blend)
    return Phrase("Scene Chat in another Blender")


class _Probe:
    """The questions to one port, each over a connection of its own."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port = port
        self._seconds = seconds
        self._end = time.monotonic() + _MOST_SECONDS
        self._address = "127.0.0.1"

    def ask(self) -> Phrase | None:
        peer = self._connected()
        if peer is None:
            return None
        with peer:
            answer = self._over_http(peer)
        if answer.startswith(b"HTTP/"):
            return self._by_health(answer)
        if (peer := self._connected()) is not None:
            with peer:
                if who := self._by_json(peer):
                    return who
        if answer:
            return Phrase("a program that is not known here")
        return Phrase("a program that does not answer")

    def _connected(self) -> socket.socket | None:
        for address in (self._address, "::1"):
            try:
                peer = socket.create_connection((address, self._port), timeout=self._wait())
            except TimeoutError:  # it listens, and takes nobody: closed like any other
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                return socket.socket(family, socket.SOCK_STREAM)
            except OSError:
                continue
            self._address = address
            return peer
        return None

    def _over_http(self, peer: socket.socket) -> bytes:
        host = f"[{self._address}]" if ":" in self._address else self._address
        request = f"GET /health HTTP/1.1\r\nHost: {host}:{self._port}\r\nConnection: close\r\n\r\n"
        return self._answer(peer, request.encode("ascii"), whole=lambda said: False)

    def _by_health(self, answer: bytes) -> Phrase:
        with contextlib.suppress(ValueError):  # not JSON, so not ours
            told = json.loads(answer.partition(b"\r\n\r\n")[2])
            if isinstance(told, dict) and told.get("name") == NAME:
                blend = told.get("blend")
                return _scene_chat(blend if isinstance(blend, str) else "")
        return Phrase("a web server")

    def _by_json(self, peer: socket.socket) -> Phrase | None:
        answer = self._answer(peer, _QUESTION, whole=_is_json)
        if not answer:
            # A Lab server has waited for the end of its request, and refuses what it does not know.
            answer = self._answer(peer, b"\0", whole=lambda said: said.endswith(b"\0"))
            return Phrase("a Blender Lab server") if _is_json(answer.rstrip(b"\0")) else None
        if answer.endswith(b"\0"):
            return Phrase("a Blender Lab server")
        if not _is_json(answer):
            return None
        told = json.loads(answer)
        known = isinstance(told, dict) and told.get("status") in ("success", "error")
        return Phrase("a BlenderMCP add-on") if known else None

    def _answer(self, peer: socket.socket, said: bytes, whole: Callable[[bytes], bool]) -> bytes:
        """Say something; return what comes back until it is whole, ends, or the time is over."""
        until = time.monotonic() + self._wait()
        answer = b""
        try:
            peer.sendall(said)
            while len(answer) < _MOST_BYTES and not (answer and whole(answer)):
                peer.settimeout(max(until - time.monotonic(), 0.001))
                more = peer.recv(4096)
                if not more:
                    break
                answer += more
        except OSError:  # it took too long, or hung up
            pass
        return answer

    def _wait(self) -> float:
        return max(min(self._seconds, self._end - time.monotonic()), 0.001)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
