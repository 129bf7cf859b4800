"""A chat as a Python script: which steps it has, and that it is Python whatever was said."""

from __future__ import annotations

import ast

import pytest
from scene_chat.chat.python_script import About, NothingToRepeat, python_script
from scene_chat.chat.turns import Asked, Said, Step, Turn
from scene_chat.tools.call import CallResult
from scene_chat.tools.receipt import Receipt
from scene_chat.tools.registry import Effect, Registry, tool

ABOUT = About("A chat", "2026-01-02", "1.2.3", "4.5.0", "/work/scene.blend")
LEFT = Receipt(added={"object": ("Cube",)})


def delete(names: list[str] | None = None, comment: str = "") -> None:
    pass


def export(filepath: str, overwrite: bool = False) -> None:
    pass


def code(code: str) -> None:
    pass


def look() -> None:
    pass


def render(samples: int = 0) -> None:
    pass


def known(function, name, module, effect, **marks):
    """A tool of that name, whose source is that of the real one."""
    function.__name__, function.__qualname__ = name.rpartition(".")[2], name
    function.__module__ = f"scene_chat.tools.handlers.{module}"
    return tool(effect=effect, **marks)(function)


@pytest.fixture
def registry():
    found = Registry()
    found.add(known(delete, "delete_objects", "delete_objects", Effect.EDITS))
    found.add(known(export, "export_file", "files", Effect.FILES))
    found.add(known(look, "look", "look", Effect.FILES))
    found.add(known(code, "execute_code", "code", Effect.CODE, keeps_partial=True))
    found.add(known(render, "render_tool.<locals>.render", "render", Effect.FILES))
    found.reading = frozenset({"look"})
    return found


def step(name="delete_objects", result=CallResult(True, receipt=LEFT), **arguments):
    return Step(name, arguments, result)


def turn(*parts, number=1, prompt="Do it"):
    return Turn(number, prompt, prompt, list(parts))


def restored(*names):
    return step("restore", CallResult(True, {"undone": list(names), "user_edits_undone": []}))


@pytest.fixture
def calls(registry):
    """Give what the turns' functions in the script call, as source."""

    def one(*turns, **rest):
        script = python_script(turns, registry, ABOUT, **rest)
        functions = [
            each
            for each in ast.parse(script).body
            if isinstance(each, ast.FunctionDef) and each.name.startswith("turn_")
        ]
        return {each.name: [ast.unparse(line) for line in each.body] for each in functions}

    return one


def test_steps_are_calls_in_order_without_defaults(calls):
    assert calls(turn(step(names=["A"]), Said("Then"), step(names=["B"], comment=""))) == {
        "turn_1": ["delete_objects(names=['A'])", "delete_objects(names=['B'])"]
    }


def test_failed_and_unfinished_steps_and_looks_are_left_out(calls):
    broken = CallResult(False, error="No", kind="NoSuchObject")
    parts = [
        step("look"), step(result=broken), step(result=None), step("no_such_tool"),
        step(names=["A"]),
    ]  # fmt: skip
    assert calls(turn(*parts)) == {"turn_1": ["delete_objects(names=['A'])"]}


def test_turns_keep_their_place_as_number(calls):
    turns = [turn(step("look")), turn(step(), number=2), turn(step("look"), number=3)]
    assert [*calls(*turns)] == ["turn_2"]


def test_code_that_failed_is_expected_to_fail_if_it_left_something(calls):
    failed = CallResult(False, kind="CodeFailed", receipt=LEFT)
    nothing = CallResult(False, kind="CodeFailed")
    parts = [
        step("execute_code", failed, code="bpy.x()"),
        step("execute_code", nothing, code="bpy.y()"),
        step("execute_code", CallResult(True), code="len(bpy.data.objects)"),
    ]
    assert calls(turn(*parts)) == {"turn_1": ["execute_code('\\nbpy.x()\\n', fails=True)"]}


def test_what_was_stopped_and_what_takes_scene_chat_stand_as_comments(registry):
    stopped = CallResult(False, kind="TimeLimitReached", receipt=LEFT)
    parts = [step("execute_code", stopped, code="while True:\n    pass"), step("render", samples=4)]
    script = python_script([turn(*parts, step())], registry, ABOUT)
    assert "    # while True:\n    #     pass\n" in script
    assert "    # render(samples=4)\n" in script


