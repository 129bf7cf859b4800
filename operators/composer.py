"""What goes into a message before it is sent: chips, names, words from elsewhere. Main thread."""

from __future__ import annotations

from typing import Any, NamedTuple

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..chat.mentions import as_mention, mentioned
from ..tools.phrase import Phrase
from ..tools.picture import Picture
from . import editor, runtime, timer
from .words import NAMES, kind_name, tip

Context = bpy.types.Context

TEXT = "Scene Chat Message"
"""The text of the file in which a message can be written."""
MENU = "SCENE_CHAT_MT_earlier"
_NAMES = 5_000
"""That are offered to be inserted; others can be typed."""
_PROMPTS = 20


class Attached(NamedTuple):
    """What goes with a message, beside its words.

    Attributes:
        words: For the model.
        pictures: The person's, and that of the view.
    """

    words: str = ""
    pictures: tuple[Picture, ...] = ()


def words() -> str:
    """Return the message as it is written, in the field or in the Text Editor."""
    here = runtime.current()
    if here.panel.writing and (text := bpy.data.texts.get(TEXT)) is not None:
        return str(text.as_string())
    return here.panel.draft


def gathered(message: str, *, chips: bool) -> Attached:
    """Return what a message refers to: the data-blocks it names, and what is attached.

    Args:
        message: Its words.
        chips: Whether the composer's chips and pictures go with it.
    """
    here = runtime.current()
    parts = []
    known = here.scene.kinds() if "@" in message else {}
    if named := mentioned(message, lambda name: known.get(name, ())):
        parts.append("named with @: " + ", ".join(f"{kind} {name!r}" for kind, name in named))
    pictures: tuple[Picture, ...] = ()
    if chips:
        on = here.panel.chips
        parts += [here.scene.attached(each) for each in CHIPS if each in on and each != "view"]
        view = here.scene.view() if "view" in on else None
        pictures = (*here.panel.pictures, *([view] if view else []))
    return Attached("\n".join(filter(None, parts)), pictures)


def clear() -> None:
    """The message was sent: begin the next one."""
    panel = runtime.current().panel
    panel.draft, panel.chips, panel.pictures = "", set(), []
    clear_text()


CHIPS = {
    "selection": Phrase("Describe the selected objects: transform, size, materials, modifiers"),
    "active": Phrase("Describe the active object: transform, size, materials, modifiers"),
    "view": Phrase("A picture of the 3D Viewport as you see it"),
    "scene": Phrase(
        "An overview of the scene: its objects by name and type, collections, units, frame"
    ),
}
"""By name, what each sends."""


class SCENE_CHAT_OT_chip(bpy.types.Operator):
    """Send this with the message"""

    bl_idname = "scene_chat.chip"
    bl_label = "Attach"
    bl_options = {"INTERNAL"}

    kind: StringProperty()

    @classmethod
    def description(cls, context: Context, properties: Any) -> str:
        """What the chip sends, and of what."""
        sends = tip(CHIPS.get(properties.kind, Phrase("")))
        if properties.kind == "selection":
            names = [each.name for each in context.selected_objects[:10]]
            more = ", …" if len(context.selected_objects) > len(names) else ""
            now = f"{', '.join(names)}{more}" if names else Phrase("nothing")
            return tip("{what}. Now: {names}", what=sends, names=now)
        return sends

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or self.kind not in CHIPS:
            return {"CANCELLED"}
        here.panel.chips ^= {self.kind}
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_mention(bpy.types.Operator):
    """Insert the name of an object, a collection, a material… It can be typed as @Name, too"""

    bl_idname = "scene_chat.mention"
    bl_label = "Insert Name"
    bl_options = {"INTERNAL"}
    bl_property = "name"

    def _names(self, _: Context | None) -> list[tuple[str, str, str]]:
        # Blender needs somebody to keep the strings of a menu that is made while it is open.
        found = runtime.current().scene.names(_NAMES)
        SCENE_CHAT_OT_mention.kept = [
            (f"{kind}/{name}", name, kind_name(kind) or kind.capitalize()) for kind, name in found
        ]
        return SCENE_CHAT_OT_mention.kept

    name: EnumProperty(name="Name", items=_names, translation_context=NAMES)

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        add(as_mention(self.name.partition("/")[2]) + " ")
        return {"FINISHED"}


