"""What a name may be, the surest first: `answer_to` tries them for the tool.

Each way of taking a name returns an answer, or None where the name is nothing of that kind.
"""

from __future__ import annotations

import re

import bpy

from .lookup_fitting import Answer, Table
from .lookup_index import class_of, folded, index, likelihood, rna_of, type_named
from .lookup_kinds import (
    inputs_named,
    told,
    told_of_context,
    told_operator,
    told_type,
    told_value,
)
from .lookup_modules import told_module
from .lookup_near import alike, known_words, near
from .lookup_path import Place, Stop, followed, has, stopped
from .lookup_rows import row

_NEAR = 12
_OWNERS = 8
_OF_THE_SCENE = ("render", "cycles", "eevee")
"""Bare names that mean the scene's, whatever else has a property of that name."""
_CATEGORIES = ("object", "mesh")
"""The operators that come first where several are called the same."""
_MEANT = {
    "focal length": "Camera.lens",
    "denoise": "CyclesRenderSettings.use_denoising",
    "denoising": "CyclesRenderSettings.use_denoising",
    "render samples": "CyclesRenderSettings.samples",
    "cycles samples": "CyclesRenderSettings.samples",
    "frame rate": "RenderSettings.fps",
    "output path": "RenderSettings.filepath",
    "subdivision": "SubsurfModifier",
}
"""What no rule finds first for these words, or not at all."""
_ALSO = 10

Named = tuple[str, str]
"""A kind, such as "operator", and a name of it."""


def answer_to(text: str) -> Answer:
    """Return what there is to say of a cleaned name, which has yet to be made to fit."""
    for find in (_module, _exact, _operator, _path, _in_words, _member, _loosely):
        if answer := find(text):
            break
    else:
        answer = _unknown(text)
    values = index().values.get(text)
    if values and "value" not in answer:
        answer["value_of"] = values[:_OWNERS]
    return answer


def _module(text: str) -> Answer | None:
    answer = told_module(text)
    also = index().labels.get(text, []) if answer and text.isidentifier() else []
    return answer | {"also": [" ".join(each) for each in also]} if answer else None


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
    if (found := re.fullmatch(r"context\.(\w+)", text)) and not has("Context", found[1]):
        if holds := type_named(found[1].rpartition("_")[2].removesuffix("s")):
            return told_of_context(found[1], holds)
    reached = followed(text) if "." in text or "[" in text else None
    if isinstance(reached, Stop):
        answer: Answer = {"not_found": text[:60], **stopped(reached)}
        if re.fullmatch(r"[a-z_]+\.\w+", text):
            answer["operators_near"] = _operators_like(text)[:5]
        return answer
    return told(reached) if reached else None


def _member(text: str) -> Answer | None:
    """The answer to a word in lower case that means a type, or to a bare property or function."""
    known = index()
    owners, functions = known.properties.get(text, []), known.functions.get(text, [])
    if " " not in text and text.islower() and (kind := type_named(text)):
        return told_type(kind) | {"property_of": owners[:_OWNERS]}
    if text in _OF_THE_SCENE and "Scene" in owners:
        return told(Place("Scene", text))
    if len(owners) + len(functions) == 1:
        only, words = (owners + functions)[0], text.replace("_", " ")
        also = [f"operator {each}" for each in known.operators.get(text, ())]
        if owners:
            labelled = [each for each in known.labelled.get(words, ()) if each != f"{only}.{text}"]
            also += [f"property {each}" for each in labelled[:3]] + inputs_named(words)
        return told(Place(only, text)) | {"also": also[:_ALSO]}
    if not owners and not functions:
        return None
    kinds = {each: row(rna_of(each).properties[text]) for each in owners if rna_of(each)}
    answer: Answer = {"property": text, "of": Table(kinds)} if owners else {"function": text}
    inputs = inputs_named(text.replace("_", " ")) if owners else []
    operators = known.operators.get(text)
    return answer | {"function_of": functions, "operators": operators, "inputs": inputs[:_OWNERS]}


