"""The system prompt, by its bytes."""

from __future__ import annotations

import pytest
from scene_chat.chat.prompt import system_prompt

VERSIONS = ("4.2.23", "4.3.2", "4.5.15", "5.0.1", "5.2.3")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_short(version):
    assert len(system_prompt(version).encode()) <= 2_200


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_the_same_each_time(version):
    assert system_prompt(version) == system_prompt(version)


def test_it_tells_what_this_blender_wants_and_no_other():
    assert "'BLENDER_EEVEE_NEXT'" in system_prompt("4.5.15")
    assert "'BLENDER_EEVEE'" in system_prompt("5.2.3")
    assert "compositing_node_group" in system_prompt("5.2.3")
    assert "compositing_node_group" not in system_prompt("4.5.15")
