"""get_scene_info, get_object_info and look: what they tell, and that they leave no trace."""

from __future__ import annotations

import json
import math
import os
import struct
import tempfile
import zlib
from pathlib import Path

import bpy
import numpy as np
import pytest


def pixels(data):
    """An RGB PNG without filters, as rows from the top."""
    width, height = struct.unpack(">II", data[16:24])
    place, packed = 8, b""
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + length]
        place += 12 + length
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * 3)
    return rows[:, 1:].reshape(height, width, 3).astype(int)


def state():
    """What a look might disturb."""
    spaces = [a.spaces.active for s in bpy.data.screens for a in s.areas if a.type == "VIEW_3D"]
    return (
        [sorted(each.keys()) for each in (bpy.data.objects, bpy.data.cameras, bpy.data.scenes)],
        [(s.shading.type, s.overlay.show_overlays, s.shading.color_type) for s in spaces],
        bpy.context.scene.render.engine,
        bpy.context.scene.camera,
        [each.name for each in bpy.context.selected_objects],
    )


def test_scene_info_counts_and_names_what_there_is(call):
    told = call("get_scene_info").value
    assert told["counts"]["objects"] == {"MESH": 1, "LIGHT": 1, "CAMERA": 1}
    assert (told["active"], told["mode"], told["selected"]) == ("Cube", "OBJECT", ["Cube"])
    assert told["camera"] == "Camera"
    assert told["objects_total"] == 3
    assert {row["name"] for row in told["objects"]} == {"Cube", "Light", "Camera"}


def test_scene_info_finds_by_name_type_and_collection(call):
    assert [r["name"] for r in call("get_scene_info", name="CUB").value["objects"]] == ["Cube"]
    assert [r["name"] for r in call("get_scene_info", type="light").value["objects"]] == ["Light"]
    assert call("get_scene_info", collection="Collection").value["objects_total"] == 3
    assert "Did you mean 'Collection'?" in call("get_scene_info", collection="Colection").error


def test_scene_info_fits_8_kb_on_a_large_scene_and_pages_through_it(call):
    for number in range(1000):
        made = bpy.data.objects.new(f"Ein ziemlich langer Name, Würfel {number}", None)
        bpy.context.collection.objects.link(made)
    seen, offset = [], 0
    while offset is not None:
        value = call("get_scene_info", type="EMPTY", limit=500, offset=offset).value
        assert len(json.dumps(value)) <= 8_000
        seen += [row["name"] for row in value["objects"]]
        offset = value.get("next_offset")
    assert len(set(seen)) == len(seen) == 1000


def test_scene_info_knows_places_that_no_window_has_asked_for_yet(call):
    bpy.data.objects["Cube"].location.x = 7
    assert call("get_scene_info", name="Cube").value["objects"][0]["location"] == [7, 0, 0]


def test_object_info_tells_transforms_in_metres_and_degrees(call):
    cube = bpy.data.objects["Cube"]
    cube.location, cube.rotation_euler.z = (1, 2, 3), math.radians(90)
    told = call("get_object_info", names=["Cube"]).value["objects"][0]
    assert told["location"] == [1, 2, 3]
    assert told["rotation"] == {"mode": "XYZ", "degrees": [0, 0, 90]}
    assert told["dimensions"] == [2, 2, 2]
    assert told["bounds"] == [[0, 1, 2], [2, 3, 4]]
    assert told["data"] == {"name": "Cube", "vertices": 8, "edges": 12, "faces": 6,
                            "uv_maps": ["UVMap"]}  # fmt: skip
    assert told["materials"] == ["Material"]


def test_object_info_tells_relations_and_what_was_set_of_modifiers_and_constraints(call):
    cube, light = bpy.data.objects["Cube"], bpy.data.objects["Light"]
    light.parent = cube
    cube.modifiers.new("Row", "ARRAY").count = 10
    cube.constraints.new("TRACK_TO").target = bpy.data.objects["Camera"]
    cube["note"] = "mine"
    told = call("get_object_info", names=["Cube"]).value["objects"][0]
    assert told["children"] == ["Light"]
    assert told["modifiers"][0]["count"] == 10
    assert told["constraints"][0]["target"] == "Camera"
    assert told["custom_properties"] == {"note": "mine"}
    assert call("get_object_info", names=["Light"]).value["objects"][0]["parent"] == "Cube"


