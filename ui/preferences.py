"""The add-on's preferences: which model, with which key, and the port."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..chat.settings import DEFAULT_MODEL, OPENROUTER
from ..operators import runtime
from ..server.listener import DEFAULT_PORT

_MASK = "•" * 12


def _masked(_: object) -> str:
    key = runtime.current().settings().key
    return f"{_MASK}{key.value[-4:] if len(key.value) > 12 else ''}" if key else ""


def _store(_: object, value: str) -> None:
    if not value.startswith(_MASK):  # the field was left as it was
        runtime.current().keep_key(value)


class SceneChatPreferences(bpy.types.AddonPreferences):
    """Kept by Blender in its preferences, but for the key, which never gets there."""

    bl_idname = __package__.rpartition(".")[0]

    api_key: StringProperty(
        name="API Key",
        description="Your key for the endpoint above. It is stored in a file of the extension, "
        "never in Blender's preferences or in a .blend file; empty the field to delete it",
        get=_masked,
        set=_store,
    )
    endpoint: StringProperty(
        name="Endpoint",
        description="Address of an OpenAI-compatible API, such as http://127.0.0.1:11434/v1 for "
        "Ollama on this computer",
        default=OPENROUTER,
    )
    model: StringProperty(
        name="Model", description="The endpoint's name for the model", default=DEFAULT_MODEL
    )
    server_port: IntProperty(
        name="Port",
        description="Where other programs on this computer find Blender; 9876 is what they expect",
        default=DEFAULT_PORT,
        min=1024,
        max=65535,
    )
    server_autostart: BoolProperty(
        name="Open When Blender Starts",
        description="Open the port for other programs each time Blender starts",
        default=False,
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Draw them in Blender's Preferences window."""
        settings = runtime.current().settings()
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column(heading="Language Model")
        column.prop(self, "endpoint", placeholder=OPENROUTER)
        column.prop(self, "model", placeholder=DEFAULT_MODEL)
        if settings.is_local:
            column.prop(self, "api_key", placeholder="Not needed on this computer")
        else:
            column.prop(self, "api_key", placeholder="Paste it here")
        if settings.key is not None:
            _note(column, f"From {settings.key.source}")
        if not settings.is_local and not settings.online:
            _note(column, "Online access is off, so this endpoint cannot be asked", "ERROR")
            row = column.row()
            row.use_property_split = False
            row.prop(context.preferences.system, "use_online_access")
        column = layout.column(heading="External Clients")
        column.prop(self, "server_port")
        column.prop(self, "server_autostart")


def _note(column: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    row = column.row()
    row.active = icon != "NONE"
    split = row.split(factor=0.4)
    split.label(text="")
    split.label(text=text, icon=icon, translate=False)


def register() -> None:
    """Make the preferences known to Blender."""
    bpy.utils.register_class(SceneChatPreferences)


def unregister() -> None:
    """Take them away again."""
    bpy.utils.unregister_class(SceneChatPreferences)
