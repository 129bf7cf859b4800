"""What values in a call's arguments reach: the scene, files, or code. No bpy; any thread.

A path that is set makes Blender read or write there; a driver's expression, a script node, a text
are code. Permission is decided from the arguments alone, so this goes by names and by the look of
values; the handlers, who see what a property really is, refuse what slipped through.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import InvalidArguments
from .registry import Assessment, Effect


class Reach(enum.IntEnum):
    """How far setting a value reaches, nearest first."""

    SCENE = 0
    FILES = 1
    CODE = 2


_CODE = frozenset("expression script bytecode bytecode_hash use_module driver drivers".split())
_CODE_LISTS = ("texts", "drivers")
_CODE_NODES = ("shadernodescript", "script")
_FILE_NODES = ("compositornodeoutputfile", "file output")
NODE_TYPE = "node type"
"""The key under which the type of a node that shall be made is asked about."""
_PATH = re.compile(r"path(_raw)?$|directory$|_dir$|^file_?name$|^file$|^script$", re.IGNORECASE)
_WORDS = frozenset("body description tooltip label name text title".split())
"""Properties whose values are words for people, which may hold a slash."""


def of_value(key: str, value: object) -> Reach:
    """Return what setting the property named last in `key` to `value` reaches."""
    words = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[.*?\]", "", key)) or [key]
    if _CODE & set(words) or words[0] in _CODE_LISTS:
        return Reach.CODE
    if not isinstance(value, str) or not value:
        return Reach.SCENE
    if key == NODE_TYPE:
        name = value.strip().lower()
        return Reach.CODE if name in _CODE_NODES else Reach(name in _FILE_NODES)
    if _PATH.search(words[-1]):
        return Reach.FILES
    looks = "/" in value or "\\" in value
    return Reach.FILES if looks and words[-1] not in _WORDS else Reach.SCENE


def assess(values: Iterable[tuple[str, object]]) -> Assessment:
    """Return what setting these properties would do, with what was found."""
    found = [(of_value(key, value), key, value) for key, value in values]
    code = [f"{key} is code" for reach, key, _ in found if reach is Reach.CODE]
    files = [f"it sets {key} to {value}" for reach, key, value in found if reach is Reach.FILES]
    for reach, key, value in found:
        if reach is Reach.FILES and key != NODE_TYPE:
            local_path(str(value))
    if code:
        return Assessment(Effect.CODE, (*code, *files))
    return Assessment(Effect.FILES, tuple(files)) if files else Assessment(Effect.EDITS)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield keys and values, those of inner objects and lists by their own key."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value)
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            for each in value:
                yield from flat(each) if isinstance(each, Mapping) else [(key, each)]
        else:
            yield key, value


def local_path(path: str) -> str:
    """Return a path on this machine as it is.

    Raises:
        InvalidArguments: it lies on another machine, to which this one's name and password would
            be sent in the asking, or it is none.
    """
    if re.match(r"\\[\\/]|/\\|//[^/]*\\|[a-z]+://", path, re.IGNORECASE):
        raise InvalidArguments(
            f"{path!r} is on another machine. Copy the file to this one, or to a drive with a letter."
        )
    if not path.strip() or "\0" in path:
        raise InvalidArguments(f"{path!r} is no path.")
    return path
