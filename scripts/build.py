"""The zip that people install from disk: dist/scene_chat-<version>-<platform>.zip.

    uv run scripts/build.py                        for this machine's platform
    uv run scripts/build.py --platform all         for each that Blender runs on

Reads `uv.lock`, fetches the wheels that the platform's Pythons need, checks their SHA-256, and lets
Blender's own builder pack them with the tracked files of this checkout, in a staging folder: no
tracked file is touched.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import parse_wheel_filename

CHECKOUT = Path(__file__).resolve().parent.parent
_LEFT_OUT = ("docs/", "scripts/", "tests/", ".", "pyproject.toml", "uv.lock", "wheels/README.md")
"""Tracked files that are of use in a checkout only."""


class BuildFailed(Exception):
    """The zip was not made. The message says why."""


@dataclass(frozen=True)
class Platform:
    """One of Blender's platforms.

    Attributes:
        name: Blender's.
        pythons: Of the Blenders that there are for it, such as "3.11".
        tags: What a wheel's platform tag may begin with and end on.
        newest: For tags with a version of the system, the newest that every such Blender runs on.
        markers: What a lock file's markers are asked about.
    """

    name: str
    pythons: tuple[str, ...]
    tags: tuple[tuple[str, str], ...]
    newest: tuple[int, int]
    markers: Mapping[str, str]


def _markers(sys_platform: str, system: str, os_name: str, machine: str) -> dict[str, str]:
    return {
        "sys_platform": sys_platform,
        "platform_system": system,
        "os_name": os_name,
        "platform_machine": machine,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }


# Blender 4.2 to 5.0 have Python 3.11, 5.1 and 5.2 have 3.13, those of Linux distributions up to
# 3.14; there is no Blender 5 for Intel Macs. Blender needs glibc 2.28 and macOS 11.
PLATFORMS = {
    each.name: each
    for each in (
        Platform("linux-x64", ("3.11", "3.13", "3.14"), (("manylinux", "_x86_64"),), (2, 28),
                 _markers("linux", "Linux", "posix", "x86_64")),
        Platform("macos-arm64", ("3.11", "3.13"), (("macosx", "_arm64"), ("macosx", "_universal2")),
                 (11, 99), _markers("darwin", "Darwin", "posix", "arm64")),
        Platform("macos-x64", ("3.11",), (("macosx", "_x86_64"), ("macosx", "_universal2")),
                 (11, 99), _markers("darwin", "Darwin", "posix", "x86_64")),
        Platform("windows-arm64", ("3.11", "3.13"), (("win_arm64", ""),), (0, 0),
                 _markers("win32", "Windows", "nt", "ARM64")),
        Platform("windows-x64", ("3.11", "3.13"), (("win_amd64", ""),), (0, 0),
                 _markers("win32", "Windows", "nt", "AMD64")),
    )
}  # fmt: skip


_GLIBC = {
    "manylinux1": "manylinux_2_5",
    "manylinux2010": "manylinux_2_12",
    "manylinux2014": "manylinux_2_17",
}
"""Older names for what a wheel asks of the system (PEP 600)."""


@dataclass(frozen=True)
class Wheel:
    """A file that the lock names."""

    url: str
    sha256: str

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]


def main() -> int:
    """Build what is asked for; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Build the zip that Blender installs.")
    parser.add_argument("--platform", choices=[*PLATFORMS, "all"], default=_this_platform())
    chosen = parser.parse_args().platform
    try:
        for name in PLATFORMS if chosen == "all" else [chosen]:
            made = build(PLATFORMS[name], CHECKOUT / "dist")
            print(f"{made.relative_to(CHECKOUT)}  {made.stat().st_size / 1e6:.1f} MB", flush=True)
    except BuildFailed as failed:
        print(f"Not built: {failed}", file=sys.stderr)
        return 1
    return 0


