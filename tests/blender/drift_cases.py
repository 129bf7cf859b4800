"""The old and the new form of every rule in `tools.drift_rules`, to be run.

`SETUP` comes before each: `ob`, `mesh`, `mat`, `scene` and others are its names, which the forms
know as a script's parameters are known. `effect` is true after an old form that is silent, where
it took effect; `works` after one that neither raises nor is silent.
"""

from __future__ import annotations

from dataclasses import dataclass

SETUP = """
import bpy
ob = bpy.data.objects["Cube"]
mesh = ob.data
scene = bpy.context.scene
mat = bpy.data.materials.new("Paint")
mat.use_nodes = True
nodes = mat.node_tree.nodes
bsdf = nodes["Principled BSDF"]
node_tree = bpy.data.node_groups.new("Geometry", "GeometryNodeTree")
compositor = bpy.data.node_groups.new("Compositor", "CompositorNodeTree")
ob.select_set(True)
bpy.context.view_layer.objects.active = ob
"""

_KEYED = "ob.keyframe_insert('location', frame=1)\naction = ob.animation_data.action\n"
_MODIFIER = (
    "socket = node_tree.interface.new_socket('Size', in_out='INPUT', socket_type='NodeSocketFloat')\n"
    "mod = ob.modifiers.new('Nodes', 'NODES')\nmod.node_group = node_tree\n"
)
_ARMATURE = "bpy.ops.object.armature_add()\nrig = bpy.context.object\n"
_EDITOR = "sequence_editor = scene.sequence_editor_create()\n"


@dataclass(frozen=True)
class Case:
    """The two forms of one rule."""

    old: str
    new: str
    effect: str = ""
    works: str = ""


