"""The port for other programs: the switch, the address, who is connected, what they may do."""

from __future__ import annotations

import time

import bpy

from ..operators import runtime
from ..server.listener import Client
from . import permission, state
from .lines import beside, lines
from .text import Metrics

_MOST_CLIENTS = 5
"""That are named one by one."""


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
                "scene_chat.server_start", text=f"Use Port {here.panel.free_port}", translate=False
            )
            other.port = here.panel.free_port
    if body is not None:
        _who(body, here, metrics)
        _may(body, fields, metrics)


def _who(layout: bpy.types.UILayout, here: runtime.Runtime, metrics: Metrics) -> None:
    if not here.server.running:
        text = "Programs such as Claude Code, Cursor or your own scripts can use this scene while this is on."
        lines(layout, text, metrics, dim=True)
        return
    clients = here.server.connected()
    count = f"{len(clients)} client{'s' if len(clients) != 1 else ''}" if clients else "No clients"
    lines(layout, f"127.0.0.1:{here.server.port} · {count}", metrics, icon="LINKED")
    for each in clients[:_MOST_CLIENTS]:
        lines(layout, _client(each), metrics, icon="BLANK1", dim=True)
    if len(clients) > _MOST_CLIENTS:
        left = len(clients) - _MOST_CLIENTS
        lines(layout, f"and {left} more", metrics, icon="BLANK1", dim=True)


def _client(client: Client) -> str:
    if not client.last_time:
        return f"{client.name} · connected"
    # The clock's time: "3 s ago" would have to be drawn anew each second.
    at = time.localtime(time.time() - (time.monotonic() - client.last_time))
    return f"{client.name} · {client.last_tool}, {time.strftime('%H:%M:%S', at)}"


_MAY = {
    "careful": "They may look; every change asks you first.",
    "normal": "They may look and make changes you can undo; files and code that reaches beyond the "
    "scene ask you first.",
    "trusting": "Nothing that they do asks you first.",
    "custom": "They may do what the preferences say.",
}


def _may(layout: bpy.types.UILayout, fields: state.SceneChatState, metrics: Metrics) -> None:
    layout.prop(fields, "client_preset", text="")
    lines(layout, _MAY[fields.client_preset], metrics, dim=True)
    permission.tools(layout, "client")
