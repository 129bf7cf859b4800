"""What is known of a model, in words and numbers, and the choice among many. Pure; any thread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from ..tools.phrase import Phrase, joined

Sort = Literal["name", "price", "window", "newest"]
_MILLION = 1_000_000


class ModelInfo(NamedTuple):
    """One entry of an endpoint's list. What the endpoint does not say is None.

    Attributes:
        id: The endpoint's name for it, as a request carries it.
        name: For people.
        window: How many tokens it takes in all.
        input_price: USD per token, as are the other three; None also where it varies.
        output_price: For what it writes.
        cache_read_price: For input that the provider has kept.
        cache_write_price: For input that the provider is to keep.
        free: Whether the list names prices, and each of them is 0.
        vision: Whether it takes images.
        tools: Whether it calls tools by itself.
        structured_outputs: Whether its answers can be held to a JSON schema.
        efforts: Those of reasoning that it takes, such as ("low", "medium", "high").
        expires: The day on which it goes away, such as "2027-01-31"; "" for none known.
        created: When it came out, in seconds since 1970.
    """

    id: str
    name: str
    window: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cache_read_price: float | None = None
    cache_write_price: float | None = None
    free: bool = False
    vision: bool | None = None
    tools: bool | None = None
    structured_outputs: bool | None = None
    efforts: tuple[str, ...] = ()
    expires: str = ""
    created: int | None = None

    @property
    def price(self) -> float | None:
        """Input and output together, in USD per token, to compare by."""
        if self.input_price is None or self.output_price is None:
            return None
        return self.input_price + self.output_price

    @property
    def facts(self) -> str:
        """Window and price in a few letters, such as "200k · $3/$15" (per million tokens), or ""."""
        parts = [short_number(self.window)] if self.window else []
        if self.free:
            parts.append(Phrase("free"))
        elif self.input_price is not None and self.output_price is not None:
            parts.append(f"{_dollars(self.input_price)}/{_dollars(self.output_price)}")
        return joined(" · ", parts)


class Filter(NamedTuple):
    """Which models are wanted, and in which order.

    Attributes:
        search: Words that id and name have to hold, in any order and case.
        tools: Only those that call tools, or may: local servers often do not say.
        vision: Only those that are known to take images.
        free: Only those whose list says that they cost nothing.
        window: Tokens that they have to take; those that do not say are left out, unless it is 0.
        sort: What comes first: cheap ones, wide windows, new ones; the unknown last.
    """

    search: str = ""
    tools: bool = True
    vision: bool = False
    free: bool = False
    window: int = 0
    sort: Sort = "name"


def matches(
    models: Sequence[ModelInfo], wanted: Filter, recent: Sequence[str] = ()
) -> tuple[ModelInfo, ...]:
    """Return the models that are wanted, in order.

    Args:
        models: An endpoint's.
        wanted: Which of them.
        recent: Ids that come first, in this order, as long as nothing is searched for.
    """
    words = wanted.search.casefold().split()
    found = [each for each in models if _fits(each, wanted, words)]
    found.sort(key=_ORDERS[wanted.sort])
    if words or not recent:
        return tuple(found)
    places = {name: place for place, name in enumerate(recent)}
    found.sort(key=lambda each: places.get(each.id, len(places)))
    return tuple(found)


def short_name(name: str) -> str:
    """Return a model's name without its maker's, or its file's name without the folders.

    >>> short_name("anthropic/claude-sonnet-4.5"), short_name("Anthropic: Claude Sonnet 4.5")
    ('claude-sonnet-4.5', 'Claude Sonnet 4.5')
    """
    after = name.replace("\\", "/").rstrip("/").rpartition("/")[2].rpartition(": ")[2]
    return after or name


def short_number(tokens: int) -> str:
    """Return a number of tokens as people say it.

    >>> short_number(200_000), short_number(131_072), short_number(1_048_576), short_number(512)
    ('200k', '131k', '1M', '512')
    """
    if tokens < 1000:
        return str(tokens)
    if tokens < 999_500:
        return f"{round(tokens / 1000)}k"
    return f"{round(tokens / _MILLION, 1):g}M"


def _dollars(per_token: float) -> str:
    """Of a million tokens."""
    dollars = per_token * _MILLION
    return f"${dollars:.2f}".removesuffix(".00") if dollars >= 0.095 else f"${dollars:.2g}"


def _fits(model: ModelInfo, wanted: Filter, words: Iterable[str]) -> bool:
    if (
        (wanted.tools and model.tools is False)
        or (wanted.vision and not model.vision)
        or (wanted.free and not model.free)
        or (model.window or 0) < wanted.window
    ):
        return False
    text = f"{model.id} {model.name}".casefold()
    return all(word in text for word in words)


def _name(model: ModelInfo) -> str:
    return (model.name or model.id).casefold()


_ORDERS: dict[Sort, Callable[[ModelInfo], Any]] = {
    "name": lambda each: (_name(each), each.id),
    "price": lambda each: (math.inf if each.price is None else each.price, _name(each)),
    "window": lambda each: (-(each.window or 0), _name(each)),
    "newest": lambda each: (-(each.created or 0), _name(each)),
}
