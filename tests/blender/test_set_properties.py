"""set_properties: any setting by its path, checked, converted, all or none."""

from __future__ import annotations

import math

import bpy
import pytest
from blender.scenes import linked_cube

FIVE = bpy.app.version >= (5, 0, 0)
EEVEE = "BLENDER_EEVEE" if FIVE else "BLENDER_EEVEE_NEXT"


@pytest.fixture
def files(here):
    here.gate.allow("chat", ["files"])


@pytest.fixture
def put(call):
    """Set properties, which has to work; give the result."""

    def one(values):
        result = call("set_properties", values=values)
        assert result.ok, result.error
        return result

    return one


@pytest.mark.parametrize("name", ["BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "eevee", "EEVEE", "Eevee"])
def test_eevee_is_meant_by_each_of_its_names(put, name):
    bpy.context.scene.render.engine = "CYCLES"
    assert put({"render.engine": name}).value == {"values": {"render.engine": EEVEE}}


@pytest.mark.parametrize("name", ["CYCLES", "Cycles", "cycles"])
def test_cycles_is_meant_in_any_case(put, name):
    assert put({"render.engine": name}).value["values"] == {"render.engine": "CYCLES"}


def test_cycles_gets_samples_and_a_denoiser(put):
    put({"render.engine": "CYCLES", "cycles.samples": 64, "cycles.use_denoising": True,
         "cycles.denoiser": "OPENIMAGEDENOISE", "cycles.device": "CPU", "cycles.max_bounces": 4})  # fmt: skip
    cycles = bpy.context.scene.cycles
    assert (cycles.samples, cycles.use_denoising, cycles.denoiser, cycles.max_bounces) == (
        64, True, "OPENIMAGEDENOISE", 4,
    )  # fmt: skip


def test_eevee_gets_samples_and_raytracing(put):
    put({"eevee.taa_render_samples": 16, "eevee.use_raytracing": True})
    assert bpy.context.scene.eevee.taa_render_samples == 16
    assert bpy.context.scene.eevee.use_raytracing is True


def test_resolution_frames_and_film(put):
    put({"render.resolution_x": 1280, "render.resolution_y": 720, "render.resolution_percentage": 50,
         "render.fps": 30, "frame_start": 10, "frame_end": 50, "render.film_transparent": True})  # fmt: skip
    scene = bpy.context.scene
    render = scene.render
    assert (render.resolution_x, render.resolution_y, render.resolution_percentage) == (
        1280,
        720,
        50,
    )
    assert (render.fps, scene.frame_start, scene.frame_end) == (30, 10, 50)
    assert render.film_transparent is True


def test_frames_beyond_each_other_are_set_in_one_call(put):
    put({"frame_start": 500, "frame_end": 600})
    assert (bpy.context.scene.frame_start, bpy.context.scene.frame_end) == (500, 600)


def test_the_present_frame_is_set(put):
    put({"frame_current": 33})
    assert bpy.context.scene.frame_current == 33


def test_passes_of_the_view_layer(put):
    put({"view_layer.use_pass_z": True, 'view_layers["ViewLayer"].use_pass_mist': True})
    layer = bpy.context.view_layer
    assert (layer.use_pass_z, layer.use_pass_mist) == (True, True)


@pytest.mark.parametrize(
    ("look", "is_now"),
    [
        ("AgX - High Contrast", "AgX - High Contrast"),
        ("High Contrast", "AgX - High Contrast"),
        ("medium high contrast", "AgX - Medium High Contrast"),
        ("None", "None"),
    ],
)
def test_a_look_and_gamma(put, look, is_now):
    values = {
        "view_settings.look": look,
        "view_settings.gamma": 1.25,
        "view_settings.exposure": 0.5,
    }
    put(values)
    view = bpy.context.scene.view_settings
    assert (view.look, view.gamma, view.exposure) == (is_now, 1.25, 0.5)


@pytest.mark.parametrize("order", [1, -1])
def test_a_look_of_another_view_is_set_with_it_in_any_order(put, order):
    values = {"view_settings.view_transform": "Filmic", "view_settings.look": "High Contrast"}
    put(dict(list(values.items())[::order]))
    view = bpy.context.scene.view_settings
    assert view.view_transform == "Filmic"
    assert view.look in ("High Contrast", "Filmic - High Contrast")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "values",
    [
        {"file_format": "OPEN_EXR", "color_depth": "32", "exr_codec": "DWAA", "color_mode": "RGBA"},
        {"file_format": "PNG", "color_depth": "16", "compression": 90, "color_mode": "RGBA"},
        {"file_format": "TIFF", "color_depth": "16", "tiff_codec": "LZW"},
        {"file_format": "JPEG", "quality": 80, "color_mode": "BW"},
        {"file_format": "OPEN_EXR_MULTILAYER", "color_depth": "32", "exr_codec": "ZIPS"},
    ],
)
def test_output_formats_with_what_belongs_to_them_in_any_order(put, values, order):
    wanted = {f"render.image_settings.{key}": value for key, value in values.items()}
    put(dict(list(wanted.items())[::order]))
    settings = bpy.context.scene.render.image_settings
    assert {key: getattr(settings, key) for key in values} == values


@pytest.mark.parametrize("order", [1, -1])
def test_a_film_with_its_codecs_in_any_order(put, order):
    values = {
        "render.image_settings.file_format": "FFMPEG",
        "render.ffmpeg.format": "MKV",
        "render.ffmpeg.codec": "FFV1",
        "render.ffmpeg.audio_codec": "FLAC",
        "render.ffmpeg.constant_rate_factor": "HIGH",
    }
    put(dict(list(values.items())[::order]))
    render = bpy.context.scene.render
    assert render.image_settings.file_format == "FFMPEG"
    assert (render.ffmpeg.format, render.ffmpeg.codec, render.ffmpeg.audio_codec) == (
        "MKV", "FFV1", "FLAC",
    )  # fmt: skip


def test_from_a_film_back_to_pictures(put):
    put({"render.image_settings.file_format": "FFMPEG"})
    put({"render.image_settings.file_format": "PNG", "render.image_settings.color_mode": "RGBA"})
    assert bpy.context.scene.render.image_settings.file_format == "PNG"


def test_a_depth_may_be_given_as_a_number(put):
    put({"render.image_settings.file_format": "OPEN_EXR", "render.image_settings.color_depth": 16})
    assert bpy.context.scene.render.image_settings.color_depth == "16"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("SPOT", "spot_size", 45),
        ("AREA", "size", 3),
        ("AREA", "shape", "DISK"),
        ("SUN", "angle", 5),
    ],
)
def test_a_lights_type_changes_together_with_what_the_new_type_has(put, kind, key, value, order):
    values = {'lights["Light"].type': kind, f'lights["Light"].{key}': value}
    told = put(dict(list(values.items())[::order])).value["values"]
    light = bpy.data.lights["Light"]
    assert light.type == kind
    wanted = math.radians(value) if key in ("spot_size", "angle") else value
    assert getattr(light, key) == (wanted if isinstance(wanted, str) else pytest.approx(wanted))
    assert told[f'lights["Light"].{key}'] == value


