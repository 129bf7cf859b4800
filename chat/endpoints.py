"""The endpoints that a person has: OpenRouter, those they keep, and servers found on this machine.

`Endpoints` is used on the main thread. The search for servers, and for what answers at an address,
runs on the worker's loop, which leaves what it found to be taken.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from ..tools import libraries
from ..tools.faults import Faults
from ..tools.phrase import Phrase
from . import settings
from .keys import is_on_this_machine, split
from .worker import Worker

PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp"}
"""Where programs that serve models on this machine are found, unless they were told otherwise."""
RECENT = 8
_KEPT = 50
_LONGEST = 500
"""Characters of an address."""
_SECONDS = 1.0
_ADDRESS_SECONDS = 6.0
"""For an address that may be far away."""


class Endpoint(NamedTuple):
    """A place where models are asked.

    Attributes:
        name: For people.
        url: Base URL, without a slash at its end.
        model: The one that was used there last, or "".
    """

    name: str
    url: str
    model: str = ""


class Endpoints:
    """Those that can be chosen, and the models that were used last."""

    def __init__(self, worker: Worker, faults: Faults) -> None:
        """Know OpenRouter alone; `faults` takes those of ours on the worker's loop."""
        self.kept: list[Endpoint] = []
        """Without OpenRouter, which is always there."""
        self.recent: list[tuple[str, str]] = []
        """Endpoint and model, the last one first."""
        self.found: tuple[Endpoint, ...] = ()
        """On this machine, by the last search."""
        self.searched = False
        """Whether there was one."""
        self.problem = ""
        """What is wrong with the address that was added last, in sentences, or ""."""
        self.changes = 0
        """Grows when a search has ended, and when an address was added or not."""
        self._added = ""
        self._worker = worker
        self._faults = faults
        self._tasks = 0

    @property
    def busy(self) -> bool:
        """Whether something is being looked for."""
        return self._tasks > 0

    def all(self, used: str = "") -> list[Endpoint]:
        """Return the endpoints, OpenRouter first, then those kept, then those found.

        Args:
            used: The one in use, which is among them wherever it comes from.
        """
        openrouter = Endpoint("OpenRouter", settings.OPENROUTER)
        each_once: dict[str, Endpoint] = {}
        for each in (openrouter, *self.kept, *self.found):
            each_once.setdefault(each.url, each)
        if used:
            each_once.setdefault(used, Endpoint(name_of(used), used))
        return list(each_once.values())

    def name(self, url: str) -> str:
        """Return an endpoint's name for people."""
        return next((each.name for each in self.all() if each.url == url), name_of(url))

    def models_used(self, url: str) -> list[str]:
        """Return the models that were used at an endpoint, the last one first."""
        names = [model for place, model in self.recent if place == url]
        last = next((each.model for each in self.kept if each.url == url), "")
        return names if not last or last in names else [*names, last]

    def use(self, url: str, model: str) -> None:
        """Note that a model was chosen; a server that was found is kept from now on."""
        self.recent = [(url, model), *(e for e in self.recent if e != (url, model))][:RECENT]
        for each in self.all(url)[1:]:
            if each.url == url:
                self._keep(each._replace(model=model))

    def remove(self, url: str) -> None:
        """Forget an endpoint and what was used there. Its key stays, for when it comes back."""
        self.kept = [each for each in self.kept if each.url != url]
        self.found = tuple(each for each in self.found if each.url != url)
        self.recent = [each for each in self.recent if each[0] != url]

    def search(self) -> None:
        """Begin to look for servers on this machine, unless that is under way."""
        if self._tasks == 0:
            self.searched = True
            self._begin(self._search())

    def add(self, address: str, *, online: bool = True) -> None:
        """Begin to find out what answers at an address that a person typed, and keep that.

        Args:
            address: With or without "http://", "/v1" and slashes.
            online: Whether other machines may be asked; else what is typed is kept as it is.
        """
        self.problem = ""
        candidates = spellings(address)
        if not candidates:
            self.problem = Phrase(
                "{address!r} is no web address. Enter one such as http://127.0.0.1:11434/v1.",
                address=address.strip()[:80],
            )
            self.changes += 1
            return
        self._begin(
            self._add(candidates if online else _on_this_machine(candidates), candidates[0])
        )

    def take_added(self) -> str:
        """Keep what `add` has found out meanwhile; return its address, once, else ""."""
        url, self._added = self._added, ""
        if url and url not in (each.url for each in self.all()[: 1 + len(self.kept)]):
            self._keep(Endpoint(name_of(url), url))
        return url

    def as_text(self) -> str:
        """Return what is to be kept of the endpoints."""
        return json.dumps([[each.name, each.url, each.model] for each in self.kept])

    def recent_as_text(self) -> str:
        """Return what is to be kept of the models used last."""
        return json.dumps(self.recent)

    def read(self, kept: str, recent: str) -> None:
        """Take what was kept; what cannot be read is left out."""
        self.kept = []
        for name, url, model in _rows(kept, 3):
            if url in spellings(url) and url != settings.OPENROUTER:
                self._keep(Endpoint(name or name_of(url), url, model))
        self.recent = [(url, model) for url, model in _rows(recent, 2) if url and model][:RECENT]

    def _keep(self, endpoint: Endpoint) -> None:
        if endpoint.url in (each.url for each in self.kept):
            self.kept = [endpoint if each.url == endpoint.url else each for each in self.kept]
        else:
            self.kept = [*self.kept, endpoint][-_KEPT:]

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks += 1
        self._worker.run(self._counted(work))

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as fault:
            self._faults.note(Phrase("the search for models"), fault)
        finally:
            self._tasks -= 1
            self.changes += 1

    async def _search(self) -> None:
        import asyncio  # 30 ms, which enabling the extension need not take

        async def at(port: int, name: str) -> Endpoint | None:
            url = f"http://127.0.0.1:{port}/v1"
            return Endpoint(name, url) if await answers(url, _SECONDS) else None

        found = await asyncio.gather(*(at(port, name) for port, name in PORTS.items()))
        self.found = tuple(each for each in found if each is not None)

    async def _add(self, candidates: list[str], typed: str) -> None:
        import asyncio

        found = await asyncio.gather(*(answers(each, _ADDRESS_SECONDS) for each in candidates))
        url = next((url for url, there in zip(candidates, found) if there), "")
        if not url and candidates:
            self.problem = Phrase(
                "No list of models is to be had at {host} now. The endpoint is kept all the "
                "same: check its address, start its server, or enter a model's name.",
                host=settings.Settings(typed).host,
            )
        self._added = url or typed


