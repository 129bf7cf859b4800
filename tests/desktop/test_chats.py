"""Chats by clicks: a new one, an earlier one, renamed, pinned, found, deleted; and after a crash."""

from __future__ import annotations

import json
import subprocess

import pytest
from desktop.file_browser import choose
from desktop.program import until
from desktop.scenes import PAUSES

NEW, LIST = 114, 88
"""How far the header's buttons are from the sidebar's right edge."""
PIN, DELETE = 33, 12
"""How far a row's buttons are from the right end of the words "New Chat" beneath the list."""


def header(program, place):
    """Where a button of the panel's header is."""
    left, top, right, _ = program.sidebar
    title = program.read("Scene Chat", box=(left, top, right - 90, top + 60))
    return right - place, title.middle[1]


def prompts(program):
    return program.value("[turn.prompt for turn in here.chat.turns]")


def listed(program):
    shown = "here.panel.chats.shown(here.chats, bpy.data.filepath, here.chat.history)"
    return program.value(f"[each.name for each in {shown}]")


def popover(program):
    """The box in which the list of chats is."""
    left, top, *_ = program.sidebar
    return left - 260, top, 1600, top + 420


def open_list(program):
    program.click(*header(program, LIST))
    program.read("Greet me", box=popover(program))


def in_row(program, name, place):
    """Where a button of a chat's row is."""
    below = program.read("New Chat", box=popover(program))
    row = program.read(name, box=popover(program))
    return below.left + below.width - place, row.middle[1]


def close_list(program):
    program.hover(200, 700)
    program.key("Escape")


@pytest.fixture
def two_chats(program):
    """One chat about a greeting, and one about a row that is open."""
    program.run(
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "here = runtime.current()\n"
        "here.panel.chats.search = ''\n"
        "for id in {each.id for each in here.chats.listed} | {*here.chats.opened}:\n"
        "    here.chats.delete(id)\n"
        "here.chat.switch(here.chats.new())\n"
    )
    program.say("Greet me")
    program.turn()
    program.click(*header(program, NEW))
    until(lambda: prompts(program) == [], lambda: f"no new chat; {program.shot('no-new-chat')}")
    program.say("Put cubes in a row")
    program.turn()
    yield program
    close_list(program)


def test_an_earlier_chat_is_opened_by_a_click_and_goes_on(two_chats):
    first = two_chats.value("here.chat.turns[0].number")
    open_list(two_chats)
    two_chats.shot("chats")
    two_chats.click_on("Greet me", box=popover(two_chats))
    until(lambda: prompts(two_chats) == ["Greet me"], "it is not opened")
    close_list(two_chats)
    two_chats.read("Good day to you")
    two_chats.say("Greet me again")
    assert two_chats.turn(2)[1] == "Good day to you."
    assert two_chats.value("here.chat.turns[1].number") > first


def test_after_going_there_and_back_a_turn_can_be_restored(two_chats):
    open_list(two_chats)
    two_chats.click_on("Greet me", box=popover(two_chats))
    until(lambda: prompts(two_chats) == ["Greet me"], "it is not opened")
    two_chats.click_on("Put cubes in a row", box=popover(two_chats))
    until(lambda: prompts(two_chats) == ["Put cubes in a row"], "it is not opened")
    turn = "here.chat.turns[0]"
    assert two_chats.value(f"here.scene.can_restore({turn}.number, {turn}.title)")


def test_a_double_click_renames_in_place(two_chats):
    open_list(two_chats)
    word = two_chats.read("Greet me", box=popover(two_chats))
    two_chats.hover(*word.middle)
    two_chats.screen.xdotool("click", "--repeat", 2, "--delay", 80, 1)
    two_chats.screen.xdotool("sleep", 0.3)
    two_chats.key("ctrl+a")
    two_chats.type("Manners")
    two_chats.shot("chat-renamed")
    two_chats.key("Return")
    until(lambda: "Manners" in listed(two_chats), lambda: f"{listed(two_chats)}")
    two_chats.read("Manners", box=popover(two_chats))


def test_a_pinned_chat_comes_first(two_chats):
    assert listed(two_chats) == ["Put cubes in a row", "Greet me"]
    open_list(two_chats)
    two_chats.press(*in_row(two_chats, "Greet me", PIN))
    until(lambda: listed(two_chats) == ["Greet me", "Put cubes in a row"], "it is not pinned")
    two_chats.shot("chat-pinned")


def test_chats_are_found_by_what_was_said_in_them(two_chats):
    open_list(two_chats)
    two_chats.click_on("Search", box=popover(two_chats))
    two_chats.type("good day")
    until(lambda: listed(two_chats) == ["Greet me"], lambda: f"{listed(two_chats)}")
    two_chats.shot("chats-found")
    two_chats.key("Escape")


def test_a_chat_is_deleted_after_a_question(two_chats):
    open_list(two_chats)
    two_chats.press(*in_row(two_chats, "Greet me", DELETE))
    two_chats.read("30 days", box=(0, 0, 1600, 900))
    two_chats.shot("chat-delete")
    assert listed(two_chats) == ["Put cubes in a row", "Greet me"]
    two_chats.key("Return")
    until(lambda: listed(two_chats) == ["Put cubes in a row"], "it is still listed")


