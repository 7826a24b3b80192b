"""Columns of the list of events: which there are, and which a browser is shown."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from adscribe.service.pages.forms import done, local, read_form
from adscribe.service.pages.shell import YEAR_SECONDS

COOKIE = "adscribe_columns"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list.

    Attributes
    ----------
    name : str
        In cookies and templates.
    title : str
        Its head.
    says : tuple of str
        Columns of `adscribe.service.download.CHOICES` that say the same.
    sort : str or None
        What of `adscribe.store.listing.ORDERS` sorts by it.
    shown : bool
        Whether it is, where nobody has chosen.
    """

    name: str
    title: str
    says: tuple[str, ...]
    sort: str | None = None
    shown: bool = True


COLUMNS = (
    Column("time", "Time", ("detected_at",), sort="time"),
    Column("updated", "Updated", ("updated_at",), sort="updated", shown=False),
    Column("method", "Method", ("method", "submethod"), sort="method"),
    Column("source", "Source", ("source", "source_host", "source_roles")),
    Column("targets", "Targets", ("target_count", "targets")),
    Column("tactics", "Tactics", ("tactics", "ics_tactics")),
    Column("techniques", "Techniques", ("techniques", "ics_techniques")),
    Column("reason", "No category", ("reason", "basis")),
    Column("probability", "Prob.", ("probability",), sort="probability"),
    Column("severity", "Severity", ("severity",), sort="severity"),
    Column("revision", "Rev.", ("revision",)),
    Column("reviewed", "Judged", ("reviewed",)),
    Column("data_feed", "Data feed", ("data_feed",), shown=False),
    Column("external_id", "Sensor's id", ("external_id",), shown=False),
)
"""In the order in which they stand."""

_ALWAYS = "time"


def chosen(request: Request) -> tuple[Column, ...]:
    """Return the columns that a browser is shown; time always is, since it leads to the event."""
    names = request.cookies.get(COOKIE, "").split(".")
    found = tuple(one for one in COLUMNS if one.name in names)
    if not found:
        return tuple(one for one in COLUMNS if one.shown)
    return found if found[0].name == _ALWAYS else (COLUMNS[0], *found)


def downloaded(columns: tuple[Column, ...]) -> str:
    """Return what a list of these asks `/v1/events` for: the same, and the id of the event."""
    return ",".join(("id", *(name for column in columns for name in column.says)))


async def choose(request: Request) -> Response:
    """Remember which columns are shown."""
    form = await read_form(request)
    response = done(local(form.get("back"), "/events"))
    wanted = form.all("column")
    names = [one.name for one in COLUMNS if one.name in wanted]
    if form.get("reset") is not None or not names:
        response.delete_cookie(COOKIE, samesite="strict")
    else:
        response.set_cookie(COOKIE, ".".join(names), max_age=YEAR_SECONDS, httponly=True, samesite="strict")
    return response
