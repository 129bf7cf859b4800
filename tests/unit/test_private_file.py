"""Files for their owner alone."""

from __future__ import annotations

import os
import stat
import sys

import pytest
from scene_chat.tools import private_file


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_is_written_or_opened_is_for_its_owner_alone(tmp_path):
    before = os.umask(0)
    try:
        private_file.write(tmp_path / "folder" / "written", "a")
        os.close(private_file.opened(tmp_path / "other" / "opened", os.O_WRONLY))
    finally:
        os.umask(before)
    made = [tmp_path / "folder", tmp_path / "folder" / "written", tmp_path / "other" / "opened"]
    assert [oct(stat.S_IMODE(each.stat().st_mode)) for each in made] == ["0o700", "0o600", "0o600"]
    assert [private_file.is_open_to_others(each.stat()) for each in made] == [False] * 3
    made[1].chmod(0o640)
    assert private_file.is_open_to_others(made[1].stat())


def test_what_cannot_be_written_whole_leaves_what_was(tmp_path):
    file = tmp_path / "file"
    private_file.write(file, "before")
    with pytest.raises(UnicodeEncodeError):
        private_file.write(file, "after \udc80")
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]
