"""Chats on disk: written as they go on, read after whatever happened to the file, listed, found."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scene_chat.chat import kept
from scene_chat.chat.chats import DELETED_DAYS, Chats, arranged
from scene_chat.chat.conversation import Call, Conversation, Reply
from scene_chat.chat.events import (
    Answering,
    Compacted,
    End,
    Error,
    Joined,
    Question,
    Reasoning,
    Retry,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    as_json,
    from_json,
)  # fmt: skip
from scene_chat.chat.inbox import Prompt
from scene_chat.chat.kept import About
from scene_chat.chat.turns import Turn, next_number
from scene_chat.tools.call import CallResult
from scene_chat.tools.faults import Faults
from scene_chat.tools.picture import Picture
from scene_chat.tools.plain import Secrets
from scene_chat.tools.receipt import Receipt

KEY = "sk-or-v1-0123456789abcdef"
CUBE = CallResult(
    True,
    {"name": "Cube", "size": [1.0, 2]},
    receipt=Receipt({"object": ("Cube", "Ball")}, {}, {"material": {"Red": ("colour", "name")}}),
    seconds=0.25,
)
PICTURE = Picture(b"\x89PNG" + bytes(300), "image/png", 8, 8, "the scene from the top")
EVERY_KIND = [
    Answering("other/model"), Reasoning("Let me "), Reasoning("see."), Text("I look"), Text(" first.\n"),
    Usage(100, 20, 0.5, 80, True), ToolCall("a", "create_object", {"names": ["Cube"], "at": None}),
    ToolCall("b", "execute_code", "not JSON"), ToolResult("a", CUBE),
    ToolResult("b", CallResult(False, {"line": 3}, "It broke.", "Broken", seconds=1.5)),
    Joined("And make it red"), Retry(0.5, "it is busy"), Compacted(9000, 500), Question("Go on?"),
    Usage(10, 2, None), Text("Done: 🧊 “é”."), Error("Out of credit.", "credit"), End("error"),
]  # fmt: skip


class Desk:
    """A Blender's chats, and a person who writes in them."""

    def __init__(self, folder, opened=None):
        self.secrets = Secrets()
        self.faults = Faults(self.secrets)
        self.waiting = []
        self.chats = Chats(
            folder, self.secrets, self.faults, lambda _, function: self.waiting.append(function),
            {} if opened is None else opened,
        )  # fmt: skip
        self.chats.keeping = True
        self.history = self.chats.new()

    def ask(self, prompt, *events, file=""):
        """A turn, with what came of it, as `Chat` tells the journal of it."""
        self.history.about.file = file or self.history.about.file
        turn = Turn(next_number(), prompt, prompt[:48], at=time.time(), asked="a/model")
        self.history.turns.append(turn)
        self.history.conversation.add_prompt(Prompt(prompt, "mode OBJECT"))
        self.history.journal.begin(self.history)
        return self.goes_on(*events)

    def again(self, *events):
        self.history.turns[-1].reopen()
        self.history.conversation.take_back_answer()
        self.history.journal.begin(self.history)
        return self.goes_on(*events)

    def goes_on(self, *events):
        for each in events:
            self.history.turns[-1].feed(each)
            self.history.journal.note(self.history, each)
        return self

    def wait(self):
        """Let what was put off be done."""
        while self.waiting:
            self.waiting.pop(0)()

    def open(self, id):
        self.history = self.chats.open(id).result(10)
        return self.history

    @property
    def file(self):
        return self.history.journal.file


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "kept" / "chats"


@pytest.fixture
def desk(folder):
    made = Desk(folder)
    yield made
    made.chats.close()
    assert [each.message for each in made.faults.known] == []


@pytest.fixture
def another(folder):
    """Another Blender's, with the same folder."""
    made = []

    def one():
        made.append(Desk(folder))
        return made[-1]

    yield one
    for each in made:
        each.chats.close()
        assert [each.message for each in each.faults.known] == []


