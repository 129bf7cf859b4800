"""Modelling tasks as people ask for them, each with calls that solve it and a strict checker.

Needs bpy: `scripts/tasks.py` and `tests/blender/test_tasks.py` import it once that is ready.
"""

from __future__ import annotations

from . import (
    animation,
    files,
    finishing,
    meshes,
    objects,
    relations,
    rendering,
    shading,
    staging,
    surroundings,
)
from .task import Task

_MODULES = (
    objects, staging, relations, meshes, finishing, shading, surroundings, rendering, animation, files,
)  # fmt: skip

TASKS: tuple[Task, ...] = tuple(
    each for module in _MODULES for each in vars(module).values() if isinstance(each, Task)
)
