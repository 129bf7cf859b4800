"""Renders in the background, with a small script that plays the process that renders."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest
from processes import alive
from scene_chat.tools.alarm import Alarm
from scene_chat.tools.errors import InvalidArguments, Unavailable
from scene_chat.tools.faults import Faults
from scene_chat.tools.plain import Secrets
from scene_chat.tools.renders import Order, RenderJobs

CHILD = """
import json, os, sys, threading, time
from pathlib import Path

order = json.loads(Path(sys.argv[-1]).read_text("utf-8"))
folder = Path(order["output"]).parent

def say(**what):
    print("scene_chat " + json.dumps(what), flush=True)

def write(name, text="a picture"):
    (folder / name).write_text(text)

def go_on():
    sys.stdin.read()
    os._exit(3)
"""


@pytest.fixture
def renders():
    """The renders of a Blender that is not there."""
    alarm = Alarm(Faults(Secrets()))
    made = RenderJobs(alarm)
    yield made
    made.close()
    alarm.close()


@pytest.fixture
def play(renders, tmp_path):
    """Start a render whose process does what the lines say; give its job."""

    def one(lines, target="", frames=(1, 4), overwrite=False):
        folder = tmp_path / f"job {len(list(tmp_path.iterdir()))}"
        (folder / "out").mkdir(parents=True)
        (folder / "scene.blend").write_text("a copy")
        script = folder / "child.py"
        script.write_text(f"{CHILD}\n{lines}\n", "utf-8")
        order = Order(
            blend=str(folder / "scene.blend"), scene="Scene", scripts=False,
            output=str(folder / "out" / "a_####.png"), format="PNG", frames=frames, animation=True,
        )  # fmt: skip
        command = [sys.executable, str(script)]
        return renders.start(command, order, folder, str(target), overwrite, ())

    return one


def ended(job):
    job.ended.result(10)
    return job


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.002)


TWO = 'write("render_0001.png"); say(written=1); write("render_0002.png"); say(written=2)'


def test_what_the_process_says_becomes_the_jobs_state(play):
    job = play("say(frame=2, written=1); say(part=0.5); go_on()")
    until(lambda: job.part)
    assert (job.state, job.frame, job.frames_done, job.part) == ("running", 2, 1, 0.5)
    assert job.progress == pytest.approx(1.5 / 4)
    job.cancel()


def test_how_long_it_goes_on_is_said_once_something_is_rendered(play):
    job = play('say(frame=1); sys.stdin.readline(); say(written=2, part=0.0); go_on()')  # fmt: skip
    until(lambda: job.frame)
    assert job.seconds_left is None
    job._process.stdin.write("\n")
    job._process.stdin.flush()
    until(lambda: job.frames_done)
    assert 0 < job.seconds_left <= job.elapsed
    job.cancel()
    assert job.seconds_left is None


def test_a_render_that_is_done_has_all_of_its_progress_and_a_fixed_time(play):
    job = ended(play(f"{TWO}; say(done=True)"))
    assert (job.state, job.progress, job.error) == ("done", 1.0, "")
    first = job.elapsed
    assert 0 < first == job.elapsed


def test_files_are_moved_to_where_they_are_wanted(play, tmp_path):
    target = tmp_path / "pictures"
    target.mkdir()
    job = ended(play(f"{TWO}; say(done=True)", target / "a_####.png"))
    assert job.files == (str(target / "a_0001.png"), str(target / "a_0002.png"))
    assert [Path(each).read_text() for each in job.files] == ["a picture"] * 2
    assert not job.folder.exists()


def test_without_a_place_for_them_files_stay_in_the_jobs_folder(play):
    job = ended(play(f"{TWO}; say(done=True)"))
    assert [Path(each).parent for each in job.files] == [job.folder / "out"] * 2


def test_a_file_that_was_there_is_replaced(play, tmp_path):
    (tmp_path / "a_0001.png").write_text("an older one")
    ended(play(f"{TWO}; say(done=True)", tmp_path / "a_####.png", overwrite=True))
    assert (tmp_path / "a_0001.png").read_text() == "a picture"


def test_a_file_that_has_come_meanwhile_stays_and_the_pictures_are_kept(play, tmp_path):
    (tmp_path / "a_0002.png").write_text("somebody's own")
    job = ended(play(f"{TWO}; say(done=True)", tmp_path / "a_####.png"))
    assert job.state == "failed"
    assert "a_0002.png has come to be there meanwhile" in job.error
    assert (tmp_path / "a_0002.png").read_text() == "somebody's own"
    assert [Path(each).read_text() for each in job.files] == ["a picture"] * 2
    assert list(tmp_path.glob(".*")) == []


def test_frames_beyond_ten_thousand_are_kept_in_their_order(play):
    lines = "; ".join(f'write("render_{n}.png")' for n in (10001, 9999, 10000))
    job = play(f"{lines}; say(written=2); go_on()", frames=(9999, 10010))
    until(lambda: job.frames_done == 2)
    job.cancel()
    assert [Path(each).name for each in ended(job).files] == ["render_9999.png", "render_10000.png"]


def test_both_views_of_a_stereo_picture_are_kept(play, tmp_path):
    lines = "; ".join(f'write("render_000{n}_{side}.png")' for n in (1, 2) for side in "LR")
    job = ended(play(f"{lines}; say(written=2); say(done=True)", tmp_path / "a_##.png"))
    names = sorted(Path(each).name for each in job.files)
    assert names == ["a_01_L.png", "a_01_R.png", "a_02_L.png", "a_02_R.png"]


def test_a_folder_that_has_gone_meanwhile_fails_and_says_where_the_pictures_are(play, tmp_path):
    job = ended(play(f"{TWO}; say(done=True)", tmp_path / "gone" / "a_####.png"))
    assert job.state == "failed"
    assert f"Could not write to {tmp_path / 'gone'}" in job.error
    assert str(job.folder / "out") in job.error
    assert all(Path(each).is_file() for each in job.files)


def test_the_preview_is_read(play):
    picture = 'write("a_####.png"); (folder.parent / "p.jpg").write_bytes(b"jpeg")'
    shown = 'say(preview=str(folder.parent / "p.jpg"), width=8, height=6)'
    job = ended(play(f"{picture}; {shown}; say(done=True)"))
    assert job.preview == (b"jpeg", 8, 6)


def test_a_preview_that_cannot_be_read_is_left_out(play):
    shown = 'say(preview=str(folder / "none.jpg"), width=8, height=6)'
    job = ended(play(f'write("a_####.png"); {shown}; say(done=True)'))
    assert (job.state, job.preview) == ("done", None)


def test_what_blender_prints_besides_is_passed_over(play):
    noise = 'print("Fra:1 Mem:20M"); print("{}"); sys.stdout.buffer.write(b"\\xff\\n")'
    job = ended(play(f'{noise}; write("a_####.png"); say(written=1); say(done=True)'))
    assert (job.state, job.frames_done) == ("done", 1)


def test_warnings_of_the_process_come_to_the_others(play):
    job = ended(
        play('say(warning="One."); say(warning="Two."); write("a_####.png"); say(done=True)')
    )
    assert job.warnings == ("One.", "Two.")


def test_an_error_that_the_process_names_is_the_jobs(play):
    job = ended(play('print("Error: noise"); say(error="Cannot render, no camera"); sys.exit(1)'))
    assert (job.state, job.error) == ("failed", "Cannot render, no camera")


@pytest.mark.parametrize("made", ["", 'write("a_####.png", "")'], ids=["none", "an empty one"])
def test_done_without_a_whole_file_is_a_failure(play, made):
    job = ended(play(f"{made}\nsay(done=True)"))
    assert job.state == "failed"
    assert job.error


def test_a_process_that_ends_early_leaves_its_last_words(play):
    job = ended(play('print("Read 12 kB"); print("Error: the cat sat on it"); sys.exit(7)'))
    assert job.state == "failed"
    assert "Error: the cat sat on it" in job.error
    assert "code 7" in job.error
    assert "12 kB" not in job.error


def test_a_process_that_dies_without_a_word_is_a_failure_in_a_sentence(play):
    job = ended(play("os.kill(os.getpid(), 9)"))
    assert job.state == "failed"
    assert "ended early (code -9): it said nothing" in job.error


def test_a_process_that_dies_in_the_midst_of_a_line_is_a_failure_in_a_sentence(play):
    job = ended(
        play("""sys.stdout.write('scene_chat {"frame": '); sys.stdout.flush(); os._exit(9)""")
    )
    assert job.state == "failed"
    assert "ended early" in job.error
    assert not Path(job.order.blend).exists()


def test_a_machine_without_graphics_is_told_of_cycles(play):
    job = ended(play('print("EGL Error (0x3001): not initialized"); sys.exit(1)'))
    assert "no graphics (OpenGL)" in job.error
    assert "CYCLES" in job.error


def test_a_full_disk_is_called_so(play):
    job = ended(play('print("Error: No space left on device"); sys.exit(1)'))
    assert job.error == f"The disk of {job.folder} is full."


def test_a_cancelled_render_leaves_no_process_and_names_what_it_has_written(play, tmp_path):
    job = play(f"{TWO}; go_on()", tmp_path / "a_####.png")
    until(lambda: job.frames_done == 2)
    pid = job._process.pid
    job.cancel()
    assert job.state == "cancelled"
    assert not alive(pid)
    ended(job)
    assert [Path(each).name for each in job.files] == ["a_0001.png", "a_0002.png"]
    assert all(Path(each).is_file() for each in job.files)


def test_a_picture_that_was_half_written_when_it_was_cancelled_is_not_named(play):
    job = play(f'{TWO}; write("render_0003.png", "half"); say(part=0.9); go_on()')
    until(lambda: job.part)
    job.cancel()
    ended(job)
    assert [Path(each).name for each in job.files] == ["render_0001.png", "render_0002.png"]


def test_a_process_that_is_deaf_is_ended_all_the_same(play):
    job = play("import signal; signal.signal(15, signal.SIG_IGN); say(frame=1); time.sleep(60)")
    until(lambda: job.frame)
    job.cancel()
    assert job._process.poll() is not None


def test_cancelling_what_has_ended_changes_nothing(play):
    job = ended(play(f"{TWO}; say(done=True)"))
    files = job.files
    job.cancel()
    assert (job.state, job.files) == ("done", files)


@pytest.mark.parametrize("end", ["say(done=True)", "sys.exit(1)", "go_on()"])
def test_the_saved_copy_is_removed_at_the_end(play, end):
    job = play(f"{TWO}; {end}")
    until(lambda: job.frames_done == 2)
    if "go_on" in end:
        assert Path(job.order.blend).exists()
        job.cancel()
    ended(job)
    assert not Path(job.order.blend).exists()


def test_a_second_render_is_refused_while_one_runs_with_its_progress(play):
    job = play("say(written=1); go_on()")
    until(lambda: job.frames_done)
    with pytest.raises(Unavailable, match=r"Render 1 is still running \(25 %\)"):
        play("")
    job.cancel()
    assert ended(play(f"{TWO}; say(done=True)")).number == 2


def test_renders_are_found_by_number_and_0_is_the_latest(renders, play):
    with pytest.raises(InvalidArguments, match="Nothing was rendered yet"):
        renders.find(0)
    first, second = ended(play("")), ended(play(""))
    assert renders.find(1) is first
    assert renders.find(0) is renders.find(2) is second
    with pytest.raises(InvalidArguments, match="there is no render 3; there are 1, 2"):
        renders.find(3)


def test_a_dismissed_render_is_named_no_more_and_its_files_stay(renders, play):
    job = ended(play(f"{TWO}; say(done=True)"))
    renders.dismiss(job.number)
    assert renders.jobs == ()
    assert all(Path(each).is_file() for each in job.files)


def test_a_running_render_cannot_be_dismissed(renders, play):
    job = play("go_on()")
    renders.dismiss(job.number)
    assert renders.jobs == (job,)


def test_no_number_is_given_twice(renders, play):
    first, second = ended(play("")), ended(play(""))
    renders.dismiss(second.number)
    assert play("").number not in (first.number, second.number)


def test_who_waits_is_told_of_the_end(renders, play):
    job = play("sys.stdin.readline(); say(done=True)")
    waiting = renders.when_ended(job, 60)
    assert not waiting.done()
    job._process.stdin.write("\n")
    job._process.stdin.flush()
    waiting.result(5)
    assert job.state != "running"


def test_who_has_waited_long_enough_is_told_and_the_render_goes_on(renders, play):
    job = play("go_on()")
    renders.when_ended(job, 0.05).result(5)
    assert job.state == "running"


def test_who_waits_for_what_has_ended_is_told_at_once(renders, play):
    assert renders.when_ended(ended(play("")), 60).done()


def test_closing_leaves_no_process_and_no_thread(renders, play):
    job = play("say(frame=1); go_on()")
    until(lambda: job.frame)
    renders.close()
    assert job.state == "cancelled"
    assert not alive(job._process.pid)
    assert [each.name for each in threading.enumerate() if "render" in each.name] == []


def test_the_process_ends_by_itself_once_nobody_listens_to_it(play):
    job = play("say(frame=1); go_on()")
    until(lambda: job.frame)
    job._process.stdin.close()
    assert ended(job).state == "failed"
    assert "code 3" in job.error


def test_a_process_that_cannot_be_started_is_no_render(renders, tmp_path):
    order = Order("", "Scene", False, str(tmp_path / "a.png"), "PNG", (1, 1), False)
    with pytest.raises(Unavailable, match="cannot be started"):
        renders.start([str(tmp_path / "no blender")], order, tmp_path, "", False, ())
    assert renders.running is None
    assert renders.jobs == ()
