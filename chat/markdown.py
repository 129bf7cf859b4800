"""Markdown as a tree, as it grows: what models write, for those who draw it. Any one thread.

An answer grows while it is drawn ten times a second, so what has surely ended is not parsed again:
`parse` takes its earlier result and goes on after the last blank line behind which a new block of
the top level began. What stands before it cannot change any more, since a block of Markdown is
closed for good by the line that begins the next one, and since link references, which work from
anywhere in a text, are left as they are written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .markdown_tokens import as_written, blocks_of
from .markdown_tree import Block

LONGEST = 50_000
"""Characters of a text that are parsed."""
_SHORT = 2_000
"""Characters that are parsed at once, however often."""


@dataclass(frozen=True)
class Parsed:
    """A text and its blocks.

    Attributes:
        source: What was parsed, its line ends being "\\n".
        blocks: All of them.
        whole: Whether the text was no longer than what is parsed of one.
        finished: How many of the blocks stay as they are, whatever follows.
        cut: Where in the source those that may change begin.
    """

    source: str = ""
    blocks: tuple[Block, ...] = ()
    whole: bool = True
    finished: int = 0
    cut: int = 0

    def is_due(self, text: str) -> bool:
        """Return whether a text that grows has grown by enough to be parsed again.

        Most often any growth will do. Where a long list or table is open, all of it has to be read
        again, and a fiftieth of it more is waited for.
        """
        tail = len(self.source) - self.cut
        return tail < _SHORT or len(text) - len(self.source) >= tail // 50


def parse(text: str, earlier: Parsed = Parsed()) -> Parsed:
    """Return the blocks of a text. Never raises: what cannot be parsed is plain paragraphs.

    Args:
        text: Of it the first `LONGEST` characters count.
        earlier: What came of an earlier, shorter state of the same text, or of another one.
    """
    source = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    whole = len(text) <= LONGEST
    if source == earlier.source:
        return earlier if whole == earlier.whole else replace(earlier, whole=whole)
    if not source.startswith(earlier.source[: earlier.cut]):
        earlier = Parsed()
    tail = source[earlier.cut :]
    done = earlier.blocks[: earlier.finished]
    try:
        starts, blocks = blocks_of(tail)
    except Exception:  # a parser's fault must not take the answer away from the reader
        starts, blocks = [], as_written(tail)
    kept, cut = _ended(tail, starts)
    return Parsed(source, done + blocks, whole, len(done) + kept, earlier.cut + cut)


def _ended(tail: str, starts: Sequence[int]) -> tuple[int, int]:
    """How many blocks have surely ended, and how many characters they take.

    The last line may go on, and what it is now says little; a block that begins in a complete line
    after a blank one is a block of its own for good.
    """
    lines = tail.split("\n")
    for place in range(len(starts) - 1, 0, -1):
        line = starts[place]
        if line < len(lines) - 1 and not lines[line - 1].strip(" \t"):
            return place, sum(len(each) + 1 for each in lines[:line])
    return 0, 0
