"""Running Python on the main thread so that another thread can stop it.

`stopping_points` prepares a script's syntax tree, `Interruptible.run` runs it on the main thread,
`Interruptible.stop` may be called from any thread. Nothing is added to the running code, so it
costs it nothing until it is to stop. From then on Python tells of each line that begins (by
`sys.monitoring` from Python 3.12, by a trace function before: Blender 4.2 to 5.0 have 3.11), and
on one of the script's own a `Stop` is raised:

1. At once. `try: … except: pass` would swallow it, so each `try` first gets a handler that lets it
   through. `finally` and `with` have 0.1 s to put things in order, then comes the next one. None
   is raised where it would keep them from being called: see `_GUARDED` and `_does_nothing`.
2. `contextlib.suppress(BaseException)` in a loop still swallows nearly all of them. 0.3 s after the
   script was first seen running, each of its lines raises.
3. Python's library is stopped only in a loop, where the script has been in there for 0.3 s, and
   never in imports, threading or logging: they would leave locks behind that others wait for.

An asynchronous exception (`PyThreadState_SetAsyncExc`) can do nothing of that: it arrives wherever
Python is by then, such as in another add-on's handler that Blender calls from the script's call, or
between taking a lock and the `try` that gives it back.

What does not come back to Python (`time.sleep`, a lock, a render, one large C call) ends by
itself; the stop takes effect right after. Measured latency: 6 to 20 ms for step 1, 0.3 s for 2,
2 s for a loop around `except* BaseException` on 3.11.
"""

from __future__ import annotations

import ast
import ctypes
import dis
import functools
import inspect
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, Literal, TypeVar

SCRIPT: Final = "<script>"
"""The file name under which scripts are compiled; a stop is only raised in such code."""

STOP_NAME: Final = "__scene_chat_stop__"
"""Under this name the script's globals must hold `Stop`, for the handlers that let it through."""

_GUARDED: Final = "__scene_chat_guarded__"
"""Under this name they hold two sets of lines. No `Stop` is raised where a line of the first begins,
as it would keep `__exit__` or `finally` from being called: what `with` does at its end belongs to the
line it began on. The second are those in `finally`; loops there are stopped late."""

_PERIOD: Final = 0.02
_GRACE: Final = 0.1
_PATIENCE: Final = 0.3
_LAST_RESORT: Final = 2.0
_LIBRARY: Final = str(Path(ast.__file__).parent)
_NEVER: Final = ("<frozen importlib", threading.__file__, str(Path(_LIBRARY, "logging")))
"""Library code that is always let through to its end, with what it calls."""

T = TypeVar("T")


class Stop(BaseException):
    """Raised inside a script that is to end. Not an `Exception`, so few handlers catch it."""


class _LetThrough(ast.NodeTransformer):
    """Adds the handlers, and notes the lines on which no `Stop` is to be raised."""

    def __init__(self) -> None:
        self.never: set[int] = set()
        self.late: set[int] = set()

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.visit_TryStar(node)
        self.never.add(node.lineno)  # what `finally` gives back has been taken on the line before
        if node.handlers:
            first = ast.ExceptHandler(
                type=ast.Name(id=STOP_NAME, ctx=ast.Load()), name=None, body=[ast.Raise()]
            )
            node.handlers.insert(0, ast.fix_missing_locations(ast.copy_location(first, node)))
        return node

    def visit_TryStar(self, node: ast.Try | ast.TryStar) -> ast.AST:
        self.generic_visit(node)
        for each in node.finalbody:
            lines = range(each.lineno, (each.end_lineno or each.lineno) + 1)
            self.never.update(lines)
            self.late.update(lines)
        return node

    def visit_With(self, node: ast.With | ast.AsyncWith) -> ast.AST:
        self.generic_visit(node)
        self.never.update(range(node.lineno, max(node.lineno + 1, node.body[0].lineno)))
        return node

    visit_AsyncWith = visit_With  # noqa: N815


def stopping_points(tree: ast.Module) -> ast.Module:
    """Return `tree`, changed so that none of its `try` statements swallows a `Stop`.

    It also tells, in a global of its own, where a `Stop` would keep it from putting things in order.
    """
    visitor = _LetThrough()
    changed: ast.Module = visitor.visit(tree)
    if visitor.never:
        told = ast.Assign(
            [ast.Name(_GUARDED, ast.Store())],
            ast.Constant((frozenset(visitor.never), frozenset(visitor.late))),  # type: ignore[arg-type]
        )
        at = next(index for index, each in enumerate(changed.body) if not _comes_first(each))
        ast.fix_missing_locations(ast.copy_location(told, changed.body[at]))
        changed.body.insert(at, told)
    return changed


