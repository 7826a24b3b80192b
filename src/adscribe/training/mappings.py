"""What experts assigned to detections, as the event model learns it: scores of the words, and the techniques.

The texts stay with their publishers. Of each there is what a text model that wasn't trained on it (nor
on its near-copies) reads in it, so that the event model learns how far such scores can be trusted. A
customer who trains again has all that it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from adscribe.attack.software import named
from adscribe.codebook import Codebook
from adscribe.context import Context, derive
from adscribe.errors import ModelError, Place
from adscribe.event import Event, Source, Target
from adscribe.features import FeatureSpace
from adscribe.features.extraction import pairs
from adscribe.history import MemoryHistory
from adscribe.model.outcomes import Outcome
from adscribe.resources import shipped
from adscribe.site import Site
from adscribe.text import load_model
from adscribe.text.reading import LEAST
from adscribe.training.beliefs import outcome_of
from adscribe.training.corpora import parents
from adscribe.training.text.examples import VENDORS, Example
from adscribe.training.text.shipping import held_out

FILE = shipped("datasets", "mappings.json")

SOURCES = (*VENDORS, "ctid-capability")
"""Whose mappings are taken: those of detections and capabilities on network data."""

METHODS = ("BPATTERNS", "THREATS")
"""Methods that carry names which nobody has seen before."""


class Mapped(msgspec.Struct, frozen=True, kw_only=True):
    """A detection that an expert assigned techniques to.

    Attributes
    ----------
    source : str
        Who published it.
    said : mapping of str to float
        Scores of parent techniques, from `adscribe.text.reading.LEAST`, by a model that hasn't seen it.
    named : tuple of str
        Parent techniques of the software that it names.
    techniques : tuple of str
        Parent techniques that the expert lists.
    """

    source: str
    said: Mapping[str, float]
    named: tuple[str, ...] = ()
    techniques: tuple[str, ...]


class Mappings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in ``mappings.json``.

    Attributes
    ----------
    notice : str
        Where the facts are from.
    text : str
        Digest of the text model that ships: made by the same recipe, on all examples.
    mappings : tuple of Mapped
        In the order of the corpora.
    """

    notice: str
    text: str
    mappings: tuple[Mapped, ...]


NOTICE = (
    "Facts about published detections (datasets/sources.yaml names publishers and licences):"
    " scores of our text model and the ATT&CK techniques that their authors list."
    " Made by python -m pipelines.text."
)


def made(examples: Sequence[Example]) -> Mappings:
    """Return the mappings of examples; trains the text model once a fold."""
    techniques = load_model().techniques
    found = []
    for one, scores in zip(examples, held_out(examples), strict=True):
        if one.source in SOURCES and one.network:
            said = {
                techniques[place]: round(float(scores[place]), 3) for place in np.flatnonzero(scores >= LEAST)
            }
            known = dict.fromkeys(id_ for threat in named(one.text) for id_ in threat.parents)
            found.append(
                Mapped(
                    source=one.source, said=said, named=tuple(known), techniques=tuple(sorted(one.techniques))
                )
            )
    return Mappings(notice=NOTICE, text=load_model().digest, mappings=tuple(found))


def write(content: Mappings, path: Path = FILE) -> None:
    """Write mappings, one a line."""
    head = msgspec.json.encode(msgspec.structs.replace(content, mappings=())).removesuffix(b"[]}")
    lines = b",\n".join(map(msgspec.json.encode, content.mappings))
    path.write_bytes(b"%b[\n%b\n]}\n" % (head, lines))


@cache
def load(path: Path = FILE) -> Mappings:
    """Load mappings.

    Raises
    ------
    ModelError
        If they can't be read, or were made with another text model than the one that ships.
    """
    try:
        content = msgspec.json.decode(path.read_bytes(), type=Mappings)
    except (OSError, msgspec.DecodeError) as wrong:
        raise ModelError(f"holds no mappings: {wrong}", place=Place(str(path))) from wrong
    if content.text != load_model().digest:
        raise ModelError(
            "was made with another text model",
            place=Place(str(path)),
            hint="run: python -m pipelines.text CORPORA --only model",
        )
    return content


def rows(
    space: FeatureSpace, outcomes: Iterable[str], content: Mappings, codebook: Codebook
) -> tuple[csr_array, list[str], NDArray[np.float64]]:
    """Return mappings as rows to learn from: an event of each of `METHODS` that says just this.

    Experts map what they hold for an attack. So that the event alone doesn't become one, there are as many
    rows of the same event with a name that says nothing, whose truth is the codebook's. A detection whose
    techniques no outcome has is left out; see `nearest`.

    Returns
    -------
    csr_array of float32, rows × features
        A row each.
    list of str
        Outcomes, in their canonical text.
    array of float, rows
        What each counts; together 1.
    """
    places = {name: place for place, name in enumerate(space.names)}
    known = [(text, Outcome.parse(text)) for text in outcomes]
    plain = [_plain(method) for method in METHODS]
    found: list[dict[str, float]] = []
    truths: list[str] = []
    for one in content.mappings:
        truth = nearest(one.techniques, known)
        if truth is not None:
            told = {f"said:{id_}": score for id_, score in one.said.items()}
            told |= {f"named_technique:{id_}": 1.0 for id_ in one.named}
            found += [{**event, **told} for event in map(dict, map(pairs, plain))]
            truths += [truth] * len(plain)
    weights = np.full(len(found) + len(plain), 0.5 / max(len(found), 1))
    weights[len(found) :] = 0.5 / len(plain)
    found += [dict(pairs(context)) for context in plain]
    truths += [_answer(codebook, context) for context in plain]
    return _matrix(found, places), truths, weights


def _matrix(found: Sequence[Mapping[str, float]], places: Mapping[str, int]) -> csr_array:
    rows = [{places[name]: value for name, value in row.items() if name in places} for row in found]
    starts = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    indices = np.array([place for row in rows for place in row], dtype=np.int32)
    values = np.array([value for row in rows for value in row.values()], dtype=np.float32)
    return csr_array((values, indices, starts), shape=(len(rows), len(places)))


def nearest(techniques: Iterable[str], outcomes: Iterable[tuple[str, Outcome]]) -> str | None:
    """Return the outcome that says most of what is listed, and nothing else.

    Parameters
    ----------
    techniques : iterable of str
        Parent techniques that an expert lists.
    outcomes : iterable of (str, Outcome)
        Those that there are, with their text.

    Returns
    -------
    str or None
        The text of the one with the most techniques of the list and, of these, the fewest tactics;
        ``None`` where each outcome says something that isn't listed.
    """
    listed = set(techniques)
    best, most = None, (0, 0, 0)
    for text, outcome in outcomes:
        said = set(parents(outcome.techniques))
        if said and said <= listed and not outcome.ics_tactics:
            worth = (len(said), -len(outcome.tactics), -sum("." in id_ for id_ in outcome.techniques))
            if best is None or worth > most:
                best, most = text, worth
    return best


def _answer(codebook: Codebook, context: Context) -> str:
    match = codebook.match(context)
    return outcome_of(match.row).text if match else Outcome(reason="too_generic").text


def _plain(method: str) -> Context:
    """Return an event whose name says nothing, from inside to outside."""
    event = Event(
        method=method,
        submethod="X",
        source=Source(ip="10.0.0.5"),
        targets=(Target(ip="203.0.113.9"),),
        detected_at=datetime(2026, 1, 5, 10, tzinfo=UTC),
    )
    return derive(event, Site.default(), MemoryHistory(), event_id="")
