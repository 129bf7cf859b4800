"""What execute_code adds to an error that says little, on the real messages of each Blender."""

from __future__ import annotations

import contextlib
import time

import bpy
import pytest

NODES = "t = bpy.data.materials['Material'].node_tree\nn = t.nodes['Principled BSDF']\n"
ENDED = "bpy.ops.object.mode_set(mode='OBJECT')\n"
BONE = (
    "bpy.ops.object.armature_add()\nrig = bpy.context.object\n"
    "bone = rig.data.bones[0]\nbone.head = (0, 0, 1)"
)


@pytest.fixture
def advice(code, here):
    """Run a script that has to fail, whatever it reaches for; give its hint."""
    here.gate.allow("chat", ["code"])

    def one(text):
        result = code(text)
        assert not result.ok, f"it ran: {result.value}"
        assert len(result.error) < 8000
        given = result.value.get("hint", "")
        assert (f"\nHint: {given}" in result.error) == bool(given)
        return given

    return one


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.context.object.locaton", "'location'"),
        ("bpy.context.object.locaton = 1", "'location'"),
        ("bpy.context.object.select_sett(True)", "'select_set'"),
        ("bpy.context.object.data.vertexes", "'vertices'"),
        ("bpy.context.object.vertices", "`bpy.context.object.data.vertices`"),
        ("bpy.context.scene.resolution_x = 9", "`bpy.context.scene.render.resolution_x`"),
        ("bpy.data.object", "'objects'"),
        ("bpy.context.active_objects", "'active_object'"),
        ("bpy.types.Objects", "'Object'"),
        ("bpy.op", "'ops'"),
        ("bpy.data.objects.active", "`bpy.context.view_layer.objects.active`"),
        ("bpy.data.objects.append(1)", "'new'"),
        ("bpy.data.objects.location", "bpy.data.objects['Camera'].location"),
        ("import bmesh\nbmesh.new().vert", "'verts'"),
        ("import bmesh\nb = bmesh.new()\nb.verts.new((0, 0, 0)).cos", "'co'"),
        ("import bmesh\nbmesh.ops.bevell", "'bevel'"),
        ("import bmesh\nbmesh.ops.bevel(bmesh.new(), geom=[], width=1)", "'offset'"),
        ("from mathutils import Vector\nVector().lenght", "'length'"),
        ("from mathutils import Vector\nVector().lenght = 2", "'length'"),
        ("from mathutils import Vectr", "'Vector'"),
    ],
)
def test_a_name_that_is_not_there_gets_the_nearest_that_are(advice, text, said):
    assert said in advice(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "bpy.context.view_layer.objects.active = None\nbpy.context.object.name",
            "`bpy.context.object` is None: there is no active object",
        ),
        ("bpy.context.object.animation_data.action", "`animation_data_create()`"),
        ("bpy.context.object.animation_data.action = None", "`animation_data_create()`"),
        ("s = bpy.context.scene\ns.camera = None\ns.camera.location", "there is 'Camera'"),
        ("bpy.data.objects.get('Cubee').location", "Did you mean 'Cube'?"),
        ("x = 1\no = bpy.data.objects.get('Cubee')\no.location", "line 2 set it to `bpy.data.objects.get('Cubee')`"),
        ("def f():\n    pass\n\no = f()\no.location", "the function f returned nothing"),
        ("bpy.context.object.parent.name", "`bpy.context.object.parent` is None: it has no parent."),
        ("bpy.context.area.type", "no editor around it"),
    ],
)  # fmt: skip
def test_what_was_none_is_named_with_the_reason(advice, text, said):
    assert said in advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "m = bpy.context.object.modifiers.new('a', 'BOOLEAN')\nm.object.name",
        "class Thing:\n    material = None\n\nThing().material.name",
        "m = bpy.context.object.modifiers.new('a', 'BOOLEAN')\nm.object.material.name",
    ],
)
def test_what_another_thing_lacks_is_not_said_to_be_the_contexts(advice, text):
    said = advice(text)
    assert said.endswith(" is None.")
    assert "active" not in said


