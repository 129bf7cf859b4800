"""Meshes unwrapped, shaded, joined, converted; scales and origins."""

from __future__ import annotations

import math

from .task import call, counts, has, names_are, same, sized, stack, task, thing


@task(
    "Add a 16-sided cylinder 'Can', 1 m across and 2 m tall at (4, 0, 1). Mark seams around both "
    "ends and along the one upright edge farthest in +X, then unwrap it. Add a Suzanne named "
    "'Monkey' at (-4, 0, 0) and give it a smart UV projection with a 50 degree limit.",
    call(
        "create_object", type="cylinder", name="Can", segments=16, dimensions=[1, 1, 2],
        location=[4, 0, 1],
    ),
    call(
        "edit_mesh", name="Can",
        steps=[
            {"do": "mark_seam", "min": [3, -1, 1.9], "max": [5, 1, 2.1]},
            {"do": "mark_seam", "min": [3, -1, -0.1], "max": [5, 1, 0.1]},
            {"do": "mark_seam", "min": [4.499, -1, 0.9], "max": [4.501, 1, 1.1]},
            {"do": "select", "on": "faces", "min": [3, -1, -1], "max": [5, 1, 3]},
            {"do": "unwrap"},
        ],
    ),
    call("create_object", type="monkey", name="Monkey", location=[-4, 0, 0]),
    call("edit_mesh", name="Monkey", steps=[{"do": "smart_project", "angle": 50}]),
)  # fmt: skip
def unwrapped() -> None:
    counts("Can", 32, 48, 18)
    mesh = thing("Can").data
    seams = [edge for edge in mesh.edges if edge.use_seam]
    same("Can's seams", len(seams), 33)
    upright = [
        [mesh.vertices[number].co.xy.to_tuple(3) for number in edge.vertices]
        for edge in seams
        if len({round(mesh.vertices[number].co.z, 3) for number in edge.vertices}) == 2
    ]
    same("Can's upright seams", upright, [[(0.5, 0), (0.5, 0)]])
    areas = _uv_areas("Can")
    sides = [area for area, face in zip(areas, mesh.polygons) if len(face.vertices) == 4]
    same("the sides' UV areas", sides, [sum(sides) / 16] * 16, 2e-3)
    assert sum(sides) > 0.1, f"Can's sides take {sum(sides):.3f} of the picture"
    counts("Monkey", 507, 1005, 500)
    monkey = _uv_areas("Monkey")
    # A projection along an island's direction shrinks a face by its slope, 50 degrees at most.
    shares = [area / face.area for area, face in zip(monkey, thing("Monkey").data.polygons)]
    assert max(shares) < 1.8 * min(shares), f"UV areas differ: {min(shares):.4f}, {max(shares):.4f}"
    assert sum(monkey) < 1.0, "Monkey's UV islands overlap"


def _uv_areas(name: str) -> list[float]:
    """The area of each face in the UV map, without a sign."""
    mesh = thing(name, "MESH").data
    assert mesh.uv_layers.active, f"{name} has no UV map"
    places = [loop.uv for loop in mesh.uv_layers.active.data]
    inside = all(-1e-4 <= part <= 1.0001 for place in places for part in place)
    same(f"{name}'s UV map lies within its picture", inside, True)
    areas = []
    for face in mesh.polygons:
        ring = [places[loop] for loop in face.loop_indices]
        pairs = zip(ring, [*ring[1:], ring[0]])
        areas.append(abs(sum(a.x * b.y - b.x * a.y for a, b in pairs)) / 2)
    return areas


@task(
    "Add a 24-sided cylinder 'Pipe' and shade it smooth, but keep the edges above 40 degrees sharp. "
    "Add a second one, 'Facets' at (3, 0, 0), that stays flat but for its top face, which is smooth, "
    "and with the rim of that face creased fully and in a vertex group 'Rim' of weight 0.5.",
    call("create_object", type="cylinder", name="Pipe", segments=24),
    call("edit_mesh", name="Pipe", steps=[{"do": "smooth", "angle": 40}]),
    call("create_object", type="cylinder", name="Facets", segments=24, location=[3, 0, 0]),
    call(
        "edit_mesh", name="Facets",
        steps=[
            {"do": "smooth", "direction": "+Z"},
            {"do": "crease", "min": [1, -2, 0.99], "max": [5, 2, 1.01], "amount": 1},
            {"do": "vertex_group", "direction": "+Z", "name": "Rim", "amount": 0.5},
        ],
    ),
)  # fmt: skip
def shading_of_faces() -> None:
    pipe, facets = thing("Pipe").data, thing("Facets").data
    same("Pipe is smooth", all(face.use_smooth for face in pipe.polygons), True)
    sharp = [edge for edge in pipe.edges if edge.use_edge_sharp]
    same("Pipe's sharp edges", len(sharp), 48)
    for edge in sharp:
        heights = {round(pipe.vertices[number].co.z, 3) for number in edge.vertices}
        same("a sharp edge lies in an end", len(heights), 1)
    smooth = [tuple(face.normal) for face in facets.polygons if face.use_smooth]
    same("Facets' smooth faces", smooth, [(0, 0, 1)])
    creased = [each for each in facets.attributes["crease_edge"].data if each.value > 0.999]
    same("creased edges", len(creased), 24)
    rim = thing("Facets").vertex_groups["Rim"].index
    weights = {
        vertex.co.z: [each.weight for each in vertex.groups if each.group == rim]
        for vertex in facets.vertices
    }
    same("weights at the top and below", (weights[1.0], weights[-1.0]), ([0.5], []))


