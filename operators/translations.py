"""Our texts in other languages than English, for Blender to look up. Main thread.

They are loaded once Blender speaks such a language: enabling need not take their time. Blender takes
its own translation of a text first, where it has one.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent
from bpy.app.translations import contexts

from .words import OURS

_MODULE = __package__
_CONTEXTS = (contexts.default, contexts.operator_default, OURS)
"""Operators' buttons look their texts up in the second."""
_loaded = False


def register() -> None:
    """Make them known to Blender, now or when its language changes; before what shows them."""
    bpy.app.handlers.translation_update_post.append(_language_changed)
    _language_changed()


def unregister() -> None:
    """Take them away again."""
    global _loaded
    if _language_changed in bpy.app.handlers.translation_update_post:  # scripts clear these lists
        bpy.app.handlers.translation_update_post.remove(_language_changed)
    if _loaded:
        bpy.app.translations.unregister(_MODULE)
        _loaded = False


@persistent
def _language_changed(*_: object) -> None:
    global _loaded
    if _loaded or bpy.app.translations.locale != "de_DE":
        return
    from .german import GERMAN

    german: dict[Any, str] = {
        (context, text): told for text, told in GERMAN.items() for context in _CONTEXTS
    }
    bpy.app.translations.register(_MODULE, {"de_DE": german})
    _loaded = True
