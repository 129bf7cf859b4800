"""Whether a process is still there."""

from __future__ import annotations

import os


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
