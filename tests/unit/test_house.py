"""The floors of the house: who may import whom, and what needs no Blender."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

BELOW = {
    "ui": {"ui", "operators", "chat", "server", "tools"},
    "operators": {"operators", "chat", "server", "tools"},
    "chat": {"chat", "tools"},
    "server": {"server", "tools"},
    "tools": {"tools"},
}
BLENDER = {"bpy", "bpy_extras", "bmesh", "gpu", "blf", "mathutils", "addon_utils"}
TOP = {
    "__init__.py", "blender_manifest.toml", "README.md", "CHANGELOG.md", "LICENSE",
    "pyproject.toml", "uv.lock", "operators", "ui", "server", "chat", "tools", "tests", "wheels",
    "scripts", "docs", "SECURITY.md",
}  # fmt: skip


def modules(floor):
    return sorted((CHECKOUT / floor).rglob("*.py"))


def imports(path):
    """Each import of a file as an absolute dotted name, those of this package from its root."""
    package = path.relative_to(CHECKOUT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (("", alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            yield from (("ours", ".".join((*base, name))) for name in names)
        elif isinstance(node, ast.ImportFrom):
            yield "", node.module


@pytest.mark.parametrize("floor", BELOW)
def test_a_floor_imports_only_itself_and_floors_below(floor):
    upward = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in modules(floor)
        for ours, name in imports(path)
        if ours and name.split(".")[0] not in BELOW[floor]
    ]
    assert upward == []


def test_only_the_root_imports_the_handlers():
    others = [path for floor in BELOW for path in modules(floor) if "handlers" not in path.parts]
    assert [p for p in others for _, name in imports(p) if name.startswith("tools.handlers")] == []


def test_handlers_import_nothing_but_tools_bpy_and_the_standard_library():
    import sys

    allowed = BLENDER | set(sys.stdlib_module_names) | {"numpy", "annotated_types"}
    strange = [
        f"{path.name} imports {name}"
        for path in modules("tools/handlers")
        for ours, name in imports(path)
        if not ours and name.split(".")[0] not in allowed
    ]
    assert strange == []


@pytest.mark.parametrize("floor", ["chat", "server", "tools"])
def test_chat_server_and_tools_need_no_blender(floor):
    touching = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in modules(floor)
        if "handlers" not in path.parts
        for _, name in imports(path)
        if name.split(".")[0] in BLENDER
    ]
    assert touching == []


def test_no_module_is_a_drawer_for_odds_and_ends():
    drawers = {"utils", "helpers", "common", "misc"}
    assert [p for floor in BELOW for p in modules(floor) if p.stem in drawers] == []


def test_the_top_level_holds_what_the_design_names():
    visible = {each.name for each in CHECKOUT.iterdir() if not each.name.startswith(".")}
    made = {"dist", "out", "__pycache__"}
    assert visible - TOP - made == set()
