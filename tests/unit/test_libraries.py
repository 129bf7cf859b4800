"""Our libraries before those that Blender's Python has of its own."""

from __future__ import annotations

import importlib
import sys

import pytest
from scene_chat.tools import libraries


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Two places with a sniffio, the second one ours: it has openai."""
    for place, names in (("system", ["sniffio"]), ("ours", ["sniffio", "openai"])):
        for name in names:
            package = tmp_path / place / name
            package.mkdir(parents=True)
            (package / "__init__.py").write_text(f"place = {place!r}\n")
    for name in ("sniffio", "openai"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found = [str(tmp_path / "system"), str(tmp_path / "ours")]
    monkeypatch.setattr(sys, "path", found)
    importlib.invalidate_caches()
    yield found
    for name in ("sniffio", "openai"):
        sys.modules.pop(name, None)


def test_a_library_that_the_system_has_too_is_taken_from_ours(path):
    with libraries.preferred(path):
        assert importlib.import_module("sniffio").place == "ours"


def test_outside_everything_is_found_as_ever(path):
    with libraries.preferred(path):
        pass
    assert importlib.import_module("sniffio").place == "system"
    assert not [each for each in sys.meta_path if isinstance(each, libraries._Finder)]


def test_a_package_in_use_is_not_torn_apart(path):
    used = importlib.import_module("sniffio")
    with libraries.preferred(path):
        assert importlib.import_module("sniffio") is used


def test_a_checkout_without_libraries_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError, match="Install the built zip"):
        libraries.check()