async def answers(url: str, seconds: float) -> bool:
    """Return whether a server of models answers at a base URL within a time."""
    import asyncio

    with libraries.preferred():
        import httpx2

        from . import network
    from .model_lists import ListFailed, Status, entries_of, json_of

    with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError):
        try:
            async with asyncio.timeout(seconds), network.client(url, silence=seconds) as http:
                return entries_of(await json_of(http, "GET", f"{url}/models")) is not None
        except Status as status:
            return status.code == 401  # one that wants a key
        except (ListFailed, network.NoClient):
            return False
    return False


def spellings(address: str) -> list[str]:
    """Return the base URLs that a typed address may mean, the likeliest first; [] where it is none.

    >>> spellings(" localhost:11434/ ")[0]
    'http://localhost:11434/v1'
    >>> spellings("https://example.org/api/v1/chat/completions")
    ['https://example.org/api/v1']
    """
    address = address.strip()
    if "://" not in address:
        address = f"http://{address}" if _is_near(f"http://{address}") else f"https://{address}"
    try:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            return []
    except ValueError:
        return []
    if len(address) > _LONGEST or any(each.isspace() or each == "\\" for each in address):
        return []
    path = parts.path.rstrip("/")
    for end in ("/chat/completions", "/models"):
        path = path.removesuffix(end).rstrip("/")
    base = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    if path.endswith("/v1"):
        return [base]
    return [base, f"{base}/v1"] if path else [f"{base}/v1", base, f"{base}/api/v1"]


def name_of(url: str) -> str:
    """Return a name for an endpoint that nobody named: that of its program, or its host."""
    try:
        parts = urlsplit(url)
        if is_on_this_machine(url) and (program := PORTS.get(parts.port or 0)):
            return program
    except ValueError:
        return url
    return parts.netloc.rpartition("@")[2] or url


def _is_near(url: str) -> bool:
    """Whether a server there hardly has a certificate: this machine, a bare name or a number."""
    host = split(url).hostname or ""
    return is_on_this_machine(url) or host.endswith(".local") or not host.strip("0123456789.") or (
        "." not in host
    )  # fmt: skip


def _on_this_machine(candidates: Iterable[str]) -> list[str]:
    return [each for each in candidates if is_on_this_machine(each)]


def _rows(text: str, length: int) -> list[list[str]]:
    """What was kept, without what cannot be read."""
    try:
        rows = json.loads(text) if text else []
    except ValueError:
        rows = []
    return [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, list) and len(row) == length and all(isinstance(e, str) for e in row)
    ]