def build(target: Platform, folder: Path, checkout: Path = CHECKOUT) -> Path:
    """Make the zip for one platform and return where it is.

    Args:
        target: For which Blenders.
        folder: Where the zip goes.
        checkout: What is packed.

    Raises:
        BuildFailed: a wheel is missing or is not what the lock says, a file is there that git does
            not know, or Blender's builder found fault.
    """
    manifest = (checkout / "blender_manifest.toml").read_text("utf-8")
    about = tomllib.loads(manifest)
    lock = tomllib.loads((checkout / "uv.lock").read_text("utf-8"))
    files = list(packed_files(checkout))
    folder.mkdir(exist_ok=True)
    made = folder / f"{about['id']}-{about['version']}-{target.name}.zip"
    with tempfile.TemporaryDirectory(prefix="scene_chat_build_") as temporary:
        staging = Path(temporary)
        for each in files:
            copy = staging / each
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(checkout / each, copy)
            except FileNotFoundError:
                raise BuildFailed(f"{each} is tracked by git, but is not there") from None
        fetched = [fetch(each) for each in wheels_for(target, lock)]
        (staging / "wheels").mkdir(exist_ok=True)
        for each in fetched:
            shutil.copyfile(each, staging / "wheels" / each.name)
            _keep_licences(each, staging / "licenses")
        wheels = [f"./wheels/{each.name}" for each in fetched]
        (staging / "blender_manifest.toml").write_text(
            _with_platform(manifest, target.name, wheels), "utf-8"
        )
        expected = {
            each.relative_to(staging).as_posix() for each in staging.rglob("*") if each.is_file()
        }
        _pack(staging, made)
    with zipfile.ZipFile(made) as packed:
        found = {name for name in packed.namelist() if not name.endswith("/")}
    if strays := found ^ expected:
        made.unlink()
        raise BuildFailed(f"in the zip or in the staging folder alone: {', '.join(sorted(strays))}")
    return made


def packed_files(checkout: Path) -> Iterator[str]:
    """Yield the files of the extension itself, relative to the checkout.

    Raises:
        BuildFailed: there is one that git neither tracks nor ignores.
    """
    if stray := [each for each in _git(checkout, "--others", "--exclude-standard") if _goes(each)]:
        raise BuildFailed(f"git does not know {', '.join(stray)}; add or remove it")
    for each in _git(checkout, "--cached"):
        if _goes(each):
            yield each


def _goes(file: str) -> bool:
    return not file.startswith(_LEFT_OUT)


def _git(checkout: Path, *which: str) -> list[str]:
    command = ["git", "-C", str(checkout), "ls-files", "-z", *which]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BuildFailed(f"the checkout has to be a git clone ({done.stderr.strip()})")
    return [each for each in done.stdout.split("\0") if each]


def wheels_for(target: Platform, lock: Mapping[str, Any]) -> list[Wheel]:
    """Return the wheels that the product needs there: one that fits all Pythons, or one for each.

    Args:
        target: For which Blenders.
        lock: What `uv.lock` holds.

    Raises:
        BuildFailed: the lock has no wheel of a package for a Python.
    """
    packages = {each["name"]: each for each in lock["package"]}
    chosen: dict[str, Wheel] = {}
    for python in target.pythons:
        for name in sorted(_needed(packages, target, python)):
            wheel = _best_wheel(packages[name], target, python)
            chosen[wheel.name] = wheel
    return [chosen[name] for name in sorted(chosen)]


def _needed(packages: Mapping[str, Any], target: Platform, python: str) -> set[str]:
    environment = {
        **target.markers,
        "python_version": python,
        "python_full_version": f"{python}.0",
        "implementation_version": f"{python}.0",
        "extra": "",
    }
    needed: set[str] = set()
    open_ones = ["scene-chat"]
    while open_ones:
        package = packages[open_ones.pop()]
        for each in package.get("dependencies", ()):
            applies = "marker" not in each or Marker(each["marker"]).evaluate(environment)
            if applies and each["name"] not in needed:
                needed.add(each["name"])
                open_ones.append(each["name"])
    return needed


def _best_wheel(package: Mapping[str, Any], target: Platform, python: str) -> Wheel:
    """The one for the oldest system, of those that fit."""
    fitting: list[tuple[tuple[int, int], Wheel]] = []
    for each in package.get("wheels", ()):
        wheel = Wheel(each["url"], each["hash"].removeprefix("sha256:"))
        for tag in parse_wheel_filename(wheel.name)[3]:
            if not _fits_python(tag.interpreter, tag.abi, python):
                continue
            system = _system(tag.platform, target)
            if system is not None:
                fitting.append((system, wheel))
    if not fitting:
        raise BuildFailed(
            f"uv.lock has no wheel of {package['name']} {package['version']} for {target.name} "
            f"with Python {python}"
        )
    return min(fitting, key=lambda found: (found[0], found[1].name))[1]


