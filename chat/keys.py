"""Where the key of an endpoint comes from, and what it is.

Looked for in this order: the process's environment, then the `.env` in the extension's user
folder. Never the working directory, and never into the environment. One key per endpoint, so a
key is only ever sent to the host it was made for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

_WELL_KNOWN = {"openrouter.ai": "OPENROUTER_API_KEY", "api.openai.com": "OPENAI_API_KEY"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Key:
    """A key and, for people, where it was found. Its `repr` does not show it."""

    value: str = field(repr=False)
    source: str


def variable_for(endpoint: str) -> str:
    """Return the name under which the key of an endpoint is kept.

    >>> variable_for("https://openrouter.ai/api/v1")
    'OPENROUTER_API_KEY'
    >>> variable_for("http://192.168.0.7:8080/v1")
    'SCENE_CHAT_KEY_192_168_0_7_8080'
    """
    parts = urlsplit(endpoint)
    known = _WELL_KNOWN.get(parts.hostname or "")
    return known or "SCENE_CHAT_KEY_" + re.sub(r"\W+", "_", parts.netloc).upper()


def is_on_this_machine(endpoint: str) -> bool:
    """Return whether an endpoint is a loopback address."""
    return (urlsplit(endpoint).hostname or "") in _LOOPBACK


def find_key(
    endpoint: str, files: Iterable[Path], environment: Mapping[str, str] = os.environ
) -> Key | None:
    """Return the key for an endpoint, or None where there is none.

    Args:
        endpoint: The base URL.
        files: `.env` files to look into after the environment; missing ones are passed over.
        environment: The process's.
    """
    name = variable_for(endpoint)
    if value := environment.get(name, "").strip():
        return Key(value, f"{name} in the environment")
    for file in files:
        if value := _read(file).get(name, "").strip():
            return Key(value, f"{name} in {file}")
    return None


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    from dotenv import dotenv_values  # at first need: enabling the extension imports it not

    found = dotenv_values(file, interpolate=False, encoding="utf-8")
    return {name: value for name, value in found.items() if value}
