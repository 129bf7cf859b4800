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

TOKENS_A_SECOND = 200
STREAM_SECONDS = 6
STREAM = tuple(
    part
    for number in range(TOKENS_A_SECOND * STREAM_SECONDS)
    for part in (chunk({"content": f"word{number} "}), 1 / TOKENS_A_SECOND)
)

BROKEN = Raw([chunk({"content": "Half an"})], breaks=True)
BREAKS: list[bool] = []
"""One for each answer that is to break off."""

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
        "Spend": [Say("", [Call("get_scene_info")]), Say("Spent.")],
        "at length": [Say("Good day to you. " * 400)],
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
