"""set_object: transforms in the world or the parent's frame, size, parents, names, visibility."""

from __future__ import annotations

import math

import bpy  # isort: skip
import bmesh  # which comes with bpy
import pytest
from blender.scenes import (
    LONGEST,
    NO_NUMBERS,
    cube,
    done,
    elsewhere,
    empty,
    linked,
    mesh,
    plane,
    rounded,
    selected,
    world,
)
from mathutils import Euler, Matrix, Vector


def degrees(each):
    return rounded(map(math.degrees, each.rotation_euler), 3)


def family():
    """An empty "Parent" that is turned, moved and scaled evenly, and its child "Child"."""
    parent = empty("Parent", location=(5, 0, 0), rotation_euler=(0, 0, math.pi / 2), scale=(2,) * 3)
    child = empty("Child", location=(1, 0, 0))
    child.parent = parent
    bpy.context.view_layer.update()
    return parent, child


def test_a_transform_is_set_as_given(call):
    done(
        call(
            "set_object",
            names=["Cube"],
            location=(1, 2, 3),
            rotation=(90, 0, -400),
            scale=(1, 2, 3),
        )
    )
    assert tuple(cube().location) == (1, 2, 3)
    assert degrees(cube()) == (90, 0, -400)
    assert tuple(cube().scale) == (1, 2, 3)


def test_the_result_tells_each_object_as_it_is_now(call):
    value = done(call("set_object", names=["Cube"], location=(1, 0, 0), scale=(2, 2, 2))).value
    assert value == {
        "objects": [
            {
                "name": "Cube",
                "world_location": [1, 0, 0],
                "rotation": [0, 0, 0],
                "scale": [2, 2, 2],
                "dimensions": [4, 4, 4],
            }
        ],
        "count": 1,
    }


def test_the_receipt_names_what_changed(call):
    result = done(call("set_object", names=["Cube", "Light"], location=(1, 0, 0)))
    assert result.receipt.text() == "Changed objects Cube, Light (location)"


@pytest.mark.parametrize(
    "given", [{"location": (0, 0, 0)}, {"scale": (1, 1, 1)}, {"visible": True}, {"new_name": "Cube"},
              {"dimensions": (2, 2, 2)}, {"parent": ""}, {"select": "only"}]
)  # fmt: skip
def test_what_is_so_already_is_no_change(call, given):
    assert not done(call("set_object", names=["Cube"], **given)).receipt


def test_the_worlds_place_is_meant_unless_the_parents_is(call):
    family()
    done(call("set_object", names=["Child"], location=(0, 0, 7)))
    assert world("Child") == (0, 0, 7)
    done(call("set_object", names=["Child"], location=(0, 0, 1), space="local"))
    assert tuple(bpy.data.objects["Child"].location) == (0, 0, 1)
    assert world("Child") == (5, 0, 2)


def test_a_rotation_and_a_scale_in_the_world_undo_the_parents(call):
    _, child = family()
    done(call("set_object", names=["Child"], rotation=(0, 0, 0), scale=(1, 1, 1)))
    assert rounded(child.matrix_world.to_euler()) == (0, 0, 0)
    assert rounded(child.matrix_world.to_scale()) == (1, 1, 1)
    assert rounded(child.matrix_world.translation) == (5, 2, 0)


def test_a_relative_move_adds_and_a_relative_scale_multiplies(call):
    cube().scale = (1, 2, 3)
    cube().location = (1, 1, 1)
    given = {"location": (1, 0, 0), "rotation": (0, 0, 350), "scale": (2, 2, 2)}
    for _ in range(2):
        done(call("set_object", names=["Cube"], relative=True, **given))
    assert rounded(cube().location) == (3, 1, 1)
    assert rounded(cube().scale) == (4, 8, 12)
    assert degrees(cube()) == (0, 0, 700)


def test_a_relative_move_of_a_child_is_in_the_worlds_axes_and_metres(call):
    family()
    done(call("set_object", names=["Child"], location=(1, 0, 0), relative=True))
    assert world("Child") == (6, 2, 0)


@pytest.mark.parametrize("names", [["Parent", "Child"], ["Child", "Parent"]])
def test_a_parent_and_its_child_moved_together_move_once(call, names):
    family()
    done(call("set_object", names=names, location=(0, 0, 3), relative=True))
    assert (world("Parent"), world("Child")) == ((5, 0, 3), (5, 2, 3))


