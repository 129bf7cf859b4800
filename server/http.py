"""HTTP on the port: who may come in, and the bytes around MCP's messages. h11 parses.

A browser can be made to send requests to a loopback port by any page. So before anything else is
looked at: `Host` has to name this machine by an address of its own (a name that was bound to it by
somebody's DNS does not), an `Origin`, which pages cannot leave out, has to be of this port, and
`/mcp` wants a bearer token and a body declared as JSON, which a page may not send unasked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..tools.call import CallResult
from ..tools.queue import Health
from .dialect import Asked, BrokenRequest, Said
from .mcp import INVALID_REQUEST, SESSION, Accepted, Answered, Endpoint, Failed, Working

if TYPE_CHECKING:
    import h11

_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_HEAD_BYTES = 64 * 1024
_SILENT_PATIENCE = 50.0
"""Seconds for an approval where no progress can be told: some clients give up after 60 s of silence."""


class Http:
    """One connection; see `dialect.Dialect`."""

    name = "HTTP client"
    seconds = 290.0
    """MCP's clients wait as long as their settings say; five minutes is usual."""
    patience = 280.0

    def __init__(
        self,
        limit: int,
        port: int,
        endpoint: Endpoint,
        health: Callable[[], Health],
        admits: Callable[[str], bool],
        refused: Callable[[str], None],
    ) -> None:
        """Begin a connection.

        Args:
            limit: Bytes of one request's body.
            port: Ours, which `Host` and `Origin` have to name.
            endpoint: What `/mcp` leads to; of all connections.
            health: How the main thread is doing.
            admits: Whether that is the bearer token; "" where none was given.
            refused: Gets what was refused and why, in a sentence.
        """
        import h11  # at the first HTTP client

        self._h11 = h11
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES)
        self._limit = limit
        self._endpoint = endpoint
        self._health = health
        self._admits = admits
        self._refused = refused
        self._hosts = {f"{host}:{port}" for host in _HOSTS}
        self._origins = {f"http://{each}" for each in self._hosts}
        self._request: h11.Request | None = None
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    @property
    def begun(self) -> bool:
        unfinished = self._connection.their_state is self._h11.SEND_BODY
        return unfinished or bool(self._connection.trailing_data[0])

    @property
    def size(self) -> int:
        return len(self._body) + len(self._connection.trailing_data[0])

    @property
    def ended(self) -> bool:
        h11 = self._h11
        return self._connection.our_state in (h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)

    def feed(self, data: bytes) -> None:
        self._connection.receive_data(data)

    def next(self) -> Said | Asked | None:
        h11 = self._h11
        connection = self._connection
        if connection.our_state is connection.their_state is h11.DONE:
            connection.start_next_cycle()
        while True:
            try:
                event = connection.next_event()
            except h11.RemoteProtocolError as error:
                raise BrokenRequest(f"This is no HTTP: {error}") from None
            if isinstance(event, h11.Request):
                self._request, self._headers = event, _headers(event)
                self._body.clear()
                if (refusal := self._refusal(event)) is not None:
                    return refusal
                if connection.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    return Said(connection.send(go_on) or b"")
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._limit:
                    return self._end(413, f"It is larger than {self._limit:,} bytes, the limit.")
            elif isinstance(event, h11.EndOfMessage):
                return self._answer()
            else:  # nothing more has come, or nothing more will
                return None

    def refusal(self, why: str) -> bytes:
        if self._connection.our_state not in (self._h11.IDLE, self._h11.SEND_RESPONSE):
            return b""  # in the midst of an answer there is no saying it
        return self._whole(400, _refusal(why), {"connection": "close"})

    # Who may come in

    def _refusal(self, request: h11.Request) -> Said | None:
        """Refuse what could be a page's, or anybody's without the token; None if it may pass."""
        headers = self._headers
        path = request.target.decode("ascii", "replace").partition("?")[0]
        method = request.method.decode("ascii", "replace")
        if headers.get("host", "").lower() not in self._hosts:
            return self._turned_away(403, f"Host {headers.get('host', '')!r} is not this port.")
        if "origin" in headers and headers["origin"].lower() not in self._origins:
            return self._turned_away(403, f"A page of {headers['origin']!r} may not come here.")
        if path == "/health" and method == "GET":
            return None
        if path != "/mcp":
            return self._end(404, "There are /mcp and /health.")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not self._admits(token.strip() if scheme.lower() == "bearer" else ""):
            wants = {"www-authenticate": 'Bearer realm="Scene Chat"'}
            return self._turned_away(401, "The bearer token is missing or wrong.", wants)
        if method not in ("POST", "DELETE"):
            # There is no stream that the server begins: what it has to say belongs to a request.
            return self._end(405, f"{method} is not offered.", {"allow": "POST, DELETE"})
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if method == "POST" and kind != "application/json":
            return self._turned_away(415, "The body has to be application/json.")
        return None

    def _turned_away(self, status: int, why: str, headers: Mapping[str, str] = {}) -> Said:
        self._refused(why)
        return self._end(status, why, headers)

    # Answers

    def _answer(self) -> Said | Asked:
        assert self._request is not None
        if self._request.target.startswith(b"/health"):
            told = {"name": "Scene Chat", "pid": self._endpoint.pid, **self._health().as_json()}
            return Said(self._whole(200, told))
        if self._request.method == b"DELETE":
            ended = self._endpoint.end(self._headers.get(SESSION, ""))
            return Said(self._whole(200 if ended else 404, {}))
        body, self._body = bytes(self._body), bytearray()  # of megabytes, perhaps
        answer = self._endpoint.take(body, self._headers)
        if isinstance(answer, Working):
            streams = "text/event-stream" in self._headers.get("accept", "")
            return self._work(answer, streams=streams)
        return Said(self._simple(answer))

    def _simple(self, answer: Accepted | Answered | Failed) -> bytes:
        match answer:
            case Accepted():
                return self._whole(202, None)
            case Answered(message, session):
                return self._whole(200, message, {SESSION: session} if session else {})
            case Failed(message, status):
                return self._whole(status, message)

    def _work(self, working: Working, *, streams: bool) -> Asked:
        streams = streams and working.progress is not None
        h11 = self._h11

        def answer(result: CallResult) -> bytes:
            message = working.answer(result)
            if not streams:
                return self._whole(200, message)
            return self._send(h11.Data(data=_event(message))) + self._send(h11.EndOfMessage())

        def progress(seconds: float, words: str) -> bytes:
            assert working.progress is not None
            return self._send(h11.Data(data=_event(working.progress(seconds, words))))

        opening = b""
        if streams:
            kind = [("content-type", "text/event-stream"), ("cache-control", "no-cache")]
            opening = self._send(h11.Response(status_code=200, headers=kind))
        self.name = working.who
        return Asked(
            working.tool,
            working.arguments,
            answer,
            at_once=False,  # h11 keeps count of what is sent, here on the listener thread
            who=working.who,
            begun=working.begun,
            opening=opening,
            progress=progress if streams else None,
            patience=None if streams else _SILENT_PATIENCE,
            cancels=working.cancels,
        )

    def _end(self, status: int, why: str, headers: Mapping[str, str] = {}) -> Said:
        """Answer what is not worth reading to its end."""
        return Said(self._whole(status, _refusal(why), {"connection": "close", **headers}))

    def _whole(self, status: int, body: object, headers: Mapping[str, str] = {}) -> bytes:
        h11 = self._h11
        data = b"" if body is None else _json(body)
        sent = {"content-length": str(len(data)), **headers}
        if data:
            sent["content-type"] = "application/json"
        response = self._send(h11.Response(status_code=status, headers=list(sent.items())))
        if self._request is not None and self._request.method == b"HEAD":
            data = b""
        return response + self._send(h11.Data(data=data)) + self._send(h11.EndOfMessage())

    def _send(self, event: Any) -> bytes:
        return self._connection.send(event) or b""


def _headers(request: h11.Request) -> dict[str, str]:
    """The headers by their names in small letters; of one that comes twice, both."""
    found: dict[str, str] = {}
    for name, value in request.headers:
        key, text = name.decode("ascii"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _refusal(why: str) -> dict[str, object]:
    """What an MCP client shows to the person: of a body in another form it shows nothing."""
    return {"jsonrpc": "2.0", "id": None, "error": {"code": INVALID_REQUEST, "message": why}}


def _json(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


def _event(message: object) -> bytes:
    return b"event: message\ndata: " + _json(message) + b"\n\n"
