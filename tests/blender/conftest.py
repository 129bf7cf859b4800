"""bpy with the extension enabled, in this very process; each test begins with the default scene."""

from __future__ import annotations

import contextlib
import importlib
import itertools
import os
import subprocess
import sys

import pytest
from bpy_session import EXTENSION, enabled, user_folder

# Before the tests beside this file import bpy, which looks for its user folder then.
_user_folder = contextlib.ExitStack()
_user_folder.enter_context(user_folder())


_status = 0


def pytest_sessionfinish(exitstatus):
    global _status
    _status = int(exitstatus)


def pytest_unconfigure():
    """Remove the user folder at the very end."""
    import bpy

    _user_folder.close()
    if bpy.app.version < (5, 0):
        # bpy before 5 crashes (4.2, once its glTF add-on was used, also without us) or hangs (4.5,
        # after all of these tests; not explained) at exit. How a process that had the extension
        # ends is tested in processes of their own: test_extension, test_demo, tests/clients.
        sys.stdout.flush()
        os._exit(_status)


@pytest.fixture(scope="session")
def _extension():
    with enabled():
        yield


@pytest.fixture
def here(_extension):
    """The extension's runtime, in a scene of a cube, a light and a camera."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    runtime = _module("operators.runtime").current()
    megabytes = runtime.scene.copies.megabytes
    runtime.scene.copies.megabytes = 0  # none: it takes a tenth of a second a turn
    yield runtime
    runtime.gate.rules = type(runtime.gate.rules)()
    runtime.scene.copies.megabytes = megabytes


def _module(name):
    return importlib.import_module(f"{EXTENSION}.{name}")


@pytest.fixture
def module(_extension):
    """Give a module of the enabled extension by its name."""
    return _module


@pytest.fixture
def call(here):
    """Call a tool as one turn of the chat, and wait for its result on the main thread."""
    gate, queue = _module("tools.gate"), _module("tools.queue")
    turns = itertools.count(1)

    def one(name, /, *, caller="chat", turn=0, running=30.0, **arguments):
        limits = queue.Limits(running=running)
        number = turn or 1000 + next(turns)
        origin = gate.Origin(caller, "a test", number, f"turn {number}", limits)
        made = here.calls.submit(name, arguments, origin)
        here.run_until(made.result.done)
        return made.result.result()

    return one


@pytest.fixture
def code(call):
    """Run a script with execute_code."""
    return lambda text, **rest: call("execute_code", code=text, **rest)


@pytest.fixture
def refused(call):
    """Make a call that has to fail and change nothing; give what its error says."""
    import bpy

    def state():
        # What a test has moved itself is not in the matrices yet, and Blender may clean up first.
        bpy.context.view_layer.update()
        selected = sorted(each.name for each in bpy.context.selected_objects)
        return _module("tools.handlers.fingerprint").fingerprint(), bpy.context.mode, selected

    def one(name, /, **arguments):
        before = state()
        result = call(name, **arguments)
        assert not result.ok, f"it was done: {result.value}"
        assert state() == before
        assert result.error
        return result.error

    return one


@pytest.fixture
def disk(tmp_path):
    """Mount a small disk of its own."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a disk, on Linux")
    with contextlib.ExitStack() as mounted:

        def one(options="size=200k"):
            place = tmp_path / f"disk {len(list(tmp_path.iterdir()))}"
            place.mkdir()
            line = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
            done = subprocess.run(line, capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")
            mounted.callback(subprocess.run, ["umount", "-l", str(place)], check=True)
            return place

        yield one
