"""A person's way through the chat, by clicks and keys alone."""

from __future__ import annotations

import pytest
from desktop.program import until


def objects(program):
    return sorted(each["name"] for each in program.command("get_scene_info")["objects"])


def has_textbox(program):
    return program.value("'textbox' in bpy.types.UILayout.bl_rna.functions")


def test_a_prompt_sent_with_enter_changes_the_scene(program):
    program.say("Put cubes in a row")
    assert program.turn()[0] == "done"
    assert objects(program) == ["Camera", "Cube", "Cube.001", "Cube.002", "Cube.003", "Light"]
    assert program.value("here.panel.draft") == ""
    program.read("Added")
    program.read("Cube.003")
    program.read("There are three more cubes")
    program.read_hint()
    program.shot("turn")


def test_all_that_a_turn_did_goes_back_with_one_undo(program):
    program.say("Put cubes in a row")
    program.read("There are three more cubes")
    assert len(objects(program)) == 6
    program.key("ctrl+z")
    until(lambda: objects(program) == ["Camera", "Cube", "Light"], "the cubes are still there")
    assert program.value("len(here.chat.turns)") == 1


def test_stop_ends_a_turn_whose_model_is_silent(program):
    program.say("Keep silence")
    program.read("Let me think")
    program.shot("running")
    program.click_on("Stop")
    assert program.turn()[:2] == ["stopped", "Let me think"]
    program.read("Stopped")


def test_shift_and_enter_make_a_line(program):
    program.write("These are")
    program.key("shift+Return")
    if not has_textbox(program):  # before 5.2 the field has one line; nothing may be sent then
        until(lambda: program.value("here.panel.draft") == "These are", "the draft is lost")
        assert program.value("len(here.chat.turns)") == 0
        return
    program.type("two lines")
    program.key("Return")
    assert program.turn()[1] == "I see both lines."
    assert program.value("here.chat.turns[0].prompt") == "These are\ntwo lines"


def test_clicking_elsewhere_keeps_the_draft_and_sends_nothing(program):
    program.write("Greet me")
    program.click(600, 700)
    until(lambda: program.value("here.panel.draft") == "Greet me", "the draft is lost")
    assert program.value("len(here.chat.turns)") == 0
    program.read("Greet me")
    program.click_on("Send")
    assert program.turn()[1] == "Good day to you."
    assert program.value("here.panel.draft") == ""


def test_escape_takes_back_what_was_typed(program):
    program.write("Never mind")
    program.key("Escape")
    program.hover(600, 700)
    program.read_hint()
    assert program.value("[len(here.chat.turns), here.panel.draft]") == [0, ""]


def test_an_empty_message_is_not_sent(program):
    program.write("")
    program.key("Return")
    program.click_on("Send")
    program.hover(600, 700)
    assert program.value("len(here.chat.turns)") == 0


def test_code_that_reaches_beyond_the_scene_asks_first(program):
    program.say("Count the folders")
    program.read("It imports os (line 1)")
    program.read("Allow for This Session")
    program.read("Waiting for you")
    program.shot("approval")
    assert program.value("here.chat.running")
    program.click_on("Allow Once")
    assert program.turn()[1] == "That is how many there are."
    program.say("Count the folders")
    program.click_on("Deny")
    program.turn(2)
    assert program.value("'said no' in here.chat.turns[-1].parts[0].result.error")


def test_what_is_denied_is_told_to_the_model(program):
    program.say("Do the forbidden")
    program.read("Always Allow")  # before the card is there, "forbidden" and an icon read like it
    program.click_on("Deny")
    assert program.turn()[:2] == ["done", "Then I leave them alone."]
    program.read("The person using Blender said no to this")


def test_allowed_for_the_session_it_does_not_ask_again(program):
    program.say("Count the folders")
    program.click_on("Allow for This Session")
    assert program.turn()[1] == "That is how many there are."
    program.say("Count the folders")
    assert program.turn(2)[1] == "That is how many there are."


def test_typing_survives_an_answer_that_streams_in(program):
    program.say("Answer in a stream")
    program.read("word")
    program.write("Greet me while it goes on writing")
    program.click(600, 700)
    assert program.value("here.panel.draft") == "Greet me while it goes on writing"


@pytest.fixture
def endpoint(program, model):
    """Set another endpoint for the time of the test."""

    def set_to(url):
        # Not through the port: what a client's script sets is set back.
        program.aside(f"bpy.context.preferences.addons[EXTENSION].preferences.endpoint = {url!r}")

    yield set_to
    set_to(model.url)


@pytest.mark.parametrize(
    ("url", "said", "button"),
    [
        ("https://example.org/v1", "Allow Online Access' is off", "Open System Preferences"),
        ("127.0.0.1:11434", "is no web address", "Open Preferences"),
    ],
)
def test_what_is_missing_is_said_and_the_message_is_kept(program, endpoint, url, said, button):
    endpoint(url)
    program.say("Greet me")
    program.read(said)
    program.read(button)
    program.shot(f"missing-{button.split()[1].lower()}")
    assert program.value("[len(here.chat.turns), here.panel.draft]") == [0, "Greet me"]


def test_a_failure_is_a_sentence_in_its_turn(program, endpoint):
    endpoint("http://127.0.0.1:9/v1")
    program.say("Greet me")
    reason, _, problems = program.turn()
    assert reason == "error"
    assert "cannot be reached" in problems[0]
    program.read("cannot be reached")
    program.shot("failure")


def test_a_long_chat_shows_the_newest_turns_first(program):
    program.run(
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "from bl_ext.user_default.scene_chat.chat.turns import Said, Turn\n"
        "from bl_ext.user_default.scene_chat.chat.events import End\n"
        "turns = runtime.current().chat.turns\n"
        "for n in range(30):\n"
        "    turns.append(Turn(n + 1, f'Question {n}', parts=[Said('Answer')], end=End('done')))"
    )
    program.say("Greet me")
    program.read("Good day to you")
    program.read("Question 29")
    assert not program.reads("Question 20")
