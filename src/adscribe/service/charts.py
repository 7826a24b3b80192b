"""Charts of what was measured of a model: SVG that stands in a page and takes the colours of its theme.

Altair and vl-convert are the extra ``charts``; without them there are no charts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from markupsafe import Markup

from adscribe.service.measures import Measures

WIDTH, HEIGHT = 440, 260

RISKIEST = 0.25
"""Share of wrong categories at which the chart of risk and coverage ends."""

_STYLED = re.compile(r"<style|<script|\sstyle=|\son[a-z]+=", re.IGNORECASE)
_FONT = "system-ui, sans-serif"
_CONFIG: dict[str, Any] = {
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "domainColor": "var(--line-strong)",
        "tickColor": "var(--line-strong)",
        "gridColor": "var(--line)",
        "labelColor": "var(--quiet)",
        "titleColor": "var(--quiet)",
        "labelFont": _FONT,
        "titleFont": _FONT,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
    "text": {"font": _FONT, "fontSize": 12, "fill": "var(--text)"},
}


@lru_cache(maxsize=4)
def _drawn(content: bytes) -> dict[str, Markup]:
    found = msgspec.json.decode(content, type=Measures)
    try:
        import vl_convert  # noqa: PLC0415 - an extra

        charts = {"reliability": reliability(found), "risk_coverage": risk_coverage(found)}
    except ModuleNotFoundError:
        return {}
    drawn = {}
    for name, chart in charts.items():
        svg = vl_convert.vegalite_to_svg(chart)
        # A page takes no styles but those of its files: what would break that isn't shown.
        if not _STYLED.search(svg):
            drawn[name] = Markup(svg)  # noqa: S704 - of numbers alone, drawn here
    return drawn


def drawn(measures: Measures) -> dict[str, Markup]:
    """Return the charts as SVG: ``reliability`` and ``risk_coverage``; none without the extra.

    The first takes a second, so not in the event loop; the same measures are drawn once.
    """
    return _drawn(msgspec.json.encode(measures))


def reliability(found: Measures) -> dict[str, Any]:
    """Return what was said against what was true, beside the line on which both are the same."""
    bins = zip(found.reliability.said, found.reliability.true, found.reliability.pairs, strict=True)
    points = [
        {"said": said, "true": true, "pairs": pairs}
        for said, true, pairs in bins
        if said is not None and true is not None
    ]
    import altair as alt  # noqa: PLC0415 - an extra

    across = alt.X("said:Q", title="probability said", axis=_share(alt), scale=alt.Scale(domain=[0, 1]))
    up = alt.Y("true:Q", title="share that was true", axis=_share(alt), scale=alt.Scale(domain=[0, 1]))
    ideal = (
        alt.Chart(alt.InlineData(values=[{"said": 0, "true": 0}, {"said": 1, "true": 1}]))
        .mark_line(stroke="var(--line-strong)", strokeDash=[4, 4], strokeWidth=1)
        .encode(across, up)
    )
    base = alt.Chart(alt.InlineData(values=points)).encode(across, up)
    size = alt.Size("pairs:Q", legend=None, scale=alt.Scale(range=[30, 300]))
    dots = base.mark_circle(fill="var(--accent)", opacity=0.85).encode(size)
    line = base.mark_line(stroke="var(--accent)", strokeWidth=1.5)
    return _finished(ideal + line + dots)


def risk_coverage(found: Measures) -> dict[str, Any]:
    """Return how much can be shown at which risk, and where the promises lie on that."""
    import altair as alt  # noqa: PLC0415 - an extra

    points = [{"coverage": one.coverage, "wrong": one.wrong} for one in found.curve]
    promised = [
        {"coverage": one.coverage, "wrong": one.realised, "label": f"{one.promised:.0%}"}
        for one in found.promises
        if one.coverage is not None
    ]
    least = min((one.coverage for one in found.promises if one.coverage is not None), default=0.0)
    across = alt.X(
        "coverage:Q",
        title="coverage: share shown of the events with a category",
        axis=_share(alt),
        scale=alt.Scale(domain=[max(round(least - 0.2, 1), 0.0), 1]),
    )
    up = alt.Y(
        "wrong:Q",
        title="wrong among what is shown",
        axis=_share(alt),
        scale=alt.Scale(domain=[0, RISKIEST]),
    )
    curve = (
        alt.Chart(alt.InlineData(values=points))
        .mark_line(stroke="var(--accent)", strokeWidth=1.5, clip=True)
        .encode(across, up)
    )
    marked = alt.Chart(alt.InlineData(values=promised)).encode(across, up)
    dots = marked.mark_circle(fill="var(--accent)", size=70, opacity=1)
    text = marked.mark_text(dy=-14, dx=-4).encode(alt.Text("label:N"))
    return _finished(curve + dots + text)


def _share(alt: Any) -> Any:
    return alt.Axis(format=".0%", tickCount=5)


def _finished(chart: Any) -> dict[str, Any]:
    found: dict[str, Any] = chart.properties(width=WIDTH, height=HEIGHT).configure(**_CONFIG).to_dict()
    return found
