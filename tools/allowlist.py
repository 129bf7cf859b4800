"""Which Python may run unasked: what a script would have to reach to leave the scene.

`findings` walks the syntax tree and names, in plain words and with its line, everything that is
not known to stay inside the scene; a script without findings counts as an edit. It is a list of
what is allowed where that can be listed (modules, categories of operators) and of what is not
where it cannot (names of attributes). It catches accidents and surprises: Python cannot be
sandboxed inside Blender, and nobody should take this for a wall.
"""

from __future__ import annotations

import ast
import importlib
import re
import types

MODULES = frozenset(
    "bisect bmesh bpy calendar cmath collections colorsys copy datetime decimal enum fractions "
    "functools heapq itertools json math mathutils numbers random re statistics string textwrap "
    "time typing".split()
)
"""What may be imported, with these submodules."""

SUBMODULES = frozenset(
    "bmesh.ops bmesh.types bpy.types bpy.context bpy.data collections.abc mathutils.bvhtree "
    "mathutils.geometry mathutils.kdtree mathutils.noise".split()
)

_BLENDER = ("bpy", "bmesh", "mathutils")

_BUILTINS = frozenset(
    "__import__ breakpoint compile delattr dir eval exec exit getattr globals help input locals "
    "memoryview open quit setattr vars".split()
)
"""Builtins that reach further than they look, or stop Blender; `getattr` with a plain name may."""

_OPERATORS = frozenset(
    "anim armature boid brush camera cloth collection constraint curve curves "
    "font geometry gpencil graph grease_pencil lattice marker material mball mesh nla node "
    "object paint paintcurve particle pose rigidbody scene sculpt sculpt_curves "
    "surface texture transform uv view3d world".split()
)
"""Categories of operators that stay in the scene, but for those whose names say otherwise."""

_OUTSIDE_OPERATOR = re.compile(
    r"import|export|load|save|open|read|write|bake|reload|pack|file|append|link_to|script|"
    r"python|addon|preferences|quit|shell|clipboard|screenshot|drop|cache|external|preset|asset|"
    r"copybuffer|pastebuffer|^copy$|^paste$"
)
_INSIDE_OPERATOR = frozenset(
    "nla.bake rigidbody.bake_to_keyframes outliner.orphans_purge mesh.separate mesh.loopcut mesh.vert_connect_path object.make_links_data "
    "object.shade_smooth_by_angle uv.pack_islands uv.lightmap_pack uv.smart_project "
    "object.make_links_scene curve.spline_type_set object.collection_link".split()
)

