"""Many write to one store at once: no revision is lost, none is there twice."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain

from adscribe.store import Store
from adscribe.store.connection import reading
from adscribe.store.schema import event, revision
from tests.store.asking import Native, keep, report, rows

WRITERS = 4
HOSTS = 3
UPDATES = 12

WRITER = """
import json, sys
from adscribe.store import Store
from tests.store.asking import keep
url, own = json.load(sys.stdin)
with Store(url) as store:
    store.upgrade()
    for body in own:
        keep(store, *body)
"""


def bodies(writer: int) -> list[list[Native]]:
    """Return what a writer sends: updates of events that all write to, each once of all and some again."""
    sent = []
    for number in range(writer, UPDATES, WRITERS):
        body = [
            report(number, f"10.3.0.{number}", source={"ip": f"10.1.0.{host}"}, target_count=100 + number)
            for host in range(HOSTS)
        ]
        sent += [body[::-1] if writer % 2 else body, body[:1]]
    return sent


def check(store: Store) -> None:
    """Every report is there once, in revisions without gaps, and nothing of any is missing."""
    with reading(store.engine) as connection:
        events = connection.execute(event.select()).all()
        revisions = connection.execute(revision.select()).all()
    assert len(events) == HOSTS
    assert len(revisions) == HOSTS * UPDATES
    for one in events:
        of_event = sorted((row.number, row.part) for row in revisions if row.event_key == one.key)
        assert of_event == [(number, 0) for number in range(1, UPDATES + 1)]
        found = store.event(one.id)
        assert found is not None
        assert {target.ip for target in found.event.targets} == {f"10.3.0.{n}" for n in range(UPDATES)}
        assert found.revision == one.revision == UPDATES
        # Each rests on the one before it.
        counts = [len(row.event.targets) for row in found.revisions if row.event]
        assert counts == list(range(1, UPDATES + 1))


def test_threads(store: Store) -> None:
    def write(writer: int) -> None:
        for body in bodies(writer):
            keep(store, *body)

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    check(store)


def test_processes(url: str) -> None:
    started = []
    for process in range(2):
        own = list(chain.from_iterable(bodies(writer) for writer in range(process, WRITERS, 2)))
        started.append(
            subprocess.Popen([sys.executable, "-c", WRITER], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        )
        stdin = started[-1].stdin
        assert stdin is not None
        stdin.write(json.dumps([url, own]).encode())
        stdin.close()
    for one in started:
        stderr = one.stderr
        assert stderr is not None
        said = stderr.read().decode()
        stderr.close()
        assert one.wait(60) == 0, said
    with Store(url) as store:
        check(store)


def test_the_same_report_from_many_at_once_is_kept_once(store: Store) -> None:
    one = report()
    with ThreadPoolExecutor(WRITERS) as threads:
        answers = list(threads.map(lambda _: keep(store, one), range(12)))
    assert all(answer == answers[0] for answer in answers)
    assert rows(store)["revision"] == 1


def test_reports_come_in_while_events_are_deleted(store: Store) -> None:
    later = datetime.now(UTC) + timedelta(days=1)

    def write(writer: int) -> None:
        for number in range(10):
            keep(store, report(number, source={"ip": f"10.1.{writer}.{number % 2}"}))

    with ThreadPoolExecutor(WRITERS) as threads:
        pruning = [threads.submit(store.prune, keep_events=3, now=later) for _ in range(2)]
        list(threads.map(write, range(WRITERS)))
        deleted = sum(one.result() for one in pruning)
    kept = rows(store)
    assert kept["event"] + deleted >= 2 * WRITERS
    assert kept["revision"] >= kept["event"]
    with reading(store.engine) as connection:
        for one in connection.execute(event.select()).all():
            found = store.event(one.id)
            assert found is not None
            assert [row.revision for row in found.revisions] == list(range(1, found.revision + 1))
