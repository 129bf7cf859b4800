"""What a click does to a block of code in an answer, and to a long answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy
from bpy.props import IntProperty

from ..chat.turns import Said
from ..tools.plain import speakable
from . import runtime
from .editor import show

if TYPE_CHECKING:
    from ..chat.markdown_tree import Code

Context = bpy.types.Context

_ENDINGS = {
    "python": ".py", "py": ".py", "json": ".json", "osl": ".osl", "glsl": ".glsl", "xml": ".xml",
    "markdown": ".md", "md": ".md", "toml": ".toml", "yaml": ".yaml", "sh": ".sh", "bash": ".sh",
}  # fmt: skip
"""By which the Text Editor knows how to colour it."""


def find(turn: int, part: int, block: int) -> Code | None:
    """Return a block of code by its turn's number, its part's place and its own place in that."""
    # Not needed for enabling, which is to be quick.
    from ..chat.markdown import parse
    from ..chat.markdown_tree import codes

    if (found := runtime.current().chat.turn(turn)) is None:
        return None
    said = found.parts[part] if 0 <= part < len(found.parts) else None
    blocks = list(codes(parse(said.text).blocks)) if isinstance(said, Said) else []
    return blocks[block] if 0 <= block < len(blocks) else None


def text_of(name: str, words: str) -> bpy.types.Text:
    """Return a text that holds these words, without keys: one of that name, unless a person has
    changed it since."""
    words = speakable(runtime.current().secrets.clean(words))
    for text in bpy.data.texts:
        if text.name.startswith(name.partition(".")[0]) and text.as_string() == words:
            return text
    text = bpy.data.texts.new(name)
    text.from_string(words)
    text.cursor_set(0)
    return text


class SCENE_CHAT_OT_block_copy(bpy.types.Operator):
    """Copy this code to the clipboard"""

    bl_idname = "scene_chat.block_copy"
    bl_label = "Copy Code"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    part: IntProperty()
    block: IntProperty()

    def execute(self, context: Context) -> set[str]:
        code = find(self.turn, self.part, self.block)
        if runtime.current().asked_by_tool or code is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = code.text
        self.report({"INFO"}, "Copied the code")
        return {"FINISHED"}


class SCENE_CHAT_OT_block_show(bpy.types.Operator):
    """Open this code in the Text Editor. The text is saved with the file unless you remove it"""

    bl_idname = "scene_chat.block_show"
    bl_label = "Open in Text Editor"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    part: IntProperty()
    block: IntProperty()

    def execute(self, context: Context) -> set[str]:
        code = find(self.turn, self.part, self.block)
        if runtime.current().asked_by_tool or code is None:
            return {"CANCELLED"}
        ending = _ENDINGS.get(code.language.lower(), ".txt")
        show(text_of(f"Scene Chat Code{ending}", code.text))
        return {"FINISHED"}


class SCENE_CHAT_OT_answer_show(bpy.types.Operator):
    """Open the whole answer in the Text Editor. The text is saved with the file unless you remove it"""

    bl_idname = "scene_chat.answer_show"
    bl_label = "Show All in Text Editor"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        turn = here.chat.turn(self.turn)
        if here.asked_by_tool or turn is None:
            return {"CANCELLED"}
        show(text_of("Scene Chat Answer.md", turn.answer))
        return {"FINISHED"}


CLASSES = (SCENE_CHAT_OT_block_copy, SCENE_CHAT_OT_block_show, SCENE_CHAT_OT_answer_show)
