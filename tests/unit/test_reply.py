"""Putting a streamed answer together, in all the forms that providers send."""

from __future__ import annotations

import pytest
from scene_chat.chat.call_pieces import MOST_CALLS
from scene_chat.chat.events import Answering, Reasoning, Text, Usage
from scene_chat.chat.failures import ModelFailed
from scene_chat.chat.reply import ReplyBuilder


def built(*deltas, finish="stop"):
    builder = ReplyBuilder()
    events = [event for delta in deltas for event in builder.feed({"choices": [{"delta": delta}]})]
    events += builder.feed({"choices": [{"delta": {}, "finish_reason": finish}]})
    return builder.reply(), events


def piece(arguments="", **rest):
    name = rest.pop("name", None)
    return {"tool_calls": [{**rest, "function": {"name": name, "arguments": arguments}}]}


def calls(*deltas):
    return [(each.name, each.arguments) for each in built(*deltas)[0].calls]


def test_text_is_shown_as_it_comes_and_kept_whole():
    reply, events = built({"content": "Hel"}, {"content": "lo"})
    assert events == [Text("Hel"), Text("lo")]
    assert reply.text == "Hello"


def test_reasoning_is_shown_under_either_name_and_its_details_kept_as_they_came():
    details = [{"type": "reasoning.text", "text": "hm", "signature": "x"}]
    reply, events = built({"reasoning": "hm", "reasoning_details": details},
                          {"reasoning_content": "so"})  # fmt: skip
    assert events == [Reasoning("hm"), Reasoning("so")]
    assert reply.reasoning_details == tuple(details)


def test_arguments_come_in_pieces_by_index():
    assert calls(
        piece(id="a", index=0, name="look"),
        piece('{"si', index=0),
        piece('ze":64}', index=0),
    ) == [("look", '{"size":64}')]


def test_a_new_id_is_a_new_call_even_where_its_index_is_taken():
    assert calls(
        piece("{}", id="a", index=0, name="look"), piece("{}", id="b", index=0, name="count")
    ) == [("look", "{}"), ("count", "{}")]


def test_an_id_that_is_repeated_with_each_piece_is_one_call():
    assert calls(piece('{"a"', id="a", index=0, name="look"), piece(":1}", id="a", index=1)) == [
        ("look", '{"a":1}')
    ]


def test_a_piece_without_id_and_index_belongs_to_the_latest_call():
    assert calls(
        piece("{}", id="a", index=0, name="look"),
        piece("{", id="b", index=1, name="count"),
        piece("}"),
    ) == [("look", "{}"), ("count", "{}")]


def test_calls_without_an_id_each_get_one_of_their_own():
    reply, _ = built(piece("{}", index=0, name="look"), piece("{}", index=1, name="count"))
    ids = [each.id for each in reply.calls]
    assert len(set(ids)) == 2
    assert all(ids)


def test_calls_are_made_also_where_the_provider_says_stop():
    assert len(built(piece("{}", id="a", index=0, name="look"), finish="stop")[0].calls) == 1


def test_usage_comes_in_a_chunk_without_choices():
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "cost": 0.0021}
    events = list(ReplyBuilder().feed({"choices": [], "usage": usage}))
    assert events == [Usage(7, 3, 0.0021)]


def test_a_cost_that_is_not_told_is_unknown_and_not_free():
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    (told,) = ReplyBuilder().feed({"choices": [], "usage": usage})
    assert told.cost is None


def test_what_broke_off_keeps_its_text_and_no_half_calls():
    builder = ReplyBuilder()
    for delta in ({"content": "I will"}, piece('{"a', id="a", index=0, name="look")):
        list(builder.feed({"choices": [{"delta": delta}]}))
    with pytest.raises(ModelFailed, match="broke off"):
        builder.check()
    assert (builder.partial().text, builder.partial().calls) == ("I will", ())


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("length", "cut"), ("MAX_TOKENS", "cut"), ("content_filter", "refused"), ("error", "broken")],
)
def test_an_answer_that_was_not_let_end_says_so(reason, kind):
    builder = ReplyBuilder()
    list(builder.feed({"choices": [{"delta": {"content": "a"}, "finish_reason": reason}]}))
    with pytest.raises(ModelFailed) as failed:
        builder.check()
    assert failed.value.kind == kind


def details(*deltas):
    return built(*({"reasoning_details": each} for each in deltas))[0].reasoning_details


