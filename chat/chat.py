"""The chat: one conversation, which lives on the worker's thread.

`send`, `stop` and `close` are called on the main thread. openai is imported on the worker's, with
the first prompt, never by enabling the extension. Events go into the turn, and reach the listener,
on the worker's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..tools import libraries
from ..tools.call import CallPath
from ..tools.faults import Faults
from ..tools.gate import Origin
from ..tools.phrase import Phrase
from ..tools.picture import Picture
from ..tools.plain import Secrets
from ..tools.queue import Limits
from .conversation import Conversation
from .events import End, Error, Event, Question
from .inbox import Inbox, Prompt, as_one
from .journal import Journal
from .kept import About
from .meter import Meter
from .money import Ledger
from .settings import Settings
from .turns import Turn, next_number
from .worker import Worker

if TYPE_CHECKING:
    import asyncio

    from .model import Model
    from .purse import Purse

_TITLE_LENGTH = 48
_SILENT = 0.1
"""Seconds after which a model says nothing yet: time for what drawing its answer needs."""
_RUNNING = Phrase("The last message is still being answered; stop it, or wait.")


class TurnRunning(Exception):
    """A prompt was sent while the one before is still being answered."""


@dataclass(frozen=True)
class History:
    """What was said: for the model, and for people. Outlives the chat, if someone keeps it."""

    conversation: Conversation = field(default_factory=Conversation)
    turns: list[Turn] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    about: About = field(default_factory=About)
    journal: Journal | None = None
    """Keeps it on disk."""
    inbox: Inbox = field(default_factory=Inbox)
    """What was sent while a turn ran, and has not joined it."""

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
        self._again = Settings(), Limits()
        self._hastens = False

    def send(
        self,
        prompt: str,
        situation: str,
        settings: Settings,
        limits: Limits = Limits(),
        pictures: Sequence[Picture] = (),
    ) -> None:
        """Begin a turn, the newest of `turns`, and return at once; its last event is an `End`.

        Args:
            prompt: The person's words.
            situation: What they may refer to, and what changed since the turn before.
            pictures: What they attached.
            settings: Which model is asked.
            limits: How long each tool call may wait and run, in seconds.

        Raises:
            TurnRunning: the turn before has not ended.
        """
        if self.running:
            raise TurnRunning(_RUNNING)
        sent = self._made(prompt, situation, pictures)
        self._add_turn(sent)
        self._start(settings, limits, sent)

    def queue(self, prompt: str, situation: str, pictures: Sequence[Picture] = ()) -> bool:
        """Have a message join the turn that runs, at its next round; see `send`.

        Returns:
            Whether one runs that will take it.
        """
        return self.history.inbox.put(self._made(prompt, situation, pictures))

    @property
    def queued(self) -> list[Prompt]:
        """The messages that wait. Those of a turn that was stopped or failed stay."""
        return self.history.inbox.waiting

    def unqueue(self, prompt: Prompt) -> bool:
        """Have a message wait no longer; return False where the model has it already."""
        return self.history.inbox.remove(prompt)

    def send_queued(self, settings: Settings, limits: Limits = Limits()) -> None:
        """Begin a turn with what waits since an earlier one was stopped or failed; see `send`.

        Raises:
            TurnRunning: the turn before has not ended.
        """
        if self.running:
            raise TurnRunning(_RUNNING)
        if more := self.history.inbox.take():
            prompt = as_one(more)
            self._add_turn(prompt)
            self._start(settings, limits, prompt)

    def send_now(self) -> None:
        """Stop the turn, and begin one with what waits."""
        if self.running and self.history.inbox.waiting:
            self._worker.call(self._hasten)

    def _made(self, prompt: str, situation: str, pictures: Sequence[Picture]) -> Prompt:
        text = prompt.encode("utf-8", "replace").decode()  # no lone surrogate can be sent
        return Prompt(text, self._secrets.clean(situation), tuple(pictures))

    def _add_turn(self, prompt: Prompt) -> None:
        words = self._secrets.clean(prompt.text)  # whole: half a key is not known as one
        title = " ".join(words.split())[:_TITLE_LENGTH] or "Scene Chat"
        self.turns.append(
            Turn(next_number(), prompt.text, title, at=time.time(), pictures=prompt.pictures)
        )

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
            raise ValueError(Phrase("There is no message to try again."))
        self.turns[-1].reopen()
        self._start(settings, limits)

    def _start(self, settings: Settings, limits: Limits, prompt: Prompt | None = None) -> None:
        if settings.key is not None:
            self._secrets.add(settings.key.value)
        self.running = True
        self._worker.call(lambda: self._begin(prompt, settings, limits))

    @property
    def turns(self) -> list[Turn]:
        """Oldest first."""
        return self.history.turns

    def turn(self, number: int) -> Turn | None:
        """Return the turn of that number, or None where it is gone. Any thread."""
        return next((each for each in self.turns if each.number == number), None)

    def stop(self) -> None:
        """End the turn at once, also while the model is silent; what had come is kept."""
        if self.running:
            self._worker.call(self._cancel)

    def go_on(self, *, yes: bool) -> None:
        """Answer the `question`: whether the turn goes on beyond the limit."""
        self.question = ""
        self._worker.call(lambda: self._purse.answer(yes) if self._purse else None)

    def take_back(self, number: int) -> None:
        """Take a turn and all later ones out, for people and for the model alike.

        Args:
            number: The turn's.

        Raises:
            TurnRunning: the newest has not ended.
        """
        if self.running:
            raise TurnRunning(_RUNNING)
        conversation = self.history.conversation
        gone = sum(turn.number >= number for turn in self.turns)
        del self.turns[len(self.turns) - gone :]
        self.changes += 1
        if gone:
            self._worker.call(lambda: conversation.take_back(gone))

    def switch(self, history: History) -> None:
        """Go on with another conversation.

        Raises:
            TurnRunning: a turn of this one has not ended.
        """
        if self.running:
            raise TurnRunning(_RUNNING)
        self.history = history
        self.changes += 1

    def close(self) -> None:
        """End the turn, and let go of the connections."""
        if self._worker.runs:
            self._worker.run(self._end()).result()

    def _begin(self, prompt: Prompt | None, settings: Settings, limits: Limits) -> None:
        """Begin to answer the newest turn's prompt; None goes on with it."""
        import asyncio

        turn = self.turns[-1]
        asks = settings.mode == "ask"
        origin = Origin("chat", "Scene Chat", turn.number, turn.title, limits, only_looks=asks)
        conversation = self.history.conversation
        if (before := self.history.meter.model) and before != settings.asked:
            conversation.forget_reasoning()
        if prompt is None:
            conversation.take_back_answer()
        else:  # here, since a task that is stopped at once never begins
            conversation.add_prompt(prompt)
        turn.asked = settings.model
        self._keep(lambda journal: journal.begin(self.history))
        self._again = settings, limits
        self.history.inbox.open()
        answer = self._answer(settings, origin)
        self._task = asyncio.get_running_loop().create_task(answer)
        self._task.add_done_callback(self._ended)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _hasten(self) -> None:
        if self.history.inbox.waiting:  # the model may have taken it meanwhile
            self._hastens = True
            self._cancel()

    def _ended(self, task: asyncio.Task[End]) -> None:
        if task.cancelled():
            end = End("stopped")
        elif (fault := task.exception()) is not None:
            self._faults.note(Phrase("the chat"), fault)
            self._emit(
                Error(
                    Phrase(
                        "Scene Chat itself failed: {why}: {fault}",
                        why=type(fault).__name__,
                        fault=str(fault),
                    )
                )
            )
            end = End("error")
        else:
            end = task.result()
        self._task = None
        self.history.inbox.close()
        try:
            self.ended()
        except Exception as error:  # the turn is over all the same
            self._faults.note(Phrase("the chat"), error)
        more = self.history.inbox.take() if self._hastens else []
        self._hastens = False
        self._emit(end, goes_on=bool(more))
        if more:
            prompt = as_one(more)
            self._add_turn(prompt)
            self._begin(prompt, *self._again)

    def _emit(self, event: Event, *, goes_on: bool = False) -> None:
        if isinstance(event, Error):
            event = Error(self._secrets.clean(event.message), event.kind)
        if isinstance(event, Question | End):
            self.question = event.text if isinstance(event, Question) else ""
        self.turns[-1].feed(event)
        self.changes += 1
        self._keep(lambda journal: journal.note(self.history, event))
        if isinstance(event, End):
            self.running = goes_on
        self.listener(event)

    def _keep(self, work: Callable[[Journal], None]) -> None:
        try:
            if self.history.journal is not None:
                work(self.history.journal)
        except Exception as error:  # the turn goes on
            self._faults.note(Phrase("keeping the chat"), error)

    async def _answer(self, settings: Settings, origin: Origin) -> End:
        conversation = self.history.conversation
        if problem := settings.problem():
            self._emit(Error(problem))
            return End("error")
        with libraries.preferred():
            from . import markdown_tokens
            from .agent import Agent  # imports openai
            from .model import Model
            from .prompt import system_prompt
            from .purse import Purse

        if self._model is None or settings != self._asked:
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
            self.history.about.id,
            self.history.meter,
            self._purse,
            self.history.inbox,
            self._emit,
            self._note_request,
        )
        self._worker.later(_SILENT, markdown_tokens.prepare)
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
