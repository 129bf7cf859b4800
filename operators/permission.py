"""What a person says to a request that waits, and to those that come later."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..tools.gate import Approval
from ..tools.phrase import Phrase
from ..tools.rules import Decision
from . import runtime, timer
from .words import NAMES, tip

Context = bpy.types.Context

CALLERS = (
    ("chat", "Chat", "The model that you talk to in Blender"),
    ("client", "External Clients", "Other programs that use the port"),
)
DECISIONS = (
    ("allow", "Allow", "Without asking you"),
    ("ask", "Ask", "You are asked each time"),
    ("deny", "Deny", "Never, and you are not asked"),
)

_ALLOWS = {
    "once": Phrase("Let this go on; the next time is asked again"),
    "session": Phrase("Let this go on, and do not ask again for this tool until Blender is closed"),
    "always": Phrase(
        "Let this go on, and never ask again for this tool; the preferences take it back"
    ),
}


class SCENE_CHAT_OT_allow(bpy.types.Operator):
    """Let this go on"""

    bl_idname = "scene_chat.allow"
    bl_label = "Allow Once"
    bl_options = {"INTERNAL"}

    number: IntProperty()
    how: EnumProperty(items=[(name, name.title(), text) for name, text in _ALLOWS.items()])

    @classmethod
    def description(cls, context: Context, properties: SCENE_CHAT_OT_allow) -> str:
        return tip(_ALLOWS[properties.how])

    def execute(self, context: Context) -> set[str]:
        approval = _waiting(self.number)
        if approval is None:
            return {"CANCELLED"}
        here = runtime.current()
        if self.how == "once":
            approval.allow()
        else:
            here.gate.allow_tool(approval, always=self.how == "always")
            here.keep_rules()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_deny(bpy.types.Operator):
    """Do not let this happen; the model or program is told so, and goes on without it"""

    bl_idname = "scene_chat.deny"
    bl_label = "Deny"
    bl_options = {"INTERNAL"}

    number: IntProperty()

    def execute(self, context: Context) -> set[str]:
        approval = _waiting(self.number)
        if approval is None:
            return {"CANCELLED"}
        panel = runtime.current().panel
        approval.deny(panel.reason)
        panel.reason = ""
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_tool_rule(bpy.types.Operator):
    """Decide about one tool, whatever holds for what it does"""

    bl_idname = "scene_chat.tool_rule"
    bl_label = "Rule for a Tool"
    bl_options = {"INTERNAL"}
    bl_property = "tool"

    caller: EnumProperty(name="For", items=CALLERS)
    tool: EnumProperty(
        name="Tool", items=lambda _self, _context: _tools(), translation_context=NAMES
    )
    decision: EnumProperty(name="Decision", items=DECISIONS, default="ask")

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        return set(context.window_manager.invoke_props_dialog(self))

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if not here.decide(self.caller, [self.tool], Decision(self.decision)):
            return {"CANCELLED"}
        return {"FINISHED"}


class SCENE_CHAT_OT_tool_rule_forget(bpy.types.Operator):
    """Remove this rule; the rule for what the tool does holds again"""

    bl_idname = "scene_chat.tool_rule_forget"
    bl_label = "Remove Rule"
    bl_options = {"INTERNAL"}

    caller: EnumProperty(items=CALLERS)
    tool: StringProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.gate.rules.forget(self.caller, self.tool)
        here.keep_rules()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_key_folder(bpy.types.Operator):
    """Whether a key may be taken from the file .env in the folder of the open .blend"""

    bl_idname = "scene_chat.key_folder"
    bl_label = "Use Keys in This File's Folder"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        beside = here.key_file_beside()
        if here.asked_by_tool or beside is None:
            return {"CANCELLED"}
        here.trust(beside.parent, agreed=not here.trusts(beside.parent))
        timer.redraw()
        return {"FINISHED"}


_items: list[tuple[str, str, str]] = []
"""Blender keeps no copy of what a menu was given."""


def _tools() -> list[tuple[str, str, str]]:
    _items[:] = [(name, name, "") for name in runtime.current().calls.registry.names]
    return _items


def _waiting(number: int) -> Approval | None:
    """The request of that number, for a person to answer; None if it is answered, or for tools."""
    here = runtime.current()
    waiting = () if here.asked_by_tool else here.gate.waiting
    return next((each for each in waiting if each.number == number), None)


CLASSES = (
    SCENE_CHAT_OT_allow,
    SCENE_CHAT_OT_deny,
    SCENE_CHAT_OT_tool_rule,
    SCENE_CHAT_OT_tool_rule_forget,
    SCENE_CHAT_OT_key_folder,
)