def test_the_pieces_of_one_thought_come_back_as_one_with_its_signature():
    kind = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
    assert details(
        [{**kind, "text": "", "signature": ""}],
        [{**kind, "text": "Let"}],
        [{**kind, "text": " me"}],
        [{**kind, "signature": "sig"}],
    ) == ({**kind, "text": "Let me", "signature": "sig"},)


def test_thoughts_of_another_kind_place_or_name_stay_apart():
    text = {"type": "reasoning.text", "text": "a", "index": 0}
    hidden = {"type": "reasoning.encrypted", "data": "x", "id": "1", "index": 0}
    assert details(
        [text, hidden], [{**text, "index": 1}], [{**hidden, "id": "2"}], [{**text, "text": "b"}]
    ) == (
        {**text, "text": "ab"}, hidden, {**text, "index": 1}, {**hidden, "id": "2"},
    )  # fmt: skip


def test_thoughts_without_a_place_go_on_until_they_are_signed():
    text = {"type": "reasoning.text", "text": "a"}
    signed = {"type": "reasoning.text", "signature": "s"}
    assert details([text], [text], [signed], [text, text]) == (
        {**text, "text": "aa", "signature": "s"}, text, text,
    )  # fmt: skip


def test_thoughts_of_a_whole_message_are_left_as_they_are():
    builder = ReplyBuilder()
    thought = {"type": "reasoning.text", "text": "a", "index": 0}
    message = {"content": "b", "reasoning": "aa", "reasoning_details": [thought, thought]}
    list(builder.feed({"choices": [{"message": message, "finish_reason": "stop"}]}))
    assert builder.reply().reasoning_details == (thought, thought)


def test_what_feeds_the_builder_is_not_changed_by_it():
    thought = {"type": "reasoning.text", "text": "a", "index": 0}
    details([thought], [thought])
    assert thought["text"] == "a"


def test_thoughts_in_plain_text_are_kept_by_the_name_they_came_by():
    reply, _ = built({"reasoning_content": "a"}, {"reasoning_content": "b"})
    assert reply.reasoning == {"reasoning_content": "ab"}
    reply, _ = built({"reasoning": "a", "reasoning_details": [{"type": "reasoning.text"}]})
    assert reply.reasoning == {}


def test_of_far_too_many_calls_the_first_hundred_are_run_and_the_next_says_so():
    pieces = [piece("{}", id=str(n), index=n, name="look") for n in range(500)]
    calls = built(*pieces)[0].calls
    assert len(calls) == MOST_CALLS + 1
    assert [each.problem for each in calls[:MOST_CALLS]] == [""] * MOST_CALLS
    assert "of 500 calls in one answer the first 100 were run" in calls[-1].problem


def test_arguments_that_are_far_too_long_are_left_out_and_the_call_says_so():
    part = "x" * 2**18
    long, other = built(
        piece('{"code": "', id="a", index=0, name="run"),
        *(piece(part, index=0) for _ in range(20)),
        piece("{}", id="b", index=1, name="look"),
    )[0].calls
    assert (len(long.arguments), other.problem) == (len('"left out"'), "")
    assert "The arguments had 5,242,890 characters; a call may have 1,048,576." in long.problem


def test_who_answers_is_told_once_and_only_if_it_is_another():
    def told(asked, *models):
        builder = ReplyBuilder(asked)
        return [each for model in models for each in builder.feed({"model": model})]

    assert told("a/b", "c/d", "c/d", "e/f") == [Answering("c/d")]
    assert told("a/b", "a/b", "c/d") == []
    assert told("a/b", "a/b-2026-08-06") == told("a/b", "A/B:free") == []
    assert told("gpt-4", "gpt-4o") == [Answering("gpt-4o")]
    assert told("a/b", None, 5, "") == []


def test_cached_tokens_are_told():
    usage = {"prompt_tokens": 7, "prompt_tokens_details": {"cached_tokens": 5}, "cost": "0.5"}
    assert list(ReplyBuilder().feed({"choices": [], "usage": usage})) == [Usage(7, 0, 0.5, 5)]


def test_a_letter_that_is_split_between_two_chunks_comes_out_whole():
    reply, events = built({"content": "a \ud83d"}, {"content": "\ude00 b"})
    assert reply.text == "a \U0001f600 b"
    assert "".join(event.text for event in events) == reply.text


def test_what_no_encoding_takes_is_replaced():
    reply, _ = built({"content": "a\0b \udc00 c"}, piece('{"x": "\ud83d"}', name="look"))
    assert reply.text == "a\ufffdb \ufffd c"
    assert reply.calls[0].arguments == '{"x": "\ufffd"}'
