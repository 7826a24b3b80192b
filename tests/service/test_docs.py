"""What the service has, docs/http.md describes; what that describes, the service has."""

from __future__ import annotations

import re
from dataclasses import Field, fields
from typing import Any

import pytest

from adscribe.service.body import MOST_CANDIDATES, RISKS, Parameters
from adscribe.service.metrics import Metrics
from adscribe.service.openapi import document
from adscribe.service.problems import KINDS
from adscribe.service.settings import Settings, variable
from tests.shared import ROOT

TEXT = (ROOT / "docs" / "http.md").read_text("utf-8")


def table(heading: str, header: str) -> list[list[str]]:
    """Return the cells of the table under a heading whose header begins so."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = section[section.index(f"| {header}") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("| \n").split(" | ")] for row in rows]


def names(cells: list[list[str]]) -> list[str]:
    """Return the first cells, without their marks."""
    return [row[0].strip("`") for row in cells]


def test_every_route() -> None:
    routes = [f"{method.upper()} {path}" for path, item in document()["paths"].items() for method in item]
    assert sorted(names(table("Routes", "route"))) == sorted(routes)


def test_every_parameter() -> None:
    cells = table("Classify", "query parameter")
    assert names(cells) == [parameter.name for parameter in fields(Parameters)]
    described = {row[0].strip("`"): row[1] for row in cells}
    assert described["risk"] == ", ".join(map(str, RISKS))
    assert described["candidates"] == f"0 to {MOST_CANDIDATES}"


def test_every_problem_with_its_status() -> None:
    described = [(row[0].strip("`"), int(row[1])) for row in table("Problems", "`type`")]
    assert described == [(name, kind.status) for name, kind in KINDS.items()]


def test_every_setting_with_its_variable() -> None:
    cells = table("Settings", "setting")
    assert names(cells) == [setting.name for setting in fields(Settings)]
    for row in cells:
        assert f"`{variable(row[0].strip('`'))}`" in row


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_default(setting: Field[Any]) -> None:
    described = {row[0].strip("`"): row[-2].strip("`") for row in table("Settings", "setting")}
    default, told = setting.default, described[setting.name]
    if isinstance(default, bool) or default is None:
        assert told == ("none" if default is None else "no")
    elif isinstance(default, int | float):
        assert float(told.replace(",", "")) == default
    else:
        assert told == default


def test_every_metric() -> None:
    assert sorted(names(table("Metrics", "metric"))) == sorted(Metrics(()).names())


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert links
    for link in links:
        assert (ROOT / "docs" / link).exists(), link
