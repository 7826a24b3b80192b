"""What reading and updating cost in a large store, relative to a small one with as many events a day.

Run by hand: ``python benchmarks/growth.py`` builds two SQLite files, of 100,000 and 1,000,000 revisions, and
compares; ``tests/store/postgresql.sh python benchmarks/growth.py`` compares PostgreSQL as well. ``--sizes
100000 5000000`` takes other sizes, ``--write`` puts the tables into benchmarks/README.md, ``--keep`` leaves
the stores for the next time. ``--processor`` takes the processor's time instead, which says something on a
busy machine too; of SQLite alone, which works in this process. The query plans of all statements are printed
at the end.

The rows are copies of what the shipped samples become in a store, at other times, with other hosts; the
documents in them keep the sample's. The updates are real reports of real events at the end of the time.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec.structs import replace
from reporting import keep
from sqlalchemy import Connection, create_engine, event, func, inspect, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from adscribe import Assignment, Classifier, Site
from adscribe.event import Event
from adscribe.resources import shipped
from adscribe.sensors import Report, read
from adscribe.service.matrix import attack_version
from adscribe.store import Store
from adscribe.store.columns import EPOCH, packed
from adscribe.store.connection import address, browsing
from adscribe.store.filters import Filter, read_filter
from adscribe.store.listing import Order
from adscribe.store.schema import event as event_table
from adscribe.store.schema import metadata

POSTGRESQL = "ADSCRIBE_TEST_POSTGRESQL"

EVENTS_A_DAY = 10_000
REVISIONS = 2
"""Of each event."""
HOSTS = 2_000
TARGETS = 8
"""Most of an event."""
START = datetime(2025, 1, 1, tzinfo=UTC)
BATCH = 5_000
RULES = Classifier.load("codebook")
VERSION = attack_version("enterprise", None)
MOST = 1.5
"""Times that anything may cost in the large store."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """The rows of one stored sample, by table."""

    rows: Mapping[str, list[Row]]


def samples() -> list[Event]:
    """Return the first report of each event of the samples."""
    folder = shipped("datasets", "samples")
    files = [path for path in sorted(folder.glob("*/*")) if path.suffix not in (".md", ".yaml")]
    found = (one for path in files for one in read(path.read_bytes()))
    return [one.event for one in found if isinstance(one, Report)]


def templates() -> list[Template]:
    """Return the rows that the samples become."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "store.db") as store:
        store.upgrade()
        reports = (Report(number, "native", one) for number, one in enumerate(samples()))
        for _ in store.answers(RULES, reports, site=Site.default()):
            pass
        found: dict[int, dict[str, list[Row]]] = {}
        with store.engine.connect() as connection:
            for table in metadata.sorted_tables:
                for row in connection.execute(text(f"SELECT * FROM {table.name}")).mappings():
                    key = row["key"] if table.name == "event" else row.get("event_key")
                    if key is not None:
                        found.setdefault(key, {}).setdefault(table.name, []).append(dict(row))
    return [Template(rows) for rows in found.values()]


