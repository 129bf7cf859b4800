"""edit_mesh: steps that choose by description and do; the cube of 2 metres is what most begin with."""

from __future__ import annotations

import math

import bpy  # isort: skip
import bmesh  # which comes with bpy
import pytest
from blender.scenes import (
    LONGEST,
    NO_NUMBERS,
    cube,
    elsewhere,
    linked,
    mesh,
    plane,
    rounded,
    selected,
)
from mathutils import Matrix, Vector


@pytest.fixture
def edit(call):
    """Make steps with one mesh, which have to succeed."""

    def one(*steps, name="Cube"):
        result = call("edit_mesh", name=name, steps=list(steps))
        assert result.ok, result.error
        bpy.context.view_layer.update()
        return result

    return one


@pytest.fixture
def wrong(refused):
    """Make steps with the cube, which have to be refused; give the error."""
    return lambda *steps, name="Cube": refused("edit_mesh", name=name, steps=list(steps))


def counts(each=None):
    data = (each or cube()).data
    return len(data.vertices), len(data.edges), len(data.polygons)


def corners(each=None):
    each = each or cube()
    return sorted(rounded(each.matrix_world @ vertex.co) for vertex in each.data.vertices)


def reach(each=None):
    low, high = zip(*((min(axis), max(axis)) for axis in zip(*corners(each))))
    return low, high


def sound(each=None):
    """Whether the mesh is closed, with all faces outwards."""
    shape = bmesh.new()
    shape.from_mesh((each or cube()).data)
    closed = all(edge.is_contiguous for edge in shape.edges)
    volume = shape.calc_volume(signed=True)
    shape.free()
    return closed and volume > 0


# What is chosen


@pytest.mark.parametrize("direction", ["+X", "-X", "+Y", "-Y", "+Z", "-Z", "up", "down", [0, 1, 0]])
def test_faces_are_chosen_by_where_they_look(edit, direction):
    result = edit({"do": "select", "direction": direction}, {"do": "delete"})
    assert result.value == {"vertices": 8, "edges": 12, "faces": 5, "chosen": [1, 1]}


def test_directions_are_the_worlds_of_a_turned_object_too(edit):
    cube().rotation_euler.y = math.radians(90)
    edit({"do": "extrude", "direction": "up", "amount": 1})
    assert reach() == ((-1, -1, -1), (1, 1, 2))


def test_a_wider_angle_chooses_more(edit):
    assert edit({"do": "select", "direction": "+Z", "angle": 89}).value["chosen"] == [1]
    assert edit({"do": "select", "direction": "+Z", "angle": 91}).value["chosen"] == [5]


@pytest.mark.parametrize(
    ("step", "count"),
    [
        ({"on": "edges", "direction": "Z"}, 4),
        ({"on": "vertices", "direction": "+Z"}, 4),
        ({"on": "edges", "angle": 80}, 12),
        ({"on": "edges", "angle": 95}, 0),
        ({"on": "edges", "boundary": True}, 0),
        ({"on": "vertices", "min": [0, 0, 0]}, 1),
        ({"on": "faces", "min": [-1, -1, 0.5], "max": [1, 1, 1]}, 1),
        ({"on": "edges", "max": [2, 2, -0.5]}, 4),
        ({"index": [0, 2]}, 2),
        ({"material": "Material"}, 6),
        ({}, 6),
        ({"on": "edges"}, 12),
        ({"on": "vertices"}, 8),
    ],
)
def test_elements_are_chosen_by_what_is_said_of_them(edit, step, count):
    assert edit({"do": "select", **step}).value["chosen"] == [count]


def test_corners_are_the_worlds(edit):
    cube().location, cube().scale = (10, 0, 0), (2, 2, 2)
    assert edit({"do": "select", "on": "vertices", "min": [11.9, -9, -9]}).value["chosen"] == [4]


def test_all_that_is_said_has_to_be_met(edit):
    step = {"do": "select", "on": "edges", "direction": "Z", "min": [0, 0, -9]}
    assert edit(step).value["chosen"] == [1]


