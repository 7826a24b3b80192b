"""What was measured of the model that answers: the figures of `adscribe evaluate`, where they are of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from adscribe.resources import shipped
from adscribe.service import body
from adscribe.service.state import State

MOST_BYTES = 8 * 1024 * 1024
"""Largest file with an evaluation; of 120 techniques it has about 0.4 MB."""

FILE = "evaluation.json"
"""What `adscribe evaluate` writes the figures to."""


class Share(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval, and what it is of: so many events, answers or pairs."""

    value: float
    low: float
    high: float
    n: int


class LabelScore(msgspec.Struct, frozen=True, kw_only=True):
    """A technique, tactic or reason.

    Attributes
    ----------
    label : str
        Its id, short name or word.
    support, shown : int
        Events that it is true of, and events that it was shown of.
    sufficient : bool
        Whether `support` is enough for its figures to say something.
    precision, recall, f1 : Share or None
        ``None`` where nothing was shown or true.
    """

    label: str
    support: int
    shown: int
    sufficient: bool
    precision: Share | None
    recall: Share | None
    f1: Share | None


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """The labels of one level, and its figures over all of them."""

    f1: Share | None
    macro_f1: Share | None
    labels: tuple[LabelScore, ...]


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """The answers as a whole.

    Attributes
    ----------
    events, sites : int
        Measured on.
    right : Share or None
        Of all events, those whose whole answer is right.
    coverage : Share or None
        Of the events whose truth is a category, those shown one.
    wrong : Share or None
        Of what is shown with a category, what isn't all right.
    undetermined : Share or None
        Of all events, those that the model can't tell.
    """

    events: int
    sites: int
    right: Share | None
    coverage: Share | None
    wrong: Share | None
    undetermined: Share | None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A promise and what became of it.

    Attributes
    ----------
    promise : str
        Which one.
    promised, realised : float
        Shares.
    answers : int
        That the share is of.
    coverage : float or None
        What is shown of the events whose truth is a category.
    kept : bool
        Whether the promise was.
    interval : Share or None
        The realised share again, with its interval.
    """

    promise: str
    promised: float
    realised: float
    answers: int
    coverage: float | None
    kept: bool
    interval: Share | None = None


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """What was said beside what was true, in bins of probability.

    Attributes
    ----------
    error : Share or None
        Expected calibration error.
    said, true : tuple of float or None
        Mean probability, and share that was true, in each bin.
    pairs : tuple of int
        Pairs of label and event in each bin.
    """

    error: Share | None
    said: tuple[float | None, ...]
    true: tuple[float | None, ...]
    pairs: tuple[int, ...]


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown, and how much of that is wrong, where so much sureness is asked for."""

    threshold: float
    coverage: float
    wrong: float


class Measures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured of a model.

    Attributes
    ----------
    artefact : str
        SHA-256 of its manifest.
    command : str
        That measures it again.
    whole : Whole
        All answers.
    held_out : Whole or None
        Those to behaviours that the training had none of.
    promises : tuple of Kept
        Each step of the grid, and calm at each prevalence.
    unpromised : tuple of float
        Risks that calibration could not support.
    levels : dict of str to Level
        Label by label: ``technique``, ``parent``, ``tactic``, ``reason``, ``ics_technique``.
    reliability : Reliability
        What was said beside what was true.
    curve : tuple of Point
        From what is asked for most sureness to what is asked for least.
    """

    artefact: str
    command: str
    whole: Whole
    held_out: Whole | None
    promises: tuple[Kept, ...]
    unpromised: tuple[float, ...]
    levels: dict[str, Level]
    reliability: Reliability
    curve: tuple[Point, ...]


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of the model that answers, or the reason that there are none."""

    reason: str | None
    measures: Measures | None


class _Scores(msgspec.Struct, frozen=True):
    whole: Whole
    levels: dict[str, Level]


class _Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    artefact: str
    command: str
    scores: dict[str, _Scores]
    held_out: dict[str, Whole]
    promises: tuple[Kept, ...]
    unpromised: tuple[float, ...]
    reliability: Reliability
    curve: tuple[Point, ...]


_decoder = msgspec.json.Decoder(_Evaluation)
_NO_MODEL = "these are the rules: nothing is measured of them here"
_HELD_OUT = "all held out"


async def shown(request: Request) -> Response:
    """Tell what was measured of the model that answers."""
    state: State = request.app.state.adscribe
    found = await asyncio.to_thread(measured, state)
    return Response(msgspec.json.encode(found), media_type=body.JSON)


def measured(state: State) -> Measured:
    """Return what was measured of the model that answers.

    Raises
    ------
    Problem
        ``not-ready``
    """
    served, _ = state.answering()
    if served.artefact is None:
        return Measured(reason=_NO_MODEL, measures=None)
    return of_artefact(served.artefact, state.settings.evaluation or shipped("models", "evaluation", FILE))


def of_artefact(artefact: str, file: Path) -> Measured:
    """Return what a file says of a model, read anew: who evaluates may replace it.

    Parameters
    ----------
    artefact : str
        SHA-256 of the model's manifest.
    file : Path
        As `adscribe evaluate` writes it.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        return _nothing(f"there is no {file.name} to read")
    if len(content) > MOST_BYTES:
        return _nothing(f"{file.name} is larger than {MOST_BYTES:,} bytes")
    try:
        found = _decoder.decode(content)
        own = found.scores["model"]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError):
        return _nothing(f"{file.name} isn't as adscribe evaluate of this version writes it")
    if found.artefact != artefact:
        return _nothing(f"{file.name} is of another model than the one that answers")
    return Measured(
        reason=None,
        measures=Measures(
            whole=own.whole,
            levels=own.levels,
            held_out=found.held_out.get(_HELD_OUT),
            **_same(found, "artefact", "command", "promises", "unpromised", "reliability", "curve"),
        ),
    )


def _same(found: _Evaluation, *names: str) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


def _nothing(reason: str) -> Measured:
    return Measured(reason=reason, measures=None)
