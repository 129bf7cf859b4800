"""What the buttons about the account at OpenRouter do: sign in, by hand where no browser opens, and out."""

from __future__ import annotations

import contextlib

import bpy
from bpy.props import StringProperty

from ..chat.account import Standing
from ..chat.keys import has_key
from ..chat.settings import Settings
from . import runtime, timer
from .words import rpt, tip

Context = bpy.types.Context


class SCENE_CHAT_OT_sign_in(bpy.types.Operator):
    """Open OpenRouter in your browser, and allow Scene Chat a key of its own there"""

    bl_idname = "scene_chat.sign_in"
    bl_label = "Sign In with OpenRouter"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        if bpy.app.background or not runtime.enabled():
            return False
        if runtime.current().settings().needs_online_access:
            cls.poll_message_set("'Allow Online Access' is off, in Preferences, System")
            return False
        return True

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot sign in")
            return {"CANCELLED"}
        here.panel.key_problem = ""
        state = here.sign_in.begin(here.key_file())
        here.timer.start()
        timer.redraw()
        # Where there is no browser nothing opens, and the panel says how to go on.
        with contextlib.suppress(RuntimeError):
            bpy.ops.wm.url_open(url=state.url)
        return {"FINISHED"}


class SCENE_CHAT_OT_sign_in_cancel(bpy.types.Operator):
    """Stop waiting for the browser"""

    bl_idname = "scene_chat.sign_in_cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.sign_in.cancel()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_sign_in_address(bpy.types.Operator):
    """Copy an address that can be opened in any browser, also on another computer or a phone. The page shows a code to be pasted here"""

    bl_idname = "scene_chat.sign_in_address"
    bl_label = "Copy Address"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool or not here.sign_in.waiting:
            return {"CANCELLED"}
        context.window_manager.clipboard = here.sign_in.state.code_url
        self.report({"INFO"}, "Copied the address")
        return {"FINISHED"}


class SCENE_CHAT_OT_sign_in_code(bpy.types.Operator):
    """Paste the code that OpenRouter's page shows, or the address at which the browser ended"""

    bl_idname = "scene_chat.sign_in_code"
    bl_label = "Paste Code"
    bl_options = {"INTERNAL"}
    bl_property = "code"

    code: StringProperty(
        name="Code",
        description="What OpenRouter's page shows after you allowed the access",
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        return set(context.window_manager.invoke_props_dialog(self, confirm_text="Sign In"))

    def draw(self, context: Context) -> None:
        self.layout.activate_init = True
        self.layout.prop(self, "code", text="", placeholder="Code")

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot sign in")
            return {"CANCELLED"}
        if not here.sign_in.finish(self.code):
            waits = here.sign_in.waiting
            self.report({"WARNING"}, rpt("Paste the code first") if waits else rpt("Sign in again"))
            return {"CANCELLED"}
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_sign_out(bpy.types.Operator):
    """Forget the key on this computer. At openrouter.ai it stays valid until you delete it there"""

    bl_idname = "scene_chat.sign_out"
    bl_label = "Sign Out"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: Context) -> bool:
        here = runtime.current()
        settings = here.settings()
        if settings.key is None:
            return False
        if not has_key(settings.endpoint, here.key_file()):
            cls.poll_message_set(
                tip("The key is {where}; remove it there", where=settings.key.source)
            )
            return False
        return True

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot sign out")
            return {"CANCELLED"}
        try:
            here.keep_key("")
        except OSError as error:
            self.report({"ERROR"}, rpt("The key cannot be removed: {why}", why=error))
            return {"CANCELLED"}
        here.account.forget()
        if (left := here.settings().key) is not None:
            words = rpt("There still is {where}; remove it there as well", where=left.source)
            self.report({"WARNING"}, words)
        timer.redraw()
        return {"FINISHED"}


def standing(settings: Settings) -> Standing | None:
    """Return what is known of the key in use, while something is drawn; ask if that is old."""
    here = runtime.current()
    found = here.account.look(settings)
    if here.account.asking:
        here.timer.start()  # whose look at what changed has it drawn
    return found


CLASSES = (
    SCENE_CHAT_OT_sign_in,
    SCENE_CHAT_OT_sign_in_cancel,
    SCENE_CHAT_OT_sign_in_address,
    SCENE_CHAT_OT_sign_in_code,
    SCENE_CHAT_OT_sign_out,
)
