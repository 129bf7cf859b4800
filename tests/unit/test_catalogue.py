"""The catalogue against real servers: what the lists say, what is kept, what is wrong with them."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from scene_chat.chat import settings as chat_settings
from scene_chat.chat.catalogue import Catalogue, in_words
from scene_chat.chat.keys import Key
from scene_chat.chat.model_info import Filter, ModelInfo, matches, short_name
from standin.models import (
    BROKEN_ENTRIES,
    LLAMA_CPP,
    LM_STUDIO,
    OLLAMA,
    OPENROUTER,
    ModelServer,
    many,
)

DAY = 24 * 3600
NOON = 1_800_000_000


class Clock:
    """Shows the time that it is set to."""

    now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def new(house, tmp_path, clock):
    """Make a catalogue over the test's folder, as each start of Blender does."""
    return lambda: Catalogue(house.worker, house.faults, tmp_path / "lists", clock)


@pytest.fixture
def catalogue(new):
    return new()


@contextmanager
def serving(pages, monkeypatch=None):
    """Serve pages; with `monkeypatch` as OpenRouter, whose base is then the address's /api/v1."""
    with ModelServer(pages) as server:
        server.url = f"{server.root}/v1"
        if monkeypatch is not None:
            server.url = f"{server.root}/api/v1"
            monkeypatch.setattr(chat_settings, "OPENROUTER", server.url)
        yield server


def fetched(catalogue, url, key=None):
    """Refresh a list and wait for it; return what is known then."""
    changes = catalogue.changes
    assert catalogue.refresh(url, key and Key(key, "a test"))
    wait_until(lambda: catalogue.changes > changes)
    return catalogue.models(url)


def wait_until(done):
    import time

    ends = time.monotonic() + 20
    while not done():
        assert time.monotonic() < ends, "it does not come to be"
        time.sleep(0.005)


def by_id(models):
    return {each.id: each for each in models}


# What the lists say


def test_all_that_openrouter_says_of_a_model_is_known(catalogue, monkeypatch):
    with serving({"/api/v1/models": {"data": OPENROUTER}}, monkeypatch) as server:
        found = by_id(fetched(catalogue, server.url))
    assert found["anthropic/claude-sonnet-4.5"] == ModelInfo(
        id="anthropic/claude-sonnet-4.5",
        name="Anthropic: Claude Sonnet 4.5",
        window=200_000,
        input_price=0.000003,
        output_price=0.000015,
        cache_read_price=0.0000003,
        cache_write_price=0.00000375,
        vision=True,
        tools=True,
        structured_outputs=True,
        efforts=("low", "medium", "high"),
        created=1759161676,
    )
    assert found["openai/gpt-5-mini"].efforts == ("minimal", "low", "medium", "high")
    assert found["sao/roleplay-8b"].tools is False
    assert found["sao/roleplay-8b"].efforts == ()


def test_a_price_that_varies_is_unknown_and_not_free(catalogue, monkeypatch):
    with serving({"/api/v1/models": {"data": OPENROUTER}}, monkeypatch) as server:
        auto = by_id(fetched(catalogue, server.url))["openrouter/auto"]
    assert (auto.input_price, auto.output_price, auto.free) == (None, None, False)


def test_free_is_only_what_has_every_price_zero(catalogue):
    pricing = {"prompt": "0", "completion": "0", "request": "0.005"}
    data = [{"id": "a", "pricing": pricing}, {"id": "b", "pricing": {**pricing, "request": "0"}},
            {"id": "c"}, {"id": "d", "pricing": {}}]  # fmt: skip
    with serving({"/v1/models": {"data": data}}) as server:
        found = fetched(catalogue, server.url)
    assert [each.id for each in found if each.free] == ["b"]


def test_what_makes_pictures_only_is_no_model_to_talk_with(catalogue, monkeypatch):
    with serving({"/api/v1/models": {"data": OPENROUTER}}, monkeypatch) as server:
        assert "black-forest/flux" not in by_id(fetched(catalogue, server.url))


def test_with_a_key_the_accounts_own_list_is_taken(catalogue, monkeypatch):
    pages = {
        "/api/v1/models/user": {"data": OPENROUTER[:1]},
        "/api/v1/models": {"data": OPENROUTER},
    }
    with serving(pages, monkeypatch) as server:
        assert len(fetched(catalogue, server.url, "sk-1")) == 1
        assert server.asked == [("GET", "/api/v1/models/user", "sk-1")]


