"""What endpoints say of their models, read into `ModelInfo`: OpenRouter's full list, bare ids of
OpenAI's form, and what Ollama, LM Studio and llama.cpp tell beside them.

The coroutines run on the worker's loop. Importing it imports httpx2.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Iterator
from typing import Any

import httpx2

from ..tools.phrase import Phrase
from ..tools.plain import speakable
from . import network
from .keys import fault_of
from .model_info import ModelInfo
from .settings import Settings

MOST_BYTES = 32_000_000
SECONDS = 30.0
"""For a whole list. A server that never ends its answer is not waited for."""
_DETAIL_SECONDS = 4.0
_DETAILED = 200
"""Models of an Ollama that are asked for one by one."""
_AT_ONCE = 8
_LONGEST = 300
"""Characters of an id or name; a longer one is none."""

_Json = dict[str, Any]


class ListFailed(Exception):
    """There is no list. The message says to a person what happened, and what to do."""


async def fetch(settings: Settings) -> tuple[ModelInfo, ...]:
    """Return the models of an endpoint, with what it tells of them; each id once.

    Args:
        settings: The endpoint and its key; no model is asked.

    Raises:
        ListFailed: it cannot be reached, or what it answers is no list.
    """
    try:
        async with asyncio.timeout(SECONDS), _client(settings) as http:
            found = read_list(await _list(http, settings), settings)
            if not settings.is_openrouter and settings.endpoint.startswith("http:"):
                found = await _with_local_details(http, settings.endpoint, found)
            return found
    except network.NoClient as error:
        raise ListFailed(str(error)) from None
    except TimeoutError:
        raise ListFailed(
            Phrase("{host} did not send its list in time. Try again.", host=settings.host)
        ) from None


def read_list(answer: Any, settings: Settings) -> tuple[ModelInfo, ...]:
    """Return the models of a list; an entry that is broken is passed over.

    Raises:
        ListFailed: it is no list, holds nothing, or nothing that can be read.
    """
    entries = entries_of(answer)
    if entries is None:
        raise ListFailed(_no_list(settings))
    if not entries:
        advice = (
            Phrase("Load one there, then refresh.")
            if settings.is_local
            else Phrase("Enter the name of one, or choose another endpoint.")
        )  # fmt: skip
        raise ListFailed(
            Phrase("{host} lists no models. {advice}", host=settings.host, advice=advice)
        )
    found: dict[str, ModelInfo] = {}
    for entry in entries:
        if (model := read_entry(entry)) is not None:
            found.setdefault(model.id, model)
    if not found:
        raise ListFailed(
            Phrase(
                "None of the {count:,} models that {host} lists can be read. Enter the name of "
                "one.",
                count=len(entries),
                host=settings.host,
            )
        )
    return tuple(found.values())


def entries_of(answer: Any) -> list[Any] | None:
    """Return the entries of an answer that looks like a list of models, else None."""
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, dict):
        return None
    for name in ("data", "models"):
        if isinstance(found := answer.get(name), list):
            return found
    # Ollama without any model says null.
    return [] if answer.get("object") == "list" and answer.get("data", 0) is None else None


def read_entry(entry: Any) -> ModelInfo | None:
    """Return what one entry says, or None where it names no model that answers in words."""
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict):
        return None
    id_ = _text(entry.get("id"))
    architecture = _dict(entry.get("architecture"))
    outputs = architecture.get("output_modalities")
    kind = entry.get("type")
    if not id_ or kind in ("embeddings", "embedding"):
        return None
    if isinstance(outputs, list) and outputs and "text" not in outputs:
        return None
    parameters = entry.get("supported_parameters")
    parameters = parameters if isinstance(parameters, list) else None
    inputs = architecture.get("input_modalities")
    prices = _dict(entry.get("pricing"))
    vision = "image" in inputs if isinstance(inputs, list) else None
    return ModelInfo(
        id=id_,
        name=_text(entry.get("name")) or id_,
        window=_window(entry),
        input_price=_price(prices.get("prompt")),
        output_price=_price(prices.get("completion")),
        cache_read_price=_price(prices.get("input_cache_read")),
        cache_write_price=_price(prices.get("input_cache_write")),
        free=_is_free(prices),
        vision=True if kind == "vlm" else vision,
        tools=_tools(entry, parameters),
        structured_outputs=None if parameters is None else "structured_outputs" in parameters,
        efforts=_efforts(entry.get("reasoning"), parameters or []),
        expires=_text(entry.get("expiration_date"))[:10],
        created=_whole(entry.get("created")),
    )


async def json_of(
    http: httpx2.AsyncClient, method: str, url: str, body: _Json | None = None
) -> Any:
    """Return the JSON that an address answers with.

    Raises:
        ListFailed: it is not 200, too long, or no JSON; without a sentence.
        httpx2.HTTPError: it cannot be reached.
    """
    data = bytearray()
    async with http.stream(method, url, json=body) as answer:
        if answer.status_code != 200:
            raise Status(answer.status_code)
        async for piece in answer.aiter_bytes():
            data += piece
            if len(data) > MOST_BYTES:
                raise _TooLong
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise _NoJson from None


class Status(ListFailed):
    """Not 200, but this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _TooLong(ListFailed):
    """Longer than any list."""


