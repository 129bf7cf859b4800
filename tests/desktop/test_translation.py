"""The panel in another language: German, which the extension brings along."""

from __future__ import annotations

import contextlib

import pytest
from desktop.program import HEIGHT, WIDTH, NotSeen, until

SCREEN = (0, 0, WIDTH, HEIGHT)
SPEAK = """
view = bpy.context.preferences.view
view.language = {language!r}
view.use_translate_interface = view.use_translate_tooltips = {on}
"""
PREFERENCES = """
bpy.ops.screen.userpref_show(section='ADDONS')
bpy.ops.preferences.addon_show(module=EXTENSION)
"""
CLOSE = """
with bpy.context.temp_override(window=bpy.context.window_manager.windows[-1]):
    bpy.ops.wm.window_close()
"""
MENTION = """
window = bpy.context.window_manager.windows[0]
with bpy.context.temp_override(window=window, area=window.screen.areas[0]):
    bpy.ops.scene_chat.mention('INVOKE_DEFAULT')
"""
SELECT = "for each in bpy.context.view_layer.objects: each.select_set(each.name == 'Cube')"


@pytest.fixture
def german(program):
    """Have Blender speak German for the length of a test."""
    program.aside(SPEAK.format(language="de_DE", on=True))
    until(lambda: program.reads("Senden"), lambda: f"it is not German: {program.shot('german-no')}")
    yield program
    program.aside(SPEAK.format(language="en_US", on=False))
    program.read_hint()


def chips(program):
    """The row beneath the composer."""
    left, top, right, _ = program.sidebar
    return left, top + 62, right - 40, top + 150


def test_a_turn_and_all_around_it_are_german(german):
    german.shot("german-first")
    german.write("Inspect the cube")
    german.key("Return")
    german.hover(600, 700)
    assert german.turn()[:2] == ["done", "It is painted."]
    german.read("Neu")
    german.click_on("4 Schritte")
    german.hover(600, 700)
    german.read("execute_code")
    german.shot("german-turn")
    for english in ("steps", "failed", "Added", "Changed", "Clients"):
        assert not german.reads(english), english


def test_a_question_before_code_runs_is_german(german):
    german.write("Ask about the forbidden folders")
    german.key("Return")
    german.hover(600, 700)
    german.read("Einmal erlauben")
    german.read("importiert os")
    german.shot("german-question")
    german.click_on("Verweigern")
    german.hover(600, 700)
    german.turn()


def test_what_an_object_is_called_is_not_translated(german):
    """Blender knows a German word for cube, and would put it there."""
    german.run(SELECT)
    german.read("Cube", box=chips(german))
    german.aside(MENTION)
    german.read("Cube", box=(0, 0, german.sidebar[0], HEIGHT))
    german.shot("german-names")
    german.key("Escape")


def test_a_tooltip_of_parts_is_german(german):
    german.run(SELECT)
    x, y = german.read("Cube", box=chips(german)).middle

    def told():
        german.hover(600, 700)
        german.hover(x, y)
        with contextlib.suppress(NotSeen):
            return german.read("Objekte beschreiben", box=(x - 100, y, WIDTH, y + 80), patience=4)

    until(told, lambda: f"no tooltip: {german.shot('german-no-tooltip')}")
    german.shot("german-tooltip")


def test_the_preferences_are_german(german):
    german.aside(PREFERENCES)
    german.read("Zeitgrenze", box=SCREEN)
    german.shot("german-preferences")
    german.aside(CLOSE)
