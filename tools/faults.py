"""Faults of our own: where they happened, kept for the panel and for a report.

`note` may be called on any thread; it prints each fault once, so that what fails at every tick or
drawing does not fill the console.
"""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import dataclass

from .errors import said
from .plain import Secrets

_KEPT = 20


@dataclass
class Fault:
    """One fault, however often it came.

    Attributes:
        where: In what: "the timer", "drawing the panel".
        message: The exception in one line.
        traceback: As Python prints it.
        at: Seconds since 1970, the first time.
        times: How often.
    """

    where: str
    message: str
    traceback: str
    at: float
    times: int = 1


class Faults:
    """Those of this process, oldest first."""

    def __init__(self, secrets: Secrets) -> None:
        """Keep none yet; what is in `secrets` will stand in no message."""
        self._secrets = secrets
        self.known: list[Fault] = []
        """Changed by whole assignment; read anywhere."""
        self.unseen = False
        """Whether one came since a person dismissed the last."""
        self._lock = threading.Lock()

    def note(self, where: str, error: BaseException) -> None:
        """Keep a fault, and print it if it is a new one."""
        text = self._secrets.clean("".join(traceback.format_exception(error)))
        message = self._secrets.clean(f"{type(error).__name__}: {said(error)}")
        with self._lock:
            for each in self.known:
                if (each.where, each.message) == (where, message):
                    each.times += 1
                    return
            fault = Fault(where, message, text, time.time())
            self.known = [*self.known[-_KEPT + 1 :], fault]
            self.unseen = True
        print(f"Scene Chat failed in {where}:\n{text}", flush=True)

    def dismiss(self) -> None:
        """A person has seen them; the next one shows again."""
        self.unseen = False
