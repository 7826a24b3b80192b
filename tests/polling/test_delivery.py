"""Events arrive at a service, at least once, whatever it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from adscribe.errors import ApiError
from adscribe.polling.delivery import Service, address
from adscribe.polling.server import Patience, Server
from tests.polling.fake_ads import Reply
from tests.polling.fake_service import FakeService

LINES = [b'{"method":"SCANS","external_id":"%d"}' % number for number in range(10)]
SAID: list[str] = []


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService() as running:
        yield running


def deliver(service: FakeService, lines: list[bytes], *, token: str | None = "t", tries: int = 4) -> int:
    async def pause(_: float) -> None:
        """Don't wait."""

    async def work() -> int:
        base, path = address(service.url)
        async with Server("the service", base) as server:
            return await Service(server, path, token, Patience(SAID.append, tries, pause)).deliver(lines)

    return asyncio.run(work())


def test_events_go_in_their_order_with_the_token(service: FakeService) -> None:
    assert deliver(service, LINES) == 0
    assert service.ids == [str(number) for number in range(10)]
    assert (service.paths, service.tokens) == (["/v1/events?format=native"], ["Bearer t"])
    deliver(service, LINES, token=None)
    assert service.tokens[-1] is None


def test_too_many_go_in_parts_in_order(service: FakeService) -> None:
    service.most = 3
    assert deliver(service, LINES) == 0
    assert service.ids == [str(number) for number in range(10)]
    service.most = 0
    # One that the service doesn't take alone costs itself.
    assert deliver(service, LINES[:2]) == 2


def test_events_that_the_service_cannot_read_are_counted(service: FakeService) -> None:
    assert deliver(service, [*LINES, b'{"method":"REFUSED","external_id":"x"}']) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503),
        Reply(429),
        Reply(200, b"<html>\n" * 10, {"Content-Type": "text/html"}),
        Reply(200, b"{}\n" * 9, {"Content-Type": "application/x-ndjson"}),
    ],
    ids=["busy", "too often", "a page", "an answer too few"],
)
def test_what_may_not_have_arrived_is_sent_again(service: FakeService, reply: Reply) -> None:
    service.replies += [reply, reply]
    assert deliver(service, LINES) == 0
    assert len(service.bodies) == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(401), "refuses the token"),
        (Reply(404), "answers 404 to /v1/events"),
        (Reply(307, headers={"Location": "http://127.0.0.1:1/"}), "redirects"),
        (Reply(422), "answers 422"),
    ],
)
def test_what_sending_again_does_not_help_is_said(service: FakeService, reply: Reply, message: str) -> None:
    service.replies.append(reply)
    with pytest.raises(ApiError, match=message):
        deliver(service, LINES)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("http://127.0.0.1:8000", ("http://127.0.0.1:8000", "/v1/events")),
        ("http://127.0.0.1:8000/", ("http://127.0.0.1:8000", "/v1/events")),
        ("https://siem.example/adscribe/v1/events", ("https://siem.example", "/adscribe/v1/events")),
    ],
)
def test_an_address_can_name_the_path(url: str, parts: tuple[str, str]) -> None:
    assert address(url) == parts
