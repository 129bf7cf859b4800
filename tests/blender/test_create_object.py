"""create_object: what is asked for comes at its size and place; what makes no sense does not."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import (
    LONGEST,
    NO_NUMBERS,
    cube,
    done,
    empty,
    linked,
    plane,
    rounded,
    selected,
    world,
)
from mathutils import Vector


def made(result):
    return bpy.data.objects[done(result).value["name"]]


@pytest.mark.parametrize(
    ("kind", "name", "vertices", "faces", "size"),
    [
        ("cube", "Cube.001", 8, 6, (2, 2, 2)),
        ("plane", "Plane", 4, 1, (2, 2, 0)),
        ("grid", "Grid", 121, 100, (2, 2, 0)),
        ("circle", "Circle", 32, 1, (2, 2, 0)),
        ("uv_sphere", "Sphere", 482, 512, (2, 2, 2)),
        ("cylinder", "Cylinder", 64, 34, (2, 2, 2)),
        ("cone", "Cone", 33, 33, (2, 2, 2)),
        ("torus", "Torus", 576, 576, (2.5, 2.5, 0.5)),
    ],
)
def test_a_primitive_is_as_blenders_own(call, kind, name, vertices, faces, size):
    each = made(call("create_object", type=kind))
    assert each.name == name
    assert (len(each.data.vertices), len(each.data.polygons)) == (vertices, faces)
    assert rounded(each.dimensions) == size
    assert all(edge.is_loose is False for edge in each.data.edges)


@pytest.mark.parametrize("kind", ["ico_sphere", "monkey"])
def test_a_primitive_of_no_round_numbers_is_about_as_large(call, kind):
    each = made(call("create_object", type=kind))
    assert max(each.dimensions) == pytest.approx(2, abs=0.8)


@pytest.mark.parametrize(
    ("kind", "blender"),
    [
        ("text", "FONT"), ("empty", "EMPTY"), ("camera", "CAMERA"), ("curve", "CURVE"),
        ("armature", "ARMATURE"), ("lattice", "LATTICE"), ("metaball", "META"), ("point", "LIGHT"),
        ("sun", "LIGHT"), ("spot", "LIGHT"), ("area", "LIGHT"),
    ],
)  # fmt: skip
def test_every_other_type_can_be_made_too(call, kind, blender):
    each = made(call("create_object", type=kind, name="New"))
    assert (each.name, each.type) == ("New", blender)
    if blender == "LIGHT":
        assert each.data.type == kind.upper()


@pytest.mark.parametrize(
    "kind",
    ["cube", "uv_sphere", "ico_sphere", "cylinder", "cone", "monkey", "plane", "grid", "circle"],
)
def test_dimensions_are_exact_and_the_scale_stays_1(call, kind):
    flat = kind in ("plane", "grid", "circle")
    size = (3, 0.4, 0 if flat else 5)
    each = made(call("create_object", type=kind, dimensions=size, segments=None))
    near = 0.3 if kind == "ico_sphere" else 1e-4
    assert tuple(each.dimensions) == pytest.approx(size, abs=near)
    assert tuple(each.scale) == (1, 1, 1)


def test_a_torus_takes_outer_diameters_and_thickness(call):
    each = made(call("create_object", type="torus", dimensions=(4, 3, 0.5)))
    assert rounded(each.dimensions) == (4, 3, 0.5)


@pytest.mark.parametrize("size", [(1, 1, 1), (3, 3, 2), (1, 2, 1.5), (0.5, 0.5, 2)])
def test_a_torus_that_is_thick_is_of_the_size_asked_for_or_refused(call, size):
    result = call("create_object", type="torus", dimensions=size)
    if result.ok:
        assert tuple(made(result).dimensions) == pytest.approx(size, abs=1e-4)
    else:
        assert "torus" in result.error


def test_two_dimensions_are_those_of_something_flat(call):
    each = made(call("create_object", type="plane", dimensions=(3, 4)))
    assert rounded(each.dimensions) == (3, 4, 0)


def test_a_cylinder_of_few_segments_has_its_diameter_all_the_same(call):
    each = made(call("create_object", type="cylinder", dimensions=(4, 4, 1), segments=5))
    radii = {round(vertex.co.xy.length, 4) for vertex in each.data.vertices}
    assert radii == {2}


def test_a_cones_top_radius_is_in_metres(call):
    each = made(call("create_object", type="cone", dimensions=(4, 4, 3), top_radius=0.5))
    top = [vertex.co.xy.length for vertex in each.data.vertices if vertex.co.z > 0]
    assert top == pytest.approx([0.5] * 32, abs=1e-4)


def test_a_cone_that_widens_upwards_keeps_its_top_radius(call):
    each = made(call("create_object", type="cone", dimensions=(2, 2, 3), top_radius=2))
    top = [vertex.co.xy.length for vertex in each.data.vertices if vertex.co.z > 0]
    assert top == pytest.approx([2] * 32, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "given", "vertices"),
    [
        ("grid", {"segments": 3, "rings": 2}, 12),
        ("grid", {"segments": 4}, 25),
        ("circle", {"segments": 8}, 8),
        ("uv_sphere", {"segments": 8, "rings": 4}, 26),
        ("ico_sphere", {"segments": 1}, 12),
        ("torus", {"segments": 8, "rings": 3}, 24),
        ("cylinder", {"segments": 3}, 6),
        ("uv_sphere", {"segments": 8, "rings": 3}, 18),
    ],
)
def test_segments_and_rings_count_what_they_say(call, kind, given, vertices):
    each = made(call("create_object", type=kind, **given))
    assert len(each.data.vertices) == vertices


@pytest.mark.parametrize(
    "kind", ["cube", "plane", "grid", "uv_sphere", "ico_sphere", "cylinder", "cone", "circle"]
)
def test_a_primitive_has_a_uv_map_that_is_filled(call, kind):
    each = made(call("create_object", type=kind))
    assert [layer.name for layer in each.data.uv_layers] == ["UVMap"]
    places = {rounded(loop.uv) for loop in each.data.uv_layers[0].data}
    assert len(places) > 3


def test_a_torus_has_a_uv_map_that_is_filled(call):
    each = made(call("create_object", type="torus"))
    assert len({rounded(loop.uv) for loop in each.data.uv_layers[0].data}) > 3


@pytest.mark.parametrize("kind", ["cube", "uv_sphere", "cylinder", "cone", "torus", "ico_sphere"])
def test_faces_of_a_solid_look_outwards(call, kind):
    each = made(call("create_object", type=kind))
    ring = 1.0 if kind == "torus" else 0.0
    for face in each.data.polygons:
        middle = face.center.copy()
        middle.z = 0
        inside = middle.normalized() * ring if middle.length > 1e-6 else Vector()
        assert (face.center - inside).dot(face.normal) > 0


def test_location_is_the_worlds_and_rotation_is_in_degrees(call):
    each = made(call("create_object", type="empty", location=(1, 2, 3), rotation=(90, 0, 45)))
    assert tuple(each.location) == (1, 2, 3)
    assert rounded(map(math.degrees, each.rotation_euler), 3) == (90, 0, 45)


@pytest.mark.parametrize("rotation", [(0, 0, 270), (0, 0, 720), (0, 0, -190)])
def test_a_rotation_beyond_half_a_turn_is_kept_as_given(call, rotation):
    each = made(call("create_object", type="cube", rotation=rotation))
    assert rounded(map(math.degrees, each.rotation_euler), 2) == rotation


@pytest.mark.parametrize("target", ["Cube", [0, 0, 0]])
def test_a_camera_looks_along_its_minus_z(call, target):
    each = made(call("create_object", type="camera", location=(0, -10, 0), point_at=target))
    assert rounded(each.matrix_world.to_3x3() @ Vector((0, 0, -1))) == (0, 1, 0)
    assert rounded(each.matrix_world.to_3x3() @ Vector((0, 1, 0))) == (0, 0, 1)


def test_others_look_along_their_plus_y(call):
    each = made(call("create_object", type="cone", location=(5, 0, 0), point_at="Cube"))
    assert rounded(each.matrix_world.to_3x3() @ Vector((0, 1, 0))) == (-1, 0, 0)


def test_a_mesh_is_of_the_points_and_faces_given(call):
    points = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1)]
    faces = [[0, 1, 2, 3], [0, 1, 4]]
    each = made(call("create_object", type="mesh", name="Roof", points=points, faces=faces))
    assert [tuple(vertex.co) for vertex in each.data.vertices] == points
    assert [list(face.vertices) for face in each.data.polygons] == faces


@pytest.mark.parametrize(
    "faces", [[[0, 1, 3]], [[0, 1]], [[-1, 0, 1]], [[]], [[0, 1, 1]], [[0, 1, 2, 2]]]
)
def test_a_face_that_is_none_is_refused_and_shown(refused, faces):
    points = [(0, 0, 0), (1, 0, 0), (1, 1, 0)]
    error = refused("create_object", type="mesh", points=points, faces=faces)
    assert str(faces[0]) in error


@pytest.mark.parametrize("spline", ["BEZIER", "POLY", "NURBS"])
def test_a_curve_goes_through_its_points(call, spline):
    points = [(0, 0, 0), (1, 0, 0), (1, 1, 1)]
    each = made(call("create_object", type="curve", points=points, spline=spline, cyclic=True))
    (made_spline,) = each.data.splines
    knots = made_spline.bezier_points if spline == "BEZIER" else made_spline.points
    assert [tuple(knot.co)[:3] for knot in knots] == points
    assert made_spline.use_cyclic_u
    assert made_spline.type == spline


def test_a_curve_without_points_is_a_circle_of_its_dimensions(call):
    each = made(call("create_object", type="curve", dimensions=(4, 2, 0)))
    assert rounded(each.dimensions, 1) == (4, 2, 0)


def test_a_text_says_what_it_shall(call):
    assert made(call("create_object", type="text", text="Grüße\n2")).data.body == "Grüße\n2"


def test_smooth_shades_all_faces(call):
    each = made(call("create_object", type="uv_sphere", smooth=True))
    assert all(face.use_smooth for face in each.data.polygons)
    assert not any(
        face.use_smooth for face in made(call("create_object", type="cube")).data.polygons
    )


def test_a_material_is_put_on(call):
    each = made(call("create_object", type="cube", material="Material"))
    assert [slot.name for slot in each.material_slots] == ["Material"]


def test_a_new_object_goes_where_blender_would_put_it_or_into_the_collection_named(call):
    bpy.context.scene.collection.children.link(bpy.data.collections.new("Racks"))
    each = made(call("create_object", type="cube", collection="Racks"))
    assert [place.name for place in each.users_collection] == ["Racks"]
    each = made(call("create_object", type="cube"))
    assert [place.name for place in each.users_collection] == ["Collection"]
    each = made(call("create_object", type="cube", collection="Scene Collection"))
    assert list(each.users_collection) == [bpy.context.scene.collection]


def test_a_child_stays_at_its_location_whatever_its_parent_is(call):
    empty("Turned", location=(5, 0, 0), rotation_euler=(0.3, 0.2, 0.1), scale=(2, 3, 4))
    each = made(call("create_object", type="cube", parent="Turned", location=(1, 2, 3)))
    assert each.parent.name == "Turned"
    assert rounded(each.matrix_world.translation) == (1, 2, 3)
    assert rounded(each.matrix_world.to_scale()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "given", "read", "value"),
    [
        ("point", {"energy": 250}, "data.energy", 250),
        ("spot", {"spot_size": 60}, "data.spot_size", math.radians(60)),
        ("area", {"shape": "RECTANGLE", "size": 2, "size_y": 3}, "data.size_y", 3),
        ("camera", {"lens": 85}, "data.lens", 85),
        ("camera", {"type": "ORTHO", "ortho_scale": 7}, "data.ortho_scale", 7),
        ("empty", {"empty_display_size": 0.5}, "empty_display_size", 0.5),
        ("text", {"extrude": 0.1, "align_x": "center"}, "data.align_x", "CENTER"),
        ("curve", {"bevel_depth": 0.2}, "data.bevel_depth", 0.2),
        ("cube", {"display_type": "WIRE"}, "display_type", "WIRE"),
        ("point", {"color": "#ff0000"}, "data.color", (1, 0, 0)),
        ("sun", {"angle": 2}, "data.angle", math.radians(2)),
    ],
)
def test_properties_are_its_datas_or_its_own(call, kind, given, read, value):
    each = made(call("create_object", type=kind, properties=given))
    found = each.path_resolve(read)
    if isinstance(value, str):
        assert found == value
    elif isinstance(value, tuple):
        assert tuple(found) == pytest.approx(value, abs=1e-5)
    else:
        assert found == pytest.approx(value, rel=1e-5)


def test_a_camera_can_focus_on_an_object(call):
    given = {"dof.use_dof": True, "dof.focus_object": "Cube"}
    each = made(call("create_object", type="camera", properties=given))
    assert each.data.dof.focus_object == cube()


def test_the_first_camera_of_a_scene_is_looked_through(call):
    call("create_object", type="camera")
    assert bpy.context.scene.camera.name == "Camera"
    bpy.data.objects.remove(bpy.data.objects["Camera"])
    result = call("create_object", type="camera", name="Mine")
    assert bpy.context.scene.camera.name == "Mine"
    assert result.receipt.text() == "Added object Mine; changed scene Scene (camera)"


def test_a_name_that_is_taken_is_numbered_and_told(call):
    result = call("create_object", type="cube", name="Cube")
    assert result.value == {"name": "Cube.001", "data": "Cube.001"}
    assert result.receipt.text() == "Added object Cube.001"


def test_the_longest_name_is_kept_and_a_longer_one_is_refused(call, refused):
    assert made(call("create_object", type="cube", name="x" * LONGEST)).name == "x" * LONGEST
    assert "too long" in refused("create_object", type="cube", name="x" * (LONGEST + 1))
    assert "too long" in refused("create_object", type="cube", name="ü" * (LONGEST // 2 + 1))


def test_the_longest_name_a_second_time_is_told_as_it_became(call):
    names = [made(call("create_object", type="cube", name="x" * LONGEST)).name for _ in range(2)]
    assert len({*names, "Cube"}) == 3


def test_the_new_object_alone_is_selected_and_active(call):
    call("create_object", type="cube", name="New")
    assert selected() == ["New"]
    assert bpy.context.view_layer.objects.active.name == "New"


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_in_another_mode_the_users_mesh_and_selection_stay(call, mode):
    bpy.ops.object.mode_set(mode=mode)
    before = bpy.context.mode
    made(call("create_object", type="cube", name="New", material="Material", parent="Cube"))
    assert bpy.context.mode == before
    assert bpy.context.view_layer.objects.active.name == "Cube"
    assert selected() == ["Cube"]
    bpy.ops.object.mode_set(mode="OBJECT")
    assert len(cube().data.vertices) == 8


def test_a_mesh_of_ten_thousand_points_is_made(call):
    points = [(n, 0, 0) for n in range(10_000)]
    faces = [[n, n + 1, n + 2] for n in range(9_998)]
    result = call("create_object", type="mesh", points=points, faces=faces)
    assert len(made(result).data.vertices) == 10_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"type": "cub"}, "Did you mean 'cube'"),
        ({"type": "cube", "size": 2}, "there is no parameter 'size'"),
        ({"type": "cube", "material": "Materiel"}, "Did you mean 'Material'?"),
        ({"type": "cube", "collection": "Colection"}, "Did you mean 'Collection'?"),
        ({"type": "cube", "parent": "Cubee"}, "Did you mean 'Cube'?"),
        ({"type": "camera", "point_at": "Cubee"}, "Did you mean 'Cube'?"),
        ({"type": "camera", "point_at": [1, 2]}, "point_at"),
        ({"type": "camera", "point_at": [0, 0, 0]}, "very place"),
        ({"type": "cube", "name": "   "}, "cannot be a name"),
        ({"type": "cube", "dimensions": [1]}, "dimensions"),
        ({"type": "cube", "dimensions": [1, 1, -1]}, "none below 0"),
        ({"type": "cube", "dimensions": 2}, "dimensions"),
        ({"type": "text", "dimensions": [1, 1, 1]}, "no dimensions"),
        ({"type": "plane", "dimensions": [1, 1, 1]}, "flat"),
        ({"type": "circle", "dimensions": [1, 1, 1]}, "flat"),
        ({"type": "cylinder", "segments": 2}, "at least 3"),
        ({"type": "torus", "segments": 2}, "at least 3"),
        ({"type": "cylinder", "segments": 0}, "segments"),
        ({"type": "cylinder", "segments": 5000}, "segments"),
        ({"type": "ico_sphere", "segments": 9}, "at most 8"),
        ({"type": "cone", "top_radius": -1}, "top_radius"),
        ({"type": "mesh"}, "points"),
        ({"type": "curve", "points": [[0, 0, 0]]}, "at least 2"),
        ({"type": "camera", "material": "Material"}, "takes no material"),
        ({"type": "empty", "material": "Material"}, "takes no material"),
        ({"type": "point", "properties": {"enrgy": 2}}, "Did you mean 'energy'?"),
        ({"type": "area", "properties": {"shape": "ROUND"}}, "DISK"),
        ({"type": "camera", "properties": {"lens": -5}}, "lens"),
        ({"type": "point", "properties": {"energy": float("nan")}}, "finite"),
        ({"type": "point", "properties": {"energy": float("inf")}}, "finite"),
    ],
)
def test_what_makes_no_sense_is_refused(refused, given, said):
    assert said in refused("create_object", **given)


@pytest.mark.parametrize("bad", NO_NUMBERS)
@pytest.mark.parametrize("parameter", ["location", "rotation", "dimensions"])
def test_what_is_no_finite_number_is_refused(refused, parameter, bad):
    assert parameter in refused("create_object", type="cube", **{parameter: [0, bad, 1]})


@pytest.mark.parametrize("parameter", ["location", "dimensions"])
def test_a_number_too_large_for_blender_is_refused(refused, parameter):
    refused("create_object", type="cube", **{parameter: [1e39, 1, 1]})


@pytest.mark.parametrize(
    "given",
    [
        {"type": "mesh", "points": [(0, 0, 0), (1, 0, 0), (0, 1, 0)], "faces": [[0, 1, 2]]},
        {"type": "curve", "points": [(0, 0, 0), (1, 1, 0)]},
        {"type": "lattice"},
        {"type": "empty"},
    ],
)
def test_dimensions_are_met_or_refused_and_never_passed_over(call, given):
    result = call(
        "create_object", dimensions=(4, 4, 4 if given["type"] == "lattice" else 0), **given
    )
    if result.ok:
        assert tuple(made(result).dimensions)[:2] == pytest.approx((4, 4), abs=0.01)


@pytest.mark.parametrize("given", [{"points": [(0, 0, 0)]}, {"text": "Hello"}, {"top_radius": 1}])
def test_what_belongs_to_another_type_is_refused(refused, given):
    refused("create_object", type="cube", **given)


@pytest.mark.parametrize("rings", [1, 2])
def test_a_number_of_rings_that_makes_no_sphere_is_refused(refused, rings):
    assert "rings" in refused("create_object", type="uv_sphere", rings=rings)


def test_a_deleted_object_is_no_parent_any_more(refused):
    bpy.data.objects.remove(bpy.data.objects["Light"])
    assert "There is no object 'Light'" in refused("create_object", type="cube", parent="Light")


def test_a_collection_of_another_file_takes_nothing_new(refused, tmp_path):
    linked(tmp_path)
    error = refused("create_object", type="cube", collection="Their Collection")
    assert "linked from" in error


def test_an_object_of_another_file_can_be_a_parent(call, tmp_path):
    linked(tmp_path)
    result = call("create_object", type="empty", parent="Theirs", location=(0, 0, 3))
    assert made(result).parent.name == "Theirs"
    assert world(result.value["name"]) == (0, 0, 3)


def test_one_undo_takes_the_object_and_its_data_back(call):
    call("create_object", type="cylinder", turn=1)
    bpy.ops.ed.undo()
    assert "Cylinder" not in bpy.data.objects
    assert "Cylinder" not in bpy.data.meshes


def test_a_plane_stays_a_plane_where_there_is_one(call):
    plane()
    assert made(call("create_object", type="plane")).name == "Plane.001"


@pytest.mark.parametrize("kind", ["uv_sphere", "torus", "grid"])
def test_a_shape_that_would_take_minutes_is_refused_at_once(refused, kind):
    assert "at most" in refused("create_object", type=kind, segments=4096, rings=4096)
