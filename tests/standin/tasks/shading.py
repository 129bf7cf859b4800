"""Materials and their node graphs."""

from __future__ import annotations

from pathlib import Path

import bpy

from .task import call, came_from, has, same, surface, task, thing, value


def picture(file: Path, file_format: str = "PNG") -> None:
    """Write a small picture, as the person's own file."""
    image = bpy.data.images.new(file.stem, 8, 8, float_buffer=file_format == "HDR")
    image.filepath_raw, image.file_format = str(file), file_format
    image.save()
    bpy.data.images.remove(image)


def _bricks(folder: Path) -> None:
    for name in ("color", "roughness", "normal", "height"):
        picture(folder / f"bricks_{name}.png")


@task(
    "Texture the Cube with my brick pictures in {folder}: a new material 'Bricks' with "
    "bricks_color.png as base colour, bricks_roughness.png as roughness, bricks_normal.png through "
    "a normal map of strength 0.5 and bricks_height.png as real displacement with scale 0.05 and "
    "midlevel 0, all tiled 4 × 4. Mind the colour spaces.",
    call(
        "set_material", material="Bricks", objects=["Cube"],
        textures={
            "Base Color": "{folder}/bricks_color.png", "Roughness": "{folder}/bricks_roughness.png",
            "Normal": "{folder}/bricks_normal.png", "Displacement": "{folder}/bricks_height.png",
        },
        texture_scale=[4, 4, 1],
        properties={"displacement_method": "DISPLACEMENT"},
    ),
    call(
        "edit_nodes", kind="material", name="Bricks",
        set={
            "Normal Map": {"Strength": 0.5},
            "Displacement": {"Scale": 0.05, "Midlevel": 0},
        },
    ),
    set_up=_bricks,
)  # fmt: skip
def brick_textures() -> None:
    same("Cube's materials", thing("Cube").data.materials.keys(), ["Bricks"])
    shader = surface("Bricks")
    same("the surface", shader.bl_idname, "ShaderNodeBsdfPrincipled")
    output = bpy.data.materials["Bricks"].node_tree.get_output_node("ALL")
    bump = came_from(shader, "Normal", "ShaderNodeNormalMap", "Normal")
    value(bump, "Strength", 0.5)
    height = came_from(output, "Displacement", "ShaderNodeDisplacement", "Displacement")
    value(height, "Scale", 0.05)
    value(height, "Midlevel", 0)
    pictures = (
        (shader, "Base Color", "color", "sRGB"),
        (shader, "Roughness", "roughness", "Non-Color"),
        (bump, "Color", "normal", "Non-Color"),
        (height, "Height", "height", "Non-Color"),
    )
    for node, socket, name, space in pictures:
        texture = came_from(node, socket, "ShaderNodeTexImage", "Color")
        image = texture.image
        same(f"{socket}'s file", Path(bpy.path.abspath(image.filepath)).name, f"bricks_{name}.png")
        same(f"{socket}'s colour space", image.colorspace_settings.name, space)
        mapping = came_from(texture, "Vector", "ShaderNodeMapping", "Vector")
        value(mapping, "Scale", (4, 4, 1))
        came_from(mapping, "Vector", "ShaderNodeTexCoord", "UV")
    has(bpy.data.materials["Bricks"], displacement_method="DISPLACEMENT")


@task(
    "Make a material 'Frosted' for the Cube: a mix of a glass shader (IOR 1.33, roughness 0.1, "
    "colour #e0f0ff) and a diffuse shader (0.8, 0.8, 0.9), mixed by a Fresnel node of IOR 1.2, glass "
    "where the factor is 0. Nothing else in the graph.",
    call(
        "edit_nodes", kind="material", name="Frosted", clear=True,
        add=[
            {"type": "Material Output", "name": "Output"},
            {"type": "Mix Shader", "name": "Mix"},
            {
                "type": "Glass BSDF", "name": "Glass",
                "set": {"IOR": 1.33, "Roughness": 0.1, "Color": "#e0f0ff"},
            },
            {"type": "Diffuse BSDF", "name": "Diffuse", "set": {"Color": [0.8, 0.8, 0.9]}},
            {"type": "Fresnel", "name": "Edge", "set": {"IOR": 1.2}},
        ],
        link=[
            ["Edge", "Factor", "Mix", "Factor"],
            ["Glass", "BSDF", "Mix", "1"],
            ["Diffuse", "BSDF", "Mix", "2"],
            ["Mix", "Shader", "Output", "Surface"],
        ],
    ),
    call("set_material", material="Frosted", objects=["Cube"]),
)  # fmt: skip
def mixed_shaders() -> None:
    same("Cube's materials", thing("Cube").data.materials.keys(), ["Frosted"])
    mix = surface("Frosted")
    same("the surface", mix.bl_idname, "ShaderNodeMixShader")
    factor, first, second = (each.links[0].from_node for each in mix.inputs if each.is_linked)
    kinds = [each.bl_idname for each in (factor, first, second)]
    same("mixed", kinds, ["ShaderNodeFresnel", "ShaderNodeBsdfGlass", "ShaderNodeBsdfDiffuse"])
    value(factor, "IOR", 1.2)
    value(first, "IOR", 1.33)
    value(first, "Roughness", 0.1)
    value(first, "Color", (0.74540, 0.87137, 1.0, 1.0))
    value(second, "Color", (0.8, 0.8, 0.9, 1.0))
    same("nodes", len(bpy.data.materials["Frosted"].node_tree.nodes), 5)


