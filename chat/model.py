"""A model behind an OpenAI-compatible endpoint: one round, streamed, and tried again where it may help.

Lives on the chat's worker thread; importing it imports openai. All times are monotonic ones, so a
clock that jumps changes nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

import httpx2
import openai

from ..tools.phrase import Phrase
from . import network
from .diagnosis import ErrorInStream, NoAnswer, Silence, diagnose
from .events import Retry
from .failures import ModelFailed
from .settings import Settings
from .sse import Decoder

_TRIES = 3
_DRAIN_SECONDS = 0.1
_END = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
"""What some leave out before `[DONE]`."""
_OTHERS_MAY_HELP = ("model", "busy", "silence")


@dataclass(frozen=True)
class Patience:
    """How long is waited, in seconds.

    Any byte shows that the connection lives, a comment such as `: OPENROUTER PROCESSING` too, and
    only a piece of the answer that says something shows that the model answers. So comments stretch
    a silence up to `answer`, and nothing stretches `answer` itself.

    Attributes:
        answer: For the answer to begin, and then from each of its pieces to the next.
        bytes: For any byte, once the answer has begun.
        rest: For the usage, and the end of the stream, after the model said that it is done.
        backoff: Before the second try; twice that before the third.
        longest: That an endpoint may ask for by `Retry-After`.
    """

    answer: float = 300.0
    bytes: float = 120.0
    rest: float = 5.0
    backoff: float = 1.0
    longest: float = 60.0


PATIENCE = Patience()


class Model:
    """Answers rounds of one turn. Close it with `aclose`."""

    def __init__(self, settings: Settings, patience: Patience | None = None) -> None:
        """Make one; nothing is opened before the first `stream`.

        Args:
            settings: Which endpoint is asked, with which key.
            patience: `PATIENCE` if left out.
        """
        self._settings = settings
        self._patience = patience or PATIENCE
        self._client: openai.AsyncOpenAI | None = None

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any] | Retry, None]:
        """Ask once, with exactly this body, and yield the answer's chunks as the endpoint sent them.

        What may pass by itself is tried again, as long as nothing was yielded, and then the person's
        other models are asked (OpenRouter does that itself); a `Retry` comes before each wait.

        Args:
            body: The JSON of a chat completions request, with `stream`. See `request`.

        Raises:
            ModelFailed: in words for the person; see `failures` for what else it may be.
        """
        others = () if self._settings.is_openrouter else self._settings.fallbacks
        names = [body["model"], *others]
        for name, other in zip(names, [*names[1:], None]):
            started = False
            try:
                async with aclosing(self._tries({**body, "model": name})) as chunks:
                    async for chunk in chunks:
                        started = started or not isinstance(chunk, Retry)
                        yield chunk
                return
            except ModelFailed as failed:
                if started or other is None or failed.kind not in _OTHERS_MAY_HELP:
                    raise
                why = failed.why
            yield Retry(0.0, Phrase("{why}; {other} is asked instead", why=why, other=other))

    async def aclose(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.close()

    async def _tries(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any] | Retry, None]:
        for number in range(1, _TRIES + 1):
            try:
                async with aclosing(self._once(body)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                return
            except ModelFailed as failed:  # what broke off in the midst of it is not passing
                wait = self._patience.backoff * 2 ** (number - 1) * random.uniform(0.75, 1.25)  # nosec B311
                if failed.wait is not None:
                    wait = failed.wait
                too_long = wait > self._patience.longest
                if not failed.passing or too_long or number == _TRIES:
                    raise
                why = failed.why
            yield Retry(wait, why)
            await asyncio.sleep(wait)

    async def _once(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        started = False
        try:
            async with aclosing(self._chunks(body)) as chunks:
                async for chunk in chunks:
                    error = chunk.get("error")
                    if says_something(chunk) or (started and not error):
                        started = True
                        yield chunk
                    if error:
                        raise ErrorInStream(error)
            if not started:
                raise NoAnswer("")
        except Exception as error:
            # openai's own, and what escapes from a running stream: the HTTP library's below it.
            raise diagnose(error, self._settings, body, started=started) from error

    async def _chunks(self, body: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Send the request and yield all objects that come, empty ones and errors too."""
        loop = asyncio.get_running_loop()
        patience = self._patience
        begun = finished = False
        due = loop.time() + patience.answer  # for the next piece of the answer
        response = await _within(patience.answer, self._sent(body))
        try:
            decoder = Decoder()
            data = aiter(response.aiter_bytes())
            count = came = 0
            while not decoder.done:
                left = due - loop.time()
                limit = patience.rest if finished else patience.bytes if begun else left
                try:
                    piece = await _within(min(limit, left), anext(data, b""))
                except (Silence, httpx2.TransportError) as error:
                    if finished:
                        return
                    if isinstance(error, Silence) and left <= limit:
                        raise Silence(patience.answer) from error
                    raise
                count += len(piece)  # unpacked, where the endpoint packs without being asked to
                if count > network.ANSWER_LIMIT:
                    raise network.AnswerTooLong(
                        Phrase("more than {size} MB came", size=network.ANSWER_LIMIT >> 20)
                    )
                for chunk in decoder.feed(piece) if piece else decoder.finish():
                    came += 1
                    if says_something(chunk):
                        begun = True
                        due = loop.time() + patience.answer
                    finished = finished or _finishes(chunk)
                    yield chunk
                if not piece:
                    break
            if decoder.done:
                if begun and not finished:
                    yield _END
                # With the end of the body read, the connection serves the next round too.
                with suppress(Silence, httpx2.TransportError):
                    await _within(_DRAIN_SECONDS, anext(data, b""))
            elif not came:
                document = decoder.document()
                if not (
                    isinstance(document, dict) and ("choices" in document or "error" in document)
                ):
                    raise NoAnswer(document)
                yield document
        finally:
            await response.aclose()

    async def _sent(self, body: dict[str, Any]) -> httpx2.Response:
        if self._client is None:
            self._client = self._connected()
        key = self._settings.key
        # Given with the request, so that nothing in openai's own variables takes its place.
        headers = {"Authorization": f"Bearer {key.value}" if key else openai.Omit()}
        stream = await self._client.post(
            "/chat/completions",
            body=body,
            options={"headers": headers},
            cast_to=object,
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        return stream.response

    def _connected(self) -> openai.AsyncOpenAI:
        settings = self._settings
        return openai.AsyncOpenAI(
            base_url=settings.endpoint,
            api_key="none",
            max_retries=0,
            timeout=openai.Timeout(None, connect=network.CONNECT_SECONDS),
            http_client=network.client(settings.endpoint, silence=None),
            default_headers={"X-OpenRouter-Title": "Scene Chat"} if settings.is_openrouter else {},
        )


def says_something(chunk: Mapping[str, Any]) -> bool:
    """Return whether a chunk holds more than that an answer will come."""
    choices = chunk.get("choices")
    if not choices:
        return bool(chunk.get("usage"))
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, Mapping):
            continue
        said = choice.get("delta") or choice.get("message") or {}
        if choice.get("finish_reason") not in (None, "", "error"):
            return True
        if isinstance(said, Mapping) and any(
            value for name, value in said.items() if name != "role"
        ):
            return True
    return False


def _finishes(chunk: Mapping[str, Any]) -> bool:
    choices = chunk.get("choices")
    return isinstance(choices, list) and any(
        isinstance(choice, Mapping) and choice.get("finish_reason") for choice in choices
    )


async def _within(seconds: float, work: Any) -> Any:
    """Await `work`, at most so long.

    Raises:
        Silence: it took longer.
    """
    try:
        async with asyncio.timeout(max(0.0, seconds)) as limit:
            return await work
    except TimeoutError as error:
        if limit.expired():
            raise Silence(seconds) from error
        raise
