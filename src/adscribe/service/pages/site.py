"""The site file: as it is understood, an address in it, what it leaves open, and a new one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from adscribe.context.vocabulary import load_vocabulary
from adscribe.errors import SiteError
from adscribe.event.address import canonical
from adscribe.service import body
from adscribe.service.pages.filtering import chips
from adscribe.service.pages.finding import instant
from adscribe.service.pages.forms import Form, done, read_form
from adscribe.service.pages.links import Links
from adscribe.service.pages.shell import HEADERS, render, state_of, zone_of
from adscribe.service.placed import assigned_to, expired, placed, ranges
from adscribe.service.problems import Problem
from adscribe.service.query import query, refused
from adscribe.service.reassessing import begun
from adscribe.service.site_reading import SiteGap, checked, counts, gaps_of, held_against, suggested
from adscribe.site import Site
from adscribe.site.coverage import TITLES
from adscribe.site.decisions import Entry
from adscribe.site.document import MAX_BYTES
from adscribe.site.importing import Change, Findings, NamedFilter, Pattern, merge
from adscribe.site.patterns import PatternError, parse_pattern
from adscribe.site.vocabulary import ROLES
from adscribe.store.filters import Filter, FilterError, read_filter
from adscribe.store.jobs import Asked, Job

PARTS = (
    ("/site", "As understood"),
    ("/site/gaps", "Gaps"),
    ("/site/suggestions", "Suggestions"),
    ("/site/check", "Check a file"),
    ("/site/reassess", "Reassess"),
)
"""Pages of the site file."""

RANGES = 8
"""Ranges of a filter that are shown."""

# A form writes a byte as up to three.
_FORM_BYTES = 3 * MAX_BYTES + 65_536
_NETWORK = "LAN"
_PICK = re.compile(r"([A-Za-z_][\w-]{0,79}) ([a-z_]{0,40}) ([0-9A-Fa-f.:/]{1,60})", re.ASCII)
_JOB = re.compile(r"[0-9a-f]{16}")
_DECISIONS = (("allowed", "Allowed"), ("forbidden", "Forbidden"), ("known_causes", "Known causes"))


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A filter as the page shows it."""

    name: str
    ranges: tuple[str, ...]
    more: int
    relational: bool
    internal: bool
    roles: tuple[str, ...]
    assigned_to: tuple[str, ...]


async def shown(request: Request) -> Response:
    """Show the site file in use, and what it says of an address."""
    given = dict(request.query_params.multi_items())
    if set(given) - {"address"}:
        raise refused(sorted(set(given) - {"address"})[0], "is not known; there is address")
    state = state_of(request)
    state.ready()
    site = state.shown_site
    typed, place, wrong = given.get("address", "").strip(), None, False
    if typed:
        try:
            place = placed(site, canonical(typed[:100]))
        except ValueError:
            wrong = True
    now = datetime.now(UTC)
    content = site.content
    return await render(
        request,
        "site.html",
        status=422 if wrong else 200,
        parts=PARTS,
        twin="/v1/site" if place is None else f"/v1/site/address/{place.ip}",
        site=site,
        given=state.settings.site is not None,
        loaded_at=state.site_file.loaded_at,
        error=state.site_file.error,
        counts=counts(site),
        typed=typed,
        place=place,
        wrong=wrong,
        filters=[_filter_row(site, name) for name in content.filters],
        decisions=[
            (title, [(entry, expired(entry, now)) for entry in _entries(site, name)])
            for name, title in _DECISIONS
        ],
        feeds=content.feeds,
    )


async def gaps(request: Request) -> Response:
    """Show what the site file leaves open for stored events."""
    asked, _ = query(request)
    found = await held_against(request, asked, gaps_of)
    links = Links("/site/gaps", request.query_params.multi_items())
    return await render(
        request,
        "site_gaps.html",
        parts=PARTS,
        twin=links.here("/v1/site/gaps"),
        found=found,
        topics=_topics(found.gaps),
        links=links,
        chips=chips(links, zone_of(request)),
    )


