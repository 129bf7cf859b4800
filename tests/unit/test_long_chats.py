"""Conversations that outgrow the model's window: what is sent of them, and what people are told."""

from __future__ import annotations

import json
from queue import Queue
from types import SimpleNamespace

import pytest
from scene_chat.chat.chat import Chat
from scene_chat.chat.compaction import cut, summary
from scene_chat.chat.conversation import Call as ModelsCall
from scene_chat.chat.conversation import Conversation, Reply
from scene_chat.chat.events import Compacted, End, Error, Text
from scene_chat.chat.inbox import Prompt
from scene_chat.chat.settings import Settings
from scene_chat.tools.call import CallResult
from scene_chat.tools.picture import Picture
from scene_chat.tools.registry import Effect, tool
from standin.script import Call, Refuse, Say, Script
from standin.server import StandIn

WINDOW = 60_000
FACT = "The client is called Marmalade Ltd."


@pytest.fixture
def talk(house):
    """One chat; each call is a turn, and gives its events."""
    chat = Chat(*house.chat_parts)
    events = Queue()
    chat.listener = events.put

    def turn(prompt, settings):
        chat.send(prompt, "mode OBJECT", settings)
        seen = []
        while not (seen and isinstance(seen[-1], End)):
            seen.append(events.get(timeout=30))
        return seen

    turn.chat = chat
    yield turn
    chat.close()


def describing(house):
    """A tool whose results are as long as a result can be."""

    @tool(effect=Effect.READS)
    def describe(what: str) -> str:
        """Describe something at length."""
        return f"{what}: " + "a very long description " * 320

    house.registry.add(describe)
    house.registry.small = frozenset({"describe", "count"})  # what a short window gets


def beginning(shorter, longer):
    """How many bytes of two requests are the same from their start."""
    return next(
        (n for n, (a, b) in enumerate(zip(shorter, longer)) if a != b),
        min(len(shorter), len(longer)),
    )


def test_two_hundred_turns_of_two_megabytes_stay_below_seven_tenths_of_the_window(talk, house):
    describing(house)
    rounds = [Say("", [Call("describe", {"what": "a wall"})]), Say("It is a wall. " * 100)]
    with StandIn(Script("long", {"turn": rounds, FACT: rounds})) as server:
        server.characters_per_token = 4
        settings = Settings(server.url, "script/long", window=WINDOW)
        talk(f"{FACT} Remember that.", settings)
        compacted = 0
        for number in range(199):
            events = talk(f"This is turn {number}. " + "And so on it goes. " * 60, settings)
            assert events[-1].reason == "done"
            compacted += sum(isinstance(each, Compacted) for each in events)
    said = sum(len(turn.prompt) + len(turn.answer) for turn in talk.chat.turns)
    results = sum(len(str(part.result.value)) for turn in talk.chat.turns for part in turn.parts
                  if hasattr(part, "result"))  # fmt: skip
    assert said + results > 2_000_000
    tokens = [len(each) / 4 for each in server.sent]
    assert max(tokens) < 0.7 * WINDOW
    assert all(FACT.encode() in each for each in server.sent)
    # The beginning changes only where the conversation was made smaller, and that is seldom.
    changed = sum(
        beginning(*pair) < len(pair[0]) - 2_000 for pair in zip(server.sent, server.sent[1:])
    )
    assert 0 < compacted < 40
    assert changed <= compacted


def test_the_bytes_of_a_rounds_beginning_are_those_of_the_round_before(talk, house):
    rounds = [Say("", [Call("count")]), Say("", [Call("names")]), Say("Done.")]
    with StandIn(Script("test", {"go": rounds})) as server:
        settings = Settings(server.url, "script/test")
        talk("go", settings)
        talk("go on", settings)
    for before, after in zip(server.sent, server.sent[1:]):
        messages = json.loads(before)["messages"]
        whole = before.index(b'"messages":') + len(json.dumps(messages, ensure_ascii=False,
                                                              separators=(",", ":")).encode())  # fmt: skip
        assert beginning(before, after) >= whole