def copies(of: list[Template], events: int) -> Iterator[tuple[str, Row]]:
    """Yield the rows of so many events, with their tables."""
    step = timedelta(days=1) / EVENTS_A_DAY // timedelta(microseconds=1)
    first = (START - EPOCH) // timedelta(microseconds=1)
    revision_key = count(1)
    for key in range(1, events + 1):
        rows = of[key % len(of)].rows
        at = first + key * step
        number = key * 7919 % HOSTS
        source = f"10.0.{number // 250}.{number % 250}"
        (opened,) = rows["event"]
        yield (
            "event",
            {
                **opened,
                **{"key": key, "id": f"{key:016x}", "identity": f"{key * 0x9E3779B97F4A7C15 % 2**64:016x}"},
                **{"source": source, "source_address": packed(source), "source_host": f"pc-{number}.example"},
                **{"detected_at": at, "updated_at": at, "last_at": at, "received_at": at},
                **{"revision": REVISIONS, "part": 0, "reviewed": False},
            },
        )
        yield "event_state", {**rows["event_state"][0], "event_key": key}
        for name in ("event_technique", "event_tactic", "event_word"):
            for row in rows.get(name, ()):
                yield name, {**row, "event_key": key, "detected_at": at}
        for place, row in enumerate(rows.get("event_target", ())[:TARGETS]):
            other = packed(f"203.0.{key * 31 % 250}.{place}")
            yield "event_target", {**row, "event_key": key, "detected_at": at, "address": other}
        yield (
            (
                "record",
                {**rows["record"][0], "event_key": key, "event_id": f"{key:016x}", "at": at}
                | {"host": packed(source)},
            )
            if "record" in rows
            else ("event_name", {"name": key.to_bytes(16, "big"), "event_key": key})
        )
        for revision in range(1, REVISIONS + 1):
            yield (
                "revision",
                {
                    **rows["revision"][0],
                    **{"key": next(revision_key), "event_key": key, "number": revision, "part": 0},
                    "digest": at.to_bytes(8, "big") + key.to_bytes(8, "big") + revision.to_bytes(8, "big"),
                },
            )


def build(store: Store, of: list[Template], events: int) -> None:
    """Fill a store: rows first, then their indexes."""
    store.upgrade()
    indexes = sorted((one for table in metadata.tables.values() for one in table.indexes), key=str)
    with store.engine.connect() as connection:
        _unguarded(connection)
        for index in indexes:
            connection.execute(DropIndex(index))
        rows = copies(of, events)
        write = _copied if store.kind == "postgresql" else _inserted
        while batch := list(islice(rows, BATCH * 20)):
            tables: dict[str, list[Row]] = {}
            for name, row in batch:
                tables.setdefault(name, []).append(row)
            # What others point to comes before them: a batch may end within an event.
            for table in metadata.sorted_tables:
                if table.name in tables:
                    write(connection, table.name, tables[table.name])
        for index in indexes:
            connection.execute(CreateIndex(index))
        if store.kind == "postgresql":
            for name in ("event", "revision"):
                serial = f"pg_get_serial_sequence('{name}', 'key')"
                connection.execute(text(f"SELECT setval({serial}, (SELECT max(key) FROM {name}))"))
        connection.commit()
        if store.kind == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    store.close()  # its connections were set up for filling
    if store.kind == "postgresql":
        # What autovacuum does by and by.
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def built(store: Store, events: int) -> bool:
    """Whether a store was filled with so many events before; indexes come last, so they tell."""
    if not inspect(store.engine).has_table("event"):
        return False
    with store.engine.connect() as connection:
        last = connection.scalar(select(func.max(event_table.c.key)))
    indexes = {one["name"] for one in inspect(store.engine).get_indexes("record")}
    return (last or 0) >= events and "ix_record_host" in indexes


