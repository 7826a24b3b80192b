"""A STIX bundle of ATT&CK as MITRE publishes it → a matrix.

Read are `attack-pattern` (techniques), `x-mitre-tactic`, `x-mitre-matrix` (order of
the tactics), `x-mitre-collection` (version) and the relationships `subtechnique-of`
and `revoked-by`; everything else is passed over. STIX 2.0 bundles differ in nothing
that is read here. Of a description the first paragraph is kept (`adscribe.attack.prose`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

from adscribe.attack.files import MAX_TECHNIQUES, decode, read_bytes
from adscribe.attack.matrix import Matrix, Status, Tactic, Technique
from adscribe.attack.prose import first_paragraph
from adscribe.attack.versions import Domain, parse_version, quoted
from adscribe.errors import CatalogueError, Place

MAX_BUNDLE_BYTES = 200 * 2**20
"""The largest bundle that is read; MITRE's have some 50 MB."""

KILL_CHAINS: dict[str, Domain] = {"mitre-attack": "enterprise", "mitre-ics-attack": "ics"}
"""Name of a kill chain in STIX to the domain that it belongs to."""

_MATRICES: dict[str, Domain] = {"enterprise-attack": "enterprise", "ics-attack": "ics"}
_TECHNIQUE_ID = re.compile(r"T[0-9]{4}(\.[0-9]{3})?")
_TACTIC_ID = re.compile(r"TA[0-9]{4}")
_SHORTNAME = re.compile(r"[a-z][a-z-]{0,60}")
_MAX_NAME = 200


class _Phase(msgspec.Struct, frozen=True):
    kill_chain_name: str
    phase_name: str


class _Reference(msgspec.Struct, frozen=True):
    source_name: str = ""
    external_id: str = ""


class _Object(msgspec.Struct, frozen=True):
    type: str
    id: str
    name: str = ""
    description: str = ""
    modified: str = ""
    revoked: bool = False
    x_mitre_deprecated: bool = False
    x_mitre_version: str = ""
    x_mitre_shortname: str = ""
    x_mitre_is_subtechnique: bool = False
    kill_chain_phases: tuple[_Phase, ...] = ()
    external_references: tuple[_Reference, ...] = ()
    tactic_refs: tuple[str, ...] = ()
    relationship_type: str = ""
    source_ref: str = ""
    target_ref: str = ""

    @property
    def status(self) -> Status:
        if self.revoked:
            return "revoked"
        return "deprecated" if self.x_mitre_deprecated else "active"

    @property
    def external_id(self) -> str:
        """The id that MITRE gave it, such as ``T1048``."""
        return next(
            (one.external_id for one in self.external_references if one.source_name[:5] == "mitre"), ""
        )


class _Bundle(msgspec.Struct, frozen=True):
    type: str
    objects: tuple[_Object, ...] = ()


def read_bundle(path: Path, *, version: str | None = None) -> Matrix:
    """Read a STIX bundle of ATT&CK Enterprise or ICS.

    Parameters
    ----------
    path : Path
        The JSON file, at most `MAX_BUNDLE_BYTES`.
    version : str, optional
        The version that it holds; by default what its collection says.

    Raises
    ------
    CatalogueError
        If it is no bundle, is of no domain that adscribe knows, tells no version, has no techniques,
        or contradicts itself.
    """
    bundle = decode(read_bytes(path, MAX_BUNDLE_BYTES), _Bundle, path)
    try:
        return _Reader(bundle).matrix(version)
    except CatalogueError as error:
        place = Place(file=str(path), pointer=error.place.pointer)
        raise CatalogueError(error.message, place=place, hint=error.hint) from error


