"""Choosing a model by clicks and keys: the picker, local servers, names that are not listed."""

from __future__ import annotations

import contextlib

import pytest
from desktop.program import NotSeen, until
from standin.models import OLLAMA, OPENROUTER, ModelServer, answer, many

CHAT = "/v1/chat/completions"


@pytest.fixture
def lists():
    """A server with OpenRouter's models, each of which answers."""
    pages = {"/v1/models": {"data": OPENROUTER}}
    with ModelServer(pages) as server:
        server.url = f"{server.root}/v1"
        yield server


@pytest.fixture
def picker(program, model, lists):
    """The program with the lists' endpoint, the picker as it is at the start."""
    use(program, lists.url, "anthropic/claude-sonnet-4.5")
    program.read("Claude Sonnet")
    yield program
    program.hover(600, 700)
    program.key("Escape")  # the popover closes
    use(program, model.url, "script/desktop")


def use(program, url, name):
    # Not through the port: what a client's script sets is set back.
    said = program.aside(
        "from bl_ext.user_default.scene_chat.operators import picker, runtime, timer\n"
        "here = runtime.current()\n"
        "here.panel.picker = picker.Picker()\n"
        "here.endpoints.read('', '')\n"
        "here.endpoints.found, here.endpoints.problem = (), ''\n"
        "here.endpoints.searched = False\n"
        f"here.preferences.endpoint, here.preferences.model = {url!r}, {name!r}\n"
        "timer.redraw()"
    )
    assert said == "", said


def around(program):
    """Where the popover is."""
    left, top, right, bottom = program.sidebar
    return left - 190, top, right + 110, bottom


def open_picker(program, name):
    """Click on the model's name, and see the picker."""

    def opened():  # a click is lost now and then while Blender lays out the sidebar
        program.click_on(name)
        with contextlib.suppress(NotSeen):
            return program.read("Find Local Models", box=around(program), patience=5)

    until(opened, lambda: f"the picker does not open; {program.shot('no-picker')}")


def search(program, words):
    """Click into the field and type."""
    above(program, 26)
    program.type(words)


def above(program, pixels):
    """Click that much above the filters; what stands in a field is too dim to be read."""
    x, y = program.read("Vision", box=around(program)).middle
    program.press(x, y - pixels)


def draw_anew(program):
    """Move the pointer over the picker, at which Blender draws it anew."""
    program.hover(*program.read("Free", box=around(program)).middle)
    program.hover(*program.read("Vision", box=around(program)).middle)


def asked(program):
    return program.value("[here.preferences.endpoint, here.preferences.model]")


def test_a_model_is_searched_and_chosen_and_the_next_message_asks_it(picker, lists):
    lists.pages[f"{CHAT} openai/gpt-5-mini"] = answer("I am the small one.")
    open_picker(picker, "Claude Sonnet")
    picker.shot("models")
    search(picker, "mini gpt")
    picker.read("400k · $0.25/$2", box=around(picker))
    assert not picker.reads("Gemini", box=around(picker))
    picker.shot("models-search")
    picker.key("Return")
    picker.click_on("GPT-5 Mini", box=around(picker))
    until(lambda: asked(picker) == [lists.url, "openai/gpt-5-mini"], "it is not chosen")
    picker.hover(600, 700)
    picker.read("GPT-5 Mini")
    picker.say("Greet me")
    assert picker.turn()[1] == "I am the small one."
    assert lists.asked[-1][1] == f"{CHAT} openai/gpt-5-mini"


def test_the_last_one_used_is_on_top(picker, lists):
    picker.aside(
        "from bl_ext.user_default.scene_chat.operators import models\n"
        f"models.choose({lists.url!r}, 'qwen/qwen3-coder:free')"
    )
    open_picker(picker, "Qwen3 Coder")
    first = picker.read("Qwen: Qwen3 Coder", box=around(picker))
    second = picker.read("Anthropic: Claude", box=around(picker))
    assert first.top < second.top


def test_a_name_that_is_not_listed_can_be_used(picker, lists):
    open_picker(picker, "Claude Sonnet")
    search(picker, "acme/new-7b")
    picker.key("Return")
    picker.click_on("Use “acme/new-7b”", box=around(picker))
    until(lambda: asked(picker) == [lists.url, "acme/new-7b"], "it is not used")
    picker.hover(600, 700)
    picker.read("new-7b")


