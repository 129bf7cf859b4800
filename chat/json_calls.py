"""Tool calls for models that have none of their own: as JSON in the answer's text.

The model is asked to answer with one JSON object, `{"calls": [...], "say": "..."}`, and the
endpoint is told to hold it to that by `response_format`, which llama.cpp, LM Studio, Ollama and
most providers enforce while it writes. Used on the worker's thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..tools.plain import speakable
from .conversation import Call, Message, Reply
from .events import Event, Text

_MOST_CALLS = 4
_TOO_MANY_CALLS = 32
"""Of a model that nobody holds to the form; more are not run."""
_FENCE = re.compile(r"^```\w*\s*|\s*```$")
_MOST_WORDS = 2_000
"""Characters of what is said, and of what a call has to have, such as code: a small model that is
held to a form may go on for ever inside it."""
_MOST_LETTERS = 100
"""Characters of any other text: names, as a rule."""
_MOST_ITEMS = 16
"""Of any list."""
_EXAMPLES: tuple[tuple[str, dict[str, Any], str], ...] = (
    (
        "create_object",
        {"type": "cube", "name": "Box", "location": [2, 0, 1]},
        "There is a box now.",
    ),
    ("get_scene_info", {}, "I look at the scene."),
)
"""Of a tool, its arguments and what is said; the first whose tool is offered is given. A small model
does as it does: with sensible values, and no more of them than are needed."""


def instructions(tools: Sequence[Mapping[str, Any]]) -> str:
    """Return what the system prompt says of the tools and of how to call them."""
    lines = [
        '\nAnswer with one JSON object: {"calls": [{"tool": name, "arguments": {...}}], "say": text}. '
        '"calls" are run in order and their results come with the next message; leave it empty when '
        'you are done. "say" is what the person reads. The tools:'
    ]
    for each in tools:
        function = each["function"]
        first = function["description"].splitlines()[0]
        lines.append(f"- {function['name']}({_named(function['parameters'])}): {first}")
    # What comes last weighs most with a small model.
    lines.append("Leave out what the person did not ask for.")
    offered = {each["function"]["name"] for each in tools}
    for tool, arguments, say in _EXAMPLES:
        if tool in offered:
            example = {"calls": [{"tool": tool, "arguments": arguments}], "say": say}
            lines.append(f"Example: {json.dumps(example)}")
            break
    return "\n".join(lines)


def _named(parameters: Mapping[str, Any]) -> str:
    """Name what has to be given, then what may be: offered all alike, all are given."""
    required = parameters.get("required", ())
    others = [name for name in parameters.get("properties", {}) if name not in required]
    optional = [f"if needed: {', '.join(others)}"] if others else []
    return "; ".join([*([", ".join(required)] if required else []), *optional])


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


def _bounded(schema: Mapping[str, Any], letters: int = _MOST_LETTERS) -> dict[str, Any]:
    """Give an end to all in a schema that a small model finds none of: texts and lists; and leave
    out optional values of any shape.

    Args:
        schema: A tool's parameters, or a part of them.
        letters: Characters that a text may have.
    """
    bounded = dict(schema)
    if "anyOf" in schema:
        bounded["anyOf"] = [_bounded(each, letters) for each in schema["anyOf"]]
    match schema.get("type"):
        case "string" if "enum" not in schema:
            bounded["maxLength"] = min(letters, schema.get("maxLength", letters))
        case "array":
            bounded["maxItems"] = min(_MOST_ITEMS, schema.get("maxItems", _MOST_ITEMS))
            bounded["items"] = _bounded(schema.get("items", {}))
        case "object":
            required = schema.get("required", ())
            bounded["properties"] = {
                name: _bounded(each, _MOST_WORDS if name in required else _MOST_LETTERS)
                for name, each in schema.get("properties", {}).items()
                if name in required or each.get("type") != "object" or "properties" in each
            }
    return bounded


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
            for number, each in enumerate(_list(value.get("calls"))[:_TOO_MANY_CALLS])
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
            return jiter.from_json(_unfenced(self._text).encode(), partial_mode=mode)
        except ValueError:
            return None


def _unfenced(text: str) -> str:
    """The object in a block of code, as which models write it that nobody holds to the form."""
    return _FENCE.sub("", text.strip())


def _list(calls: Any) -> list[Any]:
    """The calls; one alone may stand without its list."""
    return calls if isinstance(calls, list) else [calls] if isinstance(calls, dict) else []


def _said(value: Any) -> str:
    said = value.get("say") if isinstance(value, dict) else None
    return said if isinstance(said, str) else ""


def _call(call: Mapping[str, Any]) -> tuple[str, str]:
    return str(call.get("tool") or ""), json.dumps(call.get("arguments") or {}, ensure_ascii=False)
