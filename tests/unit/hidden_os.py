"""Ways in which a script hides that it reaches `os`, `sys`, `builtins` or the like: name → source.

Each binds what it reached to `got`, so that it can be shown to work where nothing stops it
(tests/blender/test_hostile.py). `SINCE` and `BEFORE` name the Pythons in which one works; where it
does not even parse, it does nothing.
"""

from __future__ import annotations

import sys

_DUNDER = "'_' * 2 + {!r} + '_' * 2"


def _dunder(name: str) -> str:
    """Return an expression that makes a name such as __self__ without holding it."""
    return _DUNDER.format(name)


_SELF = _dunder("self")

_MODULES = {
    "a module's private os": "import random\ngot = random._os",
    "a private os, imported": "from random import _os as got",
    "a module's public module": "import json\ngot = json.codecs.sys",
    "builtins under a short name": "import enum\ngot = enum.bltns",
    "sys of typing": "import typing\ngot = typing.sys",
    "sys of collections": "import collections\ngot = collections._sys",
    "sys of calendar": "import calendar\ngot = calendar.sys",
    "two modules on": "import re\ngot = re.enum.sys",
    "a module of a module's": "import typing\ngot = typing.contextlib.sys",
    "what json decodes by": "from json import decoder\ngot = decoder.scanner.__builtins__",
    "an allowed module by another name": "import json as j\ngot = j.codecs.sys",
    "an import in a class": "class A:\n import json\ngot = A.json.codecs.sys",
    "an import in a function": "def f():\n import json\n return json\ngot = f().codecs.sys",
    "an import in a generator": ("def f():\n import json\n yield json\ngot = next(f()).codecs.sys"),
    "an import in try": "try:\n import os as got\nexcept ImportError:\n pass",
    "an import in finally": "try:\n 1\nfinally:\n import os as got",
    "an import in else": "if 0:\n pass\nelse:\n import os as got",
    "an import in a case": "match 1:\n case 1:\n  import os as got",
    "an import among others": "import math, os as got, json",
    "an import after a semicolon": "x = 1;import os as got",
    "an import after a form feed": "\x0cimport os as got",
    "an import over two lines": "import \\\n os as got",
    "a cookie before an import": "# -*- coding: utf-7 -*-\nimport os as got",
    "os.path": "import os.path as p\ngot = p.os",
    "a path's module": "import posixpath\ngot = posixpath.os",
    "everything from os": "from os import *\ngot = system",
    "what Blender brings along": "import bpy_extras.io_utils\nimport os as got",
    "Blender's add-ons": "import addon_utils\ngot = addon_utils.enable.__globals__['_bpy'].utils._os",
    "utils by another name": "import bpy.utils as u\ngot = u._os",
    "utils, imported": "from bpy import utils\ngot = utils._sys",
    "os of utils, imported": "from bpy.utils import _os as got",
    "os of utils": "got = bpy.utils._os",
    "os of utils over lines": "got = bpy.\\\nutils.\\\n_os",
    "modules of utils": "got = bpy.utils._sys.modules['os']",
    "os of path": "got = bpy.path._os",
    "os of path, imported": "from bpy import path\ngot = path._os",
    "os of path by its name": "p = bpy.path\nq = p\ngot = q._os",
    "a text as a module": (
        "t = bpy.data.texts.new('a')\nt.from_string('import os')\ngot = t.as_module().os"
    ),
    "the loader of a module": "import json\ngot = json.__loader__.get_data",
    "the spec of a module": "import json\ngot = json.__spec__.loader.get_data",
    "the dict of a module": "import json\ngot = json.__dict__['codecs'].sys",
    "the builtins of a module": "import json\ngot = json.__builtins__",
    "vars of a module": "import random\ngot = vars(random)['_o' + 's']",
    "what an error tells of": (
        "import json\ntry:\n json.nothing\nexcept AttributeError as e:\n got = e.obj.codecs.sys"
    ),
    "what an error tells of, matched": (
        "import json\ntry:\n json.nothing\nexcept AttributeError as e:\n match e:\n"
        "  case AttributeError(obj=m):\n   got = m.codecs.sys"
    ),
    "what an error tells of, handed on": (
        "import json\ndef f(x):\n return x.obj\ntry:\n json.nothing\n"
        "except AttributeError as e:\n got = f(e).codecs.sys"
    ),
    "what an error tells of, raised on": (
        "import json\ndef f():\n try:\n  json.nothing\n except AttributeError as e:\n  raise\n"
        "try:\n f()\nexcept Exception as x:\n k = [x]\ngot = k[0].obj.codecs.sys"
    ),
}

