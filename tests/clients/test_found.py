"""How other programs find a served Blender, and that it leaves nothing behind."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from clients.served import CHECKOUT, Served


@pytest.fixture
def ports(tmp_path, monkeypatch):
    """The files that Blenders of one user folder publish."""
    monkeypatch.setenv("BLENDER_USER_RESOURCES", str(tmp_path))
    return lambda: sorted(tmp_path.glob("datafiles/scene_chat/ports/*.json"))


def hello(url, token):
    """Begin to speak MCP; return the status of the answer."""
    said = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "a test", "version": "1"},
        },
    }  # fmt: skip
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }  # fmt: skip
    request = urllib.request.Request(url, json.dumps(said).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_a_served_blender_is_found_by_its_file_until_it_ends(ports, by):
    served = Served()
    (file,) = ports()
    told = json.loads(file.read_text())
    assert (told["port"], told["pid"]) == (served.port, served.process.pid)
    token = Path(told["token_file"])
    assert [stat.S_IMODE(each.stat().st_mode) for each in (file, token)] == [0o600, 0o600]
    assert served.end(by) == 0
    assert ports() == []
    assert token.exists(), "set-ups that were copied hold the next time, too"


def test_what_the_file_says_lets_a_program_in_and_nothing_else_does(ports):
    served = Served()
    told = json.loads(ports()[0].read_text())
    token = Path(told["token_file"]).read_text().strip()
    answers = [hello(told["url"], given) for given in (token, token[::-1])]
    assert served.end() == 0
    assert answers == [200, 401]


def test_two_of_one_user_folder_are_found_both(ports):
    first = Served()
    second = Served()
    assert {json.loads(each.read_text())["port"] for each in ports()} == {first.port, second.port}
    assert second.end() == 0
    assert [json.loads(each.read_text())["port"] for each in ports()] == [first.port]
    assert first.end() == 0


def test_of_one_that_was_killed_nothing_is_left_after_the_next_start(ports):
    killed = Served()
    killed.end(signal.SIGKILL)
    assert len(ports()) == 1
    served = Served()
    assert [json.loads(each.read_text())["port"] for each in ports()] == [served.port]
    assert served.end() == 0


def test_who_serves_on_a_taken_port_is_said_and_which_is_free(ports, tmp_path):
    served = Served()
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "headless.py"), "serve",
         "--port", str(served.port)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert served.end() == 0
    assert done.returncode == 1
    assert f"Port {served.port} is taken by Scene Chat in another Blender" in done.stderr
    assert "The next free one is" in done.stderr
