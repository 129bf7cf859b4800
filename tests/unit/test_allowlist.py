"""Which code may run unasked."""

from __future__ import annotations

import ast

import pytest
from scene_chat.tools.allowlist import findings
from unit.correct_scripts import SCRIPTS
from unit.hidden_os import HIDDEN

INSIDE = {
    "a primitive": "bpy.ops.mesh.primitive_cube_add(size=2, location=(0, 0, 1))",
    "an import of bpy": "import bpy\nbpy.context.object.location.x = 8",
    "bmesh": (
        "import bmesh\nb = bmesh.new()\nb.from_mesh(bpy.data.meshes['Cube'])\n"
        "bmesh.ops.delete(b, geom=[f for f in b.faces if f.normal.y > 0.9], context='FACES_ONLY')"
    ),
    "mathutils": "from mathutils import Vector, Matrix\nVector((1, 2, 3)).normalized()",
    "arithmetic": "import math, random\nrandom.seed(0)\nprint(math.pi * random.random())",
    "nodes": (
        "m = bpy.data.materials.new('M')\nm.use_nodes = True\n"
        "m.node_tree.nodes['Principled BSDF'].inputs['Roughness'].default_value = 0.2"
    ),
    "a modifier": "m = bpy.context.object.modifiers.new('Array', 'ARRAY')\nm.count = 10",
    "functions and classes": "class A:\n def f(self): return 1\ndef g(): return A().f()\nprint(g())",
    "a main guard": "def main(): print(1)\nif __name__ == '__main__': main()",
    "getattr with a name": "getattr(bpy.context.object, 'name', None)",
    "setattr with a name": "setattr(bpy.context.object, 'name', 'A')",
    "plain formatting": "print('{} and {:.2f}'.format(1, 2.0), f'{bpy.context.object.name}')",
    "json": "import json\nprint(json.dumps({'a': 1}))",
    "an override": "with bpy.context.temp_override(active_object=bpy.data.objects['Cube']): pass",
    "the version": "print(bpy.app.version >= (5, 0, 0), bpy.app.version_string)",
    "a dictionary of operators' results": "r = bpy.ops.object.shade_smooth()\nprint(r)",
    "poll": "print(bpy.ops.object.join.poll())",
    "keyframes": "bpy.context.object.keyframe_insert('location', frame=1)",
    "render settings": "bpy.context.scene.render.resolution_x = 640",
    "a world": "bpy.context.scene.world.color = (0, 0, 0)",
    "an underscore": "for _ in range(3): pass",
    "a name called open": "opened = True\nprint(opened)",
    "itertools": "from itertools import product\nfor x, y in product(range(3), repeat=2): pass",
    "collections.abc": "from collections.abc import Iterable\nprint(Iterable)",
    "types of bpy": "print(isinstance(bpy.context.object, bpy.types.Object))",
    "the context handed on": "from bpy import context\nprint(context)",
    "super and names of its own": (
        "class A:\n def __init__(self):\n  super().__init__()\n  self._x = 1\nA()"
    ),
    "a loop over inputs": "for input in bpy.data.materials:\n print(input.name)",
    "star from math": "from math import *\nprint(sin(pi))",
    "annotations": "from __future__ import annotations\ndef f(x: int) -> int: return x",
    "update of a dictionary": "d = {}\nd.update(a=1)\ne = dict(update=1)",
    "a nurbs path": "bpy.ops.curve.primitive_nurbs_path_add()",
    "a name for the context": "c = bpy.context\nc.object.location.x = 1",
    "copying a list": "a = [1].copy()\nb = bpy.context.object.copy()",
    "broken code": "def (",
    "an array": "o = bpy.data.objects.new('E', None)\nbpy.context.collection.objects.link(o)",
    "a marker around the output": "print('__RESULT__' + str(len(bpy.data.objects)))",
    "asking for a class": "print(isinstance(bpy.context.object.data, (bpy.types.Mesh, bpy.types.Curve)))",
    "a class as a hint": "def f(o: bpy.types.Object) -> bpy.types.Mesh:\n return o.data\nf(bpy.context.object)",
    "reading the file's path": "print(bpy.data.filepath)",
    "an error that is told": (
        "try:\n bpy.data.objects['A']\nexcept KeyError as e:\n print(f'{e}', str(e), e.args)"
    ),
    "an attribute called obj": "class A:\n def __init__(self, o):\n  self.obj = o\nprint(A(1).obj)",
    "a decorator with wraps": (
        "import functools\ndef d(f):\n @functools.wraps(f)\n def g(*a):\n  return f(*a)\n return g"
    ),
    "a decorator with wraps, imported": (
        "from functools import wraps\ndef d(f):\n @wraps(f)\n def g(*a):\n  return f(*a)\n return g"
    ),
    "a cache": "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef f(x):\n return x\nf(1)",
    "reduce": "from functools import reduce\nprint(reduce(lambda a, b: a * b, [1, 2, 3]))",
    "partial": "from functools import partial\np = partial(max, 1)\nprint(p(2))",
    "a module that may lack something": "import math\nprint(hasattr(math, 'sumprod'))",
    "a class that may be missing": "print(hasattr(bpy.types, 'GeometryNodeBake'))",
    "the class of something": "print(type(bpy.context.object).__name__, type(1) is int)",
    "the name of a class": "def f(type, name):\n return bpy.data.lights.new(name, type)\nf('SUN', 'S')",
    "classes of Blender, imported": (
        "from bpy.types import Mesh, Object\ndef f(o: Object) -> list[Object]:\n return [o]\n"
        "print(isinstance(bpy.context.object.data, Mesh))"
    ),
    "types, imported": "from bpy import types\nprint(isinstance(bpy.context.object, types.Object))",
    "types by a name": "T = bpy.types\nprint(isinstance(bpy.context.object, T.Object))",
    "a class that writes itself": (
        "class P:\n def __init__(self, x):\n  self.x = x\n def __repr__(self):\n  return str(self.x)\n"
        " def __add__(self, o):\n  return P(self.x + o.x)\n def __eq__(self, o):\n  return self.x == o.x\n"
        "print(P(1) + P(2))"
    ),
    "a context manager": (
        "class Mode:\n def __enter__(self):\n  bpy.ops.object.mode_set(mode='EDIT')\n"
        " def __exit__(self, *rest):\n  bpy.ops.object.mode_set(mode='OBJECT')\nwith Mode():\n pass"
    ),
    "slots": "class P:\n __slots__ = ('x', 'y')\np = P()\np.x = 1",
    "an enum": "from enum import Enum\nclass C(Enum):\n RED = 1\nfor c in C:\n print(c.name, c.value)",
    "a named tuple": "from collections import namedtuple\nP = namedtuple('P', 'x y')\nprint(P(1, 2).x)",
    "a typed named tuple": "from typing import NamedTuple\nclass P(NamedTuple):\n x: float = 0\nP(1)",
    "a counter": "from collections import Counter, defaultdict\nd = defaultdict(list)\nd[1].append(Counter('ab'))",
    "a match of values": (
        "match bpy.context.object.type:\n case 'MESH' | 'CURVE':\n  print(1)\n case _:\n  print(2)"
    ),
    "a match of builtin classes": "match [1, 'a']:\n case [int(n), str(t)]:\n  print(n, t)",
    "a match of attributes": "match bpy.context.object:\n case bpy.types.Object(type='MESH'):\n  print(1)",
    "a generator": "def g():\n for i in range(3):\n  yield i\nprint(sum(g()))",
    "a walrus": "if (o := bpy.context.object) is not None:\n o.scale *= 2",
    "a star": "first, *rest = bpy.data.objects\nprint(first, *rest, sep='; ')",
    "time taken": "import time\nt = time.perf_counter()\nprint(f'{time.perf_counter() - t:.3f}')",
    "a date": "from datetime import datetime\nprint(datetime.now().strftime('%Y-%m-%d'))",
    "random numbers of its own": "import random\nr = random.Random(1)\nprint(r.uniform(0, 1), r.choice([1, 2]))",
    "regular expressions": "import re\nfor o in bpy.data.objects:\n o.name = re.sub(r'\\.\\d+$', '', o.name)",
    "a text of lines": "import textwrap\nprint(textwrap.dedent('  a'), 'a,b'.split(','), '-'.join('ab'))",
    "a template of text": "import string\nprint(string.Template('$a').substitute(a=1), string.ascii_letters)",
    "json in the scene": "import json\nbpy.context.scene['plan'] = json.dumps({'a': [1, 2]})",
    "a deep copy": "import copy\na = {'x': [1]}\nb = copy.deepcopy(a)",
    "many values at once": (
        "m = bpy.context.object.data\nco = [0.0] * 3 * len(m.vertices)\n"
        "m.vertices.foreach_get('co', co)\nm.vertices.foreach_set('co', co)\nm.update()"
    ),
    "an attribute of a mesh": (
        "m = bpy.context.object.data\na = m.attributes.new('w', 'FLOAT', 'POINT')\n"
        "a.data.foreach_set('value', [0.5] * len(m.vertices))"
    ),
    "uv": "m = bpy.context.object.data\nfor l in m.uv_layers.active.data:\n l.uv *= 2",
    "vertex groups": "g = bpy.context.object.vertex_groups.new(name='G')\ng.add([0, 1], 1.0, 'REPLACE')",
    "shape keys": "k = bpy.context.object.shape_key_add(name='A')\nk.data[0].co.z += 1\nk.value = 0.5",
    "splitting by bmesh": (
        "import bmesh\nb = bmesh.new()\nbmesh.ops.create_cube(b)\nb.faces.ensure_lookup_table()\n"
        "v = b.faces[0].verts\nbmesh.utils.face_split(b.faces[0], v[0], v[2])\nb.free()"
    ),
    "bmesh's parts, imported": (
        "from bmesh import new, ops\nb = new()\nops.create_cube(b, size=1)\nb.free()"
    ),
    "a tree of faces": "from mathutils.bvhtree import BVHTree\nBVHTree.FromPolygons([(0, 0, 0)], [])",
    "noise": "from mathutils import noise, Vector\nprint(noise.noise(Vector((1, 2, 3))))",
    "a curve's values": (
        "o = bpy.context.object\no.keyframe_insert('location', frame=1)\n"
        "for c in o.animation_data.action.fcurves:\n print(c.evaluate(10))"
    ),
    "a format of a film": "if bpy.context.scene.render.ffmpeg.format == 'MPEG4':\n print(bpy.context.scene.render.ffmpeg.format)",
    "units": "bpy.context.scene.unit_settings.system = 'METRIC'",
    "geometry nodes": (
        "g = bpy.data.node_groups.new('G', 'GeometryNodeTree')\n"
        "g.interface.new_socket('Geometry', in_out='INPUT', socket_type='NodeSocketGeometry')\n"
        "n = g.nodes.new('GeometryNodeMeshCube')\ng.links.new(n.outputs[0], g.nodes.new('NodeGroupOutput').inputs[0])"
    ),
    "nodes by a variable": (
        "t = bpy.context.scene.world.node_tree\nfor kind in ('ShaderNodeBackground', 'ShaderNodeMapping'):\n"
        " t.nodes.new(kind)"
    ),
    "bones": (
        "a = bpy.data.armatures.new('A')\no = bpy.data.objects.new('A', a)\n"
        "bpy.context.collection.objects.link(o)\nbpy.context.view_layer.objects.active = o\n"
        "bpy.ops.object.mode_set(mode='EDIT')\nb = a.edit_bones.new('B')\nb.tail = (0, 0, 1)"
    ),
    "a constraint": "c = bpy.context.object.constraints.new('TRACK_TO')\nc.target = bpy.data.objects['Light']",
    "taking out of collections": (
        "o = bpy.context.object\nfor c in o.users_collection:\n c.objects.unlink(o)\n"
        "bpy.data.collections.new('C').objects.link(o)"
    ),
    "purging": "bpy.data.orphans_purge(do_recursive=True)",
    "a camera that looks": (
        "d = bpy.context.object.location - bpy.context.scene.camera.location\n"
        "bpy.context.scene.camera.rotation_euler = d.to_track_quat('-Z', 'Y').to_euler()"
    ),
    "a text object": "c = bpy.data.curves.new('T', 'FONT')\nc.body = 'either/or'\nc.extrude = 0.1",
    "the evaluated mesh": (
        "d = bpy.context.evaluated_depsgraph_get()\no = bpy.context.object.evaluated_get(d)\n"
        "m = o.to_mesh()\nprint(len(m.polygons))\no.to_mesh_clear()"
    ),
    "a picture by numbers": (
        "i = bpy.data.images.new('I', 4, 4)\ni.pixels.foreach_set([1.0] * 64)\ni.update()"
    ),
    "a function that takes a context": "def f(context):\n return context.object.copy()\nf(bpy.context)",
    "a name that goes on and on": "o = bpy.context.object\nwhile o.parent:\n o = o.parent\nprint(o)",
    "setting by setattr": "for o in bpy.data.objects:\n setattr(o, 'hide_render', True)",
}

