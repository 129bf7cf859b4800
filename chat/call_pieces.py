"""Tool calls, put together from the pieces in which they are streamed. Used on the worker's thread.

Providers break this part of the protocol in many ways. The rules that get them all:

- an id seen before means that call, and a new id a new call, even where its index is taken; but a
  new id without a name goes on with the call of its index (an id for each piece);
- no id means the latest call of that index, and neither means the latest;
- a name with arguments for a call that has both, whole, is a new call, whatever its id and index.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..tools.plain import speakable
from .conversation import Call

MOST_CALLS = 100
"""In one round. More is a model that repeats itself."""
MOST_ARGUMENTS = 2**20
"""Characters of one call."""
_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
"""What providers refuse in the name of a call in the history."""


@dataclass
class _Growing:
    id: str
    name: str = ""
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, arguments: str) -> None:
        self.length += len(arguments)
        if self.length <= MOST_ARGUMENTS:
            self.pieces.append(arguments)

    def is_whole(self) -> bool:
        text = "".join(self.pieces)
        if not text.rstrip().endswith("}"):
            return False
        try:
            return isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            return False


class CallPieces:
    """One answer's calls."""

    def __init__(self) -> None:
        self._calls: list[_Growing] = []
        self._by_id: dict[str, _Growing] = {}
        self._by_index: dict[int, _Growing] = {}

    def feed(self, delta: Mapping[str, Any]) -> None:
        """Take in a piece of an answer, or all of it."""
        pieces = delta.get("tool_calls")
        pieces = list(pieces) if isinstance(pieces, list) else [pieces] if pieces else []
        if legacy := delta.get("function_call"):
            pieces.append({"function": legacy})
        for piece in pieces:
            if isinstance(piece, Mapping):
                self._take(piece)

    def calls(self) -> tuple[Call, ...]:
        """Return the calls in order, each with an id of its own.

        Those that are too long, and the first of those that are too many, carry a `problem`.
        """
        seen: set[str] = set()
        made: list[Call] = []
        found = [each for each in self._calls if each.name or each.length]
        for each in found[: MOST_CALLS + 1]:
            own = each.id if each.id and each.id not in seen else f"call_{uuid.uuid4().hex[:16]}"
            seen.add(own)
            name = _NAMES.sub("_", each.name)[:64] or "unnamed"
            problem = ""
            if len(made) == MOST_CALLS:
                problem = (
                    f"Left out, with all that came after it: of {len(found)} calls in one answer "
                    f"the first {MOST_CALLS} were run. Send what is still needed in the next one."
                )
            elif each.length > MOST_ARGUMENTS:
                problem = (
                    f"The arguments had {each.length:,} characters; a call may have "
                    f"{MOST_ARGUMENTS:,}. Do it in several calls."
                )
            arguments = json.dumps("left out") if problem else speakable("".join(each.pieces))
            made.append(Call(own, name, arguments, problem))
        return tuple(made)

    def _take(self, piece: Mapping[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else piece
        name = str(function.get("name") or "")
        arguments = function.get("arguments")
        if arguments is None:
            arguments = ""
        elif not isinstance(arguments, str):
            arguments = json.dumps(arguments)
        index = piece.get("index")
        call = self._call_of(
            str(piece.get("id") or ""), index if isinstance(index, int) else None, name, arguments
        )
        call.name = call.name or name
        if len(self._calls) <= MOST_CALLS:
            call.add(arguments)

    def _call_of(self, id: str, index: int | None, name: str, arguments: str) -> _Growing:
        of_index = None if index is None else self._by_index.get(index)
        if id:
            call = self._by_id.get(id) or (of_index if arguments and not name else None)
        elif index is not None:
            call = of_index
        else:
            call = self._calls[-1] if self._calls else None
        if call is None or (name and arguments.strip() and call.name and call.is_whole()):
            call = _Growing(id)
            self._calls.append(call)
        call.id = call.id or id
        if id:
            self._by_id[id] = call
        if index is not None:
            self._by_index[index] = call
        return call
