"""Scene Chat without a window: `serve` and `ask`.

The same verbs as `blender -b -c scene_chat …` and as `scripts/headless.py …`. All of it on the
main thread, which meanwhile runs what is queued.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

import bpy

from ..chat.events import (
    Answering,
    Compacted,
    End,
    Error,
    Event,
    Question,
    Reasoning,
    Retry,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    as_json,
)  # fmt: skip
from ..server.listener import DEFAULT_PORT, PortTaken, next_free_port
from ..tools.queue import Limits
from ..tools.renders import RenderJob
from ..tools.rules import Caller, Decision, permissions
from ..tools.saved_copies import check_whole
from . import runtime
from .terminal import interruptible, prompts

if TYPE_CHECKING:
    import argparse  # 2 ms, which enabling the extension need not take

COMMAND = "scene_chat"
_CHAT_SECONDS = 30.0

_registered: Any = None


def register() -> None:
    """Add the command to Blender's `-c`."""
    global _registered
    _registered = bpy.utils.register_cli_command(COMMAND, main)


def unregister() -> None:
    """Take it away again."""
    bpy.utils.unregister_cli_command(_registered)


def main(argv: Sequence[str], out: TextIO | None = None) -> int:
    """Run one command.

    Args:
        argv: What follows the command's name.
        out: Where the command's own lines go; standard output if None, on which Blender
            writes as well.

    Returns:
        The process's exit code: 0 it did what it should, 1 it failed, 2 it was called wrongly,
        130 it was interrupted.
    """
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stopped:  # argparse has said why; Blender is not to be quit for it
        return stopped.code if isinstance(stopped.code, int) else 2
    if options.file and not _open(options.file):
        return 1
    run: Callable[[argparse.Namespace, TextIO], int] = options.run
    return run(options, out or sys.stdout)


def _parser() -> argparse.ArgumentParser:
    import argparse

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--allow",
        type=_permissions,
        default=(),
        metavar="LIST",
        help="what may pass, by comma: files, code (that reaches beyond the scene), tools by name",
    )
    common.add_argument(
        "--deny",
        type=_permissions,
        default=(),
        metavar="LIST",
        help="what may not, by comma: edits, files, code, tools by name",
    )
    common.add_argument("--file", type=Path, metavar="BLEND", help="open this file first")
    common.add_argument(
        "--time-limit",
        type=_seconds,
        metavar="S",
        help="seconds that running code may take (ask: 30, serve: 170)",
    )
    parser = argparse.ArgumentParser(prog=COMMAND, description="Scene Chat without a window.")
    verbs = parser.add_subparsers(required=True, metavar="serve|ask")
    serve = verbs.add_parser("serve", parents=[common], help="let other programs use the tools")
    serve.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 for any that is free")
    serve.set_defaults(run=_serve)
    ask = verbs.add_parser("ask", parents=[common], help="send one prompt to the model, or chat")
    ask.add_argument(
        "prompt", type=_words, nargs="?", help="left out: a chat, or a prompt a line from a pipe"
    )
    ask.add_argument(
        "--endpoint",
        default="",
        metavar="URL",
        help="default: the preferences', at first OpenRouter",
    )
    ask.add_argument("--model", default="", metavar="ID", help="the endpoint's name for the model")
    ask.add_argument("--save", type=Path, metavar="BLEND", help="save the scene here afterwards")
    ask.add_argument("--json", action="store_true", help="print one JSON object a line")
    ask.set_defaults(run=_ask)
    return parser


def _words(text: str) -> str:
    if not text.strip():
        raise _wrong("it is empty; say what to do")
    return text


def _permissions(text: str) -> tuple[str, ...]:
    try:
        return permissions(text, runtime.current().calls.registry.names)
    except ValueError as error:  # argparse would not show what it says
        raise _wrong(str(error)) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise _wrong(f"{text!r} is no number of seconds above 0")
    return seconds


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65535):
        raise _wrong(f"{text!r} is no port: they go from 1 to 65535, and 0 is for any")
    return int(text)


