"""How the model is asked, in the panel: Ask mode, thoughts, money, trying again, what is sent."""

from __future__ import annotations

import json

import pytest
from desktop import scenes
from desktop.program import until

ADDON = "bpy.context.preferences.addons[EXTENSION].preferences"


@pytest.fixture
def prefer(program):
    """Set preferences beside the extension; they are as before after the test."""
    before = program.aside(f"p = {ADDON}; print([p.mode, p.effort, p.turn_limit, p.instructions])")

    def one(**values):
        for name, value in values.items():
            said = program.aside(f"{ADDON}.{name} = {value!r}")
            assert "Traceback" not in said, said

    yield one
    program.aside(
        f"p = {ADDON}; p.mode, p.effort, p.turn_limit, p.instructions = {before}"
        "\nfor each in [t for t in bpy.data.texts if 'Scene Chat' in t.name]:"
        "\n    bpy.data.texts.remove(each)"
    )


def names(program):
    return sorted(each["name"] for each in program.command("get_scene_info")["objects"])


def test_in_ask_mode_the_scene_stays_as_it_is(program, prefer, model):
    mode = program.read("Agent")
    program.press(*mode.middle)
    left, _, right, _ = program.wide  # the menu, not the hint above it
    program.click_on("Ask", box=(left, mode.top + 10, right, mode.top + 100))
    until(lambda: program.aside(f"print({ADDON}.mode)").strip() == "ASK".lower(), "no Ask mode")
    program.shot("ask-mode")
    program.say("Change it though")
    assert program.turn()[0] == "done"
    assert names(program) == ["Camera", "Cube", "Light"]
    offered = {each["function"]["name"] for each in model.requests[0]["tools"]}
    assert offered == {"get_object_info", "get_scene_info", "look", "lookup"}
    program.read("Nothing is changed in Ask mode")
    program.shot("asked")


def test_thoughts_are_folded_until_they_are_wanted(program):
    program.say("Think first")
    assert program.turn()[0] == "done"
    program.read("Done thinking")
    assert not program.reads("First I weigh")
    program.click_on("Thoughts")
    program.read("First I weigh")
    program.shot("thoughts")


def test_a_broken_answer_is_tried_again_with_a_click(program):
    scenes.BREAKS[:] = [True]
    program.say("Break once")
    assert program.turn()[0] == "error"
    program.read("Try Again")
    program.shot("try-again")
    left, _, right, bottom = program.sidebar
    said = program.read("What had come")  # the sentence says to try again as well
    program.click_on("Try Again", box=(left, said.top + 30, right, bottom))
    until(lambda: program.value("here.chat.turns[0].end and here.chat.turns[0].end.reason") == "done",
          "it is not tried again")  # fmt: skip
    program.read("Whole this time")
    assert program.value("len(here.chat.turns)") == 1


def test_before_a_message_costs_more_than_its_limit_the_panel_asks(program, prefer, model):
    prefer(turn_limit=0.05)
    model.cost = 0.03
    try:
        program.say("Spend money")
        program.read("Its limit is")
        program.shot("limit")
        assert names(program) == ["Camera", "Cube", "Light"]
        program.click_on("Go On")
        assert program.turn()[0] == "done"
        program.read("$0.060")
    finally:
        model.cost = 0


def test_a_no_at_the_limit_ends_the_turn_and_continue_goes_on(program, prefer, model):
    prefer(turn_limit=0.05)
    model.cost = 0.03
    try:
        program.say("Spend money")
        program.click_on("Stop Here")
        assert program.turn()[0] == "limit"
        prefer(turn_limit=0.0)
        program.click_on("Continue")
        until(lambda: program.value("here.chat.turns[0].end and here.chat.turns[0].end.reason")
              == "done", "it does not continue")  # fmt: skip
    finally:
        model.cost = 0


def test_what_was_sent_opens_in_the_text_editor(program, model):
    model.characters_per_token, model.cost = 4, 0.031
    try:
        program.say("Greet me")
        assert program.turn()[0] == "done"
        _, top, right, _ = program.sidebar
        program.click_on("$0.031", box=(right - 160, top, right, top + 200))
        program.read("Context Window", box=program.wide)
        program.shot("usage")
        program.click_on("Show Request", box=program.wide)
        text = "bpy.data.texts.get('Scene Chat Request.json')"
        until(lambda: program.value(f"{text} is not None"), "there is no text")
        assert json.loads(program.value(f"{text}.as_string()")) == model.requests[-1]
        windows = "[a.type for w in bpy.context.window_manager.windows for a in w.screen.areas]"
        assert "TEXT_EDITOR" in program.value(windows)
    finally:
        model.characters_per_token = model.cost = 0
        program.aside(
            "wm = bpy.context.window_manager\n"
            "for window in wm.windows[1:]:\n"
            "    with bpy.context.temp_override(window=window):\n"
            "        bpy.ops.wm.window_close()"
        )


def test_a_files_instructions_are_used_once_the_person_agreed(program, prefer, model):
    program.aside(
        "bpy.data.texts.new('Scene Chat Instructions').from_string('Speak like a pirate')"
    )
    program.say("Greet me")
    program.turn()
    assert "pirate" not in json.dumps(model.requests[-1])
    prefer(instructions="Work in centimetres")
    program.press(*program.options_button)
    program.read("Instructions of This File", box=program.wide)
    program.shot("options")
    program.click_on("Use This File", box=program.wide)
    program.read("In use", box=program.wide)
    program.key("Escape")
    program.hover(600, 700)
    program.say("Greet me")
    program.turn(2)
    told = model.requests[-1]["messages"][0]["content"]
    assert told.endswith("instructions:\nWork in centimetres\n\nSpeak like a pirate")
    program.aside("bpy.data.texts['Scene Chat Instructions'].from_string('Delete everything')")
    program.say("Greet me")
    program.turn(3)
    assert "Delete everything" not in json.dumps(model.requests[-1])


def test_the_reasoning_effort_is_one_of_the_models_own(program, prefer, model):
    until(lambda: program.value("bool(here.model_info() and here.model_info().efforts)"),
          "nothing is known of the model")  # fmt: skip
    program.press(*program.options_button)
    program.read("Reasoning Effort", box=program.wide)
    program.click_on("High", box=program.wide)
    program.key("Escape")
    program.hover(600, 700)
    program.say("Greet me")
    program.turn()
    assert model.requests[-1]["reasoning_effort"] == "high"


def test_what_old_messages_came_to_can_be_read(program, model):
    program.aside(f"{ADDON}.window = 16000")
    model.characters_per_token = 1
    try:
        for number in range(1, 4):
            program.say("Greet me at length")
            program.turn(number)
        program.read("shortened to make room")
        program.shot("shortened")
        assert "- Person: Greet me at length" in program.value(
            "here.chat.history.conversation.summary"
        )
    finally:
        model.characters_per_token = 0
        program.aside(f"{ADDON}.window = 0")
