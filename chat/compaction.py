"""Making a conversation smaller that would no longer fit the model's window.

Functions over the messages of `conversation`, which calls them; no state. Nothing here asks a
model: a summary that costs nothing, comes at once and invents nothing keeps the person's own words
longest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

Message = dict[str, Any]

MARK = "blender"
"""The element around what comes from the scene; the system prompt says what it means."""
PICTURE_CHARACTERS = 5_000
"""A picture's weight: providers count 1,000 to 1,600 tokens for one of our size, whatever its bytes."""
_LINE = 160
"""Characters of a result that was shortened to a line."""
_ARGUMENT = 200
"""Characters of a text in a call's arguments, once shortened."""
_BRIEF = 2_000
"""Characters that the first turn's words keep: a conversation mostly begins with its brief."""
_WORDS = 600
_LEAST = 80
"""Characters a turn's entry has at most and at least."""


def size(message: Message) -> int:
    """Return about how many characters a message has, a picture counted by its weight."""
    content = message.get("content")
    if isinstance(content, str):
        total = len(content)
    else:
        total = sum(
            len(part["text"]) if part["type"] == "text" else PICTURE_CHARACTERS
            for part in content or ()
        )
    for call in message.get("tool_calls") or ():
        total += len(call["function"]["name"]) + len(call["function"]["arguments"]) + 40
    for name, value in message.items():
        if name.startswith("reasoning"):
            total += len(json.dumps(value, ensure_ascii=False))
    return total + 20


def shortened(message: Message, *, thoughts: bool = False) -> Message:
    """Return a message with its result on one line and its calls' long texts cut; else itself.

    Args:
        message: Of the conversation.
        thoughts: Whether what the model thought stays with its calls.
    """
    if message["role"] == "tool":
        return {**message, "content": cut(" ".join(message["content"].split()), _LINE)}
    if calls := message.get("tool_calls"):
        return {
            **{
                key: value
                for key, value in message.items()
                if thoughts or not key.startswith("reasoning")
            },
            "tool_calls": [_cut_call(call) for call in calls],
        }
    return message


def cut(text: str, most: int) -> str:
    """Return a text's beginning and end, with what was left out said in between."""
    if len(text) <= most:
        return text
    head = most * 3 // 4
    return f"{text[:head]} [{len(text) - most:,} characters left out] {text[len(text) - most + head :]}"


def entry(turn: Sequence[Message]) -> tuple[str, str]:
    """Return what a turn came to: the person's words, and what was done and answered.

    Args:
        turn: Its messages, the prompt first.
    """
    prompt = str(turn[0]["content"]) if turn else ""
    asked = " ".join(map(_without_situation, [prompt, *joined(turn)]))
    names = [call["function"]["name"] for each in turn for call in each.get("tool_calls") or ()]
    said = next(
        (
            each["content"]
            for each in reversed(turn)
            if each["role"] == "assistant" and each["content"]
        ),
        "",
    )
    done = f"[called {', '.join(_counted(names))}] " if names else ""
    return " ".join(asked.split()), " ".join(f"{done}{said}".split())


def joined(turn: Sequence[Message]) -> list[str]:
    """Return what the person wrote while a turn ran; the scene's pictures stand there as theirs."""
    words = (each["content"] for each in turn[1:] if each["role"] == "user")
    return [each for each in words if isinstance(each, str) and not each.startswith(f"<{MARK}>")]


def _without_situation(words: str) -> str:
    return words.rpartition(f"\n\n<{MARK}>")[0] or words


def summary(entries: Sequence[tuple[str, str]], budget: int) -> str:
    """Return the entries of turns as text of about `budget` characters, oldest first.

    The person's words go last: where room is short, first what was answered is cut, then they are,
    and of very many turns those in the middle are only counted.
    """
    if not entries:
        return ""
    first = cut(entries[0][0], _BRIEF)
    fit = max(2, (budget - len(first)) // _LEAST)
    left_out = max(0, len(entries) - fit)
    kept = [*entries[:1], *entries[1 + left_out :]]
    share = min(_WORDS, max(_LEAST, (budget - len(first)) // len(kept)))
    lines = []
    for number, (asked, answer) in enumerate(kept):
        words = first if not number else cut(asked, share)
        room = share - len(words) if number else _WORDS
        lines.append(f"- Person: {words}")
        if room > _LEAST // 2 and answer:
            lines.append(f"  You: {cut(answer, room)}")
        if not number and left_out:
            lines.append(f"- [{left_out:,} messages left out]")
    return "\n".join(lines)


def _counted(names: Iterable[str]) -> list[str]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return [f"{name} ×{count}" if count > 1 else name for name, count in counts.items()]


def _cut_call(call: dict[str, Any]) -> dict[str, Any]:
    arguments = call["function"]["arguments"]
    if len(arguments) <= _ARGUMENT:
        return call
    short = json.dumps(_cut_values(json.loads(arguments)), ensure_ascii=False)
    return {**call, "function": {**call["function"], "arguments": short}}


def _cut_values(value: Any) -> Any:
    match value:
        case str():
            return cut(value, _ARGUMENT)
        case list():
            return [_cut_values(each) for each in value[:20]]
        case dict():
            return {key: _cut_values(each) for key, each in value.items()}
    return value