def test_angles_are_degrees_in_and_out(put):
    told = put({'cameras["Camera"].lens_unit': "FOV", 'cameras["Camera"].angle': 90}).value[
        "values"
    ]
    assert bpy.data.cameras["Camera"].angle == pytest.approx(math.pi / 2)
    assert told['cameras["Camera"].angle'] == pytest.approx(90)
    put({'objects["Cube"].rotation_euler': [0, 0, 45]})
    assert bpy.data.objects["Cube"].rotation_euler.z == pytest.approx(math.pi / 4)


def test_a_quaternion_is_no_angle(put):
    put({'objects["Cube"].rotation_mode': "QUATERNION",
         'objects["Cube"].rotation_quaternion': [0, 1, 0, 0]})  # fmt: skip
    assert tuple(bpy.data.objects["Cube"].rotation_quaternion) == (0, 1, 0, 0)


@pytest.mark.parametrize("part", [".z", "[2]"])
def test_one_part_of_a_vector(put, part):
    put({f'objects["Cube"].location{part}': 3})
    assert tuple(bpy.data.objects["Cube"].location) == (0, 0, 3)


def test_one_number_sets_all_parts(put):
    put({'objects["Cube"].scale': 2})
    assert tuple(bpy.data.objects["Cube"].scale) == (2, 2, 2)


