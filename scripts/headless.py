"""Scene Chat on the bpy module: `serve` and `ask`, as `blender -b -c scene_chat` has them.

uv run scripts/headless.py serve --port 9876 --allow code
uv run scripts/headless.py ask "Add a red cube" --save cube.blend
"""

from __future__ import annotations

import importlib
import os
import sys

from bpy_session import EXTENSION, bpy_session


def main() -> int:
    """Run the command that the arguments name; return the process's exit code."""
    # Blender writes to standard output as it likes; there only the command's own lines belong.
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)
    with bpy_session():
        cli = importlib.import_module(f"{EXTENSION}.operators.cli")
        code: int = cli.main(sys.argv[1:], out)
        return code


if __name__ == "__main__":
    sys.exit(main())
