"""Pictures and renders in the window: what they show, and that nobody's work is disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest
from desktop.program import until
from PIL import Image
from processes import alive

SCENE = """
import bpy
red = bpy.data.materials["Material"]
red.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (1, 0, 0, 1)
red.diffuse_color = (1, 0, 0, 1)
bpy.context.view_layer.update()
"""
STATE = """
import bpy
def spaces():
    for screen in bpy.data.screens:
        for area in screen.areas:
            yield area.type, [each.type for each in area.spaces]
            for space in area.spaces:
                if space.type == "VIEW_3D":
                    eye = space.region_3d
                    for owner in (space, space.shading, space.overlay):
                        for prop in owner.bl_rna.properties:
                            if prop.type in ("BOOLEAN", "INT", "FLOAT", "ENUM", "STRING"):
                                value = getattr(owner, prop.identifier)
                                yield prop.identifier, str(tuple(value) if getattr(prop, "is_array", False) else value)
                    if eye is not None:
                        yield eye.view_perspective, str([round(x, 5) for row in eye.view_matrix for x in row])
def blocks():
    for prop in bpy.data.bl_rna.properties:
        if prop.type == "COLLECTION":
            yield prop.identifier, [each.name for each in getattr(bpy.data, prop.identifier)]
def state():
    render = bpy.context.scene.render
    return str([list(spaces()), list(blocks()), sorted(o.name for o in bpy.context.selected_objects),
                bpy.context.mode, bpy.context.object and bpy.context.object.name, render.engine,
                render.resolution_x, render.filepath, bpy.context.scene.eevee.taa_samples,
                bpy.data.is_dirty])
"""
LOOK = """
from bl_ext.user_default.scene_chat.tools.handlers.look import look
before = state()
seen = look(**{arguments!r})
with open({file!r}, "wb") as file:
    file.write(seen.data)
