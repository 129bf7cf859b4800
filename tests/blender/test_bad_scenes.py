"""Files and computers as one meets them: huge, linked, broken, full, read-only.

SCENES=all makes the huge scene the 100,000 objects that it has to bear; else it has 20,000.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import textwrap
import time

import bpy
import pytest
from blender.scenes import cube, linked
from bpy_session import CHECKOUT, EXTENSION

COUNT = 100_000 if os.environ.get("SCENES") == "all" else 20_000


@pytest.fixture
def fingerprint(module, here):
    return module("tools.handlers.fingerprint").fingerprint


@pytest.fixture
def works(call, code, fingerprint, here):
    """See to it that edits, code, undo and restore go as anywhere; `name` is what may be moved."""

    def one(name="Cube"):
        call("get_scene_info")  # the first call of a session begins the undo history
        before = fingerprint()
        moved = call("set_object", names=[name], location=[1, 2, 3], turn=1)
        assert moved.ok, moved.error
        assert moved.receipt.text() == f"Changed object {name} (location)"
        ran = code(f"bpy.data.objects[{name!r}].location.z = 9", turn=2)
        assert ran.ok, ran.error
        assert ran.receipt.text() == f"Changed object {name} (location)"
        after = fingerprint()
        assert here.scene.restore(1, "turn 1") == ""
        assert fingerprint() == before
        assert here.scene.redo() == ""
        assert fingerprint() == after
        assert here.faults.known == []

    return one


# Large


@pytest.fixture
def timed(capsys):
    """Say how long the block took."""

    @contextlib.contextmanager
    def one(what):
        started = time.monotonic()
        yield
        with capsys.disabled():
            print(f"\n  {COUNT:,} objects: {what}: {time.monotonic() - started:.2f} s", end="")

    return one


@pytest.fixture
def crowd(here):
    """Many cubes in rows. Names that are there already are searched for at length: each has its own."""
    new, data = bpy.data.objects.new, cube().data
    made = [new(f"Seat {number:06}", data) for number in range(COUNT)]
    link = bpy.context.scene.collection.objects.link
    for number, each in enumerate(made):
        each.location = (number % 300, number // 300, 0)
        link(each)
    bpy.context.view_layer.update()


@pytest.mark.usefixtures("crowd")
def test_in_a_huge_scene_a_turn_is_told_restored_and_redone(
    call, code, fingerprint, here, timed, tmp_path
):
    with timed("fingerprint"):
        before = fingerprint()
    with timed("an edit"):
        moved = call("set_object", names=["Seat 000007"], location=[1, 2, 3], turn=1)
    assert moved.receipt.text() == "Changed object Seat 000007 (location)", moved.error
    with timed("a script that moves one and adds one"):
        ran = code(
            "bpy.data.objects['Seat 000009'].location.z = 9\n"
            "bpy.context.scene.collection.objects.link(bpy.data.objects.new('Stage', None))",
            turn=2, running=170.0,
        )  # fmt: skip
    assert ran.ok, ran.error
    assert "added object Stage" in ran.receipt.text().replace("Added", "added")
    after = fingerprint()
    with timed("restore"):
        assert here.scene.restore(1, "turn 1") == ""
    assert fingerprint() == before
    with timed("redo"):
        assert here.scene.redo() == ""
    assert fingerprint() == after
    kept = here.scene.copies
    folder, kept.folder, kept.megabytes = kept.folder, tmp_path / "copies", 200
    try:
        with timed("a saved copy"):
            copy = here.scene.copy("a turn")
    finally:
        kept.folder = folder
        kept.changes += 1
    assert copy is not None, kept.problem
    with bpy.data.libraries.load(str(copy.path)) as (there, _):
        assert len(there.objects) >= COUNT


# Linked


def test_with_linked_objects_all_works_on_the_files_own(works, tmp_path):
    linked(tmp_path)
    works()


def test_a_linked_object_is_refused_with_what_to_do(refused, tmp_path):
    linked(tmp_path)
    said = refused("set_object", names=["Theirs"], location=[1, 1, 1])
    assert "'Theirs' is linked from" in said
    assert "Make it local (run_operator object.make_local) or change it there." in said


def test_a_library_that_is_gone_stops_nothing(works, tmp_path):
    linked(tmp_path)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    (tmp_path / "theirs.blend").unlink()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "scene.blend"))
    assert bpy.data.libraries[0].is_missing
    works()


def test_an_overridden_object_can_be_edited_and_restored(works, tmp_path):
    theirs = linked(tmp_path)
    scene, layer = bpy.context.scene, bpy.context.view_layer
    group = theirs.users_collection[0].override_hierarchy_create(scene, layer)
    group.objects[0].name = "Overridden"
    layer.update()
    works("Overridden")


# Broken


@pytest.mark.parametrize("expression", ["1 /", "1 / 0", "nobody", "bpy.data", "'text'", "1e999"])
def test_a_broken_driver_stops_nothing(works, expression):
    curve = bpy.data.objects["Light"].driver_add("location", 0)
    curve.driver.expression = expression
    variable = curve.driver.variables.new()
    variable.targets[0].id = cube()
    variable.targets[0].data_path = 'no["such"].thing'
    bpy.context.view_layer.update()
    works()


@pytest.fixture
def raising():
    """Have another add-on's handler raise; give the names of those that were called."""
    called = []
    with contextlib.ExitStack() as added:

        def one(name):
            @bpy.app.handlers.persistent  # else it is gone with the file
            def handler(*_):
                called.append(name)
                raise ValueError("another add-on's fault")

            handlers = getattr(bpy.app.handlers, name)
            handlers.append(handler)
            added.callback(lambda: handler in handlers and handlers.remove(handler))
            return called

        yield one


