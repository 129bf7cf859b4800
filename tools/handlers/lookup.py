"""lookup: what the running Blender itself says of a name, for a model that remembers another one.

A name is taken as a path, a type, a property, a function, an operator, a node or an enum value, in
Python's words or the interface's; what it is none of gets the names nearest to it. All is read from
RNA at the time of asking and told in at most 2,000 bytes. Main thread.

The way of a name: `lookup_names` tries what it may be, in Blender's modules (`lookup_modules`), by
the names in `lookup_index` and along paths (`lookup_path`); `lookup_kinds` and `lookup_nodes` tell what there is to say, each property in
a row (`lookup_rows`); `lookup_near` finds what resembles it; `lookup_fitting` makes it short.
"""

from __future__ import annotations

import re

import bpy

from ..errors import InvalidArguments
from ..registry import Effect, tool

_LONGEST = 200


@tool(effect=Effect.READS)
def lookup(name: str) -> dict[str, object]:
    """Look up what this Blender's API has: a type, property path, operator, node, function, enum value, or words to search for.

    Args:
        name: Such as 'SubsurfModifier.levels', 'mesh.bevel', 'Noise Texture'.
    """
    # At first need: enabling the extension need not take their 25 ms.
    from ..drift import about
    from .lookup_fitting import fitted
    from .lookup_names import answer_to

    text = _cleaned(name)
    answer = answer_to(text)
    answer["note"] = about(re.sub(r"^(ops|bpy)\.", "", text), bpy.app.version)
    return fitted(answer)


def _cleaned(name: str) -> str:
    """Return a name without quotes, `bpy.`, what is assigned to it, and a call's brackets.

    Raises:
        InvalidArguments: nothing is left, or it is no name.
    """
    text = " ".join(name.split()).strip("`'\" .;")
    if len(name) > _LONGEST or not re.search(r"\w", text):
        what = f"{len(name)} characters" if len(name) > _LONGEST else repr(name)
        raise InvalidArguments(
            f"{what} cannot be looked up. Give one name or a few words, such as 'Object.location', "
            "'mesh.bevel', 'Noise Texture', 'smooth shading'."
        )
    text = re.sub(r"^bpy\.(?!(?:app|utils|props|path|msgbus)\b)(types\.)?", "", text)
    text = re.sub(r"^C\.(?=\w)", "context.", text)
    text = re.sub(r"^D\.(?=\w)", "data.", text)
    text = re.sub(r"\s*=[^=]*$", "", text)
    return re.sub(r"\s*\((?:[^()]|\([^()]*\))*\)?$", "", text) or text
