"""Meshes edited by description."""

from __future__ import annotations

from pathlib import Path

import bmesh
import bpy

from .task import call, counts, has, names_are, same, stack, task, thing


def _torn(_: Path) -> None:
    """A sheet of two quads that only seem to share an edge, one of them facing down."""
    mesh = bpy.data.meshes.new("Sheet")
    left = [(-1, 0, 0), (0, 0, 0), (0, 1, 0), (-1, 1, 0)]
    right = [(0, 0, 0.0002), (1, 0, 0), (1, 1, 0), (0, 1, 0.0002)]
    mesh.from_pydata([*left, *right], [], [(0, 1, 2, 3), (7, 6, 5, 4)])
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Sheet", mesh))


@task(
    "Replace the cube by a 'Crate' of 4 × 3 × 2 m standing on the ground. Delete its top face, and "
    "cut it open at the front (towards -Y) too. Make its walls 0.1 m thick with a modifier.",
    call("delete_objects", names=["Cube"]),
    call("create_object", type="cube", name="Crate", dimensions=[4, 3, 2], location=[0, 0, 1]),
    call(
        "edit_mesh", name="Crate",
        steps=[
            {"do": "delete", "direction": "+Z"},
            {"do": "delete", "on": "faces", "direction": "-Y"},
        ],
    ),
    call("set_modifier", names=["Crate"], type="SOLIDIFY", properties={"thickness": 0.1}),
)  # fmt: skip
def open_crate() -> None:
    names_are("Camera", "Crate", "Light")
    counts("Crate", 8, 11, 4)
    same(
        "where Crate's faces look",
        _normals("Crate"),
        [(-1, 0, 0), (0, 0, -1), (0, 1, 0), (1, 0, 0)],
    )
    (solid,) = stack("Crate", "SOLIDIFY")
    has(solid, thickness=0.1)
    has(thing("Crate"), location=(0, 0, 1), scale=(1, 1, 1))
    corners = [tuple(vertex.co) for vertex in thing("Crate").data.vertices]
    same("Crate's extent", [max(axis) - min(axis) for axis in zip(*corners)], (4, 3, 2))


def _normals(name: str) -> list[tuple[int, ...]]:
    faces = thing(name).data.polygons
    return sorted(tuple(round(part) for part in face.normal) for face in faces)


@task(
    "On the Cube, inset the top face by 0.3 m and push the inner face 0.5 m down. Then pull the face "
    "that looks to +X outwards by 1 m.",
    call(
        "edit_mesh", name="Cube",
        steps=[
            {"do": "inset", "direction": "+Z", "amount": 0.3},
            {"do": "extrude", "amount": -0.5},
            {"do": "extrude", "direction": "+X", "min": [0.99, -1, -1], "amount": 1},
        ],
    ),
)  # fmt: skip
def inset_and_extrude() -> None:
    counts("Cube", 20, 36, 18)
    mesh = thing("Cube").data
    low = [face for face in mesh.polygons if face.normal.z > 0.9 and face.center.z < 0.9]
    same("recessed faces", len(low), 1)
    same("their area and height", (low[0].area, low[0].center.z), (1.4 * 1.4, 0.5))
    xs = [vertex.co.x for vertex in mesh.vertices]
    same("extent along X", (min(xs), max(xs)), (-1, 2))
    shape = bmesh.new()
    shape.from_mesh(mesh)
    same("its volume", shape.calc_volume(), 8 + 4 - 1.4 * 1.4 * 0.5, 1e-3)
    same("closed", all(edge.is_manifold for edge in shape.edges), True)
    shape.free()


@task(
    "Bevel only the four vertical edges of the Cube by 0.2 m with 4 segments.",
    call(
        "edit_mesh", name="Cube",
        steps=[{"do": "bevel", "direction": "Z", "amount": 0.2, "segments": 4}],
    ),
)  # fmt: skip
def bevelled_edges() -> None:
    counts("Cube", 40, 60, 22)
    same("Cube's size", thing("Cube").dimensions, (2, 2, 2))
    tops = [face for face in thing("Cube").data.polygons if abs(face.normal.z) > 0.99]
    same("top and bottom", [len(face.vertices) for face in tops], [20, 20])
    flat = sorted(round(face.area, 3) for face in thing("Cube").data.polygons)[-6:-2]
    same("the sides' areas", flat, [1.6 * 2] * 4, 1e-3)