def test_colours_of_the_web_become_linear(put):
    put({"world.color": "#808080", 'lights["Light"].color': [1, 0.5, 0]})
    assert tuple(bpy.context.scene.world.color) == pytest.approx((0.21586,) * 3, abs=1e-4)
    assert tuple(bpy.data.lights["Light"].color) == (1, 0.5, 0)


def test_a_matrix_is_given_by_its_rows(put):
    rows = [[1, 0, 0, 5], [0, 1, 0, 6], [0, 0, 1, 7], [0, 0, 0, 1]]
    told = put({'objects["Cube"].matrix_world': rows}).value["values"]
    assert tuple(bpy.data.objects["Cube"].location) == (5, 6, 7)
    assert told['objects["Cube"].matrix_world'] == rows


def test_a_size_is_told_as_it_is_now(put):
    told = put({'objects["Cube"].dimensions': [1, 4, 2]}).value["values"]
    assert tuple(bpy.data.objects["Cube"].scale) == (0.5, 2, 1)
    assert told['objects["Cube"].dimensions'] == [1, 4, 2]


def test_data_blocks_are_named(put):
    bpy.context.scene.camera = None
    told = put({"camera": "Camera", 'objects["Light"].parent': "Cube"}).value["values"]
    assert bpy.context.scene.camera == bpy.data.objects["Camera"]
    assert bpy.data.objects["Light"].parent == bpy.data.objects["Cube"]
    assert told["camera"] == "Camera"


@pytest.mark.parametrize("value", [None, ""])
def test_a_data_block_is_taken_away(put, value):
    put({"camera": value})
    assert bpy.context.scene.camera is None


def test_an_input_of_a_node_needs_no_default_value(put):
    roughness = 'materials["Material"].node_tree.nodes["Principled BSDF"].inputs["Roughness"]'
    put(
        {
            roughness: 0.25,
            roughness.replace("Roughness", "Base Color") + ".default_value": "#ff0000",
        }
    )
    inputs = bpy.data.materials["Material"].node_tree.nodes["Principled BSDF"].inputs
    assert inputs["Roughness"].default_value == 0.25
    assert tuple(inputs["Base Color"].default_value) == (1, 0, 0, 1)


def test_one_part_of_an_input(put):
    base = 'materials["Material"].node_tree.nodes["Principled BSDF"].inputs["Base Color"]'
    put({f"{base}.default_value[0]": 0.125})
    inputs = bpy.data.materials["Material"].node_tree.nodes["Principled BSDF"].inputs
    assert inputs["Base Color"].default_value[0] == 0.125


def test_physics_and_the_rigid_body_world(put, call):
    assert call("run_operator", operator="rigidbody.object_add", names=["Cube"]).ok
    put({'objects["Cube"].rigid_body.mass': 5, 'objects["Cube"].rigid_body.type': "PASSIVE",
         "rigidbody_world.point_cache.frame_end": 100, "gravity": [0, 0, -1.6]})  # fmt: skip
    scene = bpy.context.scene
    assert bpy.data.objects["Cube"].rigid_body.mass == 5
    assert bpy.data.objects["Cube"].rigid_body.type == "PASSIVE"
    assert scene.rigidbody_world.point_cache.frame_end == 100
    assert scene.gravity.z == pytest.approx(-1.6)


