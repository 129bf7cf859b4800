"""The panel at the scales and widths that people use: nothing is cut off, nothing overlaps.

That is for eyes: each case keeps a picture. What a test holds is that the panel can be made so wide, and
that nothing fails in drawing it.
"""

from __future__ import annotations

import time

import pytest
from desktop.program import until

FILL = """
import bpy
from bl_ext.user_default.scene_chat.operators import runtime, timer
from bl_ext.user_default.scene_chat.chat.turns import Said, Step, Turn, next_number
from bl_ext.user_default.scene_chat.chat.events import End
from bl_ext.user_default.scene_chat.tools.call import CallResult
from bl_ext.user_default.scene_chat.tools.receipt import Receipt
TEXT = '''## A shelf of oak
The **shelf** stands at the wall; its boards are `Board.001` to `Board.004`.

1. Two *sides*, 1.8 m high
2. Four boards
   - each 0.02 m thick
   - glued, not screwed

> Oak moves across the grain: leave 2 mm at each side.

| Part | Width | Material |
|---|---:|---|
| Side | 0.30 m | Oak |
| Board | 0.78 m | Oak, oiled |

```python
import bpy
for each in bpy.context.selected_objects:
    each.location.z += 0.02  # a long line that has to be wrapped or scrolled somewhere
```

---
See [the manual](https://docs.blender.org/manual/en/latest/) for more.
'''
receipt = Receipt({"object": ("Board.001", "Board.002", "Side.Left"), "material": ("Oak",)},
                  changed={"object": {"Cube": ("location", "scale")}})
steps = [
    Step("get_scene_info", {}, CallResult(True, {"objects": 3}, seconds=0.012)),
    Step("create_object", {"name": "Board.001", "type": "CUBE"}, CallResult(True, "made", receipt=receipt, seconds=0.008)),
    Step("execute_code", {"code": "# Move the boards\\nprint(1)"}, CallResult(False, error="NameError: name 'x' is not defined", kind="NameError", seconds=0.003)),
]
here = runtime.current()
here.chat.turns.append(Turn(next_number(), "Make a cube", parts=[Said("Done.")], end=End("done"), seconds=2))
here.chat.turns.append(Turn(next_number(), "Build a shelf of oak, 1.8 m high, with four boards, and tell me how wood moves",
    parts=[*steps, Said(TEXT)], end=End("done"), tokens=1930, cost=0.0042, seconds=4.2))
here.chat.changes += 1
timer.redraw()
"""


@pytest.fixture
def sized(program):
    """Set Blender's scale, and the sidebar's width in pixels at scale 1, as a person does."""

    def one(scale, wanted):
        program.aside(f"bpy.context.preferences.view.ui_scale = {scale}")
        widths = []

        def at_rest():  # all regions are laid out anew
            widths.append(width(program))
            return len(widths) > 2 and len(set(widths[-3:])) == 1

        until(at_rest, "the sidebar does not come to rest", step=0.4)
        # At scale 2 the window has no room for all of the widest.
        if abs(change := width(program) - round(wanted * scale)) > 15 * scale:
            program.drag_edge(change, scale)

    yield one
    program.aside("bpy.context.preferences.view.ui_scale = 1.0")


def width(program):
    left, _, right, _ = program.sidebar
    return right - left


@pytest.mark.parametrize("scale", [0.75, 1.0, 2.0])
@pytest.mark.parametrize("wide", [160, 280, 600])
def test_the_panel_is_whole(program, sized, scale, wide):
    program.run(FILL)
    sized(scale, wide)
    program.hover(200, 700)
    time.sleep(1)  # it is drawn anew while the pointer leaves it
    program.shot(f"layout-{scale}-{wide}")
    assert program.value("len(here.faults.known)") == 0
