"""Where the key of an endpoint comes from, and what it is.

Looked for in this order: the process's environment, the `.env` in the extension's user folder, the
`.env` beside the open .blend if a person agreed to that folder. Never the working directory, and
never into the environment. One key per endpoint, so a
key is only ever sent to the host it was made for.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ..tools import private_file
from ..tools.phrase import Phrase

_WELL_KNOWN = {"openrouter.ai": "OPENROUTER_API_KEY", "api.openai.com": "OPENAI_API_KEY"}
_QUOTES = {('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("„", "“"), ("«", "»")}


class KeyRefused(ValueError):
    """What is to be kept is no key. The message says why, and what to do; the key is not in it."""


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
    parts = split(endpoint)
    host = parts.netloc.lower()
    if parts.scheme == "https" and host in _WELL_KNOWN:
        return _WELL_KNOWN[host]
    # A hyphen counts double: api-a.com is another host than api.a.com.
    return "SCENE_CHAT_KEY_" + re.sub(r"\W+", "_", host.replace("-", "__")).upper()


def split(endpoint: str) -> SplitResult:
    """Return the parts of an endpoint's address; none of what is no address at all."""
    try:
        return urlsplit(endpoint)
    except ValueError:
        return urlsplit("")


def is_on_this_machine(endpoint: str) -> bool:
    """Return whether an endpoint is a loopback address: "localhost", ::1, or one of 127.0.0.0/8.

    Only as it is written: a name that would have to be looked up may lead anywhere.
    """
    host = split(endpoint).hostname or ""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address("" if "%" in host else host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


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
    if value := tidy(environment.get(name, "")):
        return Key(value, Phrase("{name} in the environment", name=name))
    for file in files:
        if value := tidy(_read(file).get(name, "")):
            return Key(value, Phrase("{name} in {file}", name=name, file=file))
    return None


def has_key(endpoint: str, file: Path) -> bool:
    """Return whether a `.env` holds a key for an endpoint, without taking it."""
    return bool(tidy(_read(file).get(variable_for(endpoint), "")))


def tidy(value: str) -> str:
    """Return a key without the blanks, line ends and quotes around it that pasting brings.

    >>> tidy(' "sk-or-v1-1" ')
    'sk-or-v1-1'
    """
    value = value.strip()
    while len(value) > 1 and (value[0], value[-1]) in _QUOTES:
        value = value[1:-1].strip()
    return value


def fault_of(value: str) -> str:
    """Return why a key cannot be sent, and what to do, or "". The key is not in it."""
    if all("!" <= each <= "~" for each in value):  # what a header of HTTP may hold, but for blanks
        return ""
    return Phrase(
        "The key holds characters that no key can have. Copy it again, from its first "
        "letter to its last and nothing else."
    )


def store_key(file: Path, endpoint: str, value: str) -> None:
    """Keep the key of an endpoint, or forget it.

    Args:
        file: The `.env`; made where there is none, readable for its owner alone (on Windows the
            profile's access rights protect it).
        endpoint: The base URL.
        value: The key, with the blanks, line ends and quotes that pasting brings; "" to forget it.

    Raises:
        KeyRefused: it can be no key; the one before is kept.
        OSError: the file cannot be written.
    """
    value = tidy("".join(value.split()))
    if fault := fault_of(value):
        raise KeyRefused(fault)
    from dotenv import set_key, unset_key

    os.close(private_file.opened(file, os.O_WRONLY))
    if value:
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
