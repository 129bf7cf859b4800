"""What a click on a tool step does: open it, copy what it holds, show it in the Text Editor."""

from __future__ import annotations

import json

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..chat.turns import Step, Turn
from ..tools.phrase import Phrase
from . import pictures, runtime
from .code import text_of
from .editor import show
from .words import tip

Context = bpy.types.Context

CODE_FIELDS = 12
"""How many steps can show their code in a field of their own at once."""
_UNFOLDS = {
    "step": Phrase("Arguments, result and picture of this step"),
    "run": Phrase("The steps one by one"),
    "receipt": Phrase("All that was changed"),
}


def find(number: int, place: int) -> Step | None:
    """Return the step at a place of a turn's parts, if it is still there."""
    turn = runtime.current().chat.turn(number)
    part = turn.parts[place] if turn is not None and place < len(turn.parts) else None
    return part if isinstance(part, Step) else None


def code_of(step: Step) -> str:
    """Return the code that a step ran, "" where it is of another kind."""
    code = step.arguments.get("code") if isinstance(step.arguments, dict) else ""
    return code if isinstance(code, str) else ""


def is_open(turn: Turn, what: str, place: int, otherwise: bool = False) -> bool:
    """Return whether a part of a turn is unfolded: by the person, else as it is `otherwise`."""
    return runtime.current().panel.unfolded.get((turn.number, what, place), otherwise)


def code_field(turn: Turn, place: int) -> int | None:
    """Return which field shows an open step's code; None where all show that of others.

    A step keeps its field, since Blender keeps a field's height and where it was scrolled to.
    """
    panel = runtime.current().panel
    key = turn.number, place
    if key not in panel.code_fields:
        for other in list(panel.code_fields):
            if len(panel.code_fields) < CODE_FIELDS:
                break
            if not panel.unfolded.get((other[0], "step", other[1])):
                del panel.code_fields[other]
        free = set(range(CODE_FIELDS)) - set(panel.code_fields.values())
        if not free:
            return None
        panel.code_fields[key] = min(free)
    return panel.code_fields[key]


def code_in(number: int) -> str:
    """Return what a field shows."""
    for (turn, place), field in runtime.current().panel.code_fields.items():
        if field == number:
            step = find(turn, place)
            return code_of(step) if step is not None else ""
    return ""


class SCENE_CHAT_OT_unfold(bpy.types.Operator):
    """Show or hide what is in it"""

    bl_idname = "scene_chat.unfold"
    bl_label = "Details"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    what: StringProperty()
    place: IntProperty()
    opens: BoolProperty()

    @classmethod
    def description(cls, context: Context, properties: bpy.types.OperatorProperties) -> str:
        """Return what a click does, by what it is about."""
        return tip(_UNFOLDS.get(properties.what, Phrase("")))

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.panel.unfolded[self.turn, self.what, self.place] = self.opens
        if self.what == "step" and self.opens and (step := find(self.turn, self.place)):
            pictures.load(step)
        return {"FINISHED"}


class SCENE_CHAT_OT_step_copy(bpy.types.Operator):
    """Copy this to the clipboard"""

    bl_idname = "scene_chat.step_copy"
    bl_label = "Copy"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    place: IntProperty()
    what: StringProperty()

    def execute(self, context: Context) -> set[str]:
        step = find(self.turn, self.place)
        if runtime.current().asked_by_tool or step is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = _text(step, self.what)
        self.report({"INFO"}, "Copied")
        return {"FINISHED"}


class SCENE_CHAT_OT_step_show(bpy.types.Operator):
    """Show all of this in the Text Editor. The text is saved with the file unless you remove it"""

    bl_idname = "scene_chat.step_show"
    bl_label = "Open in Text Editor"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    place: IntProperty()
    what: StringProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        step = find(self.turn, self.place)
        if here.asked_by_tool or step is None:
            return {"CANCELLED"}
        ending = {"code": "py", "error": "txt"}.get(self.what, "json")
        name = f"{step.name} {self.what}.{ending}"
        show(text_of(name, _text(step, self.what)))
        return {"FINISHED"}


class SCENE_CHAT_OT_step_picture(bpy.types.Operator):
    """Open this picture with the system's own program for it"""

    bl_idname = "scene_chat.step_picture"
    bl_label = "Open Picture"
    bl_options = {"INTERNAL"}

    turn: IntProperty()
    place: IntProperty()

    def execute(self, context: Context) -> set[str]:
        step = find(self.turn, self.place)
        if runtime.current().asked_by_tool or step is None or not (file := pictures.load(step)):
            return {"CANCELLED"}
        return set(bpy.ops.wm.path_open(filepath=file))


def _text(step: Step, what: str) -> str:
    """All of one part of a step."""
    if what == "code":
        return code_of(step)
    if what == "error":
        return step.result.error if step.result else ""
    value = step.arguments if what == "arguments" else step.result and step.result.value
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


CLASSES = (
    SCENE_CHAT_OT_unfold,
    SCENE_CHAT_OT_step_copy,
    SCENE_CHAT_OT_step_show,
    SCENE_CHAT_OT_step_picture,
)
