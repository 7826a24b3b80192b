"""The real server on a free loopback port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from adscribe.site import Site
from tests.service.harness import OUTSIDE

SITE = 'filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\n'
START = "import typer; from adscribe.cli.serve import serve; typer.run(serve)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds, at most twenty seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None, process.stderr and process.stderr.read()
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come true")


class Running:
    """A server process with its client."""

    def __init__(self, path: Path, workers: int) -> None:
        port = free_port()
        self.path = path
        environment = {
            **os.environ,
            "ADSCRIBE_SITE": str(path),
            "ADSCRIBE_SITE_POLL_SECONDS": "0.1",
            "ADSCRIBE_BODY_BYTES": "100000",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, "--port", str(port), "--workers", str(workers)],
            env=environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)

    def site(self) -> str:
        digest: str = self.client.get("/v1/site").json()["sha256"]
        return digest


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def running(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    server = Running(path, request.param)
    try:
        until(lambda: server.client.get("/health/ready").status_code == 200, server.process)
        yield server
    finally:
        server.client.close()
        if server.process.poll() is None:
            os.killpg(server.process.pid, signal.SIGKILL)
        server.process.communicate()


def test_it_answers_follows_its_site_file_and_ends_cleanly(running: Running) -> None:
    client = running.client
    answer = client.post("/v1/classify", json=OUTSIDE).json()
    assert answer["techniques"][0]["id"] == "T1595.001"
    assert answer["model"]["name"] == "adscribe"
    assert answer["context"]["site"] == f"sha256:{Site.load(running.path).sha256}"

    changed = SITE + 'data_feeds:\n  "1": {name: Uplink, position: perimeter}\n'
    fresh = running.path.with_suffix(".new")
    fresh.write_text(changed)
    fresh.replace(running.path)
    digest = Site.load(running.path).sha256
    until(lambda: all(running.site() == digest for _ in range(8)), running.process)

    large = client.post("/v1/classify", content=b"x" * 200_000, headers={"Content-Type": "text/plain"})
    assert large.status_code == 413
    # Whichever worker answers, the counts are those of all.
    counts = [
        line for line in client.get("/metrics").text.splitlines() if line.startswith("adscribe_events_total{")
    ]
    assert counts == ['adscribe_events_total{method="SCANS",outcome="category"} 1.0']

    running.process.send_signal(signal.SIGTERM)
    output, log = running.process.communicate(timeout=20)
    assert running.process.returncode == 0
    assert output == ""
    entries = [json.loads(line) for line in log.splitlines()]
    assert ("/v1/classify", 200) in {(entry.get("route"), entry.get("status")) for entry in entries}
    assert "203.0.113.7" not in log
