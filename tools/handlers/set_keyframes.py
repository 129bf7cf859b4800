"""set_keyframes: values over frames, drivers, and both read back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, nearest
from ..phrase import Phrase
from ..reach import Reach, of_value
from ..registry import Assessment, Effect, tool
from . import changes
from .blocks import editable, find_object
from .rna import assign
from .rna_path import Place, locate, roots_of
from .rna_value import convert, is_angle, plain
from .walk import curves_of

if TYPE_CHECKING:
    from annotated_types import MaxLen

_ALIASES = {"rotation": "rotation_euler"}
_SHOWN = 100


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    if arguments["driver"] or of_value(arguments["property"], "") is Reach.CODE:
        return Assessment(
            Effect.CODE, (Phrase("a driver evaluates {driver!r}", driver=arguments["driver"]),)
        )
    asks = ("keys", "variables", "extrapolation", "clear", "interpolation", "easing")
    return Assessment(Effect.EDITS if any(arguments[each] for each in asks) else Effect.READS)


@tool(effect=Effect.EDITS, assess=_assess)
def set_keyframes(
    property: str,
    name: str = "",
    keys: Annotated[dict[str, object], MaxLen(2000)] = {},
    interpolation: Literal[
        "BEZIER", "LINEAR", "CONSTANT", "SINE", "QUAD", "CUBIC", "EXPO", "BACK", "BOUNCE", "ELASTIC"
    ]
    | None = None,
    easing: Literal["AUTO", "EASE_IN", "EASE_OUT", "EASE_IN_OUT"] | None = None,
    extrapolation: Literal["constant", "linear", "cycles"] | None = None,
    driver: str = "",
    variables: dict[str, str] = {},
    clear: bool = False,
) -> dict[str, object]:
    """Animate a property by keyframes or a driver; without either, read what there is.

    Args:
        property: Path as in set_properties, or in the object `name`: rotation, location.z, lens, constraints["Follow Path"].offset_factor.
        name: The object.
        keys: Frame to value, such as {"1": [0, 0, 0], "24": [0, 0, 2]}; null deletes that key.
        interpolation: Of these keys, or of all if none are given.
        driver: Expression of `variables`, such as "2 * x"; empty with one variable: its value.
        variables: Name to path of what it reads, such as objects["Empty"].location.x (radians).
        clear: Remove its keyframes and drivers first.
    """
    place = _place(property, name)
    editable(place.block)
    driver = driver.strip().removeprefix("#")
    if place.custom and place.key not in place.owner:
        hint = nearest(place.key, place.owner.keys())
        raise InvalidArguments(f"{place.block.name!r} has no property {place.key!r}.{hint}")
    if not place.custom and not place.prop.is_animatable:
        raise InvalidArguments(f"{place.label} of {place.block.name!r} cannot be animated.")
    frames = {_frame(frame): value for frame, value in keys.items()}
    values = {frame: convert(place, each) for frame, each in frames.items() if each is not None}
    sources = {variable: _source(variable, path) for variable, path in variables.items()}
    if driver and not variables and "frame" not in driver:
        raise InvalidArguments("driver: name the variables that it uses, or use frame.")
    if clear:
        _clear(place)
    if frames:
        _insert(place, frames, values)
    curves = list(_curves(place))
    if interpolation or easing:
        _interpolate(place, curves, frames, interpolation, easing)
    if extrapolation:
        _extrapolate(place, curves, extrapolation)
    if driver or sources:
        _drive(place, driver, sources)
    if frames or clear:
        scene = bpy.context.scene
        scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)
    return _described(place)


def _place(path: str, name: str) -> Place:
    if not name:
        return locate([None], path)
    each = find_object(name)
    path = _ALIASES.get(path, path)
    if path.startswith("rotation.") or path.startswith("rotation["):
        path = path.replace("rotation", "rotation_euler", 1)
    if path.startswith("rotation_euler") and each.rotation_mode in ("QUATERNION", "AXIS_ANGLE"):
        raise InvalidArguments(
            f"{name!r} keeps its rotation as {each.rotation_mode.lower()}, so Euler angles would do "
            "nothing. Set rotation_mode to XYZ first."
        )
    return locate(roots_of(each), path)


def _frame(text: str) -> float:
    try:
        frame = float(text)
    except ValueError:
        raise InvalidArguments(f"keys: {text!r} is no frame number.") from None
    if not -1_048_574 <= frame <= 1_048_574:
        raise InvalidArguments(f"keys: frame {text} is out of Blender's range of ±1,048,574.")
    return frame


def _data_path(place: Place) -> str:
    """The property's path from what holds its animation."""
    if place.custom:
        prefix = _prefix(place.owner)
        quoted = place.key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{prefix}["{quoted}"]'
    path: str = place.owner.path_from_id(place.key)
    return path


