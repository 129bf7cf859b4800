"""The conversation as people see it: turns, with the steps and texts of each, as they come.

What the model gets is `conversation`'s; this is for a panel. Written on the chat's worker thread,
but for the making of a `Turn`, which is done on the main thread before the worker knows of it.
Read on any thread: every change is one assignment or one append.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..tools.call import CallResult
from ..tools.phrase import Phrase
from ..tools.picture import Picture
from ..tools.plain import Plain
from .events import (
    Answering,
    Compacted,
    End,
    Error,
    Event,
    Joined,
    Question,
    Reasoning,
    Retry,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)  # fmt: skip

next_number = itertools.count(1).__next__
"""The number of a new turn. Undo steps are called after it and live as long as the process, so it is
never used again, in whichever chat. Any thread."""
_WAITING = Phrase("Waiting for the model")
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
class Asked:
    """What the person wrote while the turn ran."""

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
        number: See `next_number`. In a chat, later turns have higher ones.
        prompt: The person's words.
        title: Their beginning, after which the turn's undo step is called.
        parts: Steps, stretches of the answer and messages that joined, in the order in which
            they came.
        problems: What went wrong, in sentences for a person.
        end: How it ended, None while it is under way.
        notes: What happened beside the answer that a person may want to know, in sentences.
        kind: Of the latest problem, such as "credit"; see `failures.ModelFailed`.
        thoughts: What the model let see of its thinking.
        model: Who answered, where it is another than was asked for.
        tokens: In and out, of all its rounds.
        cost: USD, None where nobody says.
        estimated: Whether some of the cost comes from a price list.
        seconds: How long it took, once it has ended.
        at: When it was sent, in seconds since 1970; 0 where nobody knows.
        asked: The model that was asked.
        pictures: What the person attached, as long as Blender runs.
    """

    number: int
    prompt: str
    title: str = ""
    parts: list[Said | Asked | Step] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kind: str = ""
    thoughts: str = ""
    model: str = ""
    end: End | None = None
    tokens: int = 0
    cost: float | None = None
    estimated: bool = False
    seconds: float = 0.0
    at: float = 0.0
    asked: str = ""
    pictures: tuple[Picture, ...] = ()
    _phase: str = _WAITING
    _again: Retry | None = None
    _again_at: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _steps: dict[str, Step] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All that the person wrote, also while it ran."""
        joined = [part.text for part in self.parts if isinstance(part, Asked)]
        return "\n\n".join([self.prompt, *joined])

    @property
    def answer(self) -> str:
        """All that the model said, as it wrote it."""
        return "\n\n".join(part.text.strip() for part in self.parts if isinstance(part, Said))

    @property
    def elapsed(self) -> float:
        """Seconds since the prompt was sent, up to the end."""
        return self.seconds if self.end else time.monotonic() - self._began

    @property
    def can_go_on(self) -> bool:
        """Whether it ended before it was answered."""
        return self.end is not None and self.end.reason != "done"

    @property
    def open_calls(self) -> list[str]:
        """The ids of the calls that have no result."""
        return [call for call, step in self._steps.items() if step.result is None]

    def reopen(self) -> None:
        """Go on with it: what went wrong is forgotten, and so is an answer that broke off."""
        if self.parts and isinstance(self.parts[-1], Said):
            self.parts = self.parts[:-1]
        self.problems, self.kind = [], ""
        self._began = time.monotonic() - self.seconds
        self._phase = _WAITING
        self.end = None

    @property
    def phase(self) -> str:
        """What is going on, in words; before another try the seconds count down."""
        again = self._again
        if again is None:
            return self._phase
        left = math.ceil(self._again_at - time.monotonic())
        if left <= 0:
            return Phrase("Trying again: {why}", why=again.why)
        return Phrase("Trying again in {seconds} s: {why}", seconds=left, why=again.why)

    def feed(self, event: Event) -> None:
        """Take up what happened."""
        if isinstance(event, Retry):
            self._again_at = time.monotonic() + event.seconds
            self._phase = _WAITING
        self._again = event if isinstance(event, Retry) else None
        match event:
            case Text(text):
                self._phase = Phrase("Writing")
                if self.parts and isinstance(last := self.parts[-1], Said):
                    last.text += text
                else:
                    self.parts.append(Said(text))
            case Joined(text):
                self.parts.append(Asked(text))
            case Reasoning(thought):
                self._phase = Phrase("Thinking")
                self.thoughts += thought
            case ToolCall(id, name, arguments):
                self._phase = Phrase("Running {name}", name=name)
                step = self._steps[id] = Step(name, arguments)
                self.parts.append(step)
            case ToolResult(id, result):
                self._steps[id].result = result
                left = (step.name for step in self._steps.values() if step.result is None)
                self._phase = (
                    Phrase("Running {name}", name=running)
                    if (running := next(left, ""))
                    else _WAITING
                )
            case Usage():
                self.tokens += event.input_tokens + event.output_tokens
                self.estimated |= event.estimated or event.cost is None
                if event.cost is not None:
                    self.cost = (self.cost or 0.0) + event.cost
            case Answering(model):
                self.model = model
            case Compacted(before, after):
                self.notes.append(
                    Phrase(
                        "Older messages were shortened to make room in the model's window: {before:,} → "
                        "{after:,} tokens.",
                        before=before,
                        after=after,
                    )
                )
            case Question():
                self._phase = Phrase("Waiting for you")
            case Error(message, kind):
                self.problems.append(message)
                self.kind = kind
            case End():
                self.seconds = time.monotonic() - self._began
                self.end = event


def _code_in_words(code: str) -> str:
    lines = [line.strip() for line in code.splitlines() if line.strip()]
    for line in lines:
        if line.startswith("#") and (comment := line.lstrip("#! ").strip()):
            return comment[:_SUBJECT_LENGTH]
    return (
        Phrase("{count} lines", count=len(lines)) if len(lines) != 1 else lines[0][:_SUBJECT_LENGTH]
    )
