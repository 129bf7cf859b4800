"""Runs inside Blender when a desktop test starts it: installs the zip as Preferences does.

What to do stands in the environment, as JSON in SCENE_CHAT_TEST:

    zip         the built extension
    settings    values for its preferences
    allow       what clients may do unasked; None leaves the port closed
    ready       a file that is made when all is done, with what went wrong in it, or nothing
    aside       a file whose code is run when it appears, its output going to one of that name
                with ".out": for tests of what is left when the extension is not there to be asked
"""

import contextlib
import io
import json
import os
import traceback
from pathlib import Path

import bpy

EXTENSION = "bl_ext.user_default.scene_chat"
told = json.loads(os.environ["SCENE_CHAT_TEST"])


def install():
    bpy.context.preferences.view.show_splash = False
    if EXTENSION not in bpy.context.preferences.addons:
        bpy.ops.extensions.package_install_files(
            filepath=told["zip"], repo="user_default", enable_on_install=True
        )
    preferences = bpy.context.preferences.addons[EXTENSION].preferences
    for name, value in told["settings"].items():
        setattr(preferences, name, value)
    if told["allow"] is not None:
        bpy.ops.scene_chat.server_start(allow=told["allow"])


def aside():
    file = Path(told["aside"])
    if file.exists():
        code = file.read_text()
        file.unlink()
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(code, {"bpy": bpy, "EXTENSION": EXTENSION})
            except BaseException:
                traceback.print_exc(file=printed)
        made_whole(Path(told["aside"] + ".out"), printed.getvalue())
    return 0.1


def made_whole(file, text):
    """A reader that sees the file sees all of it."""
    part = file.with_suffix(".part")
    part.write_text(text)
    part.rename(file)


bpy.app.timers.register(aside, persistent=True)
said = ""
try:
    install()
except BaseException:
    said = traceback.format_exc()
    print(said, flush=True)
made_whole(Path(told["ready"]), said)
