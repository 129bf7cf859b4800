"""Running Python on the main thread so that another thread can stop it.

`stopping_points` prepares a script's syntax tree, `Interruptible.run` runs it on the main thread,
`Interruptible.stop` may be called from any thread. Nothing is added to the running code, so it
costs it nothing. How a stop gets through, each step for what escapes the one before:

1. An exception is sent to the main thread, and another 20 ms after each that did not do it.
   `try: … except: pass` would swallow them, so each `try` first gets a handler that lets them through.
2. `contextlib.suppress(BaseException)` in a loop still swallows them nearly always. After 0.3 s the
   exception is raised on the script's next line instead: by `sys.monitoring` from Python 3.12, by
   a trace function before (Blender 4.2 to 5.0 have 3.11).

What does not come back to Python (`time.sleep`, a lock, a render, one large C call) ends by
itself; the stop takes effect right after. Measured latency: 6 to 8 ms for step 1, 0.36 s for 2.
"""

from __future__ import annotations

import ast
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, TypeVar

SCRIPT: Final = "<script>"
"""The file name under which scripts are compiled; a stop is only sent into such code."""

STOP_NAME: Final = "__scene_chat_stop__"
"""Under this name the script's globals must hold `Stop`, for the handlers that let it through."""

_PERIOD: Final = 0.02
_PATIENCE: Final = 0.3
_OURS: Final = str(Path(__file__).resolve().parent.parent)
_LIBRARY: Final = str(Path(ast.__file__).parent)

T = TypeVar("T")