def _wrong(why: str) -> Exception:
    import argparse

    return argparse.ArgumentTypeError(why)


def _open(file: Path) -> bool:
    try:
        bpy.ops.wm.open_mainfile(filepath=str(file.resolve()))
    except RuntimeError as error:
        print(f"{file} cannot be opened: {str(error).strip()}", file=sys.stderr)
        return False
    return True


def _save(file: Path) -> bool:
    try:
        bpy.ops.wm.save_as_mainfile(filepath=str(file.resolve()), check_existing=False)
        check_whole(file.resolve())
    except (OSError, RuntimeError) as error:
        print(f"{file} cannot be saved: {str(error).strip()}", file=sys.stderr)
        return False
    return True


def _rule(here: runtime.Runtime, caller: Caller, options: argparse.Namespace) -> None:
    """Take up what the flags say; for this process alone, so nothing of it is kept."""
    here.gate.rules.set_for_session(caller, options.allow, Decision.ALLOW)
    here.gate.rules.set_for_session(caller, options.deny, Decision.DENY)


def _serve(options: argparse.Namespace, out: TextIO) -> int:
    here = runtime.current()
    _rule(here, "client", options)
    try:
        here.open_port(options.port, options.time_limit)
    except PortTaken as error:
        from ..server.probe import taken, who_answers  # at need, as most ports are free

        who = who_answers(options.port, here.discovery.folder)
        free = next_free_port(options.port) if who else 0
        print(taken(options.port, who, free) if who else error, file=sys.stderr)
        return 1
    where = f"127.0.0.1:{here.server.port}"
    with _signals(lambda: here.queue.cancel_running("Scene Chat is ending.")) as interrupted:
        print(f"Scene Chat serves on {where}. Ctrl+C ends it.", file=out, flush=True)
        print(f"MCP: http://{where}/mcp with the token in {here.token.path}", file=out, flush=True)
        here.run_until(lambda: bool(interrupted))
    here.close_port()
    return 0


def _ask(options: argparse.Namespace, out: TextIO) -> int:
    here = runtime.current()
    _rule(here, "chat", options)
    if options.save and not os.access(options.save.resolve().parent, os.W_OK):
        print(
            f"{options.save} cannot be saved: its folder is not there to write to.", file=sys.stderr
        )
        return 1
    show = _json_lines(out) if options.json else Transcript(out)
    code = 0
    with interruptible() if options.prompt is None else contextlib.nullcontext():
        for prompt in prompts() if options.prompt is None else (options.prompt,):
            try:
                ended = ask(
                    prompt,
                    endpoint=options.endpoint,
                    model=options.model,
                    limits=Limits(running=options.time_limit or _CHAT_SECONDS),
                    show=show,
                )
            except OSError as error:  # whoever read it is gone
                print(f"The answer cannot be written: {error.strerror}.", file=sys.stderr)
                code = 1
                break
            code = {"done": 0, "stopped": 130}.get(ended.reason, 1)
            if code == 130 and not sys.stdin.isatty():  # it was to end, with all that follows
                break
    if options.save and not _save(options.save):
        return 1
    if code == 0 and (job := here.renders.running) is not None:
        _see_out(here, job)
        code = 0 if job.state == "done" else 1
    for job in here.renders.jobs:
        _keep_files(job)
    return code


