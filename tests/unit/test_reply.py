"""Putting a streamed answer together, in all the forms that providers send."""

from __future__ import annotations

from scene_chat.chat.events import Reasoning, Text, Usage
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
    assert not builder.finished
    assert (builder.partial().text, builder.partial().calls) == ("I will", ())


def test_a_letter_that_is_split_between_two_chunks_comes_out_whole():
    reply, events = built({"content": "a \ud83d"}, {"content": "\ude00 b"})
    assert reply.text == "a \U0001f600 b"
    assert "".join(event.text for event in events) == reply.text


def test_what_no_encoding_takes_is_replaced():
    reply, _ = built({"content": "a\0b \udc00 c"}, piece('{"x": "\ud83d"}', name="look"))
    assert reply.text == "a\ufffdb \ufffd c"
    assert reply.calls[0].arguments == '{"x": "\ufffd"}'
