"""The page holds what the JSON holds, opens by itself, and says what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from adscribe.errors import AdscribeError
from adscribe.model.outcomes import Outcome
from adscribe.training import report, report_bundle, report_page, report_vendors
from adscribe.training.baselines import LeakProbe
from adscribe.training.bootstrap import Draws, Estimate
from adscribe.training.evaluation import Evaluation, Kept, Vignettes
from adscribe.training.judged import Judged
from adscribe.training.metrics import Point, Tally, measure, reliability, tallies, whole
from adscribe.training.report_bundle import Report
from adscribe.training.report_compare import changes
from adscribe.training.report_vendors import VendorsOut
from adscribe.training.report_vignettes import vignette_figures
from adscribe.training.text import nested
from adscribe.training.text.candidates import BASE
from adscribe.training.text.examples import VENDORS
from adscribe.training.text.learners import Candidate
from adscribe.training.traffic.results import CaptureScore, Row, Said, Traffic
from adscribe.training.traffic.scoring import figures
from adscribe.training.vignettes import Answer, Case, Prediction, Scored
from tests.training.text.small import world

SWEEP, BENIGN = Outcome.parse("T1046@discovery"), Outcome.parse("benign")
SITES = 8
HOSTILE = "<script>alert(1)</script>"


def answers(right: int) -> Judged:
    """Return the answers at some sites: so many of 40 scans at each are named, the others called benign."""
    rows = [
        (f"site {site}", SWEEP, SWEEP if number < right + site % 2 else BENIGN)
        for site in range(SITES)
        for number in range(40)
    ]
    rows += [(f"site {site}", BENIGN, BENIGN) for site in range(SITES) for _ in range(20)]
    return Judged.of(*(list(column) for column in zip(*rows, strict=True)))


def vignettes() -> Vignettes:
    truth = Answer(
        frozenset({"T1046"}), frozenset(), frozenset({"discovery"}), frozenset(), None, frozenset()
    )
    right = Prediction(frozenset({"T1046"}), frozenset({"discovery"}), None)
    wrong = Prediction(frozenset(), frozenset(), "benign")
    scored = [
        Scored(
            Case(
                case=str(number),
                site=f"s{number % 3}",
                events=[],
                answer=truth,
                difficulty="easy",
                kind=("pair", "pair", "update", "single")[number % 4],
                answer_after_first=truth if number % 4 == 2 else None,
            ),
            "SCANS",
            "TCPSYN",
            right,
            right if number % 5 else wrong,
        )
        for number in range(40)
    ]
    return Vignettes(
        sha256="v",
        cases=40,
        strict=0.8,
        acceptable=0.8,
        tallies={},
        summary="",
        figures=vignette_figures(scored),
    )


def evaluation(right: int = 30, *, data: str = "d", name: str = "adscribe") -> Evaluation:
    draws = Draws.of(SITES)
    found = answers(right)
    said = np.linspace(0.1, 0.9, 80).reshape(-1, 1)
    return Evaluation(
        artefact="a" * 64,
        model={"name": name, "version": "1", "attack": "enterprise 19", "risk": 0.1, "calm_risk": 0.01},
        data={
            "content": data,
            "split": "test",
            "seed": 7,
            "sites": SITES,
            "reports": found.events,
            "rows": found.events,
            "decided": 3,
        },
        command="adscribe evaluate MODEL DATA",
        scores={who: measure(found, draws) for who in ("model", "codebook", "table")},
        views={"no-site": whole(answers(20), draws)},
        held_out={"all held out": whole(answers(25), draws)},
        promises=(
            Kept(
                promise="wrong categories at risk 0.1",
                promised=0.1,
                realised=0.04,
                answers=240,
                coverage=0.75,
                kept=True,
                interval=Estimate(0.04, 0.021, 0.077, 240),
            ),
        ),
        unpromised=(0.01,),
        reliability=reliability(said, (said > 0.5).astype(float), np.arange(80) % SITES, draws),
        curve=(Point(threshold=0.913, coverage=0.412, wrong=0.023),),
        flips={"model": Estimate(0.031, 0.012, 0.055, 411)},
        leak=LeakProbe(
            accuracy=0.331,
            allowed=0.325,
            majority=0.3,
            gain=0.006,
            parts={"clock": 0.001},
            passes=True,
            events=900,
        ),
        vignettes=vignettes(),
        tallies=tallies(found),
    )


def vendors() -> VendorsOut:
    examples = world()
    found = {one.name: nested.trials(one, examples) for one in (BASE, Candidate("ridge"))}
    return report_vendors.vendors_out(found, dict.fromkeys(VENDORS, "ridge"), nested.judged(examples))


def traffic() -> Traffic:
    truth = Said(techniques=("T1046",), tactics=("discovery",))
    rows = tuple(
        Row(
            method="SCANS",
            submethod=HOSTILE,
            label=HOSTILE,
            reports=1,
            actor=actor,
            truth=truth,
            said={"model": truth if actor % 3 else Said(no_category="benign", acceptable=False)},
        )
        for actor in range(12)
    )
    told = {"model": figures([(row, row.actor) for row in rows], "model")}
    capture = CaptureScore(
        name="one",
        title=HOSTILE,
        about=HOSTILE,
        flows=5_000,
        labels={},
        reports=12,
        events=12,
        unknown=0,
        actors=12,
        attackers=12,
        rows=rows,
        figures=told,
        benign_days=0,
        false_alarms={"model": 0},
    )
    return Traffic(frozen="f", answered_by={"model": HOSTILE}, captures=(capture,), together=told)


@pytest.fixture(scope="module")
def whole_report() -> Report:
    return Report(
        evaluation=evaluation(name=HOSTILE),
        vendors=vendors(),
        traffic=traffic(),
        seeds={"coverage": Estimate(0.751, 0.742, 0.763, 5)},
    )


@pytest.fixture(scope="module")
def html(whole_report: Report) -> str:
    return report_page.page(whole_report, whole_report)


def shown(value: dict[str, Any]) -> str:
    n = f" n {value['n']:,}" if value["n"] is not None else ""
    return f"{value['value']:.3f} ({value['low']:.3f}–{value['high']:.3f}){n}"


def estimates(document: Any) -> Iterator[dict[str, Any]]:
    """Yield every figure with an interval in a document."""
    if isinstance(document, dict):
        if {"value", "low", "high"} <= set(document):
            yield document
        for one in document.values():
            yield from estimates(one)
    elif isinstance(document, list):
        for one in document:
            yield from estimates(one)


class Reader(HTMLParser):
    """Keeps the text, the attributes and whether all elements are closed in order."""

    VOID = ("meta", "link", "br", "img", "input", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


def test_the_page_shows_every_figure_of_the_json(whole_report: Report, tmp_path: Path) -> None:
    report_page.write(whole_report, tmp_path)
    assert report_bundle.read(tmp_path) == whole_report
    text = read((tmp_path / "report.html").read_text("utf-8")).text
    found = list(estimates(msgspec.json.decode((tmp_path / "report.json").read_bytes())))
    assert len(found) > 100
    assert [shown(one) for one in found if shown(one) not in text] == []
    for own in ("0.913", "0.412", "0.331", "+0.006", "wrong categories at risk 0.1", "5,000"):
        assert own in text


def test_the_page_needs_nothing_but_itself(html: str) -> None:
    page = read(html)
    assert not page.seen & {"script", "img", "link", "iframe", "object", "embed", "image", "foreignobject"}
    assert page.attributes
    for tag, name, value in page.attributes:
        assert name != "src"
        assert "//" not in value, (tag, name)
        if name.endswith("href"):
            assert value.startswith("#")
        assert not name.startswith("on")
        assert all(own.startswith("#") for own in re.findall(r"url\(([^)]*)\)", value))


def test_each_reference_of_a_chart_finds_its_own_part(html: str) -> None:
    page = read(html)
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    wanted = {value[1:] for _, name, value in page.attributes if name.endswith("href")}
    wanted |= {own for _, _, value in page.attributes for own in re.findall(r"url\(#([^)]*)\)", value)}
    assert wanted <= set(ids)
    assert page.seen >= {"svg", "path"}


def test_texts_are_shown_and_not_obeyed(html: str) -> None:
    page = read(html)
    assert "script" not in page.seen
    assert HOSTILE in page.text


def test_a_better_model_on_the_same_sites_is_said_to_be_better() -> None:
    before, now = Report(evaluation=evaluation(24)), Report(evaluation=evaluation(32))
    told = {one.measure: one for one in changes(before, now)}
    assert told["coverage"].verdict == "better"
    assert told["coverage"].difference is not None
    assert told["coverage"].difference.value == pytest.approx(0.2)
    assert {one.measure: one.verdict for one in changes(now, before)}["coverage"] == "worse"
    assert {one.measure: one.verdict for one in changes(now, now)}["coverage"] == "no difference shown"
    page = read(report_page.page(now, before)).text
    assert "0.200 (0.200–0.200)" in page
    assert "Compared with the previous report" in page


def test_nothing_is_said_of_a_difference_on_other_data() -> None:
    before, now = Report(evaluation=evaluation(24, data="other")), Report(evaluation=evaluation(32))
    assert all(one.difference is None and not one.verdict for one in changes(before, now))
    assert "nothing is said of differences" in read(report_page.page(now, before)).text


def test_what_was_not_measured_has_no_section() -> None:
    bare = Report(evaluation=msgspec.structs.replace(evaluation(), vignettes=None, leak=None))
    text = read(report_page.page(bare)).text
    assert "Real traffic" not in text
    assert "Vignettes" not in text
    assert "Promises" in text


def test_other_seeds_show_how_far_they_lie_apart(tmp_path: Path) -> None:
    for number, right in enumerate((28, 36)):
        report.write(evaluation(right), tmp_path / str(number))
    seeds = [tmp_path / "0", tmp_path / "1"]
    found = report_bundle.assemble(evaluation(32), tmp_path, seeds=seeds).seeds["coverage"]
    assert found.n == 3
    assert [found.low, found.high] == pytest.approx([0.7125, 0.9125])
    report.write(evaluation(32, data="other"), tmp_path / "0")
    with pytest.raises(AdscribeError, match="other data"):
        report_bundle.assemble(evaluation(32), tmp_path, seeds=seeds)


def test_figures_of_held_out_vendors_are_read_back(tmp_path: Path) -> None:
    found = vendors()
    report_vendors.write(found, tmp_path / "vendors.json")
    assert report_vendors.read(tmp_path / "vendors.json") == found
    assert {one.vendor for one in found.vendors} == set(nested.judged(world()))
    for wrong in ("missing.json", "bad.json"):
        (tmp_path / "bad.json").write_text('{"base": 3}')
        with pytest.raises(AdscribeError, match="held-out vendors"):
            report_vendors.read(tmp_path / wrong)


def test_a_folder_without_a_report_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(AdscribeError, match="holds no report") as refused:
        report_bundle.read(tmp_path)
    assert "report.json" in str(refused.value)


def test_a_pair_counts_as_right_when_both_members_are() -> None:
    found = {one.cases: one for one in vignettes().figures}
    assert found["all cases"].strict is not None
    assert (found["all cases"].strict.value, found["all cases"].strict.n) == (0.8, 40)
    pairs = found["pairs, both members"].strict
    assert pairs is not None
    assert pairs.n == 10
    assert pairs.value == pytest.approx(0.6)
    updates = found["updates, both states"].acceptable
    assert updates is not None
    assert (updates.n, updates.value) == (10, 0.8)


def test_figures_say_what_they_are_of() -> None:
    told = evaluation()
    model = told.scores["model"].whole
    assert model.coverage is not None
    assert model.coverage.n == 40 * SITES
    assert model.exact is not None
    assert model.exact.n == 60 * SITES
    assert told.tallies["coverage"] == Tally(tuple(30.0 + site % 2 for site in range(SITES)), (40.0,) * SITES)
