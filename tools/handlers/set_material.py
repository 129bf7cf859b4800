"""set_material: a Principled material, made or changed, with its textures, and given to objects."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import bpy

from ..errors import InvalidArguments
from ..reach import assess, flat, is_path
from ..registry import Assessment, Effect, tool
from . import changes
from .blocks import checked_name, editable, find_objects
from .edit_mesh import slot_of
from .layer import object_mode
from .node_layout import arrange
from .rna import put, set_all
from .rna_path import locate
from .rna_value import plain, shown
from .textures import existing, principled_input, scale_textures, set_texture, unlink

if TYPE_CHECKING:
    from annotated_types import Ge, Le, MaxLen


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    pictures = [(f"{name} filepath", path) for name, path in arguments["textures"].items()]
    return assess(
        [
            *((name, path) for name, path in pictures if is_path(path)),
            *flat(arguments["inputs"]),
            *flat(arguments["properties"]),
        ]
    )


@tool(effect=Effect.EDITS, assess=_assess)
def set_material(
    material: str,
    objects: Annotated[list[str], MaxLen(1000)] = [],
    faces: Annotated[list[int], MaxLen(100_000)] = [],
    color: list[float] | str | None = None,
    metallic: Annotated[float, Ge(0), Le(1)] | None = None,
    roughness: Annotated[float, Ge(0), Le(1)] | None = None,
    inputs: dict[str, object] = {},
    textures: dict[str, str] = {},
    texture_scale: list[float] | None = None,
    properties: dict[str, object] = {},
    add_slot: bool = False,
) -> dict[str, object]:
    """Make or change a Principled material; give it, or any other, to objects.

    Args:
        material: Its name; made if there is none.
        objects: Names or patterns; it becomes their only material.
        faces: Only these of one mesh; edit_mesh chooses by description.
        color: [r, g, b] linear, or "#rrggbb".
        inputs: Others by name: IOR, Alpha, Transmission Weight, Emission Color, Emission Strength, …
        textures: Input (also Normal, Displacement) to image path or loaded image; "" takes it off.
        texture_scale: Repeats [x, y, z].
        properties: Such as surface_render_method.
        add_slot: Add to their materials.
    """
    owners = find_objects(objects)
    _check(owners, faces, textures)
    found = bpy.data.materials.get(material)
    if found is None:
        name = checked_name(material)
        changes.begin()
        found = bpy.data.materials.new(name)
        changes.added(found)
        give_nodes(found)
    wanted = {"Base Color": color, "Metallic": metallic, "Roughness": roughness, **inputs}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    if wanted or textures or texture_scale is not None or properties:
        editable(found)
    told: dict[str, object] = {"name": found.name, "objects": len(owners)}
    if wanted or textures or texture_scale is not None:
        told |= _shade(found, wanted, textures, texture_scale)
    if properties:
        set_all([found], properties)
    with object_mode() if faces else contextlib.nullcontext():
        _assign(found, owners, faces, add_slot)
    return told


def _shade(
    found: bpy.types.Material,
    wanted: Mapping[str, object],
    textures: Mapping[str, str],
    texture_scale: list[float] | None,
) -> dict[str, object]:
    before = list(found.node_tree.nodes) if found.node_tree else []
    surface = _principled(found)
    for name, value in wanted.items():
        _setprincipled_input(found, surface, name, value)
    for name, image in textures.items():
        set_texture(found, surface, name, image)
    if texture_scale is not None:
        scale_textures(found, texture_scale)
    arrange(found.node_tree, [node for node in found.node_tree.nodes if node not in before])
    color = surface.inputs["Base Color"]
    return {
        "base_color": shown(color, color.bl_rna.properties["default_value"]),
        "metallic": plain(surface.inputs["Metallic"].default_value),
        "roughness": plain(surface.inputs["Roughness"].default_value),
    }


def give_nodes(owner: Any) -> None:
    """See to it that a material, world or light has a node tree; from 5.0 on all have."""
    if bpy.app.version < (5, 0, 0):
        owner.use_nodes = True


def _check(owners: list[bpy.types.Object], faces: list[int], textures: Mapping[str, str]) -> None:
    for each in owners:
        if each.data is None or not hasattr(each.data, "materials"):
            raise InvalidArguments(f"{each.name!r} is a {each.type.lower()} and takes no material.")
        if each.data.library:
            editable(each.data)
    if faces:
        if len(owners) != 1 or owners[0].type != "MESH":
            raise InvalidArguments("faces: name exactly one mesh object with them.")
        count = len(owners[0].data.polygons)
        if not 0 <= min(faces) <= max(faces) < count:
            raise InvalidArguments(f"faces: {owners[0].name!r} has faces 0 to {count - 1} only.")
    for name, path in textures.items():
        if path and bpy.data.images.get(path) is None:
            existing(path, name)


def _principled(found: bpy.types.Material) -> Any:
    """Return the Principled shader that makes the surface; made where there is no surface.

    Raises:
        InvalidArguments: other shaders make it.
    """
    if found.node_tree is None or not found.node_tree.nodes:
        changes.changing(found, "nodes")
        give_nodes(found)
    nodes, links = found.node_tree.nodes, found.node_tree.links
    output = next((n for n in nodes if n.type == "OUTPUT_MATERIAL" and n.is_active_output), None)
    if output is None:
        changes.changing(found, "nodes")
        output = nodes.new("ShaderNodeOutputMaterial")
    surface = output.inputs["Surface"]
    shaders = [node for node in nodes if node.type == "BSDF_PRINCIPLED"]
    if surface.is_linked:
        behind = surface.links[0].from_node
        if behind.type == "BSDF_PRINCIPLED":
            return behind
        if len(shaders) == 1 and shaders[0].outputs[0].is_linked:
            return shaders[0]  # mixed with others
        raise InvalidArguments(
            f"The surface of {found.name!r} is made by other shaders ({behind.name}), not by a "
            "Principled one. Change it with edit_nodes, or give a new material's name."
        )
    changes.changing(found, "nodes")
    shader = shaders[0] if shaders else nodes.new("ShaderNodeBsdfPrincipled")
    links.new(shader.outputs["BSDF"], surface)
    return shader


def _setprincipled_input(found: bpy.types.Material, surface: Any, name: str, value: object) -> None:
    socket = principled_input(surface, name)
    if not hasattr(socket, "default_value") or socket.hide_value:
        raise InvalidArguments(f"{socket.name} takes no value, only a link: use edit_nodes.")
    if socket.is_linked:
        changes.changing(found, f"{socket.name} unlinked")
        unlink(found.node_tree, socket)
    put(locate([socket], "default_value", found), value)
    if socket.name == "Base Color":
        shade = [*socket.default_value]
        if list(found.diffuse_color)[:3] != shade[:3]:  # what solid view shows
            changes.changing(found, "viewport color")
            found.diffuse_color = shade


def _assign(
    found: bpy.types.Material, owners: list[bpy.types.Object], faces: list[int], add_slot: bool
) -> None:
    for each in owners:
        slots = each.data.materials
        if faces:
            changes.changing(each, "faces' material")
            if not slots:
                slots.append(None)  # the other faces keep having none
            number = slot_of(each, found)
            for face in faces:
                each.data.polygons[face].material_index = number
            each.data.update()
        elif add_slot:
            if found not in list(slots):
                changes.changing(each, "materials")
                slots.append(found)
        elif [slot.material for slot in each.material_slots] != [found]:
            changes.changing(each, "material")
            slots.clear()
            slots.append(found)
            each.material_slots[0].link = "DATA"
