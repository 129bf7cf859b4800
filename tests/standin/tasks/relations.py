"""Modifiers, constraints, rigid bodies: what objects do to each other and to themselves."""

from __future__ import annotations

import math

import bmesh
import bpy

from .task import (
    call,
    counts,
    has,
    keys_of,
    looks_at,
    names_are,
    same,
    stack,
    stands_at,
    task,
    thing,
)


@task(
    "On the Cube, in this order: a bevel of 0.05 m with 3 segments, only where the angle is above "
    "40°; a mirror across X and Y with clipping and the Empty 'Middle' (make it at the origin) as "
    "its mirror object; a solidify of 0.08 m, offset 1; an array 'Row' of 5 copies, 2.5 m apart in "
    "X, as a constant and not a relative offset; and at the end a subdivision surface, level 1 in "
    "the viewport and 3 in renders, hidden in edit mode.",
    call("create_object", type="empty", name="Middle"),
    call(
        "set_modifier", names=["Cube"], type="SUBSURF",
        properties={"levels": 1, "render_levels": 3, "show_in_editmode": False},
    ),
    call(
        "set_modifier", names=["Cube"], type="ARRAY", modifier="Row", index=0,
        properties={
            "count": 5, "use_relative_offset": False, "use_constant_offset": True,
            "constant_offset_displace": [2.5, 0, 0],
        },
    ),
    call(
        "set_modifier", names=["Cube"], type="SOLIDIFY", index=0,
        properties={"thickness": 0.08, "offset": 1},
    ),
    call(
        "set_modifier", names=["Cube"], type="MIRROR", index=0,
        properties={"use_axis": [True, True, False], "use_clip": True, "mirror_object": "Middle"},
    ),
    call(
        "set_modifier", names=["Cube"], type="BEVEL", index=0,
        properties={"width": 0.05, "segments": 3, "limit_method": "ANGLE", "angle_limit": 40},
    ),
)  # fmt: skip
def modifier_stack() -> None:
    bevel, mirror, solid, row, smooth = stack(
        "Cube", "BEVEL", "MIRROR", "SOLIDIFY", "ARRAY", "SUBSURF"
    )
    has(bevel, width=0.05, segments=3, limit_method="ANGLE", angle_limit=math.radians(40))
    same("mirror axes", list(mirror.use_axis), [True, True, False])
    has(mirror, use_clip=True, mirror_object=thing("Middle", "EMPTY"))
    has(solid, thickness=0.08, offset=1)
    has(row, name="Row", count=5, use_relative_offset=False, use_constant_offset=True)
    has(row, constant_offset_displace=(2.5, 0, 0))
    has(smooth, levels=1, render_levels=3, show_in_editmode=False)


@task(
    "Drill a round hole through the Cube along Z: radius 0.5 m, 32 sides, cut by an exact boolean "
    "that is applied. Nothing of the drill may remain, and the Cube shall have no modifier.",
    call("create_object", type="cylinder", name="Drill", segments=32, dimensions=[1, 1, 4]),
    call(
        "set_modifier", names=["Cube"], type="BOOLEAN", modifier="Hole",
        properties={"operation": "DIFFERENCE", "object": "Drill", "solver": "EXACT"},
    ),
    call("set_modifier", names=["Cube"], modifier="Hole", action="apply"),
    call("delete_objects", names=["Drill"]),
)  # fmt: skip
def drilled_hole() -> None:
    names_are("Camera", "Cube", "Light")
    stack("Cube")
    same("meshes left over", sorted(bpy.data.meshes.keys()), ["Cube"])
    same("Cube's size", thing("Cube").dimensions, (2, 2, 2))
    shape = bmesh.new()
    shape.from_mesh(thing("Cube").data)
    hole = 32 / 2 * math.sin(2 * math.pi / 32) * 0.5**2 * 2
    same("Cube's volume", shape.calc_volume(), 8 - hole, 1e-3)
    same("Cube is closed", all(edge.is_manifold for edge in shape.edges), True)
    shape.free()


