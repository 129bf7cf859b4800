"""The checkout as the package `scene_chat`, whatever its folder is called; no Blender needed."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent

_spec = importlib.util.spec_from_file_location(
    "scene_chat", CHECKOUT / "__init__.py", submodule_search_locations=[str(CHECKOUT)]
)
assert _spec is not None
assert _spec.loader is not None
_package = importlib.util.module_from_spec(_spec)
sys.modules["scene_chat"] = _package
_spec.loader.exec_module(_package)


@pytest.fixture(autouse=True)
def _no_thread_is_left():
    """A thread left at exit hangs or crashes older Blenders."""
    before = set(threading.enumerate())
    yield
    left = [each for each in threading.enumerate() if each not in before]
    for each in left:
        each.join(5.0)
    assert [each.name for each in left if each.is_alive()] == []
