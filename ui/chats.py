"""The chats: their buttons in the panel's header, and the popover that lists them.

A click on a chat goes on with it, a double click renames it in place. Like `models`, the properties
keep nothing but the number of rows, which Blender's list wants to have.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import bpy
from bpy.props import CollectionProperty, IntProperty, PointerProperty, StringProperty

from ..chat.kept import About
from ..operators import chats, runtime
from ..operators.words import iface, shown
from ..tools.phrase import Phrase, counted
from .lines import lines, list_rows
from .text import Metrics, shortened, width

_NAME = "scene_chat_chats"
_UNITS = 20
_AGES = (
    (86_400, Phrase("{count} d")),
    (3_600, Phrase("{count} h")),
    (60, Phrase("{count} min")),
)
_PLACE = re.compile(r"\[(\d+)\]$")


def buttons(row: bpy.types.UILayout) -> None:
    """Draw the buttons for a new chat and for the list of chats, side by side."""
    row.operator("scene_chat.chat_new", text="", icon="ADD")
    row.popover(SCENE_CHAT_PT_chats.__name__, text="", icon="RECOVER_LAST")


def problems(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Draw what went wrong with the files of the chats."""
    here = runtime.current()
    journal = here.chat.history.journal
    if journal is not None and journal.problem:
        lines(layout, journal.problem, metrics, icon="ERROR", alert=True)
    if here.chats.problem:
        row = layout.row()
        narrower = metrics._replace(width=metrics.width - 1.2 * metrics.unit)
        lines(row.column(), here.chats.problem, narrower, icon="INFO")
        row.operator("scene_chat.chats_dismiss", text="", icon="X", emboss=False)


class SCENE_CHAT_PT_chats(bpy.types.Panel):
    """Earlier chats: go on with one, rename it, pin it, delete it, export the open one"""

    bl_label = "Chats"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = _UNITS

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        here = runtime.current()
        fields = getattr(context.window_manager, _NAME)
        metrics = Metrics.popover(context, _UNITS)
        layout = self.layout
        here.chats.need()
        row = layout.row()
        row.activate_init = True
        row.prop(fields, "search", text="", icon="VIEWZOOM", placeholder="Search")
        listed = _listed()
        if len(fields.rows) != len(listed):
            fields.rows.clear()
            for _ in listed:
                fields.rows.add()
        if listed:
            rows = list_rows(context, metrics, around=5)
            layout.template_list(
                SCENE_CHAT_UL_chats.__name__, "", fields, "rows", fields, "active",
                rows=rows, maxrows=rows, sort_lock=True,
            )  # fmt: skip
        else:
            lines(layout, _nothing(here), metrics, dim=True)
        if here.chat.running:
            words = Phrase("Another chat can be opened when the answer has ended.")
            lines(layout, words, metrics, icon="INFO", dim=True)
        problems(layout, metrics)
        _footer(layout, here, len(listed), metrics)


def _nothing(here: runtime.Runtime) -> str:
    """Why there is no row."""
    if here.chats.busy:
        return Phrase("Looking…")
    if here.panel.chats.search.strip():
        return Phrase("No chat holds all of these words.")
    kept = here.preferences is None or here.preferences.keep_chats
    if kept:
        return Phrase("No chats yet.")
    return Phrase("Chats are not kept: the preferences say so.")


def _footer(
    layout: bpy.types.UILayout, here: runtime.Runtime, count: int, metrics: Metrics
) -> None:
    row = layout.row()
    left = row.row()
    left.active = False
    searching = here.panel.chats.search.strip() and here.chats.busy
    words = Phrase("Searching…") if searching else counted(count, "1 chat", "{count:,} chats")
    left.label(text=shown(words) if count else "", translate=False)
    right = row.row(align=True)
    right.alignment = "RIGHT"
    export = right.row()
    label = width(iface(SCENE_CHAT_MT_chat_export.bl_label), metrics.font)
    export.ui_units_x = label / metrics.unit + 2.6  # icon and arrow
    export.menu(SCENE_CHAT_MT_chat_export.__name__, icon="EXPORT")
    right.operator("scene_chat.chat_new", icon="ADD")


class SCENE_CHAT_MT_chat_export(bpy.types.Menu):
    """Write the open chat into a file"""

    bl_label = "Export"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        self.layout.operator_context = "INVOKE_DEFAULT"
        self.layout.operator("scene_chat.chat_export", text="Markdown (.md)")
        self.layout.operator("scene_chat.export_script", text="Python Script (.py)")
        self.layout.operator("scene_chat.script_in_editor", text="Python Script in Text Editor")