async def suggestions(request: Request) -> Response:
    """Show what stored events suggest, to be picked into a new file."""
    asked, _ = query(request)
    found = await held_against(request, asked, suggested)
    links = Links("/site/suggestions", request.query_params.multi_items())
    groups = [
        (name, _role_in_words(role), list(group))
        for (name, role), group in groupby(found.proposals, key=lambda one: (one.filter, one.role))
    ]
    return await render(
        request,
        "site_suggestions.html",
        parts=PARTS,
        twin=links.here("/v1/site/suggestions"),
        found=found,
        groups=groups,
        links=links,
        chips=chips(links, zone_of(request)),
        given=state_of(request).settings.site is not None,
    )


def _role_in_words(role: str | None) -> str | None:
    """Return a role as a heading: ``a DHCP server`` is "DHCP server"."""
    if role is None:
        return None
    # Roles of outside hosts alone have no words of their own.
    words = load_vocabulary().keys["source_role"].words.get(role, role.replace("_", " "))
    bare = re.sub("^an? ", "", words)
    return bare[0].upper() + bare[1:]


async def pick(request: Request) -> Response:
    """Put what was picked into a new site file, to look at or to download."""
    form = await read_form(request, _FORM_BYTES)
    state = state_of(request)
    state.ready()
    site = state.shown_site
    existing = await asyncio.to_thread(_in_use, state.settings.site, site)
    findings = _findings(form, site)
    internal = site.content.internal_name or next(
        (one.name for one in findings.filters if one.name not in findings.roles.values()), None
    )
    try:
        text, changes = merge(
            findings,
            existing,
            internal=internal,
            timezone=str(site.timezone) if existing is None else None,
            head="Suggested by adscribe from stored events, and picked by hand.",
        )
    except SiteError as error:
        raise Problem("invalid-form", f"No site file can be made of that: {error.message}.") from None
    if form.get("as") == "file":
        disposition = {"Content-Disposition": 'attachment; filename="site.yaml"'}
        return Response(text, media_type="text/yaml", headers={**HEADERS, **disposition})
    return await _checked_page(request, text, changes)


async def ask_check(request: Request) -> Response:
    """Ask for a site file to check."""
    return await render(
        request, "site_check.html", parts=PARTS, text="", found=None, topics=(), gaps=None, changes=()
    )


async def check(request: Request) -> Response:
    """Show what is wrong with a site file before it is used, or what it leaves open."""
    form = await read_form(request, _FORM_BYTES)
    text = next((value for name, value in form.pairs if name == "text"), "")
    if len(text.encode()) > MAX_BYTES:
        raise Problem("body-too-large", f"A site file has at most {MAX_BYTES:,} bytes.")
    return await _checked_page(request, text)


async def ask_reassess(request: Request) -> Response:
    """Ask which stored events to answer again, and show the jobs that there were."""
    state = state_of(request)
    with state.keeping.slots.held():
        jobs = await state.keeping.use(lambda store: store.jobs(), reading=True)
    return await render(
        request,
        "site_reassess.html",
        parts=PARTS,
        twin="/v1/reassess",
        jobs=jobs[:20],
        busy=next((job for job in jobs if job.status == "running"), None),
        risks=body.RISKS,
    )


async def reassess(request: Request) -> Response:
    """Begin to answer stored events again, or to see what that would change."""
    form = await read_form(request)
    zone = zone_of(request)
    pairs = [
        (name, instant(value.strip(), zone) if name in ("since", "until") else value.strip())
        for name, value in form.pairs
        if name in ("since", "until", "method", "source") and value.strip()
    ]
    try:
        asked = read_filter(pairs)
    except FilterError as error:
        raise refused(error.field, error.detail) from None
    risk, version = form.get("risk"), form.get("attack_version")
    wanted = Asked(
        filter=asked,
        dry_run=form.get("do") != "answer",
        attack_version=None if version is None else body.READERS["attack_version"]("attack_version", version),
        risk=None if risk is None else body.READERS["risk"]("risk", risk),
    )
    job = await begun(state_of(request), wanted)
    return done(f"/site/reassess/{job.id}")


async def job(request: Request) -> Response:
    """Show how far a job has come."""
    found = await _job(request)
    return await render(
        request,
        "site_job.html",
        parts=PARTS,
        twin=f"/v1/reassess/{found.id}",
        job=found,
        fields=_fields(found.asked),
    )


