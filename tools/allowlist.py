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
from collections.abc import Set as AbstractSet

from .phrase import Phrase

MODULES = frozenset(
    "bisect bmesh bpy calendar cmath collections colorsys copy datetime decimal enum fractions "
    "functools heapq itertools json math mathutils numbers random re statistics string textwrap "
    "time typing".split()
)
"""What may be imported, with these submodules."""

SUBMODULES = frozenset(
    "bmesh.geometry bmesh.ops bmesh.types bmesh.utils bpy.types bpy.context bpy.data "
    "collections.abc mathutils.bvhtree mathutils.geometry mathutils.interpolate mathutils.kdtree "
    "mathutils.noise".split()
)

_HELD = MODULES | {"collections.abc", "bpy.types"}
"""What must stay under a name that is followed: in other hands, its members could not be seen."""

_BLENDER = ("bpy", "bmesh", "mathutils")

_BUILTINS = frozenset(
    "__import__ breakpoint compile credits delattr dir eval exec exit getattr globals help input "
    "license locals memoryview open quit setattr vars".split()
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
    r"copybuffer|pastebuffer|^copy$|^paste$|text_copy|text_cut|text_paste|driver|image_add|add_image|sound"
)
_INSIDE_OPERATOR = frozenset(
    "curve.spline_type_set mesh.loopcut mesh.separate mesh.vert_connect_path nla.bake "
    "object.collection_link object.make_links_data object.make_links_scene "
    "object.shade_smooth_by_angle outliner.orphans_purge rigidbody.bake_to_keyframes "
    "uv.lightmap_pack uv.pack_islands uv.smart_project".split()
)

