"""import_file and export_file: by extension, through Blender's own importers and exporters."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import bpy

from ..errors import InvalidArguments, NoSuchObject, ToolError, Unavailable, nearest
from ..phrase import Phrase
from ..reach import Reach, local_path, of_value
from ..registry import Assessment, Effect, tool
from ..saved_copies import check_whole
from .blocks import find_collection, find_objects, scene_collections
from .layer import object_mode, selection
from .operator_call import exists, keywords

if TYPE_CHECKING:
    from annotated_types import MaxLen

_IMPORTERS: dict[str, tuple[str, ...]] = {
    "obj": ("wm.obj_import",),
    "stl": ("wm.stl_import",),
    "ply": ("wm.ply_import",),
    "fbx": ("wm.fbx_import", "import_scene.fbx"),
    "glb": ("import_scene.gltf",),
    "gltf": ("import_scene.gltf",),
    "abc": ("wm.alembic_import",),
    "dae": ("wm.collada_import",),
    "svg": ("import_curve.svg",),
    "bvh": ("import_anim.bvh",),
    **dict.fromkeys(("usd", "usda", "usdc", "usdz"), ("wm.usd_import",)),
}
_EXPORTERS: dict[str, tuple[str, ...]] = {
    "obj": ("wm.obj_export",),
    "stl": ("wm.stl_export",),
    "ply": ("wm.ply_export",),
    "fbx": ("export_scene.fbx", "wm.fbx_export"),
    "glb": ("export_scene.gltf",),
    "gltf": ("export_scene.gltf",),
    "abc": ("wm.alembic_export",),
    "dae": ("wm.collada_export",),
    "bvh": ("export_anim.bvh",),
    **dict.fromkeys(("usd", "usda", "usdc", "usdz"), ("wm.usd_export",)),
}
"""The first that this Blender has."""
_IMAGES = frozenset("png jpg jpeg bmp tga tif tiff webp exr hdr jp2".split())
_FONTS = frozenset(("ttf", "otf", "woff", "woff2"))
_SELECTED_ONLY = (
    "use_selection", "export_selected_objects", "selected_objects_only", "selected",
)  # fmt: skip
_LISTS = ("objects", "collections", "materials", "node_groups", "worlds", "actions", "images")
"""What is looked for in a .blend, in this order."""
_LISTED = 60
_MORE_FILES = frozenset(("use_batch", "batch_mode", "export_animation", "use_batch_own_dir"))
_PROGRAMS = frozenset(("export_use_gltfpack",))
"""Options that start another program, which the exporter's own preferences name."""


def _extension(path: str) -> str:
    return Path(path).suffix.lower().removeprefix(".")


def _check_options(properties: Mapping[str, Any]) -> None:
    """Only `filepath` names what is read or written, since that alone a person is asked about.

    Raises:
        InvalidArguments: an option would touch other files.
    """
    for name, value in properties.items():
        if of_value(name, value) is Reach.FILES:
            raise InvalidArguments(f"properties: {name} is a path; only filepath names one here.")
        if (name in _MORE_FILES and value) or value == "IMPORT_COPY":
            raise InvalidArguments(f"properties: {name} {value} would write more files than one.")
        if name in _PROGRAMS and value:
            raise InvalidArguments(f"properties: {name} would start another program.")


def _assess_import(arguments: Mapping[str, Any]) -> Assessment:
    path = local_path(arguments["filepath"])
    _check_options(arguments["properties"])
    return Assessment(Effect.FILES, (Phrase("it reads {path}", path=path),))


def _assess_export(arguments: Mapping[str, Any]) -> Assessment:
    path = str(Path(local_path(arguments["filepath"])).expanduser())
    _check_options(arguments["properties"])
    if os.path.lexists(path):
        if not arguments["overwrite"]:
            raise InvalidArguments(
                f"filepath: {path} exists already; give another name, or overwrite true."
            )
        return Assessment(Effect.FILES, (Phrase("it replaces {path}", path=path),))
    return Assessment(Effect.FILES, (Phrase("it writes {path}", path=path),))


