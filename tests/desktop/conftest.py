"""One Blender for the tests of a file, with the zip installed in a user folder of its own.

    scripts/get_blender.sh DIR
    BLENDER=DIR/blender-5.2.2 uv run pytest tests/desktop

SCREENSHOTS names a folder in which the pictures are kept, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from build import PLATFORMS, build
from desktop.program import Program, tools_missing
from desktop.scenes import SCENES
from selenium import webdriver
from standin.server import StandIn

RESET = """
import bpy
from bl_ext.user_default.scene_chat.operators import runtime
here = runtime.current()
for window in list(bpy.context.window_manager.windows)[1:]:
    with bpy.context.temp_override(window=window):
        bpy.ops.wm.window_close()
if bpy.context.object and bpy.context.mode != "OBJECT":
    bpy.ops.object.mode_set(mode="OBJECT")
for each in list(bpy.data.objects):
    if each.name not in ("Cube", "Light", "Camera"):
        bpy.data.objects.remove(each)
here.chat.history.turns.clear()
here.chat.history.conversation.clear()
here.chat.history.meter.used = 0
here.panel.folds.clear()
here.panel.thoughts.clear()
here.panel.draft, here.panel.port_problem, here.panel.free_port = "", "", 0
here.panel.chips, here.panel.pictures, here.panel.writing, here.panel.editing = set(), [], False, 0
here.panel.popup = ""
for prompt in here.chat.queued:
    here.chat.unqueue(prompt)
for tool in here.gate.rules.tools("chat"):
    here.gate.rules.forget("chat", tool)
"""


@pytest.fixture(scope="session")
def blender():
    """The program that BLENDER names."""
    path = os.environ.get("BLENDER", "")
    if not Path(path).is_file():
        pytest.exit(
            f"BLENDER={path!r} names no program. scripts/get_blender.sh DIR makes some: then set "
            "BLENDER=DIR/blender-5.2.2", returncode=2,
        )  # fmt: skip
    if missing := tools_missing():
        pytest.exit(f"Install {', '.join(missing)}; scripts/get_blender.sh does.", returncode=2)
    return path


@pytest.fixture(scope="session")
def zip_file(tmp_path_factory):
    """The extension as it is installed from disk."""
    return build(PLATFORMS["linux-x64"], tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """A browser without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    folder = tmp_path_factory.mktemp("chromium")
    for each in ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update",
                 "--disable-sync", "--no-proxy-server", "--window-size=900,600",
                 f"--user-data-dir={folder}"):  # fmt: skip
        options.add_argument(each)
    service = webdriver.ChromeService(shutil.which("chromedriver") or "chromedriver")
    driver = webdriver.Chrome(options, service)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def model():
    """A script that plays the model."""
    with StandIn(SCENES) as server:
        yield server


@pytest.fixture
def start(blender, zip_file, model, tmp_path):
    """Start a Blender of the test's own; it is ended with the test."""
    started = []

    def one(folder=tmp_path, settings=None, **rest):
        if rest.get("factory", True):
            settings = {"endpoint": model.url, "model": "script/desktop", **(settings or {})}
        program = Program(blender, zip_file, folder, settings=settings, **rest)
        started.append(program)
        return program

    yield one
    for each in started:
        each.close()


@pytest.fixture(scope="module")
def shared(blender, zip_file, model, tmp_path_factory):
    """The file's Blender, with the sidebar opened as a person does."""
    settings = {"endpoint": model.url, "model": "script/desktop"}
    program = Program(blender, zip_file, tmp_path_factory.mktemp("blender"), settings=settings)
    try:
        program.open_chat()
        yield program
    finally:
        program.close()


@pytest.fixture
def program(shared, model):
    """The file's Blender with an empty chat and the default objects."""
    shared.settle()
    shared.run(RESET)
    del model.requests[:]
    shared.hover(600, 700)
    shared.read_hint()
    yield shared
    assert shared.process.poll() is None, shared.said()
    assert "Traceback" not in shared.said(), shared.said()
