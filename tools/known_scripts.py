"""Scripts of other programs that pass unasked, whatever the allow-list says of their text.

`mcp-for-blender` 2.2.0 to 2.2.4 (PyPI) looks at the scene by scripts of its own, which it sends as
code; `blender-mcp` 1.x has none. Here stand their SHA-256 sums. One line of each holds arguments,
as JSON in a Python string; all else has to be letter for letter what was read when the sums were
taken. No bpy; any thread.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from pathlib import Path

_LOOK = "5e4c9574dd6a041d6097dc8f92553dbd18f5976af5bb3033fcbdb2840a9a9447"
"""Draws the viewport and writes the picture to a temporary file."""
_SUMMARY = "6152c04266738778b0aa9e705b7c16fde073ebbcd9652ef4b665322ad8d2396a"
_BOUNDS = "6110bd7b79ec0bf29f0d64fca0cef028c0fe5284bc86f65399b3b581ff3090c2"
_KNOWN = frozenset({_LOOK, _SUMMARY, _BOUNDS})

_HEAD = "import json as _json\nARGS = _json.loads("
_LITERAL = re.compile(r'"(?:[^"\\\n]|\\["\\bfnrtu])*"')
_PICTURE = re.compile(r"blender_look_\d+\.png")


def is_known(source: str) -> bool:
    """Return whether a script is one of these, with arguments that touch no file but its own.

    They put back what they set; as they do set it, they count as edits.
    """
    if not source.startswith(_HEAD):
        return False
    literal = _LITERAL.match(source, len(_HEAD))
    if literal is None:
        return False
    text = _HEAD + source[literal.end() :]
    known = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if known not in _KNOWN or (arguments := _arguments(literal[0])) is None:
        return False
    return known != _LOOK or _stays_inside(arguments)


def _arguments(literal: str) -> dict[str, object] | None:
    """The arguments that such a text holds, if it is written exactly as the program writes it.

    That leaves nothing to two readings: what `json` reads here, Python reads there.
    """
    try:
        text = json.loads(literal)
        arguments = json.loads(text)
        if not isinstance(arguments, dict) or json.dumps(arguments) != text:
            return None
        return arguments if json.dumps(text) == literal else None
    except (ValueError, TypeError, RecursionError):
        return None


def _stays_inside(arguments: dict[str, object]) -> bool:
    """Whether `look` writes its own temporary picture alone, and reads no file."""
    path, image = arguments.get("filepath"), arguments.get("image") or ""
    if not isinstance(path, str) or not isinstance(image, str):
        return False
    own = Path(tempfile.gettempdir(), Path(path).name)
    if str(own) != path or not _PICTURE.fullmatch(own.name) or own.is_symlink():
        return False
    # A name that no image in the file has it takes for the path of one.
    return not image or not (re.search(r"[/\\:\0]", image) or Path(image).exists())