def shown(turn):
    """What a person sees of a turn."""
    parts = [
        (part.name, part.arguments, part.result and replace(part.result, picture=None))
        if hasattr(part, "arguments")
        else (type(part).__name__, part.text)
        for part in turn.parts
    ]
    return (
        turn.prompt, turn.title, parts, turn.problems, turn.notes, turn.kind, turn.thoughts, turn.model,
        turn.end, turn.tokens, turn.cost, turn.estimated, turn.asked, turn.at,
    )  # fmt: skip


def ids(turn):
    """Calls and results of the conversation's turn, in order."""
    return [
        *(call["id"] for each in turn for call in each.get("tool_calls") or ()),
    ], [each["tool_call_id"] for each in turn if each["role"] == "tool"]


def test_nothing_is_written_for_an_empty_chat(desk, folder):
    desk.chats.rename(desk.history.about.id, "A name")
    desk.chats.close()
    assert not folder.exists() or [each for each in folder.iterdir() if each.is_file()] == []


def test_a_chat_comes_back_as_it_was_with_events_of_every_kind(desk, another):
    desk.ask("Make a cube", *EVERY_KIND, file="/work/a.blend").ask("Thanks", Text("!"), End("done"))
    before = [shown(turn) for turn in desk.history.turns]
    seconds = [turn.seconds for turn in desk.history.turns]
    desk.chats.close()
    back = another().open(desk.history.about.id)
    assert [shown(turn) for turn in back.turns] == before
    assert [turn.seconds for turn in back.turns] == pytest.approx(seconds, abs=0.01)
    assert back.about == replace(desk.history.about)
    assert back.conversation.turns == desk.history.conversation.turns


def test_its_turns_have_numbers_that_no_other_had(desk, another):
    desk.ask("One", End("done")).ask("Two", End("done"))
    desk.chats.close()
    known = [turn.number for turn in desk.history.turns]
    back = [turn.number for turn in another().open(desk.history.about.id).turns]
    assert back[0] < back[1]
    assert not {*back} & {*known}
    assert next_number() not in {*back, *known}


TEXTS = st.text(max_size=40)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
RECEIPTS = st.builds(
    Receipt,
    st.dictionaries(NAMES, st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=2),
    st.dictionaries(NAMES, st.lists(NAMES, min_size=1, max_size=3).map(tuple), max_size=2),
    st.dictionaries(NAMES, st.dictionaries(NAMES, st.lists(NAMES, max_size=2).map(tuple), max_size=2), max_size=2),
)  # fmt: skip
SECONDS = st.floats(0, 1e6)
RESULTS = st.builds(
    CallResult, st.just(True), PLAIN, receipt=RECEIPTS, seconds=SECONDS
) | st.builds(CallResult, st.just(False), PLAIN, NAMES, NAMES, RECEIPTS, seconds=SECONDS)
COUNTS = st.integers(0, 2**40)
COSTS = st.none() | st.floats(0, 1e3)
EVENTS = st.one_of(
    st.builds(Text, NAMES), st.builds(Reasoning, NAMES), st.builds(Joined, NAMES),
    st.builds(Usage, COUNTS, COUNTS, COSTS, COUNTS, st.booleans()), st.builds(Retry, SECONDS, NAMES),
    st.builds(Answering, NAMES), st.builds(Compacted, COUNTS, COUNTS), st.builds(Question, NAMES),
    st.builds(Error, NAMES, NAMES), st.builds(ToolCall, NAMES, NAMES, PLAIN),
    st.builds(ToolResult, NAMES, RESULTS),
    st.sampled_from(["done", "stopped", "error", "rounds", "limit"]).map(End),
)  # fmt: skip


@given(EVENTS)
def test_any_event_is_the_same_after_it_was_a_line(event):
    assert from_json(json.loads(json.dumps(as_json(event, whole=True)))) == event


@given(st.dictionaries(st.sampled_from(["event", "id", "text", "reason", "result", "ok", "receipt",
       "seconds", "input_tokens", "message"]), PLAIN | st.sampled_from(["text", "end", "tool_result"])))  # fmt: skip
