"""What a name may be, the surest first: `answer_to` tries them for the tool.

Each way of taking a name returns an answer, or None where the name is nothing of that kind.
"""

from __future__ import annotations

import re

import bpy

from .lookup_fitting import Answer, Table
from .lookup_index import class_of, folded, index, rna_of, type_named
from .lookup_kinds import told, told_operator, told_type, told_value
from .lookup_near import alike, near
from .lookup_path import Place, Stop, followed, has, stopped
from .lookup_rows import row

_NEAR = 12
_OWNERS = 8
_OF_THE_SCENE = ("render", "cycles", "eevee")
"""Bare names that mean the scene's, whatever else has a property of that name."""
_LIKELIEST = ("node", "operator", "type")


def answer_to(text: str) -> Answer:
    """Return what there is to say of a cleaned name, which has yet to be made to fit."""
    for find in (_exact, _operator, _path, _member, _loosely):
        if answer := find(text):
            break
    else:
        answer = _unknown(text)
    values = index().values.get(text)
    if values and "value" not in answer:
        answer["value_of"] = values[:_OWNERS]
    return answer


def _exact(text: str) -> Answer | None:
    is_type = text.isidentifier() and "_OT_" not in text and class_of(text) is not None
    return told_type(text) if is_type else None


def _operator(text: str) -> Answer | None:
    said = text.startswith("ops.")
    text = text.removeprefix("ops.")
    if found := re.fullmatch(r"([A-Z]\w*?)_OT_(\w+)", text):
        text = f"{found[1].lower()}.{found[2]}"
    category, _, word = text.partition(".")
    if text.lower() not in index().operators.get(word.lower(), ()):
        if not said:
            return None
        hint = f"There is no operator {text[:60]}."
        return {"not_found": text[:60], "near": _operators_like(text), "hint": hint}
    if not category.islower():
        return None
    answer = told_operator(text.lower())
    # "image.save" may as well be meant as the method of an image.
    kind = index().types.get(folded(category))
    if kind and has(kind, word):
        answer["also"] = [f"{kind}.{word}"]
    return answer


def _operators_like(text: str) -> list[str]:
    """Return the operators of the same category with similar names, else those near in words."""
    category, _, word = text.lower().partition(".")
    every = {full for several in index().operators.values() for full in several}
    names = [full.partition(".")[2] for full in every if full.startswith(f"{category}.")]
    if found := alike(word, sorted(names)):
        return [f"{category}.{each}" for each in found]
    lines = near(text, 40)
    return [each.split(" ", 1)[1] for each in lines if each.startswith("operator ")][:_NEAR]


def _path(text: str) -> Answer | None:
    """The answer to a path of several words, also where it leads nowhere."""
    found = followed(text) if "." in text or "[" in text else None
    if isinstance(found, Stop):
        answer: Answer = {"not_found": text[:60], **stopped(found)}
        if re.fullmatch(r"[a-z_]+\.\w+", text):
            answer["operators_near"] = _operators_like(text)[:5]
        return answer
    return told(found) if found else None


def _member(text: str) -> Answer | None:
    """The answer to a word in lower case that means a type, or to a bare property or function."""
    known = index()
    owners, functions = known.properties.get(text, []), known.functions.get(text, [])
    if " " not in text and text.islower() and (kind := type_named(text)):
        return told_type(kind) | {"property_of": owners[:_OWNERS]}
    if text in _OF_THE_SCENE and "Scene" in owners:
        return told(Place("Scene", text))
    if len(owners) + len(functions) == 1:
        return told(Place((owners + functions)[0], text))
    if not owners and not functions:
        return None
    kinds = {each: row(rna_of(each).properties[text]) for each in owners if rna_of(each)}
    answer: Answer = {"property": text, "of": Table(kinds)} if owners else {"function": text}
    return answer | {"function_of": functions, "operators": known.operators.get(text)}


def _loosely(text: str) -> Answer | None:
    """The answer to a name in other case, in the interface's words, or without its first part."""
    known = index()
    if text in known.values:
        return told_value(text)
    short = re.sub(r"\s+(node|operator|type|property|function|value)$", "", text, flags=re.I)
    if answer := _named(text) or _named(short):
        return answer
    for each in (short, short.upper().replace(" ", "_"), short.lower().replace(" ", "_")):
        if each in known.values:
            return told_value(each)
        if each != text and (answer := _member(each)):
            return answer
    return None


def _named(words: str) -> Answer | None:
    """The answer to what the interface calls so, an operator's last word, or a type in any case."""
    known = index()
    named = [("operator", full) for full in known.operators.get(words.lower(), ())]
    named += known.labels.get(words.lower(), [])
    if identifier := known.types.get(folded(words)):
        is_node = issubclass(class_of(identifier), bpy.types.Node)
        named.append(("node" if is_node else "type", identifier))
    if not named:
        return None
    (kind, name), *others = sorted(dict.fromkeys(named), key=lambda one: _LIKELIEST.index(one[0]))
    answer = told_operator(name) if kind == "operator" else told_type(name)
    return answer | {"also": [" ".join(one) for one in others]}


def _unknown(text: str) -> Answer:
    found = near(text, _NEAR)
    hint = "Look up one of these." if found else "Use other or fewer words, such as 'bevel'."
    return {"not_found": text[:60], "near": found, "hint": hint}
