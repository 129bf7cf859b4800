"""ruff and mypy over the whole checkout.

    uv run scripts/check.py

mypy has to know the checkout as the package it is in Blender, whatever its folder is called, so it
looks at it through a link of that name.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
_FLOORS = ("tools", "chat", "server", "operators", "ui")


def main() -> int:
    """Run all checks, also after one failed; return 0 if none did."""
    failed = [
        _run("ruff", "check", "."),
        _run("ruff", "format", "--check", "."),
        _run("mypy", "--explicit-package-bases", "scripts", "tests/standin"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scene_chat").symlink_to(CHECKOUT, target_is_directory=True)
        packages = [part for floor in _FLOORS for part in ("-p", f"scene_chat.{floor}")]
        failed.append(_run("mypy", "-m", "scene_chat", *packages, path=folder))
    return int(any(failed))


def _run(tool: str, *arguments: str, path: str = "scripts:tests") -> bool:
    command = [sys.executable, "-m", tool, *arguments]
    print(f"{tool} {' '.join(arguments)}", flush=True)
    return (
        subprocess.run(command, cwd=CHECKOUT, env={**os.environ, "MYPYPATH": path}).returncode != 0
    )


if __name__ == "__main__":
    sys.exit(main())
