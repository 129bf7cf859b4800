"""The loop: ask the model, run the calls it makes, give back the results, until it makes none.

Lives on the chat's worker thread, on one asyncio loop. Every failure becomes a sentence for the
person, a result for the model, or both.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol

from ..tools.call import Call as RunningCall
from ..tools.call import CallPath, CallResult
from ..tools.errors import SceneReplaced
from ..tools.gate import Origin
from .conversation import Call, Conversation, Message, Reply
from .events import End, Error, Event, ToolCall, ToolResult
from .failures import ModelFailed
from .model import PicturesRefused
from .prompt import NEEDS_PREVIOUS
from .reply import ReplyBuilder


class Answers(Protocol):
    """What the loop needs of a model."""

    def stream(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> AsyncIterator[dict[str, Any]]:
        """Ask once; yield the answer's chunks. See `Model.stream`."""


class Agent:
    """One conversation with one model, turn by turn."""

    def __init__(
        self,
        model: Answers,
        calls: CallPath,
        conversation: Conversation,
        system_prompt: str,
        emit: Callable[[Event], None],
        rounds: int,
    ) -> None:
        self._model = model
        self._calls = calls
        self._conversation = conversation
        self._system: Message = {"role": "system", "content": system_prompt}
        self._emit = emit
        self._rounds = rounds
        self._generation = calls.generation
        """Of the scene that the model knows: its calls change no other."""

    async def turn(self, prompt: str, situation: str, origin: Origin) -> End:
        """Answer one prompt, emitting all that happens, and return how it ended.

        Args:
            prompt: The person's words.
            situation: What they may refer to; see `Conversation.add_prompt`.
            origin: On whose behalf tools are called.

        Raises:
            asyncio.CancelledError: the person stopped it. What had come is kept.
        """
        self._conversation.add_prompt(prompt, situation)
        try:
            for _ in range(self._rounds):
                reply = await self._ask()
                if not reply.calls:
                    return End("done")
                await self._run(reply.calls, origin)
        except ModelFailed as failure:
            self._emit(Error(str(failure)))
            return End("error")
        finally:
            self._conversation.close_round("The person stopped the turn here.")
        self._emit(Error(f"Stopped after {self._rounds} rounds. Send 'Continue' to go on."))
        return End("rounds")

    async def _ask(self) -> Reply:
        try:
            return await self._ask_once()
        except PicturesRefused:
            self._conversation.drop_pictures()
            return await self._ask_once()

    async def _ask_once(self) -> Reply:
        builder = ReplyBuilder()
        messages = [self._system, *self._conversation.messages]
        try:
            async for chunk in self._model.stream(messages, self._calls.registry.schemas()):
                for event in builder.feed(chunk):
                    self._emit(event)
            if not builder.finished:
                raise ModelFailed(
                    "The answer broke off. What had come of it is kept; send again to go on."
                )
        except BaseException:
            self._conversation.add_reply(builder.partial())
            raise
        reply = builder.reply()
        self._conversation.add_reply(reply)
        return reply

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
                self._answer(
                    call, CallResult(False, error=f"The arguments are no JSON object: {given!r}.")
                )
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
