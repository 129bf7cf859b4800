"""The buttons of the chats in bpy: new, open, rename, pin, delete, export; none of it for tools."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest


@pytest.fixture
def chats(here, tmp_path, module):
    """The chats, kept in a folder of the test's own, with an empty one to go on with."""
    before, chat_before = here.chats, here.chat.history
    here.chats = module("chat.chats").Chats(
        tmp_path / "chats", here.secrets, here.faults, lambda *_: None, {}
    )
    here.chats.keeping = True
    here.resume._chats = here.chats
    here.chat.switch(here.chats.new())
    yield here.chats
    here.chats.close()
    here.chats = here.resume._chats = before
    here.chat.switch(chat_before)


@pytest.fixture
def say(here, chats, module):
    """Have a turn in the chat that is open, answered with these words."""
    events, turns, inbox = module("chat.events"), module("chat.turns"), module("chat.inbox")

    def one(prompt, answer="Done."):
        history = here.chat.history
        history.turns.append(turns.Turn(turns.next_number(), prompt, prompt, asked="a/model"))
        history.conversation.add_prompt(inbox.Prompt(prompt))
        history.journal.begin(history)
        for event in (events.Text(answer), events.End("done")):
            history.turns[-1].feed(event)
            history.journal.note(history, event)
        chats.refresh().result(10)
        return history.about.id

    return one


def prompts(here):
    return [turn.prompt for turn in here.chat.turns]


def test_a_new_chat_is_empty_and_the_one_before_can_be_opened_again(here, say):
    first = say("One")
    turn = here.chat.turns[0]
    assert bpy.ops.scene_chat.chat_new() == {"FINISHED"}
    assert prompts(here) == []
    say("Two")
    bpy.ops.scene_chat.chat_open(chat=first)
    assert here.chat.turns == [turn]  # the same: what it did can be restored


def test_a_new_chat_of_an_empty_one_is_that_one(here, chats):
    before = here.chat.history
    bpy.ops.scene_chat.chat_new()
    assert here.chat.history is before


def test_while_a_turn_runs_no_other_chat_is_opened_and_it_is_said(here, say):
    first = say("One")
    bpy.ops.scene_chat.chat_new()
    say("Two")
    here.chat.running = True
    try:
        for work in (
            bpy.ops.scene_chat.chat_new,
            lambda: bpy.ops.scene_chat.chat_open(chat=first),
            lambda: bpy.ops.scene_chat.chat_delete(chat=here.chat.history.about.id),
        ):
            assert work() == {"CANCELLED"}
    finally:
        here.chat.running = False
    assert prompts(here) == ["Two"]


def test_turns_of_one_session_never_share_a_number(here, say):
    numbers = []
    for prompt in ("One", "Two", "Three"):
        say(prompt)
        numbers += [turn.number for turn in here.chat.turns]
        bpy.ops.scene_chat.chat_new()
    assert len(set(numbers)) == 3


def test_the_row_in_the_list_renames_and_pins_and_deletes(here, say, module):
    first = say("One")
    bpy.ops.scene_chat.chat_new()
    second = say("Two")
    module("operators.chats").rename(first, "The first")
    bpy.ops.scene_chat.chat_pin(chat=first, pinned=True)
    listed = here.panel.chats.shown(here.chats, "", here.chat.history)
    assert [each.name for each in listed] == ["The first", "Two"]
    assert bpy.ops.scene_chat.chat_delete(chat=second) == {"FINISHED"}
    assert prompts(here) == []  # it was the open one
    here.chats.refresh().result(10)
    listed = here.panel.chats.shown(here.chats, "", here.chat.history)
    assert [each.id for each in listed] == [first]
    assert (here.chats.folder / "deleted" / f"{second}.jsonl").exists()


def test_tools_can_do_none_of_it(here, say, code, tmp_path):
    first = say("One")
    bpy.ops.scene_chat.chat_new()
    say("Two")
    file = tmp_path / "a.md"
    result = code(
        f"for work in (bpy.ops.scene_chat.chat_new, lambda: bpy.ops.scene_chat.chat_open(chat={first!r}),\n"
        f"             lambda: bpy.ops.scene_chat.chat_pin(chat={first!r}, pinned=True),\n"
        f"             lambda: bpy.ops.scene_chat.chat_delete(chat={first!r}),\n"
        f"             lambda: bpy.ops.scene_chat.chat_export(filepath={str(file)!r})):\n"
        "    print(work())",
        caller="chat",
    )
    if result.ok:  # else the allow-list has found it
        assert result.value["stdout"].split() == ["{'CANCELLED'}"] * 5
    assert prompts(here) == ["Two"]
    assert not file.exists()
    assert [each.pinned for each in here.chats.listed] == [False, False]


def test_a_chat_is_exported_without_keys(here, say, tmp_path):
    here.secrets.add("sk-0123456789abcdef")
    say("My key is sk-0123456789abcdef", "I will not say it.")
    file = tmp_path / "talk"
    assert bpy.ops.scene_chat.chat_export(filepath=str(file)) == {"FINISHED"}
    text = file.with_suffix(".md").read_text("utf-8")
    assert "> My key is [key]" in text
    assert "I will not say it." in text
    assert "a/model" in text


def test_where_it_cannot_be_written_it_ends_in_a_warning(here, say, tmp_path, capfd):
    say("One")
    file = tmp_path / "no folder" / "a.md"
    assert bpy.ops.scene_chat.chat_export(filepath=str(file)) == {"CANCELLED"}
    assert f"{file} cannot be written: " in capfd.readouterr().out


def test_the_proposed_name_is_the_chats(here, say, module):
    say("Build: a “tower” / ../.. with 3 floors?")
    path = module("operators.chats").proposed_path(".md")
    assert Path(path).name == "Build a tower with 3 floors.md"


def test_without_a_window_nothing_is_kept(module):
    here = module("operators.runtime").current()
    here.set_chats()
    assert not here.chats.keeping
    assert not here.chats.folder.exists()
