"""What the buttons of the chats do. None of it is for tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..chat.chats import DELETED_DAYS
from ..tools.errors import said
from ..tools.phrase import Phrase
from . import runtime, timer
from .words import iface, rpt, shown

Context = bpy.types.Context

_RUNNING = Phrase("Stop the answer first, or wait for its end.")
_NAME_LENGTH = 60


def problem() -> str:
    """Return why no other chat can be gone on with now, in a sentence, or ""."""
    here = runtime.current()
    if here.asked_by_tool:
        return Phrase("A tool cannot do this.")
    return _RUNNING if here.chat.running else ""


def choose(id: str) -> None:
    """Go on with another chat, once it is read; not where `problem` says why not."""
    here = runtime.current()
    if not problem() and id != here.chat.history.about.id:
        here.resume.choose(id)
        here.timer.start()


def rename(id: str, title: str) -> None:
    """Give a chat a title; "" for the beginning of its first message. Not for tools."""
    here = runtime.current()
    if not here.asked_by_tool:
        here.chats.rename(id, title)
        here.timer.start()


class SCENE_CHAT_OT_chat_new(bpy.types.Operator):
    """Begin a new chat; this one stays in the list of chats"""

    bl_idname = "scene_chat.chat_new"
    bl_label = "New Chat"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if why := problem():
            return _refused(self, why)
        if here.chat.turns:
            here.chat.switch(here.chats.new())
            here.show_chat()
        return {"FINISHED"}


class SCENE_CHAT_OT_chat_open(bpy.types.Operator):
    """Go on with this chat"""

    bl_idname = "scene_chat.chat_open"
    bl_label = "Open Chat"
    bl_options = {"INTERNAL"}

    chat: StringProperty()

    def execute(self, context: Context) -> set[str]:
        if why := problem():
            return _refused(self, why)
        choose(self.chat)
        return {"FINISHED"}


class SCENE_CHAT_OT_chat_pin(bpy.types.Operator):
    """List this chat first, or no longer"""

    bl_idname = "scene_chat.chat_pin"
    bl_label = "Pin Chat"
    bl_options = {"INTERNAL"}

    chat: StringProperty()
    pinned: BoolProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return _refused(self, problem())
        here.chats.pin(self.chat, pinned=self.pinned)
        here.timer.start()
        return {"FINISHED"}


class SCENE_CHAT_OT_chat_delete(bpy.types.Operator):
    """Delete this chat; what it did to the scene stays"""

    bl_idname = "scene_chat.chat_delete"
    bl_label = "Delete Chat"
    bl_options = {"INTERNAL"}

    chat: StringProperty()
    title: StringProperty()

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if why := self._problem():
            return _refused(self, why)
        return set(
            context.window_manager.invoke_confirm(
                self,
                event,
                title="Delete Chat?",
                message=iface(
                    "“{title}” is moved to the folder “deleted” beside the chats, and goes for good "
                    "after {days} days.",
                    title=self.title,
                    days=DELETED_DAYS,
                ),
                confirm_text="Delete",
                icon="WARNING",
            )
        )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if why := self._problem():
            return _refused(self, why)
        if self._is_current:
            here.chat.switch(here.chats.new())
            here.show_chat()
        here.chats.delete(self.chat)
        here.timer.start()
        return {"FINISHED"}

    @property
    def _is_current(self) -> bool:
        return self.chat == runtime.current().chat.history.about.id

    def _problem(self) -> str:
        here = runtime.current()
        return problem() if here.asked_by_tool or self._is_current else ""


class SCENE_CHAT_OT_chat_export(bpy.types.Operator):
    """Write this chat as a Markdown file: messages, steps, answers, without keys"""

    bl_idname = "scene_chat.chat_export"
    bl_label = "Export as Markdown"
    bl_options = {"INTERNAL"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    check_existing: BoolProperty(default=True, options={"HIDDEN"})
    filter_glob: StringProperty(default="*.md", options={"HIDDEN"})

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if why := self._problem():
            return _refused(self, why)
        if not self.filepath:
            self.filepath = proposed_path(".md")
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def check(self, context: Context) -> bool:
        """While the file browser is open: the name gets its ending, so that a file is not
        overwritten unasked."""
        return ensure_ending(self, ".md")

    def execute(self, context: Context) -> set[str]:
        from ..chat.chat_markdown import as_markdown  # not needed for enabling

        here = runtime.current()
        if why := self._problem():
            return _refused(self, why)
        file = Path(bpy.path.ensure_ext(self.filepath, ".md"))
        try:
            text = here.secrets.clean(as_markdown(here.chat.history))
            file.write_text(text, "utf-8", "replace", "\n")
        except OSError as error:
            return _refused(
                self, Phrase("{file} cannot be written: {why}.", file=file, why=said(error))
            )
        self.report({"INFO"}, rpt("Wrote {file}", file=file.name))
        return {"FINISHED"}

    def _problem(self) -> str:
        here = runtime.current()
        if here.asked_by_tool:
            return problem()
        return "" if here.chat.turns else Phrase("There is nothing to export yet.")


class SCENE_CHAT_OT_chats_dismiss(bpy.types.Operator):
    """Do not show this again"""

    bl_idname = "scene_chat.chats_dismiss"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.chats.problem = ""
        timer.redraw()
        return {"FINISHED"}


def ensure_ending(browser: Any, ending: str) -> bool:
    """Give the name in a file browser its ending, by which an existing file is known; return
    whether it had another."""
    named = bpy.path.ensure_ext(browser.filepath, ending)
    changed = bool(named != browser.filepath)
    browser.filepath = named
    return changed


def proposed_path(ending: str) -> str:
    """Return where the chat may be exported to: beside the open file, under the chat's name."""
    here = runtime.current()
    name = re.sub(r"[^\w ,.()-]+|\.(?!\w)", " ", here.chat.history.about.name)[:_NAME_LENGTH].strip(
        " ."
    )
    beside = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
    return str(beside / f"{' '.join(name.split()) or 'Chat'}{ending}")


def _refused(operator: bpy.types.Operator, why: str) -> set[str]:
    operator.report({"WARNING"}, shown(why))
    return {"CANCELLED"}


CLASSES = (
    SCENE_CHAT_OT_chat_new,
    SCENE_CHAT_OT_chat_open,
    SCENE_CHAT_OT_chat_pin,
    SCENE_CHAT_OT_chat_delete,
    SCENE_CHAT_OT_chat_export,
    SCENE_CHAT_OT_chats_dismiss,
)
