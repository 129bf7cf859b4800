"""Which code may run unasked."""

from __future__ import annotations

import pytest
from scene_chat.tools.allowlist import findings

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
}


@pytest.mark.parametrize("source", INSIDE.values(), ids=INSIDE)
def test_code_that_stays_in_the_scene_passes_unasked(source):
    assert findings(source) == ()


@pytest.mark.parametrize("source", OUTSIDE.values(), ids=OUTSIDE)
def test_code_that_may_reach_further_is_found_out(source):
    assert findings(source)


def test_a_finding_says_in_plain_words_what_and_on_which_line():
    assert findings("x = 1\nimport os\n") == ("it imports os (line 2)",)
