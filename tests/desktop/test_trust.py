"""What a person can see, forbid and take back, by clicks and keys."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
from pathlib import Path

import pytest
from desktop.program import HEIGHT, WIDTH, NotSeen, Program, until
from desktop.test_switch import opens

SCREEN = (0, 0, WIDTH, HEIGHT)
KEY = "sk-or-v1-planted0123456789"
HERE = """
import json
from pathlib import Path
from bl_ext.user_default.scene_chat.operators import runtime
here = runtime.current()
"""
RESET = """
from bl_ext.user_default.scene_chat.operators import timer
if here.server.running:
    bpy.ops.scene_chat.server_stop()
# Turns are counted from 1 again, and nothing of the earlier ones may be left for them.
bpy.ops.wm.read_homefile(use_factory_startup=True, load_ui=False)
here.gate.rules.read("")
here.gate.rules.session.clear()
here.keep_rules()
here.trust(Path("/"), agreed=False)
here.chat.history.turns.clear()
here.chat.history.conversation.clear()
here.panel = runtime.PanelState()
here.faults.known = []
here.faults.dismiss()
timer.redraw()
"""
OPEN_CHAT = """
window = bpy.context.window_manager.windows[0]
area = max((each for each in window.screen.areas if each.type == "VIEW_3D"), key=lambda each: each.width)
area.spaces.active.show_region_ui = True
region = next(each for each in area.regions if each.type == "UI")
try:
    region.active_panel_category = "Scene Chat"
except (AttributeError, TypeError):  # it has not been drawn yet
    pass
print(region.active_panel_category)
"""
FINGERPRINT = """
from bl_ext.user_default.scene_chat.tools.handlers.fingerprint import fingerprint
print(fingerprint())
"""


class Watched(Program):
    """A Blender that is looked at past the port: nothing but the person's deeds and the chat's
    leaves undo steps, copies and entries in the log.

    What it takes for the system's temporary folder is one of its own: there it saves by itself, and
    there clients may write without being asked.
    """

    def __init__(self, blender, zip_file, folder, **rest):
        (folder / "temporary").mkdir(exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(folder / "temporary"))
            super().__init__(blender, zip_file, folder, allow=None, **rest)

    def run(self, code):
        return self.aside(code)

    def do(self, code):
        return self.aside(HERE + code)

    def scene(self):
        """Return the scene's fingerprint."""
        return self.aside(FINGERPRINT)

    def show_chat(self):
        """Open the sidebar without clicks, for tests that are about something else."""
        until(lambda: "Scene Chat" in self.aside(OPEN_CHAT), "the chat is not shown")
        self.hover(600, 700)
        x, y = self.read("Scene Chat").middle
        self.composer = x + 20, y + 32

    def choose(self, menu, item):
        """Click on a menu of the sidebar, and on one of its items."""
        self.click_on(menu)
        left, top, _, bottom = self.sidebar
        self.click_on(item, box=(left, top, WIDTH, bottom))
        self.hover(600, 700)

    def unfold(self, section, inside):
        """Click on a section's title until what is in it is read; return that.

        The click is lost where the panel grows under it.
        """

        def opens():
            self.click_on(section)
            self.hover(600, 700)
            with contextlib.suppress(NotSeen):
                return self.read(inside, patience=3)

        return until(opens, lambda: f"{section} does not open; {self.shot('folded')}")

    def press_at_end(self, word, below=0):
        """Click on the icon at the right end of a word's line, or of one that many pixels below."""
        self.press(self.sidebar[2] - 52, word.middle[1] + below)
        self.hover(600, 700)

    def press_arrow(self, answer):
        """Click on the restore arrow: in the line beneath a turn's answer."""
        word = self.read(answer)
        self.press(self.sidebar[2] - 52, word.middle[1] + 24)

    def clipboard(self):
        return self.aside("print(bpy.context.window_manager.clipboard, end='')")


@pytest.fixture
def start(blender, zip_file, model, tmp_path):
    """Start a Blender of the test's own; it is ended with the test."""
    started = []

    def one(*, factory=True):
        settings = {"endpoint": model.url, "model": "script/desktop"} if factory else None
        program = Watched(blender, zip_file, tmp_path, settings=settings, factory=factory)
        started.append(program)
        program.show_chat()
        return program

    yield one
    for each in started:
        each.close()


@pytest.fixture(scope="module")
def shared(blender, zip_file, model, tmp_path_factory):
    """The file's Blender, whose port is closed."""
    settings = {"endpoint": model.url, "model": "script/desktop"}
    folder = tmp_path_factory.mktemp("blender")
    program = Watched(blender, zip_file, folder, settings=settings)
    try:
        program.show_chat()
        yield program
    finally:
        program.close()


