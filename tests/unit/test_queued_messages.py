"""Messages that are sent while a turn runs: they join it, wait, are taken back, or end it."""

from __future__ import annotations

import json
import queue
import threading
import time

import pytest
from scene_chat.chat.chat import Chat, History, TurnRunning
from scene_chat.chat.compaction import entry
from scene_chat.chat.conversation import Call as ToolCall
from scene_chat.chat.conversation import Conversation, Reply
from scene_chat.chat.events import End, Joined, Text
from scene_chat.chat.inbox import Prompt, as_one
from scene_chat.chat.settings import Settings
from scene_chat.chat.turns import Asked, Said
from scene_chat.tools.call import CallResult
from scene_chat.tools.picture import Picture
from standin.script import Call, Raw, Refuse, Say, Script
from standin.server import StandIn, chunk

PICTURE = Picture(b"\x89PNG", "image/png", 4, 3, "plan.png")
SILENCE = Raw([chunk({"role": "assistant", "content": "Let me think"}), 300.0])


@pytest.fixture
def chat(house):
    made = Chat(*house.chat_parts)
    made.heard = queue.Queue()
    made.listener = made.heard.put
    yield made
    made.close()


def until(chat, kind):
    """Return the events up to the first of a kind."""
    seen = []
    while not (seen and isinstance(seen[-1], kind)):
        seen.append(chat.heard.get(timeout=20))
    return seen


def begin(chat, server, scene):
    """Send a message, and return once the model has been asked."""
    chat.send(scene, "mode OBJECT", server.settings)
    ends = time.monotonic() + 20
    while not server.requests:
        assert time.monotonic() < ends, "the model is not asked"
        time.sleep(0.005)


def asked(server, number=-1):
    """The person's words in a request, in order."""
    messages = server.requests[number]["messages"]
    return [each["content"] for each in messages if each["role"] == "user"]


@pytest.fixture
def server():
    go_on = threading.Event()

    def held(_):  # the first round is answered once the test says so
        assert go_on.wait(20)
        return Say("", [Call("count")])

    scenes = {
        "instead": [Say("This instead.")],
        "held": [held],
        "no calls": [lambda _: held(_) and Say("First answer.")],
        "and blue": [Say("Done with both.")],  # what joins is the latest prompt: see the stand-in
        "more": [Say("Second answer.")],
        "like this": [Say("I see it.")],
        "silence": [SILENCE],
        "wrong": [lambda _: held(_) and Refuse(400, "No.")],
    }
    with StandIn(Script("test", scenes)) as made:
        made.settings = Settings(made.url, "script/test")
        made.go_on = go_on
        yield made
        go_on.set()


def test_a_message_sent_meanwhile_joins_at_the_next_round(chat, server):
    begin(chat, server, "held")
    assert chat.queue("and blue", "active 'Cube'")
    server.go_on.set()
    events = until(chat, End)
    assert [each.text for each in events if isinstance(each, Joined)] == ["and blue"]
    assert events[-1].reason == "done"
    assert len(chat.turns) == 1
    words = asked(server)
    assert words[0].startswith("held")
    assert words[1] == "and blue\n\n<blender>active 'Cube'</blender>"
    assert chat.queued == []


