"""Whatever a tool returns, as values that JSON can hold.

Called on the main thread: a Vector or a data-block may only be looked at there.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_DEEPEST = 40
"""Nesting beyond this is written out as text; no tool of ours comes near it."""


class Secrets:
    """Literal strings (keys) that must not leave with a result or a log.

    Filled on the main thread when a key is read; `clean` may be called on any thread.
    """

    def __init__(self) -> None:
        self.known: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """Remember `secret`. Shorter than eight characters it would hide ordinary words."""
        if len(secret) >= 8 and secret not in self.known:
            self.known = (*self.known, secret)

    def clean(self, text: str) -> str:
        """Return `text` with each secret replaced by "[key]"."""
        for secret in self.known:
            if secret in text:  # else a `Phrase` stays one
                text = text.replace(secret, "[key]")
        return text


def plain(value: object, secrets: Secrets, depth: int = 0) -> Plain:
    """Return `value` in JSON's own kinds.

    NaN, infinities and everything JSON has no word for become their `repr`; lone surrogates
    and NULs become backslash escapes, since nothing takes them; secrets are replaced.
    """
    # The common kinds first and by identity: this runs on the main thread for every result.
    kind = type(value)
    if kind is str:
        return _text(value, secrets)  # type: ignore[arg-type]
    if kind is float:
        return value if math.isfinite(value) else repr(value)  # type: ignore[arg-type, return-value]
    if value is None or kind is bool:
        return value  # type: ignore[return-value]
    if isinstance(value, int):
        # JSON readers elsewhere lose digits beyond 2**63; Python refuses to print beyond 4,300.
        return int(value) if -(2**63) <= value < 2**64 else _written(value, secrets)
    if depth >= _DEEPEST:
        return _written(value, secrets)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each, secrets, depth + 1) for each in value]
    if isinstance(value, Mapping):
        return {_key(k, secrets): plain(v, secrets, depth + 1) for k, v in value.items()}
    if isinstance(value, str):
        return _text(str(value), secrets)
    if isinstance(value, float):
        return plain(float(value), secrets)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return plain(fields, secrets, depth)
    return _written(value, secrets)


def _key(key: object, secrets: Secrets) -> str:
    return _text(key, secrets) if isinstance(key, str) else _written(key, secrets)


def _text(text: str, secrets: Secrets) -> str:
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if "\0" in text:
        text = text.replace("\0", "\\0")
    return secrets.clean(text)


def speakable(text: str) -> str:
    """Return a text that can be encoded and drawn: lone surrogates and NULs become U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd")


def _written(value: object, secrets: Secrets) -> str:
    try:
        return _text(repr(value), secrets)
    except Exception as error:  # a stranger's __repr__ may raise anything
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
