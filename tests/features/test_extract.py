"""What an event's features say, and what they must not depend on."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from adscribe.codebook import Codebook
from adscribe.context import Context, derive
from adscribe.context.vocabulary import load_vocabulary
from adscribe.event.characteristics import CHARACTERISTICS
from adscribe.features import EXTRACTORS, extract
from adscribe.features.crosses import CROSSES
from adscribe.features.extraction import pairs
from adscribe.features.facts import REPORTED, tellable
from adscribe.features.grammar import keys_of
from adscribe.features.steps import NUMBERS, degrees
from adscribe.history import MemoryHistory, Record
from tests.features.conftest import SITE, context

UPLOAD: dict[str, Any] = {
    "method": "UPLOAD",
    "submethod": "General",
    "targets": [
        {"ip": "203.0.113.9", "hostname": "drop.example.net", "sent_bytes": 7 * 10**9, "received_bytes": 10},
        {"ip": "203.0.113.77", "hostname": "other.example.net", "sent_bytes": 10**6, "received_bytes": 10},
        {"ip": "10.3.0.5", "hostname": "files", "sent_bytes": 10**7, "received_bytes": 10},
    ],
    "characteristics": {"uploaded_bytes": 7_011_000_000, "downloaded_bytes": 30},
    "ports": [443],
    "protocols": [6],
}
NAMED: dict[str, Any] = {
    "method": "BPATTERNS",
    "submethod": "AcmeRansomware",
    "targets": ["203.0.113.9"],
    "description": "Contact with Acme ransomware at 203.0.113.9 (cc.example.org), 12 flows",
}


def test_no_name_comes_twice_and_every_value_is_a_share(samples: list[Context]) -> None:
    assert len(samples) > 300
    for one in samples:
        named = pairs(one)
        names = [name for name, _ in named]
        assert len(names) == len(set(names))
        assert all(0 <= value <= 1 for _, value in named)


def test_every_feature_is_documented_and_says_what_it_rests_on(samples: list[Context]) -> None:
    documented = {feature.name for extractor in EXTRACTORS for feature in extractor.FEATURES}
    known = {
        *load_vocabulary().keys,
        *CHARACTERISTICS,
        *("filter_mismatch", "method", "submethod", "ports", "description", "rule"),
    }
    for name in {name for one in samples for name, _ in pairs(one)}:
        assert set(keys_of(name)) <= known, name
        assert keys_of(name), name
        for part in name.split("&"):
            assert _family(part) in documented, part


def _family(part: str) -> str:
    if re.fullmatch(r"[^a-z]+", part):
        return "<METHOD>"
    if re.match(r"[^a-z=]+/", part):
        return "<METHOD>/<Submethod>"
    if part.endswith("=?"):
        return "<key>=?"
    for mark, stands in (
        ("~", "<knot>"),
        ("#", "<bucket>"),
        (":T", "<technique>"),
        (":", "<word>"),
        ("port=", "<number>"),
        ("protocols=", "<number>"),
    ):
        if mark in part:
            return part[: part.index(mark) + len(mark.rstrip("T"))] + stands
    if part == "filter_mismatch=yes":
        return part
    return re.sub("=.*", "=<value>", part)


def test_the_tables_speak_the_words_of_the_vocabulary() -> None:
    keys = {*load_vocabulary().keys, "filter_mismatch"}
    assert {key for cross in CROSSES for key in cross.keys} <= keys
    assert {key for method in REPORTED for key in tellable(method)} <= keys
    assert len({cross.keys for cross in CROSSES}) == len(CROSSES)
    stepped = {name for name, key in load_vocabulary().keys.items() if key.steps}
    assert stepped - set(NUMBERS) == {"domains"}


def test_the_absence_of_all_that_a_rule_asks_is_told() -> None:
    speaks_by_being_there = {"authorised", "known_cause", "fp_label", "prior", "source", "ot_end"}
    for row in Codebook.load().rows():
        if row.method != "*" and not row.retired:
            asked = {condition.key for condition in row.when} - speaks_by_being_there
            assert asked <= set(tellable(row.method)), row.id


def test_facts_stand_alone_with_the_method_and_together() -> None:
    features = extract(context(method="SSHDICT", submethod="General", targets=["10.3.0.5"], success=True))
    for name in (
        "SSHDICT",
        "source=inside",
        "SSHDICT&source_role=workstation",
        "SSHDICT&source_role=user_device",
        "SSHDICT/General&success=yes",
        "SSHDICT&source=inside&targets=inside&success=yes",
        "SSHDICT&source_role=workstation&target_role=file_server",
    ):
        assert features[name] == 1
    assert "success=?" not in features


def test_what_could_be_known_and_is_not_is_told() -> None:
    features = extract(context(method="SSHDICT", submethod="General", targets=["10.3.0.5"]))
    assert features["SSHDICT&success=?"] == 1
    assert features["SSHDICT&attempts=?"] == 1
    assert "mac_kind=?" not in features  # a guessing attack has no such thing
    assert extract(context(method="DICTATTACK"))["DICTATTACK/?"] == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"severity": "critical"},
        {"external_id": "777", "sensor": "flowmon-ads 12.1", "perspective": "9", "data_feed": "4"},
        {"source": {"ip": "10.1.0.7", "mac": "0c:70:00:00:00:01", "hostname": "pc-9", "user": "jane"}},
        {"source": "10.1.200.41"},
        {"detected_at": "2026-11-12T14:21:09Z"},
        {"targets": UPLOAD["targets"][::-1]},
        {"targets": [{**target, "hostname": None} for target in UPLOAD["targets"]]},
    ],
    ids=[
        "severity",
        "ids",
        "names",
        "address in its filter",
        "clock",
        "order of targets",
        "names of targets",
    ],
)
def test_what_is_no_evidence_changes_nothing(changed: dict[str, Any]) -> None:
    assert extract(context(**{**UPLOAD, **changed})) == extract(context(**UPLOAD))


def test_addresses_that_move_within_their_filters_change_nothing() -> None:
    sweep: dict[str, Any] = {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "targets": [f"10.1.4.{n}" for n in range(1, 120)],
    }
    moved = {**sweep, "source": "10.1.77.3", "targets": [f"10.1.91.{n}" for n in range(5, 124)]}
    assert extract(context(**sweep)) == extract(context(**moved))


def test_roles_and_sides_do_change_it() -> None:
    plain = extract(context(**UPLOAD))
    assert extract(context(**{**UPLOAD, "source": "10.3.1.7"})) != plain
    assert extract(context(**{**UPLOAD, "source": "198.51.100.4"})) != plain


@pytest.mark.parametrize("key", sorted(set(NUMBERS) - {"response_ratio", "probability"}))
def test_a_value_passes_into_the_next_without_a_cliff(key: str) -> None:
    sharp = 3 if load_vocabulary().keys[key].unit not in ("seconds", "times") else 0
    place = 0.05
    before = dict(degrees(key, place))
    while place < 1e12:
        place *= 1.01
        now = dict(degrees(key, place))
        assert math.isclose(sum(now.values()), 1)
        if place > sharp * 1.02 and key != "flow_balance":
            assert all(abs(now.get(value, 0) - before.get(value, 0)) < 0.02 for value in {*now, *before})
        before = now
    assert len(before) == 1


@pytest.mark.parametrize(
    ("name", "last"),
    [("uploaded_bytes", 10**11), ("attempts_total_count", 10**8), ("average_interval_seconds", 10**6)],
)
def test_a_slightly_larger_number_is_a_slightly_different_event(name: str, last: int) -> None:
    event: dict[str, Any] = {"method": "DICTATTACK", "submethod": "SSHProtocol", "targets": ["10.3.0.5"]}
    number = 25
    while number < last:
        larger = math.ceil(number * 1.02)
        first, second = (
            extract(context(**event, characteristics={name: value})) for value in (number, larger)
        )
        apart = max(abs(first.get(key, 0) - second.get(key, 0)) for key in {*first, *second})
        assert 0 < apart < 0.1, number
        number = number * 7 // 5


def test_an_unseen_name_says_what_its_words_say() -> None:
    known, unseen = (
        extract(context(**{**NAMED, "submethod": name})) for name in ("PetyaRansomware", "NewRansomware")
    )
    shared = {name for name in known.keys() & unseen.keys() if name.startswith("name")}
    assert "name:ransomware" in shared
    assert sum(name.startswith("name#") for name in shared) >= 8


def test_a_description_counts_by_its_words_alone() -> None:
    features = extract(context(**NAMED))
    other = "Contact with Acme ransomware at 198.51.100.20 (evil.example.com), 99 flows"
    assert extract(context(**{**NAMED, "description": other})) == features
    assert extract(context(**{**NAMED, "description": "Contact with a printer"})) != features
    host = {"ip": "10.1.0.7", "hostname": "acme.example.net"}
    by_name = extract(context(**{**NAMED, "source": host, "description": "ransomware acme"}))
    without = extract(context(**{**NAMED, "source": host, "description": "ransomware"}))
    assert by_name == without


def test_the_numbers_of_a_closed_method_are_not_read_twice() -> None:
    said = {**UPLOAD, "description": "Uploaded: 6.5 GiB, downloaded: 30 B"}
    assert extract(context(**said)) == extract(context(**UPLOAD))


def test_targets_on_both_sides_are_told_side_by_side() -> None:
    features = extract(context(**UPLOAD))
    assert features["UPLOAD&inside.target_role=file_server"] == 1
    assert features["outside.upload=huge"] == pytest.approx(1 - features["outside.upload=large"])
    assert 0.5 < features["outside.upload=huge"] < 1
    assert features["inside.upload=small"] == 1
    assert features["targets_inside_share~0.3"] == pytest.approx(5 / 6)
    assert keys_of("UPLOAD&outside.upload=huge") == ("method", "targets", "upload")


def test_earlier_events_of_the_host_count() -> None:
    event = context(**UPLOAD).event
    history = MemoryHistory()
    for number in range(3):
        seen = Record(event_id=str(number), at=event.detected_at, kinds=frozenset(("scan",)), method="SCANS")
        history.remember(["10.1.0.7"], seen)
    features = extract(derive(event, SITE, history, event_id="now"))
    assert features["prior=scan"] == 1
    assert features["earlier_events~3"] == 1
    assert extract(context(**UPLOAD))["earlier_events~0"] == 1


@settings(max_examples=150, deadline=None)
@given(
    method=st.text(min_size=1, max_size=80),
    submethod=st.none() | st.text(max_size=80),
    name=st.sampled_from(sorted(CHARACTERISTICS)),
    value=st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=300)
    | st.booleans(),
    description=st.text(max_size=300),
    ports=st.lists(st.integers(0, 65_535), max_size=12),
)
def test_whatever_is_reported_the_features_are_shares_with_readable_names(
    method: str,
    submethod: str | None,
    name: str,
    value: object,
    description: str,
    ports: list[int],
) -> None:
    plain = context(method="SCANS", targets=["10.3.0.5", "2001:db8::1"]).event
    event = replace(
        plain,
        method=method,
        submethod=submethod,
        characteristics={name: value},
        description=description,
        ports=tuple(ports),
    )
    named = pairs(derive(event, SITE))
    assert len(named) == len(dict(named))
    for feature, number in named:
        assert 0 <= number <= 1
        assert keys_of(feature)
        assert feature.count("&") <= 3


def test_a_text_is_read_in_linear_time() -> None:
    hostile = ["a" * 2000, "a-" * 1000, "a." * 1000, "a!" * 1000 + "1", "-" * 2000]
    for text in hostile:
        extract(context(**{**NAMED, "description": text}))