@tool(effect=Effect.FILES, assess=_assess_import, compared=True)
def import_file(
    filepath: str,
    names: Annotated[list[str], MaxLen(500)] = [],
    link: bool = False,
    collection: str = "",
    properties: dict[str, object] = {},
) -> dict[str, object]:
    """Import obj, stl, ply, fbx, glb, usd, abc, svg, bvh, dae; load an image or font; append or link from a .blend.

    Args:
        filepath: "//" begins at the .blend's folder.
        names: From a .blend: objects, collections, materials, node groups, worlds…; none lists what it has.
        link: Keep them in that file and link.
        collection: Where objects go.
        properties: The importer's own options, such as global_scale, forward_axis; of an image: pack.
    """
    path = absolute(filepath)
    if not Path(path).is_file():
        raise InvalidArguments(f"filepath: there is no file {path}.{_near_files(path)}")
    target = find_collection(collection)
    kind = _extension(path)
    if kind in ("blend", "blend1", "blend2"):
        return _from_blend(path, names, link, target)
    before = set(bpy.data.objects)
    if kind in _IMAGES:
        name = _load(bpy.data.images, path)
        if properties.get("pack"):
            bpy.data.images[name].pack()
        return {"image": name}
    if kind in _FONTS:
        return {"font": _load(bpy.data.fonts, path)}
    operator = _operator(kind, _IMPORTERS, "import")
    given = keywords(operator, properties)
    with object_mode():
        _call(operator, filepath=path, **given)
    made = [each for each in bpy.data.objects if each not in before]
    if not made:
        raise Unavailable(f"Blender found no objects in {path}.")
    if collection:
        ours = scene_collections() - {target}
        for each in made:
            for place in ours & set(each.users_collection):
                place.objects.unlink(each)
            if each.name not in target.objects:
                target.objects.link(each)
    return {"names": [each.name for each in made[:_LISTED]], "count": len(made)}


@tool(effect=Effect.FILES, assess=_assess_export)
def export_file(
    filepath: str,
    names: Annotated[list[str], MaxLen(1000)] = [],
    overwrite: bool = False,
    properties: dict[str, object] = {},
) -> dict[str, object]:
    """Export obj, stl, ply, fbx, glb, gltf, usd, abc, bvh, dae; .blend saves a copy of the file.

    Args:
        filepath: "//" begins at the .blend's folder.
        names: These objects only, or patterns; all if none.
        properties: The exporter's own options, such as apply_modifiers, export_apply, global_scale.
    """
    path = absolute(filepath)
    folder = Path(path).parent
    if not folder.is_dir():
        raise InvalidArguments(f"filepath: there is no folder {folder}.")
    # Once more: what "//" stands for is known here only.
    if not overwrite and Path(path).exists():
        raise InvalidArguments(
            f"filepath: {path} exists already; give another name, or overwrite true."
        )
    objects = find_objects(names)
    kind = _extension(path)
    if kind == "blend":
        if objects:
            bpy.data.libraries.write(path, set(objects), fake_user=True)
        else:
            _call("wm.save_as_mainfile", filepath=path, copy=True, check_existing=False)
            try:
                check_whole(Path(path))
            except OSError as error:
                raise Unavailable(f"filepath: {path} was not saved: {error}") from None
        return _written(path)
    operator = _operator(kind, _EXPORTERS, "export")
    given = keywords(operator, properties)
    if kind == "gltf" and given.setdefault("export_format", "GLTF_SEPARATE") == "GLB":
        raise InvalidArguments("properties: a .gltf is no GLB; name the file .glb.")
    if kind == "glb" and given.get("export_format", "GLB") != "GLB":
        raise InvalidArguments("properties: a .glb has export_format GLB; name the file .gltf.")
    given["check_existing"] = False
    if objects:
        options = _options(operator)
        given |= {name: True for name in _SELECTED_ONLY if name in options}
    with (
        tempfile.TemporaryDirectory(dir=bpy.app.tempdir) as aside,
        selection(objects) if objects else object_mode(),
    ):
        # What comes beside it (.bin, .mtl, textures) is known only when it is written.
        _call(operator, filepath=str(Path(aside) / Path(path).name), **given)
        _move_here(Path(aside), folder, overwrite)
    return _written(path)