@pytest.mark.parametrize("name", ["depsgraph_update_post", "undo_pre", "undo_post"])
def test_a_handler_of_another_that_raises_stops_nothing(works, raising, name):
    called = raising(name)
    works()
    assert name in called


@pytest.mark.parametrize("name", ["save_pre", "save_post", "load_pre", "load_post"])
def test_nor_does_one_that_raises_at_files(works, here, raising, tmp_path, name):
    called = raising(name)
    kept = here.scene.copies
    folder, kept.folder, kept.megabytes = kept.folder, tmp_path / "copies", 200
    try:
        copy = here.scene.copy("a turn")
        assert copy is not None, kept.problem
        assert bpy.ops.scene_chat.copy_open(path=str(copy.path)) == {"FINISHED"}
    finally:
        kept.folder = folder
        kept.changes += 1
    assert name in called
    works()


def test_a_script_that_saves_to_a_full_disk_is_told_and_loses_nothing(
    code, here, disk, fingerprint
):
    here.gate.allow("chat", ["code", "files"])
    place = disk("size=40k")
    before = fingerprint()
    path = str(place / "a.blend")
    # Compressed, Blender says that it was saved.
    result = code(f"bpy.ops.wm.save_as_mainfile(filepath={path!r}, compress=False)")
    assert not result.ok
    assert "RuntimeError" in result.error
    assert bpy.data.filepath == ""
    assert fingerprint() == before
    assert [each.name for each in place.iterdir()] == []


# A computer that lets nothing be written

READ_ONLY = """
import importlib, os, sys
sys.path.insert(0, {scripts!r})
from bpy_session import enabled
import bpy

def module(name):
    return importlib.import_module({extension!r} + "." + name)

with enabled():
    here = module("operators.runtime").current()
    gate = module("tools.gate")
    def call(name, **arguments):
        made = here.calls.submit(name, arguments, gate.Origin("chat", "Scene Chat", 1, "a turn"))
        here.run_until(made.result.done)
        result = made.result.result()
        assert result.ok, result.error
        return result
    call("create_object", type="cube")
    call("execute_code", code="bpy.data.objects['Cube'].location.x = 5")
    assert bpy.data.objects["Cube"].location.x == 5
    here.scene.restore(1, "a turn")
    assert bpy.data.objects["Cube"].location.x == 0
    print("log:", here.audit.problem)
    print("copies:", here.scene.copies.problem)
    print("faults:", len(here.faults.known))
    print("kept in mind:", len(here.audit.entries()))
print("ended")
"""


def test_with_a_user_folder_that_is_read_only_it_works_and_says_what_it_cannot_write(disk):
    place = disk("size=1m")
    link = place / "extensions" / "user_default" / "scene_chat"
    link.parent.mkdir(parents=True)
    link.symlink_to(CHECKOUT, target_is_directory=True)
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    code = READ_ONLY.format(scripts=str(CHECKOUT / "scripts"), extension=EXTENSION)
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=120,
        env={**os.environ, "BLENDER_USER_RESOURCES": str(place)},
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "log: The log cannot be written: Read-only file system" in said
    assert "copies: No copy was saved before this turn: " in said
    assert "faults: 0" in said
    assert "kept in mind: 2" in said
    assert "ended" in said
    assert "Traceback" not in said
