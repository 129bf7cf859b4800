"""look: what its pictures show, what its words say, and that it leaves no trace.

Pictures are small: without a graphics card EEVEE takes 8 s for any, so few are in its shadings.
"""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import bpy
import numpy as np
import pytest
from blender.pictures import COLORS, box, colored, differing, kind, middle, pixels
from blender.scenes import cube, done, elsewhere, empty, mesh
from bpy_extras.object_utils import world_to_camera_view
from bpy_session import CHECKOUT

EEVEE = 120.0
"""Seconds that a call with EEVEE may run, on a machine that does other things as well."""
FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
CORNERS = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])

ENDS = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1),
        "cyan": (-1, 0, 0), "magenta": (0, -1, 0), "yellow": (0, 0, -1)}  # fmt: skip
"""Which colour stands at which end of the axes: light's own at the positive ends."""
# What is to the right, what is above, what is nearest and what it hides, as Blender's numpad has it.
SEEN = {
    "front": ("red", "blue", "magenta", "green"),
    "back": ("cyan", "blue", "green", "magenta"),
    "right": ("green", "blue", "red", "cyan"),
    "left": ("magenta", "blue", "cyan", "red"),
    "top": ("red", "green", "blue", "yellow"),
    "bottom": ("red", "magenta", "yellow", "blue"),
}
OPPOSITE = {"red": "cyan", "green": "magenta", "blue": "yellow",
            "cyan": "red", "magenta": "green", "yellow": "blue"}  # fmt: skip


def paint(name, color):
    """A material: of one colour in a solid view, in the reverse one for EEVEE."""
    made = bpy.data.materials.new(name)
    made.diffuse_color = (*COLORS[color], 1)
    if bpy.app.version < (5, 0):
        made.use_nodes = True
    inputs = made.node_tree.nodes["Principled BSDF"].inputs
    inputs["Base Color"].default_value = (*COLORS[OPPOSITE[color]], 1)
    inputs["Roughness"].default_value = 1
    return made


def block(name, color, location=(0, 0, 0), half=1.0):
    """A cube of a colour, which reaches `half` to each side."""
    made = mesh(name, (CORNERS * half).tolist(), FACES, location=location)
    made.data.materials.append(paint(name, color))
    return made


def emptied():
    """Take everything out of the scene."""
    for each in list(bpy.data.objects):
        bpy.data.objects.remove(each)


def camera(**attributes):
    """The scene's camera, ten units before the origin, looking along Y."""
    made = bpy.data.objects["Camera"]
    made.location, made.rotation_euler = (0, -10, 0), (math.pi / 2, 0, 0)
    for name, value in attributes.items():
        setattr(made.data, name, value)
    return made


def seen(call, **arguments):
    """The pixels of a look that has to be good."""
    picture = done(call("look", **{"size": 200} | arguments)).picture
    shown = pixels(picture.data)
    assert shown.shape == (picture.height, picture.width, 3)
    return shown


def words(call, **arguments):
    return done(call("look", **{"size": 64} | arguments)).value["picture"]


def front_share():
    """Which part of a 4 : 3 picture a cube's front covers, when its sphere touches the frame."""
    distance = math.sqrt(3) / math.sin(math.radians(20))
    half = 1 / math.tan(math.radians(20)) / (distance - 1)
    return half * half / (4 / 3)


def fills_its_share(call, name, color="red", **arguments):
    mask = colored(seen(call, view="front", names=[name], **arguments), color)
    assert mask.mean() == pytest.approx(front_share(), rel=0.04)
    assert middle(mask) == pytest.approx((0.5, 0.5), abs=0.01)


# The shadings


@pytest.mark.parametrize(
    ("shading", "color"), [("", "red"), ("solid", "red"), ("material", "cyan")]
)
def test_the_named_object_takes_its_share_of_the_middle_in_its_colour(call, shading, color):
    emptied()
    block("Block", "red", (3, 4, 5))
    fills_its_share(call, "Block", color, shading=shading, running=EEVEE)


def test_a_wireframe_is_lines_around_the_silhouette_and_background_between(call):
    lines = differing(seen(call, view="front", names=["Cube"], shading="wireframe"))
    left, top, right, bottom = box(lines)
    assert (right - left) * (bottom - top) / lines.size == pytest.approx(front_share(), rel=0.06)
    assert middle(lines) == pytest.approx((0.5, 0.5), abs=0.01)
    for edge in (lines[top + 1], lines[bottom - 2], lines[:, left + 1], lines[:, right - 2]):
        assert edge.sum() > 0.9 * (right - left)
    assert 0.02 < lines[top:bottom, left:right].mean() < 0.15


