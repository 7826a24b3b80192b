"""A recording with a known truth, from its flows to the page; and the real ones where they are at hand."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from adscribe.errors import AdscribeError
from adscribe.model.outcomes import Outcome
from adscribe.resources import shipped
from adscribe.training.baselines import StaticTable
from adscribe.training.traffic import load_captures, score
from adscribe.training.traffic.captures import majority
from adscribe.training.traffic.pages import as_text, write
from adscribe.training.traffic.results import Row, Said, Traffic
from adscribe.training.traffic.scoring import ENOUGH, figures
from adscribe.training.traffic.table import FrozenTable, Tables
from tests.flows.making import NOON, zeek
from tests.shared import shared_path

LABEL = "\tlabel"
SCANNER = "10.0.0.5"


def attempts(label: str, *, days: float = 0.0) -> list[dict[str, Any]]:
    """Return a sweep of one host over the SSH ports of its network."""
    unanswered = {"conn_state": "S0", "history": "S", "orig_bytes": 0, "resp_bytes": 0, "resp_ip_bytes": 0}
    return [
        {
            "ts": NOON + days * 86_400 + 0.1 * number,
            "id.orig_h": SCANNER,
            "id.resp_h": f"10.0.1.{number}",
            "id.resp_p": 22,
            "extra": f"\t{label}",
            **unanswered,
        }
        for number in range(1, 60)
    ]


def use(*, hours: int) -> list[dict[str, Any]]:
    """Return a host that asks the same server now and then."""
    start = NOON - 12 * 3600
    return [{"ts": start + 1800 * step, "extra": "\tBenign"} for step in range(2 * hours)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the tables alone."""
    where = tmp_path / "captures"
    where.mkdir()
    shutil.copy(shipped("datasets", "traffic") / "table.yaml", where)
    return where


def capture(folder: Path, rows: list[dict[str, Any]], truths: list[dict[str, Any]]) -> Path:
    """Write a recording and its description; return the folder of the data."""
    data = folder.parent / "data"
    data.mkdir(exist_ok=True)
    log = zeek(*sorted(rows, key=lambda row: row["ts"]), extra=LABEL).encode()
    (data / "conn.log").write_bytes(log)
    described = {
        "title": "A sweep",
        "about": "Of one host.",
        "files": {"conn.log": hashlib.sha256(log).hexdigest()},
        "truths": truths,
    }
    (folder / "sweep.yaml").write_text(yaml.safe_dump(described), "utf-8")
    (folder / "sweep.site.yaml").write_text('filters: {LAN: ["10.0.0.0/8"]}\ninternal: LAN\n', "utf-8")
    return data


SCAN = {"label": "Malicious/*", "techniques": ["T1046"], "tactics": ["discovery"], "why": "it scans"}
CALM = {"label": "Benign", "no_category": "benign", "why": "everyday use"}


def test_a_scan_inside_is_scored_beside_the_tables(folder: Path) -> None:
    found = score(capture(folder, attempts("Malicious/Scan"), [SCAN, CALM]), folder=folder)
    (one,) = found.captures
    (row,) = one.rows
    assert (row.method, row.submethod, row.label) == ("SCANS", "TCPSYN", "Malicious/Scan")
    assert row.said["codebook"].techniques == ("T1046",)
    assert row.said["codebook"].acceptable
    assert (one.actors, one.attackers) == (1, 1)
    assert set(found.together) == {"codebook", "table", "mapping"}
    assert found.together["codebook"].shown.over == 1
    assert found.together["codebook"].shown.estimate is None, "one actor gives no interval"


def test_an_event_without_a_known_truth_is_not_scored(folder: Path) -> None:
    found = score(capture(folder, attempts("Background"), [SCAN]), folder=folder)
    (one,) = found.captures
    assert (one.events, one.unknown, one.rows) == (1, 1, ())
    assert one.labels == {"Background": 59}


def test_only_a_complete_day_without_an_attack_counts_false_alarms(folder: Path) -> None:
    calm = score(capture(folder, [*use(hours=24), *attempts("Benign")], [SCAN, CALM]), folder=folder)
    assert calm.benign_days == 1
    shown = sum(bool(row.said["codebook"].tactics) for row in calm.captures[0].rows)
    assert calm.captures[0].false_alarms["codebook"] == shown > 0
    assert "False alarms on 1 complete" in as_text(calm)

    short = score(capture(folder, [*use(hours=20), *attempts("Benign")], [SCAN, CALM]), folder=folder)
    attacked = [*use(hours=24), *attempts("Malicious/Scan")]
    for found in (short, score(capture(folder, attacked, [SCAN, CALM]), folder=folder)):
        assert found.benign_days == 0
        assert "there is no rate of false alarms" in as_text(found)