def test_a_whole_path_is_a_constant_and_files_are_replaced_on_request_only(registry):
    paths = ["/a/crate 1.obj", "/b/crate_1.obj", "/c/1.obj", "/ä/ü", "C:\\x\\crate 1.obj"]
    parts = [step("export_file", filepath=path) for path in paths]
    script = python_script([turn(*parts)], registry, ABOUT)
    constants = {
        each.targets[0].id: each.value.value
        for each in ast.parse(script).body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    }
    assert constants == {
        "CRATE_1_OBJ": paths[0], "CRATE_1_OBJ_2": paths[1], "FILE_1_OBJ": paths[2],
        "FILE": paths[3], "CRATE_1_OBJ_3": paths[4], "REPLACE": False, "SAVE_AS": "",
    }  # fmt: skip
    assert "export_file(filepath=CRATE_1_OBJ, overwrite=REPLACE)" in script


def test_what_a_restore_took_back_is_left_out(calls):
    turns = [
        turn(step(names=["A"]), prompt="First"),
        turn(step(names=["B"]), number=2, prompt="Second"),
        turn(
            step(names=["C"]),
            restored("Third (3)", "Second (2)"),
            step(names=["D"]),
            number=3,
            prompt="Third",
        ),
    ]
    assert calls(*turns) == {
        "turn_1": ["delete_objects(names=['A'])"],
        "turn_3": ["delete_objects(names=['D'])"],
    }


def test_in_a_chat_of_an_earlier_session_titles_tell_what_was_restored(calls):
    turns = [
        turn(step(names=["A"]), number=61, prompt="First"),
        turn(step(names=["B"]), number=62, prompt="Second"),
        turn(restored("Second (2)"), number=63, prompt="Third"),
    ]
    assert [*calls(*turns)] == ["turn_1"]


def test_what_a_person_undid_is_left_out_and_what_they_redid_is_not(calls):
    turns = [
        turn(step(), prompt="First"),
        turn(restored("First (1)"), step(), number=2, prompt="Second"),
        turn(step(), number=3, prompt="Third"),
    ]
    assert [*calls(*turns)] == ["turn_2", "turn_3"]
    assert [*calls(*turns, undone={1: False, 3: True})] == ["turn_1", "turn_2"]


def test_a_chat_that_did_nothing_has_no_script(registry):
    with pytest.raises(NothingToRepeat):
        python_script([turn(step("look"))], registry, ABOUT)
    with pytest.raises(NothingToRepeat):
        python_script([turn(step())], registry, ABOUT, {1: True})


@pytest.mark.parametrize(
    "said",
    [
        '"""',
        "'''\nimport os",
        "a\rimport os",
        "a\x0cimport os\x00",
        "\u2028x = 1",
        "word " * 40_000,
    ],
)
def test_nothing_that_was_said_becomes_code(calls, registry, said):
    about = About(said, said, said, said, said)
    turns = [turn(Asked(said), step(names=[said]), prompt=said)]
    script = python_script(turns, registry, about)
    body = ast.parse(script).body
    assert not [each for each in ast.walk(ast.Module(body, [])) if isinstance(each, ast.Import)
                and each.names[0].name == "os"]  # fmt: skip
    call = next(each for each in body if getattr(each, "name", "") == "turn_1").body[0].value
    assert ast.literal_eval(call.keywords[0].value) == [said]
    assert len(body[-1].body) == 1


def test_keys_are_taken_out_before_a_prompt_is_wrapped(registry):
    key = "k" * 120
    turns = [turn(step(names=[key]), prompt=f"Use {key}")]
    script = python_script(turns, registry, ABOUT, clean=lambda text: text.replace(key, "[key]"))
    assert "kkkkkkkk" not in script
    assert "# Use [key]\n" in script


def test_the_script_imports_neither_the_extension_nor_its_wheels(registry):
    script = python_script([turn(step(), step("execute_code", code="bpy.x()"))], registry, ABOUT)
    imported = {
        (each.module if isinstance(each, ast.ImportFrom) else each.names[0].name).split(".")[0]
        for each in ast.walk(ast.parse(script))
        if isinstance(each, ast.Import | ast.ImportFrom)
    }
    assert imported <= {
        "bpy", "collections", "contextlib", "copy", "functools", "inspect", "itertools",
        "linecache", "sys", "traceback", "types", "typing",
    }  # fmt: skip
