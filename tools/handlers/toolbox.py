"""All tools. Imported at the registry's first need, on whichever thread that is: enabling the
extension is 10 ms shorter without."""

from __future__ import annotations

from ..registry import Registry
from ..renders import RenderJobs
from .code import execute_code
from .create_object import create_object
from .delete_objects import delete_objects
from .duplicate_objects import duplicate_objects
from .edit_collections import edit_collections
from .edit_mesh import edit_mesh
from .edit_nodes import edit_nodes
from .files import export_file, import_file
from .history import History
from .look import look
from .lookup import lookup
from .object_info import get_object_info
from .render import render_tool
from .restore import restore_tool
from .run_operator import run_operator
from .scene_info import get_scene_info
from .set_keyframes import set_keyframes
from .set_material import set_material
from .set_object import set_object
from .set_properties import set_properties
from .stacks import set_constraint, set_modifier

TOOLS = (
    create_object, delete_objects, duplicate_objects, edit_collections, edit_mesh, edit_nodes,
    execute_code, export_file, get_object_info, get_scene_info, import_file, look, lookup,
    run_operator, set_constraint, set_keyframes, set_material, set_modifier, set_object,
    set_properties,
)  # fmt: skip
"""All but those two that are bound to what goes on in this Blender."""

SMALL_SET = (
    "create_object", "delete_objects", "duplicate_objects", "execute_code", "get_object_info",
    "get_scene_info", "set_material", "set_object",
)  # fmt: skip
"""Those that do most, for a model with a window below 32k tokens."""

READING = ("get_object_info", "get_scene_info", "look", "lookup")
"""Those that can be called to look only."""


def fill(registry: Registry, renders: RenderJobs, history: History) -> None:
    """Add all tools to a registry.

    Args:
        registry: Gets them.
        renders: What `render` begins.
        history: What `restore` goes back in.
    """
    for function in (*TOOLS, render_tool(renders), restore_tool(history)):
        registry.add(function)
    registry.small = frozenset(SMALL_SET)
    registry.reading = frozenset(READING)
