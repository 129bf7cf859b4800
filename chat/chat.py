"""The chat: one conversation, which lives on the worker's thread.

`send`, `stop` and `close` are called on the main thread. openai is imported on the worker's, with
the first prompt, never by enabling the extension. Events go into the turn, and reach the listener,
on the worker's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ..tools import libraries
from ..tools.call import CallPath
from ..tools.faults import Faults
from ..tools.gate import Origin
from ..tools.plain import Secrets
from ..tools.queue import Limits
from .conversation import Conversation
from .events import End, Error, Event, Question
from .meter import Meter
from .money import Ledger
from .settings import Settings
from .turns import Turn
from .worker import Worker

if TYPE_CHECKING:
    import asyncio

    from .model import Model
    from .purse import Purse

_TITLE_LENGTH = 48
_RUNNING = "The last message is still being answered; stop it, or wait."


class TurnRunning(Exception):
    """A prompt was sent while the one before is still being answered."""


@dataclass(frozen=True)
class History:
    """What was said: for the model, and for people. Outlives the chat, if someone keeps it."""

    conversation: Conversation = field(default_factory=Conversation)
    turns: list[Turn] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    session: str = field(default_factory=lambda: uuid4().hex)
    """The conversation's own name, for the provider's cache."""

    @property
    def cost(self) -> float | None:
        """USD, of all turns; None where no price is known."""
        costs = [turn.cost for turn in self.turns if turn.cost is not None]
        return sum(costs) if costs else None

    @property
    def estimated(self) -> bool:
        """Whether some of it comes from a price list."""
        return any(turn.estimated for turn in self.turns)


class Chat:
    """A conversation about the scene that is open."""

    def __init__(
        self,
        calls: CallPath,
        secrets: Secrets,
        faults: Faults,
        worker: Worker,
        ledger: Ledger,
        blender: str,
        history: History | None = None,
    ) -> None:
        """Make a chat.

        Args:
            calls: The way to the scene.
            secrets: Learns the keys that are used, so that no message shows them.
            faults: Takes those of ours.
            worker: The thread on which the model is asked. It is closed after the chat.
            ledger: Knows what the day has cost.
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
        self._worker = worker
        self.ledger = ledger
        self.question = ""
        """What the person has to say yes or no to before the turn goes on; see `go_on`."""
        self.request: dict[str, Any] | None = None
        """The body of the latest request."""
        # The rest lives on the worker's thread.
        self._task: asyncio.Task[End] | None = None
        self._model: Model | None = None
        self._asked: Settings | None = None
        self._purse: Purse | None = None

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
            raise TurnRunning(_RUNNING)
        prompt = prompt.encode("utf-8", "replace").decode()  # no lone surrogate can be sent
        title = " ".join(prompt.split())[:_TITLE_LENGTH] or "Scene Chat"
        self.turns.append(Turn(len(self.turns) + 1, prompt, title))
        self._start(settings, limits, prompt, self._secrets.clean(situation))

    def try_again(self, settings: Settings, limits: Limits = Limits()) -> None:
        """Go on with the newest turn from its last whole message, and return at once.

        Args:
            settings: Which model is asked.
            limits: How long each tool call may wait and run, in seconds.

        Raises:
            TurnRunning: it has not ended.
            ValueError: there is nothing to go on with.
        """
        if self.running:
            raise TurnRunning(_RUNNING)
        if not self.turns or not self.turns[-1].can_go_on:
            raise ValueError("There is no message to try again.")
        self.turns[-1].reopen()
        self._start(settings, limits)

    def _start(
        self, settings: Settings, limits: Limits, prompt: str | None = None, situation: str = ""
    ) -> None:
        if settings.key is not None:
            self._secrets.add(settings.key.value)
        self.running = True
        turn = self.turns[-1]
        asks = settings.mode == "ask"
        origin = Origin("chat", "Scene Chat", turn.number, turn.title, limits, only_looks=asks)
        self._worker.call(lambda: self._begin(prompt, situation, settings, origin))

    @property
    def turns(self) -> list[Turn]:
        """Oldest first."""
        return self.history.turns

    def stop(self) -> None:
        """End the turn at once, also while the model is silent; what had come is kept."""
        if self.running:
            self._worker.call(self._cancel)

    def go_on(self, *, yes: bool) -> None:
        """Answer the `question`: whether the turn goes on beyond the limit."""
        self.question = ""
        self._worker.call(lambda: self._purse.answer(yes) if self._purse else None)

    def close(self) -> None:
        """End the turn, and let go of the connections."""
        if self._worker.runs:
            self._worker.run(self._end()).result()

    def _begin(
        self, prompt: str | None, situation: str, settings: Settings, origin: Origin
    ) -> None:
        """Begin to answer the prompt; None goes on with the one before."""
        import asyncio

        conversation = self.history.conversation
        if prompt is None:
            conversation.take_back_answer()
        else:  # here, since a task that is stopped at once never begins
            conversation.add_prompt(prompt, situation)
        answer = self._answer(settings, origin)
        self._task = asyncio.get_running_loop().create_task(answer)
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
        try:
            self.ended()
        except Exception as error:  # the turn is over all the same
            self._faults.note("the chat", error)
        self._emit(end)

    def _emit(self, event: Event) -> None:
        if isinstance(event, Error):
            event = Error(self._secrets.clean(event.message), event.kind)
        if isinstance(event, Question | End):
            self.question = event.text if isinstance(event, Question) else ""
        self.turns[-1].feed(event)
        self.changes += 1
        if isinstance(event, End):
            self.running = False
        self.listener(event)

    async def _answer(self, settings: Settings, origin: Origin) -> End:
        conversation = self.history.conversation
        if problem := settings.problem():
            self._emit(Error(problem))
            return End("error")
        with libraries.preferred():
            from .agent import Agent  # imports openai
            from .model import Model
            from .prompt import system_prompt
            from .purse import Purse

        if self._model is None or settings != self._asked:
            if self._asked and _who(self._asked) != _who(settings):
                conversation.forget_reasoning()
            await self._forget_model()
            self._model, self._asked = Model(settings), settings
        self._purse = Purse(
            settings,
            self.ledger,
            self.turns[-1].cost or 0.0,
            self._emit,
            can_ask=self._calls.can_ask,
        )
        agent = Agent(
            self._model,
            self._calls,
            conversation,
            settings,
            system_prompt(self._blender, settings.mode, settings.instructions),
            self.history.session,
            self.history.meter,
            self._purse,
            self._emit,
            self._note_request,
        )
        return await agent.turn(origin)

    def _note_request(self, body: dict[str, Any]) -> None:
        self.request = body

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


def _who(settings: Settings) -> tuple[str, str]:
    return settings.endpoint, settings.model