@pytest.mark.parametrize("answer", [401, 404, 500, b"<html>", {"data": []}])
def test_where_that_fails_the_list_for_all_is_taken_without_the_key(catalogue, monkeypatch, answer):
    pages = {"/api/v1/models/user": answer, "/api/v1/models": {"data": OPENROUTER[:2]}}
    with serving(pages, monkeypatch) as server:
        assert len(fetched(catalogue, server.url, "sk-1")) == 2
        assert server.asked[-1] == ("GET", "/api/v1/models", "")


@pytest.mark.parametrize(
    "answer", [{"object": "list", "data": [{"id": "m", "object": "model"}]}, ["m"], [{"id": "m"}]]
)
def test_bare_ids_are_a_list_too(catalogue, answer):
    with serving({"/v1/models": answer}) as server:
        assert fetched(catalogue, server.url) == (ModelInfo("m", "m"),)


def test_ollama_says_of_each_model_what_it_can_and_with_which_window_it_runs(catalogue):
    with serving(OLLAMA) as server:
        found = by_id(fetched(catalogue, server.url))
    assert set(found) == {"qwen3:8b", "llava:7b"}  # the third only embeds
    qwen, llava = found["qwen3:8b"], found["llava:7b"]
    assert (qwen.tools, qwen.vision, qwen.window) == (True, False, 16384)
    assert (llava.tools, llava.vision, llava.window) == (False, True, 4096)


def test_of_an_ollama_model_that_does_not_run_the_window_is_the_trained_one(catalogue):
    with serving({**OLLAMA, "/api/ps": {"models": []}}) as server:
        assert by_id(fetched(catalogue, server.url))["qwen3:8b"].window == 40960


def test_lm_studio_says_which_see_and_how_they_are_loaded(catalogue):
    with serving(LM_STUDIO) as server:
        found = by_id(fetched(catalogue, server.url))
    assert set(found) == {"qwen2-vl-7b-instruct", "llama-3.1-8b"}
    seeing, loaded = found["qwen2-vl-7b-instruct"], found["llama-3.1-8b"]
    assert (seeing.vision, seeing.window, seeing.tools) == (True, 32768, None)
    assert (loaded.vision, loaded.window, loaded.tools) == (False, 8192, True)


def test_llama_cpp_says_with_which_window_it_was_started(catalogue):
    with serving(LLAMA_CPP) as server:
        (model,) = fetched(catalogue, server.url)
    assert (model.window, model.vision) == (4096, False)


@pytest.mark.parametrize(
    ("can", "tools"),
    [
        ({"supports_tools": False, "supports_tool_calls": False}, False),
        ({"supports_tools": True, "supports_tool_calls": True}, True),
        ({"supports_tools": False, "supports_tool_calls": True}, True),
        ({}, None),
        (None, None),
    ],
)
def test_llama_cpp_says_whether_the_models_template_knows_of_tools(catalogue, can, tools):
    properties = {**LLAMA_CPP["/props"], "chat_template_caps": can}
    with serving({**LLAMA_CPP, "/props": properties}) as server:
        (model,) = fetched(catalogue, server.url)
    assert model.tools is tools


def test_without_its_properties_llama_cpps_list_does(catalogue):
    with serving({**LLAMA_CPP, "/props": 501}) as server:
        (model,) = fetched(catalogue, server.url)
    assert (model.window, model.vision) == (8192, None)


def test_a_key_is_sent_to_its_endpoint_and_is_in_no_file(catalogue, tmp_path):
    with serving({"/v1/models": ["m"]}) as server:
        fetched(catalogue, server.url, "sk-secret")
        assert server.asked[0] == ("GET", "/v1/models", "sk-secret")
    kept = [each.read_text() for each in tmp_path.rglob("*.json")]
    assert len(kept) == 1
    assert "sk-secret" not in kept[0]


