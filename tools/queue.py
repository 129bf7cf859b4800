"""The one queue through which everything reaches Blender's main thread.

`submit` may be called from any thread. `drain` belongs to the main thread, where a timer (in a
window) or a plain loop (without one) calls it. Every job ends with a result or an exception, has
limits for waiting and for running, and can be cancelled from any thread at any time.
"""

from __future__ import annotations

import contextlib
import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from .alarm import Alarm
from .errors import CallCancelled, TimeLimitReached, ToolError, Unavailable
from .interrupt import Interruptible, Stop

T = TypeVar("T")

_WATCH = 0.1
"""Seconds between looks at the limits: they hold to a tenth of a second."""
_LATE = 1.0
"""Seconds within which a script ends that can be stopped; also one that resists."""
_ROUND = 0.2
"""Seconds beyond the budget in which jobs of one line are still run: one redraw for all of them."""


class Limits(NamedTuple):
    """How long a job may take, in seconds: `waiting` for its turn, then `running`."""

    waiting: float = 120.0
    running: float = 30.0


class Health(NamedTuple):
    """How the main thread is doing.

    Attributes:
        busy: The tool that runs, "" for none.
        busy_for: Who asked for it.
        busy_seconds: For how long it has run.
        queued: How many calls wait.
        waiting_seconds: How long the first of them has.
        held_back: Why edits wait ("a render is running"), or "".
    """

    busy: str = ""
    busy_for: str = ""
    busy_seconds: float = 0.0
    queued: int = 0
    waiting_seconds: float = 0.0
    held_back: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        busy = {"tool": self.busy, "for": self.busy_for, "seconds": round(self.busy_seconds, 2)}
        return {
            "busy": busy if self.busy else None,
            "queued": self.queued,
            "waiting_seconds": round(self.waiting_seconds, 2),
            "held_back": self.held_back or None,
        }


@dataclass(eq=False)
class Job(Generic[T]):
    """Something to be done on the main thread.

    Made by `MainThreadQueue.submit`. Its `future` is resolved on the main thread, or, where it
    never got there, on the thread that cancelled it or the alarm's.
    """

    run: Callable[[Job[T]], T]
    limits: Limits
    edits: bool
    line: object = None
    """What it belongs to, such as a turn: jobs of one line run in the order of their arrival."""
    about: tuple[str, str] = ("", "")
    """For people: which tool it is, and who asked for it."""
    future: Future[T] = field(default_factory=Future)
    reason: ToolError | None = None
    """Why it has to end, once it runs and has to."""
    since: float = field(default_factory=time.monotonic)
    """`time.monotonic()` at which it began to wait, and later at which it began to run."""
    _told: float = 0.0
    _script: Interruptible | None = None
    _claimed: threading.Lock = field(default_factory=threading.Lock)

    def run_script(self, function: Callable[[], None]) -> None:
        """Run a script's code so that the time limit and `cancel` can end it.

        For the job's own `run`, on the main thread.

        Raises:
            ToolError: of the kind of `reason`, when it was to end: says whether it was stopped, or
                ran to its end.
            BaseException: what the script raised.
        """
        script = self._script = Interruptible()
        try:
            if self.reason is not None:  # stopped a moment before there was a script to stop
                raise self._how_it_ended(script)
            script.run(function)
        except Stop:
            raise self._how_it_ended(script) from None
        finally:
            self._script = None
        if self.reason is not None:
            raise self._how_it_ended(script, to_its_end=True)

    def _how_it_ended(self, script: Interruptible, to_its_end: bool = False) -> ToolError:
        """The reason, and what really came of it: not all that a script calls can be stopped."""
        reason = self.reason or CallCancelled("The call was cancelled.")
        ran = f"{time.monotonic() - self.since:.1f} s"
        if to_its_end:
            how = f"Nothing stopped it before it ran to its end, after {ran}: all of it was done."
        elif script.landed is None:
            how = "The script was not begun."
        elif script.landed - self._told > _LATE:
            how = (
                f"It went on until {ran} had passed, as what it had called cannot be interrupted, "
                "and was stopped then."
            )
        else:
            how = "The script was stopped."
        return type(reason)(f"{reason} {how}", **reason.details)

    def cancel(self, why: str = "The call was cancelled.") -> None:
        """Take the job back: drop it where it waits, end its script where it runs. Any thread."""
        self.end(CallCancelled(why))

    def drop(self, reason: ToolError) -> bool:
        """Drop the job if it still waits, and return whether it did. Any thread."""
        if not self.claim():
            return False
        self.future.set_exception(reason)
        return True

    def end(self, reason: ToolError) -> None:
        """End the job with `reason`, as soon as it can be ended. Any thread."""
        if not self.drop(reason):
            if self.reason is None:
                self._told = time.monotonic()
                self.reason = reason
            if (script := self._script) is not None:
                script.stop()

    def claim(self) -> bool:
        """Return True to exactly one caller: who runs the job, or who drops it."""
        return self._claimed.acquire(blocking=False)

    @property
    def waits(self) -> bool:
        return not self._claimed.locked()


