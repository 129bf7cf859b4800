"""The fault matrix: what can happen to a chat and its Blender, and at which moment of a turn.

Every case is one turn of three rounds, played by the stand-in for the model:

1. A script makes two objects, "First A" and "First B": now there is something to lose.
2. The moment is reached, and the fault strikes. What is asked for here makes "Second A" and "Second B".
3. The model says that all is done.

A fault is a generator of three parts: before its first `yield` it prepares the turn; then the
moment is reached and it strikes, and lets the turn go on; after its second `yield` the turn has
ended, and it looks after what the person did meanwhile. What holds after every fault stands in
`test_faults`.

While Python runs on Blender's main thread nothing else can happen there. What strikes "in a tool"
is therefore pressed or clicked while the script runs, which is checked, and takes effect right
after it, before the round's next call.
"""

from __future__ import annotations

import contextlib

from desktop.program import until
from desktop.test_busy import Client
from desktop.test_files import LEFT, MODULE, NOTHING, answers
from standin.script import Call, Raw, Say

WAITING, STREAMING, TOOL, APPROVAL = "waiting", "streaming", "tool", "approval"
MOMENTS = {
    WAITING: "waiting for the model: its server has not sent a byte of the second round",
    STREAMING: "the second round's text is coming",
    TOOL: "the second round's script runs for a second",
    APPROVAL: "the second round's script waits for the person, since it imports os",
}

PAIR = """
for name in ({names}):
    {pause}
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, None))
"""
SLOWLY = "time.sleep(0.5)"
HASTE = 1.0
"""Seconds that a time limit is set to where one is to be reached."""

ENABLE = """
bpy.ops.preferences.addon_enable(module=EXTENSION)
preferences = bpy.context.preferences.addons[EXTENSION].preferences
preferences.endpoint, preferences.model = {endpoint!r}, "script/faults"
bpy.ops.scene_chat.server_start(port={port}, allow="code,files")
"""
"""Blender forgets an add-on's preferences with it."""


def in_view(code):
    """Code that runs where a click in the 3D view would have it run."""
    indented = "\n".join(f"    {line}" for line in code.splitlines())
    return (
        "window = bpy.context.window_manager.windows[0]\n"
        "area = max((each for each in window.screen.areas if each.type == 'VIEW_3D'),\n"
        "           key=lambda each: each.width)\n"
        "region = next(each for each in area.regions if each.type == 'WINDOW')\n"
        "with bpy.context.temp_override(window=window, area=area, region=region):\n"
        f"{indented}\n"
    )


def makes(what, *, slowly=False, imports="", then=""):
    """A script that makes two objects at once."""
    head = [f"import {each}" for each in ["time"] * slowly + [imports] * bool(imports)]
    code = PAIR.format(names=f"'{what} A', '{what} B'", pause=SLOWLY if slowly else "pass")
    return "\n".join(head) + code + then


FAULTS = {}
"""By name, in the order of the matrix."""


def fault(name):
    """Keep a generator function as the fault of that name."""

    def keep(function):
        FAULTS[name] = function
        return function

    return keep


def goes_on_in_the_round(case):
    """In a tool, have the round hold a second call, which comes right after the fault."""
    if case.moment == TOOL:
        case.more = Call("execute_code", {"code": makes("Third")})
        case.there.add("Third")


# The model's side


@fault("stream breaks")
def stream_breaks(case):
    """Before its first word, or in its midst. While a tool runs or a card waits no connection is in
    use: the next one breaks."""
    case.reason = "error"
    if case.moment in (WAITING, STREAMING):
        case.answer = case.broken()
        case.there, case.same = {"First"}, True
    else:
        case.last = Raw((), breaks=True)
    yield
    case.go_on()
    yield
    said = case.desk.seen()["problems"][0][0]
    assert ("broke off" if case.moment == STREAMING else "cannot be reached") in said, said


@fault("time-out")
def time_out(case):
    """The model's own limit of silence, the tool's limit, the person's patience."""
    case.there = {"First"}
    if case.moment in (WAITING, STREAMING):
        # 300 s otherwise. The name of another model has it asked by another client.
        case.desk.aside(
            "from bl_ext.user_default.scene_chat.chat import model\n"
            f"model.PATIENCE = model.Patience(answer={HASTE}, bytes={HASTE})\n"
            "bpy.context.preferences.addons[EXTENSION].preferences.model = 'script/hasty'"
        )
        case.reason, case.same = "error", True
    elif case.moment == TOOL:
        case.limit, case.fails, case.partial = HASTE, True, "Second A"
        case.second = "import time\nmade = bpy.data.objects.new('Second A', None)\n" \
                      "bpy.context.scene.collection.objects.link(made)\n" \
                      "while True:\n    time.sleep(0.05)"  # fmt: skip
    else:
        case.fails = case.same = True
    yield
    if case.moment == APPROVAL:
        # As if the ten minutes that a person has were over.
        case.desk.aside(
            "import heapq\n"
            "from bl_ext.user_default.scene_chat.operators import runtime\n"
            "alarm = runtime.current().alarm\n"
            "with alarm._changed:\n"
            "    alarm._due[:] = [(at - 600, *rest) for at, *rest in alarm._due]\n"
            "    heapq.heapify(alarm._due)\n"
            "    alarm._changed.notify()"
        )
    yield
    seen = case.desk.seen()
    said = seen["problems"][0][0] if case.reason == "error" else seen["messages"][-2]["content"]
    words = {WAITING: "began no answer", STREAMING: "The answer stopped", TOOL: "its time limit",
             APPROVAL: "Nobody answered"}  # fmt: skip
    assert words[case.moment] in said


