"""The call path with tools of the tests' own and a scene that only counts: no Blender."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from scene_chat.chat.money import Ledger
from scene_chat.chat.worker import Worker
from scene_chat.tools.alarm import Alarm
from scene_chat.tools.audit import Audit
from scene_chat.tools.call import CallPath
from scene_chat.tools.errors import NoSuchObject, nearest
from scene_chat.tools.faults import Faults
from scene_chat.tools.gate import Gate, Origin
from scene_chat.tools.plain import Secrets
from scene_chat.tools.queue import Limits, MainThreadQueue
from scene_chat.tools.receipt import Receipt
from scene_chat.tools.registry import Assessment, Effect, Registry, tool


@dataclass
class NotedScene:
    """Implements `tools.call.Scene` over a set of names, and notes what it was asked for."""

    names: set[str] = field(default_factory=set)
    generation: int = 0
    file: str = ""
    steps: list[str] = field(default_factory=list)

    def begin(self, tool, origin):
        return origin, set(self.names)

    def commit(self, watch):
        origin, before = watch
        self.steps.append(f"commit {origin.title}")
        added = tuple(sorted(self.names - before))
        removed = tuple(sorted(before - self.names))
        return Receipt({"object": added} if added else {}, {"object": removed} if removed else {})

    def rollback(self, watch):
        origin, before = watch
        self.steps.append(f"rollback {origin.title}")
        self.names = set(before)


def _assess_file(arguments):
    path = arguments["path"]
    return Assessment(Effect.FILES, (f"it writes {path}",))


@dataclass
class House:
    """All of `tools`, with a main thread of its own: the thread that drains the queue."""

    folder: Path
    can_ask: bool = False
    limits: Limits = Limits(waiting=5.0, running=5.0)

    def __post_init__(self):
        self.secrets = Secrets()
        self.faults = Faults(self.secrets)
        self.worker = Worker(self.faults)
        self.ledger = Ledger(self.folder / "spending")
        self.alarm = Alarm(self.faults)
        self.queue = MainThreadQueue(self.alarm)
        self.gate = Gate(self.alarm, can_ask=self.can_ask)
        self.scene = NotedScene()
        self.registry = Registry()
        self.audit = Audit(self.folder, self.secrets)
        self.calls = CallPath(
            self.registry, self.gate, self.queue, self.scene, self.secrets, self.audit
        )
        self._drains = threading.Event()
        self._ends = threading.Event()
        for function in self._tools():
            self.registry.add(function)

    def origin(self, caller="chat", turn=1, title="a turn", patience=5.0):
        return Origin(caller, "a test", turn, title, self.limits, patience)

    @property
    def chat_parts(self):
        """What a `Chat` is made of."""
        return self.calls, self.secrets, self.faults, self.worker, self.ledger, "4.5.0"

    def call(self, name, caller="chat", **arguments):
        return self.calls.submit(name, arguments, self.origin(caller)).result.result(10.0)

    def start(self):
        self._thread = threading.Thread(target=self._drain)
        self._thread.start()
        return self

    def close(self):
        self._ends.set()
        self.queue.close()
        self.worker.close()
        self._thread.join()
        self.alarm.close()
        self.audit.close()

    def _drain(self):
        while not self._ends.is_set():
            self.queue.drain(budget=0.05, linger=0.05)

    def _tools(self):
        scene = self.scene

        @tool(effect=Effect.READS)
        def count(times: int = 1) -> int:
            """Count the objects.

            Args:
                times: How often.
            """
            return len(scene.names) * times

        @tool(effect=Effect.EDITS)
        def add(names: list[str]) -> str:
            """Add objects, and fail at one called "bad"."""
            for name in names:
                if name == "bad":
                    raise NoSuchObject(f"There is no object 'bad'.{nearest('bad', ['bed'])}")
                scene.names.add(name)
            return "added"

        @tool(effect=Effect.EDITS, keeps_partial=True)
        def add_some(names: list[str]) -> str:
            """Add objects, and keep those before one called "bad"."""
            return add(names)

        @tool(effect=Effect.FILES, assess=_assess_file)
        def write(path: str) -> str:
            """Write a file."""
            return path

        @tool(effect=Effect.READS)
        def wait(seconds: float) -> float:
            """Keep the main thread busy."""
            time.sleep(seconds)
            return seconds

        @tool(effect=Effect.READS)
        def names() -> list[str]:
            """List the objects."""
            return sorted(scene.names)

        return count, add, add_some, write, wait, names


@pytest.fixture(scope="session")
def make_house():
    """For those who share one between their tests: start and close it."""
    return House


@pytest.fixture
def house(tmp_path):
    """The parts of `tools`, without a window in which to ask."""
    made = House(tmp_path).start()
    yield made
    made.close()


@pytest.fixture
def asking_house(tmp_path):
    """The same with a window."""
    made = House(tmp_path, can_ask=True).start()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    """A thread left at exit hangs or crashes older Blenders."""
    before = set(threading.enumerate())
    yield
    left = [each for each in threading.enumerate() if each not in before]
    for each in left:
        each.join(5.0)
    assert [each.name for each in left if each.is_alive()] == []


@pytest.fixture
def process():
    """Start a process that runs code with a folder as its argument; it has said "ready" then."""
    started = []

    def one(code, folder):
        made = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(made)
        assert made.stdout.readline() == "ready\n"
        return made

    yield one
    for each in started:
        each.kill()
        each.communicate()
