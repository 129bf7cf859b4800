"""What people read, in the language of their Blender. Main thread, also while drawing.

Blender translates a layout's `text=`, names and descriptions by itself where they are literals; this
is for texts that are made of parts, that are measured, or that come from below as a `Phrase`. Each
function takes a pattern, and what goes into its fields. Names, prompts and answers are nobody's
pattern: `shown` leaves them alone, and layouts get them with `translate=False`.
"""

from __future__ import annotations

from collections.abc import Callable

from bpy.app.translations import contexts, pgettext_iface, pgettext_rpt, pgettext_tip

from ..tools.phrase import Phrase

OURS = "Scene Chat"
"""The `translation_context` of a property whose words mean something else elsewhere in Blender: "Free"
is a price here, and "Normal" no direction."""
NAMES = "Scene Chat names"
"""The `translation_context` of menus that list names. Blender translates what a menu lists, and an
object called Cube is not called Würfel; nothing is translated in a context that nobody knows."""


def iface(pattern: str, **parts: object) -> str:
    """Return a label."""
    return _in_language(pgettext_iface, pattern, parts)


def tip(pattern: str, **parts: object) -> str:
    """Return a tooltip."""
    return _in_language(pgettext_tip, pattern, parts)


def rpt(pattern: str, **parts: object) -> str:
    """Return a report."""
    return _in_language(pgettext_rpt, pattern, parts)


def shown(text: str) -> str:
    """Return a text as it is, but for a `Phrase`, which is one of ours."""
    return iface(text) if isinstance(text, Phrase) else text


def kind_name(kind: str) -> str:
    """Return what Blender calls a kind of data-block, such as "node group"; "" in English."""
    name = kind.title()
    found: str = pgettext_iface(name, contexts.id_id)
    return found if found != name else ""


def _in_language(translate: Callable[[str], str], text: str, parts: dict[str, object]) -> str:
    if isinstance(text, Phrase):
        text, parts = text.pattern, {**text.parts, **parts}
    translated = translate(text)
    if not parts:
        return translated
    told = {
        name: _in_language(translate, part, {}) if isinstance(part, Phrase) else part
        for name, part in parts.items()
    }
    return translated.format(**told)