@fault("stop")
def stop(case):
    """The button; while a script runs the click is taken right after it."""
    case.reason, case.last = "stopped", case.silent(Say("Too late."))
    if case.moment != TOOL:
        case.there, case.same = {"First"}, True
    yield
    case.act("bpy.ops.scene_chat.stop()")
    yield
    assert case.desk.seen()["cards"] == []


# Tools


def client_of(case, code):
    """Have another client of the port run code, and return that client."""
    client = Client(case.desk.program)
    client.send({"type": "execute_code", "params": {"code": code}})
    return client


FAILS = """
made = bpy.data.objects.new('{name}', None)
bpy.context.scene.collection.objects.link(made)
raise ValueError('no more of this')
"""
HANGS = """
made = bpy.data.objects.new('{name}', None)
bpy.context.scene.collection.objects.link(made)
while True:
    try:
        made = None
    except BaseException:
        pass
"""


@fault("tool raises")
def tool_raises(case):
    """The turn's own script half way; in the other moments one that a client runs just then."""
    if case.moment == TOOL:
        case.second = "import time\ntime.sleep(0.5)" + FAILS.format(name="Second A")
        case.fails, case.there, case.partial = True, {"First"}, "Second A"
        # A typed tool that raises half way leaves the scene as it was.
        steps = [{"do": "delete", "direction": "+Z"}, {"do": "delete", "direction": "+Z"}]
        case.more = Call("edit_mesh", {"name": "Cube", "steps": steps}, fails=True)
    yield
    if case.moment == TOOL:
        yield
        assert "no more of this" in case.desk.seen()["messages"][-3]["content"]
        faces = "print(len(bpy.data.meshes['Cube'].polygons))"
        assert case.desk.aside(faces) == "6\n", case.desk.seen()["messages"][-2]["content"]
        return
    case.one_step = False
    with contextlib.closing(client_of(case, FAILS.format(name="Client"))) as client:
        until(lambda: client.answer, "the client gets no answer")
        assert client.answer["status"] == "error"
        assert "no more of this" in client.answer["message"]
    case.go_on()
    yield
    assert "Client" in case.desk.scene()["objects"]


@fault("tool hangs")
def tool_hangs(case):
    """A script that swallows whatever would end it, until its time limit; see "tool raises"."""
    if case.moment == TOOL:
        case.second = HANGS.format(name="Second A")
        case.limit, case.fails, case.partial = HASTE, True, "Second A"
        case.there = {"First"}
    else:
        case.desk.aside(serve(case, 2 * HASTE))
    yield
    if case.moment == TOOL:
        yield
        assert "its time limit" in case.desk.seen()["messages"][-2]["content"]
        return
    case.one_step = False
    case.desk.program.disconnect()
    with contextlib.closing(client_of(case, HANGS.format(name="Client"))) as client:
        case.desk.until(lambda seen: "client" in seen["runs"], "the client's script does not run")
        if case.moment == APPROVAL:  # the click is taken once the main thread is free
            until(lambda: client.answer, "the hanging script is not ended")
            case.go_on()
        else:  # the model's answer comes meanwhile, and its call has to wait
            case.go_on()
            case.desk.until(lambda seen: seen["calls"] == [[True, None]], "no call is made")
            until(lambda: client.answer, "the hanging script is not ended")
        assert client.answer["status"] == "error"
        assert "its time limit" in client.answer["message"]
    yield
    assert "Client" in case.desk.scene()["objects"]
    case.desk.aside(serve(case, None))


def serve(case, limit):
    """Code that opens the port anew, with another limit for what clients run."""
    return (
        "from bl_ext.user_default.scene_chat.operators import runtime\n"
        "from bl_ext.user_default.scene_chat.server.blender_mcp import CLIENT_SECONDS\n"
        "server = runtime.current().server\n"
        f"server.stop()\nserver.start({case.desk.program.port}, {limit} or CLIENT_SECONDS)"
    )


# The person's side


