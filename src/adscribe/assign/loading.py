"""Where a model comes from. A name can mean another model tomorrow: a source tells when it does.

============================  ====================================================================
``adscribe``                  the model that ships
``codebook``                  the rules
a folder                      the artefact in it, or the one that its ``current`` names: a link to a
                              folder, or a file with the name of a folder beside it
``models:/NAME@ALIAS``        what the alias of an MLflow registry names; ``models:/NAME/VERSION``
============================  ====================================================================
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Hashable
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from adscribe.assign import registry
from adscribe.assign.copies import Copies
from adscribe.assign.loaded import Loaded, learned, rules, taught
from adscribe.attack import Catalogue
from adscribe.errors import ModelError, Place
from adscribe.model.names import CODEBOOK, CURRENT, NAMES, SCHEME, SHIPPED
from adscribe.resources import shipped

_ENTRIES = 100
"""An artefact has fewer; of more entries the first tell as well that something is wrong."""


class Source(ABC):
    """What a name means."""

    @abstractmethod
    def look(self) -> Hashable:
        """Return something that is another whenever the name may mean another model. Cheap.

        Raises
        ------
        ModelError
            If the name means nothing now.
        """

    @abstractmethod
    def load(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded:
        """Load what the name means now.

        Parameters
        ----------
        catalogue : Catalogue
            The versions of ATT&CK.
        risk : float, optional
            Share of wrong categories that is accepted; 10 % when not given.

        Raises
        ------
        ModelError
            If there is no such model, it can't be trusted, or it doesn't promise the risk.
        """

    def last(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded | None:
        """Load what the name meant when it last answered, if a copy of that is kept."""
        return None

    def confirm(self) -> None:  # noqa: B027 - where nothing is kept there is nothing to do
        """Note that what was loaded last answers: it is what `last` means from now on."""


def source(name: str, *, cache: Path | None = None) -> Source:
    """Return where a model comes from.

    Parameters
    ----------
    name : str
        As in the table above.
    cache : Path, optional
        Folder for copies of what is fetched from a registry; without one none is kept.
    """
    if name == CODEBOOK:
        return _Rules()
    if name == SHIPPED:
        return _Shipped()
    if name.startswith(SCHEME):
        return _Registry(name, cache)
    return _Folder(Path(name))


def stamp(path: Path) -> tuple[int, ...]:
    """Return what changes when a file does; of a link itself, not of what it leads to.

    Raises
    ------
    OSError
        If it isn't there.
    """
    found = path.lstat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def load_model(
    name: str, catalogue: Catalogue, *, risk: float | None = None, residual: str | Path | None = None
) -> Loaded:
    """Load a model by name, with what a site's analysts have taught; see `Source.load` and `taught`."""
    loaded = source(name).load(catalogue, risk=risk)
    return loaded if residual is None else taught(loaded, Path(residual))


class _Rules(Source):
    def look(self) -> Hashable:
        return CODEBOOK

    def load(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded:
        return rules(catalogue, risk)


class _Shipped(Source):
    """It changes with the package alone, and so with a restart."""

    def look(self) -> Hashable:
        return SHIPPED

    def load(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded:
        hint = f"install adscribe again, or take the model {CODEBOOK}: the rules"
        folder = shipped("models", SHIPPED)
        if not folder.is_dir():
            raise ModelError("the model that ships is missing", place=Place(str(folder)), hint=hint)
        return learned(folder, catalogue, risk, hint=hint)


class _Folder(Source):
    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self) -> Hashable:
        folder = self._named()
        try:
            with os.scandir(folder) as entries:
                # Of a link itself: what it leads to isn't part of the model.
                found = [
                    (entry.name, entry.stat(follow_symlinks=False)) for entry in islice(entries, _ENTRIES)
                ]
        except OSError as wrong:
            raise ModelError("can't be read", place=Place(str(folder))) from wrong
        return str(folder), tuple(
            sorted((name, one.st_mtime_ns, one.st_ctime_ns, one.st_size, one.st_ino) for name, one in found)
        )

    def load(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded:
        return learned(self._named(), catalogue, risk)

    def _named(self) -> Path:
        """Return the folder of the artefact, without links: one that is moved meanwhile mixes nothing."""
        if not self._path.is_dir():
            raise ModelError(f"there is no model {str(self._path)!r}", hint=f"there are {NAMES}")
        pointer = self._path / CURRENT
        try:
            if pointer.is_symlink() or pointer.is_dir():
                found = pointer
            elif pointer.exists():
                with pointer.open("rb") as file:
                    name = file.read(256).decode("utf-8", "replace").strip()
                if name in ("", ".", "..") or Path(name).name != name:
                    raise ModelError(
                        "must hold the name of a folder beside it, and nothing else",
                        place=Place(str(pointer)),
                    )
                found = self._path / name
            else:
                found = self._path
            folder = found.resolve(strict=True)
        except (OSError, RuntimeError, ValueError) as wrong:
            # Not there, a link to itself, a name that no file can have.
            raise ModelError("names no folder", place=Place(str(pointer))) from wrong
        if not folder.is_dir():
            raise ModelError("names no folder", place=Place(str(pointer)))
        return folder


class _Registry(Source):
    def __init__(self, uri: str, cache: Path | None) -> None:
        self._uri = uri
        self._copies = None if cache is None else Copies(cache, uri, registry.tracking_uri())
        self._loaded: str | None = None

    def look(self) -> Hashable:
        return registry.version(self._uri)

    def load(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded:
        version = registry.version(self._uri)
        if self._copies is None:
            with TemporaryDirectory(prefix="adscribe-model-") as space:
                return learned(registry.fetched(version.uri, Path(space)), catalogue, risk)
        fetch = partial(registry.fetched, version.uri)
        known = self._copies.there(version.name)
        try:
            loaded = learned(self._copies.kept(version.name, fetch), catalogue, risk)
        except ModelError:
            if not known:
                raise
            # The copy may have suffered: what the registry has decides.
            self._copies.forget(version.name)
            loaded = learned(self._copies.kept(version.name, fetch), catalogue, risk)
        self._loaded = version.name
        return loaded

    def last(self, catalogue: Catalogue, *, risk: float | None = None) -> Loaded | None:
        copy = None if self._copies is None else self._copies.last()
        return None if copy is None else learned(copy, catalogue, risk)

    def confirm(self) -> None:
        if self._copies is not None and self._loaded is not None:
            self._copies.confirm(self._loaded)
