"""The add-on's preferences: which model, with which key, and the port."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..chat.keys import KeyRefused, has_key
from ..chat.settings import DEFAULT_MODEL, OPENROUTER, Settings
from ..operators import popup, runtime
from ..operators.words import shown
from ..server.listener import DEFAULT_PORT, REQUEST_LIMIT
from ..tools.phrase import Phrase
from ..tools.saved_copies import DEFAULT_COUNT, DEFAULT_MEGABYTES
from . import permission, sign_in

_MASK = "•" * 12


def _masked(_: object) -> str:
    key = runtime.current().settings().key
    return f"{_MASK}{key.value[-4:] if len(key.value) > 12 else ''}" if key else ""


def _store(_: object, value: str) -> None:
    if value == _masked(None):  # the field was left as it was
        return
    here = runtime.current()
    try:
        here.keep_key(value.removeprefix(_MASK))
    except KeyRefused as error:
        kept = Phrase("{fault} The one before is kept.", fault=str(error))
        here.panel.key_problem = kept if here.settings().key else str(error)
    except OSError as error:
        here.panel.key_problem = Phrase(
            "The key cannot be written ({why}).", why=error.strerror or error
        )


def _copies_changed(_: object, _context: object) -> None:
    runtime.current().set_copies()


def _port_changed(_: object, _context: object) -> None:
    runtime.current().set_port()


def _chats_changed(_: object, _context: object) -> None:
    runtime.current().set_chats()


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
        name="Model",
        description="The endpoint's name for the model",
        default=DEFAULT_MODEL,
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
    server_megabytes: IntProperty(
        name="Largest Request",
        description="Megabytes that a program may send in one request",
        default=REQUEST_LIMIT // 1024 // 1024,
        min=1,
        max=1024,
        update=_port_changed,
    )
    server_token: BoolProperty(
        name="Token from Everybody",
        description="Programs that do not speak MCP over HTTP have to send the token as well, which the "
        "common ones cannot",
        default=False,
        update=_port_changed,
    )
    sound: BoolProperty(
        name="Sound When Answered",
        description="Play two notes when an answer is done; the status bar says so always",
        default=False,
    )
    time_limit: IntProperty(
        name="Time Limit of Code",
        description="How long code may run in the chat before it is stopped",
        default=30,
        min=1,
        max=3600,
    )
    keep_chats: BoolProperty(
        name="Keep Chats",
        description="Keep chats in files on this computer, to be found and gone on with later. "
        "Switched off, what is written from now on is forgotten when Blender ends",
        default=True,
        update=_chats_changed,
    )
    copies: BoolProperty(
        name="Save a Copy Before Code Runs",
        description="Save a copy of the file before a turn runs code, which undo may not bring back",
        default=True,
        update=_copies_changed,
    )
    copies_megabytes: IntProperty(
        name="Up to",
        description="Megabytes of a file up to which it is copied",
        default=DEFAULT_MEGABYTES,
        min=1,
        max=100_000,
        update=_copies_changed,
    )
    copies_count: IntProperty(
        name="Keep",
        description="How many copies are kept, of all files; the oldest go first",
        default=DEFAULT_COUNT,
        min=1,
        max=1000,
        update=_copies_changed,
    )
    mode: EnumProperty(
        name="Mode",
        description="Whether the model may change the scene",
        items=[
            ("agent", "Agent", "The model looks at the scene and changes it"),
            ("ask", "Ask", "The model looks at the scene and answers; it changes nothing"),
        ],
    )
    effort: StringProperty(
        name="Reasoning Effort",
        description="How much the model thinks before it answers, in the model's own words",
    )
    fallbacks: StringProperty(
        name="Fallback Models",
        description="Models that are asked where the chosen one fails, in order, by comma",
    )
    calls_as_json: BoolProperty(
        name="Tool Calls as JSON",
        description="For models that call no tools by themselves: they write the calls into their "
        "answer, and the endpoint checks their form",
    )
    window: IntProperty(
        name="Context Window",
        description="Tokens that the model takes; 0 for what its endpoint says",
        default=0,
        min=0,
        max=100_000_000,
    )
    instructions: StringProperty(
        name="Instructions",
        description="What the model is told in every file, such as units, names, taste",
    )
    agreed_instructions: StringProperty(
        name="Instructions of Files",
        description="Which instructions of files may be passed on, as Scene Chat keeps it",
        options={"HIDDEN"},
    )
    turn_limit: FloatProperty(
        name="Limit per Message",
        description="US dollars that the answer to one message may cost before you are asked; 0 for any",
        default=0.5,
        min=0.0,
        soft_max=10.0,
        step=10,
        precision=2,
    )
    day_limit: FloatProperty(
        name="Limit per Day",
        description="US dollars that a day may cost, in all Blenders, before you are asked; 0 for any",
        default=5.0,
        min=0.0,
        soft_max=100.0,
        step=100,
        precision=2,
    )
    endpoints: StringProperty(
        name="Endpoints",
        description="The endpoints that were added or used, as Scene Chat keeps them",
        options={"HIDDEN"},
    )
    recent_models: StringProperty(
        name="Recent Models",
        description="The models that were chosen last, as Scene Chat keeps them",
        options={"HIDDEN"},
    )
    permissions: StringProperty(
        name="Permissions",
        description="Who may do what unasked, as Scene Chat keeps it",
        options={"HIDDEN"},
    )
    key_folders: StringProperty(
        name="Folders With Keys",
        description="Folders from whose .env a key may be taken, as Scene Chat keeps them",
        options={"HIDDEN"},
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
        if settings.is_local:
            column.prop(self, "api_key", placeholder="Not needed on this computer")
        else:
            column.prop(self, "api_key", placeholder="Paste it here")
        sign_in.trouble(column, runtime.current().panel.key_problem)
        _where_the_key_is(column, settings)
        sign_in.preferences(column, settings)
        if settings.needs_online_access:
            _note(column, Phrase("Online access is off"), "ERROR")
            column.prop(context.preferences.system, "use_online_access")
        column = layout.column()
        column.separator()
        column.prop(self, "server_port", text="Port for External Clients")
        column.prop(self, "server_autostart")
        column.prop(self, "server_megabytes", text="Largest Request (MB)")
        column.prop(self, "server_token")
        column.separator()
        column.prop(self, "time_limit", text="Time Limit of Code (s)")
        column.prop(self, "turn_limit", text="Message Limit ($)")
        column.prop(self, "day_limit", text="Day Limit ($)")
        column.prop(self, "keep_chats")
        column.prop(self, "copies")
        row = column.row()
        row.active = self.copies
        row.prop(self, "copies_megabytes", text="Copies up to (MB)")
        row.prop(self, "copies_count", text="Keep")
        kept = str(runtime.current().audit.folder.parent)
        kept = kept.replace(str(Path.home()), "~")
        _note(column, Phrase("Chats, copies and log: {folder}", folder=kept))
        column.separator()
        column.prop(self, "sound")
        _shortcut(column, context)
        layout.separator()
        permission.table(layout, context)


_KEPT = tuple(name for name in SceneChatPreferences.__annotations__ if name != "api_key")


def hold() -> Callable[[], None]:
    """Note the preferences; return what brings them back after a tool's call.

    Neither a model nor a client decides what is permitted, or to whom the key goes, whichever way
    its script, which a person may have allowed, sets it. The key has its own guard.
    """
    preferences = runtime.current().preferences
    before = {name: getattr(preferences, name) for name in _KEPT} if preferences else {}

    def bring_back() -> None:
        preferences = runtime.enabled() and runtime.current().preferences
        for name, value in before.items() if preferences else ():
            if getattr(preferences, name) != value:
                setattr(preferences, name, value)

    return bring_back


def _where_the_key_is(column: bpy.types.UILayout, settings: Settings) -> None:
    """Where the key comes from, and where one may be taken from."""
    here = runtime.current()
    if settings.key is not None:
        stored = settings.key.source.endswith(str(here.key_file()))
        source = settings.key.source
        _note(
            column,
            Phrase("Stored by Scene Chat") if stored else Phrase("From {source}", source=source),
        )
    beside = here.key_file_beside()
    if beside is None:
        return
    if here.trusts(beside.parent):
        taken = _beneath(column)
        taken.operator("scene_chat.key_folder", text="No Longer Use Keys in This File's Folder")
    elif settings.key is None and has_key(settings.endpoint, beside):
        _note(column, Phrase("There is a key in {file}", file=beside), "INFO")
        _beneath(column).operator("scene_chat.key_folder", text="Use Keys in This File's Folder")


def _shortcut(column: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """The key of the popup, to be changed as in Blender's own key map."""
    import rna_keymap_ui

    if (found := popup.key()) is not None:
        keys = context.window_manager.keyconfigs.user
        rna_keymap_ui.draw_kmi([], keys, *found, column, 0)


def _beneath(column: bpy.types.UILayout) -> bpy.types.UILayout:
    split = column.split(factor=0.4)
    split.label(text="")
    return split.row()


def _note(column: bpy.types.UILayout, text: str, icon: str = "NONE") -> None:
    """A line beneath the fields, where they begin."""
    note = _beneath(column)
    note.active = icon != "NONE"
    note.label(text=shown(text), icon=icon, translate=False)


def register() -> None:
    """Make the preferences known to Blender."""
    bpy.utils.register_class(SceneChatPreferences)


def unregister() -> None:
    """Take them away again."""
    bpy.utils.unregister_class(SceneChatPreferences)