CASES = {
    "eevee_next": Case(
        "scene.render.engine = 'BLENDER_EEVEE_NEXT'", "scene.render.engine = 'BLENDER_EEVEE'"
    ),
    "eevee_legacy": Case(
        "scene.render.engine = 'BLENDER_EEVEE'", "scene.render.engine = 'BLENDER_EEVEE_NEXT'"
    ),
    "eevee_effects": Case("scene.eevee.use_bloom = True", "scene.eevee.use_raytracing = True"),
    "eevee_gtao": Case("scene.eevee.use_gtao = True", "scene.eevee.use_raytracing = True"),
    "principled_specular": Case(
        "bsdf.inputs['Specular'].default_value = 0.2",
        "bsdf.inputs['Specular IOR Level'].default_value = 0.2",
    ),
    "principled_transmission": Case(
        "bsdf.inputs['Transmission'].default_value = 1",
        "bsdf.inputs['Transmission Weight'].default_value = 1",
    ),
    "principled_emission": Case(
        "bsdf.inputs.get('Emission').default_value = (1, 0, 0, 1)",
        "bsdf.inputs['Emission Color'].default_value = (1, 0, 0, 1)\n"
        "bsdf.inputs['Emission Strength'].default_value = 3",
    ),
    "principled_clearcoat": Case(
        "bsdf.inputs['Clearcoat'].default_value = 1",
        "bsdf.inputs['Coat Weight'].default_value = 1\n"
        "bsdf.inputs['Coat Roughness'].default_value = 0.1",
    ),
    "principled_subsurface": Case(
        "bsdf.inputs['Subsurface'].default_value = 0.1",
        "bsdf.inputs['Subsurface Weight'].default_value = 0.1\n"
        "bsdf.inputs['Sheen Weight'].default_value = 0.1",
    ),
    "auto_smooth": Case(
        "mesh.use_auto_smooth = True",
        "bpy.ops.object.shade_smooth_by_angle(angle=0.5)\nmesh.set_sharp_from_angle(angle=0.5)",
    ),
    "calc_normals": Case("mesh.calc_normals()", "assert len(mesh.corner_normals) == 24"),
    "shade_smooth_auto": Case(
        "bpy.ops.object.shade_smooth(use_auto_smooth=True)",
        "bpy.ops.object.shade_smooth_by_angle(angle=0.5)",
    ),
    "blend_method": Case(
        "mat.surface_render_method = 'BLENDED'\nmat.blend_method = 'CLIP'",
        "mat.surface_render_method = 'BLENDED'\nassert mat.surface_render_method == 'BLENDED'\n"
        "mat.surface_render_method = 'DITHERED'",
        works="mat.surface_render_method == 'DITHERED'",
    ),
    "shadow_method": Case("mat.shadow_method = 'NONE'", "ob.visible_shadow = False"),
    "without_nodes": Case(
        "scene = bpy.context.scene\nscene.use_nodes = True\nscene.use_nodes = False\n"
        "bpy.data.materials['Paint'].use_nodes = False\nscene.world.use_nodes = False",
        "bsdf.inputs['Base Color'].default_value = (1, 0, 0, 1)\n"
        "scene.render.use_compositing = False",
        effect="not (mat.use_nodes or scene.world.use_nodes or scene.use_nodes)",
    ),
    "light_without_nodes": Case(
        "bpy.data.lights['Light'].use_nodes = False",
        "bpy.data.lights['Light'].energy = 5",
        effect="not bpy.data.lights['Light'].use_nodes",
    ),
    "scene_node_tree": Case(
        "scene.use_nodes = True\nscene.node_tree.nodes",
        "scene.compositing_node_group = bpy.data.node_groups.new('C', 'CompositorNodeTree')",
    ),
    "composite_node": Case(
        "compositor.nodes.new('CompositorNodeComposite')",
        "compositor.interface.new_socket('Image', in_out='OUTPUT', socket_type='NodeSocketColor')\n"
        "assert 'Image' in compositor.nodes.new('NodeGroupOutput').inputs",
    ),
    "glare_settings": Case(
        "glare = compositor.nodes.new('CompositorNodeGlare')\nglare.glare_type = 'FOG_GLOW'",
        "glare = compositor.nodes.new('CompositorNodeGlare')\n"
        "glare.inputs['Type'].default_value = 'Fog Glow'\n"
        "glare.inputs['Quality'].default_value = 'High'\n"
        "glare.inputs['Threshold'].default_value = 1\nglare.inputs['Strength'].default_value = 1",
    ),
    "blur_size": Case(
        "blur = compositor.nodes.new('CompositorNodeBlur')\nblur.size_x = 4",
        "blur = compositor.nodes.new('CompositorNodeBlur')\n"
        "blur.inputs['Size'].default_value = (4, 4)",
    ),
    "compositor_math": Case(
        "compositor.nodes.new('CompositorNodeMixRGB')",
        "for kind in ('Mix', 'Math', 'ValToRGB', 'MapRange', 'Gamma'):\n"
        "    compositor.nodes.new('ShaderNode' + kind)\n"
        "compositor.nodes.new('CompositorNodeSeparateColor')",
    ),
    "file_output": Case(
        "compositor.nodes.new('CompositorNodeOutputFile').base_path = '/nowhere'",
        "node = compositor.nodes.new('CompositorNodeOutputFile')\nnode.directory = '/nowhere'\n"
        "node.file_name = 'a'\nnode.file_output_items.new('RGBA', 'Image')",
    ),
    "action_fcurves": Case(
        f"{_KEYED}assert len(action.fcurves) == 3",
        f"{_KEYED}from bpy_extras import anim_utils\nslot = ob.animation_data.action_slot\n"
        "channelbag = anim_utils.action_get_channelbag_for_slot(action, slot)\n"
        "assert len(channelbag.fcurves) == 3\n"
        "action.fcurve_ensure_for_datablock(ob, 'scale', index=0)",
    ),
    "action_groups": Case(
        f"{_KEYED}action.groups.new('Body')",
        f"{_KEYED}from bpy_extras import anim_utils\nslot = ob.animation_data.action_slot\n"
        "anim_utils.action_get_channelbag_for_slot(action, slot).groups.new('Body')\n"
        "assert slot.target_id_type == 'OBJECT'",
    ),
    "bgl": Case("import bgl", "import gpu"),
    "stl_operators": Case(
        "bpy.ops.export_mesh.stl.get_rna_type()\nbpy.ops.export_mesh.stl(filepath='/nowhere/a')",
        "bpy.ops.wm.stl_export.get_rna_type()\nbpy.ops.wm.stl_import.get_rna_type()",
    ),
    "obj_operators": Case(
        "bpy.ops.export_scene.obj(filepath='/nowhere/a')",
        "bpy.ops.wm.obj_export.get_rna_type()\nbpy.ops.wm.obj_import.get_rna_type()",
    ),
    "ply_operators": Case(
        "bpy.ops.import_mesh.ply(filepath='/nowhere/a')",
        "bpy.ops.wm.ply_export.get_rna_type()\nbpy.ops.wm.ply_import.get_rna_type()",
    ),
    "collada_operators": Case(
        "bpy.ops.wm.collada_export.get_rna_type()\nbpy.ops.wm.collada_export.poll()\n"
        "lambda: bpy.ops.wm.collada_export(filepath='/nowhere/a')",
        "bpy.ops.export_scene.gltf.get_rna_type()\nbpy.ops.export_scene.fbx.get_rna_type()",
    ),
    "context_override": Case(
        "context = bpy.context.copy()\nbpy.ops.object.shade_smooth(context)",
        "ob.select_set(True)\nbpy.context.view_layer.objects.active = ob\n"
        "bpy.ops.object.shade_smooth('EXEC_DEFAULT')",
    ),
    "tree_sockets": Case(
        "node_tree.inputs.new('NodeSocketFloat', 'Size')",
        "node_tree.interface.new_socket(name='Size', in_out='INPUT', socket_type='NodeSocketFloat')",
    ),
    "socket_subtypes": Case(
        "node_tree.interface.new_socket('A', in_out='INPUT', socket_type='NodeSocketFloatFactor')",
        "socket = node_tree.interface.new_socket(\n"
        "    'A', in_out='INPUT', socket_type='NodeSocketFloat')\nsocket.subtype = 'FACTOR'",
    ),
    "modifier_items": Case(
        f"{_MODIFIER}mod[socket.identifier] = 2.0",
        f"{_MODIFIER}getattr(mod.properties.inputs, socket.identifier).value = 2.0",
    ),
    "factor_sockets": Case(
        "nodes.new('ShaderNodeTexNoise').outputs['Factor'].name\n"
        "nodes.new('ShaderNodeMixShader').inputs['Factor'].name",
        "nodes.new('ShaderNodeTexNoise').outputs['Fac'].name\n"
        "nodes.new('ShaderNodeMixShader').inputs['Fac'].name",
    ),
    "musgrave": Case(
        "nodes.new('ShaderNodeTexMusgrave')",
        "noise = nodes.new('ShaderNodeTexNoise')\n"
        "for noise.noise_type in ('FBM', 'MULTIFRACTAL', 'RIDGED_MULTIFRACTAL'): pass",
    ),
    "bsdf_velvet": Case("nodes.new('ShaderNodeBsdfVelvet')", "nodes.new('ShaderNodeBsdfSheen')"),
    "separate_rgb": Case(
        "nodes.new('ShaderNodeSeparateRGB')",
        "nodes.new('ShaderNodeSeparateColor').mode = 'RGB'\n"
        "nodes.new('ShaderNodeCombineColor').mode = 'HSV'",
    ),
    "sky_nishita": Case(
        "nodes.new('ShaderNodeTexSky').sky_type = 'NISHITA'",
        "sky = nodes.new('ShaderNodeTexSky')\nsky.sky_type = 'MULTIPLE_SCATTERING'\n"
        "sky.aerosol_density = 2\nsky.sky_type = 'SINGLE_SCATTERING'",
    ),
    "face_maps": Case("ob.face_maps.new(name='A')", "mesh.attributes.new('A', 'INT', 'FACE')"),
    "edge_crease": Case(
        "for e in mesh.edges: e.crease = 1",
        "mesh.attributes.new('crease_edge', 'FLOAT', 'EDGE').data[0].value = 1\n"
        "mesh.attributes.new('bevel_weight_edge', 'FLOAT', 'EDGE').data[0].value = 1",
    ),
    "uv_select": Case("mesh.uv_layers.active.data[0].select = True", "mesh.uv_layers.active.data"),
    "armature_layers": Case(
        f"{_ARMATURE}armature = rig.data\narmature.bones[0].layers[1] = True",
        f"{_ARMATURE}rig.data.collections.new('Left').assign(rig.data.bones[0])",
    ),
    "bone_select": Case(
        f"{_ARMATURE}rig.data.bones[0].select = True", f"{_ARMATURE}rig.pose.bones[0].select = True"
    ),
    "gpencil_add": Case(
        "bpy.ops.object.gpencil_add(type='EMPTY')",
        "bpy.ops.object.grease_pencil_add(type='EMPTY')\n"
        "assert bpy.context.object.type == 'GREASEPENCIL'",
    ),
    "gpencil_modifiers": Case(
        "bpy.ops.object.gpencil_add(type='EMPTY') if bpy.app.version < (4, 3) else None\n"
        "bpy.context.object.grease_pencil_modifiers.new('Thick', 'GP_THICK')",
        "bpy.ops.object.grease_pencil_add(type='STROKE')\n"
        "bpy.context.object.modifiers.new('Thick', 'GREASE_PENCIL_THICKNESS')",
    ),
    "video_format": Case(
        "scene.render.image_settings.file_format = 'FFMPEG'",
        "scene.render.image_settings.media_type = 'VIDEO'\n"
        "scene.render.image_settings.file_format = 'FFMPEG'\n"
        "scene.render.image_settings.media_type = 'MULTI_LAYER_IMAGE'",
    ),
    "avi": Case(
        "scene.render.image_settings.file_format = 'AVI_JPEG'",
        "if bpy.app.version >= (5, 0):\n    scene.render.image_settings.media_type = 'VIDEO'\n"
        "scene.render.image_settings.file_format = 'FFMPEG'",
    ),
    "ambient_occlusion": Case(
        "scene.world.light_settings.use_ambient_occlusion = True",
        "scene.cycles.use_fast_gi = True\nnodes.new('ShaderNodeAmbientOcclusion')",
    ),
    "sequences": Case(
        f"{_EDITOR}sequence_editor.sequences",
        f"{_EDITOR}sequence_editor.strips, sequence_editor.strips_all",
    ),
    "strip_length": Case(
        f"{_EDITOR}strips = getattr(sequence_editor, 'strips', None)\n"
        "if strips is None: strips = sequence_editor.sequences\n"
        "strips.new_effect(name='A', type='COLOR', channel=1, frame_start=1, frame_end=9)",
        f"{_EDITOR}sequence_editor.strips.new_effect(\n"
        "    name='A', type='COLOR', channel=1, frame_start=1, length=8)",
    ),
    "registered_items": Case(
        "bpy.context.scene['cycles'] = {'samples': 9}",
        "scene.cycles.samples = 9\nassert scene.cycles.samples == 9",
        effect="scene.cycles.samples == 9",
    ),
    "unified_paint": Case(
        "scene.tool_settings.unified_paint_settings.size = 9",
        "for each in ('sculpt', 'image_paint', 'vertex_paint', 'weight_paint'):\n"
        "    getattr(scene.tool_settings, each).unified_paint_settings.size = 9\n"
        "scene.tool_settings.sculpt.unified_paint_settings.size = 9",
    ),
    "boolean_fast": Case(
        "ob.modifiers.new('Cut', 'BOOLEAN').solver = 'FAST'",
        "cut = ob.modifiers.new('Cut', 'BOOLEAN')\n"
        "for cut.solver in ('FLOAT', 'EXACT', 'MANIFOLD'): pass",
    ),
    "matrix_product": Case(
        "from mathutils import Matrix\na = Matrix.Translation((1, 2, 3))\n"
        "b = Matrix.Rotation(1, 4, 'Z')\nc = a * b",
        "from mathutils import Matrix\na = Matrix.Translation((1, 2, 3))\n"
        "b = Matrix.Rotation(1, 4, 'Z')\nc = a @ b\nassert c.translation.x == 1",
        effect="c == a @ b",
    ),
    "object_select": Case("ob.select = True", "ob.select_set(True)"),
    "scene_objects": Case(
        "empty = bpy.data.objects.new('E', None)\nscene.objects.link(empty)",
        "empty = bpy.data.objects.new('E', None)\nscene.collection.objects.link(empty)\n"
        "bpy.context.view_layer.objects.active = empty",
    ),
    "scene_update": Case("scene.update()", "bpy.context.view_layer.update()"),
    "look": Case(
        "scene.view_settings.look = 'High Contrast'",
        "scene.view_settings.look = 'AgX - High Contrast'",
    ),
    "primitive_radius": Case(
        "bpy.ops.mesh.primitive_cube_add(radius=1)", "bpy.ops.mesh.primitive_cube_add(size=2)"
    ),
    "sphere_size": Case(
        "bpy.ops.mesh.primitive_uv_sphere_add(size=1)",
        "bpy.ops.mesh.primitive_uv_sphere_add(radius=1)",
    ),
    "light_probe": Case(
        "bpy.data.lightprobes.new('A', 'GRID')",
        "bpy.data.lightprobes.new('A', 'VOLUME')\nbpy.ops.object.lightprobe_add(type='SPHERE')",
    ),
}
