"""A chat's script, run by bpy in a process of its own without the extension, gives the same scene."""

from __future__ import annotations

import builtins
import dis
import itertools
import json
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import bpy
import pytest
from demo import PROMPTS
from standin.datacentre import DATACENTRE
from standin.server import StandIn
from standin.tasks import TASKS
from tasks import begin

# Blender 5.2's own exporters still use what it deprecates.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*expected to be removed:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]

RUNNER = Path(__file__).with_name("script_run.py")
BY_ADDRESS = {"inset_and_extrude", "bevelled_edges", "usd_and_fbx"}
"""Blender makes faces there, or links what it imports, in the order of addresses: another one in each
process."""
turns = itertools.count(70_000)


@pytest.fixture
def made(here, module, tmp_path):
    """Save the scene as it is, and give what makes calls in it and repeats them elsewhere."""
    return Made(here, module, tmp_path)


class Made:
    """A chat that is exported.

    `folder` is where its files go; it is brought back to how it was before the script is run.
    """

    def __init__(self, here, module, tmp_path):
        self.here, self.module = here, module
        self.folder, self.beside = tmp_path / "work", tmp_path / "beside"
        self.folder.mkdir()
        self.beside.mkdir()
        self.turns = []
        here.gate.allow("chat", ["files", "code"])

    def begins(self):
        """The chat begins with the scene as it is now."""
        bpy.ops.wm.save_as_mainfile(filepath=str(self.folder / "start.blend"), check_existing=False)
        shutil.copytree(self.folder, self.beside / "start")
        bpy.ops.wm.open_mainfile(filepath=str(self.folder / "start.blend"))

    def turn(self, prompt, *calls):
        """Make calls, as (name, arguments), as one turn; give their results."""
        turn = self.module("chat.turns").Turn(next(turns), prompt, prompt[:48])
        self.turns.append(turn)
        gate, step = self.module("tools.gate"), self.module("chat.turns").Step
        origin = gate.Origin("chat", "Scene Chat", turn.number, turn.title)
        for name, arguments in calls:
            call = self.here.calls.submit(name, arguments, origin)
            self.here.run_until(call.result.done)
            turn.parts.append(step(name, arguments, call.result.result()))
        return [part.result for part in turn.parts]

    def script(self, **rest):
        export = self.module("chat.python_script")
        about = export.About("A chat", "a day", "0", bpy.app.version_string)
        return export.python_script(self.turns, self.here.calls.registry, about, **rest)

    def fingerprint(self):
        return self.module("tools.handlers.fingerprint").fingerprint()

    def repeated(self, script=None):
        """Run the script on the scene as the chat found it; give the fingerprint and what it said."""
        file, sources = self.beside / "script.py", self.beside / "fingerprint.json"
        file.write_text(script or self.script(), "utf-8")
        wanted = [("handlers.fingerprint", "fingerprint")]
        sources.write_text(json.dumps(self.module("tools.sources").sources(wanted)), "utf-8")
        shutil.rmtree(self.folder)
        shutil.copytree(self.beside / "start", self.folder)
        resources = self.beside / "resources"
        resources.mkdir(exist_ok=True)
        line = [sys.executable, "-I", str(RUNNER), str(self.folder / "start.blend"), str(file)]
        done = subprocess.run(
            [*line, str(sources), str(self.folder / "task.blend")],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "BLENDER_USER_RESOURCES": str(resources)},
        )
        said = done.stdout + done.stderr
        found = [each for each in done.stdout.splitlines() if each.startswith("fingerprint ")]
        return (found[-1].split()[1] if found else ""), said


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_repeated(task, made):
    begin(task, made.folder)
    made.begins()
    calls = [(each.name, each.arguments) for each in task.calls_in(made.folder)]
    assert all(result.ok for result in made.turn(task.prompt, *calls))
    wanted = made.fingerprint()
    found, said = made.repeated()
    if task.name in BY_ADDRESS:
        assert found, said
        bpy.ops.wm.open_mainfile(filepath=str(made.folder / "task.blend"))
        task.check()
    else:
        assert found == wanted, said


