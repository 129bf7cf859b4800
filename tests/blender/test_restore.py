"""restore: back to before a turn, and never over what the person did without a word."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture
def fingerprint(module, here):
    return module("tools.handlers.fingerprint").fingerprint


def push(name):
    """An edit of the user's."""
    bpy.data.objects["Light"].location.z += 1
    bpy.ops.ed.undo_push(message=name)


def test_the_latest_turn_is_undone_and_can_be_redone(call, fingerprint):
    before = fingerprint()
    call("create_object", type="cube", turn=1)
    call("set_object", names=["Cube"], location=[1, 2, 3], turn=1)
    after = fingerprint()
    result = call("restore", turn=2)
    assert result.ok, result.error
    assert fingerprint() == before
    assert result.receipt.text() == "Changed object Cube (location); removed object Cube.001"
    bpy.ops.ed.redo()
    assert fingerprint() == after


def test_several_turns_are_undone_together(call, fingerprint):
    before = fingerprint()
    for turn in (1, 2, 3):
        call("create_object", type="cube", turn=turn)
    assert len(call("restore", turns=3, turn=4).value["undone"]) == 3
    assert fingerprint() == before


def test_the_present_turn_can_be_taken_back_too(call, fingerprint):
    call("create_object", type="cube", turn=1)
    before = fingerprint()
    call("create_object", type="cone", turn=2)
    assert call("restore", turn=2).ok
    assert fingerprint() == before


def test_what_the_person_did_since_is_named_first_and_stays(call, fingerprint):
    call("create_object", type="cube", turn=1)
    push("Raise the Light")
    before = fingerprint()
    result = call("restore", turn=2)
    assert "1 things since, which would go back too: 'Raise the Light'" in result.error
    assert fingerprint() == before


def test_with_their_consent_it_goes_back_too(call, fingerprint):
    before = fingerprint()
    call("create_object", type="cube", turn=1)
    push("Raise the Light")
    result = call("restore", user_edits=True, turn=2)
    assert result.value["user_edits_undone"] == ["Raise the Light"]
    assert fingerprint() == before


def test_what_they_did_before_the_turn_stays(call, fingerprint):
    call("create_object", type="cube", turn=1)
    push("Raise the Light")
    before = fingerprint()
    call("create_object", type="cone", turn=2)
    assert call("restore", turn=3).ok
    assert fingerprint() == before


def test_without_a_turn_there_is_nothing_to_undo(call):
    assert "holds nothing that this conversation did" in call("restore").error


def test_more_turns_than_there_are_are_refused(call, fingerprint):
    call("create_object", type="cube", turn=1)
    before = fingerprint()
    assert "reaches back 1 turns only" in call("restore", turns=2, turn=2).error
    assert fingerprint() == before


def test_after_a_restore_work_goes_on_from_there(call, fingerprint):
    call("create_object", type="cube", turn=1)
    call("restore", turn=2)
    before = fingerprint()
    call("create_object", type="cone", turn=3)
    call("restore", turn=4)
    assert fingerprint() == before


def test_in_edit_mode_the_turn_goes_back_and_the_mode_stays(call, fingerprint):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="Edit Mode")
    light = tuple(bpy.data.objects["Light"].location)
    call("set_object", names=["Light"], location=[9, 9, 9], turn=1)
    assert call("restore", turn=2).ok
    assert tuple(bpy.data.objects["Light"].location) == light
    assert bpy.context.mode == "EDIT_MESH"


def test_a_call_that_changes_nothing_leaves_no_step_and_the_redo_steps_alone(call):
    call("create_object", type="cube", turn=1)
    bpy.ops.ed.undo()
    assert not call("set_object", names=["Nobody"], location=[1, 1, 1], turn=2).ok
    assert call("set_object", names=["Cube"], location=[0, 0, 0], turn=2).ok
    bpy.ops.ed.redo()
    assert "Cube.001" in bpy.data.objects