def test_what_is_no_event_is_a_value_error(told):
    try:
        event = from_json(told)
    except ValueError:
        return
    Turn(1, "x")
    assert from_json(as_json(event, whole=True)) == event


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(st.lists(EVENTS.filter(lambda each: not isinstance(each, End | ToolCall | ToolResult) and each != Text("")), max_size=8),
       NAMES)  # fmt: skip
def test_any_turn_comes_back_as_it_was(tmp_path_factory, events, prompt):
    here = Desk(tmp_path_factory.mktemp("chats"))
    there = Desk(here.chats.folder)
    here.ask(prompt, *events, End("done"))
    here.chats.close()
    back = there.open(here.history.about.id)
    there.chats.close()
    assert [shown(turn) for turn in back.turns] == [shown(turn) for turn in here.history.turns]


def rounds(conversation):
    """A turn of two rounds with a picture, as the agent adds it."""
    first = Call("c1", "create_object", '{"names": ["Cube"]}')
    second = Call("c2", "look", "{}")
    conversation.add_reply(Reply("I look.", (first, second)))
    yield ToolCall("c1", "create_object", {"names": ["Cube"]})
    yield ToolCall("c2", "look", {})
    conversation.add_result(first, CUBE)
    yield ToolResult("c1", CUBE)
    seen = replace(CUBE, picture=PICTURE)
    conversation.add_result(second, seen)
    yield ToolResult("c2", seen)
    conversation.add_reply(Reply("There it is."))
    yield Text("There it is.")
    yield End("done")


def test_what_the_model_needs_comes_back_but_for_the_pictures(desk, another):
    desk.ask("Make a cube")
    for event in rounds(desk.history.conversation):
        desk.goes_on(event)
    desk.history.meter.counted(4000, 1000)
    desk.ask("And another", End("done"))
    desk.chats.close()
    assert b"base64" not in desk.file.read_bytes()
    back = another().open(desk.history.about.id)
    assert back.meter == desk.history.meter
    text = json.dumps(back.conversation.messages)
    assert "no longer shown" in text
    desk.history.conversation.drop_pictures()
    said = json.dumps(desk.history.conversation.messages).replace("(left out)", "(no longer shown)")
    assert text == said


def test_a_conversation_that_was_made_smaller_comes_back_so(desk, another):
    for number in range(12):
        desk.ask(f"Message {number} " + "word " * 200)
        for event in rounds(desk.history.conversation):
            desk.goes_on(event)
    desk.history.conversation.compact(3000)
    desk.ask("Go on", End("done"))
    desk.chats.close()
    back = another().open(desk.history.about.id).conversation
    assert back.summary == desk.history.conversation.summary != ""
    assert back.summarized == desk.history.conversation.summarized
    assert len(back.turns) == len(desk.history.conversation.turns)
    assert (
        len(another().open(desk.history.about.id).turns) == 13
    )  # for people all of them are there


def test_turns_that_were_taken_out_stay_out(desk, another):
    desk.ask("One", End("done")).ask("Two", End("done")).ask("Three", End("done"))
    del desk.history.turns[1:]
    desk.history.conversation.take_back(2)
    desk.ask("Two, but better", End("done"))
    desk.chats.close()
    back = another().open(desk.history.about.id)
    assert [turn.prompt for turn in back.turns] == ["One", "Two, but better"]
    assert back.conversation.turns == desk.history.conversation.turns


def test_a_turn_that_was_tried_again_is_one_turn(desk, another):
    desk.ask("One", Text("Half an ans"), Error("It broke off."), End("error"))
    desk.again(Text("A whole answer."), End("done"))
    desk.chats.close()
    (turn,) = another().open(desk.history.about.id).turns
    assert (turn.answer, turn.problems, turn.can_go_on) == ("A whole answer.", [], False)


def test_a_chat_goes_on_in_its_own_file_after_a_restart(desk, another):
    desk.ask("One", Text("1"), End("done"))
    desk.chats.close()
    second = another()
    second.open(desk.history.about.id)
    second.ask("Two", Text("2"), End("done"))
    second.chats.close()
    assert second.file == desk.file
    third = another().open(desk.history.about.id)
    assert [(turn.prompt, turn.answer) for turn in third.turns] == [("One", "1"), ("Two", "2")]
    assert third.conversation.turns == second.history.conversation.turns


