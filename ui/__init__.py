"""Panels and preferences; draws only."""

from __future__ import annotations


def register() -> None:
    """Make them known to Blender."""
    import bpy

    from . import panel, preferences, state

    preferences.register()
    state.register()
    bpy.utils.register_class(panel.SCENE_CHAT_PT_chat)


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import panel, preferences, state

    bpy.utils.unregister_class(panel.SCENE_CHAT_PT_chat)
    state.unregister()
    preferences.unregister()


def started() -> None:
    """Take the preferences as they are for what the person chose. After `register`."""
    from ..operators import runtime
    from .preferences import remember

    if (preferences := runtime.current().preferences) is not None:
        remember(preferences)
