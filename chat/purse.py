"""The money that a turn may cost, and the person who is asked before it costs more.

Lives on the worker's thread; `question` is read, and `answer` called, on the main thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..tools.phrase import Phrase
from .events import Error, Event, Question, Usage
from .money import Ledger, in_words
from .settings import Settings

if TYPE_CHECKING:
    import asyncio


class Purse:
    """Of one turn."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        spent: float,
        emit: Callable[[Event], None],
        *,
        can_ask: bool,
    ) -> None:
        """Watch over a turn.

        Args:
            settings: Hold the limits.
            ledger: Knows what the day has cost.
            spent: What the turn has cost already, in USD, where it is gone on with.
            emit: Gets the question.
            can_ask: Whether there is a window in which a person can answer it.
        """
        self._turn_limit = settings.turn_limit
        self._day_limit = settings.day_limit
        self._ledger = ledger
        self._emit = emit
        self._can_ask = can_ask
        self._spent = spent
        self._allowed_turn = settings.turn_limit
        self._answer: asyncio.Future[bool] | None = None

    async def allows(self, expected: float) -> bool:
        """Return whether a round that costs about `expected` USD may be asked for.

        Where it would pass a limit, the person is asked; their yes is good for as much again.
        """
        today = self._ledger.today() if self._day_limit else 0.0
        while over := self._passed(expected, today):
            if not await self._go_on(over):
                return False
            if self._turn_limit and self._spent + expected > self._allowed_turn:
                more = self._allowed_turn + self._turn_limit
                self._allowed_turn = max(more, self._spent + expected)
            if self._day_limit and today + expected > self._allowed_day:
                more = self._ledger.granted + self._day_limit
                self._ledger.granted = max(more, today + expected - self._day_limit)
        return True

    def spent(self, usage: Usage) -> None:
        """Note what a round took."""
        self._spent += usage.cost or 0.0
        self._ledger.add(usage.cost or 0.0)

    def answer(self, go_on: bool) -> None:
        """Answer the question that waits. On the worker's thread."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(go_on)

    @property
    def _allowed_day(self) -> float:
        return self._day_limit + self._ledger.granted

    def _passed(self, expected: float, today: float) -> str:
        more = ""
        if expected:
            more = Phrase("; the next round takes about {cost}", cost=in_words(expected))
        if self._turn_limit and self._spent + expected > self._allowed_turn:
            return Phrase(
                "This turn has cost {cost}{more}. Its limit is {limit}.",
                cost=in_words(self._spent),
                more=more,
                limit=in_words(self._allowed_turn),
            )
        if self._day_limit and today + expected > self._allowed_day:
            return Phrase(
                "Today has cost {cost}{more}. The day's limit is {limit}.",
                cost=in_words(today),
                more=more,
                limit=in_words(self._allowed_day),
            )
        return ""

    async def _go_on(self, why: str) -> bool:
        import asyncio

        if not self._can_ask:
            self._emit(
                Error(Phrase("{why} Without a window nobody can be asked.", why=why), "limit")
            )
            return False
        self._answer = asyncio.get_running_loop().create_future()
        self._emit(Question(why))
        try:
            return await self._answer
        finally:
            self._answer = None
