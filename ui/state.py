"""What the panel's fields and triangles are bound to.

Blender draws a text field or a fold only for a property of its own. These properties keep nothing:
they read and write the runtime, since what Blender keeps is undone or emptied by File > New.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, PointerProperty, StringProperty

from ..operators import permission, port, runtime, steps
from ..operators.answer_code import FIELDS
from ..operators.words import OURS
from ..tools.gate import Approval
from ..tools.plain import speakable
from ..tools.registry import Effect
from ..tools.rules import CALLERS, CUSTOM, Caller, Decision

_NAME = "scene_chat"
HAS_TEXTBOX = "textbox" in bpy.types.UILayout.bl_rna.functions
"""A text field of several lines, from Blender 5.2."""
FOLDS = 500
"""How many turns can be drawn; each needs a property for its fold."""


def fields(context: bpy.types.Context) -> Any:
    """Return the properties, to be drawn."""
    return getattr(context.window_manager, _NAME)


def shown_turns() -> list[Any]:
    """Return the turns that the panel draws, newest first."""
    here = runtime.current()
    return here.chat.turns[: -min(here.panel.shown, FOLDS) - 1 : -1]


def code_of(approval: Approval) -> str:
    """Return the code that waits for an approval, "" where it is no code."""
    code = approval.request.arguments.get("code")
    return speakable(code) if isinstance(code, str) else ""


def _asked_code(_: object) -> str:
    asked = runtime.current().panel.asked
    return code_of(asked) if asked is not None else ""


def _keep(_: object, _value: str) -> None:
    """A text with a `get` alone is drawn greyed out; with this it can be selected, not changed."""


def step_code(number: int) -> str:
    """Return the name of the property that shows a step's code; see `steps.code_field`."""
    return f"step_code_{number}"


def _step_code(number: int) -> dict[str, Any]:
    return {"get": lambda _: speakable(steps.code_in(number)), "set": _keep}


def answer_code(height: int, number: int) -> str:
    """Return the name of the property that shows code of an answer; see `AnswerCode.field_for`."""
    return f"answer_code_{height}_{number}"


def _answer_code(height: int, number: int) -> dict[str, Any]:
    return {"get": lambda _: runtime.current().panel.answer_code.text(height, number), "set": _keep}


def fold_of(place: int) -> str:
    """Return the name of the property that folds the turn at that place, 0 for the newest."""
    return f"open_{place}"


def _draft(_: object) -> str:
    return runtime.current().panel.draft


def _set_draft(_: object, value: str) -> None:
    if not runtime.current().asked_by_tool:
        runtime.current().panel.draft = value


def _popup(_: object) -> str:
    return runtime.current().panel.popup


def _set_popup(_: object, value: str) -> None:
    if not runtime.current().asked_by_tool:
        runtime.current().panel.popup = value


def _popped(_: object, context: bpy.types.Context) -> None:
    bpy.ops.scene_chat.composed("INVOKE_DEFAULT", popup=True)


def _drafted(_: object, context: bpy.types.Context) -> None:
    """The field was left, by Enter or otherwise: the operator finds out which."""
    bpy.ops.scene_chat.composed("INVOKE_DEFAULT")


def _serves(_: object) -> bool:
    return runtime.current().server.running


def _serve(_: object, value: bool) -> None:
    if runtime.current().asked_by_tool:
        return
    if value:
        port.serve()
    else:
        bpy.ops.scene_chat.server_stop()


_PRESETS = [
    ("careful", "Careful", "Every change asks you first"),
    ("normal", "Normal", "Changes that you can undo are made at once; files and code that reaches "
     "beyond the scene ask you first"),
    ("trusting", "Trusting", "Nothing asks you: neither files nor code"),
    ("custom", "Custom", "As the preferences say"),
]  # fmt: skip


def _choice(names: list[str], get: Callable[[], str], choose: Callable[[str], None]) -> Any:
    """The `get` and `set` of a menu over the runtime: Blender wants numbers."""

    def set_choice(_: object, number: int) -> None:
        if not runtime.current().asked_by_tool:
            choose(names[number])

    return {"get": lambda _: names.index(get()), "set": set_choice}