def _move_here(aside: Path, folder: Path, overwrite: bool) -> None:
    made = [each.relative_to(aside) for each in sorted(aside.rglob("*")) if each.is_file()]
    if not overwrite and (there := [each for each in made if (folder / each).exists()]):
        raise InvalidArguments(
            f"filepath: {folder / there[0]}, which belongs to it, exists already; give another "
            "folder, or overwrite true."
        )
    for each in made:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(aside / each, folder / each)


def absolute(filepath: str) -> str:
    """Return a path on this machine as a whole, "//" being the .blend's folder.

    Raises:
        InvalidArguments: it is none, or the file has no folder yet.
    """
    path = local_path(filepath)
    if path.startswith("//") and not bpy.data.filepath:
        raise InvalidArguments(
            f"filepath: {filepath!r} begins at the .blend's folder, but the file was never saved. "
            "Give the whole path."
        )
    path = bpy.path.abspath(str(Path(path).expanduser()) if path.startswith("~") else path)
    if not Path(path).is_absolute():
        raise InvalidArguments(f"filepath: give the whole path, not {filepath!r}.")
    return os.path.normpath(path)


def _near_files(path: str) -> str:
    folder, name = Path(path).parent, Path(path).name
    return nearest(name, [each.name for each in folder.iterdir()]) if folder.is_dir() else ""


def _operator(kind: str, known: Mapping[str, Sequence[str]], verb: str) -> str:
    for operator in known.get(kind, ()):
        if exists(operator):
            return operator
    have = sorted(each for each, operators in known.items() if any(map(exists, operators)))
    raise InvalidArguments(f"This Blender cannot {verb} .{kind}; it can {', '.join(have)}.")


def _options(operator: str) -> list[str]:
    module, _, name = operator.partition(".")
    options: list[str] = getattr(getattr(bpy.ops, module), name).get_rna_type().properties.keys()
    return options


def _call(operator: str, **given: Any) -> None:
    module, _, name = operator.partition(".")
    try:
        result = getattr(getattr(bpy.ops, module), name)("EXEC_DEFAULT", **given)
    except RuntimeError as error:
        raise Unavailable(f"{operator}: {str(error).strip()}") from None
    if "FINISHED" not in result:
        raise Unavailable(f"{operator} did nothing with {given.get('filepath')}.")


def _written(path: str) -> dict[str, object]:
    if not Path(path).is_file():
        raise Unavailable(f"Blender reported no fault, but there is no {path}.")
    return {"filepath": path, "bytes": Path(path).stat().st_size}


def _load(blocks: Any, path: str) -> str:
    try:
        loaded = blocks.load(path, check_existing=True)
    except RuntimeError as error:
        raise Unavailable(f"{path}: {str(error).strip()}") from None
    if isinstance(loaded, bpy.types.Image) and not loaded.size[0]:
        bpy.data.images.remove(loaded)
        raise Unavailable(f"{path} is no image that Blender can read.")
    return str(loaded.name)


def _from_blend(
    path: str, names: list[str], link: bool, target: bpy.types.Collection
) -> dict[str, object]:
    found: dict[str, list[str]] = {}
    try:
        with bpy.data.libraries.load(path, link=link) as (source, wanted):
            known = {place: list(getattr(source, place)) for place in _LISTS}
            if not names:
                return {
                    place: [*listed[:_LISTED], *(["…"] if len(listed) > _LISTED else [])]
                    for place, listed in known.items()
                    if listed
                }
            for name in names:
                place = next((each for each in _LISTS if name in known[each]), None)
                if place is None:
                    every = [each for listed in known.values() for each in listed]
                    raise NoSuchObject(f"{path} has no {name!r}.{nearest(name, every)}", given=name)
                found.setdefault(place, []).append(name)
            for place, listed in found.items():
                setattr(wanted, place, listed)
    except ToolError:
        raise
    except (OSError, RuntimeError) as error:
        raise Unavailable(f"{path}: {str(error).strip()}") from None
    made = []
    for place in found:
        for block in getattr(wanted, place):
            if block is None:
                continue
            made.append(block.name)
            if place == "objects" and not block.users_collection:
                target.objects.link(block)
            elif place == "collections":
                target.children.link(block)
    return {"linked" if link else "appended": made}