@task(
    "Scatter the Cube over a 10 × 10 m plane named 'Field' with geometry nodes: a group 'Scatter' "
    "with the inputs 'Density' (0 to 100, default 5), 'Instance' (an object) and 'Seed' (whole "
    "number); points distributed on the faces, the object instanced on them at a scale of 0.1, "
    "joined with the plane itself. On the plane use density 2, seed 7 and the Cube.",
    call("create_object", type="plane", name="Field", dimensions=[10, 10]),
    call(
        "edit_nodes", kind="geometry", name="Scatter",
        interface=[
            {
                "name": "Density", "in_out": "INPUT", "type": "Float", "default": 5.0,
                "min": 0.0, "max": 100.0,
            },
            {"name": "Instance", "in_out": "INPUT", "type": "Object"},
            {"name": "Seed", "in_out": "INPUT", "type": "Int"},
        ],
        add=[
            {"type": "Distribute Points on Faces", "name": "Points"},
            {"type": "Object Info", "name": "Object", "set": {"As Instance": True}},
            {
                "type": "Instance on Points", "name": "Instances",
                "set": {"Scale": [0.1, 0.1, 0.1]},
            },
            {"type": "Join Geometry", "name": "Join"},
        ],
        link=[
            ["Group Input", "Geometry", "Points", "Mesh"],
            ["Group Input", "Density", "Points", "Density"],
            ["Group Input", "Seed", "Points", "Seed"],
            ["Group Input", "Instance", "Object", "Object"],
            ["Points", "Points", "Instances", "Points"],
            ["Object", "Geometry", "Instances", "Instance"],
            ["Instances", "Instances", "Join", "Geometry"],
            ["Group Input", "Geometry", "Join", "Geometry"],
            ["Join", "Geometry", "Group Output", "Geometry"],
        ],
    ),
    call(
        "set_modifier", names=["Field"], type="NODES", modifier="Scatter",
        properties={"node_group": "Scatter", "Density": 2, "Instance": "Cube", "Seed": 7},
    ),
)  # fmt: skip
def scattered() -> None:
    (nodes,) = stack("Field", "NODES")
    group = bpy.data.node_groups["Scatter"]
    has(nodes, name="Scatter", node_group=group)
    sockets = [
        (each.name, each.in_out, each.socket_type)
        for each in group.interface.items_tree
        if each.in_out == "INPUT"
    ]
    wanted = [
        ("Geometry", "INPUT", "NodeSocketGeometry"),
        ("Density", "INPUT", "NodeSocketFloat"),
        ("Instance", "INPUT", "NodeSocketObject"),
        ("Seed", "INPUT", "NodeSocketInt"),
    ]
    same("the group's inputs", sorted(sockets), sorted(wanted))
    density = next(each for each in group.interface.items_tree if each.name == "Density")
    has(density, default_value=5, min_value=0, max_value=100)
    seen = bpy.context.evaluated_depsgraph_get()
    made = [
        each.matrix_world.to_scale()
        for each in seen.object_instances
        if each.is_instance and each.parent.original == thing("Field")
    ]
    assert 150 < len(made) < 250, f"{len(made)} instances on 100 m² at 2 a square metre"
    same("an instance's scale", made[0], (0.1, 0.1, 0.1))
    same("Field's faces", len(thing("Field").evaluated_get(seen).data.polygons), 1)


@task(
    "Make the camera always look at the Cube with a Track To constraint (-Z forward, Y up). Let the "
    "Light copy the Cube's height only, with its own as an offset, at half influence. Add an empty "
    "'Guide' at (0, 0, 5) that may not go below the ground nor above 3 m, limited in world space, "
    "and whose rotation about Z is limited to ±45 degrees; the rotation limit comes first.",
    call(
        "set_constraint", names=["Camera"], type="TRACK_TO",
        properties={"target": "Cube", "track_axis": "TRACK_NEGATIVE_Z", "up_axis": "UP_Y"},
    ),
    call(
        "set_constraint", names=["Light"], type="COPY_LOCATION",
        properties={
            "target": "Cube", "use_x": False, "use_y": False, "use_offset": True, "influence": 0.5,
        },
    ),
    call("create_object", type="empty", name="Guide", location=[0, 0, 5]),
    call(
        "set_constraint", names=["Guide"], type="LIMIT_LOCATION",
        properties={
            "use_min_z": True, "min_z": 0, "use_max_z": True, "max_z": 3, "owner_space": "WORLD",
        },
    ),
    call(
        "set_constraint", names=["Guide"], type="LIMIT_ROTATION", index=0,
        properties={"use_limit_z": True, "min_z": -45, "max_z": 45},
    ),
)  # fmt: skip
def constraints() -> None:
    (track,) = thing("Camera").constraints
    has(track, type="TRACK_TO", target=thing("Cube"), up_axis="UP_Y")
    has(track, track_axis="TRACK_NEGATIVE_Z")
    looks_at("Camera", 0, 0, 0)
    (copy,) = thing("Light").constraints
    has(copy, type="COPY_LOCATION", target=thing("Cube"), influence=0.5)
    has(copy, use_x=False, use_y=False, use_z=True, use_offset=True)
    turn, place = thing("Guide", "EMPTY").constraints
    has(turn, type="LIMIT_ROTATION", use_limit_x=False, use_limit_y=False, use_limit_z=True)
    has(turn, min_z=-math.pi / 4, max_z=math.pi / 4)
    has(place, type="LIMIT_LOCATION", use_min_z=True, min_z=0, use_max_z=True, max_z=3)
    has(place, owner_space="WORLD", use_min_x=False)
    same("Guide's own height", thing("Guide").location.z, 5)
    stands_at("Guide", 0, 0, 3)


