"""What the model is told with a person's message: what it may mean, and what changed meanwhile."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture
def scene(here):
    """The running Blender's scene as the call path sees it, as a turn has just left it."""
    scene = here.scene
    scene.leave()
    return scene


def test_it_says_what_is_active_selected_and_in_which_mode(scene):
    assert scene.situation() == "mode OBJECT; active 'Cube' (MESH); selected 'Cube'; frame 1"


def test_it_says_what_the_user_moved_added_and_removed_since_the_last_turn(scene):
    bpy.data.objects["Cube"].location.x = 3
    bpy.data.objects.remove(bpy.data.objects["Light"])
    bpy.context.collection.objects.link(bpy.data.objects.new("Mark", None))
    told = scene.situation().partition("since your last answer, not by you: ")[2]
    assert told == "Added object Mark; changed object Cube (location); removed object Light"


def test_it_says_which_setting_the_user_changed(scene):
    bpy.context.scene.render.resolution_x = 640
    assert "resolution_x" in scene.situation()


def test_what_the_chat_itself_changed_is_no_news(scene, call):
    call("create_object", type="cube", name="Ours")
    assert "since your last answer" not in scene.situation()
    scene.leave()
    assert "since your last answer" not in scene.situation()


def test_what_a_client_changed_is_news(scene, call):
    call("create_object", caller="client", type="cube", name="Theirs")
    assert "not by you: Added object Theirs" in scene.situation()


def test_a_look_alone_changes_nothing(scene, call):
    call("get_scene_info")
    call("look", size=64)
    call("lookup", name="Noise Texture")
    assert "since your last answer" not in scene.situation()


def test_another_file_is_news_of_its_own(scene):
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    assert scene.situation().endswith("another file was opened since your last answer")


def test_much_that_changed_is_told_in_little(scene):
    for number in range(500):
        made = bpy.data.objects.new(f"A rather long name for an empty, {number:03}", None)
        bpy.context.collection.objects.link(made)
    assert "and 492 more" in scene.situation()
    assert len(scene.situation()) < 1_200


def test_a_turn_leaves_the_scene_noted(here, scene):
    bpy.data.objects["Cube"].location.x = 3
    here.chat.ended()
    here.run_until(lambda: len(here.queue) == 0)
    assert "since your last answer" not in scene.situation()