@pytest.mark.parametrize("names", [["Parent", "Child"], ["Child", "Parent"]])
def test_a_parent_and_its_child_go_to_the_place_asked_for(call, names):
    family()
    done(call("set_object", names=names, location=(1, 1, 1)))
    assert (world("Parent"), world("Child")) == ((1, 1, 1), (1, 1, 1))


@pytest.mark.parametrize("relative", [False, True])
def test_a_move_leaves_the_shape_of_a_sheared_child(call, relative):
    parent = empty("Parent", scale=(3, 1, 1))
    child = empty("Child", rotation_euler=(0, 0, math.radians(45)), location=(1, 1, 0))
    child.parent = parent
    bpy.context.view_layer.update()
    before = [rounded(row) for row in child.matrix_world.to_3x3()]
    done(call("set_object", names=["Child"], location=(0, 0, 2), relative=relative))
    assert [rounded(row) for row in child.matrix_world.to_3x3()] == before
    assert degrees(child) == (0, 0, 45)


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "YXZ", "QUATERNION", "AXIS_ANGLE"])
@pytest.mark.parametrize("space", ["world", "local"])
def test_angles_are_xyz_in_whichever_way_the_object_keeps_them(call, mode, space):
    cube().rotation_mode = mode
    done(call("set_object", names=["Cube"], rotation=(30, 40, 50), space=space))
    wanted = Matrix.LocRotScale(None, _euler(30, 40, 50), None)
    assert [rounded(row) for row in cube().matrix_world.to_3x3()] == [
        rounded(row) for row in wanted.to_3x3()
    ]
    assert cube().rotation_mode == mode


def _euler(*angles):
    return Euler([math.radians(angle) for angle in angles])


def test_dimensions_set_the_scale_along_its_own_axes(call):
    cube().rotation_euler.z = 1
    done(call("set_object", names=["Cube"], dimensions=(1, 2, 6)))
    assert rounded(cube().scale) == (0.5, 1, 3)
    assert rounded(cube().dimensions) == (1, 2, 6)


def test_dimensions_count_modifiers_in(call):
    cube().modifiers.new("Row", "ARRAY").count = 3
    done(call("set_object", names=["Cube"], dimensions=(3, 1, 1)))
    assert rounded(cube().scale) == (0.5, 0.5, 0.5)


def test_dimensions_keep_a_mirrored_object_mirrored(call):
    cube().scale = (-1, 1, 1)
    done(call("set_object", names=["Cube"], dimensions=(4, 4, 4)))
    assert rounded(cube().scale) == (-2, 2, 2)


def test_dimensions_and_scale_of_a_call_do_not_multiply(call):
    done(call("set_object", names=["Cube"], scale=(3, 3, 3), dimensions=(1, 1, 1)))
    assert rounded(cube().dimensions) == (1, 1, 1)


def test_dimensions_of_a_flat_object_leave_0_where_it_is_flat(call, refused):
    plane()
    assert "'Plane' has no extent along Z" in refused(
        "set_object", names=["Plane"], dimensions=(1, 1, 1)
    )
    done(call("set_object", names=["Plane"], dimensions=(1, 4, 0)))
    assert rounded(bpy.data.objects["Plane"].dimensions) == (1, 4, 0)


@pytest.mark.parametrize("hide", ["hide_viewport", "hide_set"])
def test_dimensions_of_a_hidden_object_are_met_too(call, hide):
    each = mesh("Hidden", [(0, 0, 0), (4, 0, 0), (0, 4, 0), (0, 0, 4)], [(0, 1, 2), (0, 1, 3)])
    each.hide_set(True) if hide == "hide_set" else setattr(each, hide, True)
    done(call("set_object", names=["Hidden"], dimensions=(2, 2, 2)))
    assert rounded(bpy.data.objects["Hidden"].scale) == (0.5, 0.5, 0.5)


def test_dimensions_are_the_worlds_metres_under_a_scaled_parent_too(call):
    cube().parent = empty("Parent", scale=(2, 2, 2))
    done(call("set_object", names=["Cube"], dimensions=(1, 1, 1)))
    assert rounded(cube().dimensions) == (1, 1, 1)