def test_a_server_on_this_computer_is_found_and_its_model_chosen(picker):
    with ModelServer({**OLLAMA, f"{CHAT} qwen3:8b": answer("I am at home here.")}) as ollama:
        picker.aside(
            "from bl_ext.user_default.scene_chat.chat import endpoints\n"
            f"endpoints.PORTS = {{{ollama.port}: 'Ollama'}}"
        )
        open_picker(picker, "Claude Sonnet")
        picker.click_on("Find Local Models", box=around(picker))
        until(lambda: picker.value("len(here.endpoints.found)") == 1, "it is not found")
        above(picker, 52)  # the endpoints' menu
        picker.click_on("Ollama", box=around(picker))
        picker.click_on("qwen3:8b", box=around(picker))
        until(lambda: asked(picker)[1] == "qwen3:8b", "it is not chosen")
        picker.shot("models-local")
        picker.hover(600, 700)
        picker.read("qwen3:8b · Ollama")
        picker.say("Greet me")
        assert picker.turn()[1] == "I am at home here."


def test_an_address_is_added_as_it_answers(picker):
    with ModelServer({"/v1/models": ["lonely-model"]}) as other:
        open_picker(picker, "Claude Sonnet")
        x, y = picker.read("Vision", box=around(picker)).middle
        picker.press(x + 178, y - 52)  # the plus beside the endpoint
        picker.read("Add", box=around(picker))
        above(picker, 52)
        picker.type(f"{other.root}/")
        picker.key("Return")
        picker.click_on("Add", box=around(picker))
        until(lambda: picker.value("here.panel.picker.endpoint") == f"{other.root}/v1", "not added")
        draw_anew(picker)
        picker.read("lonely-model", box=around(picker))
        assert f"{other.root}/v1" in picker.value("here.preferences.endpoints")
        assert asked(picker)[1] == "anthropic/claude-sonnet-4.5"


def test_a_model_without_tools_is_marked_where_it_is_asked(picker, lists):
    use(picker, lists.url, "sao/roleplay-8b")
    picker.read("This model takes no tools")
    picker.shot("models-no-tools")


def test_without_its_server_the_list_is_there_from_the_last_time(picker, lists):
    kept = picker.value("here.catalogue.models(here.preferences.endpoint) != ()")
    assert kept
    lists.pages["/v1/models"] = 503
    picker.aside(
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "runtime.current().catalogue._known.clear()"  # as after a start
    )
    open_picker(picker, "Claude Sonnet")
    picker.read("Google: Gemini", box=around(picker))
    picker.aside(
        "from bl_ext.user_default.scene_chat.operators import models\n"
        "models.fetch(models.listed_endpoint(), again=True)"
    )
    until(lambda: picker.value("not here.catalogue.fetching"), "it does not end")
    draw_anew(picker)
    picker.read("gives no list for now (503)", box=around(picker))
    picker.read("Google: Gemini", box=around(picker))
    picker.shot("models-offline")


def test_among_five_thousand_one_is_found(picker, lists):
    lists.pages["/v1/models"] = {"data": many(5000)}
    picker.aside(
        "from bl_ext.user_default.scene_chat.operators import models\n"
        "models.fetch(models.listed_endpoint(), again=True)"
    )
    count = "len(here.catalogue.models(here.preferences.endpoint))"
    until(lambda: picker.value(count) == 5000, "the list does not come")
    open_picker(picker, "claude-sonnet")
    picker.read("Vendor 0: Model 1000", box=around(picker))
    picker.shot("models-many")
    search(picker, "vendor-21 4321")
    picker.read("Vendor 21: Model 4321", box=around(picker))
    picker.key("Return")
    picker.click_on("Vendor 21: Model", box=around(picker))
    until(lambda: asked(picker)[1] == "vendor-21/model-4321", "it is not chosen")


def test_a_tool_chooses_no_model(picker, lists):
    picker.run(
        "import bpy\n"
        "from bl_ext.user_default.scene_chat.operators import models\n"
        f"models.choose({lists.url!r}, 'evil/model')\n"
        "bpy.ops.scene_chat.model_use(model='evil/model')\n"
        "bpy.context.window_manager.scene_chat_models.active = 2"
    )
    assert asked(picker) == [lists.url, "anthropic/claude-sonnet-4.5"]


def test_in_a_narrow_sidebar_the_name_is_shortened_and_opens_the_picker(picker, lists):
    try:
        picker.drag_edge(130)
        picker.hover(600, 700)
        picker.shot("models-narrow")
        open_picker(picker, "Claude")
        picker.shot("models-narrow-picker")
        picker.hover(600, 700)
        picker.key("Escape")
        use(picker, lists.url, "sao/roleplay-8b")
        picker.read("This model")
        picker.shot("models-narrow-warning")
    finally:
        picker.hover(600, 700)
        picker.key("Escape")
        picker.drag_edge(-130)