@pytest.fixture
def program(shared, model):
    """The file's Blender with an empty chat, the default objects, and the rules it began with."""
    shared.settle()
    said = shared.do(RESET)
    assert not said, said
    del model.requests[:]
    shared.show_chat()
    yield shared
    assert shared.process.poll() is None, shared.said()


# Permission


def test_careful_asks_before_each_change_until_normal_is_chosen_again(program):
    program.choose("Normal", "Careful")
    program.say("Nudge the light")
    program.read("The model wants to change the scene")
    program.read('set_object: names ["Light"], location [4')
    program.shot("careful")
    program.click_on("Deny")
    assert program.turn()[1] == "Then it stays where it is."
    program.choose("Careful", "Normal")
    program.say("Raise the light")
    assert program.turn(2)[1] == "It is raised."


def test_the_reason_of_a_no_is_told_to_the_model(program, model):
    program.say("Do the forbidden")
    program.read("Always Allow")
    deny = program.read("Deny")
    program.press(deny.middle[0], deny.top - 14)
    program.type("Not on a Sunday")
    program.key("Return")
    program.read("Not on a Sunday")
    program.shot("reason")
    program.click_on("Deny")
    assert program.turn()[1] == "Then I leave them alone."
    assert "Not on a Sunday" in model.requests[-1]["messages"][-1]["content"]


def test_a_tool_that_is_always_allowed_stays_so_until_its_rule_is_removed(start):
    first = start()
    first.say("Count the folders")
    first.click_on("Always Allow")
    assert first.turn()[1] == "That is how many there are."
    first.read("execute_code · always allowed")
    first.shot("always-allowed")
    first.aside("bpy.ops.wm.save_userpref()")
    first.close()

    second = start(factory=False)
    second.read(
        "That is how many there are"
    )  # the first was ended hard, so its chat is there again
    second.say("Count the folders")
    assert second.turn(2)[1] == "That is how many there are."
    second.press_at_end(second.read("execute_code · always allowed"))
    second.say("Count the folders")
    second.read("Allow for This Session")
    assert not second.reads("always allowed")


# Back to what was


def test_the_arrow_brings_the_scene_back_and_redo_brings_it_again(program):
    before = program.scene()
    program.say("Add one cube to take back")
    program.turn()
    after = program.scene()
    assert after != before
    program.press_arrow("One more cube.")
    program.read("Restored to before")
    program.shot("restored")
    assert program.scene() == before
    program.click_on("Redo")
    until(lambda: program.scene() == after, "the cube does not come again")
    assert not program.reads("Restored to before")


def test_what_the_person_did_since_is_named_before_it_goes_back(program):
    before = program.scene()
    program.say("Add one cube and wait")
    program.turn()
    program.hover(600, 500)
    for key in ("g", "x", "3", "Return"):
        program.key(key)
    moved = "round(bpy.data.objects['Cube.001'].location.x, 3)"
    until(lambda: program.value(moved) == 3, "the cube is not moved")
    after = program.scene()

    program.press_arrow("One more cube.")
    program.read("goes back too: Move", box=SCREEN)
    program.shot("restore-asks")
    program.key("Escape")
    until(lambda: not program.reads("goes back too", box=SCREEN), "the dialog stays")
    assert program.scene() == after

    program.press_arrow("One more cube.")
    program.read("goes back too", box=SCREEN)
    program.key("Return")  # the button that is lit; tesseract cannot read it
    until(lambda: program.scene() == before, "the scene does not go back")


@pytest.fixture
def saved(program, tmp_path):
    """The file's Blender with a file that is saved under a name of its own."""
    file = tmp_path / "kitchen.blend"
    program.aside(f"bpy.ops.wm.save_as_mainfile(filepath={str(file)!r})")
    return program, file


def test_a_copy_from_before_a_turn_of_code_is_opened_and_deleted_by_clicks(saved):
    program, file = saved
    program.say("Add one cube to the kitchen")
    program.turn()
    program.unfold("Saved Copies", "kitchen.blend")
    program.shot("copies")
    program.click_on("kitchen.blend")
    question = program.read("Open Saved Copy?", box=SCREEN)
    program.shot("copy-asks")
    program.click_on("Open", box=(question.left, question.top + 35, WIDTH, HEIGHT))
    beside = str(file.with_name("kitchen restored 001.blend"))
    until(lambda: program.value("bpy.data.filepath") == beside, "the copy is not opened")
    assert program.value("sorted(bpy.data.objects.keys())") == ["Camera", "Cube", "Light"]

    program.show_chat()
    copies = "[str(c.path) for c in here.scene.copies.listed() if c.name == 'kitchen.blend']"
    listed = program.value(copies)
    assert len(listed) == 2  # the changes that were not saved went into one, too
    # It was folded when the copy was saved, which is kept with the file.
    program.press_at_end(program.unfold("Saved Copies", "kitchen.blend"))
    until(lambda: program.value(copies) == listed[1:], "the copy is not deleted")
    assert not Path(listed[0]).exists()
    assert Path(listed[1]).exists()
    program.click_on("Saved Copies")


