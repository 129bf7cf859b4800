"""The figures of the design, measured on this machine, on Blender's module and in its window.

    uv run scripts/bench.py                                     without a window
    uv run scripts/bench.py --blender PATH --json figures.json  with one as well

Where the same is done by something else, that is measured beside it in the same run: machines
differ and are shared, a ratio between neighbours is what stays. A figure that misses its budget is
shown as such and does not fail the run. `scripts/get_blender.sh` makes a Blender to give as PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bpy_session import CHECKOUT

sys.path[:0] = [str(CHECKOUT / "tests")]

_COMMAND = b'{"type":"get_object_info","params":{"name":"Cube"}}'
_EMPTY = "def register(): pass\ndef unregister(): pass\n"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Figure:
    """One measurement.

    Attributes:
        name: What was measured, with the method in a word.
        value: In `unit`.
        unit: "ms", "s", "%", "1/s", "times", "kB".
        budget: What the design asks for, None where it asks for nothing.
        holds: Whether the value keeps to the budget.
        beside: What stands beside it in the same run, in words, or "".
    """

    name: str
    value: float
    unit: str
    budget: float | None
    holds: bool
    beside: str = ""


def figure(
    name: str, value: float, unit: str, *, at_most: float | None = None,
    at_least: float | None = None, beside: str = "",
) -> Figure:  # fmt: skip
    """Return a figure, held against its budget."""
    holds = (at_most is None or value <= at_most) and (at_least is None or value >= at_least)
    budget = at_most if at_most is not None else at_least
    return Figure(name, round(value, 3), unit, budget, holds, beside)


def main() -> int:
    """Measure, print a table, write the file; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Measure the figures of the design.")
    parser.add_argument("--blender", metavar="PATH", help="measure in this Blender's window too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here as well")
    parser.add_argument("--rest", type=float, default=10.0, help="seconds of rest before a command")
    options = parser.parse_args()
    found: list[Figure] = []
    parts: list[Callable[[], Iterator[Figure]]] = [_parsing, _enabling, _on_bpy]
    if options.blender:
        parts.append(lambda: _on_desktop(options.blender, options.rest))
    print(_machine(), flush=True)
    for part in parts:
        for each in part():
            found.append(each)
            print(_line(each), flush=True)
    if options.json:
        told = {"machine": _machine(), "figures": [asdict(each) for each in found]}
        options.json.write_text(json.dumps(told, indent=1), "utf-8")
    return 0


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(": ")[2] if names else model
    return (
        f"{platform.system()}, {os.cpu_count()} cores, {model}, Python {platform.python_version()}"
    )


def _line(each: Figure) -> str:
    budget = "" if each.budget is None else f"  budget {each.budget:g}"
    verdict = "" if each.budget is None else ("  holds" if each.holds else "  MISSED")
    beside = f"  ({each.beside})" if each.beside else ""
    return f"{each.name:<58}{each.value:>11,.3f} {each.unit:<5}{budget}{verdict}{beside}"


# Without Blender


def _parsing() -> Iterator[Figure]:
    """A request of 32 MB in one long string, in pieces as a socket brings them."""
    import conftest  # noqa: F401 - makes the checkout importable as scene_chat
    from scene_chat.server.frames import Frames  # type: ignore[import-not-found]

    size = 32 * 1024 * 1024
    data = b'{"type":"execute_code","params":{"code":"' + b"x" * size + b'"}}'

    def parse() -> None:
        frames = Frames(2 * size)
        for start in range(0, len(data), 256 * 1024):
            frames.feed(data[start : start + 256 * 1024])
            if frames.next() is not None:
                return
        raise AssertionError("it was not parsed")

    seconds = _seconds(parse)
    beside = f"json.loads alone {_seconds(lambda: json.loads(data)):.2f} s"
    yield figure("request of 32 MB, one string: parsed", seconds, "s", at_most=2.0, beside=beside)
    tracemalloc.start()
    parse()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    yield figure("request of 32 MB: memory, in its size", peak / size, "times", at_most=5.0)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# On Blender's module, in processes of their own