@pytest.mark.parametrize(
    ("name", "axis"), [("Camera", (0, 0, -1)), ("Light", (0, 0, -1)), ("Arrow", (0, 1, 0))]
)
@pytest.mark.parametrize("target", ["Cube", [0, 0, 0]])
def test_objects_point_at_an_object_or_a_place(call, name, axis, target):
    empty("Arrow", location=(3, 4, 0))
    done(call("set_object", names=[name], point_at=target))
    each = bpy.data.objects[name]
    towards = (each.matrix_world.to_3x3() @ Vector(axis)).normalized()
    assert rounded(towards) == rounded(-each.matrix_world.translation.normalized())


def test_a_mirrored_object_points_at_its_target_too(call):
    each = empty("Arrow", location=(0, -5, 0), scale=(-1, 1, 1))
    done(call("set_object", names=["Arrow"], point_at=[0, 0, 0]))
    assert rounded(each.matrix_world.to_3x3() @ Vector((0, 1, 0))) == (0, 1, 0)


def test_an_object_is_moved_before_it_is_pointed(call):
    done(call("set_object", names=["Camera"], location=(0, 0, 10), point_at="Cube"))
    camera = bpy.data.objects["Camera"]
    assert rounded(camera.matrix_world.to_3x3() @ Vector((0, 0, -1))) == (0, 0, -1)


def test_what_points_at_itself_or_its_own_place_is_refused(refused):
    assert "very place" in refused("set_object", names=["Cube"], point_at="Cube")
    assert "very place" in refused("set_object", names=["Cube"], point_at=[0, 0, 0])


def test_a_new_parent_keeps_the_child_in_place_unless_told_not_to(call):
    empty("Parent", location=(5, 0, 0), rotation_euler=(0, 0, 1), scale=(2, 2, 2))
    cube().location = (1, 1, 1)
    done(call("set_object", names=["Cube"], parent="Parent"))
    assert world("Cube") == (1, 1, 1)
    assert rounded(cube().matrix_world.to_scale()) == (1, 1, 1)
    done(call("set_object", names=["Cube"], parent=""))
    assert (cube().parent, world("Cube")) == (None, (1, 1, 1))
    cube().location = (0, 0, 1)
    done(call("set_object", names=["Cube"], parent="Parent", keep_transform=False))
    assert world("Cube") == (5, 0, 2)


def test_a_place_given_with_the_parent_is_the_worlds(call):
    empty("Parent", location=(5, 0, 0), scale=(2, 2, 2))
    done(call("set_object", names=["Cube"], parent="Parent", location=(0, 1, 0)))
    assert (cube().parent.name, world("Cube")) == ("Parent", (0, 1, 0))


@pytest.mark.parametrize(("vertices", "kind"), [([3], "VERTEX"), ([0, 1, 2], "VERTEX_3")])
def test_an_object_hangs_on_vertices_and_follows_them(call, vertices, kind):
    empty("Flag", location=(3, 3, 3))
    done(call("set_object", names=["Flag"], parent="Cube", parent_vertices=vertices))
    flag = bpy.data.objects["Flag"]
    assert flag.parent_type == kind
    assert world("Flag") == (3, 3, 3)
    cube().location.x = 2
    assert world("Flag")[0] == pytest.approx(5, abs=0.01)


def test_an_object_hangs_on_a_bone_and_stays_in_place(call):
    call("create_object", type="armature", name="Rig")
    rig = bpy.data.objects["Rig"]
    bpy.ops.object.mode_set(mode="EDIT")
    bone = rig.data.edit_bones.new("Arm")
    bone.head, bone.tail = (0, 0, 0), (0, 1, 1)
    bpy.ops.object.mode_set(mode="OBJECT")
    cube().location = (1, 2, 3)
    done(call("set_object", names=["Cube"], parent="Rig", parent_bone="Arm"))
    assert (cube().parent_type, cube().parent_bone) == ("BONE", "Arm")
    assert world("Cube") == (1, 2, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"parent": "Child"}, "its own descendant 'Child'"),
        ({"parent": "Parent"}, "itself"),
        ({"parent": "Parnt"}, "Did you mean 'Parent'"),
        ({"parent": "Cube", "parent_vertices": [8]}, "vertices 0 to 7"),
        ({"parent": "Cube", "parent_vertices": [-1]}, "vertices 0 to 7"),
        ({"parent": "Cube", "parent_vertices": [0, 1]}, "1 or 3"),
        ({"parent": "Cube", "parent_vertices": [0, 1, 2, 3]}, "parent_vertices"),
        ({"parent": "Light", "parent_vertices": [0]}, "no vertices"),
        ({"parent": "Cube", "parent_bone": "Arm"}, "no bone 'Arm'"),
        ({"parent_vertices": [0]}, "parent"),
        ({"parent_bone": "Arm"}, "parent"),
    ],
)
def test_a_parent_that_cannot_be_is_refused(refused, given, said):
    family()
    assert said in refused("set_object", names=["Parent"], **given)


