"""Which model is asked, where, and with which key: fixed for the length of a turn."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from .keys import Key, is_on_this_machine, variable_for

OPENROUTER = "https://openrouter.ai/api/v1"
DEFAULT_MODEL = "anthropic/claude-sonnet-4.5"


@dataclass(frozen=True)
class Settings:
    """Read on the main thread when a turn begins, used on the worker.

    Attributes:
        endpoint: Base URL of a chat completions API, without a slash at its end.
        model: The endpoint's name for the model.
        key: Its key; a server on this machine needs none.
        online: Whether Blender's 'Allow Online Access' is on.
        rounds: How often the model may be asked in one turn.
    """

    endpoint: str = OPENROUTER
    model: str = DEFAULT_MODEL
    key: Key | None = None
    online: bool = True
    rounds: int = 25

    @property
    def host(self) -> str:
        """The endpoint's name for people."""
        return urlsplit(self.endpoint).netloc.rpartition("@")[2]  # no password is for people

    @property
    def is_local(self) -> bool:
        return is_on_this_machine(self.endpoint)

    @property
    def is_openrouter(self) -> bool:
        return urlsplit(self.endpoint).hostname == "openrouter.ai"

    @property
    def needs_online_access(self) -> bool:
        """Whether Blender's 'Allow Online Access' would have to be on for this endpoint."""
        return self._is_address and not self.is_local and not self.online

    @property
    def _is_address(self) -> bool:
        parts = urlsplit(self.endpoint)
        return parts.scheme in ("http", "https") and bool(parts.hostname)

    def problem(self) -> str:
        """Return what keeps the model from being asked, and what to do, or ""."""
        if not self._is_address:
            return f"The endpoint {self.endpoint!r} is no web address; it begins with http:// or https://."
        if self.is_local:
            return ""
        if self.needs_online_access:
            return (
                f"Blender's 'Allow Online Access' is off, so {self.host} is not asked. Switch it on "
                "in Preferences, System, or start Blender with --online-mode; models on this "
                "machine work without it."
            )
        if self.key is None:
            return (
                f"There is no API key for {self.host}. Enter it in Scene Chat's preferences, or set "
                f"{variable_for(self.endpoint)} in the environment."
            )
        return ""
