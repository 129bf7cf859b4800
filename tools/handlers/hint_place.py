"""Where a script failed, as far as hints need it: the node of its syntax tree, and what names held.

Read on the main thread while the failed frames live. Nothing of the script's own is run: only
Blender's modules, structs and collections are looked into, and lists and tuples by a number.
A property that an add-on or a script defined may have a getter in Python, so it is left alone.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import types
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import bpy

from ..interrupt import SCRIPT

_LARGEST = 200_000
"""Characters of a script; parsing a larger one again only for a hint would hold Blender up."""
_TEXT = 80
_OURS = ("bpy", "bmesh", "mathutils")


@dataclass(frozen=True)
class Place:
    """The failing expression. Lives no longer than the making of one hint."""

    source: str
    tree: ast.Module
    node: ast.AST | None
    line: int
    names: dict[str, Any]
    inside: bool
    """Whether the script's own line raised, not something that it called."""
    lacking: Any = None
    """What lacks the attribute that was to be read, where Python says so."""


def place_of(error: BaseException, source: str) -> Place | None:
    """Return where the script was when it failed; None if it cannot be told."""
    step = _last_step(error.__traceback__)
    if step is None or len(source) > _LARGEST:
        return None
    tree = ast.parse(source)
    code = step.tb_frame.f_code
    position = next(itertools.islice(code.co_positions(), step.tb_lasti // 2, None), None)
    node = _node_at(tree, position) if position else None
    names = _names(step.tb_frame)
    lacking = error.obj if type(error) is AttributeError else None
    return Place(source, tree, node, step.tb_lineno, names, step.tb_next is None, lacking)


def _last_step(step: TracebackType | None) -> TracebackType | None:
    found = None
    while step is not None:
        if step.tb_frame.f_code.co_filename == SCRIPT:
            found = step
        step = step.tb_next
    return found


def _names(frame: types.FrameType) -> dict[str, Any]:
    # In the body of a class the locals may be any mapping, of a metaclass of the script's own.
    known = dict(frame.f_globals)
    local = frame.f_locals
    if frame.f_code.co_flags & inspect.CO_OPTIMIZED or type(local) is dict:
        known.update(local)
    return known


def _node_at(tree: ast.Module, position: tuple[int | None, ...]) -> ast.AST | None:
    start, end = (position[0], position[2]), (position[1], position[3])
    placed = [each for each in ast.walk(tree) if isinstance(each, ast.expr)]
    exact = [
        each for each in placed if (each.lineno, each.col_offset) == start and _end(each) == end
    ]
    if exact:
        return exact[-1]  # the innermost: they come from the outside in
    # In a chain over several lines Python gives the last name's own place, not the chain's.
    same_end = [each for each in placed if _end(each) == end]
    return next((each for each in same_end if isinstance(each, ast.Attribute | ast.Call)), None)


def _end(node: ast.expr) -> tuple[int | None, int | None]:
    return node.end_lineno, node.end_col_offset


def text_of(place: Place, node: ast.AST | None) -> str:
    """Return an expression as the script has it, on one line, cut where it is long."""
    text = ast.get_source_segment(place.source, node) if node is not None else None
    text = " ".join((text or "").split())
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"


def assigned(place: Place, name: str) -> ast.expr | None:
    """Return the expression that `name` was set to, where only one line can have done it."""
    around = [
        each
        for each in ast.walk(place.tree)
        if isinstance(each, ast.FunctionDef) and each.lineno <= place.line <= (each.end_lineno or 0)
    ]
    scope: ast.AST = around[-1] if around else place.tree
    if isinstance(scope, ast.FunctionDef):
        if name in [each.arg for each in ast.walk(scope.args) if isinstance(each, ast.arg)]:
            return None
        if not _settings(scope, name):
            scope = place.tree
    settings = _settings(scope, name)
    if len(settings) != 1 or settings[0].lineno > place.line:
        return None
    for each in ast.walk(scope):
        if isinstance(each, ast.Assign) and settings[0] in each.targets:
            return each.value
    return None


def _settings(scope: ast.AST, name: str) -> list[ast.Name]:
    return [
        each
        for each in ast.walk(scope)
        if isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
    ]


def value_of(place: Place, node: ast.AST | None) -> Any:
    """Return what a chain such as `obj.modifiers["Bevel"]` holds; None if that cannot be told.

    Names, attributes and subscripts only, and only of Blender's own objects.
    """
    try:
        return _value(place, node)
    except Exception:  # a reference may be stale in many ways; then there is no value to speak of
        return None


def _value(place: Place, node: ast.AST | None) -> Any:
    if isinstance(node, ast.Name):
        return place.names.get(node.id)
    if isinstance(node, ast.Attribute):
        return _attribute(_value(place, node.value), node.attr)
    if isinstance(node, ast.Subscript):
        return _item(_value(place, node.value), _key(place, node.slice))
    return None


def _attribute(owner: Any, name: str) -> Any:
    if is_module(owner):
        return getattr(owner, name, None)
    if is_struct(owner):
        prop = type(owner).bl_rna.properties.get(name)
        if prop is not None:
            return None if prop.is_runtime else getattr(owner, name)
        if type(owner) is type(bpy.context):
            return getattr(owner, name, None)
    elif is_collection(owner) and name == "active":
        return getattr(owner, name, None)
    return None


def _item(owner: Any, key: Any) -> Any:
    if is_collection(owner) and type(key) is str:
        return owner.get(key)
    listed = is_collection(owner) or type(owner) in (list, tuple)
    if listed and type(key) is int and -len(owner) <= key < len(owner):
        return owner[key]
    return None


def _key(place: Place, node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return place.names.get(node.id) if isinstance(node, ast.Name) else None


# By the type, never by `isinstance`, which asks an object for its `__class__`.


def is_struct(value: Any) -> bool:
    """Return whether a value is one of Blender's structs, and reads as they do."""
    struct = bpy.types.bpy_struct
    kind = type(value)
    return issubclass(kind, struct) and kind.__getattribute__ is struct.__getattribute__


def is_collection(value: Any) -> bool:
    """Return whether a value is one of Blender's collections, such as `bpy.data.objects`."""
    return issubclass(type(value), bpy.types.bpy_prop_collection)


def is_module(value: Any) -> bool:
    """Return whether a value is `bpy`, `bmesh`, `mathutils`, or a module of theirs."""
    if type(value) is not types.ModuleType:
        return False
    name = vars(value).get("__name__")
    return type(name) is str and name.partition(".")[0] in _OURS
