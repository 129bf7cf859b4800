"""The chat: one conversation, and the worker thread on which it lives.

`send`, `stop` and `close` are called on the main thread. The thread, with one asyncio loop, starts
with the first prompt; openai is imported there, never by enabling the extension. Events go into the
turn, and reach the listener, on the worker thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..tools import libraries
from ..tools.call import CallPath
from ..tools.faults import Faults
from ..tools.gate import Origin
from ..tools.plain import Secrets
from ..tools.queue import Limits
from .conversation import Conversation
from .events import End, Error, Event
from .settings import Settings
from .turns import Turn

if TYPE_CHECKING:
    import asyncio

    from .model import Model

_TITLE_LENGTH = 48


class TurnRunning(Exception):
    """A prompt was sent while the one before is still being answered."""


@dataclass(frozen=True)
class History:
    """What was said: for the model, and for people. Outlives the chat, if someone keeps it."""

    conversation: Conversation = field(default_factory=Conversation)
    turns: list[Turn] = field(default_factory=list)


class Chat:
    """A conversation about the scene that is open."""

    def __init__(
        self,
        calls: CallPath,
        secrets: Secrets,
        faults: Faults,
        blender: str,
        history: History | None = None,
    ) -> None:
        """Make a chat.

        Args:
            calls: The way to the scene.
            secrets: Learns the keys that are used, so that no message shows them.
            faults: Takes those of ours.
            blender: The running version, for the system prompt.
            history: To go on from.
        """
        self.history = history or History()
        self.changes = 0
        """Grows with every event, after its turn has taken it up."""
        self.listener: Callable[[Event], None] = lambda event: None
        """Gets each event, on the worker thread. Set before `send`."""
        self.ended: Callable[[], object] = lambda: None
        """Called after each turn, on the worker thread. Set before `send`."""
        self.running = False
        """Whether a turn is under way. False before its `End` is given to the listener, and after
        its turn has taken that up."""
        self._calls = calls
        self._secrets = secrets
        self._faults = faults
        self._blender = blender
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # The rest lives on the worker thread.
        self._task: asyncio.Task[End] | None = None
        self._model: Model | None = None
        self._asked: Settings | None = None

    def send(
        self, prompt: str, situation: str, settings: Settings, limits: Limits = Limits()
    ) -> None:
        """Begin a turn, the newest of `turns`, and return at once; its last event is an `End`.

        Args:
            prompt: The person's words.
            situation: What they may refer to, and what changed since the turn before.
            settings: Which model is asked.
            limits: How long each tool call may wait and run, in seconds.

        Raises:
            TurnRunning: the turn before has not ended.
        """
        if self.running:
            raise TurnRunning("The last message is still being answered; stop it, or wait.")
        prompt = prompt.encode("utf-8", "replace").decode()  # no lone surrogate can be sent
        if settings.key is not None:
            self._secrets.add(settings.key.value)
        self.running = True
        title = " ".join(prompt.split())[:_TITLE_LENGTH] or "Scene Chat"
        turn = Turn(len(self.turns) + 1, prompt, title)
        self.turns.append(turn)
        origin = Origin("chat", "Scene Chat", turn.number, title, limits)
        loop = self._started()
        answer = self._answer(prompt, self._secrets.clean(situation), settings, origin)
        loop.call_soon_threadsafe(self._begin, loop, answer)

    @property
    def turns(self) -> list[Turn]:
        """Oldest first."""
        return self.history.turns

    def stop(self) -> None:
        """End the turn at once, also while the model is silent; what had come is kept."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cancel)

    def close(self) -> None:
        """End the turn and the thread."""
        if self._loop is None or self._thread is None:
            return
        import asyncio

        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            import asyncio  # 30 ms, which enabling the extension need not take

            self._loop = asyncio.new_event_loop()
            self._loop.set_exception_handler(self._note_fault)
            self._thread = threading.Thread(target=self._loop.run_forever, name="scene_chat chat")
            self._thread.start()
        return self._loop

    def _note_fault(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what went wrong on the loop and was nobody's to handle."""
        error = context.get("exception") or RuntimeError(context["message"])
        self._faults.note("the chat", error)

    def _begin(self, loop: asyncio.AbstractEventLoop, answer: Coroutine[Any, Any, End]) -> None:
        self._task = loop.create_task(answer)
        self._task.add_done_callback(self._ended)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _ended(self, task: asyncio.Task[End]) -> None:
        if task.cancelled():
            end = End("stopped")
        elif (fault := task.exception()) is not None:
            self._faults.note("the chat", fault)
            self._emit(Error(f"Scene Chat itself failed: {type(fault).__name__}: {fault}"))
            end = End("error")
        else:
            end = task.result()
        self._task = None
        self.ended()
        self._emit(end)

    def _emit(self, event: Event) -> None:
        if isinstance(event, Error):
            event = Error(self._secrets.clean(event.message))
        self.turns[-1].feed(event)
        self.changes += 1
        if isinstance(event, End):
            self.running = False
        self.listener(event)

    async def _answer(self, prompt: str, situation: str, settings: Settings, origin: Origin) -> End:
        if problem := settings.problem():
            self._emit(Error(problem))
            return End("error")
        with libraries.preferred():
            from .agent import Agent  # imports openai
            from .model import Model
            from .prompt import system_prompt

        if self._model is None or settings != self._asked:
            await self._forget_model()
            self._model, self._asked = Model(settings), settings
        agent = Agent(
            self._model,
            self._calls,
            self.history.conversation,
            system_prompt(self._blender),
            self._emit,
            settings.rounds,
        )
        return await agent.turn(prompt, situation, origin)

    async def _forget_model(self) -> None:
        if self._model is not None:
            await self._model.aclose()
            self._model = None

    async def _end(self) -> None:
        import asyncio

        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._forget_model()
        # The thread in which asyncio looks up hosts outlives the loop unless it is waited for.
        await asyncio.get_running_loop().shutdown_default_executor()
