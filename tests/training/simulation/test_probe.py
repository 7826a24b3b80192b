"""Addresses, names, ids and the clock of simulated events say no more than the ends of an event do anyway."""

from __future__ import annotations

from typing import Any

import msgspec

from adscribe.model.outcomes import Outcome
from adscribe.training.baselines import leak_probe
from adscribe.training.dataset import outcome_of
from adscribe.training.simulation import Row
from adscribe.training.simulation.views import FULL

from .conftest import Corpus

SMALL = 0.05
"""What chance alone may bring on so few events."""


def test_the_corpus_leaks_nothing_and_a_leak_that_is_put_in_is_found(corpus: Corpus) -> None:
    full = [row for row in corpus.rows if row.view == FULL]
    train, other = ([row for row in full if (row.split == "train") == is_train] for is_train in (True, False))
    clean = leak_probe(*told(train), *told(other), trees=30)
    assert clean.events == len(other) > 400
    assert clean.gain < SMALL
    assert clean.allowed > clean.majority
    leaky = leak_probe(*told(train, leak=True), *told(other, leak=True), trees=30)
    assert not leaky.passes
    assert leaky.gain > 2 * SMALL
    assert max(leaky.parts, key=leaky.parts.__getitem__) == "source address"


def told(rows: list[Row], *, leak: bool = False) -> tuple[list[dict[str, Any]], list[Outcome]]:
    natives, truths = [msgspec.json.decode(row.native) for row in rows], [outcome_of(row) for row in rows]
    if leak:
        for native, truth in zip(natives, truths, strict=True):
            stem, colon, _ = native["source"]["ip"].rpartition(":")
            if not colon:
                stem, colon, _ = native["source"]["ip"].rpartition(".")
            native["source"]["ip"] = f"{stem}{colon}{1 + len(truth.text) % 9}"
    return natives, truths