def test_an_empty_slot_is_named(advice):
    text = "s = bpy.context.object.material_slots[0]\ns.material = None\ns.material.name"
    assert "the slot is empty" in advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "class Node:\n    pass\n\nNode().inputz",
        "class Light:\n    pass\n\nlight = Light()\nlight.enerrgy",
        "class Light:\n    __slots__ = ()\n\nlight = Light()\nlight.enerrgy = 1",
        "class Light:\n    __slots__ = ()\n\nLight().enerrgy = 1",
        "import types\ntypes.new_class('Node')().inputz",
    ],
)
def test_a_class_of_the_scripts_own_is_not_taken_for_blenders_of_that_name(advice, text):
    assert advice(text) == ""


def test_what_a_call_gave_is_known_for_blenders(advice):
    assert "'location'" in advice("bpy.data.objects.get('Cube').locaton")


def test_a_path_that_is_not_defined_is_not_said_to_be_bpys(advice):
    for name in ("path", "app", "props"):
        assert f"bpy.{name}" not in advice(f"print({name})")


@pytest.mark.parametrize(
    "text",
    [
        "class Light:\n    pass\n\nscene = Light()\nscene.node_tree",
        "def f(inputs):\n    return inputs['Specular']\n\nf({'Specularity': 1})",
        "def f(mod):\n    return mod['widht']\n\nf({'width': 1})",
        "mesh = bpy.context.object.data\nx = [1 / 0, lambda: mesh.calc_normals()]",
        "x = [[][3], lambda: bpy.context.scene.node_tree]",
        "x = [int('a'), lambda: bpy.ops.export_scene.obj()]",
    ],
)
def test_an_error_of_the_scripts_own_is_not_laid_to_an_older_blender(advice, text):
    assert "In Blender" not in advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "bpy.context.object.data.use_auto_smooth = True",
        "bpy.context.object.data.calc_normals()",
        NODES + "n.inputs['Specular'].default_value = 1",
        NODES + "t.nodes.new('ShaderNodeTexMusgrave')",
        "bpy.ops.export_scene.obj(filepath='/nowhere/a')",
        "bpy.ops.object.shade_smooth(use_auto_smooth=True)",
        "bpy.ops.object.shade_smooth(bpy.context.copy())",
        "bpy.ops.mesh.primitive_cube_add(radius=1)",
        "bpy.context.scene.objects.link(bpy.context.object)",
        "bpy.data.lightprobes.new('A', 'GRID')",
        "import bgl",
    ],
)
def test_an_error_of_blenders_own_is_laid_to_an_older_one(advice, text):
    if "bgl" in text and bpy.app.version < (5, 0):
        pytest.skip("it is there still")
    assert advice(text).startswith("In Blender")


def test_several_lists_in_one_message_are_left_as_they_are(module):
    hints = module("tools.handlers.hints")
    one = "enum \"A\" not found in ('B', 'C')"
    assert module("tools.handlers.rna_value").enum_refusal(one)[:2] == ("A", ["B", "C"])
    assert module("tools.handlers.rna_value").enum_refusal(f"{one}\n{one}") is None
    several = "\n".join([one] * 30)
    assert hints.shortened(several) == several


@pytest.mark.parametrize("ending", ["", ")"])
def test_a_message_without_its_end_is_looked_through_at_once(module, ending):
    shortened = module("tools.handlers.hints").shortened
    start = time.perf_counter()
    for unit in ('enum "', 'enum "A" not found in (', "'", "\\'", "', '"):
        shortened(unit * (500_000 // len(unit)) + ending)
        shortened('enum "A" not found in (' + unit * 20_000 + ending)
    assert time.perf_counter() - start < 2


@pytest.mark.skipif(bpy.app.version >= (5, 0), reason="nodes are always there")
def test_a_node_tree_that_was_none_is_to_be_switched_on(advice):
    assert "use_nodes = True" in advice("bpy.data.lights['Light'].node_tree.nodes")


@pytest.mark.skipif(bpy.app.version < (5, 0), reason="the scene had a tree of its own")
def test_a_compositor_that_was_none_is_to_be_given_a_node_group(advice):
    said = advice("bpy.context.scene.compositing_node_group.nodes")
    assert "bpy.data.node_groups.new('Compositor', 'CompositorNodeTree')" in said
    bpy.context.scene.compositing_node_group = bpy.data.node_groups.new(
        "Compositor", "CompositorNodeTree"
    )


def test_a_parameter_that_was_none_is_not_taken_for_a_variable_of_that_name(advice):
    text = "o = bpy.data.objects.get('Cube')\ndef f(o):\n    o.name\n\nf(None)"
    assert advice(text) == "`o` is None."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.data.objects['Cubee']", "`bpy.data.objects` has no 'Cubee'. Did you mean 'Cube'? It has"),
        ("name = 'Cubee'\nall = bpy.data.objects\nall[name]", "`all` has no 'Cubee'."),
        ("bpy.context.object.modifiers['Bevel']", "`bpy.context.object.modifiers` has nothing in it."),
        (NODES + "n.inputs['Specular']", "'Specular IOR Level'"),
        (NODES + "n.inputs['Base Colour'].default_value = 1", "Did you mean 'Base Color'?"),
        ("bpy.data.collections['Scene Collection']", "`bpy.context.scene.collection`"),
        ("bpy.context.object['location']", "`bpy.context.object.location`"),
        ("bpy.context.object['a'] = 1\nbpy.context.object['b']", "It has 'a'."),
        ("bpy.data.objects[7]", "has 3, numbered from 0 to 2: 'Camera', 'Cube', 'Light'."),
        ("bpy.context.object.data.vertices[-9]", "has 8, numbered from 0 to 7."),
        ("bpy.data.meshes.new('m').materials[0]", ""),
        ("m = bpy.data.meshes.new('m')\nm.materials[0]", "`m.materials` is empty: first give"),
    ],
)  # fmt: skip
def test_a_key_that_is_not_there_gets_what_the_collection_has(advice, text, said):
    assert said in advice(text)