def _prefix(owner: Any) -> str:
    return "" if isinstance(owner, bpy.types.ID) else str(owner.path_from_id())


def _animated(place: Place) -> Any:
    """The data-block that holds the animation: a node tree has its own."""
    return place.owner.id_data


def _insert(place: Place, frames: Mapping[float, object], values: Mapping[float, Any]) -> None:
    changes.changing(place.block, f"{place.label} keyframes")
    owner, index = _animated(place), -1 if place.index is None else place.index
    path = _data_path(place)
    for frame in frames:
        if frame not in values:
            try:
                owner.keyframe_delete(path, index=index, frame=frame)
            except RuntimeError:
                raise InvalidArguments(f"{place.label} has no key at frame {frame:g}.") from None
            continue
        assign(place, values[frame])
        try:
            keyed = owner.keyframe_insert(path, index=index, frame=frame)
        except (RuntimeError, TypeError):  # such as a custom property that is a text
            keyed = False
        if not keyed:
            raise InvalidArguments(f"{place.label} cannot be keyed at frame {frame:g}.")


def _curves(place: Place) -> Iterator[Any]:
    animation = _animated(place).animation_data
    if animation is None or animation.action is None:
        return
    path = _data_path(place)
    slot = getattr(animation, "action_slot", None)
    for curve in curves_of(animation.action, slot):
        if curve.data_path == path and place.index in (None, curve.array_index):
            yield curve


def _interpolate(
    place: Place,
    curves: list[Any],
    frames: Mapping[float, object],
    interpolation: str | None,
    easing: str | None,
) -> None:
    if not curves:
        raise InvalidArguments(f"{place.label} of {place.block.name!r} has no keyframes.")
    changes.changing(place.block, f"{place.label} interpolation")
    for curve in curves:
        for key in curve.keyframe_points:
            if not frames or any(abs(key.co.x - frame) < 1e-3 for frame in frames):
                if interpolation:
                    key.interpolation = interpolation
                if easing:
                    key.easing = easing
        curve.update()


def _extrapolate(place: Place, curves: list[Any], how: str) -> None:
    if not curves:
        raise InvalidArguments(f"{place.label} of {place.block.name!r} has no keyframes.")
    changes.changing(place.block, f"{place.label} extrapolation")
    for curve in curves:
        for modifier in [each for each in curve.modifiers if each.type == "CYCLES"]:
            curve.modifiers.remove(modifier)
        if how == "cycles":
            curve.modifiers.new("CYCLES")
        else:
            curve.extrapolation = how.upper()
        curve.update()


def _source(variable: str, path: str) -> tuple[bpy.types.ID, str]:
    if not variable.isidentifier():
        raise InvalidArguments(f"variables: {variable!r} cannot be a variable's name.")
    place = locate([None], path)
    data_path = _data_path(place)
    if place.index is not None:
        data_path = f"{data_path}[{place.index}]"
    return place.owner.id_data, data_path


