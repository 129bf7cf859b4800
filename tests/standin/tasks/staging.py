"""Lights, cameras, collections, custom properties."""

from __future__ import annotations

import math

import bpy

from .task import call, has, looks_at, names_are, same, stands_at, task, thing


@task(
    "Replace the default light by a rig: 'Fill', a point light of 800 W with a radius of 0.25 m at "
    "(-3, -3, 4); 'Sky', a sun of strength 3 with an angle of 1.5 degrees at (0, 0, 10); 'Key', a "
    "spot of 1200 W, 60 degree cone, blend 0.2, at (4, -4, 5), aimed at the Cube, colour #ffcc99; "
    "'Window', a rectangular area light, 2 by 0.5 m, 150 W, at (0, 5, 3), aimed at the Cube; and "
    "'Lamp', a disk of 0.8 m, 40 W, at (0, 0, 3), shining straight down, without shadows.",
    call("delete_objects", names=["Light"]),
    call(
        "create_object", type="point", name="Fill", location=[-3, -3, 4],
        properties={"energy": 800, "shadow_soft_size": 0.25},
    ),
    call(
        "create_object", type="sun", name="Sky", location=[0, 0, 10],
        properties={"energy": 3, "angle": 1.5},
    ),
    call(
        "create_object", type="spot", name="Key", location=[4, -4, 5], point_at="Cube",
        properties={"energy": 1200, "spot_size": 60, "spot_blend": 0.2, "color": "#ffcc99"},
    ),
    call(
        "create_object", type="area", name="Window", location=[0, 5, 3], point_at="Cube",
        properties={"energy": 150, "shape": "RECTANGLE", "size": 2, "size_y": 0.5},
    ),
    call(
        "create_object", type="area", name="Lamp", location=[0, 0, 3],
        properties={"energy": 40, "shape": "DISK", "size": 0.8, "use_shadow": False},
    ),
)  # fmt: skip
def light_rig() -> None:
    names_are("Camera", "Cube", "Fill", "Key", "Lamp", "Sky", "Window")
    has(thing("Fill", "LIGHT").data, type="POINT", energy=800, shadow_soft_size=0.25)
    has(thing("Sky", "LIGHT").data, type="SUN", energy=3, angle=math.radians(1.5))
    key = thing("Key", "LIGHT").data
    has(key, type="SPOT", energy=1200, spot_size=math.radians(60), spot_blend=0.2)
    same("Key's colour", key.color, (1.0, 0.603827, 0.318547), 1e-3)
    has(
        thing("Window", "LIGHT").data,
        type="AREA",
        shape="RECTANGLE",
        size=2,
        size_y=0.5,
        energy=150,
    )
    has(
        thing("Lamp", "LIGHT").data,
        type="AREA",
        shape="DISK",
        size=0.8,
        energy=40,
        use_shadow=False,
    )
    stands_at("Fill", -3, -3, 4)
    looks_at("Key", 0, 0, 0)
    looks_at("Window", 0, 0, 0)
    looks_at("Lamp", 0, 0, 0)


@task(
    "Add a camera 'Hero' at (0, -8, 2) with an 85 mm lens on a 24 mm sensor, looking at the Cube, "
    "focused on it with f/1.8 and 7 blades, and render through it. Add a second camera 'Plan', "
    "orthographic with scale 12, straight above the origin at 10 m, clipping from 0.5 to 50 m. "
    "Remove the old camera.",
    call(
        "create_object", type="camera", name="Hero", location=[0, -8, 2], point_at="Cube",
        properties={
            "lens": 85, "sensor_width": 24, "dof.use_dof": True, "dof.focus_object": "Cube",
            "dof.aperture_fstop": 1.8, "dof.aperture_blades": 7,
        },
    ),
    call(
        "create_object", type="camera", name="Plan", location=[0, 0, 10],
        properties={"type": "ORTHO", "ortho_scale": 12, "clip_start": 0.5, "clip_end": 50},
    ),
    call("delete_objects", names=["Camera"]),
    call("set_properties", values={"camera": "Hero"}),
)  # fmt: skip
def cameras() -> None:
    names_are("Cube", "Hero", "Light", "Plan")
    hero, plan = thing("Hero", "CAMERA"), thing("Plan", "CAMERA")
    has(hero.data, type="PERSP", lens=85, sensor_width=24, dof__use_dof=True)
    has(hero.data, dof__focus_object=thing("Cube"), dof__aperture_fstop=1.8, dof__aperture_blades=7)
    looks_at("Hero", 0, 0, 0)
    has(plan.data, type="ORTHO", ortho_scale=12, clip_start=0.5, clip_end=50)
    stands_at("Plan", 0, 0, 10)
    looks_at("Plan", 0, 0, 0)
    same("the scene's camera", bpy.context.scene.camera, hero)