OUTSIDE = {
    "open": "open('/etc/passwd').read()",
    "open by another name": "f = open\nf('x')",
    "os": "import os\nos.system('ls')",
    "os from": "from os import path",
    "subprocess": "import subprocess",
    "pathlib": "from pathlib import Path",
    "socket": "import socket",
    "urllib": "import urllib.request",
    "ctypes": "import ctypes",
    "threading": "import threading",
    "sqlite3": "import sqlite3",
    "pickle": "import pickle",
    "numpy": "import numpy as np\nnp.save('x', 1)",
    "runpy": "import runpy",
    "importlib": "import importlib",
    "a relative import": "from . import x",
    "a star import": "from bpy import *",
    "__import__": "__import__('os')",
    "eval": "eval('1')",
    "exec": "exec('1')",
    "compile": "compile('1', '', 'eval')",
    "globals": "globals()['x']",
    "builtins": "__builtins__",
    "bpy.utils._os": "bpy.utils._os.system('ls')",
    "bpy.utils._sys": "bpy.utils._sys.modules['os']",
    "json's codecs": "import json\njson.codecs.open('x')",
    "json's codecs from": "from json import codecs",
    "random's os": "import random\nrandom._os",
    "dataclass modules": "import statistics\nstatistics.sys",
    "subclasses": "().__class__.__base__.__subclasses__()",
    "a frame": "(x for x in [1]).gi_frame.f_builtins",
    "a traceback's frame": "try: 1/0\nexcept Exception as e: e.__traceback__.tb_frame",
    "computed getattr": "getattr(bpy, 'ut' + 'ils')",
    "getattr of a dunder": "getattr(bpy, '__dict__')",
    "getattr handed on": "list(map(getattr, [bpy], ['utils']))",
    "a format field": "'{0.__class__}'.format(1)",
    "a format field without dunder": "'{0.utils}'.format(bpy.context)",
    "a computed format": "('{0.' + 'x}').format(1)",
    "a match pattern": "match bpy.data:\n case object(libraries=x): pass",
    "handing on bpy": "b = bpy\nb.ops.wm.quit_blender()",
    "an alias of bpy": "import bpy as b\nb.ops.wm.quit_blender()",
    "operators by another name": "w = bpy.ops\nw.wm.quit_blender()",
    "operators imported": "from bpy import ops\nops.wm.quit_blender()",
    "a category by another name": "w = bpy.ops.wm\nw.quit_blender()",
    "quitting": "bpy.ops.wm.quit_blender()",
    "opening a file": "bpy.ops.wm.open_mainfile(filepath='x')",
    "saving": "bpy.ops.wm.save_as_mainfile(filepath='x')",
    "context_set_value": "bpy.ops.wm.context_set_value(data_path='x', value='__import__')",
    "appending": "bpy.ops.wm.append(filename='x')",
    "exporting": "bpy.ops.export_scene.gltf(filepath='x')",
    "importing": "bpy.ops.wm.obj_import(filepath='x')",
    "an image's save": "bpy.data.images['x'].save()",
    "an image's save_render": "bpy.data.images['x'].save_render('x')",
    "images.load": "bpy.data.images.load('x')",
    "texts.load": "bpy.data.texts.load('x')",
    "libraries.load": "bpy.data.libraries.load('x')",
    "libraries.write": "bpy.data.libraries.write('x', set())",
    "write_still": "bpy.ops.render.render(write_still=True)",
    "rendering": "bpy.ops.render.render()",
    "a file path": "bpy.context.scene.render.filepath = '/tmp/x'",
    "a node's folder": "n.base_path = '/tmp'",
    "handlers": "bpy.app.handlers.load_post.clear()",
    "icons of the application": "bpy.app.icons.new_triangles_from_file('x')",
    "the application": "a = bpy.app",
    "timers": "bpy.app.timers.register(print)",
    "msgbus": "bpy.msgbus.subscribe_rna",
    "drivers": "bpy.context.object.driver_add('location')",
    "a driver's expression": "d.driver.expression = 'x'",
    "driver_namespace": "bpy.app.driver_namespace['x'] = print",
    "register_class": "bpy.utils.register_class(A)",
    "a property's update": "bpy.types.Object.x = bpy.props.IntProperty(update=print)",
    "preferences": "bpy.context.preferences.filepaths.use_scripts_auto_execute = True",
    "add-ons": "bpy.ops.preferences.addon_enable(module='x')",
    "the clipboard": "bpy.context.window_manager.clipboard",
    "as_module": "bpy.data.texts['x'].as_module()",
    "a text that runs": "bpy.data.texts['x'].use_module = True",
    "text.run_script": "bpy.ops.text.run_script()",
    "script.python_file_run": "bpy.ops.script.python_file_run(filepath='x')",
    "execfile": "bpy.utils.execfile('x')",
    "an OSL node": "n.script = bpy.data.texts['x']",
    "path_resolve": "bpy.data.path_resolve('x')",
    "packing": "bpy.ops.file.pack_all()",
    "missing files": "bpy.ops.file.find_missing_files(directory='x')",
    "a url": "bpy.ops.wm.url_open(url='x')",
    "the console": "bpy.ops.console.execute()",
    "extensions": "bpy.ops.extensions.package_install()",
    "undo": "bpy.ops.ed.undo()",
    "exit": "exit()",
    "input": "input()",
    "breakpoint": "breakpoint()",
    "a metaclass": "class A(metaclass=B): pass",
    "a name for two modules": (
        "import bpy as b\nif 0:\n import math as b\nb.ops.wm.quit_blender()"
    ),
    "annotations as code": (
        "from typing import get_type_hints\ndef f(x: '_' + '_import_'): pass\nget_type_hints(f)"
    ),
    "singledispatch": "import functools\n@functools.singledispatch\ndef g(x): pass",
    "string.Formatter": "import string\nstring.Formatter().get_field('0.a', [1], {})",
    "a copied context": "bpy.context.copy()['prefer' + 'ences']",
    "a copied context by another name": "c = bpy.context\nc.copy()",
    "a menu's entry": "bpy.types.VIEW3D_MT_add.append(print)",
    "a menu by another name": "m = bpy.types.VIEW3D_MT_add\nm.append(print)",
    "a menu's draw": "bpy.types.VIEW3D_MT_object.draw = print",
    "a draw handler": "bpy.types.SpaceView3D.draw_handler_add(print, (), 'WINDOW', 'POST_PIXEL')",
    "patching a module": "import json\njson.dumps = None",
    "patching a module by a loop": "import math\nfor math.pi in [3]: pass",
    "deleting from a module": "import time\ndel time.monotonic",
    "the copy buffer": "bpy.ops.view3d.copybuffer()",
    "copying a pose": "bpy.ops.pose.copy()",
    "a node that reads files": "t.nodes.new('GeometryNodeImportText')",
    "an image strip": "s.strips.new_image('a', '/etc/hostname', 1, 1)",
    "a bake folder": "m.simulation_bake_directory = '/tmp'",
    "a freestyle script": "v.freestyle_settings.mode = 'SCRIPT'",
    "code that runs when an object goes": (
        "class X:\n def __del__(self):\n  pass\nx = X()\nx.me = x"
    ),
    "a menu that lies": "bpy.context.window_manager.popup_menu(lambda s, c: None)",
    "a cursor's drawing": "bpy.types.WindowManager.draw_cursor_add(print, (), 'VIEW_3D', 'WINDOW')",
    "a header in a list": "for p in [bpy.types.VIEW3D_HT_header]:\n p.append(print)",
    "a registered class": "bpy.types.Operator.bl_rna_get_subclass_py('X').execute = print",
    "our operators": "bpy.ops.scene_chat.server_start(allow='code')",
    "our classes": "bpy.types.SCENE_CHAT_OT_allow.execute(None, None)",
    "our classes by text": "print('SCENE_CHAT_OT_allow')",
    "our properties": "bpy.context.window_manager.scene_chat.code_passes = True",
    "online access": "def f(c): return c\nf(bpy.context).system.use_online_access = True",
    "setting the file's path": "bpy.data.filepath = '/tmp/x.blend'",
    "a dunder in two halves": "'{0.__' 'class__}'.format(1)",
    "too deep": "x = " + "(" * 90 + "1" + ")" * 90 + "\n" + "y = " + "+".join(["1"] * 50_000),
    "too long": "x = 1\n" * 40_000,
    "aud": "import aud\naud.Sound.file('x').write('y')",
    "multiprocessing": "import multiprocessing",
    "os._exit": "import os\nos._exit(1)",
    "sys.exit": "import sys\nsys.exit()",
    "runpy's run": "import runpy\nrunpy.run_path('x')",
    "importlib's import": "import importlib\nimportlib.import_module('os')",
    "ctypes' library": "import ctypes\nctypes.CDLL(None).system(b'ls')",
    "a file by pathlib": "from pathlib import Path\nPath('x').write_text('y')",
    "a thread": "import threading\nthreading.Thread(target=print).start()",
    "imbuf": "import imbuf\nimbuf.write(imbuf.new((1, 1)), filepath='x')",
    "linking": "bpy.ops.wm.link(filename='x')",
    "unpacking": "bpy.data.images['x'].unpack()",
    "packing a picture": "bpy.data.images['x'].pack()",
    "packing all": "bpy.ops.file.unpack_all()",
    "saving preferences": "bpy.ops.wm.save_userpref()",
    "installing an add-on": "bpy.ops.preferences.addon_install(filepath='x')",
    "starting scripts by themselves": "p.use_scripts_auto_execute = True",
    "setting the clipboard": "bpy.context.window_manager.clipboard = 'x'",
    "a script node's path": "n.mode = 'EXTERNAL'\nn.filepath = 'x.osl'",
    "a fluid's folder": "m.domain_settings.cache_directory = '/tmp'",
    "Blender's own handlers": "bpy.app.handlers.depsgraph_update_post.clear()",
    "the start file": "bpy.ops.wm.save_homefile()",
    "reading the start file": "bpy.ops.wm.read_homefile()",
    "script.reload": "bpy.ops.script.reload()",
    "opening a path": "bpy.ops.wm.path_open(filepath='x')",
    "a node that writes files": "t.nodes.new('CompositorNodeOutputFile')",
    "a text that is loaded": "bpy.ops.text.open(filepath='x')",
    "text.use_module by setattr": "setattr(bpy.data.texts['x'], 'use_module', True)",
    "text.use_module for all": "bpy.data.texts.foreach_set('use_module', [True])",
    "text.use_module by a computed name": "bpy.data.texts.foreach_set('use_' + 'module', [True])",
    "foreach_set by another name": "f = bpy.data.texts.foreach_set\nf('use_' + 'module', [True])",
    "a computed setattr by copy": (
        "import copy\nclass A:\n def __reduce_ex__(self, p):\n"
        "  return (lambda: bpy.context.scene.render, (), (None, {'file' + 'path': '/tmp/x'}))\n"
        "copy.copy(A())"
    ),
    "a menu's entry, imported": "from bpy.types import VIEW3D_MT_add\nVIEW3D_MT_add.append(print)",
    "a menu's entry, handed on": "from bpy.types import VIEW3D_MT_add as m\n[m][0].append(print)",
    "a menu's entry by two names": "a = bpy.types\nb = a\nb.VIEW3D_MT_add.append(print)",
    "a menu's entry by names at once": "a = b = bpy.types\nb.VIEW3D_MT_add.append(print)",
    "a menu's entry by a later name": (
        "def f():\n global a\n a = bpy.types\nf()\nm = a.VIEW3D_MT_add\nm.append(print)"
    ),
    "a menu's entry in a list": "[bpy.types][0].VIEW3D_MT_add.append(print)",
    "a menu's entry in a tuple": "t = (bpy.types.VIEW3D_MT_add, 1)\nt[0].append(print)",
    "a menu's entry by a walrus": "(m := bpy.types.VIEW3D_MT_add).append(print)",
    "a menu's entry by a child": "class A(bpy.types.VIEW3D_MT_add): pass\nA.append(print)",
    "a property for everybody": "from bpy.types import Object\nObject.x = 1",
    "a method for everybody": "from json import JSONEncoder as J\nJ.default = print",
    "a table of everybody": "import copy\ncopy.dispatch_table[int] = print",
    "members of another module": (
        "import enum\nenum.global_enum(enum.IntEnum('E', 'sep', module='json'))"
    ),
    "a status bar that stays": "bpy.context.workspace.status_text_set(print)",
    "a pie menu": "bpy.context.window_manager.piemenu_begin__internal('x')",
    "the system's clock": "import time\ntime.clock_settime(time.CLOCK_REALTIME, 0)",
    "paths of everything": "bpy.data.file_path_foreach(lambda *a: '/tmp/x')",
    "an external cache": "m.point_cache.use_external = True",
    "copying text": "bpy.ops.font.text_copy()",
    "a driver by a button": "bpy.ops.anim.driver_button_add()",
    "a copied context by getattr": "getattr(bpy.context, 'copy')()['prefer' + 'ences']",
    "a copied context in a function": "def f(context):\n return context.copy()\nf(bpy.context)",
    "a copied context by its class": "bpy.types.Context.copy(bpy.context)['prefer' + 'ences']",
    "bpy from a class": "class A:\n import bpy\nA.bpy.ops.wm.quit_blender()",
    "bpy from an error": (
        "try:\n bpy.nothing\nexcept AttributeError as e:\n e.obj.ops.wm.quit_blender()"
    ),
    "bpy from an error in with": (
        "class C:\n def __enter__(self): pass\n def __exit__(self, t, e, b):\n"
        "  e.obj.ops.wm.quit_blender()\nwith C():\n bpy.nothing"
    ),
    "bpy from an error in a group": (
        "try:\n bpy.nothing\nexcept* AttributeError as e:\n e.exceptions[0].obj.ops.wm.quit_blender()"
    ),
    "waiting for a key": "license()",
    "a class of Blender's, changed": "type(bpy.context.object).location = 1",
    "a class of Blender's by its type": "class M(type(bpy.context.object)): pass\ndel type(1).x",
    "a class of Blender's by its name": "t = type(bpy.context.object)\nt.location = 1",
    "a metaclass of a class": "t = type(type(1))\nt('C', (), {'_' * 2 + 'reduce_ex' + '_' * 2: print})",
    "a metaclass of a named class": "c = type(1)\nt = type(c)\nt('C', (), {})",
    "names without end": "\n".join(f"a{n} = bpy.x{n}\nb = a{n}\nc = b" for n in range(7_000)),
    "an image by an operator": "bpy.ops.object.empty_image_add(filepath='/tmp/x.png')",
    "a sound by an operator": "bpy.ops.graph.sound_to_samples(filepath='/tmp/x.wav')",
    "names of files": "print(bpy.path.module_names('/tmp'))",
}


