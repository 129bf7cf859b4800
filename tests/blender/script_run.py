"""Runs an exported script as a person would without the extension, and prints what came of it.

    python -I script_run.py start.blend script.py fingerprint.json end.blend

The third is the source of the fingerprint, by modules; the last is where the scene is saved in the
end. Anything of the extension or its wheels that
was imported is an error.
"""

import json
import os
import runpy
import sys
from pathlib import Path

import bpy

start, script, sources, end = sys.argv[1:]
texts = json.loads(Path(sources).read_text("utf-8"))
bpy.ops.wm.open_mainfile(filepath=start)
ran = runpy.run_path(script, run_name="__main__")
strange = {"pydantic", "annotated_types", "openai"}
left = [each for each in sys.modules if each in strange or "scene_chat" in each]
assert not left, left
with ran["carried"]("_fingerprint", texts) as get:
    print("fingerprint", get("handlers.fingerprint", "fingerprint")())
bpy.ops.wm.save_as_mainfile(filepath=end, copy=True)
sys.stdout.flush()
os._exit(0)  # bpy before 5 crashes at exit once its glTF add-on was used
