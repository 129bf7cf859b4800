"""Opening and closing the port for other programs."""

from __future__ import annotations

import threading

import bpy
from bpy.app.handlers import persistent
from bpy.props import EnumProperty, IntProperty, StringProperty

from ..server.listener import PortTaken, next_free_port
from ..server.setups import SETUPS
from ..tools.phrase import Phrase
from ..tools.rules import permissions
from . import runtime, timer
from .words import rpt, shown

Context = bpy.types.Context


class SCENE_CHAT_OT_server_start(bpy.types.Operator):
    """Let other programs on this computer look at the scene and change it"""

    bl_idname = "scene_chat.server_start"
    bl_label = "Open the Port"
    bl_options = {"INTERNAL"}

    port: IntProperty(name="Port", description="0 for the one in the preferences", min=0, max=65535)
    allow: StringProperty(
        name="Allow",
        description="What these programs may do unasked, by comma: code (that reaches beyond the "
        "scene), files",
    )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot open the port")
            return {"CANCELLED"}
        try:
            allowed = permissions(self.allow)
        except ValueError as error:
            self.report({"ERROR"}, rpt("Allow: {why}", why=error))
            return {"CANCELLED"}
        if not serve(self.port):
            self.report({"ERROR"}, shown(here.panel.port_problem))
            return {"CANCELLED"}
        here.gate.allow("client", allowed)
        return {"FINISHED"}


class SCENE_CHAT_OT_server_stop(bpy.types.Operator):
    """Close the port; programs that are connected are cut off"""

    bl_idname = "scene_chat.server_stop"
    bl_label = "Close the Port"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot close the port")
            return {"CANCELLED"}
        here.close_port()
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_copy_setup(bpy.types.Operator):
    """Copy what a program needs to connect, with the token of the port"""

    bl_idname = "scene_chat.copy_setup"
    bl_label = "Copy Set-Up"
    bl_options = {"INTERNAL"}

    client: EnumProperty(
        name="Program",
        items=[(name, setup.label, setup.then) for name, setup in SETUPS.items()],
        options={"SKIP_SAVE"},
    )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot have the token")
            return {"CANCELLED"}
        setup = SETUPS[self.client]
        port = here.server.port or here.preferred_port
        context.window_manager.clipboard = setup.text(port, here.token.value)
        self.report({"INFO"}, rpt(setup.then))
        timer.redraw()
        return {"FINISHED"}


class SCENE_CHAT_OT_new_token(bpy.types.Operator):
    """Make a new token; programs that have the present one are refused"""

    bl_idname = "scene_chat.new_token"
    bl_label = "New Token"
    bl_options = {"INTERNAL"}

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        return set(
            context.window_manager.invoke_confirm(
                self,
                event,
                title="New Token?",
                message="Programs that connect by MCP are refused until their set-up is copied anew.",
                confirm_text="New Token",
                icon="QUESTION",
            )
        )

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            self.report({"ERROR"}, "A tool cannot change the token")
            return {"CANCELLED"}
        here.token.renew()
        self.report({"INFO"}, "Made a new token; copy the set-up into your programs again")
        timer.redraw()
        return {"FINISHED"}


def serve(port: int = 0) -> bool:
    """Open the port, 0 for the preferences'; where that fails the panel says why and what is free.

    Not for tools: see `Runtime.asked_by_tool`.
    """
    here = runtime.current()
    if here.asked_by_tool:
        return False
    here.panel.port_problem, here.panel.free_port = "", 0
    if here.server.running and port not in (0, here.server.port):
        here.panel.port_problem = Phrase(
            "Port {port} is open already; close it first.", port=here.server.port
        )
        return False
    try:
        here.serve(port)
    except PortTaken as error:
        _refused(here, port or here.preferred_port, str(error))
    timer.redraw()
    return here.server.running


def _refused(here: runtime.Runtime, port: int, why: str) -> None:
    """Say why, and have it found out who has the port.

    Not on the main thread: another add-on of this very Blender could not answer meanwhile.
    """
    from ..server.probe import taken, who_answers  # at need, as most ports are free

    panel = here.panel
    panel.port_problem, panel.free_port = why, (free := next_free_port(port))

    def tell(who: str) -> None:
        if panel.port_problem is why:  # nothing else was tried meanwhile
            panel.port_problem = taken(port, who, free)
            timer.redraw()

    earlier = panel.asking_port

    def ask() -> None:
        if earlier is not None:
            earlier.join()  # so that who waits for this one has waited for all
        if (who := who_answers(port, here.discovery.folder)) is not None:
            here.calls.read(lambda: tell(who))

    panel.asking_port = threading.Thread(target=ask, name="scene_chat neighbour")
    panel.asking_port.start()
    here.timer.start()


@persistent
def _file_changed(*_: object) -> None:
    if runtime.enabled():
        here = runtime.current()
        here.discovery.update(bpy.data.filepath)


_HANDLERS = (bpy.app.handlers.load_post, bpy.app.handlers.save_post)


def register() -> None:
    """Keep up with the file that is open: other programs find a Blender by it."""
    for handlers in _HANDLERS:
        handlers.append(_file_changed)


def unregister() -> None:
    """Take it out again."""
    for handlers in _HANDLERS:
        if _file_changed in handlers:  # scripts clear these lists
            handlers.remove(_file_changed)


CLASSES = (
    SCENE_CHAT_OT_server_start,
    SCENE_CHAT_OT_server_stop,
    SCENE_CHAT_OT_copy_setup,
    SCENE_CHAT_OT_new_token,
)
