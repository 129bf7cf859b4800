"""The token of the port: made once, for its owner's eyes alone, and compared in constant time."""

from __future__ import annotations

import os
import stat
import sys

import pytest
from scene_chat.server.token import Token
from scene_chat.tools.plain import Secrets

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "port" / "token"


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_made_at_its_first_use_and_read_again_afterwards(path):
    token = Token(path)
    assert not path.parent.exists()
    assert len(token.value) >= 43
    assert path.read_text() == token.value + "\n"
    assert Token(path).value == token.value
    assert token.problem == ""


@POSIX
def test_nobody_else_may_read_it_or_look_into_its_folder(path):
    before = os.umask(0)
    try:
        made = Token(path).value
    finally:
        os.umask(before)
    assert made
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_two_tokens_are_never_the_same(tmp_path):
    assert Token(tmp_path / "a").value != Token(tmp_path / "b").value


@POSIX
@pytest.mark.parametrize("open_to", [0o640, 0o604, 0o666])
def test_one_that_others_could_read_is_replaced_and_said_to_be(path, open_to):
    before = Token(path).value
    path.chmod(open_to)
    token = Token(path)
    assert token.value != before
    assert mode(path) == 0o600
    assert token.problem.startswith("Other accounts could read the token of the port, so it was")


@POSIX
def test_one_that_is_opened_to_others_meanwhile_is_replaced_too(path):
    token = Token(path)
    before = token.value
    path.chmod(0o644)
    assert not token.matches(before)
    assert "Other accounts" in token.problem


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"short", b"two words " * 5, b"\xff" * 43, b"a" * 10_000, "ä".encode() * 43],
)
def test_a_damaged_one_is_replaced_and_said_to_be(path, text):
    before = Token(path).value
    path.write_bytes(text)
    token = Token(path)
    assert len(token.value) >= 43
    assert token.value != before
    assert path.read_text() == token.value + "\n"
    assert "was damaged, so it was replaced" in token.problem


def test_one_of_the_persons_own_is_taken(path):
    Token(path).renew()
    path.write_text("my-own-token-of-forty-three-characters-0123\n")
    token = Token(path)
    assert token.matches("my-own-token-of-forty-three-characters-0123")
    assert token.problem == ""


def test_a_place_that_cannot_be_written_gives_a_token_for_the_session(tmp_path):
    (tmp_path / "taken").write_text("a file")
    token = Token(tmp_path / "taken" / "token")
    made = token.value
    assert token.value == made
    assert token.matches(made)
    assert "so it holds until Blender ends" in token.problem
    assert Token(token.path).value != made


def test_only_the_token_itself_matches(path):
    token = Token(path)
    assert token.matches(token.value)
    wrong = [
        "",
        " ",
        token.value[:-1],
        token.value + "x",
        token.value.swapcase(),
        "ä",
        "\udc80",
        "\0",
    ]
    assert [each for each in wrong if token.matches(each)] == []


def test_a_renewed_one_holds_at_once_and_the_old_one_no_more(path):
    token = Token(path)
    old = token.value
    new = token.renew()
    assert new != old
    assert token.matches(new)
    assert not token.matches(old)
    assert Token(path).value == new


def test_one_that_another_blender_renewed_holds_here_as_well(path):
    here, there = Token(path), Token(path)
    old = here.value
    new = there.renew()
    assert here.matches(new)
    assert not here.matches(old)


def test_deleting_the_file_makes_another_one(path):
    token = Token(path)
    old = token.value
    path.unlink()
    assert not token.matches(old)
    assert path.read_text() == token.value + "\n"


def test_it_leaves_with_no_result_and_no_log(path):
    hidden = Secrets()
    token = Token(path, hidden)
    assert hidden.clean(f"it is {token.value}.") == "it is [key]."
    assert hidden.clean(token.renew()) == "[key]"
    read = Secrets()
    assert read.clean(Token(path, read).value) == "[key]"
