"""The system's browser, as Blender finds it in BROWSER: it keeps the address that it is to open."""

from __future__ import annotations


class Opened:
    """What Blender opens in the system's browser, or that there is none.

    Attributes:
        script: The browser.
        address: A file with what it was given, once it was.
        none: A file; where it exists, no browser opens.
    """

    def __init__(self, folder):
        self.address, self.none = folder / "address", folder / "none"
        self.script = folder / "browser"
        self.script.write_text(
            f'#!/bin/sh\n[ -e "{self.none}" ] && exit 1\nprintf %s "$1" >"{self.address}.part"\n'
            f'mv "{self.address}.part" "{self.address}"\n'
        )
        self.script.chmod(0o755)

    def forget(self):
        """Be as at first."""
        self.address.unlink(missing_ok=True)
        self.none.unlink(missing_ok=True)
