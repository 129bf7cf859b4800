"""A script's syntax tree, with what `drift` asks of it: who is the receiver, and is it guarded.

Everything here is cautious. A name stands for what it was given only where that is all it can be;
a guard covers both its branches; a function that is only called under a guard is under it too.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Item = ast.Subscript | ast.Call
_DEPTH = 6
"""How many names are followed to see whether one is a matrix."""
_MANY = 16
"""With more texts, or values, than these, what a name stands for is not known."""
_ROUNDS = 8
"""How many times a version's answer is followed from name to name."""
_UNWRAPPED = frozenset({"list", "tuple", "set", "sorted", "reversed"})
_MATRICES = frozenset("matrix_world matrix_local matrix_basis matrix_parent_inverse".split())
_MATRIX_SIZES = frozenset("to_3x3 to_4x4".split())
_ROTATIONS = frozenset("rotation_euler rotation_quaternion".split())
_ROTATION_TYPES = frozenset("Euler Quaternion".split())
_ROTATION_CALLS = frozenset("to_euler to_quaternion".split())
_MATRIX_KEEPING = frozenset("inverted inverted_safe transposed adjugated copy normalized".split())
_MATRIX_MAKING = frozenset(
    "Rotation Translation Scale Shear OrthoProjection Diagonal Identity LocRotScale".split()
)