def test_text_is_written_in_pieces_of_a_moment_and_before_all_else(desk):
    desk.ask("Go")
    lines = desk.file.read_bytes().count(b"\n")
    for _ in range(100):
        desk.goes_on(Text("word "))
    assert desk.file.read_bytes().count(b"\n") == lines
    desk.waiting.pop(0)()
    assert desk.file.read_bytes().count(b"\n") == lines + 1
    desk.goes_on(Text("more"), ToolCall("a", "look", {}))
    texts = [
        json.loads(line)["event"]["event"] for line in desk.file.read_bytes().splitlines()[lines:]
    ]
    assert texts == ["text", "text", "tool_call"]


def test_cut_at_any_byte_a_chat_is_there_up_to_the_last_whole_line(desk, tmp_path):
    desk.ask("Make a cube", Reasoning("Hm"), Usage(9, 9, 0.1))
    for event in rounds(desk.history.conversation):
        desk.goes_on(event)
    desk.ask("Thanks", Text("You are welcome."), Error("Oh.", "broken"), End("error"))
    desk.again(Text("Welcome."), End("done"))
    desk.chats.close()
    whole = desk.file.read_bytes()
    ends = [0, *(n + 1 for n, byte in enumerate(whole) if byte == ord("\n"))]
    before = None
    for length in range(len(whole) + 1):
        lines = max(end for end in ends if end <= length)
        try:
            read = kept.read(whole[:length], "x")
        except kept.Unreadable:
            assert lines <= ends[1], length
            continue
        assert (read.size, read.bad) == (lines, 0)
        now = [shown(turn) for turn in read.turns]
        assert before is None or length in ends or now == before, length
        before = now
        assert all(turn.end for turn in read.turns)
        for turn in read.conversation.turns:
            calls, results = ids(turn)
            assert turn[0]["role"] == "user"
            assert calls == results
    assert before == [shown(turn) for turn in desk.history.turns]


def test_a_turn_that_was_cut_says_so_and_can_be_gone_on_with(desk, another):
    desk.ask("Make a cube", Text("I will"))
    call = Call("c1", "look", "{}")
    desk.history.conversation.add_reply(Reply("I will", (call,)))
    desk.goes_on(ToolCall("c1", "look", {}))
    data = desk.file.read_bytes()
    desk.chats.close()
    desk.file.write_bytes(data + b'{"event":{"event":"te')  # half a line, as a kill leaves it
    second = another()
    back = second.open(desk.history.about.id)
    (turn,) = back.turns
    assert turn.problems == ["Blender ended before this was answered. It can go on from here."]
    assert turn.can_go_on
    assert turn.parts[1].result.error == "Blender ended before this call had a result."
    assert [each["role"] for each in back.conversation.turns[0]] == ["user", "assistant", "tool"]
    assert second.chats.problem == ""
    second.again(Text("There."), End("done"))
    second.chats.close()
    third = another()
    (turn,) = third.open(desk.history.about.id).turns
    assert (turn.answer, turn.problems, turn.can_go_on) == ("I will\n\nThere.", [], False)
    assert third.chats.problem == ""
    assert third.history.conversation.turns == back.conversation.turns


WRITES = """
import sys
sys.path.insert(0, {tests!r})
import conftest
from pathlib import Path
from unit.test_chats import Desk, Text, ToolCall
desk = Desk(Path(sys.argv[1]))
desk.ask("Count", Text("one "), Text("two "), ToolCall("a", "look", {{}}), Text("three "), file={file!r})
desk.wait()
desk.goes_on(Text("lost"))
print(desk.history.about.id, flush=True)
sys.stdin.readline()
desk.chats.close()
"""


@pytest.fixture
def process(folder):
    """Another Blender that has a chat open, and a turn under way."""
    started = []
    tests = str(Path(__file__).parent.parent)

    def one(file=""):
        made = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITES.format(tests=tests, file=file)), str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(made)
        made.id = made.stdout.readline().strip()
        return made

    yield one
    for each in started:
        each.kill()
        each.communicate()


