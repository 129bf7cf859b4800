"""Bytes that nobody meant: the port's three parsers, fed with broken forms of what they take.

PORT_FUZZ says how many inputs (20,000 if left out), PORT_FUZZ_SEED repeats a run that is printed.
"""

from __future__ import annotations

import json
import os
import random
import tracemalloc

from scene_chat.server.blender_mcp import About
from scene_chat.server.dialect import Asked, BrokenRequest, Said
from scene_chat.server.http import Http
from scene_chat.server.mcp import Endpoint
from scene_chat.server.offer import SceneOffer
from scene_chat.server.raw import Raw
from scene_chat.tools.call import CallResult

TOKEN = b"only-who-knows-this-may-ask-anything"
LIMIT = 1_000
FAILED = CallResult(False, error="This test runs nothing.")
PORT = 9876


def _http(body, method="POST", path="/mcp", kind="application/json"):
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nContent-Type: {kind}\r\n"
        f"Authorization: Bearer {TOKEN.decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


_CALL = {"name": "add", "arguments": {"names": ["A"]}, "_meta": {"progressToken": 1}}
MESSAGES = [
    {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": _CALL},
    {"jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": {"uri": "blender://scene"}},
    {"jsonrpc": "2.0", "id": "x", "method": "ping"},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}},
]
HTTP = [_http(json.dumps(each).encode()) for each in MESSAGES] + [
    _http(b"", "GET", "/health"),
    _http(b"", "DELETE"),
    _http(b"", "OPTIONS"),
    b'POST /mcp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n0\r\n\r\n',
]
_AS_IT_SHOULD_BE = _http(json.dumps(MESSAGES[0]).encode()).decode()
STRANGE = [
    _AS_IT_SHOULD_BE.replace(old, new).encode()
    for old, new in (
        (TOKEN.decode(), "guessed"),
        (f"Bearer {TOKEN.decode()}", "Bearer guessed\r\nAuthorization: Bearer guessed too"),
        (f"127.0.0.1:{PORT}", "evil.example"),
        (f"127.0.0.1:{PORT}", f"evil.example:{PORT}\r\nHost: evil.example"),
        ("application/json", "text/plain"),
    )
]
"""What nobody may come in with, however it is broken besides: what is missing cannot come of that."""
RAW = [
    b'{"type":"execute_code","params":{"code":"print(\\"\\u00fc {}\\")"}}',
    b'{"type":"get_object_info","params":{"name":"Cube"}}{"type":"ping"}',
    b'{"type":"execute","code":"result = {\'a\': 1}","strict_json":true}\0',
    b'{"type":"get_scene_info","params":{"a":[[{"b":1e5}],"\\\\\\""]}}\n',
    b'{"type":"cancel"}\0\0 {"type":"get_health"}',
]
SIGNS = [b"\0", b"{", b"}", b'"', b"\\", b"[", b"\r\n", b"\r\n\r\n", b":", b"\xff", b"9" * 30, b","]


def broken(draw, seeds):
    """Return one of the seeds with a few of its bytes lost, doubled, changed or put in."""
    data = bytearray(draw.choice(seeds))
    for _ in range(draw.choice((0, 1, 1, 2, 4))):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(6):
            case 0:
                del data[at : at + draw.randrange(1, 20)]
            case 1:
                data[at:at] = draw.choice(SIGNS) * draw.choice((1, 1, 1, 50))
            case 2:
                data[at : at + 1] = bytes([draw.randrange(256)])
            case 3:
                data[at:at] = draw.choice(seeds)
            case 4:
                data[at:at] = data[at : at + draw.randrange(1, 200)]
            case 5:
                del data[at:]
    return bytes(data) * draw.choice((1,) * 300 + (200,))


def takes(dialect, data, draw):
    """Feed it in pieces; return what requests came of it."""
    came = []
    try:
        while data:
            size = draw.choice((1, 7, 100, len(data)))
            dialect.feed(data[:size])
            data = data[size:]
            while (request := dialect.next()) is not None:
                came.append(request)
                if isinstance(request, Asked):
                    assert isinstance(request.answer(FAILED), bytes)
                if dialect.ended:
                    return came
            # What waits for its other half, and the piece that came last; h11 keeps 64 kB of a head.
            assert dialect.size <= LIMIT + 70_000
    except BrokenRequest as error:
        came.append(Said(dialect.refusal(str(error))))
    return came


def test_broken_bytes_break_nothing_and_run_nothing(house):
    number = int(os.environ.get("PORT_FUZZ", 20_000))
    seed = int(os.environ.get("PORT_FUZZ_SEED", random.randrange(1 << 32)))
    print(f"PORT_FUZZ={number} PORT_FUZZ_SEED={seed}")
    draw = random.Random(seed)
    endpoint = Endpoint(SceneOffer(house.registry), "Scene Chat", "0.1.0")
    about = About((0, 1, 0), (4, 5, 0))
    health = house.calls.health
    asked = {"raw": 0, "http": 0}

    def http():
        return Http(LIMIT, PORT, endpoint, health, lambda given: given.encode() == TOKEN, str)

    tracemalloc.start()
    for shot in range(number):
        if shot == number // 10:
            early = tracemalloc.get_traced_memory()[0]
        if draw.random() < 0.5:
            dialect = Raw(LIMIT, about, health, lambda: 0, None, str)
            data = broken(draw, RAW)
            came = takes(dialect, data, draw)
            asked["raw"] += sum(isinstance(each, Asked) for each in came)
        else:
            data = broken(draw, HTTP)
            came = takes(http(), data, draw)
            calls = [each for each in came if isinstance(each, Asked)]
            asked["http"] += len(calls)
            strange = broken(draw, [draw.choice(STRANGE)])
            assert not any(isinstance(each, Asked) for each in takes(http(), strange, draw)), (
                strange
            )
        assert all(isinstance(each, Asked | Said) for each in came)
    grown = tracemalloc.get_traced_memory()[0] - early
    tracemalloc.stop()
    print(asked, f"{grown / 1e6:.1f} MB more")
    assert grown < 5e6
    assert min(asked.values()) > number / 40  # enough of them came through to be worth it
    assert house.scene.names == set()
