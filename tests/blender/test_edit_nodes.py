"""edit_nodes: trees of every kind, built, changed and read back."""

from __future__ import annotations

import bpy
import pytest

FIVE = bpy.app.version >= (5, 0, 0)


@pytest.fixture
def files(here):
    here.gate.allow("chat", ["files"])


@pytest.fixture
def picture(tmp_path):
    """Make an image file."""

    def one(name):
        image = bpy.data.images.new("made", 2, 2, float_buffer=name.endswith("hdr"))
        image.filepath_raw = str(tmp_path / name)
        image.file_format = "HDR" if name.endswith("hdr") else "PNG"
        image.save()
        bpy.data.images.remove(image)
        return str(tmp_path / name)

    return one


def material(name="Material"):
    return bpy.data.materials[name].node_tree


def compositor():
    scene = bpy.context.scene
    return scene.compositing_node_group if FIVE else scene.node_tree


def links(tree):
    return {
        (each.from_node.name, each.from_socket.name, each.to_node.name, each.to_socket.name)
        for each in tree.links
    }


def test_two_shaders_are_mixed_by_a_texture(call):
    result = call(
        "edit_nodes",
        kind="material",
        name="Rust",
        add=[
            {"type": "ShaderNodeBsdfPrincipled", "name": "Metal", "set": {"Metallic": 1}},
            {"type": "Mix Shader", "name": "Blend"},
            {"type": "Noise Texture", "name": "Dirt", "set": {"Scale": 12, "Detail": 4.5}},
        ],
        link=[
            ["Dirt", "Fac", "Blend", "Fac"],
            ["Principled BSDF", "BSDF", "Blend", "1"],
            ["Metal", "BSDF", "Blend", "2"],
            ["Blend", "Shader", "Material Output", "Surface"],
        ],
    )
    assert result.ok, result.error
    tree = material("Rust")
    blend = tree.nodes["Blend"]
    assert [blend.inputs[n].links[0].from_node.name for n in range(3)] == [
        "Dirt", "Principled BSDF", "Metal",
    ]  # fmt: skip
    assert tree.nodes["Dirt"].inputs["Scale"].default_value == 12
    assert tree.nodes["Metal"].inputs["Metallic"].default_value == 1
    assert result.receipt.added == {"material": ("Rust",)}


def test_a_mix_of_colours_sets_the_colour_inputs(call):
    values = {"data_type": "RGBA", "blend_type": "MULTIPLY", "A": [1, 0, 0], "B": "#0000ff",
              "Factor": 0.25}  # fmt: skip
    result = call(
        "edit_nodes",
        kind="material",
        name="Material",
        add=[{"type": "ShaderNodeMix", "name": "Mix", "set": values}],
        link=[["Mix", "Result", "Principled BSDF", "Base Color"]],
    )
    assert result.ok, result.error
    mix = material().nodes["Mix"]
    colours = {each.name: each for each in mix.inputs if each.enabled}
    assert tuple(colours["A"].default_value) == (1, 0, 0, 1)
    assert tuple(colours["B"].default_value) == (0, 0, 1, 1)
    assert colours["Factor"].default_value == 0.25
    base = material().nodes["Principled BSDF"].inputs["Base Color"]
    assert base.links[0].from_socket.type == "RGBA"
    assert base.links[0].from_socket.enabled


def test_a_ramp_and_a_curve_are_set_by_their_points(call):
    stops = [[1.0, "#ffffff"], [0.0, [0, 0, 0]], [0.4, [1, 0, 0, 0.5]]]
    knots = [[0, 0], [0.5, 0.8], [1, 1]]
    result = call(
        "edit_nodes",
        kind="material",
        name="Material",
        add=[
            {"type": "Color Ramp", "name": "Ramp", "set": {"color_ramp": stops}},
            {"type": "RGB Curves", "name": "Curve", "set": {"curve": knots}},
        ],
    )
    assert result.ok, result.error
    elements = material().nodes["Ramp"].color_ramp.elements
    assert [each.position for each in elements] == pytest.approx([0, 0.4, 1])
    assert [tuple(each.color) for each in elements] == [
        (0, 0, 0, 1), (1, 0, 0, 0.5), (1, 1, 1, 1),
    ]  # fmt: skip
    points = material().nodes["Curve"].mapping.curves[3].points
    assert [tuple(each.location) for each in points] == [pytest.approx(each) for each in knots]


