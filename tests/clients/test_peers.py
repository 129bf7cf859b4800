"""Two MCP servers from PyPI, each with its own client side of the dialect, work with our port."""

from __future__ import annotations

import base64
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from clients import peers
from PIL import Image

PROMPT = "What is there?"
LOST = re.compile(
    r"Incomplete JSON|Invalid (JSON )?response|No data received|Timeout|Connection closed|"
    r"Connection to Blender lost|Not connected|Could not connect|unexpected keyword"
)
"""What they say when a reply was none, or a request was not taken as they meant it."""

PICTURE_TOOL = {"blender_mcp": "get_viewport_screenshot", "mcp_for_blender": "look"}

PLAUSIBLE = {
    "asset_id": "brown_photostudio_02",
    "asset_type": "hdris",
    "code": "print(6 * 7)",
    "feedback": "accept",
    "id": "brown_photostudio_02",
    "job_id": "job_1",
    "name": "Chair",
    "object_name": "Cube",
    "prompt": "a wooden chair",
    "query": "wood",
    "request_id": "1",
    "source": "polyhaven",
    "task_uuid": "1",
    "text_prompt": "a wooden chair",
    "texture_id": "brown_planks_03",
    "uid": "1",
    "user_prompt": PROMPT,
    "zip_file_url": "https://example.invalid/chair.zip",
}
"""Values by parameters' names; given to optional ones too, for the request to reach our port."""


@pytest.fixture(scope="module")
def blender_mcp(port, tmp_path_factory):
    yield from started(peers.BLENDER_MCP, port, tmp_path_factory)


@pytest.fixture(scope="module")
def mcp_for_blender(port, tmp_path_factory):
    yield from started(peers.MCP_FOR_BLENDER, port, tmp_path_factory)


