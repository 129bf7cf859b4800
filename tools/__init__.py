"""What can be done to a scene, and the one way to do it. No bpy here but in `handlers`."""
