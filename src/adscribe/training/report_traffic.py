"""Recorded traffic on the page of a report."""

from __future__ import annotations

from adscribe.training.report_layout import Cell, Section, Table
from adscribe.training.traffic import Traffic
from adscribe.training.traffic.pages import HEAD, answer, false_alarms
from adscribe.training.traffic.results import CaptureScore, Figures, Share
from adscribe.training.traffic.scoring import ENOUGH


def traffic_section(found: Traffic) -> Section:
    """Return the section."""
    return Section(
        title="Real traffic",
        text=(
            "Events that simple detectors report of whole captures, by their last report. No pass mark: the"
            " captures are few, and behind all events of one may be a single actor. Intervals are by drawing"
            f" actors; below {ENOUGH} of them there is none, and events are counted.",
            false_alarms(found).strip(),
            f"Descriptions of the captures and tables: sha256 {found.frozen}.",
        ),
        tables=(
            Table(("who answers", "what it is"), tuple(found.answered_by.items())),
            Table(
                ("capture", "flows", "events", "scored", "actors", "attackers"),
                tuple(
                    (
                        one.title,
                        *(
                            f"{n:,}"
                            for n in (one.flows, one.events, len(one.rows), one.actors, one.attackers)
                        ),
                    )
                    for one in found.captures
                ),
            ),
            _figures("All captures together", found.together),
            *(table for one in found.captures if one.rows for table in _capture(one)),
        ),
    )


def _figures(title: str, found: dict[str, Figures]) -> Table:
    return Table(
        HEAD,
        tuple(
            (
                name,
                *map(
                    _share,
                    (
                        one.shown,
                        one.tactics,
                        one.techniques,
                        one.acceptable,
                        one.undetermined,
                        one.calm,
                        one.invented,
                    ),
                ),
            )
            for name, one in found.items()
        ),
        title=title,
    )


def _share(one: Share) -> Cell:
    if one.estimate is not None:
        return one.estimate
    return f"{one.over} of {one.under}" if one.under else None


def _capture(one: CaptureScore) -> tuple[Table, Table]:
    rows = tuple(
        (
            " ".join(filter(None, (row.method, row.submethod))),
            row.label or "-",
            answer(row.truth),
            *(
                answer(said) if said.acceptable else f"not {answer(said)}"
                for said in (row.said[name] for name in one.figures)
            ),
        )
        for row in one.rows
    )
    return _figures(one.title, one.figures), Table(
        ("event", "label", "true", *one.figures), rows, title=f"{one.title}: event by event", folded=True
    )
