"""The BlenderMCP dialect: commands, shapes, texts that its clients match."""

from __future__ import annotations

import json

import pytest
from scene_chat.server.blender_mcp import (
    COMMANDS,
    REPLY_BYTES,
    About,
    BadCommand,
    Fixed,
    command,
    encoded,
    succeeded,
)

ABOUT = About((1, 2, 3), (4, 5, 0))


def refused(frame):
    with pytest.raises(BadCommand) as raised:
        command(frame)
    return str(raised.value)


def fixed(kind):
    found, _ = command({"type": kind})
    assert isinstance(found, Fixed)
    return found.result(ABOUT)


def test_an_unknown_command_is_answered_in_the_words_that_clients_match():
    assert refused({"type": "fly", "params": {}}) == "Unknown command type: fly"


def test_an_unknown_parameter_is_answered_in_the_words_that_clients_match():
    said = refused({"type": "get_object_info", "params": {"name": "A", "colour": 1}})
    assert "got an unexpected keyword argument 'colour'" in said


def test_a_missing_parameter_is_named():
    assert "missing the parameter code" in refused({"type": "execute_code", "params": {}})


@pytest.mark.parametrize("frame", [{}, {"type": 7}, {"params": {}}, {"jsonrpc": "2.0", "id": 1}])
def test_an_object_that_is_no_command_gets_the_form_of_one(frame):
    assert '{"type": "get_scene_info", "params": {}}' in refused(frame)


def test_parameters_that_are_no_object_are_refused():
    assert "has to be an object, not list" in refused({"type": "get_scene_info", "params": [1]})


def test_parameters_may_be_left_out_or_null():
    for frame in ({"type": "get_scene_info"}, {"type": "get_scene_info", "params": None}):
        assert command(frame)[1] == {}


def test_the_handshake_of_2x_clients_finds_a_current_protocol_and_the_real_versions():
    told = fixed("get_addon_info")
    assert told["protocol_version"] >= 15
    assert (told["addon_version"], told["blender_version"]) == ([1, 2, 3], [4, 5, 0])
    assert told["capabilities"] == sorted(COMMANDS)


def test_telemetry_is_never_consented_to():
    assert fixed("get_telemetry_consent") == {"consent": False}


@pytest.mark.parametrize(
    "service",
    ["polyhaven", "sketchfab", "polypizza", "hunyuan3d", "hyper3d", "meshy", "tripo"],
)
def test_a_service_that_is_not_offered_says_so(service):
    status = fixed(f"get_{service}_status")
    assert status["enabled"] is False
    assert isinstance(status["message"], str)


def test_a_reply_is_pure_ascii():
    assert encoded(succeeded("Würfel \U0001f600")).isascii()


def scene_of(objects):
    rows = [
        {"name": f"Würfel.{n:04}", "type": "MESH", "location": [1.0, 2.0, 3.0]}
        for n in range(objects)
    ]
    return {"scene": "Scene", "counts": {"objects": {"MESH": objects}, "materials": 2},
            "objects": rows}  # fmt: skip


@pytest.mark.parametrize("objects", [0, 3, 300, 500])
def test_scene_info_has_the_shape_of_the_dialect_and_fits_one_read(objects):
    told = COMMANDS["get_scene_info"].result(scene_of(objects))
    assert set(told) == {"name", "object_count", "objects", "materials_count"}
    assert told["object_count"] == objects
    assert len(encoded(succeeded(told))) <= REPLY_BYTES
    assert len(told["objects"]) == objects or objects > 50


def test_object_info_has_radians_and_fits_one_read():
    described = {
        "name": "Cube", "type": "MESH", "location": [0.0, 0.0, 0.0],
        "rotation": {"mode": "XYZ", "degrees": [0.0, 0.0, 180.0]}, "scale": [1.0, 1.0, 1.0],
        "dimensions": [2.0, 2.0, 2.0], "visible": True, "materials": ["Red", None],
        "bounds": [[-1, -1, -1], [1, 1, 1]],
        "data": {"name": "Cube", "vertices": 8, "edges": 12, "faces": 6},
        "custom_properties": {"long": "x" * 20_000},
    }  # fmt: skip
    told = COMMANDS["get_object_info"].result({"objects": [described]})
    assert told["rotation"][2] == pytest.approx(3.14159265)
    assert told["mesh"] == {"vertices": 8, "edges": 12, "polygons": 6}
    assert told["materials"] == ["Red"]
    assert len(encoded(succeeded(told))) <= REPLY_BYTES


def test_a_screenshots_size_is_brought_into_what_can_be_drawn():
    arguments = COMMANDS["get_viewport_screenshot"].arguments
    assert arguments({"filepath": "/tmp/a.png", "max_size": 9999})["size"] == 2048
    with pytest.raises(BadCommand, match="whole number"):
        arguments({"filepath": "/tmp/a.png", "max_size": "big"})


def test_every_reply_is_one_json_object():
    for kind, found in COMMANDS.items():
        if isinstance(found, Fixed):
            assert json.loads(encoded(succeeded(found.result(ABOUT))))["status"] == "success", kind
