"""set_properties: any of the scene's settings, by Blender's own path to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidArguments
from ..reach import assess, flat
from ..registry import Assessment, Effect, tool
from .rna import set_all

_MOST = 200


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    return assess(flat(arguments["values"]))


@tool(effect=Effect.EDITS, assess=_assess)
def set_properties(values: dict[str, object]) -> dict[str, object]:
    """Set any settings by RNA path, all or none: render, world, physics, colour management…

    Angles in degrees, colours [r, g, b] or "#rrggbb", data-blocks by name. A wrong value is answered with the valid ones.

    Args:
        values: Path to value. From the scene: render.engine, render.image_settings.file_format, cycles.samples, view_settings.look, view_layer.use_pass_z, frame_end, camera, world.color. From any list: objects["Cube"].rigid_body.mass, materials["Red"].node_tree.nodes["Mix"].inputs["Factor"].

    Returns:
        What each is now.
    """
    if not values:
        raise InvalidArguments('set_properties: give {path: value}, such as {"render.fps": 25}.')
    if len(values) > _MOST:
        raise InvalidArguments(f"set_properties: at most {_MOST} values in one call.")
    return {"values": set_all([None], values)}
