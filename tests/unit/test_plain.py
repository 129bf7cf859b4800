"""Results as JSON can hold them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from scene_chat.tools.plain import Secrets, plain
from scene_chat.tools.receipt import Receipt


class Unspeakable:
    def __repr__(self):
        raise RuntimeError


@dataclass
class Row:
    name: str
    place: tuple[float, ...]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (10**30, str(10**30)),
        ("a\udc80b", "a\\udc80b"),
        ({1, 2}, [1, 2]),
        ({1: "a"}, {"1": "a"}),
        (Row("A", (1.0, 2.0)), {"name": "A", "place": [1.0, 2.0]}),
        (range(2), "range(0, 2)"),
        (Unspeakable(), "<Unspeakable whose repr raised RuntimeError>"),
    ],
)
def test_a_value_becomes_json(value, expected):
    made = plain(value, Secrets())
    assert made == expected
    json.dumps(made, allow_nan=False).encode()


def test_a_value_that_holds_itself_ends():
    value = []
    value.append(value)
    json.dumps(plain(value, Secrets()))


def test_a_secret_is_replaced_wherever_it_stands():
    secrets = Secrets()
    secrets.add("sk-or-v1-secret")
    made = plain({"sk-or-v1-secret": ["x sk-or-v1-secret y"]}, secrets)
    assert made == {"[key]": ["x [key] y"]}


def test_a_receipt_of_many_names_stays_one_short_line():
    names = tuple(f"Cube.{number:03}" for number in range(1000))
    said = Receipt(added={"object": names}, removed={"material": ("Red",)}).text()
    assert said.startswith("Added objects Cube.000, Cube.001")
    assert said.endswith("and 992 more; removed material Red")


def test_an_empty_receipt_is_false_and_says_nothing():
    assert not Receipt()
    assert Receipt().text() == ""