def _enabling() -> Iterator[Figure]:
    """Enabling the extension, and beside it one that does nothing: Blender's own share."""
    ours, empty = [], []
    for _ in range(5):
        told = _python(
            "import importlib, json, time, pathlib\n"
            "from bpy_session import EXTENSION, user_folder\n"
            "with user_folder() as folder:\n"
            "    import bpy\n"
            "    addon_utils = importlib.import_module('addon_utils')\n"
            "    for name in ('empty_one', 'empty_two'):\n"
            "        place = folder / 'extensions' / 'user_default' / name\n"
            "        place.mkdir()\n"
            f"        (place / '__init__.py').write_text({_EMPTY!r})\n"
            "        (place / 'blender_manifest.toml').write_text(\n"
            "            pathlib.Path('../blender_manifest.toml').read_text('utf-8')\n"
            "            .replace('scene_chat', name))\n"
            "    times = []\n"
            "    for name in ('bl_ext.user_default.empty_one', 'bl_ext.user_default.empty_two',\n"
            "                 EXTENSION):\n"
            "        began = time.perf_counter()\n"
            "        addon_utils.enable(name, default_set=True)\n"
            "        times.append(time.perf_counter() - began)\n"
            "    print(json.dumps(times))\n"
            "    addon_utils.disable(EXTENSION)\n"
        )
        # The first one in a session has Blender import its own add-on for extensions.
        empty.append(told[1])
        ours.append(told[2])
    beside = f"an empty extension {1000 * statistics.median(empty):.1f} ms"
    value = 1000 * statistics.median(ours)
    yield figure("enabling the extension, first time", value, "ms", at_most=60, beside=beside)


_MANY = """
import importlib, itertools, json, statistics, time
from bpy_session import EXTENSION, bpy_session

def median_ms(work, times=7):
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return 1000 * statistics.median(taken)

with bpy_session():
    import bpy
    here = importlib.import_module(EXTENSION + ".operators.runtime").current()
    gate = importlib.import_module(EXTENSION + ".tools.gate")
    looks = importlib.import_module(EXTENSION + ".tools.handlers.snapshot")
    prints = importlib.import_module(EXTENSION + ".tools.handlers.fingerprint")
    origin = gate.Origin("chat", "bench", 1, "bench")
    count = itertools.count()

    def call(name, **arguments):
        running = here.calls.submit(name, arguments, origin)
        here.run_until(running.result.done)
        return running.result.result()

    call("get_scene_info")
    collection = bpy.context.scene.collection
    for n in range(100_000):
        collection.objects.link(bpy.data.objects.new(f"Thing {n}", None))
    update = median_ms(lambda: (setattr(bpy.data.objects["Thing 5"], "location", (1, 2, n)),
                                bpy.context.view_layer.update()), 3)
    reply = json.dumps(call("get_scene_info").value)

    def receipt():
        # One object changed: what is spent on looking before and after, and on comparing.
        updates = looks.Updates()
        bpy.context.view_layer.update()
        began = time.perf_counter()
        before = looks.snapshot()
        updates.start()
        spent = time.perf_counter() - began
        bpy.data.objects["Thing 7"].location.x += 1
        began = time.perf_counter()
        found = looks.changes_between(before, looks.snapshot(after=True), updates.stop())
        assert found.text() == "Changed object Thing 7 (transform)", found.text()
        return 1000 * (spent + time.perf_counter() - began)

    receipts = statistics.median(receipt() for _ in range(7))
    typed = median_ms(lambda: call("set_object", names=["Thing 5"], location=[1, 2, next(count)]), 3)
    here.chat.ended()
    here.run_until(lambda: not len(here.queue))
    bpy.data.objects["Thing 9"].location.x += 1
    views = importlib.import_module(EXTENSION + ".tools.handlers.viewpoint")
    told = {
        "situation": median_ms(here.scene.situation),
        "frame": median_ms(lambda: views.in_frame(views.from_side("iso", views.subject(["Thing 5"]), 512)), 3),
        "info": median_ms(lambda: call("get_scene_info")),
        "bytes": len(reply),
        "receipt": receipts,
        "typed": typed,
        "update": update,
    }
    bpy.data.batch_remove(list(bpy.data.objects)[10_000:])
    told["fingerprint"] = median_ms(prints.fingerprint)
print(json.dumps(told))
"""


_SEEING = """
import importlib, json, time
from bpy_session import EXTENSION, bpy_session

def ms(work):
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)

with bpy_session():
    handlers = EXTENSION + ".tools.handlers."
    look = importlib.import_module(handlers + "look").look
    lookup = importlib.import_module(handlers + "lookup").lookup
    drift = importlib.import_module(EXTENSION + ".tools.drift")
    script = "for obj in bpy.data.objects:\\n    obj.location.x += obj.matrix_world[0][3] * 2\\n" * 30
    told = {
        "look_first": ms(lambda: look(size=512)),
        "look": min(ms(lambda: look(size=512)) for _ in range(5)),
        "lookup_first": ms(lambda: lookup("Noise Texture")),
        "lookup": min(ms(lambda: lookup("smooth shading")) for _ in range(5)),
        "check": min(ms(lambda: drift.refusal(script, (4, 5))) for _ in range(5)),
    }
print(json.dumps(told))
"""


