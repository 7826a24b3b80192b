"""The pages of the site file as a reader finds them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from adscribe.service.settings import Settings
from adscribe.site import Site
from tests.pages.reading import Page
from tests.service.harness import Service
from tests.shared import ROOT

DEMO = ROOT / "datasets" / "samples" / "demo"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TEXT = """# written by hand
filters:
  LAN: ["10.40.0.0/16"]  # all of it
  '<b>"Odd"</b>': ["10.40.9.0/24"]
internal: LAN
allowed:
  - {method: SCANS, source: '<b>"Odd"</b>', until: 2020-01-01, note: '<script>alert(1)</script>'}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "site.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, file: Path) -> Iterator[Service]:
    """A service with the events of the demonstration and a site file that says little."""
    store = tmp_path_factory.mktemp("site") / "adscribe.db"
    with Service(Settings(model="codebook", store=str(store), site=file)) as running:
        for path in sorted(DEMO.glob("events.*")):
            headers = {"Content-Type": "application/x-ndjson"}
            running.request("POST", "/v1/events", content=path.read_bytes(), headers=headers)
        yield running


def page(service: Service, path: str, status: int = 200) -> Page:
    response = service.get(path)
    assert response.status_code == status, response.text
    return Page(response.text)


def post(service: Service, path: str, *fields: tuple[str, str], status: int = 200) -> Page:
    response = service.request("POST", path, content=urlencode(fields), headers=FORM)
    assert response.status_code == status, response.text
    return Page(response.text)


def test_the_file_is_shown_as_it_is_understood(stocked: Service) -> None:
    found = page(stocked, "/site")
    assert "10.40.0.0/16" in found.text
    assert "monitored network" in found.text
    # Its texts show as texts.
    assert '<b>"Odd"</b>' in found.text
    assert "<script>alert(1)</script>" in found.text
    assert "expired" in found.text


def test_an_address_is_told_with_what_it_rests_on(stocked: Service) -> None:
    found = page(stocked, "/site?address=10.40.9.7")
    assert "10.40.9.7 is inside" in found.text
    assert "10.40.9.0/24" in found.text
    assert "as source" in found.text
    assert "/v1/site/address/10.40.9.7" in found.links
    assert "is outside" in page(stocked, "/site?address=203.0.113.1").text
    assert "That is no address" in page(stocked, "/site?address=<b>", 422).text
    page(stocked, "/site?colour=red", 422)


def test_gaps_are_those_of_the_api(stocked: Service) -> None:
    found = page(stocked, "/site/gaps")
    for gap in stocked.get("/v1/site/gaps").json()["gaps"][:20]:
        assert gap["cost"] in found.text
    assert "Method: SCANS" in page(stocked, "/site/gaps?method=SCANS").text
    page(stocked, "/site/gaps?colour=red", 422)


def test_what_is_picked_is_added_to_the_file_in_use(stocked: Service, file: Path) -> None:
    found = page(stocked, "/site/suggestions")
    picks = [value for value in found.fields["pick"] if value.split(" ")[1]]
    assert picks
    assert "DNS server" in found.text
    fields = [("pick", value) for value in picks]
    response = stocked.request(
        "POST", "/site/suggestions", content=urlencode([*fields, ("as", "file")]), headers=FORM
    )
    assert response.headers["content-disposition"] == 'attachment; filename="site.yaml"'
    new, old = Site.parse(response.text), Site.parse(TEXT)
    assert response.text.startswith("# written by hand")
    for value in picks:
        _, role, pattern = value.split(" ")
        assert role in new.roles(pattern)
        assert role not in old.roles(pattern)
    assert [str(entry) for entry in new.content.allowed] == [str(entry) for entry in old.content.allowed]
    # The same shows on a page, checked; the file in use stays as it is.
    shown = post(stocked, "/site/suggestions", *fields, ("as", "page"))
    assert "It can be used" in shown.text
    assert response.text.strip() in shown.text
    assert file.read_text() == TEXT


