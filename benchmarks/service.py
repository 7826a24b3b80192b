"""Requests a second of POST /v1/classify against those of an endpoint that does nothing.

Run by hand: ``python benchmarks/service.py --write`` puts the table into benchmarks/README.md. Both
servers run at once, one worker each, and are asked in turn, so that what else the machine does
falls on both. The client is a process of its own and shares the machine with them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvloop
from reporting import keep

CONNECTIONS = 8
LINES = 1000

SERVICE = "import typer; from adscribe.cli.serve import serve; typer.run(serve)"
EMPTY = """
import sys
from fastapi import FastAPI, Response
from granian.constants import HTTPModes, Interfaces, Loops
from granian.server import Server

async def empty() -> Response:
    return Response()

def load() -> FastAPI:
    app = FastAPI(openapi_url=None)
    app.get("/")(empty)
    return app

Server("empty", port=int(sys.argv[2]), interface=Interfaces.ASGI, loop=Loops.uvloop, http=HTTPModes.http1,
       websockets=False, log_enabled=False).serve(target_loader=load, wrap_loader=False)
"""


def events(count: int) -> Iterator[bytes]:
    """Return events of several methods, no two of the same host."""
    chance = random.Random(1)
    for number in range(count):
        inside = f"10.{chance.randrange(256)}.{number // 250 % 256}.{number % 250 + 1}"
        outside = f"203.0.113.{chance.randrange(1, 255)}"
        shared = {"source": {"ip": inside}, "detected_at": "2026-11-03T15:12:10Z"}
        kinds = (
            {"method": "SCANS", "submethod": "TCPSYN", "targets": [inside, outside], "target_count": 40},
            {"method": "UPLOAD", "submethod": "General", "targets": [outside], "ports": [443]},
            {"method": "SSHDICT", "submethod": "General", "targets": [outside], "success": False},
            {"method": "DNSQUERY", "submethod": "QueriesCount", "targets": [inside], "ports": [53]},
        )
        yield json.dumps({**shared, **kinds[number % len(kinds)]}).encode()


def post(body: bytes, kind: str, query: str = "") -> bytes:
    """Return the request as it goes over the wire."""
    head = (
        f"POST /v1/classify{query} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    )
    return f"{head}\r\n\r\n".encode() + body


@contextmanager
def serving(code: str, path: str) -> Iterator[int]:
    """Run a server on a free port until it isn't needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", code, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait(port, path)
        yield port
    finally:
        process.terminate()
        process.wait(20)


class Connection(asyncio.Protocol):
    """Asks over one connection, the next when the last is answered, until a time."""

    def __init__(self, requests: Sequence[bytes], until: float) -> None:
        self.requests = requests
        self.until = until
        self.answers = 0
        self.status = 0
        self.missing = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.requests[0])

    def data_received(self, data: bytes) -> None:
        """Count what is missing of the answer, and ask again when nothing is."""
        if self.missing:
            self.missing -= len(data)
        else:
            # The head of an answer is far smaller than what comes at once.
            head, _, begun = data.partition(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            self.status = max(self.status, int(head[9:12]))
            self.missing = (int(length[1]) if length else 0) - len(begun)
        if self.missing <= 0:
            self.answers += 1
            if time.perf_counter() < self.until:
                self.transport.write(self.requests[self.answers % len(self.requests)])
            else:
                self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say that it is over."""
        if not self.done.done():
            self.done.set_result(None)


async def ask(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> float:
    """Return answers a second over several connections; fail if one is not 200."""
    start = time.perf_counter()
    loop = asyncio.get_running_loop()
    asking = []
    async with asyncio.timeout(seconds + 30):
        for number in range(connections):
            make = partial(Connection, requests[number::connections] or requests, start + seconds)
            asking.append((await loop.create_connection(make, "127.0.0.1", port))[1])
        await asyncio.gather(*(connection.done for connection in asking))
    if any(connection.status != 200 for connection in asking):
        raise ConnectionError("not answered with status 200")
    return sum(connection.answers for connection in asking) / (time.perf_counter() - start)


def wait(port: int, path: str) -> None:
    """Wait until a server answers 200, at most a minute."""
    for _ in range(1200):
        try:
            uvloop.run(ask(port, [f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()], 0.0, 1))
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server does not answer")


def measure(rounds: int, seconds: float) -> dict[str, float]:
    """Return the median requests a second of each kind of request."""
    single = list(events(800))
    lines = b"\n".join(events(LINES))
    with serving(EMPTY, "/") as empty, serving(SERVICE, "/health/ready") as service:
        asked = {
            "empty endpoint": (empty, [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]),
            "one event": (service, [post(one, "application/json") for one in single]),
            "one event, `explain=false`": (
                service,
                [post(one, "application/json", "?explain=false") for one in single],
            ),
            f"{LINES:,} lines": (service, [post(lines, "application/x-ndjson")]),
        }
        rates: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(rounds):
            for name, (port, requests) in asked.items():
                rates[name].append(uvloop.run(ask(port, requests, seconds, CONNECTIONS)))
    return {name: statistics.median(found) for name, found in rates.items()}


def table(rates: dict[str, float]) -> str:
    """Return the figures as a table."""
    base = rates["empty endpoint"]
    rows = [
        "| a request | requests/s | relative to empty | events/s |",
        "|---|---:|---:|---:|",
    ]
    for name, found in rates.items():
        count = LINES if "lines" in name else 0 if "empty" in name else 1
        rows.append(
            f"| {name} | {found:,.0f} | {found / base:.3f} | {f'{found * count:,.0f}' if count else ''} |"
            if found >= 10
            else f"| {name} | {found:.1f} | {found / base:.4f} | {found * count:,.0f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure, print and, if asked, keep the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, choices=range(1, 21))
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement, at most 30")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    asked = parser.parse_args()
    found = table(measure(asked.rounds, min(asked.seconds, 30.0)))
    machine = (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" {CONNECTIONS} connections, medians of {asked.rounds} rounds."
    )
    print(f"{found}\n\n{machine}")
    if asked.write:
        keep("http", f"{found}\n\n{machine}")


if __name__ == "__main__":
    main()
