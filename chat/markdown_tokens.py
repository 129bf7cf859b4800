"""Markdown read with markdown-it-py, whose tokens become the tree. Any one thread."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ..tools import libraries
from .markdown_tree import (
    Alignment,
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

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_DEEPEST = 20
"""Levels of quotes and lists, a list counting twice; what is deeper stays as it is written."""
_LONGEST_PARAGRAPH = 5_000
"""Characters in which marks are looked for: beyond it are floods of them, not prose."""
_MOST_COLUMNS = 32
_MOST_CELLS = 10_000
_SCHEMES = ("http://", "https://", "mailto:")
_ADDRESS = re.compile(r"https?://[^\s<>\"`]+")


def blocks_of(text: str) -> tuple[list[int], tuple[Block, ...]]:
    """Return a text's blocks, and before them the line in which each begins.

    Raises:
        Exception: any, as a parser's faults are.
    """
    tokens = _parser().parse(text)
    starts = [token.map[0] for token in tokens if not token.level and token.map]
    return starts, tuple(_blocks(_Tokens(tokens, text.split("\n"))))


def as_written(text: str) -> tuple[Block, ...]:
    """Return a text as plain paragraphs."""
    return tuple(
        Paragraph((Span(each.strip("\n")),))
        for each in re.split(r"\n[ \t]*\n", text)
        if each.strip()
    )


def prepare() -> None:
    """Have the parser there before it is needed: importing it takes some 50 ms. Any thread."""
    _parser()


@dataclass(eq=False)
class _Tokens:
    """A text's tokens, and which of them is read next."""

    tokens: Sequence[Token]
    lines: Sequence[str]
    place: int = 0


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    with libraries.preferred():
        from markdown_it import MarkdownIt
        from markdown_it.rules_block import table as read_table
        from markdown_it.token import Token

    def table(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
        """A table, unless it would take longer to draw than anybody has."""
        if not read_table(state, begin, end, True):
            return False
        last = begin
        while last < end and not state.isEmpty(last):
            last += 1
        columns = state.src[state.bMarks[begin] : state.eMarks[begin]].count("|") + 1
        if columns > _MOST_COLUMNS or columns * (last - begin) > _MOST_CELLS:
            return False
        return silent or read_table(state, begin, end, False)

    def inline(state: StateCore) -> None:
        for token in state.tokens:
            if token.type != "inline":
                continue
            token.children = []
            if len(token.content) > _LONGEST_PARAGRAPH:
                token.children.append(Token("text", "", 0, content=token.content))
            else:
                state.md.inline.parse(token.content, state.md, state.env, token.children)

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST})
    parser.enable("strikethrough").disable("reference")
    parser.block.ruler.at("table", table, {"alt": ["paragraph", "reference"]})
    parser.enable("table")
    parser.core.ruler.at("inline", inline)
    # Whether a link may be followed is said by `_allowed`; what may not is text all the same.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def _blocks(read: _Tokens, end: str = "") -> Iterator[Block]:
    """The blocks up to the token that closes what they stand in."""
    tokens = read.tokens
    while read.place < len(tokens):
        token = tokens[read.place]
        read.place += 1
        match token.type:
            case kind if kind == end:
                return
            case "paragraph_open" | "heading_open":
                spans = _spans(tokens[read.place])
                read.place += 2
                is_heading = token.type == "heading_open"
                yield Heading(int(token.tag[1:]), spans) if is_heading else Paragraph(spans)
            case "fence" | "code_block":
                language = token.info.split()[0][:40] if token.info.split() else ""
                yield Code(language, token.content.removesuffix("\n"))
            case "hr":
                yield Rule()
            case "blockquote_open":
                inner = tuple(_blocks(read, "blockquote_close"))
                yield Quote(inner or _too_deep(token, read))
            case "bullet_list_open" | "ordered_list_open":
                yield _items(token, read)
            case "table_open":
                yield _table(read)
            case _:
                pass


def _items(opening: Token, read: _Tokens) -> Items:
    first = None if opening.type == "bullet_list_open" else int(opening.attrs.get("start", 1))
    close = opening.type.replace("open", "close")
    items: list[tuple[Block, ...]] = []
    tight = True
    while (token := read.tokens[read.place]).type != close:
        read.place += 1
        begin = read.place
        inner = tuple(_blocks(read, "list_item_close"))
        tight &= not any(
            each.type == "paragraph_open" and not each.hidden and each.level == token.level + 1
            for each in read.tokens[begin : read.place]
        )
        items.append(inner or _too_deep(token, read))
    read.place += 1
    return Items(tuple(items), first, tight)


def _too_deep(token: Token, read: _Tokens) -> tuple[Block, ...]:
    """What the parser leaves out since it stands too deep, as it is written."""
    if token.level < _DEEPEST - 1 or not token.map:
        return ()
    return as_written("\n".join(read.lines[token.map[0] : token.map[1]]))


def _table(read: _Tokens) -> Table:
    rows: list[list[Spans]] = []
    alignments: list[Alignment] = []
    while (token := read.tokens[read.place]).type != "table_close":
        read.place += 1
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_spans(token))
        elif token.type == "th_open":
            style = str(token.attrs.get("style", ""))
            alignments.append(
                "right" if "right" in style else "center" if "center" in style else "left"
            )
    read.place += 1
    header, *others = (tuple(row) for row in rows)
    return Table(header, tuple(others), tuple(alignments))


_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}


def _spans(token: Token) -> Spans:
    style = Span("")
    spans: list[Span] = []

    def add(text: str, look: Span) -> None:
        if not text:
            return
        if spans and replace(spans[-1], text="") == look:
            spans[-1] = replace(look, text=spans[-1].text + text)
        else:
            spans.append(replace(look, text=text))

    for child in token.children or ():
        name, _, what = child.type.rpartition("_")
        if child.type in ("softbreak", "hardbreak"):  # models break lines where they mean it
            add("\n", style)
        elif child.type == "code_inline":
            add(child.content, replace(style, code=True))
        elif child.type == "image":
            source = _allowed(str(child.attrs.get("src", "")))
            add(child.content or "image", replace(style, link=style.link or source))
        elif name in _STYLES:
            style = replace(style, **{_STYLES[name]: what == "open"})  # type: ignore[arg-type]
        elif name == "link":
            target = str(child.attrs.get("href", "")) if what == "open" else ""
            style = replace(style, link=_allowed(target))
        elif style.link:
            add(child.content, style)
        else:
            for text, link in _with_addresses(child.content):
                add(text, replace(style, link=link))
    return tuple(spans)


def _allowed(target: str) -> str:
    return target if target.lower().startswith(_SCHEMES) else ""


def _with_addresses(text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces, with where each leads: addresses that stand there bare are links too."""
    end = 0
    for found in _ADDRESS.finditer(text) if "://" in text else ():
        address = found[0].rstrip(".,;:!?*_~'")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(".,;:!?*_~'")
        yield text[end : found.start()], ""
        yield address, address
        end = found.start() + len(address)
    yield text[end:], ""
