"""What a reader of explanations would notice, over all samples that ship and all annotated vignettes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import pytest

from adscribe import Assignment, Classifier, Site
from adscribe.answer.assignment import Categories, Evidence
from adscribe.attack import Catalogue
from adscribe.event import Event
from adscribe.model.explanation import MOST, OTHERS
from adscribe.sensors import Readable, Report, read
from adscribe.training.vignettes import load
from tests.shared import ROOT, shared_path
from tests.student.asking import Student

MOST_CHARACTERS = 200

SITES = ROOT / "examples" / "sites"


class Explained(NamedTuple):
    """A list of facts, and the event that they are of."""

    event: Event
    site: Site
    facts: tuple[Evidence, ...]


def samples() -> Iterator[tuple[list[Event], Site]]:
    """Yield the events of every sample file, beside a site that knows their network and one that doesn't."""
    files = [
        *(ROOT / "datasets/samples/flowmon").iterdir(),
        *(ROOT / "datasets/samples/demo").glob("events.*"),
    ]
    files += [path for path in (ROOT / "examples").iterdir() if path.suffix in (".cef", ".ndjson")]
    sites = [Site.load(path) for path in (SITES / "office.yaml", ROOT / "datasets/samples/demo/site.yaml")]
    for path in sorted(path for path in files if path.suffix != ".md"):
        for site in sites:
            yield _events(path, site), site


def vignettes() -> Iterator[tuple[list[Event], Site]]:
    """Yield the events of each vignette beside its site."""
    folder = shared_path("vignettes")
    sites = {path.stem: Site.load(path) for path in (folder / "sites").iterdir()}
    for case in load(folder):
        yield _events(case.events, sites[case.site]), sites[case.site]


def _events(content: Readable, site: Site) -> list[Event]:
    return [record.event for record in read(content, zone=site.timezone) if isinstance(record, Report)]


@pytest.fixture(scope="module", params=[samples, vignettes], ids=["samples", "vignettes"])
def explained(request: pytest.FixtureRequest, shipped: Student) -> list[Explained]:
    classifier = Classifier(shipped.learned, Catalogue.load())
    found = []
    for events, site in request.param():
        for event, answer in zip(events, classifier.classify(events, site=site), strict=True):
            assert isinstance(answer, Assignment)
            found += [Explained(event, site, facts) for facts in lists(answer)]
    assert len(found) > 150
    return found


def lists(answer: Assignment) -> Iterator[tuple[Evidence, ...]]:
    """Yield each list of facts of an answer: for and against a technique, or for a reason."""
    ics = answer.ics or Categories()
    for technique in (*answer.techniques, *ics.techniques):
        yield (*technique.because, *technique.despite)
    for reason in (answer.no_category, ics.no_category):
        if reason is not None:
            yield reason.because


def texts(explained: list[Explained]) -> Iterator[tuple[str, Explained]]:
    return ((fact.fact, one) for one in explained for fact in one.facts)


def test_nothing_is_told_twice(explained: list[Explained]) -> None:
    for one in explained:
        told = [fact.fact for fact in one.facts]
        assert len(set(told)) == len(told), told
        assert len(told) <= MOST + 1


AMOUNT = re.compile(r"(?:[\d.,]+ (?:B|[KMGTP]iB) (?:sent|received|in both)|nothing (?:sent|received))")


def test_amounts_attempts_and_ports_are_told_in_one_sentence_each(explained: list[Explained]) -> None:
    alike = {
        "bytes": AMOUNT,
        "attempts": re.compile(r"[\d,]+ attempts?(?! answered)"),
        "ports": re.compile(r"\bports? \d|\d ports?\b|^services? "),
        "the report": re.compile("the sensor reports"),
        "where the targets lie": re.compile("targets? lies? |listed targets?, "),
        "a comparison": re.compile("against the "),
    }
    for one in explained:
        for what, pattern in alike.items():
            told = [fact.fact for fact in one.facts if pattern.search(fact.fact)]
            assert len(told) <= 1, (what, told)


def test_no_key_of_the_program_is_shown(explained: list[Explained]) -> None:
    for text, one in texts(explained):
        # Names that sensor and site gave stand as they are.
        assert not re.search(r"[_{}=~#<>|\\]|\w/\w|inside\.|outside\.", without_names(text, one)), text