def test_open_edges_are_chosen(edit):
    plane()
    assert edit({"do": "select", "on": "edges", "boundary": True}, name="Plane").value[
        "chosen"
    ] == [4]


def test_a_step_goes_on_with_what_the_one_before_made(edit):
    steps = ({"do": "inset", "direction": "+Z", "amount": 0.2}, {"do": "extrude", "amount": -0.5})
    assert edit(*steps).value == {"vertices": 16, "edges": 28, "faces": 14, "chosen": [1, 1]}
    inner = [c for c in corners() if abs(c[0]) < 0.9]
    assert {c[2] for c in inner} == {1, 0.5}
    assert {abs(c[0]) for c in inner} == {0.8}
    assert sound()


def test_choosing_alone_changes_nothing(edit):
    assert not edit({"do": "select", "direction": "+Z"}).receipt


# What is done


@pytest.mark.parametrize(
    ("on", "index", "left"),
    [("faces", [0], (8, 12, 5)), ("edges", [0], (8, 11, 4)), ("vertices", [0], (7, 9, 3))],
)
def test_deleting_takes_what_hangs_on_it(edit, on, index, left):
    result = edit({"do": "delete", "on": on, "index": index})
    assert counts() == left
    assert result.receipt.text() == "Changed mesh Cube (delete)"


def test_a_mesh_can_be_emptied(edit):
    edit({"do": "delete", "on": "vertices"})
    assert counts() == (0, 0, 0)


def test_dissolving_removes_without_a_hole(edit):
    edit({"do": "subdivide"}, {"do": "dissolve", "direction": "+Z"})
    assert sound()
    assert sum(face.normal.z > 0.9 for face in cube().data.polygons) == 1


@pytest.mark.parametrize("scale", [1, 2, 0.01])
def test_extruding_is_in_metres_whatever_the_scale(edit, scale):
    cube().scale = (scale,) * 3
    edit({"do": "extrude", "direction": "+Z", "amount": 0.5})
    low, high = reach()
    assert high[2] - low[2] == pytest.approx(2 * scale + 0.5, abs=1e-3)
    assert sound()


@pytest.mark.parametrize("scale", [(2, 1, 1), (1, 1, 5), (-1, 1, 1)])
def test_extruding_goes_straight_on_an_unevenly_scaled_or_mirrored_object(edit, scale):
    cube().scale = scale
    edit({"do": "extrude", "direction": "+X", "amount": 0.5})
    low, high = reach()
    assert (low[0], high[0]) == (-abs(scale[0]), abs(scale[0]) + 0.5)
    assert high[1:] == (abs(scale[1]), abs(scale[2]))


def test_extruding_by_a_vector_is_in_the_world(edit):
    cube().rotation_euler.z = math.radians(90)
    edit({"do": "extrude", "direction": "+Z", "vector": [3, 0, 1]})
    assert reach() == ((-1, -1, -1), (4, 1, 2))


def test_extruding_face_by_face_goes_along_each_normal(edit):
    edit({"do": "extrude", "individual": True, "amount": 1})
    assert counts() == (32, 60, 30)
    assert reach() == ((-2, -2, -2), (2, 2, 2))


def test_an_extruded_plane_is_closed_and_faces_outwards(edit):
    plane()
    edit({"do": "extrude", "amount": 0.3}, name="Plane")
    each = bpy.data.objects["Plane"]
    assert counts(each) == (8, 12, 6)
    assert sound(each)


@pytest.mark.parametrize(("on", "left"), [("edges", (10, 15, 7)), ("vertices", (9, 13, 6))])
def test_edges_and_vertices_are_extruded_too(edit, on, left):
    edit({"do": "extrude", "on": on, "index": [0], "vector": [0, 0, 3]})
    assert counts() == left


