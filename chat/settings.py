"""Which model is asked, where, and with which key: fixed for the length of a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from ..tools.phrase import Phrase
from .keys import Key, fault_of, is_on_this_machine, split, variable_for

if TYPE_CHECKING:
    from .model_info import ModelInfo

Mode = Literal["agent", "ask"]
OPENROUTER = "https://openrouter.ai/api/v1"
DEFAULT_MODEL = "anthropic/claude-sonnet-4.5"
_WINDOW = 128_000
_LOCAL_WINDOW = 32_768
"""Tokens, where the endpoint does not say: local servers are mostly started with a short one."""


class Settings(NamedTuple):
    """Read on the main thread when a turn begins, used on the worker.

    Attributes:
        endpoint: Base URL of a chat completions API, without a slash at its end.
        model: The endpoint's name for the model.
        key: Its key; a server on this machine needs none.
        online: Whether Blender's 'Allow Online Access' is on.
        rounds: How often the model may be asked in one turn.
        mode: "agent" with all tools, "ask" with those that only look.
        effort: How much it is to think, one of the model's own words for it; "" as it likes.
        instructions: The person's own, for every conversation or this file.
        fallbacks: Models that are asked where `model` fails, in order.
        calls_as_json: Whether tools are called in the answer's text, for models without tool calls.
        info: What the endpoint's list says of the model, if it is known.
        window: Tokens that the model takes, where the person said so; 0 for what `info` says.
        turn_limit: USD that a turn may cost before the person is asked; 0 for any.
        day_limit: The same for all of a day.
    """

    endpoint: str = OPENROUTER
    model: str = DEFAULT_MODEL
    key: Key | None = None
    online: bool = True
    rounds: int = 25
    mode: Mode = "agent"
    effort: str = ""
    instructions: str = ""
    fallbacks: tuple[str, ...] = ()
    calls_as_json: bool = False
    info: ModelInfo | None = None
    window: int = 0
    turn_limit: float = 0.0
    day_limit: float = 0.0

    @property
    def tokens(self) -> int:
        """The model's window in tokens: a careful guess where nobody says."""
        known = self.window or (self.info.window if self.info else None)
        return known or (_LOCAL_WINDOW if self.is_local else _WINDOW)

    @property
    def writes_calls(self) -> bool:
        """Whether tools are called in the answer's text; not by a model that is known to call them."""
        return self.calls_as_json and not (self.info and self.info.tools)

    @property
    def takes_effort(self) -> bool:
        """Whether `effort` is one of the model's own."""
        return bool(self.effort and self.info and self.effort in self.info.efforts)

    @property
    def host(self) -> str:
        """The endpoint's name for people."""
        return split(self.endpoint).netloc.rpartition("@")[2]  # no password is for people

    @property
    def asked(self) -> str:
        """The model and where it is asked: another one may refuse what this one thought."""
        return f"{self.model} at {self.host}"

    @property
    def is_local(self) -> bool:
        return is_on_this_machine(self.endpoint)

    @property
    def is_openrouter(self) -> bool:
        return split(self.endpoint).netloc == split(OPENROUTER).netloc

    @property
    def needs_online_access(self) -> bool:
        """Whether Blender's 'Allow Online Access' would have to be on for this endpoint."""
        return self._is_address and not self.is_local and not self.online

    @property
    def _is_address(self) -> bool:
        parts = split(self.endpoint)
        return parts.scheme in ("http", "https") and bool(parts.hostname)

    def problem(self) -> str:
        """Return what keeps the model from being asked, and what to do, or ""."""
        if not self._is_address:
            return Phrase(
                "The endpoint {endpoint!r} is no web address; it begins with http:// or https://.",
                endpoint=self.endpoint,
            )
        if self.key is not None and (fault := fault_of(self.key.value)):
            return Phrase(
                "{fault} It came from {source}.", fault=str(fault), source=self.key.source
            )
        if self.is_local:
            return ""
        if self.needs_online_access:
            return Phrase(
                "Blender's 'Allow Online Access' is off, so {host} is not asked. Switch it on in "
                "Preferences, System, or start Blender with --online-mode; models on this "
                "machine work without it.",
                host=self.host,
            )
        # What speaks plain HTTP is a server on one's own network; one that wants a key says so.
        if self.key is None and not self.endpoint.startswith("http:"):
            return Phrase(
                "There is no API key for {host}. Enter it in Scene Chat's preferences, or set "
                "{name} in the environment.",
                host=self.host,
                name=variable_for(self.endpoint),
            )
        return ""
