"""Our own libraries before those of Blender's Python, where both are there.

Blender puts the wheels of extensions at the end of Python's path. The Python of a Linux
distribution's Blender comes first and may hold an older version of one of them: Debian 13's
typing_extensions is too old for pydantic. Official Blenders ship none of these, but for what their
own add-ons need.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

LIBRARIES = (
    "annotated_types", "anyio", "dotenv", "h11", "httpcore2", "httpx2", "idna", "jiter",
    "markdown_it", "mcp_types", "mdurl", "openai", "pydantic", "pydantic_core", "sniffio", "truststore",
    "typing_extensions", "typing_inspection",
)  # fmt: skip
"""What the wheels bring, by the names under which it is imported."""


_one_at_a_time = threading.RLock()
"""Two threads that replaced the same module would end with two copies in use."""


class LibrariesMissing(ImportError):
    """The checkout was enabled without its wheels."""


def check() -> None:
    """See that the libraries are there, without importing them.

    Raises:
        LibrariesMissing: saying what to do.
    """
    if PathFinder.find_spec("openai") is None:
        raise LibrariesMissing(
            "Scene Chat's libraries are missing: this is a checkout of its source. Install the "
            "built zip instead; 'uv run scripts/build.py' makes it in the folder dist."
        )


@contextmanager
def preferred(path: Sequence[str] = sys.path) -> Iterator[None]:
    """While inside, importing one of our libraries finds our own. Any thread.

    Args:
        path: Where Python looks; ours is the last place that has openai.
    """
    with _one_at_a_time:
        yield from _preferred(path)


def _preferred(path: Sequence[str]) -> Iterator[None]:
    folders = [each for each in path if (Path(each) / "openai" / "__init__.py").is_file()]
    shadowed = [name for name in LIBRARIES if folders and _is_elsewhere(name, folders[-1], path)]
    if not shadowed:
        yield
        return
    finder = _Finder(folders[-1], shadowed)
    sys.meta_path.insert(0, finder)
    try:
        for name in shadowed:
            _replace(name, folders[-1])
        yield
    finally:
        sys.meta_path.remove(finder)


def _replace(name: str, folder: str) -> None:
    """Load one that is a single file now, as a package that is loaded already cannot be replaced.

    A thread that does not know of us may be importing the other one at this moment, which is waited
    for, or just before the finder is asked: so it is looked whether ours is there, and tried again.
    """
    ours = PathFinder.find_spec(name, [folder])
    if ours is None or ours.submodule_search_locations is not None:
        return
    for _ in range(5):
        if getattr(importlib.import_module(name), "__file__", None) == ours.origin:
            return
        sys.modules.pop(name, None)


def _is_elsewhere(name: str, folder: str, path: Sequence[str]) -> bool:
    ours = PathFinder.find_spec(name, [folder])
    first = PathFinder.find_spec(name, path)
    loaded = sys.modules.get(name)
    return (
        ours is not None
        and first is not None
        and ours.origin != first.origin
        and getattr(loaded, "__file__", None) != ours.origin
    )


class _Finder:
    """Finds the libraries that would come from elsewhere, in our folder."""

    def __init__(self, folder: str, names: Sequence[str]) -> None:
        self._folder = folder
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        if path is None and name in self._names:
            return PathFinder.find_spec(name, [self._folder], target)
        return None