@pytest.mark.parametrize("scale", [(1, 1, 1), (2, 2, 2), (1, 3, 1)])
def test_an_inset_is_as_wide_as_said(edit, scale):
    cube().scale = scale
    edit({"do": "inset", "direction": "+X", "amount": 0.25})
    inner = max(c[2] for c in corners() if abs(c[2]) < scale[2] - 0.01)
    assert inner == pytest.approx(scale[2] - 0.25, abs=1e-3)


@pytest.mark.parametrize("individual", [False, True])
def test_an_inset_of_several_faces_is_of_the_region_or_of_each(edit, individual):
    step = {"do": "inset", "direction": "+Z", "angle": 91, "amount": 0.2, "individual": individual}
    edit(step)
    assert sound()
    assert counts()[2] == (6 + 5 * 4 if individual else 6 + 4)


@pytest.mark.parametrize("segments", [1, 3])
def test_a_bevel_rounds_all_edges_by_default(edit, segments):
    edit({"do": "bevel", "amount": 0.1, "segments": segments})
    assert counts()[2] > 6
    assert reach() == ((-1, -1, -1), (1, 1, 1))
    assert sound()
    flat = max(c[0] for c in corners() if c[2] == 1)
    assert flat == pytest.approx(0.9, abs=1e-3)


def test_a_bevel_of_vertices_cuts_the_corners(edit):
    edit({"do": "bevel", "on": "vertices", "amount": 0.2})
    assert counts() == (24, 36, 14)


def test_a_bevel_keeps_the_material_slots(edit):
    edit({"do": "bevel", "amount": 0.1})
    assert {face.material_index for face in cube().data.polygons} == {0}


@pytest.mark.parametrize(("cuts", "faces"), [(1, 24), (3, 96)])
def test_subdividing_cuts_each_edge(edit, cuts, faces):
    edit({"do": "subdivide", "segments": cuts})
    assert counts()[2] == faces
    assert sound()


def test_two_open_loops_are_bridged(edit):
    edit({"do": "delete", "direction": "+Z"}, {"do": "delete", "direction": "-Z"},
         {"do": "duplicate", "vector": [0, 0, 5]})  # fmt: skip
    edit(
        {"do": "bridge", "on": "edges", "boundary": True, "min": [-9, -9, 0.5], "max": [9, 9, 4.5]}
    )
    assert counts()[2] == 12


def test_two_faces_are_bridged_into_a_tunnel(edit):
    edit(
        {"do": "inset", "direction": "+Z", "amount": 0.5},
        {"do": "inset", "direction": "-Z", "amount": 0.5},
        {"do": "bridge", "on": "faces", "min": [-0.1, -0.1, -2], "max": [0.1, 0.1, 2]},
    )
    assert counts() == (16, 32, 16)
    assert sound()


def test_a_hole_is_filled(edit):
    edit({"do": "delete", "direction": "+Z"}, {"do": "fill", "boundary": True})
    assert counts() == (8, 12, 6)
    edit({"do": "recalculate_normals"})
    assert sound()


def test_what_lies_together_is_merged(edit):
    edit({"do": "duplicate"})
    assert counts()[0] == 16
    edit({"do": "merge"})
    assert counts()[0] == 8
    edit({"do": "merge", "direction": "+Z", "amount": 3})
    assert counts()[0] == 5


def test_a_merge_is_in_metres_of_the_world(edit):
    cube().scale = (0.001,) * 3
    edit({"do": "merge", "amount": 0.0001})
    assert counts()[0] == 8


def test_vertices_are_moved_turned_and_scaled_in_the_world(edit):
    cube().location = (5, 0, 0)
    edit({"do": "move", "direction": "+Z", "vector": [0, 0, 1]})
    assert reach() == ((4, -1, -1), (6, 1, 2))
    edit({"do": "scale", "direction": "+Z", "vector": [0.5, 0.5, 1]})
    assert next(c for c in corners() if c[2] == 2) == (4.5, -0.5, 2)
    edit({"do": "rotate", "vector": [0, 0, 90]})
    assert reach() == ((4, -1, -1), (6, 1, 2))


