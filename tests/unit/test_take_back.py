"""Messages taken back out of a chat, to be sent anew: for people and for the model alike."""

from __future__ import annotations

import pytest
from scene_chat.chat.chat import Chat, TurnRunning
from scene_chat.chat.conversation import Conversation
from scene_chat.chat.inbox import Prompt
from scene_chat.chat.turns import Turn


def talked(*prompts):
    conversation = Conversation()
    for each in prompts:
        conversation.add_prompt(Prompt(each))
    return conversation


def asked(conversation):
    return [turn[0]["content"] for turn in conversation.turns]


def test_the_newest_turns_leave_the_conversation():
    conversation = talked("one", "two", "three")
    conversation.take_back(2)
    assert asked(conversation) == ["one"]
    conversation.take_back(1)
    assert conversation.messages == []


def test_a_turn_that_was_summarized_leaves_the_summary_as_well():
    conversation = talked("first", *(f"{word} {'x' * 900}" for word in ("second", "third", "last")))
    conversation.compact(1_500)
    assert len(conversation.summarized) == 3
    assert "second" in conversation.summary
    conversation.take_back(3)
    assert conversation.turns == []
    assert "first" in conversation.summary
    assert "second" not in conversation.summary
    conversation.take_back(1)
    assert conversation.messages == []


def test_the_chat_forgets_a_turn_and_the_later_ones(house):
    chat = Chat(*house.chat_parts)
    chat.turns.extend(Turn(number, f"prompt {number}") for number in (3, 7, 8))
    for turn in chat.turns:
        chat.history.conversation.add_prompt(Prompt(turn.prompt))
    chat.take_back(7)
    house.worker.close()  # which waits for what was begun
    assert [turn.number for turn in chat.turns] == [3]
    assert asked(chat.history.conversation) == ["prompt 3"]


def test_nothing_is_taken_back_while_the_model_answers(house):
    chat = Chat(*house.chat_parts)
    chat.turns.append(Turn(1, "prompt"))
    chat.running = True
    with pytest.raises(TurnRunning):
        chat.take_back(1)
    assert len(chat.turns) == 1
