"""What can go wrong with the model. Each message is a sentence for a person, with what to do next.

    ModelFailed          any of it
    ├── ContextFull      the conversation is longer than the model takes
    ├── ToolsRefused     the model, or its server, takes no tools
    └── PicturesRefused  it takes no images, and there were some

`diagnosis` makes them of what was raised.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "key", "credit", "refused", "model", "busy", "network", "address", "silence", "context",
    "tools", "pictures", "broken", "cut",
]  # fmt: skip
"""For a button beside the sentence. "refused" is this request, "model" the model's name; "busy"
passes by itself; "address" is the endpoint's; "cut" an answer that reached the model's limit."""


class ModelFailed(Exception):
    """The model could not be asked, or its answer broke off. The message is for the person.

    Attributes:
        kind: What it is about.
        why: The same in a few words, for the time until it is tried again.
        passing: Whether it may go by itself, so that trying again helps.
        wait: Seconds for which the endpoint asked to be left alone, if it did.
    """

    def __init__(
        self,
        message: str,
        kind: Kind = "broken",
        *,
        why: str = "",
        passing: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.why = why or message
        self.passing = passing
        self.wait = wait


class ContextFull(ModelFailed):
    """The conversation is longer than the model takes; `window` is how long it may be, in tokens,
    None where the endpoint does not say."""

    def __init__(self, message: str, window: int | None) -> None:
        super().__init__(message, "context")
        self.window = window


class ToolsRefused(ModelFailed):
    """The model, or the server before it, takes no tools."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "tools")


class PicturesRefused(ModelFailed):
    """The model takes no images, and there were some."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "pictures")
