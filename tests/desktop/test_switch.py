"""The port's switch, and the preferences, by clicks."""

from __future__ import annotations

import json
import socket

import pytest
from desktop.program import HEIGHT, WIDTH, until

FIND_SWITCH = """
from bl_ext.user_default.scene_chat.operators import runtime
print(runtime.current().server.port)
"""


def opens(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as peer:
            peer.sendall(b'{"type":"get_scene_info","params":{}}')
            return json.loads(peer.recv(8192))["result"]["name"] == "Scene"
    except ConnectionRefusedError:
        return False


@pytest.fixture
def program(start):
    """A Blender whose port is closed, as it is after installing."""
    program = start(allow=None)
    program.open_chat()
    return program


def switch(program):
    """Click on the box before the section's name."""
    word = program.read("External")
    program.press(word.left - 10, word.middle[1])
    program.hover(600, 700)


def choose_for_clients(program, preset):
    """Choose from the menu in the section External Clients; the chat's own stands above it."""
    section = program.read("External")
    left, _, right, bottom = program.sidebar
    program.click_on("Normal", box=(left, section.top, right, bottom))
    program.click_on(preset, box=(left, section.top, WIDTH, HEIGHT))
    program.hover(600, 700)


def test_the_switch_opens_the_port_and_closes_it_again(program):
    assert not opens(program.port)
    program.click_on("External")
    program.hover(600, 700)
    program.read("your own scripts")
    program.shot("port-closed")
    switch(program)
    until(lambda: opens(program.port), "the port does not open")
    with socket.create_connection(("127.0.0.1", program.port)) as peer:
        peer.sendall(b'{"type":"get_scene_info","params":{}}')
        peer.recv(8192)
        program.read("1 client")
        program.read("get_scene_info")
        program.shot("port-open")
    switch(program)
    until(lambda: not opens(program.port), "the port does not close")


def test_a_taken_port_is_said_and_the_next_one_offered(program):
    with socket.create_server(("127.0.0.1", program.port)):
        switch(program)
        program.read(f"Port {program.port} is taken by a program that does not answer")
        program.shot("port-taken")
        program.click_on("Use Port")
        program.hover(600, 700)
        served = until(lambda: int(program.aside(FIND_SWITCH)), "no other port is opened")
        assert served != program.port
        assert opens(served)
        assert not program.reads("is taken")


def test_another_blender_that_has_the_port_is_named_with_its_file(program, start, tmp_path_factory):
    other = start(folder=tmp_path_factory.mktemp("other"))
    other.aside(f"bpy.ops.wm.save_as_mainfile(filepath={str(other.folder / 'castle.blend')!r})")
    program.aside(
        f"bpy.context.preferences.addons[EXTENSION].preferences.server_port = {other.port}"
    )
    switch(program)
    program.read("Scene Chat in another Blender")


def test_a_set_up_is_copied_from_the_menu(program):
    program.click_on("External")
    switch(program)
    until(lambda: opens(program.port), "the port does not open")
    program.click_on("Copy Set-Up")
    program.read("Claude Desktop", box=(0, 0, WIDTH, HEIGHT))
    program.shot("copy-set-up")
    program.click_on("Cursor", box=(0, 0, WIDTH, HEIGHT))
    text = until(
        lambda: program.aside("print(bpy.context.window_manager.clipboard, end='')"), "no copy"
    )
    server = json.loads(text)["mcpServers"]["scene-chat"]
    assert server["url"] == f"http://127.0.0.1:{program.port}/mcp"
    assert server["headers"]["Authorization"].startswith("Bearer ")
    program.shot("set-up-copied")


def test_code_of_a_client_asks_the_person_unless_clients_are_trusted(program):
    switch(program)
    until(lambda: opens(program.port), "the port does not open")
    command = {"type": "execute_code", "params": {"code": "import os\nprint(os.sep)"}}
    with socket.create_connection(("127.0.0.1", program.port), timeout=60) as peer:
        peer.sendall(json.dumps(command).encode())
        program.read("wants to run code that can reach beyond the scene")
        program.shot("client-asks")
        program.click_on("Allow Once")
        assert json.loads(peer.recv(8192))["result"]["result"] == "/\n"
        program.click_on("External")
        program.hover(600, 700)
        choose_for_clients(program, "Trusting")
        program.read("Nothing that they do asks you first")
        program.shot("client-trusted")
        peer.sendall(json.dumps(command).encode())
        assert json.loads(peer.recv(8192))["result"]["result"] == "/\n"


def test_the_key_is_stored_by_typing_it_and_only_its_mask_is_seen(program, model):
    program.aside(
        "bpy.context.preferences.addons[EXTENSION].preferences.endpoint = ''\n"
        "bpy.ops.screen.userpref_show(section='ADDONS')\n"
        "bpy.ops.preferences.addon_show(module=EXTENSION)"
    )
    everywhere = (0, 0, 1600, 900)
    field = program.read("it here", box=everywhere)
    program.shot("preferences-without-key")
    program.click(*field.middle)
    program.type("sk-or-v1-0123456789abcdef")
    program.key("Return")
    program.read("cdef", box=everywhere)
    program.shot("preferences")
    stored = program.aside(
        "import bl_ext.user_default.scene_chat.operators.runtime as runtime\n"
        "here = runtime.current()\n"
        "print(here.settings().key.value, oct(here.key_file().stat().st_mode & 0o777))\n"
        "print(bpy.context.preferences.addons[EXTENSION].preferences.api_key)\n"
        "bpy.ops.wm.save_userpref()"
    )
    assert stored.splitlines()[:2] == ["sk-or-v1-0123456789abcdef 0o600", "•" * 12 + "cdef"]
    kept = (program.folder / "user" / "config" / "userpref.blend").read_bytes()
    assert b"0123456789abcdef" not in kept


def test_with_start_with_blender_the_port_is_open_after_the_start(start, tmp_path):
    first = start(allow=None, settings={"server_autostart": True})
    first.aside("bpy.ops.wm.save_userpref()")
    first.close()
    second = start(folder=tmp_path, allow=None, factory=False, settings={"server_port": first.port})
    assert second.process.poll() is None
    until(lambda: opens(first.port), "the port is not open")
