"""Which Python surely changes nothing in the scene, so that it leaves no undo step behind.

Programs often look at a scene by scripts. A step for each would push the user's own off the end of
the undo history, and Ctrl+Z would seem to do nothing. Only what is plainly harmless counts: a
script that changes something unseen by this would lose its change with the next Ctrl+Z.
"""

from __future__ import annotations

import ast
from collections import Counter

from .allowlist import SOURCE_LIMIT

_FUNCTIONS = frozenset(
    "abs all any bool chr dict divmod enumerate float format frozenset hasattr int "
    "isinstance len list max min next ord print range repr reversed round set sorted str "
    "sum tuple type zip".split()
)
_METHODS = frozenset(
    "capitalize count endswith find format get index isalnum isdigit items join keys lower lstrip "
    "partition replace rpartition rsplit rstrip splitlines startswith strip title "
    "to_euler to_list to_quaternion to_translation to_tuple upper values zfill".split()
)
"""Of texts, containers, vectors; nothing of Blender's with one of these names changes anything."""
_MODULES = {
    "json": frozenset({"dumps", "loads"}),
    "math": None,
    "re": frozenset({"escape", "findall", "fullmatch", "match", "search"}),
    "statistics": frozenset({"fmean", "mean", "median", "stdev"}),
}
"""With what may be called of them; None for all."""
_CONTAINER_METHODS = frozenset("add append extend insert pop setdefault sort update".split())
"""They change what they are called on, which may be a list of the script's own."""
_KEYWORDS = frozenset("key default end indent ndigits reverse sep sort_keys start strict".split())
"""What may be passed by name; of these, key and default may be functions."""

_STATEMENTS = (
    ast.Module, ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.While, ast.If,
    ast.Break, ast.Continue, ast.Pass, ast.Try, ast.Import,
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
    defined = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    own, other = _bound(nodes)
    meant = {*_FUNCTIONS, *_MODULES, *defined}
    # A name that is called has to mean one thing throughout.
    if len(set(defined)) < len(defined) or meant & (own | other) or {*_FUNCTIONS} & {*defined}:
        return False
    return all(_is_harmless(node, set(defined), own) for node in nodes)


def _bound(nodes: list[ast.AST]) -> tuple[set[str], set[str]]:
    """Names that are only ever bound to a container which the script makes, and all others."""
    bound = Counter(
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
    bound.update(node.arg for node in nodes if isinstance(node, ast.arg))
    made: Counter[str] = Counter()
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _makes_container(value):
                made[name] += 1
            case ast.ExceptHandler(name=str(name)):
                bound[name] += 1
    own = {name for name, times in made.items() if times == bound[name]}
    return own, set(bound) - own


def _makes_container(value: ast.expr) -> bool:
    match value:
        case ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return True
        case ast.Call(func=ast.Name(id="list" | "dict" | "set" | "sorted")):
            return True
    return False


def _is_harmless(node: ast.AST, defined: set[str], own: set[str]) -> bool:
    match node:
        case ast.keyword(arg=name, value=value):
            called = name in ("key", "default")
            plain = isinstance(value, ast.Lambda | ast.Constant) or not called
            named = isinstance(value, ast.Name) and value.id in _FUNCTIONS | defined
            return name in _KEYWORDS and (plain or named)
        case ast.Call(func=ast.Name(id=name)):
            return name in _FUNCTIONS or name in defined
        case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)) if base in _MODULES:
            allowed = _MODULES[base]
            return allowed is None or name in allowed
        case ast.Call(func=ast.Attribute(value=ast.Name(id=base), attr=name)) if base in own:
            return name in _METHODS or name in _CONTAINER_METHODS
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="split")):
            return True  # a text's; a video strip's cuts it
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
        case ast.Import(names=names):
            known = {*_MODULES, "bpy", "mathutils"}
            return all(each.name in known and each.asname is None for each in names)
        case ast.stmt():
            return isinstance(node, _STATEMENTS)
        case ast.Await() | ast.Yield() | ast.YieldFrom():
            return False
    return True