_CODE = {
    "__import__": "got = __import__('os')",
    "__import__ by another name": "i = __import__\ngot = i('os')",
    "__builtins__": "got = __builtins__",
    "__build_class__": f"got = getattr(__build_class__, {_SELF})",
    "eval": "got = eval('__imp' + 'ort__(\"os\")')",
    "exec": "exec('import os as got')",
    "compile": "got = eval(compile('__imp' + 'ort__(\"os\")', '', 'eval'))",
    "eval by a walrus": "(e := eval)\ngot = e('open')",
    "eval by a star": "a, *b = [1, eval]\ngot = b[0]('open')",
    "eval in a comprehension": "got = [e('open') for e in [eval]][0]",
    "eval by a loop": "for e in (eval,):\n got = e('open')",
    "eval mapped": "got = list(map(eval, ['open']))[0]",
    "eval as a key": "got = []\nsorted(['got.append(open)'], key=eval)",
    "eval as a decorator": "@lambda f: eval('open')\ndef got(): pass",
    "globals": "got = globals()['__buil' + 'tins__']",
    "locals": "got = locals()['__buil' + 'tins__']",
    "open in a class": "class A:\n x = open\ngot = A.x",
    "open by with": (
        "class C:\n def __enter__(self):\n  return open\n def __exit__(self, *a):\n  pass\n"
        "with C() as got:\n pass"
    ),
    "open by a descriptor": (
        "class D:\n def __get__(self, o, t):\n  return open\nclass A:\n x = D()\ngot = A().x"
    ),
    "open by a property": "class A:\n x = property(lambda self: open)\ngot = A().x",
    "open by __getattr__": "class A:\n def __getattr__(self, n):\n  return open\ngot = A().x",
    "open by a default": "def f(o=open):\n return o\ngot = f()",
    "open by a lambda's default": "got = (lambda o=open: o)()",
    "open by an annotation": "def f(a: (got := open)):\n pass",
    "open by a class's annotation": "class A:\n x: open\ngot = A.__annotations__['x']",
    "open under the name of another": (
        "def f():\n len = open\n def g():\n  return len\n return g()\ngot = f()"
    ),
    "open after del": "o = open\nf = o\ndel o\ngot = f",
    "open by global": "def f():\n global got\n got = open\nf()",
    "open by nonlocal": (
        "def f():\n x = 1\n def g():\n  nonlocal x\n  x = open\n g()\n return x\ngot = f()"
    ),
    "open in an f-string": "f'{(got := open)}'",
    "open in a format": "f'{1:{(got := open) and str()}}'",
    "open in an exception": "try:\n raise Exception(open)\nexcept Exception as e:\n got = e.args[0]",
    "open by a group of exceptions": (
        "try:\n raise ExceptionGroup('x', [ValueError(open)])\nexcept* ValueError as e:\n"
        " got = e.exceptions[0].args[0]"
    ),
    "open sent to a generator": (
        "def f():\n x = yield\n yield x\ng = f()\nnext(g)\ngot = g.send(open)"
    ),
    "open in a dictionary": "got = {'a': open}['a']",
    "open by or": "got = None or open",
    "open in full width": "got = ｏｐｅｎ",
    "open in bold": "got = 𝐨𝐩𝐞𝐧",
    "os in full width": "import ｏｓ as got",
    "utils in full width": "got = bpy.ｕｔｉｌｓ._os",
    "a dunder in full width": "got = print.__ｓｅｌｆ__",
    "a type statement": "type X = open\ngot = X.__value__",
    "a type statement, evaluated": "type X = open\ngot = X.evaluate_value(1)",
    "a bound of a type": "def f[T: open](x: T):\n pass\ngot = f.__type_params__[0].__bound__",
    "a template string": "got = t'{open}'.interpolations[0].value",
    "a template string's module": "import json\ngot = t'{json}'.interpolations[0].value.codecs.sys",
    "annotations as code": (
        "import typing\ngot = []\n"
        "def f(x: 'got.append(_' + '_import_' + '_(\"os\"))'):\n pass\n"
        "try:\n typing.get_type_hints(f)\nexcept TypeError:\n pass"
    ),
    "annotations as code by dispatch": (
        "import functools\ngot = []\n@functools.singledispatch\ndef g(x):\n pass\n"
        "def h(x: 'got.append(_' + '_import_' + '_(\"os\"))'):\n pass\n"
        "try:\n g.register(h)\nexcept TypeError:\n pass"
    ),
    "a forward reference": (
        "import typing\na = typing.get_args(typing.Optional['_' + '_import_' + '_(\"os\")'])[0]\n"
        "got = a.evaluate()"
    ),
    "a forward reference, imported": (
        "from typing import get_args as g, Optional as o\n"
        "got = g(o['_' + '_import_' + '_(\"os\")'])[0].evaluate()"
    ),
    "a bound as code": (
        "import typing\nt = typing.TypeVar('t', bound='_' + '_import_' + '_(\"os\")')\n"
        "got = t.evaluate_bound(1).evaluate()"
    ),
}

