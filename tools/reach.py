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
from .phrase import Phrase
from .registry import Assessment, Effect


class Reach(enum.IntEnum):
    """How far setting a value reaches, nearest first."""

    SCENE = 0
    FILES = 1
    CODE = 2


_CODE = frozenset("expression script bytecode bytecode_hash use_module driver drivers".split())
_CODE_LISTS = ("texts", "drivers")
NODE_TYPE = "node type"
"""The key under which the type of a node that shall be made is asked about."""
_CODE_NODE = re.compile(r"script$")
_FILE_NODE = re.compile(r"outputfile$|fileoutput$|^(geometrynode)?import")
"""Types without blanks, in lower case, as menus and Python call them."""
_PATH = re.compile(r"path(_raw)?$|directory$|_dir$|^file_?name$|^file$")
_DISK = frozenset(("use_disk_cache", "use_external"))
_WORDS = frozenset("body description tooltip label name text title".split())
"""Properties whose values are words for people, which may hold a slash."""


def of_value(key: str, value: object) -> Reach:
    """Return what setting the property named last in `key` to `value` reaches.

    Args:
        key: A path or name, in any spelling that a handler understands: "Bytecode Hash" too.
        value: As JSON.
    """
    if key == NODE_TYPE:
        kind = re.sub(r"\s", "", str(value)).lower()
        return Reach.CODE if _CODE_NODE.search(kind) else Reach(bool(_FILE_NODE.search(kind)))
    spelled = re.sub(r"\[.*?\]", "", key.strip().lower().replace(" ", "_"))
    words = re.findall(r"[a-z_]\w*", spelled) or [spelled]
    if _CODE & set(words) or words[0] in _CODE_LISTS:
        return Reach.CODE
    if words[-1] in _DISK:
        return Reach.FILES
    if not isinstance(value, str) or not value:
        return Reach.SCENE
    if _PATH.search(words[-1]) or (is_path(value) and words[-1] not in _WORDS):
        return Reach.FILES
    return Reach.SCENE


def assess(values: Iterable[tuple[str, object]]) -> Assessment:
    """Return what setting these properties would do, with what was found."""
    found = [(of_value(key, value), key, value) for key, value in values]
    code = [Phrase("{key} is code", key=key) for reach, key, _ in found if reach is Reach.CODE]
    files = [
        Phrase("it sets {key} to {value}", key=key, value=value)
        for reach, key, value in found
        if reach is Reach.FILES
    ]
    for reach, key, value in found:
        if reach is Reach.FILES and key != NODE_TYPE and isinstance(value, str):
            local_path(value)
    if code:
        return Assessment(Effect.CODE, (*code, *files))
    return Assessment(Effect.FILES, tuple(files)) if files else Assessment(Effect.EDITS)


def assess_properties(arguments: Mapping[str, Any]) -> Assessment:
    """Return what a call would do whose only way to files and code are its `properties`."""
    return assess(flat(arguments["properties"]))


def flat(values: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield keys and values, those of inner objects and lists by their own key."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value)
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            for each in value:
                yield from flat(each) if isinstance(each, Mapping) else [(key, each)]
        else:
            yield key, value


def is_path(value: object) -> bool:
    """Return whether a value looks like a path rather than a name: whether it names a folder."""
    return isinstance(value, str) and ("/" in value or "\\" in value)


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
