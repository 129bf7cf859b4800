"""One question to OpenRouter's own API beside the chat, answered by one small JSON object.

Asked by the sign-in and the account, on the worker's thread.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..tools import libraries
from ..tools.phrase import Phrase

SECONDS = 30.0
_MOST = 256 * 1024
"""Bytes of an answer; those that are asked for have less than a thousand."""


class NotAnswered(Exception):
    """No answer came that can be used. The message is for the person."""


async def ask(
    method: str, url: str, *, key: str = "", body: object = None, seconds: float = SECONDS
) -> tuple[int, dict[str, Any]]:
    """Return an answer's HTTP status and its JSON object, empty where it was none.

    Args:
        method: GET or POST.
        url: Where; a redirect is not followed.
        key: Sent along, if there is one.
        body: Sent as JSON, if there is one.
        seconds: How long all of it may take.

    Raises:
        NotAnswered: the network failed, nothing came in time, or far too much.
    """
    import asyncio
    import json

    with libraries.preferred():
        import httpx2

        from . import network

    host = urlsplit(url).netloc
    headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {key}"} if key else {})}
    data = bytearray()
    try:
        async with (
            asyncio.timeout(seconds),
            network.client(url, silence=seconds, headers=headers) as client,
            client.stream(method, url, json=body) as answer,
        ):
            async for piece in answer.aiter_raw():
                data += piece
                if len(data) > _MOST:
                    raise NotAnswered(
                        Phrase("{host} sent far more than it was asked for. Try again.", host=host)
                    )
    except (TimeoutError, httpx2.TimeoutException):
        raise NotAnswered(Phrase("{host} did not answer in time. Try again.", host=host)) from None
    except httpx2.HTTPError as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        raise NotAnswered(
            Phrase(
                "{host} cannot be reached ({why}). Check the network, and try again.",
                host=host,
                why=why,
            )
        ) from None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    return answer.status_code, found if isinstance(found, dict) else {}


def said(answer: dict[str, Any]) -> str:
    """Return what an answer says of its failure, in one line and in brackets, or ""."""
    error = answer.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    text = " ".join(message.split())[:200] if isinstance(message, str) else ""
    return f" ({text})" if text else ""
