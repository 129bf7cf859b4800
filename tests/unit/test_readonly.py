"""Scripts that surely change nothing, and those of which that cannot be said."""

from __future__ import annotations

import pytest
from scene_chat.tools.readonly import changes_nothing


@pytest.mark.parametrize(
    "code",
    [
        "print(len(bpy.data.objects))",
        "[o.name for o in bpy.data.objects if o.type == 'MESH']",
        "import json\nprint(json.dumps({o.name: list(o.location) for o in bpy.data.objects}))",
        "rows = []\nfor o in bpy.context.selected_objects:\n    rows.append(o.name)\nprint(rows)",
        "n = 0\nfor o in bpy.data.objects:\n    n += 1\nprint(n)",
        "counts = {}\nfor o in bpy.data.objects:\n    counts[o.type] = counts.get(o.type, 0) + 1\ncounts",
        "a = max(bpy.context.screen.areas, key=lambda a: a.width)\nprint(a.type)",
        "def size(o):\n    return max(o.dimensions)\nsorted(bpy.data.objects, key=size)",
        "rows = {}\nrows['a'] = 1\nrows",
        "import math\nmath.degrees(bpy.context.object.rotation_euler.x)",
    ],
)
def test_a_script_that_only_looks_changes_nothing(code):
    assert changes_nothing(code)


@pytest.mark.parametrize(
    "code",
    [
        "bpy.ops.mesh.primitive_cube_add()",
        "bpy.context.object.location.x = 1",
        "bpy.context.object.location[0] = 1",
        "bpy.context.object['tag'] = 1",
        "bpy.data.meshes.new('x')",
        "bpy.context.object.data.materials.append(None)",
        "m = bpy.context.object.data.materials\nm.append(None)",
        "m = []\nm = bpy.context.object.data.materials\nm.append(None)",
        "m = []\ndef f(m):\n    m.append(None)\nf(bpy.context.object.data.materials)",
        "m = []\nfor m in [bpy.context.object.data.materials]:\n    m.append(None)",
        "loc = bpy.context.object.location\nloc *= 2",
        "loc = bpy.context.object.location\nloc += bpy.context.object.scale",
        "del bpy.context.object['tag']",
        "for bpy.context.scene.frame_current in range(3): pass",
        "with bpy.context.temp_override(): pass",
        "print = bpy.ops.mesh.primitive_cube_add\nprint()",
        "for len in [bpy.ops.mesh.primitive_cube_add]:\n    len()",
        "json = bpy.ops.mesh\njson.primitive_cube_add()",
        "import bpy as json\njson.ops.mesh.primitive_cube_add()",
        "from bpy.ops.mesh import primitive_cube_add as print\nprint()",
        "(lambda: bpy.ops.mesh.primitive_cube_add)()()",
        "bpy.context.object.select_set(True)",
        "bpy.context.view_layer.update()",
        "class A(bpy.types.Operator): pass",
        "def print():\n    bpy.context.object.hide_viewport = True\nprint()",
        "list(map(bpy.data.objects.remove, bpy.data.objects))",
        "sorted(bpy.data.objects, key=bpy.data.objects.remove)",
        "bpy.context.scene.sequence_editor.strips[0].split(20, 'SOFT')",
        "print('x', file=bpy.data.texts[0])",
        "import json\njson.dump([], bpy.data.texts[0])",
        "import json\njson.loads('1.5', parse_float=bpy.data.collections.new)",
        "loc = [0]\nloc, other = [bpy.context.object.location, 1]\nloc[0] = 5.0",
        "def f(x): pass\nf = bpy.data.objects.remove\nf(1)",
        "def f(math): math.remove(1)\nf(bpy.data.objects)",
        "v, n = [bpy.context.object.data.vertices, 0]\nv.add(3)",
        "def list(x): return x\nv = list(bpy.context.object.data.vertices)\nv.add(3)",
        "try:\n    x\nexcept Exception as print:\n    print(1)",
        "v = [1]\nwith_v = (v := bpy.context.object.data.vertices)\nv.add(3)",
        "for o in map(bpy.data.objects.remove, [1]): pass",
    ],
)
def test_of_any_other_that_cannot_be_said(code):
    assert not changes_nothing(code)