def exported(program, file, entry):
    """Export the open chat by the menu's entry; the browser gives the file's name its ending."""
    open_list(program)
    program.click_on("Export", box=popover(program))
    program.click_on(entry, box=popover(program))
    choose(program, file, typed=file.stem)
    return until(lambda: file.exists() and file.read_text(), "no file is written")


def test_a_chat_is_exported_as_markdown(two_chats, tmp_path):
    text = exported(two_chats, tmp_path / "talk.md", "Markdown (.md)")
    assert "> Put cubes in a row" in text
    assert "There are **three more cubes** now" in text


def test_an_exported_script_makes_the_same_scene_without_the_extension(
    two_chats, blender, tmp_path
):
    file = tmp_path / "talk.py"
    exported(two_chats, file, "Python Script (.py)")
    scene = "sorted([o.name, *o.location] for o in bpy.data.objects)"
    line = [blender, "-b", "--factory-startup", "--python-exit-code", "1", "--python", str(file),
            "--python-expr", f"import bpy, json; print('made', json.dumps({scene}))"]  # fmt: skip
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, cwd=tmp_path)
    made = [each for each in done.stdout.splitlines() if each.startswith("made ")]
    assert made, done.stdout + done.stderr
    assert json.loads(made[0].removeprefix("made ")) == two_chats.value(scene)
    assert len(two_chats.value(scene)) == 6


def saved(program, file):
    return program.aside(f"print(bpy.ops.wm.save_as_mainfile(filepath={str(file)!r}))")


def opened(program, file):
    """Open a file as a person does, in the window."""
    program.aside(
        "def later():\n"
        "    window = bpy.context.window_manager.windows[0]\n"
        "    with bpy.context.temp_override(window=window, screen=window.screen):\n"
        f"        bpy.ops.wm.open_mainfile(filepath={str(file)!r})\n"
        "bpy.app.timers.register(later, first_interval=0.05)"
    )
    until(lambda: program.value("bpy.data.filepath") == str(file), "the file is not opened")


def killed_in_a_turn(start, file=None):
    """A Blender that died in the midst of an answer."""
    program = start()
    program.open_chat()
    if file:
        saved(program, file)
    PAUSES.append(True)
    program.say("Pause once")
    program.read("Half an answer")
    program.process.kill()
    program.process.wait()
    program.close()


def test_killed_in_the_midst_of_a_turn_the_chat_is_there_again_and_goes_on(start, tmp_path):
    file = tmp_path / "scene.blend"
    killed_in_a_turn(start, file)
    program = start()
    assert prompts(program) == []  # it is another file's
    opened(program, file)
    until(lambda: prompts(program) == ["Pause once"], "the chat is not there")
    program.hover(600, 700)  # the file was saved with the sidebar open
    program.read("Blender ended before this was answered")
    program.shot("chat-cut")
    steps, answer = program.value(
        "[[p.result.ok for p in here.chat.turns[0].parts if hasattr(p, 'result')],"
        " here.chat.turns[0].answer]"
    )
    assert steps == [True]
    assert answer == "Half an answer"
    program.click_on("Try Again")
    turn = "[t.end and t.end.reason, t.answer, t.problems] for t in here.chat.turns"
    until(
        lambda: program.value(f"[{turn}]") == [["done", "A whole one.", []]],
        lambda: f"it does not go on; {program.shot('no-going-on')}",
    )


def test_killed_with_a_file_that_was_never_saved_the_chat_is_there_at_the_next_start(start):
    killed_in_a_turn(start)
    program = start()
    until(lambda: prompts(program) == ["Pause once"], "the chat is not there")


def test_after_an_ordinary_end_a_chat_is_there_with_its_file_alone(start, tmp_path):
    file = tmp_path / "scene.blend"
    program = start()
    program.open_chat()
    saved(program, file)
    program.say("Greet me")
    program.turn()
    program.disconnect()
    program.aside("bpy.app.timers.register(lambda: bpy.ops.wm.quit_blender(), first_interval=0.2)")
    assert program.wait() == 0
    program.close()
    program = start()
    program.value("here.chats.refresh().result(10)")
    assert prompts(program) == []
    opened(program, file)
    until(lambda: prompts(program) == ["Greet me"], "the chat is not there")
    program.hover(600, 700)
    program.read("Good day to you")


def test_a_file_that_is_opened_leaves_a_chat_with_turns_alone(start, tmp_path):
    file = tmp_path / "scene.blend"
    program = start()
    program.open_chat()
    saved(program, file)
    program.say("Greet me")
    program.turn()
    program.aside("bpy.ops.scene_chat.chat_new()")
    program.say("Put cubes in a row")
    program.turn()
    opened(program, file)
    assert prompts(program) == ["Put cubes in a row"]
    assert listed(program) == ["Put cubes in a row", "Greet me"]
