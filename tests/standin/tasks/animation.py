"""Keyframes and drivers."""

from __future__ import annotations

import math

import bpy

from .task import call, curve_of, has, keys_of, same, task, thing


@task(
    "Animate the Cube as a bouncing ball would move: at frame 1 at height 5, at frame 13 at height "
    "1, at 25 back at 5, at 13 it hits hard: use quadratic interpolation, easing in. It also turns "
    "once around Z from frame 1 to 25, linear, over and over. Only these; the range is 1 to 25.",
    call(
        "set_keyframes", name="Cube", property="location.z", keys={"1": 5, "13": 1, "25": 5},
        interpolation="QUAD", easing="EASE_IN",
    ),
    call(
        "set_keyframes", name="Cube", property="rotation.z", keys={"1": 0, "25": 360},
        interpolation="LINEAR", extrapolation="cycles",
    ),
    call("set_properties", values={"frame_start": 1, "frame_end": 25}),
)  # fmt: skip
def bouncing_cube() -> None:
    cube = thing("Cube")
    wanted = {1.0: (5.0, "QUAD"), 13.0: (1.0, "QUAD"), 25.0: (5.0, "QUAD")}
    same("the heights", keys_of(cube, "location", 2), wanted)
    easing = {key.easing for key in curve_of(cube, "location", 2).keyframe_points}
    same("the easing", easing, {"EASE_IN"})
    turn = keys_of(cube, "rotation_euler", 2)
    same("the turn's frames", list(turn), [1, 25])
    same("the turn", turn[25.0][0], 2 * math.pi)
    same("the turn's interpolation", {how for _, how in turn.values()}, {"LINEAR"})
    same(
        "over and over", [m.type for m in curve_of(cube, "rotation_euler", 2).modifiers], ["CYCLES"]
    )
    for path, index in (("location", 0), ("rotation_euler", 0)):
        try:
            curve_of(cube, path, index)
        except AssertionError:
            continue
        raise AssertionError(f"{path}[{index}] is animated too")
    has(bpy.context.scene, frame_start=1, frame_end=25)


@task(
    "Blink: make the Cube's material emit light of the colour #66ccff that jumps between strength 0 and 10 every 12 "
    "frames (0 at frame 1, 10 at 13, 0 at 25) without any blending. Hide the Light in renders from "
    "frame 13 on (visible at 1). And zoom the camera from 50 to 85 mm between frames 1 and 48, "
    "smoothly.",
    call(
        "set_material", material="Material", objects=["Cube"],
        inputs={"Emission Color": "#66ccff"},
    ),
    call(
        "set_keyframes",
        property='materials["Material"].node_tree.nodes["Principled BSDF"]'
        '.inputs["Emission Strength"].default_value',
        keys={"1": 0, "13": 10, "25": 0}, interpolation="CONSTANT",
    ),
    call("set_keyframes", name="Light", property="hide_render", keys={"1": False, "13": True}),
    call(
        "set_keyframes", name="Camera", property="lens", keys={"1": 50, "48": 85},
        interpolation="BEZIER",
    ),
)  # fmt: skip
def blinking() -> None:
    tree = bpy.data.materials["Material"].node_tree
    shader = tree.nodes["Principled BSDF"]
    wish = (0.132868, 0.603827, 1.0, 1.0)
    same("the light's colour", shader.inputs["Emission Color"].default_value, wish)
    path = shader.inputs["Emission Strength"].path_from_id("default_value")
    wanted = {1.0: (0.0, "CONSTANT"), 13.0: (10.0, "CONSTANT"), 25.0: (0.0, "CONSTANT")}
    same("the strength", keys_of(tree, path), wanted)
    hidden = {frame: shown for frame, (shown, _) in keys_of(thing("Light"), "hide_render").items()}
    same("Light hidden", hidden, {1.0: 0.0, 13.0: 1.0})
    zoom = keys_of(thing("Camera").data, "lens")
    same("the zoom", zoom, {1.0: (50.0, "BEZIER"), 48.0: (85.0, "BEZIER")})


@task(
    "Add an empty 'Dial' with a custom property 'power' from 0 to 1, now 0.25. Let it drive the "
    "Light's energy (1000 W at full power), and let the Cube's rotation about Z follow Dial's X "
    "location directly, one radian a metre. Put Dial at x = 0.5.",
    call(
        "create_object", type="empty", name="Dial", location=[0.5, 0, 0],
    ),
    call(
        "set_object", names=["Dial"],
        custom_properties={"power": {"value": 0.25, "min": 0.0, "max": 1.0}},
    ),
    call(
        "set_keyframes", name="Light", property="energy", driver="1000 * power",
        variables={"power": 'objects["Dial"]["power"]'},
    ),
    call(
        "set_keyframes", name="Cube", property="rotation.z",
        variables={"x": 'objects["Dial"].location.x'},
    ),
)  # fmt: skip
def driven() -> None:
    dial, light, cube = thing("Dial", "EMPTY"), thing("Light"), thing("Cube")
    same("power", dial.get("power"), 0.25)
    assert light.data.animation_data, "Light's energy has no driver"
    (curve,) = light.data.animation_data.drivers
    same("what is driven", curve.data_path, "energy")
    has(curve.driver, type="SCRIPTED", expression="1000 * power")
    (variable,) = curve.driver.variables
    target = variable.targets[0]
    same(
        "what drives it", (variable.name, target.id, target.data_path), ("power", dial, '["power"]')
    )
    assert cube.animation_data, "Cube's rotation has no driver"
    (curve,) = cube.animation_data.drivers
    same("what is driven", (curve.data_path, curve.array_index), ("rotation_euler", 2))
    bpy.context.view_layer.update()
    seen = bpy.context.evaluated_depsgraph_get()
    same("the energy", light.evaluated_get(seen).data.energy, 250)
    same("the rotation", cube.evaluated_get(seen).rotation_euler.z, 0.5)
