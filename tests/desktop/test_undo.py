"""Ctrl+Z as a person presses it: turns and their own edits are steps, and none is lost."""

from __future__ import annotations

import json

import pytest
from desktop.program import until

STATE = """
from bl_ext.user_default.scene_chat.tools.handlers.fingerprint import fingerprint
print(fingerprint())
"""
ENDS = """
import json
from bl_ext.user_default.scene_chat.operators import runtime
print(json.dumps([turn.end and turn.end.reason for turn in runtime.current().chat.turns]))
"""
LIGHT = "print(round(bpy.data.objects['Light'].location.z, 3))"
TOP = """
import bmesh
shape = bmesh.from_edit_mesh(bpy.data.objects['Cube'].data)
print(round(max(vertex.co.z for vertex in shape.verts), 3))
"""


@pytest.fixture
def program(start):
    """A Blender of the test's own, whose undo history nobody else has written in."""
    program = start()
    program.open_chat()
    program.hover(600, 500)
    program.key("ctrl+z")  # the harness's own edits at the start, if there are any
    return program


def state(program):
    return program.aside(STATE).strip()


def ask(program, prompt, number):
    """Say something and wait for the end of its turn, without a call that leaves a step."""
    program.say(prompt)
    until(
        lambda: json.loads(program.aside(ENDS))[number - 1 :] == ["done"], "the turn does not end"
    )
    program.hover(600, 500)


def move(program, axis, way):
    """Move what is selected with the keyboard."""
    before = state(program)
    program.hover(600, 500)
    for key in ("g", axis, way, "Return"):
        program.key(key)
    until(lambda: state(program) != before, "nothing was moved")


def press(program, keys, wanted):
    """Press a key combination once and wait for the state that it should lead to."""
    program.key(keys)
    until(lambda: state(program) == wanted, lambda: f"{keys} leads elsewhere; {history(program)}")


def history(program):
    return program.aside("bpy.context.window_manager.print_undo_steps()") or program.said()


def test_four_steps_go_back_one_by_one_and_come_again(program):
    program.aside("bpy.ops.object.select_all(action='DESELECT')")
    program.aside(
        "bpy.data.objects['Cube'].select_set(True)\nbpy.ops.ed.undo_push(message='Select')"
    )
    states = [state(program)]
    move(program, "x", "3")
    states.append(state(program))
    ask(program, "Make five things", 1)
    states.append(state(program))
    program.aside("bpy.data.objects['Cube'].select_set(True)")
    move(program, "y", "2")
    states.append(state(program))
    ask(program, "Now two more", 2)
    states.append(state(program))
    assert len(set(states)) == 5
    program.shot("five-things")
    for wanted in reversed(states[:-1]):
        press(program, "ctrl+z", wanted)
    for wanted in states[1:]:
        press(program, "ctrl+shift+z", wanted)


def test_in_edit_mode_a_turn_goes_back_and_the_users_own_edit_of_the_mesh_stays(program):
    program.aside(
        "bpy.context.view_layer.objects.active = bpy.data.objects['Cube']\n"
        "bpy.data.objects['Cube'].select_set(True)"
    )
    program.hover(600, 500)
    program.key("Tab")
    until(lambda: program.aside("print(bpy.context.mode)") == "EDIT_MESH\n", "no edit mode")
    program.aside("bpy.ops.mesh.select_all(action='SELECT')")
    for key in ("g", "z", "2", "Return"):
        program.key(key)
    until(lambda: program.aside(TOP) == "3.0\n", "nothing was moved")
    before = program.aside(LIGHT)
    ask(program, "Raise the light", 1)
    assert program.aside(LIGHT) == "9.0\n"
    assert program.aside("print(bpy.context.mode)") == "EDIT_MESH\n"
    program.key("ctrl+z")
    until(lambda: program.aside(LIGHT) == before, lambda: history(program))
    assert program.aside(TOP) == "3.0\n"
    program.key("ctrl+shift+z")
    until(lambda: program.aside(LIGHT) == "9.0\n", lambda: history(program))
    assert program.aside(TOP) == "3.0\n"
