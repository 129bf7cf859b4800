"""The model's name in the panel, and the popover in which another is chosen.

The popover lists what the catalogue knows; choosing is the list's active row. Like `state`, its
properties keep nothing but the number of rows, which Blender's list wants to have.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..chat.keys import is_on_this_machine
from ..chat.model_info import ModelInfo, short_name
from ..chat.settings import Settings
from ..operators import models, runtime
from ..operators.picker import Picker
from ..operators.words import NAMES, OURS, iface, shown
from ..tools.phrase import Phrase, counted
from .lines import lines, list_rows
from .sign_in import NO_SERVER
from .text import Metrics, shortened

_NAME = "scene_chat_models"
_UNITS = 18
_SORTS = [
    ("name", "Name", "By name"),
    ("price", "Price", "The cheapest first"),
    ("window", "Context", "Those that take most tokens first"),
    ("newest", "Newest", "The newest first"),
]


_WINDOWS = [
    (0, "Any Context"), (32_000, "From 32k"), (128_000, "From 128k"), (200_000, "From 200k"),
    (1_000_000, "From 1M"),
]  # fmt: skip


def chooser(layout: bpy.types.UILayout, settings: Settings, metrics: Metrics) -> None:
    """Draw the name of the model that is asked, which opens the picker."""
    here = runtime.current()
    _take_added(here)
    # A popover is drawn anew when the pointer moves, not when a list has come: so they come before.
    for url in (
        settings.endpoint,
        models.listed_endpoint(),
        *(e.url for e in here.endpoints.found),
    ):
        models.fetch(url)
    name = short_name(settings.info.name if settings.info else settings.model)
    if not settings.is_openrouter:
        name += f" · {here.endpoints.name(settings.endpoint)}"
    layout.popover(
        SCENE_CHAT_PT_models.__name__,
        text=shortened(name, metrics.room(1.6), metrics.font),
        translate=False,
    )


def warning(layout: bpy.types.UILayout, settings: Settings, metrics: Metrics) -> None:
    """Draw what the model that is asked cannot do."""
    if settings.info is not None and settings.info.tools is False and not settings.calls_as_json:
        words = Phrase(
            "This model takes no tools: it can talk, but change nothing. Choose another, or switch "
            "on Tool Calls as JSON in the options"
        )
        lines(layout, words, metrics, icon="ERROR", alert=True)


class SCENE_CHAT_PT_models(bpy.types.Panel):
    """Choose which model is asked"""

    bl_label = "Model"
    bl_space_type = "TOPBAR"
    bl_region_type = "HEADER"
    bl_options = {"INSTANCED"}
    bl_ui_units_x = _UNITS

    def draw(self, context: bpy.types.Context) -> None:
        """Draw it."""
        here = runtime.current()
        fields = getattr(context.window_manager, _NAME)
        metrics = Metrics.popover(context, _UNITS)
        layout = self.layout
        _take_added(here)
        endpoint = models.listed_endpoint()
        _endpoints(layout, fields, here, endpoint, metrics)
        cannot = models.fetch(endpoint)
        row = layout.row()
        row.activate_init = True
        row.prop(fields, "search", text="", icon="VIEWZOOM", placeholder="Search")
        row = layout.row(align=True)
        for name in ("tools", "vision", "free"):
            row.prop(fields, name, toggle=True)
        row = layout.row(align=True)
        row.prop(fields, "window", text="")
        row.prop(fields, "sort", text="")
        _list(layout, fields, here, endpoint, metrics)
        _age(layout, here, endpoint, cannot, metrics)


def _endpoints(
    layout: bpy.types.UILayout,
    fields: Any,
    here: runtime.Runtime,
    endpoint: str,
    metrics: Metrics,
) -> None:
    row = layout.row(align=True)
    row.prop(fields, "endpoint", text="")
    row.prop(fields, "adding", text="", icon="ADD")
    if endpoint in (each.url for each in here.endpoints.kept):
        row.operator("scene_chat.endpoint_remove", text="", icon="REMOVE")
    if here.panel.picker.adding:
        row = layout.row(align=True)
        row.prop(fields, "address", text="", placeholder="http://127.0.0.1:11434/v1")
        row.operator("scene_chat.endpoint_add", icon="CHECKMARK")
    if here.endpoints.problem:
        lines(layout, here.endpoints.problem, metrics, icon="ERROR")
    if here.settings().problem() and not here.endpoints.searched:
        models.find()
    for each in here.endpoints.kept:
        if is_on_this_machine(each.url):
            models.fetch(each.url)


def _list(
    layout: bpy.types.UILayout,
    fields: Any,
    here: runtime.Runtime,
    endpoint: str,
    metrics: Metrics,
) -> None:
    picker = here.panel.picker
    known = here.catalogue.models(endpoint)
    listed = picker.shown(known, here.endpoints.models_used(endpoint))
    if len(fields.rows) != len(listed):
        fields.rows.clear()
        for _ in listed:
            fields.rows.add()
    if listed:
        rows = list_rows(bpy.context, metrics, around=8)
        layout.template_list(
            SCENE_CHAT_UL_models.__name__, "", fields, "rows", fields, "active",
            rows=rows, maxrows=rows, sort_lock=True,
        )  # fmt: skip
    elif known:
        words = Phrase("No model fits. Search for less, or switch a filter off.")
        lines(layout, words, metrics, dim=True)
    elif not here.catalogue.state(endpoint).fetching:
        words = Phrase("No models are known. Search for a name to use it.")
        lines(layout, words, metrics, dim=True)
    typed = picker.filter.search.strip()
    if typed and here.catalogue.find(endpoint, typed) is None:
        words = iface("Use “{name}”", name=typed)
        words = shortened(words, metrics.room(2.0), metrics.font)
        use = layout.operator("scene_chat.model_use", text=words, icon="FORWARD", translate=False)
        use.model = typed


def _age(
    layout: bpy.types.UILayout,
    here: runtime.Runtime,
    endpoint: str,
    cannot: str,
    metrics: Metrics,
) -> None:
    """How old the list is, what went wrong with it, and the search for others."""
    state = here.catalogue.state(endpoint)
    if problem := cannot or state.problem:
        lines(layout, here.secrets.clean(problem), metrics, icon="ERROR", alert=not cannot)
    row = layout.row()
    left = row.row()
    left.active = False
    if here.endpoints.busy:
        words = iface("Looking…")
    elif state.fetching:
        words = iface("Fetching…")
    else:
        listed, known = len(_listed()), len(here.catalogue.models(endpoint))
        words = counted(known, "{count} model", "{count:,} models")
        if listed != known:
            words = Phrase("{shown:,} of {count:,} models", shown=listed, count=known)
        words = f"{shown(words)} · {shown(state.age)}" if state.age else ""
    left.label(text=words, translate=False)
    right = row.row(align=True)
    right.alignment = "RIGHT"
    right.operator("scene_chat.models_find", icon="DESKTOP")
    right.operator("scene_chat.models_refresh", text="", icon="FILE_REFRESH")
    if here.endpoints.searched and not here.endpoints.busy and not here.endpoints.found:
        lines(layout, NO_SERVER, metrics, icon="INFO", dim=True)


class SCENE_CHAT_UL_models(bpy.types.UIList):
    """The models: name, then window and price, then what they can do."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: Any,
        icon: int,
        active_data: Any,
        active_property: str,
        index: int = 0,
        *_: Any,
    ) -> None:
        """Draw a row."""
        listed = _listed()
        if index >= len(listed):
            return
        model, metrics = listed[index], Metrics.popover(context, _UNITS)
        here = runtime.current()
        icons = []
        if model.id in here.endpoints.models_used(models.listed_endpoint()):
            icons.append("TIME")
        if model.vision:
            icons.append("HIDE_OFF")
        if model.tools is False:
            icons.append("ERROR")
        row = layout.row(align=True)
        facts = shown(model.facts)
        taken = 0.33 * len(facts) + len(icons) + 1.8
        name = model.name if ": " in model.name else short_name(model.name)
        row.label(text=shortened(name, metrics.room(taken), metrics.font), translate=False)
        right = row.row(align=True)
        right.alignment = "RIGHT"
        right.active = False
        right.label(text=facts, translate=False)
        for each in icons:
            right.label(text="", icon=each)

    def draw_filter(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        """Draw none: the picker has its own."""

    def filter_items(
        self, context: bpy.types.Context, data: Any, property: str
    ) -> tuple[list[int], list[int]]:
        """Show every row, in the order that they have."""
        return [], []


def _listed() -> tuple[ModelInfo, ...]:
    """The models in the list, in order."""
    here = runtime.current()
    endpoint = models.listed_endpoint()
    used = here.endpoints.models_used(endpoint)
    return here.panel.picker.shown(here.catalogue.models(endpoint), used)


def _take_added(here: runtime.Runtime) -> None:
    """An address that was entered has been tried meanwhile: list its models."""
    if url := here.endpoints.take_added():
        picker = here.panel.picker
        picker.endpoint, picker.adding, picker.address = url, False, ""
        models.keep()


def _picker() -> Picker:
    return runtime.current().panel.picker


def _of_filter(name: str) -> Any:
    """The `get` and `set` of a field of the filter."""

    def set_value(_: Any, value: Any) -> None:
        picker = _picker()
        picker.filter = picker.filter._replace(**{name: value})

    return {"get": lambda _: getattr(_picker().filter, name), "set": set_value}


def _set_sort(_: Any, number: int) -> None:
    picker = _picker()
    picker.filter = picker.filter._replace(sort=_SORTS[number][0])


def _set_window(_: Any, number: int) -> None:
    picker = _picker()
    picker.filter = picker.filter._replace(window=_WINDOWS[number][0])


def _set_adding(_: Any, value: bool) -> None:
    _picker().adding = value
    runtime.current().endpoints.problem = ""


def _set_address(_: Any, value: str) -> None:
    _picker().address = value


_items: list[tuple[str, str, str]] = []
"""Blender does not keep the texts of a menu that changes."""


def _endpoint_items(_: Any, __: Any) -> list[tuple[str, str, str]]:
    here = runtime.current()
    _items[:] = [
        (each.url, each.name, each.url) for each in here.endpoints.all(here.settings().endpoint)
    ]
    return _items


def _endpoint(_: Any) -> int:
    urls = [each[0] for each in _endpoint_items(None, None)]
    endpoint = models.listed_endpoint()
    return urls.index(endpoint) if endpoint in urls else 0


def _set_endpoint(_: Any, number: int) -> None:
    if number < len(_items):
        _picker().endpoint = _items[number][0]


def _active(_: Any) -> int:
    settings = runtime.current().settings()
    if models.listed_endpoint() != settings.endpoint:
        return -1
    names = [each.id for each in _listed()]
    return names.index(settings.model) if settings.model in names else -1


def _choose(_: Any, row: int) -> None:
    listed = _listed()
    if 0 <= row < len(listed):
        models.choose(models.listed_endpoint(), listed[row].id)


class SceneChatModelRow(bpy.types.PropertyGroup):
    """A row of the list; what it shows is looked up by its place."""


class SceneChatModels(bpy.types.PropertyGroup):
    """Windows onto the picker."""

    __annotations__ = {
        "rows": CollectionProperty(type=SceneChatModelRow),
        "active": IntProperty(
            name="Model", description="Ask this model from now on", get=_active, set=_choose
        ),
        "search": StringProperty(
            name="Search",
            description="Words of the model's name, in any order",
            options={"TEXTEDIT_UPDATE"},
            **_of_filter("search"),
        ),
        "tools": BoolProperty(
            name="Tools",
            description="Leave out models that cannot change the scene",
            **_of_filter("tools"),
        ),
        "vision": BoolProperty(
            name="Vision", description="Only models that see pictures", **_of_filter("vision")
        ),
        "free": BoolProperty(
            name="Free",
            description="Only models that cost nothing",
            translation_context=OURS,
            **_of_filter("free"),
        ),
        "window": EnumProperty(
            name="Context",
            description="How many tokens a model has to take",
            items=[(str(tokens), name, "") for tokens, name in _WINDOWS],
            get=lambda _: [each[0] for each in _WINDOWS].index(_picker().filter.window),
            set=_set_window,
        ),
        "sort": EnumProperty(
            name="Sort",
            description="What comes first",
            items=_SORTS,
            get=lambda _: [each[0] for each in _SORTS].index(_picker().filter.sort),
            set=_set_sort,
        ),
        "endpoint": EnumProperty(
            name="Endpoint",
            description="Whose models are listed",
            items=_endpoint_items,
            translation_context=NAMES,
            get=_endpoint,
            set=_set_endpoint,
        ),
        "adding": BoolProperty(
            name="Add Endpoint",
            description="Enter the address of another endpoint",
            get=lambda _: _picker().adding,
            set=_set_adding,
        ),
        "address": StringProperty(
            name="Address",
            description="Address of an OpenAI-compatible API",
            get=lambda _: _picker().address,
            set=_set_address,
        ),
    }


CLASSES = (SceneChatModelRow, SceneChatModels, SCENE_CHAT_UL_models, SCENE_CHAT_PT_models)


def register() -> None:
    """Make the picker known to Blender."""
    for each in CLASSES:
        bpy.utils.register_class(each)
    setattr(bpy.types.WindowManager, _NAME, PointerProperty(type=SceneChatModels))


def unregister() -> None:
    """Take it away again."""
    delattr(bpy.types.WindowManager, _NAME)
    for each in reversed(CLASSES):
        bpy.utils.unregister_class(each)
