"""Panels and preferences; draws only. Nothing is drawn yet: the chat runs from the command line."""

from __future__ import annotations


def register() -> None:
    """Make the panels known to Blender."""


def unregister() -> None:
    """Take them away again."""
