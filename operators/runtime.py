"""The one living object: the parts that register() built, for operators and panels to use.

Lives on the main thread, from register() to unregister(); what its parts do on threads of their
own stands with them.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import bpy

from ..chat.account import Account
from ..chat.catalogue import Catalogue
from ..chat.chat import Chat, History
from ..chat.chats import Chats
from ..chat.endpoints import Endpoints
from ..chat.events import End, Event
from ..chat.keys import find_key, store_key
from ..chat.model_info import ModelInfo
from ..chat.settings import DEFAULT_MODEL, OPENROUTER, Settings
from ..chat.sign_in import SignIn
from ..chat.turns import Turn
from ..chat.worker import Worker
from ..server.discovery import Discovery
from ..server.listener import DEFAULT_PORT, Client, Server
from ..server.token import Token
from ..tools.alarm import Alarm
from ..tools.audit import Audit
from ..tools.call import CallPath
from ..tools.faults import Faults
from ..tools.gate import Approval, Gate
from ..tools.picture import Picture
from ..tools.plain import Secrets
from ..tools.queue import Limits, MainThreadQueue
from ..tools.renders import RenderJobs
from ..tools.rules import Caller, Decision
from ..tools.running import Left, left_behind
from ..tools.saved_copies import SavedCopies, SavedCopy
from .answer_code import AnswerCode
from .chat_list import ChatList
from .notice import Notice
from .picker import Picker
from .resume import Resume
from .timer import Timer, redraw

_TICK_SECONDS = 0.05
"""How long the loop without a window sleeps when nothing comes; a job wakes it at once."""
TURNS_SHOWN = 10


@dataclass(eq=False)
class PanelState:
    """What the panel keeps between two drawings.

    Not in properties of Blender's: those are undone, or emptied by File > New.
    """

    draft: str = ""
    """What stands in the composer and was not sent yet."""
    popup: str = ""
    """What stands in the popup's field and was not sent yet."""
    set_aside: str = ""
    """What stood in the composer before an earlier message was edited there."""
    chips: set[str] = field(default_factory=set)
    """What goes with the message: names of `composer.CHIPS`."""
    pictures: list[Picture] = field(default_factory=list)
    """That go with the message."""
    writing: bool = False
    """Whether the message is written in the Text Editor, instead of the field."""
    editing: int = 0
    """The number of the turn whose message stands in the composer to be sent anew; 0 for none."""
    folds: dict[int, bool] = field(default_factory=dict)
    """By a turn's number whether it is open, where the person said so; else the newest alone is."""
    thoughts: set[int] = field(default_factory=set)
    """Numbers of the turns whose thinking is unfolded."""
    unfolded: dict[tuple[int, str, int], bool] = field(default_factory=dict)
    """By a turn's number, what of it ("step", "run", "receipt") and its place among the turn's parts:
    whether it is open, where the person said so."""
    code_fields: dict[tuple[int, int], int] = field(default_factory=dict)
    """Which field shows the code of a step, by the turn's number and the step's place."""
    answer_code: AnswerCode = field(default_factory=AnswerCode)
    shown: int = TURNS_SHOWN
    """How many turns are drawn, the newest first."""
    reason: str = ""
    """Why a request is denied, as it is being written."""
    asked: Approval | None = None
    """The request that the card shows, so that its code and its buttons are of one."""
    key_problem: str = ""
    """Why the key that was entered last was not kept, in sentences."""
    search: str = ""
    """What the log is searched for."""
    picker: Picker = field(default_factory=Picker)
    chats: ChatList = field(default_factory=ChatList)
    restored: str = ""
    """What a restore or a redo had to say, until the next prompt."""
    port_problem: str = ""
    """Why the port could not be opened, in a sentence."""
    free_port: int = 0
    """The next port that could be, 0 for none."""
    asking_port: Thread | None = None
    """Finds out who has the port."""


class OpenScene(Protocol):
    """What a person's buttons need of the scene; see `tools.handlers.live_scene`. Main thread."""

    copies: SavedCopies

    def situation(self) -> str: ...
    def attached(self, what: str) -> str: ...
    def kinds(self) -> Mapping[str, Sequence[str]]: ...
    def names(self, most: int) -> list[tuple[str, str]]: ...
    def view(self) -> Picture | None: ...
    def stop(self) -> None: ...
    def can_restore(self, turn: int, title: str) -> bool: ...
    def others_since(self, turn: int, title: str) -> tuple[str, ...]: ...
    def undone(self, turns: Mapping[int, str]) -> dict[int, bool]: ...
    def restore(self, turn: int, title: str) -> str: ...
    def redo(self) -> str: ...
    @property
    def can_redo(self) -> bool: ...
    def copy(self, title: str) -> SavedCopy | None: ...


