"""What goes into a message, and what is sent while a turn runs: by clicks and keys."""

from __future__ import annotations

import json
import time

import pytest
from desktop.drag import drop
from desktop.file_browser import choose
from desktop.program import until
from PIL import Image


def sent(model, number=-1):
    """The newest message of a request that is the person's, as text, with what stands beside it."""
    return json.dumps(model.requests[number]["messages"][1:], ensure_ascii=False)


def draft(program, words):
    until(lambda: program.value("here.panel.draft") == words, f"the draft is not {words!r}")


def icon(program, place):
    """Click on one of the small buttons above Send: 0 for names, 1 pictures, 2 text, 3 earlier."""
    send = program.read("Send")
    x = program.sidebar[0] + (38 if place == 0 else 50 + 21 * place)
    program.press(x, send.middle[1] - 27)


def close_other_windows(program):
    program.aside(
        "for window in list(bpy.context.window_manager.windows)[1:]:\n"
        "    with bpy.context.temp_override(window=window):\n"
        "        bpy.ops.wm.window_close()"
    )


def test_a_message_sent_meanwhile_waits_and_can_be_taken_back(program):
    program.say("Keep silence")
    program.read("Let me think")
    program.say("Greet me")
    until(lambda: program.value("len(here.chat.queued)") == 1, "it is not queued")
    waiting = program.read("Greet me")
    program.read("Send Now")
    program.shot("queued")
    right = program.sidebar[2]
    program.press(right - 49, waiting.middle[1])
    draft(program, "Greet me")
    assert program.value("len(here.chat.queued)") == 0
    program.click_on("Stop")
    program.turn()


def test_ctrl_and_enter_stop_the_answer_and_send_at_once(program):
    program.say("Keep silence")
    program.read("Let me think")
    program.write("Greet me")
    program.key("ctrl+Return")
    program.hover(600, 700)
    assert program.turn(2)[:2] == ["done", "Good day to you."]
    assert program.value("[each.end.reason for each in here.chat.turns]") == ["stopped", "done"]


def test_what_waited_for_a_stopped_answer_is_sent_by_a_click(program):
    program.say("Keep silence")
    program.read("Let me think")
    program.say("Greet me")
    program.read("Send Now")
    program.click_on("Stop")
    program.turn()
    until(lambda: not program.value("here.chat.running"), "it still runs")
    program.shot("queued-stopped")
    waiting = program.read("Greet me")
    left, _, right, _ = program.sidebar
    box = (left, waiting.top + 8, right, waiting.top + 45)
    program.click_on("Send", box=box)
    assert program.turn(2)[1] == "Good day to you."


def test_chips_send_what_they_say(program, model):
    left, top, right, _ = program.sidebar
    chips = (left, top + 62, right - 40, top + 150)  # not the panel's title above them
    program.click_on("Scene", box=chips)
    program.click_on("View", box=chips)
    until(lambda: program.value("len(here.panel.chips)") == 2, "the chips are not on")
    program.hover(600, 700)
    program.shot("chips")
    program.say("Greet me")
    program.turn()
    assert "the scene: {" in sent(model).replace("\\", "")
    assert "data:image/" in sent(model)
    assert program.value("len(here.panel.chips)") == 0


def test_a_name_is_chosen_from_a_list_and_told_to_the_model(program, model):
    icon(program, 0)
    program.read("Camera")
    program.type("Ligh")
    program.read("Light")
    program.shot("names")
    program.key("Return")
    draft(program, "@Light ")
    program.click_on("@Light")
    program.key("End")
    program.type("Greet it")
    program.key("Return")
    program.hover(600, 700)
    program.turn()
    assert "named with @: object 'Light'" in sent(model)


def test_a_picture_goes_with_the_message_and_can_be_taken_off(program, model, tmp_path):
    Image.new("RGB", (40, 30), "red").save(tmp_path / "plan.png")
    (tmp_path / "notes.png").write_text("no picture")
    program.aside(
        f"bpy.ops.scene_chat.attach('EXEC_DEFAULT', directory={str(tmp_path)!r},"
        "files=[{'name': 'plan.png'}, {'name': 'notes.png'}])"
    )
    row = program.read("plan.png")
    program.shot("picture")
    program.press(program.sidebar[2] - 49, row.middle[1])
    until(lambda: program.value("len(here.panel.pictures)") == 0, "it is still attached")
    program.aside(
        f"bpy.ops.scene_chat.attach('EXEC_DEFAULT', filepath={str(tmp_path / 'plan.png')!r})"
    )
    program.say("Greet me")
    program.turn()
    assert "The person attached: plan.png." in sent(model)
    assert "data:image/png" in sent(model)