@task(
    "Make a 4 × 4 m plane 'Hill' of 4 × 4 faces by cutting a plane 3 times, then raise its middle "
    "vertex by 1 m and colour the four faces around it with a new green material 'Grass' "
    "(0.1, 0.6, 0.1), the rest with a brown one, 'Soil' (0.2, 0.1, 0.05).",
    call("create_object", type="plane", name="Hill", dimensions=[4, 4]),
    call("set_material", material="Soil", objects=["Hill"], color=[0.2, 0.1, 0.05]),
    call("set_material", material="Grass", color=[0.1, 0.6, 0.1]),
    call(
        "edit_mesh", name="Hill",
        steps=[
            {"do": "subdivide", "segments": 3},
            {
                "do": "move", "on": "vertices", "min": [-0.1, -0.1, -1], "max": [0.1, 0.1, 1],
                "vector": [0, 0, 1],
            },
            {
                "do": "assign_material", "on": "faces", "min": [-1, -1, -1], "max": [1, 1, 2],
                "name": "Grass",
            },
        ],
    ),
)  # fmt: skip
def hill() -> None:
    counts("Hill", 25, 40, 16)
    mesh = thing("Hill").data
    high = [tuple(vertex.co) for vertex in mesh.vertices if vertex.co.z > 0.01]
    same("raised vertices", high, [(0, 0, 1)])
    same("materials", [each.name for each in mesh.materials], ["Soil", "Grass"])
    green = {face.index for face in mesh.polygons if face.material_index == 1}
    around = {face.index for face in mesh.polygons if max(map(abs, face.center.xy)) < 1}
    same("green faces", (green, len(green)), (around, 4))
    for name, color in (("Grass", (0.1, 0.6, 0.1, 1)), ("Soil", (0.2, 0.1, 0.05, 1))):
        shader = bpy.data.materials[name].node_tree.nodes["Principled BSDF"]
        same(f"{name}'s colour", shader.inputs["Base Color"].default_value, color)


@task(
    "The object Sheet has doubled vertices (less than a millimetre apart) and its normals disagree. "
    "Merge the doubles, make all faces look up, and triangulate it.",
    call(
        "edit_mesh", name="Sheet",
        steps=[
            {"do": "merge", "amount": 0.001},
            {"do": "flip", "on": "faces", "direction": "-Z"},
            {"do": "select", "on": "faces", "direction": "+Z"},
            {"do": "triangulate"},
        ],
    ),
    set_up=_torn,
)  # fmt: skip
def mended_sheet() -> None:
    counts("Sheet", 6, 9, 4)
    for face in thing("Sheet").data.polygons:
        assert face.normal.z > 0.99, f"face {face.index} looks towards {tuple(face.normal)}"


@task(
    "Split the lid off the Cube: its top face becomes an object of its own named 'Lid', moved up by "
    "0.5 m and given the new red material 'Red' (#ff0000), and the Cube stays open at the top with "
    "its own material.",
    call(
        "edit_mesh", name="Cube",
        steps=[{"do": "separate", "on": "faces", "direction": "+Z", "name": "Lid"}],
    ),
    call("set_object", names=["Lid"], location=[0, 0, 0.5], relative=True),
    call("set_material", material="Red", objects=["Lid"], color="#ff0000"),
)  # fmt: skip
def lid() -> None:
    names_are("Camera", "Cube", "Lid", "Light")
    counts("Cube", 8, 12, 5)
    counts("Lid", 4, 4, 1)
    same("Lid's place", thing("Lid").location, (0, 0, 0.5))
    same("its height", (thing("Lid").matrix_world @ thing("Lid").data.vertices[0].co).z, 1.5)
    same("Lid's material", thing("Lid").data.materials.keys(), ["Red"])
    same("Cube's material", thing("Cube").data.materials.keys(), ["Material"])
    red = bpy.data.materials["Red"].node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    same("red", red.default_value, (1, 0, 0, 1))
