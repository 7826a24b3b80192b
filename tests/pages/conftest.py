from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.harness import Service


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A service with the settings that it has by default."""
    with Service() as running:
        yield running