def test_a_rotation_of_part_is_about_its_middle(edit):
    edit({"do": "rotate", "direction": "+Z", "vector": [0, 0, 45]})
    top = [c for c in corners() if c[2] == 1]
    assert max(c[0] for c in top) == pytest.approx(math.sqrt(2), abs=1e-3)


def test_faces_are_flipped_and_made_to_look_outwards_again(edit):
    edit({"do": "flip"})
    assert not sound()
    edit({"do": "recalculate_normals"})
    assert sound()


def test_faces_are_triangulated(edit):
    edit({"do": "triangulate"})
    assert counts() == (8, 18, 12)


def test_faces_are_shaded_smooth_and_flat(edit):
    edit({"do": "smooth"})
    assert all(face.use_smooth for face in cube().data.polygons)
    edit({"do": "flat", "direction": "+Z"})
    assert [face.use_smooth for face in cube().data.polygons].count(False) == 1


def test_smooth_by_angle_keeps_sharper_edges_sharp(edit):
    edit({"do": "smooth", "angle": 30})
    assert all(edge.use_edge_sharp for edge in cube().data.edges)
    edit({"do": "smooth", "angle": 91})
    assert not any(edge.use_edge_sharp for edge in cube().data.edges)


def test_a_material_is_assigned_to_faces_in_a_slot_of_its_own(edit):
    bpy.data.materials.new("Red")
    edit({"do": "assign_material", "direction": "+Z", "name": "Red"})
    assert cube().data.materials.keys() == ["Material", "Red"]
    assert [face.material_index for face in cube().data.polygons].count(1) == 1
    assert edit({"do": "select", "material": "Red"}).value["chosen"] == [1]


def test_a_material_of_an_objects_own_slot_is_known(edit):
    bpy.data.materials.new("Red")
    cube().material_slots[0].link = "OBJECT"
    cube().material_slots[0].material = bpy.data.materials["Red"]
    edit({"do": "assign_material", "direction": "+Z", "name": "Red"})
    assert len(cube().material_slots) == 1


def test_faces_are_separated_into_an_object_of_their_own(edit):
    cube().location = (3, 0, 0)
    cube().modifiers.new("Bevel", "BEVEL")
    result = edit({"do": "separate", "direction": "+Z", "name": "Lid"})
    lid = bpy.data.objects["Lid"]
    assert (counts(), counts(lid)) == ((8, 12, 5), (4, 4, 1))
    assert result.value["made"] == ["Lid"]
    assert result.receipt.text() == "Added object Lid; changed mesh Cube (separate)"
    assert reach(lid) == ((2, -1, 1), (4, 1, 1))
    assert (lid.data.name, lid.users_collection) == ("Lid", cube().users_collection)
    assert lid.data.materials.keys() == ["Material"]


def test_separated_faces_are_as_the_steps_before_left_them(edit):
    edit({"do": "extrude", "direction": "+Z", "amount": 1}, {"do": "separate", "name": "Lid"})
    assert reach(bpy.data.objects["Lid"]) == ((-1, -1, 2), (1, 1, 2))


def test_separating_all_faces_leaves_an_empty_mesh_or_is_refused(call):
    result = call("edit_mesh", name="Cube", steps=[{"do": "separate", "name": "All"}])
    assert result.ok is ("All" in bpy.data.objects)
    assert counts()[2] == (0 if result.ok else 6)


def test_edges_are_marked_and_cleared(edit):
    data = cube().data
    edit({"do": "mark_seam", "direction": "Z"})
    assert [edge.use_seam for edge in data.edges].count(True) == 4
    edit({"do": "clear_seam", "direction": "Z", "min": [0, 0, -9]})
    assert [edge.use_seam for edge in data.edges].count(True) == 3
    edit({"do": "mark_sharp"})
    assert all(edge.use_edge_sharp for edge in data.edges)
    edit({"do": "clear_sharp"})
    assert not any(edge.use_edge_sharp for edge in data.edges)