def test_only_xray_lets_what_is_behind_shine_through(call):
    block("Before", "red")
    block("Behind", "green", (0, 3, 0), half=0.3)

    def greener(shading):
        """How much greener the middle is than beside it, where nothing is behind."""
        shown = seen(call, view="front", names=["Before"], shading=shading)
        high, wide, _ = shown.shape
        return shown[high // 2, wide // 2, 1] - shown[high // 2, wide // 2 - wide // 6, 1]

    cube().hide_set(True)
    assert greener("solid") < 5
    assert greener("xray") > 20


def test_rendered_is_lit_by_the_scenes_lamps_from_where_they_are(call):
    emptied()
    thing = block("Block", "red", half=0.8)
    inputs = thing.active_material.node_tree.nodes["Principled BSDF"].inputs
    inputs["Base Color"].default_value = (1, 1, 1, 1)
    bpy.context.scene.world.node_tree.nodes["Background"].inputs["Strength"].default_value = 0
    for color, place in {"red": (0, -4, 0), "blue": (4, 0, 0)}.items():
        lamp = bpy.data.objects.new(color, bpy.data.lights.new(color, "POINT"))
        lamp.location, lamp.data.energy, lamp.data.color = place, 300, COLORS[color]
        bpy.context.collection.objects.link(lamp)
    # From a corner, where the front is on the left and the right side on the right.
    shown = seen(call, names=["Block"], shading="rendered", size=100, running=EEVEE)
    assert middle(colored(shown, "red"))[0] < 0.45
    assert middle(colored(shown, "blue"))[0] > 0.55


# The sides


@pytest.fixture
def ends(here):
    """Six blocks at the ends of the axes, each of its colour, and nothing else."""
    for each in ("Cube", "Light"):
        bpy.data.objects.remove(bpy.data.objects[each])
    for color, axis in ENDS.items():
        block(color, color, [3 * part for part in axis], half=0.5)


def is_seen_from(shown, right, above, near, hidden):
    """Whether the blocks are where they have to be: 1/3 and 2/3 are beyond any middle one."""
    places = {color: middle(colored(shown, color)) for color in COLORS if color != hidden}
    assert not colored(shown, hidden).any()
    assert places[near] == pytest.approx((0.5, 0.5), abs=0.02)
    assert places[right][0] > 0.62
    assert places[OPPOSITE[right]][0] < 0.38
    assert places[above][1] < 0.38
    assert places[OPPOSITE[above]][1] > 0.62
    for color in (right, OPPOSITE[right]):
        assert places[color][1] == pytest.approx(0.5, abs=0.02)
    for color in (above, OPPOSITE[above]):
        assert places[color][0] == pytest.approx(0.5, abs=0.02)


def is_seen_from_the_corner(shown):
    """Whether they are as from the right, the front and above."""
    places = {color: middle(colored(shown, color)) for color in COLORS}
    sizes = {color: colored(shown, color).sum() for color in COLORS}
    for color in ("red", "green"):
        assert places[color][0] > 0.55
        assert places[OPPOSITE[color]][0] < 0.45
    assert places["blue"][1] < places["green"][1] < 0.5 < places["magenta"][1] < places["yellow"][1]
    assert places["cyan"][1] < 0.5 < places["red"][1]
    for near in ("red", "magenta", "blue"):
        assert sizes[near] > sizes[OPPOSITE[near]]


@pytest.mark.parametrize("view", SEEN)
def test_a_side_is_seen_from_where_it_is_named_after_and_not_mirrored(call, ends, view):
    is_seen_from(seen(call, view=view), *SEEN[view])


def test_iso_is_from_the_front_right_corner_above(call, ends):
    is_seen_from_the_corner(seen(call, view="iso"))


def test_without_a_window_the_viewport_is_the_corner(call, ends):
    is_seen_from_the_corner(seen(call, view="viewport"))


def test_the_camera_sees_what_is_before_it_and_not_mirrored(call, ends):
    camera(lens=40)
    is_seen_from(seen(call, view="camera"), *SEEN["front"])


def quarters(shown):
    """The four parts of a sheet, from the top left, by the sizes of the parts."""
    height, width = (shown.shape[0] - 4) // 2, (shown.shape[1] - 4) // 2
    rows, columns = (slice(height), slice(-height, None)), (slice(width), slice(-width, None))
    return [shown[row, column] for row in rows for column in columns]


def test_around_shows_front_right_top_and_corner_in_one_picture(call, ends):
    front, right, top, corner = quarters(seen(call, view="around", size=400))
    is_seen_from(front, *SEEN["front"])
    is_seen_from(right, *SEEN["right"])
    is_seen_from(top, *SEEN["top"])
    is_seen_from_the_corner(corner)


@pytest.mark.parametrize("size", [64, 201, 800])
def test_the_parts_of_around_are_of_one_size_with_gaps_between(call, size):
    shown = seen(call, view="around", size=size)
    height, width, _ = shown.shape
    assert size - 1 <= max(height, width) <= size
    assert (height % 2, width % 2) == (0, 0)
    assert (shown[height // 2 - 2 : height // 2 + 2] == 255).all()
    assert (shown[:, width // 2 - 2 : width // 2 + 2] == 255).all()
    for part in quarters(shown):
        assert (part[0, 0] < 200).all()
        assert part.shape[1] / part.shape[0] == pytest.approx(4 / 3, rel=0.05)


def test_the_words_of_around_name_its_parts(call):
    said = words(call, view="around", names=["Cube"], size=128)
    assert said.startswith(
        "Top left: Cube from the front. Top right: Cube from the right. Bottom left: Cube from "
        "the top. Bottom right: Cube from a corner above; solid shading. In frame"
    )


# The camera


def stands_where_the_camera_has_it(call, shading="solid", size=200):
    """Compare two marks with where Blender's own function has them in the camera's frame."""
    scene = bpy.context.scene
    if cube := bpy.data.objects.get("Cube"):
        bpy.data.objects.remove(cube)
    marks = {"red": (0.8, 0, 0.5), "green": (-0.6, 2, -0.7)}
    for color, place in marks.items():
        block(color, color, place, half=0.12)
    shown = seen(call, view="camera", shading=shading, size=size, running=EEVEE)
    height, width, _ = shown.shape
    bpy.context.view_layer.update()
    for color in marks:
        part = world_to_camera_view(scene, scene.camera, bpy.data.objects[color].location)
        along, down = middle(colored(shown, color if shading == "solid" else OPPOSITE[color]))
        assert along * width == pytest.approx(part.x * width, abs=1.5)
        assert down * height == pytest.approx((1 - part.y) * height, abs=1.5)
    return width, height


@pytest.mark.parametrize(
    "lens",
    [
        {"lens": 85},
        {"lens": 20},
        {"angle": math.radians(30)},
        {"shift_x": 0.2, "shift_y": -0.15},
        {"sensor_fit": "VERTICAL"},
        {"sensor_width": 50},
        {"type": "ORTHO", "ortho_scale": 5},
        {"type": "ORTHO", "ortho_scale": 5, "shift_x": 0.2},
    ],
    ids=str,
)
def test_the_cameras_lens_is_respected(call, lens):
    camera(**lens)
    stands_where_the_camera_has_it(call)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"resolution_x": 1920, "resolution_y": 1080}, (200, 112)),
        ({"resolution_x": 300, "resolution_y": 600}, (100, 200)),
        ({"resolution_x": 300, "resolution_y": 600, "pixel_aspect_x": 4}, (200, 100)),
        ({"resolution_x": 300, "resolution_y": 300, "pixel_aspect_y": 2}, (100, 200)),
        ({"resolution_x": 400, "resolution_y": 300, "resolution_percentage": 10}, (200, 150)),
    ],
    ids=str,
)
def test_the_renders_frame_is_the_pictures(call, settings, expected):
    camera()
    for name, value in settings.items():
        setattr(bpy.context.scene.render, name, value)
    assert stands_where_the_camera_has_it(call) == expected


def test_eevee_respects_the_cameras_lens_as_well(call):
    camera(lens=60, shift_x=0.2, shift_y=-0.1)
    stands_where_the_camera_has_it(call, shading="material", size=150)


def test_a_scaled_and_parented_camera_is_where_blender_has_it(call):
    eye, stand = camera(), empty("Stand", rotation_euler=(0, 0, 0.1), scale=(2, 2, 2))
    eye.parent, eye.location = stand, (0, -4, 0)
    stands_where_the_camera_has_it(call)


def test_the_words_name_the_camera_and_its_place(call):
    camera()
    said = words(call, view="camera")
    assert said.startswith(
        "through the camera 'Camera', solid shading; eye at (0, -10, 0), looking"
    )


def test_without_a_camera_it_says_what_to_do(call):
    bpy.context.scene.camera = None
    assert "The scene has no camera. Add one, or look from iso" in call("look", view="camera").error


def test_an_object_that_is_no_camera_is_not_looked_through(call):
    bpy.context.scene.camera = cube()
    said = call("look", view="camera", size=64).error
    assert said == "The scene's camera 'Cube' is no camera. Set another one."


# What is framed


def test_a_pattern_frames_all_that_it_matches_and_nothing_else(call):
    emptied()
    for at in (-5, 5):
        block(f"Post {at}", "red", (at, 0, 0))
    block("Gate", "green", (60, 0, 0))
    result = done(call("look", view="front", names=["Post*"], size=200))
    left, _, right, _ = box(colored(pixels(result.picture.data), "red"))
    assert 2 < left < 40
    assert 160 < right < 198
    said = result.value["picture"]
    assert said.startswith("Post* from the front")
    assert "Gate" not in said


@pytest.mark.parametrize("place", [(1e5, 0, 0), (-1e5, 1e5, 1e5)], ids=str)
def test_an_object_far_away_is_framed(call, place):
    emptied()
    block("Far", "red", place)
    fills_its_share(call, "Far")


@pytest.mark.parametrize("half", [1e-4, 1e4])
def test_a_tiny_or_huge_object_is_framed(call, half):
    emptied()
    block("Thing", "red", half=half)
    fills_its_share(call, "Thing")
    assert "Thing 34 %" in words(call, view="front", names=["Thing"])


def test_what_stands_around_the_framed_is_seen_as_well(call):
    emptied()
    block("Small", "red", half=0.1)
    mesh("Wall", [(-50, 8, -50), (50, 8, -50), (50, 8, 50), (-50, 8, 50)], [(0, 1, 2, 3)])
    bpy.data.objects["Wall"].data.materials.append(paint("Wall", "green"))
    shown = seen(call, view="front", names=["Small"])
    assert (colored(shown, "red") | colored(shown, "green")).mean() > 0.97


def of_no_size(kind):
    if kind == "an empty":
        return empty("Nothing", location=(5, 0, 0))
    if kind == "a light":
        light = bpy.data.objects["Light"]
        light.name, light.location = "Nothing", (5, 0, 0)
        return light
    points = [(0, 0, 0)] if kind == "a mesh of one vertex" else []
    return mesh("Nothing", points, [], location=(5, 0, 0))


@pytest.mark.parametrize(
    "kind", ["an empty", "a light", "a mesh of one vertex", "a mesh without vertices"]
)
def test_what_has_no_size_is_looked_at_with_what_is_around_it(call, kind):
    of_no_size(kind)
    block("Beside", "red", (5, 0, 0), half=0.2)
    cube().hide_set(True)
    result = done(call("look", view="front", names=["Nothing"], size=200))
    assert result.value["picture"].startswith("Nothing (of no size")
    assert middle(colored(pixels(result.picture.data), "red")) == pytest.approx(
        (0.5, 0.5), abs=0.02
    )


@pytest.fixture
def instance(here):
    """An instance, at x = 50, of a collection that is in no scene."""
    emptied()
    group = bpy.data.collections.new("Group")
    part = block("Part", "red", (2, 0, 0))
    bpy.context.scene.collection.objects.unlink(part)
    group.objects.link(part)
    group.instance_offset = (2, 0, 0)
    return empty("Copy", location=(50, 0, 0), instance_type="COLLECTION", instance_collection=group)


def test_an_instance_of_a_collection_is_framed(call, instance):
    fills_its_share(call, "Copy")


def test_an_instance_is_in_frame_by_what_is_seen_of_it(call, instance):
    assert "Copy 34 %" in words(call, view="front", names=["Copy"])


def test_an_instance_of_an_instance_is_framed(call, instance):
    outer = bpy.data.collections.new("Outer")
    bpy.context.scene.collection.objects.unlink(instance)
    outer.objects.link(instance)
    empty("Whole", location=(0, 9, 0), instance_type="COLLECTION", instance_collection=outer)
    fills_its_share(call, "Whole")


def test_modifiers_count_for_the_frame(call):
    emptied()
    row = block("Row", "red").modifiers.new("Row", "ARRAY")
    row.count, row.relative_offset_displace = 5, (2, 0, 0)
    mask = colored(seen(call, view="front", names=["Row"]), "red")
    # From -1 to 17 in x, in a sphere of half the diagonal of 18, 2, 2.
    distance = math.sqrt(81 + 1 + 1) / math.sin(math.radians(20)) - 1
    half = 9 / math.tan(math.radians(20)) / distance / (4 / 3)
    left, _, right, _ = box(mask)
    assert (right - left) / mask.shape[1] == pytest.approx(half, rel=0.02)
    assert middle(mask) == pytest.approx((0.5, 0.5), abs=0.01)


@pytest.mark.parametrize("how", ["in the view layer", "in all viewports", "with its collection"])
def test_a_hidden_object_is_not_looked_at(call, refused, how):
    if how == "in the view layer":
        cube().hide_set(True)
    elif how == "in all viewports":
        cube().hide_viewport = True
    else:
        bpy.context.view_layer.layer_collection.children["Collection"].exclude = True
    said = refused("look", names=["Cube"], size=64)
    assert said == "Not to be seen, hidden or in another scene: Cube."


def test_an_object_of_another_scene_is_not_looked_at(refused, here):
    elsewhere("Elsewhere")
    said = refused("look", names=["Elsewhere"], size=64)
    assert said == "Not to be seen, hidden or in another scene: Elsewhere."


def test_a_wrong_name_gets_the_nearest_ones(refused):
    said = refused("look", names=["Cubee"], size=64)
    assert said == "There is no object 'Cubee'. Did you mean 'Cube'?"


def test_a_pattern_that_matches_nothing_is_told(refused):
    said = refused("look", names=["Rack*"], size=64)
    assert said == "No object of the scene matches 'Rack*'."


@pytest.mark.parametrize("view", ["camera", "viewport"])
def test_names_cannot_be_framed_by_a_view_that_stands_already(refused, view):
    said = refused("look", view=view, names=["Cube"], size=64)
    assert said == f"names: the {view} shows what it shows; frame them from a side."


def test_an_empty_scene_is_an_even_picture_and_said_to_be_empty(call):
    emptied()
    result = done(call("look", size=64))
    assert not differing(pixels(result.picture.data), 10).any()
    assert result.value["picture"].startswith("an empty scene from a corner above, solid shading")
    assert result.value["picture"].endswith("No object is in frame.")


# The words


@pytest.mark.parametrize(
    ("view", "place"),
    [
        ("front", "the front, solid shading; eye at (0, -5.06, 0), looking along (0, 1, 0)"),
        ("back", "the back, solid shading; eye at (0, 5.06, 0), looking along (0, -1, 0)"),
        ("left", "the left, solid shading; eye at (-5.06, 0, 0), looking along (1, 0, 0)"),
        ("right", "the right, solid shading; eye at (5.06, 0, 0), looking along (-1, 0, 0)"),
        ("top", "the top, solid shading; eye at (0, 0, 5.06), looking along (0, 0, -1)"),
        ("bottom", "below, solid shading; eye at (0, 0, -5.06), looking along (0, 0, 1)"),
    ],
)
def test_the_words_say_from_where(call, view, place):
    assert words(call, view=view, names=["Cube"]).startswith(f"Cube from {place}. In frame")


def test_what_is_in_frame_is_named_by_its_share_the_largest_first(call):
    emptied()
    block("Large", "red")
    block("Small", "green", (1.2, -1, 1.2), half=0.3)
    block("Speck", "blue", (-1.2, -1, 1.2), half=0.01)
    said = words(call, view="front", names=["Large"])
    assert "bounding boxes take: Large 34 %, Small 4 %, Speck < 1 %." in said


@pytest.mark.parametrize("place", [(0, -50, 0), (100, 0, 0), (0, 0, -9)], ids=str)
def test_what_is_behind_the_eye_or_outside_the_frame_is_not_named(call, place):
    block("Astray", "red", place)
    assert "Astray" not in words(call, view="front", names=["Cube"])


def test_a_room_around_the_eye_is_named(call):
    block("Room", "red", half=50)
    said = words(call, view="front", names=["Cube"])
    assert "Room 100 %, Cube 34 %." in said


def test_what_is_hidden_is_not_named(call):
    block("Hidden", "red", (1, 0, 0)).hide_set(True)
    assert "Hidden" not in words(call, view="front", names=["Cube"])


@pytest.mark.parametrize("count", [200, 500])
def test_of_many_objects_twelve_are_named_and_the_others_counted(call, count):
    emptied()
    data = block("Block 0", "red", half=0.3).data
    for number in range(1, count):
        made = bpy.data.objects.new(f"Block {number}", data)
        made.location = (number % 20, 0, number // 20)
        bpy.context.collection.objects.link(made)
    said = words(call, view="front")
    assert len(re.findall(r"Block \d+ (?:\d|<)", said)) == 12
    assert said.endswith(f" and {count - 12} more.")


# Sizes and files


@pytest.mark.parametrize("size", [0, 63, 4096, 10000, "big", float("nan")])
def test_a_size_that_cannot_be_drawn_is_refused(call, size):
    assert call("look", size=size).kind == "InvalidArguments"


def test_a_size_beyond_the_limit_is_told_the_limit(call):
    assert "2048" in call("look", size=10000).error


def test_a_picture_is_at_most_1024_pixels_if_nobody_asks_for_more(call):
    picture = done(call("look")).picture
    assert 512 <= max(picture.width, picture.height) <= 1024


@pytest.fixture
def noisy(here):
    """A field of facets in all directions, each with a shade of its own."""
    emptied()
    count = 250
    rows, columns = np.mgrid[:count, :count]
    heights = np.random.default_rng(1).random((count, count)) * 2
    points = np.stack([columns, rows, heights], axis=2).reshape(-1, 3)
    corner = (rows[:-1, :-1] * count + columns[:-1, :-1]).ravel()
    faces = np.stack([corner, corner + 1, corner + count + 1, corner + count], axis=1)
    return mesh("Field", points.tolist(), faces.tolist())


def test_a_noisy_picture_is_at_most_200_000_bytes(call, noisy):
    picture = done(call("look", view="top", size=2048)).picture
    assert len(picture.data) <= 200_000
    assert (picture.media_type, kind(picture.data)) == ("image/jpeg", "JPEG")
    shown = pixels(picture.data)
    assert shown.shape == (picture.height, picture.width, 3)
    assert shown.std() > 10


def test_the_file_is_the_whole_png_also_where_a_smaller_jpeg_is_returned(call, noisy, tmp_path):
    file = tmp_path / "field.png"
    result = done(call("look", view="top", size=1024, filepath=str(file)))
    assert kind(result.picture.data) == "JPEG"
    assert kind(file.read_bytes()) == "PNG"
    assert pixels(file.read_bytes()).shape == (768, 1024, 3)


@pytest.fixture
def encoding(here, module):
    return module("tools.handlers.encoding")


def rgba(rows):
    """Rows from the top, RGB, as the encoders take them: from the bottom, RGBA."""
    solid = np.full((*rows.shape[:2], 1), 255)
    return np.concatenate([rows, solid], axis=2)[::-1].astype(np.uint8)


def slopes(height, width):
    """Redder to the right, greener downwards."""
    down, along = np.mgrid[:height, :width]
    blue = np.full_like(down, 90)
    return np.stack([along * 255 // width, down * 255 // height, blue], axis=2)


def test_a_png_has_exactly_the_pixels(encoding):
    rows = slopes(37, 61)
    data, media, width, height = encoding.encoded(rgba(rows), 200_000)
    assert (media, kind(data), width, height) == ("image/png", "PNG", 61, 37)
    assert (pixels(data) == rows).all()


def test_a_jpeg_has_nearly_the_pixels_the_right_way_up(encoding):
    noise = np.random.default_rng(1).integers(-6, 7, (512, 512, 3))
    rows = np.clip(slopes(512, 512) + noise, 0, 255)
    data, media, width, height = encoding.encoded(rgba(rows), 200_000)
    assert (media, kind(data), width, height) == ("image/jpeg", "JPEG", 512, 512)
    assert abs(pixels(data) - rows).mean() < 6


def test_the_noisiest_picture_is_halved_until_it_fits(encoding):
    rows = np.random.default_rng(1).integers(0, 256, (1536, 2048, 3))
    data, media, width, height = encoding.encoded(rgba(rows), 200_000)
    assert len(data) <= 200_000
    assert (media, kind(data)) == ("image/jpeg", "JPEG")
    assert width in (1024, 512)
    assert pixels(data).shape == (height, width, 3) == (width * 3 // 4, width, 3)


def test_encoding_leaves_no_image_and_no_file(encoding):
    rows = np.random.default_rng(1).integers(0, 256, (300, 300, 3))
    folder = Path(bpy.app.tempdir)
    before = sorted(folder.iterdir()), bpy.data.images.keys()
    encoding.encoded(rgba(rows), 20_000)
    assert (sorted(folder.iterdir()), bpy.data.images.keys()) == before


def test_a_look_writes_new_files_in_the_temporary_folder_unasked(call, tmp_path):
    file = tmp_path / "a.png"
    assert call("look", size=64, filepath=str(file)).value["filepath"] == str(file)
    assert pixels(file.read_bytes()).shape[1] == 64


def test_a_look_overwrites_nothing(call, tmp_path, here):
    file = tmp_path / "a.png"
    file.write_text("mine")
    here.gate.allow("chat", ["files"])
    assert "exists already; give another name" in call("look", size=64, filepath=str(file)).error
    assert file.read_text() == "mine"


def test_the_picture_of_a_client_that_died_is_overwritten(call):
    file = Path(tempfile.gettempdir()) / f"blender_screenshot_{os.getpid()}.png"
    file.write_text("of an earlier process with that number")
    try:
        assert call("look", size=64, filepath=str(file)).ok
        assert pixels(file.read_bytes()).shape[1] == 64
        file.unlink()
        file.symlink_to(__file__)
        assert "exists already" in call("look", size=64, filepath=str(file)).error
    finally:
        file.unlink()


def test_a_look_writes_elsewhere_only_if_allowed(call):
    result = call("look", size=64, filepath="/var/scene_chat_look.png")
    assert result.kind == "PermissionRefused"
    assert "it writes /var/scene_chat_look.png" in result.error


# Nothing is left


def plain(owner):
    """Every value of one of Blender's structs by its name."""
    told = {}
    for each in owner.bl_rna.properties:
        if each.type == "COLLECTION" or getattr(each, "is_deprecated", False):
            continue
        value = getattr(owner, each.identifier)
        if each.type == "POINTER":
            value = getattr(value, "name", value is not None)
        elif getattr(each, "is_array", False):
            value = np.array(value).tolist()
        told[each.identifier] = value
    return told


def state():
    """What a look might disturb."""
    # What a test has moved itself is not in the matrices yet.
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    areas = [area for screen in bpy.data.screens for area in screen.areas]
    views = [space for area in areas for space in area.spaces if space.type == "VIEW_3D"]
    lists = [each.identifier for each in bpy.data.bl_rna.properties if each.type == "COLLECTION"]
    return {
        "blocks": {name: getattr(bpy.data, name).keys() for name in lists},
        "editors": [(each.type, each.ui_type) for each in areas],
        "windows": [each.screen.name for each in bpy.context.window_manager.windows],
        "spaces": [plain(each) for each in views],
        "shadings": [plain(each.shading) for each in views],
        "overlays": [plain(each.overlay) for each in views],
        "eyes": [plain(each.region_3d) for each in views if each.region_3d],
        "render": plain(scene.render),
        "colours": (plain(scene.view_settings), plain(scene.display_settings)),
        "scene": plain(scene),
        "selected": [each.name for each in bpy.context.selected_objects],
        "active": bpy.context.view_layer.objects.active,
        "mode": bpy.context.mode,
        "unsaved": bpy.data.is_dirty,
    }


@pytest.fixture
def unusual(call, tmp_path):
    """A saved file whose viewports are set as nobody has them by default; a look was made before."""
    done(call("look", size=64))
    for screen in bpy.data.screens:
        for space in (area.spaces.active for area in screen.areas if area.type == "VIEW_3D"):
            space.lens, space.clip_end = 35, 77
            space.show_object_viewport_mesh = screen.name == "Layout"
            space.use_render_border = True
            space.overlay.show_overlays = screen.name != "Layout"
            space.shading.type = "SOLID"
            space.shading.light, space.shading.color_type = "FLAT", "SINGLE"
            space.shading.show_xray, space.shading.xray_alpha = True, 0.2
            space.shading.show_cavity = space.shading.show_backface_culling = True
            space.shading.background_type = "VIEWPORT"
            space.shading.type = "WIREFRAME"
            space.shading.wireframe_color_type = "RANDOM"
            space.region_3d.view_perspective = "CAMERA"
    # Since Blender 5 it counts as saved then; before, without a window, no file ever does.
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "unusual.blend"))


@pytest.mark.parametrize(
    "arguments",
    [
        *({"view": view} for view in ("viewport", "camera", "top", "around")),
        *({"shading": shading} for shading in ("solid", "wireframe", "xray")),
    ],
    ids=str,
)
def test_a_look_leaves_no_trace(call, unusual, arguments):
    before = state()
    done(call("look", **{"size": 64} | arguments))
    assert state() == before


@pytest.mark.parametrize(
    "arguments",
    [
        {"names": ["Nobody"]},
        {"names": ["Cube"], "view": "camera"},
        {"filepath": f"{tempfile.gettempdir()}/no/such/folder.png"},
        {"size": 10000},
    ],
    ids=["a wrong name", "a view that frames nothing", "no such folder", "too large"],
)
def test_a_look_that_fails_leaves_no_trace(call, unusual, arguments):
    before = state()
    assert not call("look", **{"size": 64} | arguments).ok
    assert state() == before


def test_rendered_shows_the_object_in_its_share_and_leaves_no_trace(call, unusual):
    emptied()
    block("Block", "red", (3, 4, 5))
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    sun.data.energy, sun.rotation_euler = 3, (math.pi / 2, 0, 0)
    bpy.context.collection.objects.link(sun)
    before = state()
    fills_its_share(call, "Block", "cyan", shading="rendered", running=EEVEE)
    assert state() == before


def test_nothing_is_left_where_drawing_fails_half_way(here, unusual, module):
    """The tool's own limits keep it from a size that the graphics refuse: so past them."""
    drawing, viewpoint = module("tools.handlers.drawing"), module("tools.handlers.viewpoint")
    view = viewpoint.from_side("iso", viewpoint.subject(["Cube"]), 500_000)
    before = state()
    with drawing.hidden_viewport("rendered") as (space, region):
        assert state() != before
        with pytest.raises(Exception, match="graphics cannot draw 500000 px"):
            drawing.draw(space, region, [view])
    assert state() == before


# The viewport that draws


def layout():
    return bpy.data.screens["Layout"]


def three_d(screens):
    """The 3D viewports' areas of some screens."""
    return [area for screen in screens for area in screen.areas if area.type == "VIEW_3D"]


def hidden_screens():
    return [each for each in bpy.data.screens if each != layout()]


def shows_the_block(call):
    block("Block", "red", (3, 4, 5))
    before = state()
    fills_its_share(call, "Block")
    assert state() == before


def test_a_hidden_viewport_in_local_view_does_not_hide_what_is_not_in_it(call):
    screen = bpy.data.screens["Animation"]  # the first; in Sculpting the operator crashes
    window = bpy.context.window_manager.windows[0]
    for area in three_d([screen]):
        region = next(each for each in area.regions if each.type == "WINDOW")
        with bpy.context.temp_override(window=window, screen=screen, area=area, region=region):
            bpy.ops.view3d.localview(frame_selected=False)
        assert area.spaces.active.local_view is not None
    shows_the_block(call)


def test_a_hidden_viewport_that_hides_meshes_shows_them_in_the_picture(call):
    for area in three_d(hidden_screens()):
        area.spaces.active.show_object_viewport_mesh = False
    shows_the_block(call)


def test_a_hidden_viewport_that_hides_a_collection_for_itself_shows_it_in_the_picture(call):
    emptied()
    screen = bpy.data.screens["Animation"]
    made = block("Block", "red", (3, 4, 5))
    bpy.context.scene.collection.objects.unlink(made)
    bpy.data.collections["Collection"].objects.link(made)
    window = bpy.context.window_manager.windows[0]
    for area in three_d([screen]):
        area.spaces.active.use_local_collections = True
        region = next(each for each in area.regions if each.type == "WINDOW")
        with bpy.context.temp_override(window=window, screen=screen, area=area, region=region):
            bpy.ops.object.hide_collection(collection_index=1, toggle=True)
    assert made.visible_get()
    before = state()
    fills_its_share(call, "Block")
    assert state() == before


def test_a_hidden_viewport_that_clips_shows_all_in_the_picture(call):
    for area in three_d(bpy.data.screens):
        space, eye = area.spaces.active, area.spaces.active.region_3d
        space.clip_start, space.clip_end = 0.01, 0.02
        eye.clip_planes = [(1, 0, 0, -100)] * 6
        eye.use_clip_planes = True
    shows_the_block(call)


@pytest.mark.parametrize("perspective", ["CAMERA", "ORTHO"])
def test_whither_the_viewport_itself_looks_does_not_matter(call, perspective):
    for area in three_d(bpy.data.screens):
        area.spaces.active.region_3d.view_perspective = perspective
    shows_the_block(call)


def test_a_look_works_while_the_window_shows_no_3d_viewport(call):
    for area in layout().areas:
        area.type = "TEXT_EDITOR"
    shows_the_block(call)


# Modes


@pytest.fixture
def being_edited(here):
    """A block in edit mode, that was made three times as wide in it."""
    emptied()
    thing = block("Thing", "red")
    bpy.context.view_layer.objects.active = thing
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.transform.resize(value=(3, 1, 1))
    yield thing
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")


def test_in_edit_mode_the_mesh_is_shown_as_it_is_and_the_mode_stays(call, being_edited):
    bpy.context.scene.camera = eye = bpy.data.objects.new("Eye", bpy.data.cameras.new("Eye"))
    bpy.context.collection.objects.link(eye)
    eye.location, eye.rotation_euler = (0, -15, 0), (math.pi / 2, 0, 0)
    before = state()
    left, top, right, bottom = box(colored(seen(call, view="camera"), "red"))
    assert (right - left) / (bottom - top) == pytest.approx(3, rel=0.05)
    assert state() == before
    assert bpy.context.mode == "EDIT_MESH"


def test_in_edit_mode_the_mesh_is_framed_as_it_is(call, being_edited):
    left, top, right, bottom = box(colored(seen(call, view="front", names=["Thing"]), "red"))
    assert (right - left) / (bottom - top) == pytest.approx(3, rel=0.05)
    assert left > 2


# In processes of their own: without graphics, without a viewport, the first picture of all

OWN = """
import importlib, os, sys
from bpy_session import EXTENSION, bpy_session

def look(**arguments):
    part = lambda name: importlib.import_module(EXTENSION + "." + name)
    here, gate, queue = part("operators.runtime").current(), part("tools.gate"), part("tools.queue")
    origin = gate.Origin("chat", "a test", 1, "turn 1", queue.Limits(running=60.0))
    made = here.calls.submit("look", arguments, origin)
    here.run_until(made.result.done)
    return made.result.result()

def areas():
    return [area for screen in bpy.data.screens for area in screen.areas]

def now():
    lists = [each.identifier for each in bpy.data.bl_rna.properties if each.type == "COLLECTION"]
    return ([getattr(bpy.data, each).keys() for each in lists], bpy.data.is_dirty,
            bpy.context.scene.name, bpy.context.scene.camera and bpy.context.scene.camera.name,
            [(area.type, area.ui_type) for area in areas()],
            [each.screen.name for each in bpy.context.window_manager.windows])

with bpy_session():
    import bpy
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    exec(sys.argv[1])
    sys.stdout.flush()
    os._exit(0)  # bpy before 5 may crash or hang at its end
"""


def own_process(code):
    """Run code in a process of its own, with the extension enabled; return what it printed."""
    ran = subprocess.run(
        [sys.executable, "-c", OWN, textwrap.dedent(code)],
        cwd=CHECKOUT / "scripts", capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_without_opengl_it_says_so_and_blender_lives_on(monkeypatch):
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent.json")
    monkeypatch.setenv("LIBGL_DRIVERS_PATH", "/nonexistent")
    monkeypatch.setenv("LIBGL_ALWAYS_SOFTWARE", "0")
    said = own_process("""
        print("said:", look(size=64).error)
        print("lives:", bpy.data.objects.keys())
    """)
    assert "said: This machine offers no graphics (OpenGL) to draw with" in said
    assert "lives: ['Camera', 'Cube', 'Light']" in said


def test_the_first_picture_of_a_process_leaves_no_trace_either(tmp_path):
    said = own_process(f"""
        bpy.ops.wm.save_as_mainfile(filepath={str(tmp_path / "first.blend")!r})
        before = now()
        print("made:", look(size=64).ok)
        print("before:", before)
        print("after: ", now())
        print("same:", now() == before)
    """)
    assert "made: True" in said
    assert "same: True" in said, said


@pytest.fixture(scope="session")
def no_viewport(tmp_path_factory):
    """A file without any 3D viewport, begun as one for cutting films; with a red block in it."""
    folder = tmp_path_factory.mktemp("no_viewport")
    block_of_red = f"""
        bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="Video_Editing")
        data = bpy.data.meshes.new("Block")
        data.from_pydata({CORNERS.tolist()}, [], {FACES})
        data.materials.append(bpy.data.materials.new("Red"))
        data.materials[0].diffuse_color = (1, 0, 0, 1)
        bpy.context.scene.collection.objects.link(bpy.data.objects.new("Block", data))
        bpy.ops.wm.save_as_mainfile(filepath={str(folder / "film.blend")!r})
    """
    own_process(block_of_red)
    return folder / "film.blend"


ONE_LEFT = """
area = bpy.context.window_manager.windows[0].screen.areas[0]
before = area.type
area.type = "VIEW_3D"
area.type = before
assert [each.type for each in area.spaces][1:] == ["VIEW_3D"]
"""


@pytest.mark.parametrize("left", ["", ONE_LEFT], ids=["none", "one that an editor has replaced"])
def test_a_look_works_in_a_file_that_shows_no_3d_viewport_anywhere(no_viewport, tmp_path, left):
    said = own_process(f"""
        bpy.ops.wm.open_mainfile(filepath={str(no_viewport)!r})
        assert not [area for area in areas() if area.type == "VIEW_3D"]
        exec({left!r})
        before = now()
        result = look(view="front", names=["Block"], size=200, filepath={str(tmp_path / "a.png")!r})
        print("made:", result.ok, result.error)
        print("same:", now() == before)
    """)
    assert "made: True" in said, said
    assert "same: True" in said, said
    mask = colored(pixels((tmp_path / "a.png").read_bytes()), "red")
    assert mask.mean() == pytest.approx(front_share(), rel=0.04)
    assert middle(mask) == pytest.approx((0.5, 0.5), abs=0.01)


# What stands before, behind and beside


def test_what_is_named_is_seen_through_the_walls_of_a_closed_room(call):
    emptied()
    block("Room", "green", half=4)
    block("Sofa", "red", (1, 1, 0), half=0.5)
    inside = call("look", view="front", names=["Sofa"], size=200)
    assert colored(pixels(inside.picture.data), "red").mean() > 0.2
    assert "What stands before them is cut away." in inside.value["picture"]
    whole = call("look", view="front", size=200)
    assert not colored(pixels(whole.picture.data), "red").any()


def test_what_is_behind_or_beside_a_camera_is_not_in_frame(call):
    bpy.data.objects.remove(cube())
    camera()  # at -Y, looking along +Y
    block("Behind", "red", (0, -20, 0))
    block("Long", "green", (30, 0, 0), half=1).scale.y = 40
    assert words(call, view="camera").endswith("No object is in frame.")


def test_a_wall_that_reaches_behind_the_camera_counts_by_what_is_seen_of_it(call):
    bpy.data.objects.remove(cube())
    camera()
    block("Wall", "green", (2, 0, 0), half=1).scale.y = 40
    share = int(re.search(r"Wall (\d+) %", words(call, view="camera"))[1])
    assert 20 < share < 60


def test_instances_that_geometry_nodes_make_are_framed(call):
    emptied()
    thing = block("Maker", "red", half=0.1)
    tree = bpy.data.node_groups.new("Cones", "GeometryNodeTree")
    tree.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    new = tree.nodes.new
    grid, cone = new("GeometryNodeMeshGrid"), new("GeometryNodeMeshCone")
    onto, end = new("GeometryNodeInstanceOnPoints"), new("NodeGroupOutput")
    for place, value in enumerate((20, 20, 3, 3)):
        grid.inputs[place].default_value = value
    tree.links.new(grid.outputs[0], onto.inputs["Points"])
    tree.links.new(cone.outputs[0], onto.inputs["Instance"])
    tree.links.new(onto.outputs[0], end.inputs[0])
    thing.modifiers.new("Cones", "NODES").node_group = tree
    said = words(call, view="top", names=["Maker"])
    assert float(re.search(r"eye at \(.*, (\d+\.?\d*)\)", said)[1]) > 30  # all 22 m of them


def test_the_picture_of_many_instances_takes_no_time_for_each(call):
    emptied()
    parts = bpy.data.collections.new("Parts")
    data = block("Part", "red").data
    for number in range(200):
        parts.objects.link(bpy.data.objects.new(f"Part {number}", data))
    for number in range(1000):
        made = empty(f"Copy {number}", location=(number, 0, 0))
        made.instance_type, made.instance_collection = "COLLECTION", parts
    visited = []

    def look(frame, event, _):
        if event == "call" and frame.f_code.co_name == "_box":
            visited.append(None)

    sys.setprofile(look)
    try:
        done(call("look", names=["Copy 1", "Copy 2"], size=64))
    finally:
        sys.setprofile(None)
    assert len(visited) < 2000
