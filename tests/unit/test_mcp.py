"""MCP over HTTP on the port: the official client of both eras, and what it would not send."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from scene_chat.server.blender_mcp import About
from scene_chat.server.http import Http
from scene_chat.server.listener import Server
from scene_chat.server.mcp import Endpoint
from scene_chat.server.offer import SceneOffer
from scene_chat.tools.errors import NoSuchObject
from scene_chat.tools.picture import Picture
from scene_chat.tools.queue import Job
from scene_chat.tools.registry import Effect, tool

TOKEN = "a-token-of-this-test-alone-000000000"
MODES = ("legacy", "2026-07-28")


@tool(effect=Effect.READS)
def shown() -> Picture:
    """Show a picture."""
    return Picture(b"\x89PNG of a cube", "image/png", 2, 1, "A cube")


@tool(effect=Effect.READS)
def get_scene_info() -> dict[str, str]:
    """Tell what there is."""
    return {"scene": "Scene"}


@tool(effect=Effect.READS)
def get_object_info(names: list[str]) -> dict[str, list[str]]:
    """Tell of objects."""
    if names == ["bad"]:
        raise NoSuchObject("There is no object 'bad'.")
    return {"objects": names}


@pytest.fixture
def server(house):
    for each in (shown, get_scene_info, get_object_info):
        house.registry.add(each)
    endpoint = Endpoint(
        SceneOffer(house.registry),
        "Scene Chat",
        "0.1.0",
        lambda error: house.faults.note("the port", error),
    )

    def http_dialect(limit, port):
        return Http(
            limit,
            port,
            endpoint,
            house.calls.health,
            lambda given: given == TOKEN,
            lambda why: house.audit.turned_away("HTTP client", why),
        )

    about = About((0, 1, 0), (4, 5, 0))
    made = Server(house.calls, about, house.faults, request_limit=100_000, http=http_dialect)
    made.start(0)
    yield made
    made.stop()


def talk(server, mode, work):
    """Run `work` with the official client, connected in one era."""

    async def run():
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(headers=headers, trust_env=False) as plain:
            url = f"http://127.0.0.1:{server.port}/mcp"
            transport = streamable_http_client(url, http_client=plain)
            async with Client(transport, mode=mode, read_timeout_seconds=10) as client:
                return await work(client)

    return anyio.run(run)


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_lists_every_tool_with_its_schema_and_hints(server, mode):
    listed = talk(server, mode, lambda client: client.list_tools())
    tools = {each.name: each for each in listed.tools}
    assert set(tools) >= {"add", "count", "shown"}
    assert tools["count"].input_schema["properties"]["times"]["default"] == 1
    assert (tools["count"].annotations.read_only_hint, tools["add"].annotations.read_only_hint) == (
        True,
        False,
    )


@pytest.mark.parametrize("mode", MODES)
def test_the_official_client_calls_a_tool_and_is_told_what_changed(server, house, mode):
    result = talk(server, mode, lambda client: client.call_tool("add", {"names": ["Cone"]}))
    assert house.scene.names == {"Cone"}
    assert result.structured_content["result"] == "added"
    assert "Cone" in result.structured_content["changed"]
    assert json.loads(result.content[0].text) == result.structured_content


@pytest.mark.parametrize("mode", MODES)
def test_a_failed_call_is_a_result_that_says_what_to_do(server, mode):
    result = talk(server, mode, lambda client: client.call_tool("add", {"names": ["bad"]}))
    assert result.is_error
    assert result.content[0].text == "There is no object 'bad'. Did you mean 'bed'?"


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_comes_as_image_content(server, mode):
    result = talk(server, mode, lambda client: client.call_tool("shown", {}))
    assert [each.type for each in result.content] == ["text", "image"]
    assert result.content[1].mime_type == "image/png"


@pytest.mark.parametrize("mode", MODES)
def test_the_scene_and_an_object_are_resources(server, mode):
    async def work(client):
        listed = await client.list_resources()
        templates = await client.list_resource_templates()
        scene = await client.read_resource(str(listed.resources[0].uri))
        named = templates.resource_templates[0].uri_template.replace("{name}", "My%20Cube")
        return scene, await client.read_resource(named)

    scene, cube = talk(server, mode, work)
    assert json.loads(scene.contents[0].text) == {"scene": "Scene"}
    assert json.loads(cube.contents[0].text) == {"objects": ["My Cube"]}


@pytest.mark.parametrize("mode", MODES)
def test_a_prompt_is_given_with_its_arguments_filled_in(server, mode):
    async def work(client):
        listed = await client.list_prompts()
        assert {each.name for each in listed.prompts} >= {"data_centre", "explain_scene"}
        return await client.get_prompt("data_centre", {"rows": "3", "racks": "8"})

    got = talk(server, mode, work)
    assert "3 rows of 8 server racks" in got.messages[0].content.text


def test_a_long_call_tells_how_it_goes_on(server, house):
    told = []

    async def progress(seconds, total, words):
        told.append((seconds, words))

    async def work(client):
        return await client.call_tool("wait", {"seconds": 2.5}, progress_callback=progress)

    talk(server, "legacy", work)
    assert [words for _, words in told] == ["wait runs in Blender."] * len(told)
    assert told == sorted(told)
    assert told


# Without a client's library: what one would not send


class Reply:
    def __init__(self, server, body=None, method="POST", path="/mcp", drop=(), **headers):
        sent = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            "Authorization": f"Bearer {TOKEN}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        for each in drop:
            del sent[each]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body)
        try:
            connection.request(method, path, data, sent)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        self.status, self.headers = response.status, response.headers
        self.message = json.loads(text) if text else None


def asked(method, number=1, **params):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


ADD = asked("tools/call", name="add", arguments={"names": ["A"]})
STRANGER = {
    "a foreign host": (403, {"Host": "evil.example"}, ()),
    "a rebound name with our port": (403, {"Host": "evil.example:{port}"}, ()),
    "a host without our port": (403, {"Host": "127.0.0.1"}, ()),
    "a page of another origin": (403, {"Origin": "https://evil.example"}, ()),
    "a page without an origin": (403, {"Origin": "null"}, ()),
    "no token": (401, {}, ("Authorization",)),
    "a wrong token": (401, {"Authorization": "Bearer wrong"}, ()),
    "another scheme": (401, {"Authorization": f"Basic {TOKEN}"}, ()),
    "a token that is no ASCII": (401, {"Authorization": "Bearer t\xf6ken"}, ()),
    "a form": (415, {"Content_Type": "application/x-www-form-urlencoded"}, ()),
    "parts": (415, {"Content_Type": "multipart/form-data; boundary=x"}, ()),
    "plain text": (415, {"Content_Type": "text/plain"}, ()),
    "no kind": (415, {}, ("Content-Type",)),
}


@pytest.mark.parametrize("who", STRANGER)
def test_a_stranger_is_turned_away_and_noted_and_nothing_runs(server, house, who):
    status, headers, drop = STRANGER[who]
    filled = {name: text.format(port=server.port) for name, text in headers.items()}
    reply = Reply(server, ADD, drop=drop, **filled)
    assert reply.status == status
    assert house.scene.names == set()
    assert house.audit.refused[-1].error == reply.message["error"]["message"]


def test_our_own_page_may_come(server):
    reply = Reply(server, asked("ping"), Origin=f"http://localhost:{server.port}")
    assert reply.message == {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "HEAD"])
def test_a_method_that_is_not_offered_is_refused(server, method):
    assert Reply(server, None, method).status == 405


def test_another_path_is_not_found(server):
    assert Reply(server, ADD, path="/").status == 404


def test_a_session_begins_goes_on_and_ends(server, house):
    info = {"name": "tester", "version": "1"}
    begun = Reply(
        server,
        asked("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=info),
    )
    session = begun.headers["Mcp-Session-Id"]
    assert begun.message["result"]["protocolVersion"] == "2025-06-18"
    noted = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert Reply(server, noted, Mcp_Session_Id=session).status == 202
    assert Reply(server, ADD, Mcp_Session_Id=session).status == 200
    assert house.audit.latest[-1].who == "tester"
    assert Reply(server, None, "DELETE", Mcp_Session_Id=session).status == 200
    assert Reply(server, ADD, Mcp_Session_Id=session).status == 404


def test_a_version_that_is_unknown_gets_those_that_are_not(server):
    reply = Reply(server, asked("tools/list"), MCP_Protocol_Version="1999-01-01")
    assert reply.status == 400
    assert "2026-07-28" in reply.message["error"]["data"]["supported"]


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "tester", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
MODERN = {
    "MCP_Protocol_Version": "2026-07-28",
    "Mcp_Method": "prompts/get",
    "Mcp_Name": "explain_scene",
}


@pytest.mark.parametrize(
    ("meta", "headers", "drop", "code"),
    [
        (META, {}, (), None),
        (META, {"Mcp_Name": "=?base64?ZXhwbGFpbl9zY2VuZQ==?="}, (), None),
        (META, {"Mcp_Name": "=?base64?ZXhwbGFpbl9zY2VuZQ?="}, (), -32020),
        (META, {"Mcp_Name": "data_centre"}, (), -32020),
        (META, {}, ("Mcp-Name",), -32020),
        (META, {"Mcp_Method": "PROMPTS/GET"}, (), -32020),
        (META, {}, ("Mcp-Method",), -32020),
        ({**META, "io.modelcontextprotocol/protocolVersion": "2025-11-25"}, {}, (), -32020),
        ({}, {}, (), -32602),
    ],
)
def test_in_the_new_era_headers_have_to_say_what_the_body_says(server, meta, headers, drop, code):
    body = asked("prompts/get", name="explain_scene", _meta=meta)
    reply = Reply(server, body, drop=drop, **{**MODERN, **headers})
    assert (reply.status, reply.message.get("error", {}).get("code")) == (
        400 if code else 200,
        code,
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, -32700),
        (b"\xff\xfe", 400, -32700),
        (b"[" * 100_001, 413, None),
        (b"[" * 50_000, 400, -32700),
        ([asked("ping")], 400, -32600),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": 5}, 400, -32600),
        (asked("no/such"), 200, -32601),
        (asked("tools/call", name=5), 200, -32602),
        (asked("tools/call", name="addd"), 200, -32602),
        (asked("resources/read", uri="file:///etc/passwd"), 200, -32002),
        (asked("prompts/get", name="data_centre"), 200, -32602),
    ],
)
def test_a_message_that_is_none_gets_an_error_that_says_so(server, body, status, code):
    reply = Reply(server, body)
    assert reply.status == status
    if code is not None:
        assert reply.message["error"]["code"] == code
        assert reply.message["error"]["message"]


def test_health_is_told_without_a_token_while_the_main_thread_is_busy(server, house):
    worker = threading.Thread(target=lambda: house.call("wait", seconds=1.5))
    worker.start()
    try:
        while not house.calls.health().busy:
            time.sleep(0.01)
        told = Reply(server, None, "GET", "/health", drop=("Authorization",)).message
        assert (told["name"], told["busy"]["tool"]) == ("Scene Chat", "wait")
        assert Reply(server, asked("ping")).status == 200
    finally:
        worker.join()


def test_a_cancel_takes_back_the_sessions_own_call_alone(server, house):
    opened = [
        Reply(
            server,
            asked(
                "initialize",
                protocolVersion="2025-11-25",
                capabilities={},
                clientInfo={"name": "tester", "version": "1"},
            ),
        ).headers["Mcp-Session-Id"]
        for _ in range(2)
    ]
    replies = []
    call = asked("tools/call", 7, name="wait", arguments={"seconds": 4.0})

    def ask():
        replies.append(Reply(server, call, Mcp_Session_Id=opened[0]))

    first = threading.Thread(target=lambda: house.call("wait", seconds=1.0))
    first.start()
    while not house.calls.health().busy:
        time.sleep(0.01)
    worker = threading.Thread(target=ask)
    worker.start()
    while not house.calls.health().queued:
        time.sleep(0.01)
    cancel = {
        "jsonrpc": "2.0",
        "method": "notifications/cancelled",
        "params": {"requestId": 7},
    }
    assert Reply(server, cancel, Mcp_Session_Id=opened[1]).status == 202
    assert house.calls.health().queued == 1
    assert Reply(server, cancel, Mcp_Session_Id=opened[0]).status == 202
    worker.join()
    assert replies[0].message["result"]["isError"]
    first.join()


def leaves(server, tool, arguments, when):
    """Have a client of the new era ask, and leave when that has become true."""
    body = json.dumps(asked("tools/call", name=tool, arguments=arguments, _meta=META)).encode()
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
        f"MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as peer:
        peer.sendall(head.encode() + body)
        while not when():
            time.sleep(0.01)
    while any(each.call for each in server.connected()):
        time.sleep(0.01)


def test_a_client_of_the_new_era_takes_back_its_waiting_call_by_leaving(server, house):
    first = threading.Thread(target=lambda: house.call("wait", seconds=3.0))
    first.start()
    while not house.calls.health().busy:
        time.sleep(0.01)
    leaves(server, "add", {"names": ["A"]}, lambda: house.calls.health().queued)
    first.join()
    house.call("count")  # behind it, had it stayed
    assert house.scene.names == set()


def test_a_client_of_the_new_era_ends_its_running_call_by_leaving(server, house):
    ends = []

    @tool(effect=Effect.READS)
    def patient(job: Job) -> str:
        """Run until it is to end."""
        deadline = time.monotonic() + 20
        while job.reason is None and time.monotonic() < deadline:
            time.sleep(0.01)
        ends.append(job.reason)
        return "ended"

    house.registry.add(patient)
    leaves(server, "patient", {}, lambda: house.calls.health().busy)
    assert "The client left" in str(ends[0])


def test_a_connection_that_is_to_close_is_closed(server):
    body = json.dumps(asked("ping")).encode()
    for first, more in (("HTTP/1.1", "Connection: close\r\n"), ("HTTP/1.0", "")):
        head = (
            f"POST /mcp {first}\r\nHost: 127.0.0.1:{server.port}\r\n{more}"
            f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", server.port), timeout=3) as peer:
            peer.sendall(head.encode() + body)
            data = b""
            while more := peer.recv(65536):
                data += more
        assert data.endswith(b'"result":{}}')


def test_a_fault_of_ours_is_an_answer_and_the_port_goes_on(server, house, monkeypatch):
    def breaks(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(Endpoint, "take", breaks)
        assert (
            "Scene Chat itself failed" in Reply(server, asked("ping")).message["error"]["message"]
        )
    with monkeypatch.context() as patched:
        patched.setattr(SceneOffer, "contents", breaks)
        reply = Reply(server, ADD)
        assert reply.message["id"] == ADD["id"]
        assert "Scene Chat itself failed" in reply.message["error"]["message"]
    assert house.faults.known
    assert Reply(server, asked("ping")).status == 200


def test_an_object_that_is_not_there_is_a_resource_that_is_not_there(server, house):
    reply = Reply(server, asked("resources/read", uri="blender://object/bad"))
    assert reply.message["error"]["code"] == -32002


def test_many_refusals_do_not_crowd_out_what_was_done(server, house):
    Reply(server, ADD)
    for number in range(60):
        Reply(server, ADD, Host=f"evil{number}.example" + "x" * 1000)
    assert len(house.audit.refused) <= 41  # a minute may have begun meanwhile
    assert max(len(each.error) for each in house.audit.refused) <= 200
    assert [each.tool for each in house.audit.latest] == ["add"]


def test_a_request_larger_than_the_limit_is_refused(server):
    reply = Reply(server, asked("tools/call", name="add", arguments={"names": ["x" * 200_000]}))
    assert reply.status == 413
    assert "100,000 bytes" in reply.message["error"]["message"]


@pytest.mark.parametrize("name", ["Scene Chat", "the model", "BlenderMCP client 3"])
def test_no_client_passes_for_the_chat_or_for_another_program(server, house, name):
    info = {"name": name, "version": "1"}
    body = asked("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=info)
    session = Reply(server, body).headers["Mcp-Session-Id"]
    Reply(server, ADD, Mcp_Session_Id=session)
    assert house.audit.latest[-1].who == f"{name} (MCP)"


def test_an_approval_is_refused_sooner_where_no_progress_can_be_told(server, house, monkeypatch):
    patience = []
    begin = house.scene.begin

    def noted(tool, origin):
        patience.append(origin.patience)
        return begin(tool, origin)

    monkeypatch.setattr(house.scene, "begin", noted)

    async def progress(*_):
        pass

    async def work(client):
        await client.call_tool("add", {"names": ["A"]})
        await client.call_tool("add", {"names": ["B"]}, progress_callback=progress)

    talk(server, "legacy", work)
    assert patience == [50.0, 280.0]
