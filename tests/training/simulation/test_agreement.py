"""What one part of a report says fits what the others say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import msgspec
import pytest

from adscribe.training.simulation.agreement import shares
from adscribe.training.simulation.views import FULL

from .conftest import Corpus


def reports(corpus: Corpus) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for row in corpus.rows:
        if row.view == FULL:
            native = msgspec.json.decode(row.native)
            targets = [{"ip": one} if isinstance(one, str) else one for one in native.get("targets", ())]
            yield native, targets


def test_no_report_counts_fewer_attempts_than_targets(corpus: Corpus) -> None:
    for native, targets in reports(corpus):
        values = native["characteristics"]
        assert native.get("target_count", 0) >= len(targets)
        for name in ("flows_count", "emails_count"):
            assert values.get(name, 10**9) >= native.get("target_count", 0), native


def test_the_busiest_target_is_the_one_that_the_report_speaks_of(corpus: Corpus) -> None:
    seen = 0
    for native, targets in reports(corpus):
        values = native["characteristics"]
        if "top_peer_bytes" in values and targets and "sent_bytes" in targets[0]:
            moved = [target["sent_bytes"] + target["received_bytes"] for target in targets]
            assert max(moved) == values["top_peer_bytes"] <= values["transferred_bytes"] + 2
            seen += 1
    assert seen > 20


def test_attempts_at_a_pace_take_as_long_as_they_say(corpus: Corpus) -> None:
    updates = 0
    for native, _ in reports(corpus):
        values = native["characteristics"]
        if "average_interval_seconds" in values:
            taken = values["flows_count"] * values["average_interval_seconds"]
            assert values["duration_seconds"] == pytest.approx(taken, rel=0.1, abs=10)
            updates += "updated_at" in native
    assert updates > 5


def test_ends_are_where_and_what_the_report_says(corpus: Corpus) -> None:
    seen = Counter[str]()
    for native, targets in reports(corpus):
        method, values = native["method"], native["characteristics"]
        match method:
            case "COUNTRY":
                assert len({target["country"] for target in targets if "country" in target}) <= 1
            case "WEBSHARE":
                named = [target["hostname"] for target in targets if "hostname" in target]
                assert all(name.endswith(f".{values['site']}") for name in named)
            case "ALIENDEV" if "device_mac" in values:
                assert native["source"]["mac"] == values["device_mac"]
            case "BLACKLIST":
                assert (values["communication"] == "dns") == (native["submethod"] == "Domain")
            case "MULTICAST":
                assert all(
                    "country" not in target for target in targets if ip_address(target["ip"]).is_multicast
                )
            case _:
                continue
        seen[method] += 1
    assert set(seen) == {"COUNTRY", "WEBSHARE", "ALIENDEV", "BLACKLIST", "MULTICAST"}


def test_shares_are_of_the_whole_and_the_first_is_the_largest() -> None:
    for number in (1, 2, 5, 32):
        for top in (1, 40, 100):
            found = shares(number, {"top_peer_bytes": top, "transferred_bytes": 100})
            assert len(found) == number
            assert sum(found) == pytest.approx(1)
            assert max(found) == pytest.approx(found[0])
