"""What a turn changed: a button for each data-block, which selects it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import bpy

from ..chat.runs import receipt_of
from ..chat.turns import Turn
from ..operators import select, steps
from ..operators.words import iface, kind_name, shown
from ..tools.phrase import Phrase
from ..tools.receipt import Receipt
from .lines import lines
from .text import Metrics, shortened, width

_MOST = 12
"""Data-blocks that are drawn; the others unfold."""
_ALL = 200
"""That are drawn then."""
_WORDS = 4
"""Of what was changed, that are written beside a name; the tooltip has all."""
_CHANGES = (Phrase("renamed from {what}"), Phrase("{what} added"), Phrase("{what} removed"))
_LABELS = frozenset({"scene", "world", "workspace", "screen"})
"""Kinds of which there is nothing to be selected."""
_BUTTON, _LABEL, _GAP = 1.75, 0.35, 0.2
"""What Blender adds to a text's width, in units: of a button with an icon, of a label; and what
stands between them."""


class _Piece(NamedTuple):
    """A button, or words if it has no kind."""

    text: str
    kind: str = ""
    changed: str = ""


def draw(layout: bpy.types.UILayout, turn: Turn, metrics: Metrics) -> None:
    """Draw all that the turn's steps changed together; nothing where nothing was."""
    receipt = receipt_of(turn)
    if not receipt:
        return
    opened = steps.is_open(turn, "receipt", 0)
    most = _ALL if opened else _MOST
    column = layout.column(align=True)
    left = _count(receipt) - most
    for word, pieces in (
        (Phrase("Added"), _added(receipt)),
        (Phrase("Changed"), _changed(receipt)),
    ):
        drawn: list[_Piece] = []
        for piece in pieces:
            if piece.kind and not most:
                break
            most -= bool(piece.kind)
            drawn.append(piece)
        if any(piece.kind for piece in drawn):
            _flow(column, [_Piece(shown(word)), *drawn], metrics)
    if left > 0 or opened:
        _more(column, turn, left, opened=opened)
    for kind, names in sorted(receipt.removed.items()):
        plural = kind if len(names) == 1 or kind.endswith("s") else f"{kind}s"
        told = ", ".join(names[:_ALL])
        words = iface("Removed {kind} {names}", kind=kind_name(kind) or plural, names=told)
        lines(layout, words, metrics, dim=True, most=3)


def _count(receipt: Receipt) -> int:
    kinds: list[Mapping[str, object] | tuple[str, ...]]
    kinds = [*receipt.added.values(), *receipt.changed.values()]
    return sum(map(len, kinds))


def _added(receipt: Receipt) -> Iterator[_Piece]:
    for kind, names in _objects_first(receipt.added):
        yield from (_Piece(name, kind) for name in names)


def _changed(receipt: Receipt) -> Iterator[_Piece]:
    """Those that changed alike stand together, with what changed of them after the last."""
    for kind, blocks in _objects_first(receipt.changed):
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, what in islice(blocks.items(), _ALL + 1):
            alike.setdefault(what, []).append(name)
        for what, names in alike.items():
            words = list(map(_change, what))
            told = ", ".join(words)
            yield from (_Piece(name, kind, told) for name in names)
            if words:
                yield _Piece(", ".join(words[:_WORDS]) + (", …" if len(words) > _WORDS else ""))


def _change(what: str) -> str:
    """What was changed, in words: names of properties are Blender's, and the same in all languages."""
    for pattern in _CHANGES:
        before, after = pattern.split("{what}")
        if what.startswith(before) and what.endswith(after):
            return iface(pattern, what=what[len(before) : len(what) - len(after)])
    return what


def _objects_first(kinds: Mapping[str, object]) -> list[tuple[str, object]]:
    return sorted(kinds.items(), key=lambda each: (each[0] != "object", each[0]))


def _flow(layout: bpy.types.UILayout, pieces: list[_Piece], metrics: Metrics) -> None:
    """Draw pieces one after another, in as many rows as they need."""
    room = metrics.room()
    row, taken = None, 0.0
    for piece in pieces:
        around = (_BUTTON if piece.kind else _LABEL) * metrics.unit
        text = shortened(piece.text, room - around, metrics.font)
        needs = width(text, metrics.font) + around
        if row is None or taken + needs > room:
            row, taken = layout.row(), 0.0
            row.alignment = "LEFT"
        taken += needs + _GAP * metrics.unit
        _piece(row, piece, text)


def _piece(row: bpy.types.UILayout, piece: _Piece, text: str) -> None:
    part = row.row()
    part.alignment = "LEFT"
    if not piece.kind:
        part.active = False
        part.label(text=text, translate=False)
        return
    block = select.block_of(piece.kind, piece.text)
    icon = select.icon_of(piece.kind, block)
    if piece.kind in _LABELS:
        part.label(text=text, icon=icon, translate=False)
        return
    part.active = block is not None
    button = part.operator("scene_chat.select", text=text, icon=icon, translate=False)
    button.kind, button.name, button.changed = piece.kind, piece.text, piece.changed


def _more(layout: bpy.types.UILayout, turn: Turn, left: int, *, opened: bool) -> None:
    row = layout.row()
    row.alignment = "LEFT"
    row.active = False
    words = iface("Show Less") if opened else iface("+ {count:,} More", count=left)
    toggle = row.operator("scene_chat.unfold", text=words, emboss=False, translate=False)
    toggle.turn, toggle.what, toggle.place, toggle.opens = turn.number, "receipt", 0, not opened
