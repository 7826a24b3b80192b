"""What an event that says something of itself gets as features."""

from __future__ import annotations

from typing import Any

import pytest

from adscribe.features import semantics
from adscribe.features.reading import Reading
from tests.features.conftest import context


def features(**event: Any) -> dict[str, float]:
    reading = Reading.of(context(**event))
    return {name: value for group, value in semantics.extract(reading) for name in group.names}


def test_a_named_threat_brings_what_is_known_of_it() -> None:
    found = features(method="BPATTERNS", submethod="QakBot", targets=["203.0.113.9"])
    assert found["named_technique:T1071"] == 1


def test_a_name_that_nobody_knows_names_no_threat() -> None:
    found = features(method="THREATS", submethod="TookPS", targets=["203.0.113.9"])
    assert not [name for name in found if name.startswith("named")]


def test_words_of_a_custom_pattern_speak_of_techniques() -> None:
    found = features(method="BPATTERNS", submethod="USER_dns_tunnel", description="DNS tunnelling of data")
    assert max((score, name) for name, score in found.items())[1] in ("said:T1071", "said:T1572")
    assert all(0 < value <= 1 for value in found.values())


def test_a_method_that_is_not_known_is_read_too() -> None:
    assert "said:T1110" in features(method="PWGUESS", submethod="SSH", description="brute force of passwords")


def test_methods_of_numbers_alone_say_nothing() -> None:
    assert features(method="SCANS", description="QakBot brute force") == {}


@pytest.mark.parametrize("host", ["qakbot", "bruteforce", "mining.example.net", "pc-12"])
def test_names_of_hosts_and_addresses_change_nothing(host: str) -> None:
    def told(name: str, ip: str) -> dict[str, float]:
        return features(
            method="BPATTERNS",
            submethod="Alpha",
            targets=[{"ip": ip, "hostname": name}],
            description=f"Contact with Acme ransomware at {ip} ({name}), 12 flows",
        )

    assert told(host, "203.0.113.9") == told("files", "198.51.100.7") != {}


@pytest.mark.parametrize(
    "form",
    [
        "{name} detected, attempts: {n}, sent data: {n}.5 KiB",
        "{name} detected, number of targets: {n}.",
        "{{Type:'{name}';FlowCount:'{n}'}}",
    ],
)
def test_the_numbers_of_a_description_and_their_names_change_nothing(form: str) -> None:
    def told(n: int) -> dict[str, float]:
        return features(method="BPATTERNS", submethod="Alpha", description=form.format(name="Tunnel", n=n))

    assert told(3) == told(77_000) != {}
    assert "said:T1572" in told(3)
