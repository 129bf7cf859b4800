"""lookup: what it makes of a name, that its answers are short, and that it leaves no trace."""

from __future__ import annotations

import json

import bpy
import pytest

NEW = bpy.app.version >= (5, 0)


@pytest.fixture
def told(call):
    """Look a name up, which has to work; give the answer."""

    def one(name):
        result = call("lookup", name=name)
        assert result.ok, result.error
        assert size(result.value) <= 2_000
        return result.value

    return one


@pytest.fixture
def straight(here, module):
    """The tool's function itself, for thousands of names."""
    return module("tools.handlers.lookup").lookup


def size(value):
    return len(json.dumps(value, separators=(",", ":")))


def blocks():
    """The data-blocks that there are."""
    lists = (each for each in bpy.data.bl_rna.properties if each.type == "COLLECTION")
    return {each.identifier: getattr(bpy.data, each.identifier).keys() for each in lists}


def operators():
    return [f"{m}.{name}" for m in dir(bpy.ops) for name in dir(getattr(bpy.ops, m))]


def nodes():
    kinds = ((name, getattr(bpy.types, name, None)) for name in dir(bpy.types))
    return [n for n, kind in kinds if isinstance(kind, type) and issubclass(kind, bpy.types.Node)]


@pytest.mark.parametrize(
    "name", ["SubsurfModifier", "bpy.types.SubsurfModifier", "subsurf_modifier", "SUBSURF",
             "Subdivision Surface Modifier", "subsurf modifier", "SubsurfModifier()"],
)  # fmt: skip
def test_a_type_is_known_by_pythons_name_the_interfaces_and_its_enum_value(told, name):
    answer = told(name)
    assert (answer["type"], answer["base"]) == ("SubsurfModifier", "Modifier")
    assert "levels" in answer["properties"]


def test_a_type_tells_what_its_properties_hold_while_there_is_room(told):
    assert told("BevelModifier")["properties"]["segments"].startswith("int = 1 1..1000")


def test_a_large_type_names_its_properties_and_functions_alone(told):
    answer = told("Mesh")
    assert "vertices" in answer["properties"]
    assert {"from_pydata", "update"} <= set(answer["functions"])


def test_a_types_subtypes_are_named(told):
    assert "PointLight" in told("Light")["subtypes"]


def test_an_add_ons_type_is_known_though_bpy_types_leaves_it_out(told):
    assert "samples" in told("bpy.types.CyclesRenderSettings")["properties"]


def test_a_type_without_rna_is_told_by_its_documentation(told):
    name = next((n for n in ("GeometrySet", "bpy_prop_collection") if hasattr(bpy.types, n)), "")
    assert told(name)["functions"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Object.location", "Object.location"),
        ("obj.location[0]", "Object.location"),
        ("location.x", "Object.location"),
        ("scene.render.engine", "RenderSettings.engine"),
        ("bpy.context.scene.render.engine = 'CYCLES'", "RenderSettings.engine"),
        ("render.image_settings.file_format", "ImageFormatSettings.file_format"),
        ("cycles.samples", "CyclesRenderSettings.samples"),
        ("objects['Cube.001'].modifiers", "Object.modifiers"),
        ("bpy.data.objects['Cube'].modifiers[\"Array\"].count", "ArrayModifier.count"),
        ("bpy.context.active_object.data.vertices", "Mesh.vertices"),
        ("bpy.context.selected_objects", "Context.selected_objects"),
        ("SubsurfModifier.levels", "SubsurfModifier.levels"),
        ("material.node_tree.nodes['A'].inputs[0].name", "NodeSocket.name"),
        ("bpy.data.meshes.new('a').vertices", "Mesh.vertices"),
        ("cycles", "Scene.cycles"),
    ],
)
def test_a_path_leads_through_rna(told, path, found):
    answer = told(path)
    assert found in (answer.get("property"), f"type {answer.get('type')}")


def test_a_property_tells_its_kind_default_and_range(told):
    answer = told("SubsurfModifier.levels")
    assert (answer["kind"], answer["default"]) == ("int", 1)
    assert (answer["range"], answer["soft_range"]) == ([0, 11], [0, 6])
    answer = told("Object.location")
    assert (answer["kind"], answer["default"]) == ("float[3]", [0, 0, 0])
    assert (answer["subtype"], answer["unit"]) == ("TRANSLATION", "LENGTH")
    assert told("Object.matrix_world")["kind"] == "float[4x4]"


