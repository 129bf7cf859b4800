"""What the model picker keeps between two drawings. Main thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..chat.model_info import Filter, ModelInfo, matches


@dataclass
class Picker:
    """Whose models are listed, and which. Nothing of it is asked before a model is chosen."""

    endpoint: str = ""
    """Base URL; "" for the one that is asked."""
    filter: Filter = field(default_factory=Filter)
    adding: bool = False
    """Whether an address is being entered."""
    address: str = ""
    """As it was typed."""
    _seen: tuple[tuple[ModelInfo, ...], Filter, tuple[str, ...]] = ((), Filter(), ())
    _shown: tuple[ModelInfo, ...] = ()

    def look_for(self, words: str) -> None:
        """List the models whose names hold these words."""
        self.filter = self.filter._replace(search=words)

    def shown(self, models: tuple[ModelInfo, ...], recent: Iterable[str]) -> tuple[ModelInfo, ...]:
        """Return the models that are listed, in order; cheap as long as nothing of it changes."""
        seen = models, self.filter, tuple(recent)
        # The models by identity: comparing 5,000 of them takes as long as choosing among them.
        if self._seen[0] is not models or self._seen[1:] != seen[1:]:
            self._seen, self._shown = seen, matches(*seen)
        return self._shown
