"""A challenger is asked the same in the shadow: it shows where it disagrees, and changes nothing."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adscribe.answer.assignment import ModelReference
from adscribe.assign import Classifier, Verdict
from adscribe.attack import Catalogue
from adscribe.context import Context
from adscribe.service import shadow
from adscribe.service.disagreements import LISTED
from adscribe.service.following import Served
from adscribe.service.settings import Settings
from adscribe.service.shadow import Shadow
from adscribe.service.waiting import Waiting
from tests.service.harness import Service
from tests.service.models import SHIPPED, write
from tests.shared import ROOT

OFFICE = ROOT / "examples" / "sites" / "office.yaml"


def scan(minute: int = 0, **changes: Any) -> dict[str, Any]:
    """Return a scan that is discovery in the office; the model's mind is made up."""
    return {
        "method": "SCANS",
        "submethod": "TCPSYN",
        "source": {"ip": "10.10.101.66", "hostname": "secret-host"},
        "targets": ["10.10.1.10", "10.10.1.11"],
        "target_count": 60,
        "ports": [445],
        "detected_at": f"2026-11-03T10:{minute:02}:00Z",
        **changes,
    }


@pytest.fixture(scope="module")
def confused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that takes scans for uploads."""
    return write(tmp_path_factory.mktemp("made") / "two", "7", base=SHIPPED, confused=True)


def shadowed(challenger: str, **settings: Any) -> Service:
    return Service(Settings(site=OFFICE, challenger=challenger, model_poll_seconds=0.05, **settings))


@pytest.fixture(scope="module")
def service(confused: Path) -> Iterator[Service]:
    with shadowed(str(confused)) as running:
        running.until(lambda: told(running)["model"] is not None)
        yield running


def told(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/v1/shadow").json()
    return found


def compared(service: Service) -> int:
    return sum(told(service)["answers"].values())


def ask(service: Service, *events: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the answers to events, after they have been compared."""
    before = compared(service)
    answers: list[dict[str, Any]] = service.classify(list(events)).json()["assignments"]
    service.until(lambda: compared(service) == before + len(events))
    return answers