def test_units_and_depth_of_field(put):
    put({"unit_settings.length_unit": "CENTIMETERS", 'cameras["Camera"].dof.use_dof': True,
         'cameras["Camera"].dof.focus_object': "Cube", 'cameras["Camera"].dof.aperture_fstop': 1.4})  # fmt: skip
    dof = bpy.data.cameras["Camera"].dof
    assert bpy.context.scene.unit_settings.length_unit == "CENTIMETERS"
    assert (dof.use_dof, dof.focus_object.name) == (True, "Cube")


@pytest.mark.parametrize(
    "path",
    [
        "render.fps", "scene.render.fps", 'scenes["Scene"].render.fps', "bpy.context.scene.render.fps",
        'bpy.data.scenes["Scene"].render.fps', "C.scene.render.fps", "scenes['Scene'].render.fps",
        "scenes[0].render.fps", " render.fps",
    ],
)  # fmt: skip
def test_a_path_may_be_written_as_in_python(put, path):
    put({path: 50})
    assert bpy.context.scene.render.fps == 50


def test_names_with_quotes_brackets_and_dots(put):
    bpy.data.objects["Cube"].name = 'A "big".[one] ü'
    put({r'objects["A \"big\".[one] ü"].location.x': 1})
    assert bpy.data.objects['A "big".[one] ü'].location.x == 1


def test_a_custom_property_is_set_and_told(put):
    result = put({'objects["Cube"]["tag"]': "mine", 'objects["Cube"]["list"]': [1, 2, 3]})
    cube = bpy.data.objects["Cube"]
    assert (cube["tag"], list(cube["list"])) == ("mine", [1, 2, 3])
    assert result.value["values"] == {'objects["Cube"]["tag"]': "mine",
                                      'objects["Cube"]["list"]': [1, 2, 3]}  # fmt: skip


def test_a_text_object_may_say_either_or(put):
    curve = bpy.data.curves.new("Sign", "FONT")
    put({'curves["Sign"].body': "either/or"})
    assert curve.body == "either/or"


def test_a_name_is_a_property_too(put):
    result = put({'objects["Cube"].name': "Box"})
    assert "Box" in bpy.data.objects
    assert list(result.value["values"].values()) == ["Box"]


def test_the_receipt_tells_what_changed(put):
    receipt = put(
        {"render.fps": 50, 'lights["Light"].energy': 10, 'objects["Cube"].location.z': 1}
    ).receipt
    assert receipt.changed == {
        "scene": {"Scene": ("render fps",)},
        "light": {"Light": ("energy",)},
        "object": {"Cube": ("location.z",)},
    }


def test_what_is_so_already_is_no_change(put):
    assert not put({"render.fps": 24, 'objects["Cube"].location': [0, 0, 0]}).receipt


def test_undo_brings_back_what_was(call):
    call("set_properties", values={"render.fps": 50, "render.resolution_x": 10}, turn=1)
    bpy.ops.ed.undo()
    assert (bpy.context.scene.render.fps, bpy.context.scene.render.resolution_x) == (24, 1920)


def test_all_or_none_are_set(refused):
    error = refused("set_properties", values={"render.fps": 50, "render.resolution_x": "wide"})
    assert "give a number, not 'wide'" in error


def test_all_or_none_also_where_one_opens_others(refused):
    values = {"render.engine": "CYCLES", "render.fps": 50, "cycles.samplez": 4}
    assert "Did you mean 'samples'" in refused("set_properties", values=values)


def test_it_works_in_edit_mode_and_stays_there(put):
    bpy.ops.object.mode_set(mode="EDIT")
    put({"render.fps": 50, 'objects["Cube"].location.x': 1})
    assert bpy.context.mode == "EDIT_MESH"
    assert bpy.data.objects["Cube"].location.x == 1


