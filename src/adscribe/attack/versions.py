"""Names of versions: ``19``, ``19.0``, ``enterprise 19`` and ``enterprise-19`` are one and the same."""

from __future__ import annotations

import re
from typing import Literal, get_args

from adscribe.errors import CatalogueError

Domain = Literal["enterprise", "ics"]
DOMAINS: tuple[Domain, ...] = get_args(Domain)

_VERSION = re.compile(r"v?(?P<major>[0-9]{1,4})(?:\.(?P<minor>[0-9]{1,4}))?")
_NAME = re.compile(r"(?P<domain>[a-z]{1,20})(?:-attack)?[ -](?P<version>[^ -]+)")


def quoted(text: str) -> str:
    """Return foreign text fit for an error message: quoted, escaped and short."""
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


def parse_domain(text: str) -> Domain:
    """Return the domain of that name.

    Raises
    ------
    CatalogueError
        If there is none.
    """
    for domain in DOMAINS:
        if text == domain:
            return domain
    raise CatalogueError(f"no ATT&CK domain is called {quoted(text)}", hint=f"use {' or '.join(DOMAINS)}")


def parse_version(text: str) -> tuple[int, int]:
    """Return major and minor number of a version.

    Raises
    ------
    CatalogueError
        If the text is no version.

    Examples
    --------
    >>> parse_version("18.1"), parse_version("19")
    ((18, 1), (19, 0))
    """
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        raise CatalogueError(f"{quoted(text)} is no version of ATT&CK", hint="write it as 19 or 18.1")
    return int(match["major"]), int(match["minor"] or 0)


def format_version(version: tuple[int, int]) -> str:
    """Return a version as answers name it: without a minor number of zero."""
    major, minor = version
    return f"{major}.{minor}" if minor else str(major)


def parse_name(text: str) -> tuple[Domain, str]:
    """Return domain and version of a name such as ``enterprise 18.1`` or ``ics-18.1``.

    Raises
    ------
    CatalogueError
        If it isn't a domain and a version.

    Examples
    --------
    >>> parse_name("enterprise-19.0")
    ('enterprise', '19')
    """
    match = _NAME.fullmatch(text.strip().lower())
    if match is None:
        raise CatalogueError(
            f"{quoted(text)} names no version of ATT&CK", hint="write domain and version: enterprise-19"
        )
    return parse_domain(match["domain"]), format_version(parse_version(match["version"]))
