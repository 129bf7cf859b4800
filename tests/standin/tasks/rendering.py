"""Render engines, passes, colour management, output formats."""

from __future__ import annotations

import bpy

from .task import call, has, same, task


@task(
    "Prepare a Cycles render: 256 samples with a noise threshold of 0.02, OpenImageDenoise on, "
    "1920 × 1080 at 50 %, transparent background, at most 6 bounces of which 3 glossy, and the "
    "passes Z, normal, ambient occlusion and object cryptomatte.",
    call(
        "set_properties",
        values={
            "render.engine": "CYCLES", "cycles.samples": 256, "cycles.use_adaptive_sampling": True,
            "cycles.adaptive_threshold": 0.02, "cycles.use_denoising": True,
            "cycles.denoiser": "OPENIMAGEDENOISE", "cycles.max_bounces": 6,
            "cycles.glossy_bounces": 3, "render.resolution_x": 1920, "render.resolution_y": 1080,
            "render.resolution_percentage": 50, "render.film_transparent": True,
            "view_layer.use_pass_z": True, "view_layer.use_pass_normal": True,
            "view_layer.use_pass_ambient_occlusion": True,
            "view_layer.use_pass_cryptomatte_object": True,
        },
    ),
)  # fmt: skip
def cycles_render() -> None:
    scene, layer = bpy.context.scene, bpy.context.scene.view_layers[0]
    has(scene.render, engine="CYCLES", resolution_x=1920, resolution_y=1080)
    has(scene.render, resolution_percentage=50, film_transparent=True)
    has(scene.cycles, samples=256, use_adaptive_sampling=True, adaptive_threshold=0.02)
    has(scene.cycles, use_denoising=True, denoiser="OPENIMAGEDENOISE")
    has(scene.cycles, max_bounces=6, glossy_bounces=3)
    has(layer, use_pass_z=True, use_pass_normal=True, use_pass_ambient_occlusion=True)
    has(layer, use_pass_cryptomatte_object=True, use_pass_cryptomatte_material=False)


@task(
    "Switch to Eevee with 128 render samples and 32 viewport samples, ray tracing on, soft shadows "
    "with 2 rays, square pictures of 1000 pixels at 100 %, and a motion blur of shutter 0.75.",
    call(
        "set_properties",
        values={
            "render.engine": "BLENDER_EEVEE", "eevee.taa_render_samples": 128,
            "eevee.taa_samples": 32, "eevee.use_raytracing": True, "eevee.shadow_ray_count": 2,
            "render.resolution_x": 1000, "render.resolution_y": 1000,
            "render.resolution_percentage": 100, "render.use_motion_blur": True,
            "render.motion_blur_shutter": 0.75,
        },
    ),
)  # fmt: skip
def eevee_render() -> None:
    scene = bpy.context.scene
    name = "BLENDER_EEVEE_NEXT" if bpy.app.version < (5, 0, 0) else "BLENDER_EEVEE"
    has(scene.render, engine=name, resolution_x=1000, resolution_y=1000)
    has(scene.render, resolution_percentage=100, use_motion_blur=True, motion_blur_shutter=0.75)
    has(scene.eevee, taa_render_samples=128, taa_samples=32, use_raytracing=True)
    has(scene.eevee, shadow_ray_count=2)


@task(
    "Colour management: sRGB display, AgX with the look 'High Contrast', exposure 0.5 and gamma "
    "1.1. The world shall be plain grey (0.2, 0.2, 0.2) at strength 0.8.",
    call(
        "set_properties",
        values={
            "display_settings.display_device": "sRGB", "view_settings.look": "High Contrast",
            "view_settings.view_transform": "AgX", "view_settings.exposure": 0.5,
            "view_settings.gamma": 1.1,
            'world.node_tree.nodes["Background"].inputs["Color"].default_value': [0.2, 0.2, 0.2],
            'world.node_tree.nodes["Background"].inputs["Strength"].default_value': 0.8,
        },
    ),
)  # fmt: skip
def colour_management() -> None:
    scene = bpy.context.scene
    has(scene.display_settings, display_device="sRGB")
    has(scene.view_settings, view_transform="AgX", look="AgX - High Contrast")
    has(scene.view_settings, exposure=0.5, gamma=1.1)
    inputs = scene.world.node_tree.nodes["Background"].inputs
    same("the world's colour", inputs["Color"].default_value, (0.2, 0.2, 0.2, 1))
    same("the world's strength", inputs["Strength"].default_value, 0.8)


