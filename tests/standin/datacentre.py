"""The script for the tutorial's twelve prompts: a data centre, built by code.

Names are taken from what the tools answer: what an object is called is for Blender to say.
"""

from __future__ import annotations

from .script import Call, Results, Say, Script


def _code(text: str) -> Call:
    return Call("execute_code", {"code": text})


_LOOK_AROUND = Say("I look at the scene first.", [Call("get_scene_info")])

_FLOOR = _code(
    """\
bpy.ops.mesh.primitive_plane_add(size=2, location=(0, 0, 0))
floor = bpy.context.object
floor.scale = (10, 15, 1)
floor.name
"""
)

_RACK = _code(
    """\
bpy.ops.mesh.primitive_cube_add(size=2, location=(-8, -10, 1))
rack = bpy.context.object
rack.scale = (0.5, 0.6, 1)
bpy.context.view_layer.update()
print("dimensions:", [round(side, 3) for side in rack.dimensions])
rack.name
"""
)


def _row(results: Results) -> Say:
    rack = results[0].value["active"]
    return Say(
        "",
        [
            _code(
                f"""\
rack = bpy.data.objects[{rack!r}]
row = rack.modifiers.new("Row", 'ARRAY')
row.count = 10
row.relative_offset_displace = (0, 1.1, 0)
"""
            ),
            Call("get_object_info", {"names": [rack]}),
        ],
    )


def _aisle(results: Results) -> Say:
    rack = next(
        row["name"]
        for row in results[0].value["objects"]
        if row["type"] == "MESH" and row["location"][0] == -8
    )
    return Say(
        "",
        [
            _code(
                f"""\
rack = bpy.data.objects[{rack!r}]
copy = rack.copy()
copy.data = rack.data.copy()
copy.location.x = 8
bpy.context.collection.objects.link(copy)
copy.name
"""
            )
        ],
    )


_VIEW = _code(
    """\
from mathutils import Vector

bpy.ops.object.light_add(type='SUN', location=(0, 0, 12))
bpy.context.object.data.energy = 3
bpy.ops.object.camera_add(location=(0, -20, 8))
camera = bpy.context.object
camera.rotation_euler = (Vector((0, 0, 0)) - camera.location).to_track_quat('-Z', 'Y').to_euler()
bpy.context.scene.camera = camera
"""
)

_RAISED = _code(
    """\
floor = bpy.data.objects["Plane"]
solid = floor.modifiers.new("Raised Floor", 'SOLIDIFY')
solid.thickness = 0.2
solid.offset = 1
"""
)

_ROOM = _code(
    """\
bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, 2))
room = bpy.context.object
room.name = "RoomEnclosure"
room.scale = (20, 30, 4)
bpy.context.view_layer.update()
[round(side, 3) for side in room.dimensions]
"""
)

_OPEN = _code(
    """\
import bmesh

mesh = bpy.data.objects["RoomEnclosure"].data
shape = bmesh.new()
shape.from_mesh(mesh)
facing = [face for face in shape.faces if face.normal.y > 0.9]
bmesh.ops.delete(shape, geom=facing, context='FACES_ONLY')
shape.to_mesh(mesh)
shape.free()
len(mesh.polygons)
"""
)


def _material(owner: str, name: str, color: tuple[float, float, float], roughness: float) -> Call:
    return _code(
        f"""\
material = bpy.data.materials.new({name!r})
material.use_nodes = True
surface = material.node_tree.nodes["Principled BSDF"]
surface.inputs["Base Color"].default_value = {(*color, 1.0)!r}
surface.inputs["Roughness"].default_value = {roughness!r}
slots = bpy.data.objects[{owner!r}].data.materials
slots.clear()
slots.append(material)
"""
    )


_SHARED = _code(
    """\
slots = bpy.data.objects["Cube.001"].data.materials
slots.clear()
slots.append(bpy.data.materials["BlackRack"])
"""
)

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
            Say("", [_VIEW]),
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
            Say("", [_material("Plane", "DarkFloor", (0.05, 0.05, 0.05), 0.2)]),
            Say("The floor is dark grey with a roughness of 0.2."),
        ],
        "simple off-white color": [
            Say("", [_material("RoomEnclosure", "OffWhite", (0.87, 0.85, 0.8), 0.6)]),
            Say("The room is off-white."),
        ],
        "color the server racks": [
            Say("", [_material("Cube", "BlackRack", (0.01, 0.01, 0.01), 0.15)]),
            Say("The first row is black, with a low roughness."),
        ],
        'apply the same "BlackRack" material': [
            Say("", [_SHARED]),
            Say("I check both rows.", _CHECK),
            Say("Both rows share BlackRack now. The data centre is complete."),
        ],
    },
)
