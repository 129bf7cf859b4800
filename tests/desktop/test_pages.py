"""What a web page in the person's browser can make of the port: nothing. Chromium tries it for real.

The port is open, and programs may run code there unasked.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CODE = "import bpy; bpy.data.objects['Cube'].name = 'Taken over'"
RAW = json.dumps({"type": "execute_code", "params": {"code": CODE}})
LAB = json.dumps({"type": "execute", "code": CODE}) + "\0"
MCP = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "execute_code", "arguments": {"code": CODE}},
    }
)
KINDS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "")
"""What a page may send anywhere without asking first."""
FETCH = """
const [url, body, kind, done] = arguments;
const headers = kind ? {"Content-Type": kind} : {};
fetch(url, {method: "POST", mode: "no-cors", body: new Blob([body]), headers}).then(
    (reply) => done("sent " + reply.type), (error) => done("failed " + error));
"""
ASKED = """
const [url, body, done] = arguments;
fetch(url, {method: "POST", body, headers: {"Content-Type": "application/json",
    "Authorization": "Bearer guessed"}}).then(
    (reply) => done("sent " + reply.status), (error) => done("failed " + error));
"""
FORM = """
const form = document.createElement("form");
form.action = arguments[0]; form.method = "POST"; form.enctype = "text/plain";
const field = document.createElement("input");
field.name = arguments[1]; field.value = ""; form.append(field);
document.body.append(form); form.submit();
"""
SOCKET = """
const [url, body, done] = arguments;
const socket = new WebSocket(url);
socket.onopen = () => { socket.send(body); done("open"); };
socket.onerror = () => done("failed");
"""


@pytest.fixture(scope="module")
def page():
    """A stranger's page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>A page</title><body>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def visited(chromium, page, program):
    chromium.get(page)
    chromium.set_script_timeout(20)
    yield chromium
    assert "Cube" in program.value("[o.name for o in bpy.data.objects]")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/mcp", "/"])
def test_a_page_that_posts_unasked_runs_nothing(visited, program, path, kind):
    for body in (RAW, LAB, MCP, f"\r\n\r\n{RAW}"):
        visited.execute_async_script(FETCH, f"http://127.0.0.1:{program.port}{path}", body, kind)


def test_a_page_that_asks_to_send_json_gets_no_leave(visited, program):
    said = visited.execute_async_script(ASKED, f"http://127.0.0.1:{program.port}/mcp", MCP)
    assert said.startswith("failed")


def test_a_form_runs_nothing(visited, program):
    visited.execute_script(FORM, f"http://127.0.0.1:{program.port}/mcp", RAW)


def test_a_web_socket_is_not_opened(visited, program):
    for path in ("", "/mcp"):
        said = visited.execute_async_script(SOCKET, f"ws://127.0.0.1:{program.port}{path}", RAW)
        assert said == "failed"


def test_a_page_by_a_name_that_leads_here_runs_nothing(visited, program):
    # As after DNS rebinding: the page and the port are of one origin then, but for their names.
    visited.execute_async_script(FETCH, f"http://localhost:{program.port}/mcp", MCP, "text/plain")


def test_what_a_page_tried_stands_in_the_log(visited, program):
    url = f"http://127.0.0.1:{program.port}/mcp"
    visited.execute_async_script(FETCH, url, MCP, "text/plain")
    refused = program.value("[e.error for e in here.audit.refused]")
    assert any("may not come here" in each for each in refused)
