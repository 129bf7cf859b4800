"""What a click, a key or a command does."""

from __future__ import annotations


def register() -> None:
    """Make the operators and commands known to Blender."""
    import bpy

    from . import chat, cli, port, renders

    for each in (*chat.CLASSES, *port.CLASSES, *renders.CLASSES):
        bpy.utils.register_class(each)
    cli.register()


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import chat, cli, port, renders

    cli.unregister()
    for each in reversed((*chat.CLASSES, *port.CLASSES, *renders.CLASSES)):
        bpy.utils.unregister_class(each)
