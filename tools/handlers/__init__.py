"""The tools themselves, and what the call path needs of Blender: all of it main thread only.

Imported by the extension's root alone, which fills the registry with `TOOLS`. Apart from the
marks and types of `tools`, handlers import bpy and the standard library only.
"""

from __future__ import annotations

from .code import execute_code
from .look import look
from .objects import get_object_info
from .scene_info import get_scene_info

TOOLS = (execute_code, get_object_info, get_scene_info, look)
