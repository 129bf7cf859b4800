"""Whatever happens in a turn, nothing is lost and the chat goes on: the fault matrix.

FAULTS=all                  every fault at every moment, and not a third of them drawn at random
FAULTS_SEED=4711            the third that was drawn with this seed; it stands in the tests' names
"""

from __future__ import annotations

import json
import os
import random
import threading
from dataclasses import dataclass, field

import pytest
from desktop.faults import APPROVAL, FAULTS, MOMENTS, STREAMING, TOOL, WAITING, in_view, makes
from desktop.program import PATIENCE, Program, until
from standin.script import Call, Raw, Say, Script
from standin.server import StandIn, chunk

PROMPT, NEXT = "Begin the work", "Then the rest"
HALF = "Half an answer"
CASES = [(name, moment) for name in FAULTS for moment in MOMENTS]
SEED = os.environ.get("FAULTS_SEED") or str(random.randrange(10_000))


def drawn():
    """The cases that are run, in the matrix's order, each with its name."""
    chosen = set(random.Random(SEED).sample(CASES, len(CASES) // 3))
    everything = os.environ.get("FAULTS") == "all"
    for name, moment in CASES:
        if everything or (name, moment) in chosen:
            seed = "" if everything else f", seed {SEED}"
            yield pytest.param(name, moment, id=f"{name} while {moment}{seed}")


@pytest.fixture(scope="module")
def desk(blender, zip_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faults")
    desk = Desk(blender, zip_file, folder)
    yield desk
    desk.close()


@pytest.mark.parametrize(("name", "moment"), list(drawn()))
def test_a_fault_leaves_all_whole_and_the_next_message_works(desk, name, moment):
    case = Case(desk, moment)
    desk.fresh()
    logged = len(desk.program.log.read_bytes())
    course = FAULTS[name](case)
    next(course)
    before = desk.scene()
    try:
        case.begin()
        struck = desk.scene() if case.same else None
        next(course)
        if not case.gone:
            ended(case)
        after = desk.scene()
        is_whole(case, after)
        if case.same:
            assert after == struck
        assert next(course, None) is None
    finally:
        case.close()
    asks_next(case, after, before)
    said = desk.program.log.read_bytes()[logged:].decode("utf-8", "replace")
    assert "Traceback" not in said, said
    desk.clean = True


def ended(case):
    """The turn ends as it should, and every call in the conversation has its result."""
    seen = case.desk.until(lambda seen: not seen["chat"], "the turn does not end")
    assert seen["ends"] == [case.reason], seen
    results = check_conversation(seen["messages"])
    succeeded = seen["calls"][0]
    assert succeeded[0], results
    if case.reason == "done":
        assert succeeded[1:] == [not each for each in case.errors], results
    if case.partial:
        assert case.partial in results[1]


def check_conversation(messages):
    """Every tool call has exactly one result, in order, right after it; return the results."""
    results, wanted = [], []
    for message in messages:
        if message["role"] == "tool":
            assert wanted, f"a result for no call: {message}"
            assert message["tool_call_id"] == wanted.pop(0)
            results.append(message["content"])
        else:
            assert not wanted, f"no results for {wanted}, before {message}"
            wanted = [each["id"] for each in message.get("tool_calls") or ()]
    assert not wanted, f"no results for {wanted}"
    return results


def is_whole(case, scene):
    """Of what a step makes, all is there or nothing."""
    names = set(scene["objects"]) | case.lost
    for pair in ("First", "Second", "Third"):
        both = {f"{pair} A", f"{pair} B"}
        found = both & names
        if case.partial in both:
            assert found == {case.partial}
        else:
            assert found == (both if pair in case.there else set()), (pair, scene)


def asks_next(case, after, before):
    """The next message is answered and changes the scene, and goes back with one undo."""
    desk = case.desk
    turns = len(desk.seen()["ends"])
    desk.aside(f"bpy.ops.scene_chat.send(prompt={NEXT!r})")
    seen = desk.until(
        lambda seen: len(seen["ends"]) > turns and not seen["chat"], "no next message"
    )
    assert seen["ends"][-1] == "done", seen
    assert seen["answers"][-1] == "The rest is done."
    check_conversation(seen["messages"])
    assert "Next" in desk.scene()["objects"]
    desk.press_until("ctrl+z", lambda scene: scene["print"] == after["print"], "before the next")
    if case.one_step:
        desk.press_until("ctrl+z", lambda scene: scene["print"] == before["print"], "the start")


# The Blender of all cases

OBSERVER = """
import contextlib, io, json, sys, threading, time, traceback
from pathlib import Path

folder = Path({folder!r})

def seen():
    module = sys.modules.get(EXTENSION + ".operators.runtime")
    here = module and module._current
    if not here:
        return {{"on": False}}
    running = here.queue.running
    turns = here.chat.turns
    return {{
        "on": True,
        "chat": here.chat.running,
        "runs": list(running.line)[0] if running is not None and running.line else "",
        "held": here.queue.held_back,
        "cards": [each.number for each in here.gate.waiting],
        "ends": [turn.end and turn.end.reason for turn in turns],
        "answers": [turn.answer for turn in turns],
        "problems": [list(turn.problems) for turn in turns],
        "calls": [[each.result and each.result.ok for each in turn.parts if hasattr(each, "result")]
                  for turn in turns],
        "messages": here.chat.history.conversation.messages,
    }}

def watch():
    last = ""
    while True:
        try:
            now = json.dumps(seen())
        except Exception:
            now = json.dumps({{"failed": traceback.format_exc()}})
        if now != last:
            last = now
            tell("seen", now)
        time.sleep(0.02)

def tell(name, text):
    part = folder / (name + ".part")
    part.write_text(text)
    part.rename(folder / name)

def do():
    asked = folder / "do"
    if asked.exists():
        code = asked.read_text()
        asked.unlink()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(code, {{"bpy": bpy, "EXTENSION": EXTENSION}})
            except BaseException:
                traceback.print_exc(file=printed)
        tell("done", printed.getvalue())
    return 0.005

threading.Thread(target=watch, name="observer", daemon=True).start()
bpy.app.timers.register(do, persistent=True)
"""
"""Tells in "seen" what the chat does, also while the main thread is busy, since it asks nothing of
bpy; and runs what stands in "do", as `Program.aside` does, but ten times as soon."""

FRESH = """
bpy.ops.wm.read_homefile(use_factory_startup=True, load_ui=False)
from bl_ext.user_default.scene_chat.operators import runtime
from bl_ext.user_default.scene_chat.chat import model
here = runtime.current()
here.chat.history.turns.clear()
here.chat.history.conversation.clear()
here.panel.folds.clear()
here.preferences.model = "script/faults"
model.PATIENCE = model.Patience(backoff=0.01)
for name in ("render_complete", "render_cancel"):
    getattr(bpy.app.handlers, name).clear()
"""
PANEL = """
window = bpy.context.window_manager.windows[0]
area = max((each for each in window.screen.areas if each.type == "VIEW_3D"), key=lambda each: each.width)
area.spaces.active.show_region_ui = True
region = next(each for each in area.regions if each.type == "UI")
try:
    region.active_panel_category = "Scene Chat"
except (AttributeError, TypeError):  # it has not been drawn yet
    pass
# Without a graphics card each drawing of the view takes most of a case's time otherwise.
area.spaces.active.shading.type = "WIREFRAME"
area.spaces.active.overlay.show_overlays = False
print(region.active_panel_category)
"""
SCENE = """
import json
from bl_ext.user_default.scene_chat.tools.handlers.fingerprint import fingerprint
print(json.dumps({
    "objects": sorted(bpy.data.objects.keys()),
    "mode": bpy.context.mode,
    "scene": bpy.context.scene.name,
    "print": fingerprint(),
}))
"""


class Desk:
    """A Blender that many cases share, and the script that plays the model for it."""

    def __init__(self, blender, zip_file, folder):
        self._blender, self._zip, self.folder = blender, zip_file, folder
        self.model = StandIn(Script("faults", {}))
        self.model.__enter__()
        self.program = None
        self.clean = True
        """Whether the case before went through: else what it left behind is not for the next one."""
        self.other = folder / "other.blend"
        try:
            self.start(factory=True)
            self.fresh()
            self.aside(
                "bpy.context.scene.collection.objects.link(bpy.data.objects.new('Other', None))\n"
                f"bpy.ops.wm.save_as_mainfile(filepath={str(self.other)!r}, copy=True)"
            )
            self.clean = True
        except BaseException:
            self.close()
            raise

    def start(self, *, factory):
        """Start Blender, as it was installed before if not by `factory`."""
        settings = {"endpoint": self.model.url, "model": "script/faults"}
        self.program = Program(
            self._blender, self._zip, self.folder, settings=settings, factory=factory
        )
        for each in ("seen", "do", "done"):
            (self.folder / each).unlink(missing_ok=True)
        self.program.aside(OBSERVER.format(folder=str(self.folder)))
        until((self.folder / "seen").exists, "the observer does not begin")
        if factory:
            self.aside("bpy.ops.wm.save_userpref()")

    def kill(self):
        """End Blender without a chance to say anything."""
        self.program.process.kill()
        self.program.process.wait()
        self.program.close()

    def close(self):
        if self.program is not None:
            self.program.close()
        self.model.__exit__()

    def fresh(self):
        """Have Blender's own start-up scene, an empty chat, its panel open, the pointer in the view."""
        if not self.clean:
            self.kill()
            self.start(factory=False)
        self.clean = False
        self.until(lambda seen: not seen["chat"], "the turn before does not end")
        self.aside(FRESH)
        until(lambda: self.aside(PANEL) == "Scene Chat\n", "the panel does not open")
        self.until(lambda seen: not seen["messages"], "the chat is not emptied")
        self.program.hover(600, 500)

    def is_there(self):
        """See to it that Blender has not crashed."""
        assert self.program.process.poll() is None, self.program.said()

    # What is the case

    def seen(self):
        """What the chat does, also while the main thread is busy."""
        seen = json.loads((self.folder / "seen").read_text())
        assert "failed" not in seen, seen["failed"]
        return seen

    def until(self, holds, what, patience=PATIENCE):
        """Wait until it holds for what is seen, and return that."""

        def found():
            self.is_there()
            seen = self.seen()
            return seen if holds(seen) else None

        def said():
            return f"{what}: {self.seen()}\n{self.program.said()}"

        return until(found, said, patience, step=0.01)

    def scene(self):
        """The objects' names, the mode, the scene's name and its fingerprint."""
        return json.loads(self.aside(SCENE))

    # What is done

    def post(self, code):
        """Ask for code to be run on the main thread, as soon as that is free."""
        (self.folder / "done").unlink(missing_ok=True)
        part = self.folder / "do.part"
        part.write_text(code)
        part.rename(self.folder / "do")

    def answer(self):
        """Wait until what was posted has been run, and return what it printed."""
        file = self.folder / "done"

        def done():
            self.is_there()
            return file.exists()

        until(done, lambda: f"Blender does not run anything: {self.program.said()}", step=0.005)
        said = file.read_text()
        assert "Traceback" not in said, said
        return said

    def aside(self, code):
        self.post(code)
        return self.answer()

    def key(self, name):
        self.program.key(name)

    def press_until(self, key, holds, what):
        """Press a key once and wait for what it leads to in the scene."""
        self.key(key)
        last = {}

        def arrived():
            last.update(self.scene())
            return holds(last)

        until(arrived, lambda: f"{key} does not lead there: {what}; {last}; "
              f"{self.aside('bpy.context.window_manager.print_undo_steps()')}{self.program.said()}",
              patience=8, step=0.01)  # fmt: skip


@dataclass
class Case:
    """One turn, and what is expected of it.

    Attributes:
        first, second: The scripts of rounds one and two.
        call: What is called in round two, if that is not `second`.
        more: What is called after it in the same round.
        later: What is called after the fault, in a round of its own.
        fails: Whether the call of round two brings an error,.
        answer: How the model answers in round two, if not as the moment has it.
        last: The third round.
        limit: Seconds that a tool may run, if not as many as usual.
        reason: How the turn ends.
        there: Which pairs of objects are there afterwards.
        partial: What a script that failed had made by then: the receipt names it.
        lost: What the person deleted.
        one_step: Whether the turn goes back with one undo.
        same: Whether the scene is afterwards to the bit as it was when the fault struck.
    """

    desk: Desk
    moment: str
    first: str = makes("First")
    second: str = ""
    call: Call | None = None
    more: Call | None = None
    later: Call | None = None
    fails: bool = False
    answer: object = None
    last: object = field(default_factory=lambda: Say("All is done."))
    limit: float | None = None
    reason: str = "done"
    there: set = field(default_factory=lambda: {"First", "Second"})
    partial: str = ""
    lost: set = field(default_factory=set)
    one_step: bool = True
    same: bool = False
    gone: bool = False
    """Whether Blender went, and the conversation with it."""

    def __post_init__(self):
        self._asked, self._gate, self._over = (threading.Event() for _ in range(3))
        imports = "os" if self.moment == APPROVAL else ""
        self.second = makes("Second", slowly=self.moment == TOOL, imports=imports)

    def silent(self, then):
        """A round for which the model's server says nothing, until the case is over."""

        def play(_results):
            self._over.wait(PATIENCE)
            return then

        return play

    def begin(self):
        """Send the prompt and come to the moment at which the fault strikes."""
        later = [self._later] if self.later is not None else []
        rounds = [Say("", [Call("execute_code", {"code": self.first})]), self._second, *later,
                  self.last]  # fmt: skip
        rest = [Say("", [Call("create_object", {"type": "empty", "name": "Next"})]),
                Say("The rest is done.")]  # fmt: skip
        self.desk.model.script = Script("faults", {PROMPT: rounds, NEXT: rest})
        if self.limit is None:
            self.desk.aside(f"bpy.ops.scene_chat.send(prompt={PROMPT!r})")
        else:
            self.desk.aside(
                "from bl_ext.user_default.scene_chat.operators import runtime\n"
                "from bl_ext.user_default.scene_chat.tools.queue import Limits\n"
                "here = runtime.current()\n"
                f"here.send({PROMPT!r}, here.settings(), Limits(running={self.limit}))"
            )
        assert self._asked.wait(PATIENCE), f"the model is not asked again: {self.desk.seen()}"
        arrived = {
            WAITING: lambda seen: seen["calls"] == [[True]],
            STREAMING: lambda seen: seen["answers"] == [HALF],
            TOOL: lambda seen: len(seen["calls"][0]) > 1 and seen["runs"] == "Scene Chat",
            APPROVAL: lambda seen: len(seen["cards"]) == 1,
        }
        self.desk.until(arrived[self.moment], f"never {self.moment}")

    def go_on(self):
        """Let the turn go on after the fault: the model answers, the person allows."""
        self._gate.set()
        if self.moment == APPROVAL:
            number = self.desk.seen()["cards"][0]
            self.desk.aside(f"bpy.ops.scene_chat.allow(number={number})")

    def close(self):
        """Let every thread of the stand-in end."""
        self._gate.set()
        self._over.set()

    def act(self, code):
        """Have the person do something that is run on the main thread as a click is.

        Where a script holds the main thread it is asked for meanwhile, and done after it.
        """
        self.desk.post(in_view(code))
        self.still_running()
        self.desk.answer()

    def press(self, *keys):
        """Have the person press keys, one after another."""
        for each in keys:
            self.desk.key(each)
        self.still_running()

    def still_running(self):
        """In a tool, see to it that the fault did not come too late."""
        if self.moment == TOOL:
            assert self.desk.seen()["runs"] == "Scene Chat", "the fault came after the tool"

    def wait_in_view(self, expression):
        """Wait for a Python expression to be true in Blender; in a tool, once that is over."""
        code = in_view(f"import bmesh\nprint(bool({expression}))")
        until(lambda: self.desk.aside(code) == "True\n", f"never {expression}", step=0.01)

    def _second(self, _results):
        self._asked.set()
        call = self.call or Call("execute_code", {"code": self.second}, fails=self.fails)
        calls = [call] + [self.more] * (self.more is not None)
        if self.moment == STREAMING:
            return self.answer or Raw(self._stream(calls))
        if self.moment == WAITING:
            self._gate.wait(PATIENCE)
        return self.answer or Say("", calls)

    def _later(self, _results):
        self._gate.wait(PATIENCE)
        return Say("", [self.later])

    @property
    def errors(self):
        """Of each call after the first round, whether it brings an error."""
        calls = [each for each in (self.more, self.later) if each is not None]
        return [self.fails, *(each.fails for each in calls)]

    def _stream(self, calls):
        yield chunk({"role": "assistant", "content": HALF})
        self._gate.wait(PATIENCE)
        for index, call in enumerate(calls):
            function = {"name": call.name, "arguments": json.dumps(call.arguments)}
            piece = {"index": index, "id": f"call_{id(self)}_{index}", "function": function}
            yield chunk({"tool_calls": [{**piece, "type": "function"}]})
        yield chunk({}, "tool_calls")

    def broken(self):
        """An answer whose connection is cut in its midst, or before its first byte."""

        def parts():
            if self.moment == STREAMING:
                yield chunk({"role": "assistant", "content": HALF})
                self._gate.wait(PATIENCE)

        return Raw(parts(), breaks=True)
