"""What the buttons of a turn do: names in a receipt select, messages are sent again, steps copied."""

from __future__ import annotations

import bpy
import pytest
from standin.script import Call, Say, Script
from standin.server import StandIn

LIFT = Call("set_object", {"names": ["Cube"], "location": [0, 0, 5]})
SCENES = Script(
    "turns",
    {
        "Lift": [Say("", [LIFT]), Say("It is lifted.")],
        "Greet": [Say("Good day.")],
    },
)


@pytest.fixture(scope="module")
def server():
    with StandIn(SCENES) as standin:
        yield standin


@pytest.fixture
def chat(here, server):
    """Send prompts, and wait for the end of each turn."""
    here.preferences.endpoint, here.preferences.model = server.url, "script/turns"
    here.chat.history.turns.clear()
    here.chat.history.conversation.clear()
    here.panel.draft, here.panel.editing = "", 0

    def ended():
        here.run_until(lambda: not here.chat.running)
        return here.chat.turns[-1]

    def say(prompt):
        assert bpy.ops.scene_chat.send(prompt=prompt) == {"FINISHED"}
        return ended()

    say.ended = ended
    yield say
    here.chat.history.turns.clear()
    here.chat.history.conversation.clear()
    for name in ("endpoint", "model"):
        here.preferences.property_unset(name)


def select(kind, name, **rest):
    return bpy.ops.scene_chat.select(kind=kind, name=name, **rest)


def selected():
    return sorted(each.name for each in bpy.context.view_layer.objects.selected)


@pytest.fixture
def problem(here, module):
    """Try to select something that cannot be; give the sentence that says why."""

    def one(kind, name):
        before = selected(), bpy.context.view_layer.objects.active
        why = module("operators.select").select(bpy.context, kind, name)
        assert (selected(), bpy.context.view_layer.objects.active) == before
        return why

    return one


# Names that select


def test_an_object_is_selected_and_made_active(here):
    assert select("object", "Light") == {"FINISHED"}
    assert selected() == ["Light"]
    assert bpy.context.view_layer.objects.active.name == "Light"


def test_with_shift_it_joins_the_selection(here):
    select("object", "Light")
    select("object", "Camera", extends=True)
    assert selected() == ["Camera", "Light"]


def test_for_another_object_edit_mode_is_left_with_what_was_done_in_it(here):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.delete(type="VERT")
    assert select("object", "Light") == {"FINISHED"}
    assert (bpy.context.mode, selected()) == ("OBJECT", ["Light"])
    assert len(bpy.data.objects["Cube"].data.vertices) == 0


def test_the_object_that_is_edited_stays_so(here):
    bpy.ops.object.mode_set(mode="EDIT")
    select("object", "Cube")
    assert bpy.context.mode == "EDIT_MESH"
    bpy.ops.object.mode_set(mode="OBJECT")


@pytest.mark.parametrize(("kind", "name"), [("material", "Material"), ("mesh", "Cube")])
def test_data_selects_the_objects_that_use_it(here, kind, name):
    bpy.ops.object.select_all(action="DESELECT")
    select(kind, name)
    assert selected() == ["Cube"]


def test_an_image_selects_the_objects_whose_materials_show_it(here):
    image = bpy.data.images.new("Wood", 4, 4)
    tree = bpy.data.materials["Material"].node_tree
    tree.nodes.new("ShaderNodeTexImage").image = image
    bpy.ops.object.select_all(action="DESELECT")
    select("image", "Wood")
    assert selected() == ["Cube"]


def test_a_collection_becomes_the_active_one(here):
    inner = bpy.data.collections.new("Inner")
    bpy.data.collections["Collection"].children.link(inner)
    select("collection", "Inner")
    assert bpy.context.view_layer.active_layer_collection.collection == inner


def test_what_is_gone_is_said_to_be(problem):
    assert problem("object", "Tower") == "“Tower” is gone, or has another name now."
    assert "is gone" in problem("no kind", "Cube")


def test_what_cannot_be_selected_is_told_with_the_way_to_it(problem):
    bpy.data.objects["Light"].hide_set(True)
    assert "is hidden: show it" in problem("object", "Light")
    bpy.data.objects["Camera"].hide_select = True
    assert "Selectable is off" in problem("object", "Camera")
    bpy.context.view_layer.layer_collection.children["Collection"].exclude = True
    bpy.context.view_layer.update()
    assert "excluded from this view layer" in problem("object", "Cube")
    assert "tick it in the Outliner" in problem("collection", "Collection")


def test_data_that_nothing_uses_selects_nothing(problem):
    bpy.data.materials.new("Spare")
    assert problem("material", "Spare") == "No object of this view layer uses “Spare”."
    assert "not in this scene" in problem("object", bpy.data.objects.new("Loose", None).name)


def test_code_cannot_press_the_buttons(here, code):
    here.gate.allow("chat", ["code"])
    bpy.ops.object.select_all(action="DESELECT")
    code("bpy.ops.scene_chat.select(kind='object', name='Light')")
    assert selected() == []


# Sent again


def cube_height():
    return bpy.data.objects["Cube"].location.z


def test_sent_again_a_message_finds_the_scene_as_it_was_before(here, chat):
    bpy.data.objects["Cube"].location.z = 1
    bpy.ops.ed.undo_push(message="Move")
    first = chat("Lift it")
    assert cube_height() == 5
    assert bpy.ops.scene_chat.resend(turn=first.number) == {"FINISHED"}
    assert cube_height() == 1
    chat.ended()
    assert [turn.prompt for turn in here.chat.turns] == ["Lift it"]
    assert here.chat.turns[0] is not first
    assert cube_height() == 5


