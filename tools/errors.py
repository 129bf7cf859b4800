"""What can go wrong with a tool call.

    ToolError               the call did not do what it was asked to
    ├── UnknownTool         no tool of that name
    ├── InvalidArguments    an argument is missing, unknown, or of the wrong kind
    ├── PermissionRefused   a rule or the person said no, or nobody could be asked
    ├── NoSuchObject        a name that is not in the scene
    ├── CodeFailed          a script raised; carries the line and its source
    ├── TimeLimitReached    it ran, or waited, longer than it may
    ├── CallCancelled       the caller took it back
    ├── SceneReplaced       another file was opened since the call was made
    └── Unavailable         this machine or this moment cannot do it

A message is a sentence or two for a person and for a model: what happened, with which value,
and what to do. `details` holds the same in parts, as JSON values.
"""

from __future__ import annotations

from collections.abc import Iterable


class ToolError(Exception):
    """A tool call that did not do what it was asked to."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details


class UnknownTool(ToolError):
    """No tool of that name."""


class InvalidArguments(ToolError):
    """An argument is missing, unknown, or of the wrong kind."""


class PermissionRefused(ToolError):
    """A rule or the person said no, or nobody could be asked."""


class NoSuchObject(ToolError):
    """A name that is not in the scene."""


class CodeFailed(ToolError):
    """A script raised, or could not be compiled."""


class TimeLimitReached(ToolError):
    """The call ran, or waited for its turn, longer than it may."""


class CallCancelled(ToolError):
    """The caller took the call back."""


class SceneReplaced(ToolError):
    """Another file was opened between the making of the call and its turn."""


class Unavailable(ToolError):
    """This machine, or this moment, cannot do it."""


def said(error: BaseException) -> str:
    """Return an exception's message, also where its own `__str__` raises."""
    try:
        return str(error)
    except Exception as fault:
        return f"its message could not be read ({type(fault).__name__})"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean …?" with up to three of `known` that resemble `name`, or ""."""
    import difflib  # not needed for enabling

    lowered = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=3, cutoff=0.5)
    return did_you_mean(lowered[each] for each in near)


def did_you_mean(names: Iterable[str]) -> str:
    """Return " Did you mean …?", or "" for none."""
    quoted = ", ".join(map(repr, names))
    return f" Did you mean {quoted}?" if quoted else ""