@task(
    "Let the camera fly once around the scene in 120 frames: a circle curve 'Orbit' of 6 m radius "
    "at a height of 2 m, closed; the camera follows it at a fixed position with offset factor 0 at "
    "frame 1 and 1 at frame 121, linear, and looks at the Cube all the time. The camera's own "
    "location is zero. The timeline ends at frame 120.",
    call(
        "create_object", type="curve", name="Orbit", dimensions=[12, 12, 0], location=[0, 0, 2],
        cyclic=True,
    ),
    call("set_object", names=["Camera"], space="local", location=[0, 0, 0], rotation=[0, 0, 0]),
    call(
        "set_constraint", names=["Camera"], type="FOLLOW_PATH", constraint="Fly",
        properties={"target": "Orbit", "use_fixed_location": True},
    ),
    call(
        "set_constraint", names=["Camera"], type="TRACK_TO",
        properties={"target": "Cube", "track_axis": "TRACK_NEGATIVE_Z", "up_axis": "UP_Y"},
    ),
    call(
        "set_keyframes", name="Camera", property='constraints["Fly"].offset_factor',
        keys={"1": 0, "121": 1}, interpolation="LINEAR",
    ),
    call("set_properties", values={"frame_start": 1, "frame_end": 120}),
)  # fmt: skip
def camera_on_a_path() -> None:
    orbit, camera, scene = thing("Orbit", "CURVE"), thing("Camera"), bpy.context.scene
    same("Orbit is closed", [each.use_cyclic_u for each in orbit.data.splines], [True])
    same("the constraints", [each.type for each in camera.constraints], ["FOLLOW_PATH", "TRACK_TO"])
    has(camera.constraints[0], name="Fly", target=orbit, use_fixed_location=True)
    has(camera, location=(0, 0, 0))
    keys = keys_of(camera, 'constraints["Fly"].offset_factor')
    same("keys", keys, {1.0: (0.0, "LINEAR"), 121.0: (1.0, "LINEAR")})
    has(scene, frame_start=1, frame_end=120)
    for frame in (1, 31, 77):
        scene.frame_set(frame)
        place = camera.matrix_world.translation
        same(f"distance at frame {frame}", place.xy.length, 6, 0.02)
        same(f"height at frame {frame}", place.z, 2)
        looks_at("Camera", 0, 0, 0)


@task(
    "Set up a wrecking ball for the rigid body simulation. The ground: a plane 'Ground', 20 m wide, "
    "passive, box shape, friction 0.8. A wall of five bricks 'Brick' … 'Brick.004', each "
    "1 × 0.5 × 0.4 m, side by side along X from the origin, resting on the ground: active, 2.5 kg, "
    "box, friction 0.4, bounciness 0.1. 'Wrecker', a sphere of 1.2 m across at (2, -6, 0.8): active, "
    "20 kg, sphere shape, animated. The simulation runs to frame 200 with 20 substeps a frame. The "
    "default cube goes.",
    call("delete_objects", names=["Cube"]),
    call("create_object", type="plane", name="Ground", dimensions=[20, 20]),
    call(
        "set_object", names=["Ground"], rigid_body="passive",
        properties={"rigid_body.collision_shape": "BOX", "rigid_body.friction": 0.8},
    ),
    call(
        "create_object", type="cube", name="Brick", dimensions=[1, 0.5, 0.4], location=[0, 0, 0.2],
    ),
    call("duplicate_objects", names=["Brick"], count=4, offset=[1, 0, 0]),
    call(
        "set_object", names=["Brick*"], rigid_body="active",
        properties={
            "rigid_body.mass": 2.5, "rigid_body.collision_shape": "BOX",
            "rigid_body.friction": 0.4, "rigid_body.restitution": 0.1,
        },
    ),
    call(
        "create_object", type="uv_sphere", name="Wrecker", dimensions=[1.2, 1.2, 1.2],
        location=[2, -6, 0.8],
    ),
    call(
        "set_object", names=["Wrecker"], rigid_body="active",
        properties={
            "rigid_body.mass": 20, "rigid_body.collision_shape": "SPHERE",
            "rigid_body.kinematic": True,
        },
    ),
    call(
        "set_properties",
        values={
            "rigidbody_world.point_cache.frame_end": 200, "rigidbody_world.substeps_per_frame": 20,
        },
    ),
)  # fmt: skip
def wrecking_ball() -> None:
    bricks = ["Brick", *(f"Brick.00{number}" for number in range(1, 5))]
    names_are("Camera", "Light", "Ground", "Wrecker", *bricks)
    has(thing("Ground").rigid_body, type="PASSIVE", collision_shape="BOX", friction=0.8)
    for number, name in enumerate(bricks):
        has(thing(name).rigid_body, type="ACTIVE", mass=2.5, collision_shape="BOX", friction=0.4)
        has(thing(name).rigid_body, restitution=0.1, kinematic=False)
        has(thing(name), location=(number, 0, 0.2), dimensions=(1, 0.5, 0.4), scale=(1, 1, 1))
    has(thing("Wrecker").rigid_body, type="ACTIVE", mass=20, collision_shape="SPHERE")
    has(thing("Wrecker").rigid_body, kinematic=True)
    counts("Wrecker", 482, 992, 512)
    world = bpy.context.scene.rigidbody_world
    has(world, point_cache__frame_end=200, substeps_per_frame=20)
    members = sorted(world.collection.objects.keys())
    same("in the simulation", members, sorted(["Ground", "Wrecker", *bricks]))
