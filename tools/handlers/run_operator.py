"""run_operator: any of Blender's operators that stays in the scene, on named objects, in a mode."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import bpy

from ..errors import InvalidArguments, Unavailable, nearest
from ..reach import Reach, flat, of_value
from ..registry import Assessment, Effect, tool
from .blocks import editable, find_object, find_objects
from .layer import active_in_words, selection
from .operator_call import keywords

if TYPE_CHECKING:
    from annotated_types import MaxLen

_AREAS = {
    "node": "NODE_EDITOR",
    "image": "IMAGE_EDITOR",
    "graph": "GRAPH_EDITOR",
    "nla": "NLA_EDITOR",
}


def _assess(arguments: Mapping[str, Any]) -> Assessment:
    from ..allowlist import operator_stays  # at first need, as in `code`

    name = _idname(arguments["operator"])
    if not operator_stays(name):
        raise InvalidArguments(
            f"{name} may reach beyond the scene (files, scripts, preferences, add-ons, the window), "
            "so run_operator refuses it. For files there are import_file and export_file."
        )
    if any(of_value(key, value) is Reach.FILES for key, value in flat(arguments["properties"])):
        raise InvalidArguments(
            f"{name}: run_operator takes no paths; see import_file, export_file."
        )
    return Assessment(Effect.EDITS)


@tool(effect=Effect.EDITS, assess=_assess, compared=True)
def run_operator(
    operator: str,
    names: Annotated[list[str], MaxLen(1000)] = [],
    properties: dict[str, object] = {},
    mode: Literal["OBJECT", "EDIT", "POSE", "SCULPT", "WEIGHT_PAINT", "VERTEX_PAINT"] = "OBJECT",
    active: str = "",
) -> dict[str, object]:
    """Run one of Blender's operators, for what no other tool does: object.join, object.convert, object.make_single_user, object.mode_set, …

    Args:
        operator: As in Python, without bpy.ops.
        names: Objects to run it on; else the user's selection and mode.
        mode: Run it in this mode (with names).
        active: The active object of `names`; the last if left out.
    """
    name = _idname(operator)
    function = _function(name)
    given = keywords(name, properties)
    objects = find_objects(names)
    if active and (found := find_object(active)) not in objects:
        raise InvalidArguments(f"active: {found.name!r} is not among the names.")
    for each in objects:
        if not name.startswith("object.make_local"):
            editable(each)
    around: AbstractContextManager[None] = contextlib.nullcontext()
    if objects:
        around = selection(objects, find_object(active) if active else None, mode)
    elif mode != "OBJECT" and bpy.context.mode == "OBJECT":
        raise InvalidArguments(f"mode {mode} needs names.")
    with around, _area(name, function):
        if not function.poll():
            from .hint_operators import wanted  # at first need: it takes bmesh along

            wants, in_mode = wanted(name, bpy.context.mode)
            give = f' Give names, and mode "{in_mode}".' if in_mode else ""
            raise Unavailable(f"{name} cannot run now. {wants}{give} {_circumstances()}")
        try:
            result = function("EXEC_DEFAULT", **given)
        except (RuntimeError, TypeError) as error:
            text = str(error).strip().removeprefix("Error: ")
            raise Unavailable(f"{name}: {text} {_circumstances()}") from None
    if "FINISHED" not in result:
        raise Unavailable(f"{name} did nothing ({', '.join(sorted(result)).lower()}).")
    layer_active = bpy.context.view_layer.objects.active
    return {
        "active": layer_active.name if layer_active else None,
        "selected": [each.name for each in bpy.context.selected_objects[:20]],
        "mode": bpy.context.mode,
    }


def _idname(operator: str) -> str:
    name = operator.strip().removeprefix("bpy.ops.").partition("(")[0]
    if name.count(".") != 1:
        raise InvalidArguments(f"operator: a name such as object.join, not {operator!r}.")
    return name


def _function(name: str) -> Any:
    module, _, last = name.partition(".")
    known = dir(getattr(bpy.ops, module))
    if last not in known:
        hint = nearest(last, known)
        raise InvalidArguments(f"There is no operator {name!r}.{hint}", given=name)
    return getattr(getattr(bpy.ops, module), last)


@contextlib.contextmanager
def _area(name: str, function: Any) -> Iterator[None]:
    """Many operators want an editor; in a window one that is open is lent to them.

    Before 5.1 only to those that cannot do without: Blender then reads what was lent without
    Python's lock, which can destroy the memory of a thread that runs meanwhile (docs/reliability.md).
    """
    if bpy.app.background or (bpy.app.version < (5, 1) and function.poll()):
        yield
        return
    wanted = _AREAS.get(name.partition(".")[0], "VIEW_3D")
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == wanted:
                region = next(each for each in area.regions if each.type == "WINDOW")
                with bpy.context.temp_override(window=window, area=area, region=region):
                    yield
                return
    yield


def _circumstances() -> str:
    context = bpy.context
    selected = len(context.selected_objects)
    return f"Mode {context.mode}, active object {active_in_words()}, {selected} selected."
