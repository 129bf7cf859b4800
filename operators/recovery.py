"""Back to what was: before a turn, to a saved copy, to what Blender saved before it died."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

import bpy
from bpy.props import IntProperty, StringProperty

from ..chat.turns import Turn
from ..tools.errors import ToolError
from ..tools.phrase import Phrase, joined
from ..tools.running import Left
from ..tools.saved_copies import SavedCopy
from . import runtime, timer
from .composer import put, words
from .words import iface, shown

Context = bpy.types.Context

_SHOWN = 5


class SCENE_CHAT_OT_restore(bpy.types.Operator):
    """Bring the scene back to before this message; it can be redone"""

    bl_idname = "scene_chat.restore"
    bl_label = "Restore to Before This"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if (turn := self._wanted()) is None:
            return {"CANCELLED"}
        try:
            others = runtime.current().scene.others_since(turn.number, turn.title)
        except ToolError as error:
            more = Phrase("Saved copies may, if there are some.")
            return _refused(self, joined(" ", (str(error), more)))
        if not others:
            return self.execute(context)
        return set(
            context.window_manager.invoke_confirm(
                self,
                event,
                title="Restore to Before This?",
                message=iface(
                    "What was done since goes back too: {what}. Redo brings all of it again.",
                    what=named(others),
                ),
                confirm_text="Restore",
                icon="QUESTION",
            )
        )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if (turn := self._wanted()) is None:
            return {"CANCELLED"}
        message = words()  # in the Text Editor it goes back with the scene
        try:
            warning = here.scene.restore(turn.number, turn.title)
        except ToolError as error:
            return _refused(self, str(error))
        if here.panel.writing:
            put(message)
        done = Phrase("Restored to before “{turn}”.", turn=turn.title)
        here.panel.restored = joined(" ", filter(None, (done, warning)))
        timer.redraw()
        return {"FINISHED"}

    def _wanted(self) -> Turn | None:
        """The turn that is meant; None, once the person was told why not, where it cannot be."""
        turn = runtime.current().chat.turn(self.turn)
        if problem := in_the_way() or ("" if turn else Phrase("That message is gone.")):
            _refused(self, problem)
            return None
        return turn


class SCENE_CHAT_OT_restore_redo(bpy.types.Operator):
    """Bring back what the restore took away"""

    bl_idname = "scene_chat.restore_redo"
    bl_label = "Redo"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if problem := in_the_way():
            return _refused(self, problem)
        try:
            here.panel.restored = here.scene.redo()
        except ToolError as error:
            here.panel.restored = ""
            return _refused(self, str(error))
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_copy_open(bpy.types.Operator):
    """Open this copy beside the file it was made of, which stays as it is on disk"""

    bl_idname = "scene_chat.copy_open"
    bl_label = "Open Saved Copy"
    bl_options = {"INTERNAL"}

    path: StringProperty()

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if not bpy.data.is_dirty:
            return self.execute(context)
        return set(
            context.window_manager.invoke_confirm(
                self,
                event,
                title="Open Saved Copy?",
                message="The open file has changes that are not saved. They go into a copy first.",
                confirm_text="Open",
                icon="QUESTION",
            )
        )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        copy = next(
            (each for each in here.scene.copies.listed() if str(each.path) == self.path), None
        )
        if problem := in_the_way() or ("" if copy else Phrase("That copy is gone.")):
            return _refused(self, problem)
        assert copy is not None
        with here.scene.copies.sparing(copy):
            if not _keep_what_is_open(self):
                return {"CANCELLED"}
            if not copy.path.exists():  # another Blender may have deleted it
                return _refused(self, Phrase("That copy is gone."))
            _open(copy)
        return {"FINISHED"}


class SCENE_CHAT_OT_copy_remove(bpy.types.Operator):
    """Delete this copy"""

    bl_idname = "scene_chat.copy_remove"
    bl_label = "Delete Saved Copy"
    bl_options = {"INTERNAL"}

    path: StringProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        for each in here.scene.copies.listed():
            if str(each.path) == self.path:
                here.scene.copies.remove(each)
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_recover(bpy.types.Operator):
    """Open what Blender had saved by itself before it ended"""

    bl_idname = "scene_chat.recover"
    bl_label = "Recover Autosave"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        left = here.left[0] if here.left else None
        if left is None or (file := autosave(left)) is None:
            return _refused(self, Phrase("There is no autosave any more."))
        if problem := in_the_way():
            return _refused(self, problem)
        if not _keep_what_is_open(self):
            return {"CANCELLED"}
        bpy.ops.wm.recover_auto_save(filepath=str(file))
        _seen(left)
        return {"FINISHED"}


class SCENE_CHAT_OT_recover_dismiss(bpy.types.Operator):
    """Do not show this again; nothing is deleted"""

    bl_idname = "scene_chat.recover_dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or not here.left:
            return {"CANCELLED"}
        _seen(here.left[0])
        timer.redraw()
        return {"FINISHED"}


def autosave(left: Left) -> Path | None:
    """Return the autosave of a Blender that died, if there is one."""
    stem = Path(left.file).stem
    name = f"{stem}_{left.pid}_autosave.blend" if stem else f"{left.pid}_autosave.blend"
    file = Path(left.temporary) / name
    return file if file.is_file() else None


def copy_of(left: Left) -> SavedCopy | None:
    """Return the latest saved copy of the file that was open in a Blender that died."""
    copies = runtime.current().scene.copies.listed()
    return next((each for each in copies if each.file == left.file), None)


def _seen(left: Left) -> None:
    here = runtime.current()
    here.left = [each for each in here.left if each is not left]
    left.mark.unlink(missing_ok=True)


def named(others: Sequence[str]) -> str:
    """Return what others did, in a few words for a question."""
    return ", ".join(others[:_SHOWN]) + (", …" if len(others) > _SHOWN else "")


def in_the_way() -> str:
    """Return why the scene cannot be replaced now, or ""."""
    here = runtime.current()
    if here.asked_by_tool:
        return Phrase("A tool cannot do this.")
    if here.chat.running:
        return Phrase("Stop the answer first, or wait for its end.")
    if busy := "" if bpy.app.background else timer.busy_with():
        return Phrase("This has to wait: {busy}.", busy=busy)
    return ""


def _refused(operator: bpy.types.Operator, why: str) -> set[str]:
    operator.report({"WARNING"}, shown(why))
    return {"CANCELLED"}


def _keep_what_is_open(operator: bpy.types.Operator) -> bool:
    """Save what would be lost by opening another file; False where it cannot be saved."""
    here = runtime.current()
    if not bpy.data.is_dirty:
        return True
    if here.scene.copy("another file was opened") is not None:
        return True
    why = here.scene.copies.problem or Phrase("Saved copies are switched off.")
    advice = Phrase("Save the open file first, so that nothing is lost.")
    operator.report({"ERROR"}, shown(joined(" ", (why, advice))))
    return False


def _open(copy: SavedCopy) -> None:
    """Open a copy beside its file, where relative paths lead where they did; nothing is replaced.

    A copy itself never becomes the file that is worked on: copies are deleted in time.
    """
    folder = Path(copy.file).parent
    stem = Path(copy.file).stem
    for number in range(1, 1000) if copy.file else ():
        beside = folder / f"{stem} restored {number:03}.blend"
        try:
            with beside.open("xb") as out, copy.path.open("rb") as saved:
                shutil.copyfileobj(saved, out)
        except FileExistsError:
            continue
        except OSError:  # the folder is gone, full or read-only
            with contextlib.suppress(OSError):
                beside.unlink()
            break
        bpy.ops.wm.open_mainfile(filepath=str(beside))
        return
    bpy.ops.wm.read_homefile(filepath=str(copy.path))  # as a file without a name


CLASSES = (
    SCENE_CHAT_OT_restore,
    SCENE_CHAT_OT_restore_redo,
    SCENE_CHAT_OT_copy_open,
    SCENE_CHAT_OT_copy_remove,
    SCENE_CHAT_OT_recover,
    SCENE_CHAT_OT_recover_dismiss,
)
