"""Sixty scripts as a good model writes them, each with the Blenders in which it is right.

Many use a name that `tools.drift` looks for where it is right, or choose by version. `OUT` is the
folder into which a script may write.
"""

from __future__ import annotations

from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True)
class Script:
    """One script; right from `since` on, up to but not in `until`."""

    name: str
    source: str
    since: Version = (4, 2)
    until: Version = (9, 0)

    def is_right(self, version: Version) -> bool:
        """Whether it is right in a version."""
        return self.since <= tuple(version[:2]) < self.until

    def __str__(self) -> str:
        return self.name


_EVERYWHERE = {
    "a table of boxes": """
import bpy
def box(name, size, at):
    bpy.ops.mesh.primitive_cube_add(size=1, location=at)
    ob = bpy.context.object
    ob.name = name
    ob.scale = size
    return ob
top = box("Top", (2, 1, 0.1), (0, 0, 1))
for x in (-0.9, 0.9):
    for y in (-0.4, 0.4):
        leg = box("Leg", (0.1, 0.1, 1), (x, y, 0.5))
        leg.parent = top
        leg.matrix_parent_inverse = top.matrix_world.inverted()
bpy.context.view_layer.update()
""",
    "a mesh from points": """
import bpy
verts = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0.5, 0.5, 1)]
faces = [(0, 1, 2, 3), (0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)]
mesh = bpy.data.meshes.new("Roof")
mesh.from_pydata(verts, [], faces)
mesh.update()
assert not mesh.validate()
ob = bpy.data.objects.new("Roof", mesh)
bpy.context.scene.collection.objects.link(ob)
bpy.context.view_layer.objects.active = ob
ob.select_set(True)
""",
    "smooth by angle": """
import bpy, math
ob = bpy.data.objects["Cube"]
mesh = ob.data
for polygon in mesh.polygons:
    polygon.use_smooth = True
mesh.set_sharp_from_angle(angle=math.radians(30))
normals = [tuple(each.vector) for each in mesh.corner_normals]
print(len(normals))
""",
    "smooth in any version": """
import bpy
mesh = bpy.data.objects["Cube"].data
if hasattr(mesh, "use_auto_smooth"):
    mesh.use_auto_smooth = True
    mesh.auto_smooth_angle = 0.6
else:
    mesh.set_sharp_from_angle(angle=0.6)
if bpy.app.version < (4, 1, 0):
    mesh.calc_normals_split()
""",
    "a bevelled cube in bmesh": """
import bpy, bmesh
mesh = bpy.data.objects["Cube"].data
bm = bmesh.new()
bm.from_mesh(mesh)
for edge in bm.edges:
    edge.select = edge.is_manifold
bmesh.ops.bevel(bm, geom=bm.edges[:], offset=0.1, segments=2, affect="EDGES")
bmesh.ops.recalc_face_normals(bm, faces=bm.faces)
bm.normal_update()
bm.to_mesh(mesh)
bm.free()
mesh.update()
""",
    "creases by attribute": """
import bpy
mesh = bpy.data.objects["Cube"].data
crease = mesh.attributes.get("crease_edge") or mesh.attributes.new("crease_edge", "FLOAT", "EDGE")
for each in mesh.edges:
    crease.data[each.index].value = 1.0 if each.index % 2 else 0.0
bevel = mesh.attributes.new("bevel_weight_edge", "FLOAT", "EDGE")
bevel.data.foreach_set("value", [0.5] * len(mesh.edges))
""",
    "creases in bmesh": """
import bpy, bmesh
mesh = bpy.data.objects["Cube"].data
bm = bmesh.new()
bm.from_mesh(mesh)
layer = bm.edges.layers.float.get("crease_edge") or bm.edges.layers.float.new("crease_edge")
for edge in bm.edges:
    edge[layer] = 0.8
bm.to_mesh(mesh)
bm.free()
""",
    "a boolean": """
import bpy
cube = bpy.data.objects["Cube"]
bpy.ops.mesh.primitive_cylinder_add(radius=0.5, depth=4)
hole = bpy.context.object
cut = cube.modifiers.new("Hole", "BOOLEAN")
cut.object = hole
cut.operation = "DIFFERENCE"
cut.solver = "EXACT"
hole.hide_set(True)
hole.hide_render = True
with bpy.context.temp_override(object=cube, active_object=cube):
    bpy.ops.object.modifier_apply(modifier=cut.name)
""",
    "a fast boolean in any version": """
import bpy
cut = bpy.data.objects["Cube"].modifiers.new("Cut", "BOOLEAN")
try:
    cut.solver = "FAST"
except TypeError:
    cut.solver = "FLOAT"
""",
    "a boolean by version": """
import bpy
cut = bpy.data.objects["Cube"].modifiers.new("Cut", "BOOLEAN")
cut.solver = "FLOAT" if bpy.app.version >= (5, 0, 0) else "FAST"
""",
    "modifiers in a stack": """
import bpy, math
ob = bpy.data.objects["Cube"]
bevel = ob.modifiers.new("Bevel", "BEVEL")
bevel.width = 0.05
bevel.limit_method = "ANGLE"
array = ob.modifiers.new("Array", "ARRAY")
array.count = 5
array.relative_offset_displace = (1.2, 0, 0)
ob.modifiers.move(1, 0)
for mod in ob.modifiers:
    mod.show_viewport = True
deform = ob.modifiers.new("Bend", "SIMPLE_DEFORM")
deform.deform_method = "BEND"
deform.angle = math.radians(90)
""",
    "red paint": """
import bpy
mat = bpy.data.materials.new("Red Paint")
mat.use_nodes = True
bsdf = mat.node_tree.nodes["Principled BSDF"]
bsdf.inputs["Base Color"].default_value = (0.8, 0.02, 0.02, 1)
bsdf.inputs["Roughness"].default_value = 0.3
bsdf.inputs["Coat Weight"].default_value = 1.0
bsdf.inputs["Specular IOR Level"].default_value = 0.5
bpy.data.objects["Cube"].data.materials.append(mat)
""",
    "glass": """
import bpy
mat = bpy.data.materials.new("Glass")
mat.use_nodes = True
bsdf = next(n for n in mat.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
for name, value in (("Transmission Weight", 1.0), ("Roughness", 0.0), ("IOR", 1.45)):
    bsdf.inputs[name].default_value = value
mat.surface_render_method = "BLENDED"
mat.use_raytrace_refraction = True
""",
    "names of any version": """
import bpy
mat = bpy.data.materials.new("Any")
mat.use_nodes = True
bsdf = mat.node_tree.nodes.get("Principled BSDF")
def first(*names):
    for name in names:
        if name in bsdf.inputs:
            return bsdf.inputs[name]
first("Specular IOR Level", "Specular").default_value = 0.4
socket = bsdf.inputs.get("Transmission") or bsdf.inputs.get("Transmission Weight")
socket.default_value = 0.9
if "Emission" in bsdf.inputs:
    bsdf.inputs["Emission"].default_value = (1, 1, 1, 1)
else:
    bsdf.inputs["Emission Color"].default_value = (1, 1, 1, 1)
clearcoat = bsdf.inputs.get("Clearcoat")
if clearcoat is None:
    clearcoat = bsdf.inputs.get("Coat Weight")
""",
    "EEVEE's specular shader": """
import bpy
mat = bpy.data.materials.new("Specular")
mat.use_nodes = True
nodes = mat.node_tree.nodes
shader = nodes.new("ShaderNodeEeveeSpecular")
shader.inputs["Specular"].default_value = (0.1, 0.1, 0.1, 1)
output = nodes["Material Output"]
mat.node_tree.links.new(shader.outputs[0], output.inputs["Surface"])
""",
    "a group with an input of an old name": """
import bpy
group = bpy.data.node_groups.new("Shiny", "ShaderNodeTree")
group.interface.new_socket(name="Specular", in_out="INPUT", socket_type="NodeSocketFloat")
mat = bpy.data.materials.new("Shiny")
mat.use_nodes = True
node = mat.node_tree.nodes.new("ShaderNodeGroup")
node.node_tree = group
node.inputs["Specular"].default_value = 0.7
""",
    "a material without blending": """
import bpy
mat = bpy.data.materials.new("Leaf")
mat.surface_render_method = "DITHERED"
if bpy.app.version < (4, 2, 0):
    mat.blend_method = "CLIP"
    mat.shadow_method = "CLIP"
mat.blend_method = "BLEND"
print(mat.blend_method == "BLEND")
""",
    "old shadows by hasattr": """
import bpy
for mat in bpy.data.materials:
    if hasattr(mat, "shadow_method"):
        mat.shadow_method = "NONE"
    hasattr(mat, "surface_render_method") or setattr(mat, "blend_method", "CLIP")
    print(getattr(mat, "shadow_method", "none"))
""",
    "a mix of colours": """
import bpy
mat = bpy.data.materials.new("Mixed")
mat.use_nodes = True
tree = mat.node_tree
mix = tree.nodes.new("ShaderNodeMix")
mix.data_type = "RGBA"
mix.inputs["Factor"].default_value = 0.5
mix.inputs[6].default_value = (1, 0, 0, 1)
mix.inputs[7].default_value = (0, 0, 1, 1)
tree.links.new(mix.outputs[2], tree.nodes["Principled BSDF"].inputs["Base Color"])
""",
    "noise through a ramp": """
import bpy
mat = bpy.data.materials.new("Marble")
mat.use_nodes = True
nodes, links = mat.node_tree.nodes, mat.node_tree.links
noise = nodes.new("ShaderNodeTexNoise")
noise.noise_type = "RIDGED_MULTIFRACTAL"
noise.inputs["Scale"].default_value = 4
ramp = nodes.new("ShaderNodeValToRGB")
ramp.color_ramp.elements[0].color = (0.1, 0.1, 0.1, 1)
links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
""",
    "separated colours": """
import bpy
mat = bpy.data.materials.new("Split")
mat.use_nodes = True
tree = mat.node_tree
split = tree.nodes.new("ShaderNodeSeparateColor")
join = tree.nodes.new("ShaderNodeCombineColor")
for mine, theirs in zip(split.outputs, join.inputs):
    tree.links.new(mine, theirs)
""",
    "a sky in any version": """
import bpy
world = bpy.context.scene.world
world.use_nodes = True
nodes = world.node_tree.nodes
sky = nodes.new("ShaderNodeTexSky")
if bpy.app.version >= (5, 0):
    sky.sky_type = "MULTIPLE_SCATTERING"
    sky.aerosol_density = 1.5
else:
    sky.sky_type = "NISHITA"
    sky.dust_density = 1.5
world.node_tree.links.new(sky.outputs["Color"], nodes["Background"].inputs["Color"])
""",
    "the engine by version": """
import bpy
scene = bpy.context.scene
is_new = bpy.app.version >= (5, 0, 0)
scene.render.engine = "BLENDER_EEVEE" if is_new else "BLENDER_EEVEE_NEXT"
scene.eevee.taa_render_samples = 32
scene.eevee.use_raytracing = True
if not is_new:
    scene.eevee.use_gtao = True
""",
    "the engine that there is": """
import bpy
scene = bpy.context.scene
for engine in ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"):
    try:
        scene.render.engine = engine
        break
    except TypeError:
        continue
names = [each.identifier for each in scene.render.bl_rna.properties["engine"].enum_items]
print(scene.render.engine, names)
""",
    "bloom where there is bloom": """
import bpy
eevee = bpy.context.scene.eevee
def has(name):
    return hasattr(eevee, name)
if has("use_bloom"):
    eevee.use_bloom = True
    eevee.bloom_intensity = 0.1
if has("use_ssr"):
    eevee.use_ssr = True
""",
    "Cycles": """
import bpy
scene = bpy.context.scene
scene.render.engine = "CYCLES"
scene.cycles.samples = 64
scene.cycles.use_denoising = True
scene.cycles.use_fast_gi = True
scene.cycles.max_bounces = 6
bpy.context.view_layer.use_pass_mist = True
""",
    "custom properties": """
import bpy
scene = bpy.context.scene
ob = bpy.data.objects["Cube"]
ob["cycles"] = 3
ob["radius"] = 0.5
ob.id_properties_ui("radius").update(min=0.0, max=2.0)
scene["shots"] = {"first": 1, "last": 20}
for key in ob.keys():
    print(key, ob[key])
settings = {"cycles": {"samples": 4}}
settings["cycles"]["samples"] = 8
""",
    "pictures as PNG": """
import bpy
render = bpy.context.scene.render
render.resolution_x, render.resolution_y = 1280, 720
render.film_transparent = True
render.image_settings.file_format = "PNG"
render.image_settings.color_mode = "RGBA"
render.filepath = OUT + "/frame_"
""",
    "a video in any version": """
import bpy
settings = bpy.context.scene.render.image_settings
if hasattr(settings, "media_type"):
    settings.media_type = "VIDEO"
settings.file_format = "FFMPEG"
bpy.context.scene.render.ffmpeg.format = "MPEG4"
bpy.context.scene.render.ffmpeg.codec = "H264"
""",
    "looks": """
import bpy
view = bpy.context.scene.view_settings
view.view_transform = "AgX"
view.look = "AgX - High Contrast"
view.view_transform = "Filmic"
view.look = "High Contrast"
view.exposure = 0.2
""",
    "three lights": """
import bpy, math
for index, energy in enumerate((1000, 300, 500)):
    light = bpy.data.lights.new(f"Area {index}", "AREA")
    light.energy = energy
    light.shape = "RECTANGLE"
    light.size = 2
    light.size_y = 1
    lamp = bpy.data.objects.new(light.name, light)
    angle = index * math.tau / 3
    lamp.location = (4 * math.cos(angle), 4 * math.sin(angle), 4)
    bpy.context.scene.collection.objects.link(lamp)
    track = lamp.constraints.new("TRACK_TO")
    track.target = bpy.data.objects["Cube"]
""",
    "a camera that looks": """
import bpy
from mathutils import Vector
camera = bpy.context.scene.camera
camera.location = (6, -6, 4)
way = Vector((0, 0, 0)) - camera.location
camera.rotation_euler = way.to_track_quat("-Z", "Y").to_euler()
camera.data.lens = 50
camera.data.dof.use_dof = True
camera.data.dof.focus_distance = way.length
""",
    "matrices": """
import bpy, math
from mathutils import Matrix, Vector
ob = bpy.data.objects["Cube"]
turn = Matrix.Rotation(math.radians(45), 4, "Z")
move = Matrix.Translation((1, 2, 3))
ob.matrix_world = move @ turn @ ob.matrix_world
half = move * 0.5
twice = 2 * ob.matrix_world
corner = ob.matrix_world @ Vector(ob.bound_box[0])
scale = ob.scale * 2
length = ob.matrix_world.to_scale() * 3
print(half, twice, corner, scale, length, turn[0][0] * move[0][3])
""",
    "numbers that look like matrices": """
import numpy as np
import bpy
world = np.array(bpy.data.objects["Cube"].matrix_world)
local = np.array(bpy.data.objects["Cube"].matrix_local)
weights = world * local
class Gain:
    def __init__(self, value):
        self.value = value
    def inverted(self):
        return Gain(1 / self.value)
    def __mul__(self, other):
        return Gain(self.value * other.value)
print((Gain(2).inverted() * Gain(4).inverted()).value, weights.shape)
""",
    "keyframes": """
import bpy
ob = bpy.data.objects["Cube"]
for frame, height in ((1, 0.0), (12, 2.0), (24, 0.0)):
    ob.location.z = height
    ob.keyframe_insert(data_path="location", index=2, frame=frame)
scene = bpy.context.scene
scene.frame_start, scene.frame_end = 1, 24
scene.frame_set(12)
""",
    "curves in any version": """
import bpy
def curves_of(ob):
    data = ob.animation_data
    action = data.action
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    found = []
    for layer in action.layers:
        for strip in layer.strips:
            found += strip.channelbag(data.action_slot).fcurves
    return found
ob = bpy.data.objects["Cube"]
ob.keyframe_insert("location", frame=1)
for curve in curves_of(ob):
    for key in curve.keyframe_points:
        key.interpolation = "LINEAR"
""",
    "curves by an early return": """
import bpy
def fcurves(data):
    if bpy.app.version >= (5, 0):
        from bpy_extras import anim_utils
        bag = anim_utils.action_get_channelbag_for_slot(data.action, data.action_slot)
        return bag.fcurves
    return data.action.fcurves
ob = bpy.data.objects["Cube"]
ob.keyframe_insert("scale", frame=3)
print(len(fcurves(ob.animation_data)))
""",
    "one function a version": """
import bpy
OLD = bpy.app.version < (5, 0)
def compositor_old(scene):
    scene.use_nodes = True
    return scene.node_tree
def compositor_new(scene):
    tree = bpy.data.node_groups.new("Comp", "CompositorNodeTree")
    scene.compositing_node_group = tree
    return tree
tree = compositor_old(bpy.context.scene) if OLD else compositor_new(bpy.context.scene)
print(tree.nodes.keys())
""",
    "drivers' curves": """
import bpy
ob = bpy.data.objects["Cube"]
curve = ob.driver_add("location", 0)
curve.driver.type = "AVERAGE"
variable = curve.driver.variables.new()
variable.targets[0].id = bpy.data.objects["Camera"]
variable.targets[0].data_path = "location.x"
for each in ob.animation_data.drivers:
    each.mute = False
""",
    "shape keys": """
import bpy
ob = bpy.data.objects["Cube"]
ob.shape_key_add(name="Basis")
tall = ob.shape_key_add(name="Tall")
for point in tall.data:
    if point.co.z > 0:
        point.co.z += 1
tall.value = 0.5
tall.keyframe_insert("value", frame=1)
""",
    "an armature": """
import bpy
bpy.ops.object.armature_add()
rig = bpy.context.object
bpy.ops.object.mode_set(mode="EDIT")
bones = rig.data.edit_bones
upper = bones[0]
lower = bones.new("Lower")
lower.head, lower.tail = upper.tail, (0, 0, 2)
lower.parent = upper
lower.select = True
bpy.ops.object.mode_set(mode="POSE")
rig.pose.bones["Lower"].rotation_mode = "XYZ"
rig.data.collections.new("Arm").assign(rig.data.bones["Lower"])
bpy.ops.object.mode_set(mode="OBJECT")
""",
    "selected bones in any version": """
import bpy
bpy.ops.object.armature_add()
rig = bpy.context.object
for pose_bone in rig.pose.bones:
    if bpy.app.version >= (5, 0, 0):
        pose_bone.select = True
    else:
        pose_bone.bone.select = True
""",
    "vertex groups": """
import bpy
ob = bpy.data.objects["Cube"]
group = ob.vertex_groups.new(name="Top")
top = [v.index for v in ob.data.vertices if v.co.z > 0]
group.add(top, 1.0, "REPLACE")
for vertex in ob.data.vertices:
    vertex.select = vertex.index in top
""",
    "uv coordinates": """
import bpy
mesh = bpy.data.objects["Cube"].data
layer = mesh.uv_layers.active or mesh.uv_layers.new(name="UVMap")
for polygon in mesh.polygons:
    polygon.select = True
    for loop in polygon.loop_indices:
        layer.data[loop].uv.x *= 0.5
print(len(layer.data))
""",
    "colours of vertices": """
import bpy
mesh = bpy.data.objects["Cube"].data
colors = mesh.color_attributes.new("Paint", "BYTE_COLOR", "CORNER")
for each in colors.data:
    each.color = (1, 0.5, 0, 1)
mesh.color_attributes.active_color = colors
mesh.attributes.new("zone", "INT", "FACE").data[0].value = 4
""",
    "collections and layers": """
import bpy
scene = bpy.context.scene
props = bpy.data.collections.new("Props")
scene.collection.children.link(props)
for ob in list(scene.objects):
    for old in ob.users_collection:
        old.objects.unlink(ob)
    props.objects.link(ob)
for layer in scene.view_layers:
    layer.update()
bpy.context.view_layer.objects.active = scene.objects["Cube"]
""",
    "a geometry group": """
import bpy
tree = bpy.data.node_groups.new("Grow", "GeometryNodeTree")
tree.interface.new_socket(name="Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
size = tree.interface.new_socket(name="Size", in_out="INPUT", socket_type="NodeSocketFloat")
size.subtype = "FACTOR"
tree.interface.new_socket(name="Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
inside, outside = tree.nodes.new("NodeGroupInput"), tree.nodes.new("NodeGroupOutput")
scale = tree.nodes.new("GeometryNodeTransform")
tree.links.new(inside.outputs["Geometry"], scale.inputs["Geometry"])
tree.links.new(scale.outputs["Geometry"], outside.inputs["Geometry"])
mod = bpy.data.objects["Cube"].modifiers.new("Grow", "NODES")
mod.node_group = tree
""",
    "a modifier's inputs in any version": """
import bpy
tree = bpy.data.node_groups.new("Size", "GeometryNodeTree")
socket = tree.interface.new_socket(name="Size", in_out="INPUT", socket_type="NodeSocketFloat")
mod = bpy.data.objects["Cube"].modifiers.new("Size", "NODES")
mod.node_group = tree
if bpy.app.version >= (5, 2, 0):
    getattr(mod.properties.inputs, socket.identifier).value = 2.5
else:
    mod[socket.identifier] = 2.5
values = {"Socket_1": 1}
print(values["Socket_1"])
""",
    "a spline's factor in geometry nodes": """
import bpy
tree = bpy.data.node_groups.new("Taper", "GeometryNodeTree")
nodes = tree.nodes
spline = nodes.new("GeometryNodeSplineParameter")
math = nodes.new("ShaderNodeMath")
math.operation = "MULTIPLY"
tree.links.new(spline.outputs["Factor"], math.inputs[0])
curve = nodes.new("ShaderNodeFloatCurve")
tree.links.new(math.outputs[0], curve.inputs["Factor"])
""",
    "a curve with a bevel": """
import bpy
curve = bpy.data.curves.new("Pipe", "CURVE")
curve.dimensions = "3D"
curve.bevel_depth = 0.1
spline = curve.splines.new("BEZIER")
spline.bezier_points.add(2)
for index, point in enumerate(spline.bezier_points):
    point.co = (index, index % 2, 0)
    point.handle_left_type = point.handle_right_type = "AUTO"
bpy.context.scene.collection.objects.link(bpy.data.objects.new("Pipe", curve))
""",
    "a text": """
import bpy
font = bpy.data.curves.new("Title", "FONT")
font.body = "Hello"
font.extrude = 0.05
font.align_x = "CENTER"
title = bpy.data.objects.new("Title", font)
title.location.z = 2
bpy.context.collection.objects.link(title)
""",
    "a line style and a texture without nodes": """
import bpy
style = bpy.data.linestyles.new("Ink")
style.use_nodes = True
style.use_nodes = False
style.thickness = 2
texture = bpy.data.textures.new("Clouds", "CLOUDS")
texture.use_nodes = False
texture.noise_scale = 0.5
""",
    "a mesh and a file each": """
import bpy
ob = bpy.data.objects["Cube"]
bpy.ops.object.select_all(action="DESELECT")
ob.select_set(True)
bpy.ops.wm.obj_export(filepath=OUT + "/cube.obj", export_selected_objects=True)
bpy.ops.wm.stl_export(filepath=OUT + "/cube.stl", export_selected_objects=True)
bpy.ops.wm.ply_export(filepath=OUT + "/cube.ply", export_selected_objects=True)
bpy.ops.wm.obj_import(filepath=OUT + "/cube.obj")
""",
    "strips in any version": """
import bpy
editor = bpy.context.scene.sequence_editor_create()
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
length = {"length": 20} if bpy.app.version >= (5, 0) else {"frame_end": 21}
color = strips.new_effect(name="Black", type="COLOR", channel=1, frame_start=1, **length)
color.blend_type = "ALPHA_OVER"
""",
    "a probe and a grease pencil": """
import bpy
bpy.ops.object.lightprobe_add(type="VOLUME", location=(0, 0, 1))
probe = bpy.context.object
probe.scale = (3, 3, 2)
bpy.ops.object.grease_pencil_add(type="EMPTY")
drawing = bpy.context.object
assert drawing.type == "GREASEPENCIL"
""",
}