def _in_words(text: str) -> Answer | None:
    """The answer to words that mean one thing before all else: such as 'sun angle', 'uv unwrap'."""
    words = text.lower()
    named: list[Named] = []
    if (meant := _MEANT.get(words)) and class_of(meant.partition(".")[0]) is not None:
        named.append(("property" if "." in meant else "type", meant))
    if text not in index().values and re.search(r"\w \w", words):
        first, _, rest = words.partition(" ")
        full = f"{first}.{rest.replace(' ', '_')}"
        if full in index().operators.get(rest.replace(" ", "_"), ()):
            named.append(("operator", full))
        named += [("property", each) for each in _owned(words.split())]
    return _first_of([*named, *_called(text)]) if named else None


def _owned(words: list[str]) -> list[str]:
    """Return the properties that words name after their type, as "camera lens", "sun angle"."""
    found: list[str] = []
    for split in range(len(words) - 1, 0, -1):
        owner, name = folded("".join(words[:split])), " ".join(words[split:])
        kinds = [index().types.get(owner + end) for end in ("", "light", "modifier", "constraint")]
        for kind in filter(None, kinds):
            rna = rna_of(kind)
            if rna is None or issubclass(class_of(kind), bpy.types.Node):
                continue
            keys = [key for key, each in rna.properties.items() if each.name.lower() == name]
            if (key := name.replace(" ", "_")) in rna.properties:
                keys.insert(0, key)
            found += [f"{kind}.{key}" for key in keys]
    return list(dict.fromkeys(found))


def _loosely(text: str) -> Answer | None:
    """The answer to a name in other case, in the interface's words, or without its first part."""
    known = index()
    if text in known.values:
        return told_value(text)
    short = re.sub(r"\s+(node|operator|type|property|function|value)$", "", text, flags=re.I)
    if answer := _first_of(_called(text) or _called(short)):
        return answer
    lines, labelled = inputs_named(short), known.labelled.get(short.lower(), [])[:_OWNERS]
    owner = labelled[0].partition(".")[0] if labelled else ""
    first = bool(owner) and likelihood(owner)[0] == 0
    if lines and (not first or owner == "Material"):  # whose nodes have it, in these days
        return {"found": lines[:_ALSO], "also": [f"property {each}" for each in labelled]}
    if first and (answer := _first_of([("property", each) for each in labelled])):
        return answer | {"inputs": lines[:_ALSO]}
    for each in (short, short.upper().replace(" ", "_"), short.lower().replace(" ", "_")):
        if each in known.values:
            return told_value(each)
        if each != text and (answer := _member(each)):
            return answer
    return None


def _called(words: str) -> list[Named]:
    """Return what the interface calls so, operators of that last word, a type in any case."""
    known = index()
    named = [("operator", full) for full in known.operators.get(words.lower(), ())]
    named += known.labels.get(words.lower(), [])
    if identifier := known.types.get(folded(words)):
        is_node = issubclass(class_of(identifier), bpy.types.Node)
        named.append(("node" if is_node else "type", identifier))
    return sorted(dict.fromkeys(named), key=_likelihood)


def _likelihood(one: Named) -> tuple[int, int]:
    """Return by what to sort names: modifiers and the like, nodes, operators, other types."""
    kind, name = one
    if kind == "operator":
        category = name.partition(".")[0]
        known = category in _CATEGORIES
        return 2, _CATEGORIES.index(category) if known else len(_CATEGORIES)
    if kind == "node":
        return 1, 0
    rank = likelihood(name)[0]
    return (0 if rank < 2 else 3), rank


def _first_of(named: list[Named]) -> Answer | None:
    """Return what there is to say of the first of these, and the others' names."""
    if not named:
        return None
    (kind, name), *others = dict.fromkeys(named)
    if kind == "operator":
        answer = told_operator(name)
    elif kind == "property":
        answer = told(Place(*name.split(".")))
    else:
        answer = told_type(name)
    return answer | {"also": [" ".join(one) for one in others[:_ALSO]]}


def _unknown(text: str) -> Answer:
    found = near(text, _NEAR)
    if found and known_words(text):
        return {"found": found, "hint": "Look up one of these."}
    hint = "There is nothing like it. Use other or fewer words, such as 'bevel'."
    return {
        "not_found": text[:60],
        "near": found,
        "hint": "Look up one of these." if found else hint,
    }
