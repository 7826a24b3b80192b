from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from adscribe.cli.serve import serve
from adscribe.errors import AdscribeError
from adscribe.service.settings import Settings, SettingsError


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "adscribe.example"])
def test_a_service_open_to_others_needs_a_token(host: str) -> None:
    with pytest.raises(SettingsError, match="ADSCRIBE_TOKEN"):
        Settings(host=host)
    assert Settings(host=host, token="s3cret").host == host
    assert Settings(host=host, insecure=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_needs_none(host: str) -> None:
    assert Settings(host=host).loopback


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"port": 65_536},
        {"workers": 0},
        {"body_bytes": 10},
        {"request_seconds": float("nan")},
        {"log_level": "loud"},
        {"token": ""},
        {"token": "with\nline"},
        {"site": Path("no-such-site.yaml")},
    ],
)
def test_a_value_that_can_not_hold_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Settings(**wrong)


def run(*arguments: str, **environment: str) -> Any:
    command = Typer()
    command.command()(serve)
    return CliRunner().invoke(command, arguments, env=environment)


def test_a_start_that_can_not_work_fails_at_once(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("internal: Nowhere\n")
    result = run("--site", str(path))
    assert isinstance(result.exception, AdscribeError)
    assert result.exception.place.line == 1
    assert isinstance(run("--model", "nothing").exception, AdscribeError)


def test_variables_set_what_flags_set() -> None:
    assert isinstance(run(ADSCRIBE_HOST="0.0.0.0").exception, SettingsError)
    assert run(ADSCRIBE_PORT="many").exit_code == 2
    assert isinstance(
        run(ADSCRIBE_HOST="0.0.0.0", ADSCRIBE_TOKEN="t", ADSCRIBE_WORKERS="0").exception, SettingsError
    )
