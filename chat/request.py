"""What is sent: the body of one request, complete, as the endpoint gets it and as people may see it.

The same conversation gives the same beginning byte by byte, so that providers find it in their
caches: tools come sorted, and nothing in the system prompt changes between rounds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from . import json_calls
from .conversation import Message
from .settings import Settings

_MOST_MODELS = 3
"""OpenRouter refuses a request that names more."""
_DATA_URL = re.compile(r"(data:[\w/+.-]+;base64,)([\w+/=]{64,})")


def request_body(
    settings: Settings,
    system_prompt: str,
    messages: Sequence[Message],
    tools: Sequence[dict[str, Any]],
    session: str,
) -> dict[str, Any]:
    """Return the JSON of a chat completions request.

    Args:
        settings: Which model is asked, and how.
        system_prompt: What comes first.
        messages: The conversation.
        tools: As `Registry.schemas` makes them.
        session: The conversation's own name, by which OpenRouter keeps it with one provider.
    """
    body: dict[str, Any] = {"model": settings.model, "stream": True}
    system: Message = {"role": "system", "content": system_prompt}
    if settings.writes_calls and tools:
        system = {**system, "content": system_prompt + json_calls.instructions(tools)}
        body["messages"] = [system, *_in_turns(list(map(json_calls.as_text, messages)))]
        body["response_format"] = json_calls.response_format(tools)
        body["temperature"] = 0
    else:
        told = messages if settings.is_openrouter else _in_turns(messages)
        body["messages"] = [system, *told]
        if tools:
            body["tools"] = list(tools)
    if settings.is_openrouter:
        _for_openrouter(body, settings, session)
    else:
        body["stream_options"] = {"include_usage": True}
        if settings.takes_effort:
            body["reasoning_effort"] = settings.effort
    return body


def _in_turns(messages: Sequence[Message]) -> list[Message]:
    """Join what the same side says one after the other: many local models' templates refuse it."""
    joined: list[Message] = []
    for each in messages:
        before = joined[-1] if joined else {}
        plain = "tool_calls" not in each and "tool_calls" not in before
        if plain and each["role"] == before.get("role") and each["role"] != "tool":
            joined[-1] = {**before, "content": _both(before["content"], each["content"])}
        else:
            joined.append(each)
    return joined


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return [*_parts(first), *_parts(second)]


def _parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content or ())


def _for_openrouter(body: dict[str, Any], settings: Settings, session: str) -> None:
    body["session_id"] = session
    body["usage"] = {"include": True}
    if settings.fallbacks:
        body["models"] = [settings.model, *settings.fallbacks][:_MOST_MODELS]
    if settings.takes_effort:
        body["reasoning"] = {"effort": settings.effort}
    if "tools" in body or "response_format" in body:
        # Else a provider that takes no tools may get the request, and answers without them.
        body["provider"] = {"require_parameters": True}
    if settings.model.startswith("anthropic/"):
        # The others cache by themselves; this one marks the newest message, and moves along.
        body["cache_control"] = {"type": "ephemeral"}


def as_text(body: dict[str, Any]) -> str:
    """Return a request as JSON for people: indented, with the bytes of pictures only counted."""
    text = json.dumps(body, ensure_ascii=False, indent=2)
    return _DATA_URL.sub(lambda found: f"{found[1]}… ({len(found[2]):,} characters)", text)