# What is wrong with lists


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"data": []}, "lists no models. Load one there"),
        ({"object": "list", "data": None}, "lists no models. Load one there"),
        ({"data": [None, 5, {}]}, "None of the 3 models"),
        ({"data": "many"}, "is no list of models. Check the endpoint's address"),
        ({"error": "Unexpected endpoint"}, "is no list of models"),
        (b"<html>Welcome to nginx</html>", "is no list of models"),
        (b'{"data": [{"id": "a"}, {"id"', "is no list of models"),
        (b"\xff\xfe\x00", "is no list of models"),
        (b"[" * 100_000, "is no list of models"),
        (b"", "is no list of models"),
        (401, "wants a key for its list (401)"),
        (404, "has no list of models there (404). Check the endpoint's address"),
        (307, "sends elsewhere (307), and no key goes there"),
        (503, "gives no list for now (503). Try again later"),
    ],
)
def test_a_list_that_is_none_says_so_and_the_old_one_stays(catalogue, answer, said):
    with serving({"/v1/models": ["old"]}) as server:
        fetched(catalogue, server.url)
        server.pages["/v1/models"] = answer
        assert [each.id for each in fetched(catalogue, server.url)] == ["old"]
        assert said in catalogue.state(server.url).problem
        server.pages["/v1/models"] = ["new"]
        assert [each.id for each in fetched(catalogue, server.url)] == ["new"]
        assert catalogue.state(server.url).problem == ""
        assert "/elsewhere" not in server.paths


def test_a_server_that_is_not_there_is_named_with_what_to_do(catalogue):
    assert fetched(catalogue, "http://127.0.0.1:9/v1") == ()
    problem = catalogue.state("http://127.0.0.1:9/v1").problem
    assert problem.startswith("127.0.0.1:9 cannot be reached")
    assert problem.endswith("Is the program that serves the models running?")


def test_a_list_longer_than_any_is_not_read_to_its_end(catalogue, monkeypatch):
    from scene_chat.chat import model_lists

    monkeypatch.setattr(model_lists, "MOST_BYTES", 100_000)
    with serving({"/v1/models": b"[" + b'"x",' * 100_000}) as server:
        fetched(catalogue, server.url)
        assert "longer than any list of models" in catalogue.state(server.url).problem


def test_a_list_that_never_ends_is_given_up(catalogue, monkeypatch):
    from scene_chat.chat import model_lists

    monkeypatch.setattr(model_lists, "SECONDS", 0.2)
    import threading

    gate = threading.Event()
    with serving({"/v1/models": lambda _: gate.wait(20) and []}) as server:
        fetched(catalogue, server.url)
        gate.set()
    assert "did not send its list in time" in catalogue.state(server.url).problem


def test_a_broken_entry_is_passed_over_alone(catalogue):
    data = [*BROKEN_ENTRIES, OPENROUTER[0]]
    with serving({"/v1/models": {"data": data}}) as server:
        found = by_id(fetched(catalogue, server.url))
    assert list(found) == ["odd/everything", "odd/prices", "anthropic/claude-sonnet-4.5"]
    assert found["odd/everything"] == ModelInfo("odd/everything", "odd/everything")
    assert found["odd/prices"] == ModelInfo("odd/prices", "Odd � Prices")


def test_five_thousand_models_are_found_kept_and_searched(catalogue, new):
    with serving({"/v1/models": {"data": many(5000)}}) as server:
        assert len(fetched(catalogue, server.url)) == 5000
    again = new()
    assert len(again.models(server.url)) == 5000
    found = matches(again.models(server.url), Filter("4321 VENDOR"))
    assert [each.id for each in found] == ["vendor-21/model-4321"]
    assert again.find(server.url, "vendor-21/model-4321").window == 5321


def test_an_id_that_is_listed_twice_is_one_model(catalogue):
    with serving({"/v1/models": ["m", "m"]}) as server:
        assert len(fetched(catalogue, server.url)) == 1


def test_a_fault_of_ours_is_noted_and_ends_the_fetching(catalogue, house, monkeypatch):
    from scene_chat.chat import model_lists

    monkeypatch.setattr(model_lists, "read_entry", lambda entry: 1 / 0)
    with serving({"/v1/models": ["m"]}) as server:
        fetched(catalogue, server.url)
        assert "could not be read (ZeroDivisionError)" in catalogue.state(server.url).problem
    assert [each.where for each in house.faults.known] == ["the catalogue of models"]
    assert not catalogue.fetching


# What is kept