@pytest.fixture(params=sorted(PICTURE_TOOL))
def peer(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def picture_tool(request, peer):
    return PICTURE_TOOL[request.node.callspec.params["peer"]]


def started(program, port, tmp_path_factory):
    command = peers.install(program, tmp_path_factory.mktemp("environment") / "venv")
    with peers.running(program, command, port, tmp_path_factory.mktemp("home")) as peer:
        yield peer
    assert "server shut down" in peer.said(), "it had to be killed"


def text_of(result):
    return "\n".join(each.text for each in result.content if each.type == "text")


def run(peer, code):
    return text_of(peer.call("execute_blender_code", {"code": code, "user_prompt": PROMPT}))


def scene(peer):
    return text_of(peer.call("get_scene_info", {"user_prompt": PROMPT}))


def picture(result):
    """The one image of a result, decoded."""
    assert not result.is_error, text_of(result)
    (image,) = (each for each in result.content if each.type == "image")
    assert image.mime_type == "image/png"
    decoded = Image.open(io.BytesIO(base64.b64decode(image.data, validate=True)))
    decoded.load()
    assert decoded.format == "PNG"
    return decoded.convert("RGB")


def is_of_one_colour(image):
    return all(darkest == brightest for darkest, brightest in image.getextrema())


def arguments_for(tool):
    """Plausible arguments by a tool's schema: the required ones and those that we know."""
    schema = tool.input_schema
    return {
        name: PLAUSIBLE[name] if name in PLAUSIBLE else value_for(described)
        for name, described in schema.get("properties", {}).items()
        if name in PLAUSIBLE or name in schema.get("required", ())
    }


def value_for(schema):
    """The simplest value that a property's schema takes."""
    if "anyOf" in schema:
        return value_for(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    return {
        "array": [],
        "boolean": False,
        "integer": 1,
        "null": None,
        "number": 1.0,
        "object": {},
        "string": "wood",
    }[schema["type"]]


def test_the_scene_info_names_the_cube(peer):
    assert "Cube" in scene(peer)


def test_the_object_info_describes_the_cube(blender_mcp):
    result = blender_mcp.call("get_object_info", {"object_name": "Cube"})
    told = json.loads(text_of(result))
    assert (told["name"], told["type"], told["mesh"]["vertices"]) == ("Cube", "MESH", 8)


def test_an_object_that_is_not_there_is_named_in_the_error(blender_mcp):
    result = blender_mcp.call("get_object_info", {"object_name": "Sphere"})
    assert "There is no object 'Sphere'." in text_of(result)


def test_the_object_resource_describes_the_cube(mcp_for_blender):
    told = json.loads(mcp_for_blender.resource("blender://object/Cube"))
    assert (told["name"], told["type"], told["mesh"]["vertices"]) == ("Cube", "MESH", 8)


def test_the_mentions_of_2_x_find_the_cube(mcp_for_blender):
    found = mcp_for_blender.call("search_mentions", {"query": "cub"}).structured_content
    assert [each["uri"] for each in found["items"]] == ["blender://object/Cube"]


def test_the_summary_script_of_2_x_runs_instead_of_its_fallback(mcp_for_blender):
    """Where the script fails, it shows our JSON and takes no notice of the other arguments."""
    fields = ["size", "details", "materials", "topology", "settings"]
    told = text_of(mcp_for_blender.call("get_scene_info", {"root": "Cube", "fields": fields}))
    assert told.startswith("Scene 'Scene' | ")
    assert "size 2.0x2.0x2.0 | 6 faces | mat Material | 6 quads" in told


def test_2_x_takes_us_for_an_add_on_of_today_without_libraries(mcp_for_blender):
    told = json.loads(text_of(mcp_for_blender.call("get_addon_status")))
    assert (told["up_to_date"], told["source"], told["warning"]) == (True, "native", None)
    assert set(told["libraries"].values()) == {"off"}
    assert told["telemetry_consent"] is False


def test_code_runs_and_its_output_comes_back(peer):
    assert run(peer, "print('from Blender')") == "Code executed successfully: from Blender\n"


def test_output_longer_than_a_read_comes_back_whole_whatever_its_characters(peer):
    assert run(peer, "print('Gehäuse → 😀 ' * 4000)").endswith("Gehäuse → 😀 " * 4000 + "\n")


def test_a_change_that_code_makes_is_seen_by_the_scene_info(peer, request):
    name = f"Made by {request.node.callspec.params['peer']}"
    assert name not in scene(peer)
    assert "Error" not in run(
        peer,
        f"import bpy\nmade = bpy.data.objects.new({name!r}, None)\n"
        "bpy.context.scene.collection.objects.link(made)",
    )
    assert name in scene(peer)


def test_an_error_in_code_comes_back_with_its_kind_and_line(peer):
    said = run(peer, "x = 1\n1 / 0")
    assert said.startswith("Error executing code: ")
    assert "ZeroDivisionError: division by zero\nline 2: 1 / 0" in said


def test_after_an_error_in_code_the_next_code_runs(peer):
    assert "SyntaxError" in run(peer, "def")
    assert run(peer, "print(7)") == "Code executed successfully: 7\n"


def test_the_picture_has_the_size_asked_for_and_shows_something(peer, picture_tool):
    image = picture(peer.call(picture_tool, {"max_size": 400}))
    assert max(image.size) == 400
    assert min(image.size) >= 100
    assert not is_of_one_colour(image)


def test_a_second_picture_may_have_the_first_ones_file_name(peer, picture_tool):
    """They use one name for all their pictures, and delete the file when they have read it."""
    for _ in range(2):
        assert not is_of_one_colour(picture(peer.call(picture_tool, {"max_size": 200})))


def test_the_viewport_app_of_2_x_gets_our_picture(mcp_for_blender):
    """It has no other way, whereas `look` turns to its script where our command fails."""
    assert not is_of_one_colour(
        picture(mcp_for_blender.call("viewport_capture", {"max_size": 300}))
    )


@pytest.mark.parametrize(
    "how",
    [
        {"mode": "camera"},
        {"mode": "angles", "target": ["Cube"]},
        {"mode": "frames", "frame_count": 2},
        {"shading": "solid"},
    ],
    ids=lambda how: next(iter(how.values())),
)
def test_2_x_looks_by_its_own_script_too(mcp_for_blender, how):
    """Where the script fails, it shows the plain picture and says so."""
    result = mcp_for_blender.call("look", {**how, "max_size": 300})
    assert not is_of_one_colour(picture(result))
    assert "isn't available here" not in text_of(result)


@pytest.mark.parametrize("source", ["polyhaven", "sketchfab", "polypizza"])
def test_2_x_says_of_a_library_that_it_is_off(mcp_for_blender, source):
    """By the text of our error: it looks for "Unknown command type" in it."""
    said = text_of(mcp_for_blender.call("search_assets", {"source": source, "query": "wood"}))
    assert "is switched off" in said


@pytest.mark.parametrize("service", ["polyhaven", "hyper3d", "sketchfab", "hunyuan3d"])
def test_1_x_says_of_a_service_that_we_have_none(blender_mcp, service):
    said = text_of(blender_mcp.call(f"get_{service}_status", {}))
    assert said.startswith("Scene Chat offers no ")


def test_every_tool_answers_in_time_and_leaves_the_session_alive(peer, subtests):
    """As it may: with a result or by saying what is wrong. The driver has the time limit."""
    tools = peer.tools()
    assert len(tools) > 10
    for tool in tools:
        with subtests.test(tool.name):
            result = peer.call(tool.name, arguments_for(tool))
            assert result.content or result.structured_content
            assert not LOST.search(text_of(result))
            assert "Cube" in scene(peer)


def test_both_are_answered_when_they_ask_at_the_same_time(blender_mcp, mcp_for_blender):
    def twenty_times(peer, name):
        return [run(peer, f"print({name!r}, {n})") for n in range(20)]

    with ThreadPoolExecutor() as threads:
        asked = [
            threads.submit(twenty_times, peer, name)
            for peer, name in ((blender_mcp, "one"), (mcp_for_blender, "other"))
        ]
    for said, name in zip((each.result() for each in asked), ("one", "other")):
        assert said == [f"Code executed successfully: {name} {n}\n" for n in range(20)]