def test_another_recording_than_the_one_that_was_judged_is_refused(folder: Path) -> None:
    data = capture(folder, attempts("Malicious/Scan"), [SCAN])
    with (data / "conn.log").open("ab") as log:
        log.write(b"#close\n")
    with pytest.raises(AdscribeError, match=r"conn\.log: is another file"):
        score(data, folder=folder)


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ({"techniques": ["T9999"], "tactics": ["discovery"], "why": "?"}, "T9999"),
        ({"techniques": ["T1046"], "tactics": ["impact"], "why": "?"}, "T1046"),
        ({"why": "neither"}, "either tactics or no_category"),
        ({"no_category": "harmless", "why": "?"}, "no reason"),
        ({"no_category": "benign", "source": "Nowhere", "why": "?"}, "no filter 'Nowhere'"),
        ({"no_category": "benign", "colour": "red", "why": "?"}, "colour"),
    ],
)
def test_a_truth_that_can_not_hold_is_refused_with_its_place(
    folder: Path, truth: dict[str, Any], message: str
) -> None:
    capture(folder, attempts("Malicious/Scan"), [truth])
    with pytest.raises(AdscribeError, match=message) as refused:
        load_captures(folder)
    assert refused.value.place.file == "sweep.yaml"


def test_a_label_needs_more_than_half_of_the_flows() -> None:
    assert majority({"a": 3, "b": 2}) == "a"
    assert majority({"a": 2, "b": 2}) is None
    assert majority({}) is None


def row(actor: int, *tactics: str) -> Row:
    truth = Said(techniques=("T1046",), tactics=("discovery",))
    right = set(tactics) <= {"discovery"} if tactics else None
    said = Said(tactics=tactics, no_category=None if tactics else "benign", right_tactics=right)
    return Row(
        method="SCANS", submethod=None, label=None, reports=1, actor=actor, truth=truth, said={"it": said}
    )


def test_the_interval_comes_from_actors_not_from_events() -> None:
    few = [(row(1, "discovery"), 1)] * 50 + [(row(2), 2)] * 50
    assert figures(few, "it").shown.estimate is None
    many = [(row(actor, *(("discovery",) if actor % 2 else ())), actor) for actor in range(40)]
    repeated = figures(many * 10, "it").shown
    assert (repeated.over, repeated.under) == (200, 400)
    once = figures(many, "it").shown
    assert repeated.estimate is not None
    assert once.estimate is not None
    assert (repeated.estimate.low, repeated.estimate.high) == (once.estimate.low, once.estimate.high)
    assert (repeated.estimate.n, once.estimate.n) == (400, 40)


def test_none_of_a_few_is_not_never() -> None:
    found = figures([(row(actor, "discovery"), actor) for actor in range(ENOUGH)], "it")
    assert found.calm.over == 0
    assert found.calm.estimate is not None
    assert found.calm.estimate.high > 0.4
    assert found.shown.estimate is not None
    assert found.shown.estimate.low < 0.6


def test_tables_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    outcomes = [Outcome.parse(text) for text in ("benign", "benign", "T1046@discovery")]
    table = StaticTable(["SCANS"] * 3, ["UDP", "UDP", "TCPFIN"], outcomes)
    frozen = FrozenTable.of(table, [("SCANS", "UDP"), ("SCANS", "TCPFIN"), ("THREATS", "X")])
    Tables(data="0", table=frozen, mapping=frozen).write(tmp_path)
    kept = Tables.load(tmp_path).table
    assert kept.answer("SCANS", "TCPFIN").techniques == ("T1046",)
    assert kept.answer("SCANS", "something new") == kept.answer("SCANS", None) == outcomes[0]
    assert "THREATS" not in kept.methods
    (tmp_path / "table.yaml").write_text("data: '0'\ntable: {majority: nonsense, methods: {}}\n")
    with pytest.raises(AdscribeError, match="static tables"):
        Tables.load(tmp_path)


def test_the_page_keeps_what_is_around_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    write("new\n", page)
    assert page.read_text() == "before\n<!-- figures -->\nnew\n<!-- end of figures -->\nafter\n"
    page.write_text("nothing")
    with pytest.raises(AdscribeError, match="has no"):
        write("new\n", page)


@pytest.fixture(scope="module")
def real() -> Traffic:
    return score(shared_path("data"))


def test_real_captures_give_events_and_no_address_leaves_them(real: Traffic) -> None:
    assert {one.name for one in real.captures} == {one.name for one in load_captures()}
    rows = [row for one in real.captures for row in one.rows]
    assert {"SCANS", "DOS", "TELNET", "UPLOAD"} <= {row.method for row in rows}
    told = msgspec.json.encode([one.rows for one in real.captures]).decode() + as_text(real)
    assert not re.search(r"\d+\.\d+\.\d+\.\d+", told)


def test_the_page_shows_what_comes_out_of_the_command(real: Traffic) -> None:
    page = (shipped("docs") / "traffic.md").read_text("utf-8")
    for line in as_text(real).splitlines():
        if line.startswith(("| codebook |", "| table |", "| mapping |")) and "of" in line:
            assert line in page
