"""The log: every call that could change something, whoever made it and however it ended."""

from __future__ import annotations

import json
import threading
import time

import pytest
from scene_chat.tools import audit
from scene_chat.tools.audit import Audit
from scene_chat.tools.plain import Secrets
from scene_chat.tools.rules import Decision


def written(house):
    files = sorted(house.audit.folder.glob("*.jsonl"), key=lambda each: each.stat().st_mtime_ns)
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_an_edit_is_a_line_with_who_what_and_by_whose_leave(house):
    house.scene.file = "/work/castle.blend"
    house.call("add", names=["Cube"])
    (entry,) = written(house)
    assert entry["who"] == "a test"
    assert entry["turn"] == "a turn"
    assert (entry["tool"], entry["arguments"]) == ("add", {"names": ["Cube"]})
    assert entry["effect"] == "edits"
    assert entry["permission"] == "allowed by the rule: changes the scene"
    assert (entry["ok"], entry["receipt"]) == (True, "Added object Cube")
    assert entry["file"] == "/work/castle.blend"
    assert entry["at"][10] == "T"


def test_looking_is_not_logged(house):
    house.call("count")
    assert written(house) == []


def test_a_failed_call_and_a_refused_one_are_logged_with_why(house):
    house.call("add", names=["bad"])
    house.call("write", path="/tmp/a")
    failed, refused = written(house)
    assert (failed["ok"], failed["error"][:24]) == (False, "There is no object 'bad'")
    assert (refused["ok"], refused["permission"]) == (False, "refused")
    assert refused["found"] == ["it writes /tmp/a"]


def test_what_a_person_allowed_is_logged_as_theirs(asking_house):
    call = asking_house.calls.submit("write", {"path": "/tmp/a"}, asking_house.origin())
    asking_house.gate.waiting[0].allow()
    call.result.result(5)
    assert written(asking_house)[0]["permission"] == "allowed once, by the person at Blender"


def test_a_denied_tool_is_logged(house):
    house.gate.rules.set("chat", ["add"], Decision.DENY)
    house.call("add", names=["Cube"])
    assert written(house)[0]["permission"] == "always denied"


def test_a_key_is_in_no_line(house):
    house.secrets.add("sk-0123456789")
    house.call("add", names=["sk-0123456789", "bad sk-0123456789"])
    house.call("add", names=["bad"])
    text = "".join(each.read_text() for each in house.audit.folder.glob("*"))
    assert "sk-0123456789" not in text
    assert "[key]" in text


def test_entries_are_found_by_all_words_that_they_hold_newest_first(house):
    for name in ("Cube", "Cone", "Cube two"):
        house.call("add", names=[name])
    assert [each.arguments["names"] for each in house.audit.entries("cube ADD")] == [
        ["Cube two"], ["Cube"],
    ]  # fmt: skip
    assert house.audit.entries("cube nothing") == []


def test_an_export_holds_the_lines_of_all_processes_in_order(house, tmp_path):
    house.call("add", names=["Cube"])
    other = Audit(tmp_path, Secrets())
    other.folder.joinpath("calls-0-1-1.jsonl").write_text('{"at": "2001-01-01T00:00:00"}\n')
    assert other.export(tmp_path / "all.jsonl") == 2
    lines = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert lines[0]["at"].startswith("2001")
    assert lines[1]["tool"] == "add"


def test_a_long_script_is_cut_and_says_so(house):
    house.gate.allow("chat", ["files"])
    house.call("write", path="x" * 150_000)
    kept = written(house)[0]["arguments"]["path"]
    assert len(kept) < 101_000
    assert kept.endswith("[150,000 characters]")


def test_the_oldest_files_go_when_all_are_too_large(house, monkeypatch):
    monkeypatch.setattr(audit, "FILE_BYTES", 400)
    monkeypatch.setattr(audit, "TOTAL_BYTES", 2000)
    for number in range(30):
        house.call("add", names=[f"Cube {number}"])
    names = [entry["arguments"]["names"][0] for entry in written(house)]
    assert "Cube 29" in names
    assert "Cube 0" not in names
    assert sum(each.stat().st_size for each in house.audit.folder.glob("*")) < 3000


def test_a_log_that_cannot_be_written_says_so_and_no_call_fails(tmp_path, house, monkeypatch):
    (tmp_path / "log").write_text("a file where the folder should be")
    assert house.call("add", names=["Cube"]).ok
    assert "The log cannot be written" in house.audit.problem
    assert len(house.audit.latest) == 1
    (tmp_path / "log").unlink()
    assert house.call("add", names=["Cone"]).ok
    assert house.audit.problem == ""


def test_only_the_owner_may_read_it(house):
    house.call("add", names=["Cube"])
    (file,) = house.audit.folder.glob("*.jsonl")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("tool", ["add", "count", "add_some"])
def test_a_fault_of_the_log_keeps_no_result_back(house, monkeypatch, tool):
    def broken(*_):
        raise ValueError("the log is broken")

    monkeypatch.setattr(house.audit, "ended", broken)
    arguments = {"names": ["Cube"]} if tool != "count" else {}
    assert house.call(tool, **arguments).ok


def test_a_call_that_ends_elsewhere_leaves_what_runs_marked(house):
    origin = house.origin()
    worker = threading.Thread(target=lambda: house.call("wait", seconds=1.0))
    worker.start()
    while not house.calls.health().busy:
        time.sleep(0.01)
    assert not house.calls.submit("no such tool", {}, origin).result.result(5).ok
    assert not house.call("write", path="/x").ok  # refused without a window
    [mark] = (house.folder / "running").glob("*.json")
    assert mark.read_bytes()[:1] == b"R"
    worker.join()
    house.call("count")
    ends = time.monotonic() + 5.0  # at the latest once the main thread goes back to its own loop
    while mark.read_bytes()[:1] != b"I" and time.monotonic() < ends:
        time.sleep(0.01)
    assert mark.read_bytes()[:1] == b"I"


def test_what_is_read_after_a_call_is_not_taken_for_that_call(house):
    ended = house.calls.submit("count", {}, house.origin())
    read = house.calls.read(lambda: next((house.folder / "running").glob("*.json")).read_bytes())
    assert ended.result.result(5).ok
    assert read.result(5)[:1] == b"I"