def test_what_was_left_out_is_said_and_the_summary_can_be_read(talk, house):
    describing(house)
    rounds = [Say("", [Call("describe", {"what": "it"})] * 3), Say("That is it.")]
    with StandIn(Script("long", {"": rounds})) as server:
        server.characters_per_token = 4
        settings = Settings(server.url, "script/long", window=12_000)
        for number in range(6):
            talk(f"Question {number}", settings)
    assert any("shortened to make room" in note for t in talk.chat.turns for note in t.notes)
    told = talk.chat.history.conversation.summary
    assert "- Person: Question 0" in told
    assert "[called describe ×3] That is it." in told


def test_an_endpoint_that_says_how_much_it_takes_is_believed(talk, house):
    describing(house)
    full = Refuse(400, "This model's maximum context length is 9000 tokens, you sent 20000")
    answers = iter([full, Say("There.")])
    long = [
        Say("", [Call("describe", {"what": "it"})] * 4),
        Say("", [Call("count")]),
        lambda results: next(answers),
    ]
    with StandIn(Script("long", {"go": long})) as server:
        events = talk("go", Settings(server.url, "script/long", window=1_000_000))
        assert [each.text for each in events if isinstance(each, Text)][-1:] == ["There."]
        assert any(isinstance(each, Compacted) for each in events)
        answers = iter([Say("Again.")])  # the next turn is not refused first
        assert (
            talk("go", Settings(server.url, "script/long", window=1_000_000))[-1].reason == "done"
        )
    assert talk.chat.history.meter.window == 9_000


def test_a_message_that_alone_is_too_long_is_said_to_be(talk):
    full = Refuse(400, "maximum context length is 2000 tokens")
    with StandIn(Script("long", {"go": [full]})) as server:
        events = talk("go " + "far " * 4_000, Settings(server.url, "script/long"))
    (error,) = [each for each in events if isinstance(each, Error)]
    assert "larger window" in error.message
    assert error.kind == "context"


def turns(count, words="do this", length=50):
    conversation = Conversation()
    for number in range(count):
        conversation.add_prompt(Prompt(f"{words} {number}", "mode OBJECT"))
        call = ModelsCall(f"c{number}", "count", "{}")
        conversation.add_reply(Reply("", (call,)))
        conversation.add_result(call, CallResult(True, "x" * length))
        conversation.add_reply(Reply(f"Done {number}."))
    return conversation


def accepted(messages):
    """Whether each call has its result right after it."""
    open_calls = []
    for each in messages:
        if each["role"] == "tool":
            open_calls.remove(each["tool_call_id"])
            continue
        assert open_calls == []
        open_calls = [call["id"] for call in each.get("tool_calls") or ()]
    return open_calls == []


@pytest.mark.parametrize("most", [100_000, 20_000, 5_000, 2_000])
def test_what_is_left_of_a_conversation_is_one_that_providers_accept(most):
    conversation = turns(60, length=3_000)
    conversation.compact(most)
    assert accepted(conversation.messages)
    assert conversation.messages[-1]["content"] == "Done 59."


def test_old_results_go_before_old_words():
    conversation = turns(10, length=2_000)
    assert conversation.compact(15_000)
    assert conversation.summary == ""
    assert [turn[0]["content"][:9] for turn in conversation.turns] == ["do this 0", *(
        f"do this {n}" for n in range(1, 10))]  # fmt: skip


def test_long_code_of_earlier_rounds_is_cut_and_stays_an_object():
    conversation = turns(1)
    call = ModelsCall("a", "execute_code", json.dumps({"code": "x = 1\n" * 5_000}))
    conversation.add_prompt(Prompt("go", ""))
    for _ in range(3):
        reply = conversation.add_reply(Reply("", (call,)))
        conversation.add_result(reply.calls[0], CallResult(True, 1))
    conversation.compact(40_000)
    sent = [each["tool_calls"][0]["function"]["arguments"] for each in conversation.messages
            if each.get("tool_calls")]  # fmt: skip
    assert "characters left out" in json.loads(sent[1])["code"]
    assert json.loads(sent[-1])["code"] == "x = 1\n" * 5_000  # the newest round is whole


def test_a_list_that_was_given_out_stays_what_it_was():
    conversation = turns(10, length=2_000)
    sent = conversation.messages
    before = json.dumps(sent)
    conversation.compact(3_000)
    assert json.dumps(sent) == before


