"""Objects that tools take as parameters, in a module that does not import bpy.

pydantic keeps the classes that it has seen, and with them their module. One that holds bpy is then
still there when Python ends, and bpy 4.2 crashes at that, 4.5 hangs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

Place = tuple[float, float, float]
_STRICT = {"extra": "forbid", "allow_inf_nan": False}


@dataclass(frozen=True)
class Step:
    __pydantic_config__: ClassVar = _STRICT

    do: Literal[
        "select", "delete", "dissolve", "extrude", "inset", "bevel", "subdivide", "bridge",
        "fill", "merge", "move", "rotate", "scale", "flip", "recalculate_normals",
        "triangulate", "smooth", "flat", "assign_material", "separate", "duplicate",
        "mark_seam", "clear_seam", "mark_sharp", "clear_sharp", "crease", "vertex_group",
        "unwrap", "smart_project",
    ]  # fmt: skip
    on: Literal["faces", "edges", "vertices"] | None = None
    direction: str | list[float] | None = None
    min: Place | None = None
    max: Place | None = None
    index: list[int] | None = None
    material: str = ""
    boundary: bool = False
    all: bool = False
    angle: float | None = None
    amount: float | None = None
    vector: Place | None = None
    segments: int = 1
    individual: bool = False
    name: str = ""


@dataclass(frozen=True)
class NewNode:
    __pydantic_config__: ClassVar = _STRICT

    type: str
    name: str = ""
    set: dict[str, object] = field(default_factory=dict)
    location: tuple[float, float] | None = None


@dataclass(frozen=True)
class Socket:
    __pydantic_config__: ClassVar = _STRICT

    name: str
    in_out: Literal["INPUT", "OUTPUT"]
    type: str = "Float"
    default: object = None
    min: float | None = None
    max: float | None = None
    remove: bool = False
