"""import_file and export_file: every format there and back, and what is left alone."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest

# Blender 5.2's own FBX exporter still uses what NumPy deprecates.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Setting the shape on a NumPy array:DeprecationWarning"
)

FOUR = bpy.app.version < (5, 0, 0)
FORMATS = ["obj", "stl", "ply", "fbx", "glb", "gltf", "usd", "usda", "usdc", "usdz", "abc"]


@pytest.fixture(autouse=True)
def _files_pass(here, request):
    if "asks" not in request.node.name:
        here.gate.allow("chat", ["files"])


@pytest.fixture
def export(call, tmp_path):
    """Export, which has to work; give the path."""

    def one(name, **rest):
        result = call("export_file", filepath=str(tmp_path / name), **rest)
        assert result.ok, result.error
        assert result.value == {"filepath": str(tmp_path / name),
                                "bytes": (tmp_path / name).stat().st_size}  # fmt: skip
        return str(tmp_path / name)

    return one


@pytest.fixture
def bring(call):
    """Import, which has to work; give the result."""

    def one(path, **rest):
        result = call("import_file", filepath=str(path), **rest)
        assert result.ok, result.error
        return result

    return one


def empty():
    for each in list(bpy.data.objects):
        bpy.data.objects.remove(each)


def meshes(names):
    return [bpy.data.objects[n] for n in names if bpy.data.objects[n].type == "MESH"]


@pytest.mark.parametrize("kind", [*FORMATS, *(["dae"] if FOUR else [])])
def test_a_mesh_goes_out_and_comes_back(export, bring, kind):
    path = export(f"cube.{kind}", names=["Cube"])
    empty()
    result = bring(path)
    (cube,) = meshes(result.value["names"])
    bpy.context.view_layer.update()
    assert [round(each, 4) for each in cube.dimensions] == [2, 2, 2]
    assert len(cube.data.polygons) in (6, 12)
    assert "object" in result.receipt.added


@pytest.mark.parametrize("kind", FORMATS)
def test_only_what_was_named_goes_out(export, bring, kind):
    copy = bpy.data.objects["Cube"].copy()
    copy.name = "Other"
    bpy.context.collection.objects.link(copy)
    bpy.context.view_layer.update()
    path = export(f"one.{kind}", names=["Other"])
    empty()
    assert len(meshes(bring(path).value["names"])) == 1


def test_selection_active_object_and_mode_stay_the_users(export):
    bpy.data.objects["Light"].select_set(True)
    bpy.context.view_layer.objects.active = bpy.data.objects["Light"]
    export("a.obj", names=["Cube"])
    assert {each.name for each in bpy.context.selected_objects} == {"Cube", "Light"}
    assert bpy.context.view_layer.objects.active.name == "Light"


def test_edit_mode_is_come_back_to_after_an_export(export):
    bpy.ops.object.mode_set(mode="EDIT")
    export("a.obj", names=["Cube"])
    assert bpy.context.mode == "EDIT_MESH"


def test_edit_mode_is_come_back_to_after_an_import(export, bring):
    path = export("a.obj", names=["Cube"])
    bpy.ops.object.mode_set(mode="EDIT")
    bring(path)
    assert bpy.context.mode == "EDIT_MESH"
    assert bpy.context.view_layer.objects.active.name == "Cube"


def test_an_export_changes_nothing_of_the_scene(call, module, tmp_path):
    fingerprint = module("tools.handlers.fingerprint").fingerprint
    before = fingerprint()
    result = call("export_file", filepath=str(tmp_path / "a.glb"), names=["Cube"])
    assert fingerprint() == before
    assert not result.receipt


def test_a_hidden_object_goes_out_and_stays_hidden(export, bring):
    bpy.data.objects["Cube"].hide_set(True)
    path = export("a.obj", names=["Cube"])
    assert bpy.data.objects["Cube"].hide_get()
    assert len(meshes(bring(path).value["names"])) == 1


def test_an_exporters_own_options(export):
    path = export("a.obj", names=["Cube"], properties={"global_scale": 10, "forward_axis": "Y",
                                                       "up_axis": "Z"})  # fmt: skip
    numbers = [float(line.split()[3]) for line in Path(path).read_text().splitlines()
               if line.startswith("v ")]  # fmt: skip
    assert max(numbers) == 10


def test_modifiers_go_out_applied(export, bring):
    bpy.data.objects["Cube"].modifiers.new("Fine", "SUBSURF").levels = 1
    path = export("a.obj", names=["Cube"])
    empty()
    assert len(meshes(bring(path).value["names"])[0].data.polygons) == 24


def test_an_importers_own_options_and_a_collection(export, bring):
    path = export("a.stl", names=["Cube"])
    bpy.context.scene.collection.children.link(bpy.data.collections.new("Imported"))
    result = bring(path, collection="Imported", properties={"global_scale": 0.5})
    (cube,) = meshes(result.value["names"])
    assert [each.name for each in cube.users_collection] == ["Imported"]
    bpy.context.view_layer.update()
    assert cube.dimensions.x == pytest.approx(1)


def test_gltf_comes_with_its_parts(export, tmp_path):
    export("a.gltf", names=["Cube"])
    assert {each.name for each in tmp_path.iterdir()} == {"a.gltf", "a.bin"}


def test_a_drawing_comes_in_as_curves(bring, tmp_path):
    path = tmp_path / "a.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">'
        '<rect width="10" height="5"/></svg>'
    )
    names = bring(path).value["names"]
    assert [bpy.data.objects[each].type for each in names] == ["CURVE"]


@pytest.mark.filterwarnings("ignore:unclosed file")  # Blender's own importer leaves it to Python
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_motion_goes_out_and_comes_back(export, bring):
    bpy.ops.object.armature_add()
    rig = bpy.context.object.name
    path = export("a.bvh", names=[rig])
    names = bring(path).value["names"]
    assert [bpy.data.objects[each].type for each in names] == ["ARMATURE"]


def test_an_image_comes_in(bring, tmp_path):
    image = bpy.data.images.new("made", 4, 2)
    image.filepath_raw, image.file_format = str(tmp_path / "a.png"), "PNG"
    image.save()
    bpy.data.images.remove(image)
    result = bring(tmp_path / "a.png")
    assert result.value == {"image": "a.png"}
    assert tuple(bpy.data.images["a.png"].size) == (4, 2)
    assert result.receipt.added == {"image": ("a.png",)}


@pytest.fixture
def library(tmp_path):
    """A .blend of a collection, two objects and a material, none of them in the present file."""
    mesh = bpy.data.meshes.new("Chair")
    mesh.materials.append(bpy.data.materials.new("Oak"))
    chair, lamp = bpy.data.objects.new("Chair", mesh), bpy.data.objects.new("Lamp", None)
    group = bpy.data.collections.new("Furniture")
    group.objects.link(chair)
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {group, chair, lamp}, fake_user=True)
    for each in (group, chair, lamp, mesh, bpy.data.materials["Oak"]):
        bpy.data.batch_remove([each])
    return path


def test_a_blend_lists_what_it_has(bring, library):
    result = bring(library)
    told = {place: sorted(names) for place, names in result.value.items()}
    assert told == {"objects": ["Chair", "Lamp"], "collections": ["Furniture"],
                    "materials": ["Oak"]}  # fmt: skip
    assert not result.receipt
    assert "Chair" not in bpy.data.objects


def test_an_object_is_appended_with_what_it_needs(bring, library):
    result = bring(library, names=["Chair"])
    chair = bpy.data.objects["Chair"]
    assert result.value == {"appended": ["Chair"]}
    assert (chair.library, chair.data.library) == (None, None)
    assert chair.users_collection[0] == bpy.context.scene.collection
    assert bpy.data.materials["Oak"].library is None
    assert result.receipt.added["object"] == ("Chair",)


def test_an_object_is_linked(bring, library):
    result = bring(library, names=["Chair"], link=True)
    assert result.value == {"linked": ["Chair"]}
    assert bpy.data.objects["Chair"].library.filepath == library
    assert bpy.data.objects["Chair"] in list(bpy.context.scene.objects)


def test_a_collection_is_appended_into_another(bring, library):
    bpy.context.scene.collection.children.link(bpy.data.collections.new("Room"))
    bring(library, names=["Furniture"], collection="Room")
    assert bpy.data.collections["Room"].children.keys() == ["Furniture"]
    assert bpy.data.objects["Chair"] in list(bpy.context.scene.objects)


def test_a_material_is_appended_alone(bring, library):
    assert bring(library, names=["Oak"]).value == {"appended": ["Oak"]}
    assert "Chair" not in bpy.data.objects


def test_a_world_is_appended_where_asked(bring, tmp_path):
    world = bpy.data.worlds.new("Dusk")
    bpy.data.libraries.write(str(tmp_path / "w.blend"), {world})
    bpy.data.worlds.remove(world)
    assert bring(tmp_path / "w.blend", names=["Dusk"]).value == {"appended": ["Dusk"]}


def test_what_was_linked_cannot_be_changed_until_it_is_made_local(call, bring, library):
    bring(library, names=["Chair"], link=True)
    result = call("set_object", names=["Chair"], location=[1, 0, 0])
    assert "is linked from" in result.error
    made = call("run_operator", operator="object.make_local", names=["Chair"],
                properties={"type": "SELECT_OBJECT"})  # fmt: skip
    assert made.ok, made.error
    assert call("set_object", names=["Chair"], location=[1, 0, 0]).ok


def test_a_copy_leaves_the_files_own_path_and_its_unsaved_changes(export, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"))
    bpy.data.objects["Cube"].location.x = 7
    bpy.ops.ed.undo_push(message="Move")
    dirty = bpy.data.is_dirty
    path = export("copy.blend")
    assert bpy.data.filepath == str(tmp_path / "own.blend")
    assert bpy.data.is_dirty == dirty
    with bpy.data.libraries.load(path) as (source, _):
        assert "Cube" in source.objects


def test_a_copy_of_a_file_that_was_never_saved(export):
    export("copy.blend")
    assert bpy.data.filepath == ""


def test_a_blend_of_named_objects_holds_these_alone(export, bring):
    path = export("part.blend", names=["Cube"])
    assert bring(path).value["objects"] == ["Cube"]


def test_a_copy_in_edit_mode_holds_the_edited_mesh(export):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.delete(type="VERT")
    path = export("copy.blend")
    assert bpy.context.mode == "EDIT_MESH"
    with bpy.data.libraries.load(path) as (_, wanted):
        wanted.meshes = ["Cube"]
    assert len(wanted.meshes[0].vertices) == 0


def test_two_slashes_begin_at_the_files_folder(call, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"))
    result = call("export_file", filepath="//a.obj", names=["Cube"])
    assert result.value["filepath"] == str(tmp_path / "a.obj")
    assert call("import_file", filepath="//a.obj").ok


def test_a_tilde_is_the_home_folder(call, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert call("export_file", filepath="~/a.obj").value["filepath"] == str(tmp_path / "a.obj")


def test_undo_takes_an_import_back(call, export):
    path = export("a.obj", names=["Cube"])
    call("import_file", filepath=path, turn=1)
    assert len(bpy.data.objects) == 4
    bpy.ops.ed.undo()
    assert len(bpy.data.objects) == 3


def test_an_import_asks_first(refused):
    error = refused("import_file", filepath="/tmp/a.obj")
    assert "it reads /tmp/a.obj" in error
    assert "--allow files" in error


def test_an_export_asks_first(refused, tmp_path):
    path = str(tmp_path / "a.obj")
    assert f"it writes {path}" in refused("export_file", filepath=path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_replaced_asks_first_and_says_so(refused, tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("mine")
    error = refused("export_file", filepath=str(path), overwrite=True)
    assert f"it replaces {path}" in error
    assert path.read_text() == "mine"


def test_nothing_is_overwritten_unless_said(refused, call, tmp_path):
    path = tmp_path / "a.obj"
    path.write_text("mine")
    assert "exists already" in refused("export_file", filepath=str(path))
    assert path.read_text() == "mine"
    assert call("export_file", filepath=str(path), overwrite=True).ok
    assert path.read_text() != "mine"


def test_nothing_in_the_home_folder_is_overwritten_unless_said(refused, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.obj").write_text("mine")
    assert "exists already" in refused("export_file", filepath="~/a.obj")
    assert (tmp_path / "a.obj").read_text() == "mine"


def test_nothing_in_the_files_folder_is_overwritten_unless_said(refused, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"))
    (tmp_path / "a.obj").write_text("mine")
    assert "exists already" in refused("export_file", filepath="//a.obj")
    assert (tmp_path / "a.obj").read_text() == "mine"


@pytest.mark.parametrize(("name", "beside"), [("a.obj", "a.mtl"), ("a.gltf", "a.bin")])
def test_a_file_beside_it_is_not_overwritten_unless_said(call, tmp_path, name, beside):
    (tmp_path / beside).write_text("mine")
    call("export_file", filepath=str(tmp_path / name), names=["Cube"])
    assert (tmp_path / beside).read_bytes() == b"mine"


def test_the_open_file_itself_is_not_saved_by_an_export(refused, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "own.blend"))
    assert "exists already" in refused("export_file", filepath=str(tmp_path / "own.blend"))


@pytest.mark.parametrize("tool", ["import_file", "export_file"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("\\\\server\\share\\a.obj", "is on another machine"),
        ("//server\\share\\a.obj", "is on another machine"),
        ("http://example.org/a.glb", "is on another machine"),
        ("//a.obj", "never saved"),
        ("a.obj", "give the whole path"),
        ("", "is no path"),
        ("/tmp/a\0.obj", "is no path"),
    ],
)
def test_a_path_that_is_none_is_refused(refused, tool, path, said):
    assert said in refused(tool, filepath=path)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"filepath": "{}/none/a.obj"}, "there is no folder"),
        ({"filepath": "{}/a.xyz"}, "cannot export .xyz; it can"),
        ({"filepath": "{}/a"}, "it can"),
        ({"filepath": "{}"}, "exists already"),
        ({"names": ["Cub"]}, "Did you mean 'Cube'?"),
        ({"properties": {"globalscale": 2}}, "Did you mean 'global_scale'"),
        ({"properties": {"global_scale": "big"}}, "give a number"),
        ({"properties": {"global_scale": float("nan")}}, "finite"),
        ({"properties": {"up_axis": "W"}}, "It takes X, Y, Z"),
        ({"properties": {"filepath": "/tmp/b.obj"}}, "only filepath names one"),
        ({"filepath": "{}/a.bvh", "names": ["Cube"]}, "export_anim.bvh"),
    ],
)
def test_an_export_that_cannot_be_is_refused_and_writes_nothing(refused, tmp_path, given, said):
    given = {"filepath": "{}/a.obj", **given}
    given["filepath"] = given["filepath"].format(tmp_path)
    assert said in refused("export_file", **given)
    assert not list(tmp_path.iterdir())


def test_an_exporters_check_of_what_exists_is_not_ours_to_give_twice(call, tmp_path):
    result = call(
        "export_file", filepath=str(tmp_path / "a.obj"), properties={"check_existing": True}
    )
    assert result.ok or result.kind != "TypeError"


def test_pictures_are_not_written_elsewhere_by_an_exporters_option(refused, tmp_path):
    path = str(tmp_path / "a.gltf")
    refused("export_file", filepath=path, properties={"export_texture_dir": "../elsewhere"})


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("b.obj", "Did you mean 'a.obj'"),
        ("a.xyz", "cannot import .xyz; it can"),
        ("bad.glb", "import_scene.gltf"),
        ("bad.fbx", "fbx"),
        ("bad.png", "is no image"),
        ("bad.ttf", "bad.ttf"),
        ("bad.blend", "bad.blend"),
        ("bad.usdz", "usd"),
        ("bad.abc", "alembic"),
    ],
)
def test_an_import_that_cannot_be_is_refused(refused, tmp_path, name, said):
    for each in ("a.obj", "a.xyz", "bad.glb", "bad.fbx", "bad.png", "bad.ttf", "bad.blend",
                 "bad.usdz", "bad.abc"):  # fmt: skip
        (tmp_path / each).write_text("nothing of the kind")
    assert said in refused("import_file", filepath=str(tmp_path / name))


def test_a_file_without_objects_says_so(refused, tmp_path):
    (tmp_path / "a.obj").write_text("# empty\n")
    assert "found no objects" in refused("import_file", filepath=str(tmp_path / "a.obj"))


def test_a_name_that_the_blend_has_not_gets_the_nearest(refused, library):
    assert "Did you mean 'Chair'?" in refused("import_file", filepath=library, names=["Chairs"])


def test_a_collection_that_is_not_there_is_refused(refused, library):
    error = refused("import_file", filepath=library, names=["Chair"], collection="Nowhere")
    assert "There is no collection 'Nowhere'" in error


def test_an_object_that_is_not_in_the_view_layer_is_not_left_out_silently(refused, tmp_path):
    bpy.data.objects.new("Loose", bpy.data.meshes.new("Loose"))
    error = refused("export_file", filepath=str(tmp_path / "a.obj"), names=["Loose"])
    assert "is not in the current view layer" in error


def test_what_belongs_to_a_file_is_not_replaced_unasked(refused, tmp_path):
    (tmp_path / "a.bin").write_text("precious")
    assert "a.bin" in refused("export_file", filepath=str(tmp_path / "a.gltf"), names=["Cube"])
    assert (tmp_path / "a.bin").read_text() == "precious"
    assert not (tmp_path / "a.gltf").exists()


@pytest.mark.parametrize(
    ("name", "option"),
    [("a.stl", {"use_batch": True}), ("a.obj", {"export_animation": True}),
     ("a.gltf", {"export_format": "GLB"}), ("a.gltf", {"export_texture_dir": "../elsewhere"})],
)  # fmt: skip
def test_an_option_that_would_write_other_files_is_refused(refused, tmp_path, name, option):
    assert "properties" in refused("export_file", filepath=str(tmp_path / name), properties=option)
    assert not list(tmp_path.iterdir())
