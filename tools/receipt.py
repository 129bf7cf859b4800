"""What a call changed, in words short enough to read.

Made on the main thread by the scene (`handlers.changes`, `handlers.snapshot`), read anywhere: it
holds names only, never references to data-blocks, which die with the next undo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Names = Mapping[str, tuple[str, ...]]

_SHOWN = 8
"""Names written out per kind; a receipt of ten thousand objects is still one line."""
_RENAMED = "renamed from "
_GROUPS = 6
"""Ways of having changed that are written out per kind."""


@dataclass(frozen=True)
class Receipt:
    """Data-blocks by kind ("object", "material"…) and name.

    Attributes:
        added: Those that came.
        removed: Those that went.
        changed: Those that stayed, each with what of it changed, in a word or two each; nothing
            where that is not known.
    """

    added: Names = field(default_factory=dict)
    removed: Names = field(default_factory=dict)
    changed: Mapping[str, Names] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def cleaned(self, clean: Callable[[str], str]) -> Receipt:
        """Return the same with each name passed through `clean`."""
        return Receipt(
            _cleaned(self.added, clean),
            _cleaned(self.removed, clean),
            {kind: _cleaned(blocks, clean) for kind, blocks in self.changed.items()},
        )

    def text(self) -> str:
        """Return one line such as "Added object Floor; changed object Cube (location)", or ""."""
        line = "; ".join(
            [
                *_phrases("added", self.added),
                *_changes(self.changed),
                *_phrases("removed", self.removed),
            ]
        )
        return line[:1].upper() + line[1:]

    def as_json(self) -> dict[str, object]:
        """Return the same as JSON values, without what is empty."""
        told: dict[str, object] = {}
        for verb, names in (("added", self.added), ("removed", self.removed)):
            if names:
                told[verb] = {kind: list(which) for kind, which in names.items()}
        if self.changed:
            told["changed"] = {
                kind: {name: list(what) for name, what in blocks.items()}
                for kind, blocks in self.changed.items()
            }
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Receipt:
        """Return what `as_json` told of.

        Raises:
            AttributeError, TypeError: it is nothing of the kind.
        """
        added, removed, changed = (told.get(verb, {}) for verb in ("added", "removed", "changed"))
        return cls(
            _named_in(added), _named_in(removed), {k: _named_in(v) for k, v in changed.items()}
        )


def joined(receipts: Iterable[Receipt]) -> Receipt:
    """Return what several calls changed, one after another, as if it had been one.

    What came and went again in between is not named, and what came is not said to have changed.
    """
    added: dict[str, dict[str, None]] = {}
    removed: dict[str, dict[str, None]] = {}
    changed: dict[str, dict[str, dict[str, None]]] = {}
    for receipt in receipts:
        for kind, names in receipt.removed.items():
            for name in names:
                changed.get(kind, {}).pop(name, None)
                if name in (came := added.get(kind, {})):
                    del came[name]
                else:
                    removed.setdefault(kind, {})[name] = None
        for kind, names in receipt.added.items():
            for name in names:
                if name in (gone := removed.get(kind, {})):  # another one under that name
                    del gone[name]
                    changed.setdefault(kind, {}).setdefault(name, {})["replaced"] = None
                else:
                    added.setdefault(kind, {})[name] = None
        for kind, blocks in receipt.changed.items():
            for name, what in blocks.items():
                _change(name, what, added.get(kind, {}), changed.setdefault(kind, {}))
    return Receipt(
        {kind: tuple(names) for kind, names in added.items() if names},
        {kind: tuple(names) for kind, names in removed.items() if names},
        {
            kind: {name: tuple(what) for name, what in blocks.items()}
            for kind, blocks in changed.items()
            if blocks
        },
    )


def _change(
    name: str, what: tuple[str, ...], added: dict[str, None], changed: dict[str, dict[str, None]]
) -> None:
    """Take up a change of a data-block, which may have had another name before."""
    before = next((each for each in what if each.startswith(_RENAMED)), "").removeprefix(_RENAMED)
    if before in added:
        del added[before]
        added[name] = None
    if name in added:
        return
    said = dict.fromkeys((*changed.pop(before, ()), *changed.get(name, ()), *what))
    renames = [each for each in said if each.startswith(_RENAMED)]
    for each in renames[1:]:  # the name that it had at first is what counts
        del said[each]
    if renames and renames[0] == f"{_RENAMED}{name}":
        del said[renames[0]]
    if said or not renames:
        changed[name] = said


def _named_in(names: Mapping[str, Iterable[str]]) -> Names:
    return {kind: tuple(map(str, which)) for kind, which in names.items()}


def _cleaned(names: Names, clean: Callable[[str], str]) -> Names:
    return {clean(key): tuple(map(clean, which)) for key, which in names.items()}


def _phrases(verb: str, names: Names) -> Iterator[str]:
    for kind, which in sorted(names.items()):
        yield f"{verb} {_named(kind, which)}"


def _changes(changed: Mapping[str, Names]) -> Iterator[str]:
    for kind, blocks in sorted(changed.items()):
        alike: dict[tuple[str, ...], list[str]] = {}
        for name, what in blocks.items():
            alike.setdefault(what, []).append(name)
        for what, names in list(alike.items())[:_GROUPS]:
            how = f" ({', '.join(what[:_SHOWN])}{', …' if len(what) > _SHOWN else ''})"
            yield f"changed {_named(kind, names)}{how if what else ''}"
        if rest := [name for names in list(alike.values())[_GROUPS:] for name in names]:
            yield f"changed {_named(kind, rest)}"


def _named(kind: str, which: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(which[:_SHOWN])
    more = f" and {len(which) - _SHOWN:,} more" if len(which) > _SHOWN else ""
    plural = kind if kind.endswith("s") or len(which) == 1 else f"{kind}s"
    return f"{plural} {shown}{more}"
