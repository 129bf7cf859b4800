"""render: real pictures from a second process, while this Blender goes on and stays as it is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import bpy
import numpy as np
import pytest
from blender.scenes import cube
from bpy_session import CHECKOUT
from processes import alive

WIDTH, HEIGHT = 64, 48
FACE = 32 * 32
"""Pixels of the cube's face, in the picture that `stage` arranges."""
FIVE = bpy.app.version >= (5, 0)
ROOT = os.geteuid() == 0


@pytest.fixture(autouse=True)
def _stage(here, request):
    """A red cube, 32 pixels wide, seen from above in tiny pictures; files may be written."""
    if "asks" not in request.node.name:
        here.gate.allow("chat", ["files"])
    stage()
    yield
    here.renders.close()
    here.renders.jobs = ()


def stage():
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = 1
    scene.cycles.use_denoising = False
    scene.cycles.use_adaptive_sampling = False
    scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
    scene.view_settings.view_transform = "Standard"
    scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0
    bpy.data.objects["Light"].hide_render = True
    from_above(scene.camera)
    shine(cube(), (1, 0, 0, 1))


def from_above(camera):
    camera.location, camera.rotation_euler = (0, 0, 5), (0, 0, 0)
    camera.data.type, camera.data.ortho_scale = "ORTHO", 4  # metres across: 16 pixels each


def shine(thing, color=None):
    """Give it a material that shines by itself; return its emission node and its links."""
    material = bpy.data.materials.new("Shining")
    if not FIVE:
        material.use_nodes = True
    tree = material.node_tree
    tree.nodes.clear()
    emission, output = (tree.nodes.new(f"ShaderNode{n}") for n in ("Emission", "OutputMaterial"))
    tree.links.new(emission.outputs[0], output.inputs["Surface"])
    if color:
        emission.inputs["Color"].default_value = color
    thing.data.materials.clear()
    thing.data.materials.append(material)
    return tree, emission


def slow():
    """From here on a frame takes minutes."""
    bpy.context.scene.cycles.samples = 1_000_000


def mark(frame, camera):
    bpy.context.scene.timeline_markers.new("here", frame=frame).camera = camera


@pytest.fixture
def render(call):
    """Render, which has to come to its end within `wait`; give the call's result."""

    def one(**arguments):
        result = call("render", **{"wait": 60, **arguments})
        assert result.ok, result.error
        assert result.value["state"] == "done"
        return result

    return one


@pytest.fixture
def begin(call, here):
    """Begin a render and do not wait; give its job."""

    def one(**arguments):
        result = call("render", wait=0, **arguments)
        assert result.ok, result.error
        return here.renders.jobs[-1]

    return one


@pytest.fixture
def until(here):
    """Go on as a Blender without a window does, until it has come to that."""

    def one(condition, seconds=30):
        deadline = time.monotonic() + seconds
        here.run_until(lambda: condition() or time.monotonic() > deadline)
        assert condition(), "it did not come to that"

    return one


def pixels(file):
    """A picture's pixels: rows of RGBA, from 0 to 1."""
    image = bpy.data.images.load(str(file))
    try:
        width, height = image.size
        read = np.empty(width * height * 4, np.float32)
        image.pixels.foreach_get(read)
        return read.reshape(height, width, 4)
    finally:
        bpy.data.images.remove(image)


def red(file):
    """How many pixels are red."""
    read = pixels(file)
    return int(((read[..., 0] > 0.6) & (read[..., 1] < 0.3) & (read[..., 2] < 0.3)).sum())


def about(count):
    return pytest.approx(count, rel=0.1)


def names(folder):
    return sorted(each.name for each in Path(folder).iterdir())


# A still


