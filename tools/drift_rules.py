"""The table behind `drift`: Python for older Blenders, since when it is wrong, what to write now.

Every row is measured: `tests/blender/drift_cases.py` has the old and the new form of each, and runs
them on the Blender at hand. The versions between those the tests know were measured once, on
4.4.0, 5.0.1 and 5.1.0.

A receiver is the text before an attribute's dot, with names put back to what they were given:
after `act = ob.animation_data.action`, that of `act.fcurves` is "ob.animation_data.action". Only
constant arguments are kept in it: "bpy.data.actions.new('Walk')".
"""

from __future__ import annotations

from dataclasses import dataclass

Version = tuple[int, ...]


@dataclass(frozen=True)
class Attribute:
    """An attribute of one of these names, where its receiver matches `on` at its end.

    `values`: only where one of these constants is assigned to it. `keywords`: only where it is
    called with one of these. `unless`: not where the script has one of these, as an attribute or as
    a text.
    """

    names: tuple[str, ...]
    on: str = ""
    values: tuple[object, ...] = ()
    keywords: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    assigned: bool = False


@dataclass(frozen=True)
class Item:
    """`receiver["key"]`, and `receiver.get("key").…`, where the receiver matches `on` at its end.

    No key: any item but a number's. `now`: a script that names this key too has both on purpose.
    `deep`: only where a dictionary is assigned to it, or an item of it is used.
    """

    key: str
    on: str
    now: str = ""
    deep: bool = False


@dataclass(frozen=True)
class Operator:
    """`bpy.ops.…`; only with one of these keywords, and one of these values for it, if given."""

    names: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Argument:
    """One of these texts as an argument of a method, such as `nodes.new("…")`."""

    texts: tuple[str, ...]
    method: str = "new"
    on: str = ""


@dataclass(frozen=True)
class Import:
    """The import of a module."""

    module: str


@dataclass(frozen=True)
class ContextArgument:
    """A dictionary, or a copy of the context, handed to an operator."""


@dataclass(frozen=True)
class MatrixProduct:
    """`*` between what is evidently two matrices."""


Form = Attribute | Item | Operator | Argument | Import | ContextArgument | MatrixProduct


@dataclass(frozen=True)
class Rule:
    """What an older Blender took, from when on it is wrong, and what to write instead.

    `until` is the first version in which it is right again. `silent`: it raises nothing and does
    nothing. `told`: worth a line in the system prompt.
    """

    name: str
    since: tuple[int, int]
    instead: str
    forms: tuple[Form, ...]
    until: tuple[int, int] | None = None
    silent: bool = False
    told: bool = False


_PRINCIPLED = r"^(?!.*nodes\.new\((?!'ShaderNodeBsdfPrincipled'))(?!.*\['Group).*\binputs"
_ACTION = r"(?:\baction|\bactions(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))"
_SCENE = r"(?:\bscene|\bscenes(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))"
_TREE = r"(?:\bnode_tree|\btree|\bnode_group|\bnode_groups(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))"
_MODIFIER = r"(?:\bmod|\bmodifier|\bmodifiers(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))"
_EDGE = r"(?:\bedge|\bedges\[[^\]]*\]|\bvertices\[[^\]]*\]|\.(?:edges|verts)\.layers)"
_BONES = r"\b(?:data|armature|armatures(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))\.bones"
_DATA_BONE = rf"(?:\w\.bone|{_BONES}(?:\[[^\]]*\]|\.active|\.get\([^()]*\)))"
_ARMATURE = (
    r"(?:\barmature|\barmatures(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\))"
    r"|\bbone|\bbones(?:\[[^\]]*\]|\.active|\.get\([^()]*\)))"
)
_OBJECT = (
    r"(?:\bob|\bobj|context\.(?:object|active_object)|\bobjects\.active"
    r"|objects(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\)))"
)
_EVIDENT_SCENE = r"^(?:(?:bpy\.context\.)?scene|bpy\.data\.scenes\[[^\]]*\])"
_FACTOR_OUT = (
    r"nodes\.new\('ShaderNode(?:Tex(?:Noise|Wave|Magic|Checker|Brick|Gradient)|Fresnel|Attribute)'\)"
    r"\.outputs"
)
_FACTOR_IN = (
    r"nodes\.new\('ShaderNode(?:ValToRGB|MixShader|MixRGB|RGBCurve|HueSaturation|Invert"
    r"|VectorCurve)'\)\.inputs"
)
_SOCKETS = tuple(
    f"NodeSocket{each}"
    for each in (
        "FloatFactor FloatAngle FloatDistance FloatPercentage FloatTime FloatTimeAbsolute "
        "FloatUnsigned IntFactor IntPercentage IntUnsigned VectorTranslation VectorDirection "
        "VectorVelocity VectorAcceleration VectorEuler VectorXYZ"
    ).split()
)