def test_of_many_items_eight_are_named(advice):
    bpy.data.batch_remove(list(bpy.data.materials))
    for number in range(300):
        bpy.data.materials.new(f"M{number:03}")
    said = advice("bpy.data.materials['Q']")
    assert said.count("'M") == 8
    assert "and 292 more" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.context.object.modifiers.new('a', 'BEVVEL')", "'BEVEL'"),
        ("bpy.context.object.modifiers.new('a', type='Subdivision Surface')", "'SUBSURF'"),
        ("bpy.context.scene.render.engine = 'EEVEE'", "'BLENDER_EEVEE"),
        ("bpy.context.object.rotation_mode = 'QUAT'", "'QUATERNION'"),
        ("bpy.ops.object.light_add(type='SPOTLIGHT')", "'SPOT'"),
        ("bpy.ops.object.mode_set(mode='POSE')", "the active object, 'Cube' (MESH)"),
        (NODES + "t.nodes.new('ShaderNodeBsdfPrincipal')", "'ShaderNodeBsdfPrincipled'"),
    ],
)
def test_an_enum_value_that_there_is_not_gets_the_nearest(advice, text, said):
    assert said in advice(text)


def test_a_long_list_of_enum_values_is_cut_to_twelve_with_the_nearest_first(code):
    error = code("bpy.context.object.modifiers.new('a', 'BEVVEL')").error
    assert len(error) < 700
    assert "not found in ('BEVEL', " in error
    assert " more)" in error


def test_a_message_of_the_scripts_own_is_not_cut_before_four_thousand_characters(code):
    assert "x" * 3000 in code("raise ValueError('x' * 3000)").error
    assert len(code("raise ValueError('x' * 100_000)").error) < 8000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.ops.mesh.primitive_cube_add(sizes=3)", "It takes 'size', "),
        ("bpy.ops.mesh.primitive_cube_add(locaton=3)", "Did you mean 'location'?"),
        ("mesh = bpy.ops.mesh\nmesh.primitive_cube_add(sizes=3)", "It takes 'size', "),
        ("bpy.ops.mesh.primitive_cube_ad()", "'bpy.ops.mesh.primitive_cube_add'"),
        ("bpy.ops.object.primitive_cube_add()", "'bpy.ops.mesh.primitive_cube_add'"),
        ("bpy.ops.mesh.primitive_cube_add(size='a')", "size takes a number."),
        ("bpy.ops.mesh.primitive_cube_add(location=(1, 2))", "location takes 3 numbers"),
        ("bpy.ops.mesh.primitive_cube_add(location=1)", "location takes 3 numbers"),
        ("bpy.ops.mesh.primitive_cube_add({'a': 1})", "view_layer.objects.active = ob"),
        ("bpy.ops.object.mode_set('EDIT')", "`bpy.ops.object.mode_set(mode='EDIT')`"),
    ],
)
def test_an_operator_that_was_called_wrongly_gets_how_to_call_it(advice, text, said):
    assert said in advice(text)