def test_edges_are_creased_and_vertices_grouped_by_a_share(edit):
    edit({"do": "crease", "direction": "Z", "amount": 0.5}, {"do": "vertex_group", "name": "Top",
         "direction": "+Z", "amount": 0.25})  # fmt: skip
    values = [round(each.value, 2) for each in cube().data.attributes["crease_edge"].data]
    assert values.count(0.5) == 4
    group = cube().vertex_groups["Top"]
    weights = [g.weight for v in cube().data.vertices for g in v.groups if g.group == group.index]
    assert weights == [0.25] * 4


@pytest.mark.parametrize("do", ["crease", "vertex_group"])
@pytest.mark.parametrize("amount", [-0.5, 1.5])
def test_a_share_beyond_0_to_1_is_refused(wrong, do, amount):
    assert "0 to 1" in wrong({"do": do, "name": "Top", "amount": amount})


@pytest.mark.parametrize("do", ["unwrap", "smart_project"])
def test_faces_are_unwrapped_within_0_and_1(edit, do):
    edit({"do": "extrude", "direction": "+Z", "amount": 1}, {"do": "mark_seam"}, {"do": do})
    places = [tuple(each.uv) for each in cube().data.uv_layers.active.data]
    assert len(set(map(rounded, places))) > 4
    assert all(-1e-4 <= part <= 1 + 1e-4 for place in places for part in place)
    assert selected() == ["Cube"]


def test_unwrapping_a_mesh_without_uvs_gives_it_some(edit):
    plane()
    edit({"do": "unwrap"}, name="Plane")
    assert len(bpy.data.objects["Plane"].data.uv_layers) == 1


def test_unwrapping_goes_on_with_the_steps_that_follow(edit):
    value = edit({"do": "smart_project"}, {"do": "extrude", "direction": "+Z", "amount": 1}).value
    assert value["vertices"] == 12


# What is kept


def test_shape_keys_and_their_shapes_are_kept(edit):
    cube().shape_key_add(name="Basis")
    key = cube().shape_key_add(name="Tall")
    for point in key.data:
        point.co.z *= 3
    edit({"do": "subdivide"})
    keys = cube().data.shape_keys.key_blocks
    assert keys.keys() == ["Basis", "Tall"]
    assert max(point.co.z for point in keys["Tall"].data) == pytest.approx(3)
    assert max(point.co.z for point in keys["Basis"].data) == pytest.approx(1)


def test_uvs_attributes_groups_and_the_users_selection_are_kept(edit):
    data = cube().data
    data.attributes.new("Wear", "FLOAT", "POINT").data[0].value = 0.75
    cube().vertex_groups.new(name="Top").add([0, 1], 0.5, "REPLACE")
    for face in data.polygons:
        face.select = face.index == 2
    edit({"do": "move", "direction": "+Z", "vector": [0, 0, 1]})
    assert data.attributes["Wear"].data[0].value == 0.75
    assert data.vertices[0].groups[0].weight == 0.5
    assert data.uv_layers.keys() == ["UVMap"]
    assert [face.index for face in data.polygons if face.select] == [2]


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT", "VERTEX_PAINT"])
@pytest.mark.parametrize("do", ["subdivide", "unwrap"])
def test_the_users_mode_and_selection_stay(edit, mode, do):
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    edit({"do": do})
    assert bpy.context.mode == before
    assert (bpy.context.view_layer.objects.active, selected()) == (cube(), ["Cube"])


def test_what_was_edited_before_the_call_is_built_on(edit):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    assert edit({"do": "select"}).value["faces"] == 24
    edit({"do": "extrude", "direction": "+Z", "amount": 1})
    assert len(bmesh.from_edit_mesh(cube().data).faces) == 24 + 8


def test_several_objects_in_edit_mode_stay_in_it(edit):
    plane().select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    edit({"do": "subdivide"})
    assert {each.name for each in bpy.context.objects_in_mode} == {"Cube", "Plane"}