def test_a_property_tells_that_it_is_read_only_and_that_angles_are_radians(told):
    assert told("Object.type")["read_only"] is True
    assert "radians in Python, degrees in the tools" in told("SpotLight.spot_size")["unit"]


def test_an_enum_tells_its_values_with_labels(told):
    values = told("BevelModifier.limit_method")["values"]
    assert values["VGROUP"].startswith("Vertex Group")


def test_an_enum_of_the_moment_tells_what_the_running_scene_takes(told):
    assert "CYCLES" in told("scene.render.engine")["values"]
    assert "Filmic" in told("view_transform")["values"]
    new_socket = told("node_tree.interface.new_socket")
    assert "depends on the context" in new_socket["parameters"]["socket_type"]


def test_a_pointer_and_a_list_tell_what_they_hold(told):
    answer = told("scene.render")
    assert answer["kind"] == "RenderSettings"
    assert "fps" in answer["has"]
    answer = told("Object.modifiers")
    assert answer["kind"] == "list of Modifier"
    assert "new" in answer["list_functions"]


def test_a_path_that_several_subtypes_have_names_the_others(told):
    answer = told("Object.modifiers['a'].levels")
    both = {answer["property"].partition(".")[0], *answer["also_in"]}
    assert both == {"SubsurfModifier", "MultiresModifier"}


@pytest.mark.parametrize(
    "name", ["mesh.bevel", "bpy.ops.mesh.bevel", "bpy.ops.mesh.bevel(offset=0.1)", "MESH_OT_bevel",
             "ops.mesh.bevel", "Mesh.bevel ()"],
)  # fmt: skip
def test_an_operator_is_known_by_its_names(told, name):
    if name.startswith("Mesh"):
        assert told(name)["failed_at"] == "bevel"
        return
    answer = told(name)
    assert answer["operator"] == "mesh.bevel"
    assert answer["parameters"]["affect"].startswith("enum = EDGES VERTICES|EDGES")


def test_an_operator_tells_whether_it_could_run_now(told):
    assert told("object.shade_smooth")["poll"] is True
    answer = told("mesh.bevel")
    assert (answer["poll"], answer["mode"]) == (False, "OBJECT")
    bpy.ops.object.mode_set(mode="EDIT")
    assert told("mesh.bevel")["poll"] is True
    assert bpy.context.mode == "EDIT_MESH"


def test_an_operator_whose_poll_raises_is_told_all_the_same(told):
    def poll(_operator, _context):
        raise ZeroDivisionError

    kind = type("TEST_OT_raises", (bpy.types.Operator,), {
        "bl_idname": "test.raises", "bl_label": "Raises", "poll": classmethod(poll),
    })  # fmt: skip
    bpy.utils.register_class(kind)
    try:
        answer = told("test.raises")
    finally:
        bpy.utils.unregister_class(kind)
    assert answer["operator"] == "test.raises"
    assert "poll" in answer
    assert "not_found" in told("test.raises")


def test_a_name_of_an_operator_and_a_function_tells_of_both(told):
    answer = told("image.save")
    assert (answer["operator"], answer["also"]) == ("image.save", ["Image.save"])


@pytest.mark.parametrize("name", ["shade_smooth_by_angle", "Shade Smooth by Angle"])
def test_an_operator_is_known_by_its_last_word_and_its_label(told, name):
    assert told(name)["operator"] == "object.shade_smooth_by_angle"


def test_a_function_tells_what_it_takes_and_returns(told):
    answer = told("bpy.data.objects.new")
    assert answer["function"] == "BlendDataObjects.new"
    assert answer["parameters"]["name"].startswith("string, required")
    assert answer["returns"]["object"].startswith("Object")


def test_a_function_in_python_tells_its_signature(told):
    answer = told("Mesh.from_pydata")
    assert "vertices, edges, faces" in answer["signature"]
    assert "vertices/edges/faces" in answer["description"]


def test_what_every_list_and_every_type_can_do_is_known(told):
    assert told("mesh.vertices.foreach_set")["function"] == "bpy_prop_collection.foreach_set"
    assert "data_path" in told("Object.keyframe_insert")["description"]


@pytest.mark.parametrize("name", ["ShaderNodeTexNoise", "Noise Texture", "noise texture node"])
def test_a_node_tells_its_properties_and_sockets(told, name):
    answer = told(name)
    assert (answer["node"], answer["tree"]) == ("ShaderNodeTexNoise", "ShaderNodeTree")
    assert "1D|2D|3D|4D" in answer["properties"]["noise_dimensions"]
    assert answer["inputs"]["2 Scale"].startswith("value = 5")
    assert "off at first" in answer["inputs"]["1 W"]
    assert len(answer["outputs"]) == 2


