"""Where the key of an endpoint comes from, and what it is.

Looked for in this order: the process's environment, the `.env` in the extension's user folder, the
`.env` beside the open .blend if a person agreed to that folder. Never the working directory, and
never into the environment. One key per endpoint, so a
key is only ever sent to the host it was made for.
"""

from __future__ import annotations

import functools
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


def has_key(endpoint: str, file: Path) -> bool:
    """Return whether a `.env` holds a key for an endpoint, without taking it."""
    return bool(_read(file).get(variable_for(endpoint), "").strip())


def store_key(file: Path, endpoint: str, value: str) -> None:
    """Keep the key of an endpoint, or forget it.

    Args:
        file: The `.env`; made where there is none, readable for its owner alone (on Windows the
            profile's access rights protect it).
        endpoint: The base URL.
        value: The key, with the blanks and line ends that pasting brings; "" to forget it.

    Raises:
        OSError: the file cannot be written.
    """
    from dotenv import set_key, unset_key

    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    if value := "".join(value.split()):
        set_key(file, variable_for(endpoint), value, encoding="utf-8")
    elif variable_for(endpoint) in _read(file):
        unset_key(file, variable_for(endpoint), encoding="utf-8")
    file.chmod(0o600)
    _parsed.cache_clear()  # it may have been written twice within the clock's step


def _read(file: Path) -> Mapping[str, str]:
    try:
        found = file.stat()
    except OSError:
        return {}
    return _parsed(file, found.st_mtime_ns, found.st_size)


@functools.lru_cache(maxsize=4)
def _parsed(file: Path, _changed: int, _size: int) -> Mapping[str, str]:
    """A panel asks at every redraw."""
    from dotenv import dotenv_values  # at first need, like above: enabling imports it not

    found = dotenv_values(file, interpolate=False, encoding="utf-8")
    return {name: value for name, value in found.items() if value}
