"""How endpoints are reached: one way to make an HTTP client, for all that asks over the network.

Lives on the worker's thread; importing it imports httpx2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio  # noqa: F401 - httpx2 imports it at its first request, when another one may be found
import httpx2

from ..tools.phrase import Phrase
from .keys import is_on_this_machine

CONNECT_SECONDS = 15.0
ANSWER_LIMIT = 64 * 2**20
"""Bytes. A long answer takes 300 for each of its tokens; the longest models' is far below."""
ERROR_LIMIT = 256 * 2**10
"""Bytes that are read of an answer that says what is wrong."""
_SENT = frozenset(
    ("accept", "accept-encoding", "authorization", "connection", "content-length", "content-type",
     "host", "http-referer", "transfer-encoding", "user-agent", "x-openrouter-title")
)  # fmt: skip
"""Headers that leave this machine. openai adds others of its own, and whatever stands in
OPENAI_ORG_ID and OPENAI_CUSTOM_HEADERS, which is not meant for every endpoint."""


class NoClient(httpx2.TransportError):
    """This machine's own settings keep any request from being sent; the message says which."""


class AnswerTooLong(httpx2.TransportError):
    """More than `ANSWER_LIMIT` came."""


def client(
    endpoint: str, *, silence: float | None, headers: Mapping[str, str] | None = None
) -> httpx2.AsyncClient:
    """Return a client for an endpoint.

    No redirect is followed: a key goes to the host it was made for, and to no other. No answer is
    read beyond `ANSWER_LIMIT`, and of errors only the beginning.

    Args:
        endpoint: The base URL; on this machine's own loopback no proxy is used, since none reaches it.
        silence: Seconds for which the other side may say nothing, None if the caller looks to it.
        headers: Sent with each request.

    Raises:
        NoClient: the environment names a proxy or certificates that cannot be used.
    """
    try:
        return httpx2.AsyncClient(
            trust_env=not is_on_this_machine(endpoint),
            follow_redirects=False,
            timeout=httpx2.Timeout(silence, connect=CONNECT_SECONDS),
            # Packed, a few bytes can hold gigabytes.
            headers={"Accept-Encoding": "identity", **(headers or {})},
            event_hooks={"request": [_send_no_more], "response": [_read_no_more]},
        )
    except OSError as error:  # ssl.SSLError is one
        raise NoClient(
            Phrase(
                "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read "
                "({why}). Correct the variable or unset it, then start Blender again.",
                why=str(error),
            )
        ) from error
    except (ValueError, ImportError, httpx2.InvalidURL) as error:
        said = str(error).partition("\n")[0]
        raise NoClient(
            Phrase(
                "The proxy that {name} names cannot be used ({said}). Correct the variable or "
                "unset it, then start Blender again.",
                name=proxy_variable(endpoint) or Phrase("the environment"),
                said=said,
            )
        ) from error


def proxy_variable(endpoint: str) -> str:
    """Return the name of what sends requests for an endpoint through a proxy, "" for nothing."""
    parts = urlsplit(endpoint)
    if is_on_this_machine(endpoint) or not parts.hostname or proxy_bypass(parts.hostname):
        return ""
    proxies = getproxies()
    scheme = next((each for each in (parts.scheme, "all") if proxies.get(each)), "")
    return f"{scheme.upper()}_PROXY" if scheme else ""


async def _send_no_more(request: httpx2.Request) -> None:
    for name in set(request.headers) - _SENT:
        del request.headers[name]


async def _read_no_more(response: httpx2.Response) -> None:
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _Limited(response.stream, failed=not response.is_success)


class _Limited(httpx2.AsyncByteStream):
    """A response's bytes, counted while they are read."""

    def __init__(self, stream: httpx2.AsyncByteStream, *, failed: bool) -> None:
        self._stream = stream
        self._failed = failed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for data in self._stream:
            count += len(data)
            if self._failed and count > ERROR_LIMIT:
                return
            if count > ANSWER_LIMIT:
                raise AnswerTooLong(Phrase("more than {size} MB came", size=ANSWER_LIMIT // 2**20))
            yield data

    async def aclose(self) -> None:
        await self._stream.aclose()
