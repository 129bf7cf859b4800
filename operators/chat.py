"""What the panel's buttons and the composer's keys do to the chat."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..chat.chat import TurnRunning
from ..tools.queue import Limits
from . import composer, runtime, timer
from .words import shown, tip

Context = bpy.types.Context


class SCENE_CHAT_OT_send(bpy.types.Operator):
    """Send the message to the language model"""

    bl_idname = "scene_chat.send"
    bl_label = "Send"
    bl_options = {"INTERNAL"}

    prompt: StringProperty(
        name="Prompt",
        description="What to say; what stands in the composer if left out",
        options={"SKIP_SAVE"},  # else Blender fills in what the button before had
    )

    @classmethod
    def description(cls, context: Context, properties: Any) -> str:
        """What a click does now."""
        if runtime.current().chat.running:
            return tip(
                "Have this message join the answer at its next step. Ctrl+Enter sends it at once"
            )
        return tip("Send the message to the language model")

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        prompt = self.prompt or composer.words()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot send messages")
            return {"CANCELLED"}
        if not prompt.strip():
            self.report({"WARNING"}, "Write a message first")
            return {"CANCELLED"}
        settings = here.settings()
        if problem := settings.problem():  # the panel says so too, with a way to mend it
            self.report({"WARNING"}, shown(problem))
            return {"CANCELLED"}
        if here.panel.editing and not self.prompt:
            return set(
                bpy.ops.scene_chat.resend("INVOKE_DEFAULT", turn=here.panel.editing, edited=True)
            )
        attached = composer.gathered(prompt, chips=not self.prompt)
        limits = Limits(running=here.time_limit)
        try:
            here.send(prompt, settings, limits, attached.words, attached.pictures)
        except TurnRunning as running:
            self.report({"WARNING"}, shown(str(running)))
            return {"CANCELLED"}
        here.panel.restored = ""
        if not self.prompt:
            composer.clear()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_composed(bpy.types.Operator):
    """Send what was written, if Enter was pressed; keep it as a draft if the field was only left"""

    # Called by the draft's `update`, which is told of both alike. The event that an operator is
    # invoked with is the one being handled, so it tells them apart (4.2 to 5.2). Its `value` may
    # be RELEASE on 4.3.
    bl_idname = "scene_chat.composed"
    bl_label = "Send"
    bl_options = {"INTERNAL"}

    popup: BoolProperty(
        description="Whether it was written in the popup, which is closed then",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        # Where the field has one line, Shift+Enter arrives here too; it makes no line, nor sends.
        if event.type not in {"RET", "NUMPAD_ENTER"} or event.shift:
            return {"CANCELLED"}
        here = runtime.current()
        if not (here.panel.popup if self.popup else here.panel.draft).strip():
            return {"CANCELLED"}
        done = set(bpy.ops.scene_chat.send(prompt=here.panel.popup if self.popup else ""))
        if self.popup and "FINISHED" in done:
            here.panel.popup = ""
            context.window.screen = context.window.screen  # closes it
        if event.ctrl and "FINISHED" in done:
            here.chat.send_now()
        return done


class SCENE_CHAT_OT_send_queued(bpy.types.Operator):
    """Send what waited for the answer that was stopped or failed"""

    bl_idname = "scene_chat.send_queued"
    bl_label = "Send"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        settings = here.settings()
        if problem := settings.problem():
            self.report({"WARNING"}, shown(problem))
            return {"CANCELLED"}
        try:
            here.send_queued(settings, Limits(running=here.time_limit))
        except TurnRunning as running:
            self.report({"WARNING"}, shown(str(running)))
            return {"CANCELLED"}
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_stop(bpy.types.Operator):
    """Stop the answer; what it has done so far stays, and can be undone"""

    bl_idname = "scene_chat.stop"
    bl_label = "Stop"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if not here.chat.running:
            return {"CANCELLED"}
        here.chat.stop()
        return {"FINISHED"}


class SCENE_CHAT_OT_try_again(bpy.types.Operator):
    """Go on with this message from the last answer that came whole"""

    bl_idname = "scene_chat.try_again"
    bl_label = "Try Again"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        settings = here.settings()
        if problem := settings.problem():
            self.report({"WARNING"}, shown(problem))
            return {"CANCELLED"}
        try:
            here.try_again(settings, Limits(running=here.time_limit))
        except (TurnRunning, ValueError) as error:
            self.report({"WARNING"}, shown(str(error)))
            return {"CANCELLED"}
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_go_on(bpy.types.Operator):
    """Go on beyond the limit, by as much again; or stop here"""

    bl_idname = "scene_chat.go_on"
    bl_label = "Go On"
    bl_options = {"INTERNAL"}

    yes: BoolProperty(default=True)

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or not here.chat.question:
            return {"CANCELLED"}
        here.chat.go_on(yes=self.yes)
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_thoughts(bpy.types.Operator):
    """Show or hide the model's thinking"""

    bl_idname = "scene_chat.thoughts"
    bl_label = "Thoughts"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def execute(self, context: Context) -> set[str]:
        runtime.current().panel.thoughts ^= {self.turn}
        return {"FINISHED"}


class SCENE_CHAT_OT_effort(bpy.types.Operator):
    """How much the model thinks before it answers; more takes longer and costs more"""

    bl_idname = "scene_chat.effort"
    bl_label = "Reasoning Effort"
    bl_options = {"INTERNAL"}

    effort: StringProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or here.preferences is None:
            return {"CANCELLED"}
        here.preferences.effort = self.effort
        context.preferences.is_dirty = True
        return {"FINISHED"}


class SCENE_CHAT_OT_copy(bpy.types.Operator):
    """Copy the answer to the clipboard"""

    bl_idname = "scene_chat.copy"
    bl_label = "Copy Answer"
    bl_options = {"INTERNAL"}

    turn: IntProperty()

    def execute(self, context: Context) -> set[str]:
        if (turn := runtime.current().chat.turn(self.turn)) is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = turn.answer
        self.report({"INFO"}, "Copied the answer")
        return {"FINISHED"}


class SCENE_CHAT_OT_copy_code(bpy.types.Operator):
    """Copy the code that waits for your answer to the clipboard"""

    bl_idname = "scene_chat.copy_code"
    bl_label = "Copy Code"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        asked = runtime.current().panel.asked
        if asked is None:
            return {"CANCELLED"}
        context.window_manager.clipboard = str(asked.request.arguments.get("code", ""))
        return {"FINISHED"}


class SCENE_CHAT_OT_show_earlier(bpy.types.Operator):
    """Show earlier messages as well"""

    bl_idname = "scene_chat.show_earlier"
    bl_label = "Show Earlier"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        runtime.current().panel.shown += runtime.TURNS_SHOWN
        return {"FINISHED"}


CLASSES = (
    SCENE_CHAT_OT_send,
    SCENE_CHAT_OT_composed,
    SCENE_CHAT_OT_send_queued,
    SCENE_CHAT_OT_stop,
    SCENE_CHAT_OT_try_again,
    SCENE_CHAT_OT_go_on,
    SCENE_CHAT_OT_thoughts,
    SCENE_CHAT_OT_effort,
    SCENE_CHAT_OT_copy,
    SCENE_CHAT_OT_copy_code,
    SCENE_CHAT_OT_show_earlier,
)
