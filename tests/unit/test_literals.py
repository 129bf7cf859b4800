"""Values and texts as Python source."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

import pytest
from scene_chat.tools.literals import Name, block, call, comment, commented, literal

TRICKY = (
    "",
    "plain",
    "it's",
    'say "so"',
    "both ' and \"",
    "back\\slash",
    "two\nlines",
    "\0\x07\x1b",
    "\r\n",
    "\u2028\u202e\u200d",
    "Ä 漢 🙂",
    "\ud800",
    '"""',
    "'''",
    "\"\"\"'''\\",
)


@dataclass(frozen=True)
class Made:
    do: str
    times: int = 1
    where: dict[str, object] = field(default_factory=dict)
    exact: bool = False


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -3, 2**70, 0.1, -0.0, 1e-300, [], {}, (), [1], (1,), (1.5, 2), {"a": [{}]},
        {"x y": None, "'": "\""}, [[0, 1, 2]] * 50, list(range(300)), {"k": "v" * 300}, *TRICKY,
    ],
)  # fmt: skip
def test_a_value_is_read_back_as_it_was(value):
    written = literal(value)
    assert ast.literal_eval(written) == value
    assert repr(ast.literal_eval(written)) == repr(value)


def test_lines_are_at_most_100_wide_where_there_is_room():
    value = {"numbers": list(range(500)), "rows": [{"name": f"row {n}"} for n in range(9)]}
    written = call("do", {"value": value, "more": "x"}, "    ")
    assert max(map(len, written.splitlines())) <= 100
    assert ast.literal_eval(ast.parse(written).body[0].value.keywords[0].value) == value


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_without_a_literal_are_calls(number):
    assert repr(eval(literal(number))) == repr(number)


def test_a_dataclass_is_a_call_without_what_has_its_default():
    assert literal(Made("cut")) == 'Made(do="cut")'
    made = Made("cut", 2, {"at": [1, 2]}, True)
    assert eval(literal(made)) == made
    assert eval(literal([made] * 9)) == [made] * 9


def test_a_false_where_the_default_is_0_is_written():
    assert literal(Made("cut", times=True)) == 'Made(do="cut", times=True)'


def test_constants_are_names():
    assert call("load", {"filepath": Name("CRATE"), "all": [Name("A")]}) == (
        "load(filepath=CRATE, all=[A])"
    )


@pytest.mark.parametrize("text", TRICKY)
def test_a_block_is_the_text_after_a_line_end(text):
    whole = text if text.endswith("\n") else f"{text}\n"
    assert ast.literal_eval(block(text)) == f"\n{whole}"


def test_a_block_of_code_stands_as_it_is():
    code = "print(\"a\\n\")\nx = '''three'''\n"
    assert block(code) == f'r"""\n{code}"""'


def test_what_is_invisible_in_a_block_is_escaped():
    assert "\u202e" not in block("if access: # \u202e")
    assert "\\u202e" in block("if access: # \u202e")


@pytest.mark.parametrize("text", [*TRICKY, "a\rimport os", "a\x0cb", "a\x85b", "a\u2029b"])
def test_a_comment_holds_nothing_but_comments(text):
    for written in (comment(text), comment(text, "    "), commented(text, "    ")):
        assert ast.parse(written).body == []
        assert "\0" not in written
        assert all(each.isprintable() or each == "\n" for each in written)


def test_the_end_of_a_very_long_comment_is_counted():
    written = comment("word " * 40_000)
    assert len(written) < 3000
    assert written.endswith("# [198,000 more characters]")
