"""What an endpoint says when it does not answer: read from its words, its status and its headers.

Imported on the worker's thread only, since it knows httpx2's responses.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from ..tools.phrase import Phrase, counted, joined
from .failures import ContextFull, ModelFailed, PicturesRefused, ToolsRefused
from .keys import variable_for
from .settings import Settings

_PASSING = frozenset((408, 429, 500, 502, 503, 504))
_CONTEXT = re.compile(
    r"context.?(length|size|window)|(prompt|input|request) (is )?too (long|large)|too many (input )?"
    r"tokens|maximum number of tokens|reduce the length|token count.{0,40}exceed",
    re.IGNORECASE,
)
_WINDOWS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(\d[\d,]*)\s+maximum",
        r"(?:context (?:length|size|window)|maximum(?: number of tokens)?)\D{0,24}(\d[\d,]*)",
    )
)
_TOOLS = re.compile(
    r"support tool|not support (?:\w+ )?(?:tools|functions|function calling)|tools? \w* ?requires?"
    r"|tool choice requires|tools (?:is|are) not supported",
    re.IGNORECASE,
)


def refused(
    code: int,
    document: Any,
    headers: Mapping[str, str],
    settings: Settings,
    body: Mapping[str, Any],
) -> ModelFailed:
    """What an HTTP status means, or the same number in an error that came in the stream."""
    host, model = settings.host, body["model"]
    text, said = _words(document), in_a_line(document)
    if code in (0, 400, 404, 415, 422, 500):
        if "image" in text.lower() and _shows_pictures(body):
            return PicturesRefused(
                Phrase(
                    "{model} takes no pictures ({said}). Choose a model that does.",
                    model=model,
                    said=said,
                )
            )
        if body.get("tools") and _TOOLS.search(text):
            return ToolsRefused(
                Phrase(
                    "{model} at {host} cannot call tools ({said}). Choose a model that can, or "
                    "switch on 'Tool Calls as JSON' in the options.",
                    model=model,
                    host=host,
                    said=said,
                )
            )
    if code in (0, 400, 413, 422, 500) and _CONTEXT.search(text):
        return ContextFull(
            Phrase(
                "The conversation has grown too long for {model} ({said}). Begin a new chat, or "
                "choose a model with a longer context.",
                model=model,
                said=said,
            ),
            _window(text, document),
        )
    wait = _wait(headers)
    patience = (
        Phrase("It asks to wait {time}", time=in_words(wait)) if wait else Phrase("Wait a little")
    )
    match code:
        case 401 if settings.key is not None:
            return ModelFailed(
                Phrase(
                    "{host} does not accept the key ({said}). It came from {source}. Enter a valid "
                    "one.",
                    host=host,
                    said=said,
                    source=settings.key.source,
                ),
                "key",
            )
        case 401:
            name = variable_for(settings.endpoint)
            return ModelFailed(
                Phrase(
                    "{host} wants a key ({said}). Enter it in Scene Chat's preferences, or set "
                    "{name} in the environment.",
                    host=host,
                    said=said,
                    name=name,
                ),
                "key",
            )
        case 402:
            return ModelFailed(
                Phrase(
                    "There is no credit left at {host} ({said}). Add some, or choose a free model.",
                    host=host,
                    said=said,
                ),
                "credit",
            )
        case 403:
            return ModelFailed(
                Phrase(
                    "{host} refused this request ({said}). Put it differently, or choose another "
                    "model.",
                    host=host,
                    said=said,
                ),
                "refused",
            )
        case 404 if not isinstance(document, dict):
            return ModelFailed(
                Phrase(
                    "There is no chat at {address} ({said}). Check the endpoint's address: most end "
                    "in /v1.",
                    address=settings.endpoint,
                    said=said,
                ),
                "address",
            )
        case 404:
            return ModelFailed(
                Phrase(
                    "{host} has no model {model!r} that can do this ({said}). Choose another.",
                    host=host,
                    model=model,
                    said=said,
                ),
                "model",
                why=Phrase("{host} has no {model}", host=host, model=model),
            )
        case 413:
            return ModelFailed(
                Phrase(
                    "The conversation has grown too long for {host} ({said}). Begin a new chat.",
                    host=host,
                    said=said,
                ),
                "context",
            )
        case 429:
            return ModelFailed(
                Phrase(
                    "{host} takes no more requests for now ({said}). {patience}, then try again.",
                    host=host,
                    said=said,
                    patience=patience,
                ),
                "busy",
                why=Phrase("{host} takes no more requests for now", host=host),
                passing=True,
                wait=wait,
            )
        case code if code in _PASSING or code >= 500:
            parts = {"host": host, "code": code, "said": said, "patience": patience}
            advice = Phrase("Try again, or choose another model.")
            message = Phrase("{host} has a fault ({code}: {said}).", **parts)
            if wait:
                message = Phrase("{host} has a fault ({code}: {said}). {patience}.", **parts)
            return ModelFailed(
                joined(" ", (message, advice)),
                "busy",
                why=Phrase("{host} has a fault ({code})", host=host, code=code),
                passing=code in _PASSING,
                wait=wait,
            )
        case 0:
            return ModelFailed(
                Phrase(
                    "{host} reported a fault ({said}). Try again, or choose another model.",
                    host=host,
                    said=said,
                ),
                "broken",
            )
    return ModelFailed(
        Phrase(
            "{host} did not take the request ({code}: {said}). Choose another model, or "
            "begin a new chat.",
            host=host,
            code=code,
            said=said,
        ),
        "refused",
    )


def _shows_pictures(body: Mapping[str, Any]) -> bool:
    return any(isinstance(message.get("content"), list) for message in body["messages"])


def code_of(error: Any) -> int:
    """The number in an error, which some routes write as text; 0 where there is none."""
    code = str(error.get("code") if isinstance(error, Mapping) else "")
    return int(code) if code.isdecimal() and len(code) < 4 else 0


def _window(text: str, document: Any) -> int | None:
    error = document.get("error", document) if isinstance(document, Mapping) else {}
    told = error.get("n_ctx") if isinstance(error, Mapping) else None  # llama.cpp's
    if isinstance(told, int):
        return told
    found = next(filter(None, (pattern.search(text) for pattern in _WINDOWS)), None)
    return int(found[1].replace(",", "")) if found else None


def _wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` asks for: a number, or a date by the other side's own clock."""
    told = headers.get("retry-after", "")
    try:
        if milliseconds := headers.get("retry-after-ms"):
            seconds = float(milliseconds) / 1000
        elif told.strip().replace(".", "", 1).isdecimal():
            seconds = float(told)
        else:
            then = parsedate_to_datetime(told).timestamp()
            now = headers.get("date")
            seconds = then - (parsedate_to_datetime(now).timestamp() if now else time.time())
    except (ValueError, OverflowError):
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None


