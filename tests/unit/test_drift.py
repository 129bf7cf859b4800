"""Python for older Blenders: what is found, what is spared, and in which words it is said."""

from __future__ import annotations

import pytest
from scene_chat.tools.drift import about, hint, notes, old_forms, refusal
from scene_chat.tools.drift_rules import RULES
from unit.correct_scripts import SCRIPTS

VERSIONS = ((4, 2, 13), (4, 3, 2), (4, 4, 0), (4, 5, 15), (5, 0, 1), (5, 1, 0), (5, 2, 3))
OLD = "bpy.context.scene.node_tree"
"""Wrong from 5.0 on."""

FOUND = {
    "through a name": ("act = ob.animation_data.action\nact.fcurves", "action_fcurves"),
    "through a loop": ("for m in bpy.data.materials:\n m.use_nodes = False", "without_nodes"),
    "through an enumeration": (
        "for i, a in enumerate(bpy.data.actions):\n a.fcurves",
        "action_fcurves",
    ),
    "in a function": ("def f(action):\n return action.fcurves", "action_fcurves"),
    "an item of a modifier": (
        "m = ob.modifiers.new('N', 'NODES')\nm['Socket_2'] = 1",
        "modifier_items",
    ),
    "a get that is used at once": (
        "bsdf.inputs.get('Sheen').default_value = 1",
        "principled_subsurface",
    ),
    "an operator through a name": ("o = bpy.ops\no.export_scene.obj()", "obj_operators"),
    "a context handed to an operator": (
        "bpy.ops.object.delete({'object': ob})",
        "context_override",
    ),
    "an import": ("from bgl import glEnable", "bgl"),
    "matrices through names": (
        "a = ob.matrix_world.copy()\nb = ob.matrix_local.inverted() @ a\nc = b * a",
        "matrix_product",
    ),
    "matrices of rotations": (
        "from mathutils import Euler\nr = Euler((1, 2, 3))\n"
        "a = r.to_matrix().to_4x4() * ob.rotation_quaternion.to_matrix().to_4x4()",
        "matrix_product",
    ),
    "a scene's settings as items": ("scene['cycles']['samples'] = 9", "registered_items"),
    "a matrix times and equals": ("m = ob.matrix_world\nm *= ob.matrix_local", "matrix_product"),
    "a test for something else": (
        "if 'Cube' in bpy.data.objects:\n mesh.use_auto_smooth = True",
        "auto_smooth",
    ),
}

SPARED = {
    "an if": "if bpy.app.version < (5, 0):\n {}",
    "an else": "if bpy.app.version >= (5, 0):\n pass\nelse:\n {}",
    "a name for the version": "v = bpy.app.version\nif v < (5, 0):\n {}",
    "a name for the answer": "old = bpy.app.version[0] < 5\nif old:\n {}",
    "a function for the answer": "def old(): return bpy.app.version < (5,)\nif old():\n {}",
    "hasattr": "if hasattr(bpy.context.scene, 'node_tree'):\n {}",
    "and": "bpy.app.version < (5, 0) and {}",
    "a ternary": "x = {} if bpy.app.version < (5, 0) else None",
    "a return before it": "def f():\n if bpy.app.version >= (5, 0):\n  return\n {}",
    "a try": "try:\n {}\nexcept AttributeError:\n pass",
    "what a try falls back to": "try:\n pass\nexcept AttributeError:\n {}",
    "suppress": "import contextlib\nwith contextlib.suppress(AttributeError):\n {}",
    "a function called under a guard": "def f():\n {}\nif bpy.app.version < (5, 0):\n f()",
    "bl_rna": "if 'node_tree' in bpy.types.Scene.bl_rna.properties:\n {}",
    "a test for the name": "if 'node_tree' in names:\n {}",
    "a comprehension": "[{} for s in x if hasattr(s, 'node_tree')]",
}

