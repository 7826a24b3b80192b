"""Charts show what they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from adscribe.training.bootstrap import Estimate
from adscribe.training.inspection import charts, tables

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def axes(figure: Figure) -> Any:
    (found,) = figure.axes
    return found


def rows(figure: Figure) -> list[str]:
    """Return the names of the rows from top to bottom."""
    own = axes(figure)
    low, high = own.get_ylim()
    assert low > high
    return [label.get_text() for label in own.get_yticklabels()]


def test_bars_are_as_long_as_their_values() -> None:
    figure = charts.bars(pd.Series({"T1046": 7, "T1110": 3}), title="Techniques", across="reports")
    assert rows(figure) == ["T1046", "T1110"]
    assert [bar.get_width() for bar in axes(figure).patches] == [7, 3]
    assert axes(figure).get_xlabel() == "reports"


def test_stacked_bars_begin_where_the_part_before_ends() -> None:
    parts = pd.DataFrame({"category": [0.25, 0.5], "benign": [0.75, 0.5]}, ["SCANS", "DOS"])
    figure = charts.stacked(parts, title="", across="share")
    bars = [(bar.get_x(), bar.get_width()) for bar in axes(figure).patches]
    assert bars == [(0, 0.25), (0, 0.5), (0.25, 0.75), (0.5, 0.5)]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["category", "benign"]


def test_dots_leave_a_row_without_a_figure_empty_and_mark_the_limit() -> None:
    found = {"realised": {"calm": Estimate(0.02, 0.01, 0.05, 9), "risk 0.1": None}}
    figure = charts.dots(found, title="", across="share", limits={"calm": 0.01})
    assert rows(figure) == ["calm", "risk 0.1"]
    points = [line.get_xdata() for line in axes(figure).lines if len(line.get_xdata())]
    assert [list(np.asarray(one)) for one in points] == [[0.02], [0.01]]


def test_moved_rows_have_a_limit_where_it_is_known() -> None:
    pairs = pd.DataFrame({"quiet": [0.1, 0.2], "shift": [0.4, 0.2]}, ["success", "method"])
    known = charts.moved(pairs, limits=pd.Series([0.3, np.nan], pairs.index), title="", across="")
    unknown = charts.moved(pairs, limits=pd.Series([np.nan, np.nan], pairs.index), title="", across="")
    assert [len(figure.legends[0].get_texts()) for figure in (known, unknown)] == [3, 2]


def test_a_heat_map_writes_its_values_but_no_zeros() -> None:
    values = pd.DataFrame({"benign": [12, 0], "impact": [0.2, 5]}, ["benign", "impact"])
    figure = charts.heat(values, title="", by_row=True)
    assert [text.get_text() for text in axes(figure).texts] == ["12", "<1", "5"]


def test_histograms_are_shares() -> None:
    found = {"as reported": pd.Series([0.0, 0.0, 0.5]), "renamed": pd.Series([0.9])}
    figure = charts.histograms(found, title="", across="", up="", line=(1 / 3, "unfamiliar"))
    heights = [bar.get_height() for bar in axes(figure).patches]
    assert sum(heights) == pytest.approx(2)
    assert max(heights) == 1


def test_a_timeline_has_a_row_a_behaviour_and_writes_what_is_true() -> None:
    events = pd.DataFrame(
        {
            "at": pd.to_datetime(["2026-03-01T10:00Z", "2026-03-01T11:00Z", "2026-03-01T12:00Z"]),
            "behaviour": ["phishing", "sweep", "sweep"],
            "truth": ["T1566", "T1046", "T1046"],
        }
    )
    figure = charts.timeline(events, title="")
    assert rows(figure) == ["phishing", "sweep"]
    assert [text.get_text() for text in axes(figure).texts] == ["T1566", "T1046"]


def test_a_waterfall_ends_where_the_weights_add_up() -> None:
    figure = charts.waterfall(
        pd.Series({"it succeeded": 3.0, "1 port": -0.5}), start=-6.0, title="", across=""
    )
    assert rows(figure) == ["base rate", "it succeeded", "1 port", "sum"]
    assert [text.get_text() for text in axes(figure).texts] == ["-6.00", "-3.50"]
    assert [(bar.get_x(), bar.get_width()) for bar in axes(figure).patches] == [(-6, 3), (-3, -0.5)]


def test_a_table_of_words_shows_markup_as_text() -> None:
    html = tables.worded(pd.DataFrame({"why": ["<script>alert(1)</script>"]}), index=False).to_html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