@pytest.fixture
def plan(tmp_path):
    """A picture's file."""
    file = tmp_path / "plan.png"
    Image.new("RGB", (40, 30), "red").save(file)
    return file


def test_a_picture_is_chosen_in_the_file_browser(program, model, plan):
    icon(program, 1)
    choose(program, plan)
    program.hover(600, 700)
    program.read("plan.png")
    program.shot("picture-chosen")
    program.say("Greet me")
    program.turn()
    assert "The person attached: plan.png." in sent(model)
    assert "data:image/png" in sent(model)


def test_a_picture_is_dropped_on_the_panel(program, model, plan):
    left, top, right, _ = program.sidebar
    x, y = (left + right) // 2, top + 400
    program.hover(x, y)
    drop(program.screen, [plan], x, y)
    menu = (left - 200, y - 100, right, y + 100)
    program.read("Attach Pictures", box=menu)
    program.shot("picture-dropped")
    program.click_on("Attach Pictures", box=menu)
    program.hover(600, 700)
    program.read("plan.png")
    program.say("Greet me")
    program.turn()
    assert "The person attached: plan.png." in sent(model)


def test_where_blender_reads_no_picture_from_the_clipboard_that_is_said(program):
    editor = "next(a for a in bpy.context.screen.areas if a.type == {!r}).ui_type = {!r}"
    program.aside(editor.format("PROPERTIES", "IMAGE_EDITOR"))
    try:
        icon(program, 2)
        program.read("holds no picture that Blender can read", box=(0, 860, 1600, 900))
        program.shot("picture-none")
        assert program.value("len(here.panel.pictures)") == 0
    finally:
        program.aside(editor.format("IMAGE_EDITOR", "PROPERTIES"))


def test_a_message_is_written_in_the_text_editor(program, model):
    program.write("These are")
    program.hover(600, 700)
    program.click(600, 700)
    draft(program, "These are")
    icon(program, 2)
    until(lambda: program.value("here.panel.writing"), "the Text Editor does not open")
    program.shot("writing")
    program.aside("bpy.data.texts['Scene Chat Message'].from_string('These are\\ntwo lines\\n')")
    close_other_windows(program)  # without a window manager it lies over the sidebar
    program.hover(600, 700)
    program.read("Written in the Text Editor")
    program.shot("written")
    program.click_on("Send")
    assert program.turn()[1] == "I see both lines."
    assert "These are\\ntwo lines" in sent(model)
    until(lambda: not program.value("here.panel.writing"), "the field is not back")


def test_an_earlier_message_is_written_again(program):
    program.say("Greet me")
    program.turn()
    send = program.read("Send")
    icon(program, 3)
    left, _, right, _ = program.wide
    menu = (left, send.top - 95, right, send.top + 12)  # above the turn, which says the same
    program.read("Earlier Messages", box=(left, send.top - 110, right, send.top + 60))
    program.shot("earlier")
    program.click_on("Greet me", box=menu)
    draft(program, "Greet me")


def test_the_shortcut_opens_a_line_anywhere(program):
    program.hover(500, 500)
    program.key("ctrl+Return")
    time.sleep(1)  # what it says is too dim to be read
    program.type("Greet me")
    program.shot("popup")
    program.key("Return")
    assert program.turn()[1] == "Good day to you."
    program.hover(600, 700)
    program.read("Good day to you")


def test_the_status_bar_says_that_the_answer_is_there(program):
    program.say("Greet me")
    program.turn()
    program.read("Scene Chat: Answered", box=(0, 860, 1600, 900))


@pytest.mark.parametrize("editor", ["ShaderNodeTree", "IMAGE_EDITOR", "TEXT_EDITOR"])
def test_the_chat_is_in_other_editors_too(program, editor):
    program.aside(
        "area = max(bpy.context.screen.areas, key=lambda each: each.width * each.height)\n"
        f"area.ui_type = {editor!r}\n"
        "area.spaces.active.show_region_ui = True"
    )
    try:

        def shown():
            return program.value(
                "[r.width for a in bpy.context.window_manager.windows[0].screen.areas "
                f"if a.ui_type == {editor!r} for r in a.regions if r.type == 'UI']"
            )

        until(lambda: shown()[0] > 100, "the sidebar does not open")
        program.click_on_tab("Scene Chat")
        program.hover(600, 700)
        program.read_hint()
        program.shot(f"editor-{editor}")
        program.say("Greet me")
        program.turn()
        program.read("Good day to you")
    finally:
        program.aside(
            "area = max(bpy.context.screen.areas, key=lambda each: each.width * each.height)\n"
            "area.ui_type = 'VIEW_3D'"
        )
