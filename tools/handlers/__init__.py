"""The tools themselves, and what the call path needs of Blender: all of it main thread only.

Imported by the extension's root alone: `live_scene` at start, `toolbox` at the registry's first
need. Apart from the marks and types of `tools`, handlers import bpy and the standard library only.
"""
