"""A model behind an OpenAI-compatible endpoint: one round, streamed.

Lives on the chat's worker thread; importing it imports openai.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from .conversation import Message
from .failures import ModelFailed, in_words
from .settings import Settings

_CONNECT_SECONDS = 15.0
_SILENCE_SECONDS = 300.0
"""A model that thinks may say nothing for minutes; Stop works all the while."""
_RETRIES = 2
"""By openai, with backoff and Retry-After, and only before anything of the answer came."""


class Model:
    """Answers rounds of one turn. Close it with `aclose`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A proxy cannot reach this machine's own loopback.
        http = DefaultAsyncHttpxClient(trust_env=not settings.is_local)
        self._client = AsyncOpenAI(
            base_url=settings.endpoint,
            api_key=settings.key.value if settings.key else "none",
            max_retries=_RETRIES,
            timeout=openai.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
            http_client=http,
            default_headers={"X-OpenRouter-Title": "Scene Chat"} if settings.is_openrouter else {},
        )

    async def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncIterator[dict[str, Any]]:
        """Ask once and yield the answer's chunks as the endpoint sent them.

        Args:
            messages: System prompt first.
            tools: As `Registry.schemas` makes them.

        Raises:
            PicturesRefused: the endpoint takes no images, and there were some.
            ModelFailed: in words for the person.
        """
        started = False
        try:
            stream = await self._client.chat.completions.create(
                model=self._settings.model,
                messages=messages,  # type: ignore[arg-type]
                tools=tools,  # type: ignore[arg-type]
                stream=True,
                **self._extras(),
            )
            assert isinstance(stream, openai.AsyncStream)
            async with stream:
                async for chunk in stream:
                    started = True
                    yield chunk.model_dump(exclude_unset=True)
        except openai.APIStatusError as error:
            if _about_pictures(error, messages):
                raise PicturesRefused from error
            raise ModelFailed(in_words(error, self._settings, started=started)) from error
        except Exception as error:
            # openai's own, and what escapes from a running stream: the HTTP library's below it,
            # and whatever broken JSON and half characters raise.
            raise ModelFailed(in_words(error, self._settings, started=started)) from error

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.close()

    def _extras(self) -> dict[str, Any]:
        if self._settings.is_openrouter:
            return {"extra_body": {"provider": {"require_parameters": True}}}
        return {"stream_options": {"include_usage": True}}


class PicturesRefused(Exception):
    """The endpoint takes no images."""


def _about_pictures(error: openai.APIStatusError, messages: list[Message]) -> bool:
    if error.status_code not in (400, 404, 415, 422):
        return False
    return "image" in str(error).lower() and any(
        isinstance(message["content"], list) for message in messages
    )
