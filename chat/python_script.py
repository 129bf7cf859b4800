"""A chat as a Python script that repeats its scene work, without a model and without Scene Chat.

What is repeated are the calls that did more than look, in order: those that went well, and scripts
that failed but left something. The script carries the source of the tools that it uses. No bpy;
imports pydantic by way of the registry, so it is for a worker thread or a moment of one's own.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

from ..tools.call import CallResult
from ..tools.errors import ToolError
from ..tools.literals import Name, block, call, comment, commented, literal
from ..tools.phrase import Phrase
from ..tools.reach import Reach, of_value
from ..tools.readonly import changes_nothing
from ..tools.registry import Effect, Registry, Tool
from ..tools.sources import sources
from .turns import Asked, Step, Turn

_INDENT = "    "
_TITLE_LENGTH = 48
_WHOLE_PATH = re.compile(r"[/~]|[A-Za-z]:[\\/]")
_STOPPED = ("TimeLimitReached", "CallCancelled")
_RUNS = "handlers.script_end"
_PACKAGE = "_scene_chat_script"
_REPLACE, _SAVE_AS, _SOURCES = "REPLACE", "SAVE_AS", "SOURCES"
_RULE = "# {} " + 80 * "-"

_WHAT = """\
A script that repeats what a chat did to the scene, without a model and without Scene Chat.

Run it on the scene as it was before the chat. In Blender, open this file in the Text Editor and \
press Run Script; in a terminal:
blender --background scene.blend --python this_script.py

It makes the chat's calls again{code}. Not in it are what was done by hand or by other programs in \
between, and turns that were restored or undone, as far as Blender told. What went by the selection \
or the mode does so again. Faces and edges that extrude or bevel makes may be numbered \
otherwise. Change the turns as you like.

The tools below the turns are Scene Chat's, under the GNU General Public License, version 3 or \
later."""
_WITH_CODE = ", some of them code that a language model wrote: read it before you run it"


class NothingToRepeat(Exception):
    """The chat did nothing to the scene that a script could repeat."""


@dataclass(frozen=True)
class About:
    """What the script says of where it comes from.

    Attributes:
        title: The chat's.
        when: The date, for people.
        extension: Its version.
        blender: The version that runs.
        file: The path of the file that is open, "" for none.
    """

    title: str
    when: str
    extension: str
    blender: str
    file: str = ""


def python_script(
    turns: Sequence[Turn],
    registry: Registry,
    about: About,
    undone: Mapping[int, bool] = {},
    clean: Callable[[str], str] = str,
) -> str:
    """Return the script.

    Args:
        turns: The chat's.
        registry: Its tools.
        about: For the first lines.
        undone: By a turn's number whether it was undone, where Blender's undo history tells.
        clean: Takes keys out of a text.

    Raises:
        NothingToRepeat: there would be nothing in it.
    """
    writer = _Writer(registry)
    functions = {}
    for number, (turn, parts) in enumerate(_standing(turns, undone), 1):
        calls = writer.repeated
        body = [
            comment(clean(part.text), _INDENT) if isinstance(part, Asked) else writer.step(part)
            for part in parts
        ]
        if writer.repeated > calls:
            # Keys go before a prompt is wrapped: afterwards they may stand on two lines.
            start = f"{comment(clean(turn.prompt))}\ndef turn_{number}() -> None:"
            functions[f"turn_{number}"] = "\n".join([start, *filter(None, body)])
    if not functions:
        raise NothingToRepeat(
            Phrase("This chat has done nothing to the scene that a script could repeat.")
        )
    sections = [
        writer.head(about),
        *functions.values(),
        *writer.carried(),
        writer.main(about, functions),
    ]
    return clean("\n\n\n".join(sections)) + "\n"


def _standing(
    turns: Iterable[Turn], undone: Mapping[int, bool]
) -> list[tuple[Turn, list[Asked | Step]]]:
    """All turns, each with what still stands of it: people and `restore` take back whole turns."""
    standing: list[tuple[Turn, list[Asked | Step]]] = []
    for turn in turns:
        parts: list[Asked | Step] = []
        standing.append((turn, parts))
        for part in turn.parts:
            if isinstance(part, Step) and part.name == "restore":
                for name in _restored(part):
                    gone = _turn_of(name, [each for each, _ in standing])
                    if gone and gone is not turn and undone.get(gone.number) is False:
                        continue  # a person brought it back
                    for earlier, done in standing:
                        if earlier is gone:
                            done.clear()
            elif isinstance(part, Asked | Step):
                parts.append(part)
    return [(turn, [] if undone.get(turn.number) else parts) for turn, parts in standing]


def _restored(step: Step) -> list[str]:
    """The names of the undo steps that a restore went back over."""
    value = step.result.value if step.result and step.result.ok else None
    names = value.get("undone") if isinstance(value, dict) else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _turn_of(name: str, turns: Sequence[Turn]) -> Turn | None:
    """The turn that an undo step belongs to; in a chat of an earlier session its number is another."""
    title, _, number = name.rpartition(" (")
    alike = [turn for turn in turns if turn.title.startswith(title)]
    exact = [turn for turn in alike if f"{turn.number})" == number]
    found = exact or alike
    return found[-1] if found else None