def test_the_tutorial_is_repeated(made):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    made.begins()
    chat = made.here.chat
    before = len(chat.turns)
    with StandIn(DATACENTRE) as server:
        for prompt in PROMPTS:
            ask = made.module("operators.cli").ask
            end = ask(prompt, endpoint=server.url, model="script/test", show=lambda event: None)
            assert end.reason == "done"
    made.turns = chat.turns[before:]
    wanted = made.fingerprint()
    found, said = made.repeated()
    assert found == wanted, said


def test_code_runs_in_a_namespace_of_its_own_and_can_be_read_in_the_script(made):
    made.begins()
    code = 'import bpy\ncount = 3\nfor each in range(count):\n    bpy.data.objects.new(f"Ä {each}", None)\nbpy.data.texts.new("Note").write("read me")'
    made.turn("Three", ("execute_code", {"code": code}))
    made.turn(
        "Count",
        (
            "execute_code",
            {"code": "try:\n    count\nexcept NameError:\n    bpy.data.collections.new('Fresh')"},
        ),
    )
    assert f"\n{code}\n" in made.script()
    wanted = made.fingerprint()
    found, said = made.repeated()
    assert found == wanted, said


def test_a_script_that_failed_half_way_is_repeated_as_far_as_it_came(made):
    made.begins()
    code = "bpy.data.objects.new('Half', None)\nraise ValueError('enough')"
    results = made.turn(
        "Go",
        ("execute_code", {"code": code}),
        ("create_object", {"type": "no such type"}),
        ("create_object", {"type": "empty", "name": "After"}),
    )
    assert [result.ok for result in results] == [False, False, True]
    assert "no such type" not in made.script()
    wanted = made.fingerprint()
    found, said = made.repeated()
    assert found == wanted, said
    assert "ValueError: enough" in said


def test_what_only_looked_is_not_in_the_script(made):
    made.begins()
    made.turn(
        "Look, then add",
        ("get_scene_info", {}),
        ("lookup", {"name": "Object.location"}),
        ("execute_code", {"code": "len(bpy.data.objects)"}),
        ("create_object", {"type": "empty"}),
    )
    script = made.script()
    turn = script.partition("def turn_")[2].partition("\n\n")[0]
    assert turn.splitlines()[1:] == ['    create_object(type="empty")']


def test_a_chat_that_only_looked_has_no_script(made, module):
    made.turn("Look", ("get_scene_info", {}))
    with pytest.raises(module("chat.python_script").NothingToRepeat):
        made.script()


def test_turns_that_the_model_took_back_are_left_out(made):
    made.begins()
    made.turn("First", ("create_object", {"type": "empty", "name": "Stays"}))
    made.turn("Second", ("create_object", {"type": "empty", "name": "Goes"}))
    results = made.turn(
        "Third",
        ("create_object", {"type": "empty", "name": "Goes too"}),
        ("restore", {"turns": 2}),
        ("create_object", {"type": "empty", "name": "New"}),
    )
    assert all(result.ok for result in results), results
    assert "Goes" not in made.script()
    wanted = made.fingerprint()
    found, said = made.repeated()
    assert found == wanted, said


def test_turns_that_the_person_undid_are_left_out_and_those_redone_are_not(made):
    made.begins()
    for name in ("One", "Two", "Three"):
        made.turn(name, ("create_object", {"type": "empty", "name": name}))
    scene, titles = made.here.scene, {turn.number: turn.title for turn in made.turns}
    scene.restore(made.turns[1].number, made.turns[1].title)
    assert list(scene.undone(titles).values()) == [False, True, True]
    scene.redo()
    assert list(scene.undone(titles).values()) == [False, False, False]
    scene.restore(made.turns[2].number, made.turns[2].title)
    made.turn("Four", ("create_object", {"type": "empty", "name": "Four"}))
    titles = {turn.number: turn.title for turn in made.turns}
    undone = scene.undone(titles)
    assert list(undone.values()) == [False, False, True, False]
    wanted = made.fingerprint()
    found, said = made.repeated(made.script(undone=undone))
    assert found == wanted, said


