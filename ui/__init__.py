"""Panels and preferences; draws only."""

from __future__ import annotations


def register() -> None:
    """Make them known to Blender."""
    import bpy

    from ..operators import runtime
    from . import panel, preferences, state

    preferences.register()
    state.register()
    bpy.utils.register_class(panel.SCENE_CHAT_PT_chat)
    runtime.current().calls.hold = preferences.hold


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import panel, preferences, state

    bpy.utils.unregister_class(panel.SCENE_CHAT_PT_chat)
    state.unregister()
    preferences.unregister()
