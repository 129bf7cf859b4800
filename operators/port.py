"""Opening and closing the port for other programs."""

from __future__ import annotations

import bpy
from bpy.props import IntProperty, StringProperty

from ..server.listener import PortTaken, next_free_port
from ..tools.rules import permissions
from . import runtime, timer

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
            self.report({"ERROR"}, f"Allow: {error}")
            return {"CANCELLED"}
        if not serve(self.port):
            self.report({"ERROR"}, here.panel.port_problem)
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
        here.server.stop()
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
        here.panel.port_problem = f"Port {here.server.port} is open already; close it first."
        return False
    try:
        here.serve(port)
    except PortTaken as taken:
        here.panel.port_problem = str(taken)
        wanted = port or (here.preferences.server_port if here.preferences else 0)
        here.panel.free_port = next_free_port(wanted)
    timer.redraw()
    return here.server.running


CLASSES = (SCENE_CHAT_OT_server_start, SCENE_CHAT_OT_server_stop)
