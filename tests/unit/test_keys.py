"""Where keys come from, and what keeps a model from being asked."""

from __future__ import annotations

import os

import pytest
from scene_chat.chat.keys import Key, KeyRefused, find_key, store_key, variable_for
from scene_chat.chat.settings import OPENROUTER, Settings


def env(folder, text):
    file = folder / ".env"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(
    ("one", "other"),
    [("https://api-foo.com/v1", "https://api.foo.com/v1"),
     ("https://openrouter.ai/api/v1", "http://openrouter.ai/api/v1"),
     ("https://openrouter.ai/api/v1", "https://openrouter.ai:8443/api/v1")],
)  # fmt: skip
def test_no_two_endpoints_share_a_key(one, other):
    assert variable_for(one) != variable_for(other)


def test_the_environment_comes_before_the_file(tmp_path):
    file = env(tmp_path, "OPENROUTER_API_KEY=from-file")
    key = find_key(OPENROUTER, [file], {"OPENROUTER_API_KEY": "from-environment"})
    assert (key.value, key.source) == ("from-environment", "OPENROUTER_API_KEY in the environment")


def test_the_file_is_read_and_named(tmp_path):
    file = env(tmp_path, "# mine\nOPENROUTER_API_KEY='from file'\n")
    key = find_key(OPENROUTER, [tmp_path / "missing" / ".env", file], {})
    assert (key.value, key.source) == ("from file", f"OPENROUTER_API_KEY in {file}")


def test_a_file_is_not_interpolated_and_does_not_reach_the_environment(tmp_path):
    file = env(tmp_path, "OPENROUTER_API_KEY=sk-${HOME}x")
    assert find_key(OPENROUTER, [file], {}).value == "sk-${HOME}x"
    assert os.environ.get("OPENROUTER_API_KEY") != "sk-${HOME}x"


def test_the_working_directory_is_not_looked_into(tmp_path, monkeypatch):
    env(tmp_path, "OPENROUTER_API_KEY=stray")
    monkeypatch.chdir(tmp_path)
    assert find_key(OPENROUTER, [], {}) is None


def test_a_key_is_stored_for_its_owner_alone_and_found_again(tmp_path):
    file = tmp_path / "deep" / ".env"
    store_key(file, OPENROUTER, " sk-or-1\n")
    store_key(file, "https://example.org/v1", "y'$\"#")
    assert find_key(OPENROUTER, [file], {}).value == "sk-or-1"
    assert find_key("https://example.org/v1", [file], {}).value == "y'$\"#"
    if os.name == "posix":
        assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "pasted", ['"sk-1"', " 'sk-1'\n", "`sk-1`", "“sk-1”", " \"'sk-1'\" ", "sk-\n1", "\tsk-1\r\n"]
)
def test_what_pasting_adds_to_a_key_is_left_out(tmp_path, pasted):
    store_key(tmp_path / ".env", OPENROUTER, pasted)
    assert find_key(OPENROUTER, [tmp_path / ".env"], {}).value == "sk-1"


def test_quotes_and_blanks_in_the_environment_are_left_out_too():
    assert find_key(OPENROUTER, [], {"OPENROUTER_API_KEY": ' "sk-1"\n'}).value == "sk-1"


@pytest.mark.parametrize("pasted", ["schlüssel", "sk-\x001", "sk-1\x7f", "sk\u200b1", "sk\ud8001"])
def test_what_no_header_can_hold_is_refused_and_the_key_before_is_kept(tmp_path, pasted):
    file = tmp_path / ".env"
    store_key(file, OPENROUTER, "sk-before")
    with pytest.raises(KeyRefused, match="Copy it again") as refused:
        store_key(file, OPENROUTER, pasted)
    assert pasted not in str(refused.value)
    assert find_key(OPENROUTER, [file], {}).value == "sk-before"


def test_such_a_key_from_elsewhere_keeps_the_model_from_being_asked():
    key = find_key(OPENROUTER, [], {"OPENROUTER_API_KEY": "sk ü"})
    assert "OPENROUTER_API_KEY in the environment" in Settings(key=key).problem()


def test_an_empty_key_is_forgotten_and_the_others_stay(tmp_path):
    file = tmp_path / ".env"
    store_key(file, OPENROUTER, "")
    store_key(file, OPENROUTER, "x")
    store_key(file, "https://example.org/v1", "y")
    store_key(file, OPENROUTER, "")
    assert find_key(OPENROUTER, [file], {}) is None
    assert find_key("https://example.org/v1", [file], {}).value == "y"


def test_a_password_in_the_address_is_not_for_people():
    assert Settings("https://me:secret@example.org/v1").host == "example.org"


def test_a_key_is_only_for_its_own_endpoint():
    environment = {"OPENROUTER_API_KEY": "x", "SCENE_CHAT_KEY_EXAMPLE_ORG_8443": "y"}
    assert find_key("https://evil.example/api/v1", [], environment) is None
    assert find_key("https://openrouter.ai.evil.example/v1", [], environment) is None
    assert find_key("https://example.org:8443/v1", [], environment).value == "y"


@pytest.mark.parametrize(
    ("endpoint", "name"),
    [
        (OPENROUTER, "OPENROUTER_API_KEY"),
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
        ("http://192.168.0.7:8080/v1", "SCENE_CHAT_KEY_192_168_0_7_8080"),
    ],
)
def test_each_endpoint_has_a_name_for_its_key(endpoint, name):
    assert variable_for(endpoint) == name


def test_a_key_does_not_show_itself():
    key = Key("sk-or-v1-secret", "somewhere")
    assert "sk-or" not in repr(key)
    assert "sk-or" not in repr(Settings(key=key))


def test_without_a_key_the_person_is_told_where_to_put_it():
    assert "set OPENROUTER_API_KEY in the environment" in Settings().problem()


def test_without_online_access_only_this_machine_is_asked():
    offline = Settings(key=Key("x", "y"), online=False)
    assert "'Allow Online Access' is off" in offline.problem()
    assert Settings("http://localhost:11434/v1", online=False).problem() == ""
    assert (
        "'Allow Online Access' is off" in Settings("http://192.168.0.7/v1", online=False).problem()
    )


def test_a_server_on_this_machine_needs_no_key():
    assert Settings("http://127.0.0.1:8080/v1").problem() == ""


@pytest.mark.parametrize("endpoint", ["", "openrouter.ai", "ftp://x", "http://"])
def test_an_endpoint_that_is_no_web_address_is_refused(endpoint):
    assert "is no web address" in Settings(endpoint).problem()