def test_a_failure_at_the_last_object_leaves_the_first_as_it_was(refused):
    family()
    refused("set_object", names=["Cube", "Parent"], parent="Child", location=(9, 9, 9))


def test_visible_hides_in_viewport_and_render_and_shows_again(call):
    result = done(call("set_object", names=["Cube"], visible=False))
    assert (cube().visible_get(), cube().hide_render) == (False, True)
    assert result.receipt.text() == "Changed object Cube (visibility)"
    cube().hide_viewport = True
    done(call("set_object", names=["Cube"], visible=True))
    assert (cube().visible_get(), cube().hide_render, cube().hide_viewport) == (True, False, False)


def test_an_object_of_another_scene_can_be_moved_and_hidden(call):
    elsewhere("Far")
    done(call("set_object", names=["Far"], location=(1, 2, 3), visible=False))
    far = bpy.data.objects["Far"]
    assert (tuple(far.location), far.hide_viewport, far.hide_render) == ((1, 2, 3), True, True)


def test_a_hidden_object_can_be_moved_turned_and_parented(call):
    parent, child = family()
    child.hide_set(True)
    parent.hide_viewport = True
    done(call("set_object", names=["Child"], location=(1, 1, 1), rotation=(0, 0, 0)))
    child.hide_set(False)
    parent.hide_viewport = False
    assert world("Child") == (1, 1, 1)


@pytest.mark.parametrize(
    ("how", "after", "active"),
    [("only", ["Camera", "Light"], "Light"), ("add", ["Camera", "Cube", "Light"], "Light"),
     ("remove", ["Cube"], "Cube")],
)  # fmt: skip
def test_the_selection_is_set_added_to_or_taken_from(call, how, after, active):
    if how == "remove":
        for each in bpy.data.objects:
            each.select_set(True)
    done(call("set_object", names=["Camera", "Light"], select=how))
    assert selected() == after
    assert bpy.context.view_layer.objects.active.name == active


def test_what_cannot_be_selected_is_refused_with_the_reason(refused):
    elsewhere("Far")
    assert "Far" in refused("set_object", names=["Far"], select="only")
    empty("Hidden").hide_set(True)
    assert "Hidden" in refused("set_object", names=["Hidden"], select="only")


def test_one_is_renamed_and_several_are_numbered(call):
    result = done(call("set_object", names=["Cube"], new_name="Box"))
    assert result.receipt.text() == "Changed object Box (renamed from Cube)"
    value = done(call("set_object", names=["Box", "Light"], new_name="Part")).value
    assert [each["name"] for each in value["objects"]] == ["Part", "Part.001"]


def test_a_name_that_is_taken_is_told_as_it_became(call):
    value = done(call("set_object", names=["Cube"], new_name="Light")).value
    assert value["objects"][0]["name"] == "Light.001"
    assert bpy.data.objects["Light"].type == "LIGHT"


def test_the_longest_name_is_kept_and_a_longer_one_is_refused(call, refused):
    assert "too long" in refused("set_object", names=["Cube"], new_name="x" * (LONGEST + 1))
    done(call("set_object", names=["Cube"], new_name="x" * LONGEST))
    assert "x" * LONGEST in bpy.data.objects


def test_patterns_mean_objects_of_the_scene(call, refused):
    for number in range(3):
        empty(f"Rack.{number}")
    elsewhere("Rack.9")
    assert done(call("set_object", names=["Rack*"], location=(0, 0, 1))).value["count"] == 3
    assert bpy.data.objects["Rack.9"].location.z == 0
    assert "matches 'Shelf*'" in refused("set_object", names=["Shelf*"], location=(0, 0, 1))


def test_a_name_with_brackets_is_a_name_first(call):
    empty("Lamp [old]")
    empty("Lamp d")
    assert done(call("set_object", names=["Lamp [old]"], location=(0, 0, 1))).value["count"] == 1
    assert bpy.data.objects["Lamp [old]"].location.z == 1


