"""Which files can be attached as pictures."""

from __future__ import annotations

import struct

import pytest
from PIL import Image
from scene_chat.chat.attachments import MEGABYTES, NoPicture, _size, media_type


@pytest.fixture
def picture(tmp_path):
    def made(name, size=(30, 20), **how):
        path = tmp_path / name
        Image.new("RGB", size).save(path, **how)
        return path

    return made


@pytest.mark.parametrize(
    ("name", "media"), [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a.webp", "image/webp")]
)
def test_what_models_take_is_known_by_its_content(picture, name, media):
    assert media_type(picture(name)) == media


def test_a_wrong_ending_does_not_matter(picture, tmp_path):
    path = picture("a.png").rename(tmp_path / "a.jpg")
    assert media_type(path) == "image/png"


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"not a picture", b"\x89PNG", b"RIFF1234WAVE"])
def test_what_is_no_picture_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "notes.png"
    path.write_bytes(content)
    with pytest.raises(NoPicture, match=r"notes\.png is no picture that models take"):
        media_type(path)


def test_a_file_of_80_mb_is_refused(tmp_path, picture):
    path = picture("a.png")
    with path.open("r+b") as file:
        file.truncate(80_000_000)
    with pytest.raises(NoPicture, match=f"has 80 MB; a picture may have {MEGABYTES}"):
        media_type(path)


def test_a_small_file_that_unpacks_to_too_much_is_refused(tmp_path, picture):
    path = picture("a.png")
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", 60_000, 60_000)
    path.write_bytes(data)
    with pytest.raises(NoPicture, match="60,000 × 60,000 pixels"):
        media_type(path)


def test_a_file_that_is_gone_is_said_to_be(tmp_path):
    with pytest.raises(NoPicture, match=r"a\.png cannot be read \(No such file"):
        media_type(tmp_path / "a.png")


def test_a_folder_is_said_to_be_one(tmp_path):
    (tmp_path / "pictures").mkdir()
    with pytest.raises(NoPicture, match=r"pictures is a folder\. Choose a picture in it\."):
        media_type(tmp_path / "pictures")


@pytest.mark.parametrize("how", [{}, {"progressive": True}, {"exif": b"Exif\0\0" + b"x" * 60_000}])
def test_the_size_of_a_jpeg_is_found_behind_its_preview(picture, how):
    head = picture("a.jpg", (300, 200), **how).read_bytes()
    assert _size(head, "image/jpeg") == (300, 200)


def test_a_jpeg_that_ends_too_soon_has_no_size(picture):
    head = picture("a.jpg").read_bytes()
    for length in range(2, 200):
        assert _size(head[:length], "image/jpeg") in ((0, 0), (30, 20))
