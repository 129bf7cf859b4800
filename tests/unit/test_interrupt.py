"""Stopping a script that runs on the main thread, whatever it does against it."""

from __future__ import annotations

import ast
import random
import sys
import threading
import time

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