_ATTRIBUTES = {
    "popup_menu": "shows a menu, whose buttons do what they like",
    "popup_menu_pie": "shows a menu, whose buttons do what they like",
    "popmenu_begin__internal": "shows a menu, whose buttons do what they like",
    "popover": "shows a panel, whose buttons do what they like",
    "popover_begin__internal": "shows a panel, whose buttons do what they like",
    "draw_cursor_add": "leaves a drawing hook behind",
    "bl_rna_get_subclass": "reaches registered classes",
    "bl_rna_get_subclass_py": "reaches registered classes",
    "use_online_access": "reaches the preferences",
    "use_scripts_auto_execute": "reaches the preferences",
    "filepaths": "reaches the preferences",
    "handlers": "hooks into Blender's events",
    "timers": "leaves a timer behind",
    "msgbus": "subscribes to Blender's messages",
    "driver_add": "adds a driver, whose expression is code",
    "drivers": "reaches drivers, whose expressions are code",
    "driver_namespace": "reaches what drivers may call",
    "expression": "sets an expression, which is code",
    "as_module": "runs a text as a module",
    "use_module": "makes a text run when the file opens",
    "run_script": "runs a text",
    "script": "reaches a script",
    "execfile": "runs a file",
    "register_class": "registers a class",
    "unregister_class": "takes away a class",
    "register_module": "registers a module",
    "register_cli_command": "registers a command",
    "register_submodule_factory": "registers modules",
    "load_scripts": "runs scripts",
    "keyconfigs": "reaches key maps",
    "keymap_items": "reaches key maps",
    "preferences": "reaches the preferences",
    "user_preferences": "reaches the preferences",
    "addons": "reaches add-ons",
    "clipboard": "reads or sets the clipboard",
    "libraries": "reads or writes .blend files",
    "load": "loads a file",
    "load_from_file": "loads a file",
    "reload": "loads a file again",
    "save": "writes a file",
    "save_as": "writes a file",
    "save_render": "writes a file",
    "write": "writes a file",
    "write_still": "writes a file",
    "pack": "packs a file",
    "unpack": "writes a file",
    "filepath": "sets or reads a file path",
    "filepath_raw": "sets or reads a file path",
    "filepath_from_user": "reads a file path",
    "directory": "sets or reads a folder",
    "base_path": "sets or reads a folder",
    "cache_directory": "sets or reads a folder",
    "bytecode": "sets code",
    "path_resolve": "reaches a property by a computed name",
    "props": "defines properties of Blender's types",
    "binary_path": "reads where Blender lies",
    "tempdir": "reads where Blender keeps files",
    "utils": "reaches Blender's utilities",
    "app": "reaches the application",
    "translations": "reaches the application",
    "modules": "reaches other modules",
    "mro": "reaches other classes",
    "gi_frame": "reaches the interpreter",
    "gi_code": "reaches the interpreter",
    "cr_frame": "reaches the interpreter",
    "cr_code": "reaches the interpreter",
    "ag_frame": "reaches the interpreter",
    "ag_code": "reaches the interpreter",
    "tb_frame": "reaches the interpreter",
    "tb_next": "reaches the interpreter",
    "f_back": "reaches the interpreter",
    "f_builtins": "reaches the interpreter",
    "f_globals": "reaches the interpreter",
    "f_locals": "reaches the interpreter",
    "f_code": "reaches the interpreter",
    "co_code": "reaches the interpreter",
    "func_globals": "reaches the interpreter",
    "get_type_hints": "runs annotations as code",
    "evaluate_forward_ref": "runs annotations as code",
    "ForwardRef": "runs annotations as code",
    "singledispatch": "runs annotations as code",
    "singledispatchmethod": "runs annotations as code",
    "register": "registers something that stays",
    "Formatter": "reaches attributes by computed names",
    "get_field": "reaches attributes by computed names",
    "vformat": "reaches attributes by computed names",
    "draw_handler_add": "leaves a drawing hook behind",
    "event_timer_add": "leaves a timer behind",
    "event_simulate": "plays events",
    "new_image": "opens a file",
    "new_movie": "opens a file",
    "new_sound": "opens a file",
    "use_disk_cache": "writes files",
    "bake_directory": "sets or reads a folder",
    "simulation_bake_directory": "sets or reads a folder",
}

_APP_FACTS = frozenset({"version", "version_string", "background", "build_date"})
_FORMAT_FIELD = re.compile(r"\{[^{}:!]*[.\[]")

_TELLING_TEXT = re.compile(
    r"__|^SCRIPT$|GeometryNodeImport|NodeScript|OutputFile|^(preferences|app|utils|handlers)$"
)
"""Texts that name what is reached by their name: dunders, nodes and modes that read or run files."""
_OURS = re.compile(r"scene_?chat", re.IGNORECASE)
"""Scene Chat's own parts, by which a script could answer for the person."""
_MARKER = re.compile(r"__[A-Z][A-Z0-9_]*__")
"""Markers such as __RESULT__, with which scripts set off their output; no attribute is so named."""
_HARMLESS_DUNDERS = frozenset({"__init__", "__name__", "__doc__", "__len__", "__post_init__"})
_OFTEN_REBOUND = frozenset({"input", "help", "dir"})
"""Builtins that scripts use as names of their own; the worst of them waits for a key."""

SOURCE_LIMIT = 200_000
"""Characters; a longer script is not looked through, and asks."""


def operator_stays(name: str) -> bool:
    """Return whether an operator, such as "object.join", is known to stay inside the scene."""
    category, _, last = name.partition(".")
    if name in _INSIDE_OPERATOR:
        return True
    return category in _OPERATORS and not _OUTSIDE_OPERATOR.search(last)


def findings(source: str) -> tuple[str, ...]:
    """Return what a script would reach outside the scene, in plain words; () for nothing.

    A script that does not compile does nothing, so it has no findings: running it says why.
    """
    if len(source) > SOURCE_LIMIT:
        return (f"it is too long to be looked through ({len(source):,} characters)",)
    try:
        tree = ast.parse(source)
        found = _Walk(tree).found
    except (SyntaxError, ValueError):
        return ()
    except (RecursionError, MemoryError):
        return ("it is nested too deeply to be looked through",)
    return tuple(dict.fromkeys(found))


