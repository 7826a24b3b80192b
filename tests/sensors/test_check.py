from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adscribe.cli.sensors import app
from adscribe.errors import SiteError

CEF = (
    "Nov  3 15:12:10 flow.example.net ADS: CEF:0|Flowmon Networks|Flowmon ADS Ultimate|13.00.00|{}|x|6|"
    "src=192.0.2.7 start=Nov 03 2025 15:12:10 msg={} dst=198.51.100.1"
)
LINES = [
    CEF.format("UPLOAD", "Uploaded: 5 GiB, downloaded: 9.77 KiB, port(s): 443."),
    CEF.format("UPLOAD", "{Submethod:'General';UploadedData:'5 GiB';Novelty:'7'}"),
    CEF.format("BPATTERNS", "192.0.2.7 spoke to files.example.net in a way of its own")
    + " cat=x evil.example.net=1",
    "",
    "192.0.2.7 is no event",
    '{"method": "SCANS", "source": "192.0.2.7"}',
    '{"method": "10.9.8.7", "source": "192.0.2.7", "detected_at": "2026-01-01T10Z", "192.0.2.8": 1, "as": 2}',
    "192.0.2.9 is none either",
]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.log"
    path.write_text("\n".join(LINES))
    return path


def test_what_was_read_ignored_and_rejected(log: Path) -> None:
    result = CliRunner().invoke(app, ["check", "--json", str(log)])
    assert result.exit_code == 3
    answer = json.loads(result.stdout)
    assert (answer["read"], answer["rejected"]) == (4, 3)
    forms = {entry["format"]: entry for entry in answer["formats"]}
    assert (forms["flowmon-cef"]["read"], forms["flowmon-cef"]["status"]) == (3, "verified on vendor data")
    assert (forms["flowmon-tsv"]["read"], forms["flowmon-tsv"]["status"]) == (0, "assumed")
    assert forms["flowmon-cef"]["ignored"]["cat"] == 1
    assert forms["native"]["ignored"]["as"] == 1
    upload = next(entry for entry in answer["methods"] if entry["method"] == "UPLOAD")
    assert (upload["read"], upload["details"]) == (2, {"phrase": 1, "machine": 1})
    assert upload["unknown"] == {"Novelty": 1}
    assert answer["rejects"] == [
        {"reason": "no known form of an event", "count": 2, "lines": [5, 8]},
        {"reason": "no time of detection", "count": 1, "lines": [6]},
    ]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_no_address_and_no_name_of_a_host_is_shown(log: Path, options: list[str]) -> None:
    result = CliRunner().invoke(app, ["check", *options, str(log)])
    shown = result.stdout + result.stderr
    assert "UPLOAD" in shown
    for secret in ("192.0.2", "198.51.100", "10.9.8.7", "example.net"):
        assert secret not in shown


def test_all_well(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_text(LINES[0])
    result = CliRunner().invoke(app, ["check", str(path)])
    assert result.exit_code == 0
    assert "1 read, 0 rejected" in result.stdout


def test_standard_input_and_a_named_form() -> None:
    result = CliRunner().invoke(app, ["check", "--json", "--format", "native", "-"], input="\n".join(LINES))
    assert result.exit_code == 3
    assert json.loads(result.stdout)["read"] == 1


def test_a_site_file_is_read_for_its_zone(tmp_path: Path) -> None:
    site, log = tmp_path / "site.yaml", tmp_path / "events.log"
    log.write_text(LINES[0])
    content = "timezone: {}\nfilters:\n  LAN: [192.0.2.0/24]\ninternal: LAN\n"
    site.write_text(content.format("Europe/Prague"))
    assert CliRunner().invoke(app, ["check", "--site", str(site), str(log)]).exit_code == 0
    site.write_text(content.format("Europe/Nowhere"))
    result = CliRunner().invoke(app, ["check", "--site", str(site), str(log)])
    assert isinstance(result.exception, SiteError)


@pytest.mark.parametrize(
    "arguments", [["check", "missing.log"], ["check", "--format", "cef", "-"], ["check"]]
)
def test_wrong_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2