def test_after_a_crash_the_panel_says_what_ran_and_offers_what_was_saved(start, tmp_path):
    file = tmp_path / "castle.blend"
    first = start()
    pid = first.value("__import__('os').getpid()")
    first.aside(
        f"bpy.ops.wm.save_as_mainfile(filepath={str(file)!r})\n"
        "bpy.context.object.name = 'Autosaved'\n"
        # As Blender does every few minutes.
        f"bpy.ops.wm.save_as_mainfile(filepath={str(autosave_of(file, pid, tmp_path))!r}, copy=True)\n"
        "bpy.context.object.name = 'Cube'\n"
        "bpy.ops.wm.save_userpref()"
    )
    first.say("Sleep in the castle")
    kept = tmp_path / "user" / "datafiles" / "scene_chat"
    marks = kept / "running"
    until(lambda: list((kept / "copies").glob("*.json")), "no copy is saved")
    until(lambda: any(each.read_bytes()[:1] == b"R" for each in marks.glob("*.json")), "no mark")
    os.kill(pid, signal.SIGKILL)
    first.process.wait()
    # Another Blender died too: what is said of the second shows when the first is dismissed.
    (mark,) = marks.glob("*.json")
    earlier = json.loads(mark.read_text()[1:].partition("\n")[0])
    earlier |= {"at": earlier["at"] - 600, "turn": "An earlier turn"}
    mark.with_name("another.json").write_text(f"R{json.dumps(earlier)}\n")

    second = start(factory=False)
    second.read("Blender ended unexpectedly")
    second.read("Scene Chat was running execute_code, for “Sleep in the castle”")
    second.read("Recover Autosave of")
    second.shot("died")
    second.click_on("Open Copy of")
    beside = str(file.with_name("castle restored 001.blend"))
    until(lambda: second.value("bpy.data.filepath") == beside, "the copy is not opened")
    assert second.value("sorted(bpy.data.objects.keys())") == ["Camera", "Cube", "Light"]
    second.show_chat()
    second.click_on("Dismiss")
    until(lambda: second.value("len(here.left)") == 1, "it is not dismissed")
    second.click_on("Recover Autosave of")
    until(lambda: second.value("'Autosaved' in bpy.data.objects"), "the autosave is not opened")
    second.show_chat()
    assert not second.reads("ended unexpectedly")
    assert not list(marks.glob("*.json"))
    second.close()

    third = start(factory=False)
    assert not third.reads("ended unexpectedly")


def autosave_of(file, pid, tmp_path):
    return tmp_path / "temporary" / f"{file.stem}_{pid}_autosave.blend"


# The log


def test_the_log_tells_who_did_what_and_with_whose_permission(program):
    program.say("Count the folders")
    program.click_on("Allow Once")
    program.turn()
    program.unfold("Log", "Scene Chat · Allowed once, by the person at Blender")
    program.read("execute_code")
    program.shot("log")
    program.click_on("Log")


def test_the_log_is_searched_copied_and_exported(program, tmp_path):
    program.say("Raise the light high")
    program.turn()
    program.say("Add one cube to be found")
    program.turn(2)
    program.unfold("Log", "Allowed by the rule")
    left, _, right, bottom = program.sidebar
    log = (left, program.read("Log").top, right, bottom)
    entry = program.read("execute_code", box=log)
    program.read("set_object", box=log)
    program.press(entry.middle[0], entry.top - 22)
    program.type("to be found")
    program.key("Return")
    program.hover(600, 700)
    until(lambda: not program.reads("set_object", box=log), "the search leaves all entries there")
    entry = program.read("execute_code", box=log)
    program.shot("log-searched")
    program.press_at_end(entry)
    copied = until(lambda: program.clipboard().startswith("{") and program.clipboard(), "no copy")
    entry = json.loads(copied)
    assert (entry["tool"], entry["turn"]) == ("execute_code", "Add one cube to be found")
    assert entry["receipt"] == "Added object Cube.001"

    file = tmp_path / "log.jsonl"
    said = program.aside(f"print(bpy.ops.scene_chat.log_export(filepath={str(file)!r}))")
    assert "{'FINISHED'}" in said
    exported = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert exported[-1] == entry
    program.click_on("Log")


