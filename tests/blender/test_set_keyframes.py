"""set_keyframes: keys, how they are joined, drivers, and both read back."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import linked_cube


@pytest.fixture
def code_passes(here):
    here.gate.allow("chat", ["code"])


@pytest.fixture
def key(call):
    """Animate, which has to work; give what it is now."""

    def one(property, **rest):
        result = call("set_keyframes", property=property, **rest)
        assert result.ok, result.error
        return result.value

    return one


def curves(block):
    """The curves of a data-block, by path and index."""
    action = block.animation_data.action
    if hasattr(action, "fcurves"):
        found = action.fcurves
    else:
        bag = action.layers[0].strips[0].channelbag(block.animation_data.action_slot)
        found = bag.fcurves
    return {(each.data_path, each.array_index): each for each in found}


def points(curve):
    return [tuple(each.co) for each in curve.keyframe_points]


def at(frame):
    bpy.context.scene.frame_set(frame)
    return bpy.data.objects["Cube"]


def test_a_place_is_keyed_over_frames(key):
    told = key("location", name="Cube", keys={"1": [0, 0, 0], "21": [0, 0, 2]})
    found = curves(bpy.data.objects["Cube"])
    assert set(found) == {("location", 0), ("location", 1), ("location", 2)}
    assert points(found["location", 2]) == [(1, 0), (21, 2)]
    assert told["keys"] == {"1": [0, 0, 0], "21": [0, 0, 2]}
    assert (told["of"], told["property"]) == ("Cube", "location")
    assert at(11).location.z == pytest.approx(1)


def test_the_present_frame_stays_and_shows_what_was_keyed(key):
    bpy.context.scene.frame_set(5)
    told = key("location.z", name="Cube", keys={"1": 0, "9": 4}, interpolation="LINEAR")
    assert bpy.context.scene.frame_current == 5
    assert bpy.data.objects["Cube"].location.z == pytest.approx(2)
    assert told["value"] == pytest.approx(2)


def test_one_part_alone_is_keyed(key):
    told = key("location.z", name="Cube", keys={"1": 0, "10": 3})
    assert set(curves(bpy.data.objects["Cube"])) == {("location", 2)}
    assert told["keys"] == {"1": 0, "10": 3}


@pytest.mark.parametrize("path", ["rotation", "rotation_euler"])
def test_rotation_is_in_degrees(key, path):
    told = key(path, name="Cube", keys={"1": [0, 0, 0], "48": [0, 0, 360]})
    curve = curves(bpy.data.objects["Cube"])["rotation_euler", 2]
    assert points(curve)[1] == pytest.approx((48, math.tau))
    assert told["keys"]["48"] == pytest.approx([0, 0, 360])


def test_one_part_of_the_rotation(key):
    assert key("rotation.z", name="Cube", keys={"1": 90})["keys"] == {"1": pytest.approx(90)}
    curve = curves(bpy.data.objects["Cube"])["rotation_euler", 2]
    assert points(curve) == [pytest.approx((1, math.pi / 2))]


def test_a_quaternions_rotation_says_what_to_do(refused):
    bpy.data.objects["Cube"].rotation_mode = "QUATERNION"
    error = refused("set_keyframes", property="rotation", name="Cube", keys={"1": [0, 0, 90]})
    assert "Set rotation_mode to XYZ first" in error


@pytest.mark.parametrize(
    "interpolation",
    ["BEZIER", "LINEAR", "CONSTANT", "SINE", "QUAD", "CUBIC", "EXPO", "BACK", "BOUNCE", "ELASTIC"],
)
def test_keys_get_an_interpolation(key, interpolation):
    told = key("location.x", name="Cube", keys={"1": 0, "9": 1}, interpolation=interpolation)
    curve = curves(bpy.data.objects["Cube"])["location", 0]
    assert {each.interpolation for each in curve.keyframe_points} == {interpolation}
    assert told["interpolation"] == [interpolation]


def test_interpolation_without_keys_is_for_all_there_are_and_with_keys_for_these(key):
    key("location.x", name="Cube", keys={"1": 0, "5": 1, "9": 0})
    key("location.x", name="Cube", interpolation="LINEAR")
    key("location.x", name="Cube", keys={"5": 2}, interpolation="CONSTANT", easing="EASE_IN")
    curve = curves(bpy.data.objects["Cube"])["location", 0]
    assert [each.interpolation for each in curve.keyframe_points] == [
        "LINEAR",
        "CONSTANT",
        "LINEAR",
    ]
    assert curve.keyframe_points[1].easing == "EASE_IN"


def test_curves_go_on_in_a_line_or_again_and_again_or_not(key):
    told = key("location.x", name="Cube", keys={"1": 0, "11": 10}, interpolation="LINEAR",
               extrapolation="linear")  # fmt: skip
    assert told["extrapolation"] == "linear"
    assert at(21).location.x == pytest.approx(20)
    assert key("location.x", name="Cube", extrapolation="cycles")["extrapolation"] == "cycles"
    assert at(16).location.x == pytest.approx(5)
    assert "extrapolation" not in key("location.x", name="Cube", extrapolation="constant")
    assert at(21).location.x == pytest.approx(10)


def test_keys_are_deleted_with_null(key):
    key("location.x", name="Cube", keys={"1": 0, "5": 1, "9": 0})
    told = key("location.x", name="Cube", keys={"5": None, "7": 3})
    assert told["keys"] == {"1": 0, "7": 3, "9": 0}


def test_a_key_that_is_there_is_replaced(key):
    key("location.x", name="Cube", keys={"1": 0})
    assert key("location.x", name="Cube", keys={"1": 5})["keys"] == {"1": 5}


def test_frames_may_lie_between_frames_and_before_the_first(key):
    assert key("location.x", name="Cube", keys={"-3": 0, "2.5": 1})["keys"] == {"-3": 0, "2.5": 1}


def test_all_of_a_property_is_cleared(key):
    key("location", name="Cube", keys={"1": [0, 0, 0], "9": [1, 1, 1]})
    key("scale", name="Cube", keys={"1": [1, 1, 1]})
    assert key("location", name="Cube", clear=True)["keys"] == {}
    assert {path for path, _ in curves(bpy.data.objects["Cube"])} == {"scale"}


def test_cleared_and_keyed_anew_in_one_call(key):
    key("location.x", name="Cube", keys={"1": 0, "5": 1, "9": 0}, extrapolation="cycles")
    told = key("location.x", name="Cube", clear=True, keys={"2": 7})
    assert told["keys"] == {"2": 7}
    assert "extrapolation" not in told


def test_reading_changes_nothing(call, key):
    key("location.x", name="Cube", keys={"1": 0, "9": 1}, interpolation="LINEAR")
    result = call("set_keyframes", property="location.x", name="Cube")
    assert result.value["keys"] == {"1": 0, "9": 1}
    assert result.value["interpolation"] == ["LINEAR"]
    assert not result.receipt


def test_what_has_no_keys_is_read_as_its_value(key):
    told = key("location", name="Cube")
    assert (told["keys"], told["value"]) == ({}, [0, 0, 0])


def test_the_receipt_tells_what_was_animated(call):
    receipt = call("set_keyframes", property="location", name="Cube", keys={"1": [0, 0, 0]}).receipt
    assert receipt.changed == {"object": {"Cube": ("location keyframes",)}}


def test_a_custom_property_is_keyed(key):
    bpy.data.objects["Cube"]["power"] = 1.0
    told = key('objects["Cube"]["power"]', keys={"1": 0.5, "9": 2.5})
    assert points(curves(bpy.data.objects["Cube"])['["power"]', 0]) == [(1, 0.5), (9, 2.5)]
    assert told["keys"] == {"1": 0.5, "9": 2.5}
    assert at(9)["power"] == 2.5


def test_a_custom_property_within_the_object(key):
    bpy.data.objects["Cube"]["power"] = 1.0
    assert key('["power"]', name="Cube", keys={"1": 0.5})["keys"] == {"1": 0.5}


def test_a_custom_property_that_is_not_there_is_not_made_by_a_wrong_word(refused):
    refused("set_keyframes", property='["powr"]', name="Cube", keys={"1": 0.5})


def test_visibility_is_keyed(key):
    told = key("hide_render", name="Cube", keys={"1": True, "9": False})
    assert told["keys"] == {"1": True, "9": False}
    assert at(1).hide_render is True
    assert at(9).hide_render is False
    curve = curves(bpy.data.objects["Cube"])["hide_render", 0]
    assert {each.interpolation for each in curve.keyframe_points} == {"CONSTANT"}


def test_the_lens_is_found_in_the_objects_data(key):
    key("lens", name="Camera", keys={"1": 35, "9": 80})
    assert points(curves(bpy.data.cameras["Camera"])["lens", 0]) == [(1, 35), (9, 80)]


def test_an_input_of_a_shader_is_keyed(key):
    path = 'materials["Material"].node_tree.nodes["Principled BSDF"].inputs["Emission Strength"]'
    assert key(path, keys={"1": 0, "9": 5})["keys"] == {"1": 0, "9": 5}
    tree = bpy.data.materials["Material"].node_tree
    assert points(next(iter(curves(tree).values()))) == [(1, 0), (9, 5)]


def test_a_lights_colour_is_meant_by_its_color(key):
    key("color", name="Light", keys={"1": [1, 0, 0]})
    assert bpy.data.lights["Light"].animation_data is not None


def test_a_colour_is_keyed(key):
    told = key('lights["Light"].color', keys={"1": "#ff0000", "9": [0, 0, 1]})
    assert told["keys"] == {"1": [1, 0, 0], "9": [0, 0, 1]}


def test_a_shape_key_is_keyed(key):
    cube = bpy.data.objects["Cube"]
    cube.shape_key_add(name="Basis")
    cube.shape_key_add(name="Big")
    told = key('data.shape_keys.key_blocks["Big"].value', name="Cube", keys={"1": 0, "9": 1})
    assert told["keys"] == {"1": 0, "9": 1}


def test_a_bone_is_keyed(key, call):
    bpy.ops.object.armature_add()
    rig = bpy.context.object.name
    bpy.context.object.pose.bones["Bone"].rotation_mode = "XYZ"
    told = key(
        'pose.bones["Bone"].rotation_euler', name=rig, keys={"1": [0, 0, 0], "9": [90, 0, 0]}
    )
    assert told["keys"]["9"] == pytest.approx([90, 0, 0])


def test_settings_of_the_scene_are_keyed(key):
    key("eevee.taa_render_samples", keys={"1": 16, "9": 64})
    assert key("eevee.taa_render_samples")["keys"] == {"1": 16, "9": 64}


def test_a_choice_is_keyed_and_read_by_its_words(key):
    told = key("display_type", name="Cube", keys={"1": "WIRE", "9": "SOLID"})
    assert at(1).display_type == "WIRE"
    assert told["keys"] == {"1": "WIRE", "9": "SOLID"}


def test_an_object_follows_a_path(key, call):
    bpy.ops.curve.primitive_bezier_circle_add(radius=5)
    circle = bpy.context.object.name
    made = call("set_constraint", names=["Cube"], type="FOLLOW_PATH",
                properties={"target": circle, "use_fixed_location": True})  # fmt: skip
    assert made.ok, made.error
    key('constraints["Follow Path"].offset_factor', name="Cube", keys={"1": 0, "101": 1},
        interpolation="LINEAR")  # fmt: skip
    bpy.context.scene.frame_set(1)
    first = bpy.data.objects["Cube"].matrix_world.translation.copy()
    bpy.context.scene.frame_set(51)
    assert (bpy.data.objects["Cube"].matrix_world.translation - first).length > 8


def test_a_modifier_is_keyed(key):
    bpy.data.objects["Cube"].modifiers.new("Row", "ARRAY")
    assert key('modifiers["Row"].count', name="Cube", keys={"1": 1, "9": 5})["keys"] == {
        "1": 1,
        "9": 5,
    }


def test_undo_takes_back_the_keys(call):
    call("set_keyframes", property="location.x", name="Cube", keys={"1": 0, "9": 1}, turn=1)
    bpy.ops.ed.undo()
    assert bpy.data.objects["Cube"].animation_data is None


def test_it_works_in_edit_mode_and_stays_there(key):
    bpy.ops.object.mode_set(mode="EDIT")
    key("location.x", name="Cube", keys={"1": 0, "9": 1})
    assert bpy.context.mode == "EDIT_MESH"
    assert bpy.data.objects["Cube"].animation_data is not None


X = {"x": 'objects["Light"].location.x'}


def test_a_driver_asks_first(refused):
    error = refused(
        "set_keyframes", property="location.z", name="Cube", driver="2 * x", variables=X
    )
    assert "a driver evaluates '2 * x'" in error
    assert "--allow code" in error


def test_a_driver_moves_the_value(key, code_passes):
    told = key("location.z", name="Cube", driver="2 * x", variables=X)
    assert told["driver"] == "2 * x"
    assert told["variables"] == {"x": "Light: location[0]"}
    bpy.data.objects["Light"].location.x = 3
    bpy.context.view_layer.update()
    depsgraph = bpy.context.evaluated_depsgraph_get()
    assert bpy.data.objects["Cube"].evaluated_get(depsgraph).location.z == pytest.approx(6)


def test_a_driver_of_the_frame_needs_no_variables(key, code_passes):
    key("rotation.z", name="Cube", driver="frame / 10")
    assert at(20).evaluated_get(bpy.context.evaluated_depsgraph_get()).rotation_euler.z == (
        pytest.approx(2)
    )


def test_a_driver_without_expression_is_the_value_and_no_code(key):
    told = key("location.z", name="Cube", variables=X)
    assert told["driver"] == "AVERAGE"
    assert told["value"] == pytest.approx(bpy.data.objects["Light"].location.x, abs=1e-4)


def test_a_driver_takes_the_place_of_the_one_before(key):
    key("location.z", name="Cube", variables=X)
    key("location.z", name="Cube", variables={"y": 'objects["Light"].location.y'})
    drivers = bpy.data.objects["Cube"].animation_data.drivers
    assert [[each.name for each in d.driver.variables] for d in drivers] == [["y"]]


def test_a_driver_is_cleared(key):
    key("location.z", name="Cube", variables=X)
    assert "driver" not in key("location.z", name="Cube", clear=True)
    assert not len(bpy.data.objects["Cube"].animation_data.drivers)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"driver": "2 *", "variables": X}, "cannot be evaluated"),
        ({"driver": "2 * y", "variables": X}, "cannot be evaluated"),
        ({"driver": "2 * x"}, "name the variables"),
        ({"driver": "x" + " + x" * 80, "variables": X}, "at most 255 characters"),
        ({"driver": "x", "variables": {"1x": X["x"]}}, "cannot be a variable's name"),
        (
            {"driver": "x", "variables": {"x": 'objects["Lihgt"].location.x'}},
            "Did you mean 'Light'?",
        ),
        ({"driver": "x", "variables": X, "property": "location"}, "say which part"),
        ({"driver": "if", "variables": {"if": X["x"]}}, "cannot be"),
    ],
)
def test_a_driver_that_cannot_be_leaves_nothing(refused, code_passes, given, said):
    error = refused("set_keyframes", **{"property": "location.z", "name": "Cube", **given})
    assert said in error


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Cub"}, "Did you mean 'Cube'?"),
        ({"property": "locaton"}, "Did you mean 'location'"),
        ({"keys": {"first": [0, 0, 0]}}, "is no frame number"),
        ({"keys": {"nan": [0, 0, 0]}}, "frame"),
        ({"keys": {"inf": [0, 0, 0]}}, "out of Blender's range"),
        ({"keys": {"9999999": [0, 0, 0]}}, "out of Blender's range"),
        ({"keys": {"1": [0, 0]}}, "list of 3 values"),
        ({"keys": {"1": [0, 0, 0], "9": "up"}}, "list of 3 values"),
        ({"keys": {"1": [0, 0, float("nan")]}}, "finite"),
        ({"property": "location.x", "keys": {"1": float("inf")}}, "finite"),
        ({"keys": {"7": None}}, "has no key at frame 7"),
        ({"property": "parent", "keys": {"1": "Light"}}, "cannot be animated"),
        ({"property": "name", "keys": {"1": "a"}}, "cannot be animated"),
        ({"property": "type", "keys": {"1": "MESH"}}, "cannot be set"),
        ({"interpolation": "LINEAR"}, "has no keyframes"),
        ({"extrapolation": "cycles"}, "has no keyframes"),
        ({"interpolation": "SMOOTH"}, "none of BEZIER, LINEAR"),
        ({"extrapolation": "mirror"}, "constant, linear, cycles"),
        ({"property": 'modifiers["Build"].frame_start', "keys": {"1": 1}}, "no item 'Build'"),
        ({"property": '["text"]', "keys": {"1": "a"}}, "text"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(refused, given, said):
    bpy.data.objects["Cube"]["text"] = "words"
    error = refused("set_keyframes", **{"property": "location", "name": "Cube", **given})
    assert said in error
    assert not error.startswith(("TypeError", "ValueError", "KeyError", "RuntimeError"))


def test_a_path_is_not_set_by_way_of_a_key(refused):
    refused("set_keyframes", property="render.filepath", keys={"1": "/tmp/x"})


def test_what_lies_outside_the_scene_is_not_reached(refused):
    refused("set_keyframes", property="preferences.view.ui_scale", keys={"1": 2})


def test_linked_data_is_not_animated(refused, tmp_path):
    linked_cube(tmp_path)
    error = refused("set_keyframes", property="location", name="Cube", keys={"1": [0, 0, 0]})
    assert "is linked from" in error


def test_easing_alone_is_an_edit_with_its_own_step(call):
    call("set_keyframes", name="Cube", property="location", keys={"1": [0, 0, 0], "9": [1, 0, 0]})
    result = call("set_keyframes", name="Cube", property="location", easing="EASE_OUT")
    assert result.receipt.text() == "Changed object Cube (location interpolation)"
