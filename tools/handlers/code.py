"""execute_code: Python in Blender, with what came of it."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import re
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import bpy

from ..errors import CodeFailed, InvalidArguments, ToolError, said
from ..interrupt import SCRIPT, STOP_NAME, Stop, stopping_points
from ..plain import Secrets, plain
from ..queue import Job
from ..registry import Assessment, Effect, tool

if TYPE_CHECKING:
    from annotated_types import MaxLen

_OUTPUT_LIMIT = 1 << 20
"""Characters of output that are kept; a script may print for ever."""
_RESETS = re.compile(r"\bread_factory_(settings|userpref)\b")
_VALUE = "__scene_chat_value__"


class CodeResult(TypedDict):
    stdout: str
    value: object


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    # At first need: enabling the extension need not take their 20 ms.
    from ..allowlist import findings
    from ..drift import refusal
    from ..known_scripts import is_known
    from ..readonly import changes_nothing

    code = arguments["code"]
    if _RESETS.search(code):
        raise InvalidArguments(
            "Blender's factory settings would switch Scene Chat off, and this conversation with it. "
            'Nothing was run. Empty the scene by delete_objects with names ["*"].'
        )
    if refused := refusal(code, bpy.app.version):
        raise InvalidArguments(refused)
    if not is_known(code) and (found := findings(code)):
        return Assessment(Effect.CODE, found)
    return Assessment(Effect.READS if changes_nothing(code) else Effect.EDITS)


@tool(effect=Effect.CODE, assess=_assess, keeps_partial=True, compared=True)
def execute_code(code: Annotated[str, MaxLen(1_000_000)], job: Job[Any]) -> CodeResult:
    """Run Python in Blender, with bpy imported. Prefer other tools where one fits.

    Returns what it printed and the value of its last line, if that is an expression. What a
    failed script had changed by then stays. Nothing is kept from one call to the next.

    Args:
        code: The script.

    Raises:
        CodeFailed: with the exception, the failing line's number and source, and the output.
    """
    output = _Output()
    names: dict[str, Any] = {"__name__": "__main__", "bpy": bpy, STOP_NAME: Stop}
    linecache.cache[SCRIPT] = (len(code), None, code.splitlines(keepends=True), SCRIPT)
    try:
        compiled = _compile(code)
    except Exception as error:  # ast and compile raise SyntaxError, ValueError, RecursionError, …
        raise _failure(error, code, "") from None
    values: list[object] = []

    def run() -> None:
        # The value and an error's message are read in here too, where the time limit holds: a
        # script's own `__repr__` and `__str__` may never end.
        try:
            exec(compiled, names)  # nosec B102 # what this tool is for; the gate has let it pass
            values.append(plain(names.get(_VALUE), Secrets()))
        except Stop:
            raise
        except BaseException as error:  # a script may raise anything, SystemExit included
            raise _failure(error, code, output.text()) from None

    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            job.run_script(run)
    except ToolError as failed:
        failed.details.setdefault("stdout", output.text())
        raise
    return CodeResult(stdout=output.text(), value=values[0])


def _compile(code: str) -> Any:
    tree = stopping_points(ast.parse(code, SCRIPT))
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        kept = ast.Assign([ast.Name(_VALUE, ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(kept, last))
    return compile(tree, SCRIPT, "exec", dont_inherit=True)


class _Output(io.TextIOBase):
    """Takes what a script prints, up to a limit, and counts the rest."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = _OUTPUT_LIMIT
        self._left_out = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        kept = text[: self._room]
        if kept:
            self._parts.append(kept)
            self._room -= len(kept)
        self._left_out += len(text) - len(kept)
        return len(text)

    def text(self) -> str:
        more = f"\n[{self._left_out:,} more characters left out]" if self._left_out else ""
        return "".join(self._parts) + more


def _failure(error: BaseException, code: str, output: str) -> CodeFailed:
    from ..drift import hint as drift_hint
    from .hints import hint, is_blenders, shortened

    kind = type(error).__name__
    if isinstance(error, SystemExit):
        message = f"the script called exit ({error.code!r}); it ended there, Blender goes on"
    elif isinstance(error, SyntaxError):
        message = error.msg
    else:
        message = shortened(said(error)) or "no message"
    line = _failing_line(error)
    lines = code.splitlines()
    source = lines[line - 1].strip() if line and line <= len(lines) else ""
    where = f"\nline {line}: {source}" if line else ""
    # What another version of Blender takes in its place says more than names that look alike.
    old = drift_hint(code, line, bpy.app.version) if is_blenders(error) else ""
    advice = old or hint(error, code)
    advised = f"\nHint: {advice}" if advice else ""
    printed = f"\nPrinted before that:\n{output}" if output else ""
    return CodeFailed(
        f"{kind}: {message}{where}{advised}{printed}",
        exception=kind,
        said=message,
        line=line,
        source=source,
        stdout=output,
        traceback=_traceback(error),
        **({"hint": advice} if advice else {}),
    )


def _failing_line(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError) and error.filename == SCRIPT:
        return error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    return next((each.lineno for each in reversed(frames) if each.filename == SCRIPT), None)


def _traceback(error: BaseException) -> str:
    """The script's own frames and what it called, without ours above it."""
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename != SCRIPT:
        step = step.tb_next
    if step is None:
        return "".join(traceback.format_exception_only(error))
    return "".join(traceback.format_exception(type(error), error, step, limit=20))
