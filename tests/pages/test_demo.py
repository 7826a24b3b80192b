"""The simulated day on the pages: it says what it is, leads around, and goes when it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adscribe.service.settings import Settings
from tests.service.harness import Service

SAYS = "Example data:"
TOUR = "from a lure after lunch"


@pytest.fixture
def shown() -> Iterator[Service]:
    with Service(Settings(demo=True)) as service:
        service.until(lambda: bool(service.get("/v1/events").json()["events"]))
        yield service


@pytest.mark.parametrize("path", ["/events", "/matrix", "/hosts", "/review", "/model", "/site"])
def test_every_page_says_that_it_shows_an_example(shown: Service, path: str) -> None:
    page = shown.get(path).text
    assert SAYS in page
    assert (TOUR in page) == (path == "/events")


def test_the_tour_is_hidden_and_shown_again(shown: Service) -> None:
    hidden = shown.request("POST", "/tour", data={"tour": "hide", "back": "/events"}, follow_redirects=True)
    assert SAYS in hidden.text
    assert TOUR not in hidden.text
    again = shown.request("POST", "/tour", data={"tour": "show", "back": "/events"}, follow_redirects=True)
    assert TOUR in again.text


def test_it_goes_when_it_is_told_to(shown: Service) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    page = shown.request("POST", "/demo/end", headers=form, follow_redirects=True).text
    assert SAYS not in page
    assert shown.get("/v1/events").json()["events"] == []


def test_the_site_is_said_to_be_the_examples(shown: Service) -> None:
    page = shown.get("/site").text
    assert "The example’s file" in page
    assert "No site file" not in page
