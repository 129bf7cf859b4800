"""set_material: what becomes of the shader, its textures, and the objects' slots."""

from __future__ import annotations

import bpy
import pytest


@pytest.fixture
def picture(tmp_path):
    """Make an image file of four pixels."""

    def one(name="wood.png", alpha=False):
        image = bpy.data.images.new("made", 2, 2, alpha=alpha)
        image.filepath_raw, image.file_format = str(tmp_path / name), "PNG"
        image.save()
        bpy.data.images.remove(image)
        return str(tmp_path / name)

    return one


@pytest.fixture
def files(here):
    here.gate.allow("chat", ["files"])


def tree(name="Red"):
    return bpy.data.materials[name].node_tree


def shader(name="Red"):
    return next(node for node in tree(name).nodes if node.type == "BSDF_PRINCIPLED")


def source(socket):
    """The node that an input is linked to."""
    return socket.links[0].from_node if socket.is_linked else None


def values(name="Red", *inputs):
    return [shader(name).inputs[each].default_value for each in inputs]


def cubes(*names):
    """Objects with meshes of their own, without materials."""
    for name in names:
        mesh = bpy.data.objects["Cube"].data.copy()
        mesh.materials.clear()
        bpy.context.collection.objects.link(bpy.data.objects.new(name, mesh))


def test_a_new_material_is_principled_and_given_to_the_object(call):
    told = call("set_material", material="Red", objects=["Cube"], color=[0.8, 0.1, 0.1]).value
    cube = bpy.data.objects["Cube"]
    assert [slot.material.name for slot in cube.material_slots] == ["Red"]
    assert tuple(shader().inputs["Base Color"].default_value) == pytest.approx((0.8, 0.1, 0.1, 1))
    assert tuple(bpy.data.materials["Red"].diffuse_color) == pytest.approx((0.8, 0.1, 0.1, 1))
    assert told == {"name": "Red", "base_color": [0.8, 0.1, 0.1, 1], "metallic": 0.0,
                    "roughness": 0.5, "objects": 1}  # fmt: skip


def test_a_colour_of_the_web_becomes_linear(call):
    call("set_material", material="Red", color="#ff8000")
    assert tuple(values("Red", "Base Color")[0]) == pytest.approx((1, 0.21586, 0, 1), abs=1e-4)


def test_metallic_roughness_and_other_inputs_are_set(call):
    inputs = {"IOR": 1.33, "Transmission Weight": 1, "Emission Color": "#ffffff",
              "Emission Strength": 2.5, "Coat Weight": 0.5, "Alpha": 0.25}  # fmt: skip
    assert call("set_material", material="Red", metallic=1, roughness=0.2, inputs=inputs).ok
    assert values("Red", "Metallic", "Roughness", "IOR", "Emission Strength", "Alpha") == (
        pytest.approx([1, 0.2, 1.33, 2.5, 0.25])
    )


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Transmission", "Transmission Weight"),
        ("Specular", "Specular IOR Level"),
        ("Clearcoat", "Coat Weight"),
        ("emission strength", "Emission Strength"),
        ("Subsurface", "Subsurface Weight"),
        ("Sheen", "Sheen Weight"),
    ],
)
def test_an_input_is_found_by_its_earlier_name(call, given, meant):
    assert call("set_material", material="Red", inputs={given: 0.75}).ok
    assert values("Red", meant) == pytest.approx([0.75])


def test_a_material_that_is_there_is_changed_and_keeps_the_rest(call):
    call("set_material", material="Red", color=[1, 0, 0], roughness=0.1)
    result = call("set_material", material="Red", metallic=1)
    assert tuple(values("Red", "Base Color")[0]) == (1, 0, 0, 1)
    assert values("Red", "Roughness", "Metallic") == pytest.approx([0.1, 1])
    assert result.receipt.text() == "Changed material Red (Metallic)"


def test_the_same_again_changes_nothing(call):
    given = {"material": "Red", "objects": ["Cube"], "color": [1, 0, 0], "roughness": 0.1}
    call("set_material", **given)
    assert not call("set_material", **given).receipt


def test_the_receipt_tells_the_material_and_who_got_it(call):
    receipt = call("set_material", material="Red", objects=["Cube"]).receipt
    assert receipt.text() == "Added material Red; changed object Cube (material)"


def test_patterns_give_it_to_many_objects(call):
    cubes("Rack 1", "Rack 2", "Other")
    assert call("set_material", material="Red", objects=["Rack *"]).value["objects"] == 2
    assert bpy.data.objects["Rack 2"].active_material.name == "Red"
    assert bpy.data.objects["Other"].active_material is None


