"""The turns of the chat by clicks: steps, what they changed, messages sent again, the first use."""

from __future__ import annotations

import contextlib
import json

import pytest
from desktop.program import NotSeen, until
from standin.models import OLLAMA, ModelServer

TURN = "here.chat.turns[-1]"
HERE = "from bl_ext.user_default.scene_chat.operators import runtime\nhere = runtime.current()\n"
BEFORE = """
import bpy
for each in list(bpy.data.materials):
    if each.name.startswith("Red"):
        bpy.data.materials.remove(each)
cube = bpy.data.objects["Cube"]
cube.location = (0, 0, 0)
cube.data.materials[0] = bpy.data.materials.get("Material") or bpy.data.materials.new("Material")
if "Light" not in bpy.data.objects:
    bpy.context.collection.objects.link(bpy.data.objects.new("Light", bpy.data.lights.new("Light", "POINT")))
"""


@pytest.fixture(autouse=True)
def _as_at_first(program):
    """No test finds what another one has painted, moved or deleted."""
    program.run(BEFORE)


def inspected(program):
    """Let the model look, paint and fail; return its turn's number."""
    program.say("Inspect the cube")
    assert program.turn()[:2] == ["done", "It is painted."]
    program.read("It is painted")
    return program.value(f"{TURN}.number")


def unfolded(program, what, place):
    return program.value(f"here.panel.unfolded.get(({TURN}.number, {what!r}, {place}))")


def selected(program):
    names = "sorted(each.name for each in bpy.context.view_layer.objects.selected)"
    active = "bpy.context.view_layer.objects.active"
    return program.value(f"[{names}, {active} and {active}.name]")


def toggled(program, text, what, place, *, opens=True):
    """Click on a line until it is open, or not."""

    def done():
        program.click_on(text)
        program.hover(600, 700)
        return unfolded(program, what, place) is opens

    until(done, lambda: f"{text!r} does not open: {program.shot('not-open')}")


def test_the_steps_fold_once_the_answer_is_there_and_open_by_a_click(program):
    inspected(program)
    program.read("4 steps")
    program.read("1 failed")
    assert not program.reads("get_scene_info")
    program.shot("turns-folded")
    toggled(program, "4 steps", "run", 0)
    program.read("get_scene_info")
    program.read("execute_code")
    program.shot("turns-steps")
    toggled(program, "4 steps", "run", 0, opens=False)
    until(lambda: not program.reads("get_scene_info"), "the steps are still there")


def test_an_opened_step_shows_what_went_in_and_what_came_out(program):
    inspected(program)
    toggled(program, "4 steps", "run", 0)
    toggled(program, "execute_code", "step", 2)
    program.read("Code")
    program.read("materials new")
    program.shot("turns-code")
    toggled(program, "get_object_info", "step", 3)
    program.read("Error")
    program.read("names: Nobody")
    program.shot("turns-error")


def test_an_opened_look_shows_its_picture(program):
    inspected(program)
    toggled(program, "4 steps", "run", 0)
    toggled(program, "look", "step", 1)
    program.read("Arguments")
    program.shot("turns-picture")
    left, top, right, bottom = program.sidebar
    until(
        lambda: light_greys(program.screen.picture((left, top, right - 30, bottom))) > 5_000,
        lambda: f"no picture: {program.shot('no-picture')}",
    )


def light_greys(picture):
    """How many pixels have the colour of the cube, which no panel has."""
    data = picture.tobytes()
    pixels = zip(data[::3], data[1::3], data[2::3])
    return sum(abs(r - g) < 4 and abs(g - b) < 4 and 140 <= r <= 190 for r, g, b in pixels)


def test_a_name_in_the_receipt_selects_it(program):
    inspected(program)
    program.run("for each in bpy.context.view_layer.objects: each.select_set(each.name == 'Light')")
    receipt = program.read("Changed")
    program.shot("turns-receipt")
    left, _, right, _ = program.sidebar
    row = (left, receipt.top - 8, right - 30, receipt.top + 30)
    program.click_on("Cube", box=row)
    until(lambda: selected(program) == [["Cube"], "Cube"], "the cube is not selected")
    program.run("bpy.context.view_layer.objects.active.select_set(False)")
    added = program.read("Added")
    program.click_on("Red", box=(left, added.top - 8, right - 30, added.top + 24))
    until(lambda: selected(program)[0] == ["Cube"], "what it paints is not selected")


def test_a_long_receipt_unfolds(program):
    program.say("Plant twenty")
    program.turn()
    program.read("Removed object Light")
    program.shot("turns-long-receipt")
    toggled(program, "8 More", "receipt", 0)
    program.read("Empty.019")
    program.shot("turns-whole-receipt")


