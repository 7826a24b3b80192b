"""No text makes the reader fail, or puts more into an event than an event may hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adscribe.event import checks
from adscribe.sensors.flowmon.detail import LONGEST, read_detail
from adscribe.sensors.flowmon.machine import MOST_PAIRS, parse
from adscribe.sensors.flowmon.names import METHODS
from adscribe.sensors.flowmon.phrases import phrases

methods = st.sampled_from([*METHODS, "MSPPTP", "OUTSPAM", "", "no method"])
pieces = st.sampled_from(
    [
        "{",
        "}",
        "'",
        ";",
        ",",
        ":'",
        "Submethod:'",
        "FlowCount:'",
        "Measure:'MACAddress'",
        "%1",
        "9" * 400,
        " KiB",
        "\0",
    ]
    + [piece for entries in phrases().values() for phrase in entries for piece in phrase.pieces]
)
texts = st.one_of(
    st.text(max_size=200), st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=30).map("".join)
)
values = st.text(alphabet=st.characters(exclude_characters="'", exclude_categories=["Cs"]), max_size=40)


@given(methods, texts)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_what_is_read_can_be_stored(method: str, text: str) -> None:
    detail = read_detail(method, text)
    assert json.loads(json.dumps(detail.characteristics)) == detail.characteristics
    for value in detail.characteristics.values():
        if isinstance(value, str):
            assert len(value.encode()) <= 4 * checks.CHARACTERISTIC_LENGTH
            assert "\0" not in value
        else:
            assert abs(value) <= checks.WHOLE
    assert all(0 <= port <= 65_535 for port in detail.ports)
    assert all(0 <= number <= 255 for number in detail.protocols)


@given(
    st.lists(
        st.tuples(st.from_regex(r"[A-Z][A-Za-z0-9]{0,9}", fullmatch=True), values), min_size=1, max_size=12
    )
)
@settings(max_examples=150, deadline=None)
def test_a_record_is_split_into_the_pairs_that_made_it(pairs: list[tuple[str, str]]) -> None:
    for separator in (";", ",", "; ", ""):
        record = "{" + separator.join(f"{key}:'{value}'" for key, value in pairs) + "}"
        assert parse(record) == pairs


@pytest.mark.parametrize("method", ["BPATTERNS", "ANOMALY", "SCANS", "NEWMETHOD"])
@pytest.mark.parametrize(
    "unit", ["{Key:'", "'" + " " * 50, "A:'", "', attempts to access: ", "(", "a", "{Key:'v';", "%", " 1 s"]
)
def test_long_hostile_texts_end(method: str, unit: str) -> None:
    for text in (unit * (LONGEST // len(unit)), "{A:'" + unit * (LONGEST // len(unit) - 4)):
        detail = read_detail(method, text)
        assert len(detail.characteristics) <= MOST_PAIRS
        assert len(detail.unknown) <= MOST_PAIRS + 1


def test_a_detail_that_is_too_long_is_not_read() -> None:
    detail = read_detail("UPLOAD", "{Submethod:'General';UploadedData:'1 KiB'}" + " " * LONGEST)
    assert (detail.form, detail.characteristics) == ("text", {})
    assert detail.unknown == (f"detail longer than {LONGEST} characters",)


def test_pairs_beyond_the_limit_are_reported_once() -> None:
    record = "{" + ";".join(f"K{number}:'1'" for number in range(MOST_PAIRS + 50)) + "}"
    detail = read_detail("UPLOAD", record)
    assert len(detail.characteristics) == MOST_PAIRS
    assert detail.unknown[0] == f"more than {MOST_PAIRS} keys"