class _NoJson(ListFailed):
    """A web page, as a rule."""


def _client(settings: Settings) -> httpx2.AsyncClient:
    key = settings.key.value if settings.key else ""
    headers = {"Authorization": f"Bearer {key}"} if key and not fault_of(key) else {}
    return network.client(settings.endpoint, silence=SECONDS, headers=headers)


async def _list(http: httpx2.AsyncClient, settings: Settings) -> Any:
    if settings.is_openrouter and settings.key is not None:
        # Without those that the account's privacy settings leave out.
        with contextlib.suppress(ListFailed, httpx2.HTTPError):
            answer = await json_of(http, "GET", f"{settings.endpoint}/models/user")
            if entries_of(answer):
                return answer
        # The list for all needs no key, so a wrong one is no reason to have none.
        http.headers.pop("Authorization", None)
    host = settings.host
    try:
        return await json_of(http, "GET", f"{settings.endpoint}/models")
    except Status as status:
        raise ListFailed(_status(status.code, settings)) from None
    except _TooLong:
        raise ListFailed(
            Phrase(
                "What {host} sends is longer than any list of models. {advice}",
                host=host,
                advice=_ADDRESS,
            )
        ) from None
    except _NoJson:
        raise ListFailed(_no_list(settings)) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        advice = (
            Phrase("Is the program that serves the models running?")
            if settings.is_local
            else Phrase("Check the network and the endpoint's address.")
        )
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise ListFailed(
            Phrase(
                "{host} cannot be reached ({said}). {advice}", host=host, said=said, advice=advice
            )
        ) from None


_ADDRESS = Phrase("Check the endpoint's address; most end in /v1.")


def _no_list(settings: Settings) -> str:
    return Phrase(
        "What {host} answers is no list of models. {advice}", host=settings.host, advice=_ADDRESS
    )


def _status(code: int, settings: Settings) -> str:
    host = settings.host
    if code in (401, 403):
        if settings.key:
            return Phrase(
                "{host} does not accept the key ({code}). Enter one in Scene Chat's preferences.",
                host=host, code=code,
            )  # fmt: skip
        return Phrase(
            "{host} wants a key for its list ({code}). Enter one in Scene Chat's preferences.",
            host=host, code=code,
        )  # fmt: skip
    if 300 <= code < 400:
        return Phrase(
            "{host} sends elsewhere ({code}), and no key goes there. {advice}",
            host=host,
            code=code,
            advice=_ADDRESS,
        )
    if code >= 500 or code == 429:
        return Phrase(
            "{host} gives no list for now ({code}). Try again later.", host=host, code=code
        )
    return Phrase(
        "{host} has no list of models there ({code}). {advice}",
        host=host,
        code=code,
        advice=_ADDRESS,
    )


# What servers on one's own network tell beside their list. All of it may be missing.


async def _with_local_details(
    http: httpx2.AsyncClient, endpoint: str, models: tuple[ModelInfo, ...]
) -> tuple[ModelInfo, ...]:
    root = endpoint.removesuffix("/v1")

    async def in_time(told: Awaitable[_Facts]) -> _Facts:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DETAIL_SECONDS):
                return await told
        return {}

    tellers = (_ollama(http, root, models), _lm_studio(http, root), _llama_cpp(http, root))
    told = await asyncio.gather(*map(in_time, tellers))
    more = {name: facts for each in told for name, facts in each.items()}
    everyone = more.pop("", {})
    changed = [
        None if (facts := more.get(each.id, everyone)) is None else each._replace(**facts)
        for each in models
    ]
    return tuple(each for each in changed if each is not None)


_Facts = dict[str, "_Json | None"]
"""By a model's id what is known of it, "" standing for all; None where it answers no chat."""


async def _optional(http: httpx2.AsyncClient, method: str, url: str, body: Any = None) -> _Json:
    try:
        return _dict(await json_of(http, method, url, body))
    except (ListFailed, httpx2.HTTPError):
        return {}