def test_a_ramp_of_more_stops_than_before_and_of_fewer(call):
    for stops in ([[n / 4, [n / 4] * 3] for n in range(5)], [[0.2, [1, 0, 0]]]):
        add = [] if "Ramp" in material().nodes else [{"type": "Color Ramp", "name": "Ramp"}]
        result = call("edit_nodes", kind="material", name="Material", add=add,
                      set={"Ramp": {"color_ramp": stops, "color_ramp.interpolation": "EASE"}})  # fmt: skip
        assert result.ok, result.error
        elements = material().nodes["Ramp"].color_ramp.elements
        assert [each.position for each in elements] == pytest.approx([each[0] for each in stops])
    assert material().nodes["Ramp"].color_ramp.interpolation == "EASE"


def test_an_angle_is_given_in_degrees(call):
    result = call("edit_nodes", kind="material", name="Material",
                  add=[{"type": "Mapping", "name": "Turn", "set": {"Rotation": [0, 0, 90]}}])  # fmt: skip
    assert tuple(material().nodes["Turn"].inputs["Rotation"].default_value) == (
        pytest.approx((0, 0, 1.5707963))
    )
    assert result.value["nodes"]["Turn"]["set"]["Rotation"] == [0, 0, 90]


@pytest.mark.parametrize(
    ("type", "key", "value"), [("Value", "Value", 3), ("RGB", "Color", "#f00000")]
)
def test_nodes_of_one_output_keep_their_value_there(call, type, key, value):
    result = call("edit_nodes", kind="material", name="Material",
                  add=[{"type": type, "name": "It", "set": {key: value}}])  # fmt: skip
    assert result.ok, result.error
    got = material().nodes["It"].outputs[0].default_value
    assert got == 3 if type == "Value" else got[0] > 0.8
    told = result.value["nodes"]["It"]
    assert told.get("set"), "what was set is not told when the tree is read back"


def test_a_node_group_is_used_by_its_name(call):
    call("edit_nodes", kind="group", name="Shades",
         interface=[{"name": "Amount", "in_out": "INPUT", "default": 0.5, "min": 0, "max": 1}])  # fmt: skip
    result = call(
        "edit_nodes",
        kind="material",
        name="Material",
        add=[
            {"type": "ShaderNodeGroup", "name": "G", "set": {"node_tree": "Shades", "Amount": 0.25}}
        ],
    )
    assert result.ok, result.error
    assert material().nodes["G"].inputs["Amount"].default_value == 0.25


def test_an_image_file_is_loaded_with_its_colours(call, files, picture):
    result = call("edit_nodes", kind="material", name="Material",
                  add=[{"type": "Image Texture", "name": "Wood", "set": {"image": picture("a.png")}}],
                  link=[["Wood", "Color", "Principled BSDF", "Base Color"]])  # fmt: skip
    assert result.ok, result.error
    image = material().nodes["Wood"].image
    assert image.colorspace_settings.name == "sRGB"
    assert result.receipt.added == {"image": (image.name,)}


def test_an_image_file_asks_first(refused, picture):
    add = [{"type": "Image Texture", "set": {"image": picture("a.png")}}]
    assert "--allow files" in refused("edit_nodes", kind="material", name="Material", add=add)


def test_an_image_of_another_machine_is_refused(refused, files):
    add = [{"type": "Image Texture", "set": {"image": "\\\\server\\share\\a.png"}}]
    error = refused("edit_nodes", kind="material", name="Material", add=add)
    assert "is on another machine" in error


