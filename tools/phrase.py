"""English texts that know what they are made of, so that a panel can show them in another language.

A `Phrase` is the English string for everything that reads it: the model, the port's clients, logs,
files. `operators.words` translates its pattern before the parts go in. Any thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self


class Phrase(str):
    """See the module.

    >>> Phrase("{host} cannot be reached.", host="a.example")
    'a.example cannot be reached.'

    Attributes:
        pattern: With its fields, as `str.format` takes it.
        parts: What goes into them; those that are phrases are translated too, others are not.
    """

    __slots__ = ("parts", "pattern")

    pattern: str
    parts: dict[str, object]

    def __new__(cls, pattern: str, **parts: object) -> Self:
        """Make it; a pattern without parts is taken as it is."""
        # Exceptions and the like would keep alive what they hold.
        kept: dict[str, object] = {
            name: part if isinstance(part, int | float) else str(part)
            for name, part in parts.items()
        }
        made = super().__new__(cls, pattern.format(**kept) if kept else pattern)
        made.pattern, made.parts = pattern, kept
        return made

    def __str__(self) -> str:
        """Stay one, also as the message of an exception."""
        return self


def joined(between: str, texts: Iterable[str]) -> Phrase:
    """Return texts one after another, each of which stays what it is.

    >>> joined(", ", ["no limit", "free tier"])
    'no limit, free tier'
    """
    parts = {f"part_{place}": text for place, text in enumerate(texts)}
    return Phrase(between.join(f"{{{name}}}" for name in parts), **parts)


def counted(count: int, one: str, many: str, **parts: object) -> Phrase:
    """Return a phrase for a number, which is the field `count` of both patterns.

    >>> counted(1, "{count} step", "{count:,} steps"), counted(1200, "{count} step", "{count:,} steps")
    ('1 step', '1,200 steps')
    """
    return Phrase(one if count == 1 else many, count=count, **parts)