def _drive(place: Place, expression: str, sources: Mapping[str, tuple[Any, str]]) -> None:
    if not place.custom and place.prop.is_array and place.index is None:
        raise InvalidArguments(
            f"A driver moves one number: say which part, such as {place.key}.x or {place.key}[0]."
        )
    if len(expression) > 255:
        raise InvalidArguments("driver: at most 255 characters.")
    changes.changing(place.block, f"{place.label} driver")
    owner, path = _animated(place), _data_path(place)
    where = (path,) if place.index is None else (path, place.index)
    owner.driver_remove(*where)
    driver = owner.driver_add(*where).driver
    for variable, (block, data_path) in sources.items():
        made = driver.variables.new()
        made.name = variable
        target = made.targets[0]
        target.id_type = block.id_type
        target.id = block
        target.data_path = data_path
    if expression:
        driver.type = "SCRIPTED"
        driver.expression = expression
    else:
        driver.type = "AVERAGE"
    bpy.context.view_layer.update()
    if not driver.is_valid:
        raise InvalidArguments(f"driver: {expression!r} cannot be evaluated with {list(sources)}.")


def _clear(place: Place) -> None:
    owner, path = _animated(place), _data_path(place)
    curves = list(_curves(place))
    drivers = _drivers(place)
    if not curves and not drivers:
        return
    changes.changing(place.block, f"{place.label} animation removed")
    for curve in curves:
        index = curve.array_index
        for frame in [key.co.x for key in curve.keyframe_points]:
            owner.keyframe_delete(path, index=index, frame=frame)
    for each in drivers:
        owner.driver_remove(path, each.array_index)


def _drivers(place: Place) -> list[Any]:
    animation = _animated(place).animation_data
    if animation is None:
        return []
    path = _data_path(place)
    return [
        each
        for each in animation.drivers
        if each.data_path == path and place.index in (None, each.array_index)
    ]


def _by_number(place: Place) -> dict[int, str]:
    return {item.value: item.identifier for item in place.prop.enum_items}


def _described(place: Place) -> dict[str, object]:
    curves = list(_curves(place))
    angle = not place.custom and place.prop.type == "FLOAT" and is_angle(place.prop)
    enum = {} if place.custom or place.prop.type != "ENUM" else _by_number(place)
    keys: dict[str, dict[str, float | str]] = {}
    shapes: dict[str, None] = {}
    for curve in curves:
        for key in curve.keyframe_points:
            values = keys.setdefault(f"{key.co.x:g}", {})
            value = math.degrees(key.co.y) if angle else key.co.y
            values[str(curve.array_index)] = enum.get(round(value), round(value, 4))
            shapes[key.interpolation] = None
    told: dict[str, object] = {"of": place.block.name, "property": place.label}
    single = (len(curves) == 1 and place.index is not None) or all(
        "0" in v and len(v) == 1 for v in keys.values()
    )
    listed = sorted(keys.items(), key=lambda each: float(each[0]))
    told["keys"] = {
        frame: next(iter(values.values())) if single else list(values.values())
        for frame, values in listed[:_SHOWN]
    }
    if len(listed) > _SHOWN:
        told["keys_total"] = len(listed)
    if shapes:
        told["interpolation"] = list(shapes)
    if curves and any(m.type == "CYCLES" for m in curves[0].modifiers):
        told["extrapolation"] = "cycles"
    elif curves and curves[0].extrapolation == "LINEAR":
        told["extrapolation"] = "linear"
    for each in _drivers(place):
        told["driver"] = (
            each.driver.expression if each.driver.type == "SCRIPTED" else each.driver.type
        )
        told["variables"] = {
            each_variable.name: f"{target.id.name if target.id else None}: {target.data_path}"
            for each_variable in each.driver.variables
            for target in each_variable.targets[:1]
        }
    if not place.custom:
        told["value"] = place.shown()
    else:
        told["value"] = plain(place.read())
    return told
