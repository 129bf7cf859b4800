"""The port: bytes in, replies out, over real sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time

import pytest
from scene_chat.server import listener
from scene_chat.server.blender_mcp import COMMANDS, About, Translated
from scene_chat.server.listener import PortTaken, Server
from scene_chat.tools.receipt import Receipt
from scene_chat.tools.registry import Effect, tool

TEST_COMMANDS = {
    "count": Translated("count", dict, lambda value: value, frozenset({"times"})),
    "add": Translated("add", dict, lambda value: value, frozenset({"names"})),
    "names": Translated("names", dict, lambda value: value),
    "wait": Translated("wait", dict, lambda value: value, frozenset({"seconds"})),
}


@pytest.fixture
def server(house, monkeypatch):
    monkeypatch.setattr("scene_chat.server.blender_mcp.COMMANDS", {**COMMANDS, **TEST_COMMANDS})
    made = Server(house.calls, About((0, 1, 0), (4, 5, 0)), house.faults, request_limit=100_000)
    made.start(0)
    yield made
    made.stop()


class Peer:
    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """One reply; None when the connection is closed."""
        data = b""
        while True:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not more:
                return None
            data += more
            if not data.endswith(b"}"):
                continue
            try:
                return json.loads(data)
            except ValueError:
                continue

    def ask(self, kind, **params):
        self.send(json.dumps({"type": kind, "params": params}).encode())
        return self.receive()


@pytest.fixture
def connect(server):
    peers = []

    def one():
        peers.append(Peer(server))
        return peers[-1]

    yield one
    for each in peers:
        each.socket.close()


def test_a_command_is_answered(connect):
    assert connect().ask("count") == {"status": "success", "result": 0}


def test_one_connection_carries_many_commands(connect):
    peer = connect()
    assert [peer.ask("add", names=[str(n)])["result"] for n in range(3)] == ["added"] * 3
    assert peer.ask("count")["result"] == 3


def test_commands_sent_at_once_are_answered_in_order(connect):
    peer = connect()
    peer.send(b'{"type":"add","params":{"names":["A"]}}{"type":"count","params":{}}')
    time.sleep(0.3)
    data = peer.socket.recv(65536)
    assert data == b'{"status": "success", "result": "added"}{"status": "success", "result": 1}'


def test_a_failed_call_is_an_error_with_its_message(connect):
    reply = connect().ask("add", names=["bad"])
    assert reply == {"status": "error", "message": "There is no object 'bad'. Did you mean 'bed'?"}


def test_a_mistyped_parameter_is_an_error_that_names_it(connect):
    reply = connect().ask("count", times="x")
    assert reply["status"] == "error"
    assert "times: input should be a valid integer" in reply["message"]


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b'POST / HTTP/1.1\r\n\r\n{"type":"add","params":{"names":["A"]}}',
        b"\x16\x03\x01\x02\x00binary",
        b"[1]",
        b' {"type":"count"}',
        b"\0\0\0",
    ],
)
def test_a_connection_whose_first_byte_is_no_brace_is_closed_without_a_word(connect, house, data):
    peer = connect()
    peer.send(data)
    assert peer.receive() is None
    assert house.scene.names == set()
    assert connect().ask("count")["result"] == 0


def test_broken_json_gets_one_error_and_the_end(connect):
    peer = connect()
    peer.send(b'{broken} {"type":"add","params":{"names":["A"]}}')
    assert "no JSON" in peer.receive()["message"]
    assert peer.receive() is None
    assert connect().ask("count")["result"] == 0


def test_a_request_that_is_too_large_gets_to_read_why_while_it_still_sends(connect):
    peer = connect()
    sender = threading.Thread(
        target=lambda: peer.send(b'{"type":"count","code":"' + b"x" * 20_000_000)
    )
    sender.start()
    assert "larger than 100,000 bytes" in peer.receive()["message"]
    sender.join()
    assert connect().ask("count")["result"] == 0


def test_half_a_command_is_given_up_after_a_while(connect, monkeypatch):
    monkeypatch.setattr(listener, "_HALF_REQUEST_SECONDS", 0.1)
    peer = connect()
    peer.send(b'{"type":"count"')
    assert "Only half a command came within 0.1 s" in peer.receive()["message"]


def test_a_client_that_only_idles_is_left_in_peace(connect, monkeypatch):
    monkeypatch.setattr(listener, "_HALF_REQUEST_SECONDS", 0.05)
    peer = connect()
    assert peer.ask("count")["result"] == 0
    time.sleep(0.2)
    assert peer.ask("count")["result"] == 0


def test_a_command_split_over_many_packets_is_one_command(connect):
    peer = connect()
    for byte in b'{"type":"count","params":{}}':
        peer.send(bytes([byte]))
    assert peer.receive()["result"] == 0


def test_a_client_that_closes_its_side_still_gets_its_answer(connect):
    peer = connect()
    peer.send(b'{"type":"wait","params":{"seconds":0.2}}')
    peer.socket.shutdown(socket.SHUT_WR)
    assert peer.receive()["result"] == 0.2
    assert peer.receive() is None


def test_the_waiting_call_of_a_client_that_left_is_dropped(connect, house, monkeypatch):
    monkeypatch.setattr(listener, "_LEFT_SECONDS", 0.05)
    busy, gone = connect(), connect()
    busy.send(b'{"type":"wait","params":{"seconds":0.5}}')
    time.sleep(0.1)
    gone.send(b'{"type":"add","params":{"names":["A"]}}')
    gone.socket.close()
    assert busy.receive()["result"] == 0.5
    assert connect().ask("count")["result"] == 0


def test_while_the_main_thread_is_busy_what_needs_no_scene_is_answered(connect):
    busy, quick = connect(), connect()
    busy.send(b'{"type":"wait","params":{"seconds":0.5}}')
    time.sleep(0.05)
    began = time.monotonic()
    assert quick.ask("get_telemetry_consent")["result"] == {"consent": False}
    assert time.monotonic() - began < 0.4
    busy.receive()


def test_eight_clients_at_once_each_get_their_own_answers(connect):
    def talk(number):
        peer = connect()
        for turn in range(20):
            names = [f"{number}.{turn}"]
            assert peer.ask("add", names=names)["result"] == "added"
        done.append(number)

    done = []
    threads = [threading.Thread(target=talk, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(done) == list(range(8))
    assert connect().ask("count")["result"] == 160


def test_one_client_more_than_there_may_be_is_told_so(connect, monkeypatch):
    monkeypatch.setattr(listener, "_MOST_CLIENTS", 2)
    for _ in range(2):
        connect().ask("count")
    assert "There are 2 clients already" in connect().receive()["message"]


def test_it_listens_on_both_loopback_addresses(server):
    for address in ("127.0.0.1", "::1"):
        socket.create_connection((address, server.port), timeout=5).close()


def test_a_taken_port_is_reported_with_what_to_do(house, server):
    second = Server(house.calls, About((0, 1, 0), (4, 5, 0)), house.faults)
    with pytest.raises(PortTaken, match=f"Port {server.port} is taken.*Choose another"):
        second.start(server.port)
    assert not second.running


def test_stopping_closes_every_connection_and_it_can_be_started_again(connect, server):
    peer = connect()
    peer.ask("count")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1.0
    assert peer.receive() is None
    server.start(0)
    assert connect().ask("count")["result"] == 0


def test_calls_of_one_client_are_one_turn_until_it_pauses(connect, house, monkeypatch):
    peer = connect()
    peer.ask("add", names=["A"])
    peer.ask("add", names=["B"])
    monkeypatch.setattr(listener, "_TURN_PAUSE_SECONDS", 0.0)
    turns = []
    monkeypatch.setattr(
        house.scene, "commit", lambda watch: turns.append(watch[0].turn) or Receipt()
    )
    peer.ask("add", names=["C"])
    peer.ask("add", names=["D"])
    assert turns[0] != turns[1]


def test_a_reader_that_is_slow_gets_all_of_a_large_reply_and_holds_nobody_up(connect, house):
    slow, quick = connect(), connect()
    house.scene.names.update(f"{n:050}" for n in range(100_000))
    slow.send(b'{"type":"names","params":{}}')
    time.sleep(0.3)
    assert quick.ask("count")["result"] == 100_000
    assert len(slow.receive()["result"]) == 100_000
    assert slow.ask("count")["result"] == 100_000


def test_a_client_that_leaves_before_its_large_reply_was_read_is_forgotten(connect, house, server):
    peer = connect()
    house.scene.names.update(f"{n:050}" for n in range(100_000))
    peer.send(b'{"type":"names","params":{}}')
    time.sleep(0.3)
    peer.socket.close()
    assert connect().ask("count")["result"] == 100_000
    deadline = time.monotonic() + 5
    while len(server.clients) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(server.clients) == 1


def test_commands_sent_ahead_are_all_answered_after_the_client_closed_its_side(connect):
    peer = connect()
    peer.send(b'{"type":"count","params":{}}' * 50)
    peer.socket.shutdown(socket.SHUT_WR)
    data = b""
    while more := peer.socket.recv(65536):
        data += more
    assert data == b'{"status": "success", "result": 0}' * 50


def test_a_flood_of_one_client_does_not_hold_up_another(connect):
    flood, quick = connect(), connect()
    flood.send(b"{}" * 20_000)
    began = time.monotonic()
    assert quick.ask("count")["result"] == 0
    assert time.monotonic() - began < 1.0


def test_answers_keep_their_order_also_where_a_flood_lets_others_go_first(connect):
    peer = connect()
    peer.send(b'{"type":"get_telemetry_consent"}' * 100)
    peer.send(b'{"type":"wait","params":{"seconds":0.2}}{"type":"count","params":{}}')
    peer.socket.shutdown(socket.SHUT_WR)
    data = b""
    while more := peer.socket.recv(65536):
        data += more
    assert data.count(b"consent") == 100
    assert data.endswith(b'"result": 0.2}{"status": "success", "result": 0}')


def test_a_fault_of_the_port_itself_closes_it_and_is_kept_and_it_opens_again(
    house, server, monkeypatch
):
    def broken(*_):
        raise RuntimeError("no accepting")

    with monkeypatch.context() as patch:
        patch.setattr(server, "_accept", broken)
        thread = server._thread
        with contextlib.suppress(ConnectionError):  # the port may be closed first
            Peer(server).socket.close()
        thread.join(5)
    assert not server.running
    assert [each.message for each in house.faults.known] == ["RuntimeError: no accepting"]
    server.start(0)
    peer = Peer(server)
    with peer.socket:
        assert peer.ask("count")["result"] == 0


def test_where_a_token_is_wanted_each_request_has_to_carry_it(server, connect):
    server.admits = lambda given: given == "open sesame"
    peer = connect()
    assert 'as "token"' in peer.ask("count")["message"]
    for wrong in (b'"wrong"', b"5", b"null"):
        peer.send(b'{"type":"count","token":' + wrong + b"}")
        assert peer.receive()["status"] == "error"
    peer.send(b'{"type":"count","token":"open sesame"}')
    assert peer.receive() == {"status": "success", "result": 0}


def test_health_and_cancel_are_answered_while_a_call_runs(connect, house):
    first, second = connect(), connect()
    first.send(b'{"type":"wait","params":{"seconds":4.0}}')
    while not house.calls.health().busy:
        time.sleep(0.01)
    third = connect()
    third.send(b'{"type":"add","params":{"names":["A"]}}')
    while not house.calls.health().queued:
        time.sleep(0.01)
    assert second.ask("ping")["result"] == {"pong": True}
    told = second.ask("get_health")["result"]
    assert (told["busy"]["tool"], told["busy"]["for"]) == ("wait", "BlenderMCP client 1")
    assert told["queued"] == 1
    assert second.ask("cancel")["result"] == {"cancelled": 2}
    assert third.receive()["status"] == "error"
    assert house.scene.names == set()


def test_a_client_that_sends_without_end_does_not_hold_up_the_others(server, connect, house):
    greedy, other = connect(), connect()
    greedy.send(b'{"type":"wait","params":{"seconds":0.5}}')
    many = 3000
    greedy.send(b'{"type":"ping"}' * many)
    while house.calls.health().busy:
        time.sleep(0.01)
    assert other.ask("ping")["status"] == "success"
    left = sum(len(each.outgoing) + each.dialect.size for each in server.connected())
    assert left > 0  # the other's turn came before the greedy one's end


def test_pipelined_commands_of_a_client_that_left_are_not_begun(connect, house):
    busy, peer = connect(), connect()
    busy.send(b'{"type":"wait","params":{"seconds":3.0}}')
    while not house.calls.health().busy:
        time.sleep(0.01)
    for name in "ABC":
        peer.send(b'{"type":"add","params":{"names":["%s"]}}' % name.encode())
    while not house.calls.health().queued:
        time.sleep(0.01)
    peer.socket.close()
    assert busy.receive()["status"] == "success"
    assert busy.ask("count")["result"] == 0
    assert house.scene.names == set()


def test_calls_that_were_dropped_do_not_stay_in_the_queue(connect, house):
    busy = connect()
    busy.send(b'{"type":"wait","params":{"seconds":2.5}}')
    while not house.calls.health().busy:
        time.sleep(0.01)
    for _ in range(20):
        house.calls.submit("count", {}, house.origin()).drop("The client left.")
    deadline = time.monotonic() + 2
    while len(house.queue) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(house.queue) == 0
    busy.receive()


def test_what_begins_no_dialect_is_noted(server, connect):
    noted = []
    server._refused = lambda who, why: noted.append(why)
    peer = connect()
    peer.send(b"\x16\x03\x01\x02\x00 a TLS hello")
    assert peer.receive() is None
    assert noted == ["The byte b'\\x16' begins no dialect."]


def test_the_connections_of_blender_lab_are_one_client_whose_calls_are_one_turn(
    connect, house, monkeypatch
):
    @tool(effect=Effect.EDITS)
    def execute_code(code: str) -> dict[str, str]:
        """Run code."""
        return {"stdout": code.partition("\n")[0]}

    house.registry.add(execute_code)
    origins = []
    monkeypatch.setattr(house.scene, "commit", lambda watch: origins.append(watch[0]) or Receipt())
    for _ in range(2):
        peer = connect()
        peer.send(b'{"type":"execute","code":"made"}\0')
        assert json.loads(peer.socket.recv(4096).rstrip(b"\0"))["stdout"] == "made"
    assert {(each.name, each.patience) for each in origins} == {("Blender Lab client", 240.0)}
    assert origins[0].turn == origins[1].turn
