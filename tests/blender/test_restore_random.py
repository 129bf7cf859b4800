"""Random conversations, with a person's edits between the turns, restored to a turn and redone.

RESTORES says how many (200 for the whole), RESTORES_SEED which; both are printed.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

import bpy
import pytest

COUNT = int(os.environ.get("RESTORES", "20"))
SEED = int(os.environ.get("RESTORES_SEED", "0")) or 1
WARNED_AT_MOST = 0.02
STEPS = 32
"""How far back Blender's undo reaches, as its preferences come."""
TITLES = ["make it red", "", "日本語の長い題名" * 6, "'quoted', name='x'", "again"]


# What the model does


def some(rng):
    """An object's name, now and then one that nobody has."""
    names = [each.name for each in bpy.data.objects]
    return rng.choice(names) if names and rng.random() < 0.95 else "Nobody"


def a_mesh(rng):
    names = [each.name for each in bpy.data.objects if each.type == "MESH"]
    return rng.choice(names) if names else "Nobody"


def three(rng):
    return [round(rng.uniform(-5, 5), 3) for _ in range(3)]


def create(rng):
    kinds = ["cube", "cone", "text", "curve", "camera", "point", "empty", "torus", "armature"]
    kind = rng.choice([*kinds, "lattice", "metaball"])
    given = {"points": [three(rng), three(rng)]} if kind == "curve" else {}
    given |= {"text": "words"} if kind == "text" else {}
    return "create_object", {"type": kind, "location": three(rng), **given}


def set_object(rng):
    given = rng.choice([
        {"location": three(rng)}, {"rotation": three(rng)}, {"scale": [1, 2, 1]},
        {"new_name": rng.choice("ABC")}, {"parent": some(rng)}, {"visible": False},
        {"visible": True}, {"select": "only"}, {"custom_properties": {"mass": rng.random()}},
        {"rigid_body": "active"}, {"origin": "geometry"}, {"apply": ["scale"]},
    ])  # fmt: skip
    return "set_object", {"names": [some(rng)], **given}


def duplicate(rng):
    given = {"count": rng.randint(1, 3), "offset": three(rng), "linked": rng.random() < 0.5}
    return "duplicate_objects", {"names": [some(rng)], **given}


def delete(rng):
    return "delete_objects", {"names": [some(rng)]}


def modifier(rng):
    given = rng.choice([
        {"type": "BEVEL", "properties": {"width": rng.random()}},
        {"type": "SUBSURF", "properties": {"levels": rng.randint(0, 2)}},
        {"type": "ARRAY", "properties": {"count": rng.randint(1, 4)}},
        {"type": "SOLIDIFY"}, {"type": "MIRROR"}, {"type": "NODES"}, {"type": "CLOTH"},
        {"type": "BEVEL", "properties": {"width": "wide"}},
    ])  # fmt: skip
    made = {"names": [a_mesh(rng)], **given}
    stack = getattr(bpy.data.objects.get(made["names"][0]), "modifiers", ())
    if stack and rng.random() < 0.4:
        one = {"modifier": rng.choice(list(stack)).name, "action": rng.choice(["apply", "remove"])}
        return "set_modifier", {"names": made["names"], **one}
    return "set_modifier", made


def constraint(rng):
    kind = rng.choice(["COPY_LOCATION", "TRACK_TO", "LIMIT_ROTATION", "CHILD_OF"])
    given = {"target": some(rng)} if kind != "LIMIT_ROTATION" else {"use_limit_x": True}
    return "set_constraint", {"names": [some(rng)], "type": kind, "properties": given}


