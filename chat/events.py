"""What happens in a turn, as it happens.

Made on the chat's worker thread and handed to its listener there; whoever shows them on another
thread brings them over itself. `as_json` is the line that `ask --json` prints.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from ..tools.call import CallResult
from ..tools.plain import Plain


@dataclass(frozen=True)
class Text:
    """A piece of the model's answer."""

    text: str


@dataclass(frozen=True)
class Reasoning:
    """A piece of the model's thinking, where it shows it."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A call that the model makes; `arguments` as it wrote them, parsed if they are JSON."""

    id: str
    name: str
    arguments: Plain


@dataclass(frozen=True)
class ToolResult:
    """How a call ended."""

    id: str
    result: CallResult


@dataclass(frozen=True)
class Usage:
    """What one round took.

    Attributes:
        input_tokens: Of the request, `cached_tokens` among them.
        output_tokens: Of the answer, its reasoning among them.
        cost: USD, None where neither the endpoint nor the catalogue says.
        cached_tokens: Which the provider had read before.
        estimated: Whether `cost` comes from the catalogue's prices.
    """

    input_tokens: int
    output_tokens: int
    cost: float | None
    cached_tokens: int = 0
    estimated: bool = False


@dataclass(frozen=True)
class Retry:
    """The endpoint is asked again after `seconds`; `why` in a few words for a person."""

    seconds: float
    why: str


@dataclass(frozen=True)
class Answering:
    """Which model answers, where it is another than the one that was asked for."""

    model: str


@dataclass(frozen=True)
class Compacted:
    """The conversation was made smaller, to fit the model's window; both in tokens, about."""

    before: int
    after: int


@dataclass(frozen=True)
class Question:
    """The turn waits for the person to go on or to stop, since a limit is reached."""

    text: str


@dataclass(frozen=True)
class Error:
    """What went wrong, and what to do, in a sentence or two for a person.

    `kind` is for whoever offers a button: see `failures.ModelFailed`.
    """

    message: str
    kind: str = ""


@dataclass(frozen=True)
class End:
    """The turn is over: answered, stopped by the person, failed, out of rounds or of money."""

    reason: Literal["done", "stopped", "error", "rounds", "limit"]


Event = (
    Text | Reasoning | ToolCall | ToolResult | Usage | Retry | Answering | Compacted | Question
    | Error | End
)  # fmt: skip


def as_json(event: Event) -> dict[str, object]:
    """Return an event as JSON values, its kind under "event"."""
    if isinstance(event, ToolResult):
        result = event.result
        return {
            "event": "tool_result",
            "id": event.id,
            "ok": result.ok,
            "result": result.value if result.ok else result.error,
            "receipt": result.receipt.as_json(),
        }
    kind = "tool_call" if isinstance(event, ToolCall) else type(event).__name__.lower()
    return {"event": kind, **asdict(event)}