_SINCE_5 = {
    "a glow in the compositor": """
import bpy
scene = bpy.context.scene
group = bpy.data.node_groups.new("Glow", "CompositorNodeTree")
scene.compositing_node_group = group
group.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
layers = group.nodes.new("CompositorNodeRLayers")
glare = group.nodes.new("CompositorNodeGlare")
glare.inputs["Type"].default_value = "Bloom"
glare.inputs["Threshold"].default_value = 0.8
blur = group.nodes.new("CompositorNodeBlur")
blur.inputs["Size"].default_value = (8, 8)
mix = group.nodes.new("ShaderNodeMix")
mix.data_type = "RGBA"
output = group.nodes.new("NodeGroupOutput")
group.links.new(layers.outputs["Image"], glare.inputs["Image"])
group.links.new(glare.outputs["Image"], output.inputs["Image"])
""",
    "an action of its own": """
import bpy
from bpy_extras import anim_utils
ob = bpy.data.objects["Cube"]
action = bpy.data.actions.new("Walk")
slot = action.slots.new(id_type="OBJECT", name="Cube")
data = ob.animation_data_create()
data.action, data.action_slot = action, slot
bag = anim_utils.action_ensure_channelbag_for_slot(action, slot)
curve = bag.fcurves.new("location", index=0)
curve.keyframe_points.insert(1, 0.0)
for fcurve in anim_utils.action_get_channelbag_for_slot(action, slot).fcurves:
    fcurve.extrapolation = "LINEAR"
bag.groups.new("Move")
""",
    "a file output and strips": """
import bpy
scene = bpy.context.scene
tree = bpy.data.node_groups.new("Files", "CompositorNodeTree")
node = tree.nodes.new("CompositorNodeOutputFile")
node.directory = OUT
node.file_name = "pass"
node.file_output_items.new("RGBA", "Image")
scene.render.image_settings.media_type = "MULTI_LAYER_IMAGE"
scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
editor = scene.sequence_editor_create()
editor.strips.new_effect(name="A", type="COLOR", channel=1, frame_start=1, length=10)
scene.tool_settings.sculpt.unified_paint_settings.size = 40
""",
}