def document_of(response: httpx2.Response) -> Any:
    text = response.text.strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        # A web page says nothing to a person that its status does not.
        return response.reason_phrase if text.startswith("<") else text or response.reason_phrase


def _words(document: Any) -> str:
    """All that an error says, a provider's own words behind OpenRouter's among it."""
    if not isinstance(document, Mapping):
        return str(document)
    for key in ("error", "message", "detail"):
        if told := document.get(key):
            raw = (document.get("metadata") or {}) if key == "message" else {}
            more = raw.get("raw") if isinstance(raw, Mapping) else None
            if isinstance(more, str) and more:
                return f"{_words(told)}: {_words(_parsed(more))}"
            return _words(told)
    return json.dumps(document, default=str)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def in_a_line(said: Any) -> str:
    """What was said, in one short line."""
    words = str(said) or type(said).__name__ if isinstance(said, BaseException) else _words(said)
    return " ".join(words.split())[:300]


def in_words(seconds: float) -> str:
    """Return a time as people say it.

    >>> in_words(45), in_words(300), in_words(7200)
    ('45 seconds', '5 minutes', '2 hours')
    """
    if seconds >= 2 * 3600:
        return Phrase("{count} hours", count=round(seconds / 3600))
    if seconds >= 2 * 60:
        return Phrase("{count} minutes", count=round(seconds / 60))
    return counted(max(1, round(seconds)), "{count} second", "{count} seconds")
