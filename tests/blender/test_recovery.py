"""Saved copies before turns that run code, opening them again, and what a killed Blender leaves."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import bpy
import pytest
from blender.scenes import cube
from bpy_session import CHECKOUT

EDIT = "bpy.data.objects['Cube'].location.x += 1"
READ = "print(len(bpy.data.objects))"


@pytest.fixture(autouse=True)
def copies(here, tmp_path):
    """Copies are saved, into a folder of the test's own."""
    bpy.data.orphans_purge()  # which no file holds
    kept = here.scene.copies
    before = kept.folder, kept.count
    kept.folder, kept.megabytes = tmp_path / "copies", 200
    kept.changes += 1
    yield kept
    kept.folder, kept.count = before
    kept.changes += 1
    kept.forget()


@pytest.fixture
def fingerprint(module, here):
    return module("tools.handlers.fingerprint").fingerprint


@pytest.fixture
def saved(tmp_path):
    """Save the scene as a file of a project, and open it."""

    def one(name="chair.blend"):
        (tmp_path / "project").mkdir(exist_ok=True)
        path = tmp_path / "project" / name
        bpy.ops.wm.save_as_mainfile(filepath=str(path))
        return path

    return one


def opened(copy):
    """Open a copy by its button; return the path of the file that is open then."""
    assert bpy.ops.scene_chat.copy_open(path=str(copy.path)) == {"FINISHED"}
    return bpy.data.filepath


def content(path):
    return hashlib.sha1(Path(path).read_bytes()).hexdigest()


def dirty():
    """Change something, as a person who did not save."""
    cube().location.z = 7
    bpy.ops.ed.undo_push(message="Move")
    assert bpy.data.is_dirty


# Which turns


def test_a_turn_that_runs_code_has_one_copy_from_before_it(code, copies):
    code(EDIT, turn=1)
    code(EDIT, turn=1)
    (copy,) = copies.listed()
    assert copy.turn == "turn 1"
    with bpy.data.libraries.load(str(copy.path)) as (there, _):
        assert "Cube" in there.objects
    assert copies.problem == ""


def test_each_turn_has_its_own(code, copies):
    for turn in (1, 2):
        code(EDIT, turn=turn)
    assert [each.turn for each in copies.listed()] == ["turn 2", "turn 1"]


def test_turns_of_two_that_take_turns_have_one_each(code, copies):
    for _ in range(3):
        for turn in (1, 2):
            code(EDIT, turn=turn)
    assert len(copies.listed()) == 2


def test_a_script_that_only_reads_saves_none(code, copies):
    assert code(READ).ok
    assert copies.listed() == []


def test_tools_that_undo_brings_back_save_none(call, copies):
    call("create_object", type="cube")
    assert copies.listed() == []


def test_without_blenders_undo_they_save_one(call, copies):
    edit = bpy.context.preferences.edit
    edit.use_global_undo = False
    try:
        call("create_object", type="cube")
    finally:
        edit.use_global_undo = True
    assert len(copies.listed()) == 1


def test_a_script_that_fails_had_its_copy(code, copies, fingerprint):
    before = fingerprint()
    assert not code(f"{EDIT}\nraise ValueError('half way')").ok
    (copy,) = copies.listed()
    opened(copy)
    assert fingerprint() == before


def test_switched_off_none_is_saved(code, copies):
    copies.megabytes = 0
    assert code(EDIT).ok
    assert copies.listed() == []
    assert copies.problem == ""


def test_of_a_file_that_is_too_large_none_is_saved_and_it_says_so(code, copies, saved):
    path = saved()
    with path.open("r+b") as file:
        file.truncate(2_000_000)
    copies.megabytes = 1
    assert code(EDIT).ok
    assert copies.listed() == []
    assert "the file has 2 MB, and copies are made of files up to 1 MB" in copies.problem


def test_only_so_many_are_kept(code, copies):
    copies.count = 2
    for turn in range(1, 5):
        code(EDIT, turn=turn)
    assert [each.turn for each in copies.listed()] == ["turn 4", "turn 3"]


def test_saving_a_copy_leaves_the_open_file_as_it_was(code, copies, saved):
    path = saved()
    before = content(path)
    code(EDIT)
    assert bpy.data.filepath == str(path)
    assert content(path) == before
    bpy.ops.ed.undo()
    assert cube().location.x == 0


# Opening


def test_a_copy_opens_beside_its_file_as_the_scene_was_before_the_turn(
    code, copies, saved, fingerprint
):
    path = saved()
    dirty()
    before, on_disk = fingerprint(), content(path)
    code(EDIT)
    (copy,) = copies.listed()
    assert opened(copy) == str(path.with_name("chair restored 001.blend"))
    assert fingerprint() == before
    assert content(path) == on_disk
    assert copy.path.exists()


