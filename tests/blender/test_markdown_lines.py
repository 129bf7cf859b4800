"""Markdown broken into lines that fit the sidebar, measured with Blender's own font."""

from __future__ import annotations

import pytest

FONT = 11.0
ANSWER = """# What was done

The **rack** has *ten copies* along `Y`, see [the manual](https://docs.blender.org/manual/) for more.

1. First the thing itself is measured, so that the copies do not touch each other.
2. Then a modifier:
   - count 10
   - a nested item that is long enough to need more than one line in a narrow sidebar
     - and one more level

> A quote with a longer sentence in it, which has to be broken as well.
>
> - with a list

| Object | Count | Note |
|:-------|------:|:----:|
| Rack   | 10    | **black** |
| Floor  | 1     | `off-white`, and long enough to be broken |

---

```python
import bpy
bpy.ops.mesh.primitive_cube_add()
```

床を作成してください。床を作成してください。 مرحبا بالعالم 🙂🙃 \x1b[31m \u202eevil
"""


def wide(text, font=FONT):
    import blf  # comes with bpy

    blf.size(0, font)
    return blf.dimensions(0, text)[0]


@pytest.fixture
def lay_out(module):
    """Lay Markdown out for a width in pixels; give the segments."""
    markdown, lines = module("chat.markdown"), module("ui.markdown_lines")

    def one(text, width, font=FONT):
        room = lines.Room(width, width - 12, 20, font, 1000)
        blocks = markdown.parse(text).blocks
        return [each for block in blocks for each in lines.laid_out(block, room)]

    return one


def texts(segments):
    return [
        text
        for each in segments
        for text in (
            each.texts
            if hasattr(each, "texts")
            else [line for row in each.rows for line in row]
            if hasattr(each, "rows")
            else []
        )
    ]


@pytest.mark.parametrize("font", [8.25, 11.0, 22.0])
@pytest.mark.parametrize("width", [100, 220, 540])
def test_every_line_fits_and_no_word_is_lost(lay_out, width, font):
    segments = lay_out(ANSWER, width * font / 11, font)
    assert all(wide(text, font) <= width * font / 11 for text in texts(segments))
    said = "".join("".join(texts(segments)).split())
    for word in ("nested", "床を作成してください", "مرحبا", "🙂🙃", "Floor", "measured"):
        assert word in said


def test_emphasis_is_plain_and_code_stands_in_quotation_marks(lay_out):
    (line,) = texts(lay_out("**Bold** *slanted* `code()` ***both*** ~~gone~~", 400))
    assert line == "Bold slanted ‘code()’ both ~gone~"


def test_no_letters_are_drawn_that_have_blender_unpack_its_fonts(lay_out):
    # Each of them stops Blender for a quarter of a second when it is first drawn.
    said = "".join(texts(lay_out(ANSWER.partition("床")[0], 300)))
    assert {sign for sign in said if ord(sign) > 0x2100} == set()


def test_lines_of_an_item_begin_under_its_first(lay_out):
    first, *others = texts(lay_out("- " + "words and more words " * 6, 200))
    marker = first[: len(first) - len(first.lstrip("•\u2003\u2002\u2009\u200a"))]
    assert others
    for line in others:
        indent = line[: len(line) - len(line.lstrip())]
        assert abs(wide(indent) - wide(marker)) <= 1


def test_numbers_are_aligned_at_their_points(lay_out):
    lines = texts(lay_out("\n".join(f"{n}. item" for n in range(8, 13)), 200))
    ends = {round(wide(line[: line.index(".")])) for line in lines}
    assert max(ends) - min(ends) <= 1
    assert lines[0].strip().startswith("8.")
    assert lines[-1].strip().startswith("12.")


def test_columns_of_a_table_are_aligned(lay_out):
    (table,) = lay_out("| Name | Count |\n|---|---:|\n| Rack | 10 |\n| Floor plate | 1 |", 300)
    rows = [row[0] for row in table.rows]
    assert table.ruled
    assert len({round(wide(row)) for row in rows}) == 1
    assert rows[1].startswith("Rack")


def test_a_table_that_is_too_wide_has_its_cells_broken(lay_out):
    said = "| Name | Note |\n|---|---|\n| Rack | words and more words and more |\n| Floor | b |"
    (table,) = lay_out(said, 160)
    assert table.ruled
    assert table.spaced
    assert len(table.rows[1]) > 1


