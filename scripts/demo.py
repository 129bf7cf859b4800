"""The demo: the tutorial's data centre, built by talking to an empty scene.

    uv run scripts/demo.py --out out

Twelve prompts go through the real chat, tools and main-thread queue on the bpy module. With
OPENROUTER_API_KEY set, or with --endpoint and --model, a real model answers; otherwise a script
does, and the first line says so. Saves datacentre.blend and renders datacentre.png.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bpy_session import CHECKOUT, EXTENSION, bpy_session

PROMPTS = (
    "Create a large floor. Make a plane and scale it so it is 20 meters wide on the X-axis and "
    "30 meters long on the Y-axis.",
    "Now create our first server rack. Make a cube and change its dimensions to be 1 meter wide "
    "(X), 1.2 meters deep (Y), and 2 meters tall (Z). Then, move it to the location (-8, -10, 1).",
    "Now create a row of 10 racks from this selected cube. Use an Array modifier on the server "
    "rack object. The racks should be arranged along the Y-axis with a small gap between them.",
    "Perfect. Now duplicate that entire row and move the new row to x=8 to create a central aisle.",
    "Finally, let's set up the view. Add a Light object of type 'SUN' and then add a camera. Move "
    "the camera to location (0, -20, 8) and make it point towards the center of the scene at "
    "(0, 0, 0).",
    "Select the floor plane. Let's turn it into a solid raised floor. Give it a thickness of 0.2 "
    "meters by adding a Solidify modifier.",
    "Let's build the room in a more robust way. Create a single, large cube to enclose the scene, "
    'named "RoomEnclosure". Its dimensions should be X=20, Y=30, and Z=4. Center it at location '
    "(0, 0, 2) so it rests perfectly on the ground.",
    "Perfect. Now, to see inside, go into edit mode on that large cube, select the face that is "
    "pointing towards the positive Y direction, and delete only that face.",
    'Select the object named "Plane". Create a new dark grey material with a roughness of 0.2 and '
    'apply it to the "Plane" object.',
    'Great. Now select the object named "RoomEnclosure". Create a new material that is a simple '
    "off-white color and apply it to it.",
    "Finally, let's color the server racks. Select the original rack object, which should be named "
    '"Cube". Create a new black material with a low roughness, named "BlackRack", and apply it to '
    '"Cube".',
    'You are correct, it only colored one row. Now select the object named "Cube.001" and apply '
    'the same "BlackRack" material to it.',
)


def main() -> int:
    """Run the demo; return the process's exit code."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if options.endpoint or os.environ.get("OPENROUTER_API_KEY"):
            print(f"A real model answers: {options.model or 'the default one'}.")
        else:
            print("The model is a script (no key, no endpoint given); everything else is real.")
            sys.path.insert(0, str(CHECKOUT / "tests"))
            from standin.datacentre import DATACENTRE
            from standin.server import StandIn

            options.endpoint = stack.enter_context(StandIn(DATACENTRE)).url
            options.model = f"script/{DATACENTRE.name}"
        print("Starting Blender's module ...", flush=True)
        stack.enter_context(bpy_session())
        if not _talk(options):
            return 1
        _keep(options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The tutorial's data centre, by chat.")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what is made")
    parser.add_argument("--endpoint", default="", metavar="URL", help="an OpenAI-compatible API")
    parser.add_argument("--model", default="", metavar="ID", help="the endpoint's model name")
    parser.add_argument("--samples", type=int, default=16, help="of the picture, per pixel")
    options = parser.parse_args()
    if options.endpoint and not options.model:
        parser.error("--endpoint needs --model")
    return options


def _talk(options: argparse.Namespace) -> bool:
    import bpy

    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    cli = importlib.import_module(f"{EXTENSION}.operators.cli")
    for number, prompt in enumerate(PROMPTS, 1):
        print(f"\n[{number}/{len(PROMPTS)}] You: {prompt}", flush=True)
        started = time.monotonic()
        end = cli.ask(
            prompt, endpoint=options.endpoint, model=options.model, show=cli.Transcript(sys.stdout)
        )
        if end.reason != "done":
            print(f"The demo ends here: the turn ended with {end.reason!r}.", file=sys.stderr)
            return False
        print(f"  ({time.monotonic() - started:.1f} s)", flush=True)
    return True


def _keep(options: argparse.Namespace) -> None:
    """Save the scene as it was built, then light it and take the picture."""
    import bpy

    blend, picture = (options.out.resolve() / f"datacentre.{kind}" for kind in ("blend", "png"))
    bpy.ops.wm.save_as_mainfile(filepath=str(blend), check_existing=False)
    print(f"\nSaved {blend}", flush=True)
    _set_up_picture(options.samples)
    bpy.context.scene.render.filepath = str(picture)
    started = time.monotonic()
    with _progress("Rendering"):
        bpy.ops.render.render(write_still=True)
    print(f"Rendered {picture} ({time.monotonic() - started:.0f} s)")


def _set_up_picture(samples: int) -> None:
    """A second camera outside the open side, and lamps between the rows.

    From the tutorial's own camera one sees only the roof of the room, so the picture has another.
    """
    import bpy
    from mathutils import Vector

    scene = bpy.context.scene
    camera = bpy.data.objects.new("Picture Camera", bpy.data.cameras.new("Picture Camera"))
    camera.location = (0, 17, 3.3)
    towards = Vector((0, -6, 0.75)) - camera.location
    camera.rotation_euler = towards.to_track_quat("-Z", "Y").to_euler()
    camera.data.lens = 29
    scene.collection.objects.link(camera)
    scene.camera = camera
    for place, tilt, size, watts in (
        ((-3.2, -3.5, 3.7), -0.5, (1, 16), 700),
        ((3.2, -3.5, 3.7), 0.5, (1, 16), 700),
        ((0, 13.5, 3.8), 0, (16, 1.5), 500),
    ):
        data = bpy.data.lights.new("Picture Lamp", "AREA")
        data.shape, (data.size, data.size_y), data.energy = "RECTANGLE", size, watts
        lamp = bpy.data.objects.new("Picture Lamp", data)
        lamp.location, lamp.rotation_euler.y = place, tilt
        scene.collection.objects.link(lamp)
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y, render.resolution_percentage = 1280, 440, 100
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGB"
    render.image_settings.compression = 100
    render.use_stamp_filename = False  # where it was made is nobody's business
    scene.view_settings.exposure = 0.8
    cycles.samples, cycles.seed, cycles.use_denoising = samples, 0, True
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 4, 3, 3


@contextlib.contextmanager
def _progress(what: str) -> Iterator[None]:
    """Print how far a render is, a line at each tenth, in place of Blender's own lines."""
    import bpy

    sys.stdout.flush()
    ours = os.dup(1)
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    shown: set[int] = set()

    def stats(text: str, *_: object) -> None:
        done, _, total = text.rpartition("Sample ")[2].partition("/")
        if done.isdigit() and total.isdigit() and (tenth := 10 * int(done) // int(total)):
            if tenth not in shown:
                shown.add(tenth)
                os.write(ours, f"  {what}: {tenth * 10} %\n".encode())

    handlers: list[Callable[..., None]] = bpy.app.handlers.render_stats
    handlers.append(stats)
    try:
        yield
    finally:
        handlers.remove(stats)
        os.dup2(ours, 1)
        os.close(ours)


if __name__ == "__main__":
    sys.exit(main())
