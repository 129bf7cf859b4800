"""Enabling and disabling, in a process of its own each time."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

from bpy_session import CHECKOUT


def python(code):
    """Run code in a fresh process that can import the scripts' modules; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=CHECKOUT / "scripts", capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_enabling_imports_none_of_the_large_libraries():
    said = python("""
        import sys
        from bpy_session import bpy_session
        with bpy_session():
            large = {"openai", "pydantic", "httpx2", "anyio", "asyncio", "jiter", "dotenv"}
            print("imported:", sorted(large & set(sys.modules)))
    """)
    assert "imported: []" in said


def test_disabling_leaves_no_thread_handler_or_class():
    said = python("""
        import threading
        import bpy
        from bpy_session import EXTENSION, bpy_session
        before = len(bpy.app.handlers.load_post)
        with bpy_session():
            import importlib
            here = importlib.import_module(EXTENSION + ".operators.runtime").current()
            gate = importlib.import_module(EXTENSION + ".tools.gate")
            here.server.start(0)
            call = here.calls.submit("execute_code", {"code": "1"}, gate.Origin("chat", "t", 1, "t"))
            here.run_until(call.result.done)
            here.chat.send("x", "", here.settings("http://127.0.0.1:9/v1"))
            print("threads:", threading.active_count())
        print("left:", threading.active_count(), len(bpy.app.handlers.load_post) - before,
              hasattr(bpy.types, "SCENE_CHAT_OT_turn"))
    """)
    assert "left: 1 0 False" in said


def test_it_can_be_disabled_and_enabled_again():
    said = python("""
        from bpy_session import enabled, user_folder
        with user_folder():
            for _ in range(3):
                with enabled():
                    pass
        print("three times")
    """)
    assert "three times" in said


def test_the_root_imports_nothing_when_it_is_only_looked_at():
    source = (CHECKOUT / "__init__.py").read_text("utf-8")
    assert not [line for line in source.splitlines() if line.startswith(("import ", "from ."))]


def test_the_manifest_is_valid():
    import bpy

    builder = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core/bl_pkg/cli/blender_ext.py"
    said = subprocess.run(
        [sys.executable, str(builder), "validate", str(CHECKOUT)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