class SCENE_CHAT_OT_paste(bpy.types.Operator):
    """Add the text of the clipboard to the message, with all its lines"""

    # The field of Blender before 5.2 keeps the first of several lines only.
    bl_idname = "scene_chat.paste"
    bl_label = "Paste"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        # The clipboard may hold half characters, which nothing can show or send.
        add(context.window_manager.clipboard.encode("utf-8", "replace").decode())
        return {"FINISHED"}


class SCENE_CHAT_OT_earlier(bpy.types.Operator):
    """Choose an earlier message, to write it again"""

    # An operator, since a menu's arrow has no room where its icon has.
    bl_idname = "scene_chat.earlier"
    bl_label = "Earlier Messages"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        bpy.ops.wm.call_menu(name=MENU)
        return {"FINISHED"}


class SCENE_CHAT_OT_earlier_prompt(bpy.types.Operator):
    """Write this message again"""

    bl_idname = "scene_chat.earlier_prompt"
    bl_label = "Earlier Message"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        turn = here.chat.turn(self.turn)
        if here.asked_by_tool or turn is None:
            return {"CANCELLED"}
        add(turn.prompt)
        return {"FINISHED"}


class SCENE_CHAT_OT_write(bpy.types.Operator):
    """Write the message in the Text Editor, with room for many lines; Send sends it from there"""

    bl_idname = "scene_chat.write"
    bl_label = "Write in Text Editor"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        message = words()
        if not here.panel.writing and (text := bpy.data.texts.get(TEXT)) is not None:
            # Of a file that was saved while a message was written.
            message = "\n\n".join(filter(None, (text.as_string().strip(), message)))
        here.panel.writing = True  # the draft stays, should the text be deleted
        editor.show(editor.write(TEXT, message))
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_write_end(bpy.types.Operator):
    """Take the message back into this field"""

    bl_idname = "scene_chat.write_end"
    bl_label = "Back to the Field"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        message = words()
        clear_text()
        put(message)
        return {"FINISHED"}


class SCENE_CHAT_OT_unqueue(bpy.types.Operator):
    """Take this message back into the field"""

    bl_idname = "scene_chat.unqueue"
    bl_label = "Take Back"
    bl_options = {"INTERNAL"}

    place: IntProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        queued = here.chat.queued
        if here.asked_by_tool or not 0 <= self.place < len(queued):
            return {"CANCELLED"}
        prompt = queued[self.place]
        if not here.chat.unqueue(prompt):
            self.report({"INFO"}, "The model has it already")
            return {"CANCELLED"}
        add(prompt.text)
        here.panel.pictures += prompt.pictures
        return {"FINISHED"}


class SCENE_CHAT_OT_send_now(bpy.types.Operator):
    """Stop the answer and send what waits"""

    bl_idname = "scene_chat.send_now"
    bl_label = "Send Now"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.chat.send_now()
        return {"FINISHED"}


def put(message: str) -> None:
    """Have the composer hold these words, and no others."""
    panel = runtime.current().panel
    if panel.writing and bpy.data.texts.get(TEXT) is not None:
        editor.write(TEXT, message)
    else:
        panel.draft = message
    timer.redraw()


def add(more: str) -> None:
    """Add words to the message, apart from those before."""
    before = words()
    gap = " " if before and not before[-1].isspace() else ""
    put(f"{before}{gap}{more}")


def clear_text() -> None:
    """Write in the field again."""
    panel = runtime.current().panel
    if panel.writing and (text := bpy.data.texts.get(TEXT)) is not None:
        bpy.data.texts.remove(text)
    panel.writing = False


def earlier() -> list[tuple[int, str]]:
    """Return turn number and words of the latest messages, the latest first, each once."""
    found: dict[str, int] = {}
    for turn in reversed(runtime.current().chat.turns):
        if len(found) >= _PROMPTS:
            break
        found.setdefault(turn.prompt, turn.number)
    return [(number, prompt) for prompt, number in found.items()]


CLASSES = (
    SCENE_CHAT_OT_chip,
    SCENE_CHAT_OT_mention,
    SCENE_CHAT_OT_paste,
    SCENE_CHAT_OT_earlier,
    SCENE_CHAT_OT_earlier_prompt,
    SCENE_CHAT_OT_write,
    SCENE_CHAT_OT_write_end,
    SCENE_CHAT_OT_unqueue,
    SCENE_CHAT_OT_send_now,
)
