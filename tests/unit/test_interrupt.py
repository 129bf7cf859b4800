"""Stopping a script that runs on the main thread, whatever it does against it."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from scene_chat.tools.interrupt import SCRIPT, STOP_NAME, Interruptible, Stop, stopping_points

STUBBORN = {
    "a plain loop": "while True: pass",
    "a bare except": "while True:\n try:\n  x = 1\n except: pass",
    "except BaseException": "while True:\n try:\n  x = 1\n except BaseException as e: pass",
    "finally": "def f():\n while True:\n  try:\n   pass\n  finally:\n   x = 1\nf()",
    "suppress": (
        "import contextlib\n"
        "while True:\n with contextlib.suppress(BaseException):\n  while True: pass"
    ),
    "an except group": "while True:\n try:\n  while True: pass\n except* BaseException: pass",
    "a loop in C": "sum(1 for _ in iter(int, 1))",
    "a sleep, then a loop": "import time\ntime.sleep(0.6)\nwhile True: pass",
    "a sleep, then the end of a try": "import time\ntry: time.sleep(0.6)\nexcept: pass\nwhile 1: pass",
    "library code": "import functools\nwhile True: functools.reduce(max, range(99))",
}


def prepared(source):
    code = compile(stopping_points(ast.parse(source)), SCRIPT, "exec")
    return lambda: exec(code, {STOP_NAME: Stop})


@pytest.mark.parametrize("source", STUBBORN.values(), ids=STUBBORN)
def test_a_script_that_never_ends_is_stopped(source):
    run = Interruptible()
    timer = threading.Timer(0.05, run.stop)
    timer.start()
    with pytest.raises(Stop):
        run.run(prepared(source))
    timer.join()
    assert (sys.gettrace(), sys.exception()) == (None, None)


def test_a_script_that_ends_in_time_is_left_alone():
    run = Interruptible()
    run.run(prepared("x = sum(range(10))"))
    run.stop()
    assert [each.name for each in threading.enumerate() if "stop" in each.name] == []


def test_what_a_script_raises_comes_out_unchanged():
    with pytest.raises(ZeroDivisionError):
        Interruptible().run(prepared("try:\n 1 / 0\nexcept KeyError: pass"))


def test_a_profiler_works_as_before_once_scripts_ran_and_were_stopped():
    """Python 3.11 can be left with a flag up on which the next tracer hangs."""
    code = """
        import conftest, cProfile, threading
        from scene_chat.tools.interrupt import Interruptible, Stop
        from unit.test_interrupt import STUBBORN, prepared
        Interruptible().run(prepared("x = 1"))
        for source in list(STUBBORN.values())[:3]:
            run = Interruptible()
            threading.Timer(0.05, run.stop).start()
            try:
                run.run(prepared(source))
            except Stop:
                pass
        print(cProfile.Profile().runcall(sum, range(10)))
        cProfile.Profile().runcall(prepared("for i in range(9): str(i)"))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=Path(__file__).resolve().parents[1], capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("45\n", 0), done.stderr


def test_a_stop_that_comes_just_as_a_script_ends_never_escapes():
    pace = random.Random(5)
    function = prepared("for i in range(20000):\n try:\n  x = i\n except: pass")
    began = time.perf_counter()
    function()
    takes = time.perf_counter() - began
    ended = {"in time": 0, "stopped": 0}
    for _ in range(150):
        run = Interruptible()
        timer = threading.Timer(takes * pace.uniform(0.7, 1.3), run.stop)
        timer.start()
        try:
            run.run(function)
            ended["in time"] += 1
        except Stop:
            ended["stopped"] += 1
        sum(range(1000))  # what escaped would be raised here at the latest
        timer.join()
    assert sum(ended.values()) == 150
