"""The score of recorded traffic in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from adscribe.errors import AdscribeError, Place
from adscribe.training.report import table
from adscribe.training.traffic.results import CaptureScore, Figures, Said, Share, Traffic
from adscribe.training.traffic.scoring import ENOUGH

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
"""Between these the pipeline writes."""

HEAD = (
    "",
    "shown a category",
    "tactics right",
    "techniques right",
    "whole answer acceptable",
    "undetermined",
    "dangerous calm",
    "category invented",
)


def as_text(traffic: Traffic) -> str:
    """Return all of it."""
    parts = [
        "| who answers | what it is |\n|---|---|",
        *(f"| {name} | {what} |" for name, what in traffic.answered_by.items()),
        f"\nDescriptions and table: sha256 `{traffic.frozen}`.\n",
        overview(traffic),
        "Counts are of events. In brackets: 95 % intervals by drawing actors; with fewer than"
        f" {ENOUGH} actors there is none.\n",
        "### All captures together\n",
        table(HEAD, [(name, *cells(own)) for name, own in traffic.together.items()]),
        false_alarms(traffic),
        *(_capture(one) for one in traffic.captures),
    ]
    return "\n".join(parts)


def write(text: str, page: Path) -> None:
    """Put the figures into a page, between `BEGIN` and `END`.

    Raises
    ------
    AdscribeError
        If the page has no place for them.
    """
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise AdscribeError(f"has no {BEGIN} and {END}", place=Place(str(page)))
    page.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


def overview(traffic: Traffic) -> str:
    """Return what each capture gave as a table."""
    return table(
        ("capture", "flows", "reports", "events", "scored", "of them with a category", "actors", "attackers"),
        (
            (
                one.name,
                f"{one.flows:,}",
                *map(
                    str,
                    (
                        one.reports,
                        one.events,
                        len(one.rows),
                        sum(row.is_category for row in one.rows),
                        one.actors,
                        one.attackers,
                    ),
                ),
            )
            for one in traffic.captures
        ),
    )


def false_alarms(traffic: Traffic) -> str:
    """Return the false alarms in a sentence."""
    if not traffic.benign_days:
        return "No capture has a complete day without an attack, so there is no rate of false alarms.\n"
    sums = {name: sum(one.false_alarms[name] for one in traffic.captures) for name in traffic.answered_by}
    told = ", ".join(f"{name} {number}" for name, number in sums.items())
    return f"False alarms on {traffic.benign_days} complete days without an attack: {told}.\n"


def cells(figures: Figures) -> tuple[str, ...]:
    """Return the figures of one who answers, in the order of `HEAD`."""
    return tuple(
        share(one)
        for one in (
            figures.shown,
            figures.tactics,
            figures.techniques,
            figures.acceptable,
            figures.undetermined,
            figures.calm,
            figures.invented,
        )
    )


def share(one: Share) -> str:
    """Return a share as counts, with the interval where there is one."""
    if not one.under:
        return "-"
    counted = f"{one.over} of {one.under}"
    return f"{counted} ({one.estimate.low:.2f}–{one.estimate.high:.2f})" if one.estimate else counted


def answer(said: Said) -> str:
    """Return an answer in words."""
    if said.no_category is None:
        return f"{' '.join(said.techniques) or 'no technique'} ({' '.join(said.tactics)})"
    return f"{said.no_category}, {said.basis}" if said.no_category == "undetermined" else said.no_category


def _capture(one: CaptureScore) -> str:
    labels = ", ".join(f"{label or 'without a label'} {number:,}" for label, number in _ordered(one.labels))
    parts = [f"### {one.title}\n", f"{one.about}\n", f"Flows: {labels}.\n"]
    if one.rows:
        parts += [
            table(HEAD, [(name, *cells(own)) for name, own in one.figures.items()]),
            table(
                ("event", "label", "reports", "actor", "true", *one.figures),
                (
                    (
                        f"{row.method} {row.submethod or ''}".strip(),
                        row.label or "-",
                        str(row.reports),
                        str(row.actor),
                        answer(row.truth),
                        *(_marked(row.said[name]) for name in one.figures),
                    )
                    for row in one.rows
                ),
            ),
        ]
    else:
        parts.append("No event whose truth is known.\n")
    return "\n".join(parts)


def _ordered(labels: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(labels.items(), key=lambda pair: (-pair[1], pair[0]))


def _marked(said: Said) -> str:
    return answer(said) if said.acceptable else f"**not** {answer(said)}"