class Stop(BaseException):
    """Raised inside a script that is to end. Not an `Exception`, so few handlers catch it."""

    arrived = 0
    """How many there were. One that was sent counts once a handler has seen it."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        Stop.arrived += 1


class _LetThrough(ast.NodeTransformer):
    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        if node.handlers:
            first = ast.ExceptHandler(
                type=ast.Name(id=STOP_NAME, ctx=ast.Load()), name=None, body=[ast.Raise()]
            )
            node.handlers.insert(0, ast.fix_missing_locations(ast.copy_location(first, node)))
        return node


def stopping_points(tree: ast.Module) -> ast.Module:
    """Return `tree`, changed so that none of its `try` statements swallows a `Stop`."""
    changed: ast.Module = _LetThrough().visit(tree)
    return changed


class Interruptible:
    """One run of one script. Made on any thread; `run` belongs to the main thread."""

    def __init__(self) -> None:
        self._armed = False
        self._thread_id = 0
        self._pusher: threading.Thread | None = None
        self._starting = threading.Lock()

    def run(self, function: Callable[[], T]) -> T:
        """Call `function`, which runs a script's code, and return its result.

        Raises:
            Stop: it was stopped.
            BaseException: whatever the script raised.
        """
        self._thread_id = threading.get_ident()
        traced, handled = sys.gettrace(), sys.exception()
        failure: BaseException | None = None
        try:
            self._armed = True
            result = function()
        except BaseException as error:
            failure = error
        # A Stop that was sent while the script still ran may arrive in any call from here on, so
        # leaving is repeated until it went through once. No call stands outside its `try`.
        while True:
            try:
                self._leave(traced)
                break
            except Stop:
                continue
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
        """End the script as soon as it is back in Python. Does nothing once it has ended."""
        with self._starting:
            if self._armed and self._pusher is None:
                pusher = threading.Thread(target=self._push, name="scene_chat stop")
                pusher.start()
                self._pusher = pusher

    def _leave(self, traced: Any) -> None:
        # No lock is taken: one that a Stop leaves locked would hang Blender. The order does it:
        # whoever pushes looks at `_armed` after it is known as `_pusher`, and here `_armed` falls
        # before `_pusher` is looked at.
        self._armed = False
        if self._pusher is not None:
            self._pusher.join()
            self._pusher = None
            # One that is still on its way is replaced by one that is caught here. Taking it back
            # (sending None) leaves Python 3.11's own flag up for good: all code runs slower from
            # then on, and the next tracer or profiler hangs.
            try:
                _send(self._thread_id, Stop)
                while True:
                    pass
            except Stop:
                pass
        if sys.gettrace() is not traced:
            sys.settrace(traced)

    def _push(self) -> None:
        started = time.monotonic()
        while self._pusher is None:  # until it is known, `_leave` could miss it
            time.sleep(0)
        latest = -1
        try:
            while self._armed:
                # While one is on its way, which a long call in C can hold up, nothing else is done:
                # in 3.11 it would arrive inside `_set_trace`.
                if Stop.arrived != latest:
                    if _in_script(self._thread_id):
                        latest = Stop.arrived
                        _send(self._thread_id, Stop)
                    if time.monotonic() - started > _PATIENCE:
                        _insist(self)
                time.sleep(_PERIOD)
        finally:
            _desist()

    def is_due(self, filename: str) -> bool:
        """Whether a line that begins now, in code of that file name, is where to stop."""
        return self._armed and filename == SCRIPT and threading.get_ident() == self._thread_id


def _send(thread_id: int, exception: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread_id), ctypes.py_object(exception)
    )


def _in_script(thread_id: int) -> bool:
    """Whether the script, or library code that it called, is what the main thread runs now.

    Blender's own Python and other add-ons called from it are left alone: an exception there
    would leave their state half changed.
    """
    frame: FrameType | None = sys._current_frames().get(thread_id)
    while frame is not None and frame.f_code.co_filename != SCRIPT:
        name = frame.f_code.co_filename
        if name.startswith(_OURS) or not name.startswith((_LIBRARY, "<frozen")):
            return False
        frame = frame.f_back
    return frame is not None


if sys.version_info >= (3, 12):
    _tool: int | None = None

    def _insist(run: Interruptible) -> None:
        """From the next line on, raise `Stop` on every line of the script."""
        global _tool
        monitoring = sys.monitoring
        if _tool is not None:
            return
        _tool = next((each for each in (4, 3, 5, 1) if monitoring.get_tool(each) is None), None)
        if _tool is None:  # debuggers hold all of them: pushing alone has to do
            return

        def on_line(code: CodeType, _line: int) -> None:
            if run.is_due(code.co_filename):
                raise Stop

        monitoring.use_tool_id(_tool, "scene_chat")
        monitoring.register_callback(_tool, monitoring.events.LINE, on_line)
        monitoring.set_events(_tool, monitoring.events.LINE)

    def _desist() -> None:
        global _tool
        if _tool is not None:
            sys.monitoring.set_events(_tool, 0)
            sys.monitoring.free_tool_id(_tool)
            _tool = None

else:  # Blender 4.2 to 5.0
    _insisting: Interruptible | None = None

    def _insist(run: Interruptible) -> None:
        """From the next line on, raise `Stop` on a line of the script, again if it is swallowed."""
        global _insisting
        _insisting = run
        # A trace function can only be set on its own thread; pending calls run on the main one.
        ctypes.pythonapi.Py_AddPendingCall(_set_trace, None)

    def _desist() -> None:
        global _insisting
        _insisting = None

    def _trace(frame: FrameType, _event: str, _argument: object) -> Any:
        run = _insisting
        if run is not None and run.is_due(frame.f_code.co_filename):
            # Raising takes the trace function away, so it is put back from a pending call. Only
            # here: one made on a line that does not raise is begun again by it, without end.
            ctypes.pythonapi.Py_AddPendingCall(_set_trace, None)
            raise Stop
        return _trace

    # Kept for good: a pending call may come after the script has ended.
    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)  # type: ignore[untyped-decorator]
    def _set_trace(_nothing: object) -> int:
        if _insisting is not None:
            frame: FrameType | None = sys._getframe()
            while frame is not None:
                if frame.f_code.co_filename == SCRIPT:
                    frame.f_trace = _trace
                frame = frame.f_back
            sys.settrace(_trace)
        return 0
