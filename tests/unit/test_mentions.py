"""Names of data-blocks in a message."""

from __future__ import annotations

import pytest
from scene_chat.chat.mentions import as_mention, mentioned

BLOCKS = {
    "Cube": ["object", "mesh"],
    "Cube.001": ["object"],
    "Rack 01": ["object"],
    "Red": ["material"],
    "Größe": ["object"],
    "a/b": ["object"],
    'say "hi"': ["object"],
}


def kinds_of(name):
    return BLOCKS.get(name, [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Make @Cube red", [("object", "Cube")]),
        ("Is @Cube.001 larger than @Cube?", [("object", "Cube.001"), ("object", "Cube")]),
        ("Move @Cube.", [("object", "Cube")]),
        ("Copy @Rack 01 twice", [("object", "Rack 01")]),
        ('Copy @"Rack 01" twice', [("object", "Rack 01")]),
        ("@Red on @Größe", [("material", "Red"), ("object", "Größe")]),
        ("@a/b, please", [("object", "a/b")]),
        ("@Cube and @Cube again", [("object", "Cube")]),
        ("mail me@Cube", []),
        ("@Cubes", []),
        ("@Nothing at all", []),
        ("an @ alone, and @", []),
        ('@"', []),
    ],
)
def test_names_after_an_at_are_found(text, found):
    assert mentioned(text, kinds_of) == found


@pytest.mark.parametrize("name", list(BLOCKS))
def test_what_is_inserted_is_found_again(name):
    assert mentioned(f"Look at {as_mention(name)} now", kinds_of)[0][1] == name


def test_a_text_of_nothing_but_ats_names_nothing():
    assert mentioned("@" * 200_000, kinds_of) == []


def test_no_more_than_fifty_names_are_taken():
    text = " ".join(f"@n{number}" for number in range(80))
    assert len(mentioned(text, lambda name: ["object"])) == 50
