"""A server as a person starts it, in a process of its own, and clients that connect to it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


class Served:
    """`scripts/headless.py serve` in a process of its own."""

    def __init__(self, *options):
        command = [
            sys.executable,
            str(CHECKOUT / "scripts" / "headless.py"),
            "serve",
            "--port",
            "0",
        ]
        self.process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
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
