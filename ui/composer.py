"""The composer: the field, what goes with the message, the buttons that send it and stop the answer.

Only draws. `field` comes first in each panel and always: one drawing without it would end the
writing in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import bpy

from ..chat.compaction import PICTURE_CHARACTERS
from ..chat.turns import Turn
from ..operators import composer, runtime
from ..operators.attach import image_editor
from ..operators.composer import MENU
from ..operators.popup import PANEL
from ..operators.words import iface, shown
from ..tools.phrase import Phrase
from . import state, usage
from .lines import beside
from .text import Metrics, shortened, width

HINT = "Ask, or say what to build…"
_LETTERS_A_TOKEN = 4
_OBJECT = 100
"""Tokens of an object's description, about: Blender's own cube has 400 characters."""
_SCENE, _ROW, _SCENE_MOST = 130, 6, 2_000
"""Tokens of an overview, about: by itself, for each object, at most."""
_POPUP_UNITS = 24


def field(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """Draw the field."""
    fields = state.fields(context)
    column = layout.column(align=True)
    column.enabled = not runtime.current().panel.writing
    if state.HAS_TEXTBOX:
        column.textbox(fields, "draft", initial_visible_lines=3, placeholder=HINT)
        return
    row = column.row(align=True)  # until 5.2 is the oldest
    row.prop(fields, "draft", text="", placeholder=HINT)
    row.operator("scene_chat.paste", text="", icon="PASTEDOWN")


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw what stands beneath the field."""
    here = runtime.current()
    _where(layout, metrics)
    _chips(layout, context, metrics)
    _pictures(layout, metrics)
    _buttons(layout, here, metrics)
    _queued(layout, here, metrics)


