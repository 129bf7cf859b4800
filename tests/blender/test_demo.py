"""The demo as a newcomer runs it: what it prints, saves and renders."""

from __future__ import annotations

import math
import subprocess
import sys

import bpy
import numpy as np
import pytest
from bpy_session import CHECKOUT


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Run the demo once, with a coarse picture; give its folder and what it printed."""
    out = tmp_path_factory.mktemp("demo")
    command = [sys.executable, str(CHECKOUT / "scripts" / "demo.py"), "--out", str(out)]
    done = subprocess.run([*command, "--samples", "4"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return out, done.stdout


@pytest.fixture
def saved(demo, here):
    """The scene that the demo saved, opened."""
    bpy.ops.wm.open_mainfile(filepath=str(demo[0] / "datacentre.blend"))
    return bpy.data.objects


def principled(each):
    return each.active_material.node_tree.nodes["Principled BSDF"].inputs


def color(each):
    return tuple(principled(each)["Base Color"].default_value)[:3]


def test_the_first_line_says_that_the_model_is_a_script(demo):
    first = demo[1].splitlines()[0]
    assert first == "The model is a script (no key, no endpoint given); everything else is real."


def test_all_twelve_prompts_are_shown_and_answered(demo):
    for number in range(1, 13):
        assert f"[{number}/12] You: " in demo[1]
    assert "Error" not in demo[1]


def test_the_twelve_prompts_take_at_most_28_typed_calls_and_no_code(demo):
    calls = [line.split()[1] for line in demo[1].splitlines() if line.startswith("  > ")]
    assert 12 <= len(calls) <= 28
    assert "execute_code" not in calls


def test_the_floor_is_20_by_30_metres_and_02_thick_and_dark_grey(saved):
    floor = saved["Plane"]
    solid = floor.modifiers[0]
    assert tuple(floor.dimensions)[:2] == pytest.approx((20, 30))
    assert (solid.type, solid.thickness) == ("SOLIDIFY", pytest.approx(0.2))
    assert principled(floor)["Roughness"].default_value == pytest.approx(0.2)
    assert max(color(floor)) < 0.2
    assert max(color(floor)) - min(color(floor)) < 0.01


def test_the_rack_measures_1_by_12_by_2_metres_and_stands_in_a_row_of_ten(saved):
    rack = saved["Cube"]
    row = rack.modifiers[0]
    assert tuple(rack.location) == pytest.approx((-8, -10, 1))
    corners = np.array([vertex.co for vertex in rack.data.vertices]) * np.array(rack.scale)
    assert np.ptp(corners, axis=0) == pytest.approx((1, 1.2, 2))
    assert (row.type, row.count) == ("ARRAY", 10)
    assert row.relative_offset_displace[0] == row.relative_offset_displace[2] == 0
    assert 1 < row.relative_offset_displace[1] < 1.5
    assert 12 < rack.dimensions.y < 18


def test_a_second_row_like_it_stands_at_x_8(saved):
    copy = saved["Cube.001"]
    assert tuple(copy.location) == pytest.approx((8, -10, 1))
    assert tuple(copy.dimensions) == pytest.approx(tuple(saved["Cube"].dimensions))
    assert copy.modifiers[0].count == 10


def test_a_sun_lights_it(saved):
    assert [each.data.type for each in saved if each.type == "LIGHT"] == ["SUN"]


def test_the_scenes_camera_stands_at_0_20_8_and_looks_at_the_origin(saved):
    camera = bpy.context.scene.camera
    assert tuple(camera.location) == pytest.approx((0, -20, 8))
    looks = -camera.matrix_world.to_3x3().col[2]
    wanted = -camera.location.normalized()
    assert math.degrees(looks.angle(wanted)) < 0.1
    assert len([each for each in saved if each.type == "CAMERA"]) == 1


def test_the_room_has_five_faces_and_is_open_towards_y(saved):
    room = saved["RoomEnclosure"]
    assert tuple(room.dimensions) == pytest.approx((20, 30, 4))
    assert tuple(room.location) == pytest.approx((0, 0, 2))
    normals = [tuple(round(part) for part in face.normal) for face in room.data.polygons]
    assert len(normals) == 5
    assert (0, 1, 0) not in normals
    assert min(color(room)) > 0.7


def test_both_rows_share_one_black_material_of_low_roughness(saved):
    black = saved["Cube"].active_material
    assert black == saved["Cube.001"].active_material
    assert black.name == "BlackRack"
    assert max(color(saved["Cube"])) < 0.05
    assert principled(saved["Cube"])["Roughness"].default_value < 0.3


def test_the_picture_does_not_tell_where_it_was_made(demo):
    assert str(demo[0]).encode() not in (demo[0] / "datacentre.png").read_bytes()


def test_in_the_picture_both_rows_cover_a_fair_share_and_stand_out(demo, here):
    picture = bpy.data.images.load(str(demo[0] / "datacentre.png"))
    width, height = picture.size
    assert width >= 960
    values = np.empty(width * height * 4, np.float32)
    picture.pixels.foreach_get(values)
    luminance = values.reshape(height, width, 4)[:, :, :3].mean(axis=2)
    dark = luminance < 0.22
    for half in (dark[:, : width // 2], dark[:, width // 2 :]):
        assert 0.05 < half.mean() < 0.5
    assert luminance.mean() > 0.25
