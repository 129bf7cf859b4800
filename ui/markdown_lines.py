"""Markdown's blocks as the lines in which they are drawn, broken to a width. Main thread.

A block is laid out once for each width and font; drawing it is then a label for each line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlsplit

from ..chat.markdown_tree import (
    Block,
    Code,
    Heading,
    Items,
    Paragraph,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from .letters import blank, drawable, styled
from .markdown_table import TableLines, laid_out_table
from .text import Metrics, width, wrap, wrap_code

_DEEPEST = 0.45
"""What indents may take of the width; what stands deeper is indented no further."""
_BAR = "|\u2002"
"""At the left of a quote's lines."""
_UNDERLINED = 2
"""Levels of headings with a line under them: a label cannot be larger, nor bold."""
_BULLET = "•"
_COUNTED = 40
"""Lines of code that are measured: no field is as high."""
_LANGUAGES = {
    "py": "Python", "python": "Python", "json": "JSON", "osl": "OSL", "glsl": "GLSL", "sh": "Shell",
    "bash": "Shell", "xml": "XML", "toml": "TOML", "yaml": "YAML", "text": "Text", "txt": "Text",
}  # fmt: skip


@dataclass(frozen=True)
class Lines:
    """Running text. `dim`: of less weight."""

    texts: tuple[str, ...]
    dim: bool = False


@dataclass(frozen=True)
class Link:
    """A line of its own that can be clicked, behind blanks or a bullet."""

    before: str
    text: str
    url: str
    taken: float


@dataclass(frozen=True)
class Gap:
    """Some room between two blocks."""


@dataclass(frozen=True)
class Across:
    """A rule."""


@dataclass(frozen=True)
class CodeBox:
    """A block of code, as it can be drawn. `lines`: how many it takes at that width."""

    language: str
    text: str
    lines: int


Segment = Lines | Link | Gap | Across | CodeBox | TableLines


@dataclass(frozen=True)
class Room:
    """Where a block stands.

    Attributes:
        width: For a line's text with its indent, in pixels.
        boxed: The same in a box.
        box: What a field in that takes for its edges and its scroll bar.
        font: Its size, in pixels.
        most: Lines that are wanted at most of a block.
        indent: What stands before each line.
        taken: How wide that is.
        dim: Whether the text is of less weight.
    """

    width: float
    boxed: float
    box: float
    font: float
    most: int
    indent: str = ""
    taken: float = 0.0
    dim: bool = False

    @classmethod
    def of(cls, metrics: Metrics, most: int) -> Room:
        """Return the whole of a panel's width."""
        return cls(metrics.room(), metrics.room(boxes=1), 1.4 * metrics.unit, metrics.font, most)

    def indented(self, before: str) -> Room | None:
        """Return the room behind what is put before its lines, None where it would be too narrow."""
        taken = self.taken + width(before, self.font)
        if taken > self.width * _DEEPEST:
            return None
        return replace(self, indent=self.indent + before, taken=taken)

    def wrap(self, text: str) -> tuple[str, ...]:
        lines = wrap(text, self.width - self.taken, self.font, self.most)
        return tuple(self.indent + line for line in lines)


def laid_out(block: Block, room: Room) -> tuple[Segment, ...]:
    """Return what a block is drawn of, from top to bottom."""
    return tuple(_segments(block, room))


def _segments(block: Block, room: Room) -> Iterator[Segment]:
    match block:
        case Heading(level, spans):
            yield Lines(room.wrap(styled(spans)), room.dim)
            yield from _links(spans, room)
            if level <= _UNDERLINED:
                yield Across()
        case Paragraph(spans):
            if not _is_link(spans):
                yield Lines(room.wrap(styled(spans)), room.dim)
            yield from _links(spans, room)
        case Code(language, text):
            yield _code(language, drawable(text), room)
        case Rule():
            yield Across()
        case Quote(blocks):
            inner = room.indented(_BAR) or room
            yield from _stacked(blocks, replace(inner, dim=True), tight=False)
        case Items():
            yield from _items(block, room)
        case Table(header, rows):
            yield laid_out_table(block, room.boxed, room.font, room.most)
            for row in (header, *rows):
                for cell in row:
                    yield from _links(cell, room)


def _stacked(blocks: Sequence[Block], room: Room, *, tight: bool) -> Iterator[Segment]:
    for place, block in enumerate(blocks):
        if place and not tight:
            yield Gap()
        yield from _segments(block, room)


def _items(block: Items, room: Room) -> Iterator[Segment]:
    first = block.first
    last = 0 if first is None else first + len(block.items) - 1
    space = blank(width("n", room.font), room.font)
    widest = max(width(_marker(number, first), room.font) for number in (first or 0, last))
    for place, item in enumerate(block.items):
        if place and not block.tight:
            yield Gap()
        marker = _marker((first or 0) + place, first)
        marker = blank(widest - width(marker, room.font), room.font) + marker + space
        inner = room.indented(blank(width(marker, room.font), room.font))
        if inner is None:  # no room for a column of its own
            yield from _stacked(_marked(item, marker.strip()), room, tight=block.tight)
            continue
        segments = list(_stacked(item, inner, tight=block.tight))
        head = segments[0] if segments else None
        if isinstance(head, Lines) and head.texts:
            text = room.indent + marker + head.texts[0][len(inner.indent) :]
            segments[0] = replace(head, texts=(text, *head.texts[1:]))
        elif isinstance(head, Link):
            segments[0] = replace(head, before=room.indent + marker.removesuffix(space))
        else:
            segments.insert(0, Lines((room.indent + marker,), room.dim))
        yield from segments


def _code(language: str, text: str, room: Room) -> CodeBox:
    name = _LANGUAGES.get(language.lower(), drawable(language) or "Code")
    first = islice(text.split("\n"), _COUNTED)
    field = room.boxed - room.box
    return CodeBox(name, text, sum(len(wrap_code(line, field, room.font)) for line in first))


def _marker(number: int, first: int | None) -> str:
    return _BULLET if first is None else f"{number}."


def _marked(item: tuple[Block, ...], marker: str) -> tuple[Block, ...]:
    if item and isinstance(item[0], Paragraph):
        return (Paragraph((Span(f"{marker} "), *item[0].spans)), *item[1:])
    return (Paragraph((Span(marker),)), *item)


def _is_link(spans: Spans) -> bool:
    """Whether it is nothing but one, which then stands in its place."""
    return bool(spans) and bool(spans[0].link) and len({span.link for span in spans}) == 1


def _links(spans: Spans, room: Room) -> Iterator[Link]:
    texts: dict[str, str] = {}
    for span in spans:
        if span.link:
            texts[span.link] = texts.get(span.link, "") + span.text
    for url, text in texts.items():
        yield Link(room.indent, _said(" ".join(drawable(text).split()), url), url, room.taken)


def _said(text: str, url: str) -> str:
    """What a link says, and where it leads where that is not what it says."""
    try:
        place = urlsplit(url).hostname or url.partition(":")[2]
    except ValueError:
        place = url
    return text if place.removeprefix("www.") in text else f"{text} ({place})"
