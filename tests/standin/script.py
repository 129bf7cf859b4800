"""What a script is: for each prompt, what is said and called, round by round.

A round is a function of the results that the turn has brought so far, so that a script takes names
from what the tools really answered instead of assuming them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """A tool call to make. `fails`: whether the script expects an error as its result."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    fails: bool = False


@dataclass(frozen=True)
class Say:
    """One round: what is said, and what is called; a round without calls ends the turn."""

    text: str = ""
    calls: Sequence[Call] = ()
    reasoning: str = ""


@dataclass(frozen=True)
class Refuse:
    """One round answered with an HTTP error, as OpenRouter words them."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """One round written byte by byte, for what real providers get wrong.

    Attributes:
        parts: Bytes are sent as they are, numbers are seconds of silence.
        breaks: Whether the connection is cut at the end, without a last chunk.
        status: Of HTTP.
        headers: Beside those that say how the bytes come.
    """

    parts: Iterable[bytes | float]
    breaks: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/event-stream"}
    )


@dataclass(frozen=True)
class Result:
    """What a tool answered, as the request carries it."""

    text: str

    @property
    def failed(self) -> bool:
        return self.text.startswith("Error:")

    @property
    def value(self) -> Any:
        """The JSON value on its first line."""
        return json.loads(self.text.partition("\n")[0])


Results = Sequence[Result]
Round = Say | Refuse | Raw | Callable[[Results], Say]


@dataclass(frozen=True)
class Script:
    """Rounds by a text that the prompt contains.

    Attributes:
        name: Shown as the model's name, behind "script/".
        scenes: The first whose key stands in the prompt is played.
    """

    name: str
    scenes: Mapping[str, Sequence[Round]]

    def rounds_for(self, prompt: str) -> Sequence[Round] | None:
        """Return the rounds for a prompt, or None where the script knows nothing of it."""
        return next((rounds for key, rounds in self.scenes.items() if key in prompt), None)
