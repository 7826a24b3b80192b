"""A corpus read back: each row with the context that the row's view allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from adscribe.assign.decisions import decided_by_site
from adscribe.context import Context, derive, traces
from adscribe.event.merge import ActiveEvents
from adscribe.history import MemoryHistory
from adscribe.site import Site
from adscribe.training.simulation.emission import event_of
from adscribe.training.simulation.rows import Row
from adscribe.training.simulation.views import FULL


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

    Reports are merged to events in each view apart. What earlier events say of a host comes from the
    full view, and is withheld where a row says that there is no history.

    Parameters
    ----------
    site_rows : iterable of Row
        All rows of a site, in the order of the corpus.
    files : mapping of str to str
        Text of each site file that the rows name.
    """
    sites: dict[str | None, Site] = {name: Site.parse(text, name=name) for name, text in files.items()}
    sites[None] = Site.default()
    active: dict[str, ActiveEvents] = {}
    known, nothing = MemoryHistory(), MemoryHistory()
    for row in site_rows:
        state = active.setdefault(row.view, ActiveEvents()).add(event_of(msgspec.json.decode(row.native)))
        history = known if row.history else nothing
        context = derive(state.event, sites[row.site_file], history, event_id=state.id)
        decided = decided_by_site(context) is not None
        if row.view == FULL and not decided:
            for ips, record in traces(context, state.id):
                known.remember(ips, record)
        yield Replayed(row, context, decided)


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
