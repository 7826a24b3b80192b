"""`adscribe feedback`: a file in, a list, a residual or proposals out, and answers that rest on it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from adscribe import Site
from adscribe.answer.assignment import Assignment
from adscribe.answer.feedback import Feedback, JudgedRevision, NothingApplies
from adscribe.answer.reviewed import Reviewed, encoded
from adscribe.cli.main import app
from adscribe.errors import AdscribeError
from adscribe.event.native import to_native
from adscribe.sensors import read
from adscribe.store import Store
from tests.store.conftest import KINDS, place
from tests.training.feedback.invented import EXFILTRATION, classifier, copy, judged

SITE_FILE = """\
filters:
  LAN: ["10.0.0.0/8"]
  Databases: ["10.1.0.10-10.1.0.29"]
internal: LAN
roles: {database_server: Databases}
"""


def called(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if isinstance(result.exception, AdscribeError):
        return 2, result.stdout, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def written(path: Path, reviewed: Iterable[Reviewed]) -> Path:
    path.write_bytes(b"\n".join(map(encoded, reviewed)) + b"\n")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feedback")
    (folder / "site.yaml").write_text(SITE_FILE)
    calm = judged([copy(number, target=f"203.0.113.{number % 3 + 1}") for number in range(30)])
    quarrel = judged([copy(60, target="203.0.113.50")], EXFILTRATION, analysts=["clara"])
    other = judged([copy(60, target="203.0.113.50")], analysts=["boris"])
    written(folder / "feedback.ndjson", [*calm, *quarrel, *other])
    return folder


def test_check_lists_what_is_set_aside(folder: Path) -> None:
    status, out, err = called("feedback", "check", folder / "feedback.ndjson", "--site", folder / "site.yaml")
    assert status == 0
    assert [line.split(":")[0] for line in out.splitlines()] == ["line 31", "line 32"]
    assert "conflict: analysts disagree on this event: 1 say" in out
    assert "30 verdicts can be learnt from, 2 are set aside (2 conflict)" in err
    _, out, _ = called("feedback", "check", folder / "feedback.ndjson", "--json")
    assert [msgspec.json.decode(line)["rule"] for line in out.splitlines()] == ["conflict", "conflict"]


def test_a_line_that_cannot_be_read_is_told_and_the_others_count(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.ndjson"
    path.write_bytes((folder / "feedback.ndjson").read_bytes() + b"{broken\n")
    status, _, err = called("feedback", "check", path, "--site", folder / "site.yaml")
    assert status == 3
    assert "line 33: no JSON" in err
    assert "30 verdicts can be learnt from" in err


def test_what_is_learnt_changes_the_answers_of_classify(folder: Path, tmp_path: Path) -> None:
    site, residual = folder / "site.yaml", tmp_path / "residual.json"
    status, out, _ = called("feedback", "learn", folder / "feedback.ndjson", "--site", site, "-o", residual)
    assert status == 0
    assert "HIGHTRANSF database_server: 30 benign: " in out
    assert "1 cells" not in out
    assert "1 cell from 30 verdicts" in out
    events = tmp_path / "events.ndjson"
    events.write_bytes(msgspec.json.encode(to_native(copy(99, target="203.0.113.1"))) + b"\n")
    _, before, _ = called("classify", events, "--site", site)
    _, after, _ = called("classify", events, "--site", site, "--residual", residual)
    assert "residual" not in before
    answer = msgspec.json.decode(after)
    assert answer["model"]["residual"].startswith("sha256:")
    assert "analysts judged 30 of 30 such events here as benign" in after


def test_suggest_writes_a_fragment(folder: Path) -> None:
    status, out, _ = called("feedback", "suggest", folder / "feedback.ndjson", "--site", folder / "site.yaml")
    assert status == 0
    # Somebody saw an attack of the same source in the same method.
    assert "allowed: []" in out


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_is_read_as_the_file_that_it_exports(tmp_path: Path, kind: str) -> None:
    site, file = tmp_path / "site.yaml", tmp_path / "feedback.ndjson"
    site.write_text(SITE_FILE)
    with place(kind, tmp_path) as store:
        with Store(store) as kept:
            kept.upgrade()
            events = [copy(number, target=f"203.0.113.{number}") for number in range(12)]
            # As reports of a sensor, so that each is an event with a history.
            answers = list(kept.answers(classifier(), read(events), site=Site.load(site)))
            for number, answer in enumerate(answers):
                assert isinstance(answer, Assignment)
                kept.give(
                    Feedback(
                        event=JudgedRevision(id=answer.event.id, revision=answer.event.revision),
                        analyst=("anna", "boris")[number % 2],
                        verdict=NothingApplies(reason="benign"),
                        at=copy(number).detected_at,
                    )
                )
            kept.revoke(answers[0].event.id, 1, by="anna", at=copy(20).detected_at)  # type: ignore[union-attr]
        status, out, _ = called("feedback", "export", file, "--store", store, "--site", site)
        assert (status, "12 verdicts" in out) == (0, True)
        learnt = [tmp_path / "from-store.json", tmp_path / "from-file.json"]
        sources: list[tuple[str | Path, ...]] = [("--store", store), (file,)]
        for source, residual in zip(sources, learnt, strict=True):
            status, out, err = called("feedback", "learn", *source, "--site", site, "-o", residual)
            assert status == 0
            assert "HIGHTRANSF database_server: 11 benign" in out
            assert "1 revoked" in err
        assert learnt[0].read_bytes() == learnt[1].read_bytes()
        (checked, *_), (suggested, *_) = (
            called("feedback", word, "--store", store, "--site", site) for word in ("check", "suggest")
        )
        assert (checked, suggested) == (0, 0)


def test_a_store_that_is_not_there_is_told(tmp_path: Path) -> None:
    status, _, err = called("feedback", "check", "--store", tmp_path / "none.db")
    assert (status, "no such file" in err) == (2, True)


def test_the_rules_learn_nothing(folder: Path) -> None:
    status, _, err = called("feedback", "check", folder / "feedback.ndjson", "--model", "codebook")
    assert status == 2
    assert "beside the rules" in err


def test_a_file_or_a_store_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADSCRIBE_STORE", raising=False)
    status, _, err = called("feedback", "check")
    assert status == 2
    assert "--store" in err