def _unguarded(connection: Connection) -> None:
    """Leave out what would hold up the filling: the rows are right."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("SET synchronous_commit = off"))
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
    else:
        connection.exec_driver_sql("COMMIT")
        for setting in (
            "foreign_keys = OFF",
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -800000",
        ):
            connection.exec_driver_sql(f"PRAGMA {setting}")
        connection.exec_driver_sql("BEGIN")


def _inserted(connection: Connection, table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    connection.exec_driver_sql(statement, [tuple(row.values()) for row in rows])


def _copied(connection: Connection, table: str, rows: list[Row]) -> None:
    columns = list(rows[0])
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([bool(value) if name == "reviewed" else value for name, value in row.items()])


class Steps:
    """What is measured in one store.

    Parameters
    ----------
    store : Store
    events : int
        How many it holds.
    reports : list of Event
        Of events that get updates.
    """

    def __init__(self, store: Store, events: int, reports: list[Event]) -> None:
        self.store = store
        self._events = events
        self._end = START + timedelta(days=1) * events / EVENTS_A_DAY
        self._open = reports
        self._minutes = count(1)
        self._turn = count()
        self._update(0)

    def steps(self) -> dict[str, Callable[[], Any]]:
        """Return what to do, by name."""
        store, end = self.store, self._end
        day = self._asked(since=end - timedelta(days=2), until=end - timedelta(days=1))
        middle = START + (end - START) / 2
        return {
            "an update of an event": lambda: self._update(next(self._minutes)),
            "an event with its revisions": lambda: store.event(f"{self._any() % self._events + 1:016x}"),
            "a page, latest first": lambda: store.page(Filter()),
            "a page by method and tactic": lambda: store.page(
                self._asked(method="SCANS", tactic="reconnaissance")
            ),
            "a page by technique, from the middle": lambda: store.page(
                self._asked(technique="T1110", until=middle)
            ),
            "a page by network": lambda: store.page(self._asked(source=f"10.0.{self._any() % 8}.0/26")),
            "a page by a target": lambda: store.page(self._asked(target=f"203.0.{self._any() % 250}.1")),
            "a page by words": lambda: store.page(self._asked(text="uploaded", reason="too_generic")),
            "a page of a day, by severity": lambda: store.page(day, Order("severity")),
            "a page of all, by probability": lambda: store.page(Filter(), Order("probability")),
            "facets of a day": lambda: store.facets(day),
            "the matrix of a day": lambda: store.counts(day),
            "the matrix of all, in a version": lambda: store.counts(Filter(), VERSION),
            "hosts of a day": lambda: store.hosts(day),
            "a host, three days": lambda: store.host(
                f"10.0.{self._any() % 8}.{self._any() % 250}", Filter(since=end - timedelta(days=3))
            ),
        }

    def _any(self) -> int:
        return next(self._turn) * 7919

    def _asked(self, **fields: Any) -> Filter:
        return read_filter([(name, str(value)) for name, value in fields.items()])

    def _update(self, minutes: int) -> list[Assignment]:
        one = self._open[minutes % len(self._open)]
        # Another time in each run: a report that came before would be known.
        at = self._end + timedelta(microseconds=time.time_ns() // 1000 % 3_600_000_000)
        report = replace(one, detected_at=self._end, updated_at=at, external_id=None)
        answers = self.store.answers(RULES, [Report(1, "native", report)], site=Site.default())
        return [one for one in answers if isinstance(one, Assignment)]


def measure(
    small: Steps, large: Steps, rounds: int, clock: Callable[[], float]
) -> dict[str, tuple[float, float]]:
    """Return the median milliseconds of each step in both stores, which take turns."""
    taken: dict[str, tuple[list[float], list[float]]] = {}
    pairs = [(name, step, large.steps()[name]) for name, step in small.steps().items()]
    for turn in range(rounds + 2):
        for name, *both in pairs:
            for place, step in enumerate(both):
                begun = clock()
                step()
                if turn > 1:  # the first two fill caches
                    taken.setdefault(name, ([], []))[place].append((clock() - begun) * 1e3)
    return {name: (statistics.median(a), statistics.median(b)) for name, (a, b) in taken.items()}


def plans(steps: Steps) -> Iterator[str]:
    """Yield how the database goes about each statement, by step."""
    store = steps.store
    for name, step in steps.steps().items():
        done: dict[str, Any] = {}

        def note(
            _c: Any, _x: Any, statement: str, values: Any, _y: Any, many: bool, done: Any = done
        ) -> None:
            if statement.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
                done.setdefault(statement, values[0] if many else values)

        event.listen(store.engine, "before_cursor_execute", note)
        step()
        event.remove(store.engine, "before_cursor_execute", note)
        yield f"== {name}"
        for statement, values in done.items():
            if "set_config" in statement or "advisory" in statement:
                continue
            yield f"-- {' '.join(statement.split())[:300]}"
            explain = "EXPLAIN QUERY PLAN" if store.kind == "sqlite" else "EXPLAIN"
            reading = statement.startswith(("SELECT", "WITH"))
            with browsing(store.engine) if reading else store.engine.connect() as connection:
                for row in connection.exec_driver_sql(f"{explain} {statement}", values):
                    yield f"   {row[-1]}"


def table(found: dict[str, dict[str, tuple[float, float]]]) -> str:
    """Return the tables' text: what each step costs in the large store, times what it does in the small."""
    kinds = list(found)
    rows = [
        f"| step | {' | '.join(f'{kind}, × | ms' for kind in kinds)} |",
        f"|---|{'---:|---:|' * len(kinds)}",
    ]
    for name in found[kinds[0]]:
        cells = " | ".join(
            f"{found[kind][name][1] / found[kind][name][0]:.2f} | {found[kind][name][1]:.1f}"
            for kind in kinds
        )
        rows.append(f"| {name} | {cells} |")
    return "\n".join(rows)