@task(
    "Organise the scene: a collection 'Building' (blue) with 'Floor 1' and 'Floor 2' inside, and "
    "'Props' inside 'Floor 1'. Put the Cube into 'Props' and the Light into both 'Floor 1' and "
    "'Floor 2'. 'Floor 2' shall not be visible, neither in the viewport nor in renders. Rename the "
    "collection 'Collection', which keeps the camera, to 'Rig'.",
    call("edit_collections", collection="Building", color="BLUE"),
    call("edit_collections", collection="Floor 1", parent="Building", objects=["Light"]),
    call(
        "edit_collections", collection="Floor 2", parent="Building", objects=["Light"],
        keep_others=True, visible=False,
    ),
    call("edit_collections", collection="Props", parent="Floor 1", objects=["Cube"]),
    call("edit_collections", collection="Collection", new_name="Rig"),
)  # fmt: skip
def collections() -> None:
    tree = {
        each.name: (sorted(each.children.keys()), sorted(each.objects.keys()))
        for each in [bpy.context.scene.collection, *bpy.data.collections]
    }
    wanted: dict[str, tuple[list[str], list[str]]] = {
        "Scene Collection": (["Building", "Rig"], []),
        "Building": (["Floor 1", "Floor 2"], []),
        "Floor 1": (["Props"], ["Light"]),
        "Floor 2": ([], ["Light"]),
        "Props": ([], ["Cube"]),
        "Rig": ([], ["Camera"]),
    }
    same("collections", tree, wanted)
    has(bpy.data.collections["Building"], color_tag="COLOR_05", hide_render=False)
    upper = bpy.data.collections["Floor 2"]
    has(upper, hide_render=True)
    layer = bpy.context.view_layer.layer_collection.children["Building"].children["Floor 2"]
    same("Floor 2 is seen", upper.hide_viewport or layer.hide_viewport, True)


@task(
    "Give the Cube custom properties: 'health', a whole number from 0 to 100, now 75, default 100, "
    "with the tooltip 'Hit points left'; 'speed', a decimal number 1.5 from 0 to 10; 'tint', the "
    "colour (1, 0.5, 0), shown as a colour; 'locked', true; 'label', the text 'a/b'. The scene gets "
    "a custom property 'take' with the value 3.",
    call(
        "set_object", names=["Cube"],
        custom_properties={
            "health": {
                "value": 75, "min": 0, "max": 100, "default": 100, "description": "Hit points left",
            },
            "speed": {"value": 1.5, "min": 0.0, "max": 10.0},
            "tint": {"value": [1.0, 0.5, 0.0], "subtype": "COLOR", "min": 0.0, "max": 1.0},
            "locked": True,
            "label": "a/b",
        },
    ),
    call("set_properties", values={'scene["take"]': 3}),
)  # fmt: skip
def custom_properties() -> None:
    cube = thing("Cube")
    same("the properties", sorted(cube.keys()), ["health", "label", "locked", "speed", "tint"])
    same("health is whole", type(cube["health"]), int)
    same("health", cube["health"], 75)
    about = cube.id_properties_ui("health").as_dict()
    limits = {key: about[key] for key in ("min", "max", "default", "description")}
    same(
        "of health",
        limits,
        {"min": 0, "max": 100, "default": 100, "description": "Hit points left"},
    )
    same("speed is decimal", type(cube["speed"]), float)
    same("speed", cube["speed"], 1.5)
    about = cube.id_properties_ui("speed").as_dict()
    same("of speed", (about["min"], about["max"]), (0.0, 10.0))
    same("tint", cube["tint"], (1.0, 0.5, 0.0))
    same("how tint is shown", cube.id_properties_ui("tint").as_dict()["subtype"], "COLOR")
    assert cube["locked"] is True, f"locked is {cube['locked']!r}"
    same("label", cube["label"], "a/b")
    same("the scene's take", bpy.context.scene.get("take"), 3)
