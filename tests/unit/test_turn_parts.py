"""A turn's parts as the panel shows them: runs of steps, one receipt of all, values in words."""

from __future__ import annotations

import pytest
from scene_chat.chat.runs import Run, in_runs, receipt_of
from scene_chat.chat.turns import Asked, Said, Step, Turn
from scene_chat.tools.call import CallResult
from scene_chat.tools.readable import readable
from scene_chat.tools.receipt import Receipt, joined

CUBE = {"object": ("Cube",)}


def step(*, ok=True, seconds=0.5, receipt=Receipt()):
    return Step("look", {}, CallResult(ok, seconds=seconds, receipt=receipt))


def moved(**what):
    return Receipt(changed={"object": {name: tuple(words) for name, words in what.items()}})


def test_steps_with_nothing_said_in_between_are_a_run():
    first, second, third = step(), step(), step()
    parts = [Said("I look."), first, Said(" \n"), second, Asked("And red"), third]
    shown = in_runs(parts)
    assert [type(each) for each in shown] == [Said, Run, Asked, Run]
    assert (shown[1].first, shown[1].steps) == (1, ((1, first), (3, second)))
    assert shown[3].first == 5


def test_a_run_counts_what_failed_and_adds_up_the_time_of_what_has_ended():
    run = in_runs([step(), step(ok=False), Step("look", {})])[0]
    assert (run.failed, run.seconds) == (1, 1.0)


def test_a_turns_receipt_takes_up_each_step_that_ends():
    turn = Turn(1, "Build")
    turn.parts = [step(receipt=Receipt(added=CUBE)), waiting := Step("look", {})]
    assert receipt_of(turn) == Receipt(added=CUBE)
    waiting.result = CallResult(False, receipt=moved(Lamp=["location"]))
    assert receipt_of(turn) == Receipt(CUBE, {}, moved(Lamp=["location"]).changed)


@pytest.mark.parametrize(
    ("receipts", "all_of_it"),
    [
        ([], Receipt()),
        ([Receipt(added=CUBE), Receipt(removed=CUBE)], Receipt()),
        ([Receipt(added=CUBE), moved(Cube=["location"])], Receipt(added=CUBE)),
        ([moved(Cube=["location"]), Receipt(removed=CUBE)], Receipt(removed=CUBE)),
        ([Receipt(removed=CUBE), Receipt(added=CUBE)], moved(Cube=["replaced"])),
        (
            [moved(Cube=["location"]), moved(Cube=["scale", "location"], Lamp=[])],
            moved(Cube=["location", "scale"], Lamp=[]),
        ),
        (
            [Receipt(added=CUBE), moved(Box=["renamed from Cube"])],
            Receipt(added={"object": ("Box",)}),
        ),
        (
            [moved(Cube=["scale"]), moved(Box=["renamed from Cube"]), moved(Case=["renamed from Box"])],
            moved(Case=["scale", "renamed from Cube"]),
        ),
        ([moved(Box=["renamed from Cube"]), moved(Cube=["renamed from Box"])], Receipt()),
    ],
)  # fmt: skip
def test_what_several_calls_changed_is_told_as_one(receipts, all_of_it):
    assert joined(receipts) == all_of_it


def test_data_blocks_of_one_name_and_of_other_kinds_are_kept_apart():
    both = [Receipt(added=CUBE), Receipt(removed={"mesh": ("Cube",)})]
    assert joined(both) == Receipt(CUBE, {"mesh": ("Cube",)}, {})


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"names": ["Cube", "Lamp"], "size": 2.0}, ["names: Cube, Lamp", "size: 2"]),
        ({"at": [0.1234567891, 1e9]}, ["at: 0.123457, 1e+09"]),
        ({"hidden": False, "parent": None, "modifiers": []},
         ["hidden: no", "parent: none", "modifiers: none"]),
        ({"a": {"b": 1}}, ["a:", "\u2002\u2002b: 1"]),
        ([{"name": "Cube", "type": "MESH"}], ["•\u2009name Cube · type MESH"]),
        ([{"name": "Cube", "deep": [[1, 2]]}],
         ["•", "\u2002\u2002name: Cube", "\u2002\u2002deep:", "\u2002\u2002\u2002\u2002•\u20091, 2"]),
        ({"said": "one\ntwo"}, ["said:", "\u2002\u2002one", "\u2002\u2002two"]),
        ("done", ["done"]),
        ("", [""]),
        (None, ["none"]),
        ({}, ["none"]),
        (3, ["3"]),
    ],
)  # fmt: skip
def test_values_are_written_as_a_person_reads_them(value, lines):
    assert list(readable(value)) == lines


def test_a_list_too_long_for_a_line_is_written_beneath_each_other():
    names = [f"a rather long name {n}" for n in range(20)]
    assert list(readable({"names": names}))[:2] == ["names:", f"\u2002\u2002•\u2009{names[0]}"]