def _comes_first(node: ast.stmt) -> bool:
    """Whether it is a docstring or an import from __future__."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


class Interruptible:
    """One run of one script. Made on any thread; `run` belongs to the main thread."""

    landed: float | None = None
    """`time.monotonic()` at which a `Stop` was first raised in the script, if one was."""

    def __init__(self) -> None:
        self._asked = False
        self._armed = False
        self._thread_id = 0
        self._pusher: threading.Thread | None = None
        self._ended = threading.Event()
        # One that can be taken twice: signal handlers, which call `stop`, run on the main thread.
        self._changing = threading.RLock()
        self._next = 0.0
        self._seen: float | None = None
        self._in_library_since: float | None = None

    def run(self, function: Callable[[], T]) -> T:
        """Call `function`, which runs a script's code, and return its result.

        Raises:
            Stop: it was stopped.
            BaseException: whatever the script raised.
        """
        self._thread_id = threading.get_ident()
        traced, handled = sys.gettrace(), sys.exception()
        failure: BaseException | None = None
        with self._changing:
            if self._asked:
                raise Stop
            self._armed = True
        try:
            result = function()
        except BaseException as error:
            failure = error
        self._leave(traced)
        # A stop in the midst of `with` or `except*` can leave itself behind as the exception that
        # is being handled (seen on 3.13), which all later ones would then name as their context.
        ctypes.pythonapi.PyErr_SetHandledException(
            ctypes.py_object(handled) if handled is not None else None
        )
        if failure is None:
            return result
        try:
            raise failure
        finally:
            del failure  # it refers to this frame, which refers to it

    def stop(self) -> None:
        """End the script as soon as it is back in Python, or keep it from beginning.

        Does nothing once it has ended.
        """
        with self._changing:
            self._asked = True
            if self._armed and self._pusher is None:
                self._pusher = threading.Thread(target=self._push, name="scene_chat stop")
                self._pusher.start()

    def _leave(self, traced: Any) -> None:
        with self._changing:
            self._armed = False
        if self._pusher is not None:
            self._ended.set()
            self._pusher.join()
        if sys.gettrace() is not traced:
            sys.settrace(traced)

    def _push(self) -> None:
        try:
            while self._armed:
                _insist(self)
                self._ended.wait(_PERIOD)
        finally:
            _desist()

    def lands(self, frame: FrameType, jumps_back: bool) -> bool:
        """Say whether to raise `Stop` now, and count on its raising.

        Args:
            frame: Runs a script or Python's library, on any thread, and begins a line there.
            jumps_back: It does not begin a line, but a loop once more.
        """
        if not self._armed or threading.get_ident() != self._thread_id:
            return False
        now = time.monotonic()
        if now < self._next:
            return False
        self._seen = self._seen or now
        insists = now - self._seen > _PATIENCE
        if frame.f_code.co_filename != SCRIPT:
            self._in_library_since = self._in_library_since or now
            impatient = now - self._in_library_since > _PATIENCE
            if not (impatient and jumps_back and _may_stop_library(frame)):
                return False
        elif (line := frame.f_lineno) is not None:
            never, late = frame.f_globals.get(_GUARDED, ((), ()))
            if jumps_back and line in late and not insists:
                return False
            if not jumps_back and line in never:
                return False
            # On 3.11 nothing else can be reached of `while True: try: … except* BaseException:`.
            if now - self._seen < _LAST_RESORT and not jumps_back and _does_nothing(frame):
                return False
        self._in_library_since = None
        self.landed = self.landed or now
        self._next = now if insists else now + _GRACE
        return True


def _is_candidate(code: CodeType) -> bool:
    return code.co_filename == SCRIPT or code.co_filename.startswith(_LIBRARY)


def _does_nothing(frame: FrameType) -> bool:
    """Whether the line is a `pass` or a `try:`.

    As it cannot raise, the compiler may leave it out of the `with` around it: no `__exit__` would
    be called.
    """
    return frame.f_lasti >= 0 and frame.f_code.co_code[frame.f_lasti] == dis.opmap["NOP"]


def _may_stop_library(frame: FrameType | None) -> bool:
    """Whether the script called this library code, with nothing in between that must not stop.

    Blender's own Python and other add-ons called from it are left alone: an exception there
    would leave their state half changed.
    """
    while frame is not None and (name := frame.f_code.co_filename) != SCRIPT:
        if not name.startswith((_LIBRARY, "<frozen")) or name.startswith(_NEVER):
            return False
        frame = frame.f_back
    return frame is not None


if sys.version_info >= (3, 12):
    _tool: int | None = None
    _EVENTS: Final = (
        sys.monitoring.events.LINE,
        sys.monitoring.events.PY_START,  # a function of a single line has no event of it
    )

    def _insist(run: Interruptible) -> None:
        """From the next line on, let `run` say where `Stop` is raised."""
        global _tool
        monitoring = sys.monitoring
        if _tool is not None:
            return
        tool = next((each for each in (4, 3, 5, 1) if monitoring.get_tool(each) is None), None)
        if tool is None:  # debuggers hold all of them: once more in a moment
            return

        def begins(code: CodeType, _where: int) -> object:
            if not _is_candidate(code):
                return monitoring.DISABLE  # else all other threads would be slowed down
            if run.lands(sys._getframe(1), False):
                raise Stop
            return None

        # Raised from the jump itself, it would pass by the `with` or `finally` that the loop is all
        # of (seen on 3.13): so it is raised from the instruction that is jumped to.
        target: list[tuple[CodeType, int]] = []

        def jumps(code: CodeType, start: int, to: int) -> object:
            if not _is_candidate(code) or to > start:
                return monitoring.DISABLE
            if not target and run.lands(sys._getframe(1), True):
                target.append((code, to))
                monitoring.set_local_events(tool, code, monitoring.events.INSTRUCTION)
            return None

        def arrives(code: CodeType, at: int) -> None:
            if (code, at) in target:
                target.clear()
                monitoring.set_local_events(tool, code, 0)
                raise Stop

        monitoring.use_tool_id(tool, "scene_chat")
        for event in _EVENTS:
            monitoring.register_callback(tool, event, begins)
        monitoring.register_callback(tool, monitoring.events.JUMP, jumps)
        monitoring.register_callback(tool, monitoring.events.INSTRUCTION, arrives)
        monitoring.set_events(tool, sum(_EVENTS) | monitoring.events.JUMP)
        _tool = tool

    def _desist() -> None:
        global _tool
        if _tool is not None:
            monitoring = sys.monitoring
            monitoring.set_events(_tool, 0)
            for event in (*_EVENTS, monitoring.events.JUMP, monitoring.events.INSTRUCTION):
                monitoring.register_callback(_tool, event, None)
            monitoring.free_tool_id(_tool)
            monitoring.restart_events()  # what was disabled is so for whoever has that number next
            _tool = None

else:  # Blender 4.2 to 5.0
    _JUMPS_BACK: Final = {
        number
        for name, number in dis.opmap.items()
        if "JUMP_BACKWARD" in name and not name.endswith("NO_INTERRUPT")
    }
    _insisting: Interruptible | None = None
    _tracing: Literal["no", "asked for", "yes"] = "no"
    """While it is asked for, a pending call of `_set_trace` is on its way; never two. Were one added
    while `_set_trace` begins and is traced itself, 3.11 would begin it again without end."""
    _silent = 0
    """How often it was insisted since Python last told of a line."""
    _LOST: Final = 5

    def _insist(run: Interruptible) -> None:
        """From the next line on, let `run` say where `Stop` is raised."""
        global _insisting, _silent, _tracing
        _insisting = run
        _silent += 1
        # The trace function can get lost: a script takes it away, or a collection of garbage while
        # `_trace` raises runs Python code, and with it the pending call, before it is taken away.
        if _tracing == "no" or (_tracing == "yes" and _silent > _LOST):
            _tracing = "asked for"
            _silent = 0
            # A trace function can only be set on its own thread; pending calls run on the main one.
            if ctypes.pythonapi.Py_AddPendingCall(_set_trace, None):
                _tracing = "no"  # there are too many: once more in a moment

    def _desist() -> None:
        global _insisting, _tracing
        _insisting = None
        if _tracing == "yes":
            _tracing = "no"

    def _trace(frame: FrameType, event: str, _argument: object) -> Any:
        global _silent, _tracing
        _silent = 0
        if not _is_candidate(frame.f_code):
            return None
        frame.f_trace_opcodes = True
        run = _insisting
        jumps_back = event == "opcode" and _jumps_back(frame)
        # A generator is not stopped where it goes on: 3.11 would leave it without its `__exit__`s.
        enters = event == "call" and not frame.f_code.co_flags & inspect.CO_GENERATOR
        begins = enters or event == "line" or jumps_back
        if run is not None and begins and run.lands(frame, jumps_back):
            # Raising takes the trace function away, so it is put back from a pending call. That
            # must not run before the raising, as it would right after a call made from here; an
            # operator is none.
            _tracing = "asked for"
            if -_put_back:
                _tracing = "no"
            raise Stop
        return _trace

    def _jumps_back(frame: FrameType) -> bool:
        """Whether a loop begins anew; the one of `while True: pass` has no event of a line."""
        return frame.f_code.co_code[frame.f_lasti] in _JUMPS_BACK

    # Kept for good: a pending call may come after the script has ended.
    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)  # type: ignore[untyped-decorator]
    def _set_trace(_nothing: object) -> int:
        global _tracing
        if _insisting is None:
            _tracing = "no"
            return 0
        frame: FrameType | None = sys._getframe()
        in_library = True
        while frame is not None:
            name = frame.f_code.co_filename
            in_library = in_library and name != SCRIPT
            if name == SCRIPT or (in_library and name.startswith(_LIBRARY)):
                frame.f_trace = _trace
                frame.f_trace_opcodes = True
            frame = frame.f_back
        _tracing = "yes"
        sys.settrace(_trace)
        return 0

    class _PutBack:
        __neg__ = functools.partial(ctypes.pythonapi.Py_AddPendingCall, _set_trace, None)

    _put_back = _PutBack()
