"""What is said and heard when an answer is done. Main thread.

Blender tells nobody whether its window has the focus, so it is said always, in the status bar.
"""

from __future__ import annotations

from typing import Any

import bpy

from ..chat.turns import Turn
from ..tools.phrase import Phrase
from .words import iface

_SECONDS = 8.0
_NOTES = (660.0, 880.0)
"""Hertz."""
_NOTE_SECONDS = 0.12
_ENDS = {
    "done": Phrase("Scene Chat: Answered after {seconds} s: {prompt}"),
    "stopped": Phrase("Scene Chat: Stopped after {seconds} s: {prompt}"),
    "error": Phrase("Scene Chat: Not answered after {seconds} s: {prompt}"),
    "rounds": Phrase("Scene Chat: Paused after {seconds} s: {prompt}"),
    "limit": Phrase("Scene Chat: Paused after {seconds} s: {prompt}"),
}


class Notice:
    """The line in the status bar, and the sound."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self._device: Any = None
        self._playing: Any = None

        def clear() -> None:
            for workspace in bpy.data.workspaces:
                workspace.status_text_set(None)

        self._clear = clear  # Blender knows it by its identity

    def turn_ended(self, turn: Turn, *, sound: bool) -> None:
        """Say for some seconds that a turn ended and how, with a sound if wanted."""
        if bpy.app.background or turn.end is None:
            return
        seconds = max(1, round(turn.seconds))
        words = iface(_ENDS[turn.end.reason], seconds=seconds, prompt=turn.title)
        for window in bpy.context.window_manager.windows:
            window.workspace.status_text_set(words)
        if bpy.app.timers.is_registered(self._clear):
            bpy.app.timers.unregister(self._clear)
        bpy.app.timers.register(self._clear, first_interval=_SECONDS, persistent=True)
        if sound:
            self._play()

    def close(self) -> None:
        """Take everything out of Blender again."""
        if not bpy.app.background and bpy.app.timers.is_registered(self._clear):
            bpy.app.timers.unregister(self._clear)
            self._clear()
        self._device = self._playing = None

    def _play(self) -> None:
        try:
            import aud  # Debian's Blender has none
        except ImportError:
            return
        try:
            self._device = self._device or aud.Device()
            first, second = (
                aud.Sound.sine(pitch).limit(0.0, _NOTE_SECONDS).fadeout(0.06, 0.06).volume(0.3)
                for pitch in _NOTES
            )
            self._playing = self._device.play(first.join(second))  # ends if nobody holds it
        except aud.error:  # a machine without sound
            self._device = None
