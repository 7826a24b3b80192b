"""Several weak signs: none settles it, each makes it more probable, together they do."""

from __future__ import annotations

import numpy as np
import pytest

from tests.student.asking import Native, Student
from tests.student.cases import (
    DAY,
    EVENING,
    MORNING,
    NIGHT,
    OFFICE,
    contact_with_a_botnet,
    fetched,
    guessing,
    scan,
    strange_resolver,
    upload,
)

CASES: dict[str, tuple[str, list[list[Native]]]] = {
    "an upload: larger, at night, by a host that had talked to a botnet": (
        "exfiltration",
        [
            [upload(DAY, 50e6)],
            [upload(DAY, 5e9)],
            [upload(NIGHT, 5e9)],
            [contact_with_a_botnet(EVENING), upload(NIGHT, 5e9)],
        ],
    ),
    "an upload: at night, after a scan, after much was fetched": (
        "exfiltration",
        [
            [upload(DAY, 5e9)],
            [upload(NIGHT, 5e9)],
            [scan(EVENING, 254), upload(NIGHT, 5e9)],
            [scan(EVENING, 254), fetched(EVENING, 20e9), upload(NIGHT, 5e9)],
        ],
    ),
    "an upload: larger, in clear text, at night": (
        "exfiltration",
        [[upload(DAY, 50e6)], [upload(DAY, 5e9)], [upload(DAY, 5e9, port=21)], [upload(NIGHT, 5e9, port=21)]],
    ),
    "an upload: to a private store, larger, at night": (
        "exfiltration",
        [
            [upload(DAY, 50e6)],
            [upload(DAY, 50e6, name="drive.google.com")],
            [upload(DAY, 5e9, name="drive.google.com")],
            [upload(NIGHT, 5e9, name="drive.google.com")],
        ],
    ),
    "logons: more, after a scan, to five servers": (
        "credential-access",
        [
            [guessing(DAY, 60)],
            [guessing(DAY, 600)],
            [scan(MORNING, 254), guessing(DAY, 600)],
            [scan(MORNING, 254), guessing(DAY, 600, targets=5)],
        ],
    ),
    "a copy from a file server: larger, at night, after a scan": (
        "collection",
        [
            [fetched(DAY, 500e6)],
            [fetched(DAY, 20e9)],
            [fetched(NIGHT, 20e9)],
            [scan(EVENING, 254), fetched(NIGHT, 20e9)],
        ],
    ),
    "a resolver outside: more data, by a host that had talked to a botnet": (
        "command-and-control",
        [
            [strange_resolver(DAY, 20e3)],
            [strange_resolver(DAY, 2e6)],
            [contact_with_a_botnet(MORNING), strange_resolver(DAY, 2e6)],
        ],
    ),
    "a scan: wider, by a host that had talked to a botnet": (
        "discovery",
        [[scan(DAY, 60)], [scan(DAY, 254)], [contact_with_a_botnet(MORNING), scan(DAY, 254)]],
    ),
}

ENOUGH = 1.0
"""Log-odds that all signs together add."""


@pytest.mark.parametrize("case", CASES)
def test_each_sign_makes_it_more_probable(case: str, shipped: Student) -> None:
    category, steps = CASES[case]
    odds = np.array([shipped.log_odds(shipped.last(events, OFFICE), category) for events in steps])
    assert (np.diff(odds) > 0).all(), odds.round(2)
    assert odds[-1] - odds[0] > ENOUGH