_TURN = """
import importlib, json, sys
from bpy_session import CHECKOUT, EXTENSION, bpy_session
sys.path.insert(0, str(CHECKOUT / "tests"))
from standin.script import Call, Say, Script
from standin.server import StandIn

rounds = [Say("", [Call("get_object_info", {"names": ["Cube"]})]) for _ in range(20)]
script = Script("bench", {"go": [*rounds, Say("Done.")], "warm": [Say("Yes.")]})
with bpy_session(), StandIn(script) as model:
    cli = importlib.import_module(EXTENSION + ".operators.cli")
    here = importlib.import_module(EXTENSION + ".operators.runtime").current()
    for prompt in ("warm", "go"):
        cli.ask(prompt, endpoint=model.url, model="script", show=lambda event: None)
    assert here.chat.turns[-1].end.reason == "done"
    print(json.dumps(here.chat.turns[-1].seconds))
"""


_FIRST_TEXT = """
import asyncio, importlib, json, statistics, sys, threading, time
from bpy_session import CHECKOUT, EXTENSION, bpy_session
sys.path.insert(0, str(CHECKOUT / "tests"))
from standin.script import Say, Script
from standin.server import StandIn

def openai_client(url, body):
    from openai import AsyncOpenAI

    rest = {k: v for k, v in body.items() if k not in ("model", "messages", "tools", "stream")}
    client = AsyncOpenAI(base_url=url, api_key="none")

    async def first():
        began = time.perf_counter()
        stream = await client.chat.completions.create(
            model=body["model"], messages=body["messages"], tools=body["tools"], stream=True, **rest
        )
        took = None
        async for chunk in stream:
            if took is None and chunk.choices and chunk.choices[0].delta.content:
                took = time.perf_counter() - began
        return 1000 * took

    return first

with bpy_session(), StandIn(Script("bench", {"go": [Say("Hello there.")]})) as model:
    events = importlib.import_module(EXTENSION + ".chat.events")
    here = importlib.import_module(EXTENSION + ".operators.runtime").current()

    def ours():
        first, ended = [], threading.Event()

        def listen(event):
            if isinstance(event, events.Text) and not first:
                first.append(time.perf_counter())
            if isinstance(event, events.End):
                ended.set()

        here.chat.listener = listen
        here.chat.history.conversation.clear()
        began = time.perf_counter()
        here.chat.send("go", "mode OBJECT", here.settings(model.url, "script"))
        ended.wait(20)
        return 1000 * (first[0] - began)

    ours()
    loop = asyncio.new_event_loop()
    plain = openai_client(model.url, here.chat.request)
    loop.run_until_complete(plain())
    pairs = [(ours(), loop.run_until_complete(plain())) for _ in range(25)]
    print(json.dumps([statistics.median(each) for each in zip(*pairs)]))
"""


def _on_bpy() -> Iterator[Figure]:
    ours, plain = _python(_FIRST_TEXT)
    yield figure(
        "first text, beyond the plain openai client", ours - plain, "ms", at_most=10,
        beside=f"{ours:.1f} ms beside its {plain:.1f} ms",
    )  # fmt: skip
    told = _python(_MANY)
    yield figure("get_scene_info, 100,000 objects", told["info"], "ms", at_most=60)
    yield figure("get_scene_info, 100,000 objects: reply", told["bytes"] / 1000, "kB", at_most=8)
    beside = f"Blender's own update of that scene {told['update']:.0f} ms"
    yield figure(
        "receipt of a script, 100,000 objects, one changed", told["receipt"], "ms", at_most=50,
        beside=beside,
    )  # fmt: skip
    yield figure(
        "set_object there, with Blender's update and undo push", told["typed"], "ms", beside=beside
    )
    yield figure("fingerprint, 10,000 objects", told["fingerprint"], "ms", at_most=100)
    yield figure("what changed since the last turn, 100,000 objects", told["situation"], "ms")
    yield figure("look's words, 100,000 objects", told["frame"], "ms")
    seeing = _python(_SEEING)
    yield figure("look, solid, 512 px, the first one", seeing["look_first"], "ms")
    yield figure("look, solid, 512 px", seeing["look"], "ms")
    yield figure("lookup, the first one", seeing["lookup_first"], "ms")
    yield figure("lookup, by words", seeing["lookup"], "ms")
    yield figure("check of 60 lines of Python for old forms", seeing["check"], "ms")
    each = 1000 * _python(_TURN) / 20
    yield figure("turn of 20 calls, model answers at once: per call", each, "ms", at_most=20)


