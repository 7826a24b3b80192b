"""One event: what it shows and why, how it came to that, its targets, its report, and what analysts say."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import quote, unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.answer.assignment import AssignedTactic, AssignedTechnique, Assignment, Evidence, NoCategory
from adscribe.answer.feedback import ANALYST_LENGTH, COMMENT_LENGTH
from adscribe.attack import Technique
from adscribe.event import Event, Target
from adscribe.service import events as twin
from adscribe.service.categories import Described, categories
from adscribe.service.feedback import analyst_of, given, revoked
from adscribe.service.pages import verdict
from adscribe.service.pages.forms import Form, came_from, done, local, read_form
from adscribe.service.pages.histogram import utc
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import render, state_of
from adscribe.service.problems import Problem
from adscribe.site import Site
from adscribe.store import Store, StoredEvent
from adscribe.store.feedback import StoredFeedback
from adscribe.store.filters import Filter
from adscribe.store.listing import ListedEvent

AROUND = timedelta(hours=12)
"""How long before and after an event other events of its host are shown."""

MOST_AROUND = 20
"""Of these."""

MOST_TARGETS = 200
"""Targets of one kind that a page names."""

REPORT_CHARACTERS = 20_000
"""Of a report that a page shows; its JSON twin has the whole."""


LIST_COOKIE = "adscribe_list"

_LISTS = ("/events", "/review", "/matrix")

_Place = tuple[bool, tuple[str, ...], tuple[str, ...]]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Fact:
    """What a category rests on, and what it weighs beside the weightiest fact of the answer: -1 to 1."""

    evidence: Evidence
    share: float


@dataclass(frozen=True, slots=True)
class Named:
    """Targets that the facts for a category name and that are alike."""

    inside: bool
    roles: tuple[str, ...]
    filters: tuple[str, ...]
    ips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rests:
    """The targets that a category rests on, as far as its facts name them.

    Attributes
    ----------
    groups : tuple of Named
    sample : bool
        Whether a fact rests on more than it names.
    """

    groups: tuple[Named, ...]
    sample: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A technique of an answer with its tactics, what the catalogue and ATT&CK say of it, and its facts."""

    technique: AssignedTechnique
    tactics: tuple[str, ...]
    known: Technique | None
    described: Described | None
    facts: tuple[Fact, ...]
    rests: Rests


@dataclass(frozen=True, slots=True)
class Alone:
    """A tactic of an answer that no technique is shown for, and what ATT&CK says of it."""

    tactic: AssignedTactic
    described: Described | None


@dataclass(frozen=True, slots=True)
class Domain:
    """The answer in one domain of ATT&CK."""

    name: str
    techniques: tuple[Shown, ...]
    alone: tuple[Alone, ...]
    no_category: NoCategory | None
    facts: tuple[Fact, ...]

    @property
    def undescribed(self) -> bool:
        """Whether it shows categories and no text of any is at hand."""
        texts = [one.described for one in self.techniques] + [one.described for one in self.alone]
        return bool(texts) and not any(texts)


@dataclass(frozen=True, slots=True)
class Targets:
    """Targets that are alike: the same side, roles and filters."""

    inside: bool
    roles: tuple[str, ...]
    filters: tuple[str, ...]
    targets: tuple[tuple[Target, tuple[str, ...]], ...]
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """What the store has for the page."""

    stored: StoredEvent
    answer: Assignment
    around: tuple[ListedEvent, ...]


