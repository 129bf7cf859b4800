"""What answers cost: USD, from the endpoint where it says so, else estimated by its price list.

`Ledger` keeps the day's sum on disk, for all Blenders of a user together. Used on the worker's
thread; the day's sum may be read on any.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from .events import Usage

if TYPE_CHECKING:
    from .model_info import ModelInfo

_READ_SECONDS = 5.0
"""How long the day's sum may lag behind what another Blender spends."""
_KEPT_DAYS = 62


def priced(usage: Usage, info: ModelInfo | None) -> Usage:
    """Return a round's usage with its cost: the endpoint's own, else one estimated, else None."""
    if usage.cost is not None or info is None:
        return usage
    cost = estimate(info, usage.input_tokens, usage.output_tokens, usage.cached_tokens)
    return usage if cost is None else replace(usage, cost=cost, estimated=True)


def estimate(
    info: ModelInfo | None, input_tokens: int, output_tokens: int, cached_tokens: int = 0
) -> float | None:
    """Return what a round costs by the price list in USD, None where it has no price."""
    if info is None or info.input_price is None or info.output_price is None:
        return None
    cached_price = info.input_price if info.cache_read_price is None else info.cache_read_price
    cached = min(cached_tokens, input_tokens)
    return (
        (input_tokens - cached) * info.input_price
        + cached * cached_price
        + output_tokens * info.output_price
    )


def in_words(cost: float | None, *, estimated: bool = False) -> str:
    """Return an amount for people: "$0.031", "~$0.031" where it is estimated, "" where unknown."""
    if cost is None:
        return ""
    about = "~" if estimated else ""
    if 0 < cost < 0.001:
        return f"{about}<$0.001" if not about else "~$0.001"
    return f"{about}${cost:.3f}" if cost < 1 else f"{about}${cost:,.2f}"


class Ledger:
    """What was spent, by day: a line for each round in one file."""

    def __init__(self, file: Path) -> None:
        """Keep the sums in `file`, which is made at need."""
        self._file = file
        self._day = ""
        self._sum = 0.0
        self._read = float("-inf")
        self._unwritten = 0.0
        self.granted = 0.0
        """What the person allowed today beyond the limit, in USD."""

    def add(self, cost: float) -> None:
        """Note what a round cost, in USD. A file that cannot be written loses no answer."""
        if cost <= 0:
            return
        self.today()
        self._sum += cost
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="ascii") as ledger:
                ledger.write(f"{self._day} {cost:.8f}\n")
        except OSError:
            self._unwritten += cost

    def today(self) -> float:
        """Return what was spent today, by the clock on the wall, in USD."""
        day = date.today().isoformat()
        if day != self._day or time.monotonic() - self._read > _READ_SECONDS:
            if day != self._day:
                self.granted = self._unwritten = 0.0
            self._day, self._read = day, time.monotonic()
            self._sum = self._sum_of(day)
        return self._sum

    def _sum_of(self, day: str) -> float:
        try:
            lines = self._file.read_text("ascii", errors="replace").splitlines()
        except OSError:
            lines = []
        total = self._unwritten
        days = set()
        for line in lines:
            noted, _, cost = line.partition(" ")
            days.add(noted)
            if noted == day:
                with contextlib.suppress(ValueError):
                    total += float(cost)
        if len(days) > _KEPT_DAYS:
            self._forget_old(lines, sorted(days)[-_KEPT_DAYS // 2])
        return total

    def _forget_old(self, lines: list[str], first: str) -> None:
        kept = [line for line in lines if line >= first]
        part = self._file.with_suffix(".part")
        with contextlib.suppress(OSError):
            part.write_text("\n".join(kept) + "\n", "ascii")
            part.replace(self._file)