def mesh(rng):
    steps = rng.choice([
        [{"do": "extrude", "direction": "+Z", "amount": rng.random() + 0.1}],
        [{"do": "select", "direction": "+X"}, {"do": "delete"}],
        [{"do": "inset", "direction": "+Y", "amount": 0.1}],
        [{"do": "bevel", "all": True, "amount": 0.05}],
        [{"do": "subdivide", "all": True}],
        [{"do": "move", "on": "vertices", "direction": "+Z", "vector": three(rng)}],
        [{"do": "unwrap"}, {"do": "smooth", "all": True}],
        [{"do": "separate", "direction": "+X", "name": "Part"}],
        [{"do": "extrude", "direction": "+Z", "amount": 1}, {"do": "delete", "index": [99999]}],
    ])  # fmt: skip
    return "edit_mesh", {"name": a_mesh(rng), "steps": steps}


def material(rng):
    name = rng.choice(["Red", "Blue", "Material"])
    return "set_material", {
        "material": name, "objects": [a_mesh(rng)], "color": "#ff8000",
        "roughness": rng.random(), "add_slot": rng.random() < 0.3,
    }  # fmt: skip


def nodes(rng):
    return rng.choice([
        ("edit_nodes", {"kind": "material", "name": "Material",
                        "add": [{"type": "Noise Texture", "set": {"Scale": rng.random()}}]}),
        ("edit_nodes", {"kind": "world", "set": {"Background": {"Strength": rng.random()}}}),
        ("edit_nodes", {"kind": "light", "name": "Light", "add": [{"type": "Emission"}]}),
        ("edit_nodes", {"kind": "compositor", "add": [{"type": "Blur"}]}),
        ("edit_nodes", {"kind": "group", "name": "Shades", "add": [{"type": "Math"}]}),
        ("edit_nodes", {"kind": "material", "name": "Material", "remove": ["No Such Node"]}),
    ])  # fmt: skip


def properties(rng):
    return "set_properties", {"values": rng.choice([
        {"render.resolution_x": rng.randint(10, 2000)},
        {"frame_current": rng.randint(1, 90)},
        {"cycles.samples": rng.randint(1, 99)},
        {"view_settings.exposure": rng.random()},
        {"render.engine": rng.choice(["CYCLES", "BLENDER_WORKBENCH"])},
        {"unit_settings.scale_length": 0.01},
        {"no_such_thing": 1},
    ])}  # fmt: skip


def keyframes(rng):
    if rng.random() < 0.2:
        return "set_keyframes", {"name": some(rng), "property": "location.z", "driver": "frame/9"}
    keys = {"1": three(rng), str(rng.randint(2, 60)): three(rng)}
    kind = rng.choice(["location", "rotation_euler", "scale"])
    return "set_keyframes", {"name": some(rng), "property": kind, "keys": keys}


def collections(rng):
    name = rng.choice(["Room", "Props", "Collection"])
    given = rng.choice([
        {"objects": [some(rng)]}, {"visible": rng.random() < 0.5}, {"color": "RED"},
        {"remove": True}, {"new_name": "Hall"}, {"parent": "Room"}, {"exclude": True},
    ])  # fmt: skip
    return "edit_collections", {"collection": name, **given}


def operator(rng):
    name, kind = a_mesh(rng), {"names": [a_mesh(rng)]}
    return "run_operator", rng.choice([
        {"operator": "mesh.primitive_uv_sphere_add", "properties": {"segments": 8}},
        {"operator": "object.shade_smooth", **kind},
        {"operator": "object.join", "names": [name, a_mesh(rng)], "active": name},
        {"operator": "mesh.subdivide", "mode": "EDIT", **kind},
        {"operator": "object.vertex_group_add", "active": name},
        {"operator": "object.shape_key_add", "active": name},
        {"operator": "object.material_slot_add", "active": name},
        {"operator": "object.convert", "properties": {"target": "CURVE"}, **kind},
        {"operator": "object.no_such_operator"},
    ])  # fmt: skip


