"""The TCP port on which other programs use the same tools. No bpy."""
