"""One thread that calls back when a time has come: the limits of jobs and of waiting approvals.

The thread starts with the first alarm and ends in `close()`; callbacks run on it and must be short.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable

from .faults import Faults
from .phrase import Phrase


class Alarm:
    """Callbacks at times of `time.monotonic()`. Every method may be called from any thread."""

    def __init__(self, faults: Faults) -> None:
        """Make an alarm; callbacks that raise are noted in `faults`, and the thread goes on."""
        self._faults = faults
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def after(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call `callback` once, `seconds` from now.

        There is no way to take it back: a callback finds out for itself that it came too late.
        That keeps the cost of a call that ends in time, nearly all of them, at one heap push.
        """
        at = time.monotonic() + seconds
        with self._changed:
            if self._closed:
                return
            heapq.heappush(self._due, (at, next(self._count), callback))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="scene_chat alarm")
                self._thread.start()
            elif self._due[0][0] == at:
                self._changed.notify()

    def close(self) -> None:
        """End the thread; what is still due is never called."""
        with self._changed:
            self._closed = True
            self._due.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (not self._due or self._due[0][0] > time.monotonic()):
                    self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._closed:
                    return
                callback = heapq.heappop(self._due)[2]
            try:
                callback()
            except Exception as error:  # the others' limits hold all the same
                self._faults.note(Phrase("a time limit"), error)