SCRIPTS = [
    "bpy.ops.mesh.primitive_monkey_add(location=(x, 0, 0))",
    "ob = bpy.data.objects.new('Made', bpy.data.meshes.new('Made'))\n"
    "ob.data.from_pydata([(0, 0, 0), (x, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])\n"
    "bpy.context.scene.collection.objects.link(ob)",
    "for each in bpy.data.objects:\n    each.location.x += x",
    "bpy.context.scene['note'] = x",
    "import bmesh\nfor me in list(bpy.data.meshes)[:1]:\n"
    "    if not me.is_editmode:\n"
    "        bm = bmesh.new(); bm.from_mesh(me)\n"
    "        bmesh.ops.translate(bm, verts=bm.verts, vec=(x, 0, 0))\n"
    "        bm.to_mesh(me); bm.free()",
    "print(len(bpy.data.objects))",
    "bpy.data.lights.new('Lamp', 'AREA').energy = x",
    "bpy.context.scene.world.color = (x % 1, 0, 0)",
    "bpy.data.texts.new('Notes').write(str(x))",
    "bpy.context.scene.timeline_markers.new('here', frame=int(abs(x)))",
    "bpy.data.scenes.new('Another')",
    "bpy.data.images.new('Canvas', 8, 8)",
    "bpy.context.view_layer.objects.active = None",
    "for each in list(bpy.data.meshes):\n    each.attributes.new('a', 'FLOAT', 'POINT')",
    "bpy.data.objects.remove(list(bpy.data.objects)[-1])",
    "bpy.context.scene.frame_set(int(abs(x)) + 1)",
    "bpy.data.objects[0].location.x = x\nraise ValueError('half way')",
    "bpy.ops.object.mode_set(mode='OBJECT')\nbpy.ops.object.select_all(action='SELECT')\n"
    "bpy.ops.transform.translate(value=(x, 0, 0))",
    "import os\nos.getcwd()",
    "bpy.data.materials.new('Odd').diffuse_color = (x % 1, 0, 0, 1)",
    "bpy.ops.outliner.orphans_purge(do_recursive=True)",
]


def script(rng):
    return "execute_code", {"code": f"x = {rng.uniform(-5, 5):.3f}\n{rng.choice(SCRIPTS)}"}


CALLS = [
    create, create, set_object, set_object, duplicate, delete, modifier, modifier, constraint, mesh,
    mesh, material, nodes, properties, keyframes, collections, operator, script, script, script,
]  # fmt: skip


# What the person does


def active():
    found = bpy.context.view_layer.objects.active
    return found if found and found.name in bpy.context.view_layer.objects else None


def push(name):
    bpy.ops.ed.undo_push(message=name)


def user_moves(rng):
    if bpy.data.objects:
        rng.choice(list(bpy.data.objects)).location = three(rng)
        push("Move")


def user_renames(rng):
    if bpy.data.objects:
        rng.choice(list(bpy.data.objects)).name = rng.choice(["Mine", "Yours"])
        push("Rename")


def user_deletes(rng):
    if bpy.context.mode == "OBJECT" and bpy.data.objects:
        bpy.data.objects.remove(rng.choice(list(bpy.data.objects)))
        push("Delete")


def user_adds(rng):
    kind = rng.choice(["cube", "monkey", "ico_sphere"])  # in edit mode it joins the edited mesh
    if bpy.context.mode in ("OBJECT", "EDIT_MESH"):
        getattr(bpy.ops.mesh, f"primitive_{kind}_add")("EXEC_DEFAULT", True, location=three(rng))


def user_notes(rng):
    bpy.context.scene["of mine"] = rng.random()
    push("Edit Custom Property")


def user_paints_a_material(rng):
    made = bpy.data.materials.new("Mine")
    made.diffuse_color = (rng.random(), 0, 0, 1)
    if (found := active()) and found.type == "MESH":
        found.data.materials.append(made)
    push("New Material")


def user_changes_the_frame(rng):
    bpy.context.scene.frame_set(rng.randint(1, 50))
    push("Change Frame")


def user_plays(rng):
    """Playback ends on another frame, and is no step."""
    bpy.context.scene.frame_set(rng.randint(1, 50))