def test_a_failure_in_edit_mode_leaves_all_as_it_was(refused):
    bpy.ops.object.mode_set(mode="EDIT")
    refused("set_properties", values={"render.engine": "CYCLES", "cycles.samplez": 1})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "{path: value}"),
        ({"": 1}, "empty"),
        ({"render.": 1}, "no path"),
        ({"render[": 1}, "no path"),
        ({"render": 1}, "say which property"),
        ({"render.resolutionx": 1}, "Did you mean 'resolution_x'"),
        ({"rendr.fps": 1}, "Did you mean 'render'"),
        ({'objects["Cub"].location.x': 1}, "Did you mean 'Cube'?"),
        ({'objekts["Cube"].location': 1}, "Did you mean 'objects'"),
        ({'objects["Cube"].modifiers["Bevel"].width': 1}, "There is no item 'Bevel'"),
        ({'objects["Cube"].rigid_body.mass': 1}, "has no rigid_body yet"),
        ({'objects["Cube"].location.w': 1}, "has 3 parts, no 'w'"),
        ({'objects["Cube"].location[3]': 1}, "has 3 parts"),
        ({'objects["Cube"].location[-1]': 1}, "has 3 parts"),
        ({"objects[7].location": 1}, "only 3"),
        ({'objects["Cube"]': 1}, "say which property"),
        ({"objects": 1}, "objects"),
        ({'objects["Cube"].modifiers': 1}, "is a list"),
        ({"render.engine": "CYCLE"}, "Did you mean 'CYCLES'?"),
        ({"render.image_settings.file_format": "GIF"}, "PNG"),
        ({"view_settings.look": "Very High"}, "AgX - Very High Contrast"),
        ({"view_settings.view_transform": "ACES"}, "AgX"),
        ({"unit_settings.system": "METER"}, "It takes NONE, METRIC, IMPERIAL."),
        ({"render.fps": 0}, "from 1 to"),
        ({"render.fps": 24.5}, "whole number"),
        ({"render.fps": "24"}, "give a number"),
        ({"render.fps": True}, "give a number"),
        ({"render.fps": None}, "give a number"),
        ({"render.resolution_percentage": 0}, "from 1 to 32767"),
        ({"render.film_transparent": "yes"}, "true or false"),
        ({"render.film_transparent": 2}, "true or false"),
        ({'objects["Cube"].location': [0, 0]}, "list of 3 values, not of 2"),
        ({'objects["Cube"].location': "up"}, "list of 3 values"),
        ({'objects["Cube"].location.x': float("nan")}, "finite"),
        ({'objects["Cube"].location.x': float("inf")}, "finite"),
        ({'objects["Cube"].location': [0, 0, float("nan")]}, "finite"),
        ({'objects["Cube"].location.x': 1e300}, "up to 1e18"),
        ({'objects["Cube"]["x"]': float("nan")}, "finite"),
        ({'objects["Cube"]["x"]': 2**40}, "[x] of 'Cube'"),
        ({'objects["Cube"]["x"]': [1, "a"]}, "[x] of 'Cube'"),
        ({'lights["Light"].energy': {"value": 1}}, "give a number"),
        ({'lights["Light"].color': "red"}, "#rrggbb"),
        ({'lights["Light"].color': "#ff00"}, "#rrggbb"),
        ({'objects["Cube"].dimensions_x': 1}, "Did you mean"),
        ({'objects["Cube"].type': "MESH"}, "cannot be set"),
        ({'objects["Cube"].bound_box': [1]}, "cannot be set"),
        ({"camera": "Cam"}, "Did you mean 'Camera'?"),
        ({"camera": 3}, "give the name"),
        ({'objects["Cube"].data': None}, "empty"),
        ({'objects["Cube"].data': "Nothing"}, "mesh"),
        ({'objects["Cube"].name': "a\0b"}, "broken characters"),
        ({'objects["Cube"].name': "\ud800"}, "broken characters"),
        ({'objects["Cube"].name': "x" * 300}, "at most"),
        ({"render.stamp_font_size.x": 1}, "render.stamp_font_size.x"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(refused, values, said):
    error = refused("set_properties", values=values)
    assert said in error
    assert not error.startswith(("TypeError", "ValueError", "KeyError", "AttributeError"))


def test_an_object_cannot_be_its_own_parent(refused):
    refused("set_properties", values={'objects["Cube"].parent': "Cube"})


def test_a_camera_that_is_none_is_refused(call):
    result = call("set_properties", values={"camera": "Cube"})
    assert result.ok == (bpy.context.scene.camera == bpy.data.objects["Cube"])


@pytest.mark.parametrize(
    "path",
    [
        "window_managers[0].name",
        'screens["Layout"].show_statusbar',
        'workspaces["Layout"].name',
        "preferences.view.show_splash",
        "bpy.context.preferences.view.show_splash",
        "bpy.context.window_manager.scene_chat.code_passes",
        "window.scene.render.fps",
        "libraries[0].filepath",
        "bpy.app.debug",
        'workspaces["Layout"].screens[0].show_statusbar',
        "__class__",
        "render.bl_rna.name",
        "render.rna_type.name",
    ],
)
def test_what_lies_outside_the_scene_is_not_reached(refused, path):
    assert refused("set_properties", values={path: True})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("render.filepath", "/tmp/out/"),
        ("render.filepath", "out"),
        ('images["Made"].filepath', "a.png"),
        ('objects["Cube"]["note"]', "/etc/passwd"),
    ],
)
def test_a_path_asks_first(refused, path, value):
    bpy.data.images.new("Made", 1, 1)
    error = refused("set_properties", values={path: value})
    assert f"it sets {path} to {value}" in error
    assert "--allow files" in error


