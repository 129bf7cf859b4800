"""Whether a call may go on: what the rules say of it, and the approvals that wait for a person."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .alarm import Alarm
from .errors import PermissionRefused
from .phrase import Phrase
from .queue import Limits
from .registry import Assessment, Effect
from .rules import Caller, Decision, Rules, Ruling

_ONCE = Phrase("allowed once, by the person at Blender")


class Origin(NamedTuple):
    """Who calls, and on whose behalf.

    Attributes:
        caller: The chat of this program, or a client on the port.
        name: For people: "Scene Chat", "BlenderMCP client 2".
        turn: Calls with the same turn become one undo step.
        title: What that undo step is called.
        limits: How long a call may wait for its turn, and run, in seconds.
        patience: How long it may wait for a person's approval, in seconds: less than the client's
            own time-out, so that it gets a refusal and not silence.
        only_looks: Whether it may change nothing, whatever the rules say.
    """

    caller: Caller
    name: str
    turn: int
    title: str
    limits: Limits = Limits()
    patience: float = 600.0
    only_looks: bool = False


class Request(NamedTuple):
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
    answer: Future[str] = field(default_factory=Future)
    """By what it was allowed, for the log."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allow(self, because: str = _ONCE) -> None:
        """Let this one call through."""
        with self._lock:
            if not self.answer.done():
                self.answer.set_result(because)

    def deny(self, reason: str = "") -> None:
        """Refuse it; the model or client is told `reason`."""
        why = f": {reason.strip()}" if reason.strip() else "."
        self.refuse(f"The person using Blender said no to this{why}")

    def refuse(self, message: str) -> None:
        """Refuse it with a sentence of our own. Any thread."""
        with self._lock:
            if not self.answer.done():
                self.answer.set_exception(PermissionRefused(message))


class Gate:
    """The rules, and what waits for an answer."""

    def __init__(self, alarm: Alarm, *, can_ask: bool) -> None:
        """Start with the ordinary rules.

        Args:
            alarm: Ends approvals that nobody answered.
            can_ask: Whether there is a window in which a person can be asked.
        """
        self.can_ask = can_ask
        self.rules = Rules()
        self.waiting: list[Approval] = []
        """Approvals without an answer, oldest first. Changed on any thread, by whole assignment."""
        self._alarm = alarm
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def allow(self, caller: Caller, what: Iterable[str]) -> None:
        """Let effects ("code") or tools ("look") pass until Blender is closed. Main thread."""
        self.rules.set_for_session(caller, what, Decision.ALLOW)

    def allow_tool(self, approval: Approval, *, always: bool) -> None:
        """Let this call through, and from now on its tool for its caller. Main thread.

        What waits with the same wish is let through with it.
        """
        caller, tool = approval.request.origin.caller, approval.request.tool
        decide = self.rules.set if always else self.rules.set_for_session
        decide(caller, [tool], Decision.ALLOW)
        for each in self.waiting:
            ruling = self.ruling(each.request)
            if ruling.decision is Decision.ALLOW:
                each.allow(Phrase("{decided}, by the person at Blender", decided=ruling.because))

    def ruling(self, request: Request) -> Ruling:
        """Return what the rules say."""
        return self.rules.ruling(request.origin.caller, request.tool, request.assessment.effect)

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
