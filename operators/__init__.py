"""What a click, a key or a command does."""

from __future__ import annotations


def register() -> None:
    """Make the operators and commands known to Blender."""
    from . import cli

    cli.register()


def unregister() -> None:
    """Take them away again."""
    from . import cli

    cli.unregister()
