"""From verdicts to the residual of a site: where there is enough to learn from, and how much."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from adscribe.model.artefact import Artefact
from adscribe.model.residual import BOUND, Cell, Key, LeftOut, Residual, fingerprint
from adscribe.site import Site
from adscribe.training.feedback.cases import Case, in_words, latest, said
from adscribe.training.feedback.offsets import PRIOR, fitted, possible_outcomes
from adscribe.training.feedback.quarantine import Sifted

FEWEST = 10
"""Judged events that a cell needs."""

CALM = 0.9
"""Share of a cell's events that must show no category for its offsets to make categories less probable.

Verdicts in quarantine count here as well. Below, the cell has attacks of its own, and method and role
don't tell them from its habits.
"""

FEWEST_EACH, ANALYSTS, DAYS = 3, 2, 3
"""So many analysts must have judged so many events each, or on so many days: not one person on a bad day."""


def learn(sifted: Sifted, artefact: Artefact, site: Site) -> Residual:
    """Return the residual of a site.

    Parameters
    ----------
    sifted : Sifted
        Verdicts. Of those in quarantine it counts how many see a category: an attack isn't outvoted.
    artefact : Artefact
        The model that it stands beside.
    site : Site
        What the events were read with.
    """
    cells: defaultdict[Key, list[Case]] = defaultdict(list)
    for case in sifted.cases:
        cells[case.key].append(case)
    everything: defaultdict[Key, list[Case]] = defaultdict(list)
    for case in (*sifted.cases, *sifted.disputed):
        everything[case.key].append(case)
    learnt: list[Cell] = []
    left_out: list[LeftOut] = []
    for key in sorted(cells):
        lacks = lacking(cells[key])
        if lacks is None:
            learnt.append(_cell(key, cells[key], artefact, may_calm=_may_calm(everything[key])))
        else:
            left_out.append(LeftOut(method=key.method, roles=key.roles, verdicts=len(cells[key]), why=lacks))
    return Residual(
        model=fingerprint(artefact.softmax, artefact.outcomes),
        attack=artefact.outcomes.enterprise.name,
        site=f"sha256:{site.sha256}" if site.sha256 else None,
        bound=BOUND,
        prior=PRIOR,
        verdicts=sum(cell.verdicts for cell in learnt),
        set_aside=len(sifted.aside),
        cells=tuple(learnt),
        left_out=tuple(left_out),
    )


def lacking(cases: Sequence[Case]) -> str | None:
    """Return what verdicts on a cell lack to be learnt from; ``None`` for nothing."""
    events = len({case.event for case in cases})
    if events < FEWEST:
        return f"{events} judged event{'s' if events != 1 else ''}; it takes {FEWEST}"
    analysts = {(case.analyst, case.event) for case in cases}
    days = {(case.at.date(), case.event) for case in cases}
    enough = [
        sum(number >= FEWEST_EACH for number in Counter(one for one, _ in pairs).values())
        for pairs in (analysts, days)
    ]
    if enough[0] < ANALYSTS and enough[1] < DAYS:
        return (
            f"it takes {ANALYSTS} analysts, or {DAYS} days, with {FEWEST_EACH} judged events each;"
            f" there are {enough[0]} and {enough[1]}"
        )
    return None


def _may_calm(cases: Sequence[Case]) -> bool:
    """Return whether nearly all judged events of a cell show no category, by any verdict."""
    with_category = {case.event for case in cases if case.truth.is_category}
    return len(with_category) <= (1 - CALM) * len({case.event for case in cases})


def _cell(key: Key, cases: Sequence[Case], artefact: Artefact, *, may_calm: bool) -> Cell:
    # An event counts once, however many have judged it and however often.
    events = list(latest(cases))
    probabilities = said(artefact, events)
    truths = [case.truth for case in events]
    names = dict.fromkeys(map(in_words, truths))
    of_name = {name: next(truth for truth in truths if in_words(truth) == name) for name in names}
    expected = probabilities.sum(axis=0) @ possible_outcomes(artefact.outcomes, list(of_name.values())).T
    times = [case.at for case in cases]
    counts = Counter(map(in_words, truths))
    return Cell(
        method=key.method,
        roles=key.roles,
        verdicts=len(cases),
        events=len(events),
        analysts=len({case.analyst for case in cases}),
        days=len({at.date() for at in times}),
        first=min(times),
        last=max(times),
        judged=dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
        expected={
            name: round(float(mass), 2) for name, mass in zip(of_name, np.asarray(expected), strict=True)
        },
        offsets=fitted(
            artefact.outcomes,
            probabilities,
            truths,
            bound=BOUND,
            may_calm=may_calm,
        ),
    )
