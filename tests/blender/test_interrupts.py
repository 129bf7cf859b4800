"""Scripts stopped at random moments on the whole way from the call to Blender and back.

INTERRUPTS says how many (100 if left out), INTERRUPTS_SEED repeats a run that is printed.
"""

from __future__ import annotations

import collections
import os
import random
import re
import sys
import threading
import time

import bpy
import pytest

MAKES = (
    "bpy.ops.mesh.primitive_cube_add()",
    "bpy.data.objects.new('Made', None)",
    "bpy.context.collection.objects.link(bpy.data.objects.new('Made', None))",
    "bpy.data.materials.new('Made')",
    "bpy.data.meshes.new('Made').from_pydata([(0, 0, i) for i in range(50)], [], [])",
    "bpy.ops.object.duplicate() if bpy.context.selected_objects else None",
)
CHANGES = (
    "bpy.data.objects['Cube'].location.x += 1",
    "bpy.context.view_layer.update()",
    "bpy.ops.object.select_all(action='SELECT')",
    "x = sorted(bpy.data.objects, key=lambda o: o.name)",
    "x = [v.co.x for v in bpy.data.objects['Cube'].data.vertices]",
    "import math\nx = sum(math.sin(i) for i in range(500))",
)
AROUND = (
    "for i in range(5):\n {body}",
    "try:\n {body}\nexcept: pass",
    "try:\n {body}\nfinally:\n x = 1",
    "def f():\n {body}\nf()",
)
# Before 5.1 Blender reads an override without Python's lock while an operator runs, which destroys
# Python's memory as soon as another thread allocates some (docs/reliability.md).
if bpy.app.version >= (5, 1):
    AROUND += ("with bpy.context.temp_override(object=bpy.data.objects['Cube']):\n {body}",)


def random_script(draw):
    """Return a script, and whether it would end."""
    body = "\n".join(draw.choice(MAKES + CHANGES) for _ in range(draw.randint(1, 3)))
    for _ in range(draw.randint(0, 2)):
        body = draw.choice(AROUND).format(body=body.replace("\n", "\n "))
    if endless := draw.random() < 0.5:
        # Paced, so that the scene is as large after each whatever the machine's speed.
        body = f"{body}\nwhile True:\n x = 0\n bpy.data.objects['Cube'].location.y += 1e-3"
    return body, not endless


def names():
    """What there is, of the kinds that a receipt names by themselves."""
    lists = {"object": bpy.data.objects, "material": bpy.data.materials}
    return {kind: {each.name for each in found} for kind, found in lists.items()}


class Watching:
    """Another add-on's handler, which Blender calls in the midst of a script's line."""

    def __init__(self):
        self.begun = self.ended = 0

    def __call__(self, *_):
        self.begun += 1
        for each in range(200):
            str(each)
        self.ended += 1


@pytest.fixture
def watching(here):
    made = Watching()

    @bpy.app.handlers.persistent
    def handler(*rest):
        made(*rest)

    bpy.app.handlers.depsgraph_update_post.append(handler)
    yield made
    bpy.app.handlers.depsgraph_update_post.remove(handler)


def test_scripts_stopped_at_random_moments_leave_blender_whole(here, module, watching, monkeypatch):
    number = int(os.environ.get("INTERRUPTS", 100))
    seed = int(os.environ.get("INTERRUPTS_SEED", random.randrange(1 << 32)))
    print(f"INTERRUPTS={number} INTERRUPTS_SEED={seed}")
    draw = random.Random(seed)
    gate, limits = module("tools.gate"), module("tools.queue").Limits
    threads = set(threading.enumerate())
    raised = []  # by a handler: Blender prints it and goes on
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: raised.append(kind))
    ended = collections.Counter()
    for shot in range(number):
        if shot % 20 == 0:
            bpy.ops.wm.read_homefile(use_factory_startup=True, app_template="")
        source, ends = random_script(draw)
        cancels = draw.random() < 0.7
        origin = gate.Origin(
            "chat", "a test", 5000 + shot, f"turn {shot}",
            limits(running=30.0 if cancels else draw.uniform(0.02, 0.15)),
        )  # fmt: skip
        before = names()
        call = here.calls.submit("execute_code", {"code": source}, origin)
        timer = threading.Timer(draw.uniform(0, 0.01 if ends else 0.05), call.cancel)
        if cancels:
            timer.start()
        here.run_until(call.result.done)
        if cancels:
            timer.join()
        result = call.result.result()
        told = f"after interrupt {shot}: {result}\n\n{source}"
        ended[result.kind or "ended"] += 1
        if result.kind in ("CallCancelled", "TimeLimitReached"):
            said = "The script was (stopped|not begun)|ran to its end|^The call was cancelled.$"
            assert re.search(said, result.error), told
        else:
            assert ends, told
        after = names()
        for kind in before:
            added = after[kind] - before[kind]
            assert set(result.receipt.added.get(kind, ())) == added, told
        assert (watching.begun, raised) == (watching.ended, []), told
        assert bpy.context.mode == "OBJECT", told
        bpy.context.view_layer.update()
        assert {each.name for each in bpy.context.view_layer.objects} <= after["object"], told
        assert (sys.gettrace(), sys.exception()) == (None, None), told
        assert here.queue.running is None, told
        follow = here.calls.submit("execute_code", {"code": "6 * 7"}, origin_after(gate, shot))
        here.run_until(follow.result.done)
        assert follow.result.result().value["value"] == 42, told
        assert len(here.queue) == 0, told
    print(dict(ended), f"{watching.begun} calls of the handler")
    assert watching.begun > 0
    assert ended["CallCancelled"] > number / 4
    assert ended["TimeLimitReached"] > 0
    deadline = time.monotonic() + 5.0
    while left := [t for t in set(threading.enumerate()) - threads if "stop" in t.name]:
        assert time.monotonic() < deadline, left
        left[0].join(0.1)


def origin_after(gate, shot):
    """Another turn: the one before it may be refused what came late."""
    return gate.Origin("chat", "a test", 900_000 + shot, f"after {shot}")
