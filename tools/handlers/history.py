"""Back to before a turn, and forward again, by Blender's own undo history; checked on arrival.

Main thread only. How a turn of the chat found the scene is kept as a fingerprint, so that going back
can tell whether it arrived: undo does not keep everything (see `undo`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import bpy

from ..errors import Unavailable
from ..phrase import Phrase
from .fingerprint import fingerprint
from .undo import Step, UndoSteps

_INEXACT = Phrase(
    "Blender's undo has brought back what it keeps, but the scene is not quite as it "
    "was then: an image's pixels, say, or settings that undo leaves alone."
)


class Way(NamedTuple):
    """A way through the undo history.

    Attributes:
        to: The step to stand on in the end.
        turns: The turns that go back with it, the latest first.
        others: What somebody else did since, and would go back too.
    """

    to: Step
    turns: tuple[str, ...]
    others: tuple[str, ...]


class Restored(NamedTuple):
    """What a restore or a redo did.

    Attributes:
        way: The one that was gone; none for a redo.
        warning: Why the scene may not be as it was, in a sentence; "" where it surely is.
    """

    way: Way | None
    warning: str = ""


class _State(NamedTuple):
    """How the scene stood.

    Attributes:
        scene: Its fingerprint.
        frame: The frame it showed. Playing an animation is no step, so undo does not bring it back.
    """

    scene: str
    frame: tuple[int, float]


class _Found(NamedTuple):
    """How a turn found the scene, and the step after which it began."""

    state: _State
    after: str


class _Left(NamedTuple):
    """Where a restore began."""

    step: Step
    state: _State


class History:
    """What can be gone back to, in the file that is open."""

    def __init__(self, undo: UndoSteps) -> None:
        self.undo = undo
        self._found: dict[str, _Found] = {}
        """By the name of a turn's step, how the scene was before it."""
        self._left: list[_Left] = []

    def forget(self) -> None:
        """Another file was opened."""
        self._found.clear()
        self._left.clear()

    def note(self, name: str) -> None:
        """Keep how the turn whose step will be called `name` finds the scene, at its first change.

        Also at a later one, where the person has undone all that the turn did before.
        """
        done = self._done()
        if name not in self._found or all(step.name != name for step in done):
            self._found[name] = _Found(_state(), done[-1].name if done else "")
        self._left.clear()  # nothing can be redone after a change

    def may_reach(self, name: str) -> bool:
        """Return, without a look, whether there may be a way to before the turn of that name."""
        return name in self._found and name in self.undo.made

    def latest(self, caller: str) -> list[str]:
        """Return the turns made for a caller and not undone, the latest first."""
        own = [each.name for each in self._done() if self.undo.made.get(each.name) == caller]
        return list(dict.fromkeys(reversed(own)))

    def undone(self, names: Iterable[str]) -> dict[str, bool]:
        """Return of turns, in their order, whether they were undone; not of those nobody can tell of.

        Steps leave the history at its beginning when it is full, and at its end when something is
        done after an undo: what is missing behind one that stands was undone.
        """
        known = {step.name for step in self.undo.history()}
        done = {step.name for step in self._done()}
        told: dict[str, bool] = {}
        for name in names:
            if name in self.undo.made and (name in known or told):
                told[name] = name not in done
        return told

    def way(self, name: str) -> Way:
        """Return the way to before the first step of that name.

        Raises:
            Unavailable: Blender does not keep it any more.
        """
        steps = self.undo.history()
        first = next((n for n, step in enumerate(steps) if step.name == name), None)
        before = [step for step in steps[:first] if not step.skipped]  # those are parts of others
        found = self._found.get(name)
        # A turn can have more than one step, of which the first go first where undo ends.
        if first is None or not before or (found and before[-1].name != found.after):
            raise Unavailable(
                Phrase("Blender's undo history does not reach back to before that turn.")
            )
        caller = self.undo.made.get(name)
        since = [step for step in steps[first : _active(steps) + 1] if not step.skipped]
        turns = [step.name for step in since if self.undo.made.get(step.name) == caller]
        others = [step.name for step in since if self.undo.made.get(step.name) not in (caller, "")]
        return Way(before[-1], tuple(dict.fromkeys(reversed(turns))), tuple(others))

    def go(self, way: Way, name: str) -> Restored:
        """Go back by `way` to before the turn of that name.

        What stands now is made a step first, so that nothing is lost: `redo` brings it back.
        """
        self.undo.seal("restore")
        steps = self.undo.history()
        left = _Left(steps[_active(steps)], _state())
        self.undo.go_to(way.to)
        self._left.append(left)
        found = self._found.get(name)
        return Restored(way, _arrived(found.state if found else None))

    @property
    def can_redo(self) -> bool:
        """Whether a restore was the last that changed the scene, as far as is known here."""
        return bool(self._left)

    def redo(self) -> Restored:
        """Go to where the latest restore began.

        Raises:
            Unavailable: there was none, or the scene was changed since.
        """
        if not self._left:
            raise Unavailable(Phrase("There is no restore to be redone."))
        left = self._left.pop()
        step = next((each for each in self.undo.history() if each.index == left.step.index), None)
        if step is None or step.name != left.step.name:
            self._left.clear()
            raise Unavailable(
                Phrase("The scene was changed since, so the restore cannot be redone.")
            )
        self.undo.go_to(step)
        return Restored(None, _arrived(left.state))

    def _done(self) -> list[Step]:
        """The steps up to where the scene stands."""
        steps = self.undo.history()
        return steps[: _active(steps) + 1]


def _state() -> _State:
    scene = bpy.context.scene
    return _State(fingerprint(), (scene.frame_current, scene.frame_subframe))


def _arrived(wanted: _State | None) -> str:
    """Show the frame that was shown; return a warning if the scene still is not as it was."""
    if wanted is None:
        return ""
    scene = bpy.context.scene
    if (scene.frame_current, scene.frame_subframe) != wanted.frame:
        frame, subframe = wanted.frame
        scene.frame_set(frame, subframe=subframe)
    return "" if fingerprint() == wanted.scene else _INEXACT


def _active(steps: list[Step]) -> int:
    return next((n for n, step in enumerate(steps) if step.active), len(steps) - 1)
