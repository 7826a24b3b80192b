"""A corpus read back: each row with the context that the row's view allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from adscribe.assign.decisions import decided_by_site
from adscribe.context import Context, derive, traces
from adscribe.event import Event
from adscribe.event.merge import ActiveEvents
from adscribe.history import MemoryHistory, Record
from adscribe.site import Site
from adscribe.training.simulation.emission import event_of
from adscribe.training.simulation.rows import Row
from adscribe.training.simulation.views import BY_NAME, FULL, View, degraded

Traces = tuple[tuple[tuple[str, ...], Record], ...]
"""Addresses, and the record to keep for them."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A row in its context.

    Attributes
    ----------
    row : Row
        As the corpus holds it.
    context : Context
        Of the event as it stands after the row's report, in the row's view.
    decided : bool
        Whether the site decides it before any model; such rows don't count in a model's metrics.
    """

    row: Row
    context: Context
    decided: bool


def replay(site_rows: Iterable[Row], files: Mapping[str, str]) -> Iterator[Replayed]:
    """Derive the contexts of one site's rows in their order.

    Each view is read as a service would that sees nothing else: it gets all reports of the site, lacks
    in each what the view lacks, merges them to events, and knows of earlier events what it could see of
    them. So a context is the one that such a service would come to.

    Parameters
    ----------
    site_rows : iterable of Row
        All rows of a site, in the order of the corpus.
    files : mapping of str to str
        Text of each site file that the rows name.
    """
    rows = list(site_rows)
    sites: dict[str | None, Site] = {name: Site.parse(text, name=name) for name, text in files.items()}
    sites[None] = Site.default()
    of_view = {row.view: sites[row.site_file] for row in rows}
    full = _Service(BY_NAME[FULL], of_view.get(FULL, sites[None]))
    apart: dict[str, _Service] = {}
    beside: dict[str, _Service] = {}
    for name, site in of_view.items():
        view = BY_NAME[name]
        if view.own_traces:
            apart[name] = _Service(view, site)
        elif name != FULL:
            beside[name] = _Service(view, site, full.history if view.history else None)
    for row in rows:
        if row.view in apart:
            # It came with the full report, which stands before it.
            seen = apart[row.view].last
        elif row.view in beside:
            seen = beside[row.view].read(event_of(msgspec.json.decode(row.native)))
        else:
            native = msgspec.json.decode(row.native)
            event = event_of(native)
            seen = full.read(event)
            full.remember(seen.traces)
            for service in apart.values():
                service.follow(row.event_key, native, event, seen.traces)
        yield Replayed(row, seen.context, seen.decided)


class _Seen(NamedTuple):
    context: Context
    decided: bool
    traces: Traces


class _Service:
    """What a service knows that only ever sees one view.

    Parameters
    ----------
    view, site : View, Site
        What it sees, and what it knows of the network.
    history : MemoryHistory, optional
        Earlier events, where they are kept elsewhere.
    """

    last: _Seen

    def __init__(self, view: View, site: Site, history: MemoryHistory | None = None) -> None:
        self.history = MemoryHistory() if history is None else history
        self._view, self._site = view, site
        self._active = ActiveEvents()
        self._changed: set[str] = set()

    def read(self, report: Event) -> _Seen:
        """Return the event as it stands after a report, in its context."""
        state = self._active.add(report)
        context = derive(state.event, self._site, self.history, event_id=state.id)
        # Only what the site hasn't decided is evidence against a host.
        decided = decided_by_site(context) is not None
        return _Seen(context, decided, () if decided else traces(context, state.id))

    def remember(self, found: Traces) -> None:
        """Keep what an event says of its hosts."""
        for ips, record in found:
            self.history.remember(ips, record)

    def follow(self, event_key: str, native: dict[str, Any], whole: Event, found: Traces) -> None:
        """Take a report of the full view, of which `whole` is read and `found` is what it says of hosts.

        An event that the view shows as it is says the same here, and isn't derived again.
        """
        report = whole
        if self._view.change is not None and self._view.applies(native):
            self._changed.add(event_key)
            report = event_of(degraded(self._view, native))
        if self._view.change is not None and event_key not in self._changed:
            self._active.add(report)
            self.remember(found)
            return
        self.last = self.read(report)
        self.remember(self.last.traces)


def read_corpus(folder: Path) -> Iterator[tuple[list[Row], dict[str, str]]]:
    """Read a corpus site by site: the rows of each, and the texts of its site files.

    Parameters
    ----------
    folder : Path
        What ``adscribe data build`` wrote.
    """
    for group in range(pq.ParquetFile(folder / "events.parquet").num_row_groups):
        yield read_group(folder, group)


def read_group(folder: Path, group: int) -> tuple[list[Row], dict[str, str]]:
    """Read one site of a corpus by its number: see `read_corpus`."""
    table = pq.ParquetFile(folder / "events.parquet").read_row_group(group).to_pydict()
    site_rows = [_row(values) for values in zip(*(table[name] for name in Row._fields), strict=True)]
    names = sorted({row.site_file for row in site_rows if row.site_file})
    return site_rows, {name: (folder / "sites" / name).read_text(encoding="utf-8") for name in names}


def _row(values: tuple[object, ...]) -> Row:
    return Row(*(tuple(value) if isinstance(value, list) else value for value in values))  # type: ignore[arg-type]
