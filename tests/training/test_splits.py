"""What knows of another part is refused, by what lies in both."""

from __future__ import annotations

import pytest

from adscribe.training.splits import SplitError, check

Columns = dict[str, list[str | None]]


def columns() -> Columns:
    return {
        "site": ["a", "a", "b"],
        "split": ["train", "train", "test"],
        "campaign": ["a-worm-1", None, "b-worm-1"],
        "event_key": ["a-1", "a-1", "b-1"],
        "behaviour": ["sweep", "backup", "sweep"],
        "parameter_set": ["usual", "usual", "tenfold"],
    }


def test_parts_that_are_apart_pass() -> None:
    check(columns(), ["sweep/tenfold"])


def changed(name: str, row: int, value: str) -> Columns:
    found = columns()
    found[name][row] = value
    return found


@pytest.mark.parametrize(
    ("columns", "held_out", "said"),
    [
        (changed("site", 2, "a"), (), "site 'a'"),
        (changed("campaign", 2, "a-worm-1"), (), "campaign 'a-worm-1'"),
        (changed("event_key", 2, "a-1"), (), "event key 'a-1'"),
        (changed("split", 0, "training"), (), "'training' is no part"),
        (columns(), ("backup",), "backup is held out"),
        (columns(), ("sweep/usual",), "sweep/usual is held out"),
        (columns(), ("worm",), "worm is held out"),
    ],
)
def test_what_straddles_is_named(columns: Columns, held_out: tuple[str, ...], said: str) -> None:
    with pytest.raises(SplitError, match=said):
        check(columns, held_out)
