"""All versions that are at hand: those that ship, and those that the user imported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from adscribe.attack.crosswalk import Crosswalk, read_crosswalk
from adscribe.attack.diff import Difference, compare
from adscribe.attack.files import read_matrix, write_matrix
from adscribe.attack.matrix import Matrix
from adscribe.attack.translation import Translation, Translator
from adscribe.attack.versions import DOMAINS, Domain, format_version, parse_domain, parse_name, parse_version
from adscribe.errors import CatalogueError, Place
from adscribe.resources import shipped

_FILE = re.compile(r"(enterprise|ics)-[0-9.]+\.json")
_TEXTS = ".texts.json"
_Key = tuple[Domain, str]


def user_folder() -> Path | None:
    """Return where imported versions lie: ``attack`` in ``ADSCRIBE_HOME``, by default in the home folder.

    Returns
    -------
    Path or None
        ``None`` where neither the setting nor a home folder is there. The folder need not exist.
    """
    home = os.environ.get("ADSCRIBE_HOME")
    if home:
        return Path(home) / "attack"
    try:
        return Path.home() / ".local" / "share" / "adscribe" / "attack"
    except RuntimeError:
        return None


class Catalogue:
    """The versions of ATT&CK, each read when it is first asked for.

    Parameters
    ----------
    shipped_folder : Path
        Files of the catalogue and crosswalks.
    imported_folder : Path or None
        Files that `add` and `describe` wrote; need not exist. A version there takes the place of the
        shipped one.

    Examples
    --------
    >>> catalogue = Catalogue.load()
    >>> catalogue.matrix("enterprise", "19").technique("T1048.002").name
    'Exfiltration Over Asymmetric Encrypted Non-C2 Protocol'
    """

    def __init__(self, shipped_folder: Path, imported_folder: Path | None = None) -> None:
        self._imported_folder = imported_folder
        self._crosswalk_files = sorted(shipped_folder.glob("crosswalk-*.json"))
        self._crosswalks: tuple[Crosswalk, ...] | None = None
        self._files = _files(shipped_folder)
        self._imported = _files(imported_folder) if imported_folder else {}
        self._files.update(self._imported)
        self._matrices: dict[_Key, Matrix] = {}
        self._described: dict[_Key, Matrix | None] = {}

    @classmethod
    def load(cls) -> Catalogue:
        """Return the catalogue of what ships and what the user imported (see `user_folder`)."""
        return cls(shipped("datasets", "attack"), user_folder())

    def versions(self, domain: str) -> tuple[str, ...]:
        """Return the versions of a domain, oldest first.

        Raises
        ------
        CatalogueError
            If there is no such domain.
        """
        asked = parse_domain(domain)
        return tuple(sorted((version for of, version in self._files if of == asked), key=parse_version))

    def is_imported(self, domain: str, version: str) -> bool:
        """Whether a version is the user's rather than one that ships."""
        return self._key(domain, version) in self._imported

    def matrix(self, domain: str, version: str | None = None) -> Matrix:
        """Return one version of a domain.

        Parameters
        ----------
        domain : {"enterprise", "ics"}
        version : str, optional
            ``19``, ``19.0``, ``enterprise 19`` and ``enterprise-19`` are the same. The newest at hand
            when not given: an imported version changes it, so what must not change names a version.

        Raises
        ------
        CatalogueError
            If the version isn't at hand, or its file is damaged.
        """
        if version is None:
            versions = self.versions(domain)
            if not versions:
                raise CatalogueError(f"no version of ATT&CK {domain} is at hand", hint=_IMPORT)
            version = versions[-1]
        key = self._key(domain, version)
        if key not in self._matrices:
            self._matrices[key] = self._read(key)
        return self._matrices[key]

    def translate(
        self, technique_id: str | None, tactics: Iterable[str], *, domain: str, source: str, target: str
    ) -> Translation:
        """Say in another version what a technique with its tactics is.

        An id that the target has stays. Else its successor is taken: the one that MITRE names, then
        the crosswalk's, then what the parent became. Of the tactics those stay that the technique has
        there, renamed where they were renamed.

        Parameters
        ----------
        technique_id : str or None
            Active in the source; ``None`` for tactics alone.
        tactics : iterable of str
            Short names in the source.
        domain, source, target : str
            The domain and its two versions.

        Raises
        ------
        CatalogueError
            If the source doesn't have the technique or a tactic, or they don't go together.

        Examples
        --------
        >>> ids, tactics = Catalogue.load().translate(
        ...     "T1562.004", ["defense-evasion"], domain="enterprise", source="18.1", target="19")
        >>> ids, tactics
        (('T1686',), ('defense-impairment',))
        """
        return self._translator(domain, source, target).translate(technique_id, tactics)

    def diff(self, domain: str, source: str, target: str) -> Difference:
        """Return what differs between two versions of a domain.

        Raises
        ------
        CatalogueError
            If a version isn't at hand.
        """
        return compare(self._translator(domain, source, target))

    def add(self, matrix: Matrix, *, replace: bool = False) -> Path:
        """Keep a version in the user's folder, for this catalogue and those loaded later.

        Parameters
        ----------
        matrix : Matrix
            Such as `adscribe.attack.stix.read_bundle` returns.
        replace : bool
            Whether it may take the place of a version that is at hand already.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        CatalogueError
            If the version is at hand and `replace` is not set, or the folder can't be written to.
        """
        key = (matrix.domain, matrix.version)
        if self._imported_folder is None:
            raise _no_folder()
        if key in self._files and not replace:
            raise CatalogueError(
                f"{matrix.name} is at hand already", hint="--replace puts yours in its place"
            )
        path = self._imported_folder / f"{matrix.domain}-{matrix.version}.json"
        write_matrix(matrix, path)
        self._files[key] = self._imported[key] = path
        self._matrices.pop(key, None)
        self._described.pop(key, None)
        return path

    def describe(self, matrix: Matrix) -> Path:
        """Keep what a bundle says of a version that ships; its ids, names and tactics stay.

        Parameters
        ----------
        matrix : Matrix
            Such as `adscribe.attack.stix.read_bundle` returns.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        CatalogueError
            If the folder can't be written to.
        """
        path = self._texts(matrix.domain, matrix.version)
        if path is None:
            raise _no_folder()
        write_matrix(matrix, path)
        self._described.pop((matrix.domain, matrix.version), None)
        return path

    def described(self, domain: str, version: str) -> Matrix | None:
        """Return the matrix with what MITRE says of a version's tactics and techniques.

        It may hold other ids than the version itself where that ships. ``None`` where no text is at hand.

        Raises
        ------
        CatalogueError
            If the version isn't at hand, or its file is damaged.
        """
        key = self._key(domain, version)
        if key not in self._described:
            texts = self._texts(*key)
            if key in self._imported:
                self._described[key] = self.matrix(*key)
            else:
                self._described[key] = read_matrix(texts) if texts is not None and texts.is_file() else None
        return self._described[key]

    def _texts(self, domain: Domain, version: str) -> Path | None:
        """Return where the descriptions of a version that ships are kept."""
        folder = self._imported_folder
        return None if folder is None else folder / f"{domain}-{version}{_TEXTS}"

    def _key(self, domain: str, version: str) -> _Key:
        asked = parse_domain(domain)
        if not version[:1].isalpha() or version[:1] == "v":
            return asked, format_version(parse_version(version))
        named, number = parse_name(version)
        if named != asked:
            raise CatalogueError(f"{named} {number} is no version of {asked}")
        return asked, number

    def _read(self, key: _Key) -> Matrix:
        domain, version = key
        path = self._files.get(key)
        if path is None:
            known = ", ".join(f"{domain} {one}" for one in self.versions(domain)) or "none"
            raise CatalogueError(
                f"ATT&CK {domain} {version} is not at hand", hint=f"at hand: {known}; {_IMPORT}"
            )
        matrix = read_matrix(path, elsewhere=lambda technique_id: self._elsewhere(key, technique_id))
        if (matrix.domain, matrix.version) != key:
            raise CatalogueError(f"holds {matrix.name}, which its name denies", place=Place(file=str(path)))
        return matrix

    def _translator(self, domain: str, source: str, target: str) -> Translator:
        if self._crosswalks is None:
            self._crosswalks = tuple(read_crosswalk(path) for path in self._crosswalk_files)
        return Translator(self.matrix(domain, source), self.matrix(domain, target), self._crosswalks)

    def _elsewhere(self, here: _Key, technique_id: str) -> str | None:
        """Return what other versions know of an id, the nearest versions of the same domain first."""
        domain, version = here
        for other in reversed(self.versions(domain)):
            matrix = self.matrix(domain, other)
            if technique_id in matrix:
                became = self._translator(domain, other, version).translate(technique_id, ())
                return f"{matrix.name} has it" + (f"; {became.note}" if became.note else "")
            if technique_id in matrix.retired:
                status, successors = matrix.retired[technique_id].status, matrix.successors(technique_id)
                return f"{status} in {matrix.name}, successor: {', '.join(successors) or 'none'}"
        for foreign in DOMAINS:
            if foreign != domain and self.versions(foreign) and technique_id in self.matrix(foreign):
                return f"it is a technique of {self.matrix(foreign).name}"
        return None


def _no_folder() -> CatalogueError:
    return CatalogueError(
        "there is no folder to keep an imported version in", hint="set ADSCRIBE_HOME to a folder"
    )


_IMPORT = "`adscribe attack import FILE` takes a version from a STIX bundle"


def _files(folder: Path) -> dict[_Key, Path]:
    return {parse_name(path.stem): path for path in folder.glob("*.json") if _FILE.fullmatch(path.name)}
