"""A turn's parts as a panel shows them: steps that follow each other together, and what all changed.

Pure functions over `turns`; any thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ..tools.receipt import Receipt, joined
from .turns import Asked, Said, Step, Turn


class Run(NamedTuple):
    """Steps with nothing said in between.

    Attributes:
        first: The place of the first one among the turn's parts.
        steps: With the place of each.
    """

    first: int
    steps: tuple[tuple[int, Step], ...]

    @property
    def seconds(self) -> float:
        """That they took, of those that have ended."""
        return sum(step.result.seconds for _, step in self.steps if step.result)

    @property
    def failed(self) -> int:
        """How many failed."""
        return sum(bool(step.result and not step.result.ok) for _, step in self.steps)


def in_runs(parts: Iterable[Said | Asked | Step]) -> list[Said | Asked | Run]:
    """Return the parts with their steps gathered in runs, without texts that hold nothing."""
    found: list[Said | Asked | Run] = []
    steps: list[tuple[int, Step]] = []

    def end_run() -> None:
        if steps:
            found.append(Run(steps[0][0], tuple(steps)))
            steps.clear()

    for place, part in enumerate(list(parts)):
        if isinstance(part, Step):
            steps.append((place, part))
        elif part.text.strip():
            end_run()
            found.append(part)
    end_run()
    return found


def receipt_of(turn: Turn) -> Receipt:
    """Return what all steps of a turn changed; cheap as long as no further one has ended."""
    ended = [part.result for part in list(turn.parts) if isinstance(part, Step) and part.result]
    known = _receipts.get(turn)
    if known is None or known[0] != len(ended):
        known = _receipts[turn] = len(ended), joined(each.receipt for each in ended)
    return known[1]


_receipts: WeakKeyDictionary[Turn, tuple[int, Receipt]] = WeakKeyDictionary()