@pytest.mark.parametrize(
    "name", ["ShaderNodeTexNoise", "ShaderNodeMapRange", "ShaderNodeTexSky", "ShaderNodeMath"]
)
def test_a_nodes_defaults_are_those_of_one_just_made(told, name):
    node = bpy.data.node_groups.new("Test", "ShaderNodeTree").nodes.new(name)
    told_now = 0
    for each, row in told(name)["properties"].items():
        held = getattr(node, each)
        if isinstance(held, str) and held:
            assert f"= {held}" in row
            told_now += 1
        elif isinstance(held, bool):
            assert f"= {json.dumps(held)}" in row
            told_now += 1
    assert told_now
    bpy.data.node_groups.remove(node.id_data)


def test_an_answer_of_endless_texts_fits_in_2000_bytes(module):
    fitting = module("tools.handlers.lookup_fitting")
    long = "x" * 5_000
    rows = {f"a{number}": fitting.Row((long,), long) for number in range(3)}
    for answer in (
        {"a": long},
        {f"a{number}": long for number in range(50)},
        {f"a{number}": "ä ö " * 5_000 for number in range(50)},
        {long: "a", "b": "c"},
        {"a": [long]},
        {"a": [long, long], "b": []},
        {"a": {"b": long}},
        {"a": fitting.Table(rows), "b": fitting.Table({long: fitting.Row()})},
    ):
        assert size(fitting.fitted(answer)) <= 2_000
    assert fitting.fitted({"a": long})["a"].startswith("x" * 390)


def test_a_nodes_sockets_of_one_name_are_told_apart(told):
    inputs = told("ShaderNodeMix")["inputs"]
    assert "identifier A_Float" in inputs["2 A"]
    assert "identifier A_Color" in inputs["6 A"]


def test_a_node_with_many_sockets_fits(told):
    answer = told("Principled BSDF")
    assert answer["node"] == "ShaderNodeBsdfPrincipled"
    assert any("Coat Weight" in each for each in answer["inputs"])
    assert told("GeometryNodeMeshCube")["tree"] == "GeometryNodeTree"


def test_a_base_of_nodes_is_a_type(told):
    assert told("ShaderNode")["type"] == "ShaderNode"


def test_the_code_of_an_add_ons_node_is_not_run(told):
    made = []

    def init(_node, _context):
        made.append(1)

    kind = type("TestNode", (bpy.types.ShaderNodeCustomGroup,), {
        "bl_idname": "TestNode", "bl_label": "Of a test", "init": init,
    })  # fmt: skip
    bpy.utils.register_class(kind)
    try:
        assert told("TestNode")["type"] == "TestNode"
    finally:
        bpy.utils.unregister_class(kind)
    assert not made


def test_an_enum_value_tells_where_it_is_one(told):
    answer = told("FAST" if not NEW else "EXACT")
    assert "BooleanModifier.solver" in answer["of"]
    assert told("Filmic")["of"] == ["ColorManagedViewSettings.view_transform"]


def test_the_name_of_an_engine_is_found_on_every_version(told):
    answer = told("BLENDER_EEVEE")
    found = answer.get("of") or answer["near"]
    assert any("RenderSettings.engine" in each for each in found)


def test_a_bare_property_tells_all_types_that_have_it(told):
    assert {"Material", "World"} <= set(told("use_nodes")["of"])
    assert "CyclesRenderSettings" in told("samples")["of"]


def test_a_bare_function_tells_the_types_that_have_it(told):
    assert "Mesh" in told("from_pydata")["function"]
    assert "Mesh" in told("transform")["function_of"]


def test_a_bare_name_that_everything_has_is_cut_and_counted(told):
    answer = told("new")
    assert len(answer["function_of"]) + answer.get("more", 0) > 30
    assert len(told("name")["of"]) > 50
    answer = told("RenderSettings")
    assert len(answer["properties"]) + answer["more"] > 100


def test_a_name_of_an_older_blender_gets_a_note(told):
    assert "of another Blender version" in told("Mesh.use_auto_smooth")["note"]


