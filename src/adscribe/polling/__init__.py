"""Events and settings from a sensor's REST API: asked for again and again, delivered once."""
