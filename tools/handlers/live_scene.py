"""The running Blender's scene as the call path sees it: undo steps, receipts, which file it is."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
from bpy.app.handlers import persistent

from ..gate import Origin
from ..receipt import Receipt
from ..registry import Tool
from . import changes
from .snapshot import Snapshot, Updates, changes_between, snapshot
from .undo import UndoSteps

_CHANGES_LENGTH = 800
"""Characters of what changed since the last turn that the model is told."""


@dataclass(frozen=True)
class Watch:
    """What `begin` noted of a call."""

    tool: Tool
    origin: Origin
    before: Snapshot | None


class LiveScene:
    """Implements `tools.call.Scene`. Made and used on the main thread.

    `generation` alone is read on other threads.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.undo = UndoSteps()
        self._updates = Updates()
        self._left: tuple[int, Snapshot] | None = None
        """How the last turn of the chat left the scene, of which generation."""

    def start(self) -> None:
        """Begin to watch for files being opened."""

        @persistent
        def file_opened(*_: object) -> None:
            self.generation += 1
            self.undo.forget()

        self._file_opened = file_opened
        bpy.app.handlers.load_post.append(file_opened)

    def stop(self) -> None:
        """Take everything out of Blender again."""
        if self._file_opened in bpy.app.handlers.load_post:  # scripts clear the list
            bpy.app.handlers.load_post.remove(self._file_opened)
        self.undo.close()

    def begin(self, tool: Tool, origin: Origin) -> Watch:
        """Make ready to tell what a call changes. What the user did last is sealed into an undo
        step before the first change."""
        changes.start(lambda: self.undo.seal(origin.title))
        if origin.caller == "chat":
            self._left = None  # what it changes is no news to it
        before = None
        if tool.compared:
            changes.begin()
            before = snapshot()
            self._updates.start()
        return Watch(tool, origin, before)

    def commit(self, watch: Watch) -> Receipt:
        """Push the turn's undo step, if the scene was changed; return the receipt."""
        receipt = self._receipt(watch)
        # What a comparison does not see, such as an image's pixels, is kept all the same.
        if watch.tool.keeps_step and (receipt or watch.tool.compared):
            origin = watch.origin
            self.undo.commit(origin.turn, origin.title, origin.name)
        return receipt

    def leave(self) -> None:
        """Note the scene as a turn of the chat leaves it."""
        self._left = self.generation, snapshot(after=True)

    def situation(self) -> str:
        """Return, in a few words for the model, what the user's next words may refer to.

        Active object, mode, selection, frame; and what came, went and changed since `leave`, by
        the user's hand or a client's.
        """
        said = _refers_to()
        if self._left is None:
            return said
        generation, before = self._left
        if generation != self.generation:
            return f"{said}; another file was opened since your last answer"
        changed = changes_between(before, snapshot(after=True), {}).text()
        if len(changed) > _CHANGES_LENGTH:
            changed = changed[:_CHANGES_LENGTH] + "…"
        return f"{said}; since your last answer, not by you: {changed}" if changed else said

    def rollback(self, watch: Watch) -> None:
        """Undo what was done since `begin`, if anything was."""
        if watch.before is not None:
            self._updates.stop()
        if changes.begun() and watch.tool.keeps_step:
            self.undo.rollback()

    def _receipt(self, watch: Watch) -> Receipt:
        if watch.before is None:
            return changes.receipt()
        return changes_between(watch.before, snapshot(after=True), self._updates.stop())


def _refers_to() -> str:
    """Return in a few words what the user's next words may mean: active object, mode, selection."""
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
