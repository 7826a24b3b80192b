"""No cliffs: a little more of something is a little more probable, while a rule tips at its threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pytest

from adscribe.site import Site
from tests.student.asking import Native, Student
from tests.student.cases import (
    DAY,
    OFFICE,
    contact_with_a_botnet,
    fetched,
    flood,
    guessing,
    more_partners,
    scan,
    slow_guessing,
    strange_resolver,
    upload,
)

STEP = 1.03
"""Each number is 3 % larger than the one before."""

MOST = 0.1
"""That any label's probability moves by in a step."""


def walk(first: float, last: float) -> Iterator[float]:
    number = first
    while number < last:
        yield number
        number *= STEP


def whole(first: int, last: int) -> Iterator[int]:
    """Walk in whole numbers, none twice."""
    yield from dict.fromkeys(round(number) for number in walk(first, last))


WALKS: dict[str, tuple[Callable[[float], Native], list[float]]] = {
    "bytes to a stranger": (lambda sent: upload(DAY, sent), [*walk(1e3, 1e12)]),
    "bytes to cloud storage": (lambda sent: upload(DAY, sent, name="drive.google.com"), [*walk(1e6, 1e10)]),
    "bytes to a botnet": (lambda sent: contact_with_a_botnet(DAY, sent), [*walk(1e5, 1e10)]),
    "bytes from a file server": (lambda received: fetched(DAY, received), [*walk(1e7, 1e12)]),
    "bytes to a resolver": (lambda moved: strange_resolver(DAY, moved), [*walk(1e4, 1e8)]),
    "attempts to log on": (lambda attempts: guessing(DAY, int(attempts)), [*whole(30, 100_000)]),
    "targets of attempts": (lambda targets: guessing(DAY, 5_000, targets=int(targets)), [*whole(30, 200)]),
    "seconds between attempts": (lambda interval: slow_guessing(DAY, interval), [*walk(0.05, 2_000)]),
    "targets of a scan": (lambda targets: scan(DAY, int(targets)), [*whole(30, 100_000)]),
    "share of answers": (lambda share: scan(DAY, 1_000, answered=share), [*walk(0.01, 1)]),
    "packets of a flood": (lambda packets: flood(DAY, int(packets)), [*walk(1e3, 1e7)]),
    "partners": (lambda now: more_partners(DAY, int(now)), [*whole(30, 10_000)]),
}


@pytest.mark.parametrize("what", WALKS)
@pytest.mark.parametrize("site", [OFFICE, Site.default()], ids=["in an office", "in a network unknown"])
def test_no_probability_jumps(what: str, site: Site, shipped: Student) -> None:
    make, numbers = WALKS[what]
    walked = np.array([shipped.labels(shipped.last([make(number)], site)) for number in numbers])
    steps = np.abs(np.diff(walked, axis=0))
    label = list(shipped.artefact.outcomes.labels)[int(steps.max(axis=0).argmax())]
    assert steps.max() <= MOST, label


def test_a_rule_jumps_where_the_model_walks(shipped: Student) -> None:
    asked = [shipped.last([upload(DAY, sent)], OFFICE) for sent in walk(1e6, 1e10)]
    said = [one.codebook for one in asked]
    assert [before != after for before, after in pairwise(said)].count(True) == 1
    probable = [shipped.of(one, "exfiltration") for one in asked]
    assert max(probable) - min(probable) > 0.15
    assert max(abs(np.diff(probable))) < 0.05