_INSIDE_PYTHON = {
    "a function's globals": "def f(): pass\ngot = f.__globals__['__builtins__']",
    "a lambda's globals": "got = (lambda: 0).__globals__['__builtins__']",
    "a function's builtins": "def f(): pass\ngot = f.__builtins__",
    "a method's globals": "class A:\n def f(self): pass\ngot = A().f.__globals__['__builtins__']",
    "a module's function": "import json\ngot = json.dumps.__globals__['codecs'].sys",
    "a bound method's function": "import random\ngot = random.choice.__func__.__globals__['_os']",
    "a class's initialiser": "import json\ngot = json.JSONDecoder.__init__.__globals__['__builtins__']",
    "a parent's initialiser": (
        "import json\nclass A(json.JSONDecoder):\n def f(self):\n"
        "  return super().__init__.__globals__['__builtins__']\ngot = A().f()"
    ),
    "a decorated function": (
        "import functools\n@functools.lru_cache\ndef f(): pass\n"
        "got = f.__wrapped__.__globals__['__builtins__']"
    ),
    "a partial's function": (
        "import functools\ngot = functools.partial(lambda: 0).func.__globals__['__builtins__']"
    ),
    "a property's getter": (
        "class A:\n @property\n def x(self): pass\ngot = A.x.fget.__globals__['__builtins__']"
    ),
    "a closure": ("def f():\n x = open\n return lambda: x\ngot = f().__closure__[0].cell_contents"),
    "a default": "def f(x=open): pass\ngot = f.__defaults__[0]",
    "what a builtin belongs to": "got = print.__self__",
    "a generator's frame": "got = (x for x in [1]).gi_frame.f_builtins",
    "a generator's globals": (
        "def f(): yield\ng = f()\ngot = g.gi_frame.f_globals['__buil' + 'tins__']"
    ),
    "a coroutine's frame": "async def f(): pass\nc = f()\ngot = c.cr_frame.f_builtins\nc.close()",
    "an asynchronous generator's frame": "async def f(): yield\ngot = f().ag_frame.f_builtins",
    "a traceback's frame": (
        "try:\n 1 / 0\nexcept Exception as e:\n got = e.__traceback__.tb_frame.f_builtins"
    ),
    "a frame's caller": (
        "def f():\n try:\n  1 / 0\n except Exception as e:\n"
        "  return e.__traceback__.tb_frame.f_back\ngot = f().f_builtins"
    ),
    "the frame of an error before": (
        "try:\n try:\n  1 / 0\n finally:\n  int('x')\nexcept Exception as e:\n"
        " got = e.__context__.__traceback__.tb_frame.f_builtins"
    ),
    "the frame of a group of exceptions": (
        "try:\n 1 / 0\nexcept* ZeroDivisionError as e:\n"
        " got = e.exceptions[0].__traceback__.tb_frame.f_builtins"
    ),
    "a frame by getattr": "g = (x for x in [1])\ngot = getattr(getattr(g, 'gi_frame'), 'f_builtins')",
    "a frame by patterns": (
        "match (x for x in [1]):\n case object(gi_frame=object(f_builtins=got)):\n  pass"
    ),
    "a dunder by a pattern": "match print:\n case object(__self__=got):\n  pass",
    "all classes": (
        "got = [c for c in ().__class__.__base__.__subclasses__()"
        " if c.__name__ == '_wrap_close'][0].__init__.__globals__['sys']"
    ),
    "all classes by mro": (
        "got = [c for c in type.__subclasses__(int.mro()[1])"
        " if c.__name__ == '_wrap_close'][0].__init__.__globals__['sys']"
    ),
    "all classes by __mro__": (
        "got = [c for c in ''.__class__.__mro__[-1].__subclasses__()"
        " if c.__name__ == '_wrap_close'][0].__init__.__globals__['sys']"
    ),
    "the class of exit": "got = exit.__class__.__init__.__globals__['sys']",
    "a class of Blender's": "got = bpy.types.Text.as_module.__globals__['__builtins__']",
    "a property of Blender's": (
        "got = bpy.types.Object.children_recursive.fget.__globals__['__builtins__']"
    ),
    "a menu of Blender's": "got = bpy.types.Menu.append.__func__.__globals__['__builtins__']",
    "a menu's drawing": "got = bpy.types.VIEW3D_MT_add.draw.__globals__['__builtins__']",
    "an object's class": (
        "got = type(bpy.context.object).children_recursive.fget.__globals__['__builtins__']"
    ),
    "an operator's class": (
        "got = type(bpy.ops.mesh.primitive_cube_add).__call__.__globals__['__builtins__']"
    ),
    "a registered class": (
        "k = bpy.types.Operator.bl_rna_get_subclass_py('WM_OT_url_open')\n"
        "got = k.execute.__globals__['__builtins__']"
    ),
    "a class as the subject's own": (
        "from collections import namedtuple\nfrom collections.abc import Sized\n"
        "class A(namedtuple('B', 'gi' + '_frame'), Sized):\n @classmethod\n"
        " def __subclasshook__(cls, other):\n  return True\n"
        "class C(namedtuple('D', 'f_' + 'builtins'), Sized):\n @classmethod\n"
        " def __subclasshook__(cls, other):\n  return True\n"
        "match (x for x in [1]):\n case A(C(got)):\n  pass"
    ),
    "a class by a call": (
        f"M = type('M', (type,), {{{_dunder('instancecheck')}: lambda c, o: True}})\n"
        f"A = M('A', (), {{{_dunder('match_args')}: ('gi' + '_frame',)}})\n"
        f"C = M('C', (), {{{_dunder('match_args')}: ('f_' + 'builtins',)}})\n"
        "match (x for x in [1]):\n case A(C(got)):\n  pass"
    ),
    "a class by its class": (
        "T = type(int)\n"
        f"M = T('M', (T,), {{{_dunder('instancecheck')}: lambda c, o: True}})\n"
        f"A = M('A', (), {{{_dunder('match_args')}: ({_SELF},)}})\n"
        "match print:\n case A(got):\n  pass"
    ),
    "a metaclass": (
        "class M(type):\n def __instancecheck__(cls, other):\n  return True\n"
        f"A = M('A', (), {{{_dunder('match_args')}: ({_SELF},)}})\n"
        "match print:\n case A(got):\n  pass"
    ),
    "after a text that cannot be written back": ("got = (f\"{'\u200b'}\" and print).__self__"),
}

