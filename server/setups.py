"""What a person gives to another program so that it connects to the open port.

Texts alone, by the configuration that each of these programs reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from ..tools.phrase import Phrase
from .discovery import url

SERVER = "scene-chat"
"""What the port is called among a client's servers."""


class Setup(NamedTuple):
    """How one program is set up.

    Attributes:
        label: The program's name.
        then: What to do with the text, in a sentence.
        text: From the port and the token to what the program reads.
    """

    label: str
    then: Phrase
    text: Callable[[int, str], str]


def _claude_code(port: int, token: str) -> str:
    # The name and the address first: --header takes all that follows.
    return (
        f"claude mcp add --transport http {SERVER} {url(port)} "
        f'--header "Authorization: Bearer {token}"'
    )


def _claude_desktop(port: int, token: str) -> str:
    # The blank is in the variable: on Windows arguments with blanks fall apart.
    arguments = ["-y", "mcp-remote", url(port), "--header", "Authorization:${AUTH}"]
    server = {"command": "npx", "args": arguments, "env": {"AUTH": f"Bearer {token}"}}
    return _json({"mcpServers": {SERVER: server}})


def _cursor(port: int, token: str) -> str:
    return _json({"mcpServers": {SERVER: {"url": url(port), "headers": _headers(token)}}})


def _vs_code(port: int, token: str) -> str:
    server = {"type": "http", "url": url(port), "headers": _headers(token)}
    return _json({"servers": {SERVER: server}})


def _blender_mcp(port: int, _token: str) -> str:
    where = {"BLENDER_HOST": "127.0.0.1", "BLENDER_PORT": str(port)}
    server = {"command": "uvx", "args": ["mcp-for-blender"], "env": where}
    return _json({"mcpServers": {"blender": server}})


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


SETUPS = {
    "claude_code": Setup(
        "Claude Code", Phrase("Copied a command: run it in a terminal"), _claude_code
    ),
    "claude_desktop": Setup(
        "Claude Desktop",
        Phrase(
            "Copied: paste it into claude_desktop_config.json (Settings, Developer, Edit Config) and "
            "restart Claude; it needs Node.js"
        ),
        _claude_desktop,
    ),
    "cursor": Setup(
        "Cursor",
        Phrase("Copied: paste it into .cursor/mcp.json, in your home or project folder"),
        _cursor,
    ),
    "vs_code": Setup(
        "VS Code", Phrase("Copied: paste it into .vscode/mcp.json, in your project"), _vs_code
    ),
    "blender_mcp": Setup(
        "BlenderMCP Client",
        Phrase("Copied: paste it into your client's configuration, in place of its BlenderMCP"),
        _blender_mcp,
    ),
}
