"""In a window: what runs the queue, and redraws the panel. All of it on the main thread.

One timer of Blender's, in force only while a turn or the server is on. At interval 0 it is called
once in each round of Blender's main loop, which sleeps 5 ms when idle; so once something was done,
it waits a moment for the next command, and cuts that sleep short. A client's round trip is then
0.1 ms instead of 5.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import bpy
from bpy.app.handlers import persistent

from ..tools.faults import Faults
from ..tools.phrase import Phrase
from ..tools.queue import MainThreadQueue

CATEGORY = "Scene Chat"
"""The sidebar's tab."""
EDITORS = {
    "VIEW_3D": "SCENE_CHAT_PT_chat",
    "NODE_EDITOR": "SCENE_CHAT_PT_chat_nodes",
    "IMAGE_EDITOR": "SCENE_CHAT_PT_chat_image",
    "TEXT_EDITOR": "SCENE_CHAT_PT_chat_text",
}
"""The editors in whose sidebars the chat is, with its panel in each."""
_BUDGET = 0.012
"""Seconds of a tick, beyond which no further job is begun: the window stays fluent."""
_LINGER = 0.002
_SOON = 0.001
"""Seconds after a tick that had something to do, at which Blender's loop is to come round again."""
_REDRAW_SECONDS = 0.1
_SLOWEST_REDRAW = 0.4
_DRAWING_SHARE = 1 / 100
"""The share of the main thread's time that drawing the panel may take. Blender itself takes three
times as much for what was drawn (5.2.2 without a graphics card)."""

_JOBS = {
    "RENDER": Phrase("a render is running"),
    "OBJECT_BAKE": Phrase("a bake is running"),
}
_JOBS_OPERATORS = frozenset({"RENDER_OT_render", "OBJECT_OT_bake"})
"""They stay modal after their job until the next event: for ever, if nobody moves the mouse."""


class Timer:
    """Ticks while it is needed."""

    def __init__(
        self,
        queue: MainThreadQueue,
        glance: Callable[[], object],
        needed: Callable[[], bool],
        faults: Faults,
    ) -> None:
        """Make a timer that does not tick yet.

        Args:
            queue: What is drained.
            glance: What the panel shows and what changes by itself; a redraw follows a change.
            needed: Whether to go on ticking.
            faults: Takes those of ours: Blender drops a timer that raises.
        """
        self._queue = queue
        self._glance = glance
        self._needed = needed
        self._drawn: object = None
        self._next_look = 0.0
        self._pause = _REDRAW_SECONDS
        self._faults = faults
        self._soon: bpy.types.Timer | None = None

        def tick() -> float | None:
            return self._tick()

        @persistent
        def file_opens(*_: object) -> None:
            self._sleep_as_usual()  # the window manager, which is replaced, frees it

        @persistent
        def file_opened(*_: object) -> None:
            # Also a persistent timer is gone after "Load Factory Settings".
            self._drawn = None
            if self._needed():
                self.start()

        # Blender knows them by their identity, so each is made once.
        self._function = tick
        self._handlers = (
            (bpy.app.handlers.load_pre, file_opens),
            (bpy.app.handlers.load_post, file_opened),
        )
        if not bpy.app.background:
            queue.standing_back = busy_with

    def open(self) -> None:
        """Watch for files being opened. Before `start`, once all is registered."""
        if not bpy.app.background:
            for handlers, function in self._handlers:
                handlers.append(function)

    def start(self) -> None:
        """Tick from now on. Without a window there are no timers, and a loop drains the queue."""
        if not bpy.app.background and not bpy.app.timers.is_registered(self._function):
            bpy.app.timers.register(self._function, persistent=True)

    def drawn(self, seconds: float) -> None:
        """Learn how long drawing the panel took: the longer, the less often it is done."""
        self._pause = min(max(_REDRAW_SECONDS, seconds / _DRAWING_SHARE), _SLOWEST_REDRAW)

    def close(self) -> None:
        """Take everything out of Blender again."""
        if bpy.app.background:
            return
        if bpy.app.timers.is_registered(self._function):
            bpy.app.timers.unregister(self._function)
        self._sleep_as_usual()
        for handlers, function in self._handlers:
            if function in handlers:  # scripts clear these lists
                handlers.remove(function)

    def _tick(self) -> float | None:
        try:
            self._sleep_as_usual()
            worked = self._work()
            goes_on = self._look()
            if worked and goes_on and bpy.app.timers.is_registered(self._function):
                self._come_round_soon()  # unless a call has switched us off
        except Exception as error:  # the next tick may do better
            self._faults.note(Phrase("the timer"), error)
            goes_on = self._needed()
        return 0.0 if goes_on else None

    def _work(self) -> bool:
        """Run what is queued; return whether there was anything, and more may follow at once."""
        if not len(self._queue):
            return False
        # During playback and in the midst of a modal tool no frame is to wait for a client.
        linger = 0.0 if is_playing() or busy_with() else _LINGER
        return self._queue.drain(_BUDGET, linger) > 0 and linger > 0

    def _look(self) -> bool:
        """Redraw what has changed, now and then; return whether to go on ticking."""
        if (now := time.monotonic()) < self._next_look:
            return True
        self._next_look = now + self._pause
        # Asked before the look: what ends the need is seen by the last one.
        needed = self._needed() or len(self._queue) > 0
        self._redraw()
        return needed

    def _come_round_soon(self) -> None:
        """Have Blender's loop sleep less, once: it does not beyond the next event timer. One that
        belongs to no window makes no event, which other add-ons would get."""
        self._soon = bpy.context.window_manager.event_timer_add(_SOON)

    def _sleep_as_usual(self) -> None:
        soon, self._soon = self._soon, None
        if soon is not None:
            bpy.context.window_manager.event_timer_remove(soon)

    def _redraw(self) -> None:
        if (seen := self._glance()) != self._drawn:
            self._drawn = seen
            redraw()


def redraw() -> None:
    """Have the panel drawn anew, and the add-ons' preferences where they are open; never the 3D
    view."""
    for region in (*_sidebars(), *_preferences()):
        region.tag_redraw()


def _sidebars() -> Iterator[bpy.types.Region]:
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type not in EDITORS or not area.spaces.active.show_region_ui:
                continue
            for region in area.regions:
                if region.type == "UI" and region.active_panel_category == CATEGORY:
                    yield region


def _preferences() -> Iterator[bpy.types.Region]:
    if bpy.context.preferences.active_section != "ADDONS":
        return
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                yield from (each for each in area.regions if each.type == "WINDOW")


def is_playing() -> bool:
    """Return whether an animation plays in any window."""
    return any(each.screen.is_animation_playing for each in bpy.context.window_manager.windows)


def busy_with() -> str:
    """Return why no edit may be made now, such as "a render is running", or "".

    Undo ends a render and leaves half a picture; removing what is being moved crashed Blender
    4.3. Modal operators of add-ons do not count: some run as long as Blender does.
    """
    for job, words in _JOBS.items():
        if bpy.app.is_job_running(job):
            return words
    for window in bpy.context.window_manager.windows:
        for operator in window.modal_operators:
            own = bpy.types.Operator.bl_rna_get_subclass_py(operator.bl_idname) is None
            if own and operator.bl_idname not in _JOBS_OPERATORS:
                return Phrase("{operator} is in progress", operator=operator.name)
    return ""