class SCENE_CHAT_UL_chats(bpy.types.UIList):
    """The chats: name, file, how old; pin and delete."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
        index: int = 0,
        *_: Any,
    ) -> None:
        """Draw a row."""
        listed = _listed()
        if index >= len(listed):
            return
        about, metrics = listed[index], Metrics.popover(context, _UNITS)
        here_too = about.file and about.file == bpy.data.filepath
        row = layout.row(align=True)
        row.label(text="", icon="FILE_BLEND" if here_too else "BLANK1")
        row.prop(item, "name", text="", emboss=False)
        right = row.row(align=True)
        right.alignment = "RIGHT"
        facts = right.row()
        facts.alignment = "RIGHT"
        facts.active = False
        file = "" if here_too else Path(about.file).stem
        said = shortened(file, 4 * metrics.unit, metrics.font) if file else ""
        facts.label(text="  ".join(filter(None, (said, _age(about.at)))), translate=False)
        pin = right.operator(
            "scene_chat.chat_pin", text="", icon="PINNED" if about.pinned else "UNPINNED",
            emboss=False,
        )  # fmt: skip
        pin.chat, pin.pinned = about.id, not about.pinned
        delete = right.operator("scene_chat.chat_delete", text="", icon="TRASH", emboss=False)
        delete.chat, delete.title = about.id, about.name

    def draw_filter(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Draw none: the popover has its own."""

    def filter_items(
        self, context: bpy.types.Context, data: Any, property: str
    ) -> tuple[list[int], list[int]]:
        """Show every row, in the order that they have."""
        return [], []


def _age(at: float) -> str:
    """How long ago, in a word."""
    seconds = time.time() - at
    if seconds >= 100 * 86_400:
        return time.strftime("%Y", time.localtime(at))
    for unit, words in _AGES:
        if (count := int(seconds // unit)) >= 1:
            return iface(words, count=count)
    return iface("now")


def _listed() -> tuple[About, ...]:
    """The chats in the list, in order."""
    here = runtime.current()
    return here.panel.chats.shown(here.chats, bpy.data.filepath, here.chat.history)


def _of(row: Any) -> About | None:
    """The chat that a row shows."""
    found = _PLACE.search(row.path_from_id())
    listed = _listed()
    place = int(found[1]) if found else len(listed)
    return listed[place] if place < len(listed) else None


def _name(row: Any) -> str:
    about = _of(row)
    return shown(about.name) if about else ""


def _set_name(row: Any, value: str) -> None:
    about = _of(row)
    if about is not None and value != about.name:
        chats.rename(about.id, value)


def _active(_: Any) -> int:
    current = runtime.current().chat.history.about.id
    return next((n for n, each in enumerate(_listed()) if each.id == current), -1)


def _open(_: Any, place: int) -> None:
    listed = _listed()
    if 0 <= place < len(listed):
        chats.choose(listed[place].id)


def _search(_: Any) -> str:
    return runtime.current().panel.chats.search


def _set_search(_: Any, value: str) -> None:
    here = runtime.current()
    here.panel.chats.search = value
    here.chats.found_soon(value)


class SceneChatChatRow(bpy.types.PropertyGroup):
    """A row of the list; what it shows is looked up by its place."""

    __annotations__ = {
        "name": StringProperty(
            name="Chat",
            description="Go on with this chat; double click to rename it",
            get=_name,
            set=_set_name,
        ),
    }


class SceneChatChats(bpy.types.PropertyGroup):
    """Windows onto the list of chats."""

    __annotations__ = {
        "rows": CollectionProperty(type=SceneChatChatRow),
        "active": IntProperty(
            name="Chat", description="Go on with this chat", get=_active, set=_open
        ),
        "search": StringProperty(
            name="Search",
            description="Words of a chat's name, of its file, or that were said in it",
            get=_search,
            set=_set_search,
            options={"TEXTEDIT_UPDATE"},
        ),
    }


CLASSES = (
    SceneChatChatRow,
    SceneChatChats,
    SCENE_CHAT_UL_chats,
    SCENE_CHAT_MT_chat_export,
    SCENE_CHAT_PT_chats,
)


def register() -> None:
    """Make the list known to Blender."""
    for each in CLASSES:
        bpy.utils.register_class(each)
    setattr(bpy.types.WindowManager, _NAME, PointerProperty(type=SceneChatChats))


def unregister() -> None:
    """Take it away again."""
    delattr(bpy.types.WindowManager, _NAME)
    for each in reversed(CLASSES):
        bpy.utils.unregister_class(each)