def test_a_scale_is_applied_to_the_mesh(call):
    cube().scale = (2, 1, 0.5)
    cube().location = (1, 0, 0)
    done(call("set_object", names=["Cube"], apply=["scale"]))
    assert tuple(cube().scale) == (1, 1, 1)
    assert rounded(cube().dimensions) == (4, 2, 1)
    assert tuple(cube().location) == (1, 0, 0)


@pytest.mark.parametrize("part", ["location", "rotation"])
def test_location_or_rotation_is_applied_to_the_mesh(call, part):
    cube().location, cube().rotation_euler.z = (1, 2, 3), math.radians(90)
    done(call("set_object", names=["Cube"], apply=[part]))
    assert (rounded(cube().location) == (0, 0, 0)) == (part == "location")
    assert (degrees(cube()) == (0, 0, 0)) == (part == "rotation")
    corners = [cube().matrix_world @ vertex.co for vertex in cube().data.vertices]
    assert rounded(sum(corners, Vector()) / 8) == (1, 2, 3)


def test_a_constraints_effect_is_applied_as_its_own_transform(call):
    constraint = cube().constraints.new("COPY_LOCATION")
    constraint.target = empty("Target", location=(4, 5, 6))
    done(call("set_object", names=["Cube"], apply=["visual"]))
    assert rounded(cube().location) == (4, 5, 6)


def test_children_stay_where_they_are_when_the_parents_scale_is_applied(call):
    cube().scale = (3, 3, 3)
    child = empty("Child", location=(1, 0, 0))
    child.parent = cube()
    bpy.context.view_layer.update()
    done(call("set_object", names=["Cube"], apply=["scale"]))
    assert world("Child") == (3, 0, 0)


def test_a_shared_mesh_is_not_applied_to(refused):
    twin = bpy.data.objects.new("Twin", cube().data)
    bpy.context.scene.collection.objects.link(twin)
    cube().scale = (2, 2, 2)
    assert "make_single_user" in refused("set_object", names=["Cube"], apply=["scale"])


@pytest.mark.parametrize("name", ["Camera", "Light"])
@pytest.mark.parametrize("part", ["rotation", "scale", "location"])
def test_what_has_nothing_to_apply_to_is_refused_in_words(refused, name, part):
    error = refused("set_object", names=[name], apply=[part])
    assert name in error
    assert "RuntimeError" not in error


@pytest.mark.parametrize(
    ("origin", "place"),
    [
        ("geometry", (2, 0, 0)), ("mass", (2, 0, 0)), ("bottom", (2, 0, -1)), ("cursor", (7, 8, 9)),
        ([0, 0, 5], (0, 0, 5)),
    ],
)  # fmt: skip
def test_an_origin_moves_and_what_is_seen_stays(call, origin, place):
    cube().data.transform(Matrix.Translation((2, 0, 0)))
    child = empty("Child", location=(0, 0, 3))
    child.parent = cube()
    bpy.context.scene.cursor.location = (7, 8, 9)
    bpy.context.view_layer.update()
    before = sorted(rounded(cube().matrix_world @ v.co) for v in cube().data.vertices)
    result = done(call("set_object", names=["Cube"], origin=origin))
    assert world("Cube") == place
    assert sorted(rounded(cube().matrix_world @ v.co) for v in cube().data.vertices) == before
    assert world("Child") == (0, 0, 3)
    assert tuple(bpy.context.scene.cursor.location) == (7, 8, 9)
    assert result.receipt.text() == "Changed object Cube (origin)"
    assert selected() == ["Cube"]


def test_an_origin_of_a_shared_mesh_is_refused_since_the_others_would_move(refused):
    twin = bpy.data.objects.new("Twin", cube().data)
    bpy.context.scene.collection.objects.link(twin)
    assert "make_single_user" in refused("set_object", names=["Cube"], origin=[1, 1, 1])


@pytest.mark.parametrize("name", ["Camera", "Light", "Mark"])
@pytest.mark.parametrize("origin", ["geometry", "bottom", [1, 1, 1]])
def test_what_is_nothing_but_its_origin_is_refused(refused, name, origin):
    empty("Mark")
    assert name in refused("set_object", names=[name], origin=origin)


@pytest.mark.parametrize("origin", ["middle", [1, 2], [], ""])
def test_an_origin_that_is_none_is_refused_with_what_would_do(refused, origin):
    assert "bottom" in refused("set_object", names=["Cube"], origin=origin) or origin in (
        [1, 2],
        [],
    )


