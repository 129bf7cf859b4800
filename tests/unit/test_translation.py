"""Every text that people read goes through Blender's translation, and has a German one."""

from __future__ import annotations

import re
import string
from functools import cache

import pytest
from scene_chat.operators.german import GERMAN
from scene_chat.tools.phrase import Phrase, counted, joined
from scene_chat.tools.plain import Secrets
from unit.our_texts import Module, modules, texts, unphrased, untranslated

SAME = {
    "Agent", "Auto", "Chat", "Chats", "Code", "Details", "Markdown (.md)", "Name", "Normal", "Port",
    "Prompt", "Scene Chat", "{count} h", "{count} min", "{name} in {file}",
}  # fmt: skip
"""In German as in English."""
ELSEWHERE = {
    "operators/cli": "printed in a terminal",
    "operators/log": "a report that is sent to us",
    "operators/words": "the translation itself",
}
NO_TEXTS = re.compile(r"named with @|Scene Chat Code|scene_chat \{|restored \{")
"""What the model is told, and names of files."""


@cache
def ours() -> set[str]:
    found: set[str] = set()
    for module in modules("ui", "operators"):
        found |= texts(module, interface=True)
    for module in modules("chat", "tools", "server"):
        found |= texts(module, interface=False)
    return {text for text in found if not text.startswith("http")}


def test_every_text_has_a_german_one():
    assert sorted(ours() - SAME - set(GERMAN)) == []


def test_no_german_text_is_left_of_one_that_is_gone():
    assert sorted(set(GERMAN) - ours()) == []


def test_a_german_text_has_the_fields_of_the_english_one():
    def fields(text):
        return sorted(each[1:] for each in string.Formatter().parse(text) if each[1])

    assert [text for text, german in GERMAN.items() if fields(text) != fields(german)] == []


def test_what_people_read_passes_through_a_pattern():
    found = [
        each
        for module in modules("ui", "operators")
        if module.name not in ELSEWHERE
        for each in untranslated(module)
        if not NO_TEXTS.search(each)
    ]
    assert found == []


def test_sentences_from_below_are_phrases():
    below = modules("chat", "tools", "server")
    below = [each for each in below if not each.name.startswith(("server/mcp", "tools/handlers"))]
    assert [each for module in below for each in unphrased(module)] == []


@pytest.mark.parametrize(
    "planted",
    [
        'layout.label(text=f"Show {n} Earlier", translate=False)',
        'layout.label(text="Show " + name, translate=False)',
        'layout.label(text="Show {}".format(name), translate=False)',
        "layout.label(text=block.name)",
        'layout.operator("x.y", text="Send", translate=False)',
        'lines(layout, "Nothing is here.", metrics)',
        'self.report({"INFO"}, str(error))',
        'workspace.status_text_set("Scene Chat: %s" % title)',
        "words = name\nlayout.label(text=iface(words), translate=False)",
        'class A:\n    def description(cls, context, properties):\n        return "Send"',
    ],
)
def test_what_would_pass_untranslated_is_found(planted):
    assert list(untranslated(Module.of(planted)))


@pytest.mark.parametrize(
    "planted",
    [
        'raise ModelFailed(f"{host} cannot be reached.")',
        'raise ModelFailed("It cannot be reached.", "network")',
        'self.problem = f"{file} cannot be read."',
        'state = State("failed", problem="It failed here.")',
        'faults.note("the timer", error)',
    ],
)
def test_a_sentence_that_is_no_phrase_is_found(planted):
    assert list(unphrased(Module.of(planted)))


@pytest.mark.parametrize(
    ("planted", "text"),
    [
        ('layout.label(text="Log")', "Log"),
        ('layout.label(text="Log" if one else "Logs")', "Logs"),
        ('_HINT = "Ask"\nlayout.prop(a, "b", placeholder=_HINT)', "Ask"),
        ('words = iface("{count} steps", count=n)', "{count} steps"),
        ('words = counted(n, "{count} step", "{count} steps")', "{count} step"),
        ('x = StringProperty(name="Key", description="Your key")', "Your key"),
        ('_T = [("a", "Alpha", "First")]\nx = EnumProperty(items=_T)', "First"),
        ('class A(bpy.types.Operator):\n    """Send it"""', "Send it"),
        ('class A(bpy.types.Panel):\n    bl_label = "Model"', "Model"),
        ('self.report({"INFO"}, "Copied")', "Copied"),
        ('T = {n: Phrase(w) for n, w in {"exec": "runs code"}.items()}', "runs code"),
    ],
)
def test_a_text_that_blender_or_a_pattern_translates_is_known(planted, text):
    assert text in texts(Module.of(planted), interface=True)


def test_a_phrase_is_its_english_text_for_all_others():
    made = Phrase("{host} cannot be reached ({why}).", host="a.example", why=Phrase("no network"))
    assert made == "a.example cannot be reached (no network)."
    assert str(ValueError(made)).pattern == "{host} cannot be reached ({why})."


def test_a_phrase_with_braces_in_a_part_shows_them():
    assert Phrase("“{name}” is gone.", name="{x}") == "“{x}” is gone."
    assert joined(" ", [Phrase("One {n}.", n="{x}"), "Two {y}."]) == "One {x}. Two {y}."


def test_a_phrase_does_not_keep_an_exception_alive():
    error = OSError("full")
    assert Phrase("It cannot be written: {why}", why=error).parts["why"] == "full"


def test_a_number_has_its_own_phrase_for_one():
    assert counted(1, "{count} step", "{count:,} steps") == "1 step"
    assert counted(1200, "{count} step", "{count:,} steps") == "1,200 steps"


def test_a_phrase_stays_one_where_no_secret_is_in_it():
    secrets = Secrets()
    secrets.add("sk-or-v1-secret")
    assert isinstance(secrets.clean(Phrase("It is gone.")), Phrase)
    assert secrets.clean(Phrase("{why}!", why="sk-or-v1-secret")) == "[key]!"
