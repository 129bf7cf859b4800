"""What a script carries of the tools."""

from __future__ import annotations

import ast

import pytest
from scene_chat.tools.sources import sources


def defined(text):
    return {each.name for each in ast.parse(text).body if hasattr(each, "name")}


def test_a_tool_brings_what_it_mentions_and_nothing_else():
    texts = sources([("handlers.delete_objects", "delete_objects")])
    assert "find_objects" in defined(texts["handlers.blocks"])
    assert "find_collection" not in defined(texts["handlers.blocks"])
    assert "receipt" not in defined(texts["handlers.changes"])
    assert not {"registry", "receipt", "schema"} & {*texts}


def test_the_mark_of_a_tool_and_what_it_asks_about_stay_behind():
    texts = sources([("handlers.files", "export_file")])
    assert "@tool" not in texts["handlers.files"]
    assert "_assess_export" not in texts["handlers.files"]
    assert "Assessment" not in "".join(texts.values())


def test_a_definition_keeps_its_docstring_and_the_comments_within():
    text = sources([("handlers.layer", "select_only")])["handlers.layer"]
    assert text.startswith('"""The user\'s selection')
    assert '"""Select these alone, as Blender does' in text
    assert "# looking one up by name walks the list" in text


def test_each_module_comes_after_those_it_imports():
    texts = sources([("handlers.edit_nodes", "edit_nodes"), ("handlers.stacks", "set_modifier")])
    seen = set()
    for module, text in texts.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.level:
                base = module.split(".")[: -node.level]
                names = [node.module] if node.module else [each.name for each in node.names]
                assert {".".join([*base, name]) for name in names} <= seen
        seen.add(module)


def test_what_is_imported_when_it_is_needed_comes_too():
    texts = sources([("handlers.run_operator", "run_operator")])
    assert "wanted" in defined(texts["handlers.hint_operators"])


def test_neither_wheels_nor_the_allow_list_are_carried():
    wanted = [("handlers.edit_nodes", "edit_nodes"), ("handlers.run_operator", "run_operator")]
    texts = sources(wanted)
    assert "allowlist" not in texts
    for text in texts.values():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom | ast.Import):
                assert "pydantic" not in ast.unparse(node)
                assert "annotated_types" not in ast.unparse(node)


def test_a_name_that_there_is_not_is_an_error():
    with pytest.raises(KeyError):
        sources([("handlers.layer", "no_such_thing")])