_ATTRIBUTES = {
    name: Phrase(why)
    for name, why in {
        "popup_menu": "shows a menu, whose buttons do what they like",
        "popup_menu_pie": "shows a menu, whose buttons do what they like",
        "popmenu_begin__internal": "shows a menu, whose buttons do what they like",
        "popover": "shows a panel, whose buttons do what they like",
        "popover_begin__internal": "shows a panel, whose buttons do what they like",
        "piemenu_begin__internal": "shows a menu, whose buttons do what they like",
        "status_text_set": "leaves a drawing hook behind",
        "tag_script_reload": "runs scripts",
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
        "binary_path": "reads where Blender is installed",
        "tempdir": "reads where Blender keeps files",
        "module_names": "reads a folder",
        "resolve_ncase": "reads a folder",
        "utils": "reaches Blender's utilities",
        "app": "reaches the application",
        "translations": "reaches the application",
        "ops": "takes operators by another name",
        "modules": "reaches other modules",
        "codecs": "reaches other modules",
        "os": "reaches other modules",
        "sys": "reaches other modules",
        "builtins": "reaches other modules",
        "bltns": "reaches other modules",
        "environ": "reaches the system",
        "popen": "reaches the system",
        "clock_settime": "sets the system's clock",
        "clock_settime_ns": "sets the system's clock",
        "mro": "reaches other classes",
        "EnumMeta": "sets a metaclass",
        "EnumType": "sets a metaclass",
        "ABCMeta": "sets a metaclass",
        "global_enum": "changes another module",
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
        "f_generator": "reaches the interpreter",
        "f_trace": "reaches the interpreter",
        "with_traceback": "reaches the interpreter",
        "co_code": "reaches the interpreter",
        "func_globals": "reaches the interpreter",
        "get_type_hints": "runs annotations as code",
        "evaluate_forward_ref": "runs annotations as code",
        "ForwardRef": "runs annotations as code",
        "get_args": "hands out annotations, which are code",
        "evaluate_bound": "hands out annotations, which are code",
        "evaluate_constraints": "hands out annotations, which are code",
        "evaluate_default": "hands out annotations, which are code",
        "evaluate_value": "hands out annotations, which are code",
        "singledispatch": "runs annotations as code",
        "singledispatchmethod": "runs annotations as code",
        "register": "registers something that stays",
        "Formatter": "reaches attributes by computed names",
        "get_field": "reaches attributes by computed names",
        "update_wrapper": "reaches attributes by computed names",
        "vformat": "reaches attributes by computed names",
        "draw_handler_add": "leaves a drawing hook behind",
        "event_timer_add": "leaves a timer behind",
        "event_simulate": "plays events",
        "new_image": "opens a file",
        "new_movie": "opens a file",
        "new_sound": "opens a file",
        "use_disk_cache": "writes files",
        "use_external": "reads files",
        "file_path_foreach": "sets or reads file paths",
        "file_path_map": "sets or reads file paths",
        "bake_directory": "sets or reads a folder",
        "simulation_bake_directory": "sets or reads a folder",
    }.items()
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
_HARMLESS_NAMES = frozenset({"__name__", "__file__", "__doc__", "__all__", "__slots__"})
_METHODS = frozenset(
    "abs add and bool call contains delitem divmod enter eq exit float floordiv format ge getitem "
    "gt hash iadd iand imul index init int invert ior isub iter itruediv le len lshift lt matmul "
    "missing mod mul ne neg new next or pos post_init pow radd rand repr reversed rfloordiv "
    "rmatmul rmod rmul ror round rsub rtruediv rxor setitem str sub truediv xor".split()
)
"""What a class may define between double underscores: what an operator or a builtin calls on it.

The others run unseen (`__del__`), catch what is looked up (`__setattr__`), set attributes by
computed names (`__reduce_ex__`, through `copy`) or bend tests (`__subclasshook__`).
"""
_POSITIONAL = frozenset("bool bytearray bytes dict float frozenset int list set str tuple".split())
"""Classes of which `case X(y)` gives the subject itself; of others, attributes by computed names."""
_INSIDE_MEMBERS = frozenset({"bmesh.ops", "bmesh.utils"})
"""They bear the names of members of bpy that are not allowed."""
_INTERFACE = re.compile(r"[A-Z0-9]_(AST|FH|GT|GGT|HT|MT|OT|PT|UL)_")
"""Registered classes: what is done to them stays, and operators can be called by them."""
_TELL = frozenset({"print", "str", "repr"})
_MORE_ERRORS = frozenset({"derive", "exceptions", "split", "subgroup"})
_LONGEST = 4
"""Parts of a path that is followed from name to name; operators and classes have no more."""
_MOST_STEPS = 20_000
"""From name to name; everyday scripts need some dozens."""
_OFTEN_REBOUND = frozenset({"credits", "dir", "help", "input", "license"})
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
        return (
            Phrase("it is too long to be looked through ({count:,} characters)", count=len(source)),
        )
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    except (RecursionError, MemoryError):
        return (Phrase("it is nested too deeply to be looked through"),)
    try:
        found = _Walk(tree).found
    except Exception as error:  # whatever it is, the script may not pass by it
        return (Phrase("it cannot be looked through ({why})", why=type(error).__name__),)
    return tuple(dict.fromkeys(found))


class _Walk:
    """One look through one tree.

    `names` holds, for each of the script's names, every dotted path it may stand for: whichever
    branch is taken, whatever runs first. `bound` holds all names the script gives itself, `caught`
    those of errors, `classes` those of classes, `taken` those of classes taken by `type(x)`, and
    `errors_roam` says whether an error may be elsewhere too.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[str] = []
        self.names: dict[str, set[str]] = {"bpy": {"bpy"}}
        self.bound: set[str] = set()
        self.caught: set[str] = set()
        self.classes = set(_POSITIONAL) | {"object"}
        self.taken: set[str] = set()
        nodes = list(ast.walk(tree))
        for node in nodes:
            for child in ast.iter_child_nodes(node):
                child._parent = node  # type: ignore[attr-defined]
            match node:
                case ast.Import() | ast.ImportFrom():
                    self._import(node)
                case ast.ExceptHandler(name=str(name)):
                    self.caught.add(name)
                case ast.ClassDef(name=name):
                    self.classes.add(name)
                case ast.Assign(targets=targets, value=value) if _is_call_of_type(value):
                    self.taken |= {each.id for each in targets if isinstance(each, ast.Name)}
            self._bind(node)
        self._follow(nodes)
        self.errors_roam = any(map(self._lets_errors_roam, nodes))
        for node in nodes:
            self._look(node)

    def _note(self, node: ast.AST, what: str) -> None:
        self.found.append(
            Phrase("it {what} (line {line})", what=what, line=getattr(node, "lineno", 1))
        )

    def _bind(self, node: ast.AST) -> None:
        """Note a name that is given here."""
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.alias(asname=str(name))
            ):
                pass
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                inner = name[2:-2]
                if name.startswith("__") and name.endswith("__") and inner not in _METHODS:
                    self._note(node, Phrase("defines {name}, which runs unseen", name=name))
                self.bound.add(name)
                return
            case ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                pass
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                pass
            case ast.MatchMapping(rest=str(name)):
                pass
            case _:
                return
        self.bound.add(name)
        if name.startswith("__") and name not in _HARMLESS_NAMES:
            self._note(node, Phrase("uses {name}", name=name))

    def _follow(self, nodes: list[ast.AST]) -> None:
        """Follow paths from name to name, until no name stands for more."""
        given: dict[str, list[tuple[str, list[str]]]] = {}
        for node in nodes:
            match node:
                case ast.Assign(targets=targets, value=value):
                    pass
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    targets = [target]
                case ast.NamedExpr(target=target, value=value):
                    targets = [target]
                case _:
                    continue
            beginning, rest = _taken_apart(value)
            named = [each.id for each in targets if isinstance(each, ast.Name)]
            given.setdefault(beginning, []).extend((each, rest) for each in named)
        new = [(name, path) for name, paths in self.names.items() for path in paths]
        steps = 0
        while new:
            steps += 1
            if steps > _MOST_STEPS:
                raise OverflowError("too many names for the same")
            name, path = new.pop()
            for other, rest in given.get(name, ()):
                longer = ".".join([path, *rest])
                known = self.names.setdefault(other, set())
                if longer not in known and longer.count(".") < _LONGEST:
                    known.add(longer)
                    new.append((other, longer))

    def _stands_for(self, name: str, path: str) -> None:
        self.names.setdefault(name, set()).add(path)

    def _lets_errors_roam(self, node: ast.AST) -> bool:
        """Whether an error gets away from the name it is caught under: it holds what it is about."""
        match node:
            case ast.FunctionDef(name="__exit__") | ast.AsyncFunctionDef(name="__exit__"):
                return True
            case ast.Name(id=name, ctx=ast.Load()) if name in self.caught:
                match node._parent:  # type: ignore[attr-defined]
                    case ast.FormattedValue() | ast.Raise():
                        return False
                    case ast.Attribute(attr=attr):
                        return attr in _MORE_ERRORS
                    case ast.Call(func=ast.Name(id=function)):
                        return function not in {*_TELL, "isinstance", "type"}
                return True
        return False

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node._parent, ast.ClassDef):  # type: ignore[union-attr]
            self._note(node, Phrase("imports into a class"))
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name not in MODULES | SUBMODULES:
                    self._note(node, Phrase("imports {name}", name=alias.name))
                top = alias.name.partition(".")[0]
                self._stands_for(alias.asname or top, alias.name if alias.asname else top)
            return
        module = node.module or ""
        if node.level == 0 and module == "__future__":
            return
        if node.level or module not in MODULES | SUBMODULES:
            self._note(node, Phrase("imports {dots}{module}", dots="." * node.level, module=module))
            return
        for alias in node.names:
            full = f"{module}.{alias.name}"
            if alias.name == "*":
                if module != "math":
                    self._note(node, Phrase("imports everything from {module}", module=module))
                continue
            self._stands_for(alias.asname or alias.name, full)
            if full not in SUBMODULES and (why := self._member(module, alias.name)):
                self._note(node, Phrase("{why}: {name}", why=why, name=full))

    def _member(self, module: str, name: str) -> str:
        """Why a member of an allowed module is not allowed itself, or ""."""
        full = f"{module}.{name}"
        if name.startswith("_"):
            return Phrase("reaches a private name")
        if full in _INSIDE_MEMBERS:
            return ""
        if name in _ATTRIBUTES:
            return _ATTRIBUTES[name]
        if module == "bpy.types" and _INTERFACE.search(name):
            return Phrase("reaches a registered class")
        if module.partition(".")[0] in _BLENDER or full in SUBMODULES:
            return ""
        member = getattr(importlib.import_module(module), name, None)
        if isinstance(member, dict | list | set):
            return Phrase("reaches what everybody uses")
        return Phrase("reaches another module") if isinstance(member, types.ModuleType) else ""

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute():
                self._attribute(node)
            case ast.Name():
                self._name(node)
            case ast.Call():
                self._call(node)
            case ast.Constant(value=str(text)) if _OURS.search(text):
                self._note(node, Phrase("names Scene Chat itself: {text!r}", text=text[:40]))
            case ast.Constant(value=str(text)) if _TELLING_TEXT.search(_MARKER.sub("", text)):
                if text != "__main__":
                    self._note(node, Phrase("holds the text {text!r}", text=text[:40]))
            case ast.MatchClass():
                self._match_class(node)
            case ast.ClassDef(bases=bases, keywords=keywords):
                if keywords or any(
                    _is_name(each, {"type"}) or _is_call_of_type(each) for each in bases
                ):
                    self._note(node, Phrase("sets a metaclass"))

    def _match_class(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            if why := self._plain_attribute(name):
                self._note(node, Phrase("{why}: {name}", why=why, name=name))
            elif name in ("format", "format_map", "foreach_set", "copy", "obj"):
                self._note(node, Phrase("takes by a pattern: {name}", name=name))
        name = node.cls.id if isinstance(node.cls, ast.Name) else ""
        if node.patterns and (name not in _POSITIONAL or name in self.bound):
            self._note(node, Phrase("reaches attributes by computed names: a pattern's positions"))

    def _name(self, node: ast.Name) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        if _OURS.search(node.id):
            self._note(node, Phrase("names Scene Chat itself: {name}", name=node.id))
        if node.id in _BUILTINS:
            if node.id in _OFTEN_REBOUND & self.bound or _names_plainly(parent, node):
                return
            self._note(node, Phrase("uses {name}", name=node.id))
        elif node.id.startswith("__") and node.id not in _HARMLESS_NAMES:
            self._note(node, Phrase("uses {name}", name=node.id))
        elif isinstance(node.ctx, ast.Load):
            for path in self._paths(node):
                self._handed_on(node, path)

    def _handed_on(self, node: ast.AST, path: list[str]) -> None:
        """Note a module, a class of Blender's or a function that leaves a name that is followed."""
        parent = node._parent  # type: ignore[attr-defined]
        if isinstance(parent, ast.Attribute):
            return
        dotted = ".".join(path)
        if dotted in _HELD:
            asked = isinstance(parent, ast.Call) and _is_name(parent.func, {"hasattr"})
            named = isinstance(parent, ast.Assign) and all(
                isinstance(each, ast.Name) for each in parent.targets
            )
            if not asked and not (named and "." in dotted):
                self._note(node, Phrase("hands on the module {dotted}", dotted=dotted))
        elif path[:2] == ["bpy", "types"] and len(path) == 3 and not _is_plain_use(node):
            self._note(node, Phrase("hands on a class of Blender's: {dotted}", dotted=dotted))
        elif dotted == "functools.wraps" and not _is_called_with_one(parent, node):
            self._note(
                node, Phrase("reaches attributes by computed names: {dotted}", dotted=dotted)
            )

    def _attribute(self, node: ast.Attribute) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        inner = isinstance(parent, ast.Attribute)
        paths = self._paths(node)
        for path in paths:
            dotted, module = ".".join(path), ".".join(path[:-1])
            if path[:2] == ["bpy", "ops"]:
                self._operator(node, path)
                return
            if dotted == "bpy.data.filepath" and isinstance(node.ctx, ast.Load):
                return
            if path[:2] == ["bpy", "app"]:
                if len(path) == 3 and path[2] not in _APP_FACTS:
                    self._note(node, Phrase("reaches the application: {dotted}", dotted=dotted))
                elif len(path) > 2 or inner:
                    return
            if module in MODULES | SUBMODULES and (why := self._member(module, path[-1])):
                self._note(node, Phrase("{why}: {name}", why=why, name=dotted))
                return
            if not isinstance(node.ctx, ast.Load) and (
                module in MODULES | SUBMODULES
                or path[:2] == ["bpy", "types"]
                or path[0] in MODULES.difference(_BLENDER)
            ):
                self._note(node, Phrase("changes {dotted} for everybody", dotted=dotted))
            self._handed_on(node, path)
            if path[:2] == ["bpy", "types"] and path[-1] in ("append", "prepend", "remove"):
                self._note(node, Phrase("changes Blender's own interface: {dotted}", dotted=dotted))
        if any(".".join(path) in _INSIDE_MEMBERS for path in paths):
            return
        of_class = _is_call_of_type(node.value) or _is_name(node.value, self.taken)
        if of_class and not isinstance(node.ctx, ast.Load):
            self._note(node, Phrase("changes a class for everybody: {name}", name=_said(node)))
        own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        if own and node.attr.startswith("_") and not node.attr.startswith("__"):
            return
        if why := self._plain_attribute(node.attr) or self._method(node):
            self._note(node, Phrase("{why}: {name}", why=why, name=_said(node)))

    def _plain_attribute(self, name: str) -> str:
        if _OURS.search(name):
            return Phrase("reaches Scene Chat itself")
        if name.startswith("_") and name != "_" and name not in _HARMLESS_DUNDERS:
            return Phrase("reaches a private name")
        return _ATTRIBUTES.get(name, "")

    def _method(self, node: ast.Attribute) -> str:
        """Why an attribute is not allowed here that elsewhere is, or ""."""
        parent, base = node._parent, node.value  # type: ignore[attr-defined]
        called = isinstance(parent, ast.Call) and parent.func is node
        match node.attr:
            case "format" | "format_map" if isinstance(node.ctx, ast.Load):
                known = isinstance(base, ast.Constant) and not _FORMAT_FIELD.search(str(base.value))
                shown = isinstance(parent, ast.FormattedValue | ast.Compare) or (
                    isinstance(parent, ast.Call) and _is_name(parent.func, _TELL)
                )
                if not known and not shown:
                    return Phrase("formats a text that may reach attributes")
            case "foreach_set":
                match parent:
                    case ast.Call(args=[ast.Constant(value=name), _]) if called:
                        return self._plain_attribute(str(name))
                    case ast.Call(args=[each]) if called and not isinstance(each, ast.Starred):
                        return ""  # of an array of numbers, such as pixels
                return Phrase("sets properties by computed names")
            case "copy":
                context = {"bpy.context", "bpy.types.Context"}
                paths = {".".join(path) for path in self._paths(base)}
                if paths & context or _is_name(base, {"context", "ctx", "C"}):
                    return Phrase("reaches everything by computed names")
            case "obj" if self.errors_roam or _is_name(base, self.caught):
                return Phrase("takes from an error what it is about")
        return ""

    def _operator(self, node: ast.Attribute, chain: list[str]) -> None:
        parent = node._parent  # type: ignore[attr-defined]
        inner = isinstance(parent, ast.Attribute)
        if len(chain) < 4:
            if not inner:
                self._note(node, Phrase("takes operators by another name"))
            return
        if len(chain) > 4:
            if chain[4] not in ("poll", "idname_py", "get_rna_type"):
                self._note(node, Phrase("reaches into an operator: {name}", name=".".join(chain)))
            return
        full = f"{chain[2]}.{chain[3]}"
        if not operator_stays(full):
            self._note(node, Phrase("uses the operator {full}", full=full))

    def _call(self, node: ast.Call) -> None:
        match node:
            case ast.Call(
                func=ast.Name(id="getattr" | "setattr" | "delattr" as how),
                args=[value, ast.Constant(value=str(name)), *_],
            ):
                ctx = ast.Load() if how == "getattr" else ast.Store()
                meant = ast.copy_location(ast.Attribute(value, name, ctx), node)
                meant._parent = node  # type: ignore[attr-defined]
                self._attribute(meant)
            case ast.Call(func=ast.Name(id="type")):
                if not _is_called_with_one(node, node.func):
                    self._note(node, Phrase("makes a class by a call"))
                elif _is_call_of_type(node.args[0]) or _is_name(
                    node.args[0], self.classes | self.taken
                ):
                    self._note(node, Phrase("reaches a metaclass"))

    def _paths(self, node: ast.AST) -> list[list[str]]:
        """The dotted paths that a name or attribute may be, where it begins with a known name."""
        beginning, rest = _taken_apart(node)
        return [[*each.split("."), *rest] for each in sorted(self.names.get(beginning, ()))]


def _taken_apart(node: ast.AST) -> tuple[str, list[str]]:
    """The name that `a.b.c` begins with, and what follows; "" where it is no such thing."""
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.append(node.attr)
        node = node.value
    return (node.id if isinstance(node, ast.Name) else ""), rest[::-1]


def _said(node: ast.Attribute) -> str:
    try:
        return ast.unparse(node)[-60:]
    except ValueError:  # before 3.12 some f-strings cannot be written back
        return node.attr


def _is_name(node: ast.AST, names: AbstractSet[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _is_call_of_type(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _is_name(node.func, {"type"})


def _is_called_with_one(call: ast.AST, function: ast.AST) -> bool:
    return (
        isinstance(call, ast.Call)
        and call.func is function
        and len(call.args) == 1
        and not call.keywords
        and not isinstance(call.args[0], ast.Starred)
    )


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


def _is_plain_use(node: ast.AST) -> bool:
    """Whether `bpy.types.X` is called, looked into, derived from, a type hint, or asked about.

    Handed on by another name, what is done to the class could not be seen.
    """
    match node._parent:  # type: ignore[attr-defined]
        case ast.MatchClass():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(each, ast.Name) for each in targets)  # its new names are followed
        case ast.AnnAssign(target=ast.Name()):
            return True
    parent = node._parent  # type: ignore[attr-defined]
    while isinstance(parent, ast.Tuple | ast.BinOp):  # isinstance(x, (A, B)), x: A | B
        node, parent = parent, parent._parent  # type: ignore[union-attr]
    match parent:
        case ast.Attribute() | ast.ClassDef() | ast.arg() | ast.FunctionDef() | ast.Expr():
            return True
        case ast.Call(func=function):
            asked = isinstance(function, ast.Name) and function.id in ("isinstance", "issubclass")
            return function is node or asked
        case ast.AnnAssign(annotation=hint):
            return hint is node
        case ast.Compare():
            return True
        case ast.Subscript(value=value, ctx=ast.Load()):  # list[bpy.types.Object]
            return value is not node
    return False
