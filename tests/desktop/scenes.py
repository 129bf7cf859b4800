"""What the script says and calls in the desktop tests, by a word of the prompt."""

from __future__ import annotations

from standin.script import Call, Raw, Say, Script
from standin.server import chunk

ROW = """# Add a row of cubes
for n in range(3):
    bpy.ops.mesh.primitive_cube_add(location=(3 * n + 3, 0, 0))
"""
FOLDERS = """import os
print(len(os.listdir(".")))
"""

CODE = """import bpy

for number in range(10):
    bpy.ops.mesh.primitive_cube_add(location=(2 * number, 0, 0))
"""
MARKDOWN = f"""# A row of racks

The **rack** has *ten copies* along `Y`, 2 m from each other. See [the manual](https://docs.blender.org/manual/en/latest/) for more.

1. Measure the rack, so that the copies do not touch each other.
2. Add an array:
   - count 10
   - offset 2 m, which is more than the rack is deep
3. Look at it from the front.

> A modifier keeps the mesh as it is; nothing is lost by trying another count.

| Object | Count | Size |
|:-------|------:|-----:|
| Rack | 10 | 2.00 m |
| Floor | 1 | 30 m |

---

### By a script

```python
{CODE}```

- [x] measured
- https://www.blender.org
"""

PAINT = """# Paint the cube
red = bpy.data.materials.new("Red")
bpy.data.objects["Cube"].data.materials[0] = red
bpy.data.objects["Cube"].location.z = 2
"""

TOKENS_A_SECOND = 200
STREAM_SECONDS = 6
STREAM = tuple(
    part
    for number in range(TOKENS_A_SECOND * STREAM_SECONDS)
    for part in (chunk({"content": f"word{number} "}), 1 / TOKENS_A_SECOND)
)
BOOK = (MARKDOWN + "\n") * 6
BOOK_STREAM = tuple(
    part
    for start in range(0, len(BOOK), 4)
    for part in (chunk({"content": BOOK[start : start + 4]}), 1 / TOKENS_A_SECOND)
)

BROKEN = Raw([chunk({"content": "Half an"})], breaks=True)
BREAKS: list[bool] = []
"""One for each answer that is to break off."""
_PROSE = "A rack is moved by its corner, and what stands in it goes along with it, unseen. " * 25
ESSAY = "\n\n".join([MARKDOWN, _PROSE] * 3 + [_PROSE] * 7)
"""4,000 words with three tables and three code blocks, for scripts/bench.py."""
ESSAY_SECONDS = len(ESSAY) / 4.5 / TOKENS_A_SECOND
ESSAY_STREAM = tuple(
    part
    for start in range(0, len(ESSAY), 9)
    for part in (chunk({"content": ESSAY[start : start + 9]}), 2 / TOKENS_A_SECOND)
)
PAUSES: list[bool] = []
"""One for each answer that is to stop in its midst, and stay silent."""
PAUSE = Raw([chunk({"role": "assistant", "content": "Half an answer"}), 300.0])

