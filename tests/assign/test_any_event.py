"""Whatever a sensor says, the answer is coherent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe import Assignment, Classifier, Site
from adscribe.event.characteristics import CHARACTERISTICS, unit
from adscribe.sensors.flowmon.names import METHODS
from tests.shared import ROOT

CLASSIFIERS = {name: Classifier.load(name) for name in ("adscribe", "codebook")}
SITES = [Site.load(path) for path in sorted((ROOT / "examples" / "sites").glob("*.yaml"))]

_SUBMETHODS = [(code, name) for code, method in METHODS.items() for name in (*method.submethods, None, "Odd")]
_ADDRESSES = st.sampled_from(
    [
        "10.10.1.10",
        "10.10.1.40",
        "10.10.101.7",
        "10.10.200.3",
        "172.20.110.50",
        "203.0.113.9",
        "8.8.8.8",
        "224.0.0.1",
        "2001:db8:10::5",
        "fe80::1",
        "198.51.100.130",
    ]
)


def _value(name: str) -> st.SearchStrategy[Any]:
    if unit(name) == "text":
        return st.one_of(
            st.booleans(), st.text(max_size=20), st.sampled_from(["botnet", "direct", "write requests"])
        )
    return st.one_of(st.integers(0, 2**64 - 1), st.floats(0, 1e15), st.just(0))


_CHARACTERISTICS = st.lists(st.sampled_from(sorted(CHARACTERISTICS)), max_size=8, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: _value(name) for name in names})
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    method, submethod = draw(st.sampled_from(_SUBMETHODS))
    targets = st.lists(
        st.fixed_dictionaries(
            {"ip": _ADDRESSES},
            optional={"sent_bytes": st.integers(0, 2**60), "received_bytes": st.integers(0, 2**60)},
        ),
        max_size=5,
        unique_by=lambda target: target["ip"],
    )
    return {
        "method": method,
        "submethod": submethod,
        "source": {"ip": draw(_ADDRESSES)},
        "targets": draw(targets),
        "detected_at": f"2026-11-03T{draw(st.integers(0, 23)):02}:00:00Z",
        "characteristics": draw(_CHARACTERISTICS),
        "ports": draw(st.lists(st.integers(0, 65535), max_size=4)),
        "protocols": draw(st.lists(st.sampled_from([1, 6, 17, 58]), max_size=2)),
        "direction": draw(st.sampled_from([None, "upload", "download"])),
        "success": draw(st.sampled_from([None, True, False])),
        "data_feed": draw(st.sampled_from(["1", "2"])),
    }


@pytest.mark.parametrize("model", CLASSIFIERS)
def test_an_answer_is_categories_or_a_reason_and_never_contradicts_the_matrix(model: str) -> None:
    classifier = CLASSIFIERS[model]
    matrix = classifier.catalogue.matrix("enterprise", "19")

    @settings(max_examples=100, deadline=None)
    @given(st.lists(events(), min_size=1, max_size=6), st.sampled_from(SITES))
    def holds(reports: list[dict[str, Any]], site: Site) -> None:
        for said in classifier.classify(reports, site=site, rejects="raise", candidates=3):
            assert isinstance(said, Assignment)
            assert (said.no_category is None) == bool(said.tactics)
            matrix.check([t.id for t in said.techniques], [t.shortname for t in said.tactics])
            shown = {technique.id for technique in said.techniques}
            assert not shown & {technique.parent for technique in said.techniques}
            if said.techniques:
                # A tactic stands alone only where no technique is sure enough.
                assert {name for t in said.techniques for name in t.tactics} == {
                    t.shortname for t in said.tactics
                }
            if said.ics is not None:
                assert (said.ics.no_category is None) == bool(said.ics.tactics)
            for technique in said.techniques:
                assert 0 < technique.probability <= 1
                assert technique.because

    holds()
