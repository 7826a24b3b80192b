"""What a corpus holds, counted: by site first, then all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from adscribe.context import Context
from adscribe.training.simulation.behaviours import Library
from adscribe.training.simulation.replay import replay
from adscribe.training.simulation.rows import Row
from adscribe.training.simulation.told import Told
from adscribe.training.simulation.views import FULL

_COUNTED = (
    *("split", "view", "method", "submethod", "actor", "behaviour", "parameter_set", "technique", "tactic"),
    *("no_category", "ics_technique", "name_form", "network", "knowledge", "campaign"),
)


@dataclass
class Tally:
    """Counts of a corpus.

    Attributes
    ----------
    rows, reports, events, sites : int
        Rows in all views; reports and events in the full view; sites.
    with_category, decided : int
        Reports of the full view whose truth is a category; those that the site decides.
    counts : dict of str to Counter
        By what is counted. All but ``view`` and ``split`` count reports of the full view.
    groups : dict of str to Counter
        Visible evidence to truths: reports of the full view, left to the model, whose contexts hold the
        same facts.
    """

    rows: int = 0
    reports: int = 0
    events: int = 0
    sites: int = 0
    with_category: int = 0
    decided: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in _COUNTED})
    groups: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add the counts of another part of the corpus."""
        for name in ("rows", "reports", "events", "sites", "with_category", "decided"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, counter in other.counts.items():
            self.counts[name].update(counter)
        for evidence, truths in other.groups.items():
            self.groups.setdefault(evidence, Counter()).update(truths)


def tally_site(told: Told, site_rows: Iterable[Row], library: Library) -> Tally:
    """Return the counts of one site."""
    tally = Tally(sites=1)
    counts = tally.counts
    counts["network"][told.kind] += 1
    counts["knowledge"][told.level] += 1
    full: list[Row] = []
    for row in site_rows:
        tally.rows += 1
        counts["view"][row.view] += 1
        counts["split"][row.split] += 1
        if row.view == FULL:
            full.append(row)
    campaigns = {row.campaign for row in full if row.campaign}
    counts["campaign"].update(
        name.removeprefix(f"{told.plan.name}-").rpartition("-")[0] for name in campaigns
    )
    tally.reports = len(full)
    tally.events = len({row.event_key for row in full})
    for row in full:
        tally.with_category += bool(row.techniques)
        counts["method"][row.method] += 1
        counts["submethod"][f"{row.method}/{row.submethod}"] += 1
        counts["actor"][library.behaviours[row.behaviour].raw.actor] += 1
        counts["behaviour"][row.behaviour] += 1
        counts["parameter_set"][f"{row.behaviour}/{row.parameter_set}"] += 1
        counts["technique"].update(row.techniques)
        counts["tactic"].update(row.tactics)
        counts["ics_technique"].update(row.ics_techniques)
        if row.no_category:
            counts["no_category"][row.no_category] += 1
        if row.name_form:
            counts["name_form"][row.name_form] += 1
    for replayed in replay(full, _files(told, full)):
        tally.decided += replayed.decided
        if not replayed.decided:
            tally.groups.setdefault(evidence(replayed.context), Counter())[replayed.row.truth] += 1
    return tally


def _files(told: Told, site_rows: Iterable[Row]) -> Mapping[str, str]:
    return {name: told.site_file for name in {row.site_file for row in site_rows} if name}


def evidence(context: Context) -> str:
    """Return all that a reader of facts sees of an event, as one text."""
    facts = "; ".join(f"{key} {'/'.join(sorted(fact.values))}" for key, fact in sorted(context.facts.items()))
    return f"{context.event.method}/{context.event.submethod}: {facts}"
