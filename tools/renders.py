"""Renders in the background: each a process of its own, on a saved copy of the file.

The process is `handlers/render_child.py`, in Blender or on the bpy module; it prints a line of
JSON for whatever happens. `start`, `cancel` and `close` are called on the main thread. A thread for
each job reads its lines and writes its state; the state is read on any thread, and every change of
it is one assignment.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from .alarm import Alarm
from .errors import InvalidArguments, Unavailable
from .phrase import Phrase

MARK = "scene_chat "
"""Before each line of JSON, among all that Blender prints itself."""
_MADE = re.compile(r"^(?:render_?)?(\d*)(.*)")
"""What the child makes: the frame, and Blender's ending for one view of a stereo picture, "_L"."""
_KEPT_LINES = 30
_SHOWN_LINES = 5
_KEPT_JOBS = 20

_NO_GRAPHICS = re.compile(
    r"EGL Error|GLX or EGL context|No OpenGL|OpenGL context|GPU.*(?:fail|init)"
)

State = Literal["running", "done", "failed", "cancelled"]


class Order(NamedTuple):
    """What is to be rendered, as the child is told it.

    Attributes:
        blend: The saved copy; removed once the render has ended.
        scene: The scene's name.
        scripts: Whether the file's own scripts may run, as they may in the Blender that asks.
        output: Where pictures go, in a folder of the job's own: "render_####.png" for an animation's
            frames, "render.png" or "render.mp4" for one file.
        format: Of the pictures, as Blender calls it: "PNG", "FFMPEG".
        frames: First and last.
        animation: Whether it is an animation, also where it has one frame.
        percentage: Of the scene's resolution; None for the scene's own.
        samples: None for the scene's own.
    """

    blend: str
    scene: str
    scripts: bool
    output: str
    format: str
    frames: tuple[int, int]
    animation: bool
    percentage: int | None = None
    samples: int | None = None


