"""All tools together, as a model is told of them."""

from __future__ import annotations

import json

import bpy
import jsonschema
import pytest


def sent(schemas):
    return len(json.dumps(schemas, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.fixture
def schemas(here):
    return here.calls.registry.schemas()


def test_all_schemas_together_take_at_most_22_kb(schemas):
    assert sent(schemas) <= 22_000


def test_the_set_of_eight_takes_at_most_9_kb(schemas, module):
    names = module("tools.handlers.toolbox").SMALL_SET
    small = [each for each in schemas if each["function"]["name"] in names]
    assert len(small) == len(names) == 8
    assert sent(small) <= 9_000


def test_every_schema_is_one_and_holds_nothing_that_small_models_stumble_over(schemas):
    for each in schemas:
        parameters = each["function"]["parameters"]
        jsonschema.Draft202012Validator.check_schema(parameters)
        assert parameters["type"] == "object"
        for word in ('"$ref"', '"$defs"', '"title"', '"prefixItems"', '"null"'):
            assert word not in json.dumps(parameters)


def test_every_tool_of_the_contract_is_there(schemas):
    assert [each["function"]["name"] for each in schemas] == sorted(
        "create_object delete_objects duplicate_objects edit_collections edit_mesh edit_nodes "
        "execute_code export_file get_object_info get_scene_info import_file look lookup render restore "
        "run_operator set_constraint set_keyframes set_material set_modifier set_object "
        "set_properties".split()
    )


@pytest.fixture
def crowd(here):
    """Objects with names as long as Blender takes, on one mesh of many parts."""
    mesh = bpy.data.meshes["Cube"]
    for number in range(1200):
        each = bpy.data.objects.new(f"{number:04} {'x' * 58}", mesh)
        bpy.context.collection.objects.link(each)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("get_scene_info", {"limit": 500}),
        ("get_object_info", {"names": ["00?? x*"]}),
        ("set_object", {"names": ["*x*"], "location": [0, 0, 1], "relative": True}),
        ("duplicate_objects", {"names": ["0*"], "count": 2, "linked": True}),
        ("delete_objects", {"names": ["*x*"]}),
        ("set_modifier", {"names": ["0*"], "type": "ARRAY"}),
        ("set_material", {"material": "Red", "objects": ["*"]}),
        ("edit_collections", {"collection": "All", "objects": ["*x*"]}),
        ("execute_code", {"code": "for o in bpy.data.objects: o.location.x += 1"}),
        ("run_operator", {"operator": "object.select_all", "properties": {"action": "SELECT"}}),
    ],
)
def test_no_reply_is_larger_than_8_kb_in_a_crowd(call, crowd, module, name, arguments):
    if name == "set_material":
        bpy.data.objects.remove(bpy.data.objects["Camera"])
        bpy.data.objects.remove(bpy.data.objects["Light"])
    result = call(name, **arguments)
    assert result.ok, result.error
    text = module("chat.conversation").result_text(result)
    assert len(text.encode()) <= 8_000
    assert "characters left out" not in text