def test_a_killed_process_loses_the_text_of_a_moment_alone(process, another):
    other = process()
    other.send_signal(signal.SIGKILL)
    other.wait()
    (turn,) = another().open(other.id).turns
    assert turn.answer == "one two\n\nthree"
    assert turn.can_go_on


def test_a_chat_that_another_blender_has_open_is_opened_as_a_copy(process, another, folder):
    other, here = process(file="/work/a.blend"), another()
    back = here.open(other.id)
    assert "open in another Blender" in here.chats.problem
    assert back.about.id != other.id
    assert back.about.name == "Count (copy)"
    assert len(list(folder.glob("*.jsonl"))) == 1  # until something is said in it
    here.ask("Go on", Text("four"), End("done"))
    here.chats.close()
    other.communicate("\n")
    third = another()
    copy = third.open(back.about.id)
    assert [turn.prompt for turn in copy.turns] == ["Count", "Go on"]
    assert third.chats.problem == ""
    (original,) = third.open(other.id).turns
    assert original.answer == "one two\n\nthree lost"


def test_no_two_processes_write_into_one_file(process, another):
    other, here = process(), another()
    here.chats.refresh().result(10)
    before = (here.chats.folder / f"{other.id}.jsonl").read_bytes()
    for work in (
        lambda: here.chats.rename(other.id, "Mine"),
        lambda: here.chats.pin(other.id, pinned=True),
    ):
        work()
        here.chats.refresh().result(10)
        assert here.chats.problem == "This chat is open in another Blender: rename or pin it there."
    here.chats.delete(other.id).result(10)
    assert here.chats.problem == "This chat is open in another Blender: delete it there."
    assert (here.chats.folder / f"{other.id}.jsonl").read_bytes() == before


def test_a_file_that_was_changed_meanwhile_gets_no_more_lines_and_it_is_said(desk):
    desk.ask("One", End("done"))
    with desk.file.open("ab") as other:
        other.write(b'{"chat":{}}\n')
    before = desk.file.read_bytes()
    desk.ask("Two", End("done"))
    assert desk.file.read_bytes() == before
    assert "changed by another program" in desk.history.journal.problem


def test_an_unsaved_file_brings_its_chat_back_only_if_its_blender_died(process, another):
    ended, died, saved = process(), process(), process(file="/work/a.blend")
    assert another().chats.left().result(10) is None  # they live
    ended.communicate("\n")
    for each in (died, saved):
        each.kill()
        each.wait()
    here = another()
    assert here.chats.left().result(10).about.id == died.id
    here.chats.close()
    assert another().chats.left().result(10) is None  # it is offered once


def test_the_newest_chat_of_a_file_is_found(desk, another):
    desk.ask("Old", End("done"), file="/work/a.blend")
    for prompt, file in (("New", "/work/a.blend"), ("Other", "/work/b.blend")):
        desk.history = desk.chats.new()
        desk.ask(prompt, End("done"), file=file)
    desk.chats.close()
    here = another()
    assert here.chats.newest_of("/work/a.blend").result(10).about.first == "New"
    assert here.chats.newest_of("/work/none.blend").result(10) is None


def test_damaged_lines_are_passed_over_and_said(desk, another):
    desk.ask("One", Text("1"), End("done")).ask("Two", Text("2"), End("done"))
    desk.chats.close()
    lines = desk.file.read_bytes().splitlines(keepends=True)
    lines[2] = b"\x00\xff garbage \xfe\n"
    lines.insert(
        4, b'{"event":{"event":"text","text":5}}\n[1,2]\n{"messages":{"from":[9,9],"add":[]}}\n'
    )
    desk.file.write_bytes(b"".join(lines))
    here = another()
    back = here.open(desk.history.about.id)
    assert [turn.prompt for turn in back.turns] == ["One", "Two"]
    assert here.chats.problem.startswith("4 lines of this chat's file could not be read")