@dataclass(eq=False)
class RenderJob:
    """One render. `number` counts from 1.

    Attributes:
        target: Where its files are moved once all are there, "#" standing for the frame's digits;
            "" to leave them in `folder`.
        overwrite: Whether they may take the place of files that are there.
        warnings: What the person should know of it, in sentences.
        frame: The one being rendered.
        frames_done: How many are written.
        part: Of the present frame, 0 to 1.
        files: What there is of it, where it now lies.
        preview: A small picture of the last frame, JPEG, with its width and height in pixels.
        error: What went wrong, in a sentence.
    """

    number: int
    order: Order
    folder: Path
    target: str
    overwrite: bool
    warnings: tuple[str, ...]
    state: State = "running"
    frame: int = 0
    frames_done: int = 0
    part: float = 0.0
    files: tuple[str, ...] = ()
    preview: tuple[bytes, int, int] | None = None
    error: str = ""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    """How long it took, once it has ended."""
    ended: Future[None] = field(default_factory=Future)
    _first_frame: float = 0.0
    _process: subprocess.Popen[str] | None = None
    _thread: threading.Thread | None = None

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return self.order.frames[1] - self.order.frames[0] + 1

    @property
    def progress(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.state == "done":
            return 1.0
        return min((self.frames_done + self.part) / self.frames, 1.0)

    @property
    def elapsed(self) -> float:
        """Seconds since it began, up to its end."""
        return time.monotonic() - self.began if self.state == "running" else self.seconds

    @property
    def seconds_left(self) -> float | None:
        """How long it will probably go on; None as long as that cannot be said."""
        progress = self.progress
        if self.state != "running" or progress < 0.02 or not self._first_frame:
            return None
        rendering = time.monotonic() - self._first_frame
        return rendering * (1 - progress) / progress

    def cancel(self) -> None:
        """End it, and wait for its process to be gone. The frames that are finished stay."""
        if self.state == "running":
            self.state = "cancelled"
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class RenderJobs:
    """The renders of this Blender, one at a time."""

    def __init__(self, alarm: Alarm) -> None:
        self.jobs: tuple[RenderJob, ...] = ()
        """Oldest first; changed on the main thread by whole assignment."""
        self._alarm = alarm
        self._numbers = itertools.count(1)

    @property
    def running(self) -> RenderJob | None:
        """The one under way, if any."""
        return next((each for each in self.jobs if each.state == "running"), None)

    def get(self, number: int) -> RenderJob | None:
        """Return the job of that number, or None."""
        return next((each for each in self.jobs if each.number == number), None)

    def find(self, number: int) -> RenderJob:
        """Return a job; 0 for the latest.

        Raises:
            InvalidArguments: there is none of that number.
        """
        if not self.jobs:
            raise InvalidArguments("Nothing was rendered yet; start one.")
        if not number:
            return self.jobs[-1]
        if (found := self.get(number)) is not None:
            return found
        known = ", ".join(str(each.number) for each in self.jobs)
        raise InvalidArguments(f"id: there is no render {number}; there are {known}.")

    def make_room(self) -> None:
        """See to it that another render may begin.

        Raises:
            Unavailable: one is still running.
        """
        if (running := self.running) is not None:
            raise Unavailable(
                f"Render {running.number} is still running ({100 * running.progress:.0f} %). "
                "Wait for it (status), or cancel it."
            )

    def start(
        self,
        command: Sequence[str],
        order: Order,
        folder: Path,
        target: str,
        overwrite: bool,
        warnings: Sequence[str],
    ) -> RenderJob:
        """Begin a render and return at once.

        Args:
            command: The child's command line; the file with its order is added.
            order: What to render.
            folder: The job's own, where the copy lies.
            target: See `RenderJob`.
            overwrite: See `RenderJob`.
            warnings: See `RenderJob`.

        Raises:
            Unavailable: the process cannot be started.
        """
        self.make_room()
        job = RenderJob(next(self._numbers), order, folder, target, overwrite, tuple(warnings))
        told = folder / "order.json"
        told.write_text(json.dumps(order._asdict()), "utf-8")
        try:
            job._process = subprocess.Popen(  # nosec B603 # this Blender itself, no shell
                [*command, str(told)],
                stdin=subprocess.PIPE,  # it ends when this does: no render outlives its Blender
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # Ctrl+C in a terminal is for this process to handle
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise Unavailable(f"The render cannot be started: {error}.") from None
        job._thread = threading.Thread(
            target=_follow, args=(job,), name=f"scene_chat render {job.number}"
        )
        job._thread.start()
        self.jobs = (*self.jobs, job)[-_KEPT_JOBS:]
        return job

    def dismiss(self, number: int) -> None:
        """Name a job that has ended no more. Its files stay."""
        self.jobs = tuple(
            each for each in self.jobs if each.number != number or each.state == "running"
        )

    def when_ended(self, job: RenderJob, seconds: float) -> Future[None]:
        """Return a future that is resolved when the job ends, or after `seconds`."""
        waiting: Future[None] = Future()

        def over(_: Any = None) -> None:
            with contextlib.suppress(InvalidStateError):
                waiting.set_result(None)

        job.ended.add_done_callback(over)
        if not waiting.done():
            self._alarm.after(seconds, over)
        return waiting

    def close(self) -> None:
        """End what runs, and the threads."""
        for each in self.jobs:
            each.cancel()
            if each._thread is not None:
                each._thread.join()


def target_of(job: RenderJob, made: Path) -> Path:
    """Return where a file that was rendered is wanted."""
    target = Path(job.target)
    view = _MADE.findall(made.stem)[0][1]
    return target.with_name(f"{framed(target.stem, _frame_of(job, made))}{view}{target.suffix}")


def _frame_of(job: RenderJob, made: Path) -> int:
    digits = _MADE.findall(made.stem)[0][0]
    return int(digits) if digits else job.order.frames[0]


def framed(name: str, frame: int) -> str:
    """Return a name with the frame's number in place of each run of "#", with as many digits."""
    return re.sub("#+", lambda found: f"{frame:0{len(found[0])}}", name)


def _follow(job: RenderJob) -> None:
    """Read what the child says until it is gone. The job's own thread."""
    assert job._process is not None
    printed: deque[str] = deque(maxlen=_KEPT_LINES)
    finished = False
    try:
        with job._process as process:
            assert process.stdout is not None
            for line in process.stdout:
                if not line.startswith(MARK):
                    if line.strip():
                        printed.append(line.strip())
                    continue
                with contextlib.suppress(ValueError):  # the last line of one that was killed
                    finished = _take_up(job, json.loads(line[len(MARK) :])) or finished
        made = sorted((job.folder / "out").iterdir(), key=lambda file: (_frame_of(job, file), file))
        whole = finished and bool(made) and all(each.stat().st_size for each in made)
        if not whole:
            made = _finished_frames(job, made)
        job.error = job.error or ("" if whole else _last_words(job, process.returncode, printed))
        _keep(job, made)
        job.seconds = time.monotonic() - job.began
        if job.state == "running":
            job.state = "done" if whole and not job.error else "failed"
    except Exception as error:  # whatever it is, someone waits for the end
        job.error, job.state = f"{type(error).__name__}: {error}", "failed"
    finally:
        with contextlib.suppress(OSError):
            Path(job.order.blend).unlink(missing_ok=True)
            if not any((job.folder / "out").iterdir()):
                shutil.rmtree(job.folder)
        job.ended.set_result(None)


def _finished_frames(job: RenderJob, made: list[Path]) -> list[Path]:
    """Return the frames that are whole, and remove half a picture, or a film without its end."""
    first_left = job.order.frames[0] + job.frames_done
    film = job.order.format == "FFMPEG"
    whole = [each for each in made if not film and _frame_of(job, each) < first_left]
    for each in made[len(whole) :]:
        each.unlink()
    return whole


def _take_up(job: RenderJob, said: dict[str, Any]) -> bool:
    """Take up a line of the child's; return whether it says that all is rendered."""
    if "frame" in said:
        job._first_frame = job._first_frame or time.monotonic()
        job.frame, job.part = said["frame"], 0.0
    if "part" in said:
        job.part = said["part"]
    if "written" in said:
        job.part, job.frames_done = 0.0, said["written"]
    if "warning" in said:
        job.warnings = (*job.warnings, said["warning"])
    if "error" in said:
        job.error = said["error"]
    if "preview" in said:
        with contextlib.suppress(OSError):
            data = Path(said["preview"]).read_bytes()
            job.preview = (data, said["width"], said["height"])
    return "done" in said


def _keep(job: RenderJob, made: Sequence[Path]) -> None:
    """Bring the files to where they are wanted, also those of a render that was not finished."""
    moved: list[str] = []
    try:
        if job.target:
            for each in made:
                moved.append(str(_moved(each, target_of(job, each), job.overwrite)))
    except OSError as error:
        job.error = Phrase(
            "Could not write to {folder}: {why}. What is not there is kept in {kept}.",
            folder=Path(job.target).parent,
            why=error.strerror or error,
            kept=job.folder / "out",
        )
    job.files = (*moved, *map(str, made[len(moved) :]))


def _moved(file: Path, target: Path, overwrite: bool) -> Path:
    """Move a file so that under its name there is all of it or nothing."""
    if target.exists() and not overwrite:
        raise FileExistsError(0, f"{target.name} has come to be there meanwhile")
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.move(file, part)
        return part.replace(target)
    except OSError:
        if file.exists():
            part.unlink(missing_ok=True)
        else:
            shutil.move(part, file)
        raise


def _last_words(job: RenderJob, code: int | None, printed: deque[str]) -> str:
    said = "\n".join(printed)
    if _NO_GRAPHICS.search(said):
        return Phrase(
            "This machine offers no graphics (OpenGL), which EEVEE and Workbench need. Set "
            "the scene's render.engine to CYCLES."
        )
    if "No space left" in said:
        return Phrase("The disk of {folder} is full.", folder=job.folder)
    lines = list(dict.fromkeys(printed))
    telling = [line for line in lines if re.search(r"error|cannot|fail", line, re.IGNORECASE)]
    shown = " | ".join((telling or lines)[-_SHOWN_LINES:]) or Phrase("it said nothing")
    return Phrase(
        "The process that rendered ended early (code {code}): {shown}", code=code, shown=shown
    )
