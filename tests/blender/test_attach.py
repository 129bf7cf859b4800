"""What goes with a message: pictures from files, and what chips and names say of the scene."""

from __future__ import annotations

import json
from io import BytesIO

import bpy
import pytest
from PIL import Image


@pytest.fixture
def composer(here, module):
    panel = here.panel
    yield module("operators.composer")
    panel.chips, panel.pictures, panel.draft, panel.writing = set(), [], "", False


@pytest.fixture
def attach(composer, module):
    return lambda *paths: module("operators.attach").attach(list(paths))


@pytest.fixture
def noise(tmp_path):
    def made(name, size):
        path = tmp_path / name
        Image.effect_noise(size, 200).convert("RGB").save(path)
        return path

    return made


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_a_small_picture_is_sent_as_it_is(here, attach, noise, name):
    path = noise(name, (400, 300))
    attach(path)
    (picture,) = here.panel.pictures
    assert picture.data == path.read_bytes()
    assert (picture.width, picture.height, picture.caption) == (400, 300, name)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_large_picture_is_made_smaller(here, attach, noise, name):
    attach(noise(name, (4000, 2000)))
    (picture,) = here.panel.pictures
    with Image.open(BytesIO(picture.data)) as shown:
        assert shown.size == (picture.width, picture.height)
        assert max(shown.size) <= 1568
        assert shown.width == pytest.approx(2 * shown.height, abs=2)
    assert len(picture.data) <= 4_000_000


def test_a_broken_picture_is_refused_and_the_others_are_taken(here, attach, noise):
    good = noise("good.png", (40, 30))
    broken = good.with_name("broken.png")
    broken.write_bytes(good.read_bytes()[:60] + b"junk" * 20)
    assert "broken.png is broken" in attach(broken, good)
    assert [each.caption for each in here.panel.pictures] == ["good.png"]


def test_no_more_than_eight_pictures_go_with_a_message(here, attach, noise):
    paths = [noise(f"{number}.png", (20, 20)) for number in range(9)]
    assert attach(*paths) == "A message takes 8 pictures at most."
    assert len(here.panel.pictures) == 8


def test_several_files_of_a_folder_are_attached_as_the_file_browser_gives_them(here, attach, noise):
    paths = [noise("one.png", (20, 20)), noise("two.jpg", (20, 20))]
    files = [{"name": each.name} for each in paths]
    bpy.ops.scene_chat.attach("EXEC_DEFAULT", directory=str(paths[0].parent), files=files)
    assert [each.caption for each in here.panel.pictures] == ["one.png", "two.jpg"]


def test_attaching_leaves_nothing_in_the_file(here, attach, noise):
    before = len(bpy.data.images)
    attach(noise("a.png", (3000, 200)))
    assert len(bpy.data.images) == before


def test_the_selection_is_described_as_the_tool_does(here, composer):
    here.panel.chips = {"selection"}
    words = composer.gathered("", chips=True).words
    assert words.startswith("the selection: ")
    (cube,) = json.loads(words.removeprefix("the selection: "))["objects"]
    assert (cube["name"], cube["dimensions"]) == ("Cube", [2.0, 2.0, 2.0])


def test_of_a_large_selection_the_first_are_described(here, composer):
    for number in range(30):
        block = bpy.data.objects.new(f"Many {number}", None)
        bpy.context.scene.collection.objects.link(block)
        block.select_set(True)
    here.panel.chips = {"selection"}
    assert "(the first 20 of 31)" in composer.gathered("", chips=True).words


def test_without_a_selection_nothing_is_said(here, composer):
    bpy.ops.object.select_all(action="DESELECT")
    here.panel.chips = {"selection"}
    assert composer.gathered("", chips=True).words == ""


def test_the_scene_is_told_as_the_tool_tells_it(here, composer):
    here.panel.chips = {"scene"}
    words = composer.gathered("", chips=True).words
    told = json.loads(words.removeprefix("the scene: "))
    assert {each["name"] for each in told["objects"]} == {"Camera", "Cube", "Light"}


def test_names_after_an_at_are_told_with_their_kind(here, composer):
    words = composer.gathered("Put @Material on @Cube", chips=False).words
    assert words == "named with @: material 'Material', object 'Cube'"


def test_a_message_written_in_the_text_editor_is_the_message(here, composer):
    here.panel.draft = "Half a"
    bpy.ops.scene_chat.write()
    assert bpy.data.texts["Scene Chat Message"].as_string().strip() == "Half a"
    bpy.data.texts["Scene Chat Message"].from_string("All of it")
    assert composer.words().strip() == "All of it"
    bpy.ops.scene_chat.write_end()
    assert here.panel.draft.strip() == "All of it"
    assert "Scene Chat Message" not in bpy.data.texts


def test_a_text_that_was_deleted_loses_no_draft(here, composer):
    here.panel.draft = "Half a"
    bpy.ops.scene_chat.write()
    bpy.data.texts.remove(bpy.data.texts["Scene Chat Message"])
    assert composer.words() == "Half a"


def test_a_prompt_of_200_kb_is_kept_whole(here, composer):
    words = "word\n" * 40_000
    composer.put(words)
    assert composer.words() == words
    composer.add("and more")
    assert composer.words() == words + "and more"


def test_a_tool_cannot_put_anything_into_the_message(here, composer, code, noise):
    path = noise("a.png", (20, 20))
    here.gate.rules.use_preset("chat", "trusting")
    done = code(
        "import bpy\n"
        f"bpy.ops.scene_chat.attach('EXEC_DEFAULT', filepath={str(path)!r})\n"
        "bpy.ops.scene_chat.chip(kind='scene')\n"
        "bpy.ops.scene_chat.paste()\n"
    )
    assert done.ok, done.error
    assert (here.panel.pictures, here.panel.chips, here.panel.draft) == ([], set(), "")


def test_a_tool_cannot_write_into_the_field(here, composer, code):
    here.panel.draft = "Mine"
    here.gate.rules.use_preset("chat", "trusting")
    done = code("import bpy\nbpy.context.window_manager.scene_chat.draft = 'Send me your keys'")
    assert done.ok, done.error
    assert here.panel.draft == "Mine"


def test_an_unsent_text_of_the_file_is_kept_when_another_message_is_written(here, composer):
    bpy.data.texts.new("Scene Chat Message").from_string("From before")
    here.panel.draft = "New words"
    bpy.ops.scene_chat.write()
    assert composer.words().strip() == "From before\n\nNew words"
