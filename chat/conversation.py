"""The messages between person, model and tools, as a chat endpoint takes them.

Belongs to the chat's worker thread. Whatever happens in a turn, it stays one that any provider
accepts: every tool call has exactly one result, in order.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from ..tools.call import CallResult
from ..tools.picture import Picture

Message = dict[str, Any]

_MARK = "blender"
"""The element around what comes from the scene; the system prompt says what it means."""
_END = re.compile(rf"</(\s*{_MARK})", re.IGNORECASE)
_PICTURES_KEPT = 2
_RESULT_LIMIT = 8_000
"""Characters of a tool's result that the model gets."""


@dataclass(frozen=True)
class Call:
    """A call as the model wrote it: `arguments` is its text, JSON or not."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Reply:
    """What the model said in one round.

    Attributes:
        text: Its answer, "" where it only called tools.
        calls: Its tool calls, in order, each with an id of its own.
        reasoning_details: What it thought, in the provider's own form, to be sent back unchanged.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    reasoning_details: tuple[Any, ...] = ()


@dataclass
class Conversation:
    """All messages but the system prompt, oldest first."""

    messages: list[Message] = field(default_factory=list)
    _unanswered: list[Call] = field(default_factory=list)
    _pictures: list[tuple[str, Picture]] = field(default_factory=list)

    def add_prompt(self, prompt: str, situation: str) -> None:
        """Add what the person wrote, with what it may refer to.

        Args:
            prompt: The person's words.
            situation: Active object, mode, selection, for the model; "" for none.
        """
        context = f"\n\n{_as_data(situation)}" if situation else ""
        self.messages.append({"role": "user", "content": prompt + context})

    def add_reply(self, reply: Reply) -> None:
        """Add the model's answer; the results of its calls are to follow."""
        if not (reply.text or reply.calls):
            return
        message: Message = {"role": "assistant", "content": reply.text or None}
        if reply.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": _as_object(call.arguments)},
                }
                for call in reply.calls
            ]
        if reply.reasoning_details:
            message["reasoning_details"] = list(reply.reasoning_details)
        self.messages.append(message)
        self._unanswered = list(reply.calls)

    def add_result(self, call: Call, result: CallResult) -> None:
        """Add a call's result as text; its picture, if any, follows the round's last result."""
        self.messages.append(
            {"role": "tool", "tool_call_id": call.id, "content": _as_data(result_text(result))}
        )
        self._unanswered = [each for each in self._unanswered if each.id != call.id]
        if result.picture is not None:
            self._pictures.append((call.name, result.picture))
        if not self._unanswered:
            self._add_pictures()

    def close_round(self, why: str) -> None:
        """Give every call that got no result one that says why, such as "Stopped."."""
        for call in list(self._unanswered):
            self.add_result(call, CallResult(False, error=why))

    def drop_pictures(self) -> bool:
        """Take all pictures out, for a model that takes none; return whether there were any."""
        with_pictures = [each for each in self.messages if isinstance(each["content"], list)]
        for message in with_pictures:
            message["content"] = message["content"][0]["text"] + " (left out)"
        return bool(with_pictures)

    def _add_pictures(self) -> None:
        # Most providers reject images in a tool's message, so they come as the user's.
        for name, picture in self._pictures:
            url = f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"
            words = _as_data(f"The picture that {name} made: {picture.caption}.")
            label = {"type": "text", "text": words}
            image = {"type": "image_url", "image_url": {"url": url}}
            self.messages.append({"role": "user", "content": [label, image]})
        self._pictures = []
        shown = [each for each in self.messages if isinstance(each["content"], list)]
        for message in shown[:-_PICTURES_KEPT]:
            message["content"] = message["content"][0]["text"] + " (no longer shown)"


def _as_data(text: str) -> str:
    """Mark what comes from the scene, so that the model takes no name or text in it for an order.

    The text cannot end the mark by itself; written this way, JSON strings in it stay what they are.
    """
    inside = _END.sub(r"<\\/\1", text)
    return f"<{_MARK}>{inside}</{_MARK}>"


def result_text(result: CallResult) -> str:
    """Return a call's result as the model reads it, at most about 8,000 characters."""
    if result.ok:
        text = json.dumps(result.value, ensure_ascii=False, separators=(",", ":"))
    else:
        text = f"Error: {result.error}"
    receipt = result.receipt.text()
    text = f"{text}\n{receipt}" if receipt else text
    if len(text) <= _RESULT_LIMIT:
        return text
    head, tail = text[: _RESULT_LIMIT * 3 // 4], text[-_RESULT_LIMIT // 4 :]
    return f"{head}\n[{len(text) - len(head) - len(tail):,} characters left out]\n{tail}"


def _as_object(arguments: str) -> str:
    """Providers refuse a history whose arguments are not a JSON object; what was wrong stands in
    the result."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except ValueError:
        return "{}"
