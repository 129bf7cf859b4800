"""A picture that a tool made, on its way to a model, a file or a client."""

from __future__ import annotations

from dataclasses import dataclass


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
    """

    data: bytes
    media_type: str
    width: int
    height: int
    caption: str
    filepath: str = ""
