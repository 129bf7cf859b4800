"""What other programs are given to connect."""

from __future__ import annotations

import json
import shlex

import pytest
from scene_chat.server.setups import SETUPS

PORT, TOKEN = 9999, "Tok_en-0123456789"
URL = "http://127.0.0.1:9999/mcp"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def text(client):
    return SETUPS[client].text(PORT, TOKEN)


def test_claude_code_gets_a_command_for_a_terminal():
    assert shlex.split(text("claude_code")) == [
        "claude", "mcp", "add", "--transport", "http", "scene-chat", URL,
        "--header", f"Authorization: Bearer {TOKEN}",
    ]  # fmt: skip
    assert "\n" not in text("claude_code"), "a terminal would run it before it was read"


def test_claude_desktop_comes_through_mcp_remote_without_a_blank_in_an_argument():
    server = json.loads(text("claude_desktop"))["mcpServers"]["scene-chat"]
    assert server["command"] == "npx"
    assert server["args"] == ["-y", "mcp-remote", URL, "--header", "Authorization:${AUTH}"]
    assert server["env"] == {"AUTH": f"Bearer {TOKEN}"}


def test_cursor_and_vs_code_speak_http_themselves():
    assert json.loads(text("cursor")) == {
        "mcpServers": {"scene-chat": {"url": URL, "headers": BEARER}}
    }
    assert json.loads(text("vs_code")) == {
        "servers": {"scene-chat": {"type": "http", "url": URL, "headers": BEARER}}
    }


def test_a_blendermcp_client_is_told_the_port_and_no_token():
    server = json.loads(text("blender_mcp"))["mcpServers"]["blender"]
    assert server["env"] == {"BLENDER_HOST": "127.0.0.1", "BLENDER_PORT": "9999"}
    assert (server["command"], server["args"]) == ("uvx", ["mcp-for-blender"])
    assert TOKEN not in text("blender_mcp")


@pytest.mark.parametrize("client", SETUPS)
def test_each_says_what_to_do_with_it(client):
    assert SETUPS[client].then.startswith("Copied")
    assert "9999" in text(client)
