"""What a process was doing when it died: real files, real processes, killed as a crash ends them."""

from __future__ import annotations

import signal
import textwrap
from pathlib import Path

import pytest
from scene_chat.tools.running import RunningMark, left_behind

SAY = """
import sys, time
sys.path.insert(0, {tests!r})
import conftest
from pathlib import Path
from scene_chat.tools.running import RunningMark

mark = RunningMark(Path(sys.argv[1]))
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def process(tmp_path, process):
    """Start a process that does what the lines say with its `mark`; it is alive and ready then."""
    code = textwrap.dedent(SAY.format(tests=str(Path(__file__).parent.parent)))
    return lambda lines: process(code + textwrap.dedent(lines), tmp_path)


def crash(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def end(process):
    process.communicate("go on\n")
    assert process.returncode == 0


RUNS = """
    mark.temporary = "/somewhere"
    mark.note(file="/a/chair.blend", who="Scene Chat", turn="a turn", tool="execute_code",
              about="while True: pass")
    ready()
    mark.close()
"""


def test_of_a_process_that_was_killed_it_is_known_what_it_was_doing(process, tmp_path):
    killed = process(RUNS)
    crash(killed)
    (left,) = left_behind(tmp_path)
    assert (left.pid, left.running, left.file) == (killed.pid, True, "/a/chair.blend")
    assert (left.who, left.turn, left.tool) == ("Scene Chat", "a turn", "execute_code")
    assert (left.about, left.temporary) == ("while True: pass", "/somewhere")


def test_one_that_lives_has_not_died(process, tmp_path):
    process(RUNS)
    assert len(list(tmp_path.iterdir())) == 1
    assert left_behind(tmp_path) == []


def test_one_that_ended_well_leaves_nothing(process, tmp_path):
    end(process(RUNS))
    assert list(tmp_path.iterdir()) == []


def test_this_very_process_has_not_died(tmp_path):
    mark = RunningMark(tmp_path)
    mark.note(tool="look")
    assert left_behind(tmp_path) == []
    mark.close()


def test_what_had_ended_when_it_was_killed_was_not_running(process, tmp_path):
    crash(process("mark.note(tool='look', about='a long one ' * 9)\nmark.idle()\nready()"))
    (left,) = left_behind(tmp_path)
    assert (left.tool, left.running) == ("look", False)


def test_what_is_shorter_than_what_stood_there_is_read_whole(process, tmp_path):
    crash(process("mark.note(tool='first', about='x' * 999)\nmark.note(tool='then')\nready()"))
    (left,) = left_behind(tmp_path)
    assert (left.tool, left.about, left.running) == ("then", "", True)


def test_a_process_that_did_nothing_leaves_nothing(process, tmp_path):
    crash(process("mark.idle()\nready()"))
    assert list(tmp_path.iterdir()) == []


def test_of_several_the_latest_comes_first(process, tmp_path):
    first = process("mark.note(tool='first')\nready()")
    second = process("mark.note(tool='second')\nready()")
    third = process("mark.note(tool='third')\nready()")
    crash(second)
    crash(first)
    assert [each.tool for each in left_behind(tmp_path)] == ["second", "first"]
    end(third)


def test_what_a_killed_process_started_and_left_running_does_not_keep_it_alive(process, tmp_path):
    killed = process("""
        import subprocess
        mark.note(tool="render")
        subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"])
        ready()
    """)
    crash(killed)
    assert [each.tool for each in left_behind(tmp_path)] == ["render"]


def test_once_it_was_seen_its_mark_can_be_removed(process, tmp_path):
    crash(process(RUNS))
    (left,) = left_behind(tmp_path)
    left.mark.unlink()
    assert left_behind(tmp_path) == []


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "taken").write_text("a file")
    mark = RunningMark(tmp_path / "taken" / "running")
    mark.note(tool="look")
    mark.idle()
    mark.close()
    assert left_behind(mark.folder) == []


@pytest.mark.parametrize("text", ["", "R", "R{", "R[]", "R{}", 'R{"pid": 1}', "\0\xff", "I null"])
def test_a_mark_that_cannot_be_read_is_passed_over(text, process, tmp_path):
    crash(process(RUNS))
    (tmp_path / "0-0.json").write_bytes(text.encode("latin-1"))
    assert [each.tool for each in left_behind(tmp_path)] == ["execute_code"]


def test_the_mark_is_for_its_owners_eyes_only(tmp_path):
    mark = RunningMark(tmp_path)
    mark.note(about="what I asked")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    mark.close()
