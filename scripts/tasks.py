"""Modelling tasks, solved by scripted tool calls and checked in the saved file.

    uv run scripts/tasks.py                    all of them
    uv run scripts/tasks.py --only light_rig   one
    uv run scripts/tasks.py --list             their names and prompts

No model takes part: this shows that the tools can express what people ask for, and what that costs
in calls and bytes. The tasks are in `tests/standin/tasks`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpy_session import CHECKOUT, EXTENSION, bpy_session

if TYPE_CHECKING:
    from standin.tasks.task import Task

_SECONDS = 60.0
"""That one call may run."""


@dataclass(frozen=True)
class Outcome:
    """How a task went.

    Attributes:
        fault: What is not as asked, or which call failed and why; "" if all is well.
        calls: How many were made.
        sent: Bytes of the calls' arguments, as compact JSON.
        received: Bytes of the results, as a model gets them.
    """

    fault: str
    calls: int
    sent: int
    received: int


def main() -> int:
    """Run the tasks; return the process's exit code."""
    options = _options()
    sys.path.insert(0, str(CHECKOUT / "tests"))
    print("The calls are scripted (no model); the tools, the scene and the checks are real.")
    with bpy_session():
        from standin.tasks import TASKS

        chosen = [each for each in TASKS if options.only in (None, each.name)]
        if not chosen:
            print(f"There is no task {options.only!r}; --list shows all.", file=sys.stderr)
            return 2
        if options.list:
            for each in chosen:
                print(f"{each.name}: {each.prompt}")
            return 0
        return _run_all(chosen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Modelling tasks by scripted tool calls.")
    parser.add_argument("--only", metavar="NAME", help="this task alone")
    parser.add_argument("--list", action="store_true", help="show the tasks and do nothing")
    return parser.parse_args()


def _run_all(tasks: Sequence[Task]) -> int:
    import bpy

    print(f"Blender {bpy.app.version_string}, {len(tasks)} tasks", flush=True)
    runtime = importlib.import_module(f"{EXTENSION}.operators.runtime").current()
    runtime.gate.allow("chat", ["files", "code"])
    outcomes = []
    for number, each in enumerate(tasks, 1):
        with tempfile.TemporaryDirectory(prefix="task_") as folder, _quiet():
            outcome = perform(each, runtime, Path(folder), turn=number)
        outcomes.append(outcome)
        print(
            f"{'FAIL' if outcome.fault else 'pass'}  {each.name:20} {outcome.calls:3} calls "
            f"{outcome.sent:6,} B sent {outcome.received:6,} B received"
            + (f"  {outcome.fault}" if outcome.fault else ""),
            flush=True,
        )
    failed = sum(bool(each.fault) for each in outcomes)
    print(
        f"{len(outcomes) - failed} of {len(outcomes)} passed, "
        f"{sum(each.calls for each in outcomes)} calls, "
        f"{sum(each.sent for each in outcomes):,} B sent, "
        f"{sum(each.received for each in outcomes):,} B received"
    )
    return int(failed > 0)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Blender itself prints, such as "Saved as", out of the table."""
    sys.stdout.flush()
    ours = os.dup(1)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(ours, 1)
        os.close(ours)


def perform(
    task: Task, runtime: Any, folder: Path, *, turn: int, without: int | None = None
) -> Outcome:
    """Begin with Blender's start-up scene, make a task's calls as one turn, save, open, check.

    Args:
        task: The task.
        runtime: The extension's, whose gate lets files and code pass.
        folder: An empty folder, in which the task's files and the saved .blend go.
        turn: A number that no other turn of this process has.
        without: The index of a call to leave out, to see that the checker misses it.
    """
    begin(task, folder)
    result_text = importlib.import_module(f"{EXTENSION}.chat.conversation").result_text
    gate = importlib.import_module(f"{EXTENSION}.tools.gate")
    limits = importlib.import_module(f"{EXTENSION}.tools.queue").Limits(running=_SECONDS)
    origin = gate.Origin("chat", "scripts/tasks.py", turn, task.name, limits)
    made = sent = received = 0
    for number, each in enumerate(task.calls_in(folder)):
        if number == without:
            continue
        call = runtime.calls.submit(each.name, each.arguments, origin)
        runtime.run_until(call.result.done)
        result = call.result.result()
        made += 1
        sent += len(json.dumps(each.arguments, ensure_ascii=False, separators=(",", ":")).encode())
        received += len(result_text(result).encode())
        if not result.ok:
            fault = f"call {number + 1}, {each.name}: {result.error}"
            return Outcome(fault, made, sent, received)
    return Outcome(fault_of(task, folder), made, sent, received)


def begin(task: Task, folder: Path) -> None:
    """Open Blender's start-up scene with what the person had before asking."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    task.set_up(folder)


def fault_of(task: Task, folder: Path) -> str:
    """Save the scene, open the file, and return what the task's checker says; "" if nothing."""
    import bpy

    file = str(folder / "task.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file, check_existing=False)
    bpy.ops.wm.open_mainfile(filepath=file)
    try:
        task.check()
    except AssertionError as fault:
        return str(fault) or "the checker gave no reason"
    return ""


if __name__ == "__main__":
    sys.exit(main())
