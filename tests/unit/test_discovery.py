"""Where other programs find the open port of each running Blender."""

from __future__ import annotations

import datetime
import json
import os
import signal
import stat
import sys
import textwrap
from pathlib import Path

import pytest
from scene_chat.server.discovery import Discovery, published

SAY = """
import sys
sys.path.insert(0, {tests!r})
import conftest
from pathlib import Path
from scene_chat.server.discovery import Discovery

Discovery(Path(sys.argv[1]), Path("/a/token")).publish(9876, "/a/chair.blend")
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "ports"


@pytest.fixture
def here(folder):
    made = Discovery(folder, folder.parent / "token")
    yield made
    made.withdraw()


@pytest.fixture
def other(folder, process):
    """Start another process that publishes its port, and lives on."""
    code = textwrap.dedent(SAY.format(tests=str(Path(__file__).parent.parent)))
    return lambda: process(code, folder)


def file_of(folder, pid):
    return folder / f"{pid}.json"


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_file_says_where_the_port_is_and_whose(here, folder):
    here.publish(9999, "/work/castle.blend")
    told = json.loads(file_of(folder, os.getpid()).read_text())
    assert datetime.datetime.fromisoformat(told.pop("started")).tzinfo is not None
    assert told == {
        "port": 9999,
        "pid": os.getpid(),
        "blend": "castle.blend",
        "token_file": str(folder.parent / "token"),
        "url": "http://127.0.0.1:9999/mcp",
    }
    assert here.problem == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_its_owner_may_read_it(here, folder):
    before = os.umask(0)
    try:
        here.publish(9999, "")
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_another_file_that_was_opened_is_said(here, folder):
    here.publish(9999, "")
    (before,) = published(folder)
    here.update("/work/tower.blend")
    (after,) = published(folder)
    assert (before.blend, after.blend) == ("", "tower.blend")
    assert (after.port, after.started) == (before.port, before.started)


def test_a_file_that_is_opened_while_the_port_is_closed_is_nobodys_matter(here, folder):
    here.update("/work/tower.blend")
    assert not folder.exists()


def test_a_closed_port_leaves_nothing(here, folder):
    here.publish(9999, "")
    here.withdraw()
    here.withdraw()
    assert names(folder) == []
    here.publish(9998, "")
    assert [each.port for each in published(folder)] == [9998]


def test_a_second_blender_leaves_the_file_of_one_that_lives(here, folder, other):
    first = other()
    before = file_of(folder, first.pid).read_bytes()
    here.publish(9877, "")
    assert file_of(folder, first.pid).read_bytes() == before
    assert {each.pid: each.port for each in published(folder)} == {
        first.pid: 9876, os.getpid(): 9877,
    }  # fmt: skip
    here.withdraw()
    assert [each.pid for each in published(folder)] == [first.pid]


def test_the_file_of_one_that_was_killed_counts_no_more_and_is_removed(here, folder, other):
    killed = other()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert file_of(folder, killed.pid).exists()
    assert published(folder) == []
    here.publish(9877, "")
    assert names(folder) == [f"{os.getpid()}.json", f"{os.getpid()}.lock"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"port": 1}', "\0", "null"])
def test_a_file_that_makes_no_sense_is_passed_over(here, folder, text):
    here.publish(9999, "")
    file_of(folder, os.getpid()).write_text(text)
    assert published(folder) == []


def test_a_folder_that_cannot_be_written_is_said_and_stops_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file")
    here = Discovery(tmp_path / "taken" / "ports", tmp_path / "token")
    here.publish(9999, "")
    assert "Other programs do not find the port by themselves" in here.problem
    here.update("/a.blend")
    here.withdraw()
    assert published(here.folder) == []