def test_it_comes_after_the_results_of_the_round_before(chat, server):
    begin(chat, server, "held")
    chat.queue("and blue", "")
    server.go_on.set()
    until(chat, End)
    roles = [each["role"] for each in server.requests[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user"]


def test_an_answer_without_calls_is_followed_by_another_if_somebody_wrote(chat, server):
    begin(chat, server, "no calls")
    chat.queue("more", "")
    server.go_on.set()
    until(chat, End)
    parts = [(type(each), each.text) for each in chat.turns[0].parts]
    assert parts == [(Said, "First answer."), (Asked, "more"), (Said, "Second answer.")]


def test_pictures_go_with_a_message_that_joins(chat, server):
    begin(chat, server, "held")
    chat.queue("like this", "", [PICTURE])
    server.go_on.set()
    until(chat, End)
    words, label, image = asked(server)[-1]
    assert words["text"] == "like this"
    assert label["text"] == "<blender>The person attached: plan.png.</blender>"
    assert image["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_message_can_be_taken_back_while_it_waits(chat, server):
    chat.send("silence", "", server.settings)
    until(chat, Text)
    chat.queue("one", "")
    chat.queue("two", "")
    assert chat.unqueue(chat.queued[0])
    assert [each.text for each in chat.queued] == ["two"]


def test_what_joined_cannot_be_taken_back(chat, server):
    begin(chat, server, "held")
    chat.queue("and blue", "")
    prompt = chat.queued[0]
    server.go_on.set()
    until(chat, End)
    assert not chat.unqueue(prompt)


@pytest.mark.parametrize("scene", ["silence", "wrong"])
def test_of_a_turn_that_is_stopped_or_fails_what_waits_stays(chat, server, scene):
    begin(chat, server, scene)
    assert chat.queue("instead", "")
    server.go_on.set()
    if scene == "silence":
        chat.stop()
    assert until(chat, End)[-1].reason in ("stopped", "error")
    assert [each.text for each in chat.queued] == ["instead"]
    chat.send_queued(server.settings)
    until(chat, End)
    assert [each.prompt for each in chat.turns] == [scene, "instead"]
    assert (chat.turns[-1].answer, chat.turns[-1].problems) == ("This instead.", [])


def test_send_now_stops_the_turn_and_begins_one_with_what_waits(chat, server):
    chat.send("silence", "", server.settings)
    until(chat, Text)
    chat.queue("instead", "")
    chat.send_now()
    assert until(chat, End)[-1].reason == "stopped"
    assert chat.running
    assert until(chat, End)[-1].reason == "done"
    assert [each.answer for each in chat.turns] == ["Let me think", "This instead."]
    assert not chat.running


def test_send_now_without_a_message_stops_nothing(chat, server):
    chat.send("silence", "", server.settings)
    until(chat, Text)
    chat.send_now()
    assert chat.running
    assert chat.heard.empty()


def test_while_nothing_runs_nothing_is_queued(chat, server):
    assert not chat.queue("instead", "")
    chat.send("instead", "", server.settings)
    until(chat, End)
    assert not chat.queue("instead", "")
    assert chat.queued == []


def test_what_waits_is_not_sent_while_a_turn_runs(chat, server):
    chat.send("silence", "", server.settings)
    with pytest.raises(TurnRunning):
        chat.send_queued(server.settings)


def test_several_messages_become_one_in_their_order():
    both = as_one([Prompt("one", "mode OBJECT", (PICTURE,)), Prompt("two", "mode EDIT")])
    assert (both.text, both.situation, both.pictures) == ("one\n\ntwo", "mode EDIT", (PICTURE,))


def test_all_pictures_of_a_message_are_sent_and_old_ones_no_longer():
    conversation = Conversation()
    for number in range(3):
        conversation.add_prompt(Prompt(f"{number}", "", (PICTURE,) * 4))
    sent = json.dumps(conversation.messages)
    assert sent.count("data:image/png") == 8
    assert "The person attached: plan.png" in sent
    assert sent.count("(no longer shown)") == 1


def test_what_the_person_attached_stays_while_the_model_looks_at_its_work():
    conversation = Conversation()
    conversation.add_prompt(Prompt("like this", "", (PICTURE,)))
    for number in range(4):
        reply = conversation.add_reply(Reply("", (ToolCall(f"c{number}", "look", "{}"),)))
        conversation.add_result(reply.calls[0], CallResult(True, {}, picture=PICTURE))
    sent = json.dumps(conversation.messages)
    assert sent.count("data:image/png") == 3
    assert "(no longer shown)" not in sent.partition("look")[0]


def test_words_that_are_a_key_are_cut_out_of_a_title_before_it_is_cut_off(chat, house):
    house.secrets.add("sk-or-v1-" + "a" * 40)
    chat.send("x" * 40 + " sk-or-v1-" + "a" * 40, "", Settings("http://127.0.0.1:9/v1"))
    assert "sk-or" not in chat.turns[0].title
    until(chat, End)


def test_a_queue_stays_with_its_chat(chat, server):
    begin(chat, server, "silence")
    chat.queue("for this chat", "")
    chat.stop()
    until(chat, End)
    other = History()
    one = chat.history
    chat.switch(other)
    assert chat.queued == []
    chat.switch(one)
    assert [each.text for each in chat.queued] == ["for this chat"]


def test_what_joined_stays_in_the_words_of_a_turn_that_is_summarized():
    conversation = Conversation()
    conversation.add_prompt(Prompt("build a shelf", "mode OBJECT"))
    conversation.add_prompt(Prompt("of oak", "mode EDIT"), joins=True)
    assert entry(conversation.turns[0])[0] == "build a shelf of oak"
