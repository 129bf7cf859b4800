"""MCP's messages: what an endpoint answers, over what it offers. Listener thread.

Two eras are served. Up to 2025-11-25 a client shakes hands (`initialize`), gets a session, and
cancels by a notification. From 2026-07-28 each request stands for itself: it says its version and
who asks, and a client cancels by closing the connection. `mcp_types` holds both and checks what
comes and what goes; it is imported at the first message.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from ..tools import libraries
from ..tools.call import Call, CallResult
from ..tools.errors import ToolError

Message = dict[str, Any]

SESSION, VERSION = "mcp-session-id", "mcp-protocol-version"
"""Headers. From 2026-07-28 two more repeat what the body says: its method, and what that names."""
_NAMES = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}

_MOST_SESSIONS = 256
"""Of clients that left without a word, the oldest are forgotten."""
_META = "io.modelcontextprotocol/"
_WITHOUT_HEADER = "2025-03-26"
"""The version of a client that says none: what the specification has servers assume."""

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND = -32700, -32600, -32601
INVALID_PARAMS, INTERNAL_ERROR = -32602, -32603
HEADER_MISMATCH, UNSUPPORTED_VERSION = -32020, -32022
RESOURCE_NOT_FOUND = -32002


class NotOffered(Exception):
    """A tool, resource or prompt that there is not. The message names it."""


@dataclass(frozen=True)
class Wanted:
    """One call of a tool, and how to tell what came of it as a method's result."""

    tool: str
    arguments: Mapping[str, Any]
    result: Callable[[CallResult], Message]


class Offer(Protocol):
    """What an endpoint offers: lists as MCP writes them, and what is asked of them.

    Each of the methods raises `NotOffered` for what is on none of its lists.
    """

    capabilities: Message
    instructions: str

    def tools(self) -> list[Message]: ...
    def resources(self) -> list[Message]: ...
    def templates(self) -> list[Message]: ...
    def prompts(self) -> list[Message]: ...
    def call(self, name: str, arguments: Mapping[str, Any]) -> Wanted: ...
    def read(self, uri: str) -> Wanted | Message: ...
    def prompt(self, name: str, arguments: Mapping[str, str]) -> Message: ...
    def complete(self, ref: Mapping[str, str], argument: Mapping[str, str]) -> Wanted | Message: ...


# What a message comes to


@dataclass(frozen=True)
class Accepted:
    """A notification was taken."""


@dataclass(frozen=True)
class Answered:
    """`session`: a new one's identity."""

    message: Message
    session: str = ""


@dataclass(frozen=True)
class Failed:
    """`status`: HTTP's."""

    message: Message
    status: int = 200


@dataclass(frozen=True)
class Working:
    """A tool is to be called; see `dialect.Asked`. `progress`: None where none was asked for."""

    tool: str
    arguments: Mapping[str, Any]
    who: str
    answer: Callable[[CallResult], Message]
    begun: Callable[[Call], None]
    progress: Callable[[float, str], Message] | None
    cancels: bool


@dataclass
class _Session:
    who: str
    version: str
    log_level: str = ""


@dataclass(frozen=True)
class _Request:
    """`modern`: of the era without sessions."""

    id: int | str
    method: str
    params: Mapping[str, Any]
    version: str
    session: str
    who: str
    modern: bool

    @property
    def meta(self) -> Mapping[str, Any]:
        found = self.params.get("_meta")
        return found if isinstance(found, dict) else {}


class _Refused(Exception):
    def __init__(self, code: int, message: str, status: int = 200, data: object = None) -> None:
        super().__init__(message)
        self.code, self.status, self.data = code, status, data