def _added(add, mode="EDIT"):
    add()
    bpy.ops.object.mode_set(mode=mode)


def _cube(mode):
    bpy.ops.object.mode_set(mode=mode)


@pytest.mark.parametrize(
    ("operator", "words", "enter"),
    [
        ("mesh.bevel", "a mesh in Edit Mode", lambda: _cube("EDIT")),
        ("uv.unwrap", "a mesh in Edit Mode", lambda: _cube("EDIT")),
        ("sculpt.dynamic_topology_toggle", "a mesh in Sculpt Mode", lambda: _cube("SCULPT")),
        ("paint.vertex_color_set", "Vertex Paint Mode", lambda: _cube("VERTEX_PAINT")),
        ("paint.weight_set", "Weight Paint Mode", lambda: _cube("WEIGHT_PAINT")),
        ("armature.bone_primitive_add", "an armature in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.armature_add())),
        ("pose.armature_apply", "an armature in Pose Mode",
         lambda: _added(lambda: bpy.ops.object.armature_add(), "POSE")),
        ("curve.subdivide", "a curve in Edit Mode",
         lambda: _added(lambda: bpy.ops.curve.primitive_bezier_curve_add())),
        ("curves.select_all", "hair curves in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.curves_empty_hair_add())),
        ("font.delete", "a text object in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.text_add())),
        ("lattice.flip", "a lattice in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.add(type="LATTICE"))),
        ("mball.delete_metaelems", "a metaball in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.metaball_add())),
        ("grease_pencil.select_all", "a Grease Pencil object in Edit Mode",
         lambda: _added(lambda: bpy.ops.object.grease_pencil_add())),
    ],
)  # fmt: skip
def test_what_a_poll_wants_is_said_and_is_what_lets_it_run(advice, operator, words, enter):
    category, _, name = operator.partition(".")
    if name not in dir(getattr(bpy.ops, category)) or (
        category == "grease_pencil" and bpy.app.version < (4, 3)
    ):
        pytest.skip("this Blender has none")
    said = advice(f"bpy.ops.{operator}()")
    assert words in said
    assert "Now the mode is OBJECT, the active object 'Cube' (MESH), 1 selected." in said
    with contextlib.suppress(AttributeError):
        bpy.data.objects["Cube"].select_set(True)
    enter()
    assert getattr(getattr(bpy.ops, category), name).poll()


def test_a_poll_says_that_run_operator_selects_and_changes_mode(advice):
    assert 'The tool run_operator selects and changes mode for it: names, mode="EDIT".' in advice(
        "bpy.ops.mesh.bevel()"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.ops.object.mode_set(mode='EDIT')\nbpy.ops.object.delete()", "mostly wants Object Mode. Now the mode is EDIT_MESH"),
        ("bpy.context.view_layer.objects.active = None\nbpy.ops.object.mode_set(mode='EDIT')", "It wants an active object"),
        ("bpy.ops.object.vertex_group_assign()", "in Edit Mode"),
        ("bpy.ops.object.shape_key_remove()", "an active object with shape keys"),
        ("bpy.ops.rigidbody.object_remove()", "an active object with a rigid body"),
        ("bpy.ops.node.select_all()", "the tool edit_nodes"),
        ("bpy.ops.view3d.camera_to_view()", "a 3D Viewport around it, and there is no window here"),
        ("bpy.ops.graph.select_all()", "a Graph Editor"),
        ("bpy.ops.anim.keyframe_insert()", "the tool set_keyframes"),
    ],
)  # fmt: skip
def test_a_poll_says_which_object_or_editor_it_wants(advice, text, said):
    assert said in advice(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.context.object.location = (1, 2)", "`bpy.context.object.location` takes 3 numbers (x, y, z)."),
        ("bpy.context.object.location = 3", "takes 3 numbers (x, y, z)."),
        ("bpy.context.object.rotation_euler = 'a'", "3 numbers (x, y, z in radians)"),
        ("bpy.context.object.color = (1, 0, 0)", "4 numbers (red, green, blue, alpha)"),
        (NODES + "n.inputs['Base Color'].default_value = (1, 0, 0)", "4 numbers (red, green, blue, alpha)"),
        ("bpy.data.lights['Light'].energy = 'a'", "takes a number."),
        ("bpy.context.object.pass_index = 1.5", "takes a whole number."),
        ("bpy.context.object.hide_render = 'a'", "takes True or False."),
        ("bpy.context.object.parent = 'Light'", "the Object itself, such as `bpy.data.objects[…]`"),
        ("bpy.context.object.data.materials.append('Material')", "such as `bpy.data.materials[…]`"),
        ("bpy.context.view_layer.objects.active = 'Cube'", "such as `bpy.data.objects[…]`"),
        ("bpy.context.object.ray_cast(1)", "origin takes 3 numbers"),
        ("bpy.data.objects.new('x')", "new(name, object_data)"),
        ("bpy.context.object.data.vertices.foreach_set('co', [1])", "3 × 8"),
        ("bpy.data.meshes.new('m').from_pydata([(0, 0)], [], [])", "Each vertex is 3 numbers"),
        ("bpy.context.object.keyframe_insert('locaton')", "'location'"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_gets_what_the_property_takes(advice, text, said):
    assert said in advice(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bpy.context.object.data.vertices = []", "from_pydata"),
        ("bpy.context.object.data.materials = []", "append, pop, clear"),
        ("bpy.context.object.type = 'MESH'", "bpy.ops.object.convert"),
        ("bpy.context.object = None", "`bpy.context.view_layer.objects.active`"),
        ("bpy.context.selected_objects = []", "select_set(True)"),
        ("bpy.context.scene.objects = []", "scene.collection.objects.link"),
        ("bpy.context.object.children = []", "Set `parent` on each child"),
        ("bpy.context.object.users_collection = []", "collection.objects.link(obj)"),
        ("bpy.context.object.modifiers = []", "Change it by its new, remove, clear."),
        (BONE, "armature.edit_bones"),
        ("bpy.context.object.data.is_editmode = True", ""),
    ],
)
def test_what_is_read_only_gets_what_to_do_instead_where_that_is_certain(advice, text, said):
    found = advice(text)
    assert said in found
    assert bool(said) == bool(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("o = bpy.context.object\nbpy.data.objects.remove(o)\no.name", "What `o` refers to was removed"),
        ("m = bpy.context.object.data\nbpy.data.meshes.remove(m)\nm.name", "bpy.data.meshes.get(name)"),
        ("import bmesh\nb = bmesh.new()\nb.free()\nb.verts", "What `b` refers to was freed"),
        ("math.sin(1)", "Add `import math`."),
        ("Vector((0, 0, 0))", "Add `from mathutils import Vector`."),
        ("data.objects", "It is `bpy.data`."),
        ("cube_size = 1\ncube_sise", "Did you mean 'cube_size'?"),
        ("left_from_before", "Nothing is kept from one call to the next"),
        ("o = bpy.data.objects.new('x', None)\no.select_set(True)", "'x' is in no collection yet"),
        ("o = bpy.data.objects.new('x', None)\nbpy.context.view_layer.objects.active = o", "'x' is in no collection yet"),
        ("bpy.context.scene.collection.objects.unlink(bpy.context.object)", "'Cube' is in 'Collection'."),
        ("bpy.context.collection.objects.link(bpy.context.object)", "Nothing is to be done"),
    ],
)  # fmt: skip
def test_what_is_gone_undefined_or_not_linked_gets_what_to_do(advice, text, said):
    assert said in advice(text)


def test_an_object_in_an_excluded_collection_is_said_to_be_there(advice):
    bpy.context.view_layer.layer_collection.children["Collection"].exclude = True
    assert "'Cube' is in 'Collection', which is excluded" in advice(
        "bpy.data.objects['Cube'].select_set(True)"
    )


def test_the_hint_stands_after_the_failing_line_and_in_the_details(code):
    result = code("print('before')\nmath.sin(1)")
    kept = "Add `import math`. Nothing is kept from one call to the next."
    assert result.error == (
        "NameError: name 'math' is not defined\nline 2: math.sin(1)\n"
        f"Hint: {kept}\nPrinted before that:\nbefore\n"
    )
    assert result.value["hint"] == kept


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "raise ValueError",
        "[][1]",
        "{}['a']",
        "def (:",
        "assert False",
        "'a'.foo",
        "int('x')",
    ],
)
def test_an_error_that_says_enough_gets_no_hint(advice, text):
    assert advice(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "class E(AttributeError):\n def __str__(self): raise ValueError\nraise E",
        "class S:\n def __str__(self): raise ValueError\nraise AttributeError(S())",
        "class S:\n def __repr__(self): raise ValueError\nraise KeyError(S())",
        "raise AttributeError",
        "raise TypeError(1, 2)",
        "raise RuntimeError('Operator bpy.ops.a.b.poll() failed')",
        "raise AttributeError('Calling operator \"bpy.ops.a.b\" error, could not be found')",
        "raise TypeError('enum \"A\" not found in (')",
        "raise KeyError('bpy_prop_collection[key]: key \"a\" not found')",
        "raise TypeError('Converting py args to operator properties: ')",
        "def f(): f()\nf()",
        "def f():\n yield bpy.data.objects['Q']\nlist(f())",
        "[bpy.data.objects[each] for each in 'Q']",
        "(lambda: bpy.data.objects['Q'])()",
        "class A:\n x = bpy.data.objects['Q']",
        "raise ExceptionGroup('a', [ValueError()])",
        "(bpy.\n data\n .objectss)",
        "o = bpy.context.object\nbpy.data.objects.remove(o)\no.modifiers['Q']",
    ],
)
def test_no_error_however_odd_makes_a_hint_fail(code, text):
    result = code(text)
    assert not result.ok
    assert result.kind == "CodeFailed"


def test_code_that_a_script_makes_itself_is_no_trouble(code, here):
    here.gate.allow("chat", ["code"])
    result = code("exec('bpy.data.objects[\"Q\"]')")
    assert "KeyError" in result.error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(name):\n    return bpy.data.objects[name]\n\nf('Cubee')", "'Cube'"),
        ("def f():\n    yield bpy.data.objects['Cubee']\n\nlist(f())", "'Cube'"),
        ("[bpy.data.objects[each] for each in ['Cubee']]", "'Cube'"),
        ("bpy.context.view_layer \\\n  .objekts", "'objects'"),
        ("ä = 'ö'; bpy.data.objects['Cubee']", "'Cube'"),
        ("try:\n    bpy.data.objects['Cubee']\nfinally:\n    pass", "'Cube'"),
    ],
)
def test_the_failing_expression_is_found_wherever_it_stands(advice, text, said):
    assert said in advice(text)


