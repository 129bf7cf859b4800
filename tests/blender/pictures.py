"""Pictures as the tools hand them out, read with Pillow: which colours are where in them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

COLORS = {
    "red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1),
    "cyan": (0, 1, 1), "magenta": (1, 0, 1), "yellow": (1, 1, 0),
}  # fmt: skip


def pixels(data):
    """A file's rows from the top, RGB, 0 to 255, as signed numbers."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def kind(data):
    """What Pillow takes a file for: "PNG", "JPEG"."""
    return Image.open(io.BytesIO(data)).format


def colored(shown, name, least=30):
    """Where a picture has one of `COLORS`, however bright: what it is made of stands out."""
    has = np.array(COLORS[name], bool)
    return shown[:, :, has].min(axis=2) >= shown[:, :, ~has].max(axis=2) + least


def differing(shown, least=30):
    """Where a picture is not as in its top left corner."""
    return abs(shown - shown[0, 0]).max(axis=2) >= least


def box(mask):
    """Left, top, right and bottom of what is marked, in pixels; right and bottom are outside."""
    assert mask.any(), "it is nowhere in the picture"
    down, along = np.nonzero(mask)
    return along.min(), down.min(), along.max() + 1, down.max() + 1


def middle(mask):
    """The middle of what is marked: 0, 0 is the picture's top left, 1, 1 its bottom right."""
    left, top, right, bottom = box(mask)
    height, width = mask.shape
    return (left + right) / 2 / width, (top + bottom) / 2 / height