def test_a_table_that_cannot_be_columns_is_a_list_of_rows(lay_out):
    said = (
        "| Name | Second | Third |\n|---|---|---|\n| Rack | ten | black |\n| Floor | one | white |"
    )
    (table,) = lay_out(said, 90)
    assert not table.ruled
    assert [len(row) for row in table.rows] == [3, 3]
    assert table.rows[1][2] == "Third: white"


def test_a_link_can_be_clicked_beneath_and_says_where_it_leads(lay_out):
    text, link = lay_out("See [the manual](https://docs.blender.org/manual/) first.", 300)
    assert text.texts == ("See the manual first.",)
    assert (link.text, link.url) == (
        "the manual (docs.blender.org)",
        "https://docs.blender.org/manual/",
    )


def test_a_link_alone_stands_in_its_own_place(lay_out):
    (first, second) = lay_out("- [One](https://a.org)\n- <https://b.org/c>", 300)
    assert first.before.startswith("•")
    assert first.text == "One (a.org)"
    assert second.text == "https://b.org/c"


def test_code_is_as_high_as_its_lines_are_at_that_width(lay_out):
    said = "```py\nfor number in range(10):\n    add(number)\n```"
    (wide_one,), (narrow,) = lay_out(said, 400), lay_out(said, 100)
    assert (wide_one.language, wide_one.lines) == ("Python", 2)
    assert narrow.lines > 2


def test_very_deep_lists_and_quotes_still_have_room_for_words(lay_out):
    deep = "\n".join("  " * n + f"- item {n} has some words" for n in range(9))
    for text in texts(lay_out(deep, 140)) + texts(lay_out(">" * 18 + " words in a quote", 140)):
        assert wide(text) <= 140
        assert "tem" in text or len(text.strip()) > 2


def test_what_cannot_be_drawn_is_replaced(lay_out):
    (line,) = texts(lay_out("a\x07b\u202ec\u200ed\ud800e", 300))
    assert line == "a\ufffdb\ufffdcd\ufffde"


def test_only_as_many_lines_are_made_as_are_wanted(module):
    markdown, lines = module("chat.markdown"), module("ui.markdown_lines")
    room = lines.Room(200, 190, 20, FONT, 10)
    (block,) = markdown.parse("word " * 9_000).blocks
    (segment,) = lines.laid_out(block, room)
    assert len(segment.texts) == 10


# What is kept between two drawings


def test_lines_of_finished_blocks_are_kept_while_an_answer_grows(module):
    drawing, lines = module("ui.markdown"), module("ui.markdown_lines")
    parse = module("chat.markdown").parse
    room = lines.Room(200, 190, 20, FONT, 1000)
    laid = drawing._Laid()
    laid.update((first := parse("# One\n\nTwo\n\nThr")).blocks, room)
    before = laid.segments
    laid.update(parse("# One\n\nTwo\n\nThree", first).blocks, room)
    assert all(new is old for new, old in zip(laid.segments[:2], before))
    assert laid.segments[2][0].texts == ("Three",)


def test_what_an_answer_waits_with_is_drawn_once_it_grows_no_more(module):
    drawing = module("ui.markdown")
    text = "- item\n" * 1000
    for growing in (True, False):
        said = drawing._Said()
        said.update(text, True)
        said.update(text + "- end\n", True)
        assert len(said.parsed.blocks[0].items) == 1000
        said.update(text + "- end\n", growing)
        assert len(said.parsed.blocks[0].items) == 1001


def test_what_was_not_drawn_for_longest_is_forgotten(module):
    drawing = module("ui.markdown")
    kept = type(drawing._said)()
    first = drawing._latest(kept, 0, list)
    first.append("kept")
    for number in range(1, drawing._MOST_KEPT + 50):
        drawing._latest(kept, number, list)
        assert drawing._latest(kept, 0, list) == ["kept"]
    assert len(kept) == drawing._MOST_KEPT
    assert 1 not in kept


def test_code_keeps_its_field_and_never_shows_in_that_of_another(module):
    fields = module("operators.answer_code").AnswerCode()
    first = fields.field_for((1, 0, 0), "a\nb", 2, 0.0)
    places = [fields.field_for((1, 0, n), "a\nb", 2, 0.0) for n in range(1, 40)]
    assert None in places  # then it is drawn as labels
    taken = [first, *filter(None, places)]
    assert len(set(taken)) == len(taken)
    assert fields.field_for((1, 0, 0), "a\nc", 2, 0.5) == first
    assert fields.text(*first) == "a\nc"
    assert fields.field_for((2, 0, 0), "x\ny", 2, 5.0) is not None