def test_the_world_gets_a_picture_around_it(call, files, picture):
    result = call(
        "edit_nodes",
        kind="world",
        add=[
            {"type": "Environment Texture", "name": "Sky", "set": {"image": picture("a.hdr")}},
            {"type": "Mapping", "name": "Turn", "set": {"Rotation": [0, 0, 45]}},
            {"type": "Texture Coordinate", "name": "Where"},
        ],
        set={"Background": {"Strength": 1.5}},
        link=[
            ["Where", "Generated", "Turn", "Vector"],
            ["Turn", "Vector", "Sky", "Vector"],
            ["Sky", "Color", "Background", "Color"],
        ],
    )
    assert result.ok, result.error
    tree = bpy.context.scene.world.node_tree
    assert links(tree) >= {
        ("Sky", "Color", "Background", "Color"),
        ("Turn", "Vector", "Sky", "Vector"),
    }
    assert tree.nodes["Sky"].image.colorspace_settings.name == "Linear Rec.709"
    assert tree.nodes["Background"].inputs["Strength"].default_value == 1.5


@pytest.mark.parametrize("model", ["NISHITA", "MULTIPLE_SCATTERING"])
def test_a_sky_with_a_sun_is_one_call_on_every_version(call, model):
    values = {"sky_type": model, "sun_elevation": 30, "sun_rotation": 90, "altitude": 100}
    result = call("edit_nodes", kind="world", add=[{"type": "Sky Texture", "name": "Sky", "set": values}],
                  link=[["Sky", "Color", "Background", "Color"]])  # fmt: skip
    assert result.ok, result.error
    sky = bpy.context.scene.world.node_tree.nodes["Sky"]
    assert sky.sky_type == ("MULTIPLE_SCATTERING" if FIVE else "NISHITA")
    assert sky.sun_elevation == pytest.approx(0.5235988)
    assert sky.altitude == 100


def test_a_scene_without_a_world_gets_one(call):
    bpy.context.scene.world = None
    result = call("edit_nodes", kind="world", set={"Background": {"Color": [0, 0, 1]}})
    assert result.ok, result.error
    world = bpy.context.scene.world
    assert tuple(world.node_tree.nodes["Background"].inputs["Color"].default_value) == (0, 0, 1, 1)


def test_a_light_gets_nodes(call):
    result = call("edit_nodes", kind="light", name="Light",
                  add=[{"type": "Blackbody", "name": "Warm", "set": {"Temperature": 3000}}],
                  link=[["Warm", "Color", "Emission", "Color"]])  # fmt: skip
    assert result.ok, result.error
    tree = bpy.data.lights["Light"].node_tree
    assert ("Warm", "Color", "Emission", "Color") in links(tree)


@pytest.mark.parametrize(
    ("values", "quality"),
    [
        ({"Type": "Fog Glow", "Threshold": 0.5, "quality": "HIGH"}, "HIGH"),
        ({"glare_type": "FOG_GLOW", "threshold": 0.5, "Quality": "High"}, "HIGH"),
    ],
)
def test_a_glow_in_the_compositor_is_one_call_on_every_version(call, values, quality):
    result = call(
        "edit_nodes",
        kind="compositor",
        add=[{"type": "Glare", "name": "Glow", "set": values}],
        link=[
            ["Render Layers", "Image", "Glow", "Image"],
            ["Glow", "Image", "Composite", "Image"],
        ],
    )
    assert result.ok, result.error
    tree = compositor()
    glow = tree.nodes["Glow"]
    assert ("Glow", "Image", "Composite", "Image") in links(tree)
    threshold = (
        glow.inputs["Threshold"].default_value if "Threshold" in glow.inputs else glow.threshold
    )
    assert threshold == 0.5
    if FIVE:
        assert glow.inputs["Type"].default_value == "Fog Glow"
        assert glow.inputs["Quality"].default_value == "High"
    else:
        assert (glow.glare_type, glow.quality) == ("FOG_GLOW", quality)


