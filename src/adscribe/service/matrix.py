"""The matrix of what events show: counted, in a version of ATT&CK, and compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import msgspec
from msgspec.structs import asdict
from starlette.requests import Request
from starlette.responses import Response

from adscribe.errors import CatalogueError
from adscribe.service import body
from adscribe.service.attack_version import AttackVersion
from adscribe.service.categories import catalogue, categories
from adscribe.service.query import check, query, refused
from adscribe.service.state import State
from adscribe.store import Store
from adscribe.store.counts import Counted
from adscribe.store.filters import FIELDS, Filter, FilterError, read_filter
from adscribe.store.matrix import Cell, CountedTactic, CountedTechnique

COMPARE = "compare."
"""What the parameters of the other filter begin with."""

UNPLACED = 1000
"""Behind all tactics of a matrix."""


class MatrixTactic(CountedTactic, frozen=True, kw_only=True):
    """The events that show a tactic, which has an id and a name; ``null`` where no version at hand has it."""

    id: str | None
    name: str | None


class MatrixTechnique(CountedTechnique, frozen=True, kw_only=True):
    """The events that show a technique, or one below it, each once.

    The name is that of the version that was asked for, else of the newest at hand that has it.
    """

    name: str | None


class OtherMatrix(msgspec.Struct, frozen=True, kw_only=True):
    """What is compared: the same of the events that meet the other filter."""

    counted: Counted
    events: int
    tactics: tuple[MatrixTactic, ...]
    techniques: tuple[MatrixTechnique, ...]


class Matrix(OtherMatrix, frozen=True, kw_only=True):
    """The events that meet a filter, by what they show.

    Attributes
    ----------
    domain, version : str or None
        In which they are told; ``None``: both, as they were answered.
    counted : Counted
        How much was counted.
    events : int
        How many show a category.
    tactics : tuple of MatrixTactic
        Those that any shows, in the order of the matrix, Enterprise first.
    techniques : tuple of MatrixTechnique
        Those that any shows, by id.
    compared : OtherMatrix or None
        The same of the other filter, where there is one.
    """

    domain: str | None
    version: str | None
    compared: OtherMatrix | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of the matrix.

    Attributes
    ----------
    filter : Filter
        Which events.
    other : Filter or None
        Those that they are compared with.
    domain, version : str or None
        In which they are told.
    """

    filter: Filter
    other: Filter | None = None
    domain: str | None = None
    version: str | None = None


async def matrix(request: Request) -> Response:
    """Count the events that meet a filter by what they show."""
    found = await counted(request, asked_of(request))
    return Response(msgspec.json.encode(found), media_type=body.JSON)


def asked_of(request: Request, *others: str, domain: str | None = None) -> Asked:
    """Return what the query of a request asks for.

    Parameters
    ----------
    request : Request
    *others : str
        Parameters that are there and not meant here.
    domain : str, optional
        The domain where the request doesn't say.

    Raises
    ------
    Problem
        ``invalid-parameter``
    """
    pairs = [(name, text) for name, text in request.query_params.multi_items() if name not in others]
    plain = [pair for pair in pairs if not pair[0].startswith(COMPARE)]
    asked, rest = query(request, "domain", "version", pairs=plain)
    other = [(name.removeprefix(COMPARE), text) for name, text in pairs if name.startswith(COMPARE)]
    return Asked(
        filter=asked,
        other=_other(plain, other) if other else None,
        domain=rest.get("domain", "enterprise" if "version" in rest else domain),
        version=rest.get("version"),
    )


def _other(plain: list[tuple[str, str]], other: list[tuple[str, str]]) -> Filter:
    """Return the filter in which some fields are others."""
    names = {name for name, _ in other}
    try:
        return read_filter([*(pair for pair in plain if pair[0] in FIELDS and pair[0] not in names), *other])
    except FilterError as error:
        raise refused(f"{COMPARE}{error.field}", error.detail) from None


async def counted(request: Request, asked: Asked) -> Matrix:
    """Return the matrix that is asked for.

    Raises
    ------
    Problem
        ``invalid-parameter``, ``busy`` or ``store-unavailable``.
    """
    state: State = request.app.state.adscribe
    with state.keeping.slots.held():
        return await state.keeping.use(partial(_matrix, asked=asked), reading=True)


def cells(techniques: Iterable[CountedTechnique]) -> dict[tuple[str, str], Cell]:
    """Return the cells of a matrix, by technique and tactic."""
    return {(one.technique, tactic): cell for one in techniques for tactic, cell in one.tactics.items()}


@lru_cache(maxsize=16)
def attack_version(domain: str, version: str | None) -> AttackVersion:
    """Return a version at hand; it takes a moment the first time.

    Raises
    ------
    CatalogueError
        If there is no such version.
    """
    return AttackVersion(catalogue(), domain, version)


def _matrix(store: Store, *, asked: Asked) -> Matrix:
    version = None
    if asked.domain is not None:
        try:
            version = attack_version(asked.domain, asked.version)
        except CatalogueError:
            at_hand = ", ".join(catalogue().versions(asked.domain))
            raise refused("version", f"isn't at hand for this domain; there are {at_hand}") from None
    return Matrix(
        **_named(store, asked.filter, version),
        domain=None if version is None else version.domain,
        version=None if version is None else version.matrix.version,
        compared=None if asked.other is None else OtherMatrix(**_named(store, asked.other, version)),
    )


def _named(store: Store, asked: Filter, version: AttackVersion | None) -> dict[str, Any]:
    check(asked)
    counts, known = store.counts(asked, version), categories()
    names = {} if version is None else {one.id: one.name for one in version.matrix.techniques}
    orders = {} if version is None else {one.shortname: one.order for one in version.matrix.tactics}
    tactics = []
    for one in counts.tactics:
        tactic = known.tactic(one.domain, one.tactic)
        # What no version has stands behind the others.
        order = orders.get(one.tactic, tactic.order if tactic else UNPLACED)
        named = MatrixTactic(
            **asdict(one), id=tactic.id if tactic else None, name=tactic.name if tactic else None
        )
        tactics.append(((one.domain, order, one.tactic), named))
    techniques = []
    for each in counts.techniques:
        technique = known.technique(each.domain, each.technique)
        name = names.get(each.technique, technique.name if technique else None)
        techniques.append(MatrixTechnique(**asdict(each), name=name))
    return {
        "counted": counts.counted,
        "events": counts.events,
        "tactics": tuple(tactic for _, tactic in sorted(tactics, key=lambda pair: pair[0])),
        "techniques": tuple(techniques),
    }
