"""What people read of Scene Chat, found in the syntax trees; and what would pass untranslated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_TRANSLATES = ("iface", "tip", "rpt", "Phrase")
_SHOWN_BY_BLENDER = ("text", "placeholder", "title", "message", "confirm_text")
"""Arguments of layouts and dialogs, which Blender translates."""
_SENTENCES = re.compile(
    r"^(Error|note|TurnRunning|ModelFailed|ContextFull|(Tools|Pictures|Key)Refused|NoPicture|PortTaken|NotAnswered|"
    r"ListFailed|NoClient|AnswerTooLong|NothingToRepeat|Key|Ruling)$"
)
"""What takes a sentence that a panel shows, below `operators`."""
_WORDS = re.compile(r"[A-Za-z]{2}[.,:;?!”]* | [“(]?[A-Za-z]{2}")
"""Words, and not a name or a part of one."""
_UNITS = re.compile(r"\b(ms|min|kB|MB)\b")
"""Which are the same everywhere."""


@dataclass(frozen=True)
class Module:
    """A file, and the constants on its top level."""

    name: str
    tree: ast.Module
    constants: dict[str, ast.expr]

    @classmethod
    def of(cls, source: str, name: str = "planted") -> Module:
        tree = ast.parse(source)
        found = {
            target.id: each.value
            for each in tree.body
            if isinstance(each, ast.Assign)
            for target in each.targets
            if isinstance(target, ast.Name)
        }
        for each in ast.walk(tree):
            for child in ast.iter_child_nodes(each):
                child.above = each  # type: ignore[attr-defined]
        return cls(name, tree, found)


@cache
def modules(*floors: str) -> tuple[Module, ...]:
    """Return the modules of floors, by their names such as "ui/turns"."""
    files = [file for floor in floors for file in sorted((CHECKOUT / floor).rglob("*.py"))]
    return tuple(
        Module.of(file.read_text("utf-8"), file.relative_to(CHECKOUT).with_suffix("").as_posix())
        for file in files
    )


def texts(module: Module, *, interface: bool) -> set[str]:
    """Return the texts that are translated.

    Args:
        module: Where.
        interface: Whether it has layouts and properties, of which Blender translates the literals.
    """
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = _called(node)
            if name in _TRANSLATES and node.args:
                found.update(_literals(node.args[0], module))
            elif name == "counted":
                found.update(text for each in node.args[1:3] for text in _literals(each, module))
            elif interface:
                found.update(_of_call(node, name, module))
        elif isinstance(node, ast.DictComp) and _called(node.value) == "Phrase":
            found.update(_strings(node.generators[0].iter, values_only=True))
        elif isinstance(node, ast.ClassDef) and interface:
            found.update(_of_class(node))
        elif isinstance(node, ast.Dict) and interface:
            for key, value in zip(node.keys, node.values):
                if isinstance(key, ast.Constant) and key.value in ("bl_label", "__doc__"):
                    found.update(_literals(value, module))
    return {text for text in found if re.search("[A-Za-z]", re.sub("{.*?}", "", text))}


def _of_call(node: ast.Call, name: str, module: Module) -> Iterator[str]:
    for each in node.keywords:
        if each.arg in _SHOWN_BY_BLENDER or (
            each.arg in ("name", "description") and name.endswith("Property")
        ):
            yield from _literals(each.value, module)
        elif each.arg == "items" and name == "EnumProperty":
            yield from _items(each.value, module)
    if name in ("report", "poll_message_set") and node.args:
        yield from _literals(node.args[-1], module)


def _items(items: ast.expr, module: Module) -> Iterator[str]:
    """Names and descriptions, of a literal, a table, or what is made of a table."""
    if isinstance(items, ast.Attribute):  # of another module, where they are a table, too
        items = Module.of(
            (CHECKOUT / f"operators/{ast.unparse(items.value)}.py").read_text("utf-8")
        ).constants[items.attr]
    if isinstance(items, ast.ListComp) and isinstance(items.generators[0].iter, ast.Name):
        yield from _strings(module.constants[items.generators[0].iter.id])
        return
    if isinstance(items, ast.Name):
        items = module.constants.get(items.id, items)
    for each in items.elts if isinstance(items, ast.List | ast.Tuple) else ():
        assert isinstance(each, ast.Tuple)
        yield from (text for part in each.elts[1:] for text in _literals(part, module))


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    bases = {ast.unparse(each) for each in node.bases}
    if bases & {"bpy.types.Operator", "bpy.types.Panel", "bpy.types.Menu"}:
        yield ast.get_docstring(node) or ""
    for each in node.body:
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "bl_label":
            yield from _strings(each.value)


def _literals(node: ast.expr, module: Module) -> Iterator[str]:
    """A literal, the choice of one, or a constant of the module that is one."""
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body, module)
        yield from _literals(node.orelse, module)
    elif isinstance(node, ast.Name) and node.id in module.constants:
        yield from _literals(module.constants[node.id], module)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _strings(node: ast.AST, *, values_only: bool = False) -> Iterator[str]:
    keys = {key for each in ast.walk(node) if isinstance(each, ast.Dict) for key in each.keys}
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            if not (values_only and each in keys):
                yield each.value


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def untranslated(module: Module) -> Iterator[str]:
    """Yield what would show in English, or would translate a name, in `ui` and `operators`."""
    for node in ast.walk(module.tree):
        where = f"{module.name}, line {getattr(node, 'lineno', 0)}"
        if _is_made(node):
            yield f"{where}: {ast.unparse(node)} has words, and goes through no pattern"
        elif isinstance(node, ast.Return) and _function(node) == "description":
            if any(_literals(node.value, module)) if node.value else False:
                yield f"{where}: a tooltip that is made at run time goes through `tip`"
        elif isinstance(node, ast.Call):
            yield from (f"{where}: {why}" for why in _wrong(node, module))


def _wrong(node: ast.Call, module: Module) -> Iterator[str]:
    name = _called(node)
    given = {each.arg: each.value for each in node.keywords}
    if "text" in given and isinstance(node.func, ast.Attribute):
        own = _is_false(given.get("translate"))
        if any(_literals(given["text"], module)) == own and given["text"] != "":
            if not _is_empty(given["text"]) and not _is_sign(given["text"]):
                yield "text= is a literal, or says translate=False"
    if name in ("iface", "tip", "rpt") and node.args:
        pattern = node.args[0]
        variable = (
            isinstance(pattern, ast.Name)
            and pattern.id.islower()
            and not pattern.id.startswith("_")
        )
        if variable and not node.keywords:
            yield f"`shown` is for what is no pattern: {name}({ast.unparse(pattern)})"
    if name == "lines" and any(_literals(node.args[1], module)):
        yield "lines() takes a phrase, or what is nobody's to translate"
    if name in ("report", "poll_message_set", "status_text_set") and node.args:
        said = node.args[-1]
        if not any(_literals(said, module)) and not isinstance(said, ast.Name | ast.IfExp):
            if _called(said) not in ("rpt", "tip", "shown") and not _is_none(said):
                yield f"{name} gets a literal, or what goes through `rpt`, `tip` or `shown`"


def unphrased(module: Module) -> Iterator[str]:
    """Yield the sentences that a panel shows, and that are no `Phrase`, below `operators`."""
    for node in ast.walk(module.tree):
        taken: list[ast.expr] = []
        if isinstance(node, ast.Call) and _SENTENCES.match(_called(node)):
            taken = [*node.args, *(each.value for each in node.keywords if each.arg == "why")]
        elif (
            isinstance(node, ast.Assign)
            and re.search(r"\.(problem|error|_phase)$", ast.unparse(node.targets[0]))
        ) or (isinstance(node, ast.keyword) and node.arg == "problem"):
            taken = [node.value]
        for each in taken:
            for part in (each.body, each.orelse) if isinstance(each, ast.IfExp) else (each,):
                text = part.value if isinstance(part, ast.Constant) else ""
                if (isinstance(text, str) and _WORDS.search(text)) or _is_made(part):
                    yield f"{module.name}, line {node.value.lineno if isinstance(node, ast.keyword) else node.lineno}: {ast.unparse(part)} is no Phrase"


def _is_made(node: ast.AST) -> bool:
    """Whether it is a text with words in it that is put together here."""
    match node:
        case ast.JoinedStr(values=values):
            text = "".join(
                each.value if isinstance(each, ast.Constant) else "\0" for each in values
            )
            return bool(_WORDS.search(_UNITS.sub("", text)))
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
            return any(
                isinstance(each, ast.Constant)
                and isinstance(each.value, str)
                and bool(_WORDS.search(each.value))
                for each in (left, right)
            )
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return bool(_WORDS.search(text))
    return False


def _function(node: ast.AST) -> str:
    while node is not None and not isinstance(node, ast.FunctionDef):
        node = getattr(node, "above", None)  # type: ignore[assignment]
    return node.name if node is not None else ""


def _is_false(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""


def _is_sign(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not any(map(str.isalpha, str(node.value)))
