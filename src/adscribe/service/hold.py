"""What an operator has rolled back, known to all workers of a service."""

from __future__ import annotations

import os
from pathlib import Path


class Hold:
    """The model that was rolled back and stays out; at most one.

    Parameters
    ----------
    file : Path, optional
        Where the workers tell each other. Without one it is known to this process alone.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._model: str | None = None

    @property
    def model(self) -> str | None:
        """Its identity; ``None``: none is held."""
        if self._file is not None:
            try:
                return self._file.read_text("ascii")
            except (FileNotFoundError, UnicodeDecodeError):
                return None
        return self._model

    def put(self, model: str | None) -> None:
        """Hold a model in the place of any other; ``None`` lets all in."""
        self._model = model
        if self._file is None:
            return
        if model is None:
            self._file.unlink(missing_ok=True)
            return
        fresh = self._file.with_suffix(f".{os.getpid()}")
        fresh.write_text(model, "ascii")
        fresh.replace(self._file)
