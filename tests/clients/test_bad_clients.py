"""What a broken or hostile program may send: one clear answer, and the next client is served."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from clients.served import CHECKOUT, Served


def connect(served):
    return socket.create_connection(("127.0.0.1", served.port), timeout=30)


def reply(peer):
    data = b""
    while True:
        try:
            more = peer.recv(1 << 20)
        except ConnectionError:
            return None
        if not more:
            return None
        data += more
        try:
            return json.loads(data)
        except ValueError:
            continue


def ask(served, data):
    with connect(served) as peer:
        peer.sendall(data)
        return reply(peer)


def run(served, code):
    return ask(served, json.dumps({"type": "execute_code", "params": {"code": code}}).encode())


@pytest.fixture(autouse=True)
def _the_next_client_is_served(served):
    yield
    assert run(served, "print('still here')")["result"]["result"] == "still here\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{broken json}", "no JSON"),
        (b'{"type":"get_scene_info","params":{]}', "no JSON"),
        (b'{"type":"get_scene_info","params":NaN}', "NaN"),
        (b'{"type":"fly","params":{}}', "Unknown command type: fly"),
        (b'{"type":"get_object_info","params":{"name":"Cube","x":1}}', "unexpected keyword"),
        (b'{"type":"get_object_info","params":{}}', "missing the parameter name"),
        (b'{"type":"get_object_info","params":{"name":7}}', "should be a valid string, not 7"),
        (b'{"type":"get_object_info","params":{"name":"Cubee"}}', "Did you mean 'Cube'?"),
        (b'{"type":["x"]}', "A command has the form"),
    ],
)
def test_a_wrong_command_gets_one_clear_error(served, data, said):
    answer = ask(served, data)
    assert answer["status"] == "error"
    assert said in answer["message"]


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x00\xff\xfe\x01", b"hello\n", b"\n{}", b"\xef\xbb\xbf{}"],
)
def test_what_is_no_command_at_all_is_closed_at_once(served, data):
    assert ask(served, data) is None


def test_a_hundred_megabytes_in_one_line_are_refused_in_words(served):
    with connect(served) as peer:
        line = b'{"type":"execute_code","params":{"code":"' + b"x" * 100_000_000
        sender = threading.Thread(target=lambda: send_what_goes(peer, line))
        sender.start()
        answer = reply(peer)
        sender.join()
    assert "larger than 10,485,760 bytes" in answer["message"]


def send_what_goes(peer, data):
    try:
        peer.sendall(data)
    except OSError:
        return


def test_half_a_command_harms_nobody(served):
    with connect(served) as half:
        half.sendall(b'{"type":"execute_code","params":{"code":"pri')
        assert run(served, "print(1)")["result"]["result"] == "1\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("x = [\n1 / 0]", "ZeroDivisionError: division by zero\nline 2: 1 / 0]"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("while True: pass", "2 s, its time limit"),
        ("while True:\n try: pass\n except BaseException: pass", "2 s, its time limit"),
        ("import sys\nsys.exit()", "--allow code"),
        ("import os\nos._exit(1)", "it imports os (line 1)"),
        ("def (", "SyntaxError"),
    ],
)
def test_code_that_fails_gets_one_clear_error(served, code, said):
    answer = run(served, code)
    assert answer["status"] == "error"
    assert said in answer["message"]


def test_ten_megabytes_of_output_are_cut_and_said_to_be(served):
    answer = run(served, "for n in range(10_000): print('x' * 1000)")
    assert answer["status"] == "success"
    assert 1_000_000 < len(answer["result"]["result"]) < 1_100_000
    assert answer["result"]["result"].endswith("more characters left out]")


@pytest.mark.parametrize(
    "code", ["float('nan')", "bpy.context.object.location", "print('\\udc80')"]
)
def test_what_json_cannot_hold_is_written_out(served, code):
    assert run(served, code)["status"] == "success"


def test_a_client_that_leaves_in_the_midst_of_its_command_harms_nobody(served):
    peer = connect(served)
    peer.sendall(b'{"type":"execute_code","params":{"code":"import time; time.sleep(0.3)"}}')
    peer.close()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_also_while_a_script_runs(by):
    served = Served()
    with connect(served) as peer:
        peer.sendall(b'{"type":"execute_code","params":{"code":"while True: pass"}}')
        time.sleep(0.5)
        assert served.end(by) == 0


def test_a_taken_port_is_an_error_in_words(served):
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "headless.py"), "serve",
         "--port", str(served.port)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"Port {served.port} is taken" in done.stderr


def test_on_standard_output_of_ask_there_are_json_lines_only(tmp_path):
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "headless.py"), "ask", "x", "--json",
         "--endpoint", "http://127.0.0.1:9/v1", "--save", str(tmp_path / "a.blend")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == [
        "retry",
        "retry",
        "error",
        "end",
    ]
    assert (tmp_path / "a.blend").exists()