@fault("undo by the user")
def undo(case):
    """Ctrl+Z takes back what the turn has done so far; what it does later is a new step."""
    case.one_step = False
    case.there = {"Second"}
    if case.moment == TOOL:
        goes_on_in_the_round(case)
        case.there = {"Third"}
    yield
    case.press("ctrl+z")
    if case.moment != TOOL:
        case.wait_in_view("'First A' not in bpy.data.objects")
        case.go_on()
    yield


@fault("file load")
def file_load(case):
    yield from other_file(case, "bpy.ops.wm.open_mainfile(filepath={file!r})", "Other")


@fault("File > New")
def new_file(case):
    yield from other_file(case, "bpy.ops.wm.read_homefile(app_template='')", "Cube")


def other_file(case, code, shows):
    """What the model wants without knowing of it is not done to a file that is opened meanwhile."""
    case.one_step, case.there = False, set()
    case.fails = case.moment != TOOL
    if case.moment == TOOL:
        case.later = Call("execute_code", {"code": makes("Third")}, fails=True)
    yield
    case.act(code.format(file=str(case.desk.other)))
    case.wait_in_view(f"{shows!r} in bpy.data.objects and 'First A' not in bpy.data.objects")
    case.go_on()
    yield
    assert "Another file was opened" in case.desk.seen()["messages"][-2]["content"]


@fault("scene deleted")
def scene_deleted(case):
    """The scene in the window is deleted, and the window shows another one."""
    case.one_step = False
    case.desk.aside("bpy.data.scenes.new('Spare')\nbpy.ops.ed.undo_push(message='Spare')")
    yield
    case.act("bpy.ops.scene.delete('EXEC_DEFAULT', True)")
    case.wait_in_view("bpy.context.scene.name == 'Spare'")
    case.go_on()
    yield
    scene = case.desk.scene()
    assert scene["scene"] == "Spare"
    owned = "print([name in bpy.context.scene.objects for name in ('Second A', 'Second B')])"
    assert case.desk.aside(owned) == str([case.moment != TOOL] * 2) + "\n"


@fault("object deleted")
def object_deleted(case):
    """One of two objects that are to be moved is deleted: then neither is."""
    case.one_step, case.lost = False, {"First A"}
    case.there = {"First"}
    case.first += (
        "\nbpy.ops.object.select_all(action='DESELECT')\n"
        "bpy.data.objects['First A'].select_set(True)\n"
        "bpy.context.view_layer.objects.active = bpy.data.objects['First A']"
    )
    raises = Call(
        "set_object", {"names": ["First B", "First A"], "location": [0, 0, 7]}, fails=True
    )
    if case.moment == TOOL:
        case.there = {"First", "Second"}
        case.more = raises
    elif case.moment == APPROVAL:
        case.second = (
            "import os\nboth = [bpy.data.objects[name] for name in ('First B', 'First A')]\n"
            "for each in both:\n    each.location.z = 7"
        )
        case.fails = True
    else:
        case.call, case.fails = raises, True
    yield
    case.press("Delete")
    case.wait_in_view("'First A' not in bpy.data.objects")
    case.go_on()
    yield
    assert case.desk.aside("print(bpy.data.objects['First B'].location.z)") == "0.0\n"


@fault("mode change")
def mode_change(case):
    """Tab: the rest of the turn finds the cube in edit mode."""
    case.one_step = False
    goes_on_in_the_round(case)
    yield
    case.press("Tab")
    case.wait_in_view("bpy.context.mode == 'EDIT_MESH'")
    case.go_on()
    yield
    assert case.desk.scene()["mode"] == "EDIT_MESH"


def in_mode(case, mode, prepared, work, done):
    """The whole turn happens in a mode, in which the person works on meanwhile.

    Args:
        mode: As `mode_set` takes it.
        prepared: Code for it, before.
        work: Keys, or code that is run as a menu's entry is.
        done: An expression that is true once, and as long as, that work is there.
    """
    case.one_step = False
    case.desk.aside(
        in_view(f"{prepared}\nbpy.ops.object.mode_set('EXEC_DEFAULT', True, mode={mode!r})")
    )
    entered = case.desk.scene()["mode"]
    assert entered != "OBJECT"
    goes_on_in_the_round(case)
    yield
    if isinstance(work, tuple):
        case.press(*work)
    else:
        case.act(work)
    case.wait_in_view(done)
    case.go_on()
    yield
    case.wait_in_view(f"bpy.context.mode == {entered!r} and {done}")


@fault("edit mode")
def edit_mode(case):
    """The person moves the mesh up by two."""
    yield from in_mode(
        case, "EDIT", "pass", ("g", "z", "2", "Return"),
        "max(each.co.z for each in bmesh.from_edit_mesh(bpy.data.meshes['Cube']).verts) > 2.5",
    )  # fmt: skip


