"""A turn as people see it, fed with what happens."""

from __future__ import annotations

import time

import pytest
from scene_chat.chat.events import End, Error, Reasoning, Retry, Text, ToolCall, ToolResult, Usage
from scene_chat.chat.turns import Said, Step, Turn
from scene_chat.tools.call import CallResult


@pytest.fixture
def turn():
    return Turn(1, "Build a tower")


def fed(turn, *events):
    for each in events:
        turn.feed(each)
    return turn


def test_texts_grow_together_until_a_step_comes_between(turn):
    fed(turn, Text("I "), Text("look."), ToolCall("a", "look", {}), Text("Done."))
    assert [type(part) for part in turn.parts] == [Said, Step, Said]
    assert turn.answer == "I look.\n\nDone."


def test_a_step_gets_its_own_result(turn):
    first, second = CallResult(True), CallResult(False, error="no")
    fed(turn, ToolCall("a", "look", {}), ToolCall("b", "look", {}))
    fed(turn, ToolResult("b", second), ToolResult("a", first))
    assert [part.result for part in turn.parts] == [first, second]


@pytest.mark.parametrize(
    ("event", "phase"),
    [
        (Reasoning("hm"), "Thinking"),
        (Text("x"), "Writing"),
        (ToolCall("a", "look", {}), "Running look"),
    ],
)
def test_the_phase_says_what_is_going_on(turn, event, phase):
    assert turn.phase == "Waiting for the model"
    assert fed(turn, event).phase == phase


def test_until_it_is_tried_again_the_seconds_count_down(turn, monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    fed(turn, Retry(3.5, "openrouter.ai is busy"))
    assert turn.phase == "Trying again in 4 s: openrouter.ai is busy"
    now += 2.0
    assert turn.phase == "Trying again in 2 s: openrouter.ai is busy"
    now += 2.0
    assert turn.phase == "Trying again: openrouter.ai is busy"
    assert fed(turn, Text("x")).phase == "Writing"


def test_tokens_and_money_add_up_and_no_price_is_no_price(turn):
    fed(turn, Usage(10, 5, None))
    assert (turn.tokens, turn.cost) == (15, None)
    fed(turn, Usage(20, 5, 0.25), Usage(0, 0, 0.5))
    assert (turn.tokens, turn.cost) == (40, 0.75)


def test_with_its_end_the_time_stands_still(turn):
    fed(turn, Error("It broke."), End("error"))
    assert turn.elapsed == turn.seconds
    assert turn.problems == ["It broke."]


@pytest.mark.parametrize(
    ("arguments", "subject"),
    [
        ({"names": ["Cube", "Lamp"]}, "Cube, Lamp"),
        ({"view": "top"}, "top"),
        ({"code": "# Make a row\nx = 1"}, "Make a row"),
        ({"code": "x = 1\ny = 2\n"}, "2 lines"),
        ({"code": "x = 1"}, "x = 1"),
        ({"code": ""}, "0 lines"),
        ({}, ""),
        ("no object", ""),
    ],
)
def test_a_step_says_what_it_is_about(arguments, subject):
    assert Step("tool", arguments).subject == subject
