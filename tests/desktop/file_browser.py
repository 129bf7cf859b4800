"""Blender's file browser by clicks and keys."""

from __future__ import annotations

import contextlib
import time

from desktop.program import NotSeen, until

_LEFT, _TOP = 104, 30
"""Where its window is put: without a window manager it may lie half beyond the screen."""
_OPEN = (
    "[[w.width, w.height, a.spaces.active.params.filename, a.spaces.active.params.directory.decode()]"
    " for w in bpy.context.window_manager.windows for a in w.screen.areas"
    " if a.type == 'FILE_BROWSER' and a.spaces.active.params]"
)


def choose(program, path, typed=None):
    """Go to a file's folder, choose it, accept: what a person does once the browser is open.

    Args:
        program: Blender.
        path: Of the file.
        typed: What is typed as its name, for a file that is to be written; the browser adds the
            ending. None for one that is in the list.
    """
    width, height, *_ = until(
        lambda: next(iter(program.value(_OPEN)), None),
        lambda: f"no file browser opens; {program.shot('no-files')}",
    )
    program.screen.xdotool("search", "--name", "Blender File View", "windowmove", _LEFT, _TOP)
    right, bottom = _LEFT + width, _TOP + height

    def brings(holds):
        """Whether that holds soon of the open browser, or of none."""
        with contextlib.suppress(NotSeen):
            until(lambda: holds(*program.value(_OPEN)), "not yet", patience=3)
            return True

    def there():
        program.hover(_LEFT + 520, _TOP + 300)
        program.key("ctrl+l")
        time.sleep(0.3)
        program.key("ctrl+a")
        program.type(f"{path.parent}/")
        program.key("Return")
        program.click(_LEFT + 520, bottom - 80)  # 5.2 goes there, but is still in the field
        return brings(lambda browser: browser[3].rstrip("/") == str(path.parent))

    def chosen():
        if typed is None:
            program.click_on(path.name, box=(_LEFT + 240, _TOP + 60, right, bottom - 60))
        else:
            program.click(_LEFT + 500, bottom - 22)
            time.sleep(0.3)
            program.key("ctrl+a")
            program.type(typed)
            program.shot(f"files{path.suffix}")
            program.key("Return")  # which accepts, too, in 5.2
        return brings(lambda *browser: not browser or browser[0][2] == path.name)

    def closed():
        if program.value(_OPEN):
            program.shot(f"files{path.suffix}")
            program.click(right - 72, bottom - 22)
        return brings(lambda *browser: not browser)

    until(there, lambda: f"the browser stays elsewhere; {program.shot('no-folder')}")
    until(chosen, lambda: f"the file is not chosen; {program.shot('no-file')}")
    until(closed, lambda: f"the browser stays open; {program.shot('not-accepted')}")
