"""Blender with a real window on a screen of its own, driven as a person would: by what is read on
the screen, by clicks and by keys. Its state is read through its port.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from desktop.browser import Opened
from PIL import Image, ImageChops, ImageFilter, ImageGrab, ImageOps

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1600, 900
PATIENCE = 40.0
"""Seconds that anything may take on a slow machine without a graphics card."""
_STRIPS_AFTER = 4.0
"""Seconds after which a text that is not read is looked for strip by strip."""
_STRIP = 90
"""Pixels high."""
_ENLARGED = 3
"""Blender's letters are 11 pixels high; tesseract reads those of 30 or more."""


class NotSeen(AssertionError):
    """What was waited for did not come to be."""


def until(found, what, patience=PATIENCE, step=0.1):
    """Return the first true value of `found()`, asked again and again."""
    ends = time.monotonic() + patience
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > ends:
            raise NotSeen(what() if callable(what) else what)
        time.sleep(step)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@dataclass(frozen=True)
class Word:
    """A word that was read, with the box it stands in, in pixels of the screen."""

    text: str
    left: int
    top: int
    width: int
    height: int

    @property
    def middle(self):
        return self.left + self.width // 2, self.top + self.height // 2


class Screen:
    """An X server without a monitor."""

    def __init__(self):
        read, write = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten",
             "tcp"],
            pass_fds=[write], stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as said:
            self.name = f":{said.readline().strip()}"

    def close(self):
        self._process.terminate()
        self._process.wait()

    def xdotool(self, *arguments):
        subprocess.run(
            ["xdotool", *map(str, arguments)], env={**os.environ, "DISPLAY": self.name}, check=True
        )

    def picture(self, box=None):
        """Return what is seen, or the part of it in (left, top, right, bottom)."""
        return ImageGrab.grab(box, xdisplay=self.name).convert("RGB")


