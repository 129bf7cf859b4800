"""duplicate_objects, delete_objects and edit_collections: copies, what goes, and where things lie."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import (
    LONGEST,
    NO_NUMBERS,
    cube,
    done,
    elsewhere,
    empty,
    linked,
    rounded,
    selected,
    world,
)


def named(name):
    return bpy.data.objects[name]


def family():
    """The cube over "Child" over "Grandchild", each a metre further along X."""
    cube().location = (1, 0, 0)
    child, grandchild = empty("Child", location=(1, 0, 0)), empty("Grandchild", location=(1, 0, 0))
    child.parent, grandchild.parent = cube(), child
    bpy.context.view_layer.update()


def collection(name, parent=None):
    made = bpy.data.collections.new(name)
    (parent or bpy.context.scene.collection).children.link(made)
    return made


# duplicate_objects


def test_copies_stand_in_a_row_and_the_original_stays(call):
    result = done(call("duplicate_objects", names=["Cube"], count=3, offset=(0, 2.5, 0)))
    assert result.value == {"names": ["Cube.001", "Cube.002", "Cube.003"], "count": 3}
    assert [world(f"Cube.00{n}") for n in (1, 2, 3)] == [(0, 2.5, 0), (0, 5, 0), (0, 7.5, 0)]
    assert world("Cube") == (0, 0, 0)
    assert result.receipt.text() == "Added objects Cube.001, Cube.002, Cube.003"
    assert selected() == result.value["names"]


def test_copies_turn_about_their_own_origins(call):
    cube().location = (5, 0, 0)
    done(call("duplicate_objects", names=["Cube"], count=2, rotation=(0, 0, 30)))
    turns = [math.degrees(named(f"Cube.00{n}").rotation_euler.z) for n in (1, 2)]
    assert turns == pytest.approx([30, 60], abs=1e-3)
    assert world("Cube.002") == (5, 0, 0)


@pytest.mark.parametrize("linked_data", [True, False])
def test_data_are_shared_if_linked_and_materials_always(call, linked_data):
    done(call("duplicate_objects", names=["Cube"], linked=linked_data))
    assert (named("Cube.001").data == cube().data) is linked_data
    assert named("Cube.001").material_slots[0].material == cube().material_slots[0].material


def test_children_are_copied_with_their_parents_among_themselves(call):
    family()
    result = done(call("duplicate_objects", names=["Cube"], offset=(0, 0, 4)))
    assert result.value["count"] == 3
    assert named("Grandchild.001").parent == named("Child.001")
    assert named("Child.001").parent == named("Cube.001")
    assert world("Grandchild.001") == (3, 0, 4)
    assert (world("Child"), world("Grandchild")) == ((2, 0, 0), (3, 0, 0))


def test_children_stay_behind_if_told_so(call):
    family()
    result = done(call("duplicate_objects", names=["Cube"], children=False, offset=(0, 0, 4)))
    assert result.value["names"] == ["Cube.001"]
    assert not named("Cube.001").children


def test_a_copy_of_a_child_alone_keeps_the_parent_and_is_offset_in_the_world(call):
    family()
    cube().rotation_euler.z = math.pi / 2
    done(call("duplicate_objects", names=["Child"], children=False, offset=(1, 0, 0)))
    assert named("Child.001").parent == cube()
    assert world("Child.001") == (2, 1, 0)


def test_a_copy_of_a_sheared_child_has_its_shape(call):
    empty("Parent", scale=(3, 1, 1))
    cube().parent = named("Parent")
    cube().rotation_euler.z = math.radians(45)
    bpy.context.view_layer.update()
    before = [rounded(row) for row in cube().matrix_world.to_3x3()]
    done(call("duplicate_objects", names=["Cube"], offset=(0, 0, 5)))
    assert [rounded(row) for row in named("Cube.001").matrix_world.to_3x3()] == before


def test_a_copy_keeps_what_its_original_has(call):
    cube().modifiers.new("Row", "ARRAY").count = 4
    cube().constraints.new("TRACK_TO").target = named("Camera")
    cube()["note"] = "mine"
    done(call("duplicate_objects", names=["Cube"]))
    copy = named("Cube.001")
    assert (copy.modifiers[0].count, copy.constraints[0].target.name) == (4, "Camera")
    assert copy["note"] == "mine"


@pytest.mark.parametrize("mode", ["XYZ", "QUATERNION"])
def test_a_copy_of_a_mirrored_object_is_mirrored_the_same_way(call, mode):
    cube().rotation_mode = mode
    cube().scale = (-1, 2, 3)
    done(call("duplicate_objects", names=["Cube"], offset=(1, 0, 0)))
    copy = named("Cube.001")
    assert (copy.rotation_mode, rounded(copy.scale)) == (mode, (-1, 2, 3))
    assert rounded(copy.rotation_euler) == (0, 0, 0)


def test_a_copy_under_a_constraint_keeps_its_own_transform(call):
    cube().constraints.new("COPY_ROTATION").target = named("Camera")
    done(call("duplicate_objects", names=["Cube"], offset=(1, 0, 0)))
    assert rounded(named("Cube.001").rotation_euler) == (0, 0, 0)


def test_a_rotation_of_more_than_a_turn_and_delta_transforms_are_copied_as_they_are(call):
    cube().rotation_euler.z = math.radians(400)
    cube().delta_location.x = 2
    done(call("duplicate_objects", names=["Cube"], offset=(1, 0, 0)))
    assert math.degrees(named("Cube.001").rotation_euler.z) == pytest.approx(400, abs=1e-3)
    assert world("Cube.001") == (3, 0, 0)


def test_copies_point_at_each_other_where_the_originals_did(call):
    target = empty("Target")
    cube().constraints.new("TRACK_TO").target = target
    mirror = cube().modifiers.new("Mirror", "MIRROR")
    mirror.mirror_object = target
    done(call("duplicate_objects", names=["Cube", "Target"]))
    copy = named("Cube.001")
    assert copy.modifiers[0].mirror_object == copy.constraints[0].target == named("Target.001")
    assert cube().modifiers[0].mirror_object == target


def test_an_animated_copy_moves_by_itself(call):
    cube().keyframe_insert("location", frame=1)
    done(call("duplicate_objects", names=["Cube"]))
    assert named("Cube.001").animation_data.action != cube().animation_data.action
    done(call("duplicate_objects", names=["Cube"], linked=True))
    assert named("Cube.002").animation_data.action == cube().animation_data.action


def test_that_keyframes_decide_where_a_copy_is_is_said(call):
    cube().keyframe_insert("location", frame=1)
    result = call("duplicate_objects", names=["Cube"], offset=(0, 5, 0))
    assert "Keyframes decide where these are, not the offset: Cube.001" in result.value["note"]


def test_a_copy_of_a_rigid_body_is_one_too(call):
    bpy.ops.rigidbody.object_add(type="ACTIVE")
    done(call("duplicate_objects", names=["Cube"], offset=(3, 0, 0)))
    copy = named("Cube.001")
    assert copy.rigid_body.type == "ACTIVE"
    assert copy.name in bpy.context.scene.rigidbody_world.collection.objects
    assert bpy.data.collections["Collection"] in copy.users_collection


def test_copies_get_a_name_and_a_collection(call):
    collection("Racks")
    value = done(call("duplicate_objects", names=["Cube"], count=2, new_name="Rack",
                      collection="Racks")).value  # fmt: skip
    assert value["names"] == ["Rack", "Rack.001"]
    assert [place.name for place in named("Rack").users_collection] == ["Racks"]


def test_a_name_or_collection_is_not_only_for_the_top_of_a_family(call):
    family()
    collection("Racks")
    done(call("duplicate_objects", names=["Cube"], collection="Racks"))
    assert {each.name for each in bpy.data.collections["Racks"].objects} == {
        "Cube.001", "Child.001", "Grandchild.001",
    }  # fmt: skip


def test_a_copy_of_a_hidden_object_or_one_of_another_scene_comes_where_the_original_is(call):
    elsewhere("Far")
    cube().hide_set(True)
    done(call("duplicate_objects", names=["Far", "Cube"], offset=(1, 0, 0)))
    assert named("Far.001").users_scene == (bpy.data.scenes["Other"],)
    assert named("Far.001").location.x == 1
    assert not named("Cube.001").visible_get()


def test_a_copy_of_another_files_object_is_this_files(call, tmp_path):
    linked(tmp_path)
    collection("Ours")
    value = done(call("duplicate_objects", names=["Theirs"], collection="Ours")).value
    copy = bpy.data.objects[value["names"][0], None]
    assert (copy.library, copy.data.library) == (None, None)
    assert [place.name for place in copy.users_collection] == ["Ours"]


def test_a_copy_that_would_go_into_another_files_collection_says_so(refused, tmp_path):
    linked(tmp_path)
    assert "linked from" in refused(
        "duplicate_objects", names=["Cube"], collection="Their Collection"
    )


def test_a_copy_of_another_files_object_needs_no_place_named(call, tmp_path):
    linked(tmp_path)
    done(call("duplicate_objects", names=["Theirs"]))


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_an_object_is_copied_with_what_is_being_edited_and_the_mode_stays(call, mode):
    bpy.ops.object.mode_set(mode=mode)
    if mode == "EDIT":
        bpy.ops.mesh.subdivide()
    before = bpy.context.mode
    done(call("duplicate_objects", names=["Cube"]))
    assert bpy.context.mode == before
    assert selected() == ["Cube"]
    assert named("Cube.001").mode == "OBJECT"
    assert len(named("Cube.001").data.vertices) == (26 if mode == "EDIT" else 8)


def test_patterns_and_names_that_mean_the_same_are_copied_once(call):
    assert done(call("duplicate_objects", names=["Cube", "Cub*", "Cube"])).value["count"] == 1


def test_thousands_of_copies_come_in_time_and_too_many_are_refused(call, refused):
    error = refused("duplicate_objects", names=["Cube", "Light"], count=5_001)
    assert "10,002" in error
    assert "Array" in error
    result = done(call("duplicate_objects", names=["Cube"], count=2_000, linked=True))
    assert (result.value["count"], len(result.value["names"])) == (2_000, 50)
    assert len(result.receipt.text()) < 300


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ["Cub"]}, "Did you mean 'Cube'"),
        ({"names": ["Shelf*"]}, "matches 'Shelf*'"),
        ({"names": []}, "names"),
        ({"names": ["Cube"], "count": 0}, "count"),
        ({"names": ["Cube"], "count": 10_001}, "count"),
        ({"names": ["Cube"], "count": 1.5}, "count"),
        ({"names": ["Cube"], "collection": "Colection"}, "Did you mean 'Collection'"),
        ({"names": ["Cube"], "new_name": "x" * (LONGEST + 1)}, "too long"),
        ({"names": ["Cube"], "offset": [1, 2]}, "offset"),
        ({"names": ["Cube"], "offset": [1e39, 0, 0]}, "offset"),
    ],
)
def test_a_copy_that_makes_no_sense_is_refused(refused, given, said):
    assert said in refused("duplicate_objects", **given)


@pytest.mark.parametrize("bad", NO_NUMBERS)
@pytest.mark.parametrize("parameter", ["offset", "rotation"])
def test_an_offset_that_is_no_finite_number_is_refused(refused, parameter, bad):
    assert parameter in refused("duplicate_objects", names=["Cube"], **{parameter: [0, bad, 0]})


def test_copies_with_the_longest_name_are_numbered(call):
    value = done(call("duplicate_objects", names=["Cube"], count=2, new_name="x" * LONGEST)).value
    assert value["names"][0] == "x" * LONGEST
    assert all(name in bpy.data.objects for name in value["names"])


# delete_objects


def test_an_object_goes_with_the_data_that_only_it_used(call):
    result = done(call("delete_objects", names=["Cube"]))
    assert result.value == {"deleted": 1}
    assert result.receipt.text() == "Removed object Cube"
    assert "Cube" not in bpy.data.objects
    assert "Cube" not in bpy.data.meshes
    assert "Material" in bpy.data.materials


def test_data_that_others_use_or_that_shall_be_kept_stay(call):
    twin = bpy.data.objects.new("Twin", cube().data)
    bpy.context.scene.collection.objects.link(twin)
    bpy.data.lights["Light"].use_fake_user = True
    done(call("delete_objects", names=["Cube", "Light"]))
    assert "Cube" in bpy.data.meshes
    assert "Light" in bpy.data.lights
    assert named("Twin").data.name == "Cube"


def test_children_stay_in_place_without_a_parent_or_go_too(call):
    family()
    cube().scale = (2, 2, 2)
    before = world("Child"), world("Grandchild")
    result = done(call("delete_objects", names=["Cube"], turn=1))
    assert named("Child").parent is None
    assert (world("Child"), world("Grandchild")) == before
    assert result.receipt.text() == "Changed object Child (parent); removed object Cube"
    assert done(call("delete_objects", names=["Child"], children=True)).value["deleted"] == 2


def test_deleted_patterns_mean_objects_of_the_scene(call):
    for number in range(4):
        empty(f"Rack.{number}")
    elsewhere("Rack.9")
    assert done(call("delete_objects", names=["Rack*"])).value["deleted"] == 4
    assert "Rack.9" in bpy.data.objects


def test_an_object_that_is_hidden_or_of_another_scene_is_deleted_by_its_name(call):
    elsewhere("Far")
    cube().hide_set(True)
    named("Light").hide_viewport = True
    assert done(call("delete_objects", names=["Far", "Cube", "Light"])).value["deleted"] == 3


def test_what_pointed_at_a_deleted_object_points_nowhere(call):
    named("Light").constraints.new("TRACK_TO").target = cube()
    done(call("delete_objects", names=["Cube", "Camera"]))
    assert named("Light").constraints[0].target is None
    assert bpy.context.scene.camera is None


def test_one_undo_brings_objects_their_data_and_their_children_back(call):
    family()
    call("delete_objects", names=["Cube"], turn=1)
    bpy.ops.ed.undo()
    assert named("Child").parent == cube()
    assert len(cube().data.vertices) == 8


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_the_users_mode_stays_when_something_else_is_deleted(call, mode):
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    done(call("delete_objects", names=["Light"]))
    assert (bpy.context.mode, selected()) == (before, ["Cube"])


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_the_object_in_another_mode_can_be_deleted_and_comes_back(call, mode):
    bpy.ops.object.mode_set(mode=mode)
    result = call("delete_objects", names=["Cube"], turn=1)
    if result.ok:
        assert (bpy.context.mode, "Cube" in bpy.data.objects) == ("OBJECT", False)
        bpy.ops.ed.undo()
        assert len(cube().data.vertices) == 8
    else:
        assert "mode" in result.error


def test_another_files_object_that_is_part_of_its_collection_is_not_deleted(refused, tmp_path):
    linked(tmp_path)
    assert "linked from" in refused("delete_objects", names=["Theirs"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"names": ["Cub"]}, "Did you mean 'Cube'"),
        ({"names": ["Cube", "Nothing at all"]}, "There is no object 'Nothing at all'"),
        ({"names": ["Shelf*"]}, "matches 'Shelf*'"),
        ({"names": []}, "names"),
        ({"names": [""]}, "no object ''"),
        ({"names": [3]}, "names.0"),
        ({}, "'names' is missing"),
        ({"names": [f"Rack {n}" for n in range(10_000)]}, "1000"),
    ],
)
def test_a_deletion_that_makes_no_sense_is_refused(refused, given, said):
    assert said in refused("delete_objects", **given)


def test_ten_thousand_objects_are_deleted_by_a_pattern(call):
    for number in range(10_000):
        empty(f"Rack {number}")
    result = done(call("delete_objects", names=["Rack *"]))
    assert (result.value["deleted"], len(bpy.data.objects)) == (10_000, 3)


# edit_collections


def test_a_collection_is_made_in_the_scene_or_in_another(call):
    result = done(call("edit_collections", collection="Room"))
    assert result.receipt.text() == "Added collection Room"
    assert "Room" in bpy.context.scene.collection.children
    value = done(call("edit_collections", collection="Racks", parent="Room")).value
    assert value == {"name": "Racks", "objects": 0, "children": []}
    assert bpy.data.collections["Room"].children.keys() == ["Racks"]


def test_a_collection_is_nested_elsewhere_and_leaves_its_old_place(call):
    collection("Room")
    result = done(call("edit_collections", collection="Collection", parent="Room"))
    assert bpy.context.scene.collection.children.keys() == ["Room"]
    assert result.receipt.text() == "Changed collection Collection (moved to Room)"
    done(call("edit_collections", collection="Collection", parent=""))
    assert set(bpy.context.scene.collection.children.keys()) == {"Room", "Collection"}


def test_objects_are_moved_into_it_or_shown_there_too(call):
    result = done(call("edit_collections", collection="Lights", objects=["Light", "Cam*"]))
    assert sorted(bpy.data.collections["Lights"].objects.keys()) == ["Camera", "Light"]
    assert bpy.data.collections["Collection"].objects.keys() == ["Cube"]
    assert "changed objects Light, Camera (moved to Lights)" in result.receipt.text()
    done(call("edit_collections", collection="Both", objects=["Cube"], keep_others=True))
    assert {place.name for place in cube().users_collection} == {"Both", "Collection"}


@pytest.mark.parametrize("name", ["Scene Collection", ""])
def test_objects_can_be_moved_to_the_scenes_own_collection(call, name):
    done(call("edit_collections", collection=name, objects=["Cube"]))
    assert list(cube().users_collection) == [bpy.context.scene.collection]
    assert len(bpy.data.collections) == 1


def test_a_collection_is_hidden_shown_excluded_coloured_and_renamed(call):
    done(call("edit_collections", collection="Collection", visible=False, color="RED"))
    found = bpy.data.collections["Collection"]
    assert (found.hide_viewport, found.hide_render, found.color_tag) == (True, True, "COLOR_01")
    assert not cube().visible_get()
    done(call("edit_collections", collection="Collection", visible=True, color="NONE"))
    assert (cube().visible_get(), found.color_tag) == (True, "NONE")
    result = done(call("edit_collections", collection="Collection", new_name="Room", exclude=True))
    assert result.value["name"] == "Room"
    assert "renamed from Collection" in result.receipt.text()
    assert bpy.context.view_layer.layer_collection.children["Room"].exclude


@pytest.mark.parametrize("hidden", ["hide_viewport", "hide_render", "eye"])
def test_visible_shows_what_is_hidden_in_any_way(call, hidden):
    found = bpy.data.collections["Collection"]
    if hidden == "eye":
        bpy.context.view_layer.layer_collection.children["Collection"].hide_viewport = True
    else:
        setattr(found, hidden, True)
    result = done(call("edit_collections", collection="Collection", visible=True))
    assert result.receipt
    assert cube().visible_get()
    assert not found.hide_render


def test_a_removed_collection_leaves_its_objects_and_children_to_its_parent(call):
    room = collection("Room")
    racks = collection("Racks", room)
    collection("Inner", racks)
    empty("Rack", racks)
    empty("Both", racks)
    bpy.data.collections["Collection"].objects.link(named("Both"))
    result = done(call("edit_collections", collection="Racks", remove=True))
    assert "Racks" not in bpy.data.collections
    assert (room.objects.keys(), room.children.keys()) == (["Rack"], ["Inner"])
    assert result.receipt.text() == "Removed collection Racks"


def test_a_call_that_finds_all_as_it_should_be_changes_nothing(call):
    result = done(call("edit_collections", collection="Collection", parent="", objects=["Cube"],
                       visible=True, exclude=False, color="NONE", new_name="Collection"))  # fmt: skip
    assert not result.receipt


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"collection": "Outer", "parent": "Inner"}, "its own child"),
        ({"collection": "Outer", "parent": "Outer"}, "itself"),
        ({"collection": "Outer", "parent": "Iner"}, "Did you mean 'Inner'"),
        ({"collection": "Outr", "remove": True}, "Did you mean 'Outer'"),
        ({"collection": "New", "objects": ["Cubee"]}, "Did you mean 'Cube'"),
        ({"collection": "New", "objects": ["Shelf*"]}, "Shelf*"),
        ({"collection": "x" * (LONGEST + 1)}, "too long"),
        ({"collection": "Outer", "new_name": "x" * (LONGEST + 1)}, "too long"),
        ({"collection": "Outer", "color": "GRAY"}, "VIOLET"),
        ({"collection": "  "}, "cannot be a name"),
        ({"collection": "New", "new_name": " "}, "cannot be a name"),
        ({}, "'collection' is missing"),
        ({"collection": "New", "objects": [f"Rack {n}" for n in range(10_000)]}, "1000"),
    ],
)
def test_a_collection_that_makes_no_sense_is_refused(refused, given, said):
    collection("Inner", collection("Outer"))
    assert said in refused("edit_collections", **given)


def test_the_longest_name_of_a_collection_is_kept(call):
    done(call("edit_collections", collection="x" * LONGEST))
    assert "x" * LONGEST in bpy.data.collections


def test_a_name_that_is_taken_is_told_as_it_became(call):
    collection("Room")
    value = done(call("edit_collections", collection="Room", new_name="Collection")).value
    assert value["name"] == "Collection.001"


@pytest.mark.parametrize("given", [{"color": "RED"}, {"new_name": "Ours"}, {"objects": ["Cube"]},
                                   {"visible": False}])  # fmt: skip
def test_another_files_collection_is_not_changed(refused, tmp_path, given):
    linked(tmp_path)
    assert "linked from" in refused("edit_collections", collection="Their Collection", **given)


def test_another_files_collection_can_be_nested_excluded_and_taken_out(call, tmp_path):
    linked(tmp_path)
    done(call("edit_collections", collection="Their Collection", parent="Collection"))
    assert "Their Collection" in bpy.data.collections["Collection"].children
    done(call("edit_collections", collection="Their Collection", exclude=True))


def test_another_files_object_is_not_taken_out_of_its_collection(refused, tmp_path):
    linked(tmp_path)
    assert "linked from" in refused("edit_collections", collection="New", objects=["Theirs"])


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
@pytest.mark.parametrize("given", [{"new_name": "Room"}, {"parent": "Outer"}, {"remove": True}])
def test_the_users_mode_stays_when_their_collection_changes(call, mode, given):
    collection("Outer")
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    done(call("edit_collections", collection="Collection", **given))
    assert (bpy.context.mode, selected()) == (before, ["Cube"])


@pytest.mark.parametrize("given", [{"exclude": True}, {"visible": False}])
def test_a_collection_of_what_is_being_edited_goes_out_of_sight_and_comes_back(call, given):
    bpy.ops.object.mode_set(mode="EDIT")
    call("edit_collections", collection="Collection", **given)
    back = {key: not value for key, value in given.items()}
    done(call("edit_collections", collection="Collection", **back))
    assert cube().visible_get()


def test_the_order_of_the_other_collections_and_their_visibility_stay(call):
    for name in ("One", "Two", "Three"):
        collection(name)
    layers = bpy.context.view_layer.layer_collection.children
    layers["One"].exclude = layers["Two"].hide_viewport = True
    done(call("edit_collections", collection="Three", parent="Two"))
    layers = bpy.context.view_layer.layer_collection.children
    assert (layers["One"].exclude, layers["Two"].hide_viewport) == (True, True)


def test_a_nested_collection_stays_excluded(call):
    collection("Room")
    collection("Racks")
    bpy.context.view_layer.layer_collection.children["Racks"].exclude = True
    done(call("edit_collections", collection="Racks", parent="Room"))
    room = bpy.context.view_layer.layer_collection.children["Room"]
    assert room.children["Racks"].exclude


@pytest.fixture
def body(here):
    """A rigid body that another scene shows too."""
    bpy.context.view_layer.objects.active = cube()
    bpy.ops.rigidbody.object_add()
    other = bpy.data.scenes.new("Other")
    other.collection.objects.link(cube())
    return cube()


def test_moving_into_a_collection_leaves_physics_and_other_scenes_alone(call, body):
    assert call("edit_collections", collection="Props", objects=["Cube"]).ok
    assert "Cube" in bpy.context.scene.rigidbody_world.collection.objects
    assert "Cube" in bpy.data.scenes["Other"].objects
    assert "Cube" not in bpy.data.collections["Collection"].objects


def test_what_was_in_a_removed_collection_stays_in_the_scene(call, body):
    call("edit_collections", collection="Props", objects=["Cube"])
    assert call("edit_collections", collection="Props", remove=True).ok
    assert "Cube" in bpy.context.scene.objects


def test_faces_of_a_rigid_body_can_be_separated(call, body):
    result = call(
        "edit_mesh", name="Cube", steps=[{"do": "separate", "direction": "+Z", "name": "Top"}]
    )
    assert result.ok, result.error
    assert len(bpy.data.objects["Top"].data.polygons) == 1


def test_a_collection_that_holds_what_is_being_edited_is_not_excluded(refused):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="Edit")
    assert "is being edited" in refused("edit_collections", collection="Collection", exclude=True)
