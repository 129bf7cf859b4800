"""What a click, a key or a command does."""

from __future__ import annotations


def register() -> None:
    """Make the operators and commands known to Blender."""
    import bpy

    from . import cli

    for each in _classes():
        bpy.utils.register_class(each)
    cli.register()


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import cli

    cli.unregister()
    for each in reversed(_classes()):
        bpy.utils.unregister_class(each)


def _classes() -> list[type]:
    from . import (
        chat,
        editor,
        instructions,
        log,
        models,
        permission,
        port,
        recovery,
        renders,
        sign_in,
    )

    modules = (
        chat,
        editor,
        instructions,
        log,
        models,
        permission,
        port,
        recovery,
        renders,
        sign_in,
    )
    return [each for module in modules for each in module.CLASSES]