SCENES = Script(
    "desktop",
    {
        "row": [
            Say("I look first.", [Call("get_scene_info"), Call("get_object_info", {"names": ["Cube"]})]),
            Say("", [Call("execute_code", {"code": ROW})]),
            Say(
                "There are **three more cubes** now, 3 m from each other along X. Ctrl+Z takes "
                "them back."
            ),
        ],
        "silence": [Raw([chunk({"role": "assistant", "content": "Let me think"}), 300.0])],
        "two lines": [Say("I see both lines.")],
        "Change it": [
            Say("", [Call("set_object", {"names": ["Cube"], "location": [1, 2, 3]}, fails=True)]),
            lambda results: Say(results[0].text.removeprefix("Error: ")),
        ],
        "Think": [Say("Done thinking.", reasoning="First I weigh one thing against another.")],
        "Break once": [
            lambda _: BROKEN if len(BREAKS) and BREAKS.pop() else Say("Whole this time.")
        ],
        "Pause once": [
            Say("", [Call("get_scene_info")]),
            lambda _: PAUSE if len(PAUSES) and PAUSES.pop() else Say("A whole one."),
        ],
        "Spend": [Say("", [Call("get_scene_info")]), Say("Spent.")],
        "at length": [Say("Good day to you. " * 400)],
        "essay": [Raw([chunk({"role": "assistant", "content": ""}), *ESSAY_STREAM, chunk({}, "stop")])],
        "Explain": [Say(MARKDOWN)],
        "book": [Raw([chunk({"role": "assistant", "content": ""}), *BOOK_STREAM, chunk({}, "stop")])],
        "Greet": [Say("Good day to you.")],
        "folders": [
            Say("", [Call("execute_code", {"code": FOLDERS})]),
            Say("That is how many there are."),
        ],
        "forbidden": [
            Say("", [Call("execute_code", {"code": FOLDERS}, fails=True)]),
            Say("Then I leave them alone."),
        ],
        "stream": [Raw([chunk({"role": "assistant", "content": ""}), *STREAM, chunk({}, "stop")])],
        "slowly": [
            Say("", [Call("execute_code", {"code": "import time\ntime.sleep(0.5)"})]),
            Raw([chunk({"role": "assistant", "content": "One"}), 2.0, chunk({"content": " two"}), 2.0,
                 chunk({"content": " three."}), chunk({}, "stop")]),
        ],
        "First count": [
            Say("", [Call("execute_code", {"code": FOLDERS})]),
            Say("", [Call("execute_code", {"code": "bpy.ops.mesh.primitive_cube_add()"})]),
            Say("One more cube."),
        ],
        "Lift": [
            Say("", [Call("execute_code", {"code": "bpy.data.objects['Cube'].location.z = 5"})]),
            Say("It is lifted."),
        ],
        "Inspect": [
            Say("", [Call("get_scene_info"), Call("look", {"view": "front", "names": ["Cube"], "size": 320})]),
            Say("", [Call("execute_code", {"code": PAINT})]),
            Say("", [Call("get_object_info", {"names": ["Nobody"]}, fails=True)]),
            Say("It is painted."),
        ],
        "Plant": [
            Say("", [Call("execute_code", {"code": "for n in range(20): bpy.ops.object.empty_add(location=(n, 0, 0))"})]),
            Say("", [Call("delete_objects", {"names": ["Light"]})]),
            Say("Twenty are planted."),
        ],
        "five things": [
            Say("", [Call("create_object", {"type": "cube", "name": "Thing", "location": [0, 0, 3]}),
                     Call("set_material", {"material": "Red", "objects": ["Thing"], "color": "#ff0000"}),
                     Call("set_modifier", {"names": ["Thing"], "type": "BEVEL"})]),
            Say("", [Call("duplicate_objects", {"names": ["Thing"], "offset": [4, 0, 0]}),
                     Call("set_object", {"names": ["Thing"], "rotation": [0, 0, 45]})]),
            Say("Five things are done."),
        ],
        "two more": [
            Say("", [Call("create_object", {"type": "cone", "name": "Cone"}),
                     Call("delete_objects", {"names": ["Thing.001"]})]),
            Say("Two more are done."),
        ],
        "Film": [
            Say("It goes on in the background.", [Call("render", {"frames": [1, 24], "wait": 0})]),
            Say("", [Call("create_object", {"type": "cone", "name": "Meanwhile"})]),
            Say("", [Call("render", {"action": "status", "wait": 0})]),
            Say("The film is on its way, and there is a cone."),
        ],
        "Nudge": [
            Say("", [Call("set_object", {"names": ["Light"], "location": [4, 1, 7]}, fails=True)]),
            Say("Then it stays where it is."),
        ],
        "Sleep": [
            Say("", [Call("execute_code", {"code": "import time\ntime.sleep(120)"})]),
            Say("Good morning."),
        ],
        "Raise": [
            Say("", [Call("set_object", {"names": ["Light"], "location": [4, 1, 9]})]),
            Say("It is raised."),
        ],
        "one cube": [
            Say("", [Call("execute_code", {"code": "bpy.ops.mesh.primitive_cube_add()"})]),
            Say("One more cube."),
        ],
    },
)  # fmt: skip
