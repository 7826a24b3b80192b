"""`adscribe site import`, as its user runs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.cli.sensor_api import PASSWORD as VARIABLE
from adscribe.errors import AdscribeError
from adscribe.site import Site
from tests.polling.fake_ads import PASSWORD, USER, FakeAds

FILTERS = [{"id": 1, "name": "LAN", "patterns": [{"pattern": "10.0.0.0/8"}]}]
ASSETS = "address,host name,roles\n10.1.0.53,ns1,dns_server\n"
USERS = '# mine\nfilters:\n  LAN: ["10.0.0.0/8"]  # all of it\ninternal: LAN\n'


def run(*arguments: str | Path) -> tuple[int, str, str]:
    runner = CliRunner(env={VARIABLE: PASSWORD})
    result = runner.invoke(app, ["site", *map(str, arguments)])
    if isinstance(result.exception, AdscribeError):
        return 2, result.stdout, f"{result.stderr}{result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def ads() -> Iterator[FakeAds]:
    with FakeAds() as running:
        running.settings = {
            "/rest/ads/filters": FILTERS,
            "/rest/ads/method-instances": [{"id": 1, "name": "Default", "method": "SCANS", "filter": 1}],
            "/rest/ads/false-positives": [{"id": 1, "method": "TOR", "source": "LAN"}],
        }
        yield running


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    path = tmp_path / "assets.csv"
    path.write_text(ASSETS)
    return path


def test_from_the_sensor_and_assets_into_a_new_file(ads: FakeAds, assets: Path, tmp_path: Path) -> None:
    out = tmp_path / "site.yaml"
    status, stdout, told = run(
        *("import", "--url", ads.url, "--user", USER, "--assets", assets, "--internal", "LAN", "-o", out)
    )
    assert (status, stdout) == (0, "")
    assert "assigned filter of SCANS: LAN" in told
    assert PASSWORD not in told
    site = Site.load(out)
    assert site.roles("10.1.0.53") == {"dns_server"}
    assert site.content.internal_name == "LAN"
    assert "from the sensor's settings and assets" in out.read_text().splitlines()[0]
    assert run("check", out)[0] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"assets.csv", "site.yaml"}


def test_nothing_is_written_over_unless_asked(assets: Path, tmp_path: Path) -> None:
    out = tmp_path / "site.yaml"
    out.write_text(USERS)
    status, _, told = run("import", "--assets", assets, "--into", out, "-o", out)
    assert (status, out.read_text()) == (2, USERS)
    assert "--force writes over it" in told
    assert run("import", "--assets", assets, "--into", out, "-o", out, "--force")[0] == 0
    assert out.read_text().startswith(USERS.partition("internal")[0])
    assert Site.load(out).roles("10.1.0.53") == {"dns_server"}


def test_lines_end_as_they_did(assets: Path, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.yaml", tmp_path / "site.yaml"
    mine.write_bytes(USERS.replace("\n", "\r\n").encode())
    assert run("import", "--assets", assets, "--into", mine, "-o", out)[0] == 0
    text = out.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > USERS.count("\n")
    assert Site.load(out).roles("10.1.0.53") == {"dns_server"}


def test_what_could_not_be_translated_is_told_and_shows_in_the_status(tmp_path: Path) -> None:
    saved = tmp_path / "filters.json"
    saved.write_text(json.dumps([*FILTERS, {"id": 2, "name": "Odd", "patterns": ["10.0.0.1/8"]}]))
    status, out, told = run("import", "--from", saved, "-o", "-")
    assert status == 3
    assert "Not translated\n  filter Odd, pattern 1: a network with host bits set" in told
    assert "For you to say\n  internal: no filter was named" in told
    assert "# - filter Odd, pattern 1: " in out
    assert Site.parse(out).filters_of("10.1.2.3") == ("private_addresses", "LAN")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "-"), "say what to read"),
        (("--url", "https://a.example", "--from", "x", "-o", "-"), "give one"),
        (("--url", "https://a.example", "-o", "-"), "--url and --user"),
        (("--from", "absent.json", "-o", "-"), "it isn't known which settings"),
        (("--assets", "ASSETS", "--internal", "LAN", "-o", "-"), "no filter 'LAN' to be internal"),
        (("--assets", "ASSETS", "--timezone", "Prague", "-o", "-"), "unknown time zone"),
        (("--assets", "ASSETS", "--into", "absent.yaml", "-o", "-"), "can't be read"),
        (("--assets", "ASSETS", "-o", "absent/site.yaml"), "can't be written"),
    ],
)
def test_wrong_usage_is_told(assets: Path, arguments: tuple[str, ...], message: str) -> None:
    status, out, told = run("import", *(assets if word == "ASSETS" else word for word in arguments))
    assert (status, out) == (2, "")
    assert message in told


def test_help_has_an_example() -> None:
    status, out, _ = run("import", "--help")
    assert status == 0
    assert "Example: adscribe site import" in out
