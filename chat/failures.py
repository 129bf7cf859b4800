"""What can go wrong with the model, in sentences for a person, each with what to do next.

Imported on the worker thread only, since it knows openai's exceptions.
"""

from __future__ import annotations

import openai

from .keys import variable_for
from .settings import Settings


class ModelFailed(Exception):
    """The model could not be asked, or its answer broke off. The message is for the person."""


def in_words(error: Exception, settings: Settings, *, started: bool) -> str:
    """Return what happened and what to do.

    Args:
        error: What openai, or the network below it, raised.
        settings: Which endpoint and model were asked.
        started: Whether part of the answer had come by then.
    """
    if started and not isinstance(error, openai.APIStatusError):
        return f"The answer broke off ({_said(error)}). What had come of it is kept; send again to go on."
    host = settings.host
    match error:
        case openai.APITimeoutError():
            return f"{host} did not answer in time. Try again, or choose another model."
        case openai.APIConnectionError():
            advice = (
                "Is the program that serves the model running?"
                if settings.is_local
                else "Check the network and the endpoint's address."
            )
            return f"{host} cannot be reached ({_said(error.__cause__ or error)}). {advice}"
        case openai.APIStatusError():
            return _status(error, settings)
        case openai.APIError():
            return f"{host} reported a fault ({_said(error)}). Try again, or choose another model."
    return f"{host} gave an answer that could not be read ({_said(error)})."


def _status(error: openai.APIStatusError, settings: Settings) -> str:
    said = _said(error)
    host = settings.host
    match error.status_code:
        case 401:
            if settings.key is None:
                name = variable_for(settings.endpoint)
                return f"{host} wants a key ({said}). Set {name} in the environment."
            where = f"It came from {settings.key.source}."
            return f"{host} does not accept the key ({said}). {where} Enter a valid one."
        case 402:
            return f"There is no credit left at {host} ({said}). Add some, or choose a free model."
        case 403:
            return f"{host} refused this request ({said})."
        case 404:
            return (
                f"{host} has no model {settings.model!r} that can do this ({said}). Choose another."
            )
        case 413:
            return f"The conversation has grown too long for {host} ({said}). Begin a new chat."
        case 429:
            return f"{host} takes no more requests for now ({said}). Wait a little, then try again."
        case code if code >= 500:
            return f"{host} has a fault ({code}: {said}). Try again, or choose another model."
        case code:
            return f"{host} did not take the request ({code}: {said})."


def _said(error: BaseException) -> str:
    """What the other side wrote, in one line."""
    body = getattr(error, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    text = " ".join(str(message or error or type(error).__name__).split())
    return text[:300] or type(error).__name__
