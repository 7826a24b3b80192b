"""What says nothing about an event changes nothing: neither the answer nor any probability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from adscribe.site import Site
from tests.student.asking import Native, Student, moved
from tests.student.changing import (
    Changed,
    moved_within_filters,
    numbered_anew,
    permuted,
    renamed,
    weeks_later,
)
from tests.student.conftest import Network

NOTHING = 1e-6
"""Of a probability; sums in single precision in another order."""


Change = Callable[[list[Native], str, int], Changed]


@pytest.mark.parametrize(
    ("change", "seed"),
    [
        pytest.param(renamed, 1, id="renamed hosts, users and MACs"),
        pytest.param(moved_within_filters, 2, id="addresses moved within their filters"),
        pytest.param(weeks_later, 2, id="two weeks later"),
        pytest.param(numbered_anew, 4, id="other severities, ids and data feeds"),
        pytest.param(permuted, 5, id="targets in another order"),
    ],
)
def test_it_changes_nothing(change: Change, seed: int, shipped: Student, networks: list[Network]) -> None:
    compared, different = 0, Counter[str]()
    for network in networks:
        natives, text = change(network.natives, network.text, seed)
        assert (natives, text) != (network.natives, network.text)
        others = shipped.run(natives, Site.parse(text))
        for native, before, after in zip(network.natives, network.asked, others, strict=True):
            if before is None or after is None:
                assert before is after
                continue
            compared += 1
            if moved(before, after) > NOTHING or before.answer != after.answer:
                different[native["method"]] += 1
    assert compared > 1_300
    assert not different
