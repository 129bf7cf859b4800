"""Pixels as files: PNG, JPEG, several pictures as one sheet.

All take and give rows from the bottom up, RGBA, 8 bits a channel, in sRGB.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, Any]

_QUALITIES = (85, 70, 50)
GAP = 4
"""Pixels between the pictures of a sheet."""


def sheet(pictures: Sequence[Pixels]) -> Pixels:
    """Return pictures of one size as one, two in a row, beginning at the top left."""
    import numpy as np

    height, width, channels = pictures[0].shape
    rows = -(-len(pictures) // 2)
    whole = np.full((rows * (height + GAP) - GAP, 2 * width + GAP, channels), 255, dtype=np.uint8)
    for number, picture in enumerate(pictures):
        row, column = rows - 1 - number // 2, number % 2
        down, along = row * (height + GAP), column * (width + GAP)
        whole[down : down + height, along : along + width] = picture
    return whole


def encoded(pixels: Pixels, most: int) -> tuple[bytes, str, int, int]:
    """Return a picture as a file of at most `most` bytes, its media type, width and height.

    PNG where that is small enough, else JPEG, and smaller in the end.
    """
    data = png(pixels)
    media = "image/png"
    while len(data) > most:
        media = "image/jpeg"
        for quality in _QUALITIES:
            if len(data := _jpeg(pixels, quality)) <= most:
                break
        else:
            pixels = pixels[::2, ::2]
    height, width, _ = pixels.shape
    return data, media, width, height


def png(pixels: Pixels) -> bytes:
    """Encode as an RGB PNG (the PNG specification, sections 5 and 9)."""
    import numpy as np

    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + width * 3), np.uint8)  # a filter byte, none, before each row
    rows[:, 1:] = pixels[::-1, :, :3].reshape(height, width * 3)

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"IDAT", zlib.compress(rows.tobytes(), 6)),
            chunk(b"IEND", b""),
        )
    )


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    """Encode by Blender, through an image that is there for that moment only."""
    import numpy as np

    height, width, _ = pixels.shape
    image = bpy.data.images.new(".", width, height)
    try:
        image.pixels.foreach_set((pixels.astype(np.float32) / 255).ravel())
        image.file_format = "JPEG"
        with tempfile.TemporaryDirectory(dir=bpy.app.tempdir) as folder:
            file = Path(folder) / "picture.jpg"
            image.save(filepath=str(file), quality=quality)
            return file.read_bytes()
    finally:
        bpy.data.images.remove(image)
