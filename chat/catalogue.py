"""The catalogue: which models each endpoint has, in memory and on disk, so that the picker opens at
once and works offline.

Its methods are called on the main thread. Lists are fetched and read on the worker's loop, which
replaces what is known of an endpoint as a whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from ..tools import libraries
from ..tools.faults import Faults
from ..tools.phrase import Phrase, counted
from .keys import Key, is_on_this_machine
from .model_info import ModelInfo
from .settings import Settings
from .worker import Worker

__all__ = ["Catalogue", "ListState", "ModelInfo", "in_words"]

FRESH_SECONDS = 24 * 3600.0
LOCAL_FRESH_SECONDS = 60.0
"""On this machine a model is loaded or pulled at any time, and asking costs nothing."""
_PAUSE_SECONDS = 60.0
"""After a list that could not be had, before it is asked for again unbidden."""
_FORMAT = 1


class ListState(NamedTuple):
    """How an endpoint's list stands, for people.

    Attributes:
        fetching: Whether it is being fetched.
        problem: Why the last fetch brought nothing, in a sentence, or "".
        age: When the list was fetched, such as "3 h ago"; "" where there is none.
    """

    fetching: bool
    problem: str
    age: str


@dataclass(frozen=True)
class _Known:
    """What is known of one endpoint. Replaced as a whole.

    Attributes:
        at: When the list was fetched, in seconds since 1970; 0 for never.
        tried: When it was asked for last, by the clock that never jumps.
    """

    models: tuple[ModelInfo, ...] = ()
    at: float = 0.0
    problem: str = ""
    tried: float | None = None
    by_id: dict[str, ModelInfo] = field(default_factory=dict)

    @classmethod
    def of(cls, models: tuple[ModelInfo, ...], at: float) -> _Known:
        return cls(models, at, by_id={each.id: each for each in models})


class Catalogue:
    """The models of all endpoints that were asked."""

    def __init__(
        self, worker: Worker, faults: Faults, folder: Path, clock: Callable[[], float] = time.time
    ) -> None:
        """Know nothing yet.

        Args:
            worker: The thread on which lists are fetched.
            faults: Takes those of ours there.
            folder: Where they are kept between sessions, a file for each endpoint; made at need.
            clock: Seconds since 1970.
        """
        self.changes = 0
        """Grows with each list that has come, or failed to."""
        self._worker = worker
        self._faults = faults
        self._folder = folder
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._fetching: set[str] = set()

    def models(self, endpoint: str) -> tuple[ModelInfo, ...]:
        """Return what is known of an endpoint's models, from memory or the disk."""
        return self._of(endpoint).models

    def find(self, endpoint: str, id: str) -> ModelInfo | None:
        """Return a model by the endpoint's name for it, or None where nothing is known of it."""
        return self._of(endpoint).by_id.get(id)

    def state(self, endpoint: str) -> ListState:
        """Return how an endpoint's list stands."""
        known = self._of(endpoint)
        age = in_words(self._clock() - known.at) if known.at else ""
        return ListState(endpoint in self._fetching, known.problem, age)

    @property
    def fetching(self) -> bool:
        """Whether any list is being fetched."""
        return bool(self._fetching)

    def need(self, endpoint: str, key: Key | None) -> bool:
        """Refresh the list if it is old, unless that failed a moment ago; return whether."""
        known = self._of(endpoint)
        if known.tried is not None and time.monotonic() - known.tried < _PAUSE_SECONDS:
            return False
        local = is_on_this_machine(endpoint)
        age = self._clock() - known.at
        # A list from the future is of a clock that was wrong, then or now.
        if 0 <= age < (LOCAL_FRESH_SECONDS if local else FRESH_SECONDS):
            return False
        return self.refresh(endpoint, key)

    def refresh(self, endpoint: str, key: Key | None) -> bool:
        """Begin to fetch the list of an endpoint, unless that is under way; return whether.

        Args:
            endpoint: Base URL, without a slash at its end.
            key: Sent to it, and to it alone; never kept.
        """
        if endpoint in self._fetching:
            return False
        self._fetching.add(endpoint)
        self._known[endpoint] = replace(self._of(endpoint), tried=time.monotonic())
        self._worker.run(self._fetch(Settings(endpoint, key=key)))
        return True

    async def _fetch(self, settings: Settings) -> None:
        with libraries.preferred():
            from .model_lists import ListFailed, fetch  # imports httpx2

        endpoint = settings.endpoint
        try:
            models = await fetch(settings)
        except ListFailed as failed:
            self._known[endpoint] = replace(self._known[endpoint], problem=str(failed))
        except Exception as fault:
            self._faults.note(Phrase("the catalogue of models"), fault)
            problem = Phrase(
                "The list could not be read ({why}). Enter a model's name.",
                why=type(fault).__name__,
            )
            self._known[endpoint] = replace(self._known[endpoint], problem=problem)
        else:
            known = _Known.of(models, self._clock())
            self._known[endpoint] = replace(
                known, tried=self._known[endpoint].tried, problem=self._keep(endpoint, known)
            )
        finally:
            self._fetching.discard(endpoint)
            self.changes += 1

    def _of(self, endpoint: str) -> _Known:
        known = self._known.get(endpoint)
        if known is None:
            known = self._known[endpoint] = self._kept(endpoint)
        return known

    def _file(self, endpoint: str) -> Path:
        import hashlib  # enabling the extension need not take its time

        return self._folder / f"{hashlib.sha256(endpoint.encode()).hexdigest()[:16]}.json"

    def _kept(self, endpoint: str) -> _Known:
        """From the disk. A file that holds anything else than what was written is thrown away."""
        file = self._file(endpoint)
        try:
            kept = json.loads(file.read_text("utf-8"))
            assert kept["format"] == _FORMAT
            return _Known.of(tuple(_model(each) for each in kept["models"]), float(kept["at"]))
        except OSError:  # there is none, or it may be readable another time
            return _Known()
        except Exception:
            with contextlib.suppress(OSError):
                file.unlink()
            return _Known()

    def _keep(self, endpoint: str, known: _Known) -> str:
        """Write the list, whole or not at all; return what kept it from that, in words, or ""."""
        kept = {"format": _FORMAT, "at": known.at, "models": [_short(m) for m in known.models]}
        import tempfile

        part = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(".part", dir=self._folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file)
            Path(part).replace(self._file(endpoint))
        except OSError as error:
            if part is not None:
                with contextlib.suppress(OSError):
                    Path(part).unlink()
            return Phrase(
                "The list cannot be kept for the next start ({why}).", why=error.strerror or error
            )
        return ""


