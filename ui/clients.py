"""The port for other programs: the switch, the address, who is connected, what they may do."""

from __future__ import annotations

import time

import bpy

from ..operators import runtime
from ..operators.words import iface, shown
from ..server.listener import Client
from ..tools.phrase import Phrase, counted
from . import permission, state
from .lines import beside, lines
from .text import Metrics

_MOST_CLIENTS = 5
"""That are named one by one."""
_WHO = Phrase(
    "Programs such as Claude Code, Cursor or your own scripts can use this scene while this is on."
)


def draw(layout: bpy.types.UILayout, context: bpy.types.Context, metrics: Metrics) -> None:
    """Draw the section; the switch stands in its header."""
    here = runtime.current()
    fields = state.fields(context)
    header, body = layout.panel("SCENE_CHAT_PT_clients", default_closed=True)
    header.prop(fields, "serving", text="")
    header.label(text="External Clients")
    if here.server.running:
        beside(header, str(here.server.port))
    problem = here.panel.port_problem
    if body is None and not problem:
        return
    column = body or layout
    if problem:
        lines(column, problem, metrics, icon="ERROR", alert=True)
        if here.panel.free_port:
            other = column.operator(
                "scene_chat.server_start",
                text=iface("Use Port {port}", port=here.panel.free_port),
                translate=False,
            )
            other.port = here.panel.free_port
    if body is not None:
        _who(body, here, metrics)
        _may(body, fields, metrics)


def _who(layout: bpy.types.UILayout, here: runtime.Runtime, metrics: Metrics) -> None:
    if not here.server.running:
        lines(layout, _WHO, metrics, dim=True)
        return
    clients = here.server.connected()
    count = len(clients)
    words = counted(count, "{count} client", "{count} clients") if count else Phrase("No clients")
    lines(layout, f"127.0.0.1:{here.server.port} · {shown(words)}", metrics, icon="LINKED")
    for trouble in filter(None, (here.token.problem, here.discovery.problem)):
        lines(layout, trouble, metrics, icon="ERROR", alert=True)
    layout.menu("SCENE_CHAT_MT_setup", text="Copy Set-Up", icon="COPYDOWN")
    for each in clients[:_MOST_CLIENTS]:
        lines(layout, _client(each), metrics, icon="BLANK1", dim=True)
    if len(clients) > _MOST_CLIENTS:
        left = len(clients) - _MOST_CLIENTS
        more = iface("and {count} more", count=left)
        lines(layout, more, metrics, icon="BLANK1", dim=True)


class SCENE_CHAT_MT_setup(bpy.types.Menu):
    """Copy what a program needs to connect"""

    bl_label = "Copy Set-Up"

    def draw(self, context: bpy.types.Context) -> None:
        self.layout.operator_enum("scene_chat.copy_setup", "client")
        self.layout.separator()
        self.layout.operator("scene_chat.new_token", icon="FILE_REFRESH")


def _client(client: Client) -> str:
    if not client.last_time:
        return iface("{client} · connected", client=client.name)
    # The clock's time: "3 s ago" would have to be drawn anew each second.
    at = time.localtime(time.time() - (time.monotonic() - client.last_time))
    return f"{client.name} · {client.last_tool}, {time.strftime('%H:%M:%S', at)}"


_MAY = {
    "careful": Phrase("They may look; every change asks you first."),
    "normal": Phrase(
        "They may look and make changes you can undo; files and code that reaches beyond the "
        "scene ask you first."
    ),
    "trusting": Phrase("Nothing that they do asks you first."),
    "custom": Phrase("They may do what the preferences say."),
}


def _may(layout: bpy.types.UILayout, fields: state.SceneChatState, metrics: Metrics) -> None:
    layout.prop(fields, "client_preset", text="")
    lines(layout, _MAY[fields.client_preset], metrics, dim=True)
    permission.tools(layout, "client")


CLASSES = (SCENE_CHAT_MT_setup,)
