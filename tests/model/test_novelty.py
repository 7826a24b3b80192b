"""Unfamiliar input: methods that were never seen, fields that don't belong together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from adscribe.context import Context
from adscribe.features import FeatureSpace
from adscribe.model.novelty import Novelty
from tests.model.small import small


def oddities(contexts: list[Context], novelty: Novelty, space: FeatureSpace) -> float:
    """Return the share of events that are unfamiliar."""
    found = [novelty.oddity(context.event.method, space.row(context)) for context in contexts]
    return float(np.mean([one is not None for one in found]))


def test_events_of_other_sites_are_familiar() -> None:
    known = small()
    contexts = [known.contexts[n] for n in known.of("test")]
    # With a few dozen events a method some facts are still new.
    assert oddities(contexts, known.artefact.novelty, known.artefact.features) < 0.1


def test_a_method_that_was_held_out_is_unfamiliar() -> None:
    known = small()
    held_out = {"SSHDICT", "SCANS", "UPLOAD"}
    training = [n for n in known.of("train") if known.contexts[n].event.method not in held_out]
    methods = [known.contexts[n].event.method for n in training]
    usual = Novelty.of(methods)
    contexts = [context for context in known.contexts if context.event.method in held_out]
    assert len(contexts) > 100
    assert oddities(contexts, usual, known.artefact.features) == 1
    said = usual.oddity("SSHDICT", known.artefact.features.row(contexts[0]))
    assert said == "the model was trained on no event of the method SSHDICT"


def test_a_method_under_the_name_of_another_is_unfamiliar() -> None:
    """Its submethod and its facts never occurred with that name."""
    known = small()
    others = {"SCANS": "UPLOAD", "SSHDICT": "DNSQUERY", "UPLOAD": "SCANS"}
    renamed = [
        replace(context, event=msgspec.structs.replace(context.event, method=others[context.event.method]))
        for context in known.contexts
        if context.event.method in others
    ]
    assert oddities(renamed, known.artefact.novelty, known.artefact.features) > 0.8


def test_fields_shuffled_among_events_are_unfamiliar() -> None:
    """Each fact comes from another event, of whatever method."""
    known = small()
    chance = np.random.default_rng(3)
    contexts = [known.contexts[n] for n in known.of("test")]
    pool: dict[str, list[Any]] = {}
    for context in contexts:
        for key, fact in context.facts.items():
            pool.setdefault(key, []).append(fact)
    shuffled = []
    for context in contexts:
        keys = chance.choice(sorted(pool), size=len(context.facts), replace=False)
        facts = {key: pool[key][int(chance.integers(len(pool[key])))] for key in keys}
        shuffled.append(replace(context, facts=facts, measures={}))
    assert oddities(shuffled, known.artefact.novelty, known.artefact.features) > 0.8
