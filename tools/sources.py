"""The source of chosen tools, with what of this package they need and nothing else.

For scripts that shall run without this extension. Reads the files of `tools` as text and imports
none of them, so it needs no bpy; any thread. What is followed are the names that a definition
mentions, through the modules' own imports: a function that nobody mentions stays behind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent


@dataclass(frozen=True)
class _Import:
    """What one name is imported from.

    Attributes:
        start: "from .layer ", or "" for a plain import.
        what: The name there, and the one it gets here if that is another.
        module: Of this package, "" for one from elsewhere.
        name: In that module; "" for the module itself.
    """

    start: str
    what: str
    module: str = ""
    name: str = ""


@dataclass
class _Definition:
    """What gives top-level names a meaning, from its first line to its last."""

    node: ast.stmt
    first: int
    last: int


@dataclass
class _Module:
    """A source file, by the names that are known in it."""

    lines: list[str]
    doc: str = ""
    imports: dict[str, _Import] = field(default_factory=dict)
    definitions: dict[str, _Definition] = field(default_factory=dict)


@dataclass
class _Used:
    """What is needed of a module."""

    imports: dict[str, _Import] = field(default_factory=dict)
    definitions: dict[int, _Definition] = field(default_factory=dict)
    """By their first line."""


def sources(wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return source texts by module, such as "handlers.layer"; each after those it imports.

    Imports among them are relative, as they were: they are to be modules of one package.

    Args:
        wanted: What the texts have to define: modules, and names in them.

    Raises:
        KeyError: a module has no such name.
    """
    used: dict[str, _Used] = {}
    for module, name in wanted:
        _use(module, name, used)
    texts: dict[str, str] = {}
    for module in used:
        _write(module, used, texts)
    return texts


def _use(module: str, name: str, used: dict[str, _Used]) -> None:
    source, own = _read(module), used.setdefault(module, _Used())
    if (found := source.imports.get(name)) is not None:
        if name not in own.imports:
            own.imports[name] = found
            if found.name:
                _use(found.module, found.name, used)
            elif found.module:
                used.setdefault(found.module, _Used())
        return
    definition = source.definitions[name]
    if definition.first in own.definitions:
        return
    own.definitions[definition.first] = definition
    for mentioned, attribute in _mentioned(definition.node):
        if mentioned not in source.imports and mentioned not in source.definitions:
            continue  # a parameter, a local name, a builtin
        _use(module, mentioned, used)
        there = source.imports.get(mentioned)
        if there and there.module and not there.name:  # a module of ours, of which a part is used
            for each in [attribute] if attribute else _read(there.module).definitions:
                _use(there.module, each, used)
    if not isinstance(definition.node, ast.If):  # what is imported for type checkers only
        for late in _late_imports(definition.node, module):
            _use(late.module, late.name, used)


def _write(module: str, used: dict[str, _Used], texts: dict[str, str]) -> None:
    """Add a module's text, after those of the modules that it imports."""
    if module in texts:
        return
    own, source = used[module], _read(module)
    for each in own.imports.values():
        if each.module:
            _write(each.module, used, texts)
    lines: dict[str, list[str]] = {}
    for each in own.imports.values():
        lines.setdefault(each.start, []).append(each.what)
    imports = [f"import {what}" for what in sorted(lines.pop("", []))]
    for start in sorted(lines, key=lambda start: (start.startswith("from ."), start)):
        imports.append(f"{start}import {', '.join(sorted(lines[start]))}")
    text = f"{source.doc}\n\nfrom __future__ import annotations\n\n" + "\n".join(imports)
    was_definition = True
    for _, kept in sorted(own.definitions.items()):
        is_definition = not isinstance(kept.node, ast.Assign | ast.AnnAssign)
        text += "\n\n\n" if is_definition or was_definition else "\n"
        text += "\n".join(source.lines[kept.first - 1 : kept.last])
        was_definition = is_definition
    texts[module] = text + "\n"


def _mentioned(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield the names in a piece of code, with the attribute that is read of each, or ""."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Call(func=ast.Name(id="tool")):
                continue
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                yield name, attribute
            case ast.Name(id=name):
                yield name, ""
            case _:
                yield from _mentioned(child)


def _late_imports(node: ast.AST, module: str) -> Iterator[_Import]:
    """Yield what functions import from this package when they run."""
    for each in ast.walk(node):
        if isinstance(each, ast.ImportFrom) and each.level:
            yield from _imported(each, module).values()


@cache
def _read(module: str) -> _Module:
    text = (_ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
    source = _Module(text.splitlines())
    latest: _Definition | None = None
    for node in ast.parse(text).body:
        last = node.end_lineno or node.lineno
        match node:
            case ast.Expr(value=ast.Constant(value=str())) if latest is None:
                source.doc = "\n".join(source.lines[node.lineno - 1 : last])
            case ast.Expr(value=ast.Constant(value=str())) if latest:  # what a name above means
                latest.last = last
            case ast.ImportFrom(module="__future__"):
                pass
            case ast.Import() | ast.ImportFrom():
                source.imports.update(_imported(node, module))
            case _:
                latest = _Definition(node, _first_line(node, source.lines), last)
                source.definitions.update(dict.fromkeys(_bound(node, module), latest))
    return source


def _imported(node: ast.Import | ast.ImportFrom, module: str) -> dict[str, _Import]:
    found = {}
    for alias in node.names:
        name = alias.asname or alias.name
        what = alias.name if name == alias.name else f"{alias.name} as {name}"
        if isinstance(node, ast.Import):
            found[name.partition(".")[0]] = _Import("", what)
            continue
        start = f"from {'.' * node.level}{node.module or ''} "
        if not node.level:
            found[name] = _Import(start, what)
            continue
        package = module.split(".")[: -node.level]
        if node.module:
            found[name] = _Import(start, what, ".".join([*package, node.module]), alias.name)
        else:
            found[name] = _Import(start, what, ".".join([*package, alias.name]))
    return found


def _first_line(node: ast.stmt, lines: list[str]) -> int:
    """Where a definition begins: without the mark, else with decorators and comments above it."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    match decorators:
        case [ast.Call(func=ast.Name(id="tool"))]:
            return node.lineno
    first = min([node.lineno, *(each.lineno for each in decorators)])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _bound(node: ast.stmt, module: str) -> Iterator[str]:
    """Yield the names that a top-level statement gives a meaning."""
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            found = (each for target in targets for each in ast.walk(target))
            yield from (each.id for each in found if isinstance(each, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body):
            for each in body:
                if isinstance(each, ast.Import | ast.ImportFrom):
                    yield from _imported(each, module)
        case _:
            raise ValueError(f"{module}, line {node.lineno}: what it defines is not understood")