def test_rigid_bodies_are_made_changed_and_taken_away(call):
    done(call("set_object", names=["Cube"], rigid_body="active", properties={"rigid_body.mass": 5}))
    assert (cube().rigid_body.type, cube().rigid_body.mass) == ("ACTIVE", 5)
    done(call("set_object", names=["Cube"], rigid_body="passive"))
    assert (cube().rigid_body.type, cube().rigid_body.mass) == ("PASSIVE", 5)
    done(call("set_object", names=["Cube"], rigid_body="none"))
    assert cube().rigid_body is None


def test_only_meshes_can_be_rigid_bodies(refused):
    assert "'Light' is no mesh" in refused(
        "set_object", names=["Cube", "Light"], rigid_body="active"
    )


def test_properties_are_found_in_the_object_or_its_data(call):
    done(call("set_object", names=["Camera"], properties={"lens": 85, "hide_render": True}))
    camera = bpy.data.objects["Camera"]
    assert (camera.data.lens, camera.hide_render) == (85, True)
    result = done(call("set_object", names=["Light"], properties={"energy": 5}))
    assert result.receipt.text() == "Changed light Light (energy)"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lenz": 5}, "Did you mean 'lens'"),
        ({"lens": "long"}, "give a number"),
        ({"lens": float("nan")}, "finite"),
        ({"lens": 0}, "from 1"),
        ({"type": "WIDE"}, "PANO"),
        ({"location": [1, 2]}, "list of 3"),
        ({"": 5}, "empty"),
        ({"lens": 5, "sensor_fit": "SIDEWAYS"}, "AUTO"),
    ],
)
def test_a_wrong_property_is_refused_and_nothing_is_set(refused, given, said):
    assert said in refused("set_object", names=["Camera"], properties=given)


def test_custom_properties_are_set_with_range_and_tooltip_and_removed(call):
    given = {
        "height": {"value": 2, "min": 0, "max": 10, "default": 1, "description": "In rack units"},
        "share": {"value": 0.5, "min": 0, "max": 1},
        "owner": "Ann",
        "on": True,
        "grid": [1, 2, 3],
    }
    result = done(call("set_object", names=["Cube"], custom_properties=given))
    assert (cube()["height"], cube()["share"], cube()["owner"]) == (2, 0.5, "Ann")
    assert cube()["on"] is True
    assert list(cube()["grid"]) == [1, 2, 3]
    told = cube().id_properties_ui("height").as_dict()
    assert (told["min"], told["max"], told["default"]) == (0, 10, 1)
    assert told["description"] == "In rack units"
    assert "[height]" in result.receipt.text()
    done(call("set_object", names=["Cube"], custom_properties={"owner": None}))
    assert "owner" not in cube().keys()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": float("nan")}, "finite"),
        ({"a": float("inf")}, "finite"),
        ({"a": 2**40}, "finite number"),
        ({"a": {"value": 5, "max": 3}}, "not from"),
        ({"a": {"value": 5, "hard_max": 3}}, "no 'hard_max'"),
        ({"a": []}, "list of numbers"),
        ({"": 1}, "name"),
        ({"x" * 64: 1}, "name"),
        ({"a": {"value": "text", "min": 3}}, "custom property 'a'"),
        ({"a": {"min": 3}}, "custom property 'a'"),
        ({"a": {"value": 1, "description": 5}}, "custom property 'a'"),
        ({"a": {"value": 1, "min": "low"}}, "custom property 'a'"),
        ({"a": {"value": 1, "min": 5, "max": 0}}, "custom property 'a'"),
        ({"a": ["b", "c"]}, "list of numbers"),
    ],
)
def test_a_custom_property_that_cannot_be_is_refused(refused, given, said):
    assert said in refused("set_object", names=["Cube"], custom_properties=given)


@pytest.mark.parametrize("bad", NO_NUMBERS)
@pytest.mark.parametrize("parameter", ["location", "rotation", "scale", "dimensions", "point_at"])
def test_what_is_no_finite_number_is_refused(refused, parameter, bad):
    assert parameter in refused("set_object", names=["Cube"], **{parameter: [0, bad, 1]})


