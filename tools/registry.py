"""What a tool is, and the list of them.

A tool is a plain function marked with `@tool`: its name, signature, type hints and docstring are
all there is to write. Marking costs nothing; schemas are made at first need, on whichever worker
thread needs them, since pydantic takes a third of a second to import.
"""

from __future__ import annotations

import enum
import inspect
import textwrap
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import libraries
from .errors import UnknownTool, nearest

if TYPE_CHECKING:
    from .schema import Signature

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__scene_chat_tool__"

GIVEN = frozenset({"job", "caller"})
"""Parameters that the call path fills in, and no caller."""


class Effect(enum.StrEnum):
    """What a call may do at most, mildest first."""

    READS = "reads"
    EDITS = "edits"
    FILES = "files"
    CODE = "code"


class Assessment(NamedTuple):
    """What one call would do: its effect, and in plain words what was found that makes it so."""

    effect: Effect
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tool:
    """A function that the chat and the port can call.

    Attributes:
        function: Runs on the main thread; takes validated arguments by keyword, and the running
            `Job` and the call's `Origin` as `job` and `caller` if it has such parameters.
        effect: What it does at most, where `assess` says nothing milder or graver.
        assess: From the validated arguments, what this very call would do.
        keeps_partial: Whether what a failed call had changed by then stays (a script half way
            through) or is rolled back.
        compared: Whether the scene is looked at before and after to tell what the call changed;
            other tools tell so themselves.
        keeps_step: Whether what it changed becomes an undo step of its turn.
    """

    function: Callable[..., object]
    effect: Effect
    assess: Callable[[Mapping[str, Any]], Assessment] | None = None
    keeps_partial: bool = False
    compared: bool = False
    keeps_step: bool = True

    @property
    def name(self) -> str:
        return self.function.__name__

    @cached_property
    def docstring(self) -> str:
        return inspect.getdoc(self.function) or ""

    @cached_property
    def takes(self) -> frozenset[str]:
        """Which of `GIVEN` it takes."""
        return GIVEN & frozenset(inspect.signature(self.function).parameters)

    @property
    def description(self) -> str:
        """The docstring down to its first section: what the model is told."""
        return self.docstring.partition("\n\nArgs:")[0].partition("\n\nReturns:")[0].strip()

    def parameter_help(self) -> dict[str, str]:
        """Return what the docstring's Args section says of each parameter."""
        section = self.docstring.partition("\n\nArgs:\n")[2].partition("\n\n")[0]
        entries: dict[str, str] = {}
        for line in textwrap.dedent(section).splitlines():
            name, colon, text = line.partition(":")
            if colon and not line.startswith(" "):
                latest = name
                entries[latest] = text.strip()
            elif line.strip():
                entries[latest] += " " + line.strip()
        return entries

    def assessed(self, arguments: Mapping[str, Any]) -> Assessment:
        """Return what a call with these validated arguments would do."""
        return self.assess(arguments) if self.assess else Assessment(self.effect)


def tool(
    *,
    effect: Effect,
    assess: Callable[[Mapping[str, Any]], Assessment] | None = None,
    keeps_partial: bool = False,
    compared: bool = False,
    keeps_step: bool = True,
) -> Callable[[F], F]:
    """Mark a function as a tool; see `Tool` for what the arguments mean."""

    def mark(function: F) -> F:
        setattr(
            function, _MARK, Tool(function, effect, assess, keeps_partial, compared, keeps_step)
        )
        return function

    return mark


class Registry:
    """The tools by name. Filled at first need; read on any thread."""

    def __init__(self, fill: Callable[[Registry], None] | None = None) -> None:
        """Make one that is empty; `fill` adds the tools, once, when the first of them is wanted."""
        self._fill = fill
        self.small: frozenset[str] = frozenset()
        """Names of the few that do most, for models with a short window. Set by `fill`."""
        self.reading: frozenset[str] = frozenset()
        """Names of those that can be called to look only. Set by `fill`."""
        self._tools: dict[str, Tool] = {}
        self._signatures: dict[str, Signature] = {}
        self._making = threading.RLock()

    def add(self, function: Callable[..., object]) -> None:
        """Add a function that is marked with `@tool`.

        Raises:
            ValueError: it is not marked, or its name is taken.
        """
        made: Tool | None = getattr(function, _MARK, None)
        if made is None:
            raise ValueError(f"{function!r} is not marked with @tool")
        if made.name in self._tools:
            raise ValueError(f"there is a tool {made.name} already")
        self._tools[made.name] = made

    @property
    def names(self) -> list[str]:
        """Of all tools, sorted."""
        return sorted(self._filled())

    def get(self, name: str) -> Tool:
        """Return the tool of that name.

        Raises:
            UnknownTool: with the nearest names.
        """
        try:
            return self._filled()[name]
        except KeyError:
            known = ", ".join(self.names)
            hint = nearest(name, self._filled()) or f" There are: {known}."
            raise UnknownTool(f"There is no tool {name!r}.{hint}") from None

    def validate(self, tool: Tool, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Return the arguments as the function takes them, defaults filled in.

        Raises:
            InvalidArguments: naming each field that is wrong, what was given and what would do.
        """
        return self._signature(tool).validate(arguments)

    def schemas(self, *, small: bool = False, reads: bool = False) -> list[dict[str, Any]]:
        """Return the tools as a chat endpoint takes them, sorted by name.

        The order and the bytes are the same each time, so a provider can cache them.

        Args:
            small: Only those of the small set.
            reads: Only those of `reading`.
        """
        return [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": self._signature(tool).parameters,
                },
            }
            for name, tool in sorted(self._filled().items())
            if (not small or name in self.small) and (not reads or name in self.reading)
        ]

    def _filled(self) -> dict[str, Tool]:
        with self._making:
            if self._fill is not None:
                try:
                    self._fill(self)
                except BaseException:
                    self._tools.clear()
                    raise
                self._fill = None
        return self._tools

    def _signature(self, tool: Tool) -> Signature:
        made = self._signatures.get(tool.name)
        if made is None:
            with self._making:
                with libraries.preferred():
                    from .schema import Signature  # imports pydantic

                made = self._signatures.setdefault(tool.name, Signature(tool))
        return made