_GETATTR = {
    "by adding": f"got = getattr(print, {_SELF})",
    "by chr": "got = getattr(print, ''.join(map(chr, [95, 95, 115, 101, 108, 102, 95, 95])))",
    "by bytes": "got = getattr(print, b'\\x5f\\x5fself\\x5f\\x5f'.decode())",
    "by hexadecimals": "got = getattr(print, bytes.fromhex('5f5f73656c665f5f').decode())",
    "by escapes": "got = getattr(print, '\\x5f\\x5fself\\x5f\\x5f')",
    "by names of characters": "got = getattr(print, '\\N{LOW LINE}\\N{LOW LINE}self\\x5f\\x5f')",
    "backwards": "got = getattr(print, ('_' '_fles_' '_')[::-1])",
    "by replacing": "got = getattr(print, '##self##'.replace('#', '_'))",
    "by percent": "got = getattr(print, '%sself%s' % ('_' * 2, '_' * 2))",
    "by an f-string": "u = '_' * 2\ngot = getattr(print, f'{u}self{u}')",
    "by format": "got = getattr(print, '{0}{0}self{0}{0}'.format('_'))",
    "by a template": (
        "import string\ngot = getattr(print, string.Template('$u${u}self$u$u').substitute(u='_'))"
    ),
    "by JSON": "import json\ngot = getattr(print, json.loads('\"\\\\u005f\\\\u005fself\\\\u005f\\\\u005f\"'))",
    "from a name in the scene": (
        f"bpy.context.object.name = {_SELF}\ngot = getattr(print, bpy.context.object.name)"
    ),
    "by another name": f"g = getattr\ngot = g(print, {_SELF})",
    "mapped": f"got = list(map(getattr, [print], [{_SELF}]))[0]",
    "by partial": f"import functools\ngot = functools.partial(getattr, print)({_SELF})",
    "by reduce": f"import functools\ngot = functools.reduce(getattr, [{_SELF}], print)",
    "as a default": f"def f(g=getattr):\n return g(print, {_SELF})\ngot = f()",
    "in a dictionary": f"got = {{'g': getattr}}['g'](print, {_SELF})",
    "with a star": f"got = getattr(*[print, {_SELF}])",
    "by a decorator": f"@lambda f: getattr(print, {_SELF})\ndef got(): pass",
    "by object": f"got = object.__getattribute__(print, {_SELF})",
    "by operator": f"import operator\ngot = operator.attrgetter({_SELF})(print)",
    "by another's operator": f"import typing\ngot = typing.operator.attrgetter({_SELF})(print)",
    "by a method's name": (
        f"import operator\ngot = operator.methodcaller({_dunder('getattribute')}, {_SELF})(print)"
    ),
    "by update_wrapper": (
        "import functools\nseen = []\nclass W:\n def __setattr__(self, n, v):\n  seen.append(v)\n"
        f"functools.update_wrapper(W(), print, assigned=[{_SELF}], updated=())\ngot = seen[0]"
    ),
    "by update_wrapper, imported": (
        "from functools import update_wrapper as u\nseen = []\nclass W:\n"
        " def __setattr__(self, n, v):\n  seen.append(v)\n"
        f"u(W(), print, [{_SELF}], ())\ngot = seen[0]"
    ),
    "by wraps": (
        "import functools\nclass W:\n pass\nw = W()\n"
        "functools.wraps((x for x in [1]), assigned=['gi' + '_frame'], updated=())(w)\n"
        "got = w.gi_frame.f_builtins"
    ),
    "by wraps, imported": (
        "from functools import wraps\nseen = []\nclass W:\n"
        " def __setattr__(self, n, v):\n  seen.append(v)\n"
        f"wraps(print, [{_SELF}], ())(W())\ngot = seen[0]"
    ),
    "by a formatter": (
        f"import string\ngot = string.Formatter().get_field('0.' + {_SELF}, [print], {{}})[0]"
    ),
    "by a formatter of its own": (
        "import string\ngot = []\nclass F(string.Formatter):\n"
        " def format_field(self, v, s):\n  got.append(v)\n  return ''\n"
        f"F().format('{{0.' + {_SELF} + '}}', print)"
    ),
}

