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
    if settings.calls_as_json and tools:
        system = {**system, "content": system_prompt + json_calls.instructions(tools)}
        body["messages"] = [system, *map(json_calls.as_text, messages)]
        body["response_format"] = json_calls.response_format(tools)
        body["temperature"] = 0
    else:
        body["messages"] = [system, *messages]
        if tools:
            body["tools"] = list(tools)
    if settings.is_openrouter:
        _for_openrouter(body, settings, session)
    else:
        body["stream_options"] = {"include_usage": True}
        if settings.effort:
            body["reasoning_effort"] = settings.effort
    return body


def _for_openrouter(body: dict[str, Any], settings: Settings, session: str) -> None:
    body["session_id"] = session
    body["usage"] = {"include": True}
    if settings.fallbacks:
        body["models"] = [settings.model, *settings.fallbacks]
    if settings.effort:
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
