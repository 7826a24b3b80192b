"""What all pages share: how templates are rendered, where one can go, and how things are written."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from adscribe.answer.assignment import Basis, Reason
from adscribe.attack.matrix import Tactic, Technique
from adscribe.attack.versions import DOMAINS
from adscribe.service.categories import categories
from adscribe.service.pages.forms import done, local, read_form
from adscribe.service.state import State

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # A form must be able to say that it comes from here: see `adscribe.service.access`.
    "Referrer-Policy": "same-origin",
}
"""Headers of every page."""

NAVIGATION = (
    ("/events", "Events", "e"),
    ("/matrix", "Matrix", "m"),
    ("/hosts", "Hosts", "h"),
    ("/review", "Review", "r"),
    ("/model", "Model", "o"),
    ("/site", "Site", "s"),
    ("/examples", "Examples", "x"),
)
"""Path, name and key (after ``g``) of the pages that one can go to, in their order; those that there are."""

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "adscribe_theme"
TOUR_COOKIE = "adscribe_tour"
ANALYST_COOKIE = "adscribe_analyst"
YEAR_SECONDS = 365 * 24 * 3600

REASONS: dict[str, str] = dict(
    zip(
        get_args(Reason),
        ("too generic to tell", "no technique for it", "misconfiguration", "benign", "undetermined"),
        strict=True,
    )
)
"""Reasons for no category in words."""

BASES: dict[str, str] = dict(
    zip(
        get_args(Basis),
        ("the model's decision", "the site's decision", "low confidence", "unfamiliar"),
        strict=True,
    )
)
"""What a reason rests on, in words."""

# Controls, and what changes the direction of text: they'd be unseen, and could make text look like another.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def visible(value: Any) -> Any:
    r"""Return text with its unseen characters written out; all that a template prints passes here.

    Examples
    --------
    >>> visible("txt.\u202eexe")
    'txt.\\u202eexe'
    """
    if isinstance(value, str) and not isinstance(value, Markup) and _UNSEEN.search(value):
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return value


def percent(probability: float) -> str:
    r"""Return a probability in whole per cent.

    Examples
    --------
    >>> percent(0.714), percent(0.9991), percent(0.0)
    ('71\u202f%', '>99\u202f%', '<1\u202f%')
    """
    rounded = round(probability * 100)
    if rounded >= 100 and probability < 1:
        return ">99\u202f%"
    return "<1\u202f%" if rounded < 1 else f"{rounded}\u202f%"


def count(number: float) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"


@pass_context
def local_time(context: Context, at: datetime, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """Return a time in the site's zone."""
    zone: tzinfo = context["zone"]
    return at.astimezone(zone).strftime(form)


@pass_context
def brief_time(context: Context, at: datetime) -> str:
    """Return a time in the site's zone; of another year than this one without its seconds."""
    zone: tzinfo = context["zone"]
    there = at.astimezone(zone)
    this_year = there.year == datetime.now(zone).year
    return there.strftime("%m-%d %H:%M:%S" if this_year else "%Y-%m-%d %H:%M")


def technique_of(technique_id: str) -> Technique | None:
    """Return a technique by its id, whichever domain and version has it."""
    known = categories()
    return next(filter(None, (known.technique(domain, technique_id) for domain in DOMAINS)), None)


def tactic_of(shortname: str) -> Tactic | None:
    """Return a tactic by its short name, whichever domain and version has it."""
    known = categories()
    return next(filter(None, (known.tactic(domain, shortname) for domain in DOMAINS)), None)


def technique_name(technique_id: str) -> str:
    """Return the id and the name of a technique, the id alone where no version at hand has it."""
    found = technique_of(technique_id)
    return technique_id if found is None else f"{technique_id} {found.name}"


def tactic_name(shortname: str) -> str:
    """Return the name of a tactic, the short name where no version at hand has it."""
    found = tactic_of(shortname)
    return shortname if found is None else found.name


def attack_url(category_id: str) -> str:
    """Return MITRE's page of a technique or tactic.

    Examples
    --------
    >>> attack_url("T1110.001")
    'https://attack.mitre.org/techniques/T1110/001'
    """
    kind = "tactics" if category_id.startswith("TA") else "techniques"
    return f"https://attack.mitre.org/{kind}/{category_id.replace('.', '/')}"


def verbatim(text: str) -> Markup:
    """Return text as it is, for the value of a field that is sent again."""
    return Markup("{}").format(text)


environment = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=visible,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(
    percent=percent,
    count=count,
    local_time=local_time,
    brief_time=brief_time,
    technique_name=technique_name,
    tactic_name=tactic_name,
    attack_url=attack_url,
    verbatim=verbatim,
)
environment.globals.update(REASONS=REASONS, BASES=BASES)


async def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """Return a page.

    Parameters
    ----------
    request : Request
    template : str
        Name of the file in ``templates``; it extends ``base.html``.
    status : int
        HTTP status.
    headers : mapping of str to str, optional
        Further headers.
    **values
        What the template shows; of all pages `twin`, path and query of what has the same as JSON.
    """
    written = await html(request, template, **values)
    return HTMLResponse(written, status_code=status, headers={**HEADERS, **(headers or {})})


async def html(request: Request, template: str, **values: Any) -> str:
    """Return a page, or a part of one, as text; see `render`."""
    here = request.url.path
    query = request.url.query
    shared = {
        "navigation": _navigation(request),
        "here": here,
        "back": f"{here}?{query}" if query else here,
        "twin": None,
        "theme": theme(request),
        "themes": THEMES,
        "zone": zone_of(request),
        "demo": state_of(request).keeping.demo is not None,
        # It lies where one begins; elsewhere it would be in the way of what it leads to.
        "tour": here == "/events" and request.cookies.get(TOUR_COOKIE) != "hidden",
        "signed_in": state_of(request).settings.token is not None,
    }
    # In a thread: what many events show takes a while to write.
    return await asyncio.to_thread(environment.get_template(template).render, {**shared, **values})


async def choose_theme(request: Request) -> Response:
    """Remember whether pages are light or dark."""
    form = await read_form(request)
    response = done(local(form.get("back")))
    chosen = form.get("theme")
    if chosen in THEMES:
        # A module changes it too, without asking the service.
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR_SECONDS, samesite="strict")
    return response


def theme(request: Request) -> str:
    """Return whether a browser is shown light or dark pages, or what its system says."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else THEMES[0]


def zone_of(request: Request) -> tzinfo:
    """Return the zone that times are shown in: the site's."""
    return state_of(request).shown_site.timezone


def state_of(request: Request) -> State:
    """Return the state of the service."""
    state: State = request.app.state.adscribe
    return state


def _navigation(request: Request) -> list[tuple[str, str, str]]:
    there = {getattr(route, "path", None) for route in request.app.routes}
    return [entry for entry in NAVIGATION if entry[0] in there]