def test_a_path_is_set_where_files_are_allowed(put, files):
    put({"render.filepath": "/tmp/out/frame_"})
    assert bpy.context.scene.render.filepath == "/tmp/out/frame_"


@pytest.mark.parametrize("value", ["\\\\server\\share\\out", "http://example.org/x", "//server\\x"])
def test_a_path_of_another_machine_is_refused(refused, files, value):
    assert "on another machine" in refused("set_properties", values={"render.filepath": value})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ('texts["Text"].use_module', True),
        ('objects["Cube"].animation_data.drivers[0].driver.expression', "1"),
        ('materials["Material"].node_tree.nodes["Script"].script', "Text"),
    ],
)
def test_code_asks_first(refused, path, value):
    bpy.data.texts.new("Text")
    assert "--allow code" in refused("set_properties", values={path: value})


def test_a_drivers_expression_is_no_scene_setting_by_another_path(refused):
    bpy.data.objects["Cube"].driver_add("location", 0)
    path = 'objects["Cube"].animation_data.drivers[0].driver.type'
    assert "code" in refused("set_properties", values={path: "SCRIPTED"})


def test_linked_data_is_not_changed(refused, tmp_path):
    linked_cube(tmp_path)
    error = refused("set_properties", values={'objects["Cube"].location.x': 1})
    assert "is linked from" in error
    assert "object.make_local" in error


def test_the_data_of_a_mesh_that_is_being_edited_is_not_set_in_vain(refused):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.ed.undo_push(message="Edit")
    error = refused("set_properties", values={'meshes["Cube"].vertices[0].co': [9, 9, 9]})
    assert "being edited" in error


def test_the_inputs_of_a_group_node_are_those_of_the_group_that_is_set_beside_them(call):
    for name, socket in (("One", "Width"), ("Two", "Height")):
        call("edit_nodes", kind="group", name=name,
             interface=[{"name": socket, "in_out": "INPUT"}, {"name": "Both", "in_out": "INPUT"}])  # fmt: skip
    call("edit_nodes", kind="material", name="Material",
         add=[{"type": "ShaderNodeGroup", "name": "G", "set": {"node_tree": "One"}}])  # fmt: skip
    node = 'materials["Material"].node_tree.nodes["G"]'
    result = call("set_properties", values={
        f'{node}.inputs["Both"].default_value': 3.0,
        f"{node}.node_tree": "Two",
        f'{node}.inputs["Height"].default_value': 5.0,
    })  # fmt: skip
    assert result.ok, result.error
    inputs = bpy.data.materials["Material"].node_tree.nodes["G"].inputs
    assert (inputs["Both"].default_value, inputs["Height"].default_value) == (3, 5)
