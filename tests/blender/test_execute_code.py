"""execute_code: output, values, failures, limits, permission, undo."""

from __future__ import annotations

import time

import bpy
import pytest


def test_it_returns_what_was_printed_and_the_value_of_the_last_expression(code):
    result = code("print('hello')\n1 + 2")
    assert (result.ok, result.value) == (True, {"stdout": "hello\n", "value": 3})


def test_a_script_that_ends_with_a_statement_has_no_value(code):
    assert code("x = 1").value == {"stdout": "", "value": None}


def test_bpy_is_there_and_the_scene_changes(code):
    assert code("bpy.context.object.location.x = 8").ok
    assert bpy.data.objects["Cube"].location.x == 8


def test_the_receipt_names_what_came_and_went(code):
    result = code(
        "bpy.ops.mesh.primitive_plane_add()\nbpy.data.objects.remove(bpy.data.objects['Light'])"
    )
    assert result.receipt.text() == "Added object Plane; removed object Light"


def test_a_material_without_an_object_is_in_the_receipt_too(code):
    assert code("bpy.data.materials.new('Red')").receipt.text() == "Added material Red"


def test_a_failure_says_the_exception_the_line_and_its_source(code):
    result = code("x = 1\nprint('before')\ny = x / 0\n")
    assert not result.ok
    assert result.error == (
        "ZeroDivisionError: division by zero\nline 3: y = x / 0\nPrinted before that:\nbefore\n"
    )
    assert (result.value["line"], result.value["source"]) == (3, "y = x / 0")
    assert "<script>" in result.value["traceback"]


def test_the_failing_line_is_the_scripts_own_also_when_library_code_raised(code):
    assert code("import json\njson.loads('{')").value["line"] == 2


def test_code_that_does_not_compile_says_where(code):
    result = code("x = 1\ndef (:\n")
    assert result.error == "SyntaxError: invalid syntax\nline 2: def (:"


def test_what_a_script_had_changed_before_it_failed_is_in_the_receipt(code):
    result = code("bpy.ops.mesh.primitive_plane_add()\n1 / 0")
    assert not result.ok
    assert result.receipt.text() == "Added object Plane"
    assert "Plane" in bpy.data.objects


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit(3)", "SystemExit: the script called exit (3)"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: no message"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("class E(Exception):\n def __str__(self): raise ValueError\nraise E", "could not be read"),
        ("def f(): f()\nf()", "RecursionError"),
        ("bpy.data.objects['Cubee']", "KeyError"),
        ("x = '\0'", "null bytes"),
    ],
)
def test_whatever_a_script_raises_is_its_result_and_blender_goes_on(code, text, said):
    assert said in code(text).error
    assert code("1").value["value"] == 1


def test_sys_exit_ends_the_script_and_not_blender(code, here):
    here.gate.allow("chat", ["code"])
    assert "SystemExit: the script called exit" in code("import sys\nsys.exit()").error


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("float('nan')", "nan"),
        ("bpy.context.object.location", "Vector((0.0, 0.0, 0.0))"),
        ("'\\udc80'", "\\udc80"),
        ("bpy.context.object", "bpy.data.objects['Cube']"),
        ("{'a': (1, 2.5)}", {"a": [1, 2.5]}),
        ("[o.name for o in bpy.data.objects]", ["Camera", "Cube", "Light"]),
    ],
)
def test_a_value_that_json_cannot_hold_is_written_out(code, text, value):
    assert code(text).value["value"] == value


def test_a_script_that_never_ends_is_ended_at_its_time_limit(code):
    began = time.monotonic()
    result = code("print('begun')\nwhile True:\n try:\n  pass\n except: pass", running=0.3)
    assert time.monotonic() - began < 3
    assert result.kind == "TimeLimitReached"
    assert "0.3 s, its time limit" in result.error
    assert result.value["stdout"] == "begun\n"


def test_what_a_stopped_script_had_changed_is_in_the_receipt(code):
    result = code("bpy.ops.mesh.primitive_plane_add()\nwhile True: pass", running=0.3)
    assert result.receipt.text() == "Added object Plane"


def test_endless_output_is_cut(code):
    result = code("while True: print('x' * 1000)", running=0.5)
    assert len(result.value["stdout"]) < 1_100_000
    assert "more characters left out" in result.value["stdout"]


def test_code_that_stays_in_the_scene_needs_no_permission(code):
    assert code("bpy.ops.mesh.primitive_cube_add()").ok


def test_code_that_reaches_further_is_refused_with_what_was_found(code):
    result = code("import os\nos.listdir('/')")
    assert result.kind == "PermissionRefused"
    assert "it imports os (line 1)" in result.error
    assert "--allow code" in result.error


def test_allowed_code_runs(code, here):
    here.gate.allow("chat", ["code"])
    assert code("import os\nos.path.basename('/a/b')").value["value"] == "b"


def test_nothing_is_kept_from_one_script_to_the_next(code):
    code("kept = 1")
    assert "NameError" in code("kept").error


def test_a_value_whose_repr_never_ends_is_ended_at_the_time_limit(code):
    text = "class R:\n def __repr__(self):\n  while True: pass\nR()"
    assert code(text, running=0.3).kind == "TimeLimitReached"


def test_a_value_that_cannot_even_be_looked_at_is_a_failure_and_not_silence(code):
    text = (
        "from collections.abc import Mapping\n"
        "class E(Exception):\n def __str__(self): raise E\n"
        "class M(Mapping):\n"
        " def __iter__(self): raise E\n def __len__(self): return 1\n"
        " def __getitem__(self, k): raise E\n"
        "M()"
    )
    assert "could not be read" in code(text).error


def test_a_script_may_open_a_file(code, here, tmp_path):
    here.gate.allow("chat", ["code"])
    file = tmp_path / "other.blend"
    bpy.data.objects["Cube"].name = "Theirs"
    bpy.ops.wm.save_as_mainfile(filepath=str(file), copy=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    result = code(f"bpy.ops.wm.open_mainfile(filepath={str(file)!r})")
    assert result.ok, result.error
    assert "Theirs" in bpy.data.objects
    assert code("bpy.data.objects['Theirs'].location.x = 3").ok


def test_a_script_that_would_switch_scene_chat_off_does_not_run(code, here):
    here.gate.allow("chat", ["code"])
    result = code("bpy.ops.wm.read_factory_settings(use_empty=True)")
    assert "would switch Scene Chat off" in result.error
    assert "Cube" in bpy.data.objects
