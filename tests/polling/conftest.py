from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.polling.fake_ads import FakeAds


@pytest.fixture
def ads() -> Iterator[FakeAds]:
    with FakeAds() as running:
        yield running