@task(
    "Give the Cube a procedural wood 'Wood' by nodes: a noise texture (scale 6, detail 8, roughness "
    "0.6, generated coordinates stretched by 1, 1, 5) through a colour ramp (0: #3b2412, 0.45: "
    "#8a5a2b, 1: #c89a5b, ease) into the base colour, and through a bump of strength 0.15 into the "
    "normal. Roughness 0.7, coat weight 0.2.",
    call(
        "set_material", material="Wood", objects=["Cube"], roughness=0.7,
        inputs={"Coat Weight": 0.2},
    ),
    call(
        "edit_nodes", kind="material", name="Wood",
        add=[
            {"type": "Texture Coordinate", "name": "Place"},
            {"type": "Mapping", "name": "Stretch", "set": {"Scale": [1, 1, 5]}},
            {
                "type": "Noise Texture", "name": "Grain",
                "set": {"Scale": 6, "Detail": 8, "Roughness": 0.6},
            },
            {
                "type": "Color Ramp", "name": "Tones",
                "set": {
                    "color_ramp": [[0, "#3b2412"], [0.45, "#8a5a2b"], [1, "#c89a5b"]],
                    "color_ramp.interpolation": "EASE",
                },
            },
            {"type": "Bump", "name": "Bump", "set": {"Strength": 0.15}},
        ],
        link=[
            ["Place", "Generated", "Stretch", "Vector"],
            ["Stretch", "Vector", "Grain", "Vector"],
            ["Grain", "Fac", "Tones", "Fac"],
            ["Tones", "Color", "Principled BSDF", "Base Color"],
            ["Grain", "Fac", "Bump", "Height"],
            ["Bump", "Normal", "Principled BSDF", "Normal"],
        ],
    ),
)  # fmt: skip
def procedural_wood() -> None:
    same("Cube's materials", thing("Cube").data.materials.keys(), ["Wood"])
    shader = surface("Wood")
    value(shader, "Roughness", 0.7)
    value(shader, "Coat Weight", 0.2)
    ramp = came_from(shader, "Base Color", "ShaderNodeValToRGB", "Color")
    stops = [(each.position, tuple(each.color)) for each in ramp.color_ramp.elements]
    wanted = [
        (0.0, (0.043735, 0.017642, 0.006049, 1.0)),
        (0.45, (0.254152, 0.102242, 0.024158, 1.0)),
        (1.0, (0.577580, 0.323143, 0.104616, 1.0)),
    ]
    same("the ramp", stops, wanted, 1e-3)
    same("the ramp's blending", ramp.color_ramp.interpolation, "EASE")
    bump = came_from(shader, "Normal", "ShaderNodeBump", "Normal")
    value(bump, "Strength", 0.15)
    noise = came_from(ramp, ramp.inputs[0].name, "ShaderNodeTexNoise")
    numbers = [ramp.inputs[0].links[0].from_socket, bump.inputs["Height"].links[0].from_socket]
    same("the noise's number is used", numbers, [noise.outputs[0]] * 2)
    for socket, wish in (("Scale", 6), ("Detail", 8), ("Roughness", 0.6)):
        value(noise, socket, wish)
    stretch = came_from(noise, "Vector", "ShaderNodeMapping", "Vector")
    value(stretch, "Scale", (1, 1, 5))
    came_from(stretch, "Vector", "ShaderNodeTexCoord", "Generated")


@task(
    "The Cube's top shall glow: a new material 'Glow' on its top face only, emission #ff8800 at "
    "strength 5, no base colour (black). The other faces keep their material. Add a sphere 'Bubble' "
    "at (3, 0, 0) with a see-through material 'Film': alpha 0.25, transmission 1, IOR 1.1, roughness "
    "0, blended rendering, backfaces culled.",
    call(
        "set_material", material="Glow", color=[0, 0, 0],
        inputs={"Emission Color": "#ff8800", "Emission Strength": 5},
    ),
    call(
        "edit_mesh", name="Cube",
        steps=[{"do": "assign_material", "direction": "+Z", "name": "Glow"}],
    ),
    call("create_object", type="uv_sphere", name="Bubble", location=[3, 0, 0]),
    call(
        "set_material", material="Film", objects=["Bubble"], roughness=0,
        inputs={"Alpha": 0.25, "Transmission Weight": 1, "IOR": 1.1},
        properties={"surface_render_method": "BLENDED", "use_backface_culling": True},
    ),
)  # fmt: skip
def glow_and_film() -> None:
    mesh = thing("Cube").data
    same("Cube's materials", mesh.materials.keys(), ["Material", "Glow"])
    glowing = [tuple(face.normal) for face in mesh.polygons if face.material_index == 1]
    same("glowing faces", glowing, [(0, 0, 1)])
    glow = surface("Glow")
    value(glow, "Emission Color", (1.0, 0.246201, 0.0, 1.0))
    value(glow, "Emission Strength", 5)
    value(glow, "Base Color", (0, 0, 0, 1))
    same("Bubble's materials", thing("Bubble").data.materials.keys(), ["Film"])
    film = surface("Film")
    for socket, wish in (
        ("Alpha", 0.25),
        ("Transmission Weight", 1),
        ("IOR", 1.1),
        ("Roughness", 0),
    ):
        value(film, socket, wish)
    has(bpy.data.materials["Film"], surface_render_method="BLENDED", use_backface_culling=True)