print(seen.caption)
print(state() == before)
"""


@pytest.fixture
def look(program, tmp_path):
    """Look, and give the picture and the words; the state has to be as it was."""
    program.run(SCENE)

    def one(**arguments):
        file = tmp_path / "seen"
        code = STATE + LOOK.format(arguments=arguments, file=str(file))
        words, same = program.run(code).strip().rsplit("\n", 1)
        assert same == "True"
        assert file.stat().st_size <= 200_000
        picture = Image.open(file)
        name = "-".join(str(each) for each in arguments.values() if isinstance(each, str))
        picture.save(program.shot(f"look-{name}"))
        return picture.convert("RGB"), words

    return one


def red(picture):
    """Which part of a picture is red, 0 to 1."""
    pixels = list(picture.get_flattened_data())
    return sum(r > g + 25 and r > b + 25 for r, g, b in pixels) / len(pixels)


@pytest.mark.parametrize("shading", ["solid", "material", "rendered", "xray"])
def test_a_cube_covers_its_share_of_a_picture(look, shading):
    picture, words = look(view="front", names=["Cube"], shading=shading, size=320)
    # 2 m wide, its near face 4.06 m away, in a view of 40 degrees and 4 to 3: 0.23 in theory.
    assert 0.30 < red(picture) < 0.40
    assert words.startswith("Cube from the front")
    assert "Cube 34 %" in words


def test_a_wireframe_shows_lines_on_the_edges_and_nothing_between(look):
    picture, _ = look(view="front", names=["Cube"], shading="wireframe", size=320)
    light = [sum(each) > 400 for each in picture.get_flattened_data()]
    assert 0.005 < sum(light) / len(light) < 0.05


def test_a_sheet_has_four_parts_with_the_cube_in_each(look):
    picture, words = look(view="around", names=["Cube"], shading="solid", size=404)
    width, height = picture.size
    half = (width - 4) // 2, (height - 4) // 2
    corners = [(0, 0), (half[0] + 4, 0), (0, half[1] + 4), (half[0] + 4, half[1] + 4)]
    shares = [red(picture.crop((x, y, x + half[0], y + half[1]))) for x, y in corners]
    assert all(0.2 < share < 0.5 for share in shares), shares
    assert "Top left: Cube from the front" in words


def test_the_view_of_the_user_is_what_is_seen_on_the_screen(look):
    picture, words = look(view="viewport", size=400)
    assert words.startswith("what the user's 3D viewport shows, as the user sees it")
    assert 0.001 < red(picture) < 0.1


def test_the_camera_sees_what_it_would_render(look):
    picture, words = look(view="camera", size=320)
    assert picture.size == (320, 180)
    assert 0.03 < red(picture) < 0.2
    assert "through the camera 'Camera'" in words


def test_nothing_need_be_shown_to_look(start, tmp_path):
    program = start()
    program.run(SCENE)
    program.run("for area in bpy.context.window.screen.areas: area.type = 'TEXT_EDITOR'")
    program.screen.xdotool("search", "--onlyvisible", "--class", "Blender", "windowunmap")
    file = tmp_path / "seen.png"
    arguments = {"view": "front", "names": ["Cube"], "size": 320}
    program.run(STATE + LOOK.format(arguments=arguments, file=str(file)))
    assert 0.30 < red(Image.open(file).convert("RGB")) < 0.40


FILM = """
import bpy
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples = 24
scene.cycles.device = "CPU"
scene.cycles.use_denoising = False  # which a distribution's Blender may not have
scene.render.resolution_x, scene.render.resolution_y = 160, 90
cube = bpy.data.objects["Cube"]
cube.keyframe_insert("location", frame=1)
cube.location.z = 2
cube.keyframe_insert("location", frame=24)
"""
JOB = "[here.renders.jobs[-1].state, here.renders.jobs[-1].frames_done, list(here.renders.jobs[-1].files)]"


def job(program):
    return program.value(f"{JOB} if here.renders.jobs else [None, 0, []]")


def test_a_film_is_rendered_while_the_chat_goes_on(program):
    program.run(FILM)
    program.say("Film this")
    program.read("of 24")
    program.shot("render-begun")
    assert program.turn()[:2] == [
        "done", "It goes on in the background.\n\nThe film is on its way, and there is a cone.",
    ]  # fmt: skip
    assert "Meanwhile" in program.value("list(bpy.data.objects.keys())")
    first = until(lambda: job(program)[1], "no frame is written")
    program.read("left")
    program.shot("render-running")
    until(lambda: job(program)[1] > first, "it does not go on")
    state, frames, files = until(lambda: job(program)[0] == "done" and job(program), "no end", 120)
    assert (state, frames, len(files)) == ("done", 24, 24)
    program.read("24 frames")
    program.shot("render-done")


def test_a_click_cancels_a_render_and_leaves_no_process(program):
    program.run(f"{FILM}scene.cycles.samples = 400")  # or it may be done before the click
    program.say("Film this")
    until(lambda: job(program)[0] == "running" and job(program)[1], "no frame is written")
    process = program.value("here.renders.jobs[-1]._process.pid")
    assert alive(process)
    row = program.read("of 24")
    program.click(program.sidebar[2] - 53, row.middle[1])
    until(lambda: job(program)[0] == "cancelled", "it is not cancelled")
    assert not alive(process)
    program.read("Cancelled")
    program.shot("render-cancelled")
    assert all(Path(file).stat().st_size for file in job(program)[2])


LONG = """
from bl_ext.user_default.scene_chat.operators import runtime
here = runtime.current()
scene.cycles.samples = 100_000
here.calls.registry.get("render").function(frames=[1, 24], wait=0)
print(here.renders.jobs[-1]._process.pid)
"""


def test_no_render_outlives_a_blender_that_is_quit(start):
    program = start()
    process = int(program.run(FILM + LONG).split()[-1])
    assert alive(process)
    program.aside("import bpy\nbpy.app.timers.register(bpy.ops.wm.quit_blender)")
    assert program.wait() == 0
    until(lambda: not alive(process), "it renders on", patience=10)
