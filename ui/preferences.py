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
    if value == _masked(None):  # the field was left as it was
        return
    runtime.current().keep_key(value.removeprefix(_MASK))


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
        column = layout.column()
        column.prop(self, "endpoint", placeholder=OPENROUTER)
        column.prop(self, "model", placeholder=DEFAULT_MODEL)
        hint = "Not needed on this computer" if settings.is_local else "Paste it here"
        column.prop(self, "api_key", placeholder=hint)
        if settings.key is not None:
            outside = settings.key.source.endswith("in the environment")
            _note(column, f"From {settings.key.source}" if outside else "Stored by Scene Chat")
        if settings.needs_online_access:
            _note(column, "Online access is off", "ERROR")
            column.prop(context.preferences.system, "use_online_access")
        column = layout.column()
        column.separator()
        column.prop(self, "server_port", text="Port for External Clients")
        column.prop(self, "server_autostart")


def _note(column: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """A line beneath the fields, where they begin."""
    split = column.split(factor=0.4)
    split.label(text="")
    note = split.row()
    note.active = icon != "NONE"
    note.label(text=text, icon=icon, translate=False)


def register() -> None:
    """Make the preferences known to Blender."""
    bpy.utils.register_class(SceneChatPreferences)


def unregister() -> None:
    """Take them away again."""
    bpy.utils.unregister_class(SceneChatPreferences)