class MainThreadQueue:
    """Jobs for the main thread, in order of arrival."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._jobs: deque[Job[object]] = deque()
        self._lock = threading.Lock()
        # Locked while nothing new has come: the main thread waits for it to be released. A
        # Condition would do the same in Python code, at 20 µs a command.
        self._nothing_came = threading.Lock()
        self._closed = False
        self._watched = False
        self.running: Job[object] | None = None
        """What the main thread does now. Written there, read anywhere."""
        self.standing_back: Callable[[], str] = lambda: ""
        """On the main thread: why edits have to wait ("a render is running"), or ""."""
        self.rests: Callable[[], None] = lambda: None
        """Called on the main thread when `drain` goes back, if it ran anything."""
        self.held_back = ""
        """The latest answer of `standing_back`. Written on the main thread, read anywhere."""

    def submit(
        self,
        run: Callable[[Job[T]], T],
        limits: Limits,
        *,
        edits: bool,
        line: object = None,
        about: tuple[str, str] = ("", ""),
    ) -> Job[T]:
        """Queue `run`, which is given its `Job`, and return that job at once.

        Args:
            run: What to do on the main thread.
            limits: How long it may wait and run.
            edits: Whether it has to stand back while Blender's own tools or renders run.
            line: Jobs of the same line keep their order; None for a job on its own.
            about: Which tool it is, and who asked for it.
        """
        job = Job(run, limits, edits, line, about)
        with self._lock:
            if self._closed:
                job.drop(Unavailable("Scene Chat was switched off."))
                return job
            self._jobs.append(job)  # type: ignore[arg-type]
            if not self._watched:
                self._watched = True
                self._alarm.after(_WATCH, self._watch)
        self._wake()
        return job

    def __len__(self) -> int:
        return len(self._jobs)

    def health(self) -> Health:
        """Return how the main thread is doing. Any thread, whatever the main thread does."""
        now = time.monotonic()
        with self._lock:
            running = self.running
            waiting = [job for job in self._jobs if job.waits and job is not running]
        tool, who = running.about if running is not None else ("", "")
        return Health(
            tool,
            who,
            now - running.since if running is not None else 0.0,
            len(waiting),
            max((now - job.since for job in waiting), default=0.0),
            self.held_back if waiting else "",
        )

    def drain(
        self, budget: float, linger: float = 0.0, enough: Callable[[], bool] = lambda: False
    ) -> int:
        """Run what is queued and return how many jobs that were. Main thread only.

        Args:
            budget: Seconds after which no further job is begun.
            linger: Seconds to wait for the next job once none is left, within the budget. A
                client that waits for each answer gets its next command in before Blender's loop
                sleeps: 0.07 ms a command instead of 5.
            enough: Asked before and after each job; whether to go back at once.
        """
        ends = time.monotonic() + budget
        done = 0
        while (job := self._next(min(ends, time.monotonic() + linger))) is not None:
            if enough():  # since a moment: a signal, which found nothing running to end
                self.running = None
                break
            self._run(job)
            done += 1
            if enough():
                break
            if (now := time.monotonic()) >= ends:
                if job.line is None or now >= ends + _ROUND or not self._goes_on(job.line):
                    break
        if done:
            self.rests()
        return done

    def close(self) -> None:
        """Refuse what comes from now on and end what waits or runs. Any thread."""
        with self._lock:
            self._closed = True
            waiting = list(self._jobs)
            self._jobs.clear()
        self._wake()
        for job in waiting:
            job.cancel("Scene Chat was switched off.")
        self.cancel_running("Scene Chat was switched off.")

    def cancel_running(self, why: str) -> None:
        """End what the main thread does now, if it is a script. Any thread, also in a signal."""
        if (running := self.running) is not None:
            running.cancel(why)

    def _goes_on(self, line: object) -> bool:
        with self._lock:
            return any(job.line == line for job in self._jobs)

    def _next(self, until: float) -> Job[object] | None:
        """Return what is to run next, as `running`; it stays in the queue until it is begun."""
        while True:
            with self._lock:
                edits = any(job.edits for job in self._jobs)
                self.held_back = self.standing_back() if edits else ""
                behind = set()
                for job in self._jobs:
                    if job.waits and ((job.edits and self.held_back) or job.line in behind):
                        if job.line is not None:
                            behind.add(job.line)
                    else:
                        job.since = time.monotonic()
                        self.running = job
                        return job
            left = until - time.monotonic()
            if left <= 0 or self._closed or not self._nothing_came.acquire(timeout=left):
                return None

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # it was released already
            self._nothing_came.release()

    def _run(self, job: Job[object]) -> None:
        # Blender's operators let other threads run meanwhile. One that then collects garbage would
        # free Blender's objects beside them, which crashed 4.5; so none is collected until it is done.
        collects = gc.isenabled()
        gc.disable()
        with self._lock, contextlib.suppress(ValueError):  # closed meanwhile
            self._jobs.remove(job)
        try:
            if job.claim():
                result = job.run(job)
                job.future.set_result(result)
        except BaseException as error:  # a script may raise anything; none of it is for Blender
            job.future.set_exception(error)
        finally:
            self.running = None
            if collects:
                gc.enable()

    def _watch(self) -> None:
        """End what has reached its limit. On the alarm's thread, while there is any job.

        One look at all of them now and then: an alarm for each would hold thousands of finished
        jobs, with their results, until their limits passed.
        """
        now = time.monotonic()
        with self._lock:
            # Those that were dropped go as well, with what they hold.
            waiting = [job for job in self._jobs if job.waits]
            self._jobs = deque(waiting)
            if not any(job.edits for job in waiting):
                self.held_back = ""
            running = self.running
            again = self._watched = bool(waiting or running)
        try:
            for job in waiting:
                if now - job.since > job.limits.waiting:
                    why = f": {self.held_back}" if self.held_back else ""
                    said = f"Blender was busy for {job.limits.waiting:g} s{why}."
                    job.end(TimeLimitReached(said))
            if running is not None and now - running.since > running.limits.running:
                limit = f"{running.limits.running:g} s, its time limit"
                running.end(TimeLimitReached(f"It had run for {limit}."))
        finally:  # whatever fails, such as a thread that cannot be had, there is a next look
            if again:
                self._alarm.after(_WATCH, self._watch)