_FORMAT = {
    "a field": "got = '{0.__self__}'.format(print)",
    "a field in halves": "got = ('{0._' + '_self_' + '_}').format(print)",
    "a field within a field": "got = '{0:{1.__self__!s:.0}}{1.__self__}'.format('x', print)",
    "the method by another name": "f = ('{0._' + '_self_' + '_}').format\ngot = f(print)",
    "the method of str": "got = str.format('{0._' + '_self_' + '_}', print)",
    "the method by getattr": "got = getattr(str, 'format')('{0._' + '_self_' + '_}', print)",
    "the method by a pattern": (
        "match ('{0._' + '_self_' + '_}'):\n case str(format=f):\n  got = f(print)"
    ),
    "the method mapped": "got = list(map(('{0._' + '_self_' + '_}').format, [print]))[0]",
    "a map": "got = ('{a._' + '_self_' + '_}').format_map({'a': print})",
    "the map by another name": "f = ('{a._' + '_self_' + '_}').format_map\ngot = f({'a': print})",
}
"""These give only a text, but that of anything: of the environment and the keys in it, too."""

HIDDEN: dict[str, str] = {
    **_MODULES,
    **_CODE,
    **_INSIDE_PYTHON,
    **{f"getattr {name}": source for name, source in _GETATTR.items()},
    **{f"format: {name}": source for name, source in _FORMAT.items()},
}

SINCE = {
    "a type statement": (3, 12),
    "a type statement, evaluated": (3, 14),
    "a bound of a type": (3, 12),
    "a template string": (3, 14),
    "a template string's module": (3, 14),
    "a forward reference": (3, 14),
    "a forward reference, imported": (3, 14),
    "a bound as code": (3, 14),
}
BEFORE = {
    "open by an annotation": (3, 14),
    "a module of a module's": (3, 13),
    "an operator's class": (3, 13),
}


def works_here(name: str) -> bool:
    """Whether one works in this Python."""
    return SINCE.get(name, (3, 0)) <= sys.version_info[:2] < BEFORE.get(name, (4, 0))
