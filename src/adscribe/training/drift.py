"""Months of a simulated site, and shifts planted in them: what drift must stay quiet about, and catch.

Reports of one site in order of time are cut into months of so many reports; each is 30 days after the
one before, so that the site is the same and nothing has changed but chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import numpy as np

from adscribe.assign import Classifier
from adscribe.assign.drift import drift, watch
from adscribe.model.days import DAYS
from adscribe.model.drift import Drift
from adscribe.site import Site
from adscribe.training.simulation.behaviours import load_library
from adscribe.training.simulation.life import tell
from adscribe.training.simulation.told import SitePlan
from adscribe.training.simulation.views import BY_NAME, degraded
from adscribe.training.simulation.world import load_world

Native = dict[str, Any]
Month = Sequence["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """A report, and whether it has a category in truth."""

    native: Native
    category: bool


@dataclass(frozen=True, slots=True)
class Life:
    """A simulated site and its months."""

    site: Site
    months: tuple[Month, ...]


Shift = Callable[[Month], Month]
"""What becomes of a month."""


def life(seed: int, months: int, reports: int, *, prevalence: float = 0.1) -> Life:
    """Simulate a site that a training hasn't seen.

    Parameters
    ----------
    seed : int
        Decides everything.
    months : int
        How many.
    reports : int
        In each month.
    prevalence : float
        Share of reports with a category.
    """
    plan = SitePlan(
        name=f"site-{seed}",
        seed=np.random.SeedSequence([seed, 9]),
        # What only the test part has is a drift of its own.
        split="validate",
        reports=months * reports,
        prevalence=prevalence,
        masked=0.2,
    )
    told = tell(plan, load_library(), load_world())
    found = [
        Report(
            {key: value for key, value in one.report.native.items() if value is not None},
            bool(one.report.truth.techniques),
        )
        for one in told.reports
    ]
    return Life(
        Site.parse(told.site_file),
        tuple(found[start : start + reports] for start in range(0, months * reports, reports)),
    )


def repeated(month: Month, times: int, chosen: Callable[[Report], bool]) -> Month:
    """Return a month in which what some reports tell happens again on the days after."""
    again = [
        Report(_later(one.native, day), one.category)
        for one in month
        if chosen(one)
        for day in range(1, times)
    ]
    return sorted([*month, *again], key=lambda one: str(one.native["detected_at"]))


def more_often(method: str, times: int, month: Month) -> Month:
    """Return a month in which a method is reported so many times as often."""
    return repeated(month, times, lambda one: one.native["method"] == method)


def _later(native: Native, days: int) -> Native:
    moved = {
        key: (datetime.fromisoformat(native[key]) + timedelta(days)).isoformat()
        for key in ("detected_at", "updated_at", "first_flow_at")
        if native.get(key)
    }
    if native.get("external_id"):
        moved["external_id"] = f"{native['external_id']}-{days}"
    return {**native, **moved}


def louder(factor: float, month: Month) -> Month:
    """Return a month whose hosts move so many times as much."""

    def bytes_of(values: Mapping[str, Any]) -> Native:
        return {
            key: round(value * factor) if key.endswith("_bytes") and isinstance(value, int | float) else value
            for key, value in values.items()
        }

    def changed(native: Native) -> Native:
        targets = [one if isinstance(one, str) else bytes_of(one) for one in native.get("targets") or ()]
        found = {
            **native,
            "characteristics": bytes_of(native.get("characteristics") or {}),
            "targets": targets,
        }
        found.pop("description", None)
        return found

    return [Report(changed(one.native), one.category) for one in month]


def without_success(month: Month) -> Month:
    """Return a month whose feed no longer tells whether an attempt succeeded."""
    view = BY_NAME["no-success"]
    return [
        Report(degraded(view, one.native), one.category) if view.applies(one.native) else one for one in month
    ]


def renamed(methods: Mapping[str, str], month: Month) -> Month:
    """Return a month whose sensor calls methods by names that nobody knows."""
    return [
        Report(
            {**one.native, "method": methods.get(one.native["method"], one.native["method"])}, one.category
        )
        for one in month
    ]


def under_attack(month: Month) -> Month:
    """Return a month in which all that has a category goes on for days: other answers are frequent."""
    return repeated(month, 6, lambda one: one.category)


SHIFTS: Mapping[str, Shift] = {
    "a method twice as often": partial(more_often, "HIGHTRANSF", 2),
    "volumes tenfold": partial(louder, 10),
    "a feed without success": without_success,
    "methods with new names": partial(renamed, {"DNSQUERY": "DNSQUERY2", "SCANS": "RECON"}),
    "under attack": under_attack,
}
"""Shifts that are worth to be told of."""


class Clock:
    """Days that pass by the month."""

    def __init__(self) -> None:
        self.month = 0

    def __call__(self, _: object) -> int:
        """Return the day of any event."""
        return 730_000 + DAYS * self.month


def drifts(classifier: Classifier, site: Site, months: Sequence[Month]) -> list[Drift]:
    """Return what a service would say at the end of each month.

    Parameters
    ----------
    classifier : Classifier
        Answers the reports; it isn't changed.
    site : Site
        The monitored network.
    months : sequence of sequence of Report
        In order of time.
    """
    clock = Clock()
    watched = Classifier(classifier.model, classifier.catalogue)
    watch(watched, clock)
    run = watched.run(site=site, explain=False)
    found = []
    for month in months:
        list(watched.answers(run, [one.native for one in month], format="native", site=site))
        found.append(drift(watched))
        clock.month += 1
    return found
