"""Requests a second of POST /v1/events against those of POST /v1/classify with the same bodies.

Run by hand: ``python benchmarks/store.py --write`` puts the table into benchmarks/README.md;
``tests/store/postgresql.sh python benchmarks/store.py`` measures PostgreSQL as well. The servers run at once,
one worker each, and are asked in turn. Every request but those that come again holds events of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop
from reporting import keep

from service import CONNECTIONS, SERVICE, ask, events, serving

LINES = 100
BODIES = 8
SINGLE = 1_500
START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=2)  # longer than the timeout: another event

POSTGRESQL = "ADSCRIBE_TEST_POSTGRESQL"


def at(body: bytes, moment: datetime) -> bytes:
    """Return an event as it would be detected at another time."""
    return json.dumps({**json.loads(body), "detected_at": moment.isoformat()}).encode()


def post(path: str, body: bytes, kind: str = "application/json") -> bytes:
    """Return the request as it goes over the wire."""
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


def asked(path: str, clock: Iterator[int]) -> dict[str, list[bytes]]:
    """Return the requests of a round, by what they ask for; later rounds ask of later times."""
    single = list(events(SINGLE))
    lines = list(events(LINES))
    moment = START + STEP * next(clock)
    new = [post(path, at(one, moment)) for one in single]
    update = [post(path, at(one, moment + timedelta(minutes=20))) for one in single]
    bodies = [
        b"\n".join(at(one, START + STEP * moved) for one in lines)
        for moved in (next(clock) for _ in range(BODIES))
    ]
    return {
        "a new event": new,
        "an update": update,
        "the same report again": update,
        f"{LINES} lines": [post(path, body, "application/x-ndjson") for body in bodies],
    }


def measure(stores: dict[str, str], rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Return the median requests a second, by what is asked for and by store."""
    found: dict[str, dict[str, list[float]]] = {}
    # The classifying half of a server needs no store of its own: the first server's is asked.
    paths = {"classify": "/v1/classify", **dict.fromkeys(stores, "/v1/events")}
    clocks = {name: count() for name in paths}
    with ExitStack() as stack:
        ports = {}
        for name, store in stores.items():
            os.environ["ADSCRIBE_STORE"] = store
            ports[name] = stack.enter_context(serving(SERVICE, "/health/ready"))
        ports["classify"] = next(iter(ports.values()))
        for _ in range(rounds):
            requests = {name: asked(path, clocks[name]) for name, path in paths.items()}
            for kind in requests["classify"]:
                for name in paths:
                    # Of long bodies as many at a time as there are threads for them.
                    at_a_time = 2 if "lines" in kind else CONNECTIONS
                    rate = uvloop.run(ask(ports[name], requests[name][kind], seconds, at_a_time))
                    found.setdefault(kind, {}).setdefault(name, []).append(rate)
    return {
        kind: {name: statistics.median(rates) for name, rates in rates_of.items()}
        for kind, rates_of in found.items()
    }


def table(found: dict[str, dict[str, float]]) -> str:
    """Return what keeping takes, relative to answering."""
    stores = [name for name in next(iter(found.values())) if name != "classify"]
    rows = [
        f"| a request | `/v1/classify` | {' | '.join(f'kept in {name}' for name in stores)} |",
        f"|---|---:|{'---:|' * len(stores)}",
    ]
    for kind, rates in found.items():
        ratios = " | ".join(f"{rates[name] / rates['classify']:.2f}" for name in stores)
        rows.append(f"| {kind} | 1.00 | {ratios} |")
    return "\n".join(rows)


def main() -> None:
    """Measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, 21))
    parser.add_argument("--seconds", type=float, default=1.0, help="of each measurement, at most 10")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    told = parser.parse_args()
    with TemporaryDirectory() as folder:
        stores = {"SQLite": str(Path(folder) / "store.db")}
        if POSTGRESQL in os.environ:
            stores["PostgreSQL"] = os.environ[POSTGRESQL]
        shown = table(measure(stores, told.rounds, min(told.seconds, 10.0)))
    machine = (
        f"Requests a second relative to those of `/v1/classify`. Python {platform.python_version()}, "
        f"{platform.machine()}, {os.cpu_count()} cores, {CONNECTIONS} connections, "
        f"medians of {told.rounds} rounds."
    )
    print(f"{shown}\n\n{machine}")
    if told.write:
        keep("store", f"{shown}\n\n{machine}")


if __name__ == "__main__":
    main()
