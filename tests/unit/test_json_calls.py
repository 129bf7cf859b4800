"""Tool calls as JSON in the answer's text, for models that have none of their own."""

from __future__ import annotations

import json
from queue import Queue

import jsonschema
import pytest
from scene_chat.chat.chat import Chat
from scene_chat.chat.conversation import Reply
from scene_chat.chat.events import End, Text, ToolResult
from scene_chat.chat.json_calls import JsonAnswer, as_text, instructions, response_format
from scene_chat.chat.settings import Settings
from standin.script import Raw, Script
from standin.server import StandIn, chunk

DONE = b"data: [DONE]\n\n"


def answers(*pieces):
    return Raw([*(chunk({"content": piece}) for piece in pieces), chunk({}, "stop"), DONE])


@pytest.fixture
def talk(house):
    """Send one prompt to a stand-in that answers these rounds; give the events and requests."""
    house.registry.small = frozenset({"add", "count", "write"})
    chat = Chat(*house.chat_parts)
    events = Queue()
    chat.listener = events.put

    def one(*rounds, mode="agent"):
        with StandIn(Script("json", {"go": rounds})) as server:
            chat.send("go", "", Settings(server.url, "small", calls_as_json=True, mode=mode))
            seen = []
            while not (seen and isinstance(seen[-1], End)):
                seen.append(events.get(timeout=20))
        return seen, server.requests

    one.chat = chat
    yield one
    chat.close()


def said(events):
    return [each.text for each in events if isinstance(each, Text)]


def test_a_call_in_the_text_is_run_and_its_result_given_back(talk, house):
    call = '{"calls": [{"tool": "add", "arguments": {"names": ["Cube"]}}], "say": "I add it."}'
    events, requests = talk(answers(call), answers('{"calls": [], "say": "Done."}'))
    assert house.scene.names == {"Cube"}
    assert said(events) == ["I add it.", "Done."]
    assert events[-1].reason == "done"
    assert [each["role"] for each in requests[1]["messages"]] == [
        "system", "user", "assistant", "user",
    ]  # fmt: skip
    assert json.loads(requests[1]["messages"][2]["content"])["calls"][0]["tool"] == "add"
    assert "Added object Cube" in requests[1]["messages"][3]["content"]


def test_the_request_holds_the_model_to_the_form_and_sends_no_tools(talk):
    _, requests = talk(answers('{"calls": [], "say": "Hello."}'))
    (request,) = requests
    assert "tools" not in request
    assert request["temperature"] == 0
    schema = request["response_format"]["json_schema"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate({"calls": [{"tool": "count", "arguments": {}}], "say": ""}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"calls": [{"tool": "fly", "arguments": {}}], "say": ""}, schema)
    assert "- count(if needed: times): Count the objects." in request["messages"][0]["content"]


def test_what_is_said_streams_as_it_is_written(talk):
    events, _ = talk(answers('{"calls": [], "sa', 'y": "One', " two \\", 'u00e9 three"', "}"))
    assert said(events) == ["One", " two ", "é three"]


def test_a_text_that_is_no_such_object_is_what_the_model_said(talk):
    events, _ = talk(answers("Just words."))
    assert talk.chat.turns[0].answer == "Just words."
    assert events[-1].reason == "done"


def test_a_wrong_call_is_told_to_the_model(talk):
    events, requests = talk(
        answers('{"calls": [{"tool": "fly"}, {"tool": "add", "arguments": [1]}, 5], "say": ""}'),
        answers('{"calls": [], "say": "Sorry."}'),
    )
    results = [each.result for each in events if isinstance(each, ToolResult)]
    assert [each.ok for each in results] == [False, False]
    assert "There is no tool 'fly'" in requests[1]["messages"][3]["content"]


def test_in_ask_mode_only_looking_is_offered(talk, house):
    house.registry.reading = frozenset({"count"})
    _, requests = talk(answers('{"calls": [], "say": "Hello."}'), mode="ask")
    assert "- count" in requests[0]["messages"][0]["content"]
    assert "- add" not in requests[0]["messages"][0]["content"]


def test_an_answer_that_broke_off_keeps_what_was_said():
    answer = JsonAnswer()
    assert [each.text for each in answer.feed('{"calls": [], "say": "Half of')] == ["Half of"]
    assert answer.partial() == Reply("Half of")


