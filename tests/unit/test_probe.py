"""What holds a taken port: asked of a real server of each kind."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading

import pytest
from scene_chat.server.discovery import Discovery
from scene_chat.server.probe import taken, who_answers


@contextlib.contextmanager
def serving(answer):
    """Serve each connection by `answer(socket)`; give the port, and what was asked there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threads, heard, ends = [], [], threading.Event()

        def serve(peer):
            with peer, contextlib.suppress(OSError):
                peer.settimeout(5)
                answer(peer, heard)

        def accept():
            while not ends.is_set():
                with contextlib.suppress(OSError):
                    peer, _ = listening.accept()
                    threads.append(threading.Thread(target=serve, args=(peer,)))
                    threads[-1].start()

        accepting = threading.Thread(target=accept)
        accepting.start()
        port = listening.getsockname()[1]
        try:
            yield port, heard
        finally:
            ends.set()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                pass
            accepting.join()
            for each in threads:
                each.join()


def read(peer, heard):
    """Yield what has come so far, each time something comes."""
    data = b""
    while more := peer.recv(4096):
        data += more
        heard.append(more)
        yield data


def add_on(peer, heard):
    """As BlenderMCP's add-on: whatever parses as JSON, without a terminator, is a command."""
    for data in read(peer, heard):
        with contextlib.suppress(ValueError):
            kind = json.loads(data)["type"]
            said = {"status": "error", "message": f"Unknown command type: {kind}"}
            peer.sendall(json.dumps(said).encode())
            return


def newer_add_on(peer, heard):
    """As that of mcp-for-blender, in two pieces."""
    for data in read(peer, heard):
        with contextlib.suppress(ValueError):
            json.loads(data)
            peer.sendall(b'{"status": "success", "result": {"addon_version"')
            peer.sendall(b': [2, 2, 0], "protocol_version": 15}}')
            return


def lab(peer, heard):
    """As a Blender Lab server: a command ends with NUL, and has to be of the type it knows."""
    for data in read(peer, heard):
        if b"\0" in data:
            kind = json.loads(data.partition(b"\0")[0]).get("type")
            said = {"status": "error", "message": f"unknown type {kind}"}
            peer.sendall(json.dumps(said).encode() + b"\0")
            return


def lab_that_hates_http(peer, heard):
    """As that, but what is no JSON it refuses at once."""
    for data in read(peer, heard):
        if not data.startswith(b"{"):
            peer.sendall(b'{"status": "error", "message": "no JSON"}\0')
            return
        if b"\0" in data:
            peer.sendall(b'{"status": "error", "message": "no code"}\0')
            return


def scene_chat(body):
    def answer(peer, heard):
        for data in read(peer, heard):
            if data.endswith(b"\r\n\r\n"):
                said = json.dumps(body).encode()
                length = f"HTTP/1.1 200 OK\r\nContent-Length: {len(said)}\r\n\r\n".encode()
                peer.sendall(length + said)
                return
            if data.startswith(b"{"):
                return

    return answer


def silent(peer, heard):
    for _ in read(peer, heard):
        pass


def hangs_up(peer, heard):
    heard.append(peer.recv(4096))


def echo(peer, heard):
    for _ in read(peer, heard):
        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize(
    ("server", "who"),
    [
        (add_on, "a BlenderMCP add-on"),
        (newer_add_on, "a BlenderMCP add-on"),
        (lab, "a Blender Lab server"),
        (lab_that_hates_http, "a Blender Lab server"),
        (scene_chat({"name": "Scene Chat", "blend": "a.blend"}), "Scene Chat in another Blender (a.blend)"),
        (scene_chat({"name": "Scene Chat", "busy": None}), "Scene Chat in another Blender"),
        (scene_chat({"name": "Something"}), "a web server"),
        (scene_chat(["Scene Chat"]), "a web server"),
        (silent, "a program that does not answer"),
        (hangs_up, "a program that does not answer"),
        (echo, "a program that is not known here"),
    ],
)  # fmt: skip
def test_each_kind_of_server_is_known(server, who):
    with serving(server) as (port, _):
        assert who_answers(port) == who


def test_a_web_server_is_known_as_such():
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert who_answers(server.server_port) == "a web server"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("server", [add_on, newer_add_on, lab, lab_that_hates_http, silent, echo])
def test_nothing_that_is_asked_could_run_anything(server):
    with serving(server) as (port, heard):
        who_answers(port)
    said = b"".join(heard)
    assert b"execute" not in said
    assert b"code" not in said
    assert set(said.split(b"\r\n")[0].split()) >= {b"GET", b"/health"}


def test_one_that_takes_nobody_does_not_answer():
    with socket.socket() as listening, contextlib.ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):  # more than it keeps waiting
            peer = waiting.enter_context(socket.socket())
            peer.setblocking(False)
            peer.connect_ex(listening.getsockname())
        assert who_answers(listening.getsockname()[1]) == "a program that does not answer"


def test_where_nobody_listens_there_is_nobody():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert who_answers(bound.getsockname()[1]) is None


def test_one_that_listens_on_the_newer_loopback_only_is_asked_there():
    with contextlib.ExitStack() as opened:
        try:
            listening = opened.enter_context(
                socket.create_server(("::1", 0), family=socket.AF_INET6)
            )
        except OSError:
            pytest.skip("there is no IPv6 here")
        assert who_answers(listening.getsockname()[1]) == "a program that does not answer"


def test_a_blender_that_published_its_port_need_not_be_asked(tmp_path):
    here = Discovery(tmp_path / "ports", tmp_path / "token")
    with serving(silent) as (port, heard):
        here.publish(port, "/work/castle.blend")
        try:
            who = who_answers(port, here.folder)
        finally:
            here.withdraw()
    assert who == "Scene Chat in another Blender (castle.blend)"
    assert heard == []
    assert list(here.folder.iterdir()) == []


def test_the_sentence_names_who_has_the_port_and_the_next_free_one():
    assert taken(9876, "a web server", 9877) == (
        "Port 9876 is taken by a web server. The next free one is 9877: use it, or close the other."
    )
    assert taken(9876, "a web server", 0) == (
        "Port 9876 is taken by a web server. Close that, or choose another port."
    )