def _where(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """That the message is not a new one, or stands elsewhere."""
    panel = runtime.current().panel
    for here, words, icon, ends in (
        (panel.writing, Phrase("Written in the Text Editor"), "TEXT", "scene_chat.write_end"),
        (
            panel.editing,
            Phrase("Editing an earlier message"),
            "GREASEPENCIL",
            "scene_chat.edit_cancel",
        ),
    ):
        if here:
            row = layout.row(align=True)
            text = shortened(shown(words), metrics.room(2.4), metrics.font)
            row.label(text=text, icon=icon, translate=False)
            row.operator(ends, text="", icon="X", emboss=False)


def _chips(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """What can go with the message, in as many rows as it takes."""
    panel = runtime.current().panel
    items: list[tuple[float, Callable[[bpy.types.UILayout], None]]] = []
    for kind, text, icon, tokens in _offered(context):
        on = kind in panel.chips
        words = f"{text} ≈{tokens:,}" if on else text

        def chip(
            row: bpy.types.UILayout, kind: str = kind, words: str = words, icon: str = icon
        ) -> None:
            button = row.operator(
                "scene_chat.chip",
                text=words,
                icon=icon,
                depress=kind in panel.chips,
                translate=False,
            )
            button.kind = kind

        items.append((width(words, metrics.font) + 1.9 * metrics.unit, chip))
    for draw_icon in _icons(context):
        items.append((1.05 * metrics.unit, draw_icon))
    rows(layout, items, metrics)


def _offered(context: bpy.types.Context) -> list[tuple[str, str, str, int]]:
    """Name, label, icon and tokens of each chip that has something to send."""
    chosen = context.selected_objects if context.view_layer else []
    active = context.view_layer.objects.active if context.view_layer else None
    found = []
    if chosen:
        text = (
            chosen[0].name if len(chosen) == 1 else iface("{count:,} Selected", count=len(chosen))
        )
        tokens = _OBJECT * min(len(chosen), 20)
        found.append(("selection", _short(text), "RESTRICT_SELECT_OFF", tokens))
    if active is not None and active not in chosen[:1]:
        found.append(("active", _short(active.name), "OBJECT_DATA", _OBJECT))
    found.append(
        ("view", iface("View"), "RESTRICT_VIEW_OFF", PICTURE_CHARACTERS // _LETTERS_A_TOKEN)
    )
    tokens = min(_SCENE + _ROW * len(bpy.data.objects), _SCENE_MOST)
    found.append(("scene", iface("Scene"), "SCENE_DATA", tokens))
    return found


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"


def _icons(context: bpy.types.Context) -> list[Callable[[bpy.types.UILayout], None]]:
    def operator(name: str, icon: str) -> Callable[[bpy.types.UILayout], None]:
        return lambda row: row.operator(name, text="", icon=icon) and None

    icons = [
        lambda row: row.operator("scene_chat.mention", text="@", translate=False) and None,
        operator("scene_chat.attach", "IMAGE_DATA"),
    ]
    if image_editor(context) is not None:
        icons.append(operator("scene_chat.attach_clipboard", "PASTEDOWN"))
    if not runtime.current().panel.writing:
        icons.append(operator("scene_chat.write", "TEXT"))
    if runtime.current().chat.turns:
        icons.append(operator("scene_chat.earlier", "TIME"))
    return icons


def rows(
    layout: bpy.types.UILayout,
    items: Sequence[tuple[float, Callable[[bpy.types.UILayout], None]]],
    metrics: Metrics,
) -> None:
    """Draw buttons side by side, in as many rows as their widths take.

    Args:
        layout: Gets the rows.
        items: Width in pixels, and what draws it into a row.
        metrics: The region's.
    """
    column = layout.column(align=True)
    row: bpy.types.UILayout | None = None
    left = 0.0
    for size, draw_item in items:
        if row is None or size > left:
            row = column.row(align=True)
            row.alignment = "LEFT"
            left = metrics.room()
        draw_item(row)
        left -= size


def _pictures(layout: bpy.types.UILayout, metrics: Metrics) -> None:
    """Those that go with the message."""
    here = runtime.current()
    for place, picture in enumerate(here.panel.pictures):
        row = layout.row(align=True)
        name = shortened(picture.caption, metrics.room(2.4), metrics.font)
        row.label(text=name, icon="IMAGE_DATA", translate=False)
        row.operator("scene_chat.detach", text="", icon="X", emboss=False).place = place
    if here.panel.pictures or "view" in here.panel.chips:
        info = here.model_info()
        if info is not None and info.vision is False:
            row = layout.row()
            row.alert = True
            words = iface("This model takes no pictures")
            words = shortened(words, metrics.room(1.4), metrics.font)
            row.label(text=words, icon="ERROR", translate=False)


def _buttons(layout: bpy.types.UILayout, here: runtime.Runtime, metrics: Metrics) -> None:
    if not here.chat.running:
        row = layout.column(align=True) if metrics.narrow else layout.row()
        row.operator("scene_chat.send", icon="PLAY")
        usage.draw(row)
        return
    buttons = layout.column(align=True) if metrics.narrow else layout.row(align=True)
    buttons.operator("scene_chat.stop", icon="CANCEL")
    buttons.operator("scene_chat.send", text="Queue", icon="ADD")
    _phase(layout, here, here.chat.turns[-1])


def _phase(layout: bpy.types.UILayout, here: runtime.Runtime, turn: Turn) -> None:
    """What it is doing, in words, and for how long."""
    phase = shown(turn.phase)
    if any(each.request.origin.caller == "chat" for each in here.gate.waiting):
        phase = iface("Waiting for you")
    elif here.queue.held_back:
        phase = iface("Waiting: {why}", why=here.queue.held_back)
    row = layout.row()
    row.active = False
    row.label(text=f"{phase}…", translate=False)
    beside(row, f"{int(turn.elapsed)} s")


def _queued(layout: bpy.types.UILayout, here: runtime.Runtime, metrics: Metrics) -> None:
    """The messages that wait, each of which can be taken back."""
    queued = here.chat.queued
    if not queued:
        return
    column = layout.column(align=True)
    for place, prompt in enumerate(queued):
        row = column.row(align=True)
        words = shortened(prompt.text, metrics.room(2.4), metrics.font)
        row.label(text=words, icon="SORTTIME", translate=False)
        row.operator("scene_chat.unqueue", text="", icon="X", emboss=False).place = place
    if here.chat.running:
        column.operator("scene_chat.send_now", icon="PLAY")
    else:
        column.operator("scene_chat.send_queued", icon="PLAY")


class SCENE_CHAT_MT_earlier(bpy.types.Menu):
    """Earlier messages, to be written again"""

    bl_label = "Earlier Messages"

    def draw(self, context: bpy.types.Context) -> None:
        """Draw the latest first."""
        for number, prompt in composer.earlier():
            text = " ".join(prompt[:100].split())
            entry = self.layout.operator(
                "scene_chat.earlier_prompt", text=f"{text[:57]}…" if len(text) > 60 else text,
                translate=False,
            )  # fmt: skip
            entry.turn = number


class SCENE_CHAT_PT_popup(bpy.types.Panel):
    """A line to write in, wherever the pointer is"""

    bl_label = "Scene Chat"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = _POPUP_UNITS

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it; the cursor stands in the field."""
        here = runtime.current()
        layout = self.layout
        layout.activate_init = True
        layout.prop(state.fields(context), "popup", text="", placeholder=HINT)
        if here.chat.running:
            _phase(layout, here, here.chat.turns[-1])
        elif problem := here.settings().problem():
            metrics = Metrics.popover(context, _POPUP_UNITS)
            row = layout.row()
            row.alert = True
            words = shortened(shown(problem), metrics.room(1.4), metrics.font)
            row.label(text=words, icon="ERROR", translate=False)


assert SCENE_CHAT_PT_popup.__name__ == PANEL
assert SCENE_CHAT_MT_earlier.__name__ == MENU

CLASSES = (SCENE_CHAT_MT_earlier, SCENE_CHAT_PT_popup)