def user_changes_the_mode(rng):
    meshes = [each for each in bpy.context.view_layer.objects
              if each.type == "MESH" and each.visible_get()]  # fmt: skip
    mode = "OBJECT"
    if bpy.context.mode == "OBJECT":
        if not meshes:
            return
        bpy.context.view_layer.objects.active = rng.choice(meshes)
        mode = rng.choice(["EDIT", "EDIT", "SCULPT", "VERTEX_PAINT", "WEIGHT_PAINT"])
    if bpy.ops.object.mode_set.poll():
        bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode=mode)


def user_works_in_the_mode(rng):
    worked_on = bpy.context.object
    if worked_on is None or not worked_on.visible_get():
        return  # in a collection that was hidden since
    mode = bpy.context.mode
    if mode == "EDIT_MESH":
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.transform.translate("EXEC_DEFAULT", True, value=three(rng))
    elif mode == "SCULPT":
        bpy.ops.paint.mask_flood_fill("EXEC_DEFAULT", True, mode="VALUE", value=rng.random())
    elif mode == "PAINT_VERTEX":
        bpy.ops.paint.vertex_color_set("EXEC_DEFAULT", True)
    # Once Blender's own clean-up has purged the brush, "Set Weight" crashes (4.5).
    elif mode == "PAINT_WEIGHT" and bpy.context.tool_settings.weight_paint.brush is not None:
        bpy.ops.paint.weight_set("EXEC_DEFAULT", True)


def user_undoes(rng):
    for _ in range(rng.randint(1, 3)):
        if bpy.ops.ed.undo.poll():
            bpy.ops.ed.undo()


def user_redoes(rng):
    if bpy.ops.ed.redo.poll():
        bpy.ops.ed.redo()


EDITS = [
    user_moves, user_moves, user_renames, user_deletes, user_adds, user_notes, user_plays,
    user_paints_a_material, user_changes_the_frame, user_changes_the_mode, user_changes_the_mode,
    user_changes_the_mode, user_works_in_the_mode, user_works_in_the_mode,
    user_undoes, user_redoes,
]  # fmt: skip


# The conversations


@dataclass
class Turn:
    """One of the chat, and how it found the scene."""

    number: int
    title: str
    found: tuple[str, object] = ("", None)


@dataclass
class Tally:
    """How often it went how."""

    equal: int = 0
    warned: list[str] = field(default_factory=list)
    out_of_reach: int = 0

    def note(self, what, warning, wanted, stands):
        if warning:
            self.warned.append(f"{what}: {warning}")
            return
        assert stands[0] == wanted[0], f"{what}: not as it was, and nothing was said"
        assert stands[1] == wanted[1], f"{what}: the fingerprint does not see all of it"
        self.equal += 1

    def refused(self, error, kept, full):
        """By the undo history: that turn's steps are gone, or it is so long that some are."""
        assert "does not reach back to before that turn" in str(error)
        assert full or not kept
        self.out_of_reach += 1


def outline():
    """What anybody would look at, read without the code that is tested."""
    bpy.context.view_layer.update()
    scene = bpy.context.scene
    things = [
        (
            each.name, each.data and each.data.name, each.parent and each.parent.name,
            each.animation_data or [round(part, 5) for row in each.matrix_basis for part in row],
            [(one.type, one.name) for one in each.modifiers],
            [(one.type, one.name) for one in each.constraints],
            [slot.name for slot in each.material_slots], each.get("mass"),
            sorted(group.name for group in each.users_collection), each.hide_get(),
            len(each.data.vertices) if each.type == "MESH" and each.mode != "EDIT" else 0,
        )
        for each in scene.objects
        if not each.animation_data
    ]  # fmt: skip
    held = [getattr(bpy.data, kind).keys() for kind in ("scenes", "materials", "meshes", "texts")]
    standing = bpy.context.mode, scene.frame_current, getattr(active(), "name", "")
    return things, held, scene.get("note"), scene.get("of mine"), standing