class Script:
    """The parts of one script by kind, in the order of the tree."""

    def __init__(self, tree: ast.Module) -> None:
        self.attributes: list[ast.Attribute] = []
        self.items: list[_Item] = []
        self.calls: list[ast.Call] = []
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self.products: list[ast.BinOp | ast.AugAssign] = []
        self.constants: set[str] = set()
        self.words: set[str] = set()
        """Its texts, and the names of its attributes."""
        self.imported: dict[str, str] = {}
        self._functions: list[ast.FunctionDef] = []
        self._uses: dict[str, list[ast.Name]] = {}
        self._parents: dict[ast.AST, ast.AST] = {}
        self._scopes: dict[ast.AST, ast.AST] = {}
        self._given: dict[tuple[ast.AST, str], list[ast.expr | None]] = {}
        self._looped: set[ast.AST] = set()
        self._stands_for: dict[tuple[ast.AST, str], set[str]] = {}
        self._guarded: dict[ast.AST, frozenset[str]] = {}
        self._place(tree, tree)
        self._telling: set[str] = set()
        self._find_names_that_tell()
        self._guard(tree, None)
        for function in self._only_called_under_guards():
            self._cover(function)

    def parent(self, node: ast.AST) -> ast.AST:
        """Return the node around a node."""
        return self._parents[node]

    def lines(self, node: ast.AST) -> range:
        """Return the lines of the statement that a node is in; of a block only those of its head."""
        while not isinstance(node, ast.stmt):
            node = self._parents[node]
        body = getattr(node, "body", None)
        end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
        return range(node.lineno, max(end, node.lineno + 1))

    def is_guarded(self, node: ast.AST, word: str) -> bool:
        """Whether a node stands under a guard, for any word or for this one."""
        words = self._guarded.get(node, frozenset())
        return "" in words or word in words

    def assigned(self, node: ast.expr) -> ast.expr | None:
        """Return what is assigned to a node, if anything is."""
        match self._parents[node]:
            case ast.Assign(targets=targets, value=value) if node in targets:
                return value
            case ast.AnnAssign(target=target, value=value) if target is node:
                return value
        return None

    def key(self, node: _Item) -> str | None:
        """Return the key of an item that is used at once; a computed one is "…", a number none."""
        if isinstance(node, ast.Call):
            # What `get` gave may be None; only a script that goes on without asking is wrong.
            used = isinstance(self._parents[node], ast.Attribute)
            return str(node.args[0].value) if used else None  # type: ignore[attr-defined]
        match node.slice:
            case ast.Constant(value=str(key)):
                return key
            case ast.Constant() | ast.Slice() | ast.UnaryOp() | ast.Tuple():
                return None
        return "…"

    def is_used_as_dictionary(self, node: ast.expr) -> bool:
        """Whether an item is given a dictionary, or an item of it is used."""
        parent = self._parents[node]
        inner = isinstance(parent, ast.Subscript) and parent.value is node
        return inner or isinstance(self.assigned(node), ast.Dict)

    def texts(self, node: ast.expr) -> set[str]:
        """Return every text that an expression may be once its names are put back."""
        match node:
            case ast.Name(id=name):
                return self._texts_of_name(node, name)
            case ast.Attribute(value=inner, attr=name):
                return {f"{text}.{name}" for text in self.texts(inner)}
            case ast.Subscript(value=inner, slice=ast.Slice()):
                return self.texts(inner)
            case ast.Subscript(value=inner, slice=index):
                return {f"{text}[{_constant(index)}]" for text in self.texts(inner)}
            case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _UNWRAPPED:
                return self.texts(inner)
            case ast.Call(func=ast.Attribute(value=inner, attr="values"), args=[]):
                return self.texts(inner)
            case ast.Call(func=function, args=arguments, keywords=keywords):
                given = [*arguments, *(each.value for each in keywords)]
                inside = ", ".join(map(_constant, given))
                return {f"{text}({inside})" for text in self.texts(function)}
            case ast.NamedExpr(value=inner):
                return self.texts(inner)
        return {"?"}

    def given(self, node: ast.Name) -> list[ast.expr | None]:
        """Return all that a name is given in its scope; None for what cannot be followed."""
        return self._given.get(self._scoped(node), [None])

    def is_context(self, node: ast.expr) -> bool:
        """Whether an expression is a dictionary, or a copy of the context."""
        match node:
            case ast.Dict():
                return True
            case ast.Call(func=ast.Attribute(attr="copy", value=inner)):
                return all(text.endswith("context") for text in self.texts(inner))
            case ast.Name():
                given = self.given(node)
                return all(
                    each is not None and not isinstance(each, ast.Name) and self.is_context(each)
                    for each in given
                )
        return False

    def loops(self, value: ast.expr) -> bool:
        """Whether a name that is given this value is given its members, one by one."""
        return value in self._looped

    def _scoped(self, node: ast.Name) -> tuple[ast.AST, str]:
        """The innermost scope that gives a name something, and the name."""
        scope = self._scopes[node]
        while (scope, node.id) not in self._given and not isinstance(scope, ast.Module):
            scope = self._scopes[scope]
        return scope, node.id

    def _texts_of_name(self, node: ast.Name, name: str) -> set[str]:
        key = self._scoped(node)
        if key not in self._stands_for:
            # A parameter, bpy, or a name given by way of itself: the name is all there is to go by.
            self._stands_for[key] = {name}
            found: set[str] = set()
            for value in self._given.get(key, [None]):
                member = "[…]" if value in self._looped else ""
                texts = {name} if value is None else self.texts(value)
                found |= {f"{text}{member}" for text in texts}
            self._stands_for[key] = found if len(found) <= _MANY else {"?"}
        return self._stands_for[key]

    def _place(self, node: ast.AST, scope: ast.AST) -> None:
        self._scopes[node] = scope
        self._sort(node)
        self._bind(node, scope)
        inner = node if isinstance(node, _Function) else scope
        for child in ast.iter_child_nodes(node):
            self._parents[child] = node
            self._place(child, inner)

    def _sort(self, node: ast.AST) -> None:
        match node:
            case ast.Attribute():
                self.attributes.append(node)
                self.words.add(node.attr)
            case ast.Subscript():
                self.items.append(node)
            case ast.Call():
                self.calls.append(node)
                match node:
                    case ast.Call(
                        func=ast.Attribute(attr="get"), args=[ast.Constant(value=str()), *_]
                    ):
                        self.items.append(node)
            case ast.Import() | ast.ImportFrom():
                self.imports.append(node)
            case ast.BinOp(op=ast.Mult()) | ast.AugAssign(op=ast.Mult()):
                self.products.append(node)
            case ast.Constant(value=str(text)):
                self.constants.add(text)
                self.words.add(text)
            case ast.FunctionDef():
                self._functions.append(node)
            case ast.Name(id=name, ctx=ast.Load()):
                self._uses.setdefault(name, []).append(node)

    def _bind(self, node: ast.AST, scope: ast.AST) -> None:
        """Note what a statement gives to names, and to which it gives what cannot be followed."""
        followed: ast.Name | None = None
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        self._give(scope, target.id, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value):
                self._give(scope, name, value)
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                self._give(scope, name, value)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                match value, target:
                    case _, ast.Name():
                        followed = target
                    case ast.Call(func=ast.Name(id="enumerate"), args=[value, *_]), ast.Tuple(
                        elts=[_, ast.Name() as followed]
                    ):
                        pass
                if followed is not None:
                    self._looped.add(value)
                    self._give(scope, followed.id, value)
                for each in ast.walk(target):
                    if isinstance(each, ast.Name) and each is not followed:
                        self._give(scope, each.id, None)
            case ast.arg(arg=name):
                # Its scope is the function around it: `_place` goes on with that for its children.
                self._give(scope, name, None)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Mult(), value=value):
                self._give(scope, name, value)
            case ast.AugAssign(target=ast.Name(id=name)):
                self._give(scope, name, None)
            case ast.withitem(optional_vars=ast.Name(id=name)):
                self._give(scope, name, None)
            case ast.Tuple(elts=names, ctx=ast.Store()) | ast.List(elts=names, ctx=ast.Store()):
                if not self._is_loop_target(node):
                    for each in names:
                        if isinstance(each, ast.Name):
                            self._give(scope, each.id, None)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                for alias in aliases:
                    name = alias.asname or alias.name.partition(".")[0]
                    self._give(scope, name, None)
                    if isinstance(node, ast.ImportFrom):
                        self.imported[name] = node.module or ""

    def _is_loop_target(self, node: ast.AST) -> bool:
        while isinstance(node, ast.Tuple | ast.List | ast.Starred):
            child, node = node, self._parents[node]
            if isinstance(node, ast.For | ast.comprehension):
                return node.target is child
        return False

    def _give(self, scope: ast.AST, name: str, value: ast.expr | None) -> None:
        self._given.setdefault((scope, name), []).append(value)

    def _find_names_that_tell(self) -> None:
        """Note the names of values and functions that carry the answer to which Blender this is."""
        returned = [
            (function.name, each.value)
            for function in self._functions
            for each in ast.walk(function)
            if isinstance(each, ast.Return) and each.value
        ]
        given = [(name, value) for (_, name), values in self._given.items() for value in values]
        for _ in range(_ROUNDS):
            more = {name for name, value in (*returned, *given) if value and self._asks(value)}
            if more <= self._telling:
                break
            self._telling |= more

    def _asks(self, test: ast.AST) -> bool:
        """Whether an expression asks for Blender's version, or for what it has."""
        for node in ast.walk(test):
            match node:
                case ast.Attribute(attr=name, value=ast.Attribute(attr="app") | ast.Name(id="app")):
                    if name.startswith("version"):
                        return True
                case ast.Call(func=ast.Name(id="hasattr" | "getattr" | "dir")):
                    return True
                case ast.Attribute(attr="bl_rna" | "rna_type" | "get_rna_type"):
                    return True
                case ast.Name(id=name) if name in self._telling:
                    return True
        return False

    def _guard(self, node: ast.AST, words: frozenset[str] | None) -> None:
        """Note what is under which guards: "" guards against everything, a word against that."""
        words = words or frozenset()
        if words:
            self._guarded[node] = words
        match node:
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                words |= self._guards(test)
            case ast.BoolOp():
                words |= self._guards(node)
            case ast.Try(handlers=[_, *_]):
                words |= {""}
            case ast.Match(subject=subject) if self._asks(subject):
                words |= {""}
            case ast.With(items=[ast.withitem(context_expr=manager), *_]):
                if any(
                    text.rpartition(".")[2].startswith("suppress") for text in self.texts(manager)
                ):
                    words |= {""}
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for generator in node.generators:
                    for test in generator.ifs:
                        words |= self._guards(test)
        for _, value in ast.iter_fields(node):
            later = words
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self._guard(child, later)
                    if isinstance(child, ast.If) and _leaves(child):
                        later = later | self._guards(child.test)

    def _guards(self, test: ast.expr) -> frozenset[str]:
        named = {
            each.value
            for each in ast.walk(test)
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value
        }
        return frozenset(named | ({""} if self._asks(test) else set()))

    def _only_called_under_guards(self) -> Iterator[ast.FunctionDef]:
        for function in self._functions:
            uses = self._uses.get(function.name, [])
            if uses and all(self.is_guarded(each, "") for each in uses):
                yield function

    def _cover(self, node: ast.AST) -> None:
        for each in ast.walk(node):
            self._guarded[each] = self._guarded.get(each, frozenset()) | {""}