def test_files_are_constants_and_are_not_replaced_unless_the_script_is_told_to(made):
    made.begins()
    path = made.folder / "crate.obj"
    made.turn("Export", ("export_file", {"filepath": str(path)}))
    script = made.script()
    assert f'CRATE_OBJ = "{path}"\n' in script
    (made.beside / "start" / "crate.obj").write_text("mine")
    found, said = made.repeated(script)
    assert not found
    assert "crate.obj exists already" in said
    assert path.read_text() == "mine"
    found, said = made.repeated(script.replace("REPLACE = False", "REPLACE = True"))
    assert found, said
    assert path.read_text() != "mine"


def test_a_file_that_is_gone_is_named(made):
    path = made.folder / "crate.obj"
    bpy.ops.wm.obj_export(filepath=str(path))
    made.begins()
    made.turn("Import", ("import_file", {"filepath": str(path)}))
    (made.beside / "start" / "crate.obj").unlink()
    found, said = made.repeated()
    assert not found
    assert f"there is no file {path}" in said


def test_every_tool_that_changes_a_scene_has_all_that_it_mentions(here, module):
    registry, sources = here.calls.registry, module("tools.sources").sources
    for name in set(registry.names) - {"render", "restore", "execute_code", *registry.reading}:
        function = registry.get(name).function
        place = function.__module__.rpartition(".tools.")[2]
        texts = sources([(place, name)])
        with module("tools.handlers.script_end").carried("_scene_chat_probe", texts) as get:
            get(place, name)
            for each in texts:
                known = vars(sys.modules[f"_scene_chat_probe.{each}"])
                compiled = compile(texts[each], each, "exec", dont_inherit=True)
                missing = set(names_read(compiled)) - set(known) - set(dir(builtins))
                assert missing - FOR_TYPES == set(), f"{name}: {each}"


FOR_TYPES = {"Ge", "Le", "MaxLen", "MinLen", "Place", "np", "__annotations__"}
"""What annotations name, which nobody reads."""


def names_read(code):
    """The global names that code reads, functions within it included."""
    for each in dis.get_instructions(code):
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield each.argval
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from names_read(const)


@pytest.fixture
def chat(here, module):
    """The chat of the panel, with one turn that has added an empty."""
    turns_of = module("chat.turns")
    before = list(here.chat.turns)
    number = next(turns)
    turn = turns_of.Turn(number, "Add an empty", "Add an empty")
    arguments = {"type": "empty", "name": "sk-or-v1-0123456789"}
    result = module("tools.call").CallResult(True)
    turn.parts.append(turns_of.Step("create_object", arguments, result))
    here.chat.turns[:] = [turn]
    yield here.chat
    here.chat.turns[:] = before


def test_the_operator_writes_the_file_without_keys(chat, here, tmp_path):
    here.secrets.add("sk-or-v1-0123456789")
    assert bpy.ops.scene_chat.export_script(filepath=str(tmp_path / "chat")) == {"FINISHED"}
    script = (tmp_path / "chat.py").read_text("utf-8")
    assert 'create_object(type="empty", name="[key]")' in script


def test_a_place_that_cannot_be_written_is_a_sentence(chat, tmp_path):
    with pytest.raises(RuntimeError, match=r"chat\.py cannot be written: "):
        bpy.ops.scene_chat.export_script(filepath=str(tmp_path / "nowhere" / "chat.py"))


def test_the_script_opens_in_the_text_editor_and_runs_there(chat):
    assert bpy.ops.scene_chat.script_in_editor() == {"FINISHED"}
    text = next(each for each in bpy.data.texts if each.name.endswith(".py"))
    exec(compile(text.as_string(), text.name, "exec"), {"__name__": "__main__"})
    assert "sk-or-v1-0123456789" in bpy.data.objects or "[key]" in bpy.data.objects


def test_a_tool_cannot_export(chat, code, tmp_path):
    path = str(tmp_path / "chat.py")
    result = code(f"bpy.ops.scene_chat.export_script(filepath={path!r})")
    assert not Path(path).exists(), result