def test_one_can_be_added_beside_the_others_once(call):
    for _ in range(2):
        call("set_material", material="Red", objects=["Cube"], add_slot=True)
    assert bpy.data.objects["Cube"].data.materials.keys() == ["Material", "Red"]


def test_it_replaces_all_materials_and_no_face_is_left_without(call):
    cube = bpy.data.objects["Cube"]
    cube.data.materials.append(None)
    cube.data.polygons[3].material_index = 1
    call("set_material", material="Red", objects=["Cube"])
    assert cube.data.materials.keys() == ["Red"]
    assert {face.material_index for face in cube.data.polygons} == {0}


def test_faces_alone_get_it_and_the_others_keep_theirs(call):
    call("set_material", material="Red", objects=["Cube"], faces=[0, 5])
    cube = bpy.data.objects["Cube"]
    names = [cube.data.materials[face.material_index].name for face in cube.data.polygons]
    assert names == ["Red", *["Material"] * 4, "Red"]


def test_faces_of_a_mesh_without_materials_leave_the_others_without(call):
    cubes("Bare")
    call("set_material", material="Red", objects=["Bare"], faces=[2])
    bare = bpy.data.objects["Bare"]
    assert [slot.name for slot in bare.material_slots] == ["", "Red"]
    assert bare.data.polygons[2].material_index == 1


def test_a_material_of_the_object_itself_is_replaced_too(call):
    slot = bpy.data.objects["Cube"].material_slots[0]
    slot.link = "OBJECT"
    slot.material = bpy.data.materials["Material"]
    call("set_material", material="Red", objects=["Cube"])
    assert bpy.data.objects["Cube"].material_slots[0].material.name == "Red"


@pytest.mark.parametrize("kind", ["CURVE", "FONT", "META"])
def test_what_takes_materials_gets_it(call, kind):
    data = {
        "CURVE": lambda: bpy.data.curves.new("x", "CURVE"),
        "FONT": lambda: bpy.data.curves.new("x", "FONT"),
        "META": lambda: bpy.data.metaballs.new("x"),
    }[kind]()
    bpy.context.collection.objects.link(bpy.data.objects.new("x", data))
    assert call("set_material", material="Red", objects=["x"]).ok
    assert data.materials.keys() == ["Red"]


def test_properties_of_the_material_are_set(call):
    properties = {"use_backface_culling": True, "surface_render_method": "BLENDED"}
    assert call("set_material", material="Glass", properties=properties).ok
    glass = bpy.data.materials["Glass"]
    assert (glass.use_backface_culling, glass.surface_render_method) == (True, "BLENDED")


def test_properties_may_lead_into_the_nodes(call):
    properties = {'node_tree.nodes["Principled BSDF"].subsurface_method': "BURLEY"}
    assert call("set_material", material="Skin", properties=properties).ok
    assert shader("Skin").subsurface_method == "BURLEY"


@pytest.mark.parametrize(
    ("name", "space", "between"),
    [
        ("Base Color", "sRGB", None),
        ("Emission Color", "sRGB", None),
        ("Roughness", "Non-Color", None),
        ("Metallic", "Non-Color", None),
        ("Normal", "Non-Color", "NORMAL_MAP"),
    ],
)
def test_a_texture_gets_its_colour_space_and_what_stands_between(
    call, files, picture, name, space, between
):
    assert call("set_material", material="Red", textures={name: picture()}).ok
    node = source(shader().inputs[name])
    if between:
        assert node.type == between
        node = source(node.inputs["Color"])
    assert node.type == "TEX_IMAGE"
    assert node.image.colorspace_settings.name == space
    mapping = source(node.inputs["Vector"])
    assert mapping.type == "MAPPING"
    assert mapping.inputs["Vector"].links[0].from_socket.name == "UV"


def test_displacement_goes_to_the_output_by_its_own_node(call, files, picture):
    call("set_material", material="Red", textures={"Displacement": picture()})
    output = next(node for node in tree().nodes if node.type == "OUTPUT_MATERIAL")
    between = source(output.inputs["Displacement"])
    assert between.type == "DISPLACEMENT"
    image = source(between.inputs["Height"]).image
    assert image.colorspace_settings.name == "Non-Color"


def test_a_cut_out_takes_the_pictures_alpha(call, files, picture):
    call("set_material", material="Leaf", textures={"Alpha": picture(alpha=True)})
    assert shader("Leaf").inputs["Alpha"].links[0].from_socket.name == "Alpha"


