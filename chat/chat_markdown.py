"""A chat as one Markdown text, for people and for other programs. Pure; any thread."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from .chat import History
from .money import in_words
from .turns import Said, Step, Turn

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_LONGEST = 2_000
"""Characters of a call's arguments that are written; code is written whole."""


def as_markdown(history: History) -> str:
    """Return the chat: each message as a quote, then the steps with what they changed, the answer,
    and what it took. Keys are the caller's to take out."""
    return "\n".join(_lines(history)).rstrip() + "\n"


def _lines(history: History) -> Iterator[str]:
    about = history.about
    yield f"# {' '.join(about.name.split())}"
    yield ""
    count = len(history.turns)
    facts = [
        _day(about.at),
        Path(about.file).name,
        f"{count} message" if count == 1 else f"{count} messages",
        in_words(history.cost, estimated=history.estimated) if history.cost else "",
    ]
    yield " · ".join(filter(None, facts))
    yield ""
    for place, turn in enumerate(history.turns, 1):
        yield f"## {place}"
        yield ""
        yield from _turn(turn)


def _turn(turn: Turn) -> Iterator[str]:
    yield from _quoted(turn.prompt)
    for note in turn.notes:
        yield f"*{note}*"
        yield ""
    for part in turn.parts:
        if isinstance(part, Step):
            yield from _step(part)
        elif isinstance(part, Said):
            yield _closed(part.text.strip())
            yield ""
        else:
            yield from _quoted(part.text)
    for problem in turn.problems:
        yield f"**{' '.join(problem.split())}**"
        yield ""
    stopped = "Stopped" if turn.end and turn.end.reason == "stopped" else ""
    facts = [
        stopped if turn.end else "Not answered yet",
        turn.model or turn.asked,
        f"{turn.elapsed:.0f} s",
        f"{turn.tokens:,} tokens" if turn.tokens else "",
        in_words(turn.cost, estimated=turn.estimated) if turn.cost else "",
    ]
    yield f"*{' · '.join(filter(None, facts))}*"
    yield ""


def _step(step: Step) -> Iterator[str]:
    given = step.arguments if isinstance(step.arguments, Mapping) else {}
    code = given.get("code")
    rest = {name: value for name, value in given.items() if name != "code"}
    result = step.result
    took = f" ({max(1, round(result.seconds * 1000)):,} ms)" if result else ""
    about = f" `{_shortened(rest)}`" if rest else ""
    yield f"- **{step.name}**{took}{about}"
    if isinstance(code, str):
        fence = _fence(code)
        yield ""
        yield f"  {fence}python"
        yield from (f"  {line}" for line in code.splitlines())
        yield f"  {fence}"
    if result is not None:
        outcome = result.receipt.text() if result.ok else f"Failed: {result.error}"
        if outcome:
            yield ""
            yield from (f"  {line}".rstrip() for line in outcome.splitlines())
    yield ""


def _quoted(text: str) -> Iterator[str]:
    """A person's words: as a quote, so that nothing that is open in them goes on behind them."""
    yield from (f"> {line}".rstrip() for line in text.strip().splitlines())
    yield ""


def _closed(text: str) -> str:
    """An answer that may have been cut in the middle of a block of code, with that closed."""
    fence = ""
    for found in _FENCE.finditer(text):
        mark = found[1]
        if not fence:
            fence = mark
        elif mark[0] == fence[0] and len(mark) >= len(fence):
            fence = ""
    return f"{text}\n{fence}" if fence else text


def _fence(code: str) -> str:
    """A mark around code that does not end within it."""
    longest = max((len(each) for each in re.findall("`+", code)), default=0)
    return "`" * max(3, longest + 1)


def _shortened(values: Mapping[str, object]) -> str:
    text = json.dumps(values, ensure_ascii=False).replace("`", "'")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _day(at: float) -> str:
    return f"{datetime.datetime.fromtimestamp(at):%Y-%m-%d %H:%M}" if at else ""