def operator_name(script: Script, call: ast.Call) -> str:
    """Return the name of the operator that is called, such as "object.join", or ""."""
    for text in script.texts(call.func):
        _, found, name = text.rpartition("bpy.ops.")
        if found and name.count(".") == 1 and "(" not in name:
            return name
    return ""


def keyword_value(keyword: ast.keyword) -> object:
    """Return the constant that a keyword is given, or None."""
    return keyword.value.value if isinstance(keyword.value, ast.Constant) else None


def is_matrix(script: Script, node: ast.expr, depth: int = _DEPTH) -> bool:
    """Whether an expression is evidently a matrix of Blender's."""
    match node:
        case ast.Attribute(attr=name):
            return name in _MATRICES
        case ast.Call(func=ast.Name(id="Matrix")):
            return script.imported.get("Matrix") == "mathutils"
        case ast.Call(func=ast.Attribute(attr="Matrix", value=ast.Name(id="mathutils"))):
            return True
        case ast.Call(func=ast.Attribute(value=inner, attr=name)):
            if name in _MATRIX_MAKING:
                texts = script.texts(inner)
                ours = script.imported.get("Matrix") == "mathutils"
                return texts == {"mathutils.Matrix"} or (ours and texts == {"Matrix"})
            if name == "to_matrix":
                return _is_rotation(script, inner, depth)
            if name in _MATRIX_KEEPING or name in _MATRIX_SIZES:
                return is_matrix(script, inner, depth)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return is_matrix(script, left, depth) and is_matrix(script, right, depth)
        case ast.Name() if depth:
            return _is_only(script, node, is_matrix, depth)
    return False