def metrics(service: Service) -> dict[str, float]:
    lines = service.get("/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if line.startswith("adscribe_shadow_"))
    return {name: float(value) for name, _, value in pairs if "_created" not in name}


def test_a_planted_disagreement_is_counted_and_listed_and_never_shown(service: Service) -> None:
    before = metrics(service)
    (answer,) = ask(service, scan())
    assert [technique["id"] for technique in answer["techniques"]] == ["T1046"]
    assert answer["model"]["version"] != "7"
    assert "7" not in service.get("/v1/model").json()["version"]

    latest = told(service)["disagreements"][0]
    assert latest["event_id"] == answer["event"]["id"]
    assert (latest["method"], latest["revision"]) == ("SCANS", 1)
    assert latest["tactics"] == {"discovery": "champion", "exfiltration": "challenger"}
    assert [one["id"] for one in latest["champion"]["techniques"]] == ["T1046"]
    assert [one["id"] for one in latest["challenger"]["techniques"]] == ["T1048.002"]
    assert latest["champion"]["version"] == answer["model"]["version"]
    assert latest["challenger"]["version"] == "7"

    after = metrics(service)
    grown = {name for name, value in after.items() if value > before.get(name, 0)}
    assert grown == {
        'adscribe_shadow_answers_total{result="disagree"}',
        'adscribe_shadow_tactics_total{kind="champion",tactic="discovery"}',
        'adscribe_shadow_tactics_total{kind="challenger",tactic="exfiltration"}',
    }


def test_nothing_that_is_told_or_logged_names_an_address(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(service, scan())
    output = capsys.readouterr()
    for text in (service.get("/v1/shadow").text, output.out + output.err):
        assert "10.10." not in text
        assert "secret-host" not in text


def test_where_both_agree_nothing_is_listed(service: Service) -> None:
    before = told(service)
    # A source that the site has said to scan.
    ask(service, scan(source={"ip": "10.10.9.20"}))
    after = told(service)
    assert after["disagreements"] == before["disagreements"]
    assert after["answers"]["agree"] == before["answers"]["agree"] + 1


def test_the_challenger_sees_the_history_and_the_updates_of_the_run(service: Service) -> None:
    guesses = (ROOT / "examples" / "guessing.cef").read_bytes()
    before = compared(service)
    answers = service.classify(guesses, kind="text/plain").text.splitlines()
    assert len(answers) == 3
    service.until(lambda: compared(service) == before + 3)
    # The confused model confuses scans and uploads alone: of guesses, update for update, it thinks the same.
    assert told(service)["answers"]["agree"] >= 3


def test_what_the_site_decides_is_asked_of_no_model(service: Service) -> None:
    before = compared(service)
    service.classify([scan(labels=["False positive"]), scan(source={"ip": "10.10.101.67"})])
    service.until(lambda: compared(service) == before + 1)


def test_kept_events_are_compared_as_well(service: Service) -> None:
    before = compared(service)
    kept = service.request("POST", "/v1/events", json=scan(30)).json()
    service.until(lambda: compared(service) == before + 1)
    assert told(service)["disagreements"][0]["event_id"] == kept["event"]["id"]


def test_only_the_latest_are_listed(service: Service) -> None:
    events = [scan(source={"ip": f"10.10.101.{number}"}) for number in range(LISTED + 5)]
    answers = ask(service, *events)
    listed = [one["event_id"] for one in told(service)["disagreements"]]
    assert len(listed) == LISTED
    assert listed == [answer["event"]["id"] for answer in reversed(answers)][:LISTED]


def test_answers_are_the_same_with_and_without(service: Service) -> None:
    with Service(Settings(site=OFFICE)) as alone:
        for events in ([scan()], [scan(), scan(10, success=True)]):
            assert alone.classify(events).text == service.classify(events).text


def test_it_needs_the_token(confused: Path) -> None:
    with shadowed(str(confused), token="s3cret") as closed:
        assert closed.get("/v1/shadow").status_code == 401
        assert closed.get("/v1/shadow", headers={"Authorization": "Bearer s3cret"}).status_code == 200


def test_without_a_challenger_there_is_none() -> None:
    with Service(Settings(model="codebook")) as alone:
        alone.classify(scan())
        found = told(alone)
        assert (found["source"], found["model"], found["error"]) == (None, None, None)
        assert set(found["answers"].values()) == {0}
        assert found["disagreements"] == []


def test_a_challenger_that_can_not_be_loaded_harms_nothing_and_is_followed(
    confused: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(confused, tmp_path / "challenger"))
    golden = (folder / "golden.json").read_bytes()
    (folder / "golden.json").write_bytes(golden + b" ")
    with shadowed(str(folder)) as service:
        service.until(lambda: told(service)["error"] is not None)
        assert "was changed" in told(service)["error"]
        assert service.classify(scan()).json()["techniques"]
        assert compared(service) == 0
        assert service.get("/health/ready").json()["model"]["error"] is None
        assert 'adscribe_model_valid{role="challenger"} 0.0' in service.get("/metrics").text
        (folder / "golden.json").write_bytes(golden)
        service.until(lambda: told(service)["model"] is not None)
        ask(service, scan())


def test_the_rules_can_be_the_challenger_and_be_challenged(confused: Path) -> None:
    with shadowed("codebook") as service:
        service.until(lambda: told(service)["model"] is not None)
        ask(service, scan())
        assert told(service)["answers"]["failed"] == 0
    with shadowed(str(confused), model="codebook") as service:
        service.until(lambda: told(service)["model"] is not None)
        ask(service, scan())
        assert told(service)["answers"]["failed"] == 0


class Broken:
    """A model that passed its checks and fails later, with an address in what it says."""

    reference = ModelReference(name="broken", version="9", attack="enterprise 19")

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        raise ZeroDivisionError(str(context.event.source.ip))


class Slow:
    """A model that waits until it is let go on."""

    reference = ModelReference(name="slow", version="9", attack="enterprise 19")

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        assert self.go_on.wait(20)
        return Verdict()


def instead(service: Service, model: Any) -> Shadow:
    """Let a model be the challenger of a service, whose source names another."""
    found: Shadow = service.app.state.adscribe.shadow
    service.until(lambda: found.challenger.in_use is not None)
    assert found.challenger.in_use is not None
    classifier = Classifier(model, Catalogue.load())
    found.challenger.in_use = Served(classifier, None, found.challenger.in_use.loaded_at)
    return found


def test_a_challenger_that_raises_is_counted_and_logged_without_addresses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shadowed("codebook") as service:
        instead(service, Broken())
        answers = ask(service, *[scan(minute) for minute in range(3)])
        assert all(answer["techniques"] for answer in answers)
        assert told(service)["answers"]["failed"] == 3
        assert metrics(service)['adscribe_shadow_answers_total{result="failed"}'] == 3
    output = capsys.readouterr()
    log = output.out + output.err
    assert "ZeroDivisionError" in log
    # The same failure again and again is told once.
    assert log.count("challenger failed") == 1
    assert "10.10." not in log


def test_a_challenger_that_is_too_slow_holds_up_nothing_and_what_it_misses_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shadow, "WAITING_BYTES", 100_000)
    slow = Slow()
    with shadowed("codebook") as service:
        instead(service, slow)
        answers = service.classify([scan(minute) for minute in range(40)]).json()["assignments"]
        assert len(answers) == 40
        dropped = told(service)["answers"]["dropped"]
        assert 0 < dropped < 40
        slow.go_on.set()
        service.until(lambda: compared(service) == 40)
        assert told(service)["answers"]["dropped"] == dropped


def test_large_events_take_more_of_the_room_that_there_is() -> None:
    waiting: Waiting[str] = Waiting(100)
    assert waiting.offer("small", 10)
    assert not waiting.offer("large", 91)
    assert waiting.offer("fits", 90)
    assert not waiting.offer("full", 1)
    assert waiting.take(0) == "small"
    assert waiting.offer("again", 10)
    assert [waiting.take(0) for _ in range(3)] == ["fits", "again", None]
