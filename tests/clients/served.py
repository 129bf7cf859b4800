"""A server as a person starts it, in a process of its own, and clients that connect to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Door:
    """What a Blender that serves tells other programs of one user folder."""

    port: int
    url: str
    token: str


def door(user):
    """Return what the one Blender of this user folder has published."""
    (file,) = user.glob("datafiles/scene_chat/ports/*.json")
    told = json.loads(file.read_text())
    return Door(told["port"], told["url"], Path(told["token_file"]).read_text().strip())


class Served:
    """`scripts/headless.py serve` in a process of its own.

    `user`: its user folder; if None that of the environment, or one for its time alone.
    """

    def __init__(self, *options, user=None):
        command = [
            sys.executable,
            str(CHECKOUT / "scripts" / "headless.py"),
            "serve",
            "--port",
            "0",
        ]
        environment = {**os.environ, **({"BLENDER_USER_RESOURCES": str(user)} if user else {})}
        self.process = subprocess.Popen(
            [*command, *options], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        said = self.process.stdout.readline()
        found = re.search(r"127\.0\.0\.1:(\d+)", said)
        if found is None:
            self.process.kill()
            pytest.fail(f"it did not start: {said}{self.process.stderr.read()}")
        self.port = int(found[1])

    def end(self, by=signal.SIGINT):
        """Ask it to end; return its exit code."""
        self.process.send_signal(by)
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.communicate()
