"""Code of an answer, and a whole answer, opened in the Text Editor."""

from __future__ import annotations

import bpy
import pytest

ANSWER = "First:\n\n```python\nimport bpy\n```\n\nand\n\n- a list\n\n  ```json\n  {}\n  ```\n"


@pytest.fixture
def turn(here, module):
    """The chat's only turn, answered in two parts around a step."""
    turns = module("chat.turns")
    made = turns.Turn(
        7,
        "Show me",
        parts=[turns.Said("Wait."), turns.Step("look", {}), turns.Said(ANSWER)],
        end=module("chat.events").End("done"),
    )
    here.chat.turns.append(made)
    yield made
    here.chat.turns.remove(made)


def test_code_opens_as_a_text_of_its_language(turn):
    assert bpy.ops.scene_chat.block_show(turn=7, part=2, block=0) == {"FINISHED"}
    assert bpy.data.texts["Scene Chat Code.py"].as_string() == "import bpy"
    assert bpy.ops.scene_chat.block_show(turn=7, part=2, block=1) == {"FINISHED"}
    assert bpy.data.texts["Scene Chat Code.json"].as_string() == "{}"


def test_opened_again_it_is_the_same_text(turn):
    for _ in range(3):
        bpy.ops.scene_chat.block_show(turn=7, part=2, block=0)
    assert [text.name for text in bpy.data.texts] == ["Scene Chat Code.py"]


def test_what_a_person_has_changed_in_it_stays(turn):
    bpy.ops.scene_chat.block_show(turn=7, part=2, block=0)
    bpy.data.texts["Scene Chat Code.py"].write("# mine\n")
    bpy.ops.scene_chat.block_show(turn=7, part=2, block=0)
    held = {text.name: text.as_string() for text in bpy.data.texts}
    assert held == {
        "Scene Chat Code.py": "# mine\nimport bpy",
        "Scene Chat Code.py.001": "import bpy",
    }


def test_a_whole_answer_opens_as_it_was_written(turn):
    assert bpy.ops.scene_chat.answer_show(turn=7) == {"FINISHED"}
    assert bpy.data.texts["Scene Chat Answer.md"].as_string() == turn.answer


@pytest.mark.parametrize(
    "where", [(7, 2, 2), (7, 1, 0), (7, 0, 0), (7, 9, 0), (7, -1, 0), (8, 2, 0)]
)
def test_where_there_is_no_code_nothing_happens(turn, where):
    told = dict(zip(("turn", "part", "block"), where))
    assert bpy.ops.scene_chat.block_show(**told) == {"CANCELLED"}
    assert bpy.ops.scene_chat.block_copy(**told) == {"CANCELLED"}
    assert not bpy.data.texts


def test_a_model_cannot_open_or_copy_it(turn, code):
    result = code(
        "print(bpy.ops.scene_chat.block_show(turn=7, part=2, block=0))\n"
        "print(bpy.ops.scene_chat.block_copy(turn=7, part=2, block=0))\n"
        "print(bpy.ops.scene_chat.answer_show(turn=7))"
    )
    assert not bpy.data.texts
    assert "FINISHED" not in str(result)