class Endpoint:
    """What `/mcp` leads to, of all connections."""

    def __init__(
        self,
        offer: Offer,
        name: str,
        version: str,
        noted: Callable[[BaseException], None] = lambda _: None,
    ) -> None:
        """Make an endpoint without sessions.

        Args:
            offer: What there is.
            name: The server's, for people.
            version: Its own.
            noted: Takes faults of ours.
        """
        self.pid = os.getpid()
        self._offer = offer
        self._noted = noted
        self._info = {"name": "scene_chat", "title": name, "version": version}
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._calls: dict[tuple[str, int | str], Call] = {}

    def take(
        self, body: bytes, headers: Mapping[str, str]
    ) -> Accepted | Answered | Failed | Working:
        """Take one message.

        Args:
            body: JSON-RPC.
            headers: HTTP's, by their names in small letters.
        """
        number: object = None
        try:
            message = _parsed(body)
            number = message.get("id")
            if "method" not in message:  # an answer; nothing was asked
                return Accepted()
            if "id" not in message:
                return self._notified(message, headers.get(SESSION, ""))
            return self._answer(self._request(message, headers))
        except _Refused as refused:
            error: Message = {"code": refused.code, "message": str(refused)}
            if refused.data is not None:
                error["data"] = refused.data
            number = number if isinstance(number, (int, str)) else None
            return Failed({"jsonrpc": "2.0", "id": number, "error": error}, refused.status)

    def end(self, session: str) -> bool:
        """Forget a session, and take back what it has under way; False if there is none."""
        for key in [key for key in self._calls if key[0] == session]:
            self._calls.pop(key).cancel()
        return self._sessions.pop(session, None) is not None

    # Requests

    def _request(self, message: Message, headers: Mapping[str, str]) -> _Request:
        handshake, modern = _versions()
        session, version = headers.get(SESSION, ""), headers.get(VERSION, "")
        number, method, params = message["id"], message["method"], message.get("params") or {}
        if not isinstance(number, (int, str)) or isinstance(number, bool):
            raise _Refused(INVALID_REQUEST, "id has to be a number or a text.", 400)
        if not isinstance(method, str) or not isinstance(params, dict):
            raise _Refused(INVALID_REQUEST, "method has to be a text, params an object.", 400)
        if version and version not in (*handshake, *modern):
            data = {"supported": [*handshake, *modern], "requested": version}
            raise _Refused(UNSUPPORTED_VERSION, f"Version {version!r} is unknown.", 400, data)
        if version in modern:
            return self._modern(number, method, params, headers)
        if method == "initialize":
            wanted = params.get("protocolVersion")
            version = wanted if wanted in handshake else handshake[-1]
            return _Request(number, method, params, version, "", "", False)
        who = "MCP client"
        if session:
            found = self._sessions.get(session)
            if found is None:
                raise _Refused(INVALID_REQUEST, "This session has ended; initialize anew.", 404)
            self._sessions.move_to_end(session)
            who, version = found.who, version or found.version
        return _Request(number, method, params, version or _WITHOUT_HEADER, session, who, False)

    def _modern(
        self, number: int | str, method: str, params: Message, headers: Mapping[str, str]
    ) -> _Request:
        found = params.get("_meta")
        meta = found if isinstance(found, dict) else {}
        version = meta.get(f"{_META}protocolVersion")
        if version is None:
            raise _Refused(INVALID_PARAMS, f"_meta has to say {_META}protocolVersion.", 400)
        # Programs on the way decide by the headers, so these have to say what the body says.
        named = params.get(_NAMES.get(method, ""))
        for header, said in ((VERSION, version), ("mcp-method", method), ("mcp-name", named)):
            given = headers.get(header)
            if said is not None and (given is None or _decoded(given) != said):
                why = f"The header {header} says {given!r}, the body {said!r}."
                raise _Refused(HEADER_MISMATCH, why, 400)
        who = _who(meta.get(f"{_META}clientInfo"))
        return _Request(number, method, params, version, "", who, True)

    def _answer(self, request: _Request) -> Answered | Working:
        from pydantic import ValidationError

        try:
            _methods().validate_client_request(request.method, request.version, request.params)
        except KeyError:
            status = 404 if request.modern else 200
            raise _Refused(
                METHOD_NOT_FOUND, f"There is no method {request.method!r}.", status
            ) from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise _Refused(
                INVALID_PARAMS, f"{where}: {first['msg']}", 400 if request.modern else 200
            ) from None
        if request.method == "initialize":
            return self._opened(request)
        try:
            found = self._found(request)
        except NotOffered as missing:
            code = RESOURCE_NOT_FOUND if request.method == "resources/read" else INVALID_PARAMS
            raise _Refused(code, str(missing)) from None
        if isinstance(found, Wanted):
            return self._working(request, found)
        return Answered(self._result(request, found))

    def _opened(self, request: _Request) -> Answered:
        session = secrets.token_urlsafe(24)
        self._sessions[session] = _Session(self._numbered(request.params), request.version)
        while len(self._sessions) > _MOST_SESSIONS:
            self.end(next(iter(self._sessions)))
        result = {
            "protocolVersion": request.version,
            "capabilities": self._offer.capabilities,
            "serverInfo": self._info,
            "instructions": self._offer.instructions,
        }
        return Answered(self._result(request, result), session)

    def _numbered(self, params: Mapping[str, Any]) -> str:
        """A client's name, and its number where there are several of that name."""
        name = _who(params.get("clientInfo"))
        taken = {each.who for each in self._sessions.values()}
        return next(
            each
            for each in itertools.chain([name], (f"{name} {n}" for n in itertools.count(2)))
            if each not in taken
        )

    def _found(self, request: _Request) -> Wanted | Message:
        offer, params = self._offer, request.params
        match request.method:
            case "ping":
                return {}
            case "server/discover":
                handshake, modern = _versions()
                return {
                    "supportedVersions": [*handshake, *modern],
                    "capabilities": offer.capabilities,
                    "instructions": offer.instructions,
                }
            case "tools/list":
                return {"tools": offer.tools()}
            case "resources/list":
                return {"resources": offer.resources()}
            case "resources/templates/list":
                return {"resourceTemplates": offer.templates()}
            case "prompts/list":
                return {"prompts": offer.prompts()}
            case "tools/call":
                return offer.call(params["name"], params.get("arguments") or {})
            case "resources/read":
                return offer.read(params["uri"])
            case "prompts/get":
                return offer.prompt(params["name"], params.get("arguments") or {})
            case "completion/complete":
                return offer.complete(params["ref"], params["argument"])
            case "logging/setLevel":
                if session := self._sessions.get(request.session):
                    session.log_level = params["level"]
                return {}
        raise _Refused(
            METHOD_NOT_FOUND,
            f"{request.method} is not offered.",
            404 if request.modern else 200,
        )

    def _working(self, request: _Request, wanted: Wanted) -> Working:
        key = (request.session, request.id)

        def begun(call: Call) -> None:
            if request.session:  # none but the session's own client may cancel it
                self._calls[key] = call

        def answer(result: CallResult) -> Message:
            self._calls.pop(key, None)
            try:
                return self._result(request, wanted.result(result))
            except NotOffered as error:
                told = {"code": RESOURCE_NOT_FOUND, "message": str(error)}
            except ToolError as error:
                told = {"code": INTERNAL_ERROR, "message": str(error)}
            except Exception as error:  # a fault of ours; the client gets an answer all the same
                self._noted(error)
                told = {"code": INTERNAL_ERROR, "message": f"Scene Chat itself failed: {error!r}"}
            return {"jsonrpc": "2.0", "id": request.id, "error": told}

        return Working(
            wanted.tool,
            wanted.arguments,
            request.who,
            answer,
            begun,
            self._progress(request),
            cancels=request.modern,
        )

    def _progress(self, request: _Request) -> Callable[[float, str], Message] | None:
        """How a client wants to be told how its call goes on, if at all: as progress or as log."""
        token = request.meta.get("progressToken")
        session = self._sessions.get(request.session)
        level = session.log_level if session else request.meta.get(f"{_META}logLevel")

        def progress(seconds: float, words: str) -> Message:
            told = {"progressToken": token, "progress": round(seconds, 1), "message": words}
            return {"jsonrpc": "2.0", "method": "notifications/progress", "params": told}

        def log(_: float, words: str) -> Message:
            told = {"level": "info", "logger": self._info["name"], "data": words}
            return {"jsonrpc": "2.0", "method": "notifications/message", "params": told}

        if token is not None:
            return progress
        return log if level in ("debug", "info") else None

    def _result(self, request: _Request, result: Message) -> Message:
        if request.modern:
            result = {
                "resultType": "complete",
                "ttlMs": 0,
                "cacheScope": "private",
                **result,
                "_meta": {f"{_META}serverInfo": self._info},
            }
        told = _methods().serialize_server_result(request.method, request.version, result)
        return {"jsonrpc": "2.0", "id": request.id, "result": told}

    # Notifications

    def _notified(self, message: Message, session: str) -> Accepted:
        params = message.get("params")
        if message["method"] == "notifications/cancelled" and isinstance(params, dict):
            number = params.get("requestId")
            if session and isinstance(number, (int, str)):
                call = self._calls.get((session, number))
                if call is not None:
                    call.cancel()
        return Accepted()


