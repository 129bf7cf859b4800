"""Servers for the tests of one file."""

from __future__ import annotations

import os

import pytest
from clients.served import Served, door


@pytest.fixture(scope="module")
def served():
    """A server that ends scripts after two seconds."""
    made = Served("--time-limit", "2")
    yield made
    assert made.process.poll() is None, "the server died"
    assert made.end() == 0


@pytest.fixture(scope="module")
def port(blender):
    """The port of a Blender that allows everything: with a window, if BLENDER names such a one."""
    return blender.port


@pytest.fixture(scope="module")
def blender(tmp_path_factory):
    """That Blender's `Door`."""
    if blender := os.environ.get("BLENDER"):
        from build import PLATFORMS, build
        from desktop.program import Program

        zip_file = build(PLATFORMS["linux-x64"], tmp_path_factory.mktemp("dist"))
        program = Program(blender, zip_file, tmp_path_factory.mktemp("blender"))
        yield door(program.folder / "user")
        assert program.process.poll() is None, program.said()
        program.close()
        return
    user = tmp_path_factory.mktemp("user")
    made = Served("--allow", "code,files", user=user)
    yield door(user)
    assert made.end() == 0
