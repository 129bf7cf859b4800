"""Python that language models write for older Blenders: found in a script before or after it ran.

`old_forms` finds it in the syntax tree, by the table in `drift_rules`. The rest says it in words:
`refusal` before a script runs, `hint` after a line of it failed, `about` when a name is looked up,
`notes` in the system prompt. All of them are pure functions of their arguments, on any thread.

Better silent than wrong: what stands under a version guard, or is tried, was written on purpose;
and a receiver has to be known where its attribute's name alone does not tell.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .drift_rules import (
    RULES,
    Argument,
    Attribute,
    ContextArgument,
    Form,
    Import,
    Item,
    MatrixProduct,
    Operator,
    Rule,
    Version,
)
from .drift_tree import Script, is_matrix, keyword_value, operator_name

__all__ = ["Found", "Rule", "Version", "about", "hint", "notes", "old_forms", "refusal"]

_SHOWN = 60
_WAY_ROUND = "If it is meant so, put it in a try with an except."
_SOURCE_LIMIT = 50_000
"""Characters; the queue waits while a script is looked through."""
_TELLING = 7
"""Characters from which on a value, such as 'NISHITA', is looked up for no other reason."""


@dataclass(frozen=True)
class Found:
    """An old form in a script: which, on which line, and how it is written there."""

    rule: Rule
    line: int
    shown: str


def old_forms(source: str, version: Version) -> list[Found]:
    """Return what of a script this Blender does not take, by line; [] if it does not parse."""
    return [found for found, _ in _placed(source, version)]


def refusal(source: str, version: Version) -> str:
    """Return why a script must not run: what in it would do nothing, silently; "" if nothing."""
    silent = [each for each in old_forms(source, version) if each.rule.silent]
    if not silent:
        return ""
    lines = [f"line {each.line}: {each.shown}\n  Instead: {each.rule.instead}." for each in silent]
    return (
        f"Nothing was run. Blender {_said(version)} would not do this, and would not say so "
        "either:\n" + "\n".join(dict.fromkeys(lines)) + f"\n{_WAY_ROUND}"
    )


def hint(source: str, line: int | None, version: Version) -> str:
    """Return what to write instead of the old forms in the statement on a line; "" if none."""
    lines = [
        f"In Blender {_said(version)}, instead of {found.shown}: {found.rule.instead}."
        for found, lines_of_it in _placed(source, version)
        if line in lines_of_it
    ]
    return "\n".join(dict.fromkeys(lines))


def about(word: str, version: Version) -> str:
    """Return a sentence about an old name that is looked up, such as "scene.node_tree", or ""."""
    receiver, _, last = word.strip().removeprefix("bpy.ops.").rpartition(".")
    for rule in RULES:
        if _applies(rule, version) and any(_names(form, receiver, last) for form in rule.forms):
            return f"{last!r} is of another Blender version. In {_said(version)}: {rule.instead}."
    return ""


def notes(version: Version) -> str:
    """Return the lines for the system prompt: what models most often get wrong in this Blender."""
    told = [f"- {rule.instead}" for rule in RULES if rule.told and _applies(rule, version)]
    return "\n".join([f"Python for Blender {_said(version)}:", *told])


def _said(version: Version) -> str:
    return ".".join(map(str, version[:2]))


def _applies(rule: Rule, version: Version) -> bool:
    now = tuple(version[:2])
    return rule.since <= now and (rule.until is None or now < rule.until)


def _placed(source: str, version: Version) -> list[tuple[Found, range]]:
    """What is found, each with the lines of its statement."""
    if len(source) > _SOURCE_LIMIT:
        return []
    try:
        script = Script(ast.parse(source))
        placed = {
            (node.lineno, rule.name): (
                Found(rule, node.lineno, _shortened(ast.unparse(node))),
                script.lines(node),
            )
            for rule in RULES
            if _applies(rule, version)
            for form in rule.forms
            for node in _occurrences(script, form)
        }
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [placed[key] for key in sorted(placed)]


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _names(form: Form, receiver: str, last: str) -> bool:
    """Whether a form is about a name that is looked up."""
    match form:
        case Attribute(names, on, values, keywords):
            if last in values:
                return len(last) >= _TELLING or receiver.rpartition(".")[2] in names
            plain = not (values or keywords)
            return plain and last in names and _ends(receiver, on)
        case Item(key, _, now):
            return bool(now) and key == last
        case Argument(texts):
            return last in texts and len(last) >= _TELLING
        case Operator(names, keywords):
            return not keywords and f"{receiver}.{last}" in names
        case Import(module):
            return last == module
    return False


def _ends(receiver: str, on: str) -> bool:
    return not on or re.search(f"(?:{on})$", receiver, re.IGNORECASE) is not None


def _occurrences(script: Script, form: Form) -> Iterator[ast.expr | ast.stmt]:
    """Where a form stands in a script, unguarded."""
    match form:
        case Attribute():
            for node in script.attributes:
                if _is_attribute(script, node, form):
                    yield _whole(script, node, form)
        case Item():
            for item in script.items:
                if _is_item(script, item, form):
                    yield item
        case Operator(names, keywords, values):
            for call in script.calls:
                if operator_name(script, call) not in names or script.is_guarded(call, names[0]):
                    continue
                given = [each for each in call.keywords if each.arg in keywords]
                wrong = [each for each in given if not values or keyword_value(each) in values]
                if not keywords or wrong:
                    yield call
        case Argument(texts, method, on):
            for call in script.calls:
                if not (isinstance(call.func, ast.Attribute) and call.func.attr == method):
                    continue
                for each in (*call.args, *(given.value for given in call.keywords)):
                    if isinstance(each, ast.Constant) and each.value in texts:
                        known = all(_ends(text, on) for text in script.texts(call.func.value))
                        if known and not script.is_guarded(call, str(each.value)):
                            yield call
        case Import(module):
            for statement in script.imports:
                if module in _imported(statement) and not script.is_guarded(statement, module):
                    yield statement
        case ContextArgument():
            for call in script.calls:
                if operator_name(script, call) and call.args and not script.is_guarded(call, ""):
                    if script.is_context(call.args[0]):
                        yield call
        case MatrixProduct():
            for product in script.products:
                sides = (
                    (product.left, product.right)
                    if isinstance(product, ast.BinOp)
                    else (product.target, product.value)
                )
                if all(is_matrix(script, each) for each in sides):
                    if not script.is_guarded(product, ""):
                        yield product


def _is_attribute(script: Script, node: ast.Attribute, form: Attribute) -> bool:
    if node.attr not in form.names or script.is_guarded(node, node.attr):
        return False
    if any(each in script.words for each in form.unless):
        return False
    if form.values or form.assigned:
        value = script.assigned(node)
        if value is None:
            return False
        if form.values and not (isinstance(value, ast.Constant) and value.value in form.values):
            return False
    if form.keywords:
        call = script.parent(node)
        if not (isinstance(call, ast.Call) and call.func is node):
            return False
        if not any(each.arg in form.keywords for each in call.keywords):
            return False
    receivers = script.texts(node.value)
    own = any(re.match(r"(?:self|cls)(?:$|\W)", text) for text in receivers)
    return not own and all(_ends(text, form.on) for text in receivers)


def _whole(script: Script, node: ast.Attribute, form: Attribute) -> ast.expr | ast.stmt:
    """The attribute, or the assignment or call of it where that is what is wrong."""
    parent = script.parent(node)
    if form.values and isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        return parent
    return parent if form.keywords and isinstance(parent, ast.Call) else node


def _is_item(script: Script, node: ast.Subscript | ast.Call, form: Item) -> bool:
    key = script.key(node)
    if key is None or (form.key and key != form.key) or script.is_guarded(node, key):
        return False
    if form.now and form.now in script.constants:
        return False
    if form.deep and not script.is_used_as_dictionary(node):
        return False
    receiver = node.value if isinstance(node, ast.Subscript) else node.func.value  # type: ignore[attr-defined]
    return all(_ends(text, form.on) for text in script.texts(receiver))


def _imported(statement: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(statement, ast.Import):
        return {alias.name.partition(".")[0] for alias in statement.names}
    return {(statement.module or "").partition(".")[0]} if not statement.level else set()