@pytest.mark.parametrize(
    "picked",
    ["", "LAN", "LAN  nowhere", "X emperor 10.0.0.1", 'A"\nroles: web_server 10.0.0.1', "x" * 5000],
    ids=["none", "half", "nowhere", "role", "lines", "long"],
)
def test_what_the_page_does_not_offer_can_not_be_picked(stocked: Service, picked: str) -> None:
    post(stocked, "/site/suggestions", ("pick", picked), ("as", "file"), status=422)


def test_a_file_is_checked_with_its_lines(stocked: Service) -> None:
    wrong = post(stocked, "/site/check", ("text", TEXT.replace("internal: LAN", "internal: <i>")))
    assert "It can’t be used: 1 problem" in wrong.text
    assert "Line 5" in wrong.text
    assert "internal: <i>" in wrong.text
    right = post(stocked, "/site/check", ("text", TEXT.replace("\n", "\r\n")))
    assert "It can be used" in right.text
    assert "What it leaves open" in right.text
    assert "It can’t be used" in post(stocked, "/site/check", ("text", "")).text


def test_a_dry_run_then_answering_again(stocked: Service) -> None:
    page(stocked, "/site/reassess")
    job = begin(stocked, ("since", "2026-11-01T00:00"), ("do", "try"))
    assert "would change" in job.text
    kept = stocked.get("/v1/reassess").json()["jobs"][0]
    assert kept["asked"]["dry_run"]
    # From there the same is done in earnest.
    again = [(name, value) for name, values in job.fields.items() for value in values if name == "since"]
    assert "Done" in begin(stocked, *again, ("do", "answer")).text
    kept = stocked.get("/v1/reassess").json()["jobs"][0]
    assert not kept["asked"].get("dry_run")
    assert kept["asked"]["filter"]["since"] == "2026-11-01T00:00:00Z"


def begin(service: Service, *fields: tuple[str, str]) -> Page:
    """Begin a job as its form does, and return its page once it has ended."""
    response = service.request("POST", "/site/reassess", content=urlencode(fields), headers=FORM)
    assert response.status_code == 303, response.text
    path = response.headers["location"]
    service.until(lambda: service.get(f"/v1{path.removeprefix('/site')}").json()["status"] != "running")
    return page(service, path)


@pytest.mark.parametrize("field", [("since", ""), ("since", "now"), ("risk", "2"), ("source", "nobody")])
def test_a_job_that_can_not_be_is_told(stocked: Service, field: tuple[str, str]) -> None:
    fields = {"since": "2026-11-01T00:00", "do": "try"} | dict([field])
    post(stocked, "/site/reassess", *fields.items(), status=422)


def test_a_job_is_cancelled_or_not_there(stocked: Service) -> None:
    page(stocked, "/site/reassess/0123456789abcdef", 404)
    page(stocked, "/site/reassess/nothing", 404)
    post(stocked, "/site/reassess/0123456789abcdef/cancel", status=404)


def test_without_a_file_and_without_events() -> None:
    with Service(Settings(model="codebook")) as running:
        assert "No site file" in page(running, "/site").text
        assert "no events" in page(running, "/site/gaps").text
        assert "there are none" in page(running, "/site/suggestions").text
        # A file of its own is made of what is picked.
        picked = urlencode(
            [("pick", "LAN  10.40.0.0/16"), ("pick", "Dns dns_server 10.40.1.1"), ("as", "file")]
        )
        text = running.request("POST", "/site/suggestions", content=picked, headers=FORM).text
    made = Site.parse(text)
    assert made.roles("10.40.1.1") == {"dns_server"}
    assert made.is_internal("10.40.77.1")


def test_the_site_is_behind_the_sign_in(file: Path) -> None:
    with Service(Settings(model="codebook", site=file, token="s" * 32), wait=False) as running:
        for path in ("/site", "/site/gaps", "/site/suggestions", "/v1/site/address/10.40.9.7"):
            assert running.get(path).status_code == 401
            browser = running.get(path, headers={"Accept": "text/html"})
            assert browser.status_code == 303
            assert browser.headers["location"].startswith("/login?")
