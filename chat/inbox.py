"""What a person sends, and what they send while a turn runs.

Put in on the main thread, taken out on the chat's worker.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from ..tools.picture import Picture


@dataclass(frozen=True, eq=False)
class Prompt:
    """A message of the person's.

    Attributes:
        text: Their words.
        situation: For the model: what the words may refer to, and what they attached.
        pictures: Those that they attached.
    """

    text: str
    situation: str = ""
    pictures: tuple[Picture, ...] = ()


def as_one(prompts: Sequence[Prompt]) -> Prompt:
    """Return several messages as one; what they refer to is what the last one does."""
    return Prompt(
        "\n\n".join(each.text for each in prompts),
        prompts[-1].situation,
        tuple(picture for each in prompts for picture in each.pictures),
    )


class Inbox:
    """The messages that wait to join the turn that runs, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open = False
        self._waiting: list[Prompt] = []

    @property
    def waiting(self) -> list[Prompt]:
        """Those that were not taken. Any thread."""
        with self._lock:
            return list(self._waiting)

    def open(self) -> None:
        """A turn begins, which will take what is put in."""
        with self._lock:
            self._open = True

    def close(self) -> None:
        """It ended; what waits stays."""
        with self._lock:
            self._open = False

    def put(self, prompt: Prompt) -> bool:
        """Have a message wait; return False, without keeping it, where no turn would take it."""
        with self._lock:
            if self._open:
                self._waiting.append(prompt)
            return self._open

    def take(self, *, last: bool = False) -> list[Prompt]:
        """Return what waits, and have it wait no longer.

        Args:
            last: Whether the turn ends if there is nothing: then nothing more is put in.
        """
        with self._lock:
            taken, self._waiting = self._waiting, []
            if last and not taken:
                self._open = False
            return taken

    def remove(self, prompt: Prompt) -> bool:
        """Take one message back; return False where it was taken already."""
        with self._lock:
            known = prompt in self._waiting
            self._waiting = [each for each in self._waiting if each is not prompt]
            return known
