"""The pictures in the README, made from the running program.

    uv run scripts/pictures.py --blender PATH

A script plays the model; all else is real: the window, the clicks and keys, the scene that changes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from bpy_session import CHECKOUT
from build import PLATFORMS, build

sys.path[:0] = [str(CHECKOUT / "tests")]

from desktop.program import Program, until  # noqa: E402
from standin.script import Call, Say, Script  # noqa: E402
from standin.server import StandIn  # noqa: E402

_TABLE = """# Build the table
def box(name, size, place):
    bpy.ops.mesh.primitive_cube_add(size=1, location=place)
    made = bpy.context.object
    made.name = name
    made.scale = size

box("Table Top", (2.4, 1.4, 0.1), (0, 0, 1.05))
for x in (-1.1, 1.1):
    for y in (-0.6, 0.6):
        box("Leg", (0.1, 0.1, 1), (x, y, 0.5))
bpy.data.objects.remove(bpy.data.objects["Cube"])
for each in bpy.context.selected_objects:
    each.select_set(False)
"""
_FOLDERS = """import os
for name in os.listdir(os.path.expanduser("~")):
    print(name)
"""
_JOB = """from bl_ext.user_default.scene_chat.operators import runtime
renders = runtime.current().renders
job = renders.jobs[-1]
"""
_SCRIPT = Script(
    "pictures",
    {
        "table": [
            Say("I look at what is there.", [Call("get_scene_info")]),
            Say("", [Call("execute_code", {"code": _TABLE})]),
            Say(
                "The table is 2.4 m wide, 1.4 m deep and 1.1 m high, on four legs. It stands where "
                "the cube was. One Ctrl+Z brings the cube back."
            ),
        ],
        "film": [
            Say("", [
                Call("set_properties", {"values": {"render.engine": "CYCLES", "cycles.samples": 64}}),
                Call("set_keyframes", {"name": "Camera", "property": "location",
                                       "keys": {"1": [7.4, -6.9, 5], "48": [-7.4, -6.9, 5]}}),
                Call("set_constraint", {"names": ["Camera"], "type": "TRACK_TO",
                                        "properties": {"target": "Table Top"}}),
                Call("render", {"frames": [1, 48], "percentage": 25, "wait": 0}),
            ]),
            Say(
                "The camera goes half around the table in two seconds. The 48 frames are rendered "
                "in the background; you can go on working."
            ),
        ],
        "files": [
            Say("", [Call("execute_code", {"code": _FOLDERS}, fails=True)]),
            Say("Then I leave them alone."),
        ],
    },
)  # fmt: skip
_VIEW = (560, 56, 1317, 640)
"""The part of the window that is shown: the sidebar, and the 3D view beside it."""


def main() -> int:
    """Make them all; return the process's exit code."""
    parser = argparse.ArgumentParser(description="Make the README's pictures.")
    parser.add_argument("--blender", required=True, metavar="PATH", help="a Blender with a window")
    options = parser.parse_args()
    images = CHECKOUT / "docs" / "images"
    with tempfile.TemporaryDirectory(prefix="scene_chat_") as folder, StandIn(_SCRIPT) as model:
        zip_file = build(PLATFORMS["linux-x64"], Path(folder))
        settings = {"endpoint": model.url, "model": "a script, not a model", "server_port": 9876}
        program = Program(options.blender, zip_file, Path(folder), settings=settings, allow="")
        try:
            program.port = 9876
            _take(program, images)
        finally:
            program.close()
    return 0


def _take(program: Any, images: Path) -> None:
    program.open_chat()
    program.say("Build a table in place of the cube")
    program.read("brings the cube back")
    _keep(program, images / "chat.png")
    program.say("Make a short film, the camera going half around")
    program.read("go on working")
    until(lambda: int(program.aside(f"{_JOB}print(job.frames_done)")) > 3, "nothing is rendered")
    program.read("left")
    _keep(program, images / "render.png")
    program.aside(f"{_JOB}job.cancel(); renders.dismiss(job.number)")
    program.say("List the files in my home folder")
    program.read("Allow for This Session")
    _keep(program, images / "approval.png")
    program.click_on("Deny")
    program.read("I leave them alone")
    program.click_on("List the files")  # fold it, so that what is beneath it fits
    program.click_on("External Clients")
    program.hover(600, 700)
    program.read("They may look")
    _keep(program, images / "clients.png")


def _keep(program: Any, file: Path) -> None:
    program.screen.picture(_VIEW).save(file, optimize=True)
    print(file.relative_to(CHECKOUT))


if __name__ == "__main__":
    sys.exit(main())
