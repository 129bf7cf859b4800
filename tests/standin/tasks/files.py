"""Export, import, append, link, copies."""

from __future__ import annotations

from pathlib import Path

import bpy

from .shading import picture
from .task import (
    beside,
    call,
    came_from,
    counts,
    has,
    names_are,
    same,
    sized,
    stands_at,
    surface,
    task,
    thing,
    value,
)


def _library(folder: Path) -> None:
    """A .blend with a chair, a lamp, a collection and a material."""
    chair = bpy.data.objects.new("Chair", bpy.data.meshes.new("Chair"))
    chair.data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    chair.data.materials.append(bpy.data.materials.new("Oak"))
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT"))
    shelf = bpy.data.collections.new("Shelf")
    shelf.objects.link(bpy.data.objects.new("Board", None))
    gold = bpy.data.materials.new("Gold")
    gold["carat"] = 18
    blocks = {chair, lamp, shelf, gold}
    bpy.data.libraries.write(str(folder / "library.blend"), blocks, fake_user=True)
    bpy.data.batch_remove([chair, lamp, *shelf.objects, shelf, gold, bpy.data.materials["Oak"]])
    bpy.ops.outliner.orphans_purge(do_recursive=True)


def _picture(folder: Path) -> None:
    picture(folder / "poster.png")


@task(
    "Export the Cube alone as {folder}/crate.glb and as {folder}/crate.obj, then delete it and "
    "import the OBJ again into a new collection 'Imported', scaled by 2 on import.",
    call("export_file", filepath="{folder}/crate.glb", names=["Cube"]),
    call("export_file", filepath="{folder}/crate.obj", names=["Cube"]),
    call("delete_objects", names=["Cube"]),
    call("edit_collections", collection="Imported"),
    call(
        "import_file", filepath="{folder}/crate.obj", collection="Imported",
        properties={"global_scale": 2},
    ),
)  # fmt: skip
def there_and_back() -> None:
    text = beside("crate.obj").read_text()
    same("vertices in the OBJ", text.count("\nv "), 8)
    same("objects in the OBJ", [line for line in text.splitlines() if line[:2] == "o "], ["o Cube"])
    data = beside("crate.glb").read_bytes()
    same("the GLB's mark", data[:4], b"glTF")
    same("the GLB holds the Cube alone", (b'"Cube"' in data, b'"Camera"' in data), (True, False))
    same("imported", bpy.data.collections["Imported"].objects.keys(), ["Cube"])
    counts("Cube", 8, 12, 6)
    bpy.context.view_layer.update()
    corners = [thing("Cube").matrix_world @ vertex.co for vertex in thing("Cube").data.vertices]
    same("its extent", [max(axis) for axis in zip(*corners)], (2, 2, 2))
    names_are("Camera", "Cube", "Light")


@task(
    "Export everything as {folder}/scene.usdc and only 'Cube' and 'Light' as {folder}/pair.fbx; "
    "then bring the FBX into this scene beside the originals and put the new cube at (5, 0, 0) with "
    "the name 'Import'.",
    call("export_file", filepath="{folder}/scene.usdc"),
    call("export_file", filepath="{folder}/pair.fbx", names=["Cube", "Light"]),
    call("import_file", filepath="{folder}/pair.fbx"),
    call("set_object", names=["Cube.001"], location=[5, 0, 0], new_name="Import"),
)  # fmt: skip
def usd_and_fbx() -> None:
    for name in ("scene.usdc", "pair.fbx"):
        assert beside(name).stat().st_size > 500, f"{name} is empty"
    names_are("Camera", "Cube", "Import", "Light", "Light.001")
    counts("Import", 8, 12, 6)
    stands_at("Import", 5, 0, 0)
    same("its size", thing("Import").dimensions, (2, 2, 2))
    stands_at("Cube", 0, 0, 0)


