"""What users of such servers complain of, one test each, named after the complaint."""

from __future__ import annotations

import base64
import contextlib
import http.client
import io
import json
import socket
import time
from pathlib import Path

import pytest
from clients.served import Served
from desktop.program import NotSeen, until
from PIL import Image

OPEN = "bpy.ops.scene_chat.server_start(port={port}, allow='code,files')"


class Peer:
    """A client that reads as the common ones do: 8,192 bytes at a time, until it is JSON."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def receive(self):
        data = b""
        while True:
            more = self._socket.recv(8192)
            assert more, data
            data += more
            with contextlib.suppress(ValueError):
                return json.loads(data.rstrip(b"\0"))

    def ask(self, kind, **params):
        self.send(json.dumps({"type": kind, "params": params}).encode())
        return self.receive()


@pytest.fixture
def program(shared):
    """A window whose chat need not be seen."""
    return shared


@pytest.fixture
def peer(program):
    with Peer(program.port) as made:
        yield made


def by_http(program, method, **params):
    """What MCP over HTTP answers."""
    token = Path(program.value("str(here.token.path)")).read_text().strip()
    connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        connection.request("POST", "/mcp", json.dumps(body), headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def answers_in_every_dialect(program):
    with Peer(program.port) as peer:
        assert peer.ask("execute_code", code="print(6 * 7)")["result"]["result"] == "42\n"
    with Peer(program.port) as peer:
        peer.send(b'{"type":"execute","code":"result = {\'n\': 42}","strict_json":true}\0')
        assert peer.receive()["result"] == {"n": 42}
    call = by_http(program, "tools/call", name="execute_code", arguments={"code": "6 * 7"})
    assert call["result"]["structuredContent"]["result"]["value"] == 42
    return True


def test_it_connects_and_never_answers(program):
    assert answers_in_every_dialect(program)


def test_the_first_call_after_idling_fails(peer):
    peer.ask("get_scene_info")
    time.sleep(8.0)
    assert peer.ask("get_scene_info")["status"] == "success"


def test_incomplete_json(peer):
    for letter in "ü水🧊":
        reply = peer.ask("execute_code", code=f"print({letter!r} * 20_000)")
        assert reply["result"]["result"] == letter * 20_000 + "\n"
    for byte in b'{"type":"execute_code","params":{"code":"print(\'in pieces\')"}}':
        peer.send(bytes([byte]))
    assert peer.receive()["result"]["result"] == "in pieces\n"


def test_dead_after_file_new(program, peer):
    program.aside("bpy.ops.wm.read_homefile()")
    assert peer.ask("get_scene_info")["status"] == "success"
    program.aside("bpy.ops.wm.read_homefile(use_factory_startup=True)")
    assert answers_in_every_dialect(program)


def test_port_taken(program):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        program.disconnect()
        program.aside("bpy.ops.scene_chat.server_stop()")
        said = program.aside(OPEN.format(port=port))
        assert f"Port {port} is taken" in said
        free = int(
            program.aside(
                "import sys\n"
                "here = sys.modules[EXTENSION + '.operators.runtime'].current()\n"
                "print(here.panel.free_port)"
            )
        )
        program.aside(OPEN.format(port=program.port))
    assert port < free < port + 100
    assert answers_in_every_dialect(program)


def test_errors_on_reload_or_disable(program):
    program.disconnect()
    logged = len(program.log.read_text(errors="replace"))
    with Peer(program.port) as peer:
        peer.send(b'{"type":"execute_code","params":{"code":"half a comm')
        for _ in range(3):
            said = program.aside(
                "import addon_utils\naddon_utils.disable(EXTENSION)\naddon_utils.enable(EXTENSION)\n"
                + OPEN.format(port=program.port)
            )
            assert "Traceback" not in said
            assert answers_in_every_dialect(program)
            program.disconnect()
    assert "Traceback" not in program.log.read_text(errors="replace")[logged:]


def test_black_or_missing_screenshots(program, peer, tmp_path):
    file = tmp_path / "view.png"
    reply = peer.ask("get_viewport_screenshot", max_size=400, filepath=str(file), format="png")
    assert reply["result"]["success"]
    with Image.open(io.BytesIO(file.read_bytes())) as image:
        assert len(image.convert("RGB").getcolors(1 << 24)) > 20
    looked = by_http(program, "tools/call", name="look", arguments={})
    data = next(each for each in looked["result"]["content"] if each["type"] == "image")["data"]
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        assert len(image.convert("RGB").getcolors(1 << 24)) > 20


def test_big_replies_take_for_ever(peer):
    assert (
        len(peer.ask("execute_code", code="print('x' * 1_000_000)")["result"]["result"]) > 999_999
    )


def test_no_way_to_stop_a_runaway_script(program, peer):
    peer.send(b'{"type":"execute_code","params":{"code":"while True: pass"}}')
    with Peer(program.port) as other:
        until(lambda: other.ask("get_health")["result"]["busy"], "the script does not run")
        assert other.ask("get_health")["result"]["busy"]["tool"] == "execute_code"
        assert other.ask("cancel")["result"]["cancelled"] == 1
    assert "stopped" in peer.receive()["message"]
    assert peer.ask("get_scene_info")["status"] == "success"


def test_nothing_works_with_blender_b():
    served = Served("--allow", "code")
    try:
        with Peer(served.port) as peer:
            assert peer.ask("execute_code", code="print(6 * 7)")["result"]["result"] == "42\n"
    finally:
        assert served.end() == 0


def test_lost_work_after_a_crash(program, peer):
    copies = "[each.at for each in here.scene.copies.listed()][:1]"
    before = program.value(copies)
    peer.ask("execute_code", code="import os\nbpy.data.objects['Cube'].location.x = 7")
    assert program.value(copies) > before


def test_a_command_injected_into_a_pages_post(program, peer):
    injected = json.dumps(
        {"type": "execute_code", "params": {"code": "bpy.data.objects['Cube'].name = 'Taken over'"}}
    )
    for head in (
        "POST / HTTP/1.1",
        "POST /mcp HTTP/1.1",
        "PUT /x HTTP/1.0",
        "\x16\x03\x01\x02\x00",
    ):
        with Peer(program.port) as stranger:
            stranger.send(f"{head}\r\nHost: 127.0.0.1\r\n\r\n{injected}\n{injected}".encode())
            with contextlib.suppress(AssertionError, NotSeen, OSError):
                stranger.receive()
    assert peer.ask("get_object_info", name="Cube")["status"] == "success"
