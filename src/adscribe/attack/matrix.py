"""One version of one ATT&CK domain: its tactics in their order and its techniques."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

import msgspec

from adscribe.attack.versions import Domain, format_version, parse_version, quoted
from adscribe.errors import CatalogueError

Status = Literal["active", "deprecated", "revoked"]


class Tactic(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the matrix.

    Attributes
    ----------
    id, shortname, name : str
        Such as ``TA0010``, ``exfiltration`` and ``Exfiltration``.
    order : int
        Place in the matrix, from 0.
    description : str
        The first of what MITRE says of it, as plain text; empty where the version ships.
    """

    id: str
    shortname: str
    name: str
    order: int
    description: str = ""


class Technique(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A technique or sub-technique.

    Attributes
    ----------
    id, name : str
        Such as ``T1048.002``; the name of a sub-technique without its parent's.
    parent, parent_name : str or None
        Of a sub-technique.
    tactics : tuple of str
        Short names in the order of the matrix; none when it is not active.
    status : {"active", "deprecated", "revoked"}
        Only active techniques can be assigned.
    replaced_by : tuple of str
        Direct successors of a revoked technique, as MITRE names them. They may be revoked themselves.
    description : str
        The first of what MITRE says of it, as plain text; empty where the version ships or it is retired.
    """

    id: str
    name: str
    parent: str | None = None
    parent_name: str | None = None
    tactics: tuple[str, ...] = ()
    status: Status = "active"
    replaced_by: tuple[str, ...] = ()
    description: str = ""

    @property
    def display(self) -> str:
        """The name as ATT&CK shows it: the parent's before a sub-technique's own."""
        return f"{self.parent_name}: {self.name}" if self.parent_name else self.name

    @property
    def url(self) -> str:
        """Its page at MITRE (the newest version's)."""
        return f"https://attack.mitre.org/techniques/{self.id.replace('.', '/')}"


class Matrix:
    """One version of one ATT&CK domain.

    Parameters
    ----------
    domain, version : str
        Such as ``enterprise`` and ``18.1``.
    tactics : iterable of Tactic
        In the order of the matrix.
    techniques : iterable of Technique
        Active and retired ones, in any order; `parent_name` is filled in.
    origin : str
        Where the data comes from.
    elsewhere : callable, optional
        Returns what other versions know of an id that is none here, for the hint of an error.

    Raises
    ------
    CatalogueError
        If an id is there twice, or a technique names a tactic or a parent that isn't.
    """

    def __init__(
        self,
        domain: Domain,
        version: str,
        tactics: Iterable[Tactic],
        techniques: Iterable[Technique],
        *,
        origin: str,
        elsewhere: Callable[[str], str | None] | None = None,
    ) -> None:
        self.domain = domain
        self.version = format_version(parse_version(version))
        self.origin = origin
        self.tactics = tuple(sorted(tactics, key=lambda tactic: tactic.order))
        self._elsewhere = elsewhere
        self._tactics = {key: tactic for tactic in self.tactics for key in (tactic.id, tactic.shortname)}
        if len(self._tactics) != 2 * len(self.tactics):
            raise CatalogueError("two tactics share an id or a short name")

        self._active: dict[str, Technique] = {}
        self._retired: dict[str, Technique] = {}
        for technique in sorted(techniques, key=lambda technique: technique.id):
            if technique.id in self._active or technique.id in self._retired:
                raise CatalogueError(f"two techniques have the id {quoted(technique.id)}")
            kind = self._active if technique.status == "active" else self._retired
            kind[technique.id] = technique
        self._children: dict[str, list[str]] = {}
        for technique in list(self._active.values()):
            self._place(technique)

    def _place(self, technique: Technique) -> None:
        """Check the tactics of an active technique, and join it with its parent."""
        unknown = [name for name in technique.tactics if name not in self._tactics]
        if unknown:
            raise CatalogueError(f"{technique.id} names the tactic {quoted(unknown[0])}, which is none")
        if not technique.tactics:
            raise CatalogueError(f"{technique.id} has no tactic")
        if technique.parent is None:
            return
        parent = self._active.get(technique.parent)
        if parent is None:
            raise CatalogueError(f"{technique.id} names the parent {quoted(technique.parent)}, which is none")
        self._active[technique.id] = msgspec.structs.replace(technique, parent_name=parent.name)
        self._children.setdefault(parent.id, []).append(technique.id)

    def __repr__(self) -> str:
        return f"<Matrix {self.name}: {len(self.tactics)} tactics, {len(self._active)} techniques>"

    @property
    def name(self) -> str:
        """Domain and version as answers name them: ``enterprise 19``."""
        return f"{self.domain} {self.version}"

    @property
    def techniques(self) -> tuple[Technique, ...]:
        """The active techniques and sub-techniques, by id."""
        return tuple(self._active.values())

    @property
    def retired(self) -> Mapping[str, Technique]:
        """The deprecated and revoked ones that this version still lists, by id."""
        return MappingProxyType(self._retired)

    def __contains__(self, technique_id: object) -> bool:
        return technique_id in self._active

    def technique(self, technique_id: str) -> Technique:
        """Return an active technique.

        Raises
        ------
        CatalogueError
            If the id is unknown, revoked or deprecated here; the hint names the successor, the
            version that has it, or the nearest ids.
        """
        technique = self._active.get(technique_id)
        if technique is None:
            raise self._missing(technique_id)
        return technique

    def tactic(self, id_or_shortname: str) -> Tactic:
        """Return a tactic by id (``TA0010``) or short name (``exfiltration``).

        Raises
        ------
        CatalogueError
            If there is none; the hint names the nearest ones.
        """
        tactic = self._tactics.get(id_or_shortname)
        if tactic is None:
            known = [tactic.shortname for tactic in self.tactics]
            nearest = _nearest(id_or_shortname, list(self._tactics)) or known
            raise CatalogueError(
                f"{self.name} has no tactic {quoted(id_or_shortname)}", hint=f"it has {', '.join(nearest)}"
            )
        return tactic

    def children(self, technique_id: str) -> tuple[Technique, ...]:
        """Return the sub-techniques of a technique, by id; none where it has none.

        Raises
        ------
        CatalogueError
            As `technique`.
        """
        parent = self.technique(technique_id)
        return tuple(self._active[child] for child in self._children.get(parent.id, ()))

    def successors(self, technique_id: str) -> tuple[str, ...]:
        """Return the active techniques that a revoked one became, through all revocations between."""
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = deque([technique_id])
        while waiting:
            current = waiting.popleft()
            if current in self._active:
                found[current] = None
            elif current in self._retired and current not in seen:
                seen.add(current)
                waiting.extend(self._retired[current].replaced_by)
        return tuple(found)

    def check(self, technique_ids: Iterable[str], tactic_shortnames: Iterable[str] = ()) -> None:
        """Make sure that techniques and tactics can be assigned together.

        Parameters
        ----------
        technique_ids : iterable of str
            May be empty: tactics can be assigned alone.
        tactic_shortnames : iterable of str
            May be empty: then only the ids are checked.

        Raises
        ------
        CatalogueError
            If an id is unknown, revoked or deprecated, a tactic is unknown or belongs to none of the
            techniques, or a technique comes without any of its tactics.
        """
        techniques = [self.technique(technique_id) for technique_id in technique_ids]
        tactics = [self.tactic(shortname).shortname for shortname in tactic_shortnames]
        if not techniques or not tactics:
            return
        for tactic in tactics:
            if not any(tactic in technique.tactics for technique in techniques):
                ids = ", ".join(technique.id for technique in techniques)
                raise CatalogueError(
                    f"{tactic} is no tactic of {ids} in {self.name}",
                    hint="; ".join(f"{one.id} has {', '.join(one.tactics)}" for one in techniques),
                )
        for technique in techniques:
            if not set(technique.tactics) & set(tactics):
                raise CatalogueError(
                    f"{technique.id} comes without any of its tactics in {self.name}",
                    hint=f"it has {', '.join(technique.tactics)}",
                )

    def _missing(self, technique_id: str) -> CatalogueError:
        retired = self._retired.get(technique_id)
        if retired is not None:
            successors = self.successors(technique_id)
            return CatalogueError(
                f"{retired.id} ({retired.name}) is {retired.status} in {self.name}",
                hint=f"its successor is {_listed(self, successors)}" if successors else "it has no successor",
            )
        hint = self._elsewhere(technique_id) if self._elsewhere else None
        if hint is None:
            nearest = _nearest(technique_id, list(self._active))
            hint = f"the nearest are {_listed(self, nearest)}" if nearest else None
        return CatalogueError(f"{self.name} has no technique {quoted(technique_id)}", hint=hint)


def _nearest(text: str, known: list[str]) -> list[str]:
    # Longer text is no id; comparing it would only take time.
    return difflib.get_close_matches(text, known, n=3) if len(text) <= 40 else []


def _listed(matrix: Matrix, ids: Iterable[str]) -> str:
    return ", ".join(f"{one} ({matrix.technique(one).display})" for one in ids)
