"""What a click on a name in a receipt does: the data-block is selected, or it is said why not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import bpy
from bpy.props import BoolProperty, StringProperty

from ..tools.phrase import Phrase
from . import editor, runtime, timer
from .words import shown, tip

Context = bpy.types.Context

_SHOWN = 40
_SELECTS = {
    "object": Phrase("Select this. Hold Shift to add it to the selection"),
    "collection": Phrase("Make this the active collection"),
    "text": Phrase("Show this in the Text Editor"),
}
_SELECTS_USERS = Phrase("Select the objects that use this. Hold Shift to add to the selection")


def block_of(kind: str, name: str) -> bpy.types.ID | None:
    """Return the data-block that a receipt names, if it is there.

    Args:
        kind: As in a receipt: "object", "node group".
        name: The data-block's.
    """
    place = _places().get(_letters(kind))
    found = getattr(bpy.data, place).get(name) if place else None
    return found if isinstance(found, bpy.types.ID) else None


def icon_of(kind: str, block: bpy.types.ID | None) -> str:
    """Return the icon that Blender's Outliner gives a data-block, or one of its kind that is gone."""
    if isinstance(block, bpy.types.Object):
        return _icons(bpy.types.Object, "type").get(block.type, "OBJECT_DATA")
    if block is not None:
        return _icons(bpy.types.ID, "id_type").get(block.id_type, "DOT")
    return _icons(bpy.types.ID, "id_type").get(kind.upper().replace(" ", "_"), "DOT")


class SCENE_CHAT_OT_select(bpy.types.Operator):
    """Select this. Hold Shift to add it to the selection"""

    # Without an undo step: looking at what was done is no work of the person's, and one would stand
    # between a turn and the way back to before it.
    bl_idname = "scene_chat.select"
    bl_label = "Select"
    bl_options = {"INTERNAL"}

    kind: StringProperty()
    name: StringProperty()
    changed: StringProperty(description="What was changed of it, in words")
    extends: BoolProperty(options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context: Context, properties: bpy.types.OperatorProperties) -> str:
        """Return what a click selects, and what was changed of it."""
        what = tip(_SELECTS.get(properties.kind, _SELECTS_USERS))
        changed: str = properties.changed
        return (
            f"{what}.\n{properties.name}: {changed}" if changed else f"{what}.\n{properties.name}"
        )

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        self.extends = event.shift
        return self.execute(context)

    def execute(self, context: Context) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        if problem := select(context, self.kind, self.name, extends=self.extends):
            self.report({"WARNING"}, shown(problem))
            return {"CANCELLED"}
        return {"FINISHED"}


def select(context: Context, kind: str, name: str, *, extends: bool = False) -> str:
    """Select a data-block, or the objects that use it, in the current view layer.

    Args:
        context: Blender's.
        kind: As in a receipt.
        name: The data-block's.
        extends: Whether what is selected stays so.

    Returns:
        Why it could not be done, in a sentence, or "".
    """
    block = block_of(kind, name)
    if block is None:
        return Phrase("“{name}” is gone, or has another name now.", name=name)
    if isinstance(block, bpy.types.Collection):
        return _activate(context, block)
    if isinstance(block, bpy.types.Text):
        editor.show(block)
        return ""
    wanted = [block] if isinstance(block, bpy.types.Object) else _users(context, block)
    if not wanted:
        return Phrase("No object of this view layer uses “{name}”.", name=name)
    reasons = {each: _out_of_reach(context, each) for each in wanted}
    reachable = [each for each in wanted if not reasons[each]]
    if not reachable:
        return reasons[wanted[0]]
    if problem := _leave_mode(context, reachable):
        return problem
    layer = context.view_layer
    if not extends:
        for each in list(layer.objects.selected):
            each.select_set(False)
    for each in reachable:
        each.select_set(True)
    layer.objects.active = reachable[0]
    return ""


def _activate(context: Context, collection: bpy.types.Collection) -> str:
    for layer in _layers(context.view_layer.layer_collection):
        if layer.collection == collection:
            if layer.exclude:
                return Phrase(
                    "“{name}” is excluded from this view layer: tick it in the Outliner.",
                    name=collection.name,
                )
            context.view_layer.active_layer_collection = layer
            return ""
    return Phrase("“{name}” is not in this scene.", name=collection.name)


def _layers(layer: bpy.types.LayerCollection) -> Iterator[bpy.types.LayerCollection]:
    yield layer
    for each in layer.children:
        yield from _layers(each)


def _out_of_reach(context: Context, each: bpy.types.Object) -> str:
    """Why an object cannot be selected here, in a sentence, or ""."""
    layer = context.view_layer
    if layer.objects.get(each.name) != each:
        if each.name in context.scene.objects:
            return Phrase("“{name}” is excluded from this view layer.", name=each.name)
        return Phrase("“{name}” is not in this scene.", name=each.name)
    if each.hide_select:
        return Phrase(
            "“{name}” cannot be selected: its Selectable is off in the Outliner.", name=each.name
        )
    if not each.visible_get(view_layer=layer):
        return Phrase("“{name}” is hidden: show it in the Outliner to select it.", name=each.name)
    space = context.space_data
    if space is not None and space.type == "VIEW_3D" and space.local_view:
        if not each.local_view_get(space):
            return Phrase("“{name}” is outside the local view.", name=each.name)
    return ""


def _leave_mode(context: Context, wanted: list[bpy.types.Object]) -> str:
    """Go to object mode, where another mode is in the way; return why that cannot be."""
    active = context.view_layer.objects.active
    if context.mode == "OBJECT" or wanted == [active]:
        return ""
    if busy := "" if bpy.app.background else timer.busy_with():
        return Phrase("This has to wait: {busy}.", busy=busy)
    if not bpy.ops.object.mode_set.poll():
        return Phrase("Leave this mode first: other objects cannot be selected in it.")
    # With an undo step, as by the Tab key; without a window Blender may keep none.
    bpy.ops.object.mode_set("EXEC_DEFAULT", not bpy.app.background, mode="OBJECT")
    return ""


def _users(context: Context, block: bpy.types.ID) -> list[bpy.types.Object]:
    """The view layer's objects that use a data-block, by whatever stands in between."""
    users = bpy.data.user_map()
    seen, reached = {block}, [block]
    while reached:
        for user in users.get(reached.pop(), ()):
            # What merely holds objects does not use what they do.
            if user not in seen and not isinstance(user, bpy.types.Collection | bpy.types.Scene):
                seen.add(user)
                if not isinstance(user, bpy.types.Object):
                    reached.append(user)
    return [each for each in context.view_layer.objects if each in seen]


@cache
def _places() -> dict[str, str]:
    """Which list of `bpy.data` holds which kind, written as `_letters` writes it."""
    lists = [
        each.identifier for each in bpy.data.bl_rna.properties if each.type == "COLLECTION"
    ]  # fmt: skip
    return {_letters(each): each for each in lists}


def _letters(kind: str) -> str:
    """A kind's name so that "node group" and "node_groups", "mesh" and "meshes" are alike."""
    bare = kind.lower().replace("_", "").replace(" ", "")
    return bare.removesuffix("s").removesuffix("e").removesuffix("s")


@cache
def _icons(kind: type, prop: str) -> dict[str, str]:
    items = kind.bl_rna.properties[prop].enum_items
    return {each.identifier: each.icon for each in items}


CLASSES = (SCENE_CHAT_OT_select,)