def test_textures_share_one_mapping_and_are_scaled_together(call, files, picture):
    textures = {"Base Color": picture("a.png"), "Roughness": picture("b.png")}
    call("set_material", material="Red", textures=textures, texture_scale=[4, 2, 1])
    mappings = [node for node in tree().nodes if node.type == "MAPPING"]
    assert len(mappings) == 1
    assert tuple(mappings[0].inputs["Scale"].default_value) == (4, 2, 1)
    call("set_material", material="Red", texture_scale=[3])
    assert tuple(mappings[0].inputs["Scale"].default_value) == (3, 3, 3)


@pytest.mark.parametrize("name", ["Base Color", "Normal", "Displacement"])
def test_a_texture_that_is_replaced_or_taken_off_leaves_no_nodes_behind(call, files, picture, name):
    call("set_material", material="Red", textures={name: picture("a.png")})
    before = sorted(node.type for node in tree().nodes)
    call("set_material", material="Red", textures={name: picture("b.png")})
    assert sorted(node.type for node in tree().nodes) == before
    call("set_material", material="Red", textures={name: ""})
    assert "TEX_IMAGE" not in [node.type for node in tree().nodes]


def test_a_texture_that_is_taken_off_leaves_the_input_free(call, files, picture):
    call("set_material", material="Red", textures={"Base Color": picture()})
    call("set_material", material="Red", textures={"Base Color": ""})
    assert not shader().inputs["Base Color"].is_linked


def test_taking_off_a_texture_that_is_not_there_changes_nothing(call):
    call("set_material", material="Red")
    assert not call("set_material", material="Red", textures={"Base Color": ""}).receipt


def test_the_same_texture_again_changes_nothing(call, files, picture):
    given = {"material": "Red", "textures": {"Base Color": picture()}}
    call("set_material", **given)
    count = len(tree().nodes)
    assert not call("set_material", **given).receipt
    assert len(tree().nodes) == count


def test_a_colour_takes_the_place_of_a_texture(call, files, picture):
    call("set_material", material="Red", textures={"Base Color": picture()})
    call("set_material", material="Red", color=[1, 0, 0])
    assert not shader().inputs["Base Color"].is_linked


def test_another_input_takes_the_place_of_its_texture_too(call, files, picture):
    call("set_material", material="Red", textures={"Emission Color": picture()})
    call("set_material", material="Red", inputs={"Emission Color": [1, 0, 0]})
    assert not shader().inputs["Emission Color"].is_linked


def test_a_loaded_image_is_used_by_its_name_without_asking(call):
    bpy.data.images.new("Wood", 2, 2)
    assert call("set_material", material="Red", textures={"Base Color": "Wood"}).ok
    assert source(shader().inputs["Base Color"]).image == bpy.data.images["Wood"]


def test_one_image_used_as_colour_and_as_data_keeps_its_colours(call, files, picture):
    path = picture()
    call("set_material", material="Red", textures={"Base Color": path})
    call("set_material", material="Red", textures={"Roughness": path})
    images = [source(shader().inputs[each]).image for each in ("Base Color", "Roughness")]
    spaces = [each.colorspace_settings.name for each in images]
    assert spaces == ["sRGB", "Non-Color"]


def test_an_image_file_asks_first(refused, picture):
    path = picture()
    error = refused("set_material", material="Red", textures={"Base Color": path})
    assert path in error
    assert "--allow files" in error


def test_a_file_without_any_slash_asks_first_too(refused, picture, monkeypatch):
    monkeypatch.chdir(picture("plain.png").rpartition("/")[0])
    error = refused("set_material", material="Red", textures={"Base Color": "plain.png"})
    assert "there is no image" in error or "--allow files" in error


def test_a_missing_image_names_the_nearest_one(refused):
    bpy.data.images.new("Wood", 2, 2)
    error = refused("set_material", material="Red", textures={"Base Color": "Wod"})
    assert error == "Base Color: there is no image or file 'Wod'. Did you mean 'Wood'?"


def test_what_is_no_image_is_refused_and_not_kept(refused, files, tmp_path):
    path = tmp_path / "a.png"
    path.write_text("no image")
    error = refused("set_material", material="Red", textures={"Base Color": str(path)})
    assert "is no image that Blender can read" in error


