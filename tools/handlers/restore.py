"""restore: back to before a turn of this conversation, by Blender's own undo history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from ..errors import InvalidArguments, Unavailable
from ..gate import Origin
from ..registry import Effect, tool
from .undo import UndoSteps

if TYPE_CHECKING:
    from annotated_types import Ge, Le

_SHOWN = 6


def back(undo: UndoSteps, turns: int, user_edits: bool, caller: str) -> dict[str, object]:
    """Go back to before the latest `turns` turns that were made for `caller`. Main thread.

    Raises:
        Unavailable: there are not so many, or they are no longer kept.
        InvalidArguments: others did something since, and `user_edits` is False.
    """
    steps = undo.history()
    at = next((n for n, step in enumerate(steps) if step.active), len(steps) - 1)
    own = [n for n in range(at + 1) if undo.made.get(steps[n].name) == caller]
    names = list(dict.fromkeys(steps[n].name for n in reversed(own)))
    if not names:
        raise Unavailable("Blender's undo history holds nothing that this conversation did.")
    if len(names) < turns:
        raise Unavailable(f"Blender's undo history reaches back {len(names)} turns only.")
    first = next(n for n in own if steps[n].name == names[turns - 1])
    # Skipped ones are the parts of others.
    before = [step for step in steps[:first] if not step.skipped]
    if not before:
        raise Unavailable("Blender keeps no state from before that turn any more.")
    since = [step.name for step in steps[first : at + 1] if not step.skipped]
    lost = [name for name in since if undo.made.get(name) not in (caller, "")]
    if lost and not user_edits:
        listed = ", ".join(repr(name) for name in lost[:_SHOWN])
        raise InvalidArguments(
            f"The person did {len(lost)} things since, which would go back too: {listed}. Ask "
            "them; with their consent call restore with user_edits true."
        )
    undo.go_to(before[-1])
    return {"undone": names[:turns], "user_edits_undone": lost}


def restore_tool(undo: UndoSteps) -> Callable[..., dict[str, Any]]:
    """Return the tool, bound to the steps of the running Blender."""

    @tool(effect=Effect.EDITS, compared=True, keeps_step=False)
    def restore(
        caller: Origin,
        turns: Annotated[int, Ge(1), Le(100)] = 1,
        user_edits: bool = False,
    ) -> dict[str, Any]:
        """Undo what this conversation did, whole turns at a time; the person can redo it.

        Args:
            turns: How many turns back, of those that changed something; the present one counts if it did.
            user_edits: Also undo what the person did since, with their consent.
        """
        return back(undo, turns, user_edits, caller.name)

    return restore