class Conversation:
    """A chat in the scene that is open, with a person who works in it too."""

    def __init__(self, here, module, seed):
        self.here, self.seed, self.rng = here, seed, random.Random(seed)
        self.fingerprint = module("tools.handlers.fingerprint").fingerprint
        self.step_name = module("tools.handlers.undo").group
        self.gate, self.queue = module("tools.gate"), module("tools.queue")
        self.unavailable = module("tools.errors").Unavailable
        self.turns = {}
        push("Original")  # as with a window every history begins

    def state(self):
        return self.fingerprint(), outline()

    def call(self, turn, name, arguments):
        limits = self.queue.Limits(running=30.0)
        origin = self.gate.Origin("chat", "Scene Chat", turn.number, turn.title, limits)
        made = self.here.calls.submit(name, arguments, origin)
        self.here.run_until(made.result.done)
        return made.result.result()

    def done(self):
        """The names of the steps that lead to where the scene stands."""
        steps = self.here.scene.undo.history()
        standing = next((at for at, each in enumerate(steps) if each.active), -1)
        return [each.name for each in steps[: standing + 1]]

    def full(self):
        return sum(not step.skipped for step in self.here.scene.undo.history()) >= STEPS

    def person(self, most):
        for _ in range(self.rng.randint(0, most)):
            self.rng.choice(EDITS)(self.rng)

    def turn(self):
        made = Turn(len(self.turns) + 1, self.rng.choice(TITLES))
        self.turns[made.number] = made
        self.person(4)
        for _ in range(self.rng.randint(1, 4)):
            if self.step_name(made.number, made.title) not in self.done():
                made.found = self.state()  # nothing was done, or the person took it all back
            self.call(made, *self.rng.choice(CALLS)(self.rng))
            if self.rng.random() < 0.1:
                self.person(1)

    def restore(self, tally):
        """Go back to before a turn, as the button does; return whether it could be reached."""
        scene = self.here.scene
        offered = [
            each for each in self.turns.values() if scene.can_restore(each.number, each.title)
        ]
        if not offered:
            return False
        turn = self.rng.choice(offered)
        kept = self.step_name(turn.number, turn.title) in [
            each.name for each in scene.undo.history()[1:]
        ]
        try:
            warning = scene.restore(turn.number, turn.title)
        except self.unavailable as error:
            tally.refused(error, kept, self.full())
            return False
        which = f"turn {turn.number} of {len(self.turns)}, {self.seed}"
        tally.note(which, warning, turn.found, self.state())
        return True

    def restore_by_tool(self, tally):
        """The same, as the model does."""
        named = {self.step_name(each.number, each.title): each for each in self.turns.values()}
        latest = [each for each in dict.fromkeys(reversed(self.done())) if each in named]
        if not latest:
            return False
        back = self.rng.randint(1, len(latest))
        turn = named[latest[back - 1]]
        asking = Turn(len(self.turns) + 1, "go back")
        result = self.call(asking, "restore", {"turns": back, "user_edits": True})
        if not result.ok:
            tally.refused(result.error, True, self.full())
            return False
        which = f"{back} turns back by the tool, {self.seed}"
        tally.note(which, result.value.get("warning", ""), turn.found, self.state())
        return True


@pytest.fixture
def conversation(here, module):
    """Begin a conversation in the default scene; the same for the same seed."""

    def one(seed):
        bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
        return Conversation(here, module, seed)

    return one


def test_what_was_restored_and_redone_is_as_it_was_or_a_warning_says_so(conversation):
    print(f"\nRESTORES={COUNT} RESTORES_SEED={SEED}")
    tally = Tally()
    for number in range(COUNT):
        seed = f"{SEED}-{number}"
        talk = conversation(seed)
        for _ in range(talk.rng.randint(1, 15)):
            talk.turn()
        for _ in range(2):
            left = talk.state()
            by_tool = talk.rng.random() < 0.5
            if (talk.restore_by_tool if by_tool else talk.restore)(tally):
                tally.note(f"redone, {seed}", talk.here.scene.redo(), left, talk.state())
    print(f"{tally.equal} equal, {tally.out_of_reach} out of reach, warned: {tally.warned}")
    assert tally.equal > COUNT
    assert len(tally.warned) <= WARNED_AT_MOST * (tally.equal + len(tally.warned))


