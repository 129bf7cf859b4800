"""What a script or an operator changed is found out by looking before and after."""

from __future__ import annotations

import bpy
import pytest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.data.objects['Cube'].location.x = 3", "Changed object Cube (location)"),
        ("bpy.data.objects['Cube']['speed'] = 3", "Changed object Cube ([speed] added)"),
        ("bpy.data.objects['Cube'].name = 'Box'", "Changed object Box (renamed from Cube)"),
        ("bpy.data.objects['Cube'].hide_render = True", "Changed object Cube (visibility)"),
        ("bpy.data.objects['Cube'].modifiers.new('B', 'BEVEL')", "Changed object Cube (B added)"),
        ("bpy.data.meshes['Cube'].vertices[0].co.x = 9", "Changed mesh Cube (geometry)"),
        ("bpy.context.scene.cycles.samples = 7", "Changed scene Scene (cycles.samples added)"),
        ("bpy.context.scene.render.fps = 30", "Changed scene Scene (render.fps)"),
        ("bpy.data.worlds[0].color = (1, 0, 0)", "Changed world World (color)"),
        ("bpy.data.texts.new('Notes')", "Added text Notes"),
        ("bpy.data.lights['Light'].energy = 5", "Changed light Light (energy)"),
        (
            "bpy.data.materials['Material'].node_tree.nodes['Principled BSDF'].inputs['Roughness']"
            ".default_value = 0.1",
            "Changed material Material (Roughness default_value)",
        ),
        (
            "for x in (1, 2):\n b = bpy.data.objects['Cube'].copy()\n"
            " bpy.context.collection.objects.link(b)",
            "Added objects Cube.001, Cube.002",
        ),
        ("x = 1", ""),
    ],
)
def test_a_scripts_changes_are_told_in_a_line(code, text, said):
    assert code(text).receipt.text() == said


def test_what_a_script_did_before_it_failed_is_told(code):
    result = code("bpy.data.objects['Cube'].location.x = 3\n1 / 0")
    assert not result.ok
    assert result.receipt.text() == "Changed object Cube (location)"


def test_after_undo_the_next_receipt_tells_only_what_is_new(code):
    code("bpy.data.objects['Cube'].location.x = 3")
    bpy.ops.ed.undo()
    result = code("bpy.data.objects['Light'].location.x = 3")
    assert result.receipt.text() == "Changed object Light (location)"


def test_an_operators_changes_are_told(call):
    call("create_object", type="cube", name="Other", location=[4, 0, 0])
    call("set_material", material="Material", objects=["Other"])
    result = call("run_operator", operator="object.join", names=["Other", "Cube"])
    assert result.receipt.text() == "Changed mesh Cube (geometry); removed object Other"


def test_a_receipt_has_parts_for_the_panel(call):
    result = call("set_object", names=["Cube"], location=[1, 0, 0], scale=[2, 2, 2])
    assert result.receipt.as_json() == {"changed": {"object": {"Cube": ["location", "scale"]}}}


def test_looking_does_not_change_what_is_looked_at(module, here):
    fingerprint = module("tools.handlers.fingerprint").fingerprint
    before = fingerprint()
    module("tools.handlers.snapshot").snapshot()
    assert fingerprint() == before


@pytest.fixture
def crowd(here):
    """More data-blocks than are compared value by value."""
    for number in range(300):
        each = bpy.data.objects.new(f"Thing {number:03}", None)
        bpy.context.collection.objects.link(each)
    bpy.context.view_layer.update()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.data.objects['Thing 007'].location.x = 3", "Changed object Thing 007 (location)"),
        (
            "bpy.data.objects['Thing 007'].hide_render = True",
            "Changed object Thing 007 (visibility)",
        ),
        ("bpy.data.objects['Thing 007'].name = 'A'", "Changed object A (renamed from Thing 007)"),
        ("bpy.data.objects.remove(bpy.data.objects['Thing 007'])", "Removed object Thing 007"),
        ("bpy.data.meshes['Cube'].vertices[0].co.x = 9", "Changed mesh Cube (geometry)"),
        (
            "bpy.data.meshes['Cube'].vertices[0].co.x = 9\nbpy.context.view_layer.update()",
            "Changed mesh Cube (geometry)",
        ),
    ],
)
def test_in_a_large_scene_the_change_is_told_too(code, crowd, text, said):
    assert said in code(text).receipt.text()


def test_in_a_large_scene_what_changed_before_the_script_is_not_its_doing(code, crowd):
    bpy.data.meshes["Cube"].vertices[0].co.x = 9
    assert "Cube" not in code("bpy.data.objects['Thing 007'].location.x = 3").receipt.text()


def test_in_a_large_scene_one_thing_that_two_scripts_move_is_in_both_receipts(code, crowd):
    for x in (1, 2):
        said = code(f"bpy.data.meshes['Cube'].vertices[0].co.x = {x}").receipt.text()
        assert said == "Changed mesh Cube (geometry)"


def test_no_handler_is_left_behind(code):
    handlers = bpy.app.handlers.depsgraph_update_post
    before = len(handlers)
    code("bpy.context.view_layer.update()")
    assert len(handlers) == before


REMOVES = """
import bpy
ob = bpy.data.objects.new("X{0}", bpy.data.meshes.new("m"))
bpy.context.collection.objects.link(ob)
bpy.context.view_layer.update()
ob.location.x = 3
ob.data.materials.append(None)
bpy.data.meshes.remove(ob.data)
for k in range(200): bpy.data.materials.new("AAAAAAAAAAAAAAA")
for m in list(bpy.data.materials): bpy.data.materials.remove(m)
"""


def test_what_a_script_updated_and_then_removed_is_not_read(code):
    """It crashed Blender, or receipts told of what had never been."""
    for each in list(bpy.data.materials):
        bpy.data.materials.remove(each)
    for number in range(20):
        result = code(REMOVES.format(number))
        assert result.ok, result.error
        assert result.receipt.text() == ""
