"""A picture that a tool made, on its way to a model, a file or a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    """An encoded image and what it shows.

    Attributes:
        data: The file's bytes.
        media_type: "image/png" or "image/jpeg".
        width: In pixels.
        height: In pixels.
        caption: In words, what is seen and from where.
        filepath: Where it was written, or "" when it was not.
        details: What else is to be said with it, as JSON values.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    caption: str
    filepath: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
