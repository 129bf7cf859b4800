"""The body of a request: what goes to whom, and what people see of it."""

from __future__ import annotations

import json

import pytest
from scene_chat.chat.model_info import ModelInfo
from scene_chat.chat.request import as_text, request_body
from scene_chat.chat.settings import OPENROUTER, Settings

TOOL = {"type": "function", "function": {"name": "count", "description": "Count.",
                                         "parameters": {"type": "object", "properties": {}}}}  # fmt: skip
MESSAGES = [{"role": "user", "content": "go"}]
AT_OPENROUTER = Settings(OPENROUTER, "anthropic/claude")
THINKS = ModelInfo("a", "A", efforts=("low", "high"))
ELSEWHERE = Settings("http://127.0.0.1:1/v1", "small")


def body(settings, messages=MESSAGES, tools=(TOOL,)):
    return request_body(settings, "Be good.", messages, tools, "s1")


def test_it_is_model_messages_and_tools_in_this_order_for_the_cache():
    made = body(ELSEWHERE)
    assert list(made)[:4] == ["model", "stream", "messages", "tools"]
    assert made["messages"] == [{"role": "system", "content": "Be good."}, *MESSAGES]
    assert made["tools"] == [TOOL]


def test_openrouters_own_words_go_to_openrouter_alone():
    settings = AT_OPENROUTER._replace(
        fallbacks=("x/y", "z", "one too many"), effort="low", info=THINKS
    )
    made = body(settings)
    assert made["models"] == ["anthropic/claude", "x/y", "z"]
    assert made["reasoning"] == {"effort": "low"}
    assert made["session_id"] == "s1"
    assert made["provider"] == {"require_parameters": True}
    assert made["cache_control"] == {"type": "ephemeral"}
    other = body(ELSEWHERE._replace(fallbacks=("x",), effort="low", info=THINKS))
    assert other["reasoning_effort"] == "low"
    own = {"models", "reasoning", "session_id", "provider", "cache_control", "usage"}
    assert not own & set(other)


@pytest.mark.parametrize("info", [None, ModelInfo("a", "A"), THINKS._replace(efforts=("max",))])
def test_an_effort_that_is_not_the_models_own_is_not_sent(info):
    for settings in (AT_OPENROUTER, ELSEWHERE):
        made = body(settings._replace(effort="low", info=info))
        assert not {"reasoning", "reasoning_effort"} & set(made)


def test_a_model_that_calls_tools_is_not_made_to_write_them():
    made = body(ELSEWHERE._replace(calls_as_json=True, info=ModelInfo("a", "A", tools=True)))
    assert "response_format" not in made


def test_what_one_side_says_in_a_row_is_one_message_for_templates_that_want_turns():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    call = {"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "one"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": "seen"},
        {"role": "user", "content": [picture]},
        {"role": "user", "content": "three"},
    ]
    made = body(ELSEWHERE, messages)["messages"][1:]
    assert [each["role"] for each in made] == ["user", "assistant", "tool", "user"]
    assert made[0]["content"] == "one\n\ntwo"
    assert made[3]["content"] == [picture, {"type": "text", "text": "three"}]
    assert body(AT_OPENROUTER, messages)["messages"][1:] == messages


def test_models_that_cache_by_themselves_get_no_mark():
    assert "cache_control" not in body(AT_OPENROUTER._replace(model="openai/gpt"))


def test_usage_is_asked_for_everywhere():
    assert body(AT_OPENROUTER)["usage"] == {"include": True}
    assert body(ELSEWHERE)["stream_options"] == {"include_usage": True}


def test_without_tools_none_are_sent():
    made = body(AT_OPENROUTER, tools=())
    assert "tools" not in made
    assert "provider" not in made


def test_people_see_all_of_it_but_the_bytes_of_pictures():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 5_000}}
    shown = as_text(body(ELSEWHERE, [{"role": "user", "content": [picture]}]))
    assert "data:image/png;base64,… (5,000 characters)" in shown
    assert json.loads(shown)["tools"] == [TOOL]


@pytest.mark.parametrize(
    ("info", "tokens"),
    [(None, 128_000), (ModelInfo("a", "A"), 128_000), (ModelInfo("a", "A", window=5), 5)],
)
def test_a_window_that_nobody_knows_is_guessed(info, tokens):
    assert AT_OPENROUTER._replace(info=info).tokens == tokens
