"""The world's light, and what the compositor does to the picture."""

from __future__ import annotations

import math
from pathlib import Path

import bpy

from .shading import picture
from .task import call, came_from, has, same, task, value


def _panorama(folder: Path) -> None:
    picture(folder / "studio.hdr", "HDR")


@task(
    "Light the scene with my HDRI {folder}/studio.hdr, turned by 90° about Z through a mapping with "
    "generated coordinates, at strength 1.5.",
    call(
        "edit_nodes", kind="world",
        add=[
            {
                "type": "Environment Texture", "name": "HDRI",
                "set": {"image": "{folder}/studio.hdr"},
            },
            {"type": "Mapping", "name": "Turn", "set": {"Rotation": [0, 0, 90]}},
            {"type": "Texture Coordinate", "name": "Place"},
        ],
        set={"Background": {"Strength": 1.5}},
        link=[
            ["Place", "Generated", "Turn", "Vector"],
            ["Turn", "Vector", "HDRI", "Vector"],
            ["HDRI", "Color", "Background", "Color"],
        ],
    ),
    set_up=_panorama,
)  # fmt: skip
def hdri_world() -> None:
    ground = _background()
    value(ground, "Strength", 1.5)
    hdri = came_from(ground, "Color", "ShaderNodeTexEnvironment", "Color")
    assert hdri.image is not None, "the environment texture has no image"
    same("the file", Path(bpy.path.abspath(hdri.image.filepath)).name, "studio.hdr")
    same("its colour space", hdri.image.colorspace_settings.name, "Linear Rec.709")
    turn = came_from(hdri, "Vector", "ShaderNodeMapping", "Vector")
    value(turn, "Rotation", (0, 0, math.pi / 2))
    came_from(turn, "Vector", "ShaderNodeTexCoord", "Generated")


def _background() -> bpy.types.Node:
    output = next(
        each
        for each in bpy.context.scene.world.node_tree.nodes
        if each.bl_idname == "ShaderNodeOutputWorld"
    )
    return came_from(output, "Surface", "ShaderNodeBackground", "Background")


@task(
    "A late afternoon sky: physical sky texture (Nishita), sun 15 degrees high, coming from 60 "
    "degrees, sun disc on with an intensity of 0.5, dust at 2 (air stays as it is), and the "
    "background at strength 0.4.",
    call(
        "edit_nodes", kind="world",
        add=[
            {
                "type": "Sky Texture", "name": "Sky",
                "set": {
                    "sky_type": "NISHITA", "sun_elevation": 15, "sun_rotation": 60,
                    "sun_disc": True, "sun_intensity": 0.5, "dust_density": 2,
                },
            },
        ],
        set={"Background": {"Strength": 0.4}},
        link=[["Sky", "Color", "Background", "Color"]],
    ),
)  # fmt: skip
def afternoon_sky() -> None:
    ground = _background()
    value(ground, "Strength", 0.4)
    sky = came_from(ground, "Color", "ShaderNodeTexSky", "Color")
    kinds = {"NISHITA", "MULTIPLE_SCATTERING"}  # renamed in 5.0
    assert sky.sky_type in kinds, f"the sky is {sky.sky_type}"
    has(sky, sun_elevation=math.radians(15), sun_rotation=math.radians(60))
    dust = "aerosol_density" if hasattr(sky, "aerosol_density") else "dust_density"  # 5.0
    has(sky, sun_disc=True, sun_intensity=0.5, **{dust: 2})


@task(
    "In the compositor, let the bright parts glow: the render goes through a fog glow glare with "
    "threshold 0.8, then a blur of 4 × 4 pixels, then a hue/saturation node with saturation 1.3, "
    "and from there to the output.",
    call(
        "edit_nodes", kind="compositor",
        add=[
            {
                "type": "Glare", "name": "Glow",
                "set": {"glare_type": "FOG_GLOW", "threshold": 0.8},
            },
            {"type": "Blur", "name": "Soft", "set": {"size_x": 4, "size_y": 4}},
            {"type": "Hue/Saturation/Value", "name": "Vivid", "set": {"Saturation": 1.3}},
        ],
        link=[
            ["Render Layers", "Image", "Glow", "Image"],
            ["Glow", "Image", "Soft", "Image"],
            ["Soft", "Image", "Vivid", "Image"],
            ["Vivid", "Image", "Composite", "Image"],
        ],
    ),
)  # fmt: skip
def compositor() -> None:
    scene = bpy.context.scene
    five = bpy.app.version >= (5, 0, 0)
    tree = scene.compositing_node_group if five else scene.node_tree
    assert tree is not None, "the scene has no compositor"
    kind = "NodeGroupOutput" if five else "CompositorNodeComposite"
    (output,) = (each for each in tree.nodes if each.bl_idname == kind)
    vivid = came_from(output, "Image", "CompositorNodeHueSat", "Image")
    value(vivid, "Saturation", 1.3)
    soft = came_from(vivid, "Image", "CompositorNodeBlur", "Image")
    glow = came_from(soft, "Image", "CompositorNodeGlare", "Image")
    came_from(glow, "Image", "CompositorNodeRLayers", "Image")
    if bpy.app.version < (4, 4, 0):
        has(glow, glare_type="FOG_GLOW", threshold=0.8)
    else:
        value(glow, "Threshold", 0.8)
    if five:
        value(glow, "Type", "Fog Glow")
    elif bpy.app.version >= (4, 4, 0):
        has(glow, glare_type="FOG_GLOW")
    if bpy.app.version < (4, 5, 0):
        has(soft, size_x=4, size_y=4)
    else:
        value(soft, "Size", (4, 4))
    if not five:
        has(scene, use_nodes=True)