def ask(
    prompt: str,
    *,
    endpoint: str = "",
    model: str = "",
    limits: Limits = Limits(),
    show: Callable[[Event], None],
) -> End:
    """Send one prompt and run what the model calls until the turn has ended. Main thread.

    Args:
        prompt: The person's words.
        endpoint: Base URL; "" for OpenRouter.
        model: "" for the default one.
        limits: How long each call may wait and run, in seconds.
        show: Gets every event, on the main thread. Ctrl+C stops the turn.

    Returns:
        How the turn ended.

    Raises:
        TurnRunning: another is under way.
        OSError: `show` cannot show any more; the turn was stopped.
    """
    here = runtime.current()
    end: list[End] = []
    lost: list[OSError] = []

    def shown(event: Event) -> None:
        try:
            show(event)
        except OSError as error:
            lost.append(error)
            here.chat.stop()
        if isinstance(event, End):
            end.append(event)

    # Through the queue, so that a call is shown before it runs.
    here.chat.listener = lambda event: here.calls.read(lambda: shown(event))
    with _signals(here.chat.stop):
        here.send(prompt, here.settings(endpoint, model), limits)
        here.run_until(lambda: bool(end) and not here.chat.running)
    if lost:
        raise lost[0]
    return end[0]


def _see_out(here: runtime.Runtime, job: RenderJob) -> None:
    """Wait for a render that goes on after the turn, and tell how far it is. Ctrl+C ends it."""
    told = -1

    def over() -> bool:
        nonlocal told
        if interrupted:
            job.cancel()
        if (tenth := int(10 * job.progress)) != told and job.state == "running":
            told = tenth
            print(f"Rendering: {10 * tenth} %. Ctrl+C ends it.", file=sys.stderr, flush=True)
        return job.state != "running"

    with _signals(lambda: None) as interrupted:
        here.run_until(over)
    print(f"Render {job.number}: {job.state} {job.error}".rstrip(), file=sys.stderr, flush=True)


def _keep_files(job: RenderJob) -> None:
    """Say what was rendered. What lies in Blender's own temporary folder, which goes with it, is
    moved to one that stays."""
    files = [Path(each) for each in job.files]
    if not files:
        return
    place = files[0].parent
    if job.folder in place.parents:
        place = Path(tempfile.mkdtemp(prefix="scene_chat_render_"))
        for each in files:
            shutil.move(each, place / each.name)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    print(f"Rendered {place / files[0].name}{more}", file=sys.stderr, flush=True)


@contextmanager
def _signals(stop: Callable[[], None]) -> Iterator[list[int]]:
    """While inside, SIGINT and SIGTERM call `stop` and are noted in the list that is given.

    Python runs signal handlers on the main thread, also in the midst of a script that the model
    wrote, so nothing is raised here: it would be the script that gets it.
    """
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)
        stop()

    before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted
    finally:
        for each, handler in before.items():
            # Blender's own handler, not set from Python, reads as None and cannot be put back.
            signal.signal(each, signal.SIG_DFL if handler is None else handler)


def _json_lines(out: TextIO) -> Callable[[Event], None]:
    return lambda event: print(json.dumps(as_json(event)), file=out, flush=True)


class Transcript:
    """Prints a turn for people: the answer as it comes, calls and receipts on lines of their own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._in_line = False

    def __call__(self, event: Event) -> None:
        match event:
            case Text(text):
                print(text, end="", file=self._out, flush=True)
                self._in_line = not text.endswith("\n")
            case ToolCall(name=name, arguments=arguments):
                self._line(f"  > {name} {_short(json.dumps(arguments, ensure_ascii=False))}")
            case ToolResult(result=result):
                said = result.receipt.text() or "ok" if result.ok else result.error
                self._line(f"    {_short(said)}")
            case Error(message):
                self._line(message, sys.stderr)
            case End(reason):
                self._line("[stopped]" if reason == "stopped" else "")
            case Retry(seconds, why):
                self._line(f"  {why}; asking again in {seconds:.0f} s", sys.stderr)
            case Answering(model):
                self._line(f"  {model} answers", sys.stderr)
            case Compacted():
                self._line("  older messages were shortened to make room", sys.stderr)
            case Reasoning() | Usage() | Question():
                pass

    def _line(self, text: str, to: TextIO | None = None) -> None:
        if self._in_line:
            print(file=self._out, flush=True)
            self._in_line = False
        if text:
            print(text, file=to or self._out, flush=True)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 110 else line[:107] + "..."
