"""ruff and mypy over the whole checkout, bandit over what the zip holds.

    uv run scripts/check.py
    uv run scripts/check.py --audit     what is published against the wheels in the zip; needs PyPI

mypy has to know the checkout as the package it is in Blender, whatever its folder is called, so it
looks at it through a link of that name.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
_FLOORS = ("tools", "chat", "server", "operators", "ui")


def main() -> int:
    """Run what is asked for; return 0 if nothing was found."""
    parser = argparse.ArgumentParser(description="Check the checkout.")
    parser.add_argument("--audit", action="store_true", help="only ask PyPI about the wheels")
    return audit() if parser.parse_args().audit else check()


def check() -> int:
    """Run all checks, also after one failed; return 0 if none did."""
    failed = [
        _run("ruff", "check", "."),
        _run("ruff", "format", "--check", "."),
        _run("mypy", "--explicit-package-bases", "scripts", "tests/standin"),
    ]
    # Its findings are mended, or explained beside the line or in pyproject.toml.
    failed.append(_run("bandit", "-q", "-c", "pyproject.toml", "-r", "__init__.py", *_FLOORS))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "scene_chat").symlink_to(CHECKOUT, target_is_directory=True)
        packages = [part for floor in _FLOORS for part in ("-p", f"scene_chat.{floor}")]
        failed.append(_run("mypy", "-m", "scene_chat", *packages, path=folder))
    return int(any(failed))


def audit() -> int:
    """Ask PyPI what is known against the locked versions that go into the zip.

    Returns:
        0 if nothing is known; not 0 also where a package could not be asked about.
    """
    with tempfile.TemporaryDirectory() as folder:
        wheels = str(Path(folder) / "wheels.txt")
        # --no-default-groups: the rest of the lock is for development only and never shipped.
        export = ["uv", "export", "--quiet", "--locked", "--no-default-groups", "--no-emit-project"]
        subprocess.run([*export, "--output-file", wheels], cwd=CHECKOUT, check=True)
        known = ["--strict", "--disable-pip", "--require-hashes", "--requirement", wheels]
        return subprocess.run(["uvx", "pip-audit@2.10.1", *known], cwd=CHECKOUT).returncode


def _run(tool: str, *arguments: str, path: str = "scripts:tests") -> bool:
    command = [sys.executable, "-m", tool, *arguments]
    print(f"{tool} {' '.join(arguments)}", flush=True)
    return (
        subprocess.run(command, cwd=CHECKOUT, env={**os.environ, "MYPYPATH": path}).returncode != 0
    )


if __name__ == "__main__":
    sys.exit(main())