REACHING = {
    "pictures as PNG",
    "numbers that look like matrices",
    "curves by an early return",
    "drivers' curves",
    "a modifier's inputs in any version",
    "a mesh and a file each",
    "an action of its own",
    "a file output and strips",
}
"""Of the correct scripts: they set paths, export, add drivers, or use numpy, bpy_extras, getattr."""


@pytest.mark.parametrize("source", INSIDE.values(), ids=INSIDE)
def test_code_that_stays_in_the_scene_passes_unasked(source):
    assert findings(source) == ()


@pytest.mark.parametrize("source", OUTSIDE.values(), ids=OUTSIDE)
def test_code_that_may_reach_further_is_found_out(source):
    assert findings(source)


@pytest.mark.parametrize("source", HIDDEN.values(), ids=HIDDEN)
def test_code_that_hides_what_it_reaches_is_found_out(source):
    try:
        ast.parse(source)
    except SyntaxError:
        pytest.skip("it does nothing in this Python")
    assert findings(source)


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_of_the_scripts_that_models_write_only_those_are_found_that_do_reach_further(script):
    assert bool(findings(script.source)) is (script.name in REACHING)


def test_what_cannot_be_looked_through_does_not_pass():
    """Before 3.12 some f-strings cannot be written back, of which a finding tells."""
    assert findings("import os\nx = f\"{'\u200b'}\".__class__")


def test_a_finding_says_in_plain_words_what_and_on_which_line():
    assert findings("x = 1\nimport os\n") == ("it imports os (line 2)",)
