"""What Markdown says: blocks, and the spans of text in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Alignment = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Span:
    """A stretch of text of one style. A line end in it is one. `link` is where it leads, or ""."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    level: int
    spans: Spans


@dataclass(frozen=True)
class Paragraph:
    spans: Spans


@dataclass(frozen=True)
class Code:
    """A block of code, without the line end after it. `language` is as it was written, or ""."""

    language: str
    text: str


@dataclass(frozen=True)
class Rule:
    """A line across."""


@dataclass(frozen=True)
class Quote:
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Items:
    """A list.

    Attributes:
        items: Each of blocks of its own.
        first: The number of the first item, None for bullets.
        tight: Whether the items stand close together.
    """

    items: tuple[tuple[Block, ...], ...]
    first: int | None
    tight: bool


@dataclass(frozen=True)
class Table:
    """Each row has as many cells as the header."""

    header: tuple[Spans, ...]
    rows: tuple[tuple[Spans, ...], ...]
    alignments: tuple[Alignment, ...]


Block = Heading | Paragraph | Code | Rule | Quote | Items | Table


def codes(blocks: Sequence[Block]) -> Iterator[Code]:
    """Yield the blocks of code in the order in which they are written."""
    for block in blocks:
        if isinstance(block, Code):
            yield block
        elif isinstance(block, Quote):
            yield from codes(block.blocks)
        elif isinstance(block, Items):
            for item in block.items:
                yield from codes(item)
