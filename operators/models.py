"""Choosing the model: what the picker's list, fields and buttons do. None of it is for tools."""

from __future__ import annotations

import bpy
from bpy.props import StringProperty

from . import runtime, timer
from .words import shown

Context = bpy.types.Context


def choose(endpoint: str, model: str) -> bool:
    """Ask this model from now on, and note that it was chosen; return False for a tool.

    Args:
        endpoint: Base URL.
        model: The endpoint's name for it.
    """
    here = runtime.current()
    preferences = here.preferences
    if here.asked_by_tool or preferences is None:
        return False
    if (endpoint, model) != (preferences.endpoint, preferences.model):
        preferences.window = 0  # it was said of the other
    preferences.endpoint, preferences.model = endpoint, model
    here.endpoints.use(endpoint, model)
    keep()
    timer.redraw()
    return True


def keep() -> None:
    """Have Blender keep the endpoints, and the models used last, with its preferences."""
    here = runtime.current()
    if (preferences := here.preferences) is not None:
        preferences.endpoints = here.endpoints.as_text()
        preferences.recent_models = here.endpoints.recent_as_text()
        bpy.context.preferences.is_dirty = True


def listed_endpoint() -> str:
    """Return whose models the picker lists."""
    here = runtime.current()
    return here.panel.picker.endpoint or here.settings().endpoint


def fetch(endpoint: str, *, again: bool = False) -> str:
    """Have an endpoint's list of models fetched, if it is old or is to be fetched again.

    Args:
        endpoint: Base URL.
        again: Whether a person wants it.

    Returns:
        Why the endpoint cannot be asked, in a sentence, or "".
    """
    here = runtime.current()
    if here.asked_by_tool:
        return ""
    settings = here.settings(endpoint)
    needs_no_key = settings.is_openrouter and settings.online
    if (problem := settings.problem()) and not needs_no_key:
        return problem
    begin = here.catalogue.refresh if again else here.catalogue.need
    if begin(settings.endpoint, settings.key):
        here.timer.start()
    return ""


def find() -> None:
    """Begin to look for servers of models on this machine."""
    here = runtime.current()
    if not here.asked_by_tool:
        here.endpoints.search()
        here.timer.start()


class SCENE_CHAT_OT_model_use(bpy.types.Operator):
    """Ask the model of this name, whether the endpoint lists it or not"""

    bl_idname = "scene_chat.model_use"
    bl_label = "Use This Name"
    bl_options = {"INTERNAL"}

    model: StringProperty()

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if not choose(listed_endpoint(), self.model.strip()):
            return {"CANCELLED"}
        here.panel.picker.look_for("")
        return {"FINISHED"}


class SCENE_CHAT_OT_models_refresh(bpy.types.Operator):
    """Fetch the list of models anew"""

    bl_idname = "scene_chat.models_refresh"
    bl_label = "Refresh"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        if problem := fetch(listed_endpoint(), again=True):
            self.report({"WARNING"}, shown(problem))
            return {"CANCELLED"}
        return {"FINISHED"}


class SCENE_CHAT_OT_models_find(bpy.types.Operator):
    """Look for Ollama, LM Studio and llama.cpp on this computer"""

    bl_idname = "scene_chat.models_find"
    bl_label = "Find Local Models"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        find()
        return {"FINISHED"}


class SCENE_CHAT_OT_endpoint_add(bpy.types.Operator):
    """Keep the endpoint at this address, under the spelling that answers"""

    bl_idname = "scene_chat.endpoint_add"
    bl_label = "Add"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.endpoints.add(here.panel.picker.address, online=bpy.app.online_access)
        here.timer.start()
        return {"FINISHED"}


class SCENE_CHAT_OT_endpoint_remove(bpy.types.Operator):
    """Forget this endpoint; its key stays, for when you add it again"""

    bl_idname = "scene_chat.endpoint_remove"
    bl_label = "Remove Endpoint"
    bl_options = {"INTERNAL"}

    def execute(self, context: Context) -> set[str]:
        here = runtime.current()
        if here.asked_by_tool:
            return {"CANCELLED"}
        here.endpoints.remove(listed_endpoint())
        here.panel.picker.endpoint = here.endpoints.all()[0].url
        keep()
        return {"FINISHED"}


CLASSES = (
    SCENE_CHAT_OT_model_use,
    SCENE_CHAT_OT_models_refresh,
    SCENE_CHAT_OT_models_find,
    SCENE_CHAT_OT_endpoint_add,
    SCENE_CHAT_OT_endpoint_remove,
)
