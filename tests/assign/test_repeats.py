"""A report that comes again in a run is no update: what it was answered comes back."""

from __future__ import annotations

from adscribe.assign.journal import MemoryJournal
from adscribe.event.native import from_native
from adscribe.site import Site
from tests.assign.test_classify import CLASSIFIER, SITE, event, ssh

NETWORK = Site.parse(SITE)


def test_the_answer_of_then_comes_back_whatever_came_between() -> None:
    first, second, third = ssh(0), ssh(20, success=True), event("SCANS", "10.1.0.5", ["10.3.0.7"])
    answers = CLASSIFIER.classify([first, second, third, first, second, first], site=NETWORK)
    assert answers[3:] == [answers[0], answers[1], answers[0]]


def test_it_is_no_history_and_no_fragment_of_itself() -> None:
    reports = [ssh(0), event("SCANS", "10.1.0.5", ["10.3.0.7"], detected_at="2026-03-10T10:30:00Z")]
    once = CLASSIFIER.classify(reports, site=NETWORK)
    twice = CLASSIFIER.classify([one for report in reports for one in (report, report)], site=NETWORK)
    assert twice == [one for answer in once for one in (answer, answer)]


def test_a_run_knows_a_bounded_number_of_them() -> None:
    reports = [from_native(ssh(minute), zone=NETWORK.timezone)[0] for minute in range(4)]
    run = CLASSIFIER.run(site=NETWORK, journal=MemoryJournal(answers=3))
    answers = [run.answer(report) for report in reports]
    assert [run.answer(report) for report in reports[1:]] == answers[1:]
    assert run.answer(reports[0]) != answers[0]
