"""A person's own instructions for the model: for every file, and for the open one.

Those of a file stand in a text of it, and files come from anywhere: they are passed on only once
the person has agreed to exactly these words. Main thread.
"""

from __future__ import annotations

import hashlib
import json

import bpy

from . import editor, runtime

NAME = "Scene Chat Instructions"
"""Of the text in the .blend."""
_MOST = 20_000
"""Characters that are passed on."""
_AGREEMENTS = 100


def of_file() -> str:
    """Return what the open file says, agreed to or not; "" where it says nothing."""
    text = bpy.data.texts.get(NAME)
    return text.as_string().strip()[:_MOST] if text is not None else ""


def agreed(words: str) -> bool:
    """Return whether the person agreed to these words."""
    preferences = runtime.current().preferences
    return preferences is not None and _mark(words) in _marks(preferences.agreed_instructions)


def for_model() -> str:
    """Return what the model is told: the person's own for every file, then this file's."""
    preferences = runtime.current().preferences
    own = preferences.instructions.strip() if preferences is not None else ""
    file = of_file()
    return "\n\n".join(part for part in (own, file if agreed(file) else "") if part)


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32]


def _marks(text: str) -> list[str]:
    try:
        kept = json.loads(text or "[]")
    except ValueError:
        return []
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


class SCENE_CHAT_OT_instructions_use(bpy.types.Operator):
    """Pass this file's instructions on to the model, as long as their words stay the same"""

    bl_idname = "scene_chat.instructions_use"
    bl_label = "Use"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        here = runtime.current()
        words = of_file()
        if here.asked_by_tool or not words or here.preferences is None:
            return {"CANCELLED"}
        kept = [*_marks(here.preferences.agreed_instructions), _mark(words)][-_AGREEMENTS:]
        here.preferences.agreed_instructions = json.dumps(kept)
        context.preferences.is_dirty = True
        return {"FINISHED"}


class SCENE_CHAT_OT_instructions_edit(bpy.types.Operator):
    """Write instructions for this file in the Text Editor; they are saved with it"""

    bl_idname = "scene_chat.instructions_edit"
    bl_label = "Edit"
    bl_options = {"INTERNAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        editor.show(bpy.data.texts.get(NAME) or bpy.data.texts.new(NAME))
        return {"FINISHED"}


CLASSES = (SCENE_CHAT_OT_instructions_use, SCENE_CHAT_OT_instructions_edit)