def in_words(seconds: float) -> str:
    """Return how long ago something was; a time to come is none."""
    if seconds < 0:
        return Phrase("at an unknown time")
    for unit, one, many in (
        (86400, Phrase("{count} day ago"), Phrase("{count} days ago")),
        (3600, Phrase("{count} h ago"), Phrase("{count} h ago")),
        (60, Phrase("{count} min ago"), Phrase("{count} min ago")),
    ):
        if (count := int(seconds // unit)) >= 1:
            return counted(count, one, many)
    return Phrase("just now")


_DEFAULTS = ModelInfo("", "")
_TYPES: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "name": (str,),
    "expires": (str,),
    "free": (bool,),
    "efforts": (list,),
    **dict.fromkeys(("vision", "tools", "structured_outputs"), (bool,)),
    **dict.fromkeys(("window", "created"), (int,)),
}


def _short(model: ModelInfo) -> dict[str, Any]:
    """Without what is as it is by default."""
    return {
        name: value for name, value in model._asdict().items() if value != getattr(_DEFAULTS, name)
    }


def _model(kept: dict[str, Any]) -> ModelInfo:
    for name, value in kept.items():
        assert type(value) in _TYPES.get(name, (float, int)), name
    if "efforts" in kept:
        kept["efforts"] = tuple(map(str, kept["efforts"]))
    return ModelInfo(**kept)
