"""The one way to the scene: for the chat and for the port alike.

    validate → assess → permission → main thread → seal → handler → receipt → undo step → log → result

`CallPath.submit` may be called from any thread and never blocks: what has to wait, for a person or
for the main thread, is a chain of callbacks. `call` is the same for a worker that wants to wait.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from .audit import Audit
from .errors import CallCancelled, PermissionRefused, SceneReplaced, ToolError, said
from .gate import Approval, Gate, Origin, Request
from .later import Later
from .picture import Picture
from .plain import Plain, Secrets, plain
from .queue import Health, Job, Limits, MainThreadQueue
from .receipt import Receipt
from .registry import Effect, Registry, Tool
from .rules import Decision


class Scene(Protocol):
    """What the call path needs of Blender. Main thread only, but for `generation` and `file`."""

    @property
    def generation(self) -> int:
        """A number that changes when another file takes the scene's place. Any thread."""

    @property
    def file(self) -> str:
        """The path of the file that is open, "" for none. Any thread."""

    def begin(self, tool: Tool, origin: Origin) -> Any:
        """Make ready to tell and to take back what a call changes; return what the others take."""

    def commit(self, watch: Any) -> Receipt:
        """Make one undo step of what changed, merged with the turn's earlier ones."""

    def rollback(self, watch: Any) -> None:
        """Bring back the scene as it was at `begin`."""


@dataclass(frozen=True)
class CallResult:
    """How a call ended.

    Attributes:
        ok: Whether it did what it was asked to.
        value: What the tool returned, as JSON values; where it failed, details in parts.
        error: Where it failed: a sentence or two that say what to do.
        kind: Where it failed: the exception's name.
        receipt: What it changed, also where it failed half way.
        picture: What it shows, if it made a picture; `value` then says in words what is seen.
        seconds: On the main thread.
    """

    ok: bool
    value: Plain = None
    error: str = ""
    kind: str = ""
    receipt: Receipt = Receipt()
    picture: Picture | None = None
    seconds: float = 0.0


class _Pending(NamedTuple):
    """The job is done, and what it has to say comes later."""

    later: Later
    receipt: Receipt
    seconds: float


@dataclass(eq=False)
class Call:
    """A call under way. `result` always ends with a `CallResult`, never with an exception."""

    tool: str
    origin: Origin
    result: Future[CallResult] = field(default_factory=Future)
    _request: Request | None = None
    """Once its arguments are known to be valid."""
    _permission: str = ""
    """By what it was allowed or refused."""
    _job: Job[CallResult | _Pending] | None = None
    _approval: Approval | None = None
    _later: Future[object] | None = None
    _cancelled: str = ""

    @property
    def waits_for_person(self) -> bool:
        """Whether it has not begun because nobody has said yes or no yet. Any thread."""
        return self._approval is not None and not self._approval.answer.done()

    def drop(self, why: str) -> None:
        """Take it back if it has not begun; one that runs is left to end. Any thread."""
        if (approval := self._approval) is not None:
            approval.refuse(why)
        if (job := self._job) is not None:
            job.drop(CallCancelled(why))

    def cancel(self, why: str = "The call was cancelled.") -> None:
        """Take it back wherever it is: waiting for a person, in the queue, or running. Any thread.

        What cannot be interrupted (see `interrupt`) ends by itself; its result still comes.
        """
        self._cancelled = why
        if (approval := self._approval) is not None:
            approval.refuse(why)
        if (job := self._job) is not None:
            job.cancel(why)
        if (later := self._later) is not None:
            with contextlib.suppress(InvalidStateError):  # it has been said just now
                later.set_exception(CallCancelled(why))