def test_an_image_of_another_machine_is_refused(refused, files):
    path = "\\\\server\\share\\a.png"
    assert "is on another machine" in refused("set_material", material="M",
                                              textures={"Base Color": path})  # fmt: skip


def test_an_image_beside_a_file_that_was_never_saved_says_so(refused, files):
    error = refused("set_material", material="M", textures={"Base Color": "//wood.png"})
    assert "never saved" in error


def test_a_shader_mixed_by_hand_stays(call):
    material = bpy.data.materials["Material"]
    nodes, links = material.node_tree.nodes, material.node_tree.links
    mix = nodes.new("ShaderNodeMixShader")
    links.new(shader("Material").outputs[0], mix.inputs[1])
    links.new(mix.outputs[0], nodes["Material Output"].inputs["Surface"])
    assert call("set_material", material="Material", color=[1, 0, 0]).ok
    assert source(nodes["Material Output"].inputs["Surface"]) == mix
    assert tuple(values("Material", "Base Color")[0]) == (1, 0, 0, 1)


def test_a_material_without_nodes_gets_them(call):
    material = bpy.data.materials["Material"]
    material.node_tree.nodes.clear()
    assert call("set_material", material="Material", color=[1, 0, 0]).ok
    assert source(material.node_tree.nodes["Material Output"].inputs[0]) == shader("Material")


def test_it_works_while_the_object_is_edited(call):
    bpy.ops.object.mode_set(mode="EDIT")
    assert call("set_material", material="Red", objects=["Cube"], faces=[1]).ok
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")
    cube = bpy.data.objects["Cube"]
    assert cube.data.materials[cube.data.polygons[1].material_index].name == "Red"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"material": ""}, "cannot be a name"),
        ({"material": "x" * 300}, "too long"),
        ({"objects": ["Cubee"]}, "Did you mean 'Cube'?"),
        ({"objects": ["Rack*"]}, "No object of the scene matches 'Rack*'"),
        ({"objects": ["Camera"]}, "takes no material"),
        ({"faces": [0]}, "name exactly one mesh object"),
        ({"objects": ["Cube"], "faces": [6]}, "has faces 0 to 5 only"),
        ({"objects": ["Cube"], "faces": [-1]}, "has faces 0 to 5 only"),
        ({"color": "red"}, "[r, g, b] from 0 to 1 or '#rrggbb'"),
        ({"color": [1, 0]}, "list of 4 values"),
        ({"color": [1, "a", 0]}, "number"),
        ({"roughness": 2}, "less than or equal to 1"),
        ({"roughness": float("nan")}, "finite number"),
        ({"inputs": {"IOR": float("inf")}}, "finite number"),
        ({"inputs": {"Roughnes": 1}}, "Did you mean 'Roughness'"),
        ({"inputs": {"Alpha": 3}}, "give a number from 0 to 1"),
        ({"inputs": {"Normal": [0, 0, 1]}}, "takes no value, only a link"),
        ({"textures": {"Basecolour": ""}}, "Did you mean 'Base Color'"),
        ({"texture_scale": [2]}, "has no textures to scale"),
        ({"properties": {"use_backface_cull": True}}, "Did you mean 'use_backface_culling"),
        ({"properties": {"surface_render_method": "GLASS"}}, "It takes DITHERED, BLENDED."),
        ({"properties": {"name_full": "x"}}, "cannot be set"),
        ({"metalic": 1}, "Did you mean 'metallic'"),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(refused, given, said):
    assert said in refused("set_material", **{"material": "Red", **given})


def test_colours_brighter_than_white_are_refused_or_kept(call):
    result = call("set_material", material="Red", color=[2, 0, 0])
    assert not result.ok or values("Red", "Base Color")[0][0] == 2


@pytest.mark.parametrize(
    "properties",
    [{'node_tree.nodes["Image Texture"].image.filepath': "/etc/hosts"},
     {"animation_data.drivers[0].driver.expression": "1 + 1"}],
)  # fmt: skip
def test_paths_and_code_in_its_properties_ask_first(call, properties):
    result = call("set_material", material="Material", properties=properties)
    assert result.kind == "PermissionRefused"


def test_a_slot_of_the_objects_own_is_given_the_material_too(call):
    cube = bpy.data.objects["Cube"]
    red, blue = bpy.data.materials.new("Red"), bpy.data.materials.new("Blue")
    cube.data.materials[0] = red
    cube.material_slots[0].link = "OBJECT"
    cube.material_slots[0].material = blue
    assert call("set_material", material="Red", objects=["Cube"]).ok
    assert cube.material_slots[0].material == red
