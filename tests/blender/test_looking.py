"""get_scene_info and get_object_info: what they tell."""

from __future__ import annotations

import json
import math

import bpy


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


def test_an_object_that_is_not_displayed_is_told_where_it_is(call):
    cube = bpy.data.objects["Cube"]
    cube.hide_viewport = True
    cube.location.x = 7
    told = call("get_object_info", names=["Cube"]).value["objects"][0]
    assert told["world_location"] == [7, 0, 0]