@pytest.fixture
def talk(conversation):
    """A conversation in which nothing happens by chance."""
    return conversation("")


def script_of(talk, number, text):
    """A turn that runs a script."""
    made = talk.turns.setdefault(number, Turn(number, "a turn"))
    result = talk.call(made, "execute_code", {"code": text})
    assert result.ok, result.error


ONE_MORE = "bpy.ops.mesh.primitive_plane_add()"


def test_what_undo_does_not_keep_is_warned_of(talk):
    script_of(talk, 1, "bpy.data.images.new('Canvas', 4, 4)")
    script_of(talk, 2, "bpy.data.images['Canvas'].pixels[0] = 0.25")
    script_of(talk, 3, "bpy.data.images['Canvas'].pixels[0] = 0.75")
    for turn in (3, 2):
        assert "an image's pixels" in talk.here.scene.restore(turn, "a turn")
    assert talk.here.scene.restore(1, "a turn") == ""


def test_the_frame_that_a_person_played_to_comes_back_though_it_is_no_step(talk):
    bpy.context.scene.frame_set(10)
    script_of(talk, 1, ONE_MORE)
    bpy.context.scene.frame_set(30)
    assert talk.here.scene.restore(1, "a turn") == ""
    assert bpy.context.scene.frame_current == 10
    assert talk.here.scene.redo() == ""
    assert bpy.context.scene.frame_current == 30


def test_a_turn_that_went_on_after_all_of_it_was_undone_is_restored_to_where_it_went_on(talk):
    script_of(talk, 1, ONE_MORE)
    bpy.ops.ed.undo()
    user_notes(talk.rng)
    before = talk.state()
    script_of(talk, 1, ONE_MORE)
    assert talk.here.scene.restore(1, "a turn") == ""
    assert talk.state() == before


def test_beyond_the_end_of_undo_it_says_so_and_changes_nothing(talk):
    script_of(talk, 1, ONE_MORE)
    for _ in range(STEPS + 1):
        user_notes(talk.rng)
    before = talk.state()
    with pytest.raises(talk.unavailable, match="does not reach back to before that turn"):
        talk.here.scene.restore(1, "a turn")
    assert talk.state() == before


def test_where_undo_keeps_only_the_turns_end_it_does_not_reach_before_it(talk):
    script_of(talk, 1, ONE_MORE)
    user_notes(talk.rng)
    script_of(talk, 1, ONE_MORE)
    while talk.done()[0] != "Edit Custom Property":  # until what came before is no longer kept
        user_notes(talk.rng)
    assert talk.step_name(1, "a turn") in talk.done()[1:]
    with pytest.raises(talk.unavailable, match="does not reach back to before that turn"):
        talk.here.scene.restore(1, "a turn")


def test_a_turn_that_changed_nothing_is_not_offered(talk):
    made = talk.turns.setdefault(1, Turn(1, "a turn"))
    assert not talk.call(made, "edit_mesh", {"name": "Cube", "steps": [{"do": "dance"}]}).ok
    steps = [{"do": "subdivide", "all": True}, {"do": "delete", "index": [99999]}]
    assert not talk.call(made, "edit_mesh", {"name": "Cube", "steps": steps}).ok
    assert not talk.here.scene.can_restore(1, "a turn")


@pytest.mark.parametrize("other", ["None", "bpy.data.objects['Light']"])
def test_a_script_that_makes_another_object_active_leaves_none_half_in_edit_mode(talk, other):
    bpy.ops.object.mode_set("EXEC_DEFAULT", True, mode="EDIT")
    before = talk.state()
    script_of(talk, 1, f"bpy.context.view_layer.objects.active = {other}")
    assert bpy.data.objects["Cube"].mode == "OBJECT"
    assert bpy.context.view_layer.objects.active == eval(other)
    assert talk.here.scene.restore(1, "a turn") == ""
    assert talk.state() == before
    assert bpy.context.mode == "EDIT_MESH"
    assert talk.here.scene.redo() == ""
