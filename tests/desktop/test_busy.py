"""While Blender is busy: reads are answered, edits wait, nothing is torn."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
from desktop.program import until
from desktop.test_files import in_window

EDIT = {"type": "execute_code", "params": {"code": "bpy.context.scene.frame_end = 123"}}


class Client:
    """One more client, whose command may take its time."""

    def __init__(self, program):
        self.peer = socket.create_connection(("127.0.0.1", program.port), timeout=120)
        self.answer = None
        self._reader = None

    def send(self, command):
        self.peer.sendall(json.dumps(command).encode())
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        if data := self.peer.recv(65536):
            self.answer = json.loads(data)

    def close(self):
        if self._reader is not None:
            self.peer.shutdown(socket.SHUT_RDWR)
            self._reader.join()
        self.peer.close()


@pytest.fixture
def client(program):
    program.value("setattr(bpy.context.scene, 'frame_end', 250)")
    client = Client(program)
    yield client
    client.close()


def grab(program):
    """Begin to move the cube with the mouse."""
    program.aside("bpy.data.objects['Cube'].select_set(True)")
    program.hover(600, 500)
    program.key("g")
    program.hover(700, 560)
    modal = "print([each.name for each in bpy.context.window_manager.windows[0].modal_operators])"
    until(lambda: program.aside(modal) == "['Move']\n", "nothing is grabbed")


def scene(program):
    """A read, which needs no permission and leaves nothing behind."""
    return program.command("get_scene_info")


def test_an_edit_waits_until_the_grab_is_over(program, client):
    grab(program)
    client.send(EDIT)
    for _ in range(5):
        assert scene(program)["object_count"] == 3
        time.sleep(0.1)
    assert client.answer is None
    program.shot("grab")
    program.key("Escape")
    until(lambda: client.answer, "the edit is not made")
    assert client.answer["status"] == "success"
    assert program.value("bpy.context.scene.frame_end") == 123


def test_the_panel_says_what_the_chat_waits_for(program):
    program.say("First count, then add one cube")
    program.read("Allow Once")
    grab(program)
    # A click would end the grab, so the answer comes as if it had been given just before.
    program.aside(
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "runtime.current().gate.waiting[0].allow()"
    )
    program.read("in progress")
    program.shot("waiting")
    program.key("Escape")
    assert program.turn()[:2] == ["done", "One more cube."]


def test_an_edit_waits_until_the_render_is_over(program, client):
    program.run(
        "import bpy\ns = bpy.context.scene\n"
        "s.render.engine, s.cycles.device = 'CYCLES', 'CPU'\n"
        "s.cycles.use_denoising = False\n"
        "s.cycles.samples, s.render.resolution_percentage = 300, 20"
    )
    program.run("import bpy\nbpy.context.preferences.view.render_display_type = 'NONE'")
    in_window(program, "bpy.ops.render.render('INVOKE_DEFAULT')")
    running = "bpy.app.is_job_running('RENDER')"
    until(lambda: program.aside(f"print({running})") == "True\n", "the render does not begin")
    client.send(EDIT)
    for _ in range(5):
        assert scene(program)["object_count"] == 3
        time.sleep(0.1)
    assert client.answer is None
    until(lambda: client.answer, "the edit is not made")
    assert program.aside(f"print({running})") == "False\n"
    assert client.answer["status"] == "success"


def test_during_playback_commands_are_answered(program, client):
    program.hover(600, 500)
    program.key("space")
    began = time.monotonic()
    for _ in range(20):
        assert scene(program)["name"] == "Scene"
    assert time.monotonic() - began < 10
    client.send(EDIT)
    until(lambda: client.answer, "the edit is not made")
    assert client.answer["status"] == "success"
    program.key("space")


@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_in_another_mode_a_turn_works_and_goes_back_with_one_undo(program, mode):
    program.run(
        "import bpy\ncube = bpy.data.objects['Cube']\ncube.location.z = 0\n"
        "bpy.context.view_layer.objects.active = cube\n"
        f"bpy.ops.object.mode_set(mode={mode!r})"
    )
    program.say("Lift the cube")
    program.read("It is lifted")
    assert program.command("get_object_info", name="Cube")["location"][2] == 5
    program.hover(600, 600)
    program.key("ctrl+z")
    until(lambda: program.command("get_object_info", name="Cube")["location"][2] == 0,
          "the lift is not undone")  # fmt: skip


COUNTS_TIMERS = """
import bpy

class WM_OT_counts_timers(bpy.types.Operator):
    bl_idname = "wm.counts_timers"
    bl_label = "Counts Timers"

    def invoke(self, context, event):
        bpy.app.driver_namespace["timers"] = 0
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context, event):
        if event.type == "ESC":
            bpy.app.timers.unregister(drawn_anew)
            return {"CANCELLED"}
        if event.type == "TIMER":
            bpy.app.driver_namespace["timers"] += 1
        return {"PASS_THROUGH"}

def drawn_anew():  # takes longer than what Blender's loop is to sleep after a command
    for area in bpy.context.window_manager.windows[0].screen.areas:
        area.tag_redraw()
    return 0.0

bpy.utils.register_class(WM_OT_counts_timers)
bpy.app.timers.register(drawn_anew)
with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
    bpy.ops.wm.counts_timers("INVOKE_DEFAULT")
"""


def test_many_commands_make_no_timer_events_for_other_add_ons(program):
    program.aside(COUNTS_TIMERS)
    for _ in range(300):
        assert program.command("get_object_info", name="Cube")["name"] == "Cube"
    assert program.aside("print(bpy.app.driver_namespace['timers'])") == "0\n"
    program.key("Escape")
