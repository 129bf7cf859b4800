"""Our libraries before those that Blender's Python has of its own."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from pathlib import Path

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


def test_a_file_that_another_thread_is_just_importing_is_ours_all_the_same(path, monkeypatch):
    monkeypatch.delitem(sys.modules, "idna", raising=False)
    for place, waits in (("system", "import time\ntime.sleep(0.5)\n"), ("ours", "")):
        text = f"begun = True\n{waits}place = {place!r}\n"
        Path(path[place == "ours"], "idna.py").write_text(text)
    importlib.invalidate_caches()
    came = []
    other = threading.Thread(target=lambda: came.append(importlib.import_module("idna").place))
    other.start()
    while not hasattr(sys.modules.get("idna"), "begun"):
        time.sleep(0.01)
    with libraries.preferred(path):
        assert importlib.import_module("idna").place == "ours"
    other.join()
    assert came == ["system"]
    assert importlib.import_module("idna").place == "ours"
    sys.modules.pop("idna")


def test_a_checkout_without_libraries_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ImportError, match="Install the built zip"):
        libraries.check()
