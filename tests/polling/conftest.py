from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.polling.fake_ads import FakeAds, start_clock


@pytest.fixture
def ads() -> Iterator[FakeAds]:
    start_clock()
    with FakeAds() as running:
        yield running