def without_names(text: str, one: Explained) -> str:
    """Return a text without what the report, the site and ATT&CK call things."""
    if text.startswith("site file "):
        return "an entry of the site file"
    event = one.event
    words = [value for value in event.characteristics.values() if isinstance(value, str)]
    named = [event.submethod, event.source.ip, event.source.hostname, *words, *one.site.filters]
    named += [name for target in event.targets for name in (target.ip, target.hostname)]
    for name in sorted((name for name in named if name and len(name) > 2), key=len, reverse=True):
        text = text.replace(name, "…")
    return re.sub(r"\bT\d{4}(?:\.\d{3})?|\"[^\"]*\"", "…", text)


NUMBERS_WITH_A_NOUN = (
    r"\b[\d.,]+ (?:%|(?!(?:against|for|and|to|where|was|is|or|in|but)\b)[A-Za-z])",  # 24 targets, 5 GiB, 40 %
    r"\b(?:usual|predicted|allowed) [\d.,]+",  # of what was counted before
    r"\b(?:ports?|IEC) [\d, and]*\d",
    r"(?:entropy|ratio|value|share)[^\d]* [\d.,]+(?: where [\d.,]+ to [\d.,]+)?",
    r"[a-z]: [\d.,]+$",  # requests that write values: 610
    r"(?:,|inside,) [\d.,]+ (?:of them|for each|outside)",
    r"\b\w*[A-Za-z]\w*\d\w*\b|\b\d+[A-Za-z]\w*\b",  # T1046, 6in4
    r"\b\w{3} \d\d:\d\d\b",
)


def test_every_number_has_a_unit_or_a_noun(explained: list[Explained]) -> None:
    some = 0
    for text, one in texts(explained):
        left = without_names(text, one)
        some += bool(re.search(r"\d", left))
        for pattern in NUMBERS_WITH_A_NOUN:
            left = re.sub(pattern, "…", left)
        assert not re.search(r"\d", left), (text, left)
    assert some > 50


def test_large_numbers_and_fractions_are_easy_to_read(explained: list[Explained]) -> None:
    for text, one in texts(explained):
        left = without_names(text, one)
        assert not re.search(r"(?<![\w.,:])\d{4,}(?! B\b)(?![\d:]*\w)", left.partition("port")[0]), text
        assert not re.search(r"\d\.\d{3,}|\d%|\d[KMG]iB", left), text


def test_a_sentence_has_no_more_than_a_line_or_two(explained: list[Explained]) -> None:
    assert max(len(text) for text, _ in texts(explained)) <= MOST_CHARACTERS


def test_articles_and_numbers_agree(explained: list[Explained]) -> None:
    wrong = re.compile(
        r"\ba [aeio]\w|\ban [bcdfghjkmnpqtvwxyz]\w|\ban? an?\b|\b1 (?:targets|attempts|ports|packets)\b"
        r"|(?<![\d.,])[2-9] (?:target|attempt|port|packet) |  | ,|: *$|^\W*$|\bknown bad\b|\bdhcp\b|\bnat\b"
    )
    for text, one in texts(explained):
        assert not wrong.search(without_names(text, one)), text


def test_the_weightiest_is_told_first_and_what_is_left_last(explained: list[Explained]) -> None:
    for one in explained:
        told = [fact for fact in one.facts if fact.fact != OTHERS]
        for side in (1, -1):
            sizes = [abs(fact.weight) for fact in told if fact.weight * side > 0]
            assert sizes == sorted(sizes, reverse=True)
        assert len(one.facts) - len(told) <= 1


def test_the_same_event_is_told_in_the_same_words_and_order(shipped: Student) -> None:
    classifier = Classifier(shipped.learned, Catalogue.load())

    def told(events: list[Event], site: Site) -> list[tuple[Evidence, ...]]:
        answers = classifier.classify(events, site=site)
        return [facts for answer in answers if isinstance(answer, Assignment) for facts in lists(answer)]

    for events, site in islice(samples(), 6):
        assert told(events, site) == told(events, site)
