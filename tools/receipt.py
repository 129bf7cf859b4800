"""What a call changed, in words short enough to read.

Made on the main thread by the scene (`handlers.receipts`), read anywhere: it holds names only,
never references to data-blocks, which die with the next undo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Names = Mapping[str, tuple[str, ...]]

_SHOWN = 8
"""Names written out per kind; a receipt of ten thousand objects is still one line."""


@dataclass(frozen=True)
class Receipt:
    """Names of data-blocks by kind ("object", "material"…) that a call added and removed."""

    added: Names = field(default_factory=dict)
    removed: Names = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def text(self) -> str:
        """Return one line such as "Added objects Cube, Floor; removed material Red", or ""."""
        line = "; ".join([*_phrases("added", self.added), *_phrases("removed", self.removed)])
        return line[:1].upper() + line[1:]

    def as_json(self) -> dict[str, object]:
        """Return `added` and `removed` as JSON values, without what is empty."""
        parts = {"added": self.added, "removed": self.removed}
        return {
            verb: {kind: list(which) for kind, which in names.items()}
            for verb, names in parts.items()
            if names
        }


def _phrases(verb: str, names: Names) -> Iterator[str]:
    for kind, which in sorted(names.items()):
        shown = ", ".join(which[:_SHOWN])
        more = f" and {len(which) - _SHOWN} more" if len(which) > _SHOWN else ""
        yield f"{verb} {kind}{'s' if len(which) > 1 else ''} {shown}{more}"