def test_object_info_of_many_objects_names_those_that_did_not_fit(call):
    names = []
    for number in range(50):
        made = bpy.data.objects.new(f"Empty {number}", None)
        made["note"] = "x" * 300
        bpy.context.collection.objects.link(made)
        names.append(made.name)
    value = call("get_object_info", names=names).value
    assert len(json.dumps(value)) <= 8_000
    told = [each["name"] for each in value["objects"]] + value["omitted"]
    assert told == names[: len(told)]
    assert len(value["objects"]) + value["omitted_total"] == len(names)


def test_a_wrong_name_gets_the_nearest_ones(call):
    result = call("get_object_info", names=["Cubee"])
    assert result.error == "There is no object 'Cubee'. Did you mean 'Cube'?"


def test_an_object_of_another_scene_can_be_asked_about(call):
    made = bpy.data.objects.new("Elsewhere", None)
    bpy.data.scenes.new("Other").collection.objects.link(made)
    assert call("get_object_info", names=["Elsewhere"]).value["objects"][0]["visible"] is False


@pytest.mark.parametrize("view", ["viewport", "camera", "front", "right", "top", "iso"])
def test_a_picture_shows_the_cube_before_an_even_background(call, view):
    bpy.data.materials["Material"].diffuse_color = (1, 0, 0, 1)
    picture = call("look", view=view, size=200).picture
    shown = pixels(picture.data)
    assert shown.shape == (picture.height, picture.width, 3)
    assert max(shown.shape) == 200
    red = (shown[:, :, 0] > shown[:, :, 1] + 40).mean()
    assert 0.01 < red < 0.7
    corners = shown[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.ptp(corners, axis=0).max() < 30


def test_a_look_in_words_says_from_where(call):
    value = call("look", view="front", names=["Cube"], size=64).value
    assert value["picture"] == "Cube from the front"


def test_a_look_leaves_no_trace(call):
    before = state()
    call("look", size=64)
    call("look", view="camera", size=64)
    call("look", names=["Nobody"], size=64)
    assert state() == before


def test_a_look_through_a_camera_that_is_not_there_says_what_to_do(call):
    bpy.context.scene.camera = None
    assert "The scene has no camera. Add one, or look from iso" in call("look", view="camera").error


def test_a_look_at_an_empty_scene_is_a_picture_all_the_same(call):
    for each in list(bpy.data.objects):
        bpy.data.objects.remove(each)
    assert call("look", size=64).ok


def test_a_look_writes_new_files_in_the_temporary_folder_unasked(call, tmp_path):
    file = tmp_path / "a.png"
    assert call("look", size=64, filepath=str(file)).value["filepath"] == str(file)
    assert pixels(file.read_bytes()).shape[1] == 64


def test_a_look_overwrites_nothing(call, tmp_path, here):
    file = tmp_path / "a.png"
    file.write_text("mine")
    here.gate.allow("chat", ["files"])
    assert "exists already; give another name" in call("look", size=64, filepath=str(file)).error
    assert file.read_text() == "mine"


def test_the_picture_of_a_client_that_died_is_overwritten(call):
    file = Path(tempfile.gettempdir()) / f"blender_screenshot_{os.getpid()}.png"
    file.write_text("of an earlier process with that number")
    try:
        assert call("look", size=64, filepath=str(file)).ok
        assert pixels(file.read_bytes()).shape[1] == 64
        file.unlink()
        file.symlink_to(__file__)
        assert "exists already" in call("look", size=64, filepath=str(file)).error
    finally:
        file.unlink()


def test_an_object_that_is_not_displayed_is_told_where_it_is_and_cannot_be_looked_at(call):
    cube = bpy.data.objects["Cube"]
    cube.hide_viewport = True
    cube.location.x = 7
    told = call("get_object_info", names=["Cube"]).value["objects"][0]
    assert told["world_location"] == [7, 0, 0]
    assert "Not to be seen" in call("look", names=["Cube"], size=64).error


def test_a_look_writes_elsewhere_only_if_allowed(call, here):
    result = call("look", size=64, filepath="/var/scene_chat_look.png")
    assert result.kind == "PermissionRefused"
    assert "it writes /var/scene_chat_look.png" in result.error


@pytest.mark.parametrize("size", [0, 63, 4096, "big", float("nan")])
def test_a_size_that_cannot_be_drawn_is_refused(call, size):
    assert call("look", size=size).kind == "InvalidArguments"
