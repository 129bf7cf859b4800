"""What a click, a key or a command does."""

from __future__ import annotations


def register() -> None:
    """Make the operators and commands known to Blender."""
    import bpy

    from . import cli, popup, port, translations

    translations.register()
    for each in _classes():
        bpy.utils.register_class(each)
    cli.register()
    popup.register()
    port.register()


def unregister() -> None:
    """Take them away again."""
    import bpy

    from . import cli, pictures, popup, port, translations

    port.unregister()
    popup.unregister()
    cli.unregister()
    for each in reversed(_classes()):
        bpy.utils.unregister_class(each)
    pictures.release()
    translations.unregister()


def _classes() -> list[type]:
    from . import (
        attach,
        chat,
        chats,
        code,
        composer,
        editor,
        export,
        instructions,
        local_model,
        log,
        models,
        permission,
        popup,
        port,
        recovery,
        renders,
        resend,
        select,
        sign_in,
        steps,
    )

    modules = (
        attach,
        chat,
        chats,
        code,
        composer,
        editor,
        export,
        instructions,
        local_model,
        log,
        models,
        permission,
        popup,
        port,
        recovery,
        renders,
        resend,
        select,
        sign_in,
        steps,
    )
    return [each for module in modules for each in module.CLASSES]
