"""A key lies in one file, goes to one endpoint, and is found nowhere else, whatever is done."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import bpy
import pytest
from standin.script import Call, Say, Script
from standin.server import StandIn

KEY = "sk-or-v1-MARKED-0123456789abcdef0123456789"
TELL = "import os\nfrom pathlib import Path\n"


@pytest.fixture
def planted(here):
    """The marked key, stored as a person does it, for an endpoint that asks for it."""
    script = Script(
        "key",
        {
            "look": [
                Say("", [
                    Call("get_scene_info"),
                    Call("execute_code", {"code": "bpy.ops.mesh.primitive_cone_add()"}),
                    Call("execute_code", {"code": f"{TELL}{_read_key(here)}"}),
                    Call("execute_code", {"code": f"{TELL}raise ValueError({_reading(here)})"},
                         fails=True),
                    Call("execute_code", {"code": f"{TELL}bpy.context.object['k'] = {_reading(here)}"}),
                    Call("get_object_info", {"names": ["Cone"]}),
                    Call("no_such_tool", fails=True),
                ]),
                Say("Done."),
            ],
        },
    )  # fmt: skip
    with StandIn(script, key=KEY) as server:
        here.preferences.endpoint = server.url
        here.preferences.api_key = KEY
        yield server
        here.preferences.api_key = ""
        here.preferences.endpoint = ""


def _reading(here):
    return f"Path({str(here.key_file())!r}).read_text()"


def _read_key(here):
    return f"print({_reading(here)}); {_reading(here)}"


def asked(here, peer, code):
    """A client's command and its reply, while the main thread drains."""
    logged = here.audit.count
    peer.sendall(json.dumps({"type": "execute_code", "params": {"code": code}}).encode())
    here.run_until(lambda: here.audit.count > logged)
    return peer.recv(1 << 16).decode()


def files_with_key(folder):
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            file = Path(at) / name
            if file.is_file() and KEY.encode() in file.read_bytes():
                found.append(file)
    return found


def test_the_key_is_found_nowhere_but_in_its_file_whatever_is_done(
    here, module, planted, tmp_path, monkeypatch, capfd
):
    user = Path(os.environ["BLENDER_USER_RESOURCES"])
    monkeypatch.setattr(here.scene.copies, "megabytes", 200)
    here.gate.allow("chat", ["code", "files"])
    here.gate.allow("client", ["code", "files"])
    told = []

    # A whole turn, with allowed code that reads the key and says it in every way.
    cli = module("operators.cli")
    ended = cli.ask("look", endpoint=planted.url, model="script/key", show=told.append)
    assert ended.reason == "done"
    results = [each.result for each in told if hasattr(each, "result")]
    assert len(results) == 7
    assert sum("[key]" in json.dumps([each.value, each.error]) for each in results) >= 3
    assert KEY not in repr(told)
    assert KEY not in json.dumps(planted.requests)
    assert KEY not in repr(here.chat.history)

    del bpy.data.objects["Cone"]["k"]  # where an allowed script had put it
    # A client on the port asks for the same.
    here.serve(port=_free_port())
    try:
        with socket.create_connection(("127.0.0.1", here.server.port), timeout=20) as peer:
            for code in (_read_key(here), f"raise ValueError({_reading(here)})"):
                reply = asked(here, peer, TELL + code)
                assert "[key]" in reply
                assert KEY not in reply
    finally:
        here.server.stop()

    # What is kept: the file, its copies, the preferences, the log, its export, a report.
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), check_existing=False)
    assert here.scene.copy("by hand") is not None
    bpy.ops.wm.save_userpref()
    assert here.audit.export(tmp_path / "log.jsonl") > 5
    here.faults.note("a test", ValueError(f"it holds {KEY}"))
    monkeypatch.setattr(here.faults, "unseen", False)
    report = module("operators.log").report(with_prompt=True)
    assert "it holds [key]" in report
    (tmp_path / "report.txt").write_text(report)

    assert files_with_key(tmp_path) == []
    assert files_with_key(user) == [here.key_file()]
    assert here.key_file().stat().st_mode & 0o077 == 0
    assert KEY not in os.environ.values()
    assert KEY not in repr(here.preferences.api_key)
    assert KEY not in "".join(capfd.readouterr())


def test_that_the_earlier_key_is_kept_is_said_only_while_there_is_one(here):
    refused = "ﬀ is no key"
    here.preferences.api_key = refused
    assert here.panel.key_problem
    assert "is kept" not in here.panel.key_problem
    here.preferences.api_key = KEY
    assert here.panel.key_problem == ""
    here.preferences.api_key = refused
    assert here.panel.key_problem.endswith("The one before is kept.")
    assert bpy.ops.scene_chat.sign_out() == {"FINISHED"}
    assert here.panel.key_problem == ""


def test_a_key_beside_a_file_is_used_only_after_the_person_agreed_to_its_folder(here, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"), check_existing=False)
    (tmp_path / ".env").write_text(f"SCENE_CHAT_KEY_EXAMPLE_ORG={KEY}\n")
    assert here.settings("https://example.org/v1").key is None
    assert bpy.ops.scene_chat.key_folder() == {"FINISHED"}
    try:
        key = here.settings("https://example.org/v1").key
        assert (key.value, key.source.endswith(str(tmp_path / ".env"))) == (KEY, True)
        assert json.loads(here.preferences.key_folders) == [str(tmp_path)]
    finally:
        bpy.ops.scene_chat.key_folder()
    assert here.settings("https://example.org/v1").key is None


def test_a_key_in_the_working_directory_is_never_used(here, tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(f"SCENE_CHAT_KEY_EXAMPLE_ORG={KEY}\n")
    monkeypatch.chdir(tmp_path)
    assert here.settings("https://example.org/v1").key is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("endpoint", "https://evil.example/v1"),
        ("model", "evil"),
        ("api_key", "evil-key-0123456789"),
        ("permissions", '{"client code": "allow"}'),
        ("key_folders", '["/"]'),
        ("time_limit", 3000),
        ("server_autostart", True),
        ("copies", False),
    ],
)
def test_no_tool_changes_a_preference_even_by_code_that_was_allowed(here, code, name, value):
    here.gate.allow("chat", ["code"])
    before = getattr(here.preferences, name)
    rules = here.gate.rules.as_text()
    extension = here.package
    result = code(
        f"p = bpy.context.preferences.addons[{extension!r}].preferences\np.{name} = {value!r}"
    )
    assert result.ok, result.error
    assert getattr(here.preferences, name) == before
    assert here.gate.rules.as_text() == rules
    assert here.settings().key is None


def test_a_person_changes_the_same_preferences(here):
    here.preferences.time_limit = 60
    try:
        assert here.time_limit == 60.0
    finally:
        here.preferences.time_limit = 30


def _free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def test_nor_by_code_that_writes_beneath_the_property(here, code):
    """Before Blender 5 that passes by what a property does when it is set."""
    here.gate.allow("chat", ["code"])
    before = here.preferences.endpoint
    code(
        f"p = bpy.context.preferences.addons[{here.package!r}].preferences\n"
        "p['endpoint'] = 'https://evil.example/v1'"
    )
    assert here.preferences.endpoint == before
