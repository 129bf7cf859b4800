"""What scripts may rely on: the operators' names, and that tools cannot use them."""

from __future__ import annotations

import socket

import bpy
import pytest


@pytest.fixture
def port(here):
    here.preferences.server_port = 47_811
    yield 47_811
    here.server.stop()


def test_the_port_is_opened_and_closed(here, port):
    assert bpy.ops.scene_chat.server_start() == {"FINISHED"}
    assert here.server.port == port
    assert bpy.ops.scene_chat.server_stop() == {"FINISHED"}
    assert not here.server.running


def test_another_port_and_permissions_can_be_given(here, port):
    bpy.ops.scene_chat.server_start(port=47_812, allow="code, files")
    assert here.server.port == 47_812
    assert here.gate.rules.preset("client") == "trusting"
    assert here.gate.rules.preset("chat") == "normal"


def test_a_taken_port_is_an_error_that_names_the_next_one(here, port):
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(RuntimeError, match=f"Port {port} is taken"):
            bpy.ops.scene_chat.server_start()
        assert port < here.panel.free_port < port + 100


def test_a_permission_that_there_is_not_is_an_error_and_opens_nothing(here, port):
    with pytest.raises(RuntimeError, match="there is no permission 'everything'"):
        bpy.ops.scene_chat.server_start(allow="everything")
    assert not here.server.running


def test_an_empty_message_is_not_sent(here):
    assert bpy.ops.scene_chat.send(prompt="  ") == {"CANCELLED"}
    assert bpy.ops.scene_chat.stop() == {"CANCELLED"}


def test_a_message_that_cannot_be_sent_stays_in_the_composer(here):
    here.panel.draft = "Build a tower"
    here.preferences.endpoint = "nowhere"
    try:
        assert bpy.ops.scene_chat.send() == {"CANCELLED"}
    finally:
        here.preferences.property_unset("endpoint")
    assert here.panel.draft == "Build a tower"


@pytest.mark.parametrize(
    "script",
    [
        "bpy.ops.scene_chat.server_start(allow='code')",
        "bpy.ops.scene_chat.send(prompt='x')",
        "bpy.context.window_manager.scene_chat.client_preset = 'trusting'",
        "setattr(bpy.context.window_manager, 'scene_chat', None)",
    ],
)
def test_code_that_reaches_for_us_asks_first(here, code, script):
    assert code(script).kind == "PermissionRefused"


def test_code_that_is_allowed_still_cannot_answer_for_the_person(here, code, port):
    here.gate.allow("chat", ["code"])
    result = code("bpy.ops.scene_chat.server_start(allow='code')")
    assert "A tool cannot open the port" in result.error
    code("bpy.context.window_manager.scene_chat.client_preset = 'trusting'")
    assert here.gate.rules.preset("client") == "normal"
    assert not here.server.running


def test_the_key_is_shown_as_a_mask_and_stored_in_the_extensions_folder(here):
    here.preferences.api_key = "sk-or-v1-0123456789"
    try:
        assert here.preferences.api_key == "•" * 12 + "6789"
        assert here.settings().key.value == "sk-or-v1-0123456789"
        here.preferences.api_key = here.preferences.api_key  # the field was left as it was
        assert here.settings().key.value == "sk-or-v1-0123456789"
    finally:
        here.preferences.api_key = ""
    assert here.settings().key is None
