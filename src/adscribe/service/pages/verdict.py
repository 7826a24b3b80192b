"""The form that judges: what an analyst chose becomes a verdict, as `/v1/events/{id}/feedback` takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, get_args
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

from adscribe.answer.assignment import AssignedTechnique, Assignment, Reason
from adscribe.answer.feedback import ANALYST_LENGTH
from adscribe.attack import Matrix, Technique
from adscribe.errors import CatalogueError
from adscribe.service.categories import catalogue
from adscribe.service.feedback import analyst_of
from adscribe.service.pages.forms import Form
from adscribe.service.pages.shell import ANALYST_COOKIE, YEAR_SECONDS
from adscribe.service.problems import Detail, Problem

REASONS = tuple(reason for reason in get_args(Reason) if reason != "undetermined")
"""Reasons that an analyst can give."""

BLANK = 2
"""Fields for further categories beside those that are shown."""

_TECHNIQUE = re.compile(r"(T\d{4}(?:\.\d{3})?)\b[^(]*(?:\((.*)\))?", re.ASCII | re.IGNORECASE)
_MOST_CHARACTERS = 200


def label(technique: Technique, tactic: str) -> str:
    """Return how a technique with one of its tactics is written in a field."""
    return f"{technique.id} {technique.display} ({tactic})"


@lru_cache(maxsize=8)
def options(attack: str, *, ics: bool) -> tuple[str, ...]:
    """Return all that a field can hold, to search in: techniques with each of their tactics, and tactics.

    Parameters
    ----------
    attack : str
        Version of Enterprise ATT&CK, such as ``enterprise 19``.
    ics : bool
        Whether the ICS domain is meant as well.
    """
    found: list[str] = []
    wanted = [_matrix("enterprise", attack.partition(" ")[2])] + ([_matrix("ics", None)] if ics else [])
    for matrix in filter(None, wanted):
        for technique in matrix.techniques:
            found += [label(technique, matrix.tactic(name).name) for name in technique.tactics]
        found += [tactic.name for tactic in matrix.tactics]
    return tuple(dict.fromkeys(found))


def labels(answer: Assignment) -> list[str]:
    """Return what an answer shows as fields of the form have it."""
    shown: list[str] = []
    for matrix, techniques, tactics in _domains(answer):
        alone = {one.shortname for one in tactics}
        for technique in techniques:
            shown += [_written(matrix, technique, name) for name in technique.tactics]
            alone -= set(technique.tactics)
        shown += [one.name for one in tactics if one.shortname in alone]
    return shown


def record(form: Form, answer: Assignment) -> dict[str, Any]:
    """Return what a form says as a body of feedback.

    Parameters
    ----------
    form : Form
        `verdict`: ``confirm``, ``correct`` or a reason; `category`: what applies; `comment`, `analyst`,
        `revision`.
    answer : Assignment
        That is judged.

    Raises
    ------
    Problem
        ``invalid-feedback``
    """
    chosen = form.get("verdict")
    if chosen == "confirm":
        verdict: dict[str, Any] = {"kind": "confirm"}
    elif chosen in REASONS:
        verdict = {"kind": "reason", "reason": chosen}
    elif chosen == "correct":
        verdict = _correction(form.all("category"), answer)
    else:
        raise _wrong("Choose: Confirm, Save the correction, or a reason that no category applies.")
    said: dict[str, Any] = {
        "verdict": verdict,
        "comment": form.get("comment"),
        "analyst": form.get("analyst"),
    }
    revision = form.get("revision")
    if revision is not None:
        said["revision"] = int(revision) if re.fullmatch(r"\d{1,9}", revision, re.ASCII) else revision
    return said


def analyst(request: Request, form: Form | None = None) -> str | None:
    """Return who judges: as a proxy says, as a form says, or as the browser remembers."""
    said = analyst_of(request) or (form and form.get("analyst"))
    return said or unquote(request.cookies.get(ANALYST_COOKIE, ""))[:ANALYST_LENGTH] or None


def remember(response: Response, name: str | None) -> Response:
    """Let a browser remember who judges."""
    if name:
        response.set_cookie(
            ANALYST_COOKIE, quote(name, safe=""), max_age=YEAR_SECONDS, httponly=True, samesite="strict"
        )
    return response


def _correction(categories: Iterable[str], answer: Assignment) -> dict[str, Any]:
    own = catalogue().matrix("enterprise", answer.model.attack.partition(" ")[2])
    ics = catalogue().matrix("ics")
    found: dict[str, dict[str, Any]] = {"enterprise": _empty(), "ics": _empty()}
    for text in categories:
        for matrix in (own, ics):
            if _read(text[:_MOST_CHARACTERS], matrix, found[matrix.domain], answer):
                break
        else:
            raise _wrong(f"{text[:80]} is neither a technique nor a tactic of {own.name} or {ics.name}.")
    own_said, ics_said = (_said(found[domain]) for domain in ("enterprise", "ics"))
    if ics_said and not own_said:
        reason = answer.no_category.reason if answer.no_category else None
        return {
            "kind": "reason",
            "reason": reason if reason in REASONS else "no_technique",
            "ics": ics_said,
        }
    verdict = {"kind": "correct", **own_said, "attack": own.name}
    return {**verdict, "ics": ics_said} if ics_said else verdict


def _empty() -> dict[str, Any]:
    return {"techniques": {}, "tactics": []}


def _read(text: str, matrix: Matrix, found: dict[str, Any], answer: Assignment) -> bool:
    """Add what a field says, if the matrix has it."""
    technique = _TECHNIQUE.fullmatch(text)
    if technique is None:
        tactic = _tactic(matrix, text)
        if tactic is not None:
            found["tactics"].append(tactic)
        return tactic is not None
    technique_id, named = technique[1].upper(), technique[2]
    if technique_id not in matrix:
        return False
    tactics = found["techniques"].setdefault(technique_id, [])
    if named:
        tactic = _tactic(matrix, named)
        if tactic is None:
            raise _wrong(f"{named[:80]} is no tactic of {matrix.name}.")
        tactics.append(tactic)
    else:
        # Without a tactic those of the answer are meant; of another technique the only one it has.
        shown = [one for one in answer.techniques if one.id == technique_id]
        tactics += shown[0].tactics if shown else ()
    return True


def _said(found: dict[str, Any]) -> dict[str, Any]:
    techniques = [
        {"id": technique_id, "tactics": list(dict.fromkeys(tactics))} if tactics else {"id": technique_id}
        for technique_id, tactics in found["techniques"].items()
    ]
    tactics = list(dict.fromkeys(found["tactics"]))
    return {name: value for name, value in (("techniques", techniques), ("tactics", tactics)) if value}


def _tactic(matrix: Matrix, text: str) -> str | None:
    wanted = text.strip().casefold()
    return next(
        (
            one.shortname
            for one in matrix.tactics
            if wanted in (one.name.casefold(), one.shortname, one.id.casefold())
        ),
        None,
    )


def _domains(answer: Assignment) -> Iterable[tuple[Matrix | None, Any, Any]]:
    yield _matrix("enterprise", answer.model.attack.partition(" ")[2]), answer.techniques, answer.tactics
    if answer.ics:
        yield _matrix("ics", None), answer.ics.techniques, answer.ics.tactics


def _matrix(domain: str, version: str | None) -> Matrix | None:
    try:
        return catalogue().matrix(domain, version)
    except CatalogueError:
        # An old answer may be of a version that isn't at hand any more.
        return None


def _written(matrix: Matrix | None, technique: AssignedTechnique, tactic: str) -> str:
    if matrix is None or technique.id not in matrix:
        return f"{technique.id} {technique.name} ({tactic})"
    return label(matrix.technique(technique.id), matrix.tactic(tactic).name)


def _wrong(detail: str) -> Problem:
    return Problem("invalid-feedback", detail, Detail(pointer="/verdict", detail=detail))
