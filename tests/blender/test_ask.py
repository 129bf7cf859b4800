"""`ask` on bpy: the chat, tools and queue together, against the stand-in for the model."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from pathlib import Path

import bpy
import pytest
from standin.script import Call, Raw, Say, Script
from standin.server import StandIn, chunk

CUBE = Call("execute_code", {"code": "bpy.ops.mesh.primitive_plane_add()\n'made'"})


@pytest.fixture
def ask(here, module, capfd):
    """Run `ask` with the words that follow it, against a script for the prompt "go"."""

    def one(*rounds, options=()):
        with StandIn(Script("test", {"go": rounds})) as server:
            words = ["ask", "go", "--endpoint", server.url, "--model", "script/test", *options]
            code = module("operators.cli").main(words)
            one.requests = server.requests
        said = capfd.readouterr()
        return code, said.out, said.err

    return one


def events(out, kind=""):
    told = [json.loads(line) for line in out.splitlines() if line.startswith('{"event"')]
    return [each for each in told if kind in ("", each["event"])]


def test_a_turn_changes_the_scene_and_is_told_as_it_goes(ask):
    code, out, _ = ask(Say("I add a plane.", [CUBE]), Say("Done."))
    assert code == 0
    assert "Plane" in bpy.data.objects
    assert "I add a plane.\n  > execute_code" in out
    assert "    Added object Plane\n" in out
    assert out.endswith("Done.\n")


def test_json_is_one_event_a_line(ask):
    code, out, _ = ask(Say("I add.", [CUBE], reasoning="hm"), Say("Done."), options=["--json"])
    told = events(out)
    kinds = [each["event"] for each in told]
    assert code == 0
    assert set(kinds) == {"reasoning", "text", "tool_call", "tool_result", "usage", "end"}
    called = told[kinds.index("tool_call")]
    assert called["name"] == "execute_code"
    assert called["arguments"] == CUBE.arguments
    brought = told[kinds.index("tool_result")]
    assert brought == {
        "event": "tool_result", "id": called["id"], "ok": True,
        "result": {"stdout": "", "value": "made"}, "receipt": {"added": {"object": ["Plane"]}},
    }  # fmt: skip
    usage = told[kinds.index("usage")]
    assert set(usage) == {
            "event", "input_tokens", "output_tokens", "cost", "cached_tokens", "estimated",
        }  # fmt: skip
    assert told[-1] == {"event": "end", "reason": "done"}


def test_the_model_is_told_what_is_active_and_selected(ask):
    ask(Say("Done."))
    content = ask.requests[0]["messages"][-1]["content"]
    assert "mode OBJECT; active 'Cube' (MESH); selected 'Cube'; frame 1" in content


def test_code_that_reaches_further_needs_allow_code(ask):
    reaching = {"code": "import os\nos.path.basename('/a/b')"}
    refused = Call("execute_code", reaching, fails=True)
    _, out, _ = ask(Say("", [refused]), Say("No."), options=["--json"])
    assert "--allow code" in events(out, "tool_result")[0]["result"]
    _, out, _ = ask(
        Say("", [Call("execute_code", reaching)]), Say("Yes."),
        options=["--json", "--allow", "code"],
    )  # fmt: skip
    assert events(out, "tool_result")[0]["result"]["value"] == "b"


def test_a_script_that_never_ends_is_ended_and_the_turn_goes_on(ask):
    endless = Call("execute_code", {"code": "while True: pass"}, fails=True)
    code, out, _ = ask(
        Say("", [endless]), Say("It took too long."), options=["--time-limit", "0.3"]
    )
    assert code == 0
    assert "It had run for 0.3 s, its time limit" in out


def test_a_picture_reaches_the_model(ask):
    ask(Say("", [Call("look", {"size": 64})]), Say("I see it."))
    content = ask.requests[1]["messages"][-1]["content"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")


def test_a_stream_that_breaks_is_an_error_with_what_had_come(ask):
    code, out, err = ask(Raw([chunk({"content": "Half"})], breaks=True))
    assert code == 1
    assert "Half\n" in out
    assert "broke off" in err


def test_without_a_key_openrouter_is_not_asked(module, here, capfd, monkeypatch):
    monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
    assert module("operators.cli").main(["ask", "go"]) == 1
    assert "There is no API key for openrouter.ai" in capfd.readouterr().err


def test_a_key_in_the_user_folder_is_found_and_never_comes_back(here, code):
    file = here.key_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("OPENROUTER_API_KEY=sk-or-v1-hidden\n")
    settings = here.settings()
    assert settings.key.value == "sk-or-v1-hidden"
    assert code("print('sk-or-v1-' + 'hidden')").value["stdout"] == "[key]\n"
    file.unlink()


def test_the_scene_is_saved_where_asked(ask, tmp_path):
    file = tmp_path / "made.blend"
    assert ask(Say("", [CUBE]), Say("Done."), options=["--save", str(file)])[0] == 0
    bpy.ops.wm.open_mainfile(filepath=str(file))
    assert "Plane" in bpy.data.objects


def test_a_place_where_nothing_can_be_saved_is_an_error_in_words(ask):
    code, _, err = ask(Say("Done."), options=["--save", "/nowhere/made.blend"])
    assert code == 1
    assert "/nowhere/made.blend cannot be saved" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ask", " "], "it is empty; say what to do"),
        (["ask", "x", "--allow", "everything"], "there is no permission 'everything'"),
        (["ask", "x", "--time-limit", "-1"], "no number of seconds above 0"),
        (["fly"], "invalid choice"),
        ([], "the following arguments are required"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(module, here, capfd, words, said):
    assert module("operators.cli").main(words) == 2
    assert said in capfd.readouterr().err


def test_a_file_that_is_not_there_is_an_error_in_words(module, here, capfd):
    assert module("operators.cli").main(["ask", "x", "--file", "/nowhere.blend"]) == 1
    assert "nowhere.blend cannot be opened" in capfd.readouterr().err


def test_a_render_that_goes_on_after_the_turn_is_seen_to_its_end(ask, here):
    scene = bpy.context.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    scene.cycles.use_denoising = False
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    code, _, err = ask(Say("", [Call("render", {"frames": [1, 2], "wait": 0})]), Say("It runs."))
    assert code == 0
    job = here.renders.jobs[-1]
    assert (job.state, len(job.files)) == ("done", 2)
    assert "Rendering: 0 %. Ctrl+C ends it." in err
    assert f"Render {job.number}: done" in err
    kept = Path(re.search(r"Rendered (.*) and 1 more", err)[1])
    assert [each.name for each in sorted(kept.parent.iterdir())] == [
        "render_0001.png", "render_0002.png",
    ]  # fmt: skip
    shutil.rmtree(kept.parent)


def test_where_nobody_reads_the_answer_any_more_it_ends_and_saves_what_was_made(
    here, module, tmp_path
):
    theirs, ours = os.pipe()
    os.close(theirs)
    file = tmp_path / "made.blend"
    rounds = (Say("I add a plane.", [CUBE]), Say("Done."))
    with (
        StandIn(Script("test", {"go": rounds})) as server,
        contextlib.suppress(BrokenPipeError),
        os.fdopen(ours, "w", buffering=1) as out,
    ):
        words = ["ask", "go", "--endpoint", server.url, "--model", "script/test"]
        assert module("operators.cli").main([*words, "--save", str(file)], out) == 1
    assert file.exists()


def test_a_port_beyond_the_last_one_is_refused(here, module, capfd):
    assert module("operators.cli").main(["serve", "--port", "70000"]) == 2
    assert "'70000' is no port" in capfd.readouterr().err