def _preset(caller: Caller) -> Any:
    def choose(name: str) -> None:
        if name != CUSTOM:
            here = runtime.current()
            here.gate.rules.use_preset(caller, name)
            here.keep_rules()

    return EnumProperty(
        name="Permission",
        description="What is done without asking you first",
        items=_PRESETS,
        translation_context=OURS,
        **_choice(
            [each[0] for each in _PRESETS],
            lambda: runtime.current().gate.rules.preset(caller),
            choose,
        ),
    )


def _rule(caller: Caller, effect: Effect) -> Any:
    return EnumProperty(
        name="Decision",
        items=permission.DECISIONS,
        **_choice(
            [each[0] for each in permission.DECISIONS],
            lambda: runtime.current().gate.rules.decision(caller, effect).value,
            lambda name: runtime.current().decide(caller, [effect.value], Decision(name)) and None,
        ),
    )


def rule_of(caller: Caller, effect: Effect) -> str:
    """Return the name of the property that holds the rule for an effect."""
    return f"{caller}_{effect.value}"


def _search(_: object) -> str:
    return runtime.current().panel.search


def _set_search(_: object, value: str) -> None:
    runtime.current().panel.search = value


def _reason(_: object) -> str:
    return runtime.current().panel.reason


def _set_reason(_: object, value: str) -> None:
    if not runtime.current().asked_by_tool:
        runtime.current().panel.reason = value


def _fold(place: int) -> dict[str, Any]:
    def is_open(_: object) -> bool:
        here = runtime.current()
        turns = here.chat.turns
        return place < len(turns) and here.panel.folds.get(turns[-1 - place].number, place == 0)

    def set_open(_: object, value: bool) -> None:
        here = runtime.current()
        if place < len(here.chat.turns):
            here.panel.folds[here.chat.turns[-1 - place].number] = value

    return {"get": is_open, "set": set_open}


class SceneChatState(bpy.types.PropertyGroup):
    """Windows onto the runtime."""

    __annotations__ = {
        "draft": StringProperty(
            name="Message",
            description="What to say to the model. Enter sends it; leaving the field keeps it",
            get=_draft,
            set=_set_draft,
            update=_drafted,
        ),
        "popup": StringProperty(
            name="Message",
            description="What to say to the model. Enter sends it",
            get=_popup,
            set=_set_popup,
            update=_popped,
        ),
        "asked_code": StringProperty(name="Code", get=_asked_code, set=_keep),
        "serving": BoolProperty(
            name="External Clients",
            description="Let other programs on this computer look at the scene and change it",
            get=_serves,
            set=_serve,
        ),
        "search": StringProperty(
            name="Search",
            description="Words that entries have to hold: of a tool, a name, a client, a file",
            get=_search,
            set=_set_search,
            options={"TEXTEDIT_UPDATE"},
        ),
        "reason": StringProperty(
            name="Reason",
            description="Why not, for the model or program that asks",
            get=_reason,
            set=_set_reason,
        ),
        **{f"{caller}_preset": _preset(caller) for caller in CALLERS},
        **{
            rule_of(caller, effect): _rule(caller, effect)
            for caller in CALLERS
            for effect in Effect
        },
        **{
            step_code(number): StringProperty(name="Code", **_step_code(number))
            for number in range(steps.CODE_FIELDS)
        },
        **{
            answer_code(*field): StringProperty(name="Code", **_answer_code(*field))
            for field in FIELDS
        },
        **{fold_of(place): BoolProperty(name="Message", **_fold(place)) for place in range(FOLDS)},
    }


def register() -> None:
    """Bind the properties to Blender's window manager."""
    bpy.utils.register_class(SceneChatState)
    setattr(bpy.types.WindowManager, _NAME, PointerProperty(type=SceneChatState))


def unregister() -> None:
    """Take them away again."""
    delattr(bpy.types.WindowManager, _NAME)
    bpy.utils.unregister_class(SceneChatState)
