"""Reports as they came in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adscribe import Site
from adscribe.sensors import read
from adscribe.store import Store
from adscribe.store.connection import reading, writing
from adscribe.store.filters import Filter
from adscribe.store.raw import MAX_BYTES
from adscribe.store.schema import raw_report
from adscribe.store.upgrade import current
from tests.shared import ROOT
from tests.store.asking import RULES, SITE, START, ids, keep, report, rows

LINES = (ROOT / "examples" / "guessing.cef").read_bytes()


def told(store: Store, lines: Any, **options: Any) -> list[str]:
    """Keep what an input reports, and return the ids of the events that are answered."""
    answers = store.answers(RULES, read(lines), site=SITE, **options)
    return [answer.event.id for answer in answers]  # type: ignore[union-attr]


def texts(store: Store, event_id: str) -> list[str | None]:
    """Return the text of each revision of an event."""
    found = store.event(event_id)
    assert found is not None
    return [one.raw.text if one.raw else None for one in found.revisions]


def test_each_revision_has_the_line_that_led_to_it(store: Store) -> None:
    event_id = told(store, LINES)[0]
    assert texts(store, event_id) == LINES.decode().splitlines()


def test_an_object_of_json_is_kept_as_json(store: Store) -> None:
    sent = report(note="žluťoučký")
    (event_id,) = ids(keep(store, sent))
    (kept,) = texts(store, event_id)
    assert kept is not None
    assert json.loads(kept) == sent


def test_each_fragment_has_its_own(store: Store) -> None:
    first, second = report(0, "10.3.0.7"), report(0, "10.3.0.8")
    (event_id, _) = ids(keep(store, first, second))
    assert [json.loads(one or "")["targets"] for one in texts(store, event_id)] == [
        ["10.3.0.7"],
        ["10.3.0.8"],
    ]


def test_a_report_that_comes_again_adds_nothing(store: Store) -> None:
    event_id = told(store, LINES)[0]
    before = rows(store)
    assert told(store, LINES)[0] == event_id
    assert rows(store) == before


@pytest.mark.parametrize("letter", ["x", "ž"])
def test_a_long_one_is_cut_and_that_is_said(store: Store, letter: str) -> None:
    line = json.dumps(report(note=letter * 40_000), ensure_ascii=False)
    (event_id,) = told(store, [line])
    found = store.event(event_id)
    assert found is not None
    raw = found.revisions[0].raw
    assert raw is not None
    assert raw.cut
    assert line.startswith(raw.text)
    assert MAX_BYTES - 4 < len(raw.text.encode()) <= MAX_BYTES
    assert raw.bytes == len(line.encode())


def test_what_is_no_utf8_is_kept_as_far_as_it_is(store: Store) -> None:
    line = json.dumps(report(description="PLACE")).encode().replace(b"PLACE", b"\xff\xfeabc")
    (event_id,) = told(store, line)
    (kept,) = texts(store, event_id)
    assert kept is not None
    assert "\ufffdabc" in kept


def test_none_is_kept_where_that_is_asked_for(store: Store) -> None:
    event_id = told(store, LINES, raw=False)[0]
    assert rows(store)["raw_report"] == 0
    assert set(texts(store, event_id)) == {None}


def test_it_goes_with_its_event(store: Store) -> None:
    told(store, LINES)
    assert rows(store)["raw_report"] == 3
    assert store.prune(keep_days=1, now=START + timedelta(days=2000)) == 1
    assert rows(store)["raw_report"] == 0


def test_an_event_that_is_answered_again_has_no_other_text(store: Store) -> None:
    (event_id,) = ids(keep(store, report()))
    outside = Site.parse('filters:\n  LAN: ["192.168.0.0/16"]\ninternal: LAN\n')
    list(store.reassess(RULES, Filter(), site=outside))
    assert [one is None for one in texts(store, event_id)] == [False, True]


def test_a_store_from_before_shows_what_it_has(tmp_path: Path) -> None:
    with Store(tmp_path / "old.db") as old:
        old.upgrade()
        (event_id,) = ids(keep(old, report()))
        with writing(old.engine) as connection:
            raw_report.drop(connection)
            connection.execute(text("UPDATE adscribe_version SET version_num = '0002'"))
    with Store(tmp_path / "old.db") as store:
        store.upgrade()
        with reading(store.engine) as connection:
            assert current(connection) == "0003"
        assert texts(store, event_id) == [None]
        keep(store, report(5))
        assert [one is None for one in texts(store, event_id)] == [True, False]
