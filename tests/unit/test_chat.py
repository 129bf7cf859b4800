"""The chat against a real HTTP server that plays scripts: whole turns, failures, Stop."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from scene_chat.chat import model
from scene_chat.chat.chat import Chat, TurnRunning
from scene_chat.chat.events import End, Error, Reasoning, Text, ToolCall, ToolResult, Usage
from scene_chat.chat.keys import Key
from scene_chat.chat.model_info import ModelInfo
from scene_chat.chat.settings import Settings
from scene_chat.tools.picture import Picture
from scene_chat.tools.registry import Effect, tool
from standin.script import Call, Raw, Refuse, Say, Script
from standin.server import StandIn, chunk, event

ADD = Call("add", {"names": ["Cube"]})


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    """Waits too short for people, before something is tried again."""
    monkeypatch.setattr(model, "PATIENCE", model.Patience(backoff=0.01))


@pytest.fixture
def talk(house):
    """Send prompts, one after another in one chat, and get the events of each turn."""
    chat = Chat(*house.chat_parts)
    events = queue.Queue()
    chat.listener = events.put

    def turn(prompt, settings, stop_at=None, after=0.0):
        if prompt is None:
            chat.try_again(settings)
        else:
            chat.send(prompt, "mode OBJECT", settings)
        if after:
            threading.Timer(after, chat.stop).start()
        seen = []
        while not (seen and isinstance(seen[-1], End)):
            seen.append(events.get(timeout=20))
            if stop_at and isinstance(seen[-1], stop_at):
                chat.stop()
        return seen

    turn.chat = chat
    yield turn
    chat.close()


@contextmanager
def standin(*rounds, key="", **scenes):
    with StandIn(Script("test", scenes or {"go": rounds}), key) as server:
        server.settings = Settings(server.url, "script/test")
        yield server


def said(events):
    return "".join(each.text for each in events if isinstance(each, Text))


def only(kind, events):
    found = [each for each in events if isinstance(each, kind)]
    assert len(found) == 1
    return found[0]


def end(events):
    return events[-1].reason


def test_an_answer_streams_in_pieces_and_the_turn_is_done(talk):
    with standin(Say("Hello there, this is a longer answer.", reasoning="hm")) as server:
        events = talk("go", server.settings)
    assert said(events) == "Hello there, this is a longer answer."
    assert len([each for each in events if isinstance(each, Text)]) > 1
    assert only(Reasoning, events).text == "hm"
    assert only(Usage, events).cost == 0
    assert end(events) == "done"


def test_a_call_is_run_and_its_result_given_back(talk, house):
    with standin(Say("I add it.", [ADD]), lambda results: Say(results[0].text)) as server:
        events = talk("go", server.settings)
    assert house.scene.names == {"Cube"}
    assert only(ToolCall, events).arguments == {"names": ["Cube"]}
    assert only(ToolResult, events).result.receipt.text() == "Added object Cube"
    assert said(events) == 'I add it."added"\nAdded object Cube'


def test_several_calls_in_one_round_run_in_their_order(talk):
    calls = [Call("count"), ADD, Call("count")]
    with standin(Say("", calls), Say("Done.")) as server:
        events = talk("go", server.settings)
    values = [each.result.value for each in events if isinstance(each, ToolResult)]
    assert values == [0, "added", 1]


def test_a_rounds_calls_are_handed_over_before_the_first_is_done(talk, house):
    calls = [Call("wait", {"seconds": 0.3}), ADD, ADD]
    waiting = []
    house.queue.standing_back = lambda: waiting.append(len(house.queue)) or ""
    with standin(Say("", calls), Say("Done.")) as server:
        talk("go", server.settings)
    assert max(waiting) >= 2


def test_after_a_failed_call_the_rest_of_the_round_runs_but_what_needs_it(talk):
    bad = Call("add", {"names": ["bad"]}, fails=True)
    needs = Call("add", {"names": ["after"], "needs_previous": True}, fails=True)
    with standin(Say("", [bad, ADD, bad, needs, Call("names")]), Say("Done.")) as server:
        events = talk("go", server.settings)
    results = [each.result for each in events if isinstance(each, ToolResult)]
    assert [each.ok for each in results] == [False, True, False, False, True]
    assert results[3].error == "Left out: the call before it failed."
    assert results[4].value == ["Cube"]


def test_a_call_that_needs_a_good_one_runs_after_it(talk):
    needs = Call("add", {"names": ["after"], "needs_previous": True})
    with standin(Say("", [ADD, needs, Call("names")]), Say("Done.")) as server:
        events = talk("go", server.settings)
    results = [each.result.value for each in events if isinstance(each, ToolResult)]
    assert results == ["added", "added", ["Cube", "after"]]


def test_many_rounds_make_one_turn_and_one_undo_step_title(talk, house):
    rounds = [Say("", [Call("add", {"names": [str(n)]})]) for n in range(6)]
    with standin(*rounds, Say("Done.")) as server:
        assert end(talk("go", server.settings)) == "done"
    assert house.scene.steps == ["commit go"] * 6


def test_a_failed_call_costs_a_round_and_the_turn_goes_on(talk):
    bad = Call("add", {"names": ["bad"]}, fails=True)
    with standin(Say("", [bad]), Say("", [ADD]), Say("Now.")) as server:
        events = talk("go", server.settings)
    assert [each.result.ok for each in events if isinstance(each, ToolResult)] == [False, True]
    assert end(events) == "done"


def test_a_tool_that_does_not_exist_and_wrong_arguments_are_told_to_the_model(talk):
    calls = [Call("fly", {}, fails=True), Call("add", {"name": "x"}, fails=True)]
    with standin(
        Say("", calls), lambda results: Say(" | ".join(r.text for r in results))
    ) as server:
        events = talk("go", server.settings)
    assert "There is no tool 'fly'." in said(events)
    assert "there is no parameter 'name'. Did you mean 'names'?" in said(events)


def test_arguments_that_are_not_json_are_told_to_the_model(talk):
    call = {"index": 0, "id": "a", "type": "function",
            "function": {"name": "add", "arguments": '{"names": ["Cu'}}  # fmt: skip
    raw = Raw([chunk({"tool_calls": [call]}), chunk({}, "tool_calls"), b"data: [DONE]\n\n"])
    with standin(raw, lambda results: Say(results[0].text)) as server:
        events = talk("go", server.settings)
    assert "The arguments are no JSON object" in said(events)
    assert end(events) == "done"


def test_the_model_may_call_only_so_often(talk):
    rounds = [Say("", [Call("count")]) for _ in range(5)]
    with standin(*rounds) as server:
        settings = Settings(server.url, "script/test", rounds=3)
        events = talk("go", settings)
    assert "Stopped after 3 rounds" in only(Error, events).message
    assert end(events) == "rounds"


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (
            Refuse(401, "User not found."),
            "wants a key (User not found.). Enter it in Scene Chat's preferences, or set "
            "SCENE_CHAT_KEY_127",
        ),
        (Refuse(402, "Insufficient credits"), "There is no credit left"),
        (Refuse(403, "Flagged"), "refused this request (Flagged)"),
        (Refuse(404, "No endpoints found"), "has no model 'script/test' that can do this"),
        (Refuse(413, "Too large"), "Begin a new chat"),
    ],
)
def test_a_refusal_becomes_a_sentence_with_a_next_step(talk, refusal, sentence):
    with standin(refusal) as server:
        events = talk("go", server.settings)
    assert sentence in only(Error, events).message
    assert end(events) == "error"


def test_a_passing_fault_is_tried_again(talk):
    tries = iter([Refuse(503, "Overloaded", {"Retry-After": "0"}), Say("Here I am.")])
    with standin(lambda _: next(tries)) as server:
        events = talk("go", server.settings)
        assert len(server.requests) == 2
    assert said(events) == "Here I am."


def test_a_fault_that_stays_becomes_a_sentence(talk):
    with standin(Refuse(500, "Oh no", {"Retry-After": "0"})) as server:
        events = talk("go", server.settings)
        assert len(server.requests) == 3
    assert "has a fault (500: Oh no)" in only(Error, events).message


def test_an_endpoint_that_is_down_becomes_a_sentence(talk):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    events = talk("go", Settings(f"http://127.0.0.1:{port}/v1", "m"))
    assert "Is the program that serves the model running?" in only(Error, events).message


def test_without_a_key_nothing_is_sent_and_the_person_is_told(talk):
    events = talk("go", Settings())
    assert "There is no API key for openrouter.ai" in only(Error, events).message
    assert end(events) == "error"


def test_a_wrong_key_names_its_source_and_is_never_shown(talk):
    with standin(Say("Hi"), key="right") as server:
        wrong = Key("sk-or-v1-wrong", "OPENROUTER_API_KEY in the environment")
        events = talk("go", Settings(server.url, "m", wrong))
    message = only(Error, events).message
    assert "It came from OPENROUTER_API_KEY in the environment" in message
    assert "sk-or-v1-wrong" not in message


@pytest.mark.parametrize(
    "raw",
    [
        Raw([chunk({"content": "Half an "})], breaks=True),
        Raw([chunk({"content": "Half an "})]),
        Raw([chunk({"content": "Half an "}), event({"error": {"code": "502", "message": "gone"}})]),
        Raw([chunk({"content": "Half an "}), b"data: {broken\n\n"]),
    ],
    ids=["cut", "ends early", "an error in the stream", "broken JSON"],
)
def test_a_stream_that_breaks_keeps_what_came_and_the_conversation_goes_on(talk, raw):
    with standin(go=[raw], on=[Say("Whole.")]) as server:
        events = talk("go", server.settings)
        assert said(events) == "Half an "
        assert "broke off" in only(Error, events).message
        assert end(events) == "error"
        assert end(talk("on", server.settings)) == "done"
        assert {"role": "assistant", "content": "Half an "} in server.requests[-1]["messages"]


def test_a_fault_in_the_first_chunk_becomes_a_sentence(talk):
    with standin(Raw([event({"error": {"code": 502, "message": "no provider"}})])) as server:
        events = talk("go", server.settings)
    assert "no provider" in only(Error, events).message


def test_characters_split_between_chunks_come_out_whole(talk):
    data = chunk({"content": "Würfel"}).replace(b"\\u00fc", "ü".encode())
    cut = data.index("ü".encode()) + 1
    raw = Raw([b": comment\r\n\r\n", data[:cut], 0.02, data[cut:], chunk({}, "stop")])
    with standin(raw) as server:
        assert said(talk("go", server.settings)) == "Würfel"


def test_stop_ends_a_turn_at_once_while_the_model_is_silent(talk):
    with standin(go=[Raw([chunk({"content": "Well"}), 3.0, chunk({}, "stop")])],
                 on=[Say("Yes.")]) as server:  # fmt: skip
        began = time.monotonic()
        events = talk("go", server.settings, stop_at=Text)
        assert time.monotonic() - began < 2.0
        assert end(events) == "stopped"
        assert end(talk("on", server.settings)) == "done"
        assert {"role": "assistant", "content": "Well"} in server.requests[-1]["messages"]


def test_stop_between_two_calls_leaves_a_history_that_providers_accept(talk):
    calls = [Call("wait", {"seconds": 0.3}), ADD]
    with standin(go=[Say("", calls)], on=[Say("Yes.")]) as server:
        events = talk("go", server.settings, stop_at=ToolCall)
        assert end(events) == "stopped"
        assert end(talk("on", server.settings)) == "done"


def test_a_second_prompt_is_refused_while_the_first_is_answered(talk):
    with standin(Raw([5.0])) as server:
        talk.chat.send("go", "", server.settings)
        with pytest.raises(TurnRunning):
            talk.chat.send("go", "", server.settings)


def test_the_requests_beginning_stays_the_same_bytes(talk):
    with standin(Say("", [Call("count")]), Say("Done.")) as server:
        talk("go", server.settings)
        first, second = server.requests
    assert json.dumps(first["tools"]) == json.dumps(second["tools"])
    assert json.dumps(first["messages"]) == json.dumps(second["messages"][: len(first["messages"])])


def test_a_model_without_eyes_is_asked_again_without_pictures(talk, house):
    @tool(effect=Effect.READS)
    def look() -> Picture:
        """Look."""
        return Picture(b"png", "image/png", 4, 3, "a corner")

    house.registry.add(look)
    blind = iter([Refuse(404, "No endpoints found that support image input"), Say("I see.")])
    with standin(Say("", [Call("look")]), lambda _: next(blind)) as server:
        events = talk("go", server.settings)
        sent = [json.dumps(each["messages"]) for each in server.requests]
    assert ["image_url" in each for each in sent] == [False, True, False]
    assert said(events) == "I see."


def test_closing_in_the_midst_of_a_turn_leaves_no_thread(house):
    chat = Chat(*house.chat_parts)
    with standin(Raw([5.0])) as server:
        chat.send("go", "", server.settings)
        time.sleep(0.2)
        began = time.monotonic()
        chat.close()
        assert time.monotonic() - began < 2.0


def test_a_file_that_was_opened_in_the_midst_of_a_turn_is_not_changed_before_the_model_knows(
    talk, house
):
    def opened(_):
        house.scene.generation = 1
        return Say("", [Call("add", {"names": ["Cube"]}, fails=True)])

    with standin(Say("", [Call("count")]), opened, Say("", [Call("count"), ADD]), Say("Done.")) as (
        server
    ):
        events = talk("go", server.settings)
    results = [each.result for each in events if isinstance(each, ToolResult)]
    assert [each.ok for each in results] == [True, False, True, True]
    assert results[1].kind == "SceneReplaced"
    assert house.scene.names == {"Cube"}  # the second, which was meant for it


def test_stop_while_a_person_is_asked_leaves_the_log_with_a_refusal(asking_house):
    house = asking_house
    chat = Chat(*house.chat_parts)
    events = queue.Queue()
    chat.listener = events.put
    with standin(Say("", [Call("write", {"path": "/tmp/a"})])) as server:
        chat.send("go", "", server.settings)
        deadline = time.monotonic() + 10
        while not asking_house.gate.waiting and time.monotonic() < deadline:
            time.sleep(0.001)
        chat.stop()
        while not isinstance(events.get(timeout=20), End):
            continue
    chat.close()
    assert [each.permission for each in asking_house.audit.latest] == ["refused"]
    assert asking_house.faults.known == []


def test_in_ask_mode_nothing_is_changed_whatever_the_model_calls(talk, house):
    house.registry.reading = frozenset({"count"})
    bad = Call("add", {"names": ["Cube"]}, fails=True)
    with standin(Say("", [bad, Call("count")]), lambda r: Say(r[0].text)) as server:
        events = talk("go", server.settings._replace(mode="ask"))
        offered = [each["function"]["name"] for each in server.requests[0]["tools"]]
        told = server.requests[0]["messages"][0]["content"]
    assert house.scene.names == set()
    assert offered == ["count"]
    assert "Nothing is changed in Ask mode" in said(events)
    assert "The person is in Ask mode" in told
    assert house.audit.latest[0].permission == "refused"


def test_what_the_person_always_wants_stands_in_the_system_prompt(talk):
    with standin(Say("Yes.")) as server:
        talk("go", server.settings._replace(instructions="Work in centimetres."))
        told = server.requests[0]["messages"][0]["content"]
    assert told.endswith("The person's own instructions:\nWork in centimetres.")


def test_a_model_with_a_short_window_gets_the_few_tools_that_do_most(talk, house):
    house.registry.small = frozenset({"add"})
    with standin(Say("Yes.")) as server:
        talk("go", server.settings._replace(window=16_000))
        assert [each["function"]["name"] for each in server.requests[0]["tools"]] == ["add"]


def test_try_again_goes_on_from_the_last_whole_message(talk, house):
    breaks = Raw([chunk({"content": "Half an ans"})], breaks=True)
    answers = iter([breaks, Say("A whole answer.")])
    with standin(Say("", [ADD]), lambda _: next(answers)) as server:
        assert end(talk("go", server.settings)) == "error"
        assert talk.chat.turns[0].answer == "Half an ans"
        events = talk(None, server.settings)
        asked = server.requests[-1]["messages"]
    assert end(events) == "done"
    assert talk.chat.turns[0].answer == "A whole answer."
    assert talk.chat.turns[0].problems == []
    assert len(talk.chat.turns) == 1
    assert [each["role"] for each in asked] == ["system", "user", "assistant", "tool"]
    assert house.scene.names == {"Cube"}


def test_a_turn_that_was_stopped_while_the_model_was_silent_can_be_continued(talk):
    answers = iter([Raw([b": x\n\n", 30.0]), Say("There.")])
    with standin(lambda _: next(answers)) as server:
        assert end(talk("go", server.settings, after=0.3)) == "stopped"
        assert end(talk(None, server.settings)) == "done"
    assert talk.chat.turns[0].answer == "There."


def test_what_was_answered_cannot_be_tried_again(talk):
    with standin(Say("Yes.")) as server:
        talk("go", server.settings)
        with pytest.raises(ValueError, match="no message to try again"):
            talk(None, server.settings)


def test_the_request_can_be_seen_as_it_was_sent(talk):
    with standin(Say("Yes.")) as server:
        talk("go", server.settings)
        assert talk.chat.request == server.requests[-1]


def test_pictures_are_not_sent_to_a_model_that_is_known_to_take_none(talk, house):
    picture = Picture(b"png", "image/png", 4, 3, "a corner")

    @tool(effect=Effect.READS)
    def look() -> Picture:
        """Look."""
        return picture

    house.registry.add(look)
    with standin(Say("", [Call("look")]), Say("I see.")) as server:
        talk("go", server.settings._replace(info=ModelInfo("a", "A", vision=False)))
        assert "image_url" not in json.dumps(server.requests[-1])
        assert "(left out)" in json.dumps(server.requests[-1])


def test_what_one_model_thought_does_not_go_to_another(talk):
    thought = {"type": "reasoning.text", "text": "hm", "index": 0}
    thinks = Raw([chunk({"reasoning_details": [thought]}), chunk({"content": "Yes."}), chunk({}, "stop"),
                  b"data: [DONE]\n\n"])  # fmt: skip
    answers = iter([thinks, Say("Still."), Say("Other.")])
    with standin(lambda _: next(answers)) as server:
        talk("go", server.settings)
        talk("go", server.settings)
        talk("go", server.settings._replace(model="other"))
        sent = [json.dumps(each["messages"]) for each in server.requests]
    assert ["reasoning_details" in each for each in sent] == [False, True, False]


def test_what_was_stopped_is_counted_too(talk):
    info = ModelInfo("a", "A", input_price=1e-6, output_price=1e-6)
    with standin(Raw([chunk({"content": "Half"}), 30.0])) as server:
        talk("go", server.settings._replace(info=info), stop_at=Text)
    assert talk.chat.turns[0].cost > 0
    assert talk.chat.turns[0].estimated


def test_the_price_of_a_model_that_did_not_answer_is_not_taken(talk):
    info = ModelInfo("a", "A", input_price=1e-6, output_price=1e-6)
    other = event({"model": "b/other", "choices": [{"index": 0, "delta": {"content": "Hi"},
                                                    "finish_reason": "stop"}]})  # fmt: skip
    with standin(Raw([other, b"data: [DONE]\n\n"])) as server:
        talk("go", server.settings._replace(info=info))
    assert talk.chat.turns[0].model == "b/other"
    assert talk.chat.turns[0].cost is None


def test_a_turn_that_is_stopped_before_it_began_is_the_one_that_is_continued(talk):
    with standin(Say("First."), second=[Say("Second.")], go=[Say("First.")]) as server:
        talk("go", server.settings)
        talk.chat.listener = lambda event: None
        held = threading.Event()
        talk.chat._worker.call(held.wait)  # the loop is busy
        talk.chat.send("second", "", server.settings)
        talk.chat.stop()
        held.set()
        while talk.chat.running:
            time.sleep(0.001)
        assert talk.chat.turns[1].end.reason == "stopped"
        talk.chat.try_again(server.settings)
        while talk.chat.running:
            time.sleep(0.001)
    assert [turn.answer for turn in talk.chat.turns] == ["First.", "Second."]


def test_a_model_that_only_thought_is_said_to_have_said_nothing(talk):
    with standin(
        Raw([chunk({"reasoning": "hm"}), chunk({}, "stop"), b"data: [DONE]\n\n"])
    ) as server:
        events = talk("go", server.settings)
    assert "said nothing" in only(Error, events).message


def test_thoughts_that_were_stopped_cost_too(talk):
    info = ModelInfo("a", "A", input_price=0.0, output_price=1e-3)
    with standin(Raw([chunk({"reasoning": "hm " * 100}), 30.0])) as server:
        talk("go", server.settings._replace(info=info), stop_at=Reasoning)
    assert talk.chat.turns[0].cost > 0.05