def test_at_the_next_start_the_list_is_there_without_the_network(catalogue, new):
    with serving({"/v1/models": {"data": OPENROUTER}}) as server:
        before = fetched(catalogue, server.url)
    again = new()
    assert again.models(server.url) == before
    assert again.find(server.url, "openai/gpt-5-mini") in before
    assert again.state(server.url).age == "just now"


def test_each_endpoint_has_a_list_of_its_own(catalogue, new):
    with serving({"/v1/models": ["a"]}) as one, serving({"/v1/models": ["b"]}) as other:
        fetched(catalogue, one.url)
        fetched(catalogue, other.url)
    assert [new().models(each.url)[0].id for each in (one, other)] == ["a", "b"]
    assert new().models("http://127.0.0.1:1/v1") == ()


@pytest.mark.parametrize(
    "broken",
    [
        "", "{", "[]", "null", '{"format": 1}', '{"format": 0, "at": 1, "models": []}',
        '{"format": 1, "at": "x", "models": []}', '{"format": 1, "at": 1, "models": [7]}',
        '{"format": 1, "at": 1, "models": [{"id": "a"}]}',
        '{"format": 1, "at": 1, "models": [{"id": 1, "name": "a"}]}',
        '{"format": 1, "at": 1, "models": [{"id": "a", "name": "a", "window": "8"}]}',
        '{"format": 1, "at": 1, "models": [{"id": "a", "name": "a", "other": 1}]}',
    ],
)  # fmt: skip
def test_a_broken_file_is_thrown_away(catalogue, new, tmp_path, broken):
    with serving({"/v1/models": ["m"]}) as server:
        fetched(catalogue, server.url)
    (file,) = (tmp_path / "lists").iterdir()
    file.write_text(broken)
    again = new()
    assert again.models(server.url) == ()
    assert not file.exists()
    assert again.state(server.url).age == ""


def test_where_nothing_can_be_written_the_list_is_there_all_the_same(house, tmp_path, clock):
    (tmp_path / "file").touch()
    catalogue = Catalogue(house.worker, house.faults, tmp_path / "file", clock)
    with serving({"/v1/models": ["m"]}) as server:
        assert len(fetched(catalogue, server.url)) == 1
        assert "cannot be kept for the next start" in catalogue.state(server.url).problem


def test_no_part_of_a_file_is_left(catalogue, tmp_path):
    with serving({"/v1/models": ["m"]}) as server:
        fetched(catalogue, server.url)
        fetched(catalogue, server.url)
    assert [each.suffix for each in (tmp_path / "lists").iterdir()] == [".json"]


# When it is fetched

FAR = "http://192.0.2.1/v1"
"""No such machine; its list is written by the tests."""


@pytest.fixture
def kept(catalogue, tmp_path, clock):
    """Write a far endpoint's list as it is kept, with a time."""

    def keep(at):
        file = catalogue._file(FAR)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"format": 1, "at": at, "models": [{"id": "m", "name": "m"}]}))

    return keep


@pytest.fixture
def asked(monkeypatch):
    """Note which lists are fetched, and fetch none."""
    from scene_chat.chat import model_lists

    noted = []

    async def fetch(settings):
        noted.append(settings.endpoint)
        raise model_lists.ListFailed("Not in this test.")

    monkeypatch.setattr(model_lists, "fetch", fetch)
    return noted


@pytest.mark.parametrize(
    ("age", "age_in_words", "again"),
    [
        (0, "just now", False),
        (DAY - 1, "23 h ago", False),
        (DAY, "1 day ago", True),
        (400 * DAY, "400 days ago", True),
        (-1, "at an unknown time", True),
        (-3650 * DAY, "at an unknown time", True),
    ],
)
def test_a_list_is_fetched_again_after_a_day_or_from_the_future(
    new, kept, asked, age, age_in_words, again
):
    kept(NOON - age)
    catalogue = new()
    assert catalogue.state(FAR).age == age_in_words
    assert catalogue.need(FAR, None) == again
    wait_until(lambda: not catalogue.fetching)
    assert asked == [FAR] * again
    assert [each.id for each in catalogue.models(FAR)] == ["m"]


def test_a_clock_that_jumps_back_after_the_fetch_does_not_keep_a_list_for_ever(
    new, kept, asked, clock
):
    kept(NOON)
    catalogue = new()
    assert not catalogue.need(FAR, None)
    clock.now = NOON - 10 * 365 * DAY
    assert catalogue.need(FAR, None)
    wait_until(lambda: not catalogue.fetching)


