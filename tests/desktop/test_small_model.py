"""A real language model in the panel: its text streams, is stopped, and the chat goes on; as JSON it
calls tools that change the scene. See `small_model` for what it needs.
"""

from __future__ import annotations

import os

import pytest
from desktop.program import Program, until
from desktop.small_model import NAME, SmallModel

PATIENCE = 240.0
"""Seconds that it may take to read a prompt of some thousand characters and to answer it."""
RECEIPTS = (
    "[part.result.receipt.text() for turn in here.chat.turns for part in turn.parts"
    " if getattr(part, 'result', None) and part.result.receipt.text()]"
)


@pytest.fixture(scope="module")
def small_model(tmp_path_factory):
    """The model, served."""
    folder = os.environ.get("SMALL_MODEL")
    if not folder:
        pytest.skip("SMALL_MODEL names no model: scripts/get_model.sh DIR gets one")
    with SmallModel(folder, tmp_path_factory.mktemp("model") / "server.log") as server:
        yield server


@pytest.fixture(scope="module")
def shared(blender, zip_file, small_model, tmp_path_factory):
    """A Blender that asks it, with the sidebar opened."""
    settings = {"endpoint": small_model.url, "model": NAME}
    program = Program(blender, zip_file, tmp_path_factory.mktemp("blender"), settings=settings)
    try:
        program.open_chat()
        yield program
    finally:
        program.close()


def words(program):
    """How many are to be read in the panel."""
    return len(program.words(program.sidebar))


def end_of(program, number):
    """Wait for a turn's end; return how it ended, its answer, and the kind of its problem."""
    turn = f"here.chat.turns[{number - 1}]"
    until(lambda: program.value(f"{turn}.end is not None"),
          lambda: f"turn {number} does not end; {program.shot('no-end')}", PATIENCE)  # fmt: skip
    return program.value(f"[{turn}.end.reason, {turn}.answer, {turn}.kind]")


def objects(program):
    return {each["name"]: each for each in program.command("get_scene_info")["objects"]}


def test_its_text_streams_is_stopped_in_the_middle_and_the_chat_goes_on(program):
    program.read("This model takes no tools")
    program.say("Tell me a long story about a cube.")
    program.read("Writing", patience=PATIENCE)
    first = words(program)
    seen = until(
        lambda: (now := words(program)) > first and now, "its text does not grow", PATIENCE
    )
    program.shot("small-model-streams")
    program.click_on("Stop")
    reason, story, _ = end_of(program, 1)
    assert reason == "stopped"
    assert story
    program.read("Stopped")
    assert words(program) >= seen
    # The server answers one at a time, so it is no longer at the story.
    program.say("Say hello.")
    reason, answer, kind = end_of(program, 2)
    assert reason == "done" or kind == "cut"  # by its own end, or by the server's for all answers
    assert answer
    program.read(NAME)  # of the composer's part, there again
    program.shot("small-model-goes-on")
    sent = program.value("here.chat.request['messages']")
    assert [each["role"] for each in sent] == ["system", "user", "assistant", "user"]
    assert sent[2]["content"].strip() == story


def ask_for_calls_as_json(program):
    """Tick it in the options beside the model's name."""
    program.press(*program.options_button)
    program.click_on("Tool Calls as JSON", box=program.wide)
    until(lambda: program.value("here.preferences.calls_as_json"), "it is not ticked")
    program.shot("small-model-options")
    program.hover(600, 700)


def test_as_json_it_calls_a_tool_that_changes_the_scene(program):
    ask_for_calls_as_json(program)
    before = objects(program)
    program.say("Add a box.")
    receipt, *_ = until(lambda: program.value(RECEIPTS), "nothing is changed", PATIENCE)
    program.settle()  # it might call tools for ever
    assert objects(program) != before
    program.read(receipt.split()[0])
    program.shot("small-model-calls")