class Program:
    """A running Blender with the extension installed from the zip."""

    def __init__(
        self,
        blender,
        zip_file,
        folder,
        *,
        settings=None,
        allow="code,files",
        factory=True,
        port=None,
    ):
        self.port = port or free_port()
        self.folder = folder
        self.screen = Screen()
        self._served = allow is not None
        self.opened = Opened(folder)
        self.log = folder / "blender.log"
        self._keep = Path(os.environ.get("SCREENSHOTS") or folder) / Path(blender).name
        self._keep.mkdir(parents=True, exist_ok=True)
        self._peer = None
        ready = folder / "ready"
        ready.unlink(missing_ok=True)
        told = {
            "zip": str(Path(zip_file).resolve()),
            "settings": {"server_port": self.port, **(settings or {})},
            "allow": allow,
            "ready": str(ready),
            "aside": str(folder / "aside"),
        }
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))},
            "DISPLAY": self.screen.name,
            "BLENDER_USER_RESOURCES": str(folder / "user"),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            # Mesa maps its index into memory. A Mesa of another version cuts it to another length,
            # and Blender dies of SIGBUS at its next new shader.
            "MESA_SHADER_CACHE_DIR": f"{tempfile.gettempdir()}/shaders-{Path(blender).name}",
            "BROWSER": str(self.opened.script),
            "SCENE_CHAT_TEST": json.dumps(told),
        }
        environment.pop("OPENROUTER_API_KEY", None)
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [blender, *["--factory-startup"] * factory, "--window-geometry", "0", "0", str(WIDTH), str(HEIGHT),
                 "--no-window-focus", "--python", str(HERE / "start.py")],
                env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        try:
            until(lambda: ready.exists() or self.process.poll() is not None, self.said)
            assert ready.exists(), self.said()
            assert not (trouble := ready.read_text()), trouble
        except BaseException:
            self.close()
            raise

    def said(self):
        return self.log.read_text(errors="replace")[-4000:]

    # State, through the port

    def command(self, kind, **params):
        """Send a command on one lasting connection and return its result."""
        if self._peer is None:
            self._peer = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        try:
            self._peer.sendall(json.dumps({"type": kind, "params": params}).encode())
            answer = _reply(self._peer)
        except OSError as error:
            self._peer = None
            error.add_note(f"Blender's exit code: {self.process.poll()}\n{self.said()}")
            raise
        assert answer["status"] == "success", answer["message"]
        return answer["result"]

    def run(self, code):
        """Run Python in Blender and return what it printed."""
        return self.command("execute_code", code=code)["result"]

    def value(self, expression, **imports):
        """Return an expression's value, `here` being the extension's runtime."""
        code = (
            "import json, bpy\n"
            "from bl_ext.user_default.scene_chat.operators import runtime\n"
            "here = runtime.current()\n"
            f"print(json.dumps({expression}))"
        )
        try:
            return json.loads(self.run(code))
        except AssertionError as error:
            if "Another file was opened meanwhile" not in str(error):
                raise
            return json.loads(self.run(code))  # looking at the new one is what was meant

    def aside(self, code):
        """Run Python in Blender without the extension's help; return what it printed."""
        asked, answer = self.folder / "aside", self.folder / "aside.out"
        answer.unlink(missing_ok=True)
        part = self.folder / "aside.part"
        part.write_text(code)
        part.rename(asked)
        until(answer.exists, lambda: f"Blender does not run anything: {self.said()}")
        return answer.read_text()

    def disconnect(self):
        if self._peer is not None:
            self._peer.close()
            self._peer = None

    # What a person does

    def click(self, x, y):
        self.hover(x, y)
        self.screen.xdotool("click", 1)

    def hover(self, x, y):
        # Blender takes no notice of a pointer that jumps.
        for step in (12, 6, 3, 0):
            self.screen.xdotool("mousemove", x - step, y - step)
            time.sleep(0.04)

    def type(self, text):
        self.screen.xdotool("type", "--delay", 15, text)

    def key(self, name):
        """Press a key, with those that are held meanwhile before it: "ctrl+shift+z"."""
        *held, last = name.split("+")
        for each in held:
            self.screen.xdotool("keydown", each)
            time.sleep(0.05)
        self.screen.xdotool("key", last)
        for each in reversed(held):
            time.sleep(0.05)
            self.screen.xdotool("keyup", each)

    def click_on(self, text, **where):
        """Click on words that are to be read on the screen, once they are."""
        self.press(*self.read(text, **where).middle)

    def press(self, x, y):
        """Click until it shows.

        A click is lost now and then while Blender lays out a region anew; where nothing that is
        seen has changed by it, as with a person, another follows.
        """
        self.hover(x, y)
        time.sleep(0.2)
        before = self.screen.picture().tobytes()
        for _ in range(3):
            self.screen.xdotool("click", 1)
            with contextlib.suppress(NotSeen):
                until(lambda: self.screen.picture().tobytes() != before, "no change", patience=2)
                return

    def open_chat(self):
        """Open the sidebar and its tab."""
        self.hover(600, 500)
        self.key("n")
        boxes = []

        def open_at_last():  # it slides in
            boxes.append(self.sidebar)
            return len(boxes) > 1 and boxes[-1] == boxes[-2] and boxes[-1][2] - boxes[-1][0] > 100

        until(open_at_last, "the sidebar does not open", step=0.4)

        def shown():  # the first click after the slide may still hit the view beneath
            self.click_on_tab("Scene Chat")
            self.hover(600, 700)
            with contextlib.suppress(NotSeen):
                return self.read_hint(patience=2)

        self.composer = until(shown, "the chat does not open").middle

    def say(self, prompt):
        """Write a prompt into the composer and press Enter."""
        self.write(prompt)
        self.key("Return")
        self.hover(600, 700)

    def write(self, text):
        """Click into the composer and type, once the field takes it."""
        field = self.field

        def hint():
            return _find("Ask, o", self.words(field))

        shown = hint()
        x, y = shown.middle if shown else self.composer
        letters = (x - 20, y - 8, x + 40, y + 8)
        untouched = self.screen.picture(letters).tobytes()

        def taken():  # its hint is gone; a pointer over it alone makes it lighter, and no more
            self.click(x, y)
            for _ in range(5):
                time.sleep(0.1)
                if shown is None and self.screen.picture(letters).tobytes() != untouched:
                    return True
                if shown is not None and hint() is None:
                    return True
            return False

        until(taken, lambda: f"the composer takes no click; {self.shot('no-composer')}")
        self.type(text)

    def turn(self, number=1):
        """Wait until the chat's turn of that number has ended; return how, its answer, problems."""
        turns = "[t.end and [t.end.reason, t.answer, t.problems] for t in here.chat.turns]"

        def ended():
            ends = self.value(turns)
            return len(ends) >= number and ends[number - 1]

        return until(ended, lambda: f"turn {number} does not end; {self.shot('no-end')}")

    def settle(self):
        """Have no turn under way."""
        self.value("here.chat.stop()")
        until(lambda: not self.value("here.chat.running"), "the turn does not end")

    # What a person sees

    @property
    def sidebar(self):
        """The sidebar's box on the screen: left, top, right, bottom."""
        code = (
            "import bpy, json\n"
            "w = bpy.context.window_manager.windows[0]\n"
            "a = max((a for a in w.screen.areas if a.type in ('VIEW_3D', 'NODE_EDITOR',"
            " 'IMAGE_EDITOR', 'TEXT_EDITOR')), key=lambda a: a.width)\n"
            "r = next(r for r in a.regions if r.type == 'UI')\n"
            "print(json.dumps([r.x, w.height - r.y - r.height, r.x + r.width, w.height - r.y]))"
        )
        ask = self.run if self._served else self.aside
        return tuple(json.loads(ask(code)))

    @property
    def field(self):
        """The box of the composer's first line, at scale 1."""
        left, top, _, _ = self.sidebar
        return (left + 14, top + 34, left + 200, top + 60)

    def read_hint(self, patience=PATIENCE):
        """Wait until the composer says what it is for, which it does while it is empty."""
        # Dim letters beside icons are read only if they are looked at alone.
        return self.read("Ask, o", self.field, patience)

    @property
    def wide(self):
        """The sidebar's box with what a popover of it may cover."""
        left, top, right, bottom = self.sidebar
        return (max(0, left - 200), top, min(WIDTH, right + 260), bottom)

    @property
    def options_button(self):
        """Where the button of the options is: right of the model's name."""
        mode = self.read("Agent")
        right = self.sidebar[2]
        return right - 50, mode.middle[1] - 26

    def drag_edge(self, pixels, scale=1.0):
        """Make the sidebar narrower by that much, with the pointer, beside a drawn panel."""
        left, top, _, bottom = self.sidebar
        x, y = (
            left + (0 if self.value("bpy.app.version >= (5, 0)") else round(7.5 * scale)),
            top + 120,
        )

        def dragged():  # a press is lost now and then, like a click
            self.hover(max(30, x - 150), bottom - 60)
            self.hover(x, y)
            self.screen.xdotool("mousedown", 1)
            for part in range(1, 11):
                self.screen.xdotool("sleep", 0.05, "mousemove", x + pixels * part // 10, y)
            self.screen.xdotool("mouseup", 1)
            with contextlib.suppress(NotSeen):
                until(lambda: abs(self.sidebar[0] - left - pixels) < 25, "not dragged", patience=3)
                return True

        until(dragged, lambda: f"the sidebar keeps its width; {self.shot('no-drag')}")

    def words(self, box):
        """Return the words that are read in a box of the screen."""
        return [
            Word(word.text, word.left + box[0], word.top + box[1], word.width, word.height)
            for word in self._words_of(self.screen.picture(box))
        ]

    def _words_of(self, picture):
        data = io.BytesIO()
        _letters(picture).save(data, "PNG")
        done = subprocess.run(
            ["tesseract", "stdin", "stdout", "--psm", "11", "--dpi", "200", "tsv"],
            input=data.getvalue(), capture_output=True, check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )  # fmt: skip
        found = []
        for row in done.stdout.decode().splitlines()[1:]:
            cells = row.split("\t")
            if cells[11].strip():
                left, top, width, height = (int(each) // _ENLARGED for each in cells[6:10])
                found.append(Word(cells[11], left, top, width, height))
        return found

    def read(self, text, box=None, patience=PATIENCE):
        """Wait until the text is to be read in the box, the sidebar if none; return where.

        Letters are compared without case, blanks and points, which tesseract often gets wrong.
        """
        seen = []
        whole_until = time.monotonic() + _STRIPS_AFTER

        def found():
            seen[:] = self.words(box or self.sidebar)
            word = _find(text, seen)
            if word is None and time.monotonic() > whole_until:
                word = self._read_in_strips(text, box or self.sidebar)
            return word

        return until(found, lambda: f"{text!r} is not to be read; {' '.join(w.text for w in seen)}\n"
                     f"{self.shot('not-seen')}", patience)  # fmt: skip

    def _read_in_strips(self, text, box):
        """Find a text strip by strip: amid many icons tesseract passes over dim letters."""
        left, top, right, bottom = box
        for start in range(top, max(top + 1, bottom - _STRIP // 2), _STRIP // 2):
            strip = (left, start, right, min(bottom, start + _STRIP))
            if word := _find(text, self.words(strip)):
                return word
        return None

    def reads(self, text, box=None):
        """Return whether the text is to be read now."""
        return _find(text, self.words(box or self.sidebar)) is not None

    def click_on_tab(self, text):
        """Click on a tab of the sidebar; its name is written downwards, before 5.0 upwards."""
        _, top, right, bottom = self.sidebar
        strip = (right - 30, top, right, bottom)

        def found():
            for turn in (90, -90):
                turned = self.screen.picture(strip).rotate(turn, expand=True)
                if word := _find(text, self._words_of(turned)):
                    return word.middle[0] if turn == 90 else turned.width - word.middle[0]
            return None

        # Either turned way, what was along the strip is now along the picture.
        along = until(found, lambda: f"there is no tab {text!r}; {self.shot('no-tab')}")
        self.click(right - 15, top + along)

    def address(self):
        """Wait until the system's browser is to open something; return what."""
        until(
            self.opened.address.exists, lambda: f"no address is opened; {self.shot('no-address')}"
        )
        return self.opened.address.read_text()

    def shot(self, name):
        """Keep a picture of the whole screen; return where."""
        file = self._keep / f"{name}.png"
        self.screen.picture().save(file)
        return file

    # The end

    def wait(self, seconds=PATIENCE):
        """Wait for Blender to end by itself; return its exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            raise NotSeen(f"Blender did not end: {self.said()}") from None

    def close(self):
        self.disconnect()
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
            self.process.kill()
        self.screen.close()


def _letters(picture):
    """The picture's letters, black on white and large enough: what is lighter than what is around."""
    grey = ImageOps.grayscale(picture)
    lighter = ImageChops.subtract(grey, grey.filter(ImageFilter.BoxBlur(10)))
    black = ImageOps.invert(ImageOps.autocontrast(lighter, cutoff=(0, 0.5)))
    size = (picture.width * _ENLARGED, picture.height * _ENLARGED)
    return black.resize(size, Image.Resampling.LANCZOS)


def _reply(peer):
    data = b""
    while True:
        more = peer.recv(1 << 20)
        if not more:
            raise ConnectionError("Blender closed the connection")
        data += more
        try:
            return json.loads(data)
        except ValueError:
            continue


def _bare(text):
    return re.sub(r"[^a-z0-9$]", "", text.lower())


def _find(text, words):
    """Words in a row, over a line's end if need be, whose letters together are the text's."""
    wanted = _bare(text)
    for first, start in enumerate(words):
        joined = ""
        for end in words[first:]:
            joined += _bare(end.text)
            at = joined.find(wanted)
            if 0 <= at < len(_bare(start.text)):
                same_line = abs(start.top - end.top) < 12
                right = (end if same_line else start).left + (end if same_line else start).width
                return Word(text, start.left, start.top, right - start.left, start.height)
            if len(joined) > len(wanted) + 20:
                break
    return None


def tools_missing():
    return [each for each in ("Xvfb", "xdotool", "tesseract") if shutil.which(each) is None]