NOT_EVIDENT = {
    "a channelbag": "bag.fcurves\naction.layers[0].strips[0].channelbag(slot).fcurves",
    "getattr with a default": "getattr(scene, 'node_tree', None)",
    "another class's attribute": "class A:\n def f(self):\n  return self.node_tree, self.face_maps",
    "a comparison": "scene.render.engine == 'BLENDER_EEVEE_NEXT'",
    "a material's tree": "mat.node_tree",
    "a node's inputs": "node.inputs['Specular IOR Level']\nnode.inputs[0]",
    "a matrix and a number": "ob.matrix_world * 2",
    "a matrix and who knows": "ob.matrix_world * x",
    "another library's matrix": "from sympy import Matrix\na = Matrix() * Matrix()",
    "a name that was a matrix": "m = ob.matrix_world\nm = 2\nn = m * m",
    "a get that may be none": "s = bsdf.inputs.get('Specular')",
    "line styles": "bpy.data.linestyles['A'].use_nodes = False",
    "who knows without nodes": "x.use_nodes = False",
    "a custom property": "bpy.context.scene['cycles'] = 3",
    "an object's custom property": "bpy.context.object['cycles'] = {'a': 1}\nob['cycles']['a']",
    "another object's custom property": "bpy.data.objects['A']['cycles'] = {'a': 1}",
    "no compositing in any version": (
        "bpy.context.scene.use_nodes = False\nbpy.context.scene.render.use_compositing = False"
    ),
    "a flat colour": (
        "m = bpy.data.materials.new('A')\nm.use_nodes = False\nm.diffuse_color = (1, 0, 0, 1)"
    ),
    "Workbench": (
        "bpy.context.scene.render.engine = 'BLENDER_WORKBENCH'\n"
        "bpy.data.materials['A'].use_nodes = False"
    ),
    "own classes with matrices": "a = x.to_matrix() * y.to_matrix()\nb = x.to_3x3() * y.to_4x4()",
    "operators with keywords": "bpy.ops.object.delete(use_global=False)",
    "operators with a context's name": "bpy.ops.object.delete('INVOKE_DEFAULT')",
    "broken code": "scene.node_tree (",
    "nothing": "",
}


def _names(source, version=(5, 2, 3)):
    return [each.rule.name for each in old_forms(source, version)]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_nothing_is_found_in_a_correct_script(script, version):
    if script.is_right(version):
        assert old_forms(script.source, version) == []
        assert refusal(script.source, version) == ""


def test_there_are_sixty_correct_scripts_of_names_of_their_own():
    assert len({each.name for each in SCRIPTS}) == len(SCRIPTS) == 60


@pytest.mark.parametrize(("source", "name"), FOUND.values(), ids=FOUND)
def test_an_old_form_is_found(source, name):
    assert name in _names(source)


@pytest.mark.parametrize("frame", SPARED.values(), ids=SPARED)
def test_what_is_guarded_is_spared(frame):
    assert _names(OLD) == ["scene_node_tree"]
    assert _names(frame.format(OLD)) == []


@pytest.mark.parametrize("source", NOT_EVIDENT.values(), ids=NOT_EVIDENT)
def test_what_is_not_evident_is_not_found(source):
    assert _names(source) == []


def test_a_function_that_is_also_called_unguarded_is_not_spared():
    assert _names(f"def f():\n {OLD}\nf()\nif bpy.app.version < (5, 0):\n f()")


def test_a_rule_holds_from_its_version_on_until_its_end():
    assert _names(OLD, (4, 5, 15)) == []
    assert _names(OLD, (5, 0, 0)) == ["scene_node_tree"]
    legacy = "bpy.context.scene.render.engine = 'BLENDER_EEVEE'"
    assert _names(legacy, (4, 2, 0)) == ["eevee_legacy"]
    assert _names(legacy, (5, 0, 0)) == []


def test_what_is_found_comes_by_line_and_as_it_is_written():
    found = old_forms(f"import bgl\n\nx = {OLD}\nmesh.calc_normals()", (5, 2, 3))
    assert [(each.line, each.shown) for each in found] == [
        (1, "import bgl"),
        (3, OLD),
        (4, "mesh.calc_normals"),
    ]


def test_a_script_of_endless_names_is_looked_through_quickly():
    source = "n = bpy.context\n" + "n = n.a or n\nm = n.b[0]\nn = m.c\n" * 500
    assert _names(source + OLD) == ["scene_node_tree"]


