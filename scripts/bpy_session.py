"""bpy with this checkout enabled in it as the extension, in a user folder of its own.

For the scripts beside this one and for the tests; the product does not need it. Where the system
lacks a library that bpy links to, Debian's package of it is installed if that can be done.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
EXTENSION = "bl_ext.user_default.scene_chat"

_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11.so.6": "libx11-6",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrender.so.1": "libxrender1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
"""What bpy links to on Linux and a bare machine lacks, with Debian's names for it."""


@contextmanager
def bpy_session() -> Iterator[None]:
    """Make the user folder and enable the extension, for the time of the block."""
    with user_folder(), enabled():
        yield


@contextmanager
def user_folder() -> Iterator[Path]:
    """Give bpy a user folder with this checkout among its extensions. Before bpy is imported.

    `BLENDER_USER_RESOURCES` if it is set, for a key that is to be found again, else a temporary
    one: a person's own Blender is neither used nor touched.
    """
    ensure_libraries()
    with tempfile.TemporaryDirectory(prefix="scene_chat_") as temporary:
        resources = Path(os.environ.setdefault("BLENDER_USER_RESOURCES", temporary))
        link = resources / "extensions" / "user_default" / "scene_chat"
        link.parent.mkdir(parents=True, exist_ok=True)
        if link.exists() and not link.is_symlink():
            raise SystemExit(
                f"{link} is an installed Scene Chat: name another BLENDER_USER_RESOURCES, or use "
                "it by `blender -b -c scene_chat`."
            )
        link.unlink(missing_ok=True)
        link.symlink_to(CHECKOUT, target_is_directory=True)
        yield resources


@contextmanager
def enabled() -> Iterator[None]:
    """Enable the extension for the time of the block; afterwards no thread or class is left."""
    import bpy

    addon_utils = importlib.import_module("addon_utils")  # bpy has made it importable
    # There is no window in which to switch it on, and who runs this asked for it.
    bpy.context.preferences.system.use_online_access = True
    if addon_utils.enable(EXTENSION, default_set=True) is None:
        raise SystemExit("The extension could not be enabled; the reason stands above.")
    try:
        yield
    finally:
        addon_utils.disable(EXTENSION, default_set=True)


def ensure_libraries() -> None:
    """Install the system's libraries that bpy needs, or say how to.

    Raises:
        SystemExit: some are missing and cannot be installed from here.
    """
    if sys.platform != "linux":
        return
    packages = [package for name, package in _LIBRARIES.items() if not _loads(name)]
    if not packages:
        return
    # Drawing without a graphics card; nothing links to it, it is found at run time.
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages, "libgl1-mesa-dri"]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise SystemExit(
            "Blender's module needs libraries that this system lacks. On Debian or Ubuntu:\n"
            f"  sudo {' '.join(install)}"
        )
    print(f"Installing what Blender's module needs: {' '.join(packages)}", file=sys.stderr)
    for command in (["apt-get", "update"], install):
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
