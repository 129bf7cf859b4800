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

_TABLE = """# Table and chairs
import bmesh
from math import radians
from mathutils import Matrix

def furniture(name, boxes, place=(0, 0, 0), turn=0):
    shape = bmesh.new()
    for size, at in boxes:
        bmesh.ops.create_cube(shape, matrix=Matrix.LocRotScale(at, None, size))
    mesh = bpy.data.meshes.new(name)
    shape.to_mesh(mesh)
    made = bpy.data.objects.new(name, mesh)
    made.location, made.rotation_euler.z = place, radians(turn)
    bpy.context.collection.objects.link(made)
    return made

bpy.data.objects.remove(bpy.data.objects["Cube"])
legs = [((.07, .07, .7), (x, y, .35)) for x in (-.8, .8) for y in (-.4, .4)]
table = furniture("Table", [((1.8, 1, .05), (0, 0, .725)), *legs])
table.select_set(True)
bpy.context.view_layer.objects.active = table
legs = [((.04, .04, .45), (x, y, .22)) for x in (-.19, .19) for y in (-.19, .19)]
back = [((.04, .04, .5), (x, -.19, .7)) for x in (-.19, .19)]
rails = [((.4, .03, .07), (0, -.19, z)) for z in (.7, .85)]
for place, turn in (((-.4, -.7, 0), 0), ((.4, -.7, 0), 0), ((-.4, .7, 0), 180), ((.4, .7, 0), 180)):
    furniture("Chair", [((.44, .44, .04), (0, 0, .46)), *legs, *back, *rails], place, turn)
"""
_FOLDERS = """import os
for name in os.listdir(os.path.expanduser("~")):
    print(name)
"""
_JOB = """from bl_ext.user_default.scene_chat.operators import runtime
renders = runtime.current().renders
job = renders.jobs[-1]
"""
_VIEWPORT = """
area = next(each for each in bpy.context.screen.areas if each.type == "VIEW_3D")
space = area.spaces.active
space.shading.color_type, space.shading.show_object_outline = "MATERIAL", False
space.overlay.show_cursor = space.overlay.show_extras = False
space.region_3d.view_distance = 5.2
space.region_3d.view_location = (-0.1, -0.25, 0.45)
"""
_WOOD = """# Wood that looks real

Three things make the difference, in this order:

1. **Grain** that runs along the board
   - an image texture with its *normal map*
   - turned by 90° on the legs
2. A `Roughness` that varies, 0.3 to 0.6
3. Edges that are never quite sharp

| Part | Bevel | Roughness |
|:-----|------:|----------:|
| Table top | 4 mm | 0.30 |
| Legs | 2 mm | 0.45 |
| Chairs | 2 mm | 0.60 |

The third is done by a script:

```python
import bpy

table = bpy.data.objects["Table"]
add = table.modifiers.new
edges = add("Edges", "BEVEL")
edges.width = 0.004
```
"""
_SCRIPT = Script(
    "pictures",
    {
        "Set a table": [
            Say("", [Call("get_scene_info")]),
            Say("", [Call("execute_code", {"code": _TABLE})]),
            Say("", [
                Call("set_material", {"material": "Oak", "objects": ["Table"], "color": "#dba570"}),
                Call("set_material", {"material": "Walnut", "objects": ["Chair*"], "color": "#9c6a45"}),
            ]),
            Say("", [Call("look", {"names": ["Table", "Chair*"], "shading": "solid"})]),
            Say(
                "A table of oak, 1.8 m long, and four chairs of walnut, where the cube was. One "
                "Ctrl+Z brings the cube back."
            ),
        ],
        "film": [
            Say("", [
                Call("set_properties", {"values": {"render.engine": "CYCLES", "cycles.samples": 64}}),
                Call("set_keyframes", {"name": "Camera", "property": "location",
                                       "keys": {"1": [3.4, -3.2, 2], "48": [-3.4, -3.2, 2]}}),
                Call("set_constraint", {"names": ["Camera"], "type": "TRACK_TO",
                                        "properties": {"target": "Table"}}),
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
        "wood": [Say(_WOOD)],
        "": [Say("Gladly.")],
    },
)  # fmt: skip
_OTHER_CHATS = (
    "Name all objects in English",
    "A lamp over the table",
    "Low poly trees for the garden",
)
_VIEW = (470, 56, 1317, 640)
"""The part of the window that is shown: the sidebar, and the 3D view beside it."""
_CARD = (470, 56, 1317, 632)
_TALL = (470, 56, 1317, 766)
_SCROLLED = (470, 90, 1317, 796)
_BESIDE = (470, 56, 1447, 420)
"""With the popover that lies over the editor beside it."""
_NEW, _LIST = 114, 88
"""How far the header's buttons are from the sidebar's right edge."""
_PIN = 33
"""How far a chat's is from the right end of the words "New Chat" beneath the list."""


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
            _take(program, images, Path(folder) / "dining.blend")
        finally:
            program.close()
    return 0


def _take(program: Any, images: Path, file: Path) -> None:
    program.open_chat()
    program.aside(_VIEWPORT)
    program.say("Set a table for four, in warm wood")
    program.read("brings the cube back")
    _keep(program, images / "chat.png")
    program.click_on("steps")
    program.click_on("look")
    program.read("Arguments")
    program.screen.xdotool("click", "--repeat", 3, "--delay", 300, 5)  # the wheel
    program.read("from a corner above")
    _keep(program, images / "steps.png", _SCROLLED)
    program.screen.xdotool("mousemove", 1150, 400, "click", "--repeat", 9, "--delay", 200, 4)
    program.click_on("Set a table")  # fold it

    program.say("Make a short film, the camera going half around")
    program.read("go on working")
    until(lambda: int(program.aside(f"{_JOB}print(job.frames_done)")) > 3, "nothing is rendered")
    program.read("left")
    _keep(program, images / "render.png")
    program.aside(f"{_JOB}job.cancel(); renders.dismiss(job.number)")

    program.say("List the files in my home folder")
    program.read("Allow for This Session")
    _keep(program, images / "approval.png", _CARD)
    program.click_on("Deny")
    program.read("I leave them alone")
    program.click_on("List the files")  # fold it, so that what is beneath it fits
    program.click_on("External Clients")
    program.read("They may look")
    _keep(program, images / "clients.png")
    program.click_on("External Clients")

    program.aside(f"bpy.ops.wm.save_as_mainfile(filepath={str(file)!r})")
    for prompt in (*_OTHER_CHATS, "How can the wood look real?"):
        _click_in_header(program, _NEW)
        program.read_hint()
        program.say(prompt)
        program.read("Gladly" if prompt in _OTHER_CHATS else "Wood that looks real")
    program.read("edges width")
    _keep(program, images / "markdown.png", _TALL)
    _click_in_header(program, _LIST)
    row = program.read("Set a table", box=_BESIDE)
    below = program.read("New Chat", box=_BESIDE)
    program.click(below.left + below.width - _PIN, row.middle[1])
    program.read("5 chats", box=_BESIDE)
    _keep(program, images / "chats.png", _BESIDE)


def _click_in_header(program: Any, from_right: int) -> None:
    left, top, right, _ = program.sidebar
    title = program.read("Scene Chat", box=(left, top, right - 90, top + 60))
    program.click(right - from_right, title.middle[1])


def _keep(program: Any, file: Path, box: tuple[int, int, int, int] = _VIEW) -> None:
    if box != _BESIDE:  # which the pointer would close
        program.hover(600, 700)
    program.screen.picture(box).save(file, optimize=True)
    print(file.relative_to(CHECKOUT))


if __name__ == "__main__":
    sys.exit(main())