def test_a_second_one_takes_no_files_place(code, copies, saved):
    path = saved()
    code(EDIT)
    (copy,) = copies.listed()
    path.with_name("chair restored 001.blend").write_bytes(b"somebody's")
    assert opened(copy) == str(path.with_name("chair restored 002.blend"))
    assert path.with_name("chair restored 001.blend").read_bytes() == b"somebody's"


def test_relative_paths_lead_where_they_did(code, copies, saved):
    path = saved()
    picture = bpy.data.images.new("wood", 2, 2)
    picture.filepath_raw, picture.file_format = str(path.with_name("wood.png")), "PNG"
    picture.save()
    bpy.data.images.load("//wood.png").use_fake_user = True
    code(EDIT)
    opened(copies.listed()[0])
    (loaded,) = (each for each in bpy.data.images if each.filepath == "//wood.png")
    assert Path(bpy.path.abspath(loaded.filepath)) == path.with_name("wood.png")
    assert len(loaded.pixels) == 16  # so it is read from there


def test_a_file_without_a_name_opens_as_one(code, copies, fingerprint):
    cube().location.y = 3
    before = fingerprint()
    code(EDIT)
    assert opened(copies.listed()[0]) == ""
    assert fingerprint() == before


@pytest.fixture
def nothing_beside(saved):
    """A file whose folder takes no other beside it."""
    path = saved()
    path.parent.rename(path.parent.with_name("moved away"))
    return path


def test_where_nothing_can_lie_beside_it_opens_without_a_name(
    nothing_beside, code, copies, fingerprint
):
    before = fingerprint()
    code(EDIT)
    assert opened(copies.listed()[0]) == ""
    assert fingerprint() == before


def test_what_was_not_saved_is_kept_as_a_copy_first(code, copies, saved, fingerprint):
    saved()
    code(EDIT)
    (first,) = copies.listed()
    dirty()
    before = fingerprint()
    opened(first)
    kept, same = copies.listed()
    assert (kept.turn, same) == ("another file was opened", first)
    opened(kept)
    assert fingerprint() == before


def test_keeping_it_does_not_push_out_the_one_that_is_opened(code, copies, saved, fingerprint):
    saved()
    copies.count = 1
    before = fingerprint()
    code(EDIT)
    (copy,) = copies.listed()
    dirty()
    opened(copy)
    assert fingerprint() == before


def refuses(copy, match):
    before = bpy.data.filepath, tuple(cube().location)
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.scene_chat.copy_open(path=str(copy.path))
    assert (bpy.data.filepath, tuple(cube().location)) == before
    assert bpy.data.is_dirty


def test_where_it_cannot_be_kept_nothing_is_opened(code, copies, saved):
    saved()
    code(EDIT)
    (copy,) = copies.listed()
    dirty()
    copies.megabytes = 0
    refuses(copy, "Saved copies are switched off. Save the open file first")


def test_a_disk_that_is_full_while_it_is_kept_loses_nothing(code, copies, saved, disk):
    saved()
    copies.folder = disk("size=1m")
    copies.changes += 1
    code(EDIT)
    (copy,) = copies.listed()
    files = sorted(copies.folder.iterdir())
    fill(copies.folder)
    dirty()
    refuses(copy, "No copy was saved before this turn: .* Save the open file first")
    assert [each for each in sorted(copies.folder.iterdir()) if each.name != "full"] == files


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def compression(request):
    """Whether Blender compresses what it saves, as the preferences say."""
    paths = bpy.context.preferences.filepaths
    before, paths.use_file_compression = paths.use_file_compression, request.param
    yield request.param
    paths.use_file_compression = before


@pytest.mark.usefixtures("compression")
@pytest.mark.parametrize("size", ["size=20k", "size=40k", "size=60k"])
def test_wherever_the_disk_becomes_full_there_is_no_copy_in_parts(code, copies, disk, size):
    """Blender itself says of a compressed one that it was saved."""
    copies.folder = disk(size)
    assert code(EDIT).ok
    assert copies.problem.startswith("No copy was saved before this turn: ")
    assert "MB are free there" in copies.problem
    assert copies.listed() == []
    assert list(copies.folder.iterdir()) == []


@pytest.mark.usefixtures("compression")
def test_a_copy_opens_whether_it_is_compressed_or_not(code, copies, saved, fingerprint):
    saved()
    before = fingerprint()
    code(EDIT)
    opened(copies.listed()[0])
    assert fingerprint() == before


def test_where_the_files_own_disk_is_full_half_a_file_does_not_stay(
    code, copies, disk, fingerprint
):
    place = disk("size=1m")
    bpy.ops.wm.save_as_mainfile(filepath=str(place / "chair.blend"))
    before = fingerprint()
    code(EDIT)
    fill(place)
    assert opened(copies.listed()[0]) == ""
    assert fingerprint() == before
    assert sorted(each.name for each in place.iterdir()) == ["chair.blend", "full"]


