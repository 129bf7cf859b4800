"""Lines that fit the sidebar, measured with Blender's own font."""

from __future__ import annotations

import pytest

FONT = 11.0


def width(text):
    import blf  # comes with bpy

    blf.size(0, FONT)
    return blf.dimensions(0, text)[0]


@pytest.fixture
def text(module):
    return module("ui.text")


@pytest.mark.parametrize("room", [40, 120, 260])
@pytest.mark.parametrize(
    "said",
    [
        "Put a red sphere on top of the cube, and look at it from the front.",
        "W" * 200,
        "床を作成してください。" * 9,
        "a " * 400,
    ],
    ids=["words", "one word", "Japanese", "letters"],
)
def test_every_line_fits_and_nothing_is_lost(text, said, room):
    lines = text.wrap(said, room, FONT)
    assert all(width(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(said.split())


def test_lines_end_where_the_text_says_so(text):
    assert text.wrap("one\n\ntwo", 200, FONT) == ["one", "", "two"]
    assert text.wrap("", 200, FONT) == []


def test_an_indent_stays(text):
    assert text.wrap("    x = 1", 200, FONT) == ["    x = 1"]


def test_code_is_broken_between_words_and_keeps_every_blank(text):
    line = "    bpy.ops.mesh.primitive_cube_add(location=(2 * number, 0, 0))" + "x" * 90
    pieces = text.wrap_code(line, 120, FONT)
    assert "".join(pieces) == line
    assert all(width(piece) <= 120 for piece in pieces)
    assert pieces[0] == "    bpy.ops.mesh."


def test_a_room_narrower_than_a_letter_ends(text):
    assert text.wrap("WW", 1, FONT) == ["W", "W"]


def test_a_title_is_cut_at_its_end_and_says_so(text):
    short = text.shortened("Make a large floor of planks " * 5, 120, FONT)
    assert short.endswith("…")
    assert width(short) <= 120
    assert text.shortened("Cube", 120, FONT) == "Cube"
