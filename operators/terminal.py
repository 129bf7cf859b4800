"""A chat in a terminal: where its prompts come from. Main thread.

At a real terminal each is asked for, with the earlier ones under the arrow keys; from a pipe or a
file each line is one.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SIGN = "> "
_LAST_WORD = "exit"


def prompts() -> Iterator[str]:
    """Yield prompts until there are no more, or the person says that it is over.

    Ctrl+D does, Ctrl+C while nothing runs, and "exit".
    """
    for line in _asked_for() if sys.stdin.isatty() else sys.stdin:
        prompt = line.strip()
        if prompt == _LAST_WORD:
            return
        if prompt:
            yield prompt


@contextmanager
def interruptible() -> Iterator[None]:
    """While inside, Ctrl+C ends it where nothing else has taken it up, such as a turn that runs.

    Blender does as it likes with that signal otherwise, and not always Python's way.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        print(file=sys.stderr)
    finally:
        # Blender's own handler, not set from Python, reads as None and cannot be put back.
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)


def _asked_for() -> Iterator[str]:
    with contextlib.suppress(ImportError):  # not on Windows
        import readline  # noqa: F401 - importing it gives `input` its history and editing
    print('Ctrl+C stops an answer; Ctrl+D, or "exit", ends the chat.', file=sys.stderr, flush=True)
    while True:
        try:
            yield input(_SIGN)
        except EOFError:
            print(file=sys.stderr)
            return
