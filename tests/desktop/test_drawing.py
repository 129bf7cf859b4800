"""What is drawn, and when: the sidebar alone, and only when something has changed."""

from __future__ import annotations

import time

from desktop.program import until
from desktop.scenes import STREAM_SECONDS, TOKENS_A_SECOND

COUNT = """
import bpy
drawn = bpy.app.driver_namespace["drawn"] = {"view": 0, "sidebar": 0}
def view():
    drawn["view"] += 1
def sidebar():
    drawn["sidebar"] += 1
space = bpy.types.SpaceView3D
bpy.app.driver_namespace["handles"] = [
    (space.draw_handler_add(view, (), "WINDOW", "POST_PIXEL"), "WINDOW"),
    (space.draw_handler_add(sidebar, (), "UI", "POST_PIXEL"), "UI"),
]
"""
STOP_COUNTING = """
import bpy
for handle, region in bpy.app.driver_namespace["handles"]:
    bpy.types.SpaceView3D.draw_handler_remove(handle, region)
"""
DRAWN = "print(bpy.app.driver_namespace['drawn'])"


def counted(program, during):
    """How often the view and the sidebar are drawn meanwhile."""
    program.run(COUNT)
    # Edits and the pointer's way have the view drawn; both are over when it stays still.
    program.hover(600, 700)

    def rests():
        seen = program.aside(DRAWN)
        time.sleep(1.5)  # the list of clients is drawn up to a second after the latest call
        return program.aside(DRAWN) == seen

    until(rests, "the window does not come to rest")
    before = eval(program.aside(DRAWN))
    during()
    after = eval(program.aside(DRAWN))
    program.run(STOP_COUNTING)
    return {name: after[name] - before[name] for name in after}


def test_while_text_streams_in_the_3d_view_is_never_drawn(program):
    def stream():
        program.aside("bpy.ops.scene_chat.send(prompt='Answer in a stream')")
        last = f"word{TOKENS_A_SECOND * STREAM_SECONDS - 1} "
        running = (
            "from bl_ext.user_default.scene_chat.operators import runtime\n"
            "chat = runtime.current().chat\n"
            f"print(chat.running, {last.strip()!r} in chat.turns[-1].answer)"
        )
        until(lambda: program.aside(running) == "False True\n", "the stream does not end")

    drawn = counted(program, stream)
    assert drawn["view"] == 0
    # Ten times a second, and where the panel has grown Blender draws it once more.
    assert 10 * (STREAM_SECONDS - 2) <= drawn["sidebar"] <= 20 * (STREAM_SECONDS + 6)


def test_while_nothing_happens_nothing_is_drawn(program):
    drawn = counted(program, lambda: time.sleep(3))
    assert drawn == {"view": 0, "sidebar": 0}


def test_what_a_client_reads_has_the_3d_view_not_drawn(program):
    def read():
        for _ in range(50):
            program.command("get_object_info", name="Cube")

    assert counted(program, read)["view"] == 0


def test_long_and_foreign_texts_are_wrapped_to_the_sidebar(program):
    program.run(
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "from bl_ext.user_default.scene_chat.chat.turns import Said, Turn\n"
        "from bl_ext.user_default.scene_chat.chat.events import End\n"
        "text = 'W' * 90 + '\\n\\n' + '床を作成してください。' * 6 + '\\n- one\\n- two\\n' + 'x ' * 3000\n"
        "runtime.current().chat.turns.append(Turn(1, 'Ask me ' * 30, parts=[Said(text)], end=End('done')))\n"
        "runtime.current().chat.changes += 1\n"
        "from bl_ext.user_default.scene_chat.operators import timer\n"
        "timer.redraw()"
    )
    program.read("Ask me")
    program.shot("wrapped")
