"""A model on this computer: its servers are looked for, and the picker opens with what one has."""

from __future__ import annotations

import bpy

from . import models, runtime, timer

Context = bpy.types.Context

_LOOK_SECONDS = 0.1


class SCENE_CHAT_OT_local_model(bpy.types.Operator):
    """Look for Ollama, LM Studio and llama.cpp on this computer, and choose one of their models"""

    bl_idname = "scene_chat.local_model"
    bl_label = "Use a Local Model"
    bl_options = {"INTERNAL"}

    def invoke(self, context: Context, event: bpy.types.Event) -> set[str]:
        if runtime.current().asked_by_tool:
            return {"CANCELLED"}
        models.find()
        self._listed = ""
        self._ticks = context.window_manager.event_timer_add(_LOOK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Context, event: bpy.types.Event) -> set[str]:
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not runtime.enabled():  # it was switched off meanwhile
            return self._ended(context)
        here = runtime.current()
        if here.endpoints.busy:
            return {"PASS_THROUGH"}
        if not here.endpoints.found:
            timer.redraw()  # the panel says so
            return self._ended(context)
        url = here.endpoints.found[0].url
        if not self._listed:  # a popover is not drawn anew when a list has come: so it comes before
            self._listed = here.panel.picker.endpoint = url
            models.fetch(url)
        if here.catalogue.state(url).fetching:
            return {"PASS_THROUGH"}
        bpy.ops.wm.call_panel(name="SCENE_CHAT_PT_models", keep_open=True)
        return self._ended(context)

    def cancel(self, context: Context) -> None:
        self._ended(context)

    def _ended(self, context: Context) -> set[str]:
        context.window_manager.event_timer_remove(self._ticks)
        return {"FINISHED"}


CLASSES = (SCENE_CHAT_OT_local_model,)
