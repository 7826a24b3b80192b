"""Charts of frames: each shows what it is given, in the order in which it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from adscribe.training.bootstrap import Estimate
from adscribe.training.plots import COLOURS, blank, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.5
"""Of a chart whose rows have names, in inches."""

_HEIGHT, _ROW = 1.3, 0.24
_PALETTE = (*COLOURS, "#7a5195", "#e0a030", "#444b55")
_ANSWERS = {
    "category": "#c8553d",
    "too_generic": "#8d99ae",
    "no_technique": "#e0a030",
    "misconfiguration": "#d9c5b2",
    "benign": "#5c946e",
    "low_confidence": "#444b55",
    "undetermined": "#444b55",
    "unfamiliar": "#7a5195",
    "wrong": "#c8553d",
    "right": "#5c946e",
}
"""Colours of what has one everywhere."""

_DARK = 0.55


def bars(values: pd.Series[Any], *, title: str, across: str) -> Figure:
    """Draw a bar a row, the first on top."""
    figure, axes = _rows(list(map(str, values.index)), title, across)
    axes.barh(range(len(values)), values.to_numpy(), 0.7, color=COLOURS[0])
    return figure


def stacked(parts: pd.DataFrame, *, title: str, across: str) -> Figure:
    """Draw a bar a row that is made of the columns: numbers or shares."""
    figure, axes = _rows(list(map(str, parts.index)), title, across)
    left = np.zeros(len(parts))
    for place, name in enumerate(parts.columns):
        widths = parts[name].to_numpy(dtype=np.float64)
        colour = _ANSWERS.get(str(name), _PALETTE[place % len(_PALETTE)])
        axes.barh(range(len(parts)), widths, 0.7, left=left, color=colour, label=str(name))
        left += widths
    axes.set_xlim(0, left.max(initial=0.0) or 1)
    figure.legend(loc="outside lower center", ncols=min(len(parts.columns), 4), fontsize=8)
    return figure


def dots(
    found: Mapping[str, Mapping[str, Estimate | None]],
    *,
    title: str,
    across: str,
    limits: Mapping[str, float] | None = None,
) -> Figure:
    """Draw figures with their intervals, a row each.

    Parameters
    ----------
    found : mapping of str to mapping of str to Estimate
        By what is compared, by row. A row without a figure stays empty.
    title, across : str
        What it shows, and the unit.
    limits : mapping of str to float, optional
        What rows may not exceed.
    """
    names = list(dict.fromkeys(name for rows in found.values() for name in rows))
    figure, axes = _rows(names, title, across)
    shift = 0.5 / len(found)
    for place, (who, rows) in enumerate(found.items()):
        told = {name: one for name, one in rows.items() if one is not None}
        axes.errorbar(
            [one.value for one in told.values()],
            [names.index(name) + shift * (place - (len(found) - 1) / 2) for name in told],
            xerr=spread(told.values()),
            fmt="o",
            ms=4,
            lw=1,
            color=_PALETTE[place],
            label=who,
        )
    if limits:
        axes.plot(
            [limits[name] for name in names if name in limits],
            [row for row, name in enumerate(names) if name in limits],
            "|",
            ms=11,
            mew=2,
            color=COLOURS[1],
            label="at most",
        )
    if len(found) > 1 or limits:
        figure.legend(loc="outside lower center", ncols=4, fontsize=8)
    return figure


def moved(pairs: pd.DataFrame, *, title: str, across: str, limits: pd.Series[float] | None = None) -> Figure:
    """Draw where each row was and where it is now.

    Parameters
    ----------
    pairs : DataFrame
        Two columns: before, now.
    title, across : str
        What it shows, and the unit.
    limits : Series of float, optional
        From where on a row's value is out of the ordinary; nothing where it isn't known.
    """
    before, now = (pairs[name].to_numpy(dtype=np.float64) for name in pairs.columns)
    figure, axes = _rows(list(map(str, pairs.index)), title, across)
    rows = np.arange(len(pairs))
    axes.hlines(rows, before, now, color=COLOURS[2], lw=1.5)
    axes.plot(before, rows, "o", ms=5, color=COLOURS[2], label=str(pairs.columns[0]))
    axes.plot(now, rows, "o", ms=6, color=COLOURS[0], label=str(pairs.columns[1]))
    if limits is not None and limits.notna().any():
        axes.plot(limits.to_numpy(), rows, "|", ms=11, mew=2, color=COLOURS[1], label="limit")
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure


def heat(values: pd.DataFrame, *, title: str, across: str = "", up: str = "", by_row: bool = False) -> Figure:
    """Draw a table as colours with its values in them.

    Parameters
    ----------
    values : DataFrame
        Numbers from 0; nothing is written where it is 0.
    title, across, up : str
        What it shows, and what columns and rows are.
    by_row : bool
        Whether the colour is the share of the row, not of the largest value.
    """
    shares = values.to_numpy(dtype=np.float64)
    totals = shares.sum(axis=1, keepdims=True) if by_row else np.full((len(shares), 1), shares.max(initial=0))
    strength = np.divide(shares, totals, out=np.zeros_like(shares), where=totals > 0)
    size = (2.6 + 0.5 * values.shape[1], 1.9 + 0.3 * values.shape[0])
    figure, axes = blank(title, across, up, size)
    axes.grid(visible=False)
    axes.imshow(strength, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in zip(*np.nonzero(shares > 0), strict=True):
        dark = strength[row, column] > _DARK
        text = f"{shares[row, column]:.0f}" if shares[row, column] >= 0.5 else "<1"
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color="w" if dark else "k")
    axes.set_xticks(
        range(values.shape[1]), list(map(str, values.columns)), rotation=45, ha="right", fontsize=8
    )
    axes.set_yticks(range(values.shape[0]), list(map(str, values.index)), fontsize=8)
    return figure


def histograms(
    found: Mapping[str, pd.Series[float]], *, title: str, across: str, up: str, line: tuple[float, str]
) -> Figure:
    """Draw how often values from 0 to 1 occur, as shares, beside a line that parts them."""
    figure, axes = blank(title, across, up, (WIDTH, 3.2))
    edges = np.linspace(0, 1, 25).tolist()
    for colour, (name, values) in zip(_PALETTE, found.items(), strict=False):
        weights = np.full(len(values), 1 / max(len(values), 1))
        axes.hist(values.to_numpy(), edges, weights=weights, alpha=0.65, color=colour, label=name)
    axes.axvline(line[0], color="k", lw=1, ls="--", label=line[1])
    figure.legend(loc="outside lower center", ncols=3, fontsize=8)
    return figure


def timeline(events: pd.DataFrame, *, title: str) -> Figure:
    """Draw when what happened.

    Parameters
    ----------
    events : DataFrame
        Columns ``at`` (datetime), ``behaviour`` and ``truth``, in order of time.
    """
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415 - slow to import

    names = list(dict.fromkeys(events["behaviour"]))
    figure, axes = _rows(names, title, "time (UTC)")
    for row, name in enumerate(names):
        own = events[events["behaviour"] == name]
        axes.plot(own["at"].to_numpy(), [row] * len(own), "o", ms=6, alpha=0.7, color=COLOURS[0])
        said = ", ".join(dict.fromkeys(own["truth"]))
        axes.annotate(
            said, (own["at"].iloc[-1], row), (9, 0), textcoords="offset points", va="center", fontsize=7
        )
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    # Room for what is written beside the last point.
    axes.margins(x=0.18)
    return figure


def waterfall(weights: pd.Series[float], *, start: float, title: str, across: str) -> Figure:
    """Draw how weights add up.

    Parameters
    ----------
    weights : Series of float
        By name, in order.
    start : float
        What they are added to.
    title, across : str
        What it shows, and the unit.
    """
    names = ["base rate", *map(str, weights.index), "sum"]
    figure, axes = _rows(names, title, across)
    values = weights.to_numpy(dtype=np.float64)
    ends = start + np.cumsum(values)
    begins = ends - values
    colours = [COLOURS[0] if value >= 0 else COLOURS[1] for value in values]
    rows = np.arange(1, len(values) + 1)
    axes.barh(rows, values, 0.7, left=begins, color=colours)
    axes.vlines(ends[:-1], rows[:-1], rows[1:], color=COLOURS[2], lw=0.8)
    total = float(ends[-1]) if len(ends) else start
    for row, value in ((0, start), (len(names) - 1, total)):
        axes.plot(value, row, "D", ms=7, color="k")
        axes.annotate(
            f"{value:+.2f}", (value, row), (8, 0), textcoords="offset points", va="center", fontsize=8
        )
    axes.use_sticky_edges = False
    axes.margins(x=0.12)
    return figure


def _rows(names: Sequence[str], title: str, across: str) -> tuple[Figure, Axes]:
    figure, axes = blank(title, across, "", (WIDTH, _HEIGHT + _ROW * max(len(names), 1)))
    axes.grid(visible=False, axis="y")
    axes.set_yticks(range(len(names)), list(names), fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    return figure, axes
