"""Blender's operators: whether they exist, what they take, what they say when they fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from ..errors import InvalidArguments, nearest
from .rna_value import converted


def exists(operator: str) -> bool:
    """Return whether this Blender has an operator, such as "wm.obj_import"."""
    module, _, name = operator.partition(".")
    return name in dir(getattr(bpy.ops, module, None) or object)


def keywords(operator: str, properties: Mapping[str, object]) -> dict[str, Any]:
    """Return an operator's properties as it takes them: angles from degrees, enums by any word.

    Raises:
        InvalidArguments: there is no such property, or it takes no such value.
    """
    module, _, name = operator.partition(".")
    known = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
    given = {}
    for key, value in properties.items():
        prop = known.get(key)
        if prop is None or key == "rna_type":
            names = [each for each in known.keys() if each != "rna_type"]
            hint = nearest(key, names) or f" It takes {', '.join(names[:40]) or 'none'}."
            raise InvalidArguments(f"{operator} has no property {key!r}.{hint}", given=key)
        if prop.type == "STRING" and prop.subtype in ("FILE_PATH", "DIR_PATH", "FILE_NAME"):
            raise InvalidArguments(f"{operator}: {key} is a file; only filepath names one here.")
        given[key] = converted(prop, value, f"{operator}: {key}")
    return given
