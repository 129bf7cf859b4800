"""What happens to Blender in the midst of a turn, with clients connected: nothing is lost."""

from __future__ import annotations

import socket

import pytest
from desktop.program import until

MODULE = "bl_ext.user_default.scene_chat"
LEFT = """
import threading
import bl_ext.user_default.scene_chat.operators.runtime as runtime
print([each.name for each in threading.enumerate() if "scene_chat" in each.name])
print([name for name in dir(bpy.types) if "SCENE_CHAT" in name or "SceneChat" in name])
print(hasattr(bpy.types.WindowManager, "scene_chat"), runtime._current)
handlers = [each for name in ("load_post", "depsgraph_update_post", "undo_post")
            for each in getattr(bpy.app.handlers, name)]
print([each for each in handlers if "scene_chat" in each.__module__])
"""
NOTHING = "[]\n[]\nFalse None\n[]\n"


@pytest.fixture
def program(start):
    """A Blender whose chat waits for its model in the midst of an answer."""
    program = start()
    program.open_chat()
    program.say("Answer slowly")
    program.read("One")
    return program


def in_window(program, code):
    """Run code as a click of the user's would: after the call that asks for it has ended."""
    program.run(
        "import bpy\n"
        "def later():\n"
        "    window = bpy.context.window_manager.windows[0]\n"
        "    with bpy.context.temp_override(window=window, screen=window.screen):\n"
        f"        {code}\n"
        "bpy.app.timers.register(later, first_interval=0.05)"
    )


def goes_on(program):
    """The turn ends as it would have, and the port answers the client that was there."""
    assert program.turn()[:2] == ["done", "One two three."]
    assert program.command("get_scene_info")["name"] == "Scene"
    assert program.value("bpy.app.timers.is_registered(here.timer._function)")


def test_a_new_file_leaves_the_turn_and_the_clients_alone(program):
    in_window(program, "bpy.ops.wm.read_homefile(app_template='')")
    goes_on(program)
    program.open_chat()
    program.read("One two three.")
    program.say("Add one cube")
    assert program.turn(2)[:2] == ["done", "One more cube."]


def test_the_factory_start_up_file_leaves_the_turn_and_the_clients_alone(program):
    in_window(program, "bpy.ops.wm.read_homefile(use_factory_startup=True)")
    goes_on(program)


def test_factory_settings_switch_the_extension_off_cleanly(program):
    # A script that a client sends may not ask for them.
    program.aside(
        "def later():\n"
        "    window = bpy.context.window_manager.windows[0]\n"
        "    with bpy.context.temp_override(window=window, screen=window.screen):\n"
        "        bpy.ops.wm.read_factory_settings()\n"
        "bpy.app.timers.register(later, first_interval=0.05)"
    )
    until(lambda: not answers(program.port), "the port is still open")
    program.disconnect()
    assert program.aside(LEFT) == NOTHING


def test_opening_a_file_leaves_the_turn_and_the_clients_alone(program, tmp_path):
    file = tmp_path / "other.blend"
    program.run(f"import bpy\nbpy.ops.wm.save_as_mainfile(filepath={str(file)!r}, copy=True)")
    in_window(program, f"bpy.ops.wm.open_mainfile(filepath={str(file)!r})")
    until(lambda: program.value("bpy.data.filepath") == str(file), "it is not opened")
    goes_on(program)


def test_undo_and_redo_leave_the_conversation_alone(program):
    for _ in range(3):
        program.key("ctrl+z")
    program.key("ctrl+shift+z")
    goes_on(program)


def test_a_draft_survives_a_new_file(program):
    program.write("Half a thou")
    program.click(600, 700)
    in_window(program, "bpy.ops.wm.read_homefile(app_template='')")
    goes_on(program)
    assert program.value("here.panel.draft") == "Half a thou"


def test_disabling_ends_everything_and_enabling_brings_the_conversation_back(program):
    in_window(program, f"bpy.ops.preferences.addon_disable(module={MODULE!r})")
    until(lambda: not answers(program.port), "the port is still open")
    program.disconnect()
    program.shot("disabled")
    assert program.aside(LEFT) == NOTHING
    said = program.aside(
        "bpy.ops.preferences.addon_enable(module=EXTENSION)\n"
        # Blender forgets an add-on's preferences with it, the port's number too.
        f"bpy.ops.scene_chat.server_start(port={program.port}, allow='code,files')"
    )
    assert answers(program.port), said
    assert program.value("[t.answer for t in here.chat.turns]") == ["One"]
    assert program.value("here.chat.turns[0].end.reason") == "stopped"


def test_quitting_in_the_midst_of_a_turn_ends_cleanly(program):
    in_window(program, "bpy.ops.wm.quit_blender()")
    assert program.wait() == 0


def test_quitting_ends_cleanly_also_where_a_script_cleared_the_handlers(program):
    program.aside("bpy.app.handlers.load_post.clear()")
    in_window(program, "bpy.ops.wm.quit_blender()")
    assert program.wait() == 0


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
