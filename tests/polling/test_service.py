"""From the sensor to a service that keeps events: what is delivered twice is one revision."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.cli.sensor_api import PASSWORD as VARIABLE
from adscribe.event.identity import event_id
from adscribe.sensors import Report, read
from tests.polling.fake_ads import PASSWORD, USER, FakeAds, clock, document
from tests.service.running import free_port

SERVE = "import typer; from adscribe.cli.serve import serve; typer.run(serve)"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[httpx.Client]:
    """A service with a store, known by a client of its own."""
    port = free_port()
    settings = {"ADSCRIBE_TOKEN": "t0ken", "ADSCRIBE_STORE": str(tmp_path / "store.db")}
    headers = {"Authorization": "Bearer t0ken"}
    with (
        subprocess.Popen(
            [sys.executable, "-c", SERVE, "--port", str(port)],
            env={**os.environ, **settings},
            stderr=subprocess.DEVNULL,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client,
    ):
        try:
            deadline = time.monotonic() + 300
            while not is_ready(client):
                assert process.poll() is None
                assert time.monotonic() < deadline, "the service did not start"
                time.sleep(0.05)
            yield client
        finally:
            process.terminate()


def is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def test_updates_become_revisions_and_repeats_do_not(
    ads: FakeAds, service: httpx.Client, tmp_path: Path
) -> None:
    def poll(state: str) -> str:
        result = CliRunner(env={VARIABLE: PASSWORD, "ADSCRIBE_TOKEN": "t0ken"}).invoke(
            app,
            [
                *("poll", "--url", ads.url, "--user", USER, "--to", str(service.base_url)),
                *("--once", "--state", str(tmp_path / state)),
            ],
        )
        assert result.exit_code == 0, result.output
        return result.stderr

    ads.events = [document(number, 60 - number, source={"ip": f"10.1.2.{number}"}) for number in range(1, 11)]
    assert "10 delivered" in poll("state")
    ads.events[3] = document(
        4, 56, source={"ip": "10.1.2.4"}, targets=[{"ip": "10.1.9.2"}], lastUpdate=clock(1)
    )
    assert "1 delivered" in poll("state")
    # The state is lost: all is delivered again, and known there.
    assert "10 delivered" in poll("another state")

    (first,) = read([document(4, 56, source={"ip": "10.1.2.4"})])
    assert isinstance(first, Report)
    kept = service.get(f"/v1/events/{event_id(first.event)}").json()
    assert [revision["cause"] for revision in kept["revisions"]] == ["report", "update"]
    assert {target["ip"] for target in kept["event"]["targets"]} == {"10.1.9.1", "10.1.9.2"}