@dataclass(eq=False)
class Runtime:
    """See the module."""

    package: str
    alarm: Alarm
    gate: Gate
    queue: MainThreadQueue
    secrets: Secrets
    audit: Audit
    calls: CallPath
    worker: Worker
    renders: RenderJobs
    chat: Chat
    chats: Chats
    sign_in: SignIn
    account: Account
    catalogue: Catalogue
    endpoints: Endpoints
    token: Token
    discovery: Discovery
    server: Server
    scene: OpenScene
    faults: Faults
    left: list[Left] = field(default_factory=list)
    """What Blenders that died were doing, and nobody has seen yet."""
    folders: list[str] = field(default_factory=list)
    """From whose `.env` keys may be taken."""
    panel: PanelState = field(default_factory=PanelState)
    notice: Notice = field(default_factory=Notice)

    def __post_init__(self) -> None:
        self.timer = Timer(
            self.queue,
            self.glance,
            self._is_busy,
            self.faults,
        )
        self.resume = Resume(self.chats, self.chat, lambda: self.asked_by_tool, self.show_chat)

    @property
    def preferences(self) -> Any:
        """The add-on's preferences as Blender keeps them, or None while it is being enabled."""
        addon = bpy.context.preferences.addons.get(self.package)
        return addon.preferences if addon else None

    def settings(self, endpoint: str = "", model: str = "") -> Settings:
        """Return which model is asked, with the key that belongs to its endpoint.

        Args:
            endpoint: Base URL; "" for the preferences' endpoint and, unless given, model.
            model: The endpoint's name for it.
        """
        preferences = self.preferences
        if not endpoint and preferences is not None:
            endpoint, model = preferences.endpoint, model or preferences.model
        endpoint = (endpoint.strip() or OPENROUTER).rstrip("/")
        key = find_key(endpoint, self.key_files())
        if key is not None:
            self.secrets.add(key.value)
        settings = Settings(endpoint, model.strip() or DEFAULT_MODEL, key, bpy.app.online_access)
        settings = settings._replace(info=self.catalogue.find(endpoint, settings.model))
        return settings if preferences is None else self._preferred(settings, preferences)

    def _preferred(self, settings: Settings, preferences: Any) -> Settings:
        """The settings with what the person prefers for any endpoint."""
        names = (name.strip() for name in preferences.fallbacks.split(","))
        return settings._replace(
            mode=preferences.mode,
            effort=preferences.effort,
            fallbacks=tuple(name for name in names if name and name != settings.model),
            calls_as_json=preferences.calls_as_json,
            window=preferences.window,
            turn_limit=preferences.turn_limit,
            day_limit=preferences.day_limit,
        )

    def model_info(self) -> ModelInfo | None:
        """What the endpoint's list says of the model that is asked, None where it says nothing."""
        return self.settings().info

    def key_files(self) -> list[Path]:
        """The `.env` files that are looked into, the first that has the key first."""
        beside = self.key_file_beside()
        return [self.key_file(), *([beside] if beside and self.trusts(beside.parent) else [])]

    def key_file_beside(self) -> Path | None:
        """The `.env` beside the open .blend, None while that was not saved yet."""
        opened = bpy.data.filepath
        return Path(opened).with_name(".env") if opened else None

    def trusts(self, folder: Path) -> bool:
        """Return whether a person agreed that keys are taken from a folder."""
        return str(folder) in self.folders

    def trust(self, folder: Path, *, agreed: bool) -> None:
        """Keep that a person agreed to a folder, or took that back. Not for tools."""
        if self.asked_by_tool:
            return
        self.folders = [each for each in self.folders if each != str(folder)]
        if agreed:
            self.folders.append(str(folder))
        if (preferences := self.preferences) is not None:
            preferences.key_folders = json.dumps(self.folders)
            bpy.context.preferences.is_dirty = True

    def key_file(self) -> Path:
        """The `.env` in the extension's user folder, whether it exists or not."""
        return Path(bpy.utils.extension_path_user(self.package)) / ".env"

    @property
    def time_limit(self) -> float:
        """Seconds that code may run in the chat."""
        return float(self.preferences.time_limit) if self.preferences else Limits().running

    @property
    def asked_by_tool(self) -> bool:
        """Whether a tool's call runs just now, so that it is a model or client that asks.

        Nothing that they send may answer for the person, or change what is allowed. What a script
        leaves behind to run later is the allow-list's to find.
        """
        return self.queue.running is not None

    def keep_key(self, value: str) -> None:
        """Store the key of the preferences' endpoint; "" forgets it. Not for tools.

        Raises:
            KeyRefused: it can be no key.
            OSError: it cannot be written.
        """
        if self.asked_by_tool:
            return
        store_key(self.key_file(), self.settings().endpoint, value)
        self.panel.key_problem = ""
        self.sign_in.cancel()

    def decide(self, caller: Caller, what: Iterable[str], decision: Decision) -> bool:
        """Decide about effects or tools for good; return False where it is a tool that asks."""
        if self.asked_by_tool:
            return False
        self.gate.rules.set(caller, what, decision)
        self.keep_rules()
        return True

    def keep_rules(self) -> None:
        """Have Blender keep the rules with its preferences."""
        if (preferences := self.preferences) is not None:
            preferences.permissions = self.gate.rules.as_text()
            bpy.context.preferences.is_dirty = True  # else they are not saved when Blender ends

    def send(
        self,
        prompt: str,
        settings: Settings,
        limits: Limits = Limits(),
        attached: str = "",
        pictures: Sequence[Picture] = (),
    ) -> None:
        """Begin a turn of the chat, or have the message wait for the one that runs.

        Args:
            prompt: The person's words.
            settings: See `Chat.send`.
            limits: See `Chat.send`.
            attached: What they refer to, beside what `scene.situation` says.
            pictures: What the person attached.

        Raises:
            TurnRunning: the turn before is just ending.
        """
        self.note_temporary()
        self.chat.history.about.file = bpy.data.filepath
        situation = "\n".join(filter(None, (self.scene.situation(), attached)))
        if not (self.chat.running and self.chat.queue(prompt, situation, pictures)):
            settings = self._instructed(settings)
            self.chat.send(prompt, situation, settings, limits, pictures)
        self.timer.start()

    def try_again(self, settings: Settings, limits: Limits = Limits()) -> None:
        """Go on with the chat's newest turn; see `Chat.try_again`."""
        self.note_temporary()
        self.chat.try_again(self._instructed(settings), limits)
        self.timer.start()

    def send_queued(self, settings: Settings, limits: Limits = Limits()) -> None:
        """Begin a turn of the chat with what waits; see `Chat.send_queued`."""
        self.note_temporary()
        self.chat.send_queued(self._instructed(settings), limits)
        self.timer.start()

    def _instructed(self, settings: Settings) -> Settings:
        from .instructions import for_model  # which knows this module

        return settings._replace(instructions=for_model())

    def note_temporary(self) -> None:
        """Note where autosaves lie: beside the folder that each Blender has for itself."""
        self.audit.mark.temporary = str(Path(bpy.app.tempdir).parent)

    def set_copies(self) -> None:
        """Have copies saved as the preferences say."""
        if (preferences := self.preferences) is not None:
            copies = self.scene.copies
            copies.megabytes = preferences.copies_megabytes if preferences.copies else 0
            copies.count = preferences.copies_count

    def set_chats(self) -> None:
        """Have chats kept as the preferences say. What a terminal's command says is not kept."""
        preferences = self.preferences
        keeping = preferences is None or preferences.keep_chats
        self.chats.keep(keeping=keeping and not bpy.app.background)

    def show_chat(self) -> None:
        """Another chat is gone on with: show its newest turns."""
        self.panel.shown, self.panel.editing, self.panel.restored = TURNS_SHOWN, 0, ""
        redraw()

    def serve(self, port: int = 0) -> None:
        """Open the port for other programs.

        Args:
            port: 0 for the preferences' port.

        Raises:
            PortTaken: see `Server.start`.
        """
        self.open_port(port or self.preferred_port)

    @property
    def preferred_port(self) -> int:
        """The preferences' port."""
        return int(self.preferences.server_port) if self.preferences else DEFAULT_PORT

    def open_port(self, port: int, time_limit: float | None = None) -> None:
        """Open a port, and publish it.

        Args:
            port: 0 for any that is free.
            time_limit: See `Server.start`.

        Raises:
            PortTaken: see `Server.start`.
        """
        self.note_temporary()
        self.set_port()
        self.server.start(port, time_limit)
        self.secrets.add(self.token.value)  # made now: who finds the port looks for its file
        # While Blender starts nothing may be looked at; a file that is opened then tells by itself.
        self.discovery.publish(self.server.port, getattr(bpy.data, "filepath", ""))
        self.timer.start()

    def set_port(self) -> None:
        """Have the port take what the preferences say, from connections that begin from now on."""
        if (preferences := self.preferences) is not None:
            self.server.request_limit = preferences.server_megabytes * 1024 * 1024
            self.server.admits = self.token.matches if preferences.server_token else None

    def close_port(self) -> None:
        """Close it, if it is open."""
        self.discovery.withdraw()
        self.server.stop()

    def started(self) -> None:
        """After all is registered: open the port, if that is wanted at every start."""
        self.timer.open()
        preferences = self.preferences
        if preferences:
            self.gate.rules.read(preferences.permissions)
            self.folders = _folders(preferences.key_folders)
            self.set_copies()
            self.set_chats()
            self.endpoints.read(preferences.endpoints, preferences.recent_models)
        self.note_temporary()
        self.resume.open()
        if not bpy.app.background:
            self.chat.listener = self._heard
            self.left = left_behind(self.audit.mark.folder)
        if preferences and preferences.server_autostart and not bpy.app.background:
            from .port import serve  # which knows this module

            serve()

    def _heard(self, event: Event) -> None:
        """On the chat's thread: have the end of a turn told."""
        if isinstance(event, End):
            turn = self.chat.turns[-1]
            self.calls.read(lambda: self._tell_end(turn))

    def _tell_end(self, turn: Turn) -> None:
        preferences = self.preferences
        self.notice.turn_ended(turn, sound=bool(preferences and preferences.sound))

    def glance(self) -> object:
        """Return what panels show and what changes by itself, to be compared with a later glance."""
        chat = self.chat
        seconds = int(chat.turns[-1].elapsed) if chat.running and chat.turns else None
        clients = [(each.name, self._last_seen(each)) for each in self.server.connected()]
        renders = [(job.state, job.frame, round(100 * job.progress)) for job in self.renders.jobs]
        seen = self.audit.count, len(self.faults.known), self.scene.copies.changes
        account = self.sign_in.state.phase, self.account.asking
        models = self.catalogue.changes, self.endpoints.changes
        kept = self.chats.changes, self.chats.problem, self.chats.busy
        return (
            chat.changes,
            seconds,
            self.gate.waiting,
            self.queue.held_back,
            clients,
            renders,
            seen,
            account,
            models,
            kept,
        )

    @staticmethod
    def _last_seen(client: Client) -> float:
        """When a client called last; as long as it goes on calling, in whole seconds."""
        last = client.last_time
        return last if time.monotonic() - last > 1 else float(int(last))

    def _is_busy(self) -> bool:
        """Whether something goes on whose doings are to be run, or drawn."""
        return (
            self.chat.running
            or self.server.running
            or self.renders.running is not None
            or self.sign_in.waiting
            or self.account.asking
            or self.catalogue.fetching
            or self.endpoints.busy
            or self.chats.busy
            or (self.panel.asking_port is not None and self.panel.asking_port.is_alive())
        )

    def run_until(self, done: Callable[[], bool]) -> None:
        """Without a window: run what is queued until `done` says so. Main thread."""
        while not done():
            self.queue.drain(budget=_TICK_SECONDS, linger=_TICK_SECONDS, enough=done)

    def close(self) -> None:
        """End everything, whatever fails on the way: a thread that is left keeps Blender alive."""
        with contextlib.ExitStack() as last_first:
            last_first.callback(self.audit.close)
            last_first.callback(self.scene.stop)
            last_first.callback(self.alarm.close)
            last_first.callback(self.renders.close)
            last_first.callback(self.chats.close)
            last_first.callback(self.worker.close)
            last_first.callback(self.sign_in.close)
            last_first.callback(self.chat.close)
            last_first.callback(self.close_port)
            if self.panel.asking_port is not None:
                last_first.callback(self.panel.asking_port.join)
            last_first.callback(self.queue.close)
            last_first.callback(self.timer.close)
            last_first.callback(self.resume.close)
            last_first.callback(self.notice.close)


def _folders(text: str) -> list[str]:
    try:
        kept = json.loads(text) if text else []
    except ValueError:
        return []
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


_current: Runtime | None = None
_opened: dict[str, History] = {}
"""The chats of this Blender: disabling and enabling the extension loses no conversation."""
_history: History | None = None
"""Which of them was gone on with."""


def set_current(runtime: Runtime | None) -> None:
    """Keep the runtime, or None once it was closed. By the extension's root."""
    global _current, _history
    if _current is not None:
        _history = _current.chat.history
    _current = runtime


def opened() -> dict[str, History]:
    """Return the chats that were opened in this Blender, by id."""
    return _opened


def history() -> History | None:
    """Return what was said before the extension was disabled in this Blender, None if nothing was."""
    return _history


def enabled() -> bool:
    """Return whether there is a runtime: a script may have switched the extension off."""
    return _current is not None


def current() -> Runtime:
    """Return the runtime.

    Raises:
        RuntimeError: the extension is not enabled.
    """
    if _current is None:
        raise RuntimeError("Scene Chat is not enabled")
    return _current