def _fits_python(interpreter: str, abi: str, python: str) -> bool:
    own = "cp" + python.replace(".", "")
    if abi == "none":
        return interpreter in ("py3", own)
    if abi == "abi3":
        return interpreter.startswith("cp3") and int(interpreter[3:]) <= int(own[3:])
    return interpreter == own and abi == own


def _system(tag: str, target: Platform) -> tuple[int, int] | None:
    """The system's version that a platform tag asks for, or None where it does not fit."""
    if tag == "any":
        return 0, 0
    begin, _, rest = tag.partition("_")
    tag = f"{_GLIBC.get(begin, begin)}_{rest}" if rest else tag
    if not any(tag.startswith(begin) and tag.endswith(end) for begin, end in target.tags):
        return None
    numbers = [int(part) for part in tag.split("_")[1:3] if part.isdigit()]
    version = (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)
    return version if version <= target.newest else None


def fetch(wheel: Wheel) -> Path:
    """Return the wheel's file, from the cache or the address in the lock.

    Raises:
        BuildFailed: it cannot be had, or is not the file that the lock names.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scene_chat_wheels"
    file = cache / wheel.name
    if not file.exists():
        cache.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.part")
        try:
            with urllib.request.urlopen(wheel.url, timeout=60) as source, partial.open("wb") as to:
                shutil.copyfileobj(source, to)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise BuildFailed(f"{wheel.url} cannot be fetched: {error}") from None
        partial.replace(file)
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != wheel.sha256:
        file.unlink()
        raise BuildFailed(f"{wheel.name} has SHA-256 {found}, not {wheel.sha256} as in uv.lock")
    return file


def _keep_licences(wheel: Path, folder: Path) -> None:
    """Copy the licence texts out of a wheel, where people look for them.

    Raises:
        BuildFailed: the wheel says nothing of its licence.
    """
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(each for each in archive.namelist() if each.endswith(".dist-info/METADATA"))
        about = HeaderParser().parsestr(archive.read(metadata).decode("utf-8"))
        texts = [
            archive.read(each)
            for each in archive.namelist()
            if ".dist-info/" in each
            and Path(each).name.upper().startswith(("LICEN", "COPYING", "NOTICE", "AUTHORS"))
        ]
    stated = (
        about["License-Expression"]
        or about["License"]
        or _classified(about.get_all("Classifier", []))
    )
    if not stated and not texts:
        raise BuildFailed(f"{wheel.name} does not say under which licence it is")
    folder.mkdir(exist_ok=True)
    head = f"{about['Name']} {about['Version']}\nLicence: {stated or 'see below'}\n\n".encode()
    (folder / f"{about['Name']}.txt").write_bytes(head + b"\n\n".join(texts))


def _classified(classifiers: Iterable[str]) -> str:
    found = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    return ", ".join(found)


def _with_platform(manifest: str, name: str, wheels: list[str]) -> str:
    """The manifest with its platform and wheels, which belong before its first table."""
    lines = "".join(f'    "{each}",\n' for each in wheels)
    added = f'platforms = ["{name}"]\nwheels = [\n{lines}]\n\n'
    before, table, after = manifest.partition("\n[permissions]")
    if not table:
        raise BuildFailed("blender_manifest.toml has no [permissions] to put the wheels before")
    return f"{before}\n{added}{table.lstrip()}{after}"


def _pack(staging: Path, made: Path) -> None:
    """Let Blender's own builder, which bpy ships, check and zip the folder."""
    bpy = importlib.util.find_spec("bpy")
    builders = [
        found
        for place in (bpy.submodule_search_locations if bpy else None) or ()
        for found in Path(place).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py")
    ]
    if not builders:
        raise BuildFailed("Blender's builder comes with bpy; run this with uv run")
    done = subprocess.run(
        [sys.executable, str(builders[0]), "build", "--source-dir", str(staging),
         "--output-filepath", str(made)],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise BuildFailed(f"Blender's builder objects: {done.stdout}{done.stderr}")


def _this_platform() -> str:
    system = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}[platform.system()]
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return f"{system}-{'arm64' if arm else 'x64'}"


if __name__ == "__main__":
    sys.exit(main())