def test_messages_without_calls_stay_what_they_are():
    message = {"role": "user", "content": "go"}
    assert as_text(message) is message


def test_what_may_have_any_shape_is_not_offered_unless_it_has_to_be_given():
    anything = {"type": "object", "additionalProperties": True}
    parameters = {"type": "object", "properties": {"name": {"type": "string"}, "more": anything,
                                                   "needed": anything}, "required": ["needed"]}  # fmt: skip
    tool = {"function": {"name": "a", "description": "Do.", "parameters": parameters}}
    form = response_format([tool])["json_schema"]["schema"]["properties"]["calls"]["items"]
    assert list(form["anyOf"][0]["properties"]["arguments"]["properties"]) == ["name", "needed"]


def test_every_text_and_list_in_the_form_has_an_end():
    names = {"type": "array", "items": {"type": "string"}, "maxItems": 50}
    parameters = {
        "type": "object",
        "properties": {
            "code": {"type": "string"},
            "names": names,
            "kind": {"type": "string", "enum": ["a"]},
            "points": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            "at": {"anyOf": [{"type": "string"}, {"type": "array"}]},
        },
        "required": ["code"],
    }
    tool = {"function": {"name": "a", "description": "Do.", "parameters": parameters}}
    calls = response_format([tool])["json_schema"]["schema"]["properties"]["calls"]
    form = calls["items"]["anyOf"][0]["properties"]["arguments"]["properties"]
    assert form["code"]["maxLength"] == 2000
    assert form["names"]["maxItems"] == form["points"]["maxItems"] == 16
    assert form["names"]["items"]["maxLength"] == 100
    assert form["points"]["items"]["maxItems"] == 16
    assert form["kind"] == {"type": "string", "enum": ["a"]}
    assert [set(each) & {"maxLength", "maxItems"} for each in form["at"]["anyOf"]] == [
        {"maxLength"}, {"maxItems"},
    ]  # fmt: skip
    assert "maxItems" not in parameters["properties"]["points"]


def test_the_form_names_each_tool_once():
    tools = [{"function": {"name": name, "description": "Do.\n\nAt length.", "parameters": {}}}
             for name in ("a", "b")]  # fmt: skip
    calls = response_format(tools)["json_schema"]["schema"]["properties"]["calls"]["items"]["anyOf"]
    assert [each["properties"]["tool"]["const"] for each in calls] == ["a", "b"]
    assert "\n- a(): Do.\n- b(): Do.\n" in instructions(tools)


def test_what_has_to_be_given_is_named_before_what_may_be():
    parameters = {"properties": {"size": {}, "name": {}, "type": {}}, "required": ["type"]}
    tool = {"function": {"name": "make", "description": "Make.", "parameters": parameters}}
    assert "- make(type; if needed: size, name): Make." in instructions([tool])


@pytest.mark.parametrize(
    ("offered", "shown"),
    [
        (["create_object", "get_scene_info"], "create_object"),
        (["get_scene_info"], "get_scene_info"),
        (["other"], None),
    ],
)
def test_the_example_is_of_a_tool_that_is_offered(offered, shown):
    tools = [
        {"function": {"name": name, "description": "Do.", "parameters": {}}} for name in offered
    ]
    last = instructions(tools).splitlines()[-1]
    assert ("Example" in last) is (shown is not None)
    if shown:
        assert json.loads(last.removeprefix("Example: "))["calls"][0]["tool"] == shown


@pytest.mark.parametrize("text", [
    '{"calls": {"tool": "add", "arguments": {"names": ["Cube"]}}, "say": "There."}',
    '```json\n{"calls": [{"tool": "add", "arguments": {"names": ["Cube"]}}], "say": "There."}\n```',
])  # fmt: skip
def test_a_form_that_is_nearly_kept_is_understood(talk, house, text):
    events, _ = talk(answers(text), answers('{"calls": [], "say": "Done."}'))
    assert house.scene.names == {"Cube"}
    assert said(events) == ["There.", "Done."]


@pytest.mark.parametrize("calls", ["1", "true", "null", '"add"', "[[]]"])
def test_calls_that_are_none_are_passed_over(talk, calls):
    events, _ = talk(answers(f'{{"calls": {calls}, "say": "Hello."}}'))
    assert said(events) == ["Hello."]
    assert events[-1].reason == "done"
