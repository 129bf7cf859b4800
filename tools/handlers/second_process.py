"""Another process with Blender in it, for what would stop or end this one."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy


def second_process(script: Path) -> list[str]:
    """Return the command that runs a script in the Blender that runs here, without a window.

    What is added to it are the script's own arguments. The script imports bpy and the standard
    library, and nothing of ours.
    """
    if binary := bpy.app.binary_path:
        return [binary, "-b", "--python-exit-code", "1", "--python", str(script), "--"]
    return [sys.executable, str(script)]  # the bpy module