@task(
    "From {folder}/library.blend, append the object 'Chair' into a collection 'Props' and the "
    "material 'Gold', which the Cube shall get; link the object 'Lamp' and the collection 'Shelf' "
    "into the scene.",
    call("edit_collections", collection="Props"),
    call("import_file", filepath="{folder}/library.blend", names=["Chair"], collection="Props"),
    call("import_file", filepath="{folder}/library.blend", names=["Gold"]),
    call("set_material", material="Gold", objects=["Cube"]),
    call("import_file", filepath="{folder}/library.blend", names=["Lamp", "Shelf"], link=True),
    set_up=_library,
)  # fmt: skip
def append_and_link() -> None:
    chair, lamp = thing("Chair", "MESH"), thing("Lamp", "LIGHT")
    same("Chair's collections", [each.name for each in chair.users_collection], ["Props"])
    same("Chair is our own", (chair.library, chair.data.library), (None, None))
    same("Chair's material", chair.data.materials.keys(), ["Oak"])
    same("Cube's materials", thing("Cube").data.materials.keys(), ["Gold"])
    same("Gold's carat", bpy.data.materials["Gold"].get("carat"), 18)
    same("Gold is our own", bpy.data.materials["Gold"].library, None)
    assert lamp.library is not None, "Lamp is not linked"
    same("the library", Path(bpy.path.abspath(lamp.library.filepath)).name, "library.blend")
    names_are("Board", "Camera", "Chair", "Cube", "Lamp", "Light")
    shelf = bpy.context.scene.collection.children.get("Shelf")
    assert shelf is not None, "Shelf is not in the scene"
    assert shelf.library is not None, "Shelf is not linked"


@task(
    "Make the Cube 3 × 1 × 1 m, save a copy of the whole file as {folder}/backup.blend, and write "
    "just the Cube as {folder}/part.blend. Only then rename the Cube to 'Final'.",
    call("set_object", names=["Cube"], dimensions=[3, 1, 1], apply=["scale"]),
    call("export_file", filepath="{folder}/backup.blend"),
    call("export_file", filepath="{folder}/part.blend", names=["Cube"]),
    call("set_object", names=["Cube"], new_name="Final"),
)  # fmt: skip
def copies() -> None:
    sized("Final", 3, 1, 1)
    names_are("Camera", "Final", "Light")
    for file, wanted in (("backup.blend", ["Camera", "Cube", "Light"]), ("part.blend", ["Cube"])):
        with bpy.data.libraries.load(str(beside(file))) as (source, _):
            found = sorted(source.objects)
        same(f"objects in {file}", found, wanted)
    with bpy.data.libraries.load(str(beside("backup.blend"))) as (source, wanted_from):
        same("scenes in the copy", list(source.scenes), ["Scene"])
        wanted_from.meshes = ["Cube"]
    (mesh,) = wanted_from.meshes
    same("the copy's cube", max(vertex.co.x for vertex in mesh.vertices), 1.5)
    same("the open file", Path(bpy.data.filepath).name == "backup.blend", False)


@task(
    "Load my picture {folder}/poster.png and hang it up: a plane 'Poster' 2 × 3 m, upright, facing "
    "the front (-Y), its centre at (0, 4, 2), with the picture as base colour on a new material "
    "'Poster', roughness 0.9. Pack the picture into the file.",
    call("import_file", filepath="{folder}/poster.png", properties={"pack": True}),
    call(
        "create_object", type="plane", name="Poster", dimensions=[2, 3], location=[0, 4, 2],
        rotation=[90, 0, 0],
    ),
    call(
        "set_material", material="Poster", objects=["Poster"], roughness=0.9,
        textures={"Base Color": "poster.png"},
    ),
    set_up=_picture,
)  # fmt: skip
def poster() -> None:
    sized("Poster", 2, 3, 0)
    stands_at("Poster", 0, 4, 2)
    normal = thing("Poster").matrix_world.to_3x3() @ thing("Poster").data.polygons[0].normal
    same("where it faces", normal, (0, -1, 0))
    same("its materials", thing("Poster").data.materials.keys(), ["Poster"])
    shader = surface("Poster")
    value(shader, "Roughness", 0.9)
    image = came_from(shader, "Base Color", "ShaderNodeTexImage").image
    has(image, name="poster.png")
    has(image.colorspace_settings, name="sRGB")
    assert image.packed_file is not None, "the picture is not packed"