def test_after_a_failure_it_is_not_asked_at_every_drawing(new, asked):
    catalogue = new()
    assert catalogue.need(FAR, None)
    wait_until(lambda: not catalogue.fetching)
    assert not catalogue.need(FAR, None)
    assert asked == [FAR]
    assert catalogue.refresh(FAR, None)  # but a person may
    wait_until(lambda: len(asked) == 2 and not catalogue.fetching)


def test_this_machines_servers_are_asked_after_a_minute(catalogue, clock, monkeypatch):
    with serving({"/v1/models": ["m"]}) as server:
        fetched(catalogue, server.url)
        monkeypatch.setattr("scene_chat.chat.catalogue._PAUSE_SECONDS", 0.0)
        assert not catalogue.need(server.url, None)
        clock.now += 61
        assert catalogue.need(server.url, None)
        wait_until(lambda: not catalogue.fetching)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "just now"), (59, "just now"), (60, "1 min ago"), (7200, "2 h ago"), (DAY, "1 day ago"),
     (3 * DAY, "3 days ago"), (-0.1, "at an unknown time")],
)  # fmt: skip
def test_an_age_is_said_in_words(seconds, words):
    assert in_words(seconds) == words


# The choice among them

MODELS = (
    ModelInfo("a/one", "Vendor A: One", 8000, 2e-6, 8e-6, tools=True, created=30),
    ModelInfo("a/two", "Vendor A: two", 200_000, 0.0, 0.0, free=True, tools=True, created=20),
    ModelInfo("b/three", "Three", 1_000_000, 1e-6, 2e-6, vision=True, tools=False, created=40),
    ModelInfo("local", "local"),
)


def chosen(recent=(), **wanted):
    return [each.id for each in matches(MODELS, Filter(**{"tools": False, **wanted}), recent)]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["local", "b/three", "a/one", "a/two"]),
        ({"search": "vendor"}, ["a/one", "a/two"]),
        ({"search": "TWO vendor"}, ["a/two"]),
        ({"search": "a/ o"}, ["a/one", "a/two"]),
        ({"search": "vendor three"}, []),
        ({"tools": True}, ["local", "a/one", "a/two"]),
        ({"vision": True}, ["b/three"]),
        ({"free": True}, ["a/two"]),
        ({"window": 200_000}, ["b/three", "a/two"]),
        ({"sort": "price"}, ["a/two", "b/three", "a/one", "local"]),
        ({"sort": "window"}, ["b/three", "a/two", "a/one", "local"]),
        ({"sort": "newest"}, ["b/three", "a/one", "a/two", "local"]),
    ],
)
def test_models_are_searched_filtered_and_sorted(wanted, ids):
    assert chosen(**wanted) == ids


def test_those_used_last_come_first_until_something_is_searched():
    recent = ["a/two", "gone", "a/one"]
    assert chosen(recent) == ["a/two", "a/one", "local", "b/three"]
    assert chosen(recent, search="e") == ["b/three", "a/one", "a/two"]


@pytest.mark.parametrize(
    ("model", "facts"),
    [
        (ModelInfo("m", "m"), ""),
        (ModelInfo("m", "m", 131_072), "131k"),
        (ModelInfo("m", "m", 200_000, 3e-6, 1.5e-5), "200k · $3/$15"),
        (ModelInfo("m", "m", 1_048_576, 2.5e-7, 4e-8), "1M · $0.25/$0.04"),
        (ModelInfo("m", "m", 8192, 0.0, 0.0, free=True), "8k · free"),
        (ModelInfo("m", "m", None, 0.0, 1e-6), "$0/$1"),
    ],
)
def test_window_and_price_are_said_shortly(model, facts):
    assert model.facts == facts


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4.5"),
        ("Anthropic: Claude Sonnet 4.5", "Claude Sonnet 4.5"),
        ("qwen3:8b", "qwen3:8b"),
        ("../models/SmolLM2.gguf", "SmolLM2.gguf"),
        ("C:\\models\\x.gguf", "x.gguf"),
        ("/", "/"),
    ],
)
def test_a_name_is_shown_without_its_maker(name, short):
    assert short_name(name) == short
