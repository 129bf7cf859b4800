"""Cutting a stream of bytes into commands."""

from __future__ import annotations

import json

import pytest
from scene_chat.server.frames import BrokenFrame, Frames

COMMAND = {"type": "execute_code", "params": {"code": 'print("{[\\"}]")  # é \\ \n'}}


def frames(data=b"", limit=1 << 20):
    made = Frames(limit)
    made.feed(data)
    return made


def test_a_whole_command_comes_out_at_once():
    assert frames(json.dumps(COMMAND).encode()).next() == COMMAND


def test_a_command_that_comes_byte_by_byte_comes_out_with_its_last_byte():
    made, data = frames(), json.dumps(COMMAND, ensure_ascii=False).encode()
    for index in range(len(data) - 1):
        made.feed(data[index : index + 1])
        assert made.next() is None
    made.feed(data[-1:])
    assert made.next() == COMMAND


def test_several_commands_in_one_packet_come_out_one_by_one():
    made = frames(b'{"a":1}{"b":2}\n \0{"c":3}')
    assert [made.next(), made.next(), made.next(), made.next()] == [
        {"a": 1}, {"b": 2}, {"c": 3}, None,
    ]  # fmt: skip


@pytest.mark.parametrize("length", [1, 10_000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0"])
def test_of_what_a_client_ends_its_commands_with_nothing_is_left(end, length):
    made = frames(json.dumps({"a": "x" * length}).encode() + end)
    assert made.next() == {"a": "x" * length}
    assert made.size == 0


@pytest.mark.parametrize(
    "data",
    [b"{broken", b'{"a" 1', b'{"a":}', b"{'a': 1}", b'{"a":1]', b'{"a": tru3', b"{]", b'{"a":01'],
)
def test_what_can_no_longer_become_json_is_refused_without_waiting_for_more(data):
    with pytest.raises(BrokenFrame, match="no JSON"):
        frames(data).next()


@pytest.mark.parametrize("data", [b'{"a":NaN}', b'{"a":"\xff"}', b'{"a":Infinity}'])
def test_a_whole_object_that_is_no_json_is_refused(data):
    with pytest.raises(BrokenFrame, match="no JSON"):
        frames(data).next()


@pytest.mark.parametrize("data", [b"{", b'{"a', b'{"a":"\\', b'{"a":"\\u00', b'{"a":-', b'{"a":t'])
def test_half_a_command_is_waited_for(data):
    made = frames(data)
    assert made.next() is None
    assert made.begun


def test_nothing_after_a_broken_command_is_looked_for():
    with pytest.raises(BrokenFrame):
        frames(b'{"x": oops} {"type":"execute_code"}').next()


def test_a_command_that_does_not_begin_with_a_brace_is_refused():
    with pytest.raises(BrokenFrame, match="begins with"):
        frames(b'[{"type":"execute_code"}]').next()


def test_a_command_over_the_limit_is_refused_before_it_has_come_whole():
    with pytest.raises(BrokenFrame, match="larger than 1,000 bytes"):
        frames(b'{"code":"' + b"x" * 1000, limit=1000).next()


def test_depth_is_no_way_to_crash_it():
    with pytest.raises(BrokenFrame):
        frames(b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}").next()


def test_a_string_full_of_escapes_is_cut_at_its_end():
    text = '\\"' * 5000
    assert frames(json.dumps({"a": text}).encode()).next() == {"a": text}
