"""Primitives, transforms, parents, text, curves, copies."""

from __future__ import annotations

import math

import bpy
from mathutils import Euler, Quaternion

from .task import call, counts, has, names_are, same, sized, stands_at, task, thing


@task(
    "Get rid of the default cube. Then add these, all with scale 1: 'Pillar', a 12-sided cylinder "
    "of radius 0.5 m and 3 m tall, standing on the ground at x=2, y=0. 'Ball', a smooth shaded UV "
    "sphere with 24 segments and 12 rings and a radius of 0.75 m at (0, 0, 0.75). 'Gem', an ico "
    "sphere with 3 subdivisions, 1 m across, at (-2, 0, 0.5). 'Ring', a torus with 36 major and 8 "
    "minor segments, 2 m across outside and 0.4 m thick, at (0, 3, 0.2). 'Spike', a 6-sided cone "
    "with base radius 0.5, top radius 0.1 and height 1.5 at (4, 0, 0.75). 'Ground', a grid of 10 by "
    "8 faces, 20 m in X and 16 m in Y.",
    call("delete_objects", names=["Cube"]),
    call(
        "create_object", type="cylinder", name="Pillar", segments=12, dimensions=[1, 1, 3],
        location=[2, 0, 1.5],
    ),
    call(
        "create_object", type="uv_sphere", name="Ball", segments=24, rings=12, smooth=True,
        dimensions=[1.5, 1.5, 1.5], location=[0, 0, 0.75],
    ),
    call(
        "create_object", type="ico_sphere", name="Gem", segments=3, dimensions=[1, 1, 1],
        location=[-2, 0, 0.5],
    ),
    call(
        "create_object", type="torus", name="Ring", segments=36, rings=8, dimensions=[2, 2, 0.4],
        location=[0, 3, 0.2],
    ),
    call(
        "create_object", type="cone", name="Spike", segments=6, top_radius=0.1,
        dimensions=[1, 1, 1.5], location=[4, 0, 0.75],
    ),
    call("create_object", type="grid", name="Ground", segments=10, rings=8, dimensions=[20, 16]),
)  # fmt: skip
def primitives() -> None:
    names_are("Ball", "Camera", "Gem", "Ground", "Light", "Pillar", "Ring", "Spike")
    counts("Pillar", 24, 36, 14)
    counts("Ball", 266, 552, 288)
    counts("Gem", 162, 480, 320)
    counts("Ring", 288, 576, 288)
    counts("Spike", 12, 18, 8)
    counts("Ground", 99, 178, 80)
    sized("Pillar", 1, 1, 3)
    sized("Ball", 1.5, 1.5, 1.5)
    sized("Ring", 2, 2, 0.4)
    sized("Ground", 20, 16, 0)
    for name, radius in (("Gem", 0.5), ("Ball", 0.75)):
        lengths = [vertex.co.length for vertex in thing(name).data.vertices]
        same(f"{name}'s radius", (min(lengths), max(lengths)), (radius, radius))
    rims: dict[float, list[float]] = {-0.75: [], 0.75: []}
    for vertex in thing("Spike").data.vertices:
        rims[round(vertex.co.z, 4)].append(vertex.co.xy.length)
    same("Spike's radii", (max(rims[-0.75]), max(rims[0.75])), (0.5, 0.1))
    same("Ball is smooth", all(face.use_smooth for face in thing("Ball").data.polygons), True)
    same("Gem is smooth", any(face.use_smooth for face in thing("Gem").data.polygons), False)
    stands_at("Pillar", 2, 0, 1.5)
    stands_at("Ring", 0, 3, 0.2)
    stands_at("Spike", 4, 0, 0.75)
    stands_at("Gem", -2, 0, 0.5)


@task(
    "Add an empty called Mount at (2, 3, 1), turned 90 degrees about Z, scale 2. Parent the Cube to "
    "it without keeping the cube's transform: in Mount's own frame the cube shall be at (1, 0, 0) "
    "and turned 45° about Z. Parent the Light to Mount too, but keep where it is, then put it at "
    "world location (0, 0, 6). And move the camera up by 2 m.",
    call(
        "create_object", type="empty", name="Mount", location=[2, 3, 1], rotation=[0, 0, 90],
    ),
    call("set_object", names=["Mount"], scale=[2, 2, 2]),
    call(
        "set_object", names=["Cube"], parent="Mount", keep_transform=False, space="local",
        location=[1, 0, 0], rotation=[0, 0, 45],
    ),
    call("set_object", names=["Light"], parent="Mount", location=[0, 0, 6]),
    call("set_object", names=["Camera"], location=[0, 0, 2], relative=True),
)  # fmt: skip
def frames_of_reference() -> None:
    mount, cube, light = thing("Mount", "EMPTY"), thing("Cube"), thing("Light")
    has(mount, location=(2, 3, 1), rotation_euler=(0, 0, math.pi / 2), scale=(2, 2, 2))
    has(cube, parent=mount, location=(1, 0, 0), rotation_euler=(0, 0, math.pi / 4), scale=(1, 1, 1))
    stands_at("Cube", 2, 5, 1)
    same("Cube's turn in the world", cube.matrix_world.to_euler().z, math.radians(135))
    same("Light's parent", light.parent, mount)
    stands_at("Light", 0, 0, 6)
    same("Light's scale in the world", light.matrix_world.to_scale(), (1, 1, 1))
    turn = light.matrix_world.to_quaternion().rotation_difference(_start_of_the_light())
    same("how far Light was turned", turn.angle, 0.0, 1e-3)
    same("Camera's place", thing("Camera").location, (7.35889, -6.92579, 6.95831))


