"""Pictures that a person attaches: which files may be one, by their first bytes. Any thread."""

from __future__ import annotations

import struct
from pathlib import Path

from ..tools.phrase import Phrase

MEGABYTES = 50
"""That a file may have."""
_PIXELS = 100_000_000
"""That a picture may have: Blender takes 4 bytes for each."""
_HEAD = 1 << 20
"""Bytes of a JPEG in which its size has to stand: cameras put a preview before it."""


class NoPicture(ValueError):
    """The file cannot be attached; the message says why, and what would do."""


def media_type(path: Path) -> str:
    """Return "image/png", "image/jpeg" or "image/webp".

    Args:
        path: Of any file.

    Raises:
        NoPicture: it is none of these, it is too large, or cannot be read.
    """
    if path.is_dir():  # a file browser gives it where no file was chosen
        raise NoPicture(
            Phrase("{file} is a folder. Choose a picture in it.", file=path.name or path)
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise NoPicture(Phrase("{file} cannot be read ({why}).", file=path.name, why=why)) from None
    media = _media_type(head)
    if not media:
        raise NoPicture(
            Phrase(
                "{file} is no picture that models take. Save it as PNG, JPEG or WebP.",
                file=path.name,
            )
        )
    if size > MEGABYTES * 1_000_000:
        raise NoPicture(
            Phrase(
                "{file} has {size:,.0f} MB; a picture may have {most}. Save it smaller.",
                file=path.name,
                size=size / 1e6,
                most=MEGABYTES,
            )
        )
    width, height = _size(head, media)
    if width * height > _PIXELS:
        raise NoPicture(
            Phrase(
                "{file} has {width:,} × {height:,} pixels. Save it smaller.",
                file=path.name,
                width=width,
                height=height,
            )
        )
    return media


def _media_type(head: bytes) -> str:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _size(head: bytes, media: str) -> tuple[int, int]:
    """Width and height, as far as they stand in the beginning; (0, 0) else.

    A small file can unpack to more than there is memory, so they are looked at before. A WebP has
    at most 16,383 pixels a side by its format, a VP8X canvas 16,777,216 (RFC 9649).
    """
    try:
        if media == "image/png":  # the PNG specification, 11.2.2
            return struct.unpack(">II", head[16:24])
        if media == "image/webp":
            if head[12:16] != b"VP8X":
                return 0, 0
            return tuple(int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))  # type: ignore[return-value]
        at = 2
        while head[at] == 0xFF:  # JPEG's segments (ITU T.81, B.1): marker, length, content
            marker = head[at + 1]
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", head[at + 5 : at + 9])
                return width, height
            at += 2 + int.from_bytes(head[at + 2 : at + 4], "big")
    except (IndexError, struct.error):
        pass
    return 0, 0
