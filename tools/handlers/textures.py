"""Image textures of a Principled material: found or read, wired in, replaced, scaled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..errors import InvalidArguments, nearest
from ..reach import is_path, local_path
from . import changes
from .rna import put
from .rna_path import locate, socket_named

_LINEAR = ("Base Color", "Emission Color", "Specular Tint", "Coat Tint", "Sheen Tint")
"""Inputs whose pictures are colours; pictures of all others are data."""


def set_texture(found: bpy.types.Material, surface: Any, name: str, image: str) -> None:
    """Put an image behind an input of the shader, or the material's displacement; none takes it off."""
    tree = found.node_tree
    displaces = name.lower() == "displacement"
    if displaces:
        output = next(n for n in tree.nodes if n.type == "OUTPUT_MATERIAL")
        socket = output.inputs["Displacement"]
    else:
        socket = principled_input(surface, name)
    if _shows(socket, image):
        return
    changes.changing(found, f"{socket.name} texture")
    unlink(tree, socket)
    if not image:
        return
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.label = socket.name
    texture.image = loaded(image, "sRGB" if socket.name in _LINEAR else "Non-Color")
    tree.links.new(_coordinates(tree), texture.inputs["Vector"])
    source = texture.outputs["Color"]
    if displaces:
        between = tree.nodes.new("ShaderNodeDisplacement")
        between.inputs["Scale"].default_value = 0.1
        tree.links.new(source, between.inputs["Height"])
        source = between.outputs["Displacement"]
    elif socket.name in ("Normal", "Coat Normal"):
        between = tree.nodes.new("ShaderNodeNormalMap")
        tree.links.new(source, between.inputs["Color"])
        source = between.outputs["Normal"]
    elif socket.name == "Alpha" and texture.image.channels == 4:
        source = texture.outputs["Alpha"]
    tree.links.new(source, socket)


def _texture_of(socket: Any) -> Any:
    """Return the image texture behind an input, also through a normal map or displacement."""
    while socket.is_linked:
        node = socket.links[0].from_node
        if node.type == "TEX_IMAGE":
            return node
        if node.type not in _BETWEEN:
            return None
        socket = node.inputs[_BETWEEN[node.type]]
    return None


_BETWEEN = {"NORMAL_MAP": "Color", "DISPLACEMENT": "Height"}


def _shows(socket: Any, image: str) -> bool:
    if not image:
        return not socket.is_linked
    node = _texture_of(socket)
    if node is None or node.image is None:
        return False
    same_file = is_path(image) and (
        bpy.path.abspath(node.image.filepath) == bpy.path.abspath(image)
    )
    return node.image.name == image or same_file


def unlink(tree: Any, socket: Any) -> None:
    """Take off what feeds an input, with the texture nodes that feed nothing else."""
    for link in list(socket.links):
        node = link.from_node
        tree.links.remove(link)
        texture = node.type == "TEX_IMAGE" or node.type in _BETWEEN
        if texture and not any(output.is_linked for output in node.outputs):
            for each in node.inputs:
                if each.is_linked and each.links[0].from_node.type != "MAPPING":
                    unlink(tree, each)
            tree.nodes.remove(node)


def loaded(image: str, space: str) -> bpy.types.Image:
    """Return an image by its name or path, read in a colour space.

    One that is used in another colour space stays as it is, and a second one is made of it.

    Raises:
        InvalidArguments: there is none, or Blender cannot read it.
    """
    found = bpy.data.images.get(image)
    if found is None:
        full = existing(image, "texture")
        known = [each for each in bpy.data.images if bpy.path.abspath(each.filepath) == full]
        found = next((each for each in known if each.colorspace_settings.name == space), None)
        if found is None:
            changes.begin()
            try:
                found = bpy.data.images.load(full, check_existing=False)
            except RuntimeError as error:
                raise InvalidArguments(f"{image}: {error}".strip()) from None
            changes.added(found)
            if not found.size[0]:
                raise InvalidArguments(f"{image} is no image that Blender can read.")
    if found.colorspace_settings.name != space:
        changes.begin()
        if found.users > 0:
            found = found.copy()
            changes.added(found)
        changes.changing(found, "color space")
        found.colorspace_settings.name = space
    return found


def _coordinates(tree: Any) -> Any:
    """The output of the tree's one Mapping node; made with its UV coordinates if there is none."""
    mapping = next((node for node in tree.nodes if node.type == "MAPPING"), None)
    if mapping is None:
        mapping = tree.nodes.new("ShaderNodeMapping")
        source = tree.nodes.new("ShaderNodeTexCoord")
        tree.links.new(source.outputs["UV"], mapping.inputs["Vector"])
    return mapping.outputs["Vector"]


def scale_textures(found: bpy.types.Material, scale: list[float]) -> None:
    """Set how often all textures of a material repeat."""
    if len(scale) == 1:
        scale = scale * 3
    if len(scale) == 2:
        scale = [*scale, 1.0]
    mapping = next((node for node in found.node_tree.nodes if node.type == "MAPPING"), None)
    if mapping is None:
        raise InvalidArguments(f"{found.name!r} has no textures to scale; give textures too.")
    put(locate([mapping.inputs["Scale"]], "default_value", found), scale)


def principled_input(surface: Any, name: str) -> Any:
    """Return an input of the Principled shader by its name, also an older one."""
    socket = socket_named(surface.inputs, name)
    if socket is None:
        known = [each.name for each in surface.inputs if each.enabled]
        hint = nearest(name, known) or f" There are {', '.join(known)}."
        raise InvalidArguments(f"The Principled shader has no input {name!r}.{hint}", given=name)
    return socket


def existing(path: str, what: str) -> str:
    """Return the whole path of an image file that is there."""
    if path.startswith("//") and not bpy.data.filepath:
        raise InvalidArguments(
            f"{what}: {path!r} begins at the .blend's folder, but the file was never saved."
        )
    full = bpy.path.abspath(local_path(path))
    # Without a folder it was taken for an image's name, and nobody was asked about a file.
    if not is_path(path) or not Path(full).is_file():
        hint = nearest(path, bpy.data.images.keys())
        raise InvalidArguments(f"{what}: there is no image or file {path!r}.{hint}")
    return full