async def shown(request: Request) -> Response:
    """Show an event with a page of its revisions."""
    after, limit = twin.place(request)
    event_id = request.path_params["event_id"]
    state = state_of(request)
    with state.keeping.slots.held():
        read = partial(_read, event_id=event_id, after=after, limit=limit)
        found = await state.keeping.use(read, reading=True)
    if found is None:
        raise _no_event()
    event, site = found.stored.event, state.shown_site
    links = Links(f"/events/{event_id}", request.query_params.multi_items())
    return await render(
        request,
        "event.html",
        twin=links.here(f"/v1/events/{event_id}"),
        stored=found.stored,
        event=event,
        answer=found.answer,
        domains=_domains(found.answer, site),
        groups=_groups(event, found.answer, site),
        known_targets=len(event.targets),
        roles=sorted(site.roles(event.source.ip)),
        filters=site.filters_of(event.source.ip),
        inside=site.is_internal(event.source.ip),
        assigned=site.assigned_filter(event.method, event.instance),
        around=found.around,
        around_link=_around_link(event),
        more_revisions=None if found.stored.next is None else links.put(after=found.stored.next),
        labels=verdict.labels(found.answer),
        options=verdict.options(found.answer.model.attack, ics=found.answer.ics is not None),
        blank=range(verdict.BLANK),
        reasons=verdict.REASONS,
        analyst=verdict.analyst(request),
        told=analyst_of(request) is not None,
        lengths=(ANALYST_LENGTH, COMMENT_LENGTH),
        # The list that one came from, with its filters and place.
        from_list=_list(request),
        report_of=_report,
    )


async def judge(request: Request) -> Response:
    """Keep what a form says of the answer to an event."""
    form = await read_form(request)
    event_id = request.path_params["event_id"]
    state = state_of(request)
    name = verdict.analyst(request, form)

    def keep(store: Store) -> StoredFeedback:
        found = store.judged(event_id) if twin.is_id(event_id) else None
        if found is None:
            raise _no_event()
        return given(store, event_id=event_id, record=verdict.record(form, found[1]), analyst=name)

    with state.keeping.slots.held():
        await state.keeping.use(keep)
    return _done(form, event_id, name)


async def undo(request: Request) -> Response:
    """Take back what an analyst said."""
    form = await read_form(request)
    event_id, number = request.path_params["event_id"], request.path_params["number"]
    name = verdict.analyst(request, form)
    found = None
    if twin.is_id(event_id) and number.isascii() and number.isdecimal() and len(number) < 10:
        state = state_of(request)
        work = partial(revoked, event_id=event_id, number=int(number), by=name)
        with state.keeping.slots.held():
            found = await state.keeping.use(work)
    if found is None:
        raise Problem("not-found", "No such feedback is kept.")
    return _done(form, event_id, name)


def _done(form: Form, event_id: str, name: str | None) -> Response:
    response = verdict.remember(done(local(form.get("back"), f"/events/{event_id}#feedback")), name)
    came_from_list = form.get("list")
    if came_from_list is not None:
        # Of this event alone: in another window one may have come from another list.
        path = f"/events/{event_id}"
        response.set_cookie(
            LIST_COOKIE, quote(came_from_list, safe=""), path=path, httponly=True, samesite="strict"
        )
    return response


def _read(store: Store, *, event_id: str, after: tuple[int, int], limit: int) -> Found | None:
    if not twin.is_id(event_id):
        return None
    stored, judged = store.event(event_id, after=after, limit=limit), store.judged(event_id)
    if stored is None or judged is None:
        return None
    around = store.page(_around(stored.event), limit=MOST_AROUND + 1).events
    # Names of categories are read here, in this thread: the first time that takes a moment.
    categories()
    return Found(stored, judged[1], tuple(one for one in around if one.id != event_id)[:MOST_AROUND])


def _around(event: Event) -> Filter:
    return Filter(
        address=(event.source.ip,), since=event.detected_at - AROUND, until=event.detected_at + AROUND
    )


def _around_link(event: Event) -> str:
    since, until = event.detected_at - AROUND, event.detected_at + AROUND
    return Links("/events", []).to(
        [("address", event.source.ip), ("since", utc(since)), ("until", utc(until))]
    )


