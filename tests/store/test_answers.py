"""What is kept is answered as one run in memory answers it, however it comes in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adscribe import Assignment, Classifier, Reject, Site
from adscribe.context import Context
from adscribe.features import extract
from adscribe.sensors import read
from adscribe.store import Store
from adscribe.store.connection import writing
from adscribe.store.schema import metadata
from tests.shared import ROOT
from tests.store.asking import RULES, SITE, START, keep, report, rows

SAMPLES = sorted(
    path
    for path in (ROOT / "datasets" / "samples").rglob("*.*")
    if path.suffix in (".cef", ".json", ".ndjson", ".tsv")
)
DEMO = Site.load(ROOT / "datasets" / "samples" / "demo" / "site.yaml")
SHIPPED = Classifier.load()

Seen = list[tuple[Any, ...]]


def emptied(store: Store) -> Store:
    """Return the store without what it held."""
    with writing(store.engine) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return store


def parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Return items in pieces."""
    return (items[start : start + size] for start in range(0, len(items), size))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_samples_in_one_body(store: Store, path: Path) -> None:
    content = path.read_bytes()
    offline = SHIPPED.classify(content, site=DEMO, candidates=3)
    online = list(store.answers(SHIPPED, read(content, zone=DEMO.timezone), site=DEMO, candidates=3))
    assert [said(one) for one in online] == [said(one) for one in offline]
    assert any(isinstance(one, Assignment) for one in online)


def said(answer: Assignment | Reject) -> bytes | str:
    """Return an answer as it goes out."""
    return answer.to_json() if isinstance(answer, Assignment) else answer.reason


@pytest.mark.parametrize("size", [1, 30])
def test_the_samples_one_after_the_other_in_bodies_of_any_size_with_restarts(url: str, size: int) -> None:
    site = DEMO
    records = [record for path in SAMPLES for record in read(path.read_bytes(), zone=site.timezone)]
    # Events of one file have other identities or times than those of the next, but for a few.
    reports = [record.event for record in records if not isinstance(record, Reject)]
    offline = RULES.classify(reports, site=site)
    online: list[Any] = []
    for number, body in enumerate(parts(reports, size)):
        if number % 40 == 0:
            reopened = Store(url)
            reopened.upgrade()
        online += reopened.answers(RULES, read(body), site=site)
        if number % 40 == 39:
            reopened.close()
    reopened.close()
    assert online == offline
    assert len({one.event.revision for one in online}) > 1
    assert any(one.context.history for one in online)


HOSTS = [f"10.1.0.{number}" for number in range(4)] + ["203.0.113.9"]
METHODS = [
    ("SCANS", "TCPSYN"),
    ("SSHDICT", "General"),
    ("HTTPDICT", "General"),
    ("UPLOAD", "General"),
    ("RDPDICT", "General"),
    ("BPATTERNS", "Botnet"),
]
REPORTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(METHODS),
        "source": st.sampled_from(HOSTS),
        "targets": st.lists(st.sampled_from(HOSTS), max_size=3, unique=True),
        # Mostly in order, across timeouts and the window of the history.
        "minutes": st.sampled_from([0, 0.05, 10, 50, 70, 200, 1439, 1440, 1500, 3000]),
        "late": st.sampled_from([0, 0, 5, 90]),
        "success": st.sampled_from([None, True, False]),
        "external_id": st.sampled_from([None, None, "1", "2"]),
        "labels": st.sampled_from([[], [], ["False positive"]]),
    }
)


def native(drawn: dict[str, Any]) -> dict[str, Any]:
    method, submethod = drawn["kind"]
    return {
        **report(drawn["minutes"]),
        "method": method,
        "submethod": submethod,
        "source": drawn["source"],
        "targets": drawn["targets"],
        "updated_at": (START + timedelta(minutes=drawn["minutes"] + drawn["late"])).isoformat(),
        **{name: drawn[name] for name in ("success", "external_id", "labels")},
    }


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(REPORTS, min_size=1, max_size=14), size=st.integers(1, 5), again=st.booleans())
def test_the_features_of_an_event_are_the_same_online_and_offline(
    store: Store, drawn: list[dict[str, Any]], size: int, again: bool
) -> None:
    emptied(store)
    reports = [native(one) for one in drawn]
    if again:
        reports += reports[::2]
    offline, online = Observed(), Observed()
    expected = RULES.classify(reports, site=SITE, observer=offline)
    answers = [answer for body in parts(reports, size) for answer in keep(store, *body, observer=online)]
    assert online.seen == offline.seen
    assert answers == expected
    assert rows(store)["revision"] == len(offline.seen)


class Observed:
    """Notes what each answer rests on, and the features that a model reads."""

    def __init__(self) -> None:
        self.seen: Seen = []

    def __call__(self, context: Context, answer: Assignment) -> None:
        reference = answer.event
        self.seen.append((reference.id, reference.revision, context.event, context.history, extract(context)))


def test_a_host_with_more_than_its_share_of_records_has_the_latest_online_and_offline(store: Store) -> None:
    scans = [
        report(61 * number % 1300, method="SCANS", submethod="TCPSYN", instance=f"{number}")
        for number in range(80)
    ]
    after = report(1310, method="SSHDICT", success=True)
    offline = RULES.classify([*scans, after], site=SITE)[-1]
    for body in parts(scans, 7):
        keep(store, *body)
    (online,) = keep(store, after)
    assert online == offline
    assert online.context.history == 64


def test_options_hold_as_they_do_in_a_run(store: Store) -> None:
    options: dict[str, Any] = {
        "explain": False,
        "candidates": 2,
        "attack_version": "18.1",
        "timeouts": {"SSHDICT": timedelta(minutes=5)},
    }
    reports = [report(), report(10)]
    online = keep(store, *reports, **options)
    assert online == RULES.classify(reports, site=SITE, **options)
    assert len({one.event.id for one in online}) == 2
