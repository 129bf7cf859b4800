"""Every kind of stream and failure that the stand-in knows, through the chat: what comes out."""

from __future__ import annotations

import queue
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scene_chat.chat import model
from scene_chat.chat.chat import Chat
from scene_chat.chat.events import (
    Answering,
    End,
    Error,
    Reasoning,
    Retry,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from scene_chat.chat.settings import Settings
from standin import faults
from standin.script import Call, Raw, Say, Script
from standin.server import StandIn

CUT = [each for each in faults.ALL if each.cut]


class Line:
    """One house and one server for all tests, since there are hundreds; each has its own chat."""

    def __init__(self, house, server):
        self.house = house
        self.server = server
        self.chat = None

    def open(self):
        house = self.house
        self.chat = Chat(
            house.calls, house.secrets, house.faults, house.worker, house.ledger, "4.5.0"
        )
        self.events = queue.Queue()
        self.chat.listener = self.events.put

    def play(self, *rounds):
        """Send a prompt that brings these rounds; return the events of its turn."""
        self.server.script.scenes["go"] = rounds
        self.chat.send("go", "", Settings(self.server.url, "script/test", window=200_000))
        seen = []
        while not (seen and isinstance(seen[-1], End)):
            seen.append(self.events.get(timeout=20))
        self.server.requests.clear()
        self.server.closing.set()  # ends a silence that the turn did not wait for
        self.server.closing.clear()
        return seen


@pytest.fixture(scope="module")
def shared_line(make_house, tmp_path_factory):
    house = make_house(tmp_path_factory.mktemp("house")).start()
    with StandIn(Script("test", {})) as server:
        line = Line(house, server)
        line.open()
        line.play(Say("", [Call("count")]), Say("All threads run."))
        line.chat.close()
        yield line
    house.close()


@pytest.fixture
def line(shared_line, monkeypatch):
    """Waits too short for people, and a new chat."""
    monkeypatch.setattr(model, "PATIENCE", model.Patience(rest=1.0, backoff=0.01))
    shared_line.open()
    yield shared_line
    shared_line.chat.close()
    assert shared_line.house.faults.known == []


def told(events, expected):
    """The events in the form in which `faults` names them, with parts for wholes."""
    kinds = {each[0] for each in expected}
    found = []
    for event in events:
        match event:
            case Text(text) | Reasoning(text):
                kind = "text" if isinstance(event, Text) else "thought"
                if found and found[-1][0] == kind:
                    text = found.pop()[1] + text
                found.append((kind, text))
            case ToolCall(_, name, arguments):
                found.append(("call", name, arguments))
            case ToolResult(_, result) if "result" in kinds:
                found.append(("result", result.error))
            case Usage() if "usage" in kinds:
                found.append(("usage", event.input_tokens, event.output_tokens, event.cost))
            case Answering(name):
                found.append(("model", name))
            case Retry(_, why):
                found.append(("again", why))
            case Error(message):
                found.append(("error", message))
            case End(reason):
                found.append(("end", reason))
    return [
        wanted if wanted[0] == each[0] and wanted[0] in ("again", "error", "result")
        and wanted[1] in each[1] else each
        for each, wanted in zip(found, [*expected, *[("",)] * len(found)])
    ]  # fmt: skip


def first_round(tries):
    """Answers one request after another, the last of them for ever."""
    left = list(tries)
    return left[0] if len(left) == 1 else lambda _: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("fault", faults.ALL, ids=lambda fault: fault.name)
def test_what_comes_out_and_that_the_conversation_goes_on(line, fault):
    events = line.play(first_round(fault.tries), *fault.then)
    assert told(events, fault.events) == list(fault.events)
    assert told(line.play(Say("Yes.")), ()) == [("text", "Yes."), ("end", "done")]


@pytest.mark.parametrize("fault", CUT, ids=lambda fault: fault.name)
def test_it_comes_out_the_same_byte_by_byte_and_cut_anywhere(line, fault):
    whole, size = fault.tries[0], len(fault.body)

    @examples(max_examples=4, derandomize=True, database=None, deadline=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @example(list(range(min(size, 2_000))))
    @given(st.lists(st.integers(0, size), min_size=1, max_size=12))
    def cut(places):
        edges = [0, *sorted(places), size]
        parts = [fault.body[a:b] for a, b in pairwise(edges) if a < b]
        raw = Raw(parts, whole.breaks, whole.status, whole.headers)
        assert told(line.play(raw, *fault.then), fault.events) == list(fault.events)

    cut()


def test_the_table_holds_each_kind_once_and_more_than_forty_five():
    names = [each.name for each in faults.ALL]
    assert len(set(names)) == len(names) > 45
