"""The running Blender's scene as the call path sees it: undo steps, receipts, which file it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import bpy
from bpy.app.handlers import persistent

from ..errors import Unavailable
from ..gate import Origin
from ..picture import Picture
from ..receipt import Receipt
from ..registry import Effect, Tool
from ..saved_copies import SavedCopies, SavedCopy
from . import changes
from .attached import attached, kinds, names
from .history import History
from .snapshot import Snapshot, Updates, changes_between, snapshot
from .undo import UndoSteps, group

_CHANGES_LENGTH = 800
"""Characters of what changed since the last turn that the model is told."""


class Watch(NamedTuple):
    """What `begin` noted of a call."""

    tool: Tool
    origin: Origin
    before: Snapshot | None
    edited: tuple[str, ...] = ()
    """Objects that the user was editing, sculpting or painting."""


class LiveScene:
    """Implements `tools.call.Scene`. Made and used on the main thread.

    `generation` and `file` alone are read on other threads.
    """

    def __init__(self, copies: SavedCopies) -> None:
        """Make the scene; `copies` are saved before turns that undo may not bring back."""
        self.generation = 0
        self.file = ""
        """Learnt with the first call: while extensions are enabled it may not be read."""
        self.undo = UndoSteps()
        self.history = History(self.undo)
        self.copies = copies
        self._copied: set[tuple[str, int]] = set()
        """For whose turns, by number, a copy of this file was saved or tried."""
        self._updates = Updates()
        self._left: tuple[int, Snapshot] | None = None
        """How the last turn of the chat left the scene, of which generation."""

    def start(self) -> None:
        """Begin to watch for files being opened."""

        @persistent
        def file_opened(*_: object) -> None:
            self.generation += 1
            self.file = bpy.data.filepath
            self.undo.forget()
            self.history.forget()
            self.copies.forget()
            self._copied.clear()

        @persistent
        def file_saved(*_: object) -> None:
            self.file = bpy.data.filepath

        self._watching = [
            (bpy.app.handlers.load_post, file_opened),
            (bpy.app.handlers.save_post, file_saved),
        ]
        for handlers, function in self._watching:
            handlers.append(function)

    def stop(self) -> None:
        """Take everything out of Blender again."""
        for handlers, function in self._watching:
            if function in handlers:  # scripts clear these lists
                handlers.remove(function)
        self.undo.close()

    def begin(self, tool: Tool, origin: Origin) -> Watch:
        """Make ready to tell what a call changes. What the user did last is sealed into an undo
        step before the first change."""
        self.file = bpy.data.filepath
        if tool.effect is Effect.CODE or not bpy.context.preferences.edit.use_global_undo:
            self._copy(origin)
        changes.start(lambda: self._before_first(origin))
        if origin.caller == "chat":
            self._left = None  # what it changes is no news to it
        before = None
        edited: tuple[str, ...] = ()
        if tool.compared:
            changes.begin()
            before = snapshot()
            self._updates.start()
            if bpy.context.mode != "OBJECT":
                edited = tuple(each.name for each in bpy.context.objects_in_mode or ())
        return Watch(tool, origin, before, edited)

    def _before_first(self, origin: Origin) -> None:
        self.undo.seal(origin.title)
        if origin.caller == "chat":
            self.history.note(group(origin.turn, origin.title))

    def _copy(self, origin: Origin) -> None:
        """Once a turn: what code does, undo may not bring back."""
        if (origin.name, origin.turn) not in self._copied:
            self._copied.add((origin.name, origin.turn))
            self.copy(origin.title)

    def copy(self, title: str) -> SavedCopy | None:
        """Save a copy of the file as it stands; None where `copies.problem` says why not."""
        return self.copies.make(title, bpy.data.filepath, _save_copy)

    def commit(self, watch: Watch) -> Receipt:
        """Push the turn's undo step, if the scene was changed; return the receipt."""
        if watch.edited:
            _leave_half_modes(watch.edited)
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

    def attached(self, what: str) -> str:
        """Return what a chip stands for: see `attached.attached`."""
        return attached(what)

    def kinds(self) -> Mapping[str, Sequence[str]]:
        """Return by the names of data-blocks of which kinds there are."""
        return kinds()

    def names(self, most: int) -> list[tuple[str, str]]:
        """Return kind and name of data-blocks, objects first."""
        return names(most)

    def view(self) -> Picture | None:
        """Return a picture of the 3D viewport as the user sees it; None where nothing is drawn."""
        from .look import look  # at first need: numpy

        try:
            return look("viewport")
        except Unavailable:
            return None

    def can_restore(self, turn: int, title: str) -> bool:
        """Return whether this file's history may reach back to before a turn of the chat."""
        return self.history.may_reach(group(turn, title))

    def others_since(self, turn: int, title: str) -> tuple[str, ...]:
        """Return what others than the chat did since before a turn, and would go back with it.

        Raises:
            Unavailable: Blender does not keep it any more.
        """
        return self.history.way(group(turn, title)).others

    def undone(self, turns: Mapping[int, str]) -> dict[int, bool]:
        """Return by their numbers whether turns of the chat were undone, where that can be told.

        Args:
            turns: Their titles by number, oldest first.
        """
        names = {group(turn, title): turn for turn, title in turns.items()}
        return {names[name]: gone for name, gone in self.history.undone(names).items()}

    def restore(self, turn: int, title: str) -> str:
        """Go back to before a turn of the chat, over what others did since; return a warning, or "".

        Raises:
            Unavailable: Blender does not keep it any more.
        """
        name = group(turn, title)
        return self.history.go(self.history.way(name), name).warning

    def redo(self) -> str:
        """Go to where the latest restore began; return a warning, or "".

        Raises:
            Unavailable: there was none, or the scene was changed since.
        """
        return self.history.redo().warning

    @property
    def can_redo(self) -> bool:
        """Whether a restore can be redone, as far as is known without a look."""
        return self.history.can_redo

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


def _save_copy(path: Path) -> None:
    # Relative paths stay as they are: a copy is opened again from the file's own folder.
    bpy.ops.wm.save_as_mainfile(
        filepath=str(path), copy=True, check_existing=False, relative_remap=False
    )


def _leave_half_modes(names: Iterable[str]) -> None:
    """Have objects leave a mode that a script took them out of by making another one active.

    The window shows object mode then, and Blender 4.2 crashes when it undoes across such a step.
    """
    context, layer = bpy.context, bpy.context.view_layer
    still = set(context.objects_in_mode or ()) if context.mode != "OBJECT" else set()
    active = layer.objects.active
    for name in names:
        each = layer.objects.get(name)
        if each is None or each.mode == "OBJECT" or each in still:
            continue
        layer.objects.active = each
        if bpy.ops.object.mode_set.poll():
            bpy.ops.object.mode_set(mode="OBJECT")
    if layer.objects.active != active:
        layer.objects.active = active


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
