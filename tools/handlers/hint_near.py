"""Names that resemble one that is not there, for hints."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable

_MOST = 4000
"""Of the names to compare; a scene may have a hundred thousand."""


def near(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Return up to `count` of `known` that resemble `name`, the nearest first."""
    names = list(dict.fromkeys(itertools.islice(known, _MOST)))
    wanted = _plain(name[:200])
    if not wanted:
        return []
    by_plain: dict[str, str] = {}
    for each in names:
        by_plain.setdefault(_plain(each), each)
    # Often a word of it is right: EEVEE for BLENDER_EEVEE, subdivide_mesh for subdivide.
    found = _close(wanted, by_plain, count)
    if len(wanted) > 3:
        found += sorted((each for each in by_plain if wanted in each), key=len)
    found += [each for each in by_plain if len(each) > 3 and each in wanted]
    return [by_plain[each] for each in dict.fromkeys(found)][:count]


def _close(wanted: str, known: Iterable[str], count: int) -> list[str]:
    """Those that are spelled nearly so, without those that are much farther off than the best."""
    found = difflib.get_close_matches(wanted, known, n=count, cutoff=0.6)
    ratios = [difflib.SequenceMatcher(None, each, wanted).ratio() for each in found]
    return [each for each, ratio in zip(found, ratios, strict=True) if ratio > ratios[0] - 0.15]


def _plain(name: str) -> str:
    return name.lower().replace(" ", "_").strip("_")


def nearest_first(found: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return those that were found near, then the other names."""
    first = list(found)
    return [*first, *(each for each in names if each not in first)]


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return names with commas, the first `most` of them, with how many more there are."""
    every = list(names)
    more = f", and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(_short(repr(each)) for each in every[:most]) + more


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:69]}…"
