from __future__ import annotations

from collections.abc import Iterator

import pytest

from adscribe.service.settings import Settings
from tests.service.harness import Service
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service with the settings that it has by default."""
    with Service() as running:
        yield running


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that keeps the example events; what a test adds to them goes with its module."""
    store = tmp_path_factory.mktemp("stocked") / "adscribe.db"
    settings = Settings(model="codebook", store=str(store), site=DEMO / "site.yaml")
    with Service(settings) as running:
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            answer = running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
            assert answer.status_code == 200
        yield running
