"""Models fetched from a registry, kept in a folder for when the registry is away.

::

    FOLDER/adscribe_champion-5f2a…/    what one URI of one registry named
        3-1764000000000/               an artefact, by version and when it was registered
        last                           the name of the one that answered last
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from adscribe.errors import ModelError, Place

MOST = 3
"""Artefacts that are kept of one URI."""

_LAST = "last"
_NAME = re.compile(r"\d+-\d+")


class Copies:
    """The copies of what a URI named.

    Several processes may share the folder: an artefact appears whole or not at all.

    Parameters
    ----------
    folder : Path
        Of all copies; made when the first comes.
    uri, store : str
        What was fetched, and from where. Of the store a hash alone is kept: it may hold a password.
    """

    def __init__(self, folder: Path, uri: str, store: str) -> None:
        told = re.sub(r"[^A-Za-z0-9.-]+", "_", uri.partition("/")[2])[:60]
        digest = hashlib.sha256(f"{store}\n{uri}".encode()).hexdigest()[:16]
        self._folder = folder / f"{told}-{digest}"

    def there(self, version: str) -> bool:
        """Return whether there is a copy of a version."""
        return (self._folder / version).is_dir()

    def kept(self, version: str, fetch: Callable[[Path], Path]) -> Path:
        """Return the folder of a version; it is fetched if it isn't there yet.

        Parameters
        ----------
        version : str
            Name of an `adscribe.assign.registry.Version`.
        fetch : callable
            Puts the artefact somewhere below a folder, and returns where.

        Raises
        ------
        ModelError
            If the folder can't be written.
        """
        copy = self._folder / version
        if copy.is_dir():
            return copy
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryDirectory(prefix=".fetching-", dir=self._folder) as aside:
                found = fetch(Path(aside))
                try:
                    found.rename(copy)
                except OSError:
                    # Another process was faster.
                    if not copy.is_dir():
                        raise
        except OSError as wrong:
            raise self._unwritable() from wrong
        return copy

    def forget(self, version: str) -> None:
        """Remove a copy that is no longer what was fetched."""
        shutil.rmtree(self._folder / version, ignore_errors=True)

    def confirm(self, version: str) -> None:
        """Note which one answers, and remove all but the latest few.

        Raises
        ------
        ModelError
            If the folder can't be written.
        """
        note = self._folder / f".{_LAST}-{os.getpid()}"
        try:
            note.write_text(version)
            note.replace(self._folder / _LAST)
        except OSError as wrong:
            raise self._unwritable() from wrong
        copies = [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name)]
        # The later one was registered, the later it is wanted again.
        copies.sort(key=lambda path: (path.name == version, int(path.name.partition("-")[2])), reverse=True)
        for path in copies[MOST:]:
            shutil.rmtree(path, ignore_errors=True)

    def last(self) -> Path | None:
        """Return the folder of the one that answered last, if there is one."""
        try:
            name = (self._folder / _LAST).read_text()
        except (OSError, UnicodeDecodeError):
            return None
        copy = self._folder / name
        return copy if _NAME.fullmatch(name) and copy.is_dir() else None

    def _unwritable(self) -> ModelError:
        return ModelError(
            "can't keep a model", place=Place(str(self._folder)), hint="name a folder that can be written"
        )