def test_words_find_what_is_near(told):
    assert any("object.shade_smooth_by_angle" in each for each in told("smooth shading")["found"])
    assert "type BevelModifier" in told("bevl modifer")["near"][0]
    assert len(told("color management of the view")["found"]) == 12


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("bmesh.ops.bevel", "function", "offset_type"),
        ("bmesh.new()", "function", "use_operators"),
        ("bmesh.types.BMesh", "type", "faces"),
        ("bmesh.types.BMesh.verts", "property", "vert sequence"),
        ("mathutils.Vector((0, 0, 1))", "type", "normalize"),
        ("mathutils.noise.noise", "function", "noise_basis"),
        ("bpy.utils.register_class", "function", "cls"),
        ("bpy.props.FloatProperty", "function", "soft_max"),
        ("bpy_extras.object_utils.world_to_camera_view", "function", "coord"),
        ("bpy.path.abspath", "function", "library"),
        ("math.radians", "function", "degrees to radians"),
        ("math", "module", "sqrt"),
        ("bmesh", "module", "from_edit_mesh"),
        ("bpy.app", "value", "version"),
        ("bpy.app.handlers", "value", "load_post"),
        ("gpu.shader.from_builtin", "function", "shader_name"),
        ("blf.size", "function", "fontid"),
    ],
)
def test_what_pythons_modules_have_is_known(told, name, kind, says):
    answer = told(name)
    assert answer[kind] == name.partition("(")[0]
    assert says in json.dumps(answer)


def test_a_value_of_a_module_is_told(told):
    assert told("bpy.app.version")["is"] == repr(tuple(bpy.app.version))


def test_a_name_that_a_module_has_not_gets_the_nearest(told):
    answer = told("bmesh.ops.bevl")
    assert (answer["failed_at"], answer["in"], answer["near"][0]) == ("bevl", "bmesh.ops", "bevel")


@pytest.mark.parametrize(
    "name", ["bpy.utils.os.system", "bpy.utils._sys", "math.__loader__", "bmesh.ops.__class__",
             "bpy_extras.object_utils.bpy.data", "bpy_extras.no_such", "os.path"],
)  # fmt: skip
def test_no_way_leads_out_of_these_modules(told, name):
    assert told(name)["not_found"] == name


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Emission Strength", "input 'Emission Strength' of ShaderNodeBsdfPrincipled, default "),
        (
            "Transmission Weight",
            "input 'Transmission Weight' of ShaderNodeBsdfPrincipled, default 0",
        ),
        ("Subsurface Weight", "input 'Subsurface Weight' of ShaderNodeBsdfPrincipled, default 0"),
        ("Roughness", "input 'Roughness' of ShaderNodeBsdfPrincipled, default 0.5"),
        ("world background strength", "input 'Strength' of ShaderNodeBackground, default 1"),
        ("noise scale", "input 'Scale' of ShaderNodeTexNoise, default 5"),
    ],
)
def test_an_input_of_a_common_node_is_found(told, name, found):
    answer = told(name)
    assert answer["found"][0].startswith(found)
    assert "not_found" not in answer


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("keyframe_insert", "bpy_struct.keyframe_insert"),
        ("focal length", "Camera.lens"),
        ("sun angle", "SunLight.angle"),
        ("camera lens", "Camera.lens"),
        ("shade smooth", "object.shade_smooth"),
        ("Bevel", "BevelModifier"),
        ("uv unwrap", "uv.unwrap"),
        ("denoise", "CyclesRenderSettings.use_denoising"),
        ("render samples", "CyclesRenderSettings.samples"),
        ("Location", "Object.location"),
    ],
)
def test_of_several_owners_the_likeliest_is_told(told, name, found):
    answer = told(name)
    assert found in [answer.get(kind) for kind in ("property", "function", "operator", "type")]


def test_what_else_has_the_name_is_told_beside(told):
    assert "node ShaderNodeBevel" in told("Bevel")["also"]
    assert "operator mesh.bevel" in told("Bevel")["also"]
    assert next(iter(told("location")["of"])) == "Object"
    assert next(iter(told("samples")["of"])) == "CyclesRenderSettings"


def test_what_a_context_has_by_its_area_is_read_only(told):
    answer = told("bpy.context.selected_objects")
    assert (answer["kind"], answer["read_only"]) == ("list of Object", True)
    assert told("bpy.context.active_object")["kind"] == "Object"


def test_words_that_names_have_are_found_and_gibberish_is_not(told):
    assert "not_found" not in told("smooth shading")
    assert "found" not in told("bevl modifer")
    assert "not_found" in told("bpy.types.Foo")
    answer = told("xyzzy")
    assert answer["not_found"] == "xyzzy"
    assert "near" not in answer
    assert "There is nothing like it" in answer["hint"]


