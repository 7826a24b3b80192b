"""How a model is named. Nothing is imported here: the command line tells names without loading a model."""

SHIPPED = "adscribe"
"""Name of the model that ships."""

CODEBOOK = "codebook"
"""Name of the rules."""

CURRENT = "current"
"""Names the artefact of a folder that holds several."""

SCHEME = "models:/"
"""What names in an MLflow registry begin with."""

NAMES = f"{SHIPPED} (ships), {CODEBOOK} (the rules), a folder (or its {CURRENT!r}), or {SCHEME}NAME@ALIAS"
"""How a model can be named, in words."""
