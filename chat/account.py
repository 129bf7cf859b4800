"""What OpenRouter says of the key: whose it is, and what is left.

`look` is called on the main thread while something is drawn, and never waits; OpenRouter is asked
on the worker's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..tools.faults import Faults
from ..tools.phrase import Phrase, joined
from ..tools.plain import Secrets
from .settings import Settings
from .worker import Worker

if TYPE_CHECKING:
    from concurrent.futures import Future

FRESH_SECONDS = 180.0
"""How long an answer, or a failure, is good enough."""
_LABEL_LENGTH = 80
_MOST_DOLLARS = 1e12


class Standing(NamedTuple):
    """What an answer said; None and "" where it said nothing.

    Attributes:
        label: OpenRouter's name for the key.
        unlimited: Whether it said that there is no limit.
        remaining: Dollars until the limit.
        usage: Dollars spent with the key.
        free_tier: Whether the account never paid.
    """

    label: str = ""
    unlimited: bool = False
    remaining: float | None = None
    usage: float | None = None
    free_tier: bool = False

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Standing | None:
        """Return what an answer of `/key` says, or None if it is none."""
        data = answer.get("data")
        if not isinstance(data, dict):
            return None
        label = data.get("label")
        return cls(
            " ".join(label.split())[:_LABEL_LENGTH] if isinstance(label, str) else "",
            "limit" in data and data["limit"] is None,
            _dollars(data.get("limit_remaining")),
            _dollars(data.get("usage")),
            data.get("is_free_tier") is True,
        )

    @property
    def left(self) -> str:
        """What is left, in a few words; "" where nothing is known."""
        words = []
        if self.remaining is not None:
            words.append(
                Phrase("nothing left")
                if self.remaining <= 0
                else Phrase("{amount} left", amount=_money(self.remaining))
            )
        elif self.unlimited:
            words.append(Phrase("no limit"))
        if self.remaining is None and self.usage is not None:
            words.append(Phrase("{amount} used", amount=_money(self.usage)))
        if self.free_tier:
            words.append(Phrase("free tier"))
        return joined(", ", words)


@dataclass
class _Known:
    """What is known of one key; written on the worker's thread."""

    endpoint: str
    key: str = field(repr=False)
    asked_at: float = 0.0
    standing: Standing | None = None
    standing_at: float = 0.0
    problem: str = ""


class Account:
    """What is known of the key that was looked at last."""

    def __init__(
        self, worker: Worker, secrets: Secrets, faults: Faults, fresh: float = FRESH_SECONDS
    ) -> None:
        """Know nothing yet.

        Args:
            worker: The thread on which OpenRouter is asked.
            secrets: What stands in no sentence.
            faults: Takes those of ours.
            fresh: Seconds until it is asked again.
        """
        self._worker = worker
        self._secrets = secrets
        self._faults = faults
        self._fresh = fresh
        self._known: _Known | None = None
        self._asking: Future[None] | None = None

    @property
    def asking(self) -> bool:
        """Whether an answer is waited for."""
        return self._asking is not None and not self._asking.done()

    @property
    def problem(self) -> str:
        """Why the last question brought no answer, in a sentence, or ""."""
        return self._known.problem if self._known is not None else ""

    @property
    def age(self) -> str:
        """How old what is known is, where the last question brought nothing; else ""."""
        known = self._known
        if known is None or not known.problem or known.standing is None:
            return ""
        minutes = int((time.monotonic() - known.standing_at) / 60)
        return Phrase("{minutes} min ago", minutes=minutes) if minutes else Phrase("just now")

    def look(self, settings: Settings) -> Standing | None:
        """Return what is known of the key in use, and ask if that is old. Main thread.

        Args:
            settings: Another endpoint than OpenRouter is not asked, nor is anything without a key
                or while Blender is to stay offline.
        """
        if not settings.is_openrouter or settings.key is None or settings.problem():
            return None
        known = self._known
        if known is None or (known.endpoint, known.key) != (settings.endpoint, settings.key.value):
            self.forget()
            known = self._known = _Known(settings.endpoint, settings.key.value)
        now = time.monotonic()
        if not self.asking and (not known.asked_at or now - known.asked_at > self._fresh):
            known.asked_at = now
            self._asking = self._worker.run(self._ask(known))
            self._asking.add_done_callback(self._ended)
        return known.standing

    def forget(self) -> None:
        """Know nothing any more, so that the next look asks. Main thread."""
        if self._asking is not None:
            self._asking.cancel()
        self._known = self._asking = None

    async def _ask(self, known: _Known) -> None:
        from .openrouter import NotAnswered, ask, said

        standing, problem = None, ""
        try:
            status, answer = await ask("GET", f"{known.endpoint}/key", key=known.key)
        except NotAnswered as error:
            problem = str(error)
        else:
            standing = Standing.read(answer) if status == 200 else None
            if status in (401, 403):
                problem = Phrase(
                    "OpenRouter does not accept the key{said}. Sign out and in again.",
                    said=said(answer),
                )
            elif standing is None:
                problem = Phrase(
                    "OpenRouter did not say what is left ({status}){said}.",
                    status=status,
                    said=said(answer),
                )
        known.problem = self._secrets.clean(problem)
        if standing is not None:
            known.standing, known.standing_at = standing, time.monotonic()

    def _ended(self, asking: Future[None]) -> None:
        if not asking.cancelled() and (error := asking.exception()) is not None:
            self._faults.note(Phrase("asking what is left"), error)


def _dollars(value: object) -> float | None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    # JSON's numbers have no limit, and Python's reader also takes Infinity.
    return float(value) if abs(value) < _MOST_DOLLARS else None


def _money(dollars: float) -> str:
    return Phrase("less than $0.01") if 0 < dollars < 0.01 else f"${dollars:,.2f}"