def test_of_two_inputs_of_one_name_the_one_that_takes_the_value_is_set(call):
    add = [{"type": "Color Balance", "name": "Warm", "set": {"gain": [1, 1, 0.5]}}]
    result = call("edit_nodes", kind="compositor", add=add)
    assert result.ok, result.error


@pytest.mark.parametrize("type", ["Composite", "CompositorNodeComposite", "NodeGroupOutput"])
def test_the_compositors_output_may_be_asked_for_by_each_of_its_names(call, type):
    result = call(
        "edit_nodes",
        kind="compositor",
        clear=True,
        add=[{"type": "Render Layers", "name": "In"}, {"type": type, "name": "Out"}],
        link=[["In", "Image", "Out", "Image"]],
    )
    assert result.ok, result.error
    assert links(compositor()) == {("In", "Image", "Out", "Image")}


def test_a_new_compositor_passes_the_render_on(call):
    result = call("edit_nodes", kind="compositor", add=[{"type": "Blur", "name": "Soft"}])
    assert result.ok, result.error
    into = compositor().nodes["Composite"].inputs["Image"].links[0].from_node
    while into.type == "REROUTE":  # 4.5 leads it around
        into = into.inputs[0].links[0].from_node
    assert into.type == "R_LAYERS"


def test_a_geometry_group_is_made_and_used_by_a_modifier(call):
    result = call(
        "edit_nodes",
        kind="geometry",
        name="Lift",
        interface=[
            {
                "name": "Height",
                "in_out": "INPUT",
                "type": "Float",
                "default": 2,
                "min": 0,
                "max": 9,
            },
            {"name": "Times", "in_out": "INPUT", "type": "Int", "default": 3},
        ],
        add=[
            {"type": "Set Position", "name": "Move"},
            {"type": "Combine XYZ", "name": "Up"},
        ],
        link=[
            ["Group Input", "Geometry", "Move", "Geometry"],
            ["Group Input", "Height", "Up", "Z"],
            ["Up", "Vector", "Move", "Offset"],
            ["Move", "Geometry", "Group Output", "Geometry"],
        ],
    )
    assert result.ok, result.error
    group = bpy.data.node_groups["Lift"]
    height = group.interface.items_tree["Height"]
    assert (height.default_value, height.min_value, height.max_value) == (2, 0, 9)
    used = call("set_modifier", names=["Cube"], type="NODES", modifier="Lift",
                properties={"node_group": "Lift", "Height": 5})  # fmt: skip
    assert used.ok, used.error
    evaluated = bpy.data.objects["Cube"].evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert min(vertex.co.z for vertex in evaluated.data.vertices) == pytest.approx(4)


def test_a_default_outside_the_limits_is_refused(refused):
    socket = {"name": "Height", "in_out": "INPUT", "default": 20, "max": 9}
    assert "Height" in refused("edit_nodes", kind="geometry", name="Lift", interface=[socket])


@pytest.mark.parametrize(
    ("type", "default"),
    [("Bool", True), ("Vector", [1, 2, 3]), ("Color", "#ff0000"), ("String", "hello"),
     ("Material", "Material"), ("Object", "Cube"), ("Rotation", [0, 0, 90]), ("Image", None),
     ("Collection", "Collection"), ("Geometry", None), ("float", 1)],
)  # fmt: skip
def test_sockets_of_each_type_are_made_with_their_defaults(call, type, default):
    socket = {"name": "New", "in_out": "INPUT", "type": type, "default": default}
    result = call("edit_nodes", kind="geometry", name="G", interface=[socket])
    assert result.ok, result.error
    made = bpy.data.node_groups["G"].interface.items_tree["New"]
    if type == "Rotation":
        assert made.default_value[2] == pytest.approx(1.5707963)
    elif default is not None:
        value = made.default_value
        assert getattr(value, "name", None) == default or value == default or list(value)[:1] == [1]


def test_a_socket_is_removed(call):
    call("edit_nodes", kind="geometry", name="G", interface=[{"name": "New", "in_out": "INPUT"}])
    result = call("edit_nodes", kind="geometry", name="G",
                  interface=[{"name": "New", "in_out": "INPUT", "remove": True}])  # fmt: skip
    assert result.ok, result.error
    assert "New" not in bpy.data.node_groups["G"].interface.items_tree