def test_what_is_gone_is_told(program):
    inspected(program)
    program.run("bpy.data.materials.remove(bpy.data.materials['Red'])")
    added = program.read("Added")
    left, _, right, _ = program.sidebar
    program.click_on("Red", box=(left, added.top - 8, right - 30, added.top + 24))
    program.read("is gone", box=(0, 0, 1600, 900))


def footer(program, answer, icon):
    """Where an icon of a turn's footer is, beneath the answer; the last one is 1."""
    row = program.read(answer)
    return program.sidebar[2] - 52 - 20 * (icon - 1), row.middle[1] + 24


def seen(program, expression):
    """An expression's value, not asked for through the port: that would be a client's call since."""
    return json.loads(program.aside(f"{HERE}import json\nprint(json.dumps({expression}))"))


def test_a_message_edited_and_sent_again_finds_the_scene_as_it_was(start):
    program = start(allow=None)
    program.open_chat()
    program.say("Lift it")
    x, y = footer(program, "It is lifted", 3)
    until(lambda: not seen(program, "here.chat.running"), "it does not end")
    assert seen(program, "bpy.data.objects['Cube'].location.z") == 5
    program.press(x, y)
    program.read("Editing an earlier message")
    assert seen(program, "here.panel.draft") == "Lift it"
    program.shot("turns-editing")
    program.aside(f"{HERE}here.panel.draft = 'Greet me'")
    program.hover(600, 690)
    program.click_on("Send")
    program.hover(600, 700)
    until(
        lambda: seen(program, "[each.answer for each in here.chat.turns]") == ["Good day to you."],
        lambda: f"it is not sent: {program.shot('not-sent')}",
    )
    assert seen(program, "bpy.data.objects['Cube'].location.z") == 0
    assert seen(program, "[here.panel.editing, here.panel.draft]") == [0, ""]
    program.read("Good day to you")
    program.shot("turns-edited")


def test_sent_again_over_the_persons_own_work_it_asks_first(program):
    program.say("Lift it")
    program.turn()
    number = program.value(f"{TURN}.number")
    program.aside(
        "import bpy\n"
        "with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):\n"
        "    bpy.data.objects['Cube'].location.x = 3\n"
        "    bpy.ops.ed.undo_push(message='Move')\n"
    )
    program.press(*footer(program, "It is lifted", 2))
    program.read("goes back too", box=(0, 0, 1600, 900))
    program.shot("turns-send-again")
    assert program.value(f"{TURN}.number") == number
    program.click_on("Restore and Send", box=(0, 0, 1600, 900))
    program.hover(600, 700)
    until(lambda: program.value(f"{TURN}.number") != number, "it is not sent")
    assert program.turn()[1] == "It is lifted."
    assert program.value("list(bpy.data.objects['Cube'].location)") == [0, 0, 5]


def test_an_example_is_sent_by_a_click(program):
    program.read("product photo")
    program.shot("turns-first-use")
    program.click_on("product photo")
    program.hover(600, 700)
    until(lambda: program.value("len(here.chat.turns)") == 1, "it is not sent")
    assert program.value("here.chat.turns[0].prompt").startswith("Light the scene like")
    program.settle()


def test_a_local_model_is_found_by_a_click_and_chosen_from_the_list_that_opens(start):
    program = start(settings={"endpoint": "https://openrouter.ai/api/v1", "model": "vendor/model"})
    program.open_chat()
    with ModelServer(OLLAMA) as ollama:
        program.aside(
            "from bl_ext.user_default.scene_chat.chat import endpoints\n"
            f"endpoints.PORTS = {{{ollama.port}: 'Ollama'}}"
        )
        program.shot("turns-no-model")
        listed = (900, 300, 1600, 900)

        def opened():  # a server that is slow to answer, on a busy machine, is looked for again
            program.click_on("Use a Local Model")
            with contextlib.suppress(NotSeen):
                return program.read("qwen3:8b", box=listed, patience=8)

        def chosen():  # a click on what has just opened may be lost
            program.click_on("qwen3:8b", box=listed)
            return program.value("here.preferences.model") == "qwen3:8b"

        until(opened, lambda: f"it is not found: {program.shot('not-found')}")
        until(chosen, lambda: f"it is not chosen: {program.shot('not-chosen')}")
        program.hover(600, 700)
        program.read("product photo")
        program.shot("turns-local-model")


def test_where_no_server_of_models_runs_that_is_said(start):
    program = start(settings={"endpoint": "https://openrouter.ai/api/v1", "model": "vendor/model"})
    program.open_chat()
    program.aside(
        "from bl_ext.user_default.scene_chat.chat import endpoints\nendpoints.PORTS = {9: 'Ollama'}"
    )
    program.click_on("Use a Local Model")
    program.hover(600, 700)
    program.read("No server of models was found")
    program.shot("turns-no-local-model")