class _Writer:
    """Writes steps as calls, and notes what the script has to hold for them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._tools: dict[str, str] = {}
        """Functions and classes that are used, with their modules."""
        self._files: dict[str, str] = {}
        """Paths, with the names of their constants."""
        self._runs_code = self._may_replace = False
        self.repeated = 0
        """How many steps stand in the script as something that is done."""

    def step(self, step: Step) -> str:
        """Return a step as a statement; as a comment what cannot be repeated; "" for mere looks."""
        result = step.result
        if result is None or not isinstance(step.arguments, Mapping):
            return ""
        try:
            tool = self._registry.get(step.name)
            arguments = self._registry.validate(tool, step.arguments)
        except ToolError as error:  # a tool of an earlier version, say
            return comment(f"Left out: {step.name}. {error}", _INDENT) if result.ok else ""
        left_something = result.ok or (tool.keeps_partial and bool(result.receipt))
        if not left_something or step.name in self._registry.reading:
            return ""
        if tool.effect is Effect.CODE:
            return self._code(arguments["code"], result)
        if tool.takes or "<locals>" in tool.function.__qualname__:
            if _only_looks(tool, arguments):
                return ""
            made = call(step.name, _given(tool, arguments), _INDENT)
            return commented(f"Left out, as it takes Scene Chat itself:\n{made}", _INDENT)
        self.repeated += 1
        self._tools[step.name] = _module_of(tool.function)
        written = {
            name: self._written(name, value) for name, value in _given(tool, arguments).items()
        }
        if arguments.get("overwrite") is False:
            written["overwrite"] = Name(_REPLACE)
            self._may_replace = True
        return _INDENT + call(step.name, written, _INDENT)

    def _code(self, code: str, result: CallResult) -> str:
        if result.ok and changes_nothing(code):
            return ""
        if result.kind in _STOPPED:
            why = f"Left out, as it was stopped. By then: {result.receipt.text()}"
            return f"{comment(why, _INDENT)}\n{commented(code, _INDENT)}"
        self.repeated += 1
        self._runs_code = True
        fails = "" if result.ok else ", fails=True"
        return f"{_INDENT}execute_code({block(code)}{fails})"

    def _written(self, key: str, value: object) -> object:
        """The value with whole paths as constants; notes the classes in it."""
        match value:
            case str() if _WHOLE_PATH.match(value) and of_value(key, value) is Reach.FILES:
                return Name(self._file(value))
            case Mapping():
                return {name: self._written(str(name), each) for name, each in value.items()}
            case list():
                return [self._written(key, each) for each in value]
        if is_dataclass(value) and not isinstance(value, type):
            self._tools[type(value).__name__] = _module_of(type(value))
            fields = {name: self._written(name, each) for name, each in vars(value).items()}
            return replace(value, **fields)
        return value

    def _file(self, path: str) -> str:
        if path not in self._files:
            stem = re.sub(r"[^A-Z0-9]+", "_", re.split(r"[/\\]", path)[-1].upper()).strip("_")
            name = first = stem if stem[:1].isalpha() else f"FILE_{stem}".rstrip("_")
            number = 2
            while name in (*self._files.values(), _SOURCES, _REPLACE, _SAVE_AS):
                name, number = f"{first}_{number}", number + 1
            self._files[path] = name
        return self._files[path]

    def head(self, about: About) -> str:
        """Return what comes before the turns."""
        code = _WITH_CODE if self._runs_code else ""
        file = f" File: {about.file}." if about.file else ""
        lines = [
            comment(f"{about.title}\n\n{_WHAT.format(code=code)}\n\n"),
            comment(
                f"Exported on {about.when} by Scene Chat {about.extension} from Blender "
                f"{about.blender}.{file}"
            ),
            "",
            *(f"{name} = {literal(path)}" for path, name in self._files.items()),
            *(
                [f"{_REPLACE} = False  # True: files that are there already are replaced"]
                * self._may_replace
            ),
            f'{_SAVE_AS} = ""  # a path: there a copy of the scene is saved at the end',
        ]
        return "\n".join(lines)

    def carried(self) -> list[str]:
        """Return what comes below the turns: how a script runs, and the sources of its tools."""
        runs = sources((_RUNS, name) for name in ("carried", "execute_code", "repeat"))[_RUNS]
        texts = sources((module, name) for name, module in self._tools.items())
        carried = [f"    {literal(module)}: {block(text)}," for module, text in texts.items()]
        runs = runs.partition("from __future__ import annotations\n\n")[2].rstrip()
        return [
            f"{_RULE.format('How it runs')}\n\n{runs}",
            "\n".join([f"{_RULE.format('The tools')}\n\n{_SOURCES} = {{", *carried, "}"]),
        ]

    def main(self, about: About, functions: Iterable[str]) -> str:
        """Return the last lines, which do it."""
        gets = [
            f"{name} = get({literal(module)}, {literal(name)})"
            for name, module in self._tools.items()
        ]
        done = {
            "title": about.title[:_TITLE_LENGTH].strip(),
            "turns": [Name(each) for each in functions],
            "save_as": Name(_SAVE_AS),
        }
        inner = 2 * _INDENT
        lines = [
            'if __name__ == "__main__":',
            f'    with carried("{_PACKAGE}", {_SOURCES}) as get:',
            *(f"{inner}{line}" for line in gets),
            f"{inner}{call('repeat', done, inner)}",
        ]
        return "\n".join(lines)


def _given(tool: Tool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without those that have their default."""
    defaults = {
        name: each.default for name, each in inspect.signature(tool.function).parameters.items()
    }
    return {name: value for name, value in arguments.items() if value != defaults[name]}


def _only_looks(tool: Tool, arguments: Mapping[str, Any]) -> bool:
    try:
        return tool.assessed(arguments).effect is Effect.READS
    except ToolError:
        return False


def _module_of(made: Any) -> str:
    return str(made.__module__).rpartition(".tools.")[2]
