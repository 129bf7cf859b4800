"""The loop: ask the model, run the calls it makes, give back the results, until it makes none.

Lives on the worker's thread, on its asyncio loop. Every failure becomes a sentence for the person,
a result for the model, or both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, Protocol

from ..tools.call import Call as RunningCall
from ..tools.call import CallPath, CallResult
from ..tools.errors import SceneReplaced
from ..tools.gate import Origin
from ..tools.phrase import Phrase
from .conversation import Call, Conversation, Reply
from .events import (
    Answering,
    Compacted,
    End,
    Error,
    Event,
    Joined,
    Retry,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from .failures import ContextFull, ModelFailed, PicturesRefused
from .inbox import Inbox, Prompt
from .json_calls import JsonAnswer
from .meter import Meter
from .model_info import ModelInfo
from .money import priced
from .prompt import NEEDS_PREVIOUS
from .reply import ReplyBuilder
from .request import request_body
from .settings import Settings

_SMALL_WINDOW = 32_000
"""Tokens, below which a model gets the few tools that do most."""
_OUTPUT_TOKENS = 500
"""What a round's answer is taken to have when its cost is guessed beforehand."""


class Answers(Protocol):
    """What the loop needs of a model."""

    def stream(self, body: dict[str, Any]) -> AsyncIterator[dict[str, Any] | Retry]:
        """Ask once; yield the answer's chunks. See `Model.stream`."""


class Spends(Protocol):
    """What the loop needs of whoever watches the money; see `purse.Purse`."""

    async def allows(self, expected: float) -> bool:
        """Return whether a round may cost that much, in USD; asks the person at a limit."""

    def spent(self, usage: Usage) -> None:
        """Note what a round took."""


