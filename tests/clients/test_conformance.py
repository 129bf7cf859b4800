"""The MCP project's conformance suites, of both eras, against the endpoint that we ship.

It calls tools, resources and prompts of fixed names, which are offered here in the scene's place.
It sends no token, so everybody is let in here.
"""

from __future__ import annotations

import json
import re
import time

import pytest
from clients import node
from scene_chat.server.blender_mcp import About
from scene_chat.server.http import Http
from scene_chat.server.listener import Server
from scene_chat.server.mcp import Endpoint, NotOffered, Wanted
from scene_chat.tools.errors import ToolError
from scene_chat.tools.registry import Effect, tool
from unit.conftest import House

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="

ASKS_THE_CLIENT = (
    "What a tool may do is asked in Blender, of the person who sits there: a client cannot answer "
    "for that person, and our tools need no language model of the client's. So nothing is asked."
)
NO_NEWS_OF_THE_SCENE = (
    "Who subscribes to a resource wants to be told of its changes by a stream that stays open, and "
    "there is none: each reading is of the moment."
)
EXPECTED_TO_FAIL = {
    "resources-subscribe": NO_NEWS_OF_THE_SCENE,
    "resources-unsubscribe": NO_NEWS_OF_THE_SCENE,
    "tools-call-sampling": ASKS_THE_CLIENT,
    "tools-call-elicitation": ASKS_THE_CLIENT,
    "elicitation-sep1034-defaults": ASKS_THE_CLIENT,
    "elicitation-sep1330-enums": ASKS_THE_CLIENT,
}
EXPECTED_TO_FAIL_2026 = {
    # Of its 25 checks 23 pass; two are of a tool that refuses clients which cannot be asked.
    "server-stateless": ASKS_THE_CLIENT,
    "input-required-result-basic-elicitation": ASKS_THE_CLIENT,
    "input-required-result-basic-sampling": ASKS_THE_CLIENT,
    "input-required-result-basic-list-roots": ASKS_THE_CLIENT,
    "input-required-result-request-state": ASKS_THE_CLIENT,
    "input-required-result-multiple-input-requests": ASKS_THE_CLIENT,
    "input-required-result-multi-round": ASKS_THE_CLIENT,
    "input-required-result-non-tool-request": ASKS_THE_CLIENT,
    "input-required-result-result-type": ASKS_THE_CLIENT,
    "input-required-result-tampered-state": ASKS_THE_CLIENT,
    "input-required-result-capability-check": ASKS_THE_CLIENT,
}


def text(said):
    return {"type": "text", "text": said}


IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
AUDIO = {"type": "audio", "data": WAV, "mimeType": "audio/wav"}


def resource(uri, said, kind="text/plain"):
    return {"uri": uri, "mimeType": kind, "text": said}


def embedded(uri, said):
    return {"type": "resource", "resource": resource(uri, said)}


CONTENTS = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [AUDIO],
    "test_embedded_resource": [embedded("test://embedded-resource", "An embedded resource.")],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        IMAGE,
        embedded("test://mixed-content-resource", "More"),
    ],
    "json_schema_2020_12_tool": [text("called")],
    "test_tool_with_logging": [text("done")],
    "test_logging_tool": [text("done")],
    "test_streaming_elicitation": [text("nothing was asked")],
    "test_tool_with_progress": [text("done")],
    "test_error_handling": [],
}
RUNS = {
    # A client is told once a second how its call goes on, and the suite wants to hear it thrice.
    "test_tool_with_logging": ("last", {"seconds": 3.5}),
    "test_tool_with_progress": ("last", {"seconds": 3.5}),
    "test_error_handling": ("fail", {}),
}
PLAIN_SCHEMA = {"type": "object", "properties": {}}
SCHEMAS = {
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}}}},
        "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
        "additionalProperties": False,
    }
}
RESOURCES = {
    "test://static-text": resource("test://static-text", "The static text resource."),
    "test://static-binary": {
        "uri": "test://static-binary",
        "mimeType": "image/png",
        "blob": PNG,
    },
}
PROMPTS = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
}