def _start_of_the_light() -> Quaternion:
    return Euler((0.650328, 0.055217, 1.866391)).to_quaternion()


@task(
    "Hang an empty named Tip on vertex 7 of the Cube so that it sits exactly at that vertex. Also "
    "add an arrows empty named Flag at (0, 0, 3), display size 0.5, and hang it on vertex 3, but it "
    "has to stay where it is. Then move the Cube to x = 5; both have to follow.",
    call("create_object", type="empty", name="Tip"),
    call(
        "set_object", names=["Tip"], parent="Cube", parent_vertices=[7], keep_transform=False,
        space="local", location=[0, 0, 0],
    ),
    call(
        "create_object", type="empty", name="Flag", location=[0, 0, 3],
        properties={"empty_display_type": "ARROWS", "empty_display_size": 0.5},
    ),
    call("set_object", names=["Flag"], parent="Cube", parent_vertices=[3]),
    call("set_object", names=["Cube"], location=[5, 0, 0]),
)  # fmt: skip
def on_a_vertex() -> None:
    cube, tip, flag = thing("Cube"), thing("Tip", "EMPTY"), thing("Flag", "EMPTY")
    for each, vertex in ((tip, 7), (flag, 3)):
        has(each, parent=cube, parent_type="VERTEX")
        same(f"{each.name}'s vertex", each.parent_vertices[0], vertex)
    has(flag, empty_display_type="ARROWS", empty_display_size=0.5)
    same("Cube's place", cube.location, (5, 0, 0))
    bpy.context.view_layer.update()
    stands_at("Tip", *(cube.matrix_world @ cube.data.vertices[7].co))
    stands_at("Flag", 5, 0, 3)


@task(
    "Write 'Scene\nChat' as a text object called Title: centred, size 0.5, extruded by 0.05 with a "
    "bevel of 0.01, standing upright at (0, -3, 1) so that one reads it from the front. Draw a "
    "closed Bezier curve 'Track' through (3,0,0), (0,2,0), (-3,0,0), (0,-2,0), round with a bevel "
    "depth of 0.1 and 24 steps of preview resolution. And a NURBS curve 'Rail' through (-4,0,0), "
    "(-2,1,0), (0,-1,0), (2,1,0), (4,0,0).",
    call(
        "create_object", type="text", name="Title", text="Scene\nChat", location=[0, -3, 1],
        rotation=[90, 0, 0],
        properties={"align_x": "CENTER", "size": 0.5, "extrude": 0.05, "bevel_depth": 0.01},
    ),
    call(
        "create_object", type="curve", name="Track", cyclic=True,
        points=[[3, 0, 0], [0, 2, 0], [-3, 0, 0], [0, -2, 0]],
        properties={"bevel_depth": 0.1, "resolution_u": 24},
    ),
    call(
        "create_object", type="curve", name="Rail", spline="NURBS",
        points=[[-4, 0, 0], [-2, 1, 0], [0, -1, 0], [2, 1, 0], [4, 0, 0]],
    ),
)  # fmt: skip
def text_and_curves() -> None:
    title, track, rail = thing("Title", "FONT"), thing("Track", "CURVE"), thing("Rail", "CURVE")
    has(title.data, body="Scene\nChat", align_x="CENTER", size=0.5, extrude=0.05, bevel_depth=0.01)
    has(title, location=(0, -3, 1), rotation_euler=(math.pi / 2, 0, 0))
    has(track.data, bevel_depth=0.1, resolution_u=24, dimensions="3D")
    same(
        "Track's splines",
        [(s.type, s.use_cyclic_u) for s in track.data.splines],
        [("BEZIER", True)],
    )
    knots = [tuple(knot.co) for knot in track.data.splines[0].bezier_points]
    same("Track's points", knots, [(3, 0, 0), (0, 2, 0), (-3, 0, 0), (0, -2, 0)])
    same(
        "Rail's splines", [(s.type, s.use_cyclic_u) for s in rail.data.splines], [("NURBS", False)]
    )
    points = [tuple(point.co)[:3] for point in rail.data.splines[0].points]
    same("Rail's points", points, [(-4, 0, 0), (-2, 1, 0), (0, -1, 0), (2, 1, 0), (4, 0, 0)])


@task(
    "Make a fence: a post named 'Post', 0.1 × 0.1 × 1.2 m, standing on the ground at (-5, 0), and "
    "nine linked copies of it every metre along X, all in a collection 'Fence'. Turn the cube by "
    "30° about X, call it 'Gate' and rename its mesh likewise.",
    call("edit_collections", collection="Fence"),
    call(
        "create_object", type="cube", name="Post", dimensions=[0.1, 0.1, 1.2],
        location=[-5, 0, 0.6], collection="Fence",
    ),
    call("duplicate_objects", names=["Post"], count=9, offset=[1, 0, 0], linked=True),
    call(
        "set_object", names=["Cube"], rotation=[30, 0, 0], new_name="Gate",
        properties={"data.name": "Gate"},
    ),
)  # fmt: skip
def fence() -> None:
    posts = sorted(bpy.data.collections["Fence"].objects, key=lambda each: each.location.x)
    names = ["Post", *(f"Post.{number:03}" for number in range(1, 10))]
    same("posts", [each.name for each in posts], names)
    same("posts sharing one mesh", len({each.data for each in posts}), 1)
    places = [each.location for each in posts]
    same("places", places, [(x, 0, 0.6) for x in range(-5, 5)])
    sized("Post", 0.1, 0.1, 1.2)
    has(thing("Gate"), rotation_euler=(math.radians(30), 0, 0), data__name="Gate")
    same("Cube is there", "Cube" in bpy.data.objects, False)
