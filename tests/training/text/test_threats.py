"""How the table of named threats is made."""

from __future__ import annotations

from pathlib import Path

from adscribe.attack import Catalogue
from adscribe.attack.software import TABLE, load_threats
from adscribe.training.corpora import Detection, read
from adscribe.training.text.threats import table, write
from tests.shared import shared_path


def of(source: str, name: str, *techniques: str, description: str = "", network: bool = False) -> Detection:
    return Detection(
        source=source,  # type: ignore[arg-type]
        id=f"{source}-{name}",
        name=name,
        description=description,
        kind="malware",
        network=network,
        techniques=techniques,
        tactics=(),
        family=name,
        licence="LicenseRef-MITRE-ATTACK",
    )


SEEN = of("attack-analytic", "Web traffic", "T1071.001", "T1218.011", network=True)
UNSEEN = of("attack-analytic", "Registry", "T1095")
MATRIX = Catalogue.load().matrix("enterprise", "19")


def test_kept_is_what_the_network_shows_and_what_a_software_is_for() -> None:
    acme = of("attack-software", "Acmebot", "T1071.001", "T1095", "T1218.011", "T1486", "T1055")
    (one,) = table([SEEN, UNSEEN, acme], MATRIX).software
    # T1095 without a network analytic, T1218 of no tactic that crosses the network, T1055 neither.
    assert one.techniques == ("T1071.001", "T1486")


def test_the_first_sentence_tells_the_kind() -> None:
    told = {
        "Acme is a banking trojan. It drops ransomware.": "banking",
        "Acme is a remote access trojan used by APT99.": "rat",
        "Acme has been seen since 2020.": "c2_malware",
    }
    for description, kind in told.items():
        acme = of("attack-software", "Acmebot", "T1071.001", description=description)
        assert table([SEEN, acme], MATRIX).software[0].kind == kind


def test_names_that_mean_something_else_are_set_apart() -> None:
    snake = of("attack-software", "Uroburos", description="Also known as Snake, PS1. A rootkit.")
    net = of("attack-software", "Net", description="Also known as net.exe. A utility.")
    (one,) = table([snake, net], MATRIX).software
    assert one.names == ("Uroburos",)
    assert one.ambiguous == ("Snake", "PS1")


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "software.json"
    write(table([SEEN, of("attack-software", "Acmebot", "T1071.001")], MATRIX), path)
    assert [one.name for one in load_threats(path).find("ACME_BOT and acmebot")] == ["Acmebot"]


def test_the_table_that_ships_is_made_from_attack(tmp_path: Path) -> None:
    made = table(read("attack-kb", shared_path("data", "attack-kb")).detections, MATRIX)
    write(made, tmp_path / "software.json")
    assert (tmp_path / "software.json").read_bytes() == TABLE.read_bytes()
