"""The two dialects of bare JSON objects: BlenderMCP, and Blender Lab's with a NUL behind each.

They are told apart by each request: Blender Lab's has `code` beside `type` "execute".

While the main thread is busy these are answered all the same: `ping`, `get_health`, and `cancel`,
which takes back what programs of these dialects have running or waiting. Their clients have one
command under way on a connection at a time, so such a request comes on another connection.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..tools.call import CallResult
from ..tools.queue import Health
from . import blender_mcp
from .blender_mcp import About, BadCommand, Translated
from .dialect import Asked, BrokenRequest, Said
from .frames import BrokenFrame, Frames

_RESULT = "\n\ntry:\n result\nexcept NameError:\n result = None\nresult\n"
"""Put behind a Blender Lab script, whose outcome is what it has set `result` to: the value of a script
is that of its last line."""
_LAB_CLIENT = "Blender Lab client"
_LAB_PATIENCE_SECONDS = 240.0
"""Its clients wait for 300 s."""


class Raw:
    """One connection; see `dialect.Dialect`."""

    name = "BlenderMCP client"
    ended = False
    seconds = blender_mcp.CLIENT_SECONDS
    patience = blender_mcp.PATIENCE_SECONDS

    def __init__(
        self,
        limit: int,
        about: About,
        health: Callable[[], Health],
        cancel: Callable[[], int],
        admits: Callable[[str], bool] | None,
        refused: Callable[[str], None],
    ) -> None:
        """Begin a connection.

        Args:
            limit: Bytes of one request.
            about: Versions.
            health: How the main thread is doing.
            cancel: Takes back what clients have under way; returns how many calls that were.
            admits: Whether that is the token, which each request then has to carry as `token`; None
                where none is wanted.
            refused: Gets what was refused and why, in a sentence.
        """
        self._frames = Frames(limit)
        self._about = about
        self._health = health
        self._cancel = cancel
        self._admits = admits
        self._refused = refused
        self._lab = False

    @property
    def begun(self) -> bool:
        return self._frames.begun

    @property
    def size(self) -> int:
        return self._frames.size

    def feed(self, data: bytes) -> None:
        self._frames.feed(data)

    def next(self) -> Said | Asked | None:
        try:
            frame = self._frames.next()
        except BrokenFrame as error:
            raise BrokenRequest(str(error)) from None
        if frame is None:
            return None
        given = frame.pop("token", None)
        self._lab = frame.get("type") == "execute" and "code" in frame
        if self._admits is not None and not self._admits(given if isinstance(given, str) else ""):
            why = 'Each request has to carry the port\'s token as "token".'
            self._refused(why)
            return Said(self.refusal(why))
        if self._lab:
            return _lab_execute(frame)
        try:
            return self._command(frame)
        except BadCommand as error:
            return Said(blender_mcp.encoded(blender_mcp.failed(str(error))))

    def _command(self, frame: Mapping[str, Any]) -> Said | Asked:
        match frame.get("type"):
            case "ping":
                return _succeeded({"pong": True})
            case "get_health":
                return _succeeded(self._health().as_json())
            case "cancel":
                return _succeeded({"cancelled": self._cancel()})
        command, params = blender_mcp.command(frame)
        if not isinstance(command, Translated):
            return _succeeded(command.result(self._about))

        def answer(result: CallResult) -> bytes:
            if not result.ok:
                return blender_mcp.encoded(blender_mcp.failed(result.error))
            return blender_mcp.encoded(blender_mcp.succeeded(command.result(result.value)))

        return Asked(command.tool, command.arguments(params), answer)

    def refusal(self, why: str) -> bytes:
        if self._lab:
            return _lab_reply(status="error", message=why)
        return blender_mcp.encoded(blender_mcp.failed(why))


def _succeeded(result: object) -> Said:
    return Said(blender_mcp.encoded(blender_mcp.succeeded(result)))


def _lab_execute(frame: Mapping[str, Any]) -> Asked:
    code = frame["code"]
    strict = frame.get("strict_json") is True

    def answer(result: CallResult) -> bytes:
        value = result.value if isinstance(result.value, dict) else {}
        stdout = str(value.get("stdout", ""))
        if not result.ok:
            return _lab_reply(status="error", message=result.error, stdout=stdout)
        told = value.get("value")
        if told is None:
            told = {}
        if not isinstance(told, dict):
            message = f"The code has to set result to a dict, not {type(told).__name__}."
            if strict:
                return _lab_reply(status="error", message=message, stdout=stdout)
            told = {"result": told}
        return _lab_reply(status="ok", result=told, stdout=stdout)

    if isinstance(code, str):
        code += _RESULT
    # Each request is a connection of its own, and all of them together are one client's turn.
    return Asked(
        "execute_code", {"code": code}, answer, who=_LAB_CLIENT, patience=_LAB_PATIENCE_SECONDS
    )


def _lab_reply(*, status: str, result: object = None, message: str = "", stdout: str = "") -> bytes:
    told = {
        "status": status,
        "result": {} if result is None else result,
        "message": message,
        "stdout": stdout,
        "stderr": "",
    }
    return json.dumps(told, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\0"
