"""The thread on which all talk with the network is done: one asyncio loop.

Its methods but `later` may be called on any thread but the loop's own. The thread starts with the
first thing to be done, so enabling the extension starts none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from ..tools.faults import Faults
from ..tools.phrase import Phrase

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

T = TypeVar("T")

_ROUNDS = 5
"""Of the loop, in which the connections of what was cancelled close."""


class Worker:
    """A thread with an asyncio loop."""

    def __init__(self, faults: Faults) -> None:
        """Make one that has not started; `faults` takes what goes wrong and is nobody's to handle."""
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin `work` on the loop and return at once; cancelling the future cancels the work."""
        import asyncio  # 30 ms, which enabling the extension need not take

        return asyncio.run_coroutine_threadsafe(work, self._started())

    def call(self, function: Callable[[], object]) -> None:
        """Call `function` on the loop, soon."""
        self._started().call_soon_threadsafe(function)

    def later(self, seconds: float, function: Callable[[], object]) -> None:
        """Call `function` on the loop after that time, if it still runs then. On the loop's thread."""
        assert self._loop is not None
        self._loop.call_later(seconds, function)

    @property
    def runs(self) -> bool:
        """Whether its thread has started."""
        return self._loop is not None

    def close(self) -> None:
        """Cancel what is still being done, wait for its end, and end the thread."""
        if self._loop is None or self._thread is None:
            return
        self.run(_cancel_the_rest()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = self._thread = None

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            import asyncio

            # Not Windows' own kind: the sign-in's port needs to be told that somebody came.
            self._loop = asyncio.SelectorEventLoop()
            self._loop.set_exception_handler(self._note_fault)
            self._thread = threading.Thread(target=self._loop.run_forever, name="scene_chat chat")
            self._thread.start()
        return self._loop

    def _note_fault(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception") or RuntimeError(context["message"])
        self._faults.note(Phrase("the chat"), error)


async def _cancel_the_rest() -> None:
    import asyncio

    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    # The thread in which asyncio looks up hosts outlives the loop unless it is waited for.
    await loop.shutdown_default_executor()