def test_a_failing_step_in_edit_mode_leaves_mode_and_mesh(wrong):
    bpy.ops.object.mode_set(mode="EDIT")
    wrong({"do": "subdivide"}, {"do": "delete", "min": [50, 50, 50]})
    assert len(bmesh.from_edit_mesh(cube().data).faces) == 6


def test_one_undo_takes_all_steps_back(call):
    steps = [{"do": "subdivide"}, {"do": "separate", "direction": "+Z", "name": "Lid"}]
    call("edit_mesh", name="Cube", steps=steps, turn=1)
    bpy.ops.ed.undo()
    assert counts() == (8, 12, 6)
    assert "Lid" not in bpy.data.objects


def test_other_users_of_the_mesh_are_told(edit):
    twin = bpy.data.objects.new("Twin", cube().data)
    bpy.context.scene.collection.objects.link(twin)
    assert "1 more object" in edit({"do": "subdivide"}).value["also_changed"]


def test_a_mesh_of_another_scene_or_one_that_is_hidden_is_edited(edit):
    far = bpy.data.objects.new("Far Mesh", cube().data.copy())
    elsewhere("Far").users_collection[0].objects.link(far)
    assert edit({"do": "subdivide"}, name="Far Mesh").value["faces"] == 24
    cube().hide_set(True)
    assert edit({"do": "unwrap"}).value["faces"] == 6
    assert not cube().visible_get()


def test_hidden_faces_stay_hidden(edit):
    cube().data.polygons[0].hide = True
    edit({"do": "unwrap"})
    assert [face.hide for face in cube().data.polygons].count(True) == 1


# What is refused


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"do": "extrud"}, "'extrude'"),
        ({"do": "extrude"}, "extrude needs amount or vector"),
        ({"do": "inset"}, "inset needs amount"),
        ({"do": "bevel"}, "bevel needs amount"),
        ({"do": "move"}, "move needs vector"),
        ({"do": "assign_material"}, "needs name"),
        ({"do": "assign_material", "name": "Materiel"}, "Did you mean 'Material'"),
        ({"do": "select", "material": "Materiel"}, "Did you mean 'Material'"),
        ({"do": "vertex_group"}, "needs name"),
        ({"do": "vertex_group", "name": "x" * (LONGEST + 1)}, "too long"),
        ({"do": "separate", "name": "x" * (LONGEST + 1)}, "too long"),
        ({"do": "subdivide", "segments": 0}, "1 to 1000"),
        ({"do": "subdivide", "segments": 5000}, "1 to 1000"),
        ({"do": "delete", "direction": "north"}, "+X"),
        ({"do": "delete", "direction": [0, 0, 0]}, "not all zero"),
        ({"do": "delete", "direction": [0, 1]}, "[x, y, z]"),
        ({"do": "delete", "index": [6]}, "0 to 5"),
        ({"do": "delete", "index": [-1]}, "0 to 5"),
        ({"do": "delete", "index": []}, "no faces are meant"),
        ({"do": "delete", "min": [50, 50, 50]}, "it reaches from"),
        ({"do": "delete", "min": [1, 1, 1], "max": [0, 0, 0]}, "reaches from"),
        ({"do": "delete", "direction": [1, 1, 1]}, "look towards +X"),
        ({"do": "delete", "boundary": True}, "no faces are meant"),
        ({"do": "extrude", "amount": 1}, "opposite directions"),
        ({"do": "fill"}, "fill"),
        ({"do": "bridge", "index": [0, 1]}, "bridge"),
        ({"do": "delete", "dirction": "+X"}, "Did you mean 'direction'"),
        ({"do": "delete", "on": "corners"}, "vertices"),
        ({"do": "inset", "amount": -0.5}, "amount"),
        ({"do": "bevel", "amount": -0.5}, "amount"),
        ({"do": "bevel", "amount": 0}, "amount"),
        ({"do": "merge", "amount": -1}, "amount"),
        ({"do": "scale", "vector": [1, 1]}, "vector"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(wrong, step, said):
    assert said in wrong(step)


@pytest.mark.parametrize("bad", NO_NUMBERS[:4])
@pytest.mark.parametrize("key", ["amount", "angle", "vector", "min", "max", "direction"])
def test_what_is_no_finite_number_is_refused(wrong, key, bad):
    value = bad if key in ("amount", "angle") else [0, bad, 0]
    error = wrong({"do": "extrude", "amount": 1, "direction": "+Z", key: value})
    assert f"steps.0.{key}" in error


@pytest.mark.parametrize("step", [{"do": "extrude", "amount": 1e39, "direction": "+Z"},
                                  {"do": "move", "vector": [1e39, 0, 0]}])  # fmt: skip
def test_a_number_too_large_for_blender_is_refused(wrong, step):
    wrong(step)


def test_the_number_of_the_failing_step_is_told_and_nothing_stays(wrong):
    assert "step 3" in wrong({"do": "subdivide"}, {"do": "separate", "direction": "+Z", "name": "Lid"},
                             {"do": "delete", "min": [50, 50, 50]})  # fmt: skip
    assert bpy.data.objects.get("Lid") is None


@pytest.mark.parametrize("index", [[99], [-1]])
def test_a_wrong_index_tells_its_step_too(wrong, index):
    assert "step 2" in wrong({"do": "subdivide"}, {"do": "delete", "index": index})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Cub", "Did you mean 'Cube'"),
        ("Light", "'Light' is a light, no mesh"),
        ("", "no object ''"),
    ],
)
def test_what_is_no_mesh_is_refused(wrong, name, said):
    assert said in wrong({"do": "subdivide"}, name=name)