@task(
    "Use the Standard view with the look 'Medium High Contrast', and write 16-bit OpenEXR pictures "
    "with alpha and DWAA compression to //frames/shot_ .",
    call(
        "set_properties",
        values={
            "view_settings.look": "Medium High Contrast",
            "view_settings.view_transform": "Standard",
            "render.image_settings.exr_codec": "DWAA", "render.image_settings.color_depth": "16",
            "render.image_settings.color_mode": "RGBA",
            "render.image_settings.file_format": "OPEN_EXR", "render.filepath": "//frames/shot_",
        },
    ),
)  # fmt: skip
def exr_output() -> None:
    scene = bpy.context.scene
    has(scene.view_settings, view_transform="Standard", look="Medium High Contrast")
    has(scene.render.image_settings, file_format="OPEN_EXR", color_depth="16", color_mode="RGBA")
    has(scene.render.image_settings, exr_codec="DWAA")
    has(scene.render, filepath="//frames/shot_")


@task(
    "I want a 5 second H.264 video in an MPEG-4 file at 30 frames a second, high quality, slow "
    "encoding, a keyframe every 12 frames and AAC sound at 256 kb/s, written to "
    "{folder}/turntable.mp4. Start at frame 1.",
    call(
        "set_properties",
        values={
            "render.ffmpeg.codec": "H264", "render.ffmpeg.format": "MPEG4",
            "render.image_settings.file_format": "FFMPEG",
            "render.ffmpeg.constant_rate_factor": "HIGH", "render.ffmpeg.ffmpeg_preset": "BEST",
            "render.ffmpeg.gopsize": 12, "render.ffmpeg.audio_codec": "AAC",
            "render.ffmpeg.audio_bitrate": 256, "render.fps": 30, "frame_start": 1,
            "frame_end": 150, "render.filepath": "{folder}/turntable.mp4",
        },
    ),
)  # fmt: skip
def video_output() -> None:
    scene = bpy.context.scene
    has(scene, frame_start=1, frame_end=150, render__fps=30)
    has(scene.render.image_settings, file_format="FFMPEG")
    has(scene.render.ffmpeg, format="MPEG4", codec="H264", constant_rate_factor="HIGH")
    has(scene.render.ffmpeg, ffmpeg_preset="BEST", gopsize=12)
    has(scene.render.ffmpeg, audio_codec="AAC", audio_bitrate=256)
    same("the file", bpy.path.basename(scene.render.filepath), "turntable.mp4")


@task(
    "Save stills as PNG, RGB only, 16 bit, 90 % compression; call the view layer 'Beauty', add "
    "diffuse colour and mist passes, mist from 2 m over 30 m; measure in centimetres with a unit "
    "scale of 0.01 and gravity at -1.62 along Z.",
    call(
        "set_properties",
        values={
            "render.image_settings.file_format": "PNG", "render.image_settings.color_mode": "RGB",
            "render.image_settings.color_depth": 16, "render.image_settings.compression": 90,
            "view_layer.use_pass_diffuse_color": True, "view_layer.use_pass_mist": True,
            "world.mist_settings.start": 2, "world.mist_settings.depth": 30,
            "unit_settings.length_unit": "CENTIMETERS", "unit_settings.scale_length": 0.01,
            "gravity": [0, 0, -1.62],
        },
    ),
    call("set_properties", values={"view_layer.name": "Beauty"}),
)  # fmt: skip
def stills_and_units() -> None:
    scene = bpy.context.scene
    has(scene.render.image_settings, file_format="PNG", color_mode="RGB", color_depth="16")
    has(scene.render.image_settings, compression=90)
    same("view layers", scene.view_layers.keys(), ["Beauty"])
    has(scene.view_layers[0], use_pass_diffuse_color=True, use_pass_mist=True)
    has(scene.world.mist_settings, start=2, depth=30)
    has(scene.unit_settings, length_unit="CENTIMETERS", scale_length=0.01)
    has(scene, gravity=(0, 0, -1.62))
