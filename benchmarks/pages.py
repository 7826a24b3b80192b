"""How long a browser waits for a page of a large store.

Run by hand: ``python benchmarks/pages.py`` fills a SQLite file with a million events, serves it, and asks for
each page in turn. ``--events 100000`` takes another size, ``--store FILE`` keeps the file, ``--write`` puts
the table into benchmarks/README.md.

The events are those of benchmarks/growth.py, with one revision each: no page of a list reads revisions.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import growth
from reporting import keep

from adscribe.store import Store
from service import SERVICE, serving, wait

TABLE_END = b"</tbody>"

PAGES = {
    "events, the latest": "/events",
    "events with a tactic": "/events?tactic=command-and-control",
    "events of a host": f"/events?source={quote('10.0.3.7')}",
    "events by severity": "/events?sort=severity",
    "one event": "/events/{id}",
    "matrix": "/matrix",
    "hosts": "/hosts",
}


def asked(port: int, path: str) -> tuple[float, float]:
    """Return the milliseconds until the table of a page is there, and until all of it is."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    start = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    table, content = None, b""
    while chunk := response.read1(1 << 16):
        content += chunk
        if table is None and TABLE_END in content:
            table = time.perf_counter() - start
    whole = time.perf_counter() - start
    connection.close()
    if response.status != 200:
        raise SystemExit(f"{path}: {response.status}")
    return (whole if table is None else table) * 1000, whole * 1000


def measure(port: int, event_id: str, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the times of each page, asked in turn after a first time that isn't counted."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in PAGES}
    for number in range(rounds + 1):
        for name, path in PAGES.items():
            times = asked(port, path.replace("{id}", event_id))
            if number:
                taken[name].append(times)
    return taken


def table(found: dict[str, list[tuple[float, float]]]) -> str:
    """Return the times as a table: medians, and beside them the fastest, which others slowed least."""
    lines = [
        "| ms until | the table is there | fastest | the page is whole | fastest |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, times in found.items():
        cells = [f"{one(each):,.0f}" for each in zip(*times, strict=True) for one in (statistics.median, min)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Fill, serve, ask, print and, if wanted, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--store", type=Path, help="a file that is filled, or was; needs about 3 KB an event")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    told = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = told.store or Path(folder) / "adscribe.db"
        with Store(path) as store:
            if not growth.built(store, told.events):
                growth.REVISIONS = 1
                growth.build(store, growth.templates(), told.events)
        os.environ |= {"ADSCRIBE_STORE": str(path), "ADSCRIBE_KEEP_DAYS": "0", "ADSCRIBE_KEEP_EVENTS": "0"}
        with serving(SERVICE, "/health/ready") as port:
            wait(port, "/health/ready")
            found = measure(port, f"{told.events:016x}", told.rounds)
    note = (
        f"{told.events:,} events in SQLite, one worker; a page of 100 events, of which the counts come after "
        f"the table. Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, "
        f"medians and the fastest of {told.rounds} rounds."
    )
    print(f"{table(found)}\n\n{note}")
    if told.write:
        keep("pages", f"{table(found)}\n\n{note}")


if __name__ == "__main__":
    main()
