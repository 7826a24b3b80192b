"""Simulated sites that nobody trained on: quiet months raise nothing, planted shifts are caught and named."""

from __future__ import annotations

from functools import lru_cache

import pytest

from adscribe.assign import Classifier
from adscribe.assign.drift import drift_of, drift_table, watch
from adscribe.model.drift import STATES, Drift, day_of
from adscribe.model.learned import LearnedModel
from adscribe.training.drift import SHIFTS, Life, Month, drifts, life, more_often

MONTH = 700
"""Reports; as many in a day as at the sites of the training."""

LONG = 1500
"""Reports of a month that something happens in."""

QUIET = {11: 4, 12: 4, 13: 3, 14: 3}
"""Sites and their months: in both comparisons 24 windows, each a drift with a chance of 1 % at most."""

VOLUMES = {
    *("uploaded_bytes", "downloaded_bytes", "transferred_bytes", "top_peer_bytes"),
    *("bytes_per_attempt", "bytes_per_target"),
}
NAMED = {
    "volumes tenfold": (11, VOLUMES),
    "a feed without success": (12, {"success"}),
    "methods with new names": (11, {"familiarity"}),
    "under attack": (12, {"answer"}),
}
"""Shifts, each with a site and the groups of which one is to have changed most."""


@lru_cache(maxsize=1)
def classifier() -> Classifier:
    found = Classifier.load()
    assert isinstance(found.model, LearnedModel)
    if found.model.watched().monitor is None:
        pytest.skip("the model that ships holds no profile of its training")
    return found


@lru_cache(maxsize=8)
def lived(seed: int, months: int = 3, reports: int = MONTH) -> Life:
    return life(seed, months, reports)


def last(found: Life, *months: Month) -> Drift:
    return drifts(classifier(), found.site, months)[-1]


def score(drift: Drift, against: str, group: str, label: str | None = None) -> float:
    (one,) = (one for one in drift.groups if (one.against, one.group, one.bin) == (against, group, label))
    assert one.score is not None
    return one.score


@pytest.mark.parametrize("seed", QUIET)
def test_quiet_months_raise_nothing(seed: int) -> None:
    site = lived(seed, QUIET[seed])
    found = drifts(classifier(), site.site, site.months)
    assert [one.changed() for one in found] == [()] * QUIET[seed]
    assert found[0].comparisons[1].state == "too few"
    assert all(one.state in ("quiet", "watch") for month in found[1:] for one in month.comparisons)
    assert all(one.false_alarm is not None and one.false_alarm <= 0.012 for one in found[-1].comparisons)


@pytest.mark.parametrize("shift", NAMED)
def test_a_shift_is_caught_and_named(shift: str) -> None:
    seed, groups = NAMED[shift]
    site = lived(seed, 2, LONG)
    first, second = site.months
    found = last(site, first, SHIFTS[shift](second))
    training, past = found.comparisons
    assert past.state == found.state == "drift"
    assert training.state in ("watch", "drift")
    assert found.groups[0].group in groups
    assert found.groups[0].text.startswith(f"{found.groups[0].group}: ")


def test_a_method_more_often_is_told_by_its_name() -> None:
    site = lived(3, 2, 2000)
    first, second = site.months
    states, scores = [], []
    for times in (1, 2, 3):
        found = last(site, first, more_often("BLACKLIST", times, second))
        states.append(found.comparisons[1].state)
        scores.append(score(found, "past", "method", "BLACKLIST"))
        if times > 1:
            most = next(one for one in found.groups if one.against == "past")
            assert most.named == "method BLACKLIST"
            assert "BLACKLIST from" in most.text
    assert scores == sorted(scores)
    assert states[0] == "quiet"
    assert STATES.index(states[1]) >= STATES.index("watch")
    assert states[2] == "drift"


def test_what_a_site_always_was_is_no_change() -> None:
    """Volumes that are tenfold from the first day on are told against the training alone."""
    site = lived(12)
    louder = [SHIFTS["volumes tenfold"](month) for month in site.months]
    training, past = last(site, *louder).comparisons
    assert training.state in ("watch", "drift")
    assert past.state in ("quiet", "watch")


def test_events_of_a_file_count_for_the_day_they_were_detected() -> None:
    site = lived(11)
    events = [one.native for month in site.months for one in month]
    days = sorted({str(event["detected_at"])[:10] for event in events})
    found = drift_of(classifier(), events, site=site.site, days=3)
    assert found.until == days[-1]
    assert found.since is not None
    assert found.since in days[-3:]
    past = found.comparisons[1]
    assert found.events > 250
    assert past.events > found.events
    table = drift_table(found)
    assert len(table) == len(found.groups)
    assert set(table["state"]) <= set(STATES)
    assert (table["group"] == "success").sum() == 2


def test_a_classifier_that_is_watched_answers_the_same() -> None:
    site = lived(11)
    events = [one.native for one in site.months[0][:60]]
    watched = Classifier(classifier().model, classifier().catalogue)
    watch(watched, day_of)
    plain = classifier().classify(events, format="native", site=site.site)
    assert watched.classify(events, format="native", site=site.site) == plain
