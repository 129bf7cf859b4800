"""How full the model's window is: tokens, counted by the provider's own usage.

Belongs to a conversation; written on the worker's thread, read on any.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_FULL = 0.7
"""Of the window: above it the conversation is made smaller."""
_AFTER = 0.55
"""Of the room there is, which it is made smaller to: then the beginning stays for a good while."""
_LEAST_ROOM = 2_000
"""Characters that are always left to the conversation."""


@dataclass
class Meter:
    """Characters are what we can count beforehand; what a token is, only the provider knows."""

    window: int = 0
    """Tokens that the model takes."""
    used: int = 0
    """Tokens of the latest request."""
    cost: float = 0.0
    """USD of the latest round; 0 where nobody says, and before there was one."""
    model: str = ""
    refused: dict[str, int] = field(default_factory=dict)
    """By a model's name the window that its endpoint named, or showed, by refusing a request."""
    characters_per_token: float = 3.5
    """Of the latest request. A cautious guess before there was one: English text has about 4, JSON 3."""

    def open(self, model: str, window: int) -> None:
        """Begin with a model that is said to take `window` tokens."""
        self.window = min(window, self.refused.get(model, window))
        if model != self.model:
            self.model, self.cost = model, 0.0

    def refuse(self, window: int) -> None:
        """Take up that the model takes no more than `window` tokens."""
        self.window = self.refused[self.model] = window

    @property
    def share(self) -> float:
        """How much of the window is used, 0 to 1."""
        return self.used / self.window if self.window else 0.0

    def tokens(self, characters: int) -> int:
        """Return about how many tokens a text of that length has."""
        return round(characters / self.characters_per_token)

    def room(self, fixed: int) -> int:
        """Return how many characters of conversation may be sent, beside `fixed` of other things."""
        full = round(self.window * _FULL * self.characters_per_token)
        return max(_LEAST_ROOM, full - fixed)

    def room_after(self, fixed: int) -> int:
        """Return to how many characters the conversation shrinks once there is no room."""
        return max(_LEAST_ROOM, round(self.room(fixed) * _AFTER))

    def counted(self, characters: int, tokens: int) -> None:
        """Take up what a request of that many characters really took."""
        if tokens > 0 and characters > 0:
            self.used = tokens
            self.characters_per_token = min(6.0, max(1.0, characters / tokens))