def _is_rotation(script: Script, node: ast.expr, depth: int) -> bool:
    """Whether an expression is evidently a Euler or Quaternion of Blender's."""
    match node:
        case ast.Attribute(attr=name):
            return name in _ROTATIONS
        case ast.Call(func=ast.Name(id=name)):
            return name in _ROTATION_TYPES and script.imported.get(name) == "mathutils"
        case ast.Call(func=ast.Attribute(attr=name, value=ast.Name(id="mathutils"))):
            return name in _ROTATION_TYPES
        case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in _ROTATION_CALLS:
            return is_matrix(script, inner, depth) or _is_rotation(script, inner, depth)
        case ast.Call(func=ast.Attribute(value=inner, attr="copy" | "inverted" | "normalized")):
            return _is_rotation(script, inner, depth)
        case ast.Name() if depth:
            return _is_only(script, node, _is_rotation, depth)
    return False


def _is_only(
    script: Script, node: ast.Name, kind: Callable[[Script, ast.expr, int], bool], depth: int
) -> bool:
    """Whether all that a name is given is of a kind."""
    given = script.given(node)
    return len(given) <= _MANY and all(
        value is not None and not script.loops(value) and kind(script, value, depth - 1)
        for value in given
    )


def _leaves(node: ast.If) -> bool:
    """Whether what follows an `if` only runs where its test failed."""
    return isinstance(node.body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def _constant(node: ast.expr) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else "…"
