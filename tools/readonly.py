"""Which Python surely changes nothing in the scene, so that it leaves no undo step behind.

Programs often look at a scene by scripts. A step for each would push the user's own off the end of
the undo history, and Ctrl+Z would seem to do nothing. Only what is plainly harmless counts: a
script that changes something unseen by this would lose its change with the next Ctrl+Z.
"""

from __future__ import annotations

import ast

from .allowlist import SOURCE_LIMIT

_FUNCTIONS = frozenset(
    "abs all any bool chr dict divmod enumerate float format frozenset hasattr int "
    "isinstance len list max min next ord print range repr reversed round set sorted str "
    "sum tuple type zip".split()
)
_METHODS = frozenset(
    "capitalize count endswith find format get index isalnum isdigit items join keys lower lstrip "
    "partition replace rpartition rsplit rstrip split splitlines startswith strip title "
    "to_euler to_list to_quaternion to_translation to_tuple upper values zfill".split()
)
"""Of texts, containers, vectors; nothing of Blender's with one of these names changes anything."""
_MODULES = frozenset("json math re statistics string textwrap".split())
_CALLBACKS = frozenset({"key", "default", "object_hook", "cls"})
"""Parameters whose value is called; what that is has to be plain to see."""
_CONTAINER_METHODS = frozenset("add append extend insert pop setdefault sort update".split())
"""They change what they are called on, which may be a list of the script's own."""

_STATEMENTS = (
    ast.Module, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.While, ast.If,
    ast.Break, ast.Continue, ast.Pass, ast.Try, ast.ExceptHandler, ast.Import, ast.ImportFrom,
    ast.FunctionDef, ast.Return, ast.Raise, ast.Assert,
)  # fmt: skip


def changes_nothing(source: str) -> bool:
    """Return whether a script surely leaves everything in Blender as it is."""
    if len(source) > SOURCE_LIMIT:
        return False
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    own = _own_containers(nodes)
    return all(_is_harmless(node, defined, own) for node in nodes)


def _own_containers(nodes: list[ast.AST]) -> set[str]:
    """Names that stand for a list, dictionary or set which the script made, wherever they do."""
    made: set[str] = set()
    other: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Assign) and _makes_container(node.value):
            made.update(each.id for each in node.targets if isinstance(each, ast.Name))
            continue
        targets: list[ast.AST] = []
        match node:
            case ast.Assign(targets=named):
                targets = list(named)
            case ast.AnnAssign(target=one) | ast.For(target=one) | ast.comprehension(target=one):
                targets = [one]
            case ast.NamedExpr(target=one):
                targets = [one]
            case ast.arg(arg=name):
                other.add(name)
        for target in targets:
            for each in ast.walk(target):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    other.add(each.id)
    return made - other


def _makes_container(value: ast.expr) -> bool:
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "sorted")):
            return True
    return False


def _is_harmless(node: ast.AST, defined: set[str], own: set[str]) -> bool:
    match node:
        case ast.keyword(arg=None):
            return False
        case ast.keyword(arg=name, value=value) if name in _CALLBACKS:
            plain = isinstance(value, ast.Lambda | ast.Constant)
            named = isinstance(value, ast.Name) and value.id in _FUNCTIONS | defined
            return plain or named
        case ast.Call(func=ast.Name(id=name)):
            return name in _FUNCTIONS or name in defined
        case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)):
            container = base in own and name in _CONTAINER_METHODS
            return name in _METHODS or base in _MODULES or container
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in _METHODS
        case ast.Call():
            return False
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Delete():
            return False
        case ast.Subscript(value=base, ctx=ast.Store() | ast.Del()):
            return isinstance(base, ast.Name) and base.id in own
        case ast.AugAssign(target=ast.Name(), op=ast.Add(), value=ast.Constant()):
            return True  # vectors, which it would change in place, take no such constant
        case ast.AugAssign():
            return False
        case ast.FunctionDef(decorator_list=decorators):
            return not decorators
        case ast.Name(id=name, ctx=ast.Store()):
            return name not in _FUNCTIONS and name not in _MODULES
        case ast.alias(name=name, asname=other):
            # Under another name it would be taken for something else.
            return name in {*_MODULES, "bpy", "mathutils"} and other is None
        case ast.ImportFrom(module=module):
            return module in _MODULES
        case ast.stmt():
            return isinstance(node, _STATEMENTS)
        case ast.Await() | ast.Yield() | ast.YieldFrom():
            return False
    return True
