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
    """What one round took. `cost` in USD, None where the endpoint does not say."""

    input_tokens: int
    output_tokens: int
    cost: float | None


@dataclass(frozen=True)
class Error:
    """What went wrong, and what to do, in a sentence or two for a person."""

    message: str


@dataclass(frozen=True)
class End:
    """The turn is over: answered, stopped by the person, failed, or out of rounds."""

    reason: Literal["done", "stopped", "error", "rounds"]


Event = Text | Reasoning | ToolCall | ToolResult | Usage | Error | End


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