def test_a_path_that_fails_says_at_which_word_and_what_there_is(told):
    answer = told("Object.locaton")
    assert (answer["failed_at"], answer["in"]) == ("locaton", "Object")
    assert answer["near"][0] == "location"
    assert "location" in answer["properties"]
    answer = told("scene.render.image_settings.fileformat")
    assert (answer["in"], answer["near"][0]) == ("ImageFormatSettings", "file_format")
    assert "float[4x4]" in told("Object.matrix_world.translation")["hint"]


def test_an_operator_that_is_not_there_gets_the_nearest(told):
    assert "object.shade_auto_smooth" in told("bpy.ops.object.shade_autosmooth")["near"]
    assert "mesh.bevel" in told("mesh.bevl")["operators_near"]


@pytest.mark.parametrize(
    "name", ["xqzzt", "日本語", "a.b.c", "Object.", "objects['", "(", "1", "\ud800x", "x\0y", "😀" * 190,
             "Object.__class__", "Object.bl_rna.properties", "bpy", "bpy.ops", "bpy.ops.", "*", "a" * 200],
)  # fmt: skip
def test_what_is_no_name_gets_a_hint_or_is_refused(call, name):
    result = call("lookup", name=name)
    assert result.kind in ("", "InvalidArguments")
    assert result.error or (size(result.value) <= 2_000 and len(result.value) > 1)


@pytest.mark.parametrize("name", ["", "   ", "()", "bevel " * 50])
def test_an_empty_or_endless_name_is_refused(refused, name):
    assert "Give one name or a few words" in refused("lookup", name=name)


def test_a_type_that_an_add_on_brings_later_is_found(told):
    told("Mesh")
    kind = type("TestLater", (bpy.types.PropertyGroup,), {
        "__annotations__": {"peculiar_count": bpy.props.IntProperty(default=3)},
    })  # fmt: skip
    bpy.utils.register_class(kind)
    try:
        assert told("peculiar_count")["property"] == "TestLater.peculiar_count"
    finally:
        bpy.utils.unregister_class(kind)


def test_every_type_is_told_in_2000_bytes(straight):
    for name in dir(bpy.types):
        assert size(straight(name)) <= 2_000, name


def test_every_fifth_operator_is_told_in_2000_bytes(straight):
    for name in operators()[::5]:
        answer = straight(name)
        assert answer["operator"] == name
        assert size(answer) <= 2_000, name


def test_every_node_is_told_in_2000_bytes(straight):
    with_sockets = 0
    for name in nodes():
        answer = straight(name)
        with_sockets += "tree" in answer
        assert size(answer) <= 2_000, name
    assert with_sockets > 350


def test_looking_up_leaves_no_trace(straight, module):
    fingerprint = module("tools.handlers.fingerprint").fingerprint
    bpy.ops.object.mode_set(mode="EDIT")
    before = fingerprint(), blocks(), bpy.context.mode
    module("tools.handlers.lookup_nodes").told_node.cache_clear()
    module("tools.handlers.lookup_index")._made.cache_clear()
    for name in (*nodes(), *operators()[::20], "scene.render.engine", "Filmic", "use_nodes", "a b"):
        straight(name)
    assert (fingerprint(), blocks(), bpy.context.mode) == before


def test_nothing_is_left_of_a_node_that_cannot_be_read(straight, module, monkeypatch):
    nodes = module("tools.handlers.lookup_nodes")

    def fails(*_):
        raise ZeroDivisionError

    nodes.told_node.cache_clear()
    monkeypatch.setattr(nodes, "_socket", fails)
    before = blocks()
    with pytest.raises(ZeroDivisionError):
        straight("ShaderNodeTexNoise")
    assert blocks() == before


def test_no_receipt_and_no_undo_step_come_of_it(call):
    result = call("lookup", name="ShaderNodeTexVoronoi")
    assert result.ok
    assert not result.receipt.added
    assert not result.receipt.changed


def test_the_names_are_read_once(straight, module):
    made = module("tools.handlers.lookup_index")._made
    straight("Mesh")
    before = made.cache_info().misses
    for name in (*nodes()[::9], "mesh.bevel", "smooth shading"):
        straight(name)
    assert made.cache_info().misses == before


def test_what_is_kept_is_text(straight, module):
    straight("Principled BSDF")
    kept = vars(module("tools.handlers.lookup_index").index())
    json.dumps(kept)
