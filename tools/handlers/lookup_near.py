"""Which of Blender's names a few words may mean, and which are spelled nearly as one."""

from __future__ import annotations

import difflib
import math
import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from .lookup_index import Index, index, words_of

_EMPTY_WORDS = frozenset(
    "a an the of to in on for with and or how do does is are bpy types ops python".split()
)
_MOST_WORDS = 6


def near(words: str, most: int) -> list[str]:
    """Return the names that resemble these words best, a line each: "operator mesh.bevel: Bevel".

    Words count the more, the rarer they are; a word that is nowhere stands for those like it.
    """
    known = index()
    asked = _asked(words)
    scores: dict[int, float] = defaultdict(float)
    for word in asked[:_MOST_WORDS]:
        found = _lines_with(word, known)
        stem = _stem(word)
        for like in [stem] * (3 < len(stem) < len(word)) if found else _words_like(word, known):
            for line, weight in _lines_with(like, known).items():
                found[line] = max(found.get(line, 0), weight * 0.6)
        rarity = math.log(2 + len(known.lines) / (1 + len(found)))
        for line, weight in found.items():
            scores[line] += weight * rarity
    best = sorted(scores, key=lambda line: (-scores[line], len(known.lines[line]), line))
    return [known.lines[line] for line in best[:most]]


def known_words(text: str) -> bool:
    """Return whether a text is plain words, each of which some name has or begins with."""
    if not re.fullmatch(r"[A-Za-z]?[a-z]+(\s+[A-Za-z]?[a-z]+)*", text):
        return False
    known = index()
    return all(
        any(
            weight >= (0.7 if len(part) > 3 else 1)
            for part in {word, _stem(word) or word}
            for weight in _weights(part, known)
        )
        for word in _asked(text)
    )


def alike(word: str, known: Iterable[str]) -> list[str]:
    """Return the names that are spelled nearly as a word, then those that have it within them."""
    lowered = {each.lower(): each for each in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=5, cutoff=0.6)
    close += [each for each in lowered if word.lower() in each and each not in close][:5]
    return [lowered[each] for each in close]


def _asked(words: str) -> list[str]:
    """Return the words of a text in lower case, once each, those that say something alone."""
    asked = list(dict.fromkeys(each.lower() for each in words_of(words)))
    return [each for each in asked if len(each) > 1 and each not in _EMPTY_WORDS] or asked[:1]


def _stem(word: str) -> str:
    return re.sub(r"(ing|ed|e?s)$", "", word)


def _weights(word: str, known: Index) -> Iterable[float]:
    return _lines_with(word, known).values()


def _lines_with(word: str, known: Index) -> dict[int, float]:
    """Return the lines that hold a word, and how well: whole, as a beginning, or within another."""
    found: dict[int, float] = {}
    at = known.text.find(word)
    while at >= 0:
        line = bisect(known.starts, at) - 1
        end = at + len(word)
        begins = not known.text[at - 1 : at].isalnum()
        whole = begins and not known.text[end : end + 1].isalnum()
        if begins or len(word) > 2:
            weight = 1.0 if whole else 0.7 if begins else 0.4
            found[line] = max(found.get(line, 0), weight)
        at = known.text.find(word, end)
    return found


def _words_like(word: str, known: Index) -> list[str]:
    begun = _vocabulary(known.text).get(word[0], ())
    alike = [each for each in begun if abs(len(each) - len(word)) <= 3]
    return difflib.get_close_matches(word, alike, n=3, cutoff=0.78)


@lru_cache(maxsize=1)
def _vocabulary(text: str) -> dict[str, list[str]]:
    """Return the words of all names by their first letters."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in set(text.split()):
        found[word[0]].append(word)
    return found
