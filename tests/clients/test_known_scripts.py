"""The scripts that mcp-for-blender sends by itself pass where nothing is allowed beforehand."""

from __future__ import annotations

import importlib.util
import json
import re
import socket
import tempfile
from pathlib import Path

import pytest
from clients import peers
from clients.served import CHECKOUT, Served
from scene_chat.tools.known_scripts import is_known

TEMPORARY = Path(tempfile.gettempdir())
PICTURE = str(TEMPORARY / "blender_look_1234.png")
LOOK = {"mode": "camera", "shading": None, "max_size": 300, "filepath": PICTURE}
SUMMARY = {"root": 'a "quoted" Näme \\ \n', "fields": ["size"], "limit": 20}
EVIL = "__import__('os').system('ls')"


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    return peers.install(peers.MCP_FOR_BLENDER, tmp_path_factory.mktemp("environment") / "venv")


@pytest.fixture(scope="module")
def scripts(command):
    """The module with the scripts, as it was installed."""
    (file,) = command.parent.parent.rglob("blender_mcp/blender_scripts.py")
    spec = importlib.util.spec_from_file_location("scripts_of_mcp_for_blender", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def careful():
    """A server whose rules are the ordinary ones."""
    made = Served()
    yield made
    assert made.end() == 0


@pytest.fixture(scope="module")
def client(command, careful, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with peers.running(peers.MCP_FOR_BLENDER, command, careful.port, home) as peer:
        # Without a window Blender below 5.2 cannot draw before it has drawn once by our own tool,
        # which answers the plain picture.
        peer.call("viewport_capture", {"max_size": 100})
        yield peer


@pytest.fixture
def run(careful):
    """Send code and give the reply."""

    def one(code):
        with socket.create_connection(("127.0.0.1", careful.port), timeout=30) as peer:
            peer.sendall(json.dumps({"type": "execute_code", "params": {"code": code}}).encode())
            data = b""
            while True:
                data += peer.recv(1 << 16)
                try:
                    return json.loads(data)
                except ValueError:
                    continue

    return one


@pytest.mark.parametrize(
    "how",
    [{"mode": "camera"}, {"mode": "angles", "target": ["Cube"]}, {"mode": "frames"}],
    ids=lambda how: how["mode"],
)
def test_the_clients_look_passes_unasked(client, how):
    result = client.call("look", {**how, "max_size": 200})
    assert [each.type for each in result.content] == ["image", "text"]
    assert "isn't available here" not in result.content[1].text


def test_the_clients_summary_passes_unasked(client):
    fields = ["size", "topology", "settings"]
    told = client.call("get_scene_info", {"root": "Cube", "fields": fields}).content[0].text
    assert "size 2.0x2.0x2.0 | 6 quads" in told


def test_an_image_of_the_file_is_looked_at_unasked_and_one_of_the_disk_is_not(
    client, run, tmp_path
):
    run("bpy.data.images.new('Wood', 8, 8)")
    shown = client.call("look", {"image": "Wood"})
    assert [each.type for each in shown.content] == ["image", "text"]
    file = tmp_path / "secret.png"
    file.write_bytes(b"x")
    assert "Not permitted" in client.call("look", {"image": str(file)}).content[0].text


def test_the_scripts_are_known_with_any_arguments_that_the_program_gives(scripts):
    assert is_known(scripts.build(scripts.LOOK, LOOK))
    assert is_known(scripts.build(scripts.SCENE_SUMMARY, SUMMARY))
    assert is_known(scripts.build(scripts.BOUNDS, {"names": ["😀", EVIL]}))


def test_one_changed_character_makes_it_unknown(scripts):
    """But in the arguments, which may be others, as long as they are well written."""
    code = scripts.build(scripts.LOOK, LOOK)
    line = re.search(r"ARGS = _json.loads\((.*)\)\n", code)
    for at, character in enumerate(code):
        if line.start(1) <= at < line.end(1):
            continue
        other = "x" if character != "x" else "y"
        assert not is_known(code[:at] + other + code[at + 1 :]), at
        assert not is_known(code[:at] + code[at + 1 :]), at
        assert not is_known(code[:at] + " " + code[at:]), at


def test_one_changed_character_makes_it_ask(scripts, run):
    code = scripts.build(scripts.LOOK, {**LOOK, "mode": "viewport"})
    reply = run(code.replace("info[", "info [", 1))
    assert "Not permitted" in reply["message"]
    assert "it imports gpu" in reply["message"]


@pytest.mark.parametrize(
    "literal",
    [
        f'"{{}}" + str({EVIL})',
        f'"{{}}"); {EVIL}; ("',
        f'f"{{{EVIL}}}"',
        '"{}" ',
        ' "{}"',
        '"{\\"a\\":1}"',
        '"{\\"a\\": 1, \\"a\\": 1}"',
        '"\\x7b}"',
        '"{\\"a\\": \\"\\N{DIGIT ONE}\\"}"',
        '"{\\"a\\": NaN}" ""',
        '"[]"',
        '"{}\\\n"',
        "'{}'",
        '""',
        '"""{}"""',
    ],
)
def test_arguments_written_in_another_way_are_unknown(scripts, literal):
    code = scripts.build(scripts.SCENE_SUMMARY, {})
    assert is_known(code)
    assert not is_known(code.replace('"{}"', literal, 1))


@pytest.mark.parametrize(
    "arguments",
    [
        {"filepath": "/etc/passwd"},
        {"filepath": str(TEMPORARY / "other.png")},
        {"filepath": f"{TEMPORARY}/x/../blender_look_1.png"},
        {"filepath": f"{TEMPORARY}/../blender_look_1.png"},
        {"filepath": f"{PICTURE}\n"},
        {"filepath": "blender_look_1.png"},
        {"filepath": ["blender_look_1.png"]},
        {"image": "/etc/passwd"},
        {"image": "//secret.png"},
        {"image": "..\\secret.png"},
        {"image": ["secret.png"]},
        {"image": "pyproject.toml"},
    ],
    ids=str,
)
def test_a_look_that_touches_other_files_is_unknown(scripts, monkeypatch, arguments):
    monkeypatch.chdir(CHECKOUT)
    assert not is_known(scripts.build(scripts.LOOK, {**LOOK, "mode": "image", **arguments}))


def test_a_look_through_a_link_is_unknown(scripts, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "blender_look_1.png"
    code = scripts.build(scripts.LOOK, {**LOOK, "filepath": str(path)})
    assert is_known(code)
    path.symlink_to(tmp_path / "precious")
    assert not is_known(code)
