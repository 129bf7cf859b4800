"""Stopping a script that runs on the main thread, whatever it does against it."""

from __future__ import annotations

import ast
import collections
import contextlib
import ctypes
import io
import logging
import os
import random
import socketserver
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from scene_chat.tools import interrupt
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


def prepared(source, **names):
    code = compile(stopping_points(ast.parse(source)), SCRIPT, "exec")
    return lambda: exec(code, {STOP_NAME: Stop, **names})


def stopped(function, after):
    """Run a script, stop it after so many seconds, and say how it ended."""
    run = Interruptible()
    timer = threading.Timer(after, run.stop)
    timer.start()
    try:
        run.run(function)
    except Stop:
        return "stopped"
    except Exception as error:
        return type(error).__name__
    else:
        return "ended"
    finally:
        timer.join()


@pytest.mark.parametrize("source", STUBBORN.values(), ids=STUBBORN)
def test_a_script_that_never_ends_is_stopped(source):
    run = Interruptible()
    timer = threading.Timer(0.05, run.stop)
    timer.start()
    with pytest.raises(Stop):
        run.run(prepared(source))
    timer.join()
    assert (sys.gettrace(), sys.exception()) == (None, None)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="nothing is traced there")
def test_a_trace_function_that_got_lost_is_put_back(monkeypatch):
    class TooEarly:
        def __neg__(self):
            monkeypatch.setattr(interrupt, "_put_back", put_back)  # this once
            failed = -put_back
            (
                lambda: None
            )()  # Python code, as of a collection of garbage: the pending call runs in it
            return failed

    put_back = interrupt._put_back
    monkeypatch.setattr(interrupt, "_put_back", TooEarly())
    assert stopped(prepared(STUBBORN["suppress"]), 0.05) == "stopped"


def test_a_script_that_ends_in_time_is_left_alone():
    run = Interruptible()
    run.run(prepared("x = sum(range(10))"))
    run.stop()
    assert [each.name for each in threading.enumerate() if "stop" in each.name] == []


def test_a_script_that_was_stopped_before_it_began_does_not_begin():
    begun = []
    run = Interruptible()
    run.stop()
    with pytest.raises(Stop):
        run.run(prepared("begun.append(1)", begun=begun))
    assert (begun, run.landed) == ([], None)


def test_a_script_may_put_things_in_order_before_it_ends():
    done = []
    source = "try:\n while True: pass\nfinally:\n for i in range(9):\n  done.append(i)"
    assert stopped(prepared(source, done=done), 0.02) == "stopped"
    assert done == list(range(9))


def test_a_script_keeps_its_docstring_and_its_imports_from_the_future():
    source = """
        'What it does.'
        from __future__ import annotations
        with around: told.append(__doc__)
        def f(a: int): pass
        told.append(f.__annotations__)
    """
    told = []
    prepared(textwrap.dedent(source), told=told, around=contextlib.nullcontext())()
    assert told == ["What it does.", {"a": "int"}]


def test_library_code_that_never_comes_back_is_stopped():
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
        source = "server.serve_forever(poll_interval=0.01)"
        assert stopped(prepared(source, server=server), 0.02) == "stopped"


@pytest.mark.parametrize(
    "source",
    [
        "while True:\n with lock:\n  x = 1\n  y = 2",
        "while True:\n with lock, condition: x = 1",
        "while True:\n with (\n  lock,\n  condition,\n ):\n  x = 1",
        "def f():\n for i in range(3):\n  with lock:\n   if i == 2: return\n   continue\nwhile 1: f()",
        "while True:\n lock.acquire()\n try:\n  x = 1\n finally:\n  x = 2\n  lock.release()",
        "while True: log.warning('x')",
    ],
)
def test_no_lock_is_left_behind(source, around):
    for _ in range(30):
        assert stopped(around.prepared(source), random.uniform(0.001, 0.008)) == "stopped"
        around.check()


def test_a_handler_that_c_calls_from_the_script_is_left_to_its_end(around):
    source = "while True: count(COUNTED, [60_000])"
    for _ in range(20):
        assert stopped(around.prepared(source), random.uniform(0.001, 0.02)) == "stopped"
        around.check()