async def cancel(request: Request) -> Response:
    """Let a job end."""
    await read_form(request)
    found = await _job(request)
    state = state_of(request)
    with state.keeping.slots.held():
        await state.keeping.use(lambda store: store.cancel(found.id))
    return done(f"/site/reassess/{found.id}")


async def _job(request: Request) -> Job:
    job_id = request.path_params["job_id"]
    state = state_of(request)
    found: tuple[Job, ...] = ()
    if _JOB.fullmatch(job_id):
        with state.keeping.slots.held():
            found = await state.keeping.use(lambda store: store.jobs(job_id), reading=True)
    if not found:
        raise Problem("not-found", "No job with this id is kept.")
    return found[0]


def _fields(asked: Asked) -> list[tuple[str, str]]:
    """Return the fields of a form that asks for the same."""
    wanted = asked.filter
    found = [(name, at.isoformat()) for name, at in (("since", wanted.since), ("until", wanted.until)) if at]
    found += [(name, value) for name in ("method", "source") for value in getattr(wanted, name)]
    more = (("attack_version", asked.attack_version), ("risk", asked.risk))
    return found + [(name, str(value)) for name, value in more if value is not None]


async def _checked_page(request: Request, text: str, changes: list[Change] | None = None) -> Response:
    found, site = await asyncio.to_thread(checked, text.encode("utf-8", "surrogatepass"))
    left = None
    if site is not None:
        left = await held_against(request, Filter(), gaps_of, site)
    return await render(
        request,
        "site_check.html",
        parts=PARTS,
        text=text,
        found=found,
        gaps=left,
        topics=_topics(left.gaps) if left else (),
        changes=changes or (),
    )


def _topics(gaps: Iterable[SiteGap]) -> list[tuple[str, list[SiteGap]]]:
    return [(TITLES[topic], list(group)) for topic, group in groupby(gaps, key=lambda gap: gap.topic)]


def _findings(form: Form, site: Site) -> Findings:
    """Return what was picked.

    Raises
    ------
    Problem
        ``invalid-form``
    """
    content = site.content
    patterns: dict[str, list[Pattern]] = {}
    findings = Findings()
    for picked in form.all("pick"):
        match = _PICK.fullmatch(picked)
        name, role, pattern = match.groups() if match else ("", "", "")
        try:
            parse_pattern(pattern)
        except PatternError:
            match = None
        if match is None or (role and role not in ROLES):
            raise Problem("invalid-form", "A suggestion isn't as the page makes it.")
        own = content.roles.get(role) if role else content.internal_name or _NETWORK
        if own is not None and own not in content.relational:
            name = own
        patterns.setdefault(name, []).append(Pattern(pattern, "suggested from events"))
        if role:
            findings.roles[role] = name
    if not patterns:
        raise Problem("invalid-form", "Nothing was picked.")
    findings.filters = [
        NamedFilter(name, tuple(dict.fromkeys(found)), grows=True) for name, found in patterns.items()
    ]
    return findings


def _in_use(path: Path | None, site: Site) -> str | None:
    """Return the text of the site file in use.

    Raises
    ------
    Problem
        ``conflict``: the file is another by now.
    """
    if path is None:
        return None
    try:
        content = path.read_bytes()
        if Site.parse(content.decode("utf-8-sig")).content == site.content:
            return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, SiteError):
        pass
    raise Problem(
        "conflict", "The site file is another than the one in use; see what is wrong with it first."
    )


def _entries(site: Site, name: str) -> tuple[Entry, ...]:
    found: tuple[Entry, ...] = getattr(site.content, name)
    return found


def _filter_row(site: Site, name: str) -> FilterRow:
    content = site.content
    addresses = content.filters[name]
    return FilterRow(
        name=name,
        ranges=tuple(islice(ranges(addresses), RANGES)),
        more=max(0, addresses.range_count - RANGES),
        relational=name in content.relational,
        internal=name == content.internal_name,
        roles=tuple(sorted(role for role, of in content.roles.items() if of == name)),
        assigned_to=assigned_to(site, name),
    )
