"""Starting the GPU without a window. Also a script of its own, which ends well if that can be done:
where it cannot, Blender crashes.
"""

from __future__ import annotations

import os

import bpy
import gpu


def start() -> None:
    """Make ready for drawing: with `gpu.init`, or before Blender 5.2 with a small render."""
    if hasattr(gpu, "init"):
        gpu.init()
        return
    # Those of other add-ons are for renders that someone asked for.
    names = [name for name in dir(bpy.app.handlers) if name.startswith("render_")]
    handlers = {name: list(getattr(bpy.app.handlers, name)) for name in names}
    scene = bpy.data.scenes.new(".")
    camera = bpy.data.objects.new(".", bpy.data.cameras.new("."))
    try:
        for name in names:
            getattr(bpy.app.handlers, name).clear()
        scene.collection.objects.link(camera)
        scene.camera = camera
        scene.render.engine = "BLENDER_WORKBENCH"
        scene.render.resolution_x = scene.render.resolution_y = 8
        bpy.ops.render.render(scene=scene.name)
    finally:
        for name, those in handlers.items():
            getattr(bpy.app.handlers, name).extend(those)
        data = camera.data
        bpy.data.objects.remove(camera)
        bpy.data.cameras.remove(data)
        bpy.data.scenes.remove(scene)


if __name__ == "__main__":
    start()
    os._exit(0)  # bpy before 5 may crash or hang at its end
