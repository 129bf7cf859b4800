"""run_operator: on named objects, in a mode, and with the user's own selection given back."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import linked_cube


@pytest.fixture
def run(call):
    """Run an operator, which has to work; give the result."""

    def one(operator, **rest):
        result = call("run_operator", operator=operator, **rest)
        assert result.ok, result.error
        return result

    return one


def copies(*names, linked=False):
    cube = bpy.data.objects["Cube"]
    for name in names:
        made = bpy.data.objects.new(name, cube.data if linked else cube.data.copy())
        bpy.context.collection.objects.link(made)


def selected():
    return sorted(each.name for each in bpy.context.selected_objects)


def test_objects_are_joined_into_the_active_one(run):
    copies("A", "B")
    result = run("object.join", names=["A", "B"], active="A")
    assert "B" not in bpy.data.objects
    assert len(bpy.data.objects["A"].data.vertices) == 16
    assert result.receipt.removed["object"] == ("B",)
    assert "A" in result.receipt.changed.get("object", {}) or result.receipt.changed.get("mesh")


def test_the_last_named_is_active_if_none_is_said(run):
    copies("A", "B")
    run("object.join", names=["A", "B"])
    assert "A" not in bpy.data.objects


def test_a_mesh_is_separated_in_edit_mode(run):
    copies("A", "B")
    bpy.data.objects["B"].location.x = 5
    run("object.join", names=["A", "B"], active="A")
    result = run("mesh.separate", names=["A"], mode="EDIT", properties={"type": "LOOSE"})
    assert len(bpy.data.objects) == 5
    assert bpy.context.mode == "OBJECT"
    assert len(result.receipt.added["object"]) == 1


@pytest.mark.parametrize("target", ["MESH", "mesh", "Mesh"])
def test_a_curve_is_converted(run, target):
    bpy.ops.curve.primitive_bezier_circle_add()
    name = bpy.context.object.name
    run("object.convert", names=[name], properties={"target": target})
    assert bpy.data.objects[name].type == "MESH"


def test_shared_data_becomes_each_objects_own(run):
    copies("A", linked=True)
    run("object.make_single_user", names=["A"],
        properties={"type": "SELECTED_OBJECTS", "object": True, "obdata": True})  # fmt: skip
    assert bpy.data.objects["A"].data != bpy.data.objects["Cube"].data


def test_angles_are_degrees(run):
    run("object.shade_smooth_by_angle", names=["Cube"], properties={"angle": 30})
    assert {face.use_smooth for face in bpy.data.objects["Cube"].data.polygons} == {True}


def test_objects_are_turned_by_degrees_without_a_window(run):
    run("transform.rotate", names=["Cube"], properties={"value": 90, "orient_axis": "Z"})
    assert abs(bpy.data.objects["Cube"].rotation_euler.z) == pytest.approx(math.pi / 2)


def test_selection_active_object_and_mode_stay_the_users(run):
    copies("A", "B")
    bpy.context.view_layer.objects.active = bpy.data.objects["Light"]
    bpy.data.objects["Light"].select_set(True)
    before = selected()
    result = run("object.shade_smooth", names=["A"])
    assert selected() == before == sorted(result.value["selected"])
    assert bpy.context.view_layer.objects.active.name == "Light" == result.value["active"]


def test_what_the_user_is_editing_is_edited_on(run):
    copies("A")
    bpy.ops.object.mode_set(mode="EDIT")
    result = run("object.shade_smooth", names=["A"])
    assert bpy.context.mode == "EDIT_MESH" == result.value["mode"]
    assert bpy.context.view_layer.objects.active.name == "Cube"
    assert all(face.use_smooth for face in bpy.data.objects["A"].data.polygons)


def test_without_names_it_runs_on_the_users_selection_in_their_mode(run):
    bpy.ops.object.mode_set(mode="EDIT")
    run("mesh.select_all", properties={"action": "SELECT"})
    run("mesh.subdivide", properties={"number_cuts": 1})
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(bpy.data.objects["Cube"].data.vertices) == 26


def test_the_mode_itself_can_be_changed(run):
    assert run("object.mode_set", properties={"mode": "EDIT"}).value["mode"] == "EDIT_MESH"
    assert run("object.mode_set", properties={"mode": "OBJECT"}).value["mode"] == "OBJECT"


def test_a_mode_with_names_is_entered_for_its_time_only(run):
    run("mesh.subdivide", names=["Cube"], mode="EDIT")
    assert bpy.context.mode == "OBJECT"
    assert len(bpy.data.objects["Cube"].data.vertices) == 26


def test_an_armature_is_edited_and_posed(run):
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    run("armature.select_all", names=[rig.name], mode="EDIT", properties={"action": "SELECT"})
    run("armature.subdivide", names=[rig.name], mode="EDIT", properties={"number_cuts": 1})
    assert len(rig.data.bones) == 2
    rig.pose.bones[0].location.x = 3
    run("pose.select_all", names=[rig.name], mode="POSE", properties={"action": "SELECT"})
    run("pose.loc_clear", names=[rig.name], mode="POSE")
    assert rig.pose.bones[0].location.x == 0


@pytest.mark.parametrize("name", ["object.shade_smooth", "bpy.ops.object.shade_smooth",
                                  "bpy.ops.object.shade_smooth()", " object.shade_smooth "])  # fmt: skip
def test_the_name_may_be_written_as_in_python(run, name):
    run(name, names=["Cube"])
    assert all(face.use_smooth for face in bpy.data.objects["Cube"].data.polygons)


def test_patterns_name_many(run):
    copies("Rack 1", "Rack 2")
    run("object.join", names=["Rack*"], active="Rack 2")
    assert "Rack 1" not in bpy.data.objects


def test_a_hidden_object_is_worked_on_and_stays_hidden(run):
    copies("A")
    bpy.data.objects["A"].hide_set(True)
    run("object.shade_smooth", names=["A"])
    assert all(face.use_smooth for face in bpy.data.objects["A"].data.polygons)
    assert bpy.data.objects["A"].hide_get()


def test_undo_brings_back_what_was(call):
    copies("A", "B")
    bpy.ops.ed.undo_push(message="Copies")
    call("run_operator", operator="object.join", names=["A", "B"], turn=1)
    bpy.ops.ed.undo()
    assert {"A", "B"} <= set(bpy.data.objects.keys())


def test_a_rigid_body_is_added(run):
    run("rigidbody.object_add", names=["Cube"], properties={"type": "PASSIVE"})
    assert bpy.data.objects["Cube"].rigid_body.type == "PASSIVE"


def test_unused_data_is_purged(run):
    bpy.data.meshes.new("Unused")
    result = run("outliner.orphans_purge")
    assert "Unused" not in bpy.data.meshes
    assert result.receipt.removed["mesh"] == ("Unused",)


@pytest.mark.parametrize(
    "operator",
    [
        "wm.open_mainfile", "wm.save_mainfile", "wm.quit_blender", "wm.read_homefile", "wm.append",
        "wm.obj_export", "export_scene.gltf", "import_scene.gltf", "import_curve.svg",
        "script.reload", "script.execute_preset", "text.run_script", "preferences.addon_enable",
        "preferences.addon_install", "extensions.package_install", "render.render", "image.save_as",
        "object.bake", "object.bake_image", "screen.userpref_show", "console.execute",
        "sound.mixdown", "file.execute", "workspace.append_activate", "ed.undo", "scene_chat.send",
        "scene_chat.server_start", "wm.context_set_string", "wm.url_open", "wm.path_open",
        "cachefile.open", "sequencer.export_subtitles", "view3d.copybuffer", "node.add_file",
        "object.quadriflow_remesh_x.y", "fluid.bake_all", "ptcache.bake_all", "ui.reports_to_textblock",
        "anim.keying_set_export", "armature.copy_bone_color_to_selected_script",
    ],
)  # fmt: skip
def test_what_reaches_beyond_the_scene_is_refused(refused, operator):
    error = refused("run_operator", operator=operator)
    assert "refuses it" in error or "a name such as object.join" in error


@pytest.mark.parametrize("operator", ["wm.save_mainfile", "script.reload"])
def test_it_is_refused_also_where_code_and_files_are_allowed(refused, here, operator):
    here.gate.allow("chat", ["code", "files"])
    assert "refuses it" in refused("run_operator", operator=operator)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"operator": "join"}, "a name such as object.join"),
        ({"operator": ""}, "a name such as object.join"),
        ({"operator": "object.jion"}, "Did you mean 'join'"),
        ({"operator": "mesh.extrude_region"}, "poll"),
        ({"names": ["Cub"]}, "Did you mean 'Cube'?"),
        ({"active": "Light"}, "is not among the names"),
        ({"active": "Lite"}, "Did you mean 'Light'?"),
        ({"mode": "PAINT"}, "none of OBJECT, EDIT"),
        ({"mode": "POSE"}, "'Cube' cannot go into pose mode"),
        ({"names": [], "mode": "EDIT"}, "mode EDIT needs names"),
        ({"properties": {"keep_sharp": True}}, "Did you mean 'keep_sharp_edges'"),
        ({"properties": {"keep_sharp_edges": "yes"}}, "give true or false"),
        ({"operator": "object.convert", "properties": {"target": "MESCH"}}, "Did you mean 'MESH'"),
        ({"operator": "mesh.subdivide", "mode": "EDIT", "properties": {"number_cuts": 1.5}},
         "whole number"),
        ({"operator": "mesh.subdivide", "mode": "EDIT", "properties": {"number_cuts": 10**9}},
         "from 1 to"),
        ({"operator": "mesh.subdivide", "mode": "EDIT", "properties": {"smoothness": float("nan")}},
         "finite"),
        ({"operator": "transform.translate", "properties": {"value": [1, 2]}}, "list of 3 values"),
        ({"operator": "object.join", "names": ["Light"]}, "object.join"),
        ({"operator": "object.join", "names": ["Cube"]}, "object.join"),
        ({"operator": "mesh.subdivide"}, "cannot run now. bpy.ops.mesh mostly wants a mesh in Edit Mode. Give names, and mode"),
        ({"operator": "armature.subdivide"}, "cannot run now"),
        ({"operator": "object.select_pattern", "properties": {"pattern": "/etc/x"}}, "takes no paths"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_could(refused, given, said):
    error = refused(
        "run_operator", **{"operator": "object.shade_smooth", "names": ["Cube"], **given}
    )
    if said == "poll":
        assert "cannot run now" in error or "There is no operator" in error
    else:
        assert said in error


def test_a_failed_poll_in_edit_mode_gives_back_edit_mode(refused):
    bpy.ops.object.mode_set(mode="EDIT")
    assert "cannot run now" in refused("run_operator", operator="object.join", names=["Light"])


def test_an_object_outside_the_view_layer_is_refused(refused):
    bpy.data.objects.new("Loose", bpy.data.objects["Cube"].data)
    error = refused("run_operator", operator="object.shade_smooth", names=["Loose"])
    assert "is not in the current view layer" in error


def test_linked_objects_are_refused_until_made_local(refused, run, tmp_path):
    linked_cube(tmp_path)
    error = refused("run_operator", operator="object.shade_smooth", names=["Cube"])
    assert "is linked from" in error
    run("object.make_local", names=["Cube"], properties={"type": "SELECT_OBDATA"})
    assert bpy.data.objects["Cube"].library is None


def test_the_files_own_object_is_meant_where_a_linked_one_has_its_name(run, tmp_path):
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {bpy.data.objects["Cube"]})
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.objects = ["Cube"]
    bpy.context.collection.objects.link(wanted.objects[0])
    bpy.context.view_layer.update()
    run("object.shade_smooth", names=["Cube"])
    own = bpy.data.objects["Cube", None]
    assert all(face.use_smooth for face in own.data.polygons)
