"""The real server on a free loopback port."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from adscribe.site import Site
from tests.service.harness import OUTSIDE
from tests.service.running import Running, command, free_port

SITE = 'filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(SITE)
    return path


@pytest.fixture(params=["1", "2"], ids=["one worker", "two workers"])
def running(request: pytest.FixtureRequest, path: Path, tmp_path: Path) -> Iterator[Running]:
    settings = {
        "ADSCRIBE_SITE": str(path),
        "ADSCRIBE_SITE_POLL_SECONDS": "0.1",
        "ADSCRIBE_BODY_BYTES": "100000",
    }
    with Running(tmp_path / "log", "--workers", request.param, **settings) as server:
        yield server


def test_it_answers_follows_its_site_file_and_ends_cleanly(running: Running, path: Path) -> None:
    client = running.client
    answer = client.post("/v1/classify", json=OUTSIDE).json()
    assert answer["techniques"][0]["id"] == "T1595.001"
    assert answer["model"]["name"] == "adscribe"
    assert answer["context"]["site"] == f"sha256:{Site.load(path).sha256}"

    changed = SITE + 'data_feeds:\n  "1": {name: Uplink, position: perimeter}\n'
    fresh = path.with_suffix(".new")
    fresh.write_text(changed)
    fresh.replace(path)
    digest = Site.load(path).sha256
    running.until(lambda: all(client.get("/v1/site").json()["sha256"] == digest for _ in range(8)))

    large = client.post("/v1/classify", content=b"x" * 200_000, headers={"Content-Type": "text/plain"})
    assert large.status_code == 413
    # Whichever worker answers, the counts are those of all.
    counts = [
        line for line in client.get("/metrics").text.splitlines() if line.startswith("adscribe_events_total{")
    ]
    assert counts == ['adscribe_events_total{method="SCANS",outcome="category"} 1.0']

    # Every line is an entry: nothing else writes there.
    entries = running.stop()
    assert ("/v1/classify", 200) in {(entry.get("route"), entry.get("status")) for entry in entries}
    assert "203.0.113.7" not in running.log.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--risk", "0.03"], "makes no promise for the risk 0.03 (it does for: 0.01"),
        (["--model", "codebook", "--risk", "0.1"], "codebook promises no error rate"),
    ],
)
def test_what_only_a_worker_finds_out_ends_the_start_as_well(arguments: list[str], told: str) -> None:
    asked = command("--port", str(free_port()), *arguments)
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert told in found.stderr