def test_a_folder_that_is_read_only_is_told_and_the_turn_goes_on(code, copies, disk):
    place = disk()
    subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
    copies.folder = place / "copies"
    assert code(EDIT).ok
    assert "Read-only file system" in copies.problem, copies.problem


def fill(place):
    """Leave no more than a few kilobytes on a disk."""
    room = os.statvfs(place)
    with (place / "full").open("wb") as file:
        file.write(bytes(room.f_bavail * room.f_frsize - 8192))


def test_a_tool_cannot_open_nor_delete_copies(code, copies):
    code(EDIT, turn=1)
    (copy,) = copies.listed()
    for name in ("copy_open", "copy_remove"):
        code(f"bpy.ops.scene_chat.{name}(path={str(copy.path)!r})", turn=1)
        assert copies.listed() == [copy]
        assert cube().location.x == 1


def test_a_copy_is_deleted_by_its_button(code, copies):
    for turn in (1, 2):
        code(EDIT, turn=turn)
    second, first = copies.listed()
    bpy.ops.scene_chat.copy_remove(path=str(second.path))
    assert copies.listed() == [first]
    assert not second.path.exists()


# A Blender that died

START = """
import importlib, sys
sys.path.insert(0, {scripts!r})
from bpy_session import EXTENSION, bpy_session

def module(name):
    return importlib.import_module(EXTENSION + "." + name)

with bpy_session():
    import bpy
    here = module("operators.runtime").current()
    gate = module("tools.gate")

    def call(name, **arguments):
        origin = gate.Origin("chat", "Scene Chat", 1, "spin it")
        made = here.calls.submit(name, arguments, origin)
        here.run_until(made.result.done)
        return made.result.result()

    def ready(*words):
        print("ready", *words, flush=True)
        sys.stdin.readline()

"""


@pytest.fixture
def blender(tmp_path):
    """Start a bpy of its own, in one user folder, that does what the lines say."""
    started = []

    def one(lines):
        code = START.format(scripts=str(CHECKOUT / "scripts"))
        code += textwrap.indent(textwrap.dedent(lines), "    ")
        made = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "BLENDER_USER_RESOURCES": str(tmp_path / "user")},
        )  # fmt: skip
        started.append(made)
        return made

    yield one
    for each in started:
        each.kill()
        each.communicate()


def words(process):
    """What it said when it was ready."""
    for line in process.stdout:
        if line.startswith("ready"):
            return line.split()[1:]
    raise AssertionError("it ended before it was ready")


def ends(process):
    said, _ = process.communicate("go on\n")
    assert process.returncode == 0, said


@pytest.fixture
def kept(tmp_path):
    """Where that user folder keeps what is kept for the person."""
    return tmp_path / "user" / "datafiles" / "scene_chat"


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def test_of_a_blender_that_was_killed_it_is_known_what_ran(blender, kept, module, tmp_path):
    file = tmp_path / "chair.blend"
    killed = blender(f"""
        bpy.ops.wm.save_as_mainfile(filepath={str(file)!r})
        call("create_object", type="cube")
        call("execute_code", code="while True: bpy.context.scene['spin'] = 1")
    """)
    until(lambda: any(kept.glob("copies/*.json")))  # after it the script runs
    assert any(b"while True" in each.read_bytes() for each in kept.glob("running/*"))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (left,) = module("tools.running").left_behind(kept / "running")
    assert (left.pid, left.running, left.file) == (killed.pid, True, str(file))
    assert (left.who, left.turn, left.tool) == ("Scene Chat", "spin it", "execute_code")
    assert left.about.startswith("while True")
    (copy,) = module("tools.saved_copies").SavedCopies(kept / "copies").listed()
    assert (copy.file, copy.turn) == (str(file), "spin it")


def test_a_blender_that_ended_well_leaves_no_mark(blender, kept):
    one = blender("call('create_object', type='cube')\nready()")
    words(one)
    assert len(list(kept.glob("running/*"))) == 1
    ends(one)
    assert list(kept.glob("running/*")) == []


def test_two_blenders_with_one_user_folder_do_not_think_each_other_dead(blender, kept):
    lines = """
        assert call("create_object", type="cube").ok
        ready()
        assert call("create_object", type="cone").ok
        left = module("tools.running").left_behind(here.audit.mark.folder)
        ready(len(left), "problem" if here.audit.problem else "logged")
    """
    both = []
    for _ in range(2):
        both.append(blender(lines))
        words(both[-1])
    for each in both:
        each.stdin.write("go on\n")
        each.stdin.flush()
        assert words(each) == ["0", "logged"]
    for each in both:
        ends(each)
    logs = list(kept.glob("log/*.jsonl"))
    assert [len(each.read_text("utf-8").splitlines()) for each in logs] == [2, 2]
    assert sorted(int(each.stem.split("-")[3]) for each in logs) == sorted(e.pid for e in both)
