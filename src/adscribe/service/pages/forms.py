"""What the forms of pages send, and where they lead."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adscribe.service import body
from adscribe.service.problems import Problem

FORM = "application/x-www-form-urlencoded"

MOST_BYTES = 64 * 1024
"""Largest form where a page doesn't say."""

_MOST_FIELDS = 500
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,4000}")


class Form:
    """The fields of a form; a field can come several times."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs

    def get(self, name: str) -> str | None:
        """Return the first value of a field without blanks around it; ``None`` where it says nothing."""
        return next((value.strip() for key, value in self.pairs if key == name and value.strip()), None)

    def all(self, name: str) -> list[str]:
        """Return all values of a field that say something."""
        return [value.strip() for key, value in self.pairs if key == name and value.strip()]


async def read_form(request: Request, most: int = MOST_BYTES) -> Form:
    """Return what a form sends.

    Raises
    ------
    Problem
        ``unsupported-media-type``, ``body-too-large``, ``incomplete-body`` or ``invalid-form``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Problem("unsupported-media-type", f"The Content-Type must be {FORM}.")
    content = await body.read(request, most)
    try:
        pairs = parse_qsl(
            content.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise Problem("invalid-form", "The form can't be read.") from None
    # Browsers end each line of a form so; elsewhere a line ends by itself.
    return Form([(name, value.replace("\r\n", "\n")) for name, value in pairs])


def local(path: str | None, otherwise: str = "/") -> str:
    """Return a path of this service, with its query; what leads elsewhere becomes another.

    Examples
    --------
    >>> local("/events?method=SCANS")
    '/events?method=SCANS'
    >>> local("//elsewhere.example")
    '/'
    """
    return path if path is not None and _LOCAL.fullmatch(path) else otherwise


def came_from(request: Request, otherwise: str = "/") -> str:
    """Return the page that a request was made from, with its query; another where that isn't told."""
    path = request.headers.get("referer", "").partition("://")[2].partition("/")[2]
    return local(f"/{path}", otherwise) if path else otherwise


def done(path: str) -> Response:
    """Lead to a page after a form, so that loading it again sends nothing again."""
    return RedirectResponse(path, status_code=303)