RULES: tuple[Rule, ...] = (
    Rule(
        "eevee_next",
        (5, 0),
        "EEVEE is 'BLENDER_EEVEE'",
        (Attribute(("engine",), values=("BLENDER_EEVEE_NEXT",)),),
        told=True,
    ),
    Rule(
        "eevee_legacy",
        (4, 2),
        "EEVEE is 'BLENDER_EEVEE_NEXT'",
        (Attribute(("engine",), values=("BLENDER_EEVEE",)),),
        until=(5, 0),
        told=True,
    ),
    Rule(
        "eevee_effects",
        (4, 3),
        "for bloom a Glare node in the compositor; for reflections scene.eevee.use_raytracing; "
        "shadows are always soft",
        (
            Attribute(("use_bloom", "bloom_intensity", "use_ssr", "use_ssr_refraction")),
            Attribute(("use_soft_shadows", "use_volumetric_lights", "shadow_cube_size"), r"eevee"),
        ),
    ),
    Rule(
        "eevee_gtao",
        (5, 0),
        "leave it out",
        (Attribute(("use_gtao", "gtao_distance", "gtao_quality", "gtao_factor")),),
    ),
    Rule(
        "principled_specular",
        (4, 0),
        "Principled: 'Specular IOR Level'",
        (Item("Specular", _PRINCIPLED, "Specular IOR Level"),),
        told=True,
    ),
    Rule(
        "principled_transmission",
        (4, 0),
        "Principled: 'Transmission Weight'",
        (Item("Transmission", _PRINCIPLED, "Transmission Weight"),),
        told=True,
    ),
    Rule(
        "principled_emission",
        (4, 0),
        "Principled: 'Emission Color', and 'Emission Strength', which is 0 at first",
        (Item("Emission", _PRINCIPLED, "Emission Color"),),
        told=True,
    ),
    Rule(
        "principled_clearcoat",
        (4, 0),
        "Principled: 'Coat Weight', 'Coat Roughness'",
        (
            Item("Clearcoat", _PRINCIPLED, "Coat Weight"),
            Item("Clearcoat Roughness", _PRINCIPLED, "Coat Roughness"),
        ),
        told=True,
    ),
    Rule(
        "principled_subsurface",
        (4, 0),
        "Principled: 'Subsurface Weight', 'Sheen Weight'",
        (
            Item("Subsurface", _PRINCIPLED, "Subsurface Weight"),
            Item("Sheen", _PRINCIPLED, "Sheen Weight"),
        ),
        told=True,
    ),
    Rule(
        "auto_smooth",
        (4, 1),
        "smooth by angle: bpy.ops.object.shade_smooth_by_angle(angle=…) or "
        "mesh.set_sharp_from_angle(angle=…)",
        (Attribute(("use_auto_smooth", "auto_smooth_angle")),),
        told=True,
    ),
    Rule(
        "calc_normals",
        (4, 1),
        "leave it out: normals are always up to date; corners' are in mesh.corner_normals",
        (
            Attribute(
                ("calc_normals", "calc_normals_split", "free_normals_split", "create_normals_split")
            ),
        ),
    ),
    Rule(
        "shade_smooth_auto",
        (4, 1),
        "bpy.ops.object.shade_smooth_by_angle(angle=…)",
        (Operator(("object.shade_smooth",), ("use_auto_smooth", "auto_smooth_angle")),),
    ),
    Rule(
        "blend_method",
        (4, 2),
        "mat.surface_render_method = 'DITHERED' (the default, also for cut-outs) or 'BLENDED'",
        (
            Attribute(
                ("blend_method",),
                r"mat\w*(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\))?",
                ("OPAQUE", "CLIP"),
            ),
        ),
    ),
    Rule(
        "shadow_method",
        (4, 3),
        "leave it out; ob.visible_shadow = False for an object without a shadow",
        (Attribute(("shadow_method",)),),
    ),
    Rule(
        "without_nodes",
        (5, 0),
        "leave it out: materials, worlds and scenes always have nodes; set the inputs of their "
        "nodes, and scene.render.use_compositing = False for no compositing",
        (
            Attribute(
                ("use_nodes",),
                r"(?:materials(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\))|\.active_material"
                r"|\.material|\.world|worlds(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\))"
                rf"|bpy\.context\.scene|bpy\.data\.{_SCENE})",
                (False, 0),
                # It does no harm there: compositing is off by other means, or materials are flat.
                unless=("use_compositing", "diffuse_color", "BLENDER_WORKBENCH"),
            ),
        ),
        silent=True,
    ),
    Rule(
        "light_without_nodes",
        (5, 1),
        "leave it out: lights always have nodes",
        (Attribute(("use_nodes",), r"lights(?:\[[^\]]*\]|\.(?:new|get)\([^()]*\))", (False, 0)),),
        silent=True,
    ),
    Rule(
        "scene_node_tree",
        (5, 0),
        "compositor: scene.compositing_node_group = "
        "bpy.data.node_groups.new('C', 'CompositorNodeTree')",
        (Attribute(("node_tree",), _SCENE),),
        told=True,
    ),
    Rule(
        "composite_node",
        (5, 0),
        "its result: an OUTPUT socket in the group's interface, linked in a NodeGroupOutput",
        (Argument(("CompositorNodeComposite",)),),
        told=True,
    ),
    Rule(
        "glare_settings",
        (5, 0),
        "glare.inputs['Type'].default_value = 'Fog Glow'; so 'Quality', 'Threshold', 'Strength'",
        (
            Attribute(("glare_type",)),
            Attribute(("quality", "threshold", "mix"), r"CompositorNodeGlare'\)"),
        ),
    ),
    Rule(
        "blur_size",
        (5, 0),
        "blur.inputs['Size'].default_value = (x, y)",
        (Attribute(("size_x", "size_y"), r"(?:\bblur|CompositorNodeBlur'\)|\['Blur'\])"),),
    ),
    Rule(
        "compositor_math",
        (5, 0),
        "the shader editor's nodes: ShaderNodeMix, ShaderNodeMath, ShaderNodeValToRGB, "
        "ShaderNodeMapRange, …; CompositorNodeSeparateColor, CompositorNodeCombineColor",
        (
            Argument(
                tuple(
                    f"CompositorNode{each}"
                    for each in (
                        "MixRGB Math ValToRGB MapRange MapValue Value Gamma CombineXYZ SeparateXYZ "
                        "SepRGBA CombRGBA SepHSVA CombHSVA"
                    ).split()
                )
            ),
        ),
    ),
    Rule(
        "file_output",
        (5, 0),
        "node.directory, node.file_name and node.file_output_items.new('RGBA', name)",
        (
            Attribute(
                ("base_path",),
                r"(?:OutputFile'\)|\['File Output'\]|\bfile_output"
                r"|\bfile_out|\boutput_node|\bout)",
            ),
            Attribute(("file_slots", "layer_slots")),
        ),
    ),
    Rule(
        "action_fcurves",
        (5, 0),
        "f-curves: bpy_extras.anim_utils.action_get_channelbag_for_slot(action, slot).fcurves; "
        "action.fcurve_ensure_for_datablock(ob, path, index=0)",
        (Attribute(("fcurves",), _ACTION),),
        told=True,
    ),
    Rule(
        "action_groups",
        (5, 0),
        "groups are in the channelbag: bpy_extras.anim_utils.action_get_channelbag_for_slot("
        "action, slot).groups; for id_root slot.target_id_type of action.slots",
        (Attribute(("groups", "id_root"), _ACTION),),
    ),
    Rule("bgl", (5, 0), "the module gpu", (Import("bgl"),)),
    Rule(
        "stl_operators",
        (4, 2),
        "bpy.ops.wm.stl_export and bpy.ops.wm.stl_import",
        (Operator(("export_mesh.stl", "import_mesh.stl")),),
    ),
    Rule(
        "obj_operators",
        (4, 0),
        "bpy.ops.wm.obj_export and bpy.ops.wm.obj_import",
        (Operator(("export_scene.obj", "import_scene.obj")),),
    ),
    Rule(
        "ply_operators",
        (4, 2),
        "bpy.ops.wm.ply_export and bpy.ops.wm.ply_import",
        (Operator(("export_mesh.ply", "import_mesh.ply")),),
    ),
    Rule(
        "collada_operators",
        (5, 0),
        "another format: export_scene.gltf, export_scene.fbx or wm.usd_export",
        (Operator(("wm.collada_export", "wm.collada_import")),),
    ),
    Rule(
        "context_override",
        (4, 0),
        "ob.select_set(True); bpy.context.view_layer.objects.active = ob; then the operator",
        (ContextArgument(),),
    ),
    Rule(
        "tree_sockets",
        (4, 0),
        "tree sockets: tree.interface.new_socket(name=…, in_out='INPUT', "
        "socket_type='NodeSocketFloat')",
        (Attribute(("inputs", "outputs"), _TREE),),
        told=True,
    ),
    Rule(
        "socket_subtypes",
        (4, 0),
        "socket_type='NodeSocketFloat' (or Int, Vector), then socket.subtype = 'FACTOR' or another",
        (Argument(_SOCKETS, "new_socket"),),
    ),
    Rule(
        "modifier_items",
        (5, 2),
        "modifier inputs: mod.properties.inputs.Socket_1.value = v",
        (Item("", _MODIFIER),),
        told=True,
    ),
    Rule(
        "factor_sockets",
        (0, 0),
        "'Fac', which works in all versions",
        (Item("Factor", _FACTOR_OUT), Item("Factor", _FACTOR_IN)),
        until=(5, 0),
    ),
    Rule(
        "musgrave",
        (4, 1),
        "ShaderNodeTexNoise, with noise_type = 'FBM', 'MULTIFRACTAL', 'RIDGED_MULTIFRACTAL', …",
        (Argument(("ShaderNodeTexMusgrave",)),),
    ),
    Rule("bsdf_velvet", (4, 0), "ShaderNodeBsdfSheen", (Argument(("ShaderNodeBsdfVelvet",)),)),
    Rule(
        "separate_rgb",
        (5, 0),
        "ShaderNodeSeparateColor and ShaderNodeCombineColor, with mode = 'RGB' or 'HSV'",
        (
            Argument(
                (
                    "ShaderNodeSeparateRGB",
                    "ShaderNodeCombineRGB",
                    "ShaderNodeSeparateHSV",
                    "ShaderNodeCombineHSV",
                )
            ),
        ),
    ),
    Rule(
        "sky_nishita",
        (5, 0),
        "sky_type = 'MULTIPLE_SCATTERING' or 'SINGLE_SCATTERING', and aerosol_density",
        (Attribute(("sky_type",), values=("NISHITA",)), Attribute(("dust_density",))),
    ),
    Rule(
        "face_maps",
        (4, 0),
        "an attribute: mesh.attributes.new(name, 'INT', 'FACE')",
        (Attribute(("face_maps",)),),
    ),
    Rule(
        "edge_crease",
        (4, 0),
        "an attribute: mesh.attributes.new('crease_edge', 'FLOAT', 'EDGE'), or 'bevel_weight_edge'; "
        "in bmesh bm.edges.layers.float",
        (Attribute(("crease", "bevel_weight"), _EDGE),),
    ),
    Rule(
        "uv_select",
        (5, 0),
        "leave it out: a mesh's UV layers keep no selection",
        (
            Attribute(
                ("select", "select_edge"), r"uv\w*(?:\[[^\]]*\]|\.\w+|\([^()]*\))*\.data\[[^\]]*\]"
            ),
        ),
    ),
    Rule(
        "armature_layers",
        (4, 0),
        "bone collections: armature.collections.new(name).assign(bone)",
        (Attribute(("layers",), _ARMATURE), Attribute(("bone_groups", "bone_group"))),
    ),
    Rule(
        "bone_select",
        (5, 0),
        "the pose bone's: ob.pose.bones[name].select",
        (Attribute(("select", "select_head", "select_tail"), _DATA_BONE),),
    ),
    Rule(
        "gpencil_add",
        (4, 3),
        "bpy.ops.object.grease_pencil_add(type=…), which makes an object of the type GREASEPENCIL",
        (Operator(("object.gpencil_add",)),),
    ),
    Rule(
        "gpencil_modifiers",
        (4, 3),
        "ob.modifiers.new(name, 'GREASE_PENCIL_…')",
        (Attribute(("grease_pencil_modifiers",)), Operator(("object.gpencil_modifier_add",))),
    ),
    Rule(
        "video_format",
        (5, 0),
        "first image_settings.media_type = 'VIDEO', or 'MULTI_LAYER_IMAGE' for multilayer EXR",
        (
            Attribute(
                ("file_format",), values=("FFMPEG", "OPEN_EXR_MULTILAYER"), unless=("media_type",)
            ),
        ),
    ),
    Rule(
        "avi",
        (4, 2),
        "file_format = 'FFMPEG' (from Blender 5.0 after image_settings.media_type = 'VIDEO')",
        (Attribute(("file_format",), values=("AVI_JPEG", "AVI_RAW")),),
    ),
    Rule(
        "ambient_occlusion",
        (4, 2),
        "scene.cycles.use_fast_gi, or a ShaderNodeAmbientOcclusion",
        (Attribute(("use_ambient_occlusion",)),),
    ),
    Rule(
        "sequences",
        (5, 0),
        "sequence_editor.strips and .strips_all",
        (
            Attribute(
                ("sequences", "sequences_all"),
                r"(?:\bsequence_editor|\bsequence_editor_create\(\)|\bseq|\bse|\bsed|\beditor)",
            ),
        ),
    ),
    Rule(
        "strip_length",
        (5, 0),
        "new_effect(…, length=frames)",
        (Attribute(("new_effect",), keywords=("frame_end",)),),
    ),
    Rule(
        "registered_items",
        (5, 0),
        "attributes: scene.cycles.samples; ['…'] reaches only custom properties",
        (Item("cycles", _EVIDENT_SCENE, deep=True),),
        silent=True,
    ),
    Rule(
        "unified_paint",
        (5, 0),
        "each mode's own: tool_settings.sculpt.unified_paint_settings, .image_paint, …",
        (Attribute(("unified_paint_settings",), r"(?:\btool_settings|\bts)"),),
    ),
    Rule(
        "boolean_fast",
        (5, 0),
        "solver = 'FLOAT', 'EXACT' or 'MANIFOLD'",
        (
            Attribute(("solver",), values=("FAST",)),
            Operator(("mesh.intersect_boolean", "mesh.intersect"), ("solver",), ("FAST",)),
        ),
    ),
    Rule(
        "matrix_product",
        (0, 0),
        "a @ b: * multiplies element by element",
        (MatrixProduct(),),
        silent=True,
    ),
    Rule(
        "object_select",
        (2, 80),
        "ob.select_set(True)",
        (Attribute(("select",), _OBJECT, assigned=True),),
    ),
    Rule(
        "scene_objects",
        (2, 80),
        "collection.objects.link(ob), and bpy.context.view_layer.objects.active = ob",
        (Attribute(("link", "unlink", "active"), rf"{_SCENE}\.objects"),),
    ),
    Rule(
        "scene_update",
        (2, 80),
        "bpy.context.view_layer.update()",
        (Attribute(("update",), _SCENE),),
    ),
    Rule(
        "look",
        (4, 0),
        "under AgX 'AgX - High Contrast', and so on",
        (
            Attribute(
                ("look",),
                unless=("view_transform",),
                values=(
                    "Very High Contrast",
                    "High Contrast",
                    "Medium High Contrast",
                    "Medium Contrast",
                    "Medium Low Contrast",
                    "Low Contrast",
                    "Very Low Contrast",
                ),
            ),
        ),
    ),
    Rule(
        "primitive_radius",
        (2, 80),
        "size=",
        (
            Operator(
                tuple(f"mesh.primitive_{each}_add" for each in "cube plane grid monkey".split()),
                ("radius",),
            ),
        ),
    ),
    Rule(
        "sphere_size",
        (2, 80),
        "radius=",
        (Operator(("mesh.primitive_uv_sphere_add", "mesh.primitive_ico_sphere_add"), ("size",)),),
    ),
    Rule(
        "light_probe",
        (4, 1),
        "type 'VOLUME', 'SPHERE' or 'PLANE'",
        (
            Argument(("GRID", "CUBE", "CUBEMAP", "PLANAR"), on=r"\blightprobes"),
            Operator(("object.lightprobe_add",), ("type",), ("GRID", "CUBE", "CUBEMAP", "PLANAR")),
        ),
    ),
)