# Faults of our own

BREAK_DRAWING = f"""
from bl_ext.user_default.scene_chat.ui import renders
def draw(*_):
    raise ValueError("no picture with {KEY}")
renders.draw, renders.whole = draw, renders.draw
from bl_ext.user_default.scene_chat.operators import timer
timer.redraw()
"""
MEND_DRAWING = """
from bl_ext.user_default.scene_chat.ui import renders
renders.draw = renders.whole
"""
BREAK_TIMER = f"""
def glance():
    raise ValueError("no glance with {KEY}")
here.timer._glance = glance
"""
MEND_TIMER = "here.timer._glance = here.glance"
BREAK_THREAD = f"""
from bl_ext.user_default.scene_chat.chat import prompt
def system_prompt(*_):
    raise ValueError("no prompt with {KEY}")
prompt.system_prompt, prompt.whole = system_prompt, prompt.system_prompt
"""
MEND_THREAD = """
from bl_ext.user_default.scene_chat.chat import prompt
prompt.system_prompt = prompt.whole
"""


@pytest.fixture
def broken(program):
    """Break a part of the extension for the time of the test; a key is stored."""
    mended = []

    def breaks(how, mend):
        program.do(f"here.keep_key({KEY!r})")
        mended.append(mend)
        said = program.do(how)
        assert not said, said

    yield breaks
    for mend in mended:
        program.do(mend)
    program.do("here.keep_key('')")


def copied_report(program, *, with_prompt=False):
    """Click on Copy Report and through its dialog; return what is on the clipboard."""
    program.aside("bpy.context.window_manager.clipboard = ''")
    program.click_on("Copy Report")
    box = program.read("Include My Last Message", box=SCREEN)
    if with_prompt:
        program.press(*box.middle)
        program.hover(box.left, box.top - 20)  # what it means is shown over the buttons
    program.shot(f"report-dialog-{'with' if with_prompt else 'without'}")
    program.press(box.middle[0], box.middle[1] + 31)  # Copy
    return until(program.clipboard, "no report is copied")


def test_a_fault_in_drawing_leaves_the_composer_and_a_report_without_key_and_prompt(
    program, broken
):
    program.say("Greet me secretly")
    program.turn()
    broken(BREAK_DRAWING, MEND_DRAWING)
    program.read("Something failed in drawing the panel")
    program.shot("fault-drawing")
    program.write("Greet me again")
    program.click(600, 700)
    until(lambda: program.value("here.panel.draft") == "Greet me again", "the draft is lost")
    text = copied_report(program)
    assert "Scene Chat 0.1.0, Blender" in text
    assert "ValueError: no picture with" in text
    assert "Traceback" in text
    assert KEY not in text
    assert "secretly" not in text


def test_a_report_holds_the_last_message_if_that_is_ticked(program, broken):
    program.say("Greet me secretly")
    program.turn()
    broken(BREAK_DRAWING, MEND_DRAWING)
    text = copied_report(program, with_prompt=True)
    assert "Last message: Greet me secretly" in text
    assert KEY not in text


def test_a_fault_in_the_timer_is_said_and_the_chat_goes_on(program, broken):
    broken(BREAK_TIMER, MEND_TIMER)
    program.say("Add one cube by and by")
    assert program.turn()[1] == "One more cube."
    program.do(MEND_TIMER)
    program.read("Something failed in the timer")
    program.shot("fault-timer")
    text = copied_report(program)
    assert "In the timer" in text
    assert "no glance with" in text
    assert KEY not in text


def test_a_fault_in_the_chats_thread_ends_the_turn_and_the_next_one_works(program, broken):
    broken(BREAK_THREAD, MEND_THREAD)
    program.say("Greet me")
    reason, _, problems = program.turn()
    assert reason == "error"
    assert "no prompt with" in problems[0]
    assert KEY not in problems[0]
    program.read("Something failed in the chat")
    program.shot("fault-thread")
    assert KEY not in copied_report(program)
    program.do(MEND_THREAD)
    program.say("Greet me")
    assert program.turn(2)[1] == "Good day to you."


# Preferences


