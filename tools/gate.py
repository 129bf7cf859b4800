"""Who may do what unasked: the rules, and the approvals that wait for a person.

Rules are changed on the main thread, by a person's click or by `--allow` at start, and by nothing
else: no tool, message or text of a scene reaches them. They are read on any thread.
"""

from __future__ import annotations

import enum
import itertools
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal

from .alarm import Alarm
from .errors import PermissionRefused
from .queue import Limits
from .registry import Assessment, Effect

Caller = Literal["chat", "client"]

PERMISSIONS = ("code", "files")
"""What asks first unless a person allows it beforehand."""


class Decision(enum.StrEnum):
    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True)
class Origin:
    """Who calls, and on whose behalf.

    Attributes:
        caller: The chat of this program, or a client on the port.
        name: For people: "Scene Chat", "BlenderMCP client 2".
        turn: Calls with the same turn become one undo step.
        title: What that undo step is called.
        limits: How long a call may wait for its turn, and run, in seconds.
        patience: How long it may wait for a person's approval, in seconds: less than the client's
            own time-out, so that it gets a refusal and not silence.
    """

    caller: Caller
    name: str
    turn: int
    title: str
    limits: Limits = Limits()
    patience: float = 600.0


@dataclass(frozen=True)
class Request:
    """One call that wants to be allowed: exactly this tool with exactly these arguments."""

    tool: str
    arguments: Mapping[str, Any]
    assessment: Assessment
    origin: Origin

    def in_words(self) -> str:
        """Return what it wants, such as "execute_code runs code: it imports os (line 1)"."""
        does = {
            Effect.READS: "reads the scene",
            Effect.EDITS: "changes the scene",
            Effect.FILES: "touches files",
            Effect.CODE: "runs code that can reach beyond the scene",
        }[self.assessment.effect]
        found = "; ".join(self.assessment.findings)
        return f"{self.tool} {does}{': ' + found if found else ''}"


@dataclass(eq=False)
class Approval:
    """A request that waits for a person. Resolved once, on the main thread or by its time-out."""

    number: int
    request: Request
    answer: Future[None] = field(default_factory=Future)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allow(self) -> None:
        """Let this one call through."""
        with self._lock:
            if not self.answer.done():
                self.answer.set_result(None)

    def deny(self, reason: str = "") -> None:
        """Refuse it; the model or client is told `reason`."""
        why = f": {reason}" if reason else "."
        self.refuse(f"The person using Blender said no to this{why}")

    def refuse(self, message: str) -> None:
        """Refuse it with a sentence of our own. Any thread."""
        with self._lock:
            if not self.answer.done():
                self.answer.set_exception(PermissionRefused(message))


def permissions(text: str) -> tuple[str, ...]:
    """Return what a comma list such as "code, files" allows; () for an empty one.

    Raises:
        ValueError: something in it cannot be allowed that way; the message says what can.
    """
    names = tuple(each.strip() for each in text.split(",") if each.strip())
    for name in names:
        if name not in PERMISSIONS:
            known = ", ".join(PERMISSIONS)
            raise ValueError(f"{name!r} cannot be allowed; there are: {known}")
    return names


_BY_EFFECT = {
    Effect.READS: Decision.ALLOW,
    Effect.EDITS: Decision.ALLOW,
    Effect.FILES: Decision.ASK,
    Effect.CODE: Decision.ASK,
}


class Gate:
    """The rules for the chat and for external clients, and what waits for an answer."""

    def __init__(self, alarm: Alarm, *, can_ask: bool) -> None:
        """Start with the ordinary rules.

        Args:
            alarm: Ends approvals that nobody answered.
            can_ask: Whether there is a window in which a person can be asked.
        """
        self.can_ask = can_ask
        self.rules: dict[tuple[Caller, str], Decision] = {
            (caller, effect.value): decision
            for caller in ("chat", "client")
            for effect, decision in _BY_EFFECT.items()
        }
        self.waiting: list[Approval] = []
        """Approvals without an answer, oldest first. Changed on any thread, by whole assignment."""
        self.on_change: Callable[[], None] = lambda: None
        """Called on any thread when `waiting` changed."""
        self._alarm = alarm
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def allow(self, caller: Caller, what: Iterable[str]) -> None:
        """Let effects ("code") or tools ("look") pass unasked for this caller. Main thread."""
        for each in what:
            self.rules[caller, each] = Decision.ALLOW

    def allow_for_session(self, approval: Approval) -> None:
        """Let this call through, and from now on its tool for its caller. Main thread.

        What waits with the same wish is let through with it.
        """
        request = approval.request
        self.allow(request.origin.caller, [request.tool])
        for each in self.waiting:
            if self.decide(each.request) is Decision.ALLOW:
                each.allow()

    def allowed_tools(self, caller: Caller) -> list[str]:
        """Return the tools that pass unasked for this session, whatever they do."""
        effects = set(Effect)
        return [
            name
            for (who, name), decision in self.rules.items()
            if who == caller and decision is Decision.ALLOW and name not in effects
        ]

    def ask_again(self, caller: Caller, tool: str) -> None:
        """Take back what `allow_for_session` allowed. Main thread."""
        self.rules.pop((caller, tool), None)

    def decide(self, request: Request) -> Decision:
        """Return what the rules say: one for the tool comes before one for the effect."""
        caller = request.origin.caller
        by_effect = self.rules[caller, request.assessment.effect.value]
        return self.rules.get((caller, request.tool), by_effect)

    def ask(self, request: Request) -> Approval:
        """Return an approval that a person, a refusal or the origin's patience will resolve."""
        approval = Approval(next(self._numbers), request)
        approval.answer.add_done_callback(lambda _: self._change(removed=approval))
        if not self.can_ask:
            effect = request.assessment.effect.value
            approval.refuse(
                f"Not permitted, and without a window nobody can be asked: {request.in_words()}. "
                f"Whoever starts Scene Chat can allow it with --allow {effect}."
            )
            return approval
        self._change(added=approval)
        patience = request.origin.patience
        self._alarm.after(
            patience,
            lambda: approval.refuse(f"Nobody answered within {patience:g} s: {request.in_words()}"),
        )
        return approval

    def _change(self, added: Approval | None = None, removed: Approval | None = None) -> None:
        with self._lock:
            kept = [each for each in self.waiting if each is not removed]
            self.waiting = [*kept, added] if added else kept
        self.on_change()
