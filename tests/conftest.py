"""The checkout as the package `scene_chat`, whatever its folder is called; no Blender needed."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent

_spec = importlib.util.spec_from_file_location(
    "scene_chat", CHECKOUT / "__init__.py", submodule_search_locations=[str(CHECKOUT)]
)
assert _spec is not None
assert _spec.loader is not None
_package = importlib.util.module_from_spec(_spec)
sys.modules["scene_chat"] = _package
_spec.loader.exec_module(_package)