@pytest.fixture
def preferences(program):
    """Show the add-on's preferences, in a window of their own; it is closed with the test."""

    def show():
        program.aside(
            "bpy.ops.screen.userpref_show(section='ADDONS')\n"
            "bpy.ops.preferences.addon_show(module=EXTENSION)"
        )
        return program

    yield show
    program.aside(
        "window = bpy.context.window_manager.windows[-1]\n"
        "if len(bpy.context.window_manager.windows) > 1:\n"
        "    with bpy.context.temp_override(window=window):\n"
        "        bpy.ops.wm.window_close()"
    )


@pytest.fixture
def client(program):
    """A program that is connected to the port."""
    program.aside(f"bpy.ops.scene_chat.server_start(port={program.port})")
    until(lambda: opens(program.port), "the port does not open")
    with socket.create_connection(("127.0.0.1", program.port), timeout=60) as peer:

        def ask(kind, **params):
            peer.sendall(json.dumps({"type": kind, "params": params}).encode())
            return json.loads(peer.recv(8192))

        yield ask


def test_files_are_denied_to_clients_by_a_click_in_the_table(program, preferences, client):
    preferences()
    program.hover(*program.read("Time Limit of Code", box=SCREEN).middle)

    def row_in_sight():
        program.screen.xdotool("click", 5)  # the mouse's wheel
        with contextlib.suppress(NotSeen):
            return program.read("Read and Write Files", box=SCREEN, patience=1)

    row = until(row_in_sight, "the table does not come into sight")
    column = program.read("External Clients", box=(row.left, row.top - 160, WIDTH, row.top))
    program.shot("permission-table")
    program.press(column.middle[0], row.middle[1])
    program.click_on("Deny", box=(column.left - 150, row.top - 150, WIDTH, HEIGHT))
    until(lambda: program.value("here.gate.rules.always['client', 'files']") == "deny", "no rule")
    file = program.folder / "picture.png"
    answer = client("get_viewport_screenshot", filepath=str(file))
    assert answer["status"] == "error"
    assert "forbids it" in answer["message"]
    assert not file.exists()
    assert program.value("len(here.gate.waiting)") == 0


def test_a_key_beside_the_file_is_used_only_after_a_click(saved, preferences):
    program, file = saved
    host = program.value("here.settings().endpoint").split("/")[2]
    name = "SCENE_CHAT_KEY_" + host.replace(".", "_").replace(":", "_")
    file.with_name(".env").write_text(f"{name}={KEY}\n")
    key = "(lambda key: key and key.value)(here.settings().key)"
    assert program.value(key) is None
    preferences()
    program.read("There is a key in", box=SCREEN)
    program.shot("key-beside")
    assert program.value(key) is None
    program.click_on("Use Keys in This File's Folder", box=SCREEN)
    until(lambda: program.value(key) == KEY, "the key is not used")
    program.click_on("No Longer Use Keys", box=SCREEN)
    until(lambda: program.value(key) is None, "the key is still used")


STATE = """
print(json.dumps([
    here.gate.rules.as_text(), here.settings().endpoint, here.folders, here.time_limit,
    here.settings().key and here.settings().key.value, here.server.running,
    *(getattr(here.preferences, name) for name in (
        "permissions", "endpoint", "key_folders", "time_limit", "model", "server_port",
        "server_autostart", "copies", "copies_megabytes", "copies_count", "api_key")),
]))
"""
SETS = f"""
import bpy
preferences = bpy.context.preferences.addons["bl_ext.user_default.scene_chat"].preferences
panel = bpy.context.window_manager.scene_chat
for where, values in (
    (preferences, {{
        "permissions": '{{"chat code": "allow", "client files": "allow"}}',
        "endpoint": "http://127.0.0.1:9/v1", "key_folders": '["/"]', "time_limit": 3000,
        "model": "another", "server_port": 2000, "server_autostart": True, "copies": False,
        "copies_megabytes": 1, "copies_count": 1, "api_key": "{KEY}",
    }}),
    (panel, {{
        "chat_preset": "trusting", "client_preset": "trusting", "chat_files": "allow",
        "client_files": "allow", "serving": False,
    }}),
):
    for name, value in values.items():
        setattr(where, name, value)
print("all is set")
"""


def test_a_script_that_was_allowed_changes_no_permission_key_endpoint_or_limit(program, client):
    before = program.do(STATE)
    program.do("here.gate.allow('client', ['code'])\nhere.keep_rules()")
    allowed = program.do(STATE)
    answer = client("execute_code", code=SETS)
    assert answer["status"] == "success", answer
    assert answer["result"]["result"].endswith("all is set\n")
    assert program.do(STATE) == allowed
    program.do("here.gate.rules.read('')\nhere.keep_rules()")
    assert json.loads(program.do(STATE))[1:6] == json.loads(before)[1:6]