def test_interrupts_at_random_moments_never_land_outside_the_script(around, monkeypatch):
    number = int(os.environ.get("INTERRUPTS", 1000))
    seed = int(os.environ.get("INTERRUPTS_SEED", random.randrange(1 << 32)))
    print(f"INTERRUPTS={number} INTERRUPTS_SEED={seed}")
    draw = random.Random(seed)
    unraisable = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: unraisable.append(told.exc_type))
    ended = collections.Counter()
    for shot in range(number):
        source, takes = around.random_script(draw)
        # Beyond its end by as much as the thread that stops it may come too late or too early.
        ended[stopped(around.prepared(source), takes * draw.uniform(0, 1.2))] += 1
        try:
            around.check()
        except AssertionError as error:
            pytest.fail(f"after interrupt {shot}: {error}\n\n{source}")
    print(dict(ended))
    assert set(unraisable) <= {Stop}  # what a script's own `__del__` raised
    assert set(ended) <= {"stopped", "ended", "ValueError"}
    assert ended["stopped"] > number / 3
    assert ended["ended"] > number / 20


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


COUNTED = """
    WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?)
    SELECT move(count(*)) FROM (SELECT x FROM c)
"""
"""Counts in C, where other threads run meanwhile, and then calls `move`."""


class Around:
    """Code around scripts, as Blender's and other add-ons' is, and whether all of it is whole."""

    def __init__(self):
        self.lock = threading.RLock()
        self.condition = threading.Condition()
        self.log = logging.Logger("around")
        self.log.addHandler(logging.StreamHandler(io.StringIO()))
        self.left, self.right = list(range(50)), []
        self.depth = 0
        self.half_done = 0
        self.broken = 0
        self._database = sqlite3.connect(":memory:")
        self._database.create_function("move", 1, self.move)
        self.count = self._database.execute
        compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        self._compare = compare(lambda *_: self.move(0))

    def close(self):
        self._database.close()

    def prepared(self, source):
        return prepared(
            source, lock=self.lock, condition=self.condition, log=self.log, ours=self,
            move=self.move, handled=self.handled, sort=self.sort, calls_back=self.calls_back,
            items=self.items, count=self.count, COUNTED=COUNTED, Dies=type("Dies", (), {"__del__": self.move}),
        )  # fmt: skip

    def move(self, _value=None):
        """Take some from one list to the other, which has a half-done state in every step."""
        self.half_done += 1
        for _ in range(5):
            if not self.left:
                self.left, self.right = self.right, self.left
            taken = self.left.pop()
            str(taken)
            self.right.append(taken)
        self.half_done -= 1
        return 0

    def handled(self):
        """As a handler is called by Blender: out of C that had let other threads run."""
        try:
            self.count(COUNTED, [5000])
        except sqlite3.Error:  # all that it says of an exception in `move`
            self.broken += 1

    def sort(self):
        """The same, often."""
        ctypes.CDLL(None).qsort((ctypes.c_int * 20)(), 20, 4, self._compare)

    def calls_back(self, function):
        self.move()
        try:
            return function()
        finally:
            self.move()

    def items(self, number):
        for each in range(number):
            self.move()
            yield each

    def __enter__(self):
        self.depth += 1
        self.move()

    def __exit__(self, *_):
        self.move()
        self.depth -= 1

    def check(self):
        """Assert that nothing is half done, held, or still to come."""
        for _ in range(20):  # what escaped would be raised here at the latest
            self.move()
        assert (self.half_done, self.depth, self.broken) == (0, 0, 0)
        assert sorted(self.left + self.right) == list(range(50))
        assert (sys.gettrace(), sys.getprofile(), sys.exception()) == (None, None, None)
        if sys.version_info >= (3, 12):
            assert [sys.monitoring.get_tool(each) for each in range(6)] == [None] * 6
        assert "scene_chat stop" not in [each.name for each in threading.enumerate()]
        locks = {"lock": self.lock, "condition": self.condition}
        locks["log"] = self.log.handlers[0].lock
        locks["logging"] = logging._lock
        held = []

        def take():
            for name, lock in locks.items():
                if lock.acquire(timeout=1.0):
                    lock.release()
                else:
                    held.append(name)

        thread = threading.Thread(target=take)  # this one may have them twice
        thread.start()
        thread.join()
        assert held == []

    def random_script(self, draw):
        """Return a script and for how many seconds it runs, or should if it never ends."""
        first = (
            "import contextlib, copy, functools, itertools, json, re, textwrap, threading\n"
            "from fractions import Fraction\n"
        )
        kind = draw.random()
        if kind < 0.02:
            body = indented(draw.choice(RUNS).format(n=draw.randint(1, 99)), 2)
            endless = draw.choice(RESISTING).format(body=body)
            return first + endless, 0.004
        body = random_statements(draw, draw.randint(0, 3))
        if kind < 0.45:
            return f"{first}while True:\n{indented(body)}", 0.004
        if kind < 0.55:
            body = draw.choice(["pass", "x = 1", "x = [1]\ny = x", "def f(): pass\nf()"])
            first = ""
        if kind > 0.95:
            body += "\nraise ValueError"
        source = first + body
        began = time.perf_counter()
        with contextlib.suppress(ValueError):
            self.prepared(source)()
        return source, time.perf_counter() - began


