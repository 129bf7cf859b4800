"""A descendant of the Blender Lab's MCP server, from PyPI, works with our port.

It sends Python for each of its tools, one connection each, and takes a NUL for a reply's end.
"""

from __future__ import annotations

import base64
import io
import os

import pytest
from clients import peers
from PIL import Image

PLAUSIBLE = {
    "area_ui_type": "VIEW_3D",
    "space_type": "VIEW_3D",
    "code": "result = {}",
}
windowed = pytest.mark.skipif("BLENDER" not in os.environ, reason="it needs a window: set BLENDER")


@pytest.fixture(scope="module")
def peer(port, tmp_path_factory):
    program = peers.BLENDER_MCP_CONNECT
    command = peers.install(program, tmp_path_factory.mktemp("environment") / "venv")
    with peers.running(program, command, port, tmp_path_factory.mktemp("home")) as made:
        yield made


def reply(result):
    """What our port has replied, which it hands on as it is."""
    assert not result.is_error, result.content
    return result.structured_content


def run(peer, code):
    return reply(peer.call("execute_blender_code", {"code": code}))


def told(peer, tool, **arguments):
    """What the code of one of its tools has found out."""
    answered = reply(peer.call(tool, arguments))
    assert answered["status"] == "ok", answered
    return answered["result"]


def names(collections):
    for each in collections:
        yield from (one["name"] for one in each["objects"])
        yield from names(each["children"])


def test_the_result_that_code_sets_and_what_it_prints_come_back(peer):
    assert run(peer, "print('Gehäuse 😀')\nresult = {'answer': 6 * 7}") == {
        "status": "ok",
        "result": {"answer": 42},
        "message": "",
        "stdout": "Gehäuse 😀\n",
        "stderr": "",
    }


def test_code_need_not_set_a_result(peer):
    answered = run(peer, "print(7)")
    assert (answered["status"], answered["result"], answered["stdout"]) == ("ok", {}, "7\n")


def test_what_json_cannot_hold_is_written_out(peer):
    answered = run(peer, "import bpy\nresult = {'object': bpy.data.objects['Cube']}")
    assert answered["result"] == {"object": "bpy.data.objects['Cube']"}


def test_an_error_in_code_comes_back_with_its_kind_and_line_and_the_next_runs(peer):
    answered = run(peer, "print('first')\n1 / 0")
    assert answered["status"] == "error"
    assert "ZeroDivisionError: division by zero\nline 2: 1 / 0" in answered["message"]
    assert run(peer, "result = {'next': True}")["result"] == {"next": True}


def test_output_of_any_length_comes_back_whole(peer):
    assert run(peer, "print('→ 😀 ' * 100_000)")["stdout"] == "→ 😀 " * 100_000 + "\n"


def test_an_object_that_code_makes_is_seen_by_its_other_tools(peer):
    made = run(
        peer,
        "import bpy\nmade = bpy.data.objects.new('Große Kiste', None)\n"
        "bpy.context.scene.collection.objects.link(made)\nresult = {'name': made.name}",
    )
    name = made["result"]["name"]
    assert name in names(told(peer, "get_objects_summary")["collections"])
    assert told(peer, "get_object_detail_summary", name=name)["type"] == "EMPTY"


def test_the_cube_is_described(peer):
    cube = told(peer, "get_object_detail_summary", name="Cube")
    assert (cube["type"], cube["dimensions"]) == ("MESH", [2.0, 2.0, 2.0])


def test_the_file_is_summed_up(peer):
    assert told(peer, "get_blendfile_summary_datablocks")["datablock_counts"]["cameras"] == 1
    assert told(peer, "get_blendfile_summary_of_linked_libraries")["total_library_count"] == 0
    assert not told(peer, "get_blendfile_summary_path_info")["is_saved"]


@windowed
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_screenshot_of_window_as_image", {}),
        ("get_screenshot_of_area_as_image", {"area_ui_type": "VIEW_3D"}),
    ],
)
def test_its_screenshots_are_pictures(peer, tool, arguments):
    """Black ones: on a screen without a monitor Blender takes no others, with or without us."""
    result = peer.call(tool, arguments)
    assert not result.is_error, result.content
    image = Image.open(io.BytesIO(base64.b64decode(result.content[0].data)))
    assert min(image.size) > 100


@windowed
def test_it_finds_its_way_about_the_window(peer):
    assert told(peer, "jump_to_tab_by_name", name="Layout")["status"] == "ok"
    assert told(peer, "get_screenshot_of_window_as_json")["areas"]
    assert told(peer, "jump_to_view3d_object_by_name", name="Cube")["status"] == "ok"


def test_every_tool_answers_in_time(peer, subtests):
    """As it may. The driver has the time limit."""
    tools = [
        each
        for each in peer.tools()
        # Renders take as long as they take; the manual and another Blender are none of our port's.
        if not each.name.startswith(("render_", "search_", "get_python_api_docs"))
        and not each.name.endswith("_for_cli")
    ]
    assert len(tools) > 12
    for tool in tools:
        with subtests.test(tool.name):
            wanted = tool.input_schema.get("required", ())
            result = peer.call(tool.name, {name: PLAUSIBLE.get(name, "Cube") for name in wanted})
            assert result.content
            assert "Execution outcome is unknown" not in str(result.content)
            assert "Cannot connect" not in str(result.content)


@pytest.mark.xfail(
    "BLENDER" in os.environ,
    reason="With a window its code leaves a function that is to be asked whether the render has "
    "ended, and we do not ask: the reply comes at once and is empty",
    strict=True,
)
def test_a_render_is_a_file(peer):
    run(
        peer,
        "import bpy\nrender = bpy.context.scene.render\n"
        "render.engine, render.resolution_x, render.resolution_y = 'BLENDER_WORKBENCH', 64, 48",
    )
    rendered = told(peer, "render_viewport_to_path", output_path="kept.png")
    with Image.open(rendered["filepath"]) as image:
        assert image.size == (64, 48)