def test_a_still_comes_back_as_a_picture_of_the_scene_as_it_is_now(render, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    cube().scale.x = 0.5  # not saved
    result = render()
    assert result.picture.media_type == "image/jpeg"
    assert (result.picture.width, result.picture.height) == (WIDTH, HEIGHT)
    (tmp_path / "seen.jpg").write_bytes(result.picture.data)
    assert red(tmp_path / "seen.jpg") == about(FACE / 2)
    (file,) = result.value["files"]
    assert red(file) == about(FACE / 2)
    assert result.value["kept"] == "until Blender is closed"
    assert "warnings" not in result.value


def test_what_was_changed_in_edit_mode_is_rendered_and_edit_mode_goes_on(render):
    import bmesh  # which is found once bpy was imported

    bpy.ops.object.mode_set(mode="EDIT")
    mesh = bmesh.from_edit_mesh(cube().data)
    for each in mesh.verts:
        each.co.x *= 0.5
    bmesh.update_edit_mesh(cube().data)
    assert red(render().value["files"][0]) == about(FACE / 2)
    assert bpy.context.mode == "EDIT_MESH"


def test_a_still_is_of_the_frame_at_which_the_scene_stands(render):
    for frame, width in ((-5, 0.5), (5, 1.0)):
        cube().scale.x = width
        cube().keyframe_insert("scale", frame=frame)
    bpy.context.scene.frame_set(-5)
    assert red(render().value["files"][0]) == about(FACE / 2)


def test_a_camera_that_a_marker_binds_is_enough_and_is_the_one(render):
    bound = bpy.data.objects.new("Bound", bpy.data.cameras.new("Bound"))
    bpy.context.collection.objects.link(bound)
    from_above(bound)
    bound.data.ortho_scale = 8
    mark(1, bound)
    bpy.context.scene.camera = None
    assert red(render().value["files"][0]) == about(FACE / 4)


def test_percentage_and_samples_hold_for_this_render_only(render):
    scene = bpy.context.scene
    result = render(percentage=50, samples=3)
    (file,) = result.value["files"]
    assert pixels(file).shape == (HEIGHT // 2, WIDTH // 2, 4)
    assert b"cycles.ViewLayer.samples\x003" in Path(file).read_bytes()
    assert (scene.render.resolution_percentage, scene.cycles.samples) == (100, 1)


# An animation


def test_an_animation_goes_on_in_the_background_while_other_calls_run(call, begin):
    bpy.context.scene.cycles.samples = 300
    job = begin(frames=[1, 24])
    told = []
    for _ in range(2000):
        # Where it would hide the cube, if it were rendered too.
        assert call("create_object", type="cube", location=(0, 0, 2.5), dimensions=[3, 3, 0.1]).ok
        told.append(call("render", action="status", wait=0.05).value)
        if told[-1]["state"] != "running":
            break
    assert told[-1]["state"] == "done"
    running = told[:-1]
    done = [int(each["frames_done"].removesuffix(" of 24")) for each in running]
    shown = [int(each["progress"].removesuffix(" %")) for each in running]
    assert done == sorted(done)
    assert len(set(done)) > 2, done
    assert shown == sorted(shown)
    assert len(set(shown)) > 2
    left = [each["seconds_left"] for each in running]
    assert left[0] is None
    assert isinstance(left[-1], int)
    assert names(job.folder / "out") == [f"render_{n:04}.png" for n in range(1, 25)]
    assert [red(each) for each in (job.files[0], job.files[-1])] == [about(FACE)] * 2


def test_the_running_blender_stays_as_it_is(begin, module, until, tmp_path):
    fingerprint = module("tools.handlers.fingerprint").fingerprint
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    bpy.ops.ed.undo_push(message="The user's own")
    bpy.context.scene.frame_set(7)
    bpy.context.view_layer.update()
    steps = module("tools.handlers.undo").UndoSteps()

    def state():
        scene = bpy.context.scene
        settings = [scene.render, scene.render.image_settings, scene.render.ffmpeg, scene.cycles]
        return (
            bpy.data.filepath, bpy.data.is_dirty, bpy.data.is_saved, scene.frame_current,
            scene.frame_start, scene.frame_end, scene.frame_step, scene.camera,
            [(each.name, each.active) for each in steps.history()],
            [
                {p.identifier: str(getattr(each, p.identifier)) for p in each.bl_rna.properties
                 if p.type in ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")} for each in settings
            ],
            (tmp_path / "a.blend").read_bytes(), fingerprint(),
        )  # fmt: skip

    before = state()
    job = begin(frames=[2, 3], percentage=50, samples=2, filepath=str(tmp_path / "b.mp4"))
    until(job.ended.done)
    assert job.state == "done"
    assert state() == before
    assert names(tmp_path) == ["a.blend", "b.mp4"]


def test_a_file_without_changes_still_has_none(begin, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    before = bpy.data.is_dirty  # bpy before 5 says so of every file
    begin()
    assert bpy.data.is_dirty == before == (not FIVE)
    assert names(tmp_path) == ["a.blend"]


def test_one_frame_is_an_animation_of_one(render):
    result = render(frames=[5])
    assert [Path(each).name for each in result.value["files"]] == ["render_0005.png"]
    assert "frame 5" in result.picture.caption


def test_frames_are_rendered_from_the_first_to_the_last(render):
    bpy.context.scene.frame_start, bpy.context.scene.frame_step = 20, 3
    result = render(frames=[3, 6])
    files = [Path(each).name for each in result.value["files"]]
    assert files == [f"render_000{n}.png" for n in (3, 4, 5, 6)]


def test_many_files_are_named_by_the_first_few_and_frame_0_is_a_frame(here, render):
    files = render(frames=[0, 6]).value["files"]
    assert [Path(each).name for each in files[:4]] == [f"render_000{n}.png" for n in range(4)]
    assert files[4:] == ["…"]
    assert len(here.renders.jobs[-1].files) == 7


def test_frames_before_the_first_are_refused(refused):
    assert "frames: 3 comes before 7" in refused("render", frames=[7, 3])


def test_frames_below_0_are_rendered_as_such_or_refused(call, here):
    result = call("render", frames=[-2, -1], wait=60)
    if result.ok:
        numbers = [
            int(Path(each).stem.removeprefix("render_")) for each in here.renders.jobs[-1].files
        ]
        assert sorted(numbers) == [-2, -1]
    else:
        assert "frames" in result.error


# Cancelling and waiting


def test_cancelling_leaves_no_process_and_keeps_what_is_written(call, begin, until):
    bpy.context.scene.cycles.samples = 500
    job = begin(frames=[1, 100])
    until(lambda: job.frames_done >= 2)
    result = call("render", action="cancel")
    assert result.ok, result.error
    assert result.value["state"] == "cancelled"
    assert job._process.poll() is not None
    assert not alive(job._process.pid)
    assert Path(result.value["files"][0]).name == "render_0001.png"
    for each in job.files:
        assert red(each) == about(FACE), each
    assert list(job.folder.glob("*.blend*")) == []


def test_a_second_render_is_refused_while_one_runs_and_may_begin_after(call, begin):
    slow()
    first = begin()
    refusal = call("render", wait=0)
    assert not refusal.ok
    assert f"Render {first.number} is still running (0 %)" in refusal.error
    assert call("render", action="cancel", id=first.number).ok
    second = begin()
    assert (first.state, second.state, second.number) == (
        "cancelled",
        "running",
        first.number + 1,
    )


def test_a_call_that_waits_keeps_nobody_else_waiting_and_is_taken_back_at_once(
    call, here, begin, module
):
    slow()
    job = begin()
    origin = module("tools.gate").Origin("chat", "another", 1, "another turn")
    waits = here.calls.submit("render", {"action": "status", "wait": 600}, origin)
    began = time.monotonic()
    assert call("create_object", type="cube").ok
    assert not waits.result.done()
    waits.cancel("never mind")
    assert waits.result.result(1).error == "never mind"
    assert time.monotonic() - began < 10
    assert job.state == "running"


def test_after_its_wait_a_call_returns_how_far_it_is(call, begin):
    slow()
    job = begin()
    told = call("render", action="status", wait=0.2)
    assert told.value["state"] == "running"
    assert told.value["frames_done"] == "0 of 1"
    assert told.picture is None
    assert job.state == "running"


def test_without_a_wait_the_call_returns_at_once(call, here):
    slow()
    began = time.monotonic()
    result = call("render", wait=0)
    assert result.value["state"] == "running"
    assert time.monotonic() - began < 2
    assert here.renders.jobs[-1].frame == 0


def test_nothing_was_rendered_yet(call):
    assert "Nothing was rendered yet" in call("render", action="status").error
    assert "Nothing was rendered yet" in call("render", action="cancel").error


# Where it is kept


@pytest.mark.parametrize("kind", ["png", "jpg", "exr"])
def test_a_still_is_kept_where_it_is_wanted(render, tmp_path, kind):
    file = tmp_path / f"a.{kind}"
    result = render(filepath=str(file))
    assert result.value["files"] == [str(file)]
    assert "kept" not in result.value
    assert names(tmp_path) == [file.name]
    magic = {"png": b"\x89PNG", "jpg": b"\xff\xd8\xff", "exr": b"\x76\x2f\x31\x01"}
    assert file.read_bytes().startswith(magic[kind])
    assert red(file) == about(FACE)
    assert result.picture.media_type == "image/jpeg"


def test_the_pictures_of_an_animation_are_numbered(render, tmp_path):
    render(frames=[1, 2], filepath=str(tmp_path / "a.png"))
    assert names(tmp_path) == ["a_0001.png", "a_0002.png"]


def test_a_pattern_says_where_the_number_goes(render, tmp_path):
    render(frames=[9, 10], filepath=str(tmp_path / "shot ## of mine.png"))
    assert names(tmp_path) == ["shot 09 of mine.png", "shot 10 of mine.png"]


def test_a_movie_plays(render, tmp_path):
    for frame, width in ((1, 1.0), (8, 0.5)):
        cube().scale.x = width
        cube().keyframe_insert("scale", frame=frame)
    file = tmp_path / "a.mp4"
    result = render(frames=[1, 8], filepath=str(file))
    assert result.value["files"] == [str(file)]
    assert names(tmp_path) == ["a.mp4"]
    clip = bpy.data.movieclips.load(str(file))
    assert (clip.frame_duration, *clip.size) == (8, WIDTH, HEIGHT)
    bpy.data.movieclips.remove(clip)
    assert red(file) == pytest.approx(FACE, rel=0.2)  # an image of a movie shows its first frame


@pytest.mark.parametrize("kind", ["mkv", "mov", "webm", "avi"])
def test_a_movie_is_of_the_kind_its_name_says(render, tmp_path, kind):
    file = tmp_path / f"a.{kind}"
    render(frames=[1, 2], filepath=str(file))
    assert names(tmp_path) == [file.name]
    begins = file.read_bytes()[:12]
    matroska = b"\x1a\x45\xdf\xa3"
    assert {
        "mkv": begins.startswith(matroska), "webm": begins.startswith(matroska),
        "mov": begins[4:8] == b"ftyp", "avi": begins.startswith(b"RIFF"),
    }[kind]  # fmt: skip


def test_a_movie_is_of_that_kind_whatever_movies_the_scene_is_set_to(render, tmp_path):
    settings = bpy.context.scene.render
    if FIVE:
        settings.image_settings.media_type = "VIDEO"
    settings.image_settings.file_format = "FFMPEG"
    settings.ffmpeg.format = "MKV"
    render(frames=[1, 2], filepath=str(tmp_path / "a.mp4"))
    assert names(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"


def test_braces_in_a_name_are_braces(render, tmp_path):
    file = tmp_path / "a {scene}.png"
    render(filepath=str(file))
    assert names(tmp_path) == [file.name]


def test_what_blender_cannot_write_is_refused(refused, tmp_path):
    said = refused("render", filepath=str(tmp_path / "a.gif"))
    assert "end its name in one of .png, .jpg" in said
    assert ".mp4" in said
    assert "end its name" in refused("render", filepath=str(tmp_path / "a"))


def test_a_still_is_no_movie(refused, tmp_path):
    said = refused("render", filepath=str(tmp_path / "a.mp4"))
    assert "a still is no .mp4; give frames" in said


def test_a_folder_that_is_not_there_is_named(refused, tmp_path):
    said = refused("render", filepath=str(tmp_path / "none" / "a.png"))
    assert f"there is no folder {tmp_path / 'none'}" in said


def test_a_folder_that_cannot_be_written_to_is_refused(refused, tmp_path, request):
    if ROOT:
        folder = request.getfixturevalue("disk")("ro")
    else:
        folder = tmp_path / "closed"
        folder.mkdir(0o555)
    said = refused("render", filepath=str(folder / "a.png"))
    assert f"{folder} cannot be written to" in said


def test_a_file_that_is_there_is_kept(refused, tmp_path):
    (tmp_path / "a.png").write_text("mine")
    said = refused("render", filepath=str(tmp_path / "a.png"))
    assert f"{tmp_path / 'a.png'} exists already" in said
    assert "overwrite" in said
    assert (tmp_path / "a.png").read_text() == "mine"


def test_a_movie_that_is_there_is_kept(refused, tmp_path):
    (tmp_path / "a.mp4").write_text("mine")
    assert "exists already" in refused("render", filepath=str(tmp_path / "a.mp4"), frames=[1, 2])


def test_one_picture_of_a_sequence_that_is_there_is_kept(refused, tmp_path):
    (tmp_path / "a_0002.png").write_text("mine")
    said = refused("render", filepath=str(tmp_path / "a.png"), frames=[1, 3])
    assert f"{tmp_path / 'a_0002.png'} exists already" in said
    said = refused("render", filepath=str(tmp_path / "a_####.png"), frames=[1, 3])
    assert f"{tmp_path / 'a_0002.png'} exists already" in said


def test_files_that_only_begin_alike_are_in_nobodys_way(begin, tmp_path):
    (tmp_path / "arm.png").write_text("mine")
    (tmp_path / "a.png").write_text("a still")
    slow()
    assert begin(filepath=str(tmp_path / "a.png"), frames=[1, 3]).state == "running"


def test_what_is_there_is_replaced_where_that_is_wanted(render, tmp_path):
    (tmp_path / "a.png").write_text("an older one")
    render(filepath=str(tmp_path / "a.png"), overwrite=True)
    assert red(tmp_path / "a.png") == about(FACE)


def test_writing_a_file_asks_and_names_it(refused, tmp_path):
    said = refused("render", filepath=str(tmp_path / "a.png"))
    assert f"it writes {tmp_path / 'a.png'}" in said
    assert "--allow files" in said
    said = refused("render", filepath=str(tmp_path / "a.png"), overwrite=True)
    assert f"it replaces what is at {tmp_path / 'a.png'}" in said


def test_a_render_that_is_kept_nowhere_asks_nothing(call):
    slow()
    for arguments in ({}, {"action": "status"}, {"action": "cancel"}):
        assert call("render", wait=0, **arguments).ok


# What comes with it


def file_output(folder):
    """A compositor that writes what it gets into a folder."""
    scene = bpy.context.scene
    if FIVE:
        tree = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        scene.compositing_node_group = tree
        tree.interface.new_socket("Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        end = tree.nodes.new("NodeGroupOutput")
    else:
        scene.use_nodes = True
        tree = scene.node_tree
        tree.nodes.clear()
        end = tree.nodes.new("CompositorNodeComposite")
    layers = tree.nodes.new("CompositorNodeRLayers")
    output = tree.nodes.new("CompositorNodeOutputFile")
    if FIVE:
        output.directory, output.file_name = str(folder), "written"
        output.file_output_items.new("RGBA", "Image")
    else:
        output.base_path = str(folder)
    tree.links.new(layers.outputs["Image"], output.inputs["Image"])
    tree.links.new(layers.outputs["Image"], end.inputs["Image"])


def test_file_output_nodes_write_nothing_and_a_warning_says_so(render, tmp_path):
    file_output(tmp_path)
    result = render()
    assert names(tmp_path) == []
    assert ["File Output" in each for each in result.value["warnings"]] == [True]
    assert red(result.value["files"][0]) == about(FACE)


@pytest.mark.parametrize("was_saved", [True, False], ids=["loaded", "painted"])
def test_pixels_that_are_not_saved_are_warned_of_by_name(call, tmp_path, was_saved):
    image = bpy.data.images.new("Painted", 4, 4)
    if was_saved:
        image.filepath_raw, image.file_format = str(tmp_path / "a.png"), "PNG"
        image.save()
    image.pixels[0] = 1
    image.update()
    assert image.is_dirty
    (warning,) = call("render", wait=0).value.get("warnings", ["none"])
    assert "not saved" in warning
    assert "Painted" in warning


def test_a_texture_beside_the_file_is_found(render, tmp_path):
    made = bpy.data.images.new("Texture", 4, 4)
    made.pixels = (1, 0, 0, 1) * 16
    made.filepath_raw, made.file_format = str(tmp_path / "tex.png"), "PNG"
    made.save()
    bpy.data.images.remove(made)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    tree, emission = shine(cube())
    texture = tree.nodes.new("ShaderNodeTexImage")
    texture.image = bpy.data.images.load("//tex.png")
    tree.links.new(texture.outputs["Color"], emission.inputs["Color"])
    assert red(render().value["files"][0]) == about(FACE)
    assert texture.image.filepath == "//tex.png"


def test_what_is_baked_beside_the_file_is_linked(begin, tmp_path):
    (tmp_path / "blendcache_a").mkdir()
    (tmp_path / "blendcache_a" / "cloth.bphys").write_text("baked")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "a.blend"))
    job = begin()
    assert (job.folder / "blendcache_a" / "cloth.bphys").read_text() == "baked"
    assert Path(job.order.blend).name == "a.blend"


# What goes wrong


def test_without_a_camera_it_is_refused(refused):
    bpy.context.scene.camera = None
    assert "no camera" in refused("render")


def test_where_the_compositor_is_off_a_missing_camera_is_told_at_once(refused, here, tmp_path):
    file_output(tmp_path)
    if FIVE:
        bpy.context.scene.render.use_compositing = False
    else:
        bpy.context.scene.use_nodes = False
    bpy.data.objects.remove(bpy.context.scene.camera)
    assert "no camera" in refused("render", wait=60)
    assert here.renders.jobs == ()


def test_samples_are_refused_where_the_engine_has_none(refused):
    bpy.context.scene.render.engine = "BLENDER_WORKBENCH"
    assert "BLENDER_WORKBENCH has none" in refused("render", samples=4)


def test_without_graphics_eevee_fails_and_says_what_would_do(call, monkeypatch):
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json")
    monkeypatch.setenv("LIBGL_DRIVERS_PATH", "/nonexistent")
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "0")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    scene = bpy.context.scene
    known = {each.identifier for each in scene.render.bl_rna.properties["engine"].enum_items}
    scene.render.engine = (
        "BLENDER_EEVEE" if FIVE or "BLENDER_EEVEE" in known else "BLENDER_EEVEE_NEXT"
    )
    result = call("render", wait=60)
    assert not result.ok
    assert "no graphics (OpenGL)" in result.error
    assert "CYCLES" in result.error
    assert result.value["state"] == "failed"


def test_a_disk_that_is_full_at_the_end_says_so_and_keeps_what_is_whole(call, here, disk):
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = 200, 150
    place = disk("size=300k")
    result = call("render", frames=[1, 4], filepath=str(place / "a.bmp"), wait=60)
    assert not result.ok
    job = here.renders.jobs[-1]
    assert f"Could not write to {place}" in result.error
    assert "No space left" in result.error
    assert str(job.folder / "out") in result.error
    assert len(job.files) == 4
    assert len({Path(each).stat().st_size for each in job.files}) == 1  # each is whole
    kept = [Path(each).name for each in job.files if Path(each).parent == place]
    assert 0 < len(kept) < 4
    assert names(place) == kept, "what is half written goes by the name of a whole one"


def test_a_disk_too_small_for_the_copy_is_told_before_it_begins(refused, here, disk):
    place = disk("size=200k")
    filepaths = bpy.context.preferences.filepaths
    before = filepaths.temporary_directory
    filepaths.temporary_directory = str(place)
    try:
        assert Path(bpy.app.tempdir).is_relative_to(place)
        said = refused("render")
        assert "only 0 MB are free" in said
        assert str(place) in said
        assert list(place.rglob("*.blend")) == []
        assert list(place.rglob("scene_chat_render*")) == []
    finally:
        filepaths.temporary_directory = before
    assert here.renders.jobs == ()


def test_a_process_that_is_killed_is_a_failure_in_a_sentence(call, begin, until):
    slow()
    job = begin()
    os.kill(job._process.pid, signal.SIGKILL)
    until(job.ended.done)
    result = call("render", action="status")
    assert not result.ok
    assert (
        f"Render {job.number} failed: The process that rendered ended early (code -9)"
        in result.error
    )
    assert list(job.folder.glob("*.blend*")) == []


# Its end with Blender's

SESSION = """
import importlib, sys, threading, time
sys.path.insert(0, "scripts")
from bpy_session import EXTENSION, bpy_session
with bpy_session():
    import bpy
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = 64, 48
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = 1_000_000, False
    here = importlib.import_module(EXTENSION + ".operators.runtime").current()
    gate = importlib.import_module(EXTENSION + ".tools.gate")
    origin = gate.Origin("chat", "a test", 1, "a turn")
    call = here.calls.submit("render", {"wait": 0}, origin)
    here.run_until(call.result.done)
    job = here.renders.jobs[0]
    here.run_until(lambda: job.frame or job.ended.done())
    waits = here.calls.submit("render", {"action": "status", "wait": 600}, origin)
    here.run_until(lambda: waits._later is not None)
    print("renders in", job._process.pid, job.state, flush=True)
"""


def session(more):
    """Begin a long render in another Blender, then do more there; give that process."""
    return subprocess.Popen(
        [sys.executable, "-c", SESSION + more],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def rendering(process):
    """The id of the process that renders for that one."""
    for line in process.stdout:
        if line.startswith("renders in"):
            _, _, pid, state = line.split()
            assert state == "running"
            return int(pid)
    raise AssertionError("it never rendered")


def test_a_blender_that_is_killed_leaves_no_process():
    process = session("    time.sleep(60)\n")
    try:
        pid = rendering(process)
        assert alive(pid)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    deadline = time.monotonic() + 5
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(pid)


def running(pid):
    """Whether it runs; one that has ended and that nobody asks about does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_disabling_the_extension_leaves_no_process_and_no_thread():
    done = textwrap.dedent("""
        print("left:", threading.active_count(), job._process.poll() is not None, job.state)
        print("said:", waits.result.done(), flush=True)
        import os
        os._exit(0)
    """)
    process = session(done)
    try:
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert "left: 1 True cancelled" in said, said
    assert "said: True" in said


def test_scripts_that_were_refused_at_the_opening_are_not_run_by_the_render(call, tmp_path):
    ran = tmp_path / "ran"
    text = bpy.data.texts.new("startup.py")
    text.write(f"open({str(ran)!r}, 'w')")
    text.use_module = True
    file = str(tmp_path / "with scripts.blend")
    bpy.ops.wm.save_as_mainfile(filepath=file)
    paths = bpy.context.preferences.filepaths
    before, paths.use_scripts_auto_execute = paths.use_scripts_auto_execute, True
    try:
        bpy.ops.wm.open_mainfile(filepath=file, use_scripts=False)
        result = call("render", wait=60)
    finally:
        paths.use_scripts_auto_execute = before
    assert result.ok, result.error
    assert not ran.exists()
    assert "the text startup.py may need" in result.value["warnings"][0]


def test_frames_that_blender_has_not_are_refused_at_once(call):
    assert "frames 0 to 1,048,574" in call("render", frames=[1, 10**9]).error


def test_a_folder_is_no_place_for_a_picture(call, here, tmp_path):
    here.gate.allow("chat", ["files"])
    (tmp_path / "a.png").mkdir()
    said = call("render", filepath=str(tmp_path / "a.png"), overwrite=True).error
    assert "is a folder; name a file" in said
