"""What was raised on the way to the model and back, in sentences for a person.

Imported on the worker's thread only, since it knows openai's exceptions.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import openai

from ..tools.phrase import Phrase
from . import network
from .failures import ModelFailed
from .refusals import code_of, document_of, in_a_line, in_words, refused
from .settings import Settings

_KEPT = Phrase("What had come of it is kept; try again.")
_CERTIFICATE = {
    9: Phrase("It is not valid yet: look whether this computer's clock is right."),
    10: Phrase("It has expired, or this computer's clock is wrong."),
    18: Phrase(
        "If the server is yours, name its certificate in SSL_CERT_FILE and start Blender again."
    ),
    19: Phrase(
        "If the server is yours, name its certificate in SSL_CERT_FILE and start Blender again."
    ),
    20: Phrase(
        "This system may have no certificate store: install its package, often called "
        "ca-certificates, or name a file of certificates in SSL_CERT_FILE."
    ),
}
"""By OpenSSL's number for what is wrong with it."""


class Silence(Exception):
    """Nothing came for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(Phrase("nothing came for {time}", time=in_words(seconds)))
        self.seconds = seconds


class ErrorInStream(Exception):
    """An object with `error` came where a piece of the answer should have been."""

    def __init__(self, error: Any) -> None:
        super().__init__(in_a_line(error))
        self.error = error


class NoAnswer(Exception):
    """What came is no answer: `document` is all of it, "" if nothing came."""

    def __init__(self, document: Any) -> None:
        super().__init__(in_a_line(document))
        self.document = document


def diagnose(
    error: Exception, settings: Settings, body: Mapping[str, Any], *, started: bool
) -> ModelFailed:
    """Return what happened and what to do, as an exception to raise.

    Args:
        error: What openai, the network below it, or reading the answer raised.
        settings: Which endpoint was asked.
        body: What it was asked.
        started: Whether part of the answer had come by then.
    """
    if started:
        return _broken_off(error, settings)
    host = settings.host
    match error:
        case Silence(seconds=seconds):
            model = body["model"]
            return ModelFailed(
                Phrase(
                    "{model} at {host} began no answer within {time}. Try again, or choose a faster "
                    "model.",
                    model=model,
                    host=host,
                    time=in_words(seconds),
                ),
                "silence",
                why=Phrase("{model} does not answer", model=model),
            )
        case network.AnswerTooLong():
            return ModelFailed(
                Phrase(
                    "{host} sent far more than an answer: {why}. Choose another model.",
                    host=host,
                    why=str(error),
                )
            )
        case NoAnswer(document=document):
            return _no_answer(document, settings)
        case ErrorInStream(error=document):
            return refused(code_of(document), document, {}, settings, body)
        case openai.APIStatusError(response=response):
            if response.is_redirect:
                return _redirected(response, settings)
            return refused(
                response.status_code, document_of(response), response.headers, settings, body
            )
        case openai.APIConnectionError() | httpx2.TransportError():
            return _unreachable(error, settings)
    return ModelFailed(
        Phrase(
            "{host} gave an answer that cannot be read ({why}). Try again, or choose another "
            "model.",
            host=host,
            why=in_a_line(error),
        )
    )


def _broken_off(error: Exception, settings: Settings) -> ModelFailed:
    match error:
        case Silence():
            return ModelFailed(
                Phrase("The answer stopped: {why}. {kept}", why=str(error), kept=_KEPT),
                "silence",
            )
        case network.AnswerTooLong():
            return ModelFailed(
                Phrase(
                    "The answer was ended here: {why} from {host}. {kept}",
                    why=str(error),
                    host=settings.host,
                    kept=_KEPT,
                )
            )
    return ModelFailed(
        Phrase("The answer broke off ({why}). {kept}", why=in_a_line(error), kept=_KEPT)
    )


def _no_answer(document: Any, settings: Settings) -> ModelFailed:
    host = settings.host
    advice = Phrase("Check the endpoint's address: most end in /v1.")
    if not document:
        return ModelFailed(
            Phrase("{host} gave an empty answer. Try again, or choose another model.", host=host)
        )
    if isinstance(document, str) and document.startswith("<"):
        return ModelFailed(
            Phrase(
                "{host} answered with a web page and not as a model. {advice}",
                host=host,
                advice=advice,
            ),
            "address",
        )
    return ModelFailed(
        Phrase(
            "{host} answered with something else than a model's answer ({said}). {advice}",
            host=host,
            said=in_a_line(document),
            advice=advice,
        ),
        "address",
    )


def _redirected(response: httpx2.Response, settings: Settings) -> ModelFailed:
    place = urljoin(settings.endpoint + "/", response.headers.get("location", ""))
    parts = urlsplit(place)
    told = parts._replace(
        netloc=parts.netloc.rpartition("@")[2],
        path=parts.path.removesuffix("/chat/completions"),
        query="",
        fragment="",
    ).geturl()
    return ModelFailed(
        Phrase(
            "{host} leads to another address, {address}, and was not followed, since your "
            "key would go there. If you trust that address, enter it as the endpoint.",
            host=settings.host,
            address=told[:200],
        ),
        "address",
    )


def _unreachable(error: Exception, settings: Settings) -> ModelFailed:
    host = settings.host
    causes = list(_causes(error))
    told = in_a_line(
        causes[-1] if isinstance(causes[-1], OSError) else causes[min(1, len(causes) - 1)]
    )
    for cause in causes:
        match cause:
            case network.NoClient():
                return ModelFailed(str(cause), "network")
            case ssl.SSLCertVerificationError():
                advice = _CERTIFICATE.get(
                    cause.verify_code, Phrase("Check the endpoint's address.")
                )
                return ModelFailed(
                    Phrase(
                        "The certificate of {host} is not trusted ({why}), so nothing was sent. {advice}",
                        host=host,
                        why=cause.verify_message,
                        advice=advice,
                    ),
                    "network",
                )
            case httpx2.LocalProtocolError():
                return ModelFailed(
                    Phrase(
                        "The request to {host} cannot be sent ({told}). Enter the key again.",
                        host=host,
                        told=told,
                    ),
                    "key",
                )
    why = Phrase("{host} cannot be reached", host=host)
    if variable := network.proxy_variable(settings.endpoint):
        return ModelFailed(
            Phrase(
                "{host} cannot be reached through the proxy that {variable} names ({told}). If "
                "that proxy is no longer there, unset the variable and start Blender again.",
                host=host,
                variable=variable,
                told=told,
            ),
            "network",
            why=why,
            passing=True,
        )
    if any(isinstance(cause, httpx2.ConnectTimeout) for cause in causes):
        told = Phrase("no connection within {time}", time=in_words(network.CONNECT_SECONDS))
    advice = (
        Phrase("Is the program that serves the model running?")
        if settings.is_local
        else Phrase("Check the network and the endpoint's address.")
    )
    return ModelFailed(
        Phrase("{host} cannot be reached ({told}). {advice}", host=host, told=told, advice=advice),
        "network",
        why=why,
        passing=True,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, down to what the system said."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        yield cause
        cause = cause.__cause__ or cause.__context__