@pytest.mark.parametrize("parameter", ["location", "scale", "dimensions"])
def test_a_number_too_large_for_blender_is_refused(refused, parameter):
    refused("set_object", names=["Cube"], **{parameter: [1e39, 1, 1]})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ["Cub"]}, "Did you mean 'Cube'"),
        ({"names": []}, "names"),
        ({"names": "Cube"}, "names"),
        ({"names": ["Cube"], "location": [1, 2]}, "location"),
        ({"names": ["Cube"], "space": "global"}, "world, local"),
        ({"names": ["Cube"], "dimensions": [-1, 1, 1]}, "none below 0"),
        ({"names": ["Light"], "dimensions": [1, 1, 1]}, "Light"),
        ({"names": ["Cube"], "point_at": "Lite"}, "Did you mean 'Light'"),
        ({"names": ["Cube"], "point_at": [1]}, "point_at"),
        ({"names": ["Cube"], "apply": ["size"]}, "visual"),
        ({"names": ["Cube"], "select": True}, "select"),
        ({"names": ["Cube"], "hide": True}, "there is no parameter 'hide'"),
    ],
)
def test_what_makes_no_sense_is_refused(refused, given, said):
    assert said in refused("set_object", **given)


def test_dimensions_of_an_empty_are_refused_without_talk_of_modifiers(refused):
    empty("Mark")
    assert "Solidify" not in refused("set_object", names=["Mark"], dimensions=(1, 1, 1))


def test_dimensions_of_0_do_not_flatten_an_object_for_good(call):
    done(call("set_object", names=["Cube"], dimensions=(2, 2, 0)))
    done(call("set_object", names=["Cube"], dimensions=(2, 2, 2)))
    assert rounded(cube().dimensions) == (2, 2, 2)


def test_a_deleted_object_is_unknown(refused):
    bpy.data.objects.remove(bpy.data.objects["Light"])
    assert "There is no object 'Light'" in refused(
        "set_object", names=["Light"], location=(1, 1, 1)
    )


@pytest.mark.parametrize(
    "given",
    [{"location": (1, 1, 1)}, {"new_name": "Ours"}, {"properties": {"pass_index": 3}},
     {"custom_properties": {"a": 1}}, {"visible": False}, {"parent": "Cube"}, {"apply": ["scale"]},
     {"origin": "geometry"}],
)  # fmt: skip
def test_an_object_of_another_file_is_not_changed(refused, tmp_path, given):
    linked(tmp_path)
    error = refused("set_object", names=["Theirs"], **given)
    assert "'Theirs' is linked from" in error
    assert "theirs.blend" in error


def test_an_object_of_another_file_can_be_selected(call, tmp_path):
    linked(tmp_path)
    done(call("set_object", names=["Theirs"], select="only"))
    assert selected() == ["Theirs"]


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "WEIGHT_PAINT"])
@pytest.mark.parametrize(
    "given",
    [{"location": (1, 1, 1)}, {"dimensions": (1, 1, 1)}, {"apply": ["scale"]}, {"origin": "bottom"},
     {"rigid_body": "active"}, {"visible": True}, {"new_name": "Box"}],
)  # fmt: skip
def test_the_users_mode_and_selection_stay(call, mode, given):
    cube().scale = (2, 2, 2)
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    done(call("set_object", names=["Cube"], **given))
    each = bpy.data.objects[given.get("new_name", "Cube")]
    assert bpy.context.mode == before
    assert bpy.context.view_layer.objects.active == each
    assert selected() == [each.name]


def test_what_was_edited_before_the_call_is_kept(call):
    bpy.ops.object.mode_set(mode="EDIT")
    shape = bmesh.from_edit_mesh(cube().data)
    for vertex in shape.verts:
        vertex.co.z *= 3
    bmesh.update_edit_mesh(cube().data)
    cube().scale = (2, 2, 2)
    done(call("set_object", names=["Cube"], apply=["scale"]))
    bpy.ops.object.mode_set(mode="OBJECT")
    assert rounded(cube().dimensions) == (4, 4, 12)


def test_the_selection_is_the_users_in_edit_mode(refused):
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Object" in refused("set_object", names=["Light"], select="only")


def test_ten_thousand_names_are_refused_with_the_most_that_goes(refused):
    error = refused("set_object", names=[f"Rack {n}" for n in range(10_000)], location=(0, 0, 0))
    assert "1000" in error
    assert len(error) < 500


def test_ten_thousand_objects_are_moved_by_a_pattern(call):
    for number in range(10_000):
        empty(f"Rack {number}")
    result = done(call("set_object", names=["Rack *"], location=(0, 0, 1), relative=True))
    assert result.value["count"] == 10_000
    assert "and 9,992 more" in result.receipt.text()
    assert all(each.location.z == 1 for each in bpy.data.objects if each.name.startswith("Rack"))
