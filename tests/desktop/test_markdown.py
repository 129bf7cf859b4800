"""An answer in Markdown, and what its buttons do."""

from __future__ import annotations

import pytest
from desktop.program import until
from desktop.scenes import BOOK, CODE, MARKDOWN

WINDOWS = "[a.type for w in bpy.context.window_manager.windows for a in w.screen.areas]"
TEXTS = "{t.name: t.as_string() for t in bpy.data.texts}"
ANSWERED = """
from bl_ext.user_default.scene_chat.operators import runtime, timer
from bl_ext.user_default.scene_chat.chat.turns import Said, Turn
from bl_ext.user_default.scene_chat.chat.events import End
runtime.current().chat.turns.append(Turn(1, "Explain", parts=[Said(TEXT)], end=End("done")))
runtime.current().chat.changes += 1
timer.redraw()
"""
TO_THE_END = """
for area in bpy.context.window_manager.windows[0].screen.areas:
    for region in area.regions:
        if area.type == "VIEW_3D" and region.type == "UI":
            window = bpy.context.window_manager.windows[0]
            with bpy.context.temp_override(window=window, area=area, region=region):
                bpy.ops.view2d.pan(deltax=0, deltay=-100000)
"""


def code_button(program, from_right):
    """Where a button of the code's header is, counted from the right end: 0 or 1."""
    header = program.read("Python")
    right = program.sidebar[2] - 48
    return right - 20 * from_right, header.middle[1]


@pytest.fixture
def no_texts(program):
    """Remove the texts, and the window in which they are shown, after the test."""
    yield
    program.aside(
        "for window in list(bpy.context.window_manager.windows)[1:]:\n"
        "    with bpy.context.temp_override(window=window):\n"
        "        bpy.ops.wm.window_close()\n"
        "for text in list(bpy.data.texts):\n"
        "    bpy.data.texts.remove(text)"
    )


def show(program, text):
    program.aside(ANSWERED.replace("TEXT", repr(text), 1))


def test_all_blocks_are_drawn(program):
    program.say("Explain")
    assert program.turn()[1] == MARKDOWN.strip()
    program.read("A row of racks")
    program.read("The rack has ten copies along Y, 2 m")
    program.read("1. Measure the rack")
    program.read("offset 2 m")
    program.read("A modifier keeps the mesh")
    program.read("Rack 10 2.00 m")
    program.read("By a script")
    program.read("the manual (docs.blender.org)")
    program.shot("markdown")


def test_typing_survives_markdown_that_streams_in(program):
    program.say("Write a book")
    program.read("A row of racks")
    program.write("Greet me while it goes on writing")
    program.click(600, 700)
    assert program.value("here.panel.draft") == "Greet me while it goes on writing"
    assert program.turn()[1] == BOOK.strip()
    drawn = (
        "from bl_ext.user_default.scene_chat.ui import markdown\n"
        "print([(len(each.text), len(each.parsed.blocks)) for each in markdown._said.values()][-1])"
    )
    until(lambda: program.aside(drawn) == f"({len(BOOK)}, 54)\n", "its end is not drawn")


def test_a_link_opens_in_the_browser(program):
    program.opened.forget()
    program.say("Explain")
    program.turn()
    program.click_on("the manual (docs.blender.org)")
    # Blender tells its own manual which version asks.
    assert program.address().partition("?")[0] == "https://docs.blender.org/manual/en/latest/"


def test_code_is_copied_to_the_letter(program):
    program.aside("bpy.context.window_manager.clipboard = ''")
    program.say("Explain")
    program.turn()
    copied = "print(bpy.context.window_manager.clipboard, end='')"

    def clicked():  # a click that gets lost while the panel is drawn anew has another go
        program.press(*code_button(program, 1))
        return program.aside(copied) == CODE.strip("\n")

    until(clicked, "the code is not copied")


def test_code_opens_in_the_text_editor(program, no_texts):
    program.say("Explain")
    program.turn()
    program.press(*code_button(program, 0))
    until(lambda: "TEXT_EDITOR" in program.value(WINDOWS), "no Text Editor")
    assert program.value(TEXTS) == {"Scene Chat Code.py": CODE.strip("\n")}


def test_a_very_long_answer_is_cut_and_the_text_editor_has_it_all(program, no_texts):
    text = "\n\n".join(f"Paragraph {n}." for n in range(1500))
    show(program, text)
    program.read("Paragraph 3")
    program.aside(TO_THE_END)
    program.click_on("Show All in Text Editor")
    until(lambda: "TEXT_EDITOR" in program.value(WINDOWS), "no Text Editor")
    assert program.value(TEXTS) == {"Scene Chat Answer.md": text}


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " deep in quotes",
        "- " * 10_000 + "deep in a list",
        "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000,
        "*" * 1_000_000,
        "[" * 1_000_000,
        "مرحبا 🙂 **床** \x1b[31m \u202eevil\n\n`\x00`",
    ],
    ids=["quotes", "lists", "columns", "stars", "brackets", "signs"],
)
def test_a_flood_is_drawn_and_the_panel_stays(program, text):
    show(program, text)
    program.read("Explain")
    program.shot("flood")
    assert program.value("len(here.faults.known)") == 0
    program.say("Greet me")
    assert program.turn(2)[1] == "Good day to you."
