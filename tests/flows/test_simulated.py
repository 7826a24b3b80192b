"""Answers with and without flows on a simulated day, and the table of the page."""

from __future__ import annotations

import re
from collections import Counter

from adscribe.assign import Assignment, Classifier
from adscribe.event import Event
from adscribe.flows import FlowIndex, completed
from adscribe.site import Site
from tests.flows.simulated import SITE, cases
from tests.shared import ROOT

NUMBER, SEED = 200, 11


def right(events: list[Event], truths: list[frozenset[str]]) -> Counter[str]:
    """Return how many answers name the true techniques and no other, by method."""
    classifier, site = Classifier.load("codebook"), Site.parse(SITE)
    found: Counter[str] = Counter()
    for event, truth in zip(events, truths, strict=True):
        # Each on its own, so that history plays no part.
        (answer,) = classifier.classify([event], site=site, explain=False)
        assert isinstance(answer, Assignment)
        found[event.method] += {technique.id for technique in answer.techniques} == truth
    return found


def test_answers_with_flows_are_more_often_right_as_the_page_says() -> None:
    day = list(cases(NUMBER, SEED))
    index = FlowIndex()
    for case in day:
        for record in case.records:
            index.add(record)
    truths = [case.truth for case in day]
    without = right([case.event for case in day], truths)
    filled = right([completed(case.event, index) for case in day], truths)
    page = (ROOT / "docs" / "flows.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (\w+) \| (\d+) % \| (\d+) % \|$", page, flags=re.MULTILINE)
    assert {method: (int(before), int(after)) for method, before, after in shown} == {
        method: (round(100 * without[method] / NUMBER), round(100 * filled[method] / NUMBER))
        for method in ("HIGHTRANSF", "UPLOAD", "DICTATTACK", "BLACKLIST")
    }
    for method in without:
        assert filled[method] > without[method] + NUMBER / 5
