"""What the port needs of a dialect: bytes in, and for each request an answer or a call.

A dialect does no input or output. One object stands for one connection; all of it belongs to the
listener thread, but for `Asked.answer` where `Asked.at_once` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from ..tools.call import Call, CallResult


class BrokenRequest(Exception):
    """What has come is no request, whatever may follow. The message says so."""


class Said(NamedTuple):
    """A request that is answered without a look at the scene, by `data`."""

    data: bytes


class Asked(NamedTuple):
    """A request that is one call of a tool.

    Attributes:
        tool: Its name.
        arguments: By parameter name, as JSON values.
        answer: From the call's result to the bytes of the answer.
        at_once: Whether `answer` may be called by the thread that finished the call. Waking the
            listener for it would cost 0.1 ms. Then `progress` stays None, and the connection goes on.
        who: For people, who asks, where one connection does not stand for one client.
        begun: Gets the call once it is under way.
        opening: What is sent before there is a result.
        progress: From the seconds since, and what the call waits for or does, to what is sent
            meanwhile, now and then.
        patience: Seconds that a person may think about its approval; the dialect's own if None.
        cancels: Whether a client that leaves takes back its call even where it runs.
    """

    tool: str
    arguments: Mapping[str, Any]
    answer: Callable[[CallResult], bytes]
    at_once: bool = True
    who: str = ""
    begun: Callable[[Call], None] | None = None
    opening: bytes = b""
    progress: Callable[[float, str], bytes] | None = None
    patience: float | None = None
    cancels: bool = False


class Dialect(Protocol):
    """One connection's side of a conversation."""

    name: str
    """What its clients are called: "BlenderMCP client"."""
    seconds: float
    """How long a call may wait, and run: below its clients' own time-out."""
    patience: float
    """Seconds that a person may think about an approval: less than its clients' own time-out."""

    @property
    def begun(self) -> bool:
        """Whether part of a request is here."""

    @property
    def size(self) -> int:
        """Bytes that are here and not taken up yet."""

    @property
    def ended(self) -> bool:
        """Whether the connection is to end once all is sent."""

    def feed(self, data: bytes) -> None:
        """Take in what has come."""

    def next(self) -> Said | Asked | None:
        """Return what the next whole request comes to, or None while none is whole.

        Raises:
            BrokenRequest: the connection is to end; `refusal` tells the client.
        """

    def refusal(self, why: str) -> bytes:
        """Return how to tell the client why its connection ends, nothing where it cannot be."""