@fault("sculpt mode")
def sculpt_mode(case):
    """The person masks all, by the menu: Debian's 4.3 has no brush."""
    mask = "bpy.data.meshes['Cube'].attributes['.sculpt_mask'].data"
    yield from in_mode(
        case, "SCULPT", "pass",
        "bpy.ops.paint.mask_flood_fill('EXEC_DEFAULT', True, mode='VALUE', value=1)",
        f"'.sculpt_mask' in bpy.data.meshes['Cube'].attributes and min(each.value for each in {mask}) == 1",
    )  # fmt: skip


@fault("paint mode")
def paint_mode(case):
    """The person inverts the vertices' colours."""
    yield from in_mode(
        case, "VERTEX_PAINT",
        "bpy.data.meshes['Cube'].color_attributes.new('Colour', 'BYTE_COLOR', 'CORNER')\n"
        "for each in bpy.data.meshes['Cube'].color_attributes['Colour'].data:\n"
        "    each.color = (1, 1, 1, 1)",
        "bpy.ops.paint.vertex_color_invert('EXEC_DEFAULT', True)",
        "bpy.data.meshes['Cube'].color_attributes['Colour'].data[0].color[0] < 0.1",
    )  # fmt: skip


@fault("grab running")
def grab(case):
    """The person holds the cube: what would change the scene waits until it is put down."""
    case.one_step = False
    goes_on_in_the_round(case)
    yield
    case.press("g")
    case.desk.program.hover(680, 540)
    case.wait_in_view("window.modal_operators")
    case.go_on()
    held(case, "Move is in progress")
    case.desk.key("Return")
    yield
    assert case.desk.aside("print(bpy.data.objects['Cube'].location.length > 0.1)") == "True\n"


@fault("render running")
def render(case):
    """A render of the window's own: what would change the scene waits until it is over, and leaves
    it alone. Here the person ends it, so that it is long enough on any machine."""
    case.desk.aside(
        "scene = bpy.context.scene\n"
        "scene.render.engine, scene.cycles.device = 'CYCLES', 'CPU'\n"
        "scene.cycles.use_denoising = False\n"
        "scene.cycles.use_adaptive_sampling = False\n"
        "scene.cycles.samples = 100_000\n"
        "scene.render.resolution_percentage = 20\n"
        "bpy.context.preferences.view.render_display_type = 'NONE'\n"
        "said = bpy.app.driver_namespace['renders'] = []\n"
        "bpy.app.handlers.render_complete.append(lambda *_: said.append('complete'))\n"
        "bpy.app.handlers.render_cancel.append(lambda *_: said.append('cancelled'))\n"
        "bpy.ops.ed.undo_push(message='Cycles')"
    )
    goes_on_in_the_round(case)
    yield
    case.act("bpy.ops.render.render('INVOKE_DEFAULT')")
    case.go_on()
    held(case, "a render is running")
    case.wait_in_view("bpy.app.is_job_running('RENDER')")
    assert case.desk.aside("print(bpy.app.driver_namespace['renders'])") == "[]\n"
    case.desk.key("Escape")
    yield
    assert case.desk.aside("print(bpy.app.is_job_running('RENDER'))") == "False\n"


def held(case, why):
    """Wait until a call of the turn is held back, for that reason."""

    def waits(seen):
        return seen["held"] == why and seen["calls"][0][-1] is None

    case.desk.until(waits, f"nothing waits because {why}")


# The end of it all


@fault("disable")
def disable(case):
    """In the preferences; enabled again, the extension knows the conversation."""
    case.reason, case.last = "stopped", case.silent(Say("Too late."))
    case.one_step = False
    if case.moment != TOOL:
        case.there = {"First"}
    yield
    desk = case.desk
    case.act(f"bpy.ops.preferences.addon_disable(module={MODULE!r})")
    desk.until(lambda seen: not seen["on"], "it is still enabled")
    desk.program.disconnect()
    assert not answers(desk.program.port)
    assert desk.aside(LEFT) == NOTHING
    desk.aside(ENABLE.format(endpoint=desk.model.url, port=desk.program.port))
    desk.until(lambda seen: seen["on"], "it is not enabled again")
    yield


@fault("Blender killed")
def killed(case):
    """The saved file is as it was saved, and Blender starts with the extension as it was."""
    file = case.desk.folder / "saved.blend"
    case.desk.aside(f"bpy.ops.wm.save_as_mainfile(filepath={str(file)!r}, copy=True)")
    case.gone, case.one_step, case.there = True, False, set()
    yield
    case.desk.kill()
    case.close()
    case.desk.start(factory=False)
    case.desk.aside(in_view(f"bpy.ops.wm.open_mainfile(filepath={str(file)!r})"))
    case.wait_in_view("bpy.data.filepath")
    yield
