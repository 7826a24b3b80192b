"""Names that no training event had: what their words say counts, and one without words says nothing."""

from __future__ import annotations

import pytest

from tests.student.asking import Student
from tests.student.cases import OFFICE, talk

METHODS = ("BPATTERNS", "THREATS")

MEANINGLESS = ("Qzvtrlk", "Plixomanth", "Wubbadex", "Trandole", "Kelvimor")

TELLING = [
    ("AcmeRAT", "Acme RAT", "command-and-control"),
    ("FooMinerPool", "Foo miner pool", "T1496"),
    ("BarLockerRansomware", "BarLocker ransomware", "T1486"),
    ("QuuxStealer", "Quux stealer", "command-and-control"),
    ("ZibbleBotnet", "Zibble botnet", "command-and-control"),
    ("NorvexScanner", "Norvex port scanner", "discovery"),
    ("GrumblePhishing", "Grumble phishing page", "T1566"),
    ("VorpalWiper", "Vorpal wiper", "T1485"),
    ("DrabKeylogger", "Drab keylogger", "T1056"),
    ("SnarkBruteForce", "Snark brute force", "T1110"),
    ("MimsyExploitKit", "Mimsy exploit kit", "T1189"),
    ("WabeDDoS", "Wabe DDoS flooder", "T1498"),
    ("OutgrabeAdware", "Outgrabe adware", "no_technique"),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "words", "label"), TELLING, ids=[name for name, _, _ in TELLING])
def test_the_words_of_a_name_count(method: str, name: str, words: str, label: str, shipped: Student) -> None:
    asked = shipped.last([talk(method, name, words)], OFFICE)
    nothing = [shipped.last([talk(method, other, other)], OFFICE) for other in MEANINGLESS]
    assert shipped.of(asked, label) > 0.5
    assert shipped.log_odds(asked, label) > max(shipped.log_odds(other, label) for other in nothing) + 0.5


@pytest.mark.parametrize("method", METHODS)
def test_meaningless_names_are_read_alike(method: str, shipped: Student) -> None:
    said = [shipped.labels(shipped.last([talk(method, name, name)], OFFICE)) for name in MEANINGLESS]
    assert max(abs(one - said[0]).max() for one in said) < 0.2
