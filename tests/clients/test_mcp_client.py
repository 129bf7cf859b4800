"""The MCP project's own client for Python works with a Blender over HTTP, in both of its eras."""

from __future__ import annotations

import base64
import io
import json

import anyio
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPDeprecationWarning
from PIL import Image

SECONDS = 60.0
"""Far above what any request here takes, far below the 290 s that a script of theirs may."""
ENDLESS = "while True: pass"


@pytest.fixture(params=["legacy", "2026-07-28"])
def talk(request, blender):
    """Run something with a client of one era."""
    return lambda work: talking(blender, request.param, work)


def talking(blender, mode, work, token=None, **options):
    async def run():
        headers = {"Authorization": f"Bearer {token or blender.token}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False, timeout=SECONDS) as plain:
            transport = streamable_http_client(blender.url, http_client=plain)
            with anyio.fail_after(SECONDS):
                async with Client(transport, mode=mode, **options) as client:
                    return await work(client)

    return anyio.run(run)


def said(result):
    """A result's structured content, which its text has to say as well."""
    assert not result.is_error, result.content[0].text
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


@pytest.mark.parametrize(("mode", "found"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
def test_who_serves_is_told_and_what_for(blender, mode, found):
    async def work(client):
        return client.protocol_version, client.server_info, client.instructions

    version, info, instructions = talking(blender, mode, work)
    assert version == found
    assert (info.name, info.title) == ("scene_chat", "Scene Chat")
    assert "get_scene_info" in instructions


def test_every_tool_is_listed_with_a_schema_of_its_own(talk):
    listed = talk(lambda client: client.list_tools())
    tools = {each.name: each for each in listed.tools}
    assert len(tools) >= 20
    for each in tools.values():
        assert each.description
        assert each.input_schema["type"] == "object"
    assert "cube" in tools["create_object"].input_schema["properties"]["type"]["enum"]
    assert tools["get_scene_info"].annotations.read_only_hint
    assert tools["delete_objects"].annotations.destructive_hint


def test_an_object_that_it_makes_is_told_of_and_found_in_the_scene(talk):
    async def work(client):
        made = await client.call_tool("create_object", {"type": "cone", "name": "Spitze Tüte"})
        return made, await client.call_tool("get_scene_info", {"name": "spitze"})

    made, scene = talk(work)
    assert "Spitze Tüte" in said(made)["changed"]
    assert said(scene)["result"]["objects"][0]["name"].startswith("Spitze Tüte")


def test_an_object_is_read_as_a_resource_whatever_its_name(talk):
    async def work(client):
        made = await client.call_tool("create_object", {"type": "cube", "name": "Große Kiste"})
        scene = await client.read_resource("blender://scene")
        (template,) = (await client.list_resource_templates()).resource_templates
        uri = template.uri_template.replace("{name}", "Gro%C3%9Fe%20Kiste")
        return made, scene, await client.read_resource(uri)

    made, scene, one = talk(work)
    assert not made.is_error
    assert "Große Kiste" in scene.contents[0].text
    assert json.loads(one.contents[0].text)["objects"][0]["name"].startswith("Große Kiste")


def test_a_resource_that_is_not_there_is_an_error_in_words(talk):
    async def work(client):
        with pytest.raises(Exception, match=r"no object 'Cubee'\. Did you mean 'Cube'"):
            await client.read_resource("blender://object/Cubee")

    talk(work)


def test_names_of_objects_are_completed(talk):
    async def work(client):
        (template,) = (await client.list_resource_templates()).resource_templates
        ref = {"type": "ref/resource", "uri": template.uri_template}
        return await client.complete(ref, {"name": "name", "value": "cub"})

    assert "Cube" in talk(work).completion.values


def test_a_look_is_a_picture(talk):
    result = talk(lambda client: client.call_tool("look", {"size": 300}))
    said(result)
    (image,) = (each for each in result.content if each.type == "image")
    picture = Image.open(io.BytesIO(base64.b64decode(image.data, validate=True)))
    picture.load()
    assert max(picture.size) == 300
    assert any(low != high for low, high in picture.convert("RGB").getextrema())


def test_what_code_prints_and_returns_comes_back(talk):
    code = "print('Gehäuse 😀')\nlen('four')"
    result = talk(lambda client: client.call_tool("execute_code", {"code": code}))
    assert said(result)["result"] == {"stdout": "Gehäuse 😀\n", "value": 4}


def test_code_that_fails_is_told_with_its_line(talk):
    code = "x = 1\n1 / 0"
    result = talk(lambda client: client.call_tool("execute_code", {"code": code}))
    assert result.is_error
    assert "ZeroDivisionError: division by zero\nline 2: 1 / 0" in result.content[0].text


def test_arguments_that_are_wrong_are_told_with_what_would_do(talk):
    result = talk(lambda client: client.call_tool("create_object", {"type": "cubus"}))
    assert result.is_error
    assert "cube" in result.content[0].text


def test_a_script_that_would_not_end_tells_that_it_runs_and_ends_when_it_is_cancelled(talk):
    told = []

    async def work(client):
        with anyio.CancelScope() as scope:

            async def progress(seconds, total, words):
                told.append(words)
                scope.cancel()

            await client.call_tool("execute_code", {"code": ENDLESS}, progress_callback=progress)
        # It waits for the main thread, which the script has to have left by then.
        return await client.call_tool("execute_code", {"code": "print('free')"})

    assert said(talk(work))["result"]["stdout"] == "free\n"
    assert told[0] == "execute_code runs in Blender."


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_who_wants_a_log_reads_there_that_a_call_goes_on(blender, mode):
    told = []

    async def log(message):
        told.append((message.level, message.data))

    async def work(client):
        if mode == "legacy":
            with pytest.warns(MCPDeprecationWarning, match="logging"):
                await client.set_logging_level("info")
        return await client.call_tool(
            "execute_code", {"code": "import time\ntime.sleep(1.5)\nprint('ended')"}
        )

    level = None if mode == "legacy" else "info"
    result = talking(blender, mode, work, logging_callback=log, log_level=level)
    assert said(result)["result"]["stdout"] == "ended\n"
    assert told[0] == ("info", "execute_code runs in Blender.")


@pytest.mark.parametrize("mode", ["auto", "legacy", "2026-07-28"])
def test_a_client_with_another_token_gets_nothing_and_is_told_why(blender, mode):
    with pytest.raises(ExceptionGroup) as refused:
        talking(blender, mode, lambda client: client.list_tools(), token="x" * 43)
    assert refused.group_contains(MCPError, match="The bearer token is missing or wrong.")
