"""Things to begin with that the default scene has not, for the tests of tools."""

from __future__ import annotations

import bpy

LONGEST = bpy.types.ID.bl_rna.properties["name"].length_max - 1
"""Bytes of a name: 63, and 255 since Blender 5.0."""
NO_NUMBERS = (float("nan"), float("inf"), float("-inf"), "three", None)


def cube():
    return bpy.data.objects["Cube"]


def done(result):
    """A call's result, which has to be good, with Blender brought up to date."""
    assert result.ok, result.error
    bpy.context.view_layer.update()
    return result


def linked_cube(folder):
    """A "Cube" from another file; this file's own is "Own" from then on."""
    path = str(folder / "library.blend")
    bpy.data.libraries.write(path, {cube()})
    cube().name = "Own"
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.objects = ["Cube"]
    bpy.context.collection.objects.link(wanted.objects[0])
    return wanted.objects[0]


def empty(name, collection=None, **attributes):
    made = bpy.data.objects.new(name, None)
    (collection or bpy.context.scene.collection).objects.link(made)
    for key, value in attributes.items():
        setattr(made, key, value)
    return made


def mesh(name, points, faces, **attributes):
    data = bpy.data.meshes.new(name)
    data.from_pydata(points, [], faces)
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    for key, value in attributes.items():
        setattr(made, key, value)
    return made


def plane(name="Plane", **attributes):
    corners = [(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0)]
    return mesh(name, corners, [(0, 1, 2, 3)], **attributes)


def elsewhere(name):
    """An empty that is in another scene only."""
    return empty(name, bpy.data.scenes.new("Other").collection)


def linked(folder):
    """An object "Theirs", its mesh and its collection "Their Collection", from another file."""
    data = bpy.data.meshes.new("Their Mesh")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    made = bpy.data.objects.new("Theirs", data)
    made.modifiers.new("Their Bevel", "BEVEL")
    group = bpy.data.collections.new("Their Collection")
    group.objects.link(made)
    path = str(folder / "theirs.blend")
    bpy.data.libraries.write(path, {group})
    for block in (made, data, group):
        bpy.data.batch_remove([block])
    with bpy.data.libraries.load(path, link=True) as (_, wanted):
        wanted.collections = ["Their Collection"]
    bpy.context.scene.collection.children.link(wanted.collections[0])
    bpy.context.view_layer.update()
    return bpy.data.objects["Theirs"]


def world(name):
    """Where an object is, rounded, after Blender's own update."""
    bpy.context.view_layer.update()
    return tuple(round(part, 4) + 0.0 for part in bpy.data.objects[name].matrix_world.translation)


def rounded(values, digits=4):
    return tuple(round(part, digits) + 0.0 for part in values)


def selected():
    return sorted(each.name for each in bpy.context.selected_objects)
