"""The table and the probe."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from adscribe.errors import AdscribeError
from adscribe.model.outcomes import Outcome
from adscribe.training.baselines import LeakProbe, StaticTable, leak_probe
from adscribe.training.vignettes import Answer, Case, Prediction, Scored, by_table

SWEEP, BENIGN, FAULT = (Outcome.parse(text) for text in ("T1046@discovery", "benign", "misconfiguration"))


def test_the_table_answers_by_submethod_then_method_then_the_commonest() -> None:
    methods = ["SCANS", "SCANS", "SCANS", "UPLOAD", "UPLOAD", "UPLOAD"]
    submethods = ["TCPSYN", "UDP", "UDP", None, None, None]
    table = StaticTable(methods, submethods, [SWEEP, FAULT, FAULT, BENIGN, BENIGN, BENIGN])
    asked = ["SCANS", "SCANS", "SCANS", "NEW"], ["TCPSYN", "UDP", "ARP", None]
    assert table.answer(*asked) == [SWEEP, FAULT, FAULT, BENIGN]


def test_a_table_says_of_a_vignette_what_its_submethod_mostly_is_for_both_states() -> None:
    discovery = Answer(
        frozenset({"T1046"}), frozenset(), frozenset({"discovery"}), frozenset(), None, frozenset()
    )
    benign = Answer(frozenset(), frozenset(), frozenset(), frozenset(), "benign", frozenset())
    case = Case("v1", "office", [], discovery, "easy", "update", answer_after_first=benign)
    undetermined = Prediction(frozenset(), frozenset(), "undetermined")
    scored = [
        Scored(case, "SCANS", submethod, undetermined, undetermined) for submethod in ("TCPSYN", "UDP", None)
    ]
    said = by_table(
        scored, StaticTable(["SCANS"] * 4, ["TCPSYN", "UDP", "UDP", "ARP"], [SWEEP, *[FAULT] * 3])
    )
    assert [one.acceptable for one in said] == [True, False, False]
    assert said[0].first == said[0].last == Prediction(frozenset({"T1046"}), frozenset({"discovery"}), None)
    assert said[1].last.no_category == "misconfiguration"


def test_a_table_of_nothing_is_refused() -> None:
    with pytest.raises(AdscribeError, match="no event"):
        StaticTable([], [], [])


def events(number: int, seed: int, *, leaky: bool) -> tuple[list[dict[str, Any]], list[Outcome]]:
    chance = random.Random(seed)
    found, truths = [], []
    for _ in range(number):
        truth = SWEEP if chance.random() < 0.4 else BENIGN
        address = chance.randrange(2**16)
        if leaky:
            address = address | 1 if truth is SWEEP else address & ~1
        found.append(
            {
                "method": "SCANS",
                "source": {
                    "ip": f"10.0.{address >> 8}.{address & 255}",
                    "mac": "0c:70:00:{:02x}:{:02x}:{:02x}".format(*(chance.randrange(256) for _ in range(3))),
                    "hostname": f"pc-{chance.randrange(500)}",
                },
                "targets": [f"203.0.113.{chance.randrange(256)}", {"ip": "2001:db8::1"}],
                "detected_at": f"2026-11-{chance.randint(1, 28):02}T{chance.randrange(24):02}:00:00Z",
                "external_id": str(chance.randrange(10**6)),
            }
        )
        truths.append(truth)
    return found, truths


def probed(change: Callable[[dict[str, Any], Outcome], object], *, leaky: bool = False) -> LeakProbe:
    """Probe events that were changed by their truth."""
    parts = [events(600, seed, leaky=leaky) for seed in (1, 2)]
    for found, truths in parts:
        for event, truth in zip(found, truths, strict=True):
            change(event, truth)
    return leak_probe(*parts[0], *parts[1], trees=30)


def test_the_probe_finds_nothing_where_nothing_leaks() -> None:
    found = probed(lambda event, truth: None)
    assert found.passes
    assert found.majority == pytest.approx(0.6, abs=0.05)


def test_the_side_of_an_address_is_no_leak() -> None:
    """Whoever reads an event sees whether its source is one of ours; only what is said beyond counts."""

    def moved(event: dict[str, Any], truth: Outcome) -> None:
        if truth is SWEEP:
            event["source"]["ip"] = event["source"]["ip"].replace("10.0.", "198.41.")

    found = probed(moved)
    assert found.accuracy > found.majority + 0.3
    assert found.passes


def test_the_probe_finds_names_that_are_alike() -> None:
    def called(event: dict[str, Any], truth: Outcome) -> None:
        number = event["source"]["hostname"].removeprefix("pc-")
        event["source"]["hostname"] = f"{'scanner' if truth is SWEEP else 'pc'}{number}"

    found = probed(called)
    assert not found.passes
    assert found.parts["names"] > 0.3


def test_the_probe_finds_a_bit_of_an_address_that_tells_the_truth() -> None:
    found = probed(lambda event, truth: None, leaky=True)
    assert not found.passes
    assert found.parts["source address"] > 0.3
    assert found.parts["clock"] < 0.05
