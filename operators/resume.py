"""Which chat is gone on with: the newest of a file that is opened, or one that a person chose.

Main thread, made by the runtime. Chats are read on a thread of their own; a timer of Blender's waits
for one as long as it is being read. Without a window nothing is opened by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import bpy
from bpy.app.handlers import persistent

from ..chat.chat import Chat, History
from ..chat.chats import Chats

_SECONDS = 0.05
"""Between two looks whether a chat was read."""
_AT_START = 0.2
"""Seconds after enabling: files may not be looked at before."""


class Resume:
    """See the module."""

    def __init__(
        self, chats: Chats, chat: Chat, is_tool: Callable[[], bool], shown: Callable[[], object]
    ) -> None:
        """Make it; nothing is watched yet.

        Args:
            chats: Those that are kept.
            chat: Goes on with one of them.
            is_tool: Whether it is a tool that opens a file just now.
            shown: Called once another chat is gone on with, or one could not be read.
        """
        self._chats = chats
        self._chat = chat
        self._is_tool = is_tool
        self._shown = shown
        self._file = ""
        """As it was opened or saved last."""
        self._coming: tuple[Future[History | None], Callable[[], bool]] | None = None

        def look() -> float | None:
            return self._look()

        def start() -> None:
            self._file = bpy.data.filepath
            if self._coming is None and self._chats.folder.is_dir():
                file = self._file
                self._bring(self._chats.newest_of(file) if file else self._chats.left(), file)

        @persistent
        def file_opened(*_: object) -> None:
            self._file = file = bpy.data.filepath
            if file and self._is_empty and not self._is_tool() and self._chats.folder.is_dir():
                self._bring(self._chats.newest_of(file), file)

        @persistent
        def file_saved(*_: object) -> None:
            before, self._file = self._file, bpy.data.filepath
            history = self._chat.history
            if history.turns and history.about.file == before != self._file:
                self._chats.move(history, self._file)

        self._timers = look, start
        self._handlers = [
            (bpy.app.handlers.load_post, file_opened),
            (bpy.app.handlers.save_post, file_saved),
        ]

    def open(self) -> None:
        """Begin to watch for files being opened, and look for the chat of the one that is."""
        if bpy.app.background:
            return
        for handlers, function in self._handlers:
            handlers.append(function)
        bpy.app.timers.register(self._timers[1], first_interval=_AT_START, persistent=True)

    def close(self) -> None:
        """Take everything out of Blender again."""
        self._coming = None
        for function in self._timers:
            if bpy.app.timers.is_registered(function):
                bpy.app.timers.unregister(function)
        for handlers, function in self._handlers:
            if function in handlers:  # scripts clear these lists
                handlers.remove(function)

    def choose(self, id: str) -> None:
        """Go on with a chat that a person chose, once it is read and no turn is under way."""
        self._wait(self._chats.open(id), lambda: not self._chat.running)

    @property
    def _is_empty(self) -> bool:
        return not (self._chat.turns or self._chat.running)

    def _bring(self, coming: Future[History | None], file: str) -> None:
        """Go on with the chat of a file, unless a person has begun something meanwhile."""
        self._wait(coming, lambda: self._is_empty and bpy.data.filepath == file)

    def _wait(self, coming: Future[History | None], wanted: Callable[[], bool]) -> None:
        self._coming = coming, wanted
        if bpy.app.background:
            coming.exception()
            self._look()
        elif not bpy.app.timers.is_registered(self._timers[0]):
            bpy.app.timers.register(self._timers[0], first_interval=0.0, persistent=True)

    def _look(self) -> float | None:
        if self._coming is None:
            return None
        coming, wanted = self._coming
        if not coming.done():
            return _SECONDS
        self._coming = None
        failed = coming.cancelled() or coming.exception() is not None  # which `Chats` has noted
        history = None if failed else coming.result()
        if history is not None and history is not self._chat.history and wanted():
            self._chat.switch(history)
        self._shown()
        return None
