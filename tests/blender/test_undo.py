"""One turn is one undo step, in the mode the user is in, and a failed call leaves nothing."""

from __future__ import annotations

import bpy
import pytest

PLANE = "bpy.ops.mesh.primitive_plane_add()"


def names():
    return sorted(each.name for each in bpy.data.objects)


def test_the_calls_of_one_turn_are_undone_together(code):
    before = names()
    for _ in range(3):
        code(PLANE, turn=1)
    assert len(names()) == len(before) + 3
    bpy.ops.ed.undo()
    assert names() == before
    bpy.ops.ed.redo()
    assert len(names()) == len(before) + 3


def test_two_turns_are_undone_one_by_one(code):
    code(PLANE, turn=1)
    between = names()
    code(PLANE, turn=2)
    bpy.ops.ed.undo()
    assert names() == between


def test_a_step_of_the_users_between_two_calls_is_kept(code):
    code(PLANE, turn=1)
    bpy.data.objects["Cube"].name = "Mine"
    bpy.ops.ed.undo_push(message="Rename")
    code(PLANE, turn=1)
    bpy.ops.ed.undo()
    assert "Mine" in names()
    assert "Plane.001" not in names()
    bpy.ops.ed.undo()
    assert "Mine" not in names()


def test_in_edit_mode_a_property_edit_is_undone_too(code):
    bpy.ops.object.mode_set(mode="EDIT")
    code("bpy.data.objects['Light'].location.x = 50", turn=1)
    bpy.ops.ed.undo()
    assert bpy.data.objects["Light"].location.x != 50


def test_another_file_begins_a_history_of_its_own(code):
    code(PLANE, turn=1)
    bpy.ops.wm.read_homefile(use_factory_startup=True)
    before = names()
    code(PLANE, turn=1)
    bpy.ops.ed.undo()
    assert names() == before


@pytest.fixture
def half_way(module, here):
    """A tool that moves the cube, adds an object, and fails."""
    registry, changes = module("tools.registry"), module("tools.handlers.changes")

    def half_way() -> None:
        """Fail half way."""
        changes.begin()
        bpy.data.objects["Cube"].location.x = 9
        bpy.data.objects.new("Left Over", None)
        raise ValueError("half way")

    here.calls.registry.add(registry.tool(effect=registry.Effect.EDITS)(half_way))
    yield half_way.__name__
    del here.calls.registry._tools[half_way.__name__]


@pytest.mark.parametrize("mode", ["OBJECT", "EDIT"])
def test_a_failed_edit_leaves_the_scene_as_it_was(call, half_way, mode):
    before = names()
    bpy.ops.object.mode_set(mode=mode)
    result = call(half_way)
    assert result.error == "ValueError: half way"
    assert names() == before
    assert bpy.data.objects["Cube"].location.x == 0
