"""A small model, made of the events that ship: varied, placed in several networks, answered by the codebook.

The truths are drawn. Mostly they are those of the codebook's row; for a third of the doubt that its
ambiguity stands for, those of another row that nothing known contradicts. So there is something to
learn and something to be unsure of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]

from adscribe.attack import Catalogue
from adscribe.codebook import Codebook
from adscribe.codebook.rows import Row as Rule
from adscribe.context import Context, derive
from adscribe.event import Event
from adscribe.features import FeatureSpace, extract
from adscribe.model.artefact import Artefact
from adscribe.model.calibration import fit_temperature
from adscribe.model.decoding import Decoder
from adscribe.model.estimator import OutcomeClassifier
from adscribe.model.novelty import Novelty
from adscribe.model.outcomes import Outcome, OutcomeSpace
from adscribe.model.promises import promise
from adscribe.model.truths import Truths
from adscribe.sensors import Reject, read
from adscribe.site import Site
from tests.shared import ROOT

SAMPLES = (
    "datasets/samples/flowmon/human.cef",
    "datasets/samples/flowmon/machine.cef",
    "datasets/samples/flowmon/variants.cef",
    "datasets/samples/demo/events.cef",
    "datasets/samples/demo/events.ndjson",
)

ROLES = """
filters:
  LAN: ["192.168.0.0/16", "192.0.2.0/24", "10.0.0.0/8"]
  Clients: ["192.168.0.0/17"]
  Servers: ["192.168.128.0/17", "192.0.2.0/24"]
  Plant: ["10.0.0.0/8"]
internal: LAN
roles: {workstation: Clients, web_server: Servers, ot_device: Plant}
"""

CATALOGUE = Catalogue.load()
CODEBOOK = Codebook.load()
SITES = {"": Site.default(), ROLES: Site.parse(ROLES)}


@dataclass(frozen=True)
class Small:
    """A model with the events that it was made of."""

    contexts: tuple[Context, ...]
    truths: tuple[str, ...]
    sites: tuple[str, ...]
    part: NDArray[np.str_]
    rows: Any
    artefact: Artefact
    temperature: float
    probabilities: NDArray[np.float32]

    def of(self, part: str) -> NDArray[np.intp]:
        return np.flatnonzero(self.part == part)

    def events(self, part: str) -> Truths:
        """Return what the model says of a part, and what is true."""
        own = self.of(part).tolist()
        truths, sites = [self.truths[n] for n in own], [self.sites[n] for n in own]
        return Truths(Decoder(self.artefact.outcomes), self.probabilities[own], truths, sites)


@lru_cache(maxsize=1)
def sampled() -> tuple[Event, ...]:
    found = []
    for name in SAMPLES:
        for record in read(ROOT / name, format="auto", zone=Site.default().timezone):
            assert not isinstance(record, Reject), (name, record)
            found.append(record.event)
    return tuple(found)


def varied(event: Event, chance: np.random.Generator) -> Event:
    """Return the event as it could have been as well: other amounts, other ends, told more or less."""
    factor = float(10 ** chance.normal(0, 0.7))
    numbers = {
        key: round(value * factor) if isinstance(value, int) and not isinstance(value, bool) else value
        for key, value in event.characteristics.items()
        if chance.random() > 0.1
    }
    ends = event.source, event.targets
    if event.targets and chance.random() < 0.3:
        first, *others = event.targets
        ends = (
            replace(event.source, ip=first.ip, hostname=None),
            (replace(first, ip=event.source.ip, hostname=None), *others),
        )
    success = [None, True, False, event.success][int(chance.integers(4))]
    return replace(event, source=ends[0], targets=ends[1], characteristics=numbers, success=success)


def truth(context: Context, chance: np.random.Generator) -> str | None:
    match = CODEBOOK.match(context)
    if match is None:
        return None
    row = match.row
    if chance.random() < (1 - row.probability) / 3:
        others = CODEBOOK.possible(context)
        row = others[int(chance.integers(len(others)))]
    return outcome_of(row).text


def outcome_of(row: Rule) -> Outcome:
    labels, ics = row.enterprise, row.ics
    return Outcome(
        tuple(sorted(labels.techniques)) if labels else (),
        tuple(sorted(labels.tactics)) if labels else (),
        row.reason,
        tuple(sorted(ics.techniques)) if ics else (),
        tuple(sorted(ics.tactics)) if ics else (),
    )


def drawn(rounds: int, seed: int) -> Iterator[tuple[Context, str, str]]:
    chance = np.random.default_rng(seed)
    texts = list(SITES)
    for number in range(rounds):
        for event in sampled():
            context = derive(varied(event, chance), SITES[texts[int(chance.integers(2))]])
            said = truth(context, chance)
            if said is not None:
                yield context, said, f"site {number}-{int(chance.integers(4))}"


@lru_cache(maxsize=1)
def small() -> Small:
    """Return the model; made once a run of the tests."""
    contexts, truths, sites = zip(*drawn(10, 7), strict=True)
    names = sorted(set(sites))
    parts = {site: ("train", "train", "heat", "promise", "test")[n % 5] for n, site in enumerate(names)}
    part = np.array([parts[site] for site in sites])
    training = np.flatnonzero(part == "train")
    space = FeatureSpace.fit((extract(contexts[n]) for n in training), minimum=5)
    encoded = [space.row(context) for context in contexts]
    starts = np.cumsum([0, *(len(row.indices) for row in encoded)]).astype(np.int32)
    rows = sparse.csr_array(
        (
            np.concatenate([row.values for row in encoded]),
            np.concatenate([row.indices for row in encoded]),
            starts,
        ),
        shape=(len(encoded), len(space)),
    )
    said = np.array(truths)
    heat, held = np.flatnonzero(part == "heat"), np.flatnonzero(part == "promise")
    fitted = OutcomeClassifier(C=1.0, max_iter=60, patience=20).fit(
        rows[training], said[training], validation=(rows[heat], said[heat])
    )
    outcomes = OutcomeSpace.of(fitted.classes_.tolist(), CATALOGUE, "19", "18.1")
    index = {text: place for place, text in enumerate(outcomes.texts)}
    codes = np.array([index.get(text, -1) for text in truths])
    temperature = fit_temperature(fitted.softmax_, rows[heat], codes[heat])
    model = fitted.softmax_.scaled(temperature).rounded()
    probabilities = model.predict(rows)
    methods = [context.event.method for context in contexts]
    known = Novelty.of(methods[n] for n in training)
    events = Truths(
        Decoder(outcomes), probabilities[held], [truths[n] for n in held], [sites[n] for n in held]
    )
    promises = promise(events, calm_risk=0.2)
    artefact = Artefact(space, outcomes, model, known, promises)
    return Small(contexts, truths, sites, part, rows, artefact, temperature, probabilities)
