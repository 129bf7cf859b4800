"""The MCP Inspector's command line, the tool with which people try an endpoint, works with a Blender."""

from __future__ import annotations

import json

import pytest
from clients import node

TOOL_FAILED = 5
"""Its exit code where a tool has told of an error."""


@pytest.fixture(scope="module")
def inspect(blender, tmp_path_factory):
    """Have it call one method; return what it printed, and how it ended where that is asked for."""
    node.command("inspector")
    home = tmp_path_factory.mktemp("home")

    def inspect(method, *arguments, token=blender.token, ends=0):
        done = node.run(
            "inspector", "--cli", blender.url, "--transport", "http",
            "--header", f"Authorization: Bearer {token}", "--method", method, *arguments,
            home=home,
        )  # fmt: skip
        assert done.returncode == ends, done.stdout + done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    return inspect


def called(inspect, tool, *arguments, **ends):
    return inspect("tools/call", "--tool-name", tool, "--tool-arg", *arguments, **ends)


def test_the_tools_are_listed_and_its_strict_look_at_their_schemas_finds_no_error(inspect):
    tools = inspect("tools/list", "--strict")["tools"]
    assert len(tools) >= 20
    assert all(each["inputSchema"]["type"] == "object" for each in tools)


def test_a_tool_is_called_with_arguments_and_the_object_is_a_resource(inspect):
    made = called(inspect, "create_object", "type=cone", "name=Spitze Tüte", "location=[1, 2, 3]")
    name = made["structuredContent"]["result"]["name"]
    assert name.startswith("Spitze Tüte")
    (read,) = inspect("resources/read", "--uri", "blender://object/Spitze%20T%C3%BCte")["contents"]
    assert json.loads(read["text"])["objects"][0]["location"] == [1.0, 2.0, 3.0]


def test_a_call_that_fails_says_what_would_do(inspect):
    failed = called(inspect, "create_object", "type=cubus", ends=TOOL_FAILED)
    assert "Did you mean 'cube'?" in failed["content"][0]["text"]


def test_the_resources_are_listed(inspect):
    assert [each["uri"] for each in inspect("resources/list")["resources"]] == ["blender://scene"]
    templates = inspect("resources/templates/list")["resourceTemplates"]
    assert [each["uriTemplate"] for each in templates] == ["blender://object/{name}"]


def test_a_prompt_is_filled_in(inspect):
    got = inspect(
        "prompts/get", "--prompt-name", "data_centre", "--prompt-args", "rows=3", "racks=8"
    )
    assert "3 rows of 8 server racks" in got["messages"][0]["content"]["text"]


def test_a_log_level_is_taken(inspect):
    assert inspect("logging/setLevel", "--log-level", "info") == {}


def test_without_the_token_it_gets_nothing(inspect):
    assert "auth_required" in inspect("tools/list", token="x" * 43, ends=3)