def _python(code: str) -> Any:
    """Run code in a fresh process beside this script; return the JSON value it printed last."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT / "scripts",
        capture_output=True,
        text=True,
        # As in a person's Blender: what was compiled once is not compiled again.
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"},
    )
    if done.returncode:
        raise SystemExit(f"The measurement failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


# In the window


def _on_desktop(blender: str, rest: float) -> Iterator[Figure]:
    from build import PLATFORMS, build
    from desktop.program import Program
    from desktop.scenes import SCENES
    from standin.server import StandIn

    with (
        tempfile.TemporaryDirectory(prefix="scene_chat_bench_") as temporary,
        StandIn(SCENES) as model,
    ):
        folder = Path(temporary)
        zip_file = build(PLATFORMS["linux-x64"], folder)
        settings = {"endpoint": model.url, "model": "script/desktop"}
        program = Program(blender, zip_file, folder, settings=settings)
        try:
            program.open_chat()
            yield from _round_trips(program, folder, rest)
            yield from _at_rest(program)
            yield from _streaming(program)
            yield from _long_chat(program)
        finally:
            program.close()


def _round_trips(program: Any, folder: Path, rest: float) -> Iterator[Figure]:
    with _peer(program.port) as ours:
        taken = [_round_trip(ours) for _ in range(200)]
        after_rest = []
        for _ in range(8):
            time.sleep(rest)
            after_rest.append(_round_trip(ours))
    median = statistics.median(taken)
    rival = _rival(program, folder)
    beside = f"mcp-for-blender's add-on in the same Blender {rival:.1f} ms"
    yield figure(
        "small command in the window, median of 200", median, "ms", at_most=0.5, beside=beside
    )
    yield figure("how many times faster than that add-on", rival / median, "times", at_least=50)
    yield figure(
        f"first command after {rest:g} s of rest, slowest of 8", max(after_rest), "ms", at_most=12
    )
    _eight_clients(program.port, seconds=1.0)  # what is drawn for the first time is drawn then
    program.run(_WATCH_TICKS)
    together = _eight_clients(program.port, seconds=3.0)
    gaps = json.loads(program.aside("print(sorted(bpy.app.driver_namespace['gaps']))"))
    yield figure("8 clients at once, commands together", together, "1/s", at_least=3000)
    slow = 1000 * gaps[int(len(gaps) * 0.95)]
    yield figure("8 clients: between ticks of the main loop, 95 %", slow, "ms", at_most=33)


_WATCH_TICKS = """
import bpy, time
gaps = bpy.app.driver_namespace["gaps"] = []
ends = time.perf_counter() + 2.5
last = [time.perf_counter()]
def tick():
    now = time.perf_counter()
    gaps.append(now - last[0])
    last[0] = now
    return 0.0 if now < ends else None
