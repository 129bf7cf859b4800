"""The conversation as people see it: turns, with the steps and texts of each, as they come.

What the model gets is `conversation`'s; this is for a panel. Written on the chat's worker thread,
but for the making of a `Turn`, which is done on the main thread before the worker knows of it.
Read on any thread: every change is one assignment or one append.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..tools.call import CallResult
from ..tools.plain import Plain
from .events import End, Error, Event, Reasoning, Text, ToolCall, ToolResult, Usage

_WAITING = "Waiting for the model"
_SUBJECT_LENGTH = 60
_SUBJECTS = (
    "operator", "names", "material", "collection", "name", "filepath", "values", "kind", "type", "view",
    "frames", "action",
)  # fmt: skip
"""Arguments that say what a call is about, the most telling first."""


@dataclass(eq=False)
class Said:
    """A stretch of the model's answer, between its tool calls."""

    text: str


@dataclass(eq=False)
class Step:
    """A tool call; `result` is None while it is under way."""

    name: str
    arguments: Plain
    result: CallResult | None = None

    @property
    def subject(self) -> str:
        """What it is about, in a word or two: the objects' names, the code's first comment."""
        given = self.arguments if isinstance(self.arguments, Mapping) else {}
        code = given.get("code")
        if isinstance(code, str):
            return _code_in_words(code)
        found = next((given[key] for key in _SUBJECTS if given.get(key)), "")
        if isinstance(found, Mapping | list):
            found = ", ".join(map(str, found))
        return str(found)


@dataclass(eq=False)
class Turn:
    """A prompt and all that came of it.

    Attributes:
        number: Counts from 1 and is never used again.
        prompt: The person's words.
        title: Their beginning, after which the turn's undo step is called.
        parts: Steps and stretches of the answer, in the order in which they came.
        problems: What went wrong, in sentences for a person.
        end: How it ended, None while it is under way.
        tokens: In and out, of all its rounds.
        cost: USD, None where the endpoint does not say.
        seconds: How long it took, once it has ended.
    """

    number: int
    prompt: str
    title: str = ""
    parts: list[Said | Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    end: End | None = None
    tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    phase: str = _WAITING
    _began: float = field(default_factory=time.monotonic)
    _steps: dict[str, Step] = field(default_factory=dict)

    @property
    def answer(self) -> str:
        """All that the model said, as it wrote it."""
        return "\n\n".join(part.text.strip() for part in self.parts if isinstance(part, Said))

    @property
    def elapsed(self) -> float:
        """Seconds since the prompt was sent, up to the end."""
        return self.seconds if self.end else time.monotonic() - self._began

    def feed(self, event: Event) -> None:
        """Take up what happened."""
        match event:
            case Text(text):
                self.phase = "Writing"
                if self.parts and isinstance(last := self.parts[-1], Said):
                    last.text += text
                else:
                    self.parts.append(Said(text))
            case Reasoning():
                self.phase = "Thinking"
            case ToolCall(id, name, arguments):
                self.phase = f"Running {name}"
                step = self._steps[id] = Step(name, arguments)
                self.parts.append(step)
            case ToolResult(id, result):
                self._steps[id].result = result
                left = (step.name for step in self._steps.values() if step.result is None)
                self.phase = f"Running {running}" if (running := next(left, "")) else _WAITING
            case Usage(input_tokens, output_tokens, cost):
                self.tokens += input_tokens + output_tokens
                if cost is not None:
                    self.cost = (self.cost or 0.0) + cost
            case Error(message):
                self.problems.append(message)
            case End():
                self.seconds = time.monotonic() - self._began
                self.end = event


def _code_in_words(code: str) -> str:
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    for line in lines:
        if line.startswith("#") and (comment := line.lstrip("#! ").strip()):
            return comment[:_SUBJECT_LENGTH]
    return f"{len(lines)} lines" if len(lines) != 1 else lines[0][:_SUBJECT_LENGTH]
