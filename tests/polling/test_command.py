"""The command, as its user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from adscribe.cli.main import app
from adscribe.cli.poll import TOKEN
from adscribe.cli.sensor_api import PASSWORD as VARIABLE
from adscribe.errors import AdscribeError
from adscribe.sensors import Report, read
from tests.polling.fake_ads import PASSWORD, USER, FakeAds, Reply, clock, document
from tests.polling.fake_service import FakeService
from tests.shared import ROOT

START = "from adscribe.cli.main import main; main()"
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("ADSCRIBE_")}


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the command in a process of its own, which ends with the test at the latest."""
    with ExitStack() as stack:

        def started(*arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", START, "poll", *map(str, arguments)],
                env={**ENVIRONMENT, VARIABLE: PASSWORD, **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield started


def run(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """Run the command in this process, which has no output of its own that events could go to."""
    result = CliRunner(env={VARIABLE: PASSWORD, **environment}).invoke(app, ["poll", *map(str, arguments)])
    if isinstance(result.exception, AdscribeError):
        return 2, result.stdout, f"{result.stderr}{result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def until(holds: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something holds, long enough for a machine that is busy."""
    deadline = time.monotonic() + 300
    while not holds():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.02)


def reading(ads: FakeAds) -> tuple[str | Path, ...]:
    return ("--url", ads.url, "--user", USER)


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService() as running:
        yield running


def test_one_reading_writes_native_events(ads: FakeAds, start: Start, tmp_path: Path) -> None:
    ads.events = [document(1, 9), document(2, 3, source={"ip": "nobody"}), document(3, 1)]
    process = start(*reading(ads), "--once", "--state", tmp_path / "state")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 3
    answers = list(read(out))
    assert all(isinstance(answer, Report) and answer.format == "native" for answer in answers)
    assert [json.loads(line)["external_id"] for line in out.splitlines()] == ["1", "3"]
    assert "events, line 2, /source/ip: " in err
    assert "2 delivered, 1 not readable" in err
    assert PASSWORD not in out + err
    assert "127.0.0.1" not in err


def test_rejects_go_to_their_file_and_the_password_comes_from_one(
    ads: FakeAds, service: FakeService, tmp_path: Path
) -> None:
    ads.events = [document(1, source={"ip": "nobody"})]
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    rejects = tmp_path / "rejects.ndjson"
    arguments = (
        *reading(ads),
        "--once",
        "--to",
        service.url,
        "--rejects",
        rejects,
        "--password-file",
        secret,
    )
    assert run(*arguments, **{VARIABLE: ""})[0] == 3
    assert json.loads(rejects.read_text())["pointer"] == "/source/ip"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_goes_on_until_a_signal_and_a_restart_from_there(
    ads: FakeAds, service: FakeService, start: Start, tmp_path: Path, number: signal.Signals
) -> None:
    arguments = (*reading(ads), "--to", service.url, "--every", "1s", "--state", tmp_path / "state")
    ads.events = [document(1)]
    process = start(*arguments, **{TOKEN: "t0ken"})
    until(lambda: service.ids == ["1"], process)
    ads.events[0] = document(1, targets=[{"ip": "10.1.9.8"}], lastUpdate=clock(0))
    until(lambda: service.ids == ["1", "1"], process)
    process.send_signal(number)
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out) == (0, "")
    assert err.endswith("ended by a signal\n")
    assert "t0ken" not in err

    ads.events.append(document(2, 0))
    assert run(*arguments, "--once", **{TOKEN: "t0ken"})[0] == 0
    assert service.ids == ["1", "1", "2"]
    assert set(service.tokens) == {"Bearer t0ken"}


def test_a_signal_ends_the_wait_for_an_answer_and_for_a_reader(ads: FakeAds, start: Start) -> None:
    ads.replies.append(ads.hang)
    waiting = start(*reading(ads))
    until(lambda: bool(ads.asked), waiting)
    waiting.send_signal(signal.SIGTERM)
    waiting.communicate(timeout=300)
    assert waiting.returncode == 0

    # A pipe that nobody reads holds 64 KiB.
    ads.events = [document(number, detail="x" * 10_000) for number in range(50)]
    waiting = start(*reading(ads), "--every", "1s")
    until(lambda: len(ads.asked) >= 3, waiting)
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(timeout=300) == 0
    waiting.communicate()


def test_a_reader_that_has_enough_ends_it(ads: FakeAds, start: Start) -> None:
    ads.events = [document(number, detail="x" * 10_000) for number in range(50)]
    process = start(*reading(ads), "--every", "1s")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=300) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_trouble_is_said_without_an_address_and_passes(ads: FakeAds, service: FakeService) -> None:
    ads.events = [document(1)]
    ads.replies.append(Reply(503))
    status, out, err = run(*reading(ads), "--once", "--to", service.url)
    assert (status, out, service.ids) == (0, "", ["1"])
    assert "the sensor answers 503; again in" in err
    assert "127.0.0.1" not in err


def test_the_mapping_is_shown_with_ones_own_over_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("token: {client_id: somebody}")
    status, out, _ = run("--show-mapping", "--mapping", mine)
    assert status == 0
    shown = yaml.safe_load(out)
    assert shown["token"]["client_id"] == {"value": "somebody", "basis": "yours"}
    assert shown["token"]["path"]["basis"] == "documented"
    assert shown["events"]["path"]["basis"] == "assumed"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--url and --user"),
        (("--url", "https://ads.example", "--user", "u", "--every", "soon"), "--every is no duration"),
        (("--url", "http://ads.example", "--user", "u"), "unencrypted"),
        (("--url", "https://ads.example", "--user", "u", "--mapping", "absent"), "absent: can't be read"),
        (
            ("--url", "https://ads.example", "--user", "u", "--password-file", "absent"),
            "absent: can't be read",
        ),
        (("--url", "https://ads.example", "--user", "u", "--to", "http://adscribe.example"), "unencrypted"),
    ],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], message: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_without_a_password_nothing_is_asked(ads: FakeAds) -> None:
    status, _, err = run(*reading(ads), "--once", **{VARIABLE: ""})
    assert status == 2
    assert f"no password (set {VARIABLE}" in err
    assert ads.logins == []


def test_help_and_page_name_every_option() -> None:
    status, out, _ = run("--help")
    assert status == 0
    assert "Example: adscribe poll" in out
    page = (ROOT / "docs" / "polling.md").read_text(encoding="utf-8")
    for word in out.split():
        if word.startswith("--") and word != "--help":
            assert f"`{word.strip(',.;')}" in page, word