def test_a_zone_is_made_of_a_pair(call):
    result = call(
        "edit_nodes",
        kind="geometry",
        name="Loop",
        add=[
            {"type": "GeometryNodeRepeatOutput", "name": "End"},
            {
                "type": "GeometryNodeRepeatInput",
                "name": "Start",
                "set": {"pair": "End", "Iterations": 4},
            },
        ],
        link=[
            ["Group Input", "Geometry", "Start", "Geometry"],
            ["Start", "Geometry", "End", "Geometry"],
            ["End", "Geometry", "Group Output", "Geometry"],
        ],
    )
    assert result.ok, result.error
    nodes = bpy.data.node_groups["Loop"].nodes
    assert nodes["Start"].paired_output == nodes["End"]
    assert nodes["Start"].inputs["Iterations"].default_value == 4


def test_nodes_are_unlinked_removed_and_cleared(call):
    call("edit_nodes", kind="material", name="Material", add=[{"type": "Value", "name": "V"}],
         link=[["V", "Value", "Principled BSDF", "Roughness"]])  # fmt: skip
    call("edit_nodes", kind="material", name="Material", unlink=[["Principled BSDF", "Roughness"]])
    assert not material().nodes["Principled BSDF"].inputs["Roughness"].is_linked
    result = call("edit_nodes", kind="material", name="Material", remove=["V"])
    assert "V" not in material().nodes
    assert result.receipt.text() == "Changed material Material (V removed)"
    call("edit_nodes", kind="material", name="Material", clear=True,
         add=[{"type": "Material Output"}])  # fmt: skip
    assert [each.type for each in material().nodes] == ["OUTPUT_MATERIAL"]


def test_a_tree_is_read_back_with_what_differs_and_changes_nothing(call):
    call(
        "edit_nodes", kind="material", name="Material", set={"Principled BSDF": {"Roughness": 0.25}}
    )
    result = call("edit_nodes", kind="material", name="Material")
    assert not result.receipt
    assert result.value["of"] == "Material"
    nodes = result.value["nodes"]
    assert nodes["Principled BSDF"]["type"] == "ShaderNodeBsdfPrincipled"
    assert nodes["Principled BSDF"]["set"]["Roughness"] == 0.25
    assert "Metallic" not in nodes["Principled BSDF"]["set"]
    assert ["Principled BSDF", "BSDF", "Material Output", "Surface"] in result.value["links"]


def test_what_is_read_can_be_set_again(call):
    call("edit_nodes", kind="material", name="Material", add=[
        {"type": "Mix", "name": "M", "set": {"data_type": "RGBA", "A": [1, 0, 0]}},
        {"type": "Color Ramp", "name": "R", "set": {"color_ramp": [[0, [1, 0, 0]], [0.5, [0, 1, 0]]]}},
        {"type": "Math", "name": "S", "set": {"operation": "SINE"}},
    ])  # fmt: skip
    told = call("edit_nodes", kind="material", name="Material").value
    add = [{"type": each["type"], "name": name, "set": each.get("set", {})}
           for name, each in told["nodes"].items()]  # fmt: skip
    again = call(
        "edit_nodes", kind="material", name="Copy", clear=True, add=add, link=told["links"]
    )
    assert again.ok, again.error
    assert again.value["nodes"] == told["nodes"]
    copied = material("Copy").nodes["R"].color_ramp.elements
    assert [each.position for each in copied] == [0, 0.5]


def test_a_long_tree_is_cut_and_says_so(call):
    add = [{"type": "Math", "set": {"operation": "SINE"}} for _ in range(200)]
    value = call("edit_nodes", kind="group", name="Long", add=add).value
    assert value["left_out"].startswith("200 nodes")
    assert len(str(value)) < 8_000