async def _ollama(http: httpx2.AsyncClient, root: str, models: tuple[ModelInfo, ...]) -> _Facts:
    if not isinstance((await _optional(http, "GET", f"{root}/api/version")).get("version"), str):
        return {}
    running = entries_of(await _optional(http, "GET", f"{root}/api/ps")) or []
    windows = {
        _text(each.get("name")): _whole(each.get("context_length"))
        for each in running
        if isinstance(each, dict)
    }
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(model: ModelInfo) -> tuple[str, _Json | None]:
        async with few:
            shown = await _optional(http, "POST", f"{root}/api/show", {"model": model.id})
        return model.id, _shown(shown, windows.get(model.id))

    return dict(await asyncio.gather(*(one(each) for each in models[:_DETAILED])))


def _shown(shown: _Json, running: int | None) -> _Json | None:
    """What Ollama shows of a model. Its window is what it runs with, what its file asks for, or
    else what it was trained with, the first that is known."""
    facts: _Json = {}
    can = shown.get("capabilities")
    if isinstance(can, list) and can:
        if "completion" not in can:
            return None
        facts = {"tools": "tools" in can, "vision": "vision" in can}
    asked = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters")), re.MULTILINE)
    trained = [
        _whole(value)
        for name, value in _dict(shown.get("model_info")).items()
        if str(name).endswith(".context_length")
    ]
    windows = [running, int(asked[1]) if asked else None, *trained]
    if (window := next((each for each in windows if each), None)) is not None:
        facts["window"] = window
    return facts


async def _lm_studio(http: httpx2.AsyncClient, root: str) -> _Facts:
    listed = entries_of(await _optional(http, "GET", f"{root}/api/v0/models")) or []
    return dict(_told(each) for each in listed if isinstance(each, dict) and each.get("id"))


def _told(entry: _Json) -> tuple[str, _Json | None]:
    model = read_entry(entry)
    if model is None:
        return str(entry["id"]), None
    facts = {"window": model.window, "vision": model.vision, "tools": model.tools}
    if "type" in entry and model.vision is None:
        facts["vision"] = False
    return model.id, {name: value for name, value in facts.items() if value is not None}


async def _llama_cpp(http: httpx2.AsyncClient, root: str) -> _Facts:
    told = await _optional(http, "GET", f"{root}/props")
    facts: _Json = {}
    if window := _whole(_dict(told.get("default_generation_settings")).get("n_ctx")):
        facts["window"] = window
    if isinstance(vision := _dict(told.get("modalities")).get("vision"), bool):
        facts["vision"] = vision
    can = _dict(told.get("chat_template_caps"))
    if "supports_tools" in can:
        # Where the model's template knows of none, the server leaves them out and does not say so.
        facts["tools"] = bool(can["supports_tools"] or can.get("supports_tool_calls"))
    return {"": facts} if facts else {}


# Values as they come: of any type, whatever a description says.


def _dict(value: Any) -> _Json:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return " ".join(speakable(value).split())


def _whole(value: Any) -> int | None:
    return value if type(value) is int and 0 < value < 10**12 else None


def _price(value: Any) -> float | None:
    """A negative one says that it varies."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        price = float(value)
    except (ValueError, OverflowError):
        return None
    return price if 0 <= price < 1000 else None


def _is_free(prices: _Json) -> bool:
    """Prices of what one asks for besides, such as a search on the web, do not count."""
    counted = {
        name: value for name, value in prices.items() if name not in ("web_search", "discount")
    }
    return {"prompt", "completion"} <= set(counted) and all(
        _price(value) == 0 for value in counted.values()
    )


def _window(entry: _Json) -> int | None:
    """What it runs with before what it could run with; each maker has a word of its own for it."""
    meta = _dict(entry.get("meta"))

    def named() -> Iterator[Any]:
        for name in ("loaded_context_length", "context_length", "context_window", "max_model_len",
                     "max_context_length"):  # fmt: skip
            yield entry.get(name)
        yield meta.get("n_ctx")
        yield meta.get("n_ctx_train")

    return next((each for value in named() if (each := _whole(value))), None)


def _tools(entry: _Json, parameters: list[Any] | None) -> bool | None:
    if parameters is not None:
        return "tools" in parameters
    can = entry.get("capabilities")
    if isinstance(can, list):
        return "tool_use" in can
    if isinstance(can, dict) and isinstance(calls := can.get("function_calling"), bool):
        return calls
    return None


def _efforts(reasoning: Any, parameters: list[Any]) -> tuple[str, ...]:
    named = _dict(reasoning).get("supported_efforts")
    if isinstance(named, list):
        return tuple(text for each in named if (text := _text(each)))
    return ("low", "medium", "high") if "reasoning" in parameters else ()
