"""Custom properties: values with a range, a default and a tooltip."""

from __future__ import annotations

import math
from typing import Any

from ..errors import InvalidArguments
from . import changes
from .blocks import editable
from .rna_value import custom_value

_SETTINGS = ("min", "max", "soft_min", "soft_max", "step", "default", "description", "subtype")


def put(block: Any, name: str, given: object) -> None:
    """Set a custom property of a data-block.

    Args:
        block: The data-block.
        name: The property's name.
        given: A value (number, text, true or false, list of numbers), or an object of `value` and
            `min`, `max`, `soft_min`, `soft_max`, `step`, `default`, `description`, `subtype`; None
            removes the property.

    Raises:
        InvalidArguments: it can hold no such value, or has no such setting.
    """
    editable(block)
    if not name or len(name.encode()) > 63:
        raise InvalidArguments(f"A custom property's name has 1 to 63 bytes, not {name!r}.")
    if given is None:
        if name in block:
            changes.changing(block, f"[{name}] removed")
            del block[name]
        return
    settings: dict[str, Any] = dict(given) if isinstance(given, dict) else {"value": given}
    if "tooltip" in settings:
        settings["description"] = settings.pop("tooltip")
    value = settings.pop("value", block.get(name, settings.get("default")))
    if unknown := [each for each in settings if each not in _SETTINGS]:
        raise InvalidArguments(
            f"custom property {name!r}: there is no {unknown[0]!r}; it takes value, "
            f"{', '.join(_SETTINGS)}."
        )
    value = custom_value(f"custom property {name!r}", value)
    for limit in ("min", "max", "soft_min", "soft_max", "step"):
        if limit in settings and not isinstance(settings[limit], int | float):
            raise InvalidArguments(f"custom property {name!r}: {limit} is a number.")
    low, high = settings.get("min", -math.inf), settings.get("max", math.inf)
    if isinstance(value, int | float) and not low <= value <= high:
        raise InvalidArguments(f"custom property {name!r}: {value!r} is not from {low} to {high}.")
    changes.changing(block, f"[{name}]")
    if isinstance(value, int) and not isinstance(value, bool) and _is_float(settings):
        value = float(value)
    block[name] = value
    block.update_tag()  # drivers that read it are not told otherwise
    if settings:
        try:
            block.id_properties_ui(name).update(**_fitting(value, settings))
        except (TypeError, ValueError) as error:
            raise InvalidArguments(f"custom property {name!r}: {error}.") from None


def _is_float(settings: dict[str, Any]) -> bool:
    return any(isinstance(settings.get(each), float) for each in ("min", "max", "default"))


def _fitting(value: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """Blender wants limits and defaults of the value's own kind."""
    kind = type(value)
    limits = ("min", "max", "soft_min", "soft_max", "default")
    if kind in (int, float):
        return {
            name: kind(each) if name in limits and isinstance(each, int | float) else each
            for name, each in settings.items()
        }
    return settings
