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

UNKNOWN_TO_THE_RULES = [
    ("Password spraying against accounts", "T1110"),
    ("Sweep for open ports", "T1046"),
    ("Log4j exploitation of a server", "T1190"),
    ("Remote access tool session", "T1219"),
    ("Denial of service tool", "T1499"),
    ("Onion network use", "T1090"),
]
"""Words that no family of the codebook has, though anybody knows what they mean."""

MORE = 0.5
"""Log-odds that words that tell something give over a name that tells nothing."""


def of_nothing(student: Student, method: str, label: str) -> float:
    """Return the most that a name without meaning gives a label, in log-odds."""
    asked = [student.last([talk(method, name, name)], OFFICE) for name in MEANINGLESS]
    return max(student.log_odds(one, label) for one in asked)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("name", "words", "label"), TELLING, ids=[name for name, _, _ in TELLING])
def test_the_words_of_a_name_count(method: str, name: str, words: str, label: str, shipped: Student) -> None:
    asked = shipped.last([talk(method, name, words)], OFFICE)
    assert shipped.of(asked, label) > 0.5
    assert shipped.log_odds(asked, label) > of_nothing(shipped, method, label) + MORE


@pytest.mark.parametrize("method", METHODS)
def test_words_count_that_the_rules_do_not_know(method: str, shipped: Student) -> None:
    counted = 0
    for words, label in UNKNOWN_TO_THE_RULES:
        asked = shipped.last([talk(method, "Pattern771", words)], OFFICE)
        counted += shipped.log_odds(asked, label) > of_nothing(shipped, method, label) + MORE
    assert counted >= 4


@pytest.mark.parametrize("method", METHODS)
def test_meaningless_names_are_read_alike(method: str, shipped: Student) -> None:
    said = [shipped.labels(shipped.last([talk(method, name, name)], OFFICE)) for name in MEANINGLESS]
    assert max(abs(one - said[0]).max() for one in said) < 0.2