@cache
def _methods() -> Any:
    """mcp_types' checks; other extensions may bring another copy of it along."""
    with libraries.preferred():
        from mcp_types import methods

    return methods


@cache
def _versions() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Versions of the era with a handshake, and of the one without."""
    with libraries.preferred():
        from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

    return HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS


_OTHERS = ("scene chat", "the model", "blendermcp client", "blender lab client", "client ")
"""How those are called that may do other things than an MCP client; nobody is to pass for them."""


def _who(info: object) -> str:
    """What a client calls itself, in a line that fits a panel."""
    if not isinstance(info, dict):
        return "MCP client"
    name = info.get("title") or info.get("name")
    text = " ".join(name.split()) if isinstance(name, str) else ""
    told = "".join(each for each in text if each.isprintable())[:40] or "MCP client"
    return f"{told} (MCP)" if told.casefold().startswith(_OTHERS) else told


def _decoded(header: str) -> str:
    """What a header says: other texts than plain ASCII come as Base64."""
    found = re.fullmatch(r"=\?base64\?(.*)\?=", header)
    try:
        return base64.b64decode(found[1], validate=True).decode() if found else header
    except ValueError:
        return header


def _parsed(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(PARSE_ERROR, "The body is no JSON.", 400) from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise _Refused(INVALID_REQUEST, "The body has to be one JSON-RPC 2.0 message.", 400)
    return message
