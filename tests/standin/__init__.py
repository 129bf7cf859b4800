"""A stand-in for the model: a real HTTP server that plays scripts. It is a script, not a model."""
