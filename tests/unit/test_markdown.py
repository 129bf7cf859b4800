"""Markdown as a tree, parsed as it grows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scene_chat.chat import markdown
from scene_chat.chat.markdown import LONGEST, Parsed, parse
from scene_chat.chat.markdown_tree import (
    Code,
    Heading,
    Items,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
    codes,
)


def blocks(text):
    return parse(text).blocks


def spans(text):
    (paragraph,) = blocks(text)
    return paragraph.spans


def words(block):
    """All text in a block, without its marks."""
    match block:
        case Heading(_, spans) | Paragraph(spans):
            return "".join(span.text for span in spans)
        case Code(_, text):
            return text
        case Quote(inner):
            return " ".join(map(words, inner))
        case Items(items):
            return " ".join(words(each) for item in items for each in item)
        case Table(header, rows):
            return " ".join(span.text for row in (header, *rows) for cell in row for span in cell)
    return ""


def test_a_heading_has_its_level():
    assert blocks("# One\n### Three\nTwo\n---") == (
        Heading(1, (Span("One"),)),
        Heading(3, (Span("Three"),)),
        Heading(2, (Span("Two"),)),
    )


def test_a_paragraph_is_spans_of_one_style_each():
    assert spans("a **b *c*** `d` ~~e~~") == (
        Span("a "),
        Span("b ", bold=True),
        Span("c", bold=True, italic=True),
        Span(" "),
        Span("d", code=True),
        Span(" "),
        Span("e", strike=True),
    )


def test_lines_end_where_they_are_written_to_end():
    assert spans("one\ntwo  \nthree") == (Span("one\ntwo\nthree"),)


def test_lists_are_nested_and_numbered():
    (items,) = blocks("3. one\n4. two\n   - a\n   - b\n")
    assert items.first == 3
    assert items.tight
    assert items.items[0] == (Paragraph((Span("one"),)),)
    inner = items.items[1][1]
    assert inner == Items(((Paragraph((Span("a"),)),), (Paragraph((Span("b"),)),)), None, True)


def test_a_list_with_blank_lines_between_its_items_is_not_tight():
    (loose,) = blocks("- a\n\n- b")
    assert not loose.tight


def test_a_quote_holds_blocks():
    assert blocks("> a\n> - b") == (
        Quote((Paragraph((Span("a"),)), Items(((Paragraph((Span("b"),)),),), None, True))),
    )


def test_a_table_has_a_header_rows_and_alignments():
    (table,) = blocks("| a | b | c |\n|---|:-:|--:|\n| 1 | **2** | 3 |\n| 4 |\n")
    assert table == Table(
        ((Span("a"),), (Span("b"),), (Span("c"),)),
        (
            ((Span("1"),), (Span("2", bold=True),), (Span("3"),)),
            ((Span("4"),), (), ()),
        ),
        ("left", "center", "right"),
    )


def test_code_is_kept_to_the_letter():
    text = "import bpy\n\n\tx = '**'  # `a`\n"
    assert blocks(f"```python title\n{text}```") == (Code("python", text.removesuffix("\n")),)
    assert blocks("~~~\na\n```\n~~~") == (Code("", "a\n```"),)
    assert blocks("    a\n      b") == (Code("", "a\n  b"),)


def test_code_that_is_still_being_written_is_code():
    assert blocks("```python\nimport b") == (Code("python", "import b"),)


def test_all_code_is_found_in_its_order():
    text = "```\n1\n```\n> ```\n> 2\n> ```\n\n- a\n  ```\n  3\n  ```\n\n```\n4\n```"
    assert [code.text for code in codes(blocks(text))] == ["1", "2", "3", "4"]


def test_a_rule():
    assert blocks("a\n\n---\n\n***") == (Paragraph((Span("a"),)), Rule(), Rule())


def test_html_is_text():
    assert words(blocks("<b>a</b><script>b</script>")[0]) == "<b>a</b><script>b</script>"


@pytest.mark.parametrize(
    "target", ["https://blender.org/a_b?c=d", "http://127.0.0.1:1/", "mailto:a@example.org"]
)
def test_a_link_leads_where_a_browser_or_mail_goes(target):
    assert spans(f"see [the **page**]({target}).") == (
        Span("see "),
        Span("the ", link=target),
        Span("page", bold=True, link=target),
        Span("."),
    )
    assert spans(f"<{target}>")[0].link == target


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,a", "a/b.md", "//a", ""]
)
def test_a_link_to_anywhere_else_is_text(target):
    assert spans(f"[words]({target})") == (Span("words"),)
    assert spans(f"![words]({target})") == (Span("words"),)


def test_a_picture_is_its_description_and_leads_to_itself():
    assert spans("![A cube](https://example.org/a.png)") == (
        Span("A cube", link="https://example.org/a.png"),
    )


def test_a_bare_address_is_a_link_without_what_ends_the_sentence():
    url = "https://example.org/a_(b)?c=d&e"
    assert spans(f"See {url}. Or (https://example.org).") == (
        Span("See "),
        Span(url, link=url),
        Span(". Or ("),
        Span("https://example.org", link="https://example.org"),
        Span(")."),
    )


def test_link_references_are_left_as_they_are_written():
    # They work from anywhere in a text: what was drawn long ago would change.
    assert [words(each) for each in blocks("[a]\n\n[a]: https://example.org")] == [
        "[a]",
        "[a]: https://example.org",
    ]


# As it grows


PIECES = st.sampled_from(
    ["a", "b", " ", "  ", "    ", "\n", "\n", "\n\n", "\r\n", "\t", "- ", "* ", "1. ", "2) ", "> ", "#",
     "# ", "```", "~~~", "```py\n", "|", "a | b\n", "---|---\n", "|-|-|\n", "---\n", "===\n", "**", "*",
     "_", "`", "[x](http://y)", "[x]: z\n", "![", "](", "<", "\\", "&amp;", "é", "床", "x y z\n"]
)  # fmt: skip


@settings(max_examples=600, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=40), st.lists(st.integers(0, 200), max_size=8))
def test_parsed_as_it_grows_it_is_what_it_is_at_once(pieces, stops):
    text = "".join(pieces)
    parsed = Parsed()
    for stop in sorted(stops):
        parsed = parse(text[:stop], parsed)
        assert parsed.blocks == parse(text[:stop]).blocks
    assert parse(text, parsed).blocks == blocks(text)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=60))
def test_what_is_finished_never_changes(pieces):
    text, parsed = "", Parsed()
    for piece in pieces:
        text += piece
        grown = parse(text, parsed)
        assert grown.blocks[: parsed.finished] == parsed.blocks[: parsed.finished]
        assert grown.finished >= parsed.finished
        parsed = grown


def test_of_a_long_text_only_its_end_is_parsed_again():
    text = "\n\n".join(f"Paragraph **{n}**.\n\n- a\n- b\n\n```\n\n# {n}\n```" for n in range(100))
    parsed = parse(text)
    grown = parse(text + "\n\nMore.", parsed)
    assert parsed.finished == 299
    assert parsed.cut == text.rindex("```\n\n# 99")
    assert all(a is b for a, b in zip(grown.blocks[:299], parsed.blocks))
    assert grown.blocks == parse(text + "\n\nMore.").blocks


def test_another_text_is_parsed_as_a_new_one():
    earlier = parse("# One\n\nTwo\n\nThree")
    assert parse("Four\n\nFive", earlier).blocks == blocks("Four\n\nFive")
    assert parse("", earlier).blocks == ()


def test_an_open_list_that_is_long_waits_until_it_has_grown_by_a_fiftieth():
    short, long = parse("- a\n"), parse("- item\n" * 1000)
    assert short.is_due("- a\n-")
    assert not long.is_due(long.source + "- item\n")
    assert long.is_due(long.source + "- item\n" * 20)


# What is too much


FLOODS = {
    "quotes": ">" * 10_000 + " deep",
    "quotes on lines": "\n".join(">" * n + " deep" for n in range(300)),
    "lists": "- " * 10_000 + "deep",
    "numbers": "1. " * 10_000 + "deep",
    "lists on lines": "\n".join("  " * n + "- deep" for n in range(200)),
    "lists and quotes": "> - " * 5_000 + "deep",
    "stars": "*" * 1_000_000,
    "stars and words": "*a **b " * 100_000,
    "brackets": "[" * 1_000_000,
    "links": "[a](" * 200_000,
    "pictures": "![[" * 200_000,
    "backticks": " ".join("`" * n for n in range(1, 300)),
    "columns": "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + "\n|" + "b|" * 5_000,
    "rows": "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n" + "a\n" * 20_000,
    "one line": "word " * 200_000,
    "lines": "a\n" * 100_000,
    "rules": "---\n" * 100_000,
    "fences": "```\n" * 100_001,
    "open brackets in lines": "[a](<b\n" * 100_000,
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_a_flood_is_text_within_bounds(flood):
    parsed = parse(flood)
    assert len(parsed.source) <= LONGEST
    assert parsed.whole == (len(flood) <= LONGEST)
    assert parsed.blocks
    assert depth(parsed.blocks) <= 22


@pytest.mark.parametrize("flood", ["quotes on lines", "lists on lines", "lists"])
def test_what_stands_too_deep_is_shown_as_it_is_written(flood):
    assert words_of(FLOODS[flood]).count("deep") == FLOODS[flood].count("deep")


def test_a_table_of_very_many_columns_is_text():
    assert all(isinstance(each, Paragraph) for each in blocks(FLOODS["columns"]))


def words_of(text):
    return " ".join(map(words, blocks(text)))


def depth(blocks):
    inner = [
        each
        for block in blocks
        for part in (
            [block.blocks]
            if isinstance(block, Quote)
            else block.items
            if isinstance(block, Items)
            else []
        )
        for each in [part]
    ]
    return 1 + max(map(depth, inner), default=0)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_is_parsed(text):
    parse(text)


def test_where_the_parser_fails_the_text_is_plain_paragraphs(monkeypatch):
    monkeypatch.setattr(markdown, "blocks_of", lambda _: 1 / 0)
    assert blocks("# a\nb\n\nc") == (Paragraph((Span("# a\nb"),)), Paragraph((Span("c"),)))