class _Walk:
    """One look through one tree.

    `names` holds, for each of the script's names, every dotted path it may stand for: whichever
    branch is taken, whatever runs first. `bound` holds all names the script gives itself.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[str] = []
        self.names: dict[str, set[str]] = {"bpy": {"bpy"}}
        self.bound: set[str] = set()
        nodes = list(ast.walk(tree))
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                child._parent = node  # type: ignore[attr-defined]
            match node:
                case ast.Import() | ast.ImportFrom():
                    self._import(node)
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    self.bound.add(name)
        for node in nodes:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as value):
                    for path in self._paths(value):
                        self._stands_for(name, ".".join(path))
        for node in nodes:
            self._look(node)

    def _note(self, node: ast.AST, what: str) -> None:
        self.found.append(f"it {what} (line {getattr(node, 'lineno', 1)})")

    def _stands_for(self, name: str, path: str) -> None:
        self.names.setdefault(name, set()).add(path)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name not in MODULES | SUBMODULES:
                    self._note(node, f"imports {alias.name}")
                top = alias.name.partition(".")[0]
                self._stands_for(alias.asname or top, alias.name if alias.asname else top)
            return
        module = node.module or ""
        if node.level == 0 and module == "__future__":
            return
        if node.level or module not in MODULES | SUBMODULES:
            self._note(node, f"imports {'.' * node.level}{module}")
            return
        for alias in node.names:
            full = f"{module}.{alias.name}"
            if alias.name == "*":
                if module != "math":
                    self._note(node, f"imports everything from {module}")
            elif full in SUBMODULES:
                self._stands_for(alias.asname or alias.name, full)
            elif why := self._member(module, alias.name):
                self._note(node, f"{why}: {full}")

    def _member(self, module: str, name: str) -> str:
        """Why a member of an allowed module is not allowed itself, or ""."""
        if name.startswith("_"):
            return "reaches a private name"
        if name in _ATTRIBUTES:
            return _ATTRIBUTES[name]
        if module == "bpy" and name == "ops":
            return "takes operators by another name"
        if module.partition(".")[0] in _BLENDER or f"{module}.{name}" in SUBMODULES:
            return ""
        member = getattr(importlib.import_module(module), name, None)
        return "reaches another module" if isinstance(member, types.ModuleType) else ""

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute():
                self._attribute(node)
            case ast.Name():
                self._name(node)
            case ast.Call():
                self._call(node)
            case ast.Constant(value=str(text)) if _OURS.search(text):
                self._note(node, f"names Scene Chat itself: {text[:40]!r}")
            case ast.FunctionDef(name="__del__"):
                self._note(node, "leaves code behind that runs later")
            case ast.Constant(value=str(text)) if _TELLING_TEXT.search(_MARKER.sub("", text)):
                if text != "__main__":
                    self._note(node, f"holds the text {text[:40]!r}")
            case ast.MatchClass(kwd_attrs=names):
                for name in names:
                    if why := self._plain_attribute(name):
                        self._note(node, f"{why}: {name}")
            case ast.ClassDef(keywords=keywords) if keywords:
                self._note(node, "sets a metaclass")

    def _name(self, node: ast.Name) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        if _OURS.search(node.id):
            self._note(node, f"names Scene Chat itself: {node.id}")
        if node.id in _BUILTINS:
            if node.id in _OFTEN_REBOUND & self.bound or _names_plainly(parent, node):
                return
            self._note(node, f"uses {node.id}")
        elif node.id.startswith("__") and node.id not in ("__name__", "__file__"):
            self._note(node, f"uses {node.id}")
        elif self.names.get(node.id, set()) & MODULES and isinstance(node.ctx, ast.Load):
            if not (isinstance(parent, ast.Attribute) and parent.value is node):
                self._note(node, f"hands on the module {node.id}")

    def _attribute(self, node: ast.Attribute) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        inner = isinstance(parent, ast.Attribute)
        for path in self._paths(node):
            dotted, module = ".".join(path), ".".join(path[:-1])
            if path[:2] == ["bpy", "ops"]:
                self._operator(node, path)
                return
            if dotted == "bpy.data.filepath" and isinstance(node.ctx, ast.Load):
                return
            if path[:2] == ["bpy", "app"]:
                if len(path) == 3 and path[2] not in _APP_FACTS:
                    self._note(node, f"reaches the application: {dotted}")
                elif len(path) > 2 or inner:
                    return
            if module in MODULES | SUBMODULES and (why := self._member(module, path[-1])):
                self._note(node, f"{why}: {dotted}")
                return
            if not isinstance(node.ctx, ast.Load) and (
                module in MODULES | SUBMODULES or path[:2] == ["bpy", "types"]
            ):
                self._note(node, f"changes {dotted} for everybody")
            if path[:2] == ["bpy", "types"] and len(path) == 3 and not _is_plain_use(node):
                self._note(node, f"hands on a class of Blender's: {dotted}")
            if path[:2] == ["bpy", "types"] and path[-1] in ("append", "prepend", "remove"):
                self._note(node, f"changes Blender's own interface: {dotted}")
            if dotted == "bpy.context.copy":
                self._note(node, f"reaches everything by computed names: {dotted}")
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        if own and node.attr.startswith("_") and not node.attr.startswith("__"):
            return
        if why := self._plain_attribute(node.attr):
            self._note(node, f"{why}: {ast.unparse(node)[-60:]}")

    def _plain_attribute(self, name: str) -> str:
        if _OURS.search(name):
            return "reaches Scene Chat itself"
        if name.startswith("_") and name != "_" and name not in _HARMLESS_DUNDERS:
            return "reaches a private name"
        return _ATTRIBUTES.get(name, "")

    def _operator(self, node: ast.Attribute, chain: list[str]) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        inner = isinstance(parent, ast.Attribute)
        if len(chain) < 4:
            if not inner:
                self._note(node, "takes operators by another name")
            return
        if len(chain) > 4:
            if chain[4] not in ("poll", "idname_py", "get_rna_type"):
                self._note(node, f"reaches into an operator: {'.'.join(chain)}")
            return
        full = f"{chain[2]}.{chain[3]}"
        if not operator_stays(full):
            self._note(node, f"uses the operator {full}")

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Name) and function.id in ("getattr", "setattr", "delattr"):
            for argument in node.args[1:2]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    if why := self._plain_attribute(argument.value):
                        self._note(node, f"{why}: {argument.value}")
        elif isinstance(function, ast.Attribute) and function.attr in ("format", "format_map"):
            known = isinstance(function.value, ast.Constant)
            if not known or _FORMAT_FIELD.search(str(function.value.value)):  # type: ignore[attr-defined]
                self._note(node, "formats a text that may reach attributes")

    def _paths(self, node: ast.Attribute) -> list[list[str]]:
        """The dotted paths that an attribute may be, where it begins with a known name."""
        names: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            return []
        beginnings = sorted(self.names.get(inner.id, ()))
        return [[*each.split("."), *reversed(names)] for each in beginnings]


def _names_plainly(call: ast.AST, function: ast.Name) -> bool:
    """Whether `getattr(x, "name")` or a sister is called at once, with a name written out."""
    return (
        function.id in ("getattr", "setattr", "delattr")
        and isinstance(call, ast.Call)
        and call.func is function
        and len(call.args) > 1
        and isinstance(call.args[1], ast.Constant)
        and isinstance(call.args[1].value, str)
        and not call.keywords
        and not any(isinstance(each, ast.Starred) for each in call.args)
    )


def _is_plain_use(node: ast.Attribute) -> bool:
    """Whether `bpy.types.X` is called, looked into, derived from, a type hint, or asked about.

    Handed on by another name, what is done to the class could not be seen.
    """
    parent = node._parent  # type: ignore[attr-defined]
    while isinstance(parent, ast.Tuple | ast.BinOp):  # isinstance(x, (A, B)), x: A | B
        node, parent = parent, parent._parent  # type: ignore[assignment, union-attr]
    match parent:
        case ast.Attribute() | ast.ClassDef() | ast.arg() | ast.FunctionDef() | ast.Expr():
            return True
        case ast.Call(func=function):
            asked = isinstance(function, ast.Name) and function.id in ("isinstance", "issubclass")
            return function is node or asked
        case ast.AnnAssign(annotation=hint):
            return hint is node
        case ast.Assign(targets=[ast.Name()]):
            return True  # followed by its new name
        case ast.Compare() | ast.Subscript():
            return True
    return False
