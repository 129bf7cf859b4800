"""What a click, a key or a command does."""

from __future__ import annotations


def register() -> None:
    """Make the operators and commands known to Blender."""
    import bpy

    from . import chat, cli, log, permission, port, recovery, renders

    for each in (
        *chat.CLASSES,
        *log.CLASSES,
        *permission.CLASSES,
        *port.CLASSES,
        *recovery.CLASSES,
        *renders.CLASSES,
    ):
        bpy.utils.register_class(each)
    cli.register()


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import chat, cli, log, permission, port, recovery, renders

    cli.unregister()
    for each in reversed(
        (
            *chat.CLASSES,
            *log.CLASSES,
            *permission.CLASSES,
            *port.CLASSES,
            *recovery.CLASSES,
            *renders.CLASSES,
        )
    ):
        bpy.utils.unregister_class(each)