def test_the_first_words_outlive_thousands_of_turns():
    entries = [
        (f"{FACT} {'and more ' * 20}", "Noted."),
        *((f"turn {n}", "Done.") for n in range(5_000)),
    ]
    text = summary(entries, 6_000)
    assert FACT in text
    assert "turn 4999" in text
    assert "messages left out" in text
    assert len(text) < 12_000


def test_the_situation_of_an_old_message_is_not_taken_for_the_persons_words():
    conversation = turns(8, length=3_000)
    conversation.compact(2_000)
    assert "mode OBJECT" not in conversation.summary


def test_a_cut_text_keeps_its_ends_and_says_what_is_missing():
    text = cut("a" * 500 + "b" * 500, 100)
    assert text.startswith("a" * 75)
    assert text.endswith("b" * 25)
    assert "[900 characters left out]" in text


def test_pictures_weigh_the_same_whatever_their_bytes():
    sizes = []
    for length in (10, 1_000_000):
        conversation = Conversation()
        conversation.add_prompt(Prompt("look", ""))
        call = ModelsCall("a", "look", "{}")
        conversation.add_reply(Reply("", (call,)))
        shown = Picture(b"p" * length, "image/png", 4, 3, "a corner")
        conversation.add_result(call, CallResult(True, "seen", picture=shown))
        sizes.append(conversation.characters)
    assert sizes[0] == sizes[1]


def test_a_window_of_the_persons_own_goes_before_the_lists():
    info = SimpleNamespace(window=8_000)
    settings = Settings("http://127.0.0.1:1/v1", "a", info=info)
    assert settings.tokens == 8_000
    assert settings._replace(window=4_000).tokens == 4_000


def test_thoughts_count_and_go_with_the_turns_that_are_over():
    conversation = Conversation()
    for number in range(3):
        conversation.add_prompt(Prompt(f"go {number}", ""))
        reply = Reply("", (ModelsCall(f"c{number}", "count", "{}"),), reasoning={
            "reasoning_content": "hm " * 5_000})  # fmt: skip
        conversation.add_reply(reply)
        conversation.add_result(reply.calls[0], CallResult(True, 1))
    assert conversation.characters > 45_000
    assert conversation.compact(20_000)
    assert ["reasoning_content" in each for each in conversation.turns[-1]] == [False, True, False]


def test_a_turn_of_many_rounds_is_put_into_words_beneath_its_prompt():
    conversation = turns(0)
    conversation.add_prompt(Prompt("build a city", "mode OBJECT"))
    for number in range(40):
        reply = Reply(f"House {number}.", (ModelsCall(f"c{number}", "count", "{}"),))
        conversation.add_reply(reply)
        conversation.add_result(reply.calls[0], CallResult(True, "x" * 500))
    assert conversation.compact(2_000)
    assert [each["role"] for each in conversation.messages] == ["user", "assistant", "tool"]
    assert (
        "What you did of it so far, shortened: [called count ×39] House 38."
        in (conversation.messages[0]["content"])
    )
    conversation.add_reply(Reply("All done."))
    conversation.add_prompt(Prompt("next", ""))
    conversation.compact(200)
    assert "Person: build a city\n" in conversation.summary


def test_a_single_round_with_huge_results_is_cut_too():
    conversation = Conversation()
    conversation.add_prompt(Prompt("go", ""))
    calls = tuple(ModelsCall(f"c{n}", "count", "{}") for n in range(12))
    conversation.add_reply(Reply("", calls))
    for call in calls:
        conversation.add_result(call, CallResult(True, "x" * 7_000))
    assert conversation.compact(20_000)
    assert accepted(conversation.messages)


def test_ids_that_come_again_are_made_new():
    conversation = Conversation()
    given = [conversation.add_reply(Reply("", (ModelsCall("call_0", "count", "{}"),))).calls[0].id
             for _ in range(3)]  # fmt: skip
    assert given[0] == "call_0"
    assert len(set(given)) == 3


def test_what_no_json_can_hold_does_not_get_into_the_history():
    conversation = Conversation()
    details = ({"text": "half \ud83d", "index": float("nan")},)
    conversation.add_reply(Reply("x", (ModelsCall("\ud800", "count", "{}"),), details))
    json.dumps(conversation.messages, allow_nan=False, ensure_ascii=False).encode()
