"""set_modifier and set_constraint: the stacks of an object, by type and properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, nearest
from ..reach import assess_properties
from ..registry import Effect, tool
from . import changes, node_inputs
from .blocks import editable, find, find_objects
from .layer import selection
from .rna import set_all
from .rna_value import plain, shown

if TYPE_CHECKING:
    from annotated_types import Ge, MaxLen, MinLen

_SETTINGS_SHOWN = 25
_NO_SETTINGS = frozenset(
    "name type is_active active width_pct use_pin_to_last persistent_uid execution_time "
    "edge_weight vertex_weight is_override_data mute".split()
)


@tool(effect=Effect.EDITS, assess=assess_properties)
def set_modifier(
    names: Annotated[list[str], MinLen(1), MaxLen(1000)],
    type: str = "",
    modifier: str = "",
    properties: dict[str, object] = {},
    index: Annotated[int, Ge(0)] | None = None,
    action: Literal["set", "apply", "remove"] = "set",
) -> dict[str, object]:
    """Add, change, reorder, apply or remove a modifier of objects.

    Args:
        names: Names or patterns.
        type: Adds one of this type, such as ARRAY, BEVEL, BOOLEAN, MIRROR, SUBSURF, NODES.
        modifier: Its name: an existing one is changed, else the new one gets it.
        properties: By path, such as count, width, levels, object, settings.mass; for geometry nodes node_group and the group's inputs by name.
        index: Its place in the stack, 0 first.
        action: Apply makes its effect part of the mesh.
    """
    objects = find_objects(names)
    told: dict[str, object] = {}
    kind = _type_named(type, bpy.types.Modifier, "modifier") if type else ""
    _check_name(modifier)
    for each in objects:
        editable(each)
        found = _found(each.modifiers, modifier, kind, action, "modifier", each)
        if action == "remove":
            changes.changing(each, f"{found.name} removed")
            each.modifiers.remove(found)
            continue
        if found is None:
            found = _new_modifier(each, kind, modifier)
        if properties:
            _set_modifier(each, found, properties)
        if index is not None:
            _move(each, each.modifiers, found, index)
        if action == "apply":
            _apply(each, found)
        else:
            told = _told(found)
    return {"objects": len(objects), **told}


@tool(effect=Effect.EDITS, assess=assess_properties)
def set_constraint(
    names: Annotated[list[str], MinLen(1), MaxLen(1000)],
    type: str = "",
    constraint: str = "",
    properties: dict[str, object] = {},
    index: Annotated[int, Ge(0)] | None = None,
    bone: str = "",
    action: Literal["set", "apply", "remove"] = "set",
) -> dict[str, object]:
    """Add, change, reorder, apply or remove a constraint of objects or of a pose bone.

    Args:
        names: Names or patterns.
        type: Adds one of this type, such as TRACK_TO, COPY_LOCATION, FOLLOW_PATH.
        constraint: Its name: an existing one is changed, else the new one gets it.
        properties: By path, such as target, subtarget, track_axis, influence, use_curve_follow.
        index: Its place in the stack.
        action: Apply keeps its effect as the object's own transform.
    """
    objects = find_objects(names)
    told: dict[str, object] = {}
    kind = _type_named(type, bpy.types.Constraint, "constraint") if type else ""
    _check_name(constraint)
    for each in objects:
        editable(each)
        owner = _bone(each, bone) if bone else each
        stack = owner.constraints
        found = _found(stack, constraint, kind, action, "constraint", each)
        if action != "set":
            changes.changing(each, f"{found.name} {'applied' if action == 'apply' else 'removed'}")
            if action == "apply":
                _keep_effect(owner)
            stack.remove(found)
            continue
        if found is None:
            words = bpy.types.Constraint.bl_rna.properties["type"].enum_items[kind].name
            changes.changing(each, f"{constraint or words} added")
            found = stack.new(kind)
            if constraint:
                found.name = constraint
        if properties:
            set_all([found], properties, holder=each)
        if index is not None:
            _move(each, stack, found, index)
        told = _told(found)
    return {"objects": len(objects), **told}


def _check_name(name: str) -> None:
    if len(name.encode("utf-8", "replace")) > 63:  # Blender would cut it, and not find it again
        raise InvalidArguments(f"The name {name!r} is too long: at most 63 bytes.")


def _bone(each: bpy.types.Object, name: str) -> bpy.types.PoseBone:
    if each.pose is None:
        raise InvalidArguments(f"{each.name!r} is a {each.type.lower()}, which has no bones.")
    found: bpy.types.PoseBone = find(each.pose.bones, name, "bone")
    return found


def _type_named(given: str, base: Any, what: str) -> str:
    """Return the type that is meant; Blender's own message lists all and names no near one."""
    items = base.bl_rna.properties["type"].enum_items
    wanted = given.strip().lower().replace(" ", "_")
    for item in items:
        if wanted in (item.identifier.lower(), item.name.lower().replace(" ", "_")):
            return str(item.identifier)
    known = [item.identifier for item in items]
    hint = nearest(given, known) or f" There are {', '.join(known)}."
    raise InvalidArguments(f"There is no {what} type {given!r}.{hint}", given=given)


