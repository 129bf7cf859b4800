"""`ask` without a prompt: a chat, at a real terminal or from a pipe, in a process of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from standin.script import Call, Raw, Say, Script
from standin.server import StandIn, chunk

HEADLESS = Path(__file__).resolve().parents[2] / "scripts" / "headless.py"
PATIENCE = 90.0
PLANE = Call("execute_code", {"code": "bpy.ops.mesh.primitive_plane_add()"})
SILENCE = Raw([chunk({"content": "Well, "}), PATIENCE, chunk({}, "stop")])

IN_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl+C is a signal
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""

SCRIPT = Script(
    "test",
    {
        "plane": [Say("I add it.", [PLANE]), Say("There is a plane.")],
        "go": [Say("Hello.")],
        "long": [SILENCE],
        "broken": [Raw([chunk({"content": "Half"})], breaks=True)],
    },
)


@pytest.fixture
def model():
    with StandIn(SCRIPT) as server:
        yield server


def words(model, *options):
    return [str(HEADLESS), "ask", "--endpoint", model.url, "--model", "script/test", *options]


class Terminal:
    """The program at a terminal: what it writes there, and keys."""

    def __init__(self, arguments):
        ours, theirs = os.openpty()
        self.keys = ours
        self.seen = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", IN_A_TERMINAL, *arguments],
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)

    def type(self, keys):
        os.write(self.keys, keys.encode())

    def read(self, text):
        """Wait until something is written; what stands before it is then done with."""
        until = time.monotonic() + PATIENCE
        while text not in self.seen:
            assert self._more(until), f"{text!r} is not written, but {self.seen!r}"
        before, _, self.seen = self.seen.partition(text)
        return before

    def ended(self):
        """Wait for its end; return its exit code."""
        until = time.monotonic() + PATIENCE
        while self._more(until):
            pass
        return self.process.wait(PATIENCE)

    def interrupted(self):
        """Press Ctrl+C until it has ended; return its exit code.

        Between writing its prompt and waiting for keys, readline keeps the signal until the next.
        """
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError):  # it has ended
                self.type("\x03")
            while self._more(time.monotonic() + 15.0):
                pass
        return self.process.wait(PATIENCE)

    def _more(self, until):
        if not select.select([self.keys], [], [], max(until - time.monotonic(), 0))[0]:
            return False
        with contextlib.suppress(OSError):  # which says on Linux that it has ended
            data = os.read(self.keys, 4096)
            self.seen += data.decode("utf-8", "replace")
            return bool(data)
        return False

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.keys)


@pytest.fixture
def terminal(model):
    opened = []

    def one(*options):
        opened.append(Terminal(words(model, *options)))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


def piped(model, lines, *options):
    return subprocess.run(
        [sys.executable, *words(model, *options)],
        input=lines, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip


needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")


@needs_terminal
def test_at_a_terminal_several_prompts_are_one_conversation(terminal, model):
    chat = terminal()
    chat.read("> ")
    chat.type("add a plane\n")
    chat.read("There is a plane.")
    chat.read("> ")
    chat.type("go on\n")
    chat.read("Hello.")
    chat.read("> ")
    chat.type("\x04")
    assert chat.ended() == 0
    told = json.dumps(model.requests[-1]["messages"])
    assert told.index("add a plane") < told.index("There is a plane.") < told.index("go on")


@needs_terminal
def test_exit_ends_it_and_saves_what_was_made(terminal, tmp_path):
    file = tmp_path / "made.blend"
    chat = terminal("--save", str(file))
    chat.read("> ")
    chat.type("add a plane\n")
    chat.read("There is a plane.")
    chat.read("> ")
    assert not file.exists()
    chat.type("exit\n")
    assert chat.ended() == 0
    assert file.exists()


def stopped(terminal):
    """A chat whose first answer was stopped."""
    chat = terminal()
    chat.read("> ")
    chat.type("a long one\n")
    chat.read("Well, ")
    chat.type("\x03")
    chat.read("[stopped]")
    chat.read("> ")
    return chat


@needs_terminal
def test_ctrl_c_stops_the_answer_and_a_second_one_ends_the_chat(terminal):
    chat = stopped(terminal)
    assert chat.interrupted() == 130
    assert "Traceback" not in chat.seen


@needs_terminal
def test_after_a_stopped_answer_the_chat_goes_on(terminal):
    chat = stopped(terminal)
    chat.type("go on\n")
    chat.read("Hello.")
    chat.read("> ")
    chat.type("\x04")
    assert chat.ended() == 0


@needs_terminal
@pytest.mark.skipif(importlib.util.find_spec("readline") is None, reason="no readline here")
def test_the_arrow_key_brings_the_prompt_before_back(terminal, model):
    chat = terminal()
    chat.read("> ")
    chat.type("go on\n")
    chat.read("Hello.")
    chat.read("> ")
    chat.type("\x1b[A\n")
    chat.read("Hello.")
    chat.read("> ")
    chat.type("\x04")
    assert chat.ended() == 0
    prompts = [
        each for each in model.requests[-1]["messages"]
        if each["role"] == "user" and "go on" in str(each["content"])
    ]  # fmt: skip
    assert len(prompts) == 2


def test_from_a_pipe_each_line_is_a_prompt(model):
    done = piped(model, "add a plane\n\n  \ngo on\nexit\nadd a plane\n")
    assert done.returncode == 0
    assert done.stdout.count("There is a plane.\n") == 1
    assert done.stdout.endswith("Hello.\n")
    assert "> go" not in done.stdout
    assert len(model.requests) == 3


def test_from_a_pipe_events_are_lines_of_json(model):
    done = piped(model, "go\ngo on", "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["event"] for each in told].count("end") == 2
    assert (
        re.sub(r"\s", "", "".join(e["text"] for e in told if e["event"] == "text")) == "Hello." * 2
    )


@pytest.mark.parametrize(("lines", "code"), [("broken\ngo\n", 0), ("go\nbroken\n", 1), ("", 0)])
def test_its_exit_code_is_that_of_the_last_answer(model, lines, code):
    assert piped(model, lines).returncode == code


@needs_terminal
def test_a_stop_of_a_piped_chat_ends_all_of_it(model):
    with subprocess.Popen(
        [sys.executable, *words(model)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as chat:  # fmt: skip
        try:
            chat.stdin.write("a long one\ngo on\n")
            chat.stdin.close()
            said = ""
            while "Well, " not in said:
                said += chat.stdout.read(1)
            chat.send_signal(signal.SIGTERM)
            said += chat.stdout.read()
            assert chat.wait(PATIENCE) == 130
        finally:
            chat.kill()
    assert "Hello." not in said