@contextmanager
def places(folder: Path, server: str | None, *, keep: bool) -> Iterator[Callable[[int], str]]:
    """Give stores a place: a file in a folder, or a schema of a server that is dropped at the end."""
    if server is None:
        yield lambda size: str(folder / f"growth_{size}.db")
        return
    engine = create_engine(address(server))
    schemas: list[str] = []

    def place(size: int) -> str:
        schemas.append(f"growth_{size}")
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schemas[-1]}"))
        return f"{server}?options=-csearch_path%3D{schemas[-1]}"

    try:
        yield place
    finally:
        with engine.begin() as connection:
            for schema in () if keep else schemas:
                connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        engine.dispose()


def compare(
    folder: Path,
    server: str | None,
    sizes: Iterable[int],
    rounds: int,
    *,
    keep: bool,
    clock: Callable[[], float],
) -> Iterator[Any]:
    """Yield the measures, then the plans."""
    of, opened = templates(), samples()[:40]
    with places(folder, server, keep=keep) as place, ExitStack() as stack:
        measured = []
        for size in sizes:
            begun = time.perf_counter()
            store = stack.enter_context(Store(place(size)))
            if built(store, size // REVISIONS):
                store.upgrade()
            else:
                build(store, of, size // REVISIONS)
            print(f"{store.kind}: {size:,} revisions in {time.perf_counter() - begun:.0f} s", flush=True)
            measured.append(Steps(store, size // REVISIONS, opened))
        small, large = measured
        yield measure(small, large, rounds, clock)
        yield list(plans(large))


def main() -> None:
    """Build, measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs=2, default=[100_000, 1_000_000], help="revisions")
    parser.add_argument("--rounds", type=int, default=30, choices=range(3, 201), metavar="3..200")
    parser.add_argument("--folder", type=Path, help="where files are made; needs about 2 KB a revision")
    parser.add_argument("--keep", action="store_true", help="leave the stores in the folder and the database")
    parser.add_argument("--processor", action="store_true", help="take the processor's time; SQLite alone")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    told = parser.parse_args()
    small, large = sorted(told.sizes)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    shown: dict[str, list[str]] = {}
    servers = {"SQLite": None, "PostgreSQL": None if told.processor else os.environ.get(POSTGRESQL)}
    clock = time.process_time if told.processor else time.perf_counter
    for kind, server in servers.items():
        if kind == "PostgreSQL" and server is None:
            continue
        with ExitStack() as stack:
            folder = told.folder
            if folder is None or not told.keep:
                folder = Path(stack.enter_context(TemporaryDirectory(dir=folder)))
            sizes = small, large
            found[kind], shown[kind] = compare(
                folder, server, sizes, told.rounds, keep=told.keep, clock=clock
            )
    for kind, lines in shown.items():
        print(f"\nPlans, {kind}", *lines, sep="\n")
    note = (
        f"{large:,} stored revisions relative to {small:,}, both with {EVENTS_A_DAY:,} events of {REVISIONS} "
        f"revisions a day; ms{' of the processor' if told.processor else ''}: in the large store. "
        f"Python {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores, medians of {told.rounds} rounds, the stores in turn."
    )
    print(f"\n{table(found)}\n\n{note}")
    above = [f"{kind}: {name}" for kind in found for name, (a, b) in found[kind].items() if b > MOST * a]
    print(f"more than {MOST} times: {', '.join(above) or 'none'}")
    if told.write:
        keep("growth", f"{table(found)}\n\n{note}")


if __name__ == "__main__":
    main()
