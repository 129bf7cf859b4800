"""What a tool says later: its call goes on, and the main thread does not wait for it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import NamedTuple


class Later(NamedTuple):
    """Returned by a tool in place of a value.

    Attributes:
        value: Resolved on any thread, with what the tool would have returned or a `ToolError`.
            Whoever takes the call back resolves it too, so both have to expect that it is done.
    """

    value: Future[object]
