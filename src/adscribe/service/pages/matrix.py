"""The matrix of what events show, with the way to the events of each cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from starlette.requests import Request
from starlette.responses import Response

from adscribe.attack.matrix import Matrix as AttackMatrix
from adscribe.attack.matrix import Tactic
from adscribe.attack.versions import DOMAINS
from adscribe.service.categories import catalogue
from adscribe.service.matrix import COMPARE, Matrix, OtherMatrix, asked_of, attack_version, cells, counted
from adscribe.service.pages.filtering import chips, choices
from adscribe.service.pages.finding import instant
from adscribe.service.pages.forms import done
from adscribe.service.pages.links import Links, Pairs
from adscribe.service.pages.shell import render, state_of, zone_of
from adscribe.service.query import refused
from adscribe.store.filters import FIELDS
from adscribe.store.matrix import Cell

PATH = "/matrix"
SHOW = "show"
"""Parameter that says whether techniques are shown that no event shows."""

STEPS = (1, 3, 10, 30, 100)
"""Where the colours of expected counts change."""

DIFFERENCES = (0.5, 3, 10)
"""Where those of differences change, upwards and downwards."""

DOMAIN_NAMES = {"enterprise": "Enterprise", "ics": "ICS"}
COMPARED = {"since": "From", "until": "Until", "source": "Source", "target": "Target", "host": "Host name"}
"""Filters that the form of a comparison has."""

_NOTHING = Cell(events=0, expected=0.0)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Count:
    """A number of events, and where they are.

    Attributes
    ----------
    events : int
    expected : float
    link : str
        The list of them.
    """

    events: int
    expected: float
    link: str


@dataclass(frozen=True, slots=True)
class Box:
    """A tactic or a technique of the matrix.

    Attributes
    ----------
    id, name : str
    level : str
        Class of its colour.
    here : Count
        Its events.
    there : Count or None
        Those that they are compared with.
    below : tuple of Box
        Sub-techniques.
    """

    id: str
    name: str
    level: str
    here: Count
    there: Count | None
    below: tuple[Box, ...] = ()

    @property
    def difference(self) -> float:
        """How many more are expected here than there."""
        return self.here.expected - (self.there.expected if self.there else 0.0)

    @property
    def is_empty(self) -> bool:
        """Whether no event shows it."""
        return not self.here.events and not (self.there and self.there.events)


@dataclass(frozen=True, slots=True)
class Column:
    """A tactic with its techniques."""

    tactic: Box
    techniques: tuple[Box, ...]


async def shown(request: Request) -> Response:
    """Show the matrix of the events that meet a filter."""
    show = request.query_params.getlist(SHOW)
    if show not in ([], ["all"]):
        raise refused(SHOW, "must be all, once")
    asked = asked_of(request, SHOW, domain="enterprise")
    found = await counted(request, asked)
    links = Links(PATH, request.query_params.multi_items())
    columns = _Columns(found, links).all(every=bool(show))
    domain = found.domain or DOMAINS[0]
    zone = zone_of(request)
    told = [pair for pair in links.without(SHOW, "domain") if pair[1]]
    return await render(
        request,
        "matrix.html",
        found=found,
        columns=columns,
        links=links,
        twin=links.to([("domain", domain), *told], "/v1/attack/matrix"),
        layer=links.to([("domain", domain), *told], "/v1/attack/matrix/layer"),
        chips=chips(links, zone),
        compared=chips(links, zone, COMPARE),
        domains=[
            (
                DOMAIN_NAMES[one],
                one == domain,
                links.to([*links.without("domain", "version"), ("domain", one)]),
            )
            for one in DOMAINS
        ],
        versions=[
            (one, one == found.version, links.put(domain=domain, version=one))
            for one in reversed(catalogue().versions(domain))
        ],
        everything=bool(show),
        observed=links.drop(SHOW),
        every=links.put(**{SHOW: "all"}),
        alone=links.to(pair for pair in links.pairs if not pair[0].startswith(COMPARE)),
        kept=[pair for pair in links.pairs if not pair[0].startswith(COMPARE)],
        steps=_legend(found.compared is not None),
        fields=COMPARED,
        choices=choices(),
        url=state_of(request).settings.url,
    )


async def compare(request: Request) -> Response:
    """Lead to the matrix with what the form of a comparison holds."""
    zone = zone_of(request)
    pairs = []
    for name, text in request.query_params.multi_items()[:_MOST]:
        value = text.strip()
        if value and name in (f"{COMPARE}since", f"{COMPARE}until"):
            value = instant(value, zone)
        if value:
            pairs.append((name, value))
    return done(Links(PATH, pairs).here())


class _Columns:
    """Puts counts into their places in the matrix."""

    def __init__(self, found: Matrix, links: Links) -> None:
        domain = found.domain or DOMAINS[0]
        self._matrix: AttackMatrix = attack_version(domain, found.version).matrix
        self._here = _Side(found, links, _filter(links.pairs))
        self._there = None
        if found.compared is not None:
            self._there = _Side(found.compared, links, _filter(links.pairs, other=True))

    def all(self, *, every: bool) -> list[Column]:
        """Return the columns; with every technique, or those that any event shows."""
        return [self._column(tactic, every) for tactic in self._matrix.tactics]

    def _column(self, tactic: Tactic, every: bool) -> Column:
        shortname = tactic.shortname
        ids = {one for side in self._sides() for one, name in side.cells if name == shortname}
        if every:
            ids |= {one.id for one in self._matrix.techniques if shortname in one.tactics}
        below: dict[str, list[str]] = {}
        for one in sorted(ids):
            parent, dot, _ = one.partition(".")
            below.setdefault(parent, []).extend([one] if dot else [])
        boxes = [
            self._technique(one, shortname, tuple(self._technique(sub, shortname) for sub in subs))
            for one, subs in below.items()
        ]
        boxes.sort(key=lambda box: (-abs(box.difference), box.id))
        here, there = (side.tactic(shortname) if side else None for side in (self._here, self._there))
        assert here is not None  # noqa: S101 - there always is this side
        return Column(
            tactic=Box(tactic.id, tactic.name, _level(here, there), here, there), techniques=tuple(boxes)
        )

    def _sides(self) -> Iterable[_Side]:
        return (self._here,) if self._there is None else (self._here, self._there)

    def _technique(self, technique: str, tactic: str, below: tuple[Box, ...] = ()) -> Box:
        here = self._here.technique(technique, tactic)
        there = self._there.technique(technique, tactic) if self._there else None
        name = self._matrix.technique(technique).name
        return Box(technique, name, _level(here, there), here, there, below)


class _Side:
    """The counts of one filter, with links to its events."""

    def __init__(self, found: OtherMatrix, links: Links, pairs: Pairs) -> None:
        self.cells: Mapping[tuple[str, str], Cell] = cells(found.techniques)
        self._tactics = {one.tactic: one for one in found.tactics}
        self._answered = {one.technique: one.answered_as for one in found.techniques}
        self._links = links
        self._pairs = pairs

    def technique(self, technique: str, tactic: str) -> Count:
        """Return what shows a technique with a tactic."""
        ids = (technique, *self._answered.get(technique, ()))
        # Where another version answered, its tactic has perhaps another name.
        more = [] if len(ids) > 1 else [("tactic", tactic)]
        return self._count(
            self.cells.get((technique, tactic), _NOTHING), [*(("technique", one) for one in ids), *more]
        )

    def tactic(self, tactic: str) -> Count:
        """Return what shows a tactic."""
        return self._count(self._tactics.get(tactic, _NOTHING), [("tactic", tactic)])

    def _count(self, cell: Cell, more: list[tuple[str, str]]) -> Count:
        names = {name for name, _ in more}
        link = self._links.to([*(pair for pair in self._pairs if pair[0] not in names), *more], "/events")
        return Count(cell.events, cell.expected, link)


def _filter(pairs: Pairs, *, other: bool = False) -> list[tuple[str, str]]:
    """Return what of a query filters events, or those that are compared."""
    mine = [pair for pair in pairs if pair[0] in FIELDS]
    if not other:
        return mine
    theirs = [(name.removeprefix(COMPARE), value) for name, value in pairs if name.startswith(COMPARE)]
    names = {name for name, _ in theirs}
    return [*(pair for pair in mine if pair[0] not in names), *theirs]


def _level(here: Count, there: Count | None) -> str:
    if there is None:
        return f"heat-{sum(here.expected >= step for step in STEPS) + 1}" if here.events else "heat-0"
    difference = here.expected - there.expected
    if not here.events and not there.events:
        return "heat-0"
    size = sum(abs(difference) >= step for step in DIFFERENCES)
    return "same" if not size else f"{'more' if difference > 0 else 'less'}-{size}"


def _legend(compared: bool) -> Sequence[tuple[str, str]]:
    """Return the classes of the scale and what they stand for."""
    if not compared:
        bounds = [f"{step:g}" for step in STEPS]
        return [
            ("heat-1", f"below {bounds[0]}"),
            *((f"heat-{i + 2}", f"{low} to {high}") for i, (low, high) in enumerate(pairwise(bounds))),
            (f"heat-{len(bounds) + 1}", f"{bounds[-1]} and more"),
        ]
    steps = [f"{step:g}" for step in DIFFERENCES]
    less = [(f"less-{i + 1}", f"−{step}") for i, step in enumerate(steps)]
    more = [(f"more-{i + 1}", f"+{step}") for i, step in enumerate(steps)]
    return [*reversed(less), ("same", "about the same"), *more]
