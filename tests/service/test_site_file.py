from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adscribe.service.settings import Settings
from tests.service.harness import EVENT, Service

PLAIN = 'filters:\n  LAN: ["10.0.0.0/8"]\ninternal: LAN\n'
SCANNER = (
    PLAIN.replace("internal", '  Scanner: ["10.1.2.3"]\ninternal')
    + "roles:\n  vulnerability_scanner: Scanner\n"
)


def replace(path: Path, text: str) -> None:
    """Replace a file in one step, as deployment tools do."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text(PLAIN)
    return path


@pytest.fixture
def sited(path: Path) -> Iterator[Service]:
    with Service(Settings(model="codebook", site=path, site_poll_seconds=0.05)) as running:
        yield running


def in_use(service: Service) -> str:
    digest: str = service.get("/v1/site").json()["sha256"]
    return digest


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_answers_and_the_site_route_name_the_file(sited: Service) -> None:
    described = sited.get("/v1/site").json()
    assert described["sha256"] == sha256(PLAIN)
    assert described["counts"]["filters"] == 1
    assert "10.0.0.0" not in sited.get("/v1/site").text
    assert sited.classify(EVENT).json()["context"]["site"] == f"sha256:{sha256(PLAIN)}"


def test_a_changed_file_changes_answers_without_a_restart(sited: Service, path: Path) -> None:
    assert sited.classify(EVENT).json()["techniques"]
    replace(path, SCANNER)
    sited.until(lambda: in_use(sited) == sha256(SCANNER))
    assert sited.classify(EVENT).json()["no_category"]["reason"] == "benign"


def test_an_invalid_file_leaves_the_one_before_in_use(
    sited: Service, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(path, PLAIN + "rolls: {}\n")
    sited.until(lambda: sited.get("/health/ready").json()["site"]["error"] is not None)
    ready = sited.get("/health/ready")
    assert ready.status_code == 200
    assert "line 4" in ready.json()["site"]["error"]
    assert in_use(sited) == sha256(PLAIN)
    assert sited.classify(EVENT).status_code == 200
    metrics = sited.get("/metrics").text
    assert "adscribe_site_valid 0.0" in metrics
    assert 'adscribe_site_loads_total{result="invalid"} 1.0' in metrics
    output = capsys.readouterr()
    assert "line 4" in output.out + output.err

    replace(path, SCANNER)
    sited.until(lambda: in_use(sited) == sha256(SCANNER))
    assert sited.get("/health/ready").json()["site"]["error"] is None
    assert "adscribe_site_valid 1.0" in sited.get("/metrics").text


def test_a_deleted_file_leaves_the_site_in_use(sited: Service, path: Path) -> None:
    path.unlink()
    sited.until(lambda: sited.get("/health/ready").json()["site"]["error"] is not None)
    assert in_use(sited) == sha256(PLAIN)
    path.write_text(PLAIN)
    sited.until(lambda: sited.get("/health/ready").json()["site"]["error"] is None)


def test_a_change_that_keeps_the_size_is_seen(sited: Service, path: Path) -> None:
    other = PLAIN.replace("10.0", "11.0")
    before = path.stat()
    path.write_text(other)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    sited.until(lambda: in_use(sited) == sha256(other))


def test_a_request_in_flight_keeps_its_site(sited: Service, path: Path) -> None:
    go_on = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield json.dumps(EVENT).encode()[:10]
        await go_on.wait()
        yield json.dumps(EVENT).encode()[10:]

    async def begin() -> asyncio.Task[object]:
        headers = {"Content-Type": "application/json"}
        return asyncio.create_task(sited.client.post("/v1/classify", content=body(), headers=headers))

    request = sited.run(begin())
    sited.run(asyncio.sleep(0.02))
    replace(path, SCANNER)
    sited.until(lambda: in_use(sited) == sha256(SCANNER))

    async def end() -> object:
        go_on.set()
        return (await request).json()["context"]["site"]

    assert sited.run(end()) == f"sha256:{sha256(PLAIN)}"
