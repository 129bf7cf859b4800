"""How far a value reaches, by the name it is given to and by its look."""

from __future__ import annotations

import pytest
from scene_chat.tools.errors import InvalidArguments
from scene_chat.tools.reach import NODE_TYPE, Reach, assess, flat, local_path, of_value
from scene_chat.tools.registry import Effect


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("render.fps", 25),
        ("render.engine", "CYCLES"),
        ('objects["Cube"].location', [0, 0, 1]),
        ('objects["a/b"].data.energy', 10),
        ('objects["driver"].location.x', 1),
        ('objects["Cube"].constraints["Follow Path"].target', "Curve"),
        ('objects["Cube"]["filepath"]', 3),
        ('objects["Text"].data.body', "either/or"),
        ('objects["Cube"].name', "A/B"),
        ("render.filepath", ""),
        ("render.filepath", None),
        ("use_path", True),
        ("view_settings.look", "AgX - High Contrast"),
        ("", ""),
        ("[0]", "x"),
    ],
)
def test_a_setting_reaches_the_scene_alone(key, value):
    assert of_value(key, value) is Reach.SCENE


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("render.filepath", "out.png"),
        ('images["Wood"].filepath_raw', "wood.png"),
        ('objects["Cube"].modifiers["Ocean"].filepath', "x"),
        ('scenes["Scene"].node_tree.nodes["File Output"].base_path', "out"),
        ('scenes["Scene"].node_tree.nodes["File Output"].directory', "out"),
        ('scenes["Scene"].node_tree.nodes["File Output"].file_name', "out"),
        ("render.bake.filepath", "x"),
        ("cache_directory", "x"),
        ("Path", "x"),
        ("FilePath", "x"),
        ("anything", "/etc/passwd"),
        ("anything", "C:\\Users"),
        ('objects["Cube"]["note"]', "a/b"),
    ],
)
def test_a_path_reaches_files(key, value):
    assert of_value(key, value) is Reach.FILES


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ('objects["Cube"].animation_data.drivers[0].driver.expression', "1"),
        ("expression", ""),
        ('materials["M"].node_tree.nodes["Script"].script', "Text"),
        ('materials["M"].node_tree.nodes["Script"].bytecode', "x"),
        ('texts["Text"].use_module', True),
        ('texts["Text"].name', "x"),
        ("node type", "ShaderNodeScript"),
    ],
)
def test_scripts_and_drivers_are_code(key, value):
    assert of_value(key, value) is Reach.CODE


@pytest.mark.parametrize("given", ["Script", "script", " Script ", "SHADERNODESCRIPT"])
def test_a_script_node_is_code_by_whatever_name_it_is_asked_for(given):
    assert of_value("node type", given) is Reach.CODE


def test_values_without_a_path_are_an_edit():
    assert assess([("render.fps", 25), ("frame_end", 10)]).effect is Effect.EDITS


def test_what_was_found_is_said():
    found = assess([("render.fps", 25), ("render.filepath", "/tmp/a.png")])
    assert found.effect is Effect.FILES
    assert found.findings == ("it sets render.filepath to /tmp/a.png",)


def test_code_comes_before_files_and_both_are_said():
    found = assess([("render.filepath", "/tmp/a.png"), ("driver.expression", "1")])
    assert found.effect is Effect.CODE
    assert found.findings == (
        "driver.expression is code",
        "it sets render.filepath to /tmp/a.png",
    )


def test_inner_objects_are_looked_into():
    values = {"a": {"b": 1, "c": {"filepath": "x"}}, "d": [{"e": 2}, 3], "f": [4, 5]}
    assert list(flat(values)) == [("b", 1), ("filepath", "x"), ("e", 2), ("d", 3), ("f", [4, 5])]


@pytest.mark.parametrize("path", ["/tmp/a.png", "//textures/a.png", "C:\\a.png", "a.png", "~/a"])
def test_a_path_of_this_machine_is_kept_as_it_is(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "\\\\server\\share\\a.png",
        "\\\\?\\UNC\\server\\share\\a.png",
        "//server\\share\\a.png",
        "\\/server\\share\\a.png",
        "/\\server\\share\\a.png",
        "http://example.org/a.png",
        "HTTPS://example.org/a.png",
        "smb://server/share/a.png",
        "file://server/share/a.png",
    ],
)
def test_a_path_of_another_machine_is_refused(path):
    with pytest.raises(InvalidArguments, match="is on another machine"):
        local_path(path)


def test_the_path_of_another_machine_is_refused_before_anybody_is_asked():
    with pytest.raises(InvalidArguments, match="is on another machine"):
        assess([("render.filepath", "\\\\server\\share\\a.png")])


@pytest.mark.parametrize("path", ["", "  ", "a\0b"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(InvalidArguments, match="is no path"):
        local_path(path)


@pytest.mark.parametrize(
    ("type", "reach"),
    [("S cript", Reach.CODE), ("ShaderNodeScript", Reach.CODE), ("Output File", Reach.FILES),
     ("OutputFile", Reach.FILES), ("File Output", Reach.FILES), ("Import OBJ", Reach.FILES),
     ("GeometryNodeImportSTL", Reach.FILES), ("Noise Texture", Reach.SCENE)],
)  # fmt: skip
def test_nodes_that_run_code_or_touch_files_are_known_in_every_spelling(type, reach):
    assert of_value(NODE_TYPE, type) is reach


@pytest.mark.parametrize("key", ["bytecode", "Bytecode", "Bytecode Hash", "Script", "expression"])
def test_code_is_known_in_every_spelling(key):
    assert of_value(key, "x") is Reach.CODE


def test_a_cache_on_disk_touches_files():
    assert (
        of_value('objects["A"].modifiers["Cloth"].point_cache.use_disk_cache', True) is Reach.FILES
    )