@task(
    "Build a 'Table' as one mesh: a top of 2 × 1 × 0.1 m whose upper side is at 0.8 m, and four "
    "legs of 0.1 × 0.1 × 0.7 m at the corners, all joined; its origin shall be at the middle of its "
    "underside. Scale the Cube to half its size and apply that. And turn a text 'Menu' "
    "(object 'Sign') into a mesh.",
    call(
        "create_object", type="cube", name="Table", dimensions=[2, 1, 0.1], location=[0, 0, 0.75],
    ),
    call(
        "create_object", type="cube", name="Leg", dimensions=[0.1, 0.1, 0.7],
        location=[-0.95, -0.45, 0.35],
    ),
    call("duplicate_objects", names=["Leg"], offset=[1.9, 0, 0], new_name="Leg 2"),
    call("duplicate_objects", names=["Leg", "Leg 2"], offset=[0, 0.9, 0], new_name="Leg 3"),
    call("run_operator", operator="object.join", names=["Leg*", "Table"], active="Table"),
    call("set_object", names=["Table"], origin="bottom"),
    call("set_object", names=["Cube"], scale=[0.5, 0.5, 0.5], apply=["scale"]),
    call("create_object", type="text", name="Sign", text="Menu", location=[0, 3, 0]),
    call("run_operator", operator="object.convert", names=["Sign"], properties={"target": "MESH"}),
)  # fmt: skip
def table() -> None:
    names_are("Camera", "Cube", "Light", "Sign", "Table")
    counts("Table", 40, 60, 30)
    has(thing("Table"), location=(0, 0, 0), scale=(1, 1, 1))
    corners = [tuple(vertex.co) for vertex in thing("Table").data.vertices]
    same("Table's lowest corner", [min(axis) for axis in zip(*corners)], (-1, -0.5, 0))
    same("Table's highest corner", [max(axis) for axis in zip(*corners)], (1, 0.5, 0.8))
    sized("Cube", 1, 1, 1)
    same("Cube's vertices", max(vertex.co.x for vertex in thing("Cube").data.vertices), 0.5)
    assert len(thing("Sign", "MESH").data.polygons) > 10, "Sign has hardly a face"
    same("Sign's place", thing("Sign").location, (0, 3, 0))


@task(
    "Move the Cube's origin to the world's origin while its geometry stays: first put the Cube at "
    "(3, 2, 1) turned by 90° about Z, then set the origin, then apply the rotation. Finally, add a "
    "copy of it, 'Twin', made single-user, with an applied mirror across X.",
    call("set_object", names=["Cube"], location=[3, 2, 1], rotation=[0, 0, 90]),
    call("set_object", names=["Cube"], origin=[0, 0, 0]),
    call("set_object", names=["Cube"], apply=["rotation"]),
    call("duplicate_objects", names=["Cube"], new_name="Twin"),
    call("set_modifier", names=["Twin"], type="MIRROR"),
    call("set_modifier", names=["Twin"], type="MIRROR", action="apply"),
)  # fmt: skip
def origins() -> None:
    has(thing("Cube"), location=(0, 0, 0), rotation_euler=(0, 0, 0), scale=(1, 1, 1))
    for name, wanted in (("Cube", ((2, 1, 0), (4, 3, 2))), ("Twin", ((-4, 1, 0), (4, 3, 2)))):
        corners = [tuple(vertex.co) for vertex in thing(name).data.vertices]
        extent = tuple(tuple(map(pick, zip(*corners))) for pick in (min, max))
        same(f"{name}'s extent", extent, wanted)
        stack(name)
    same("Twin's own mesh", thing("Twin").data.users, 1)
    counts("Twin", 16, 24, 12)
    same("angle", math.degrees(thing("Twin").rotation_euler.z), 0)