def _domains(answer: Assignment, site: Site) -> list[Domain]:
    version = answer.model.attack
    own = Domain(
        name="enterprise",
        techniques=_shown(answer.techniques, "enterprise", version, site),
        alone=_alone(answer.techniques, answer.tactics, "enterprise", version),
        no_category=answer.no_category,
        facts=_facts(answer.no_category.because if answer.no_category else ()),
    )
    if answer.ics is None:
        return [own]
    ics = answer.ics
    return [
        own,
        Domain(
            name="ics",
            techniques=_shown(ics.techniques, "ics", version, site),
            alone=_alone(ics.techniques, ics.tactics, "ics", version),
            no_category=ics.no_category,
            facts=_facts(ics.no_category.because if ics.no_category else ()),
        ),
    ]


def _shown(
    techniques: tuple[AssignedTechnique, ...], domain: str, version: str, site: Site
) -> tuple[Shown, ...]:
    known = categories()
    return tuple(
        Shown(
            technique=one,
            tactics=one.tactics,
            known=known.technique(domain, one.id),
            described=known.described(domain, one.id, version),
            facts=_facts((*one.because, *one.despite)),
            rests=_rests(one.because, site),
        )
        for one in techniques
    )


def _rests(because: tuple[Evidence, ...], site: Site) -> Rests:
    of_targets = [one.targets for one in because if one.targets]
    alike: dict[_Place, list[str]] = defaultdict(list)
    for ip in dict.fromkeys(ip for targets in of_targets for ip in targets.sample):
        alike[_place(ip, site)].append(ip)
    return Rests(
        groups=tuple(Named(*place, ips=tuple(ips)) for place, ips in _most_first(alike)),
        sample=any(targets.count > len(targets.sample) for targets in of_targets),
    )


def _place(ip: str, site: Site) -> _Place:
    """Return the side, the roles and the filters of an address."""
    return site.is_internal(ip), tuple(sorted(site.roles(ip))), site.filters_of(ip)


def _most_first(alike: dict[_Place, list[_T]]) -> list[tuple[_Place, list[_T]]]:
    return sorted(alike.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _alone(
    techniques: tuple[AssignedTechnique, ...],
    tactics: tuple[AssignedTactic, ...],
    domain: str,
    version: str,
) -> tuple[Alone, ...]:
    """Return the tactics that no technique is shown for."""
    served = {tactic for technique in techniques for tactic in technique.tactics}
    known = categories()
    return tuple(
        Alone(one, known.described(domain, one.id, version)) for one in tactics if one.shortname not in served
    )


def _facts(evidence: tuple[Evidence, ...]) -> tuple[Fact, ...]:
    most = max((abs(one.weight) for one in evidence), default=0.0) or 1.0
    return tuple(
        Fact(one, round(one.weight / most, 3))
        for one in sorted(evidence, key=lambda one: abs(one.weight), reverse=True)
    )


def _groups(event: Event, answer: Assignment, site: Site) -> list[Targets]:
    named: dict[str, dict[str, None]] = defaultdict(dict)
    techniques = (*answer.techniques, *(answer.ics.techniques if answer.ics else ()))
    for technique in techniques:
        for one in technique.because:
            for ip in one.targets.sample if one.targets else ():
                named[ip][technique.id] = None
    alike: dict[_Place, list[Target]] = defaultdict(list)
    for target in event.targets:
        alike[_place(target.ip, site)].append(target)
    return [
        Targets(
            *place,
            targets=tuple((one, tuple(named.get(one.ip, ()))) for one in targets[:MOST_TARGETS]),
            count=len(targets),
        )
        for place, targets in _most_first(alike)
    ]


def _report(report: Event) -> str:
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return text if len(text) <= REPORT_CHARACTERS else f"{text[:REPORT_CHARACTERS]}\n…"


def _list(request: Request) -> str:
    """Return the list that one came from, over verdicts too."""
    remembered = local(unquote(request.cookies.get(LIST_COOKIE, "")))
    places = (came_from(request), remembered)
    return next((one for one in places if one.partition("?")[0] in _LISTS), _LISTS[0])


def _no_event() -> Problem:
    return Problem("not-found", "No event with this id is kept.")
