"""What the running call changes, as the tools report it while they work.

Main thread only, where one call runs at a time. A tool says what it is about to change *before* it
does: the first word seals the user's own state into an undo step, and tells that a failure has to
be rolled back. A call that failed its checks, or found all as it should be, said nothing, and
leaves neither a step nor a trace in the user's undo history.
"""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..receipt import Receipt
from .blocks import kind_of

_before_first: Callable[[], None] | None = None
_added: dict[str, dict[str, None]] = {}
_removed: dict[str, dict[str, None]] = {}
_changed: dict[str, dict[str, dict[str, None]]] = {}
_beside: dict[str, set[str]] = {}
"""Data that came with an object of its own, and is not named beside it."""


def start(before_first: Callable[[], None]) -> None:
    """Begin to listen for a call; `before_first` is called once, before its first change."""
    global _before_first
    _before_first = before_first
    for each in (_added, _removed, _changed, _beside):
        each.clear()


def begin() -> None:
    """Say that the scene is about to change, in ways that are told afterwards."""
    global _before_first
    seal, _before_first = _before_first, None
    if seal is not None:
        seal()


def begun() -> bool:
    """Return whether the call has changed anything, or may have."""
    return _before_first is None


def added(*blocks: bpy.types.ID) -> None:
    """Say what was made. After `begin`."""
    assert begun(), "begin() comes before what is added"
    for block in blocks:
        _added.setdefault(kind_of(block), {})[block.name] = None
        data = block.data if isinstance(block, bpy.types.Object) else None
        if data is not None and data.users == 1:
            _beside.setdefault(kind_of(data), set()).add(data.name)


def removing(*blocks: bpy.types.ID) -> None:
    """Say what is about to be removed."""
    begin()
    for block in blocks:
        kind, name = kind_of(block), block.name
        if name in _added.get(kind, {}):
            del _added[kind][name]
        else:
            _removed.setdefault(kind, {})[name] = None


def changing(block: bpy.types.ID, *what: str) -> None:
    """Say what is about to change of a data-block, in a word or two: "location", "Bevel: width"."""
    begin()
    kind, name = kind_of(block), block.name
    if name not in _added.get(kind, {}) and name not in _beside.get(kind, ()):
        _changed.setdefault(kind, {}).setdefault(name, {}).update(dict.fromkeys(what))


def renamed(block: bpy.types.ID, before: str) -> None:
    """Say that a data-block that was called `before` has a new name now."""
    kind = kind_of(block)
    if before in _added.get(kind, {}):
        del _added[kind][before]
        _added[kind][block.name] = None
        return
    what = _changed.setdefault(kind, {}).pop(before, {})
    _changed[kind][block.name] = {f"renamed from {before}": None, **what}


def receipt() -> Receipt:
    """Return all that was said since `start`."""
    return Receipt(
        {kind: tuple(names) for kind, names in _added.items() if names},
        {kind: tuple(names) for kind, names in _removed.items() if names},
        {
            kind: {name: tuple(what) for name, what in blocks.items()}
            for kind, blocks in _changed.items()
            if blocks
        },
    )