class SuitesOffer:
    """What the suite looks for; an `mcp.Offer`."""

    capabilities = {  # noqa: RUF012 - never changed
        "tools": {},
        "resources": {},
        "prompts": {},
        "completions": {},
        "logging": {},
    }
    instructions = "Only for the suite."

    def tools(self):
        return [
            {"name": name, "description": name, "inputSchema": SCHEMAS.get(name, PLAIN_SCHEMA)}
            for name in CONTENTS
        ]

    def resources(self):
        return [{"uri": uri, "name": uri, "description": uri} for uri in RESOURCES]

    def templates(self):
        return [{"uriTemplate": "test://template/{id}/data", "name": "data"}]

    def prompts(self):
        return [
            {
                "name": name,
                "description": name,
                "arguments": [{"name": each, "required": True} for each in arguments],
            }
            for name, arguments in PROMPTS.items()
        ]

    def call(self, name, arguments):
        if name not in CONTENTS:
            raise NotOffered(f"There is no tool {name!r}.")
        run, given = RUNS.get(name, ("last", {"seconds": 0.0}))
        return Wanted(run, given, lambda result: self._contents(name, result))

    def _contents(self, name, result):
        if not result.ok:
            return {"content": [text(result.error)], "isError": True}
        return {"content": CONTENTS[name]}

    def read(self, uri):
        if uri in RESOURCES:
            return {"contents": [RESOURCES[uri]]}
        if uri.startswith("test://template/"):
            told = json.dumps({"id": uri.split("/")[3]})
            return {"contents": [resource(uri, told, "application/json")]}
        raise NotOffered(f"There is no resource {uri!r}.")

    def prompt(self, name, arguments):
        if name not in PROMPTS:
            raise NotOffered(f"There is no prompt {name!r}.")
        contents = [text(f"{name}: {dict(arguments)}")]
        if "resourceUri" in arguments:
            contents.insert(0, embedded(arguments["resourceUri"], "Embedded."))
        if name == "test_prompt_with_image":
            contents.insert(0, IMAGE)
        return {"messages": [{"role": "user", "content": each} for each in contents]}

    def complete(self, ref, argument):
        return {"completion": {"values": [f"{argument['value']} and more"]}}


@tool(effect=Effect.READS)
def last(seconds: float) -> None:
    """Keep the main thread busy."""
    time.sleep(seconds)


@tool(effect=Effect.READS)
def fail() -> None:
    """Fail."""
    raise ToolError("This tool intentionally returns an error for testing")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("house")).start()
    for each in (last, fail):
        house.registry.add(each)
    endpoint = Endpoint(SuitesOffer(), "Scene Chat", "0.1.0")

    def http(limit, port):
        return Http(limit, port, endpoint, house.calls.health, lambda _: True, lambda _: None)

    server = Server(house.calls, About((0, 1, 0), (4, 5, 0)), house.faults, http=http)
    server.start(0)
    yield f"http://127.0.0.1:{server.port}/mcp"
    server.stop()
    house.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def ended(suite, url, home, *options):
    """Run a suite; return the names of its scenarios and of those that failed, and what it said."""
    done = node.run(suite, "server", "--url", url, "--output-dir", str(home), *options, home=home)
    summary = done.stdout.partition("=== SUMMARY ===")[2]
    scored, _, others = summary.partition("Not scored")
    left_out = set(re.findall(r"^ +\S (\S+) ", others, re.MULTILINE))
    lines = re.findall(r"^\S (\S+): (\d+) passed, (\d+) failed", scored, re.MULTILINE)
    assert lines, done.stdout + done.stderr
    scenarios = {name: passed != "0" and failed == "0" for name, passed, failed in lines}
    counted = {name: passes for name, passes in scenarios.items() if name not in left_out}
    return counted, {name for name, passes in counted.items() if not passes}, summary


def test_the_active_suite_passes_but_for_what_is_listed_here(url, home):
    scenarios, failed, said = ended("conformance", url, home)
    assert len(scenarios) == 30
    assert failed == set(EXPECTED_TO_FAIL), said


def test_what_the_newer_era_requires_passes_but_for_what_is_listed_here(url, home):
    required = ("--requirements", "2026-07-28")
    scenarios, failed, said = ended("conformance-2026", url, home, *required)
    assert len(scenarios) == 37
    assert failed == set(EXPECTED_TO_FAIL_2026), said