def test_an_empty_mesh_has_nothing_to_do_with(wrong):
    mesh("Nothing", [], [])
    assert "has 0" in wrong({"do": "extrude", "amount": 1}, name="Nothing")


@pytest.mark.parametrize("count", [0, 51])
def test_there_are_1_to_50_steps(wrong, count):
    assert "steps" in wrong(*[{"do": "subdivide"}] * count)


def test_more_vertices_than_blender_could_bear_are_refused_at_once(wrong):
    assert "2,000,000" in wrong({"do": "subdivide", "segments": 1000})


def test_a_mesh_of_another_file_is_not_changed(wrong, call, refused, tmp_path):
    theirs = linked(tmp_path)
    assert "linked from" in wrong({"do": "subdivide"}, name="Theirs")
    cube().data = theirs.data
    assert "'Their Mesh' is linked from" in wrong({"do": "subdivide"})


def test_a_deleted_object_is_unknown(wrong):
    bpy.data.objects.remove(cube())
    assert "There is no object 'Cube'" in wrong({"do": "subdivide"})


def test_a_large_mesh_is_edited(call, edit):
    call("create_object", type="grid", name="Field", segments=300, rings=300)
    result = edit({"do": "extrude", "min": [-0.5, -0.5, -1], "max": [0.5, 0.5, 1], "amount": 0.1},
                  name="Field")  # fmt: skip
    assert result.receipt


def test_an_object_scaled_to_nothing_is_refused_or_left_sound(call):
    cube().scale = (1, 1, 0)
    call("edit_mesh", name="Cube", steps=[{"do": "extrude", "direction": "+X", "amount": 1}])
    assert all(math.isfinite(part) for vertex in cube().data.vertices for part in vertex.co)


def test_a_moved_parent_that_blender_has_not_updated_yet_counts(edit):
    cube().parent = bpy.data.objects["Light"]
    cube().matrix_parent_inverse = Matrix()
    bpy.data.objects["Light"].matrix_world = Matrix.Translation(Vector((0, 0, 20)))
    assert edit({"do": "select", "on": "vertices", "min": [-9, -9, 20.5]}).value["chosen"] == [4]