_BEFORE_5 = {
    "the compositor before 5": """
import bpy
scene = bpy.context.scene
scene.use_nodes = True
tree = scene.node_tree
tree.nodes.clear()
layers = tree.nodes.new("CompositorNodeRLayers")
glare = tree.nodes.new("CompositorNodeGlare")
glare.glare_type = "FOG_GLOW"
blur = tree.nodes.new("CompositorNodeBlur")
blur.size_x = blur.size_y = 8
mix = tree.nodes.new("CompositorNodeMixRGB")
output = tree.nodes.new("CompositorNodeComposite")
tree.links.new(layers.outputs["Image"], glare.inputs["Image"])
tree.links.new(glare.outputs["Image"], output.inputs["Image"])
scene.use_nodes = False
""",
    "actions before 5": """
import bpy
ob = bpy.data.objects["Cube"]
scene = bpy.context.scene
scene.render.engine = "BLENDER_EEVEE_NEXT"
ob.keyframe_insert("location", frame=1)
action = ob.animation_data.action
for curve in action.fcurves:
    curve.extrapolation = "LINEAR"
mat = bpy.data.materials.new("Flat")
mat.use_nodes = True
mat.use_nodes = False
mat.diffuse_color = (1, 0, 0, 1)
scene.render.image_settings.file_format = "FFMPEG"
scene.tool_settings.unified_paint_settings.size = 30
""",
}

SCRIPTS = (
    *(Script(name, source) for name, source in _EVERYWHERE.items()),
    *(Script(name, source, since=(5, 0)) for name, source in _SINCE_5.items()),
    *(Script(name, source, until=(5, 0)) for name, source in _BEFORE_5.items()),
)
