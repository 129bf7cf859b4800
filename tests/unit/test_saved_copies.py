"""Copies of the open file before a turn: real files, and a save that writes what it is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scene_chat.tools.saved_copies import SavedCopies


def saving(megabytes=0.001):
    """What saves a file of that size, which begins and ends as a .blend does."""
    inside = bytes(int(megabytes * 1e6) - 8)
    return lambda path: path.write_bytes(b"BLEN" + inside + b"ENDB")


def names(folder):
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def copies(tmp_path):
    return SavedCopies(tmp_path / "copies")


@pytest.fixture
def chair(tmp_path):
    """The file that is open."""
    file = tmp_path / "chair.blend"
    file.write_bytes(b"the chair")
    return str(file)


def test_a_copy_says_whose_it_is_and_before_which_turn_it_was_made(copies, chair):
    made = copies.make("make it red", chair, saving(0.5))
    assert made.path.stat().st_size == 500_000
    assert (made.file, made.turn, made.megabytes, made.name) == (
        chair, "make it red", 0.5, "chair.blend",
    )  # fmt: skip
    assert made.path.name.startswith("chair ")


def test_a_file_that_was_not_saved_yet_is_copied_too(copies):
    made = copies.make("a turn", "", saving())
    assert (made.file, made.name) == ("", "unsaved file")
    assert made.path.exists()


def test_any_blender_with_that_folder_finds_them_the_latest_first(copies, chair):
    first = copies.make("one", chair, saving())
    second = copies.make("two", chair, saving())
    assert SavedCopies(copies.folder).listed() == [second, first]


def test_two_within_a_second_are_two(copies, chair):
    made = [copies.make(f"turn {n}", chair, saving()) for n in range(5)]
    assert len({each.path for each in made}) == 5
    assert [each.turn for each in copies.listed()] == [f"turn {n}" for n in range(4, -1, -1)]


def test_the_oldest_go_when_there_are_too_many(copies, chair):
    copies.count = 3
    for number in range(6):
        copies.make(f"turn {number}", chair, saving())
    assert [each.turn for each in copies.listed()] == ["turn 5", "turn 4", "turn 3"]
    assert len(names(copies.folder)) == 2 * 3


def test_the_one_that_is_being_opened_is_not_rotated_away(copies, chair):
    copies.count = 1
    wanted = copies.make("wanted", chair, saving())
    with copies.sparing(wanted):
        copies.make("what was open", chair, saving())
        assert wanted.path.exists()
    copies.make("the next", chair, saving())
    assert [each.turn for each in copies.listed()] == ["the next"]


def test_one_that_is_removed_is_gone_with_what_was_said_of_it(copies, chair):
    made = copies.make("a turn", chair, saving())
    changes = copies.changes
    copies.remove(made)
    assert names(copies.folder) == []
    assert copies.listed() == []
    assert copies.changes > changes


def test_none_is_made_where_they_are_switched_off(copies, chair):
    copies.megabytes = 0
    assert copies.make("a turn", chair, pytest.fail) is None
    assert copies.problem == ""


def test_a_file_that_is_too_large_on_disk_is_not_even_tried_and_it_says_so(copies, chair):
    copies.megabytes = 1
    saving(2.0)(Path(chair))
    assert copies.make("a turn", chair, pytest.fail) is None
    assert "the file has 2 MB, and copies are made of files up to 1 MB" in copies.problem


def test_one_that_turns_out_too_large_is_not_kept_nor_tried_again(copies):
    copies.megabytes = 1
    assert copies.make("a turn", "", saving(2.0)) is None
    assert "the file has 2 MB" in copies.problem
    assert names(copies.folder) == []
    assert copies.make("the next", "", pytest.fail) is None


def test_after_another_file_was_opened_it_is_tried_again(copies):
    copies.megabytes = 1
    copies.make("a turn", "", saving(2.0))
    copies.forget()
    assert copies.problem == ""
    assert copies.make("the next", "", saving()) is not None


def test_a_disk_that_is_full_half_way_leaves_nothing_and_it_says_so(copies, chair):
    older = copies.make("older", chair, saving())

    def save(path):
        path.with_name(path.name + "@").write_bytes(b"half")  # as Blender writes
        path.write_bytes(b"half")
        raise RuntimeError("Error: No space left on device\n")

    assert copies.make("a turn", chair, save) is None
    assert copies.problem == "No copy was saved before this turn: No space left on device"
    assert copies.listed() == [older]
    assert len(names(copies.folder)) == 2


@pytest.mark.parametrize(
    "written",
    [b"", b"BLEN", b"BLENDER17-01v0500" + bytes(900), b"\x28\xb5\x2f\xfd" + bytes(900), b"ENDB"],
)
def test_what_was_saved_but_not_to_its_end_is_no_copy(copies, chair, written):
    assert copies.make("a turn", chair, lambda path: path.write_bytes(written)) is None
    assert copies.problem == "No copy was saved before this turn: it was not written whole"
    assert names(copies.folder) == []


def test_where_little_is_free_it_says_how_much(copies, chair):
    copies.megabytes = 1 << 40
    assert copies.make("a turn", chair, lambda path: path.write_bytes(b"")) is None
    assert "it was not written whole (" in copies.problem
    assert copies.problem.endswith(" MB are free there)")


def test_an_error_without_words_is_told_too(copies, chair):
    def save(_path):
        raise RuntimeError

    assert copies.make("a turn", chair, save) is None
    assert copies.problem == "No copy was saved before this turn: it cannot be written"


def test_a_name_as_long_as_names_may_be_is_cut(copies, tmp_path):
    made = copies.make("a turn", str(tmp_path / f"{'椅' * 80}.blend"), saving())
    assert made.path.exists(), copies.problem


def test_a_folder_that_cannot_be_made_is_told_and_the_next_success_takes_it_back(tmp_path, chair):
    (tmp_path / "taken").write_text("a file")
    copies = SavedCopies(tmp_path / "taken" / "copies")
    assert copies.make("a turn", chair, saving()) is None
    assert "No copy was saved before this turn" in copies.problem
    assert copies.listed() == []
    copies.folder = tmp_path / "free"
    assert copies.make("a turn", chair, saving()) is not None
    assert copies.problem == ""


def test_what_is_half_written_or_foreign_is_passed_over(copies, chair):
    made = copies.make("a turn", chair, saving())
    words = json.loads(made.path.with_suffix(".json").read_text("utf-8"))
    others = {
        "half": made.path.with_suffix(".json").read_text("utf-8")[:20],
        "list": "[]",
        "more": json.dumps({**words, "of a later version": 1}),
        "alone": json.dumps(words),  # its .blend was taken away
        "bytes": "\udcff",
    }
    for name, text in others.items():
        (copies.folder / f"{name}.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        if name != "alone":
            (copies.folder / f"{name}.blend").write_bytes(b"")
    assert SavedCopies(copies.folder).listed() == [made]
