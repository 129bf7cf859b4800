"""Panels and preferences; draws only."""

from __future__ import annotations


def register() -> None:
    """Make them known to Blender."""
    import bpy

    from ..operators import runtime
    from . import chats, models, preferences, state

    preferences.register()
    state.register()
    models.register()
    chats.register()
    for each in _panels():
        bpy.utils.register_class(each)
    runtime.current().calls.hold = preferences.hold


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import chats, models, preferences, state

    for each in reversed(_panels()):
        bpy.utils.unregister_class(each)
    chats.unregister()
    models.unregister()
    state.unregister()
    preferences.unregister()


def _panels() -> list[type]:
    from . import clients, composer, options, panel, usage

    return [
        options.SCENE_CHAT_PT_options,
        usage.SCENE_CHAT_PT_usage,
        *clients.CLASSES,
        *composer.CLASSES,
        *panel.CLASSES,
    ]