class Agent:
    """One turn of a conversation with one model."""

    def __init__(
        self,
        model: Answers,
        calls: CallPath,
        conversation: Conversation,
        settings: Settings,
        system_prompt: str,
        session: str,
        meter: Meter,
        purse: Spends,
        inbox: Inbox,
        emit: Callable[[Event], None],
        sent: Callable[[dict[str, Any]], None] = lambda body: None,
    ) -> None:
        """Make the loop of a turn.

        Args:
            model: Is asked.
            calls: The way to the scene.
            conversation: Is gone on with.
            settings: Which model it is, and how it is asked.
            system_prompt: What it is told first.
            session: The conversation's own name.
            meter: Counts how full its window is.
            purse: Watches the money.
            inbox: Holds what the person writes meanwhile.
            emit: Gets all that happens.
            sent: Gets each request's body.
        """
        self._model = model
        self._calls = calls
        self._conversation = conversation
        self._settings = settings
        self._system = system_prompt
        self._session = session
        self._meter = meter
        self._purse = purse
        self._inbox = inbox
        self._emit = emit
        self._sent = sent
        self._generation = calls.generation
        """Of the scene that the model knows: its calls change no other."""
        self._called = False
        """Whether the turn has brought a call."""
        meter.open(settings.asked, settings.tokens)
        self._tools = self._offered()
        self._fixed = len(system_prompt) + len(json.dumps(self._tools, ensure_ascii=False))

    def _offered(self) -> list[dict[str, Any]]:
        settings = self._settings
        if settings.info and settings.info.tools is False and not settings.writes_calls:
            return []
        return self._calls.registry.schemas(
            small=settings.writes_calls or settings.tokens < _SMALL_WINDOW,
            reads=settings.mode == "ask",
        )

    async def turn(self, origin: Origin) -> End:
        """Answer what the conversation ends with, emitting all that happens; return how it ended.

        Args:
            origin: On whose behalf tools are called.

        Raises:
            asyncio.CancelledError: the person stopped it. What had come is kept.
        """
        try:
            for _ in range(self._settings.rounds):
                self._join(self._inbox.take())
                if not await self._purse.allows(self._expected_cost()):
                    return End("limit")
                reply = await self._ask()
                if not reply.calls:
                    if not (more := self._inbox.take(last=True)):
                        return End("done")
                    self._join(more)
                    continue
                self._called = True
                await self._run(reply.calls, origin)
        except ModelFailed as failure:
            self._emit(Error(str(failure), failure.kind))
            return End("error")
        finally:
            self._conversation.close_round("The person stopped the turn here.")
        self._emit(
            Error(
                Phrase(
                    "Stopped after {count} rounds with the model; Continue goes on.",
                    count=self._settings.rounds,
                ),
                "rounds",
            )
        )
        return End("rounds")

    def _join(self, prompts: Iterable[Prompt]) -> None:
        for prompt in prompts:
            self._conversation.add_prompt(prompt, joins=True)
            self._emit(Joined(prompt.text))

    async def _ask(self) -> Reply:
        self._make_room()
        if self._settings.info and self._settings.info.vision is False:
            self._conversation.drop_pictures()
        try:
            return await self._ask_once()
        except PicturesRefused:
            self._conversation.drop_pictures()
        except ContextFull as full:
            # The endpoint's word goes before any list's: local servers are started with less.
            sent = self._meter.tokens(self._fixed + self._conversation.characters)
            self._meter.refuse(full.window or round(sent * 0.9))
            if not self._shrink():
                raise ModelFailed(
                    Phrase("This is more than the model can take in at once, and nothing is left to "
"shorten. Choose a model with a larger window, or begin a new chat."), "context",
                ) from full  # fmt: skip
        return await self._ask_once()

    def _make_room(self) -> None:
        if self._conversation.characters > self._meter.room(self._fixed):
            self._shrink()

    def _shrink(self) -> bool:
        """Make the conversation smaller; return whether it became so."""
        before = self._conversation.characters
        self._conversation.compact(self._meter.room_after(self._fixed))
        after = self._conversation.characters
        if after < before:
            self._emit(Compacted(self._meter.tokens(before), self._meter.tokens(after)))
        return after < before

    async def _ask_once(self) -> Reply:
        builder = ReplyBuilder(self._settings.model)
        answer = JsonAnswer() if self._settings.writes_calls and self._tools else None
        characters = self._fixed + self._conversation.characters
        usage: Usage | None = None
        info = self._settings.info
        came = False
        body = request_body(
            self._settings, self._system, self._conversation.messages, self._tools, self._session
        )
        self._sent(body)
        try:
            async for chunk in self._model.stream(body):
                if isinstance(chunk, Retry):
                    self._emit(chunk)
                    continue
                came = True
                for event in builder.feed(chunk):
                    if isinstance(event, Usage):
                        usage = event
                    elif answer is not None and isinstance(event, Text):
                        for said in answer.feed(event.text):
                            self._emit(said)
                    else:
                        self._emit(event)
                        if isinstance(event, Answering):  # whose prices are others
                            info = None
            builder.check()
        except BaseException:
            partial = builder.partial()
            self._conversation.add_reply(answer.partial() if answer else partial)
            if came:  # it costs, also if it is stopped
                self._count(usage, info, characters, builder.characters)
            raise
        reply = builder.reply()
        self._count(usage, info, characters, builder.characters)
        if answer is not None:
            for said in answer.finish():
                self._emit(said)
            reply = answer.reply(reply)
        if not (reply.calls or reply.text.strip() or self._called):
            raise ModelFailed(
                Phrase("The model thought, and said nothing. Try again, or choose another model."),
                "broken",
            )
        return self._conversation.add_reply(reply)

    def _count(self, usage: Usage | None, info: ModelInfo | None, sent: int, received: int) -> None:
        """Take up what a round took; where the endpoint does not say, by what was sent."""
        if usage is None:
            usage = Usage(self._meter.tokens(sent), self._meter.tokens(received), None)
        else:
            self._meter.counted(sent, usage.input_tokens)
        usage = priced(usage, info)
        self._meter.cost = usage.cost or 0.0
        self._purse.spent(usage)
        self._emit(usage)

    def _expected_cost(self) -> float:
        """In USD, of the next round: what the one before took, and what came since by the price
        list. Before the first one there is but the list, which knows nothing of what is cached."""
        tokens = self._meter.tokens(self._fixed + self._conversation.characters)
        if self._meter.cost:
            more = Usage(max(0, tokens - self._meter.used), 0, None)
        else:
            more = Usage(tokens, _OUTPUT_TOKENS, None)
        return self._meter.cost + (priced(more, self._settings.info).cost or 0.0)

    async def _run(self, calls: Sequence[Call], origin: Origin) -> None:
        """Run a round's calls in order. They are handed over at once, so that Blender runs them in
        one go and draws once; only what a person has to allow first, or what shall not run if the
        call before it failed, is waited for."""
        under_way: list[tuple[Call, RunningCall]] = []
        failed = False
        generation = self._generation  # its calls were written before any of its results came
        for call in calls:
            arguments = _parsed(call.arguments)
            needs_previous = isinstance(arguments, dict) and arguments.pop(NEEDS_PREVIOUS, False)
            self._emit(ToolCall(call.id, call.name, arguments))
            if needs_previous or not isinstance(arguments, dict):
                failed = await self._results(under_way, failed)
            if not isinstance(arguments, dict):
                given = call.arguments if len(call.arguments) <= 200 else call.arguments[:200] + "…"
                error = call.problem or f"The arguments are no JSON object: {given!r}."
                self._answer(call, CallResult(False, error=error))
                failed = True
            elif needs_previous and failed:
                self._answer(call, CallResult(False, error="Left out: the call before it failed."))
            else:
                running = self._calls.submit(call.name, arguments, origin, generation)
                under_way.append((call, running))
                if running.waits_for_person:
                    failed = await self._results(under_way, failed)
        await self._results(under_way, failed)

    async def _results(self, under_way: list[tuple[Call, RunningCall]], failed: bool) -> bool:
        """Wait for calls in order, empty the list, and return whether the last one failed."""
        try:
            while under_way:
                call, running = under_way[0]
                result = await asyncio.wrap_future(running.result)
                del under_way[0]
                self._answer(call, result)
                failed = not result.ok
        except asyncio.CancelledError:
            for _, running in under_way:
                running.cancel("The person stopped this.")
            raise
        return failed

    def _answer(self, call: Call, result: CallResult) -> None:
        if result.kind == SceneReplaced.__name__:  # it has been told
            self._generation = self._calls.generation
        self._conversation.add_result(call, result)
        self._emit(ToolResult(call.id, result))


def _parsed(arguments: str) -> Any:
    """Some models send nothing at all for a tool without parameters."""
    try:
        return json.loads(arguments) if arguments.strip() else {}
    except (ValueError, RecursionError):
        return arguments
