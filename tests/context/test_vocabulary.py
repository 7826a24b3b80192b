"""The words of a context mean what the codebook's files say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adscribe.context.vocabulary import Vocabulary, load_vocabulary
from adscribe.errors import CodebookError
from adscribe.resources import shipped
from adscribe.site.vocabulary import CAUSES, OUTSIDE_ROLES, ROLES, SERVICE_KINDS


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.mark.parametrize(
    ("key", "number", "value"),
    [
        ("target_scale", 0, None),
        ("target_scale", 1, "single"),
        ("target_scale", 2, "few"),
        ("target_scale", 9, "few"),
        ("target_scale", 10, "many"),
        ("target_scale", 99, "many"),
        ("target_scale", 100, "massive"),
        ("port_scale", 10, "many"),
        ("client_scale", 19, "few"),
        ("client_scale", 20, "many"),
        ("id_scale", 10, "many"),
        ("attempts", 19, "low"),
        ("attempts", 20, "medium"),
        ("attempts", 1000, "high"),
        ("attempts_per_target", 5, "low"),
        ("attempts_per_target", 5.01, "high"),
        ("interval", 29.9, "fast"),
        ("interval", 30, "slow"),
        ("packets", 999, "small"),
        ("packets", 100_000, "large"),
        ("upload", 0, "none"),
        ("upload", 1, "tiny"),
        ("upload", 100 * 2**10, "small"),
        ("upload", 50 * 2**20, "large"),
        ("upload", 5 * 2**30, "huge"),
        ("response_ratio", 0.49, "low"),
        ("response_ratio", 0.5, None),
        ("response_ratio", 0.79, None),
        ("response_ratio", 0.8, "high"),
        ("flow_balance", 0.2, "download"),
        ("flow_balance", 1, "balanced"),
        ("flow_balance", 5, "upload"),
        ("flow_balance", float("inf"), "upload"),
        ("change", 2.9, "mild"),
        ("change", 3, "strong"),
        ("change", 100, "extreme"),
        ("probability", 0.7, "high"),
        ("domains", 2, "several"),
        ("device_count", 2, "few"),
        ("device_count", 3, "many"),
        ("device_count", 2**64 - 1, "invalid"),
    ],
)
def test_steps(vocabulary: Vocabulary, key: str, number: float, value: str | None) -> None:
    assert vocabulary.step(key, number) == value


@given(number=st.floats(min_value=0, allow_nan=False))
def test_download_has_the_steps_of_upload(number: float) -> None:
    vocabulary = load_vocabulary()
    assert vocabulary.step("download", number) == vocabulary.step("upload", number)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BotnetActivities", "botnet"),
        ("MalwareDomains", "malware"),
        ("PhishingDomains", "phishing"),
        ("AttackerActivities", "attacker"),
        ("SpammerActivities", "spammer"),
        ("feodo_c2_ips", "botnet"),
        ("APT28 and other APTs", "apt"),
        ("adaptive thresholds", None),
        ("TOR exit nodes", "tor"),
        ("Our list", None),
        ("", None),
    ],
)
def test_list_kinds(vocabulary: Vocabulary, name: str, kind: str | None) -> None:
    assert vocabulary.list_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("RemcosRAT", "rat"),
        ("Corporate strategy", None),
        ("QakBot", "banking"),
        ("Robotics vendor", None),
        ("two bots", "botnet"),
        ("IoTMalware", "iot_botnet"),
        ("KeyLoggerCryptoMine", "keylogger"),
        ("Formbook_infostealer", "stealer"),
        ("CryptocurrencyTheft", "crypto_theft"),
        ("attempt of CVE-2026-1234", "server_exploit"),
        ("source code", None),
        ("TookPS malware", "c2_malware"),
        ("LockBit 4 ransomware loader", "ransomware"),
    ],
)
def test_families(vocabulary: Vocabulary, name: str, kind: str | None) -> None:
    assert vocabulary.family(name) == kind


def test_kinds_are_values_of_their_keys(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.families) <= set(vocabulary.keys["family"].values)
    applications = set(vocabulary.application_kinds.values())
    assert {*vocabulary.list_kinds, *applications} == set(vocabulary.keys["list_kind"].values)


def test_ports_and_groups(vocabulary: Vocabulary) -> None:
    assert vocabulary.services[8443] == "https"
    assert "ssh" in vocabulary.service_groups["remote_login"]
    assert vocabulary.keys["service"].expand("web") == frozenset(("http", "https"))
    assert vocabulary.keys["source_role"].expand("any_server") == vocabulary.role_groups["any_server"]
    assert vocabulary.keys["source_role"].expand("wizard") is None


def test_who_is_who(vocabulary: Vocabulary) -> None:
    flood = vocabulary.roles_in("DOS", "SYNFlood")
    assert flood is not None
    assert (flood.actor, flood.victim) == ("targets", "source")
    smurf = vocabulary.roles_in("ICMPANOM", "SmurfAttack")
    assert smurf is not None
    assert smurf.actor is None
    assert vocabulary.roles_in("ICMPANOM", "ICMPScan") is None


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("services.yaml", "ssh: [22, 2222]", "ssh: [22, 23]", "port 23 has two services"),
        ("services.yaml", "web: [http, https]", "web: [http, htps]", "unknown members"),
        ("roles.yaml", "  user_device: [workstation", "  proxy: [workstation", "both a name and a group"),
        ("vocabulary.yaml", "{one: 1, several: 2}", "{one: 1, lots: 2}", "values that it hasn't"),
        ("vocabulary.yaml", "source:\n", "source:\n  - [\n", "can't be read"),
        ("vocabulary.yaml", 'phrase: "source {}"', 'phrases: "source {}"', "not laid out"),
    ],
)
def test_a_spoilt_file_is_an_error(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    folder = Path(shutil.copytree(shipped("datasets", "codebook"), tmp_path / "codebook"))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(CodebookError, match=says):
        load_vocabulary(folder)


def test_the_site_file_and_the_codebook_speak_of_the_same_roles_kinds_and_causes(
    vocabulary: Vocabulary,
) -> None:
    assert frozenset(vocabulary.roles) | OUTSIDE_ROLES == ROLES
    assert frozenset(vocabulary.keys["known_cause"].values) == CAUSES
    assert frozenset(vocabulary.keys["peer_kind"].values) == SERVICE_KINDS | OUTSIDE_ROLES
