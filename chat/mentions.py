"""Names of data-blocks in a message, written as @Name or @"Name". No state; any thread."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

_AT = re.compile(r'(?<![\w@])@(?:"([^"\n]{1,255})"|(?=\S))')
_LONGEST = 255
"""Bytes of a name at most, from Blender 5.0; 63 before."""
_MOST = 50
_LOOKED_AT = 1_000
"""Of the signs in a text: one that was pasted may hold very many."""


def mentioned(text: str, kinds_of: Callable[[str], Sequence[str]]) -> list[tuple[str, str]]:
    """Return the kind and name of each data-block that a message names, in order, once each.

    Without quotes the longest name that there is counts, so names may hold blanks.

    Args:
        text: The message.
        kinds_of: Returns of which kinds there are data-blocks of a name, the likeliest first.
    """
    found: dict[tuple[str, str], None] = {}
    for at in islice(_AT.finditer(text), _LOOKED_AT):
        if len(found) >= _MOST:
            break
        names = [at[1]] if at[1] else _beginnings(text[at.end() : at.end() + _LONGEST])
        for name in names:
            if kinds := kinds_of(name):
                found[kinds[0], name] = None
                break
    return list(found)


def as_mention(name: str) -> str:
    """Return a name as it is written in a message."""
    plain = re.fullmatch(r"[\w.\-]*\w", name)
    return f"@{name}" if plain or '"' in name else f'@"{name}"'


def _beginnings(words: str) -> list[str]:
    """What a text may begin with as a name, the longest first: it ends where a word ends."""
    line = words.partition("\n")[0]
    ends = {end.start() for end in re.finditer(r"(?<=\S)(?:\b|(?=\s)|$)", line) if end.start()}
    return [line[:end] for end in sorted(ends, reverse=True)]
