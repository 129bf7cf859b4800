"""What older Blenders took: every rule and every correct script is true of the Blender at hand."""

from __future__ import annotations

import bpy
import pytest
from blender.drift_cases import CASES, SETUP
from unit.correct_scripts import SCRIPTS

# Blender 5 has some of the old names still, and warns of their end.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*expected to be removed:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Setting the shape on a NumPy array:DeprecationWarning"),
]

VERSION = bpy.app.version[:2]
each_rule = pytest.mark.parametrize("name", CASES)


@pytest.fixture
def rule(name, module):
    rules = {each.name: each for each in module("tools.drift_rules").RULES}
    return rules[name]


@pytest.fixture
def applies(rule):
    return rule.since <= VERSION and (rule.until is None or rule.until > VERSION)


def _run(source):
    names = {"bpy": bpy}
    exec(SETUP, names)
    exec(source, names)
    return names


def _found(module, source):
    return [each.rule.name for each in module("tools.drift").old_forms(source, bpy.app.version)]


@each_rule
def test_the_old_form_fails_where_the_rule_says_so_and_works_elsewhere(
    name, rule, applies, here, module
):
    case = CASES[name]
    if applies and case.works:
        assert eval(case.works, _run(case.old))
        return
    if applies and not rule.silent:
        with pytest.raises(
            (AttributeError, ImportError, KeyError, RuntimeError, TypeError, ValueError)
        ) as raised:
            _run(case.old)
        assert module("tools.handlers.hints").is_blenders(raised.value)
        return
    names = _run(case.old)
    if rule.silent:
        assert bool(eval(case.effect, names)) is not applies


@each_rule
def test_the_new_form_works_where_the_rule_applies(name, applies, here):
    if applies:
        _run(CASES[name].new)


@each_rule
def test_the_old_form_is_found_where_it_is_wrong_and_nothing_is_in_the_new(name, applies, module):
    if applies:
        assert name in _found(module, CASES[name].old)
        assert _found(module, CASES[name].new) == []
    else:
        assert name not in _found(module, CASES[name].old)


@each_rule
def test_only_silent_old_forms_are_refused(name, rule, applies, module):
    refused = module("tools.drift").refusal(CASES[name].old, bpy.app.version)
    assert bool(refused) is (applies and rule.silent)


def test_every_rule_has_its_two_forms(module):
    assert [each.name for each in module("tools.drift_rules").RULES] == list(CASES)


def test_a_script_that_would_do_nothing_silently_is_refused_and_does_not_run(code):
    result = code("bpy.data.materials.new('Leaf')\na = bpy.context.object.matrix_world\nb = a * a")
    assert not result.ok
    assert "line 3: a * a\n  Instead: a @ b: * multiplies element by element." in result.error
    assert "Leaf" not in bpy.data.materials


def test_what_is_meant_so_runs_in_a_try_as_the_refusal_says(code):
    product = "a = bpy.context.object.matrix_world\nb = a * a"
    assert "put it in a try with an except" in code(product).error
    assert code("try:\n " + product.replace("\n", "\n ") + "\nexcept ValueError:\n pass").ok


def test_an_opaque_material_is_not_refused_for_it_does_become_opaque(code):
    source = "m = bpy.data.materials.new('Leaf')\nm.surface_render_method = 'BLENDED'\n"
    assert (
        code(f"{source}m.blend_method = 'OPAQUE'\nm.surface_render_method").value["value"]
        == "DITHERED"
    )


def test_a_custom_property_of_an_object_is_its_own(code):
    assert (
        code("ob = bpy.context.object\nob['cycles'] = {'a': 1}\nob['cycles']['a']").value["value"]
        == 1
    )


def test_nobody_is_asked_about_a_refused_script(code):
    result = code("import os\na = bpy.context.object.matrix_world\nb = a * a")
    assert "Nothing was run" in result.error


@pytest.mark.parametrize("script", [each for each in SCRIPTS if each.is_right(VERSION)], ids=str)
def test_a_correct_script_runs(script, here, tmp_path):
    exec(compile(script.source, script.name, "exec"), {"bpy": bpy, "OUT": str(tmp_path)})
