"""What makes an exported script run: the text of it is written into the script, below the turns.

The extension itself never imports it. Main thread; it may be run again and again in one Blender.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import inspect
import itertools
import linecache
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import bpy

_numbers = itertools.count(1)


@contextlib.contextmanager
def carried(package: str, sources: Mapping[str, str]) -> Iterator[Callable[[str, str], Any]]:
    """Make modules of their texts, for the time of the block.

    Args:
        package: A name for the package that holds them, which nobody else uses.
        sources: Texts by module, each after those that it imports.

    Yields:
        What gives a function or class, by module and name.
    """
    made = [package, *sorted({f"{package}.{name.rpartition('.')[0]}" for name in sources})]
    try:
        for name in made:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = []
        for name, source in sources.items():
            module = types.ModuleType(f"{package}.{name}")
            module.__package__ = module.__name__.rpartition(".")[0]
            module.__file__ = f"<{name}>"
            made.append(module.__name__)
            sys.modules[module.__name__] = module
            setattr(sys.modules[module.__package__], name.rpartition(".")[2], module)
            _show_in_tracebacks(f"<{name}>", source)
            compiled = compile(source, f"<{name}>", "exec", dont_inherit=True)
            exec(compiled, module.__dict__)  # nosec B102 # its own text
        yield lambda module, name: _callable(getattr(sys.modules[f"{package}.{module}"], name))
    finally:
        for name in made:
            sys.modules.pop(name, None)


def _callable(found: Any) -> Any:
    """A tool as the chat called it: defaults are its own each time, and the scene is up to date."""
    if isinstance(found, type):
        return found
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(found).parameters.items()
        if parameter.default is not parameter.empty
    }

    @functools.wraps(found)
    def called(**arguments: Any) -> Any:
        value = found(**{**copy.deepcopy(defaults), **arguments})
        bpy.context.view_layer.update()
        return value

    return called


def execute_code(code: str, *, fails: bool = False) -> None:
    """Run Python as the chat did: with bpy, and with nothing that an earlier run has defined.

    Args:
        code: The script; a line end at its beginning is not part of it.
        fails: Whether it failed in the chat as well. What it changes before that stays.
    """
    code = code.removeprefix("\n")
    name = f"<code {next(_numbers)}>"
    _show_in_tracebacks(name, code)
    try:
        compiled = compile(code, name, "exec", dont_inherit=True)
        exec(compiled, {"__name__": "__main__", "bpy": bpy})  # nosec B102 # what the chat ran
    except (Exception, SystemExit):
        if not fails:
            raise
        print(f"Failed, as it did in the chat:\n{traceback.format_exc()}", file=sys.stderr)
    bpy.context.view_layer.update()


def repeat(title: str, turns: list[Callable[[], None]], save_as: str) -> None:
    """Do what the turns did, as one undo step.

    Args:
        title: Of the undo step.
        turns: In order.
        save_as: Where to save a copy of the scene then; "" for nowhere.
    """
    if not bpy.app.background:
        bpy.ops.ed.undo_push(message=f"Before {title}")
    for number, turn in enumerate(turns, 1):
        print(f"{number} of {len(turns)}: {turn.__name__}")
        turn()
    if not bpy.app.background:
        bpy.ops.ed.undo_push(message=title)
    if save_as:
        bpy.ops.wm.save_as_mainfile(filepath=bpy.path.abspath(save_as), copy=True)


def _show_in_tracebacks(name: str, source: str) -> None:
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