def test_new_nodes_stand_left_of_what_they_feed_and_apart(call):
    call("edit_nodes", kind="material", name="Material",
         add=[{"type": "Noise Texture", "name": "A"}, {"type": "Voronoi Texture", "name": "B"}],
         link=[["A", "Color", "Principled BSDF", "Base Color"],
               ["B", "Distance", "Principled BSDF", "Roughness"]])  # fmt: skip
    nodes = material().nodes
    assert nodes["A"].location.x < nodes["Principled BSDF"].location.x
    assert nodes["B"].location.x < nodes["Principled BSDF"].location.x
    assert abs(nodes["A"].location.y - nodes["B"].location.y) > 100


def test_a_given_place_is_kept(call):
    call("edit_nodes", kind="material", name="Material",
         add=[{"type": "Value", "name": "V", "location": [-900, 50]}])  # fmt: skip
    assert tuple(material().nodes["V"].location) == (-900, 50)


def test_the_same_again_changes_nothing(call):
    given = {"kind": "material", "name": "Material",
             "set": {"Principled BSDF": {"Roughness": 0.25, "Base Color": [1, 0, 0]}}}  # fmt: skip
    call("edit_nodes", **given)
    assert not call("edit_nodes", **given).receipt


def test_all_of_it_or_nothing(refused):
    refused(
        "edit_nodes",
        kind="material",
        name="Material",
        add=[{"type": "Value", "name": "V"}],
        set={"Principled BSDF": {"Roughness": 0.1}},
        link=[["V", "Value", "Principled BSDF", "Nowhere"]],
    )


@pytest.mark.parametrize("type", ["ShaderNodeScript", "Script", "script"])
def test_a_script_node_asks_first(refused, type):
    add = [{"type": type}]
    assert "--allow code" in refused("edit_nodes", kind="material", name="Material", add=add)


def test_a_path_does_not_pass_unasked_as_the_default_of_a_socket(refused):
    socket = {"name": "From", "in_out": "INPUT", "type": "String", "default": "/etc/passwd"}
    error = refused("edit_nodes", kind="geometry", name="G", interface=[socket])
    assert "--allow files" in error


def test_where_the_compositor_writes_asks_first(refused):
    key = "directory" if FIVE else "base_path"
    add = [{"type": "CompositorNodeOutputFile", "set": {key: "out"}}]
    assert "--allow files" in refused("edit_nodes", kind="compositor", add=add)