def test_making_a_hint_runs_nothing_of_the_scripts_own(code, here):
    here.gate.allow("chat", ["code"])
    text = (
        "read = []\n"
        "class Own:\n"
        "    @property\n"
        "    def objects(self):\n"
        "        read.append(1)\n"
        "        return bpy.data.objects\n"
        "    def __getitem__(self, key):\n"
        "        read.append(2)\n"
        "        return bpy.data.objects[key]\n"
        "    def __getattr__(self, name):\n"
        "        read.append(3)\n"
        "        raise AttributeError(\"'Object' object has no attribute 'foo'\")\n"
        "    __class__ = property(lambda self: read.append(4))\n"
        # Python 3.13 asks for this when it writes a traceback, and else for the class.
        "    def __dir__(self):\n"
        "        return []\n"
        "own = Own()\n"
    )
    for line in ("own.objects['Cubee']", "own['Cubee']", "own.foo", "own.x.y = 1"):
        counted = f"{text}bpy.app.driver_namespace['read'] = read\n{line}"
        assert not code(counted).ok
        assert len(bpy.app.driver_namespace.pop("read")) == 1, line


def test_a_property_that_a_script_defined_is_not_read(code, here):
    here.gate.allow("chat", ["code"])
    text = (
        "read = bpy.app.driver_namespace['read'] = []\n"
        "def get(self):\n    read.append(1)\n    return 1\n"
        "bpy.types.Object.counted = bpy.props.IntProperty(get=get)\n"
        "o = bpy.context.object\n"
        "o.counted.foo"
    )
    try:
        assert not code(text).ok
        assert bpy.app.driver_namespace.pop("read") == [1]
    finally:
        del bpy.types.Object.counted


def test_a_hint_changes_nothing_in_the_scene(code, module):
    module_of = module("tools.handlers.fingerprint")
    before = module_of.fingerprint()
    code("bpy.ops.mesh.bevel()")
    code("bpy.data.objects['Cubee']")
    assert module_of.fingerprint() == before


def test_a_change_at_the_wrong_moment_gets_a_sentence(module):
    error = AttributeError(
        "Writing to ID classes in this context is not allowed: Scene, Scene data-block, error "
        "setting Scene.frame_end"
    )
    assert "while it draws" in module("tools.handlers.hints").hint(error, "")