@pytest.fixture
def around():
    """Code around scripts; threads take turns often, so that a stop can come at any moment."""
    made = Around()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield made
    sys.setswitchinterval(interval)
    made.close()


def indented(source, depth=1):
    return textwrap.indent(source, " " * depth)


def random_statements(draw, depth):
    """A few statements within each other, so deep."""
    if depth == 0:
        return draw.choice(RUNS).format(n=draw.randint(1, 99))
    parts = [random_statements(draw, depth - 1) for _ in range(draw.randint(1, 2))]
    wrap = draw.choice(WRAPS)
    head, _, tail = wrap.partition("{body}\n")
    lines = head.rpartition("\n")
    body = indented("\n".join(parts), len(lines[2]) if lines[2].isspace() else 1)
    return f"{lines[0]}\n{body}\n{tail}".replace("{n}", str(draw.randint(1, 4))).strip("\n")


RUNS = (
    "for i in range({n}): x = i",
    "k = 0\nwhile k < {n}: k += 1",
    "x = [i * i for i in range({n})]",
    "x = {{i: [j for j in range(3)] for i in range({n})}}",
    "x = sum(i for i in range({n}))",
    "x = sum(range({n} * 100))",
    "x = sorted(range({n} * 10), key=lambda v: -v)",
    "x = ' '.join(map(str, range({n} * 10)))",
    "x = list(itertools.islice(iter(int, 1), {n} * 10))",
    "x = functools.reduce(max, range({n}))",
    "x = json.loads(json.dumps(list(range({n})), indent=1))",
    "x = copy.deepcopy([[i] for i in range({n})])",
    "x = re.sub('a+', lambda m: 'b', 'aca' * {n})",
    "x = textwrap.fill('word ' * {n}, 30)",
    "x = sum((Fraction(1, i + 1) for i in range({n} // 9)), Fraction(0))",
    "log.warning('line %s', {n})",
    "def f(d):\n if d: return f(d - 1)\nf({n})",
    "def f():\n def g():\n  return [h() for h in [lambda: 1] * {n}]\n return g()\nf()",
    "class D:\n def __del__(self):\n  for i in range({n}): pass\nx = D()\nx = None",
    "x = Dies()\nx = None",
    "move()",
    "sort()",
    "handled()",
    "x = list(map(move, range({n} // 9)))",
    "x = sorted(range({n} // 9), key=move)",
    "calls_back(lambda: sum(i for i in range({n})))",
    "for i in items({n} // 20): pass",
    "next(items(3))",
    "thread = threading.Thread(target=sum, args=[range({n})])\nthread.start()\nthread.join()",
    "@contextlib.contextmanager\ndef c():\n with lock:\n  yield\nwith c(): x = 1",
    "with open('/dev/null') as file: file.read()" if os.name == "posix" else "pass",
)
"""What a script may do, `{n}` times or so."""

WRAPS = (
    "for a in range({n}):\n {body}\n",
    "if True:\n {body}\nelse: pass",
    "try:\n {body}\nexcept: pass",
    "try:\n {body}\nexcept BaseException as e: pass",
    "try:\n {body}\nexcept KeyError: pass\nelse: x = 1\nfinally: x = 2",
    "try:\n {body}\nexcept* KeyError: pass",
    "try: pass\nfinally:\n {body}\n",
    "lock.acquire()\ntry:\n {body}\nfinally:\n x = 1\n lock.release()",
    "with lock:\n {body}\n",
    "with condition:\n {body}\n",
    "with ours:\n {body}\n",
    "with lock, \\\n  ours:\n {body}\n x = 1",
    "with contextlib.suppress(BaseException):\n {body}\n",
    "class S:\n def __enter__(self): pass\n def __exit__(self, *_): return True\nwith S():\n {body}\n",
    "def g():\n for i in range({n}):\n  try: yield i\n  finally: x = 1\nfor b in g():\n {body}\n",
    "def g():\n with lock:\n  yield\nfor b in g():\n {body}\n",
    "def f():\n {body}\nf()",
    "def f():\n {body}\ncalls_back(f)",
    "for i in items({n}):\n {body}\n",
)
"""What may stand around it."""

RESISTING = (
    "while True:\n with contextlib.suppress(BaseException):\n{body}",
    "while True:\n try:\n{body}\n except* BaseException: pass",
    "def f():\n while True:\n  try: yield\n  finally:\n   x = 1\nfor i in f():\n if i is None:\n{body}",
)
"""What goes on although it is stopped."""
