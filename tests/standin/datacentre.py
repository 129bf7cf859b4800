"""The script for the tutorial's twelve prompts: a data centre, built by typed calls.

Names are taken from what the tools answer: what an object is called is for Blender to say.
"""

from __future__ import annotations

from .script import Call, Results, Say, Script

_LOOK_AROUND = Say("I look at the scene first.", [Call("get_scene_info")])

_FLOOR = Call("create_object", {"type": "plane", "dimensions": [20, 30, 0]})
_RACK = Call("create_object", {"type": "cube", "dimensions": [1, 1.2, 2], "location": [-8, -10, 1]})


def _row(results: Results) -> Say:
    array = {
        "names": [results[0].value["active"]],
        "type": "ARRAY",
        "modifier": "Row",
        "properties": {"count": 10, "relative_offset_displace": [0, 1.1, 0]},
    }
    return Say("", [Call("set_modifier", array)])


def _aisle(results: Results) -> Say:
    rack = next(
        row["name"]
        for row in results[0].value["objects"]
        if row["type"] == "MESH" and row["location"][0] == -8
    )
    return Say("", [Call("duplicate_objects", {"names": [rack], "offset": [16, 0, 0]})])


_VIEW = [
    Call("create_object", {"type": "sun", "location": [0, 0, 12], "properties": {"energy": 3}}),
    Call("create_object", {"type": "camera", "location": [0, -20, 8], "point_at": [0, 0, 0]}),
]

_RAISED = Call(
    "set_modifier",
    {
        "names": ["Plane"],
        "type": "SOLIDIFY",
        "modifier": "Raised Floor",
        "properties": {"thickness": 0.2, "offset": 1},
    },
)

_ROOM = Call(
    "create_object",
    {
        "type": "cube",
        "name": "RoomEnclosure",
        "dimensions": [20, 30, 4],
        "location": [0, 0, 2],
    },
)

_OPEN = Call("edit_mesh", {"name": "RoomEnclosure", "steps": [{"do": "delete", "direction": "+Y"}]})


def _material(owner: str, name: str, color: list[float], roughness: float) -> Call:
    return Call(
        "set_material",
        {"material": name, "objects": [owner], "color": color, "roughness": roughness},
    )


_SHARED = Call("set_material", {"material": "BlackRack", "objects": ["Cube.001"]})

_CHECK = [Call("get_object_info", {"names": ["Cube", "Cube.001"]}), Call("look", {"size": 320})]

DATACENTRE = Script(
    "datacentre",
    {
        "Create a large floor": [
            _LOOK_AROUND,
            Say("", [_FLOOR]),
            Say("The floor is 20 m wide and 30 m long, centred on the origin."),
        ],
        "our first server rack": [
            Say("", [_RACK]),
            Say("The first rack stands at (-8, -10, 1) and measures 1 × 1.2 × 2 m."),
        ],
        "a row of 10 racks": [
            _LOOK_AROUND,
            _row,
            Say("The rack is now a row of ten along Y, with 12 cm between neighbours."),
        ],
        "duplicate that entire row": [
            _LOOK_AROUND,
            _aisle,
            Say("The second row stands at x = 8; the aisle is between them."),
        ],
        "let's set up the view": [
            Say("", _VIEW),
            Say("A sun lights the scene, and the camera at (0, -20, 8) points at its centre."),
        ],
        "Select the floor plane": [
            Say("", [_RAISED]),
            Say("The floor is solid now, 0.2 m thick."),
        ],
        "build the room": [
            Say("", [_ROOM]),
            Say("RoomEnclosure measures 20 × 30 × 4 m and stands on the ground."),
        ],
        "see inside": [
            Say("", [_OPEN]),
            Say("The face towards +Y is gone; five are left."),
        ],
        "new dark grey material": [
            Say("", [_material("Plane", "DarkFloor", [0.05, 0.05, 0.05], 0.2)]),
            Say("The floor is dark grey with a roughness of 0.2."),
        ],
        "simple off-white color": [
            Say("", [_material("RoomEnclosure", "OffWhite", [0.87, 0.85, 0.8], 0.6)]),
            Say("The room is off-white."),
        ],
        "color the server racks": [
            Say("", [_material("Cube", "BlackRack", [0.01, 0.01, 0.01], 0.15)]),
            Say("The first row is black, with a low roughness."),
        ],
        'apply the same "BlackRack" material': [
            Say("", [_SHARED]),
            Say("I check both rows.", _CHECK),
            Say("Both rows share BlackRack now. The data centre is complete."),
        ],
    },
)
