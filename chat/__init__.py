"""The conversation with the model. No bpy; its worker thread imports openai at first need."""