def test_a_script_nested_too_deeply_has_no_old_forms():
    assert _names("x = " + "-" * 5000 + "1") == []


def test_a_refusal_says_on_which_line_what_would_do_nothing_and_what_to_write():
    source = "import bpy\na = ob.matrix_world\nb = a * ob.matrix_local\nmesh.calc_normals()"
    assert refusal(source, (4, 5, 0)) == (
        "Nothing was run. Blender 4.5 would not do this, and would not say so either:\n"
        "line 3: a * ob.matrix_local\n"
        "  Instead: a @ b: * multiplies element by element.\n"
        "If it is meant so, put it in a try with an except."
    )


def test_a_blend_method_is_not_refused_for_blender_sets_the_render_method_by_it():
    assert refusal("mat.blend_method = 'CLIP'", (5, 2, 3)) == ""


def test_a_script_of_more_than_50_000_characters_is_not_looked_through():
    assert _names(OLD + "\n" * 49_000)
    assert not _names(OLD + "\n" * 50_000)


def test_what_raises_by_itself_is_not_refused():
    assert refusal(f"{OLD}\nimport bgl", (5, 2, 3)) == ""


def test_a_hint_says_what_to_write_instead_on_that_line():
    source = "x = 1\nmesh.calc_normals()\nimport bgl"
    assert hint(source, 3, (5, 2, 3)) == "In Blender 5.2, instead of import bgl: the module gpu."
    assert hint(source, 1, (5, 2, 3)) == ""
    assert hint(source, None, (5, 2, 3)) == ""


def test_a_statement_of_many_lines_has_its_hint_on_each_of_them():
    source = "f(\n  1,\n  scene.node_tree,\n)\ng()"
    assert [bool(hint(source, line, (5, 2, 3))) for line in range(1, 6)] == [True] * 4 + [False]


def test_a_block_has_the_hints_of_its_head_only():
    source = "for n in scene.node_tree.nodes:\n  print(n)\n  mesh.calc_normals()"
    assert "compositing_node_group" in hint(source, 1, (5, 2, 3))
    assert hint(source, 2, (5, 2, 3)) == ""
    assert "corner_normals" in hint(source, 3, (5, 2, 3))


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("use_auto_smooth", "shade_smooth_by_angle"),
        ("Mesh.use_auto_smooth", "shade_smooth_by_angle"),
        ("BLENDER_EEVEE_NEXT", "'BLENDER_EEVEE'"),
        ("ShaderNodeTexMusgrave", "ShaderNodeTexNoise"),
        ("export_scene.obj", "wm.obj_export"),
        ("bpy.ops.export_scene.obj", "wm.obj_export"),
        ("scene.node_tree", "compositing_node_group"),
        ("bpy.types.Scene.node_tree", "compositing_node_group"),
        ("Action.fcurves", "channelbag"),
        ("Specular", "Specular IOR Level"),
        ("bgl", "gpu"),
    ],
)
def test_an_old_name_that_is_looked_up_is_explained(word, says):
    assert says in about(word, (5, 2, 3))


@pytest.mark.parametrize(
    "word",
    ["node_tree", "Material.node_tree", "fcurves", "obj", "CLIP", "new", "inputs", "select", ""],
)
def test_a_name_that_may_be_right_is_not_explained(word):
    assert about(word, (5, 2, 3)) == ""


def test_an_old_name_is_not_explained_where_it_is_right():
    assert about("BLENDER_EEVEE_NEXT", (4, 5, 15)) == ""


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_the_notes_are_short_and_always_the_same(version):
    assert len(notes(version).encode()) <= 900
    assert notes(version) == notes((*version[:2], 99))


def test_the_notes_tell_what_holds_in_this_version_only():
    assert "'BLENDER_EEVEE_NEXT'" in notes((4, 5, 15))
    assert "compositing_node_group" not in notes((4, 5, 15))
    assert "compositing_node_group" in notes((5, 2, 3))


def test_every_rule_says_what_to_write_in_one_line():
    assert len({each.name for each in RULES}) == len(RULES)
    for each in RULES:
        assert each.instead
        assert "\n" not in each.instead
        assert each.forms
