"""What happens in a turn, as it happens.

Made on the chat's worker thread and handed to its listener there; whoever shows them on another
thread brings them over itself. `as_json` is the line that `ask --json` prints, and that the journal
keeps; `from_json` reads it again. Data classes, not named tuples: no two kinds of event are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from ..tools.call import CallResult
from ..tools.plain import Plain
from ..tools.receipt import Receipt


@dataclass(frozen=True)
class Text:
    """A piece of the model's answer."""

    text: str


@dataclass(frozen=True)
class Reasoning:
    """A piece of the model's thinking, where it shows it."""

    text: str


@dataclass(frozen=True)
class Joined:
    """The person wrote this while the turn ran; the model has it now."""

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


Reason = Literal["done", "stopped", "error", "rounds", "limit"]


@dataclass(frozen=True)
class End:
    """The turn is over: answered, stopped by the person, failed, out of rounds or of money."""

    reason: Reason


Event = (
    Text | Reasoning | Joined | ToolCall | ToolResult | Usage | Retry | Answering | Compacted | Question
    | Error | End
)  # fmt: skip


def as_json(event: Event, *, whole: bool = False) -> dict[str, object]:
    """Return an event as JSON values, its kind under "event".

    Args:
        event: Any.
        whole: Whether `from_json` is to make the same of it.
    """
    if isinstance(event, ToolResult):
        result = event.result
        failed = {} if result.ok else {"kind": result.kind, "details": result.value}
        return {
            "event": "tool_result",
            "id": event.id,
            "ok": result.ok,
            "result": result.value if result.ok else result.error,
            "receipt": result.receipt.as_json(),
            **({"seconds": result.seconds, **failed} if whole else {}),
        }
    return {"event": _name(type(event)), **asdict(event)}


def from_json(told: Mapping[str, Any]) -> Event:
    """Return the event that `as_json` told the whole of; a result comes without its picture.

    Raises:
        ValueError: it is no event.
    """
    try:
        kind = _KINDS[told["event"]]
        if kind is ToolResult:
            return ToolResult(_told(str, told["id"]), _result(told))
        given = {each.name: told[each.name] for each in fields(kind) if each.name in told}
        for each in fields(kind):
            if each.name in given and each.type in _TYPES:
                _told(_TYPES[str(each.type)], given[each.name])
        event: Event = kind(**given)
        if isinstance(event, End) and event.reason not in get_args(Reason):
            raise TypeError(f"{event.reason!r:.80} is no end")
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"This is no event: {error}") from None
    return event


def _result(told: Mapping[str, Any]) -> CallResult:
    receipt, seconds = (
        Receipt.from_json(told["receipt"]),
        _told((int, float), told.get("seconds", 0.0)),
    )
    if told["ok"] is True:
        return CallResult(True, told["result"], receipt=receipt, seconds=seconds)
    error, kind = _told(str, told["result"]), _told(str, told.get("kind", ""))
    return CallResult(False, told.get("details"), error, kind, receipt, seconds=seconds)


def _told(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.80} is no {kind}")
    return value


def _name(kind: type) -> str:
    return {ToolCall: "tool_call", ToolResult: "tool_result"}.get(kind, kind.__name__.lower())


_KINDS: dict[str, Any] = {_name(kind): kind for kind in get_args(Event)}
_TYPES: dict[str, Any] = {
    "str": str, "int": int, "float": (int, float), "bool": bool,
    "float | None": (int, float, type(None)),
}  # fmt: skip
"""By what stands in the classes above; anything goes for what is not named here."""
