"""One turn is one undo step, pushed after every call, and the user's own steps are never lost.

What was measured (desktop 4.3 and 5.2, bpy 4.2 to 5.2) and is built on here:

- Edits that were not pushed are gone for good with the user's next Ctrl+Z: so every call pushes.
- An operator with UNDO_GROUPED and an undo group of its own replaces the active step if that one
  is of the same group; a user's step in between starts another.
- Outside object mode a push keeps no global state unless a data-block came or went since: so one
  comes and goes before each. And what the user did there is a step of that mode alone: so a global
  one is put before the first edit of ours that follows it.
- In background mode nothing is kept until the first `ed.undo_push`, and again after a file load.
- Only `WindowManager.print_undo_steps` tells what steps there are, to C's standard output. bpy 4.2
  crashes there while there are none.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import tempfile
from typing import Any, NamedTuple

import bpy

_NAME_BYTES = 63
"""Of a step's name, that Blender keeps."""
_STEP = re.compile(r"^\[([^\]]*)\]\s+(\d+) \{.*?\} type='(.*?)', name='(.*)'$")
_GLOBAL = "Global Undo"


class Step(NamedTuple):
    """A step of Blender's undo history.

    Attributes:
        index: As `ed.undo_history` takes it.
        kind: "Global Undo", or the mode's own: "Edit Mesh", "Sculpt"…
        name: As the Undo History menu shows it.
        active: Whether it is where the scene stands.
        skipped: Whether the menu leaves it out.
    """

    index: int
    kind: str
    name: str
    active: bool
    skipped: bool


class UndoSteps:
    """Pushes and takes back undo steps. Main thread only."""

    def __init__(self) -> None:
        self._started = not bpy.app.background
        self._turn: tuple[int, str] | None = None
        self._operator: type[bpy.types.Operator] | None = None
        self._closed = False
        self.made: dict[str, str] = {}
        """Our own steps by name, which are global in every mode: for whom; "" for those that keep
        the user's own state before a turn. Names of turns hold their number, so none comes twice."""

    def forget(self) -> None:
        """Another file was opened: its undo history starts anew."""
        self._started = not bpy.app.background
        self.made.clear()

    def close(self) -> None:
        """Push no more, and leave nothing behind, also where a tool had the extension disabled."""
        self._closed = True
        self._unregister()

    def _unregister(self) -> None:
        """A class left at exit hangs or crashes bpy before 5."""
        if self._operator is not None:
            bpy.utils.unregister_class(self._operator)
            self._operator = None

    def seal(self, title: str) -> None:
        """Make sure that what stands now is a global step, before an edit of ours."""
        if self._closed:
            return
        if self._started and not self._needs_seal():
            return
        if bpy.context.mode != "OBJECT":
            _force_global_step()
        bpy.ops.ed.undo_push(message=_before(title))
        self.made[_before(title)] = ""
        self._started = True

    def _needs_seal(self) -> bool:
        if bpy.app.background and bpy.context.mode == "OBJECT":
            return False  # only our own steps, and operators' in object mode: all global
        active = next((step for step in self.history() if step.active), None)
        if active is None:
            return bpy.context.mode != "OBJECT"
        if active.name in self.made:
            return False
        return bpy.context.mode != "OBJECT" or active.kind != _GLOBAL

    def commit(self, turn: int, title: str, by: str) -> None:
        """Push what was done for `by`, into the turn's own step if that one is the latest.

        Not where another file was opened meanwhile: without a window its history has not begun, and
        Blender before 5 crashes at a push.
        """
        if self._closed or not self._started:
            return
        if (turn, title) != self._turn or self._operator is None:
            self._unregister()
            self._operator = _turn_operator(turn, title)
            bpy.utils.register_class(self._operator)
            self._turn = (turn, title)
        if bpy.context.mode != "OBJECT":
            _force_global_step()
        bpy.ops.scene_chat.turn("EXEC_DEFAULT", True)
        self.made[group(turn, title)] = by

    def rollback(self) -> None:
        """Bring back the state of the last step."""
        if self._closed or not self._started:
            return
        if bpy.context.mode != "OBJECT":
            _force_global_step()
        bpy.ops.ed.undo_push(message="Failed")
        bpy.ops.ed.undo()

    def history(self) -> list[Step]:
        """Return all steps, oldest first; none where Blender does not tell."""
        if not self._started:
            return []
        text = _printed(bpy.context.window_manager.print_undo_steps)
        found = (_STEP.match(line) for line in text.splitlines())
        return [
            Step(int(each[2]), each[3], each[4], "*" in each[1], "S" in each[1])
            for each in found
            if each is not None
        ]

    def go_to(self, step: Step) -> None:
        """Bring the scene to the state after a step; later ones can be redone."""
        bpy.ops.ed.undo_history(item=step.index)


def group(turn: int, title: str) -> str:
    """Return what a turn's step is called: its title and, so that none are alike, its number."""
    number = f" ({turn})"
    room = _NAME_BYTES - len(number)
    return title.encode()[:room].decode("utf-8", "ignore") + number


def _before(title: str) -> str:
    return f"Before {title}".encode()[:_NAME_BYTES].decode("utf-8", "ignore")


def _force_global_step() -> None:
    bpy.data.texts.remove(bpy.data.texts.new("."))


def _printed(function: Any) -> str:
    """Return what a function of Blender's prints to C's standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # a Windows program without a console has none
        return ""
    try:
        with tempfile.TemporaryFile() as file:
            _flush()
            os.dup2(file.fileno(), 1)
            try:
                function()
            finally:
                _flush()
                os.dup2(kept, 1)
            file.seek(0)
            return file.read().decode("utf-8", "replace")
    finally:
        os.close(kept)


def _flush() -> None:
    """C keeps what it prints to a file until its buffer is full."""
    library = ctypes.cdll.msvcrt if sys.platform == "win32" else ctypes.CDLL(None)
    library.fflush(None)


def _turn_operator(turn: int, title: str) -> type[bpy.types.Operator]:
    def execute(_self: bpy.types.Operator, _context: bpy.types.Context) -> set[str]:
        return {"FINISHED"}

    attributes: dict[str, Any] = {
        "bl_idname": "scene_chat.turn",
        "bl_label": title,
        "bl_options": {"UNDO_GROUPED", "INTERNAL"},
        "bl_undo_group": group(turn, title),
        "execute": execute,
        "__module__": __name__,
    }
    return type("SCENE_CHAT_OT_turn", (bpy.types.Operator,), attributes)
