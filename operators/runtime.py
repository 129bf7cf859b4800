"""The one living object: the parts that register() built, for operators and panels to use.

Lives on the main thread, from register() to unregister(); what its parts do on threads of their
own stands with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..chat.chat import Chat
from ..chat.keys import find_key
from ..chat.settings import DEFAULT_MODEL, OPENROUTER, Settings
from ..server.listener import Server
from ..tools.alarm import Alarm
from ..tools.call import CallPath
from ..tools.gate import Gate
from ..tools.plain import Secrets
from ..tools.queue import Limits, MainThreadQueue

_TICK_SECONDS = 0.05
"""How long the loop without a window sleeps when nothing comes; a job wakes it at once."""


@dataclass
class Runtime:
    """See the module; `describe_situation` and `close_scene` come from `tools.handlers`."""

    package: str
    alarm: Alarm
    gate: Gate
    queue: MainThreadQueue
    secrets: Secrets
    calls: CallPath
    chat: Chat
    server: Server
    describe_situation: Callable[[], str]
    close_scene: Callable[[], None]

    def settings(self, endpoint: str = "", model: str = "") -> Settings:
        """Return which model is asked, with the key that belongs to its endpoint."""
        endpoint = (endpoint or OPENROUTER).rstrip("/")
        key = find_key(endpoint, [self.key_file()])
        if key is not None:
            self.secrets.add(key.value)
        return Settings(endpoint, model or DEFAULT_MODEL, key, bpy.app.online_access)

    def key_file(self) -> Path:
        """The `.env` in the extension's user folder, whether it exists or not."""
        return Path(bpy.utils.extension_path_user(self.package)) / ".env"

    def send(self, prompt: str, settings: Settings, limits: Limits = Limits()) -> None:
        """Begin a turn of the chat; see `Chat.send`."""
        self.chat.send(prompt, self.describe_situation(), settings, limits)

    def run_until(self, done: Callable[[], bool]) -> None:
        """Without a window: run what is queued until `done` says so. Main thread."""
        while not done():
            self.queue.drain(budget=_TICK_SECONDS, linger=_TICK_SECONDS)

    def close(self) -> None:
        """End everything: no thread, socket, handler or class is left."""
        self.queue.close()
        self.server.stop()
        self.chat.close()
        self.alarm.close()
        self.close_scene()


_current: Runtime | None = None


def set_current(runtime: Runtime | None) -> None:
    """Keep the runtime, or None once it was closed. By the extension's root."""
    global _current
    _current = runtime


def current() -> Runtime:
    """Return the runtime.

    Raises:
        RuntimeError: the extension is not enabled.
    """
    if _current is None:
        raise RuntimeError("Scene Chat is not enabled")
    return _current
