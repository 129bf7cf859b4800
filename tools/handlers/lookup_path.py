"""Where a path leads, such as `scene.render.engine`: through RNA, without looking at any scene.

What stands in brackets, of indices or of calls, is not read: `objects['Cube']` is an object.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import bpy

from .lookup_fitting import Answer
from .lookup_index import class_of, index, methods_of, rna_of, type_named
from .lookup_near import alike, near
from .lookup_rows import kind_of

_SUFFIX = r"(?:\[(?:\"[^\"]*\"|'[^']*'|[^\]\"']*)\]|\([^()]*\))*"
_STEP = re.compile(rf"([A-Za-z_]\w*)({_SUFFIX})(?:\.|$)")
_LIST = "bpy_prop_collection"
"""What all lists are, though RNA does not say so."""
_COMPONENTS = frozenset("xyzwrgba")
_ROOTS = ("Scene", "BlendData", "Object")
"""Whose properties paths begin with most: `render.engine`, `objects[0]`, `location.x`."""
_MOST_ROOTS = 40

Steps = list[tuple[str, str]]
"""The words of a path, each with its brackets."""


@dataclass(frozen=True)
class Place:
    """A type's property or function; or, without a key, the type itself.

    Attributes:
        others: The types besides `owner` that have it, where the path leads to a base of them.
    """

    owner: str
    key: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stop:
    """Where a path leads no further: at this word, which is not in this type or value.

    Attributes:
        left: How many steps of the path were not gone, this word's included.
        key: The owner's property or function that the word was looked for in, if not in the owner.
    """

    left: int
    word: str
    owner: str
    key: str = ""


def followed(text: str) -> Place | Stop | None:
    """Return where a path leads, from whichever root it leads furthest; None if it is no path."""
    steps: Steps = []
    while text:
        if not (found := _STEP.match(text)):
            return None
        steps.append((found[1], found[2]))
        text = text[found.end() :]
    stops: list[Stop] = []
    for root, rest in _roots(steps):
        reached = _walked(root, rest)
        if isinstance(reached, Place):
            return reached
        stops.append(reached)
    return min(stops, key=lambda stop: stop.left, default=None)


def stopped(stop: Stop) -> Answer:
    """Return which word of a path failed, and what there is in its place."""
    answer: Answer = {"failed_at": stop.word[:60]}
    rna = rna_of(stop.owner)
    if stop.key:
        place = f"{stop.owner}.{stop.key}"
        prop = rna.properties.get(stop.key)
        kind = "function" if prop is None else kind_of(prop)
        hint = f"{place} is a {kind}, whose members RNA does not know."
        return answer | {"in": place, "hint": hint}
    properties = [each for each in rna.properties.keys() if each != "rna_type"]
    functions = [*rna.functions.keys(), *methods_of(stop.owner)]
    return answer | {
        "in": stop.owner,
        "near": alike(stop.word, properties + functions) or near(stop.word, 6),
        "properties": properties,
        "functions": functions,
    }


def has(owner: str, word: str) -> bool:
    """Return whether a type has a property or function of that name, RNA's or Python's."""
    rna = rna_of(owner)
    if rna is None or word.startswith("_") or word == "rna_type":
        return False
    if word in rna.properties or word in rna.functions:
        return True
    return inspect.isroutine(getattr(class_of(owner), word, None))


def _roots(steps: Steps) -> Iterator[tuple[str, Steps]]:
    """Give the types that a path may begin at, and what follows: likeliest first."""
    (first, suffix), rest = steps[0], steps[1:]
    kind = type_named(first)
    if kind and rest and not suffix:
        yield kind, rest
    if kind == "Context" and rest:
        # What a context has by its area, such as active_object, RNA does not tell.
        word = rest[0][0].rpartition("_")[2]
        if there := type_named(word.removesuffix("s")):
            yield there, rest[1:]
    for owner in (*_ROOTS, *index().properties.get(first, ())[:_MOST_ROOTS]):
        if first in rna_of(owner).properties:
            yield owner, steps


def _walked(root: str, steps: Steps) -> Place | Stop:
    """Follow RNA from a type: through what its pointers and lists hold."""
    here = root
    place = Place(root)
    for number, (word, suffix) in enumerate(steps):
        left = len(steps) - number
        found = _having(here, word)
        if found is None:
            return Stop(left, word, here)
        place = found
        if left == 1:
            break
        following = steps[number + 1][0]
        prop = _holding(place)
        if prop is None:
            if following in _COMPONENTS and left == 2:
                break
            return Stop(left - 1, following, place.owner, word)
        here = prop.fixed_type.identifier
        if prop.type == "COLLECTION" and "[" not in suffix:
            # A list's own functions, such as `new`; else what each item has.
            if prop.srna is not None and has(prop.srna.identifier, following):
                here = prop.srna.identifier
            elif hasattr(bpy.types.bpy_prop_collection, following):
                return Place(_LIST, following)
    return place


def _having(owner: str, word: str) -> Place | None:
    """Return where a type has a property or function: itself, or the types that it is a base of."""
    if has(owner, word):
        return Place(owner, word)
    below = [each for each in index().subtypes(owner) if has(each, word)]
    return Place(below[0], word, tuple(below[1:])) if below else None


def _holding(place: Place) -> Any:
    """Return the pointer or list that a place is, or that it returns as a function; or None."""
    rna = rna_of(place.owner)
    prop = rna.properties.get(place.key)
    if prop is not None:
        return prop if prop.type in ("POINTER", "COLLECTION") else None
    function = rna.functions.get(place.key)
    given = function.parameters if function is not None else ()
    return next((each for each in given if each.is_output and each.type == "POINTER"), None)
