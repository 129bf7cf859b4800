"""What the list of chats keeps between two drawings. Main thread."""

from __future__ import annotations

from dataclasses import dataclass

from ..chat.chat import History
from ..chat.chats import Chats, arranged
from ..chat.kept import About


@dataclass
class ChatList:
    """Which chats are listed, and in which order."""

    search: str = ""
    """As it was typed."""
    _seen: tuple[object, ...] = ()
    _shown: tuple[About, ...] = ()

    def shown(self, chats: Chats, file: str, current: History) -> tuple[About, ...]:
        """Return the chats that are listed, in order; cheap as long as nothing of it changes.

        Args:
            chats: To choose from.
            file: The .blend that is open, "" for none.
            current: The chat that is gone on with.
        """
        found = chats.find(self.search) if self.search.strip() else frozenset()
        about = current.about
        seen = chats.changes, file, self.search, found, about.id, about.turns, about.at
        if seen != self._seen:
            self._seen = seen
            known = {each.id: each for each in chats.listed}
            opened = (each.about for each in list(chats.opened.values()) if each.turns)
            known.update((each.id, each) for each in opened)
            self._shown = tuple(arranged(known.values(), file, self.search, found))
        return self._shown
