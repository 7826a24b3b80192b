"""The rows of a corpus: one a report and view, in the order in which a sensor reports."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from adscribe.training.simulation.draw import Draw
from adscribe.training.simulation.told import Labelled, Told
from adscribe.training.simulation.views import FULL, VIEWS, View, degraded

SCHEMA = pa.schema(
    [
        ("site", pa.string()),
        ("split", pa.string()),
        ("site_file", pa.string()),
        ("view", pa.string()),
        ("history", pa.bool_()),
        ("event_key", pa.string()),
        ("revision", pa.int16()),
        ("detected_at", pa.string()),
        ("method", pa.string()),
        ("submethod", pa.string()),
        ("behaviour", pa.string()),
        ("parameter_set", pa.string()),
        ("campaign", pa.string()),
        ("name_form", pa.string()),
        ("techniques", pa.list_(pa.string())),
        ("tactics", pa.list_(pa.string())),
        ("no_category", pa.string()),
        ("ics_techniques", pa.list_(pa.string())),
        ("ics_tactics", pa.list_(pa.string())),
        ("native", pa.string()),
    ]
)
"""Columns of ``events.parquet``; ``docs/simulator.md`` says what they hold."""


class Row(NamedTuple):
    """A row, in the order of `SCHEMA`."""

    site: str
    split: str
    site_file: str | None
    view: str
    history: bool
    event_key: str
    revision: int
    detected_at: str
    method: str
    submethod: str | None
    behaviour: str
    parameter_set: str
    campaign: str | None
    name_form: str | None
    techniques: tuple[str, ...]
    tactics: tuple[str, ...]
    no_category: str | None
    ics_techniques: tuple[str, ...]
    ics_tactics: tuple[str, ...]
    native: str

    @property
    def truth(self) -> str:
        """The truth in one text: the reason, or the techniques."""
        return self.no_category or " + ".join(self.techniques)


def rows(told: Told, share: float) -> Iterator[Row]:
    """Yield the rows of a site: each report in the full view, and some events in a degraded view besides.

    Parameters
    ----------
    told : Told
        What the site tells.
    share : float
        Share of the events with a degraded view. It is drawn apart, so that it doesn't change the full view.
    """
    draw = Draw(
        np.random.SeedSequence(entropy=told.plan.seed.entropy, spawn_key=(*told.plan.seed.spawn_key, 1))
    )
    chosen: dict[str, View | None] = {}
    for labelled in told.reports:
        yield _row(told, labelled, View(FULL))
        key = labelled.event_key
        if key not in chosen:
            possible = [view for view in VIEWS if view.applies(labelled.report.native)]
            chosen[key] = draw.pick(possible) if draw.chance(share) else None
        view = chosen[key]
        if view is not None:
            yield _row(told, labelled, view)


def _row(told: Told, labelled: Labelled, view: View) -> Row:
    report = labelled.report
    native = degraded(view, {key: value for key, value in report.native.items() if value is not None})
    truth = report.truth
    files = {"full": f"{told.plan.name}.yaml", "bare": f"{told.plan.name}-bare.yaml", "none": None}
    return Row(
        site=told.plan.name,
        split=told.plan.split,
        site_file=files[view.site],
        view=view.name,
        history=view.history,
        event_key=labelled.event_key,
        revision=report.revision,
        detected_at=native["detected_at"],
        method=native["method"],
        submethod=native.get("submethod"),
        behaviour=labelled.behaviour,
        parameter_set=labelled.parameter_set,
        campaign=labelled.campaign,
        name_form=report.name_form,
        techniques=truth.techniques,
        tactics=truth.tactics,
        no_category=truth.reason,
        ics_techniques=truth.ics_techniques,
        ics_tactics=truth.ics_tactics,
        native=msgspec.json.encode(native).decode(),
    )


def digest(site_rows: list[Row]) -> str:
    """Return the SHA-256 of rows: that of their content, whatever file holds them."""
    return hashlib.sha256(msgspec.json.encode(site_rows)).hexdigest()


def batch(site_rows: list[Row]) -> pa.RecordBatch:
    """Return rows as a batch of Arrow."""
    columns = zip(*site_rows, strict=True)
    arrays = [pa.array(list(column), type=field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
