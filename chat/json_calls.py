"""Tool calls for models that have none of their own: as JSON in the answer's text.

The model is asked to answer with one JSON object, `{"calls": [...], "say": "..."}`, and the
endpoint is told to hold it to that by `response_format`, which llama.cpp, LM Studio, Ollama and
most providers enforce while it writes. Used on the worker's thread.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..tools.plain import speakable
from .conversation import Call, Message, Reply
from .events import Event, Text

_MOST_CALLS = 4
_MOST_WORDS = 2_000
"""Characters: a small model held to a form may go on for ever inside it."""


def instructions(tools: Sequence[Mapping[str, Any]]) -> str:
    """Return what the system prompt says of the tools and of how to call them."""
    lines = [
        '\nAnswer with one JSON object: {"calls": [{"tool": name, "arguments": {...}}], "say": text}. '
        '"calls" are run in order and their results come with the next message; leave it empty when '
        'you are done. "say" is what the person reads. Give only arguments that matter. Example: '
        '{"calls": [{"tool": "create_object", "arguments": {"type": "cube", "name": "Box"}}], '
        '"say": "There is a box now."}. The tools:'
    ]
    for each in tools:
        function = each["function"]
        first = function["description"].splitlines()[0]
        names = ", ".join(function["parameters"].get("properties", {}))
        lines.append(f"- {function['name']}({names}): {first}")
    return "\n".join(lines)


def response_format(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the `response_format` that holds an answer to the form, and calls to their schemas."""
    call = {
        "anyOf": [
            {
                "type": "object",
                "properties": {
                    "tool": {"const": each["function"]["name"]},
                    "arguments": _bounded(each["function"]["parameters"]),
                },
                "required": ["tool", "arguments"],
                "additionalProperties": False,
            }
            for each in tools
        ]
    }
    schema = {
        "type": "object",
        "properties": {
            "calls": {"type": "array", "items": call, "maxItems": _MOST_CALLS},
            "say": {"type": "string", "maxLength": _MOST_WORDS},
        },
        "required": ["calls", "say"],
        "additionalProperties": False,
    }
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


def _bounded(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out optional values of any shape: a small model finds no end of one."""
    required = parameters.get("required", ())
    kept = {
        name: schema
        for name, schema in parameters.get("properties", {}).items()
        if name in required or not (schema.get("type") == "object" and "properties" not in schema)
    }
    return {**parameters, "properties": kept}


def as_text(message: Message) -> Message:
    """Return a message of the conversation as such a model knows it: without tool calls or roles."""
    if message["role"] == "tool":
        return {"role": "user", "content": message["content"]}
    if message["role"] != "assistant":
        return message
    calls = [
        {"tool": call["function"]["name"], "arguments": json.loads(call["function"]["arguments"])}
        for call in message.get("tool_calls") or ()
    ]
    text = {"calls": calls, "say": message["content"] or ""}
    return {"role": "assistant", "content": json.dumps(text, ensure_ascii=False)}


class JsonAnswer:
    """Turns the text of such an answer, piece by piece, into what is said and what is called."""

    def __init__(self) -> None:
        self._text = ""
        self._said = ""

    def feed(self, text: str) -> Iterator[Event]:
        """Take in a piece of the text; yield what there is to show of it."""
        self._text += text
        said = _said(self._parsed(partly=True))
        if said.startswith(self._said) and len(said) > len(self._said):
            new, self._said = said[len(self._said) :], said
            yield Text(speakable(new))

    def finish(self) -> Iterator[Event]:
        """Yield what was not shown yet: a text that is no such object is what the model said."""
        if not self._said and not isinstance(self._parsed(partly=True), dict):
            self._said = self._text
            yield Text(self._said)

    def reply(self, reply: Reply) -> Reply:
        """Return the whole answer, after `finish`."""
        value = self._parsed(partly=False)
        if not isinstance(value, dict):
            return replace(reply, text=self._said)
        calls = tuple(
            Call(f"call_{number}_{len(self._text)}", *_call(each))
            for number, each in enumerate(value.get("calls") or ())
            if isinstance(each, dict)
        )
        return replace(reply, text=speakable(_said(value)), calls=calls)

    def partial(self) -> Reply:
        """Return what had been said of an answer that broke off."""
        return Reply(self._said)

    def _parsed(self, *, partly: bool) -> Any:
        import jiter  # at first need: enabling the extension loads none of the libraries

        mode: Any = "trailing-strings" if partly else False
        try:
            return jiter.from_json(self._text.strip().encode(), partial_mode=mode)
        except ValueError:
            return None


def _said(value: Any) -> str:
    said = value.get("say") if isinstance(value, dict) else None
    return said if isinstance(said, str) else ""


def _call(call: Mapping[str, Any]) -> tuple[str, str]:
    return str(call.get("tool") or ""), json.dumps(call.get("arguments") or {}, ensure_ascii=False)