def test_linked_materials_are_not_changed(refused, tmp_path):
    path = str(tmp_path / "library.blend")
    bpy.data.libraries.write(path, {bpy.data.materials["Material"]})
    bpy.data.materials["Material"].name = "Own"
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.materials = ["Material"]
    error = refused("edit_nodes", kind="material", name="Material", clear=True)
    assert "is linked from" in error


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "shader"}, "none of material, world, light, compositor, geometry, group"),
        ({"name": "Materiel"}, "Did you mean 'Material'?"),
        ({"kind": "light", "name": "Lihgt"}, "Did you mean 'Light'?"),
        ({"kind": "group", "name": "Nothing"}, "There is no node group 'Nothing'"),
        ({"kind": "compositor"}, "has no nodes yet; add some"),
        ({"name": "", "clear": True}, "cannot be a name"),
        ({"add": [{"type": "Nose Texture"}]}, "Did you mean 'Noise Texture'"),
        ({"add": [{"type": "GeometryNodeSetPosition"}]}, "for this tree"),
        ({"add": [{"type": "Value", "nam": "x"}]}, "'nam'"),
        ({"add": [{"type": "Value", "name": "Principled BSDF"}]}, "There is a node 'Principled BSDF' already"),
        ({"set": {"Principled": {"Roughness": 1}}}, "Did you mean 'Principled BSDF'?"),
        ({"set": {"Principled BSDF": {"Roughnes": 1}}}, "Did you mean 'Roughness'"),
        ({"set": {"Principled BSDF": {"Roughness": float("nan")}}}, "finite"),
        ({"set": {"Principled BSDF": {"Roughness": float("inf")}}}, "finite"),
        ({"set": {"Principled BSDF": {"Roughness": 4}}}, "from 0 to 1"),
        ({"set": {"Principled BSDF": {"Roughness": "rough"}}}, "give a number"),
        ({"set": {"Principled BSDF": {"distribution": "GXG"}}}, "GGX"),
        ({"set": {"Principled BSDF": {"type": "x"}}}, "cannot be set"),
        ({"link": [["Principled BSDF", "BSDFF", "Material Output", "Surfaces"]]}, "Did you mean 'Surface'?"),
        ({"link": [["Principled BSDF", "BSDF", "Principled BSDF", "Base Color"]]}, "cannot be linked"),
        ({"unlink": [["Principled BSDF", "Colour"]]}, "has no input 'Colour'"),
        ({"remove": ["Nothing"]}, "There is no node 'Nothing'"),
        ({"interface": [{"name": "A", "in_out": "INPUT"}]}, "Only groups"),
        ({"kind": "geometry", "name": "G", "interface": [{"name": "A", "in_out": "INPUT", "type": "Number"}]},
         "There is no socket type 'Number'"),
        ({"kind": "geometry", "name": "G", "interface": [{"name": "A", "in_out": "BOTH"}]}, "INPUT"),
        ({"add": [{"type": "Color Ramp", "set": {"color_ramp": []}}]}, "1 to 32 stops"),
        ({"add": [{"type": "Color Ramp", "set": {"color_ramp": [["a", [0, 0, 0]]]}}]}, "color_ramp"),
        ({"add": [{"type": "Color Ramp", "set": {"color_ramp": [[0, "red"]]}}]}, "#rrggbb"),
        ({"add": [{"type": "Color Ramp", "set": {"color_ramp": [[0, [1]]]}}]}, "color_ramp"),
        ({"add": [{"type": "Color Ramp", "set": {"color_ramp": [[2, [1, 0, 0]]]}}]}, "color_ramp"),
        ({"add": [{"type": "RGB Curves", "set": {"curve": [[0, 0]]}}]}, "at least two points"),
        ({"add": [{"type": "RGB Curves", "set": {"curve": [[0, "a"], [1, 1]]}}]}, "curve"),
        ({"add": [{"type": "Value", "set": {"pair": "x"}}]}, "begins no zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_could(refused, given, said):
    error = refused("edit_nodes", **{"kind": "material", "name": "Material", **given})
    assert said in error
    assert not error.startswith(("TypeError", "ValueError", "KeyError", "AttributeError"))


def test_a_loop_of_nodes_ends(call):
    result = call("edit_nodes", kind="material", name="Material",
                  add=[{"type": "Math", "name": "A"}, {"type": "Math", "name": "B"}],
                  link=[["A", "Value", "B", "0"], ["B", "Value", "A", "0"]])  # fmt: skip
    assert result.ok or "loop" in result.error


def test_a_link_that_blender_marks_as_wrong_is_refused(refused):
    error = refused(
        "edit_nodes",
        kind="material",
        name="Material",
        add=[{"type": "Noise Texture", "name": "N"}, {"type": "Mix Shader", "name": "M"}],
        link=[["M", "Shader", "N", "Scale"]],
    )
    assert "cannot be linked" in error


def test_another_group_within_itself_is_refused(refused):
    bpy.data.node_groups.new("Own", "ShaderNodeTree")
    add = [{"type": "ShaderNodeGroup", "set": {"node_tree": "Own"}}]
    refused("edit_nodes", kind="group", name="Own", add=add)


def test_it_works_while_an_object_is_edited(call):
    bpy.ops.object.mode_set(mode="EDIT")
    result = call("edit_nodes", kind="material", name="Material",
                  set={"Principled BSDF": {"Roughness": 0.25}})  # fmt: skip
    assert result.ok, result.error
    assert bpy.context.mode == "EDIT_MESH"
    assert material().nodes["Principled BSDF"].inputs["Roughness"].default_value == 0.25