class _Reader:
    """Takes a bundle apart by kinds of objects."""

    def __init__(self, bundle: _Bundle) -> None:
        if bundle.type != "bundle":
            raise CatalogueError(
                "is no STIX bundle", place=Place(pointer="/type"), hint='its type is not "bundle"'
            )
        latest: dict[str, _Object] = {}
        for one in bundle.objects:
            # A bundle may hold several states of an object; times in STIX compare as text.
            if one.id not in latest or latest[one.id].modified <= one.modified:
                latest[one.id] = one
        self.objects = latest
        self.patterns = [
            one for one in self._of("attack-pattern") if _TECHNIQUE_ID.fullmatch(one.external_id)
        ]

    def _of(self, kind: str) -> list[_Object]:
        return [one for one in self.objects.values() if one.type == kind]

    def _active(self, kind: str) -> list[_Object]:
        return [one for one in self._of(kind) if one.status == "active"]

    def matrix(self, version: str | None) -> Matrix:
        if not any(one.status == "active" for one in self.patterns):
            raise CatalogueError("has no techniques", hint="it must be one of MITRE's bundles of ATT&CK")
        if len(self.patterns) > MAX_TECHNIQUES:
            raise CatalogueError(f"has more than {MAX_TECHNIQUES} techniques")
        domain = self._domain()
        number = version or self._version()
        parse_version(number)
        tactics = self._tactics()
        techniques = self._techniques(domain, [tactic.shortname for tactic in tactics])
        return Matrix(domain, number, tactics, techniques, origin="STIX bundle")

    def _domain(self) -> Domain:
        named = {one.external_id for one in self._active("x-mitre-matrix")}
        known = {_MATRICES[name] for name in named if name in _MATRICES}
        if not named:
            phases = (
                phase for one in self.patterns if one.status == "active" for phase in one.kill_chain_phases
            )
            named = {phase.kill_chain_name for phase in phases}
            known = {KILL_CHAINS[name] for name in named if name in KILL_CHAINS}
        if len(named) == 1 and len(known) == 1:
            return known.pop()
        found = ", ".join(quoted(name) for name in sorted(named)[:5]) or "none"
        raise CatalogueError(
            f"is neither ATT&CK Enterprise nor ICS alone; its matrices are {found}",
            hint="import one domain's bundle at a time; Mobile is not supported",
        )

    def _version(self) -> str:
        told = {one.x_mitre_version for one in self._of("x-mitre-collection")}
        if len(told) != 1:
            raise CatalogueError(
                "has no collection that tells its version"
                if not told
                else "has collections of several versions",
                hint="name the version with --as",
            )
        return told.pop()

    def _tactics(self) -> list[Tactic]:
        tactics = {one.id: one for one in self._active("x-mitre-tactic")}
        order = [ref for one in self._active("x-mitre-matrix") for ref in one.tactic_refs]
        for ref in order:
            if ref not in self.objects:
                raise CatalogueError(f"its matrix names the tactic {quoted(ref)}, which it doesn't hold")
        listed = [ref for ref in dict.fromkeys((*order, *tactics)) if ref in tactics]
        return [_tactic(tactics[ref], place) for place, ref in enumerate(listed)]

    def _techniques(self, domain: Domain, shortnames: list[str]) -> list[Technique]:
        parents = self._related("subtechnique-of")
        successors = self._related("revoked-by")
        techniques: dict[str, Technique] = {}
        for one in self.patterns:
            held = techniques.get(one.external_id)
            if held is not None and held.status == "active":
                if one.status == "active":
                    raise CatalogueError(f"two techniques have the id {one.external_id}")
                continue  # an id that lives on: MITRE keeps the revoked object of the same id beside it
            techniques[one.external_id] = Technique(
                id=one.external_id,
                name=_name(one),
                status=one.status,
                parent=self._parent(one, parents) if one.status == "active" else None,
                tactics=_phases(one, domain, shortnames) if one.status == "active" else (),
                replaced_by=successors.get(one.id, ()) if one.status == "revoked" else (),
                description=first_paragraph(one.description) if one.status == "active" else "",
            )
        return list(techniques.values())

    def _related(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Return the ids of techniques to which relationships of that kind lead, by the source's STIX id."""
        ids = {one.id: one.external_id for one in self.patterns}
        related: dict[str, set[str]] = defaultdict(set)
        for one in self._active("relationship"):
            if one.relationship_type == kind and one.target_ref in ids:
                related[one.source_ref].add(ids[one.target_ref])
        return {source: tuple(sorted(targets)) for source, targets in related.items()}

    @staticmethod
    def _parent(one: _Object, parents: dict[str, tuple[str, ...]]) -> str | None:
        named = parents.get(one.id, ())
        if len(named) > 1:
            raise CatalogueError(f"{one.external_id} has several parents: {', '.join(named)}")
        if named:
            return named[0]
        # The id tells as well, should the relationship be missing.
        return one.external_id.partition(".")[0] if one.x_mitre_is_subtechnique else None


def _name(one: _Object) -> str:
    name = one.name.strip()
    if not name or len(name) > _MAX_NAME or not name.isprintable():
        raise CatalogueError(f"{quoted(one.external_id)} has no usable name")
    return name


def _tactic(one: _Object, order: int) -> Tactic:
    if not _TACTIC_ID.fullmatch(one.external_id) or not _SHORTNAME.fullmatch(one.x_mitre_shortname):
        raise CatalogueError(f"the tactic {quoted(one.id)} has no usable id or short name")
    return Tactic(
        id=one.external_id,
        shortname=one.x_mitre_shortname,
        name=_name(one),
        order=order,
        description=first_paragraph(one.description),
    )


def _phases(one: _Object, domain: Domain, shortnames: Iterable[str]) -> tuple[str, ...]:
    """Return a technique's tactics in the order of the matrix."""
    named = {
        phase.phase_name
        for phase in one.kill_chain_phases
        if KILL_CHAINS.get(phase.kill_chain_name) == domain
    }
    unknown = sorted(named.difference(shortnames))
    if unknown:
        raise CatalogueError(
            f"{one.external_id} names the tactic {quoted(unknown[0])}, which the bundle doesn't hold",
            hint="the bundle is not complete",
        )
    return tuple(name for name in shortnames if name in named)