def test_an_edited_message_takes_the_place_of_its_own_and_of_the_later_ones(here, chat, server):
    chat("Greet me")
    lift = chat("Lift it")
    chat("Greet me again")
    bpy.ops.scene_chat.edit(turn=lift.number)
    assert (here.panel.draft, here.panel.editing) == ("Lift it", lift.number)
    here.panel.draft = "Greet me instead"
    assert bpy.ops.scene_chat.resend(turn=lift.number, edited=True) == {"FINISHED"}
    chat.ended()
    assert [turn.prompt for turn in here.chat.turns] == ["Greet me", "Greet me instead"]
    assert (here.panel.draft, here.panel.editing, cube_height()) == ("", 0, 0)
    said = [each["content"] for each in server.requests[-1]["messages"] if each["role"] == "user"]
    assert [each.partition("\n")[0] for each in said] == ["Greet me", "Greet me instead"]


def test_an_edit_that_is_cancelled_leaves_all_as_it_was(here, chat):
    lift = chat("Lift it")
    bpy.ops.scene_chat.edit(turn=lift.number)
    bpy.ops.scene_chat.edit_cancel()
    assert (here.panel.draft, here.panel.editing, here.chat.turns) == ("", 0, [lift])
    assert cube_height() == 5


def test_where_the_scene_cannot_go_back_nothing_is_sent_unless_that_is_wanted(here, chat):
    lift = chat("Lift it")
    bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
    assert bpy.ops.scene_chat.resend(turn=lift.number) == {"CANCELLED"}
    assert here.chat.turns == [lift]
    assert bpy.ops.scene_chat.resend(turn=lift.number, restoring=False) == {"FINISHED"}
    assert chat.ended() is not lift
    assert len(here.chat.turns) == 1


def test_what_cannot_be_sent_takes_nothing_back(here, chat):
    lift = chat("Lift it")
    here.preferences.endpoint = "nowhere"
    assert bpy.ops.scene_chat.resend(turn=lift.number) == {"CANCELLED"}
    assert (here.chat.turns, cube_height()) == ([lift], 5)
    here.preferences.endpoint = "http://127.0.0.1:9/v1"
    assert bpy.ops.scene_chat.resend(turn=lift.number, edited=True) == {"CANCELLED"}
    assert (here.chat.turns, cube_height()) == ([lift], 5)


# Steps


def test_a_steps_arguments_and_code_are_shown_whole_in_the_text_editor(here, chat):
    lift = chat("Lift it")
    assert bpy.ops.scene_chat.step_show(turn=lift.number, place=0, what="arguments") == {"FINISHED"}
    shown = bpy.data.texts["set_object arguments.json"].as_string()
    assert '"Cube"' in shown
    assert bpy.ops.scene_chat.step_show(turn=lift.number, place=7, what="code") == {"CANCELLED"}


def test_each_open_step_keeps_its_field_of_code_and_closed_ones_give_theirs(here, module, chat):
    steps = module("operators.steps")
    turn = module("chat.turns").Turn(991, "x")
    here.panel.code_fields.clear()
    many = range(steps.CODE_FIELDS)
    for place in many:
        here.panel.unfolded[turn.number, "step", place] = True
    assert [steps.code_field(turn, place) for place in many] == list(many)
    here.panel.unfolded[turn.number, "step", 99] = True
    assert steps.code_field(turn, 99) is None
    here.panel.unfolded[turn.number, "step", 3] = False
    assert steps.code_field(turn, 99) == 3
    assert steps.code_field(turn, 4) == 4


def test_sending_again_leaves_what_is_being_written(here, chat):
    first = chat("Greet me")
    here.panel.draft, here.panel.chips = "Half a message", {"scene"}
    assert bpy.ops.scene_chat.resend(turn=first.number) == {"FINISHED"}
    assert chat.ended().answer == "Good day."
    assert (here.panel.draft, here.panel.chips) == ("Half a message", {"scene"})
    here.panel.draft, here.panel.chips = "", set()


def test_what_was_being_written_comes_back_after_an_edit_that_is_cancelled(here, chat):
    first = chat("Greet me")
    here.panel.draft = "Half a message"
    bpy.ops.scene_chat.edit(turn=first.number)
    assert here.panel.draft == "Greet me"
    bpy.ops.scene_chat.edit_cancel()
    assert here.panel.draft == "Half a message"


def test_pictures_and_what_joined_are_sent_again_too(here, chat, module, server):
    picture = module("tools.picture").Picture(b"\x89PNG", "image/png", 2, 2, "plan.png")
    first = chat("Greet me")
    first.pictures = (picture,)
    first.parts.append(module("chat.turns").Asked("Greet her, too"))
    assert bpy.ops.scene_chat.resend(turn=first.number) == {"FINISHED"}
    again = chat.ended()
    assert again.prompt == "Greet me\n\nGreet her, too"
    assert again.pictures == (picture,)


def test_an_edited_message_in_the_text_editor_survives_that_the_scene_goes_back(here, chat):
    first = chat("Lift the cube")
    bpy.ops.scene_chat.edit(turn=first.number)
    bpy.ops.scene_chat.write()
    bpy.data.texts["Scene Chat Message"].from_string("Greet me instead")
    assert bpy.ops.scene_chat.resend(turn=first.number, edited=True) == {"FINISHED"}
    assert chat.ended().prompt.strip() == "Greet me instead"
    assert bpy.data.objects["Cube"].location.z == 0


def test_the_buttons_keep_nothing_of_the_click_before(here):
    for operator, name in (("send", "prompt"), ("resend", "edited"), ("resend", "restoring")):
        kind = getattr(bpy.ops.scene_chat, operator).get_rna_type()
        assert kind.properties[name].is_skip_save, (operator, name)
