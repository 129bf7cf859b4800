"""set_modifier and set_constraint: added, changed, moved, applied and removed, by name and type."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import LONGEST, cube, done, elsewhere, empty, linked, rounded, selected, world


def named(name):
    return bpy.data.objects[name]


# set_modifier


def test_a_modifier_is_added_with_its_settings_and_told(call):
    given = {"count": 5, "use_constant_offset": True, "constant_offset_displace": [0, 0, 2]}
    result = done(
        call("set_modifier", names=["Cube"], type="ARRAY", modifier="Row", properties=given)
    )
    row = cube().modifiers["Row"]
    assert (row.type, row.count, tuple(row.constant_offset_displace)) == ("ARRAY", 5, (0, 0, 2))
    assert result.value["objects"] == 1
    assert (result.value["name"], result.value["type"]) == ("Row", "ARRAY")
    assert result.value["settings"]["count"] == 5
    assert result.receipt.text().startswith("Changed object Cube (Row added")


@pytest.mark.parametrize(
    "kind", ["array", "Array", "SUBSURF", "Subdivision Surface", "solidify", "Solidify", "BOOLEAN"]
)
def test_a_type_may_be_named_as_the_interface_does(call, kind):
    done(call("set_modifier", names=["Cube"], type=kind))
    assert len(cube().modifiers) == 1


@pytest.mark.parametrize(
    ("kind", "path", "given", "value"),
    [
        ("BEVEL", "width", 0.05, 0.05),
        ("BEVEL", "angle_limit", 45, math.radians(45)),
        ("BEVEL", "limit_method", "weight", "WEIGHT"),
        ("SUBSURF", "levels", 3, 3),
        ("SOLIDIFY", "thickness", 0.2, 0.2),
        ("SCREW", "angle", 180, math.radians(180)),
        ("MIRROR", "use_axis", [True, True, False], [True, True, False]),
        ("SIMPLE_DEFORM", "deform_method", "Bend", "BEND"),
        ("CLOTH", "settings.mass", 0.5, 0.5),
        ("DECIMATE", "ratio", 0.25, 0.25),
    ],
)
def test_properties_are_set_by_path_in_the_artists_units(call, kind, path, given, value):
    done(call("set_modifier", names=["Cube"], type=kind, properties={path: given}))
    found = cube().modifiers[0].path_resolve(path)
    found = list(found) if isinstance(value, list) else found
    assert found == (pytest.approx(value, rel=1e-5) if isinstance(value, float) else value)


@pytest.mark.parametrize(("kind", "path"), [("BOOLEAN", "object"), ("MIRROR", "mirror_object"),
                                            ("ARRAY", "offset_object")])  # fmt: skip
def test_objects_are_named_and_taken_off_again(call, kind, path):
    empty("Other") if kind != "BOOLEAN" else bpy.data.objects.new("Other", cube().data)
    done(call("set_modifier", names=["Cube"], type=kind, modifier="M", properties={path: "Other"}))
    assert getattr(cube().modifiers[0], path).name == "Other"
    done(call("set_modifier", names=["Cube"], modifier="M", properties={path: None}))
    assert getattr(cube().modifiers[0], path) is None


def test_an_existing_one_is_changed_by_its_name_alone(call):
    cube().modifiers.new("Bevel", "BEVEL")
    result = done(
        call("set_modifier", names=["Cube"], modifier="Bevel", properties={"segments": 4})
    )
    assert (len(cube().modifiers), cube().modifiers[0].segments) == (1, 4)
    assert result.receipt.text() == "Changed object Cube (segments)"


def test_settings_that_are_so_already_are_no_change(call):
    cube().modifiers.new("Bevel", "BEVEL").segments = 4
    given = {"segments": 4, "angle_limit": 30}
    result = done(call("set_modifier", names=["Cube"], modifier="Bevel", properties=given, index=0))
    assert not result.receipt


def test_the_order_is_changed_and_a_new_one_comes_at_its_place(call):
    for name in ("A", "B", "C"):
        cube().modifiers.new(name, "BEVEL")
    done(call("set_modifier", names=["Cube"], modifier="C", index=0))
    assert cube().modifiers.keys() == ["C", "A", "B"]
    done(call("set_modifier", names=["Cube"], type="MIRROR", modifier="M", index=1))
    assert cube().modifiers.keys() == ["C", "M", "A", "B"]
    done(call("set_modifier", names=["Cube"], modifier="C", index=99))
    assert cube().modifiers.keys() == ["M", "A", "B", "C"]


def test_one_is_removed_by_name_or_the_last_of_its_type(call):
    for name in ("A", "B", "C"):
        cube().modifiers.new(name, "BEVEL")
    result = done(call("set_modifier", names=["Cube"], modifier="A", action="remove"))
    assert result.receipt.text() == "Changed object Cube (A removed)"
    done(call("set_modifier", names=["Cube"], type="BEVEL", action="remove"))
    assert cube().modifiers.keys() == ["B"]


def test_applying_one_makes_it_part_of_the_mesh(call):
    cube().modifiers.new("Row", "ARRAY").count = 3
    cube().modifiers.new("Bevel", "BEVEL")
    result = done(call("set_modifier", names=["Cube"], modifier="Row", action="apply"))
    assert (len(cube().data.vertices), cube().modifiers.keys()) == (24, ["Bevel"])
    assert result.receipt.text() == "Changed object Cube (Row applied)"
    assert selected() == ["Cube"]


def test_settings_and_apply_in_one_call_are_both_done(call):
    result = call("set_modifier", names=["Cube"], type="ARRAY", properties={"count": 4},
                  action="apply")  # fmt: skip
    if result.ok:
        assert len(cube().data.vertices) == 32
    else:
        assert "add" in result.error
        assert not cube().modifiers


def test_settings_of_an_existing_one_are_not_passed_over_when_it_is_applied(call):
    cube().modifiers.new("Row", "ARRAY").count = 2
    result = call("set_modifier", names=["Cube"], modifier="Row", properties={"count": 4},
                  action="apply")  # fmt: skip
    assert not result.ok or len(cube().data.vertices) == 32


@pytest.mark.parametrize("hide", ["hide_viewport", "hide_set"])
def test_one_of_a_hidden_object_is_applied_and_it_stays_hidden(call, hide):
    cube().modifiers.new("Row", "ARRAY").count = 3
    cube().hide_set(True) if hide == "hide_set" else setattr(cube(), hide, True)
    done(call("set_modifier", names=["Cube"], modifier="Row", action="apply"))
    assert len(cube().data.vertices) == 24
    assert not cube().visible_get()


def test_a_modifier_hidden_in_the_viewport_is_applied_or_refused_but_not_lost(call):
    row = cube().modifiers.new("Row", "ARRAY")
    row.count, row.show_viewport = 3, False
    result = call("set_modifier", names=["Cube"], modifier="Row", action="apply")
    assert len(cube().data.vertices) == 24 if result.ok else "Row" in cube().modifiers


def test_what_cannot_be_applied_says_why(refused):
    cube().modifiers.new("Cut", "BOOLEAN")
    error = refused("set_modifier", names=["Cube"], modifier="Cut", action="apply")
    assert error.startswith("'Cut' of 'Cube'")
    assert not error.endswith("\n")


def test_one_of_a_shared_mesh_or_of_another_scene_is_not_applied(refused):
    twin = bpy.data.objects.new("Twin", cube().data)
    elsewhere("Far").users_collection[0].objects.link(twin)
    cube().modifiers.new("Row", "ARRAY")
    assert "make_single_user" in refused(
        "set_modifier", names=["Cube"], modifier="Row", action="apply"
    )
    twin.data = cube().data.copy()
    twin.modifiers.new("Row", "ARRAY")
    assert "view layer" in refused("set_modifier", names=["Twin"], modifier="Row", action="apply")


def test_an_object_of_another_scene_gets_a_modifier(call):
    twin = bpy.data.objects.new("Twin", cube().data)
    elsewhere("Far").users_collection[0].objects.link(twin)
    done(call("set_modifier", names=["Twin"], type="BEVEL", properties={"width": 0.3}))
    assert named("Twin").modifiers[0].width == pytest.approx(0.3)


def test_many_objects_get_the_same(call):
    for number in range(5):
        made = bpy.data.objects.new(f"Rack {number}", cube().data)
        bpy.context.scene.collection.objects.link(made)
    result = done(call("set_modifier", names=["Rack*", "Cube"], type="BEVEL"))
    assert result.value["objects"] == 6
    assert all(len(named(f"Rack {n}").modifiers) == 1 for n in range(5))
    assert result.receipt.text().startswith("Changed objects Rack 0, Rack 1")


def test_a_failure_at_the_last_object_leaves_the_first_as_it_was(refused):
    error = refused("set_modifier", names=["Cube", "Light"], type="BEVEL")
    assert "'Light' is a light" in error


def test_a_group_of_geometry_nodes_gets_its_inputs_by_name(call):
    group = bpy.data.node_groups.new("Scatter", "GeometryNodeTree")
    group.interface.new_socket("Geometry", socket_type="NodeSocketGeometry", in_out="OUTPUT")
    group.interface.new_socket("Count", socket_type="NodeSocketInt", in_out="INPUT")
    given = {"node_group": "Scatter", "Count": 7}
    value = done(call("set_modifier", names=["Cube"], type="NODES", properties=given)).value
    assert cube().modifiers[0].node_group == group
    assert value["settings"]["inputs"]["Count"] == 7


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ["Cub"], "type": "BEVEL"}, "Did you mean 'Cube'"),
        ({"names": ["Cube"], "type": "BEVLE"}, "Did you mean 'BEVEL'"),
        ({"names": ["Cube"]}, "Say which modifier"),
        ({"names": ["Cube"], "modifier": "Bevl", "properties": {"width": 1}}, "no modifier"),
        ({"names": ["Cube"], "modifier": "Bevel", "type": "MIRROR"}, "of type BEVEL"),
        (
            {"names": ["Cube"], "modifier": "Bevel", "properties": {"widht": 1}},
            "Did you mean 'width",
        ),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"width": "wide"}}, "a number"),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"width": -1}}, "from 0"),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"segments": 2.5}}, "whole"),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"width": float("nan")}}, "finite"),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"width": float("inf")}}, "finite"),
        ({"names": ["Cube"], "modifier": "Bevel", "properties": {"affect": "FACES"}}, "VERTICES"),
        ({"names": ["Cube"], "type": "MIRROR", "properties": {"mirror_object": "Lite"}}, "'Light'"),
        ({"names": ["Cube"], "type": "BEVEL", "index": -1}, "index"),
        ({"names": ["Cube"], "type": "MIRROR", "action": "remove"}, "MIRROR"),
        ({"names": ["Cube"], "modifier": "Bevel", "action": "delete"}, "remove"),
        ({"names": ["Light"], "type": "BEVEL"}, "light, which takes no modifier"),
        ({"names": ["Camera"], "type": "ARRAY"}, "camera, which takes no modifier"),
        ({"names": ["Mark"], "type": "ARRAY"}, "takes no modifier"),
        ({"names": ["Cube"], "type": "BEVEL", "modifier": "x" * 64}, "too long"),
        ({"names": ["Cube"], "type": "MIRROR", "properties": {"mirror_object": "Cube"}}, "itself"),
        ({"names": [f"Rack {n}" for n in range(10_000)], "type": "BEVEL"}, "1000"),
    ],
)
def test_a_modifier_that_makes_no_sense_is_refused(refused, given, said):
    cube().modifiers.new("Bevel", "BEVEL")
    empty("Mark")
    assert said in refused("set_modifier", **given)


def test_the_longest_name_of_a_modifier_is_kept_and_found_again(call):
    done(call("set_modifier", names=["Cube"], type="BEVEL", modifier="x" * 63))
    done(call("set_modifier", names=["Cube"], modifier="x" * 63, properties={"segments": 2}))
    assert (cube().modifiers.keys(), cube().modifiers[0].segments) == (["x" * 63], 2)


def test_another_files_object_gets_none_and_can_be_cut_with(call, refused, tmp_path):
    linked(tmp_path)
    for given in ({"type": "BEVEL"}, {"modifier": "Their Bevel", "action": "remove"}):
        assert "linked from" in refused("set_modifier", names=["Theirs"], **given)
    done(call("set_modifier", names=["Cube"], type="BOOLEAN", properties={"object": "Theirs"}))
    assert cube().modifiers[0].object == named("Theirs")


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
@pytest.mark.parametrize(
    "given", [{"type": "BEVEL"}, {"modifier": "Row", "action": "apply"},
              {"modifier": "Row", "action": "remove"}]
)  # fmt: skip
def test_the_users_mode_and_selection_stay(call, mode, given):
    cube().modifiers.new("Row", "ARRAY")
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    done(call("set_modifier", names=["Cube"], **given))
    assert (bpy.context.mode, selected()) == (before, ["Cube"])


# set_constraint


def test_a_constraint_is_added_with_its_settings_and_told(call):
    given = {"target": "Cube", "track_axis": "TRACK_NEGATIVE_Z", "influence": 0.5}
    result = done(call("set_constraint", names=["Camera"], type="TRACK_TO", constraint="Look",
                       properties=given))  # fmt: skip
    look = named("Camera").constraints["Look"]
    assert (look.target, look.track_axis, look.influence) == (cube(), "TRACK_NEGATIVE_Z", 0.5)
    assert result.value["settings"]["target"] == "Cube"
    assert result.receipt.text().startswith("Changed object Camera (Look added")


@pytest.mark.parametrize("kind", ["track to", "Copy Location", "LIMIT_ROTATION", "child of"])
def test_a_constraints_type_may_be_named_as_the_interface_does(call, kind):
    done(call("set_constraint", names=["Cube"], type=kind))
    assert len(cube().constraints) == 1


def test_a_limits_angles_are_degrees(call):
    given = {"use_limit_x": True, "max_x": 45}
    done(call("set_constraint", names=["Cube"], type="LIMIT_ROTATION", properties=given))
    assert cube().constraints[0].max_x == pytest.approx(math.radians(45))


def test_constraints_are_changed_moved_and_removed(call):
    for name in ("A", "B"):
        cube().constraints.new("COPY_LOCATION").name = name
    done(
        call("set_constraint", names=["Cube"], constraint="B", index=0, properties={"use_x": False})
    )
    assert (cube().constraints.keys(), cube().constraints[0].use_x) == (["B", "A"], False)
    result = done(call("set_constraint", names=["Cube"], constraint="A", action="remove"))
    assert (cube().constraints.keys(), result.receipt.text()) == (
        ["B"], "Changed object Cube (A removed)",
    )  # fmt: skip


def test_applying_a_constraint_keeps_its_effect(call):
    cube().constraints.new("COPY_LOCATION").target = empty("Target", location=(4, 5, 6))
    result = done(call("set_constraint", names=["Cube"], type="COPY_LOCATION", action="apply"))
    assert (len(cube().constraints), world("Cube")) == (0, (4, 5, 6))
    assert rounded(cube().location) == (4, 5, 6)
    assert "appli" in result.receipt.text()
    assert "applyed" not in result.receipt.text()


def test_applying_a_constraint_of_a_child_leaves_it_in_place(call):
    parent = empty("Parent", location=(1, 1, 1), rotation_euler=(0, 0, 1), scale=(2, 2, 2))
    cube().parent = parent
    cube().constraints.new("COPY_LOCATION").target = empty("Target", location=(4, 5, 6))
    done(call("set_constraint", names=["Cube"], type="COPY_LOCATION", action="apply"))
    assert world("Cube") == (4, 5, 6)


def test_removing_one_of_several_kinds_takes_the_last_of_its_type(call):
    for name in ("A", "B"):
        cube().constraints.new("COPY_LOCATION").name = name
    done(call("set_constraint", names=["Cube"], type="COPY_LOCATION", action="remove"))
    assert cube().constraints.keys() == ["A"]


def rig():
    bpy.ops.object.armature_add()
    return bpy.context.view_layer.objects.active


def test_a_bone_gets_a_constraint(call, refused):
    name = rig().name
    given = {"target": "Cube"}
    done(call("set_constraint", names=[name], bone="Bone", type="COPY_ROTATION", properties=given))
    assert named(name).pose.bones["Bone"].constraints[0].target == cube()
    assert "Did you mean 'Bone'" in refused(
        "set_constraint", names=[name], bone="Bonne", type="COPY_ROTATION"
    )


def test_applying_a_bones_constraint_keeps_its_effect(call):
    name = rig().name
    bone = named(name).pose.bones["Bone"]
    bone.constraints.new("COPY_ROTATION").target = empty("Target", rotation_euler=(0, 0, 1))
    bpy.context.view_layer.update()
    before = [rounded(row, 3) for row in bone.matrix]
    done(call("set_constraint", names=[name], bone="Bone", type="COPY_ROTATION", action="apply"))
    bone = named(name).pose.bones["Bone"]
    assert (len(bone.constraints), [rounded(row, 3) for row in bone.matrix]) == (0, before)


def test_an_object_that_has_no_bones_says_so(refused):
    assert "Cube" in refused("set_constraint", names=["Cube"], bone="Bone", type="COPY_ROTATION")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ["Cub"], "type": "TRACK_TO"}, "Did you mean 'Cube'"),
        ({"names": ["Cube"], "type": "TRAK_TO"}, "Did you mean 'TRACK_TO'"),
        ({"names": ["Cube"], "type": "BEVEL"}, "no constraint type"),
        ({"names": ["Cube"]}, "Say which constraint"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"target": "Lite"}}, "'Light'"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"taget": "Light"}}, "'target'"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"influence": 2}}, "from 0 to 1"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"influence": "a"}}, "a number"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"influence": float("nan")}},
         "finite"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"track_axis": "UP"}}, "TRACK_X"),
        ({"names": ["Cube"], "type": "TRACK_TO", "action": "apply"}, "TRACK_TO"),
        ({"names": ["Cube"], "type": "TRACK_TO", "index": -1}, "index"),
        ({"names": ["Cube"], "type": "TRACK_TO", "constraint": "x" * 64}, "too long"),
        ({"names": ["Cube"], "type": "TRACK_TO", "properties": {"target": "Cube"}}, "itself"),
        ({"names": [f"Rack {n}" for n in range(10_000)], "type": "TRACK_TO"}, "1000"),
    ],
)  # fmt: skip
def test_a_constraint_that_makes_no_sense_is_refused(refused, given, said):
    assert said in refused("set_constraint", **given)


def test_the_longest_name_of_a_constraint_is_kept(call):
    done(call("set_constraint", names=["Cube"], type="TRACK_TO", constraint="x" * 63))
    assert cube().constraints.keys() == ["x" * 63]


def test_another_files_object_gets_no_constraint_and_can_be_a_target(call, refused, tmp_path):
    linked(tmp_path)
    assert "linked from" in refused("set_constraint", names=["Theirs"], type="TRACK_TO")
    done(call("set_constraint", names=["Cube"], type="TRACK_TO", properties={"target": "Theirs"}))
    assert cube().constraints[0].target == named("Theirs")


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_the_users_mode_stays_when_a_constraint_is_set_and_applied(call, mode):
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    given = {"target": "Light"}
    done(call("set_constraint", names=["Cube"], type="COPY_LOCATION", properties=given))
    done(call("set_constraint", names=["Cube"], type="COPY_LOCATION", action="apply"))
    assert (bpy.context.mode, selected()) == (before, ["Cube"])


def test_a_deleted_object_is_unknown(refused):
    bpy.data.objects.remove(named("Light"))
    for tool, kind in (("set_constraint", "TRACK_TO"), ("set_modifier", "BEVEL")):
        assert "There is no object 'Light'" in refused(tool, names=["Light"], type=kind)


def test_names_of_objects_may_be_as_long_as_blender_keeps_them(call):
    cube().name = "x" * LONGEST
    done(call("set_modifier", names=["x" * LONGEST], type="BEVEL"))