def _found(stack: Any, name: str, kind: str, action: str, what: str, each: bpy.types.Object) -> Any:
    """Return the modifier or constraint that is meant, or None where one shall be added."""
    found = stack.get(name) if name else None
    if found is not None:
        if kind and found.type != kind and action == "set":
            raise InvalidArguments(
                f"{each.name!r} has a {what} {name!r} already, of type {found.type}. Give the "
                "new one another name, or leave the type out to change this one."
            )
        return found
    if action == "set" and kind:
        return None
    if not name and kind:
        found = next((other for other in reversed(stack) if other.type == kind), None)
        if found is not None:
            return found
        raise InvalidArguments(
            f"{each.name!r} has no {what} of type {kind} to {action}; add it first."
        )
    if not name:
        raise InvalidArguments(f"Say which {what} by its name, or what type to add.")
    return find(stack, name, f"{what} of {each.name!r}")


def _new_modifier(each: bpy.types.Object, kind: str, name: str) -> Any:
    changes.begin()
    try:
        made = each.modifiers.new(name, kind)
    except (RuntimeError, TypeError) as error:
        raise InvalidArguments(f"{each.name!r}: {error}.") from None
    if made is None:
        raise InvalidArguments(
            f"{each.name!r} is a {each.type.lower()}, which takes no modifier of type {kind}."
        )
    changes.changing(each, f"{made.name} added")
    return made


def _set_modifier(each: bpy.types.Object, found: Any, properties: Mapping[str, object]) -> None:
    if found.type != "NODES":
        set_all([found], properties, holder=each)
        return
    own = {
        key: value
        for key, value in properties.items()
        if key.split(".")[0].split("[")[0] in found.bl_rna.properties
    }
    if own:
        set_all([found], own, holder=each)
    for key, value in properties.items():
        if key not in own:
            node_inputs.put(each, found, key, value)


def _move(each: bpy.types.Object, stack: Any, found: Any, index: int) -> None:
    at = list(stack).index(found)
    to = min(index, len(stack) - 1)
    if at != to:
        changes.changing(each, f"{found.name} moved")
        stack.move(at, to)


def _apply(each: bpy.types.Object, found: Any) -> None:
    if each.data is None or each.data.users > 1:
        shared = each.data.name if each.data else "nothing"
        raise InvalidArguments(
            f"{each.name!r} shares {shared!r} with other objects, so the modifier cannot be "
            'applied. Run object.make_single_user with {"object": true, "obdata": true} first.'
        )
    name = found.name
    changes.changing(each, f"{name} applied")
    with selection([each]):
        try:
            bpy.ops.object.modifier_apply(modifier=name)
        except RuntimeError as error:
            raise InvalidArguments(f"{name!r} of {each.name!r}: {error}".strip()) from None


def _keep_effect(owner: Any) -> None:
    bpy.context.view_layer.update()
    if isinstance(owner, bpy.types.PoseBone):
        owner.matrix = owner.matrix.copy()
    else:
        owner.matrix_world = owner.matrix_world.copy()


def _told(found: Any) -> dict[str, object]:
    """What it is now: all that is not as it starts."""
    return {"name": found.name, "type": found.type, "settings": settings(found)}


def settings(owner: Any) -> dict[str, Any]:
    """Return a modifier's or constraint's settings that are not what they start as, angles in
    degrees."""
    told: dict[str, Any] = {}
    for prop in owner.bl_rna.properties:
        key = prop.identifier
        if prop.is_readonly or key in _NO_SETTINGS or key.startswith(("show_", "open_")):
            continue
        if (key, getattr(owner, key)) in (("enabled", True), ("influence", 1.0)):
            continue  # RNA has no word of these defaults
        if len(told) == _SETTINGS_SHOWN:
            break
        if prop.type == "POINTER":
            if isinstance(value := getattr(owner, key), bpy.types.ID):
                told[key] = value.name
        elif prop.type != "COLLECTION" and not is_default(prop, getattr(owner, key)):
            told[key] = shown(owner, prop)
    if owner.bl_rna.identifier == "NodesModifier" and owner.node_group:
        told["inputs"] = {name: plain(value) for name, value in node_inputs.values(owner)}
    return told


def is_default(prop: Any, value: Any) -> bool:
    """Return whether a property's value is the one that it starts with."""
    if getattr(prop, "is_array", False):
        return list(value) == list(prop.default_array)
    if prop.type == "ENUM" and prop.is_enum_flag:
        return bool(value == set(prop.default_flag))
    return bool(value == prop.default)