def test_a_file_in_which_nothing_can_be_read_is_set_aside_never_deleted(desk, another):
    desk.ask("One", End("done"))
    desk.chats.close()
    desk.file.write_bytes(b"\x80garbage\n" * 50)
    here = another()
    assert here.open(desk.history.about.id) is None
    aside = desk.file.with_suffix(".damaged")
    assert aside.read_bytes() == b"\x80garbage\n" * 50
    assert not desk.file.exists()
    assert f"set aside as {aside.name}" in here.chats.problem
    desk.file.write_bytes(b"more\n")  # a second one takes the first one's place from it
    here.chats.refresh().result(10)
    assert len(list(desk.chats.folder.glob("*.damaged"))) == 2
    assert here.chats.listed == ()


def test_a_chat_of_a_newer_scene_chat_is_left_alone(desk, another):
    desk.ask("One", End("done"))
    desk.chats.close()
    data = desk.file.read_bytes().replace(b'{"scene_chat":1', b'{"scene_chat":99', 1)
    desk.file.write_bytes(data)
    here = another()
    assert here.open(desk.history.about.id) is None
    assert "newer Scene Chat" in here.chats.problem
    assert desk.file.read_bytes() == data


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of a chat with everything in it."""
    desk = Desk(tmp_path_factory.mktemp("chats"))
    desk.ask("Make a cube", *EVERY_KIND[:-1])
    for event in rounds(desk.history.conversation):
        desk.goes_on(event)
    desk.chats.close()
    return desk.file.read_bytes()


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_file_whatsoever_ends_in_anything_but_a_chat_or_unreadable(whole, data):
    whole = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        kind = data.draw(st.integers(0, 2))
        if kind == 0:
            whole[at] = data.draw(st.integers(0, 255))
        elif kind == 1:
            del whole[at : at + data.draw(st.integers(1, 200))]
        else:
            whole[at:at] = data.draw(st.binary(max_size=20))
    try:
        read = kept.read(bytes(whole), "x")
    except kept.Unreadable:
        return
    assert all(turn.end for turn in read.turns)
    assert all(ids(turn)[0] == ids(turn)[1] for turn in read.conversation.turns)
    assert read.conversation.characters >= 0


def test_a_read_only_folder_is_a_sentence_and_the_chat_goes_on(desk, folder, monkeypatch):
    if os.geteuid() == 0:
        folder.parent.mkdir()
        folder.write_text("a file where the folder should be")  # nobody keeps root from writing
    else:
        folder.mkdir(parents=True)
        folder.chmod(0o500)
    desk.ask("One", Text("1"), End("done"))
    assert desk.history.journal.problem.startswith("This chat cannot be kept on disk: ")
    assert desk.history.turns[0].answer == "1"
    if folder.is_file():
        folder.unlink()
    else:
        folder.chmod(0o700)
    desk.ask("Two", Text("2"), End("done"))
    assert desk.history.journal.problem == ""
    desk.chats.close()
    read = kept.read(desk.file.read_bytes(), "x")
    assert ([turn.answer for turn in read.turns], read.bad) == (["1", "2"], 0)


def test_a_full_disk_is_a_sentence_and_nothing_is_lost_once_there_is_room(desk):
    desk.ask("One", End("done"))
    room, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (desk.file.stat().st_size + 30, most))  # half a line
    try:
        desk.ask("Two", Text("2"), End("done"))
        assert desk.history.journal.problem.startswith("This chat cannot be kept on disk: ")
        assert [turn.answer for turn in desk.history.turns] == ["", "2"]
        assert kept.read(desk.file.read_bytes(), "x").turns[0].prompt == "One"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    desk.ask("Three", Text("3"), End("done"))
    assert desk.history.journal.problem == ""
    read = kept.read(desk.file.read_bytes(), "x")
    assert ([turn.answer for turn in read.turns], read.bad) == (["", "2", "3"], 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps others out of the profile")
def test_files_are_readable_for_their_owner_alone(desk, folder):
    desk.ask("One", End("done"))
    assert [oct(each.stat().st_mode)[-3:] for each in (folder, desk.file)] == ["700", "600"]


def test_a_key_is_in_no_file_wherever_it_comes(desk, folder):
    desk.secrets.add(KEY)
    desk.ask(
        f"My key is {KEY}, keep it", Reasoning(KEY), ToolCall("a", "look", {KEY: [KEY]}), file="/a"
    )
    desk.history.conversation.add_reply(Reply(f"So {KEY}"))
    desk.goes_on(
        ToolResult("a", CallResult(True, {"x": KEY}, receipt=Receipt({KEY: (KEY,)}))),
        ToolResult("a", CallResult(False, error=KEY, kind="Bad")),
        Joined(KEY), Error(KEY), Text("It is " + KEY[:12]),
    )  # fmt: skip
    desk.wait_once = desk.waiting[-1]
    desk.wait_once()  # a moment passes in the middle of the key
    desk.goes_on(Text(KEY[12:] + "."), End("done"))
    desk.chats.rename(desk.history.about.id, KEY)
    desk.chats.refresh().result(10)
    desk.chats.close()
    text = "".join(each.read_text() for each in folder.rglob("*") if each.is_file())
    assert KEY not in text
    said = [
        json.loads(line)["event"]["text"] for line in text.splitlines() if '"event":"text"' in line
    ]
    assert "".join(said) == "It is [key]."


def test_what_is_switched_off_is_not_kept(desk, folder):
    desk.chats.keep(keeping=False)
    desk.ask("One", End("done"))
    assert not folder.exists()
    desk.chats.keep(keeping=True)
    desk.ask("Two", End("done"))
    assert not folder.exists()  # it would be without its beginning
    desk.history = desk.chats.new()
    desk.ask("Three", End("done"))
    before = desk.file.read_bytes()
    desk.chats.keep(keeping=False)
    desk.ask("Four", End("done"))
    assert desk.file.read_bytes() == before


def test_the_list_knows_titles_files_and_turns_without_reading_whole_files(desk, another):
    desk.ask("Build a tower", End("done"), file="/work/tower.blend").ask("Higher", End("done"))
    desk.chats.close()
    here = another()
    here.chats.refresh().result(10)
    (about,) = here.chats.listed
    assert about == desk.history.about
    assert (about.name, about.file, about.turns) == ("Build a tower", "/work/tower.blend", 2)


def test_a_long_turn_that_was_cut_is_listed_all_the_same(desk, another):
    desk.ask("Tell me all")
    for number in range(50):
        desk.goes_on(ToolCall(str(number), "look", {"x": "y" * 1000}))
    desk.file.rename(desk.file.with_suffix(".aside"))
    data = desk.file.with_suffix(".aside").read_bytes()
    desk.file.write_bytes(data)
    here = another()
    here.chats.refresh().result(10)
    assert [each.name for each in here.chats.listed] == ["Tell me all"]


def test_renaming_and_pinning_hold_for_open_and_for_closed_chats(desk, another):
    desk.ask("One", End("done"))
    desk.chats.rename(desk.history.about.id, "  My   chat ")
    desk.chats.refresh().result(10)
    desk.chats.close()
    here = another()
    here.chats.refresh().result(10)
    assert here.chats.listed[0].name == "My chat"
    here.chats.pin(desk.history.about.id, pinned=True)
    assert here.chats.listed[0].pinned  # at once
    here.chats.rename(desk.history.about.id, "")
    here.chats.refresh().result(10)
    here.chats.close()
    back = another().open(desk.history.about.id)
    assert (back.about.name, back.about.pinned, len(back.turns)) == ("One", True, 1)


def test_renaming_after_half_a_line_makes_a_whole_one(desk, another):
    desk.ask("One", End("done"))
    desk.chats.close()
    with desk.file.open("ab") as out:
        out.write(b'{"event":{"ev')
    here = another()
    here.chats.rename(desk.history.about.id, "Mended")
    here.chats.refresh().result(10)
    assert here.chats.listed[0].name == "Mended"
    assert here.open(desk.history.about.id).about.name == "Mended"


def test_what_is_deleted_is_kept_for_a_while_and_then_goes(desk, another, folder):
    desk.ask("One", End("done"))
    deleted = folder / "deleted" / desk.file.name
    desk.chats.delete(desk.history.about.id).result(10)
    assert desk.chats.listed == ()
    assert kept.read(deleted.read_bytes(), "x").turns[0].prompt == "One"
    desk.history.journal.begin(desk.history)  # what is still under way brings it not back
    assert not desk.file.exists()
    another().chats.refresh().result(10)
    assert deleted.exists()
    long_ago = time.time() - (DELETED_DAYS + 1) * 86_400
    os.utime(deleted, (long_ago, long_ago))
    another().chats.refresh().result(10)
    assert not deleted.exists()


def test_chats_are_found_by_what_was_said_in_them(desk, another):
    desk.ask("Build a tower", Text("It has seven fl"), file="/work/keep.blend")
    desk.wait()
    desk.goes_on(Text("oors."), ToolCall("a", "look", {"hidden": "dragon"}), End("done"))
    desk.history = desk.chats.new()
    desk.ask("Paint a wall", Text("Red."), Joined("no, GREEN"), End("done"))
    desk.chats.close()
    here = another()
    here.chats.refresh().result(10)

    def found(words):
        here.chats.find(words)
        here.chats.refresh().result(10)  # after it, on the same thread
        return [
            each.name for each in arranged(here.chats.listed, "", words, here.chats.find(words))
        ]

    assert found("FLOORS seven") == ["Build a tower"]
    assert found("green red") == ["Paint a wall"]
    assert found("keep.blend") == ["Build a tower"]
    assert found("dragon") == []
    assert len(found("")) == 2


def test_a_list_has_pinned_chats_first_then_those_of_the_file_then_by_date():
    chats = [
        About("a", at=1.0, file="/x"), About("b", at=5.0, file="/y"), About("c", at=3.0, file="/x"),
        About("d", at=0.5, pinned=True), About("e", at=9.0),
    ]  # fmt: skip
    assert [each.id for each in arranged(chats, "/x", "", None)] == ["d", "c", "a", "e", "b"]
    assert [each.id for each in arranged(chats, "", "", None)] == ["d", "e", "b", "c", "a"]


def test_a_thousand_chats_are_listed_and_only_what_changed_is_read_again(desk, folder, monkeypatch):
    desk.ask("One", Text("word " * 400), End("done"))
    data = desk.file.read_bytes()
    for number in range(1000):
        (folder / f"{number:032x}.jsonl").write_bytes(data)
    desk.chats.refresh().result(60)
    assert len(desk.chats.listed) == 1001
    read = []
    about = kept.about
    monkeypatch.setattr(kept, "about", lambda file: read.append(file) or about(file))
    desk.ask("Two", End("done"))
    desk.chats.refresh().result(60)
    assert read == [desk.file]


def test_after_the_extension_was_disabled_and_enabled_a_chat_goes_on_in_its_file(desk, folder):
    desk.ask("One", End("done"))
    desk.chats.close()
    again = Desk(folder, desk.chats.opened)
    again.history = desk.history
    again.secrets.add(KEY)
    again.ask(f"Two {KEY}", End("done"))
    again.chats.close()
    read = kept.read(desk.file.read_bytes(), "x")
    assert [turn.prompt for turn in read.turns] == ["One", "Two [key]"]


def test_a_conversation_that_lost_messages_is_one_that_providers_accept():
    lone = {"role": "tool", "tool_call_id": "x", "content": "lost"}
    call = {"id": "y", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    asks = {"role": "assistant", "content": None, "tool_calls": [call]}
    data = b"".join(
        json.dumps(line).encode() + b"\n"
        for line in (
            {"scene_chat": 1, "id": "a", "created": 1},
            {
                "turn": {"prompt": "p", "title": "p", "asked": "m", "at": 1},
                "messages": {"from": [0, 0], "add": [[asks, lone, {"role": "user", "content": "p"}, lone, asks]]},
            },
        )
    )  # fmt: skip
    (turn,) = kept.read(data, "a").conversation.turns
    assert [each["role"] for each in turn] == ["user", "assistant", "tool"]
    assert turn[2]["tool_call_id"] == "y"
    assert Conversation.of([turn]).characters > 0
