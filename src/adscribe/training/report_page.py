"""A report as one page of HTML that opens from disk: no script, nothing that is fetched, text escaped."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adscribe.training import report_bundle
from adscribe.training.bootstrap import Estimate
from adscribe.training.plots import plots
from adscribe.training.report_bundle import Report
from adscribe.training.report_sections import sections

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.tests["estimate"] = lambda value: isinstance(value, Estimate)

_OWN = re.compile(r'(\bid="|(?:xlink:)?href="#|url\(#)')
_NAMESPACES = re.compile(r' xmlns(?::\w+)?="[^"]*"')


def page(found: Report, previous: Report | None = None) -> str:
    """Return a report as HTML.

    Parameters
    ----------
    found : Report
        What is measured.
    previous : Report, optional
        To compare with.
    """
    charts = plots(found.evaluation)
    return _environment.get_template("report.html").render(
        model=found.evaluation.model,
        sections=sections(found, previous),
        charts={name: inline(svg, name.removesuffix(".svg")) for name, svg in charts.items()},
    )


def write(found: Report, folder: Path, previous: Report | None = None) -> None:
    """Write ``report.html`` and ``report.json`` into a folder."""
    report_bundle.write(found, folder)
    (folder / report_bundle.PAGE).write_text(page(found, previous), encoding="utf-8")


def inline(svg: str, name: str) -> Markup:
    """Return a chart of matplotlib's as an element of a page.

    Its ids get the chart's name, so that charts of one page don't meet; namespaces and the description of
    the program, which name addresses, go.

    Parameters
    ----------
    svg : str
        The file.
    name : str
        Of the chart; letters and hyphens.
    """
    _, _, drawing = svg.partition("<svg")
    before, found, rest = drawing.partition("<metadata>")
    if found:
        drawing = before + rest.partition("</metadata>")[2]
    drawing = _NAMESPACES.sub("", drawing)
    drawing = _OWN.sub(lambda match: match[1].removeprefix("xlink:") + name + "-", drawing)
    return Markup(f'<svg role="img" aria-label="{name}"') + Markup(drawing)  # noqa: S704 - made by `plots`
