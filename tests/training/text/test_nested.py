"""Whether what is judged was never trained on, and what a gain is."""

from __future__ import annotations

import numpy as np
import pytest

from adscribe.training.text import report
from adscribe.training.text.examples import VENDORS
from adscribe.training.text.learners import Candidate
from adscribe.training.text.nested import (
    Hits,
    Out,
    choice,
    compare,
    hits,
    inner,
    judged,
    techniques_of,
    trials,
)
from tests.training.text.small import example, world

RIDGE = Candidate("ridge")
STRANGE = ("qqq", "www", "xxx", "zzz")


def strangers(family: str) -> list[float]:
    """Return how often a vendor's strange words were understood, of which another vendor has a copy."""
    copies = [
        example(vendor, f"{word} {word}", "T1496", family=family or f"{vendor} {word}")
        for vendor in ("splunk", "sigma")
        for word in STRANGE
    ]
    found = trials(RIDGE, [*world(), *copies])
    right = found[frozenset(("splunk",)), "splunk"]
    return [float(one) for one in right[-len(STRANGE) :, 0]]


def test_a_near_copy_of_what_is_judged_is_not_trained_on() -> None:
    assert strangers(family="") == [1, 1, 1, 1]
    assert strangers(family="a copy") == [0, 0, 0, 0]


def test_every_vendor_is_judged_without_it_and_with_each_other_left_out() -> None:
    found = trials(RIDGE, world())
    assert len(found) == len(VENDORS) + len(VENDORS) * (len(VENDORS) - 1)
    assert all(vendor in out and len(right) == 4 for (out, vendor), right in found.items())


def test_the_choice_never_sees_the_vendor_that_is_held_out() -> None:
    ones, zeros = np.ones((4, 2)), np.zeros((4, 2))

    def made(splunk: Hits, without_splunk: Hits) -> dict[tuple[Out, str], Hits]:
        pairs = dict.fromkeys(trials(RIDGE, world()))
        return {
            (out, vendor): splunk if vendor == "splunk" else without_splunk if "splunk" in out else zeros
            for out, vendor in pairs
        }

    both = {"good on splunk": made(ones, zeros), "good elsewhere": made(zeros, ones)}
    assert choice(both, "splunk") == "good elsewhere"
    assert choice(both, None) == "good on splunk"
    assert inner(both["good on splunk"], "splunk") == 0


def test_what_could_not_ship_is_never_chosen_however_well_it_does() -> None:
    pairs = dict.fromkeys(trials(RIDGE, world()))
    worse, best = dict.fromkeys(pairs, np.zeros((4, 2))), dict.fromkeys(pairs, np.ones((4, 2)))
    found = {"bag of words": best, "ridge, known": worse, "ridge, known, parts of words": best}
    assert report.chosen_for(found) == dict.fromkeys(VENDORS, "ridge, known")


def test_a_hit_is_any_listed_technique_first_or_among_three() -> None:
    tests = [example("sigma", "one", "T1046", "T1110"), example("sigma", "two", "T1567")]
    scores = np.array([[0.1, 0.9, 0, 0], [0.4, 0.3, 0.2, 0.1]], dtype=np.float32)
    assert hits(scores, ["T1046", "T1110", "T1496", "T1567"], tests).tolist() == [[1, 1], [0, 0]]


def test_only_network_detections_of_vendors_are_judged() -> None:
    others = [example("sigma", "x", "T1046", network=False), example("codebook", "y", "T1059")]
    assert {vendor: len(tests) for vendor, tests in judged([*world(), *others]).items()} == dict.fromkeys(
        VENDORS, 4
    )


def test_texts_of_attack_add_no_technique() -> None:
    assert "T1001" not in techniques_of([*world(), example("attack-technique", "obfuscation", "T1001")])


def test_a_gain_of_the_same_is_none_and_families_count_as_one() -> None:
    one = [example(vendor, f"{n}", "T1046", family=f"{n}") for vendor in VENDORS for n in range(40)]
    copies = [example(vendor, f"{n}", "T1046", family=f"{n // 10}") for vendor in VENDORS for n in range(40)]
    base = {vendor: np.zeros((40, 2)) for vendor in VENDORS}
    better = {vendor: np.repeat([[1.0, 1.0], [0.0, 1.0]], 20, axis=0) for vendor in VENDORS}
    same = compare(base, base, judged(one))
    assert (same.first.low, same.first.value, same.first.high) == (0, 0, 0)
    apart, grouped = compare(better, base, judged(one)).first, compare(better, base, judged(copies)).first
    assert apart.value == grouped.value == pytest.approx(0.5)
    assert 0 < grouped.low < apart.low < 0.5 < apart.high < grouped.high
