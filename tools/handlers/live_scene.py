"""The running Blender's scene as the call path sees it: undo steps, receipts, which file it is."""

from __future__ import annotations

import bpy
from bpy.app.handlers import persistent

from ..gate import Origin
from ..receipt import Receipt
from .names import Snapshot, changes, snapshot
from .undo import UndoSteps


class LiveScene:
    """Implements `tools.call.Scene`. Made and used on the main thread.

    `generation` alone is read on other threads.
    """

    def __init__(self) -> None:
        self.generation = 0
        self._undo = UndoSteps()

    def start(self) -> None:
        """Begin to watch for files being opened."""

        @persistent
        def file_opened(*_: object) -> None:
            self.generation += 1
            self._undo.forget()

        self._file_opened = file_opened
        bpy.app.handlers.load_post.append(file_opened)

    def stop(self) -> None:
        """Take everything out of Blender again."""
        if self._file_opened in bpy.app.handlers.load_post:  # scripts clear the list
            bpy.app.handlers.load_post.remove(self._file_opened)
        self._undo.close()

    def begin(self, origin: Origin) -> Snapshot:
        """Seal what the user did last; return the names there are."""
        self._undo.seal(origin.title)
        return snapshot()

    def commit(self, before: object, origin: Origin) -> Receipt:
        """Push the turn's undo step; return what came and went since `before`."""
        assert isinstance(before, dict)
        self._undo.commit(origin.turn, origin.title)
        return changes(before, snapshot())

    def rollback(self, before: object, origin: Origin) -> None:
        """Undo what was done since `begin`."""
        self._undo.rollback()


def situation() -> str:
    """Return, in a few words for the model, what the user's next words may refer to.

    Active object, mode, selection, frame. Main thread.
    """
    context = bpy.context
    active = context.view_layer.objects.active if context.view_layer else None
    selected = [each.name for each in context.selected_objects][:11]
    parts = [f"mode {context.mode}"]
    parts.append(f"active {active.name!r} ({active.type})" if active else "no active object")
    if selected:
        more = ", …" if len(selected) > 10 else ""
        parts.append(f"selected {', '.join(map(repr, selected[:10]))}{more}")
    else:
        parts.append("nothing selected")
    parts.append(f"frame {context.scene.frame_current}")
    return "; ".join(parts)
