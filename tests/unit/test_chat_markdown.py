"""A chat as Markdown: what was said, done and changed, readable whatever stands in it."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from scene_chat.chat.chat import History
from scene_chat.chat.chat_markdown import as_markdown
from scene_chat.chat.events import End, Error, Joined, Text, ToolCall, ToolResult, Usage
from scene_chat.chat.kept import About
from scene_chat.chat.turns import Turn, next_number
from scene_chat.tools.call import CallResult
from scene_chat.tools.receipt import Receipt


def chat(*turns, **about):
    """A chat of (prompt, events) pairs."""
    history = History(about=About(**about))
    for prompt, events in turns:
        turn = Turn(next_number(), prompt, asked="a/model")
        history.turns.append(turn)
        for event in events:
            turn.feed(event)
    return history


def blocks(text):
    """Its blocks of code, as a reader of Markdown sees them."""
    return [each.content for each in MarkdownIt().parse(text) if each.type == "fence"]


def headings(text):
    tokens = MarkdownIt().parse(text)
    return [tokens[n + 1].content for n, each in enumerate(tokens) if each.type == "heading_open"]


def test_it_holds_prompt_steps_receipts_answer_model_and_cost():
    made = CallResult(True, {}, receipt=Receipt({"object": ("Cube",)}), seconds=0.012)
    text = as_markdown(
        chat(
            ("Make a cube", [
                ToolCall("a", "create_object", {"kind": "cube"}), ToolResult("a", made),
                ToolCall("b", "look", {}), ToolResult("b", CallResult(False, error="It is dark.")),
                Joined("And quickly"), Text("There it **is**."), Usage(1000, 30, 0.0312), End("done"),
            ]),
            title="My cube", file="/work/cube.blend",
        )
    )  # fmt: skip
    for part in (
        "# My cube", "cube.blend · 1 message · $0.031", "> Make a cube", "- **create_object** (12 ms)",
        '`{"kind": "cube"}`', "Added object Cube", "Failed: It is dark.", "> And quickly",
        "There it **is**.", "a/model", "1,030 tokens",
    ):  # fmt: skip
        assert part in text


def test_code_is_a_block_also_with_marks_in_it():
    code = 'text = """\n```python\nx = 1\n```\n"""\nprint(text)'
    text = as_markdown(chat(("Go", [ToolCall("a", "execute_code", {"code": code}), End("done")])))
    assert blocks(text) == [code + "\n"]


@pytest.mark.parametrize("begun", ["```python\nx = 1", "~~~~\nx", "````\n```\nx\n```"])
def test_what_is_left_open_in_a_message_or_an_answer_ends_with_it(begun):
    text = as_markdown(
        chat((begun, [Text(f"Look:\n\n{begun}"), End("stopped")]), ("Second", [End("done")]))
    )
    assert headings(text)[-1] == "2"
    assert "Stopped" in text


def test_problems_are_said():
    text = as_markdown(chat(("Go", [Error("Out of credit."), End("error")])))
    assert "**Out of credit.**" in text