bpy.app.timers.register(tick)
"""


@contextmanager
def _peer(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=60) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield peer


def _round_trip(peer: socket.socket, command: bytes = _COMMAND) -> float:
    """Milliseconds from the command to its whole reply."""
    began = time.perf_counter()
    peer.sendall(command)
    data = b""
    while True:
        data += peer.recv(65536)
        try:
            answer = json.loads(data)
        except ValueError:
            continue
        if answer.get("status") != "success":
            raise AssertionError(answer)
        return 1000 * (time.perf_counter() - began)


def _eight_clients(port: int, seconds: float) -> float:
    """Commands a second that eight clients get answered together."""
    counts = [0] * 8
    ends = time.perf_counter() + seconds

    def one(number: int) -> None:
        with _peer(port) as peer:
            while time.perf_counter() < ends:
                _round_trip(peer)
                counts[number] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum(counts) / seconds


def _rival(program: Any, folder: Path) -> float:
    """The median round trip of the add-on that most people use, loaded into the same Blender."""
    from clients import peers
    from desktop.program import free_port

    command = peers.install(peers.MCP_FOR_BLENDER, folder / "rival")
    addon = next(command.parent.parent.rglob("blender_mcp/bundled/addon.py"))
    port = free_port()
    said = program.aside(
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('rival_addon', {str(addon)!r})\n"
        "rival = sys.modules['rival_addon'] = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(rival)\n"
        "rival.register()\n"
        f"server = bpy.app.driver_namespace['rival'] = rival.BlenderMCPServer(port={port})\n"
        "server.start()\n"
    )
    try:
        with _peer(port) as peer:
            return statistics.median(_round_trip(peer) for _ in range(100))
    except OSError as error:
        raise SystemExit(f"The other add-on does not answer: {error}\n{said}") from None
    finally:
        program.aside(
            "import rival_addon\nbpy.app.driver_namespace['rival'].stop()\nrival_addon.unregister()"
        )


def _at_rest(program: Any) -> Iterator[Figure]:
    above, closed = [], []
    for _ in range(5):  # in turn, and the median: one pair differs from the next by 1 %
        with_server = _cpu_share(program.process.pid, 5.0)
        program.disconnect()
        program.aside("bpy.ops.scene_chat.server_stop()")
        closed.append(_cpu_share(program.process.pid, 5.0))
        above.append(with_server - closed[-1])
        program.aside("bpy.ops.scene_chat.server_start(allow='code,files')")
    beside = f"the same Blender with the port closed {statistics.median(closed):.2f} %"
    value = statistics.median(above)
    yield figure(
        "at rest, port open: of a core, above it closed", value, "%", at_most=0.5, beside=beside
    )


def _cpu_share(pid: int, seconds: float, thread: bool = False) -> float:
    """Per cent of a core that a process, or its main thread alone, takes over that time."""
    stat = Path(f"/proc/{pid}/task/{pid}/stat" if thread else f"/proc/{pid}/stat")

    def used() -> int:
        fields = stat.read_text().rpartition(") ")[2].split()
        return int(fields[11]) + int(fields[12])

    before = used()
    time.sleep(seconds)
    return 100 * (used() - before) / _TICKS / seconds


def _streaming(program: Any) -> Iterator[Figure]:
    from desktop.scenes import ESSAY, ESSAY_SECONDS, TOKENS_A_SECOND
    from desktop.test_drawing import counted

    shares = []

    def stream() -> None:
        program.aside("bpy.ops.scene_chat.send(prompt='Write an essay')")
        time.sleep(1.5)
        shares.append(_cpu_share(program.process.pid, ESSAY_SECONDS - 4, thread=True))

    drawn = counted(program, stream)
    program.settle()
    rest = _cpu_share(program.process.pid, 3.0, thread=True)
    words = len(ESSAY.split())
    what = f"Markdown of {words:,} words at {TOKENS_A_SECOND} tokens/s"
    yield figure(f"{what}: the 3D view drawn because of it", drawn["view"], "times", at_most=0)
    beside = f"its drawing without a graphics card included; at rest {rest:.1f} %"
    yield figure(
        f"{what}: main thread busy, above rest", shares[0] - rest, "%", at_most=5, beside=beside
    )


_LONG_CHAT = """
import time
from bl_ext.user_default.scene_chat.operators import runtime, timer
from bl_ext.user_default.scene_chat.chat.turns import Said, Turn
from bl_ext.user_default.scene_chat.chat.events import End
panel = bpy.types.SCENE_CHAT_PT_chat
turns = runtime.current().chat.turns
turns.clear()
text = "A paragraph of some length, as models like to write them, again and again. " * 8
for n in range(499):
    turns.append(Turn(n + 1, f"Question {n}", parts=[Said(text)], end=End("done")))
turns.append(Turn(500, "Write an essay", parts=[Said(ESSAY)], end=End("done")))
taken = bpy.app.driver_namespace["taken"] = []
plain = bpy.app.driver_namespace["plain"] = panel.draw
def draw(self, context):
    began = time.perf_counter()
    plain(self, context)
    taken.append(time.perf_counter() - began)
panel.draw = draw
timer.redraw()
"""


def _long_chat(program: Any) -> Iterator[Figure]:
    from desktop.scenes import ESSAY

    program.aside(f"ESSAY = {ESSAY!r}\n{_LONG_CHAT}")
    redraw = "from bl_ext.user_default.scene_chat.operators import timer; timer.redraw()"
    for _ in range(12):
        program.aside(redraw)
    said = program.aside(
        "panel = bpy.types.SCENE_CHAT_PT_chat\n"
        "panel.draw = bpy.app.driver_namespace['plain']\n"
        "print(bpy.app.driver_namespace['taken'])"
    )
    taken = json.loads(said)[1:]
    yield figure(
        "panel of a 500-turn chat, 4,600 words open: drawn, median",
        1000 * statistics.median(taken),
        "ms",
        at_most=3,
    )


if __name__ == "__main__":
    sys.exit(main())
