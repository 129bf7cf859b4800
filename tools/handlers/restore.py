"""restore: back to before a turn of this conversation, by Blender's own undo history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from ..errors import InvalidArguments, Unavailable
from ..gate import Origin
from ..registry import Effect, tool
from .history import History

if TYPE_CHECKING:
    from annotated_types import Ge, Le

_SHOWN = 6


def back(history: History, turns: int, user_edits: bool, caller: str) -> dict[str, object]:
    """Go back to before the latest `turns` turns that were made for `caller`. Main thread.

    Raises:
        Unavailable: there are not so many, or they are no longer kept.
        InvalidArguments: others did something since, and `user_edits` is False.
    """
    names = history.latest(caller)
    if not names:
        raise Unavailable("Blender's undo history holds nothing that this conversation did.")
    if len(names) < turns:
        raise Unavailable(f"Blender's undo history reaches back {len(names)} turns only.")
    name = names[turns - 1]
    way = history.way(name)
    if way.others and not user_edits:
        listed = ", ".join(repr(each) for each in way.others[:_SHOWN])
        raise InvalidArguments(
            f"The person did {len(way.others)} things since, which would go back too: {listed}. "
            "Ask them; with their consent call restore with user_edits true."
        )
    warning = history.go(way, name).warning
    undone = {"undone": list(way.turns), "user_edits_undone": list(way.others)}
    return {**undone, "warning": warning} if warning else undone


def restore_tool(history: History) -> Callable[..., dict[str, Any]]:
    """Return the tool, bound to the history of the running Blender."""

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
        return back(history, turns, user_edits, caller.name)

    return restore
