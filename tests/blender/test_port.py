"""The port on bpy: where it is published, who may copy its token, who has it when it is taken."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from pathlib import Path

import bpy
import pytest

PORT = 47_813


@pytest.fixture
def port(here):
    here.preferences.server_port = PORT
    yield PORT
    here.close_port()


@pytest.fixture
def published(here):
    """Read what other programs read of this Blender, None where there is nothing."""

    def one():
        file = here.discovery.folder / f"{os.getpid()}.json"
        return json.loads(file.read_text()) if file.exists() else None

    return one


def test_an_open_port_is_published_with_the_file_of_its_token(here, port, published):
    bpy.ops.scene_chat.server_start()
    told = published()
    assert (told["port"], told["url"]) == (port, f"http://127.0.0.1:{port}/mcp")
    assert Path(told["token_file"]).read_text().strip() == here.token.value
    bpy.ops.scene_chat.server_stop()
    assert published() is None


def test_it_says_which_file_is_open_also_after_another_was_opened_or_saved(
    here, port, published, tmp_path
):
    bpy.ops.scene_chat.server_start()
    assert published()["blend"] == ""
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "castle.blend"))
    assert published()["blend"] == "castle.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "tower.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "castle.blend"))
    assert published()["blend"] == "castle.blend"
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    assert published()["blend"] == ""


def test_who_has_a_taken_port_is_found_out_afterwards(here, port):
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(RuntimeError, match=f"Port {port} is taken by another program"):
            bpy.ops.scene_chat.server_start()
        here.run_until(lambda: "another program" not in here.panel.port_problem)
    assert here.panel.port_problem == (
        f"Port {port} is taken by a program that does not answer. The next free one is "
        f"{here.panel.free_port}: use it, or close the other."
    )


def test_who_waits_for_the_latest_search_has_waited_for_all(here, port):
    with (
        socket.create_server(("127.0.0.1", port)),  # it says nothing, which takes its time
        socket.create_server(("127.0.0.1", port + 1)) as hasty,
    ):
        closes = threading.Thread(target=lambda: [hasty.accept()[0].close() for _ in range(2)])
        closes.daemon = True
        closes.start()
        for taken in (port, port + 1):
            with pytest.raises(RuntimeError, match="is taken"):
                bpy.ops.scene_chat.server_start(port=taken)
        here.panel.asking_port.join()
        assert not [each for each in threading.enumerate() if each.name == "scene_chat neighbour"]


def test_a_newer_attempt_is_not_overwritten_by_what_was_found_out_of_an_older(here, port):
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(RuntimeError, match="is taken"):
            bpy.ops.scene_chat.server_start()
        asking = here.panel.asking_port
        assert bpy.ops.scene_chat.server_start(port=here.panel.free_port) == {"FINISHED"}
        asking.join()
        here.queue.drain(budget=1.0, linger=0.0)
    assert here.panel.port_problem == ""


def test_a_client_that_calls_without_a_pause_does_not_have_the_panel_drawn_each_time(here, port):
    bpy.ops.scene_chat.server_start()
    with socket.create_connection(("127.0.0.1", port)):
        while not here.server.connected():
            time.sleep(0.01)
        [client] = here.server.connected()

        def seen(at):
            client.last_time = at
            return here.glance()

        now = time.monotonic()
        assert seen(now) == seen((now + int(now)) / 2)
        assert seen(now - 5.0) != seen(now - 5.001)  # it has paused since: exactly then


@pytest.mark.parametrize(
    "client", ["claude_code", "claude_desktop", "cursor", "vs_code", "blender_mcp"]
)
def test_a_set_up_is_copied_for_each_program(port, client, capfd):
    assert bpy.ops.scene_chat.copy_setup(client=client) == {"FINISHED"}
    assert "Copied" in capfd.readouterr().out


def test_a_new_token_takes_the_place_of_the_old_one(here):
    old = here.token.value
    assert bpy.ops.scene_chat.new_token() == {"FINISHED"}
    assert not here.token.matches(old)
    assert here.secrets.clean(here.token.value) == "[key]"


@pytest.mark.parametrize(
    "line", ["bpy.ops.scene_chat.new_token()", "bpy.ops.scene_chat.copy_setup(client='cursor')"]
)
def test_a_tool_can_neither_have_the_token_nor_change_it(here, code, line):
    here.gate.allow("chat", ["code", "files"])
    before = here.token.value
    result = code(line)
    assert not result.ok
    assert "A tool cannot" in result.error
    assert here.token.value == before


def test_the_token_is_in_no_answer(here, code):
    here.gate.allow("chat", ["code", "files"])
    file = str(here.token.path)
    result = code(f"import pathlib\nprint(pathlib.Path({file!r}).read_text())")
    assert result.value["stdout"].strip() == "[key]"


def test_the_list_of_the_log_is_cleared_and_its_files_stay(here, call, tmp_path):
    call("create_object", type="cube")
    kept = here.audit.export(tmp_path / "before.jsonl")
    assert here.audit.entries()
    assert bpy.ops.scene_chat.log_clear() == {"FINISHED"}
    assert here.audit.entries() == []
    assert here.audit.export(tmp_path / "after.jsonl") == kept


def test_a_tool_cannot_clear_the_log(here, call, code):
    here.gate.allow("chat", ["code", "files"])
    here.audit.clear()
    call("create_object", type="cube")
    code("bpy.ops.scene_chat.log_clear()")
    assert [each.tool for each in here.audit.entries()] == ["execute_code", "create_object"]