class CallPath:
    """Joins registry, gate, queue and scene. Lives as long as the extension is enabled."""

    def __init__(
        self,
        registry: Registry,
        gate: Gate,
        queue: MainThreadQueue,
        scene: Scene,
        secrets: Secrets,
        audit: Audit,
    ) -> None:
        self.registry = registry
        self.hold: Callable[[], Callable[[], None]] = lambda: lambda: None
        """On the main thread, before a call that may do more than look: notes what no call may
        change, and returns what brings that back afterwards."""
        self._audit = audit
        self._gate = gate
        self._queue = queue
        self._scene = scene
        self._secrets = secrets
        queue.rests = audit.rests

    def call(self, name: str, arguments: Mapping[str, object], origin: Origin) -> CallResult:
        """Make a call and wait for its end.

        Args:
            name: A tool of the registry.
            arguments: By parameter name, as JSON values.
            origin: Who calls; its limits and patience bound the wait.

        Raises:
            RuntimeError: on the main thread, which would wait for itself.
        """
        if threading.current_thread() is threading.main_thread():
            raise RuntimeError("call() would block the main thread, which has to run it")
        return self.submit(name, arguments, origin).result.result()

    @property
    def can_ask(self) -> bool:
        """Whether there is a window in which a person can be asked."""
        return self._gate.can_ask

    @property
    def generation(self) -> int:
        """Which file's scene this is, for `submit`. Any thread."""
        return self._scene.generation

    def submit(
        self,
        name: str,
        arguments: Mapping[str, object],
        origin: Origin,
        generation: int | None = None,
    ) -> Call:
        """Begin a call and return it at once. Any thread.

        Args:
            name: As for `call`, with the next two.
            arguments: By parameter name.
            origin: Who calls.
            generation: Of the scene that the caller knows: no other is changed. None: the present.
        """
        call = Call(name, origin)
        try:
            tool = self.registry.get(name)
            bound = self.registry.validate(tool, arguments)
            request = call._request = Request(name, bound, tool.assessed(bound), origin)
            if origin.only_looks and request.assessment.effect is not Effect.READS:
                call._permission = "refused"
                raise PermissionRefused(
                    f"Nothing is changed in Ask mode: {request.in_words()}. The person can switch "
                    "to Agent mode."
                )
            ruling = self._gate.ruling(request)
            call._permission = ruling.because
            if ruling.decision is Decision.DENY:
                raise PermissionRefused(f"A rule of this Blender forbids it: {request.in_words()}.")
        except Exception as error:  # a tool's own `assess` is code as well
            self._end(call, self._failed(error))
            return call
        if generation is None:
            generation = self._scene.generation
        if ruling.decision is Decision.ALLOW:
            self._enqueue(call, tool, request, generation)
        else:
            approval = call._approval = self._gate.ask(request)
            approval.answer.add_done_callback(
                lambda answer: self._answered(answer, call, tool, request, generation)
            )
        return call

    def health(self) -> Health:
        """Return how the main thread is doing. Any thread."""
        return self._queue.health()

    def read(self, function: Callable[[], Any]) -> Future[Any]:
        """Queue what changes nothing and is no tool call; return its future. Any thread."""

        def run(_: Job[Any]) -> Any:
            self._audit.rests()  # the call before it, if any, is not to be blamed
            return function()

        return self._queue.submit(run, Limits(), edits=False).future

    def _answered(
        self, answer: Future[str], call: Call, tool: Tool, request: Request, generation: int
    ) -> None:
        refusal = answer.exception()
        if isinstance(refusal, ToolError):
            call._permission = "refused"
            self._end(call, self._failed(refusal))
        else:
            call._permission = answer.result()
            self._enqueue(call, tool, request, generation)

    def _enqueue(self, call: Call, tool: Tool, request: Request, generation: int) -> None:
        edits = request.assessment.effect is not Effect.READS
        job = call._job = self._queue.submit(
            lambda job: self._run(job, tool, request, generation),
            call.origin.limits,
            edits=edits,
            line=(call.origin.name, call.origin.turn),
            about=(call.tool, call.origin.name),
        )
        if call._cancelled:  # between the submit and here
            job.cancel(call._cancelled)
        job.future.add_done_callback(lambda future: self._finish(call, future))

    def _run(
        self, job: Job[CallResult | _Pending], tool: Tool, request: Request, generation: int
    ) -> CallResult | _Pending:
        """Do it. On the main thread; an exception here is a fault of ours, not of the call."""
        self._audit.begun(request, self._scene.file)
        started = time.monotonic()
        given = {"job": job, "caller": request.origin}
        arguments = {**request.arguments, **{name: given[name] for name in tool.takes}}
        if request.assessment.effect is Effect.READS:
            try:
                return self._succeeded(tool.function(**arguments), Receipt(), started)
            except Exception as error:
                return self._failed(error, seconds=time.monotonic() - started)
        if self._scene.generation != generation:
            message = "Another file was opened meanwhile. Look at the scene, then call again."
            return self._failed(SceneReplaced(message))
        watch = self._scene.begin(tool, request.origin)
        bring_back = self.hold()
        try:
            try:
                value = tool.function(**arguments)
            finally:
                bring_back()
        except Exception as error:
            receipt = Receipt()
            if tool.keeps_partial:
                receipt = self._scene.commit(watch)
            else:
                self._scene.rollback(watch)
            return self._failed(error, receipt, time.monotonic() - started)
        return self._succeeded(value, self._scene.commit(watch), started)

    def _finish(self, call: Call, future: Future[CallResult | _Pending]) -> None:
        error = future.exception()
        result = self._failed(error) if error else future.result()
        if isinstance(result, CallResult):
            self._end(call, result)
            return
        call._later = later = result.later.value
        later.add_done_callback(lambda _: self._end(call, self._said_later(result)))
        if call._cancelled:  # between the job's end and here
            call.cancel(call._cancelled)

    def _end(self, call: Call, result: CallResult) -> None:
        try:
            if call._request is not None:
                self._audit.ended(call._request, call._permission, result, self._scene.file)
        finally:  # whoever waits gets it, whatever befalls the log; nobody does after a Stop
            with contextlib.suppress(InvalidStateError):
                call.result.set_result(result)

    def _said_later(self, result: _Pending) -> CallResult:
        later = result.later.value
        try:
            return self._told(later.result(), result.receipt, result.seconds)
        except Exception as error:
            return self._failed(error, result.receipt, result.seconds)

    def _succeeded(self, value: object, receipt: Receipt, started: float) -> CallResult | _Pending:
        seconds = time.monotonic() - started
        if isinstance(value, Later):
            return _Pending(value, receipt, seconds)
        return self._told(value, receipt, seconds)

    def _without_keys(self, receipt: Receipt) -> Receipt:
        return receipt.cleaned(self._secrets.clean) if self._secrets.known and receipt else receipt

    def _told(self, value: object, receipt: Receipt, seconds: float) -> CallResult:
        picture = None
        if isinstance(value, Picture):
            picture = replace(value, caption=self._secrets.clean(value.caption))
            value = {
                "picture": picture.caption,
                "width": picture.width,
                "height": picture.height,
                **({"filepath": picture.filepath} if picture.filepath else {}),
                **picture.details,
            }
        clean = plain(value, self._secrets)
        receipt = self._without_keys(receipt)
        return CallResult(True, clean, receipt=receipt, picture=picture, seconds=seconds)

    def _failed(
        self, error: BaseException, receipt: Receipt | None = None, seconds: float = 0.0
    ) -> CallResult:
        if isinstance(error, ToolError):
            message, details = str(error), error.details
        else:
            message, details = f"{type(error).__name__}: {said(error)}", {}
        return CallResult(
            False,
            plain(details, self._secrets) if details else None,
            error=str(plain(message, self._secrets)),
            kind=type(error).__name__,
            receipt=self._without_keys(receipt or Receipt()),
            seconds=seconds,
        )
