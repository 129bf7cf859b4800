"""Which endpoints there are: servers found on this machine, addresses as people type them."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from scene_chat.chat import endpoints as chat_endpoints
from scene_chat.chat.endpoints import Endpoint, Endpoints, spellings
from scene_chat.chat.keys import is_on_this_machine
from scene_chat.chat.settings import OPENROUTER, Settings
from standin.models import LLAMA_CPP, LM_STUDIO, OLLAMA, ModelServer


@pytest.fixture
def endpoints(house):
    return Endpoints(house.worker, house.faults)


def ended(endpoints):
    ends = time.monotonic() + 20
    while endpoints.busy:
        assert time.monotonic() < ends, "it does not end"
        time.sleep(0.005)
    return endpoints


def urls(endpoints):
    return [each.url for each in endpoints.all()]


# Found on this machine


def test_servers_on_their_usual_ports_are_found_and_other_servers_are_not(endpoints, monkeypatch):
    pages = [OLLAMA, LM_STUDIO, LLAMA_CPP, {"/v1/models": b"<html>It works!</html>"}, {}]
    with ExitStack() as running:
        servers = [running.enter_context(ModelServer(each)) for each in pages]
        names = ("Ollama", "LM Studio", "llama.cpp", "a web server", "another")
        ports = {each.port: name for each, name in zip(servers, names)}
        monkeypatch.setattr(chat_endpoints, "PORTS", {**ports, 9: "nobody"})
        endpoints.search()
        found = ended(endpoints).found
    assert found == tuple(
        Endpoint(name, f"{server.root}/v1") for name, server in zip(names[:3], servers)
    )
    assert urls(endpoints)[0] == OPENROUTER
    assert urls(endpoints)[1:] == [each.url for each in found]


def test_no_proxy_is_asked_for_servers_on_this_machine(endpoints, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with ModelServer(OLLAMA) as server:
        monkeypatch.setattr(chat_endpoints, "PORTS", {server.port: "Ollama"})
        endpoints.search()
        assert len(ended(endpoints).found) == 1


def test_a_server_that_is_silent_is_not_waited_for(endpoints, monkeypatch):
    import threading

    gate = threading.Event()
    with ModelServer({"/v1/models": lambda _: gate.wait(20) and []}) as silent:
        with ModelServer(OLLAMA) as server:
            ports = {silent.port: "silent", server.port: "Ollama"}
            monkeypatch.setattr(chat_endpoints, "PORTS", ports)
            endpoints.search()
            assert [each.name for each in ended(endpoints).found] == ["Ollama"]
            assert not gate.is_set()
        gate.set()


def test_a_server_that_is_used_is_kept(endpoints):
    endpoints.found = (Endpoint("Ollama", "http://127.0.0.1:11434/v1"),)
    endpoints.use("http://127.0.0.1:11434/v1", "qwen3:8b")
    assert endpoints.kept == [Endpoint("Ollama", "http://127.0.0.1:11434/v1", "qwen3:8b")]


# Addresses that people type


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        (" localhost:1234 ", "http://localhost:1234/v1"),
        ("192.168.0.7:8080", "http://192.168.0.7:8080/v1"),
        ("studio.local:1234/v1", "http://studio.local:1234/v1"),
        ("api.example.org", "https://api.example.org/v1"),
        ("https://api.example.org/openai/", "https://api.example.org/openai"),
        ("https://api.example.org/v1/models", "https://api.example.org/v1"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1"),
        ("https://api.example.org/v1?key=1#here", "https://api.example.org/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ],
)
def test_an_address_is_understood_as_people_write_it(typed, first):
    assert spellings(typed)[0] == first


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "ftp://x", "http://", "http://[::1", "http://x:99999", "http://x:0", "http://a b",
     "https://x\\y", "http://" + "x" * 600, "javascript:alert(1)", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_an_example(endpoints, typed):
    assert spellings(typed) == []
    endpoints.add(typed)
    assert "is no web address. Enter one such as" in endpoints.problem
    assert endpoints.kept == []


def test_that_spelling_is_kept_which_answers(endpoints):
    with ModelServer({"/models": ["m"]}) as bare, ModelServer({"/v1/models": ["m"]}) as usual:
        for server in (bare, usual):
            endpoints.add(f"{server.root}/")
            assert ended(endpoints).problem == ""
            endpoints.take_added()
        assert [each.url for each in endpoints.kept] == [bare.root, f"{usual.root}/v1"]
        assert endpoints.take_added() == ""


def test_a_server_that_wants_a_key_is_one_too(endpoints):
    with ModelServer({"/v1/models": 401}) as server:
        endpoints.add(server.root)
        assert ended(endpoints).problem == ""
        assert endpoints.take_added() == f"{server.root}/v1"


def test_one_that_does_not_answer_is_kept_and_that_is_said(endpoints):
    endpoints.add("http://127.0.0.1:9")
    assert "No list of models is to be had at 127.0.0.1:9 now" in ended(endpoints).problem
    endpoints.take_added()
    assert [each.url for each in endpoints.kept] == ["http://127.0.0.1:9/v1"]


def test_without_online_access_only_this_machine_is_asked(endpoints, monkeypatch):
    asked = []

    async def answers(url, seconds):
        asked.append(url)
        return True

    monkeypatch.setattr(chat_endpoints, "answers", answers)
    endpoints.add("http://192.168.0.7:8080", online=False)
    ended(endpoints)
    assert asked == []
    assert endpoints.take_added() == "http://192.168.0.7:8080/v1"
    endpoints.add("http://127.0.0.1:8080", online=False)
    ended(endpoints)
    assert asked[0] == "http://127.0.0.1:8080/v1"


# What is kept


def test_what_is_kept_comes_back(house, endpoints):
    endpoints.found = (Endpoint("Ollama", "http://127.0.0.1:11434/v1"),)
    endpoints.use("http://127.0.0.1:11434/v1", "qwen3:8b")
    endpoints.use(OPENROUTER, "a/b")
    again = Endpoints(house.worker, house.faults)
    again.read(endpoints.as_text(), endpoints.recent_as_text())
    assert again.kept == endpoints.kept
    assert again.recent == [(OPENROUTER, "a/b"), ("http://127.0.0.1:11434/v1", "qwen3:8b")]


@pytest.mark.parametrize(
    "kept",
    ["{", "null", "[1]", '[["a"]]', '[["a", 1, "m"]]', '[["a", "javascript:1", "m"]]',
     '[["a", "http://[", ""]]', '{"a": 1}'],
)  # fmt: skip
def test_what_cannot_be_read_of_it_is_left_out(endpoints, kept):
    endpoints.read(kept, kept)
    assert (endpoints.kept, endpoints.recent) == ([], [])
    assert urls(endpoints) == [OPENROUTER]


def test_of_the_models_used_last_eight_are_kept_each_once(endpoints):
    for number in [*range(10), 5]:
        endpoints.use(OPENROUTER, f"m{number}")
    assert endpoints.models_used(OPENROUTER) == ["m5", "m9", "m8", "m7", "m6", "m4", "m3", "m2"]


def test_the_last_model_of_an_endpoint_stays_known_when_others_were_used(endpoints):
    endpoints.found = (Endpoint("Ollama", "http://127.0.0.1:11434/v1"),)
    endpoints.use("http://127.0.0.1:11434/v1", "qwen3:8b")
    for number in range(8):
        endpoints.use(OPENROUTER, f"m{number}")
    assert endpoints.models_used("http://127.0.0.1:11434/v1") == ["qwen3:8b"]


def test_a_removed_endpoint_is_gone_with_what_was_used_there(endpoints):
    endpoints.found = (Endpoint("Ollama", "http://127.0.0.1:11434/v1"),)
    endpoints.use("http://127.0.0.1:11434/v1", "qwen3:8b")
    endpoints.remove("http://127.0.0.1:11434/v1")
    assert urls(endpoints) == [OPENROUTER]
    assert endpoints.models_used("http://127.0.0.1:11434/v1") == []


def test_the_endpoint_in_use_can_always_be_chosen(endpoints):
    assert [each.url for each in endpoints.all("http://example.org/v1")][-1] == (
        "http://example.org/v1"
    )
    assert endpoints.name("http://example.org/v1") == "example.org"
    assert endpoints.name("http://127.0.0.1:11434/v1") == "Ollama"
    assert endpoints.name(OPENROUTER) == "OpenRouter"


# This machine and others


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.2", "127.255.255.254:8080", "localhost", "LOCALHOST:1234", "[::1]",
     "[0:0:0:0:0:0:0:1]:80", "[::ffff:127.0.0.1]", "me:secret@127.0.0.1"],
)  # fmt: skip
def test_these_are_this_machine(host):
    assert is_on_this_machine(f"http://{host}/v1")
    assert Settings(f"http://{host}/v1", online=False).needs_online_access is False


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1.evil.com", "localhost.evil.com", "evil.com", "127.0.0.1@evil.com", "10.0.0.1",
     "192.168.0.7:11434", "172.16.0.1", "studio.local", "studio", "169.254.1.1", "[fe80::1]",
     "[::2]", "0.0.0.0", "128.0.0.1", "0177.0.0.1", "127.1", "2130706433", "0x7f000001",
     "127.0.0.1.", "x.localhost", "[::ffff:10.0.0.1]", "[::1%25eth0]", "127.0.0.1%2eevil.com",
     "１２７.0.0.1"],
)  # fmt: skip
def test_these_are_other_machines_or_may_be(host):
    assert not is_on_this_machine(f"http://{host}/v1")
    assert Settings(f"http://{host}/v1", online=False).needs_online_access


@pytest.mark.parametrize("endpoint", ["", "http://", "http://[::1", "nonsense", "http://[v1.x]/"])
def test_what_is_no_address_is_not_this_machine(endpoint):
    assert not is_on_this_machine(endpoint)


def test_openrouter_is_there_once_even_if_someone_adds_it(endpoints, monkeypatch):
    async def answers(url, seconds):
        return url == OPENROUTER

    monkeypatch.setattr(chat_endpoints, "answers", answers)
    endpoints.add("openrouter.ai")
    ended(endpoints)
    assert endpoints.take_added() == OPENROUTER
    assert urls(endpoints) == [OPENROUTER]


def test_a_server_on_the_network_may_do_without_a_key():
    assert Settings("http://192.168.0.7:11434/v1").problem() == ""
    assert "There is no API key" in Settings("https://example.org/v1").problem()
