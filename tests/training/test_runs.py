"""A small run from simulated events to a promoted model, in a real MLflow store."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest
from typer import Typer
from typer.testing import CliRunner

from adscribe.answer.reviewed import encoded
from adscribe.assign import Assignment, Classifier
from adscribe.cli import learning
from adscribe.errors import AdscribeError, ModelError
from adscribe.site import Site
from adscribe.training import report, report_bundle, tracking
from adscribe.training.answering import load_models
from adscribe.training.card import as_card
from adscribe.training.evaluation import Evaluation, data_card, evaluate
from adscribe.training.feedback.holdout import parted
from adscribe.training.promotion import RefusedError, gate, promote
from adscribe.training.runs import run_evaluation, run_training
from adscribe.training.simulation import Plan, build_corpus
from adscribe.training.training import Settings, Trained, train
from tests.service.running import free_port
from tests.training.feedback.invented import SITE_FILE, copy, gathered, judged

# So little data supports no promise at the usual confidence.
GOOD = Settings(seed=3, iterations=40, confidence=0.8)
WORSE = Settings(seed=3, iterations=40, confidence=0.8, strength=0.02)


class Runs(NamedTuple):
    """What the runs left behind."""

    data: Path
    trained: Trained
    version: str
    evaluation: Evaluation


# MLflow and what it brings warn of one another, and of themselves when imported.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    build_corpus(Plan(events=3600, sites=36, seed=3, prevalence=0.6, degraded=0.1), folder, processes=1)
    return folder


@pytest.fixture(scope="module")
def runs(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    store = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(store)
        trained, version = run_training(data, store / "model", GOOD, processes=1)
        evaluation = run_evaluation(str(store / "model"), data, store / "report", processes=1)
        promote(version)
        yield Runs(data, trained, version, evaluation)


def test_the_champion_answers_by_its_name(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    classifier = Classifier.load(f"models:/{tracking.MODEL}@{tracking.CHAMPION}", risk=0.2)
    assert classifier.describe()["training"]["data"] == data_card(runs.data)["content_sha256"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(ModelError, match="the registry has no"):
        Classifier.load(f"models:/{tracking.MODEL}/99")


def test_the_store_holds_what_went_in_and_what_came_out(runs: Runs) -> None:
    assert Path("mlflow.db").exists()
    found = tracking.mlflow().search_runs(
        experiment_names=[tracking.EXPERIMENT], filter_string="tags.kind = 'training'", output_format="list"
    )
    (run,) = found
    assert run.data.params["data_sha256"] == data_card(runs.data)["content_sha256"]
    assert run.data.params["seed"] == "3"
    assert run.data.tags["version.scikit-learn"]
    assert run.data.metrics["codebook.coverage"] > 0
    files = {file.path for file in tracking.client().list_artifacts(run.info.run_id, "evaluation")}
    assert {"evaluation/evaluation.json", "evaluation/risk-coverage.svg"} <= files


def test_degraded_views_are_measured_of_the_codebook_as_well(runs: Runs) -> None:
    found = runs.evaluation
    assert found.views
    for view, own in found.views.items():
        rules = found.degraded[f"{view}, codebook"]
        assert rules.events == own.events
        assert rules.undetermined is not None
        assert rules.undetermined.value == 0
    assert "no-site, codebook" in report.as_text(found)


def test_the_model_beats_the_table_and_the_majority(runs: Runs) -> None:
    scores = runs.evaluation.scores
    exact = {name: one.whole.exact.value for name, one in scores.items() if one.whole.exact}
    assert exact["likeliest"] > exact["table"] > exact["majority"]
    assert runs.evaluation.data["split"] == "test"
    wrong = scores["model"].whole.wrong
    assert wrong is None or wrong.value < 0.3


def test_the_same_seed_and_data_give_the_same_figures(runs: Runs, tmp_path: Path) -> None:
    again = train(runs.data, tmp_path / "again", GOOD, processes=2)
    first = msgspec.structs.replace(runs.trained.validation, artefact="")
    assert msgspec.structs.replace(again.validation, artefact="") == first
    assert again.promises == runs.trained.promises


def test_the_registered_model_says_what_the_classifier_says_without_a_pickle(runs: Runs) -> None:
    module = tracking.mlflow()
    served = module.pyfunc.load_model(f"models:/{tracking.MODEL}@{tracking.CHAMPION}")
    folder = runs.data
    site = (folder / "sites" / sorted(path.name for path in (folder / "sites").iterdir())[1]).read_text(
        "utf-8"
    )
    golden = msgspec.json.decode((runs.trained.folder / "golden.json").read_bytes())
    events = [one["event"] for one in golden]
    frame = pd.DataFrame({"event": [msgspec.json.encode(event).decode() for event in events]})
    told = served.predict(frame, params={"site": site, "explain": True})
    models = load_models(runs.trained.folder)
    expected = Classifier(models.learned, models.catalogue).classify(events, site=Site.parse(site))
    assert told["answer"].tolist() == [
        one.to_json().decode() for one in expected if isinstance(one, Assignment)
    ]


def test_mlflows_own_server_answers_with_it(runs: Runs, tmp_path: Path) -> None:
    port, binaries = free_port(), Path(sys.executable).parent
    name = f"models:/{tracking.MODEL}@{tracking.CHAMPION}"
    command = ["mlflow", "models", "serve", "-m", name, "--env-manager", "local", "--port", str(port)]
    environment = {
        **os.environ,
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",
    }
    golden = msgspec.json.decode((runs.trained.folder / "golden.json").read_bytes())[:3]
    events = [{"event": msgspec.json.encode(one["event"]).decode()} for one in golden]
    log = tmp_path / "log"
    with (
        log.open("wb") as file,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
        subprocess.Popen(
            command, env=environment, stdout=file, stderr=file, start_new_session=True
        ) as server,
    ):
        try:
            told = answered(client, {"dataframe_records": events}, server)
        finally:
            # The server that answers is a child of the command.
            os.killpg(server.pid, signal.SIGKILL)
    assert told.status_code == 200, log.read_text()
    said = [msgspec.json.decode(one["answer"]) for one in told.json()["predictions"]]
    assert [one["event"]["method"] for one in said] == [one["event"]["method"] for one in golden]


def answered(client: httpx.Client, request: object, server: subprocess.Popen[bytes]) -> httpx.Response:
    """Ask until the server listens."""
    for _ in range(1200):
        try:
            return client.post("/invocations", json=request)
        except httpx.ConnectError:
            assert server.poll() is None, "it has ended"
            time.sleep(0.1)
    pytest.fail("it doesn't listen after two minutes")


def test_what_cannot_be_read_is_told_in_its_place(runs: Runs) -> None:
    served = tracking.mlflow().pyfunc.load_model(f"models:/{tracking.MODEL}/{runs.version}")
    told = served.predict(pd.DataFrame({"event": ['{"method": "SCANS"}']}))
    assert set(msgspec.json.decode(told["answer"][0])) == {"reject"}


def test_a_worse_model_is_refused_and_the_champion_stays(runs: Runs, tmp_path: Path) -> None:
    _, version = run_training(runs.data, tmp_path / "worse", WORSE, version="2", processes=1)
    with pytest.raises(AdscribeError, match="no evaluation"):
        promote(version)
    uri = f"models:/{tracking.MODEL}/{version}"
    told = evaluated(uri, runs.data, tmp_path)
    assert told.evaluation.model["version"] == "2"
    assert (tmp_path / "page" / report_bundle.PAGE).read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(RefusedError, match="the champion has"):
        promote(version)
    champion = tracking.client().get_model_version_by_alias(tracking.MODEL, tracking.CHAMPION)
    assert str(champion.version) == runs.version


def test_verdicts_join_the_training_and_decide_who_answers(runs: Runs, tmp_path: Path) -> None:
    # Ever new habits, so that the last are no one's that was learnt from.
    events = [
        copy(number, source=f"10.1.0.{10 + number % 19}", target=f"203.0.113.{number}")
        for number in range(80)
    ]
    (tmp_path / "site.yaml").write_text(SITE_FILE)
    file = tmp_path / "feedback.ndjson"
    reviewed = list(judged(events, {"kind": "reason", "reason": "too_generic"}))
    file.write_bytes(b"\n".join(map(encoded, reviewed)))
    read = gathered(reviewed)
    parts = parted(read, read.cases)
    assert {case.habit for case in parts.learnt}.isdisjoint(case.habit for case in parts.held_out)
    assert len(parts.held_out) == 24
    site = tmp_path / "site.yaml"
    told = trained_with(file, site, runs.data, tmp_path / "taught")
    assert f"{len(parts.learnt)} verdicts are learnt from" in told
    champion, challenger = (
        evaluate(folder, runs.data, feedback=file, site=site, probe=False, processes=1)
        for folder in (runs.trained.folder, tmp_path / "taught")
    )
    assert champion.sets == challenger.sets
    assert champion.feedback is not None
    assert challenger.feedback is not None
    assert champion.feedback.events == 24
    right = [one.feedback.tallies["feedback_right"].over for one in (champion, challenger) if one.feedback]
    assert sum(right[1]) > sum(right[0])
    assert "Feedback held out" in report.as_text(challenger)
    # What the challenger has learnt the champion may not lose.
    lost = gate(champion, challenger)
    assert any(one.startswith("feedback_right: ") for one in lost.failures)
    assert not any(one.startswith("feedback_") for one in gate(challenger, champion).failures)
    with pytest.raises(AdscribeError, match="different data"):
        gate(challenger, runs.evaluation)


def trained_with(feedback: Path, site: Path, data: Path, out: Path) -> str:
    """Train a model with verdicts by the command, and return what it told."""
    app = Typer()
    app.command()(learning.train)
    options = {"out": out, "feedback": feedback, "site": site, "seed": 3, "iterations": 40, "verdict": 30}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    found = CliRunner().invoke(app, [str(data), *words, "--processes", "1"], catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def evaluated(model: str, data: Path, folder: Path) -> report_bundle.Report:
    """Evaluate a model by the command, and return what it reports."""
    app = Typer()
    app.command()(learning.evaluate)
    options = ["--out", str(folder / "out"), "--report", str(folder / "page"), "--processes", "1"]
    found = CliRunner().invoke(app, [model, str(data), *options], catch_exceptions=False)
    assert found.exit_code == 0
    return report_bundle.read(folder / "page")


def test_options_of_the_page_need_the_page(runs: Runs, tmp_path: Path) -> None:
    app = Typer()
    app.command()(learning.evaluate)
    found = CliRunner().invoke(app, ["model", str(runs.data), "--previous", str(tmp_path)])
    assert found.exit_code == 2
    assert "needs --report" in found.output


def test_the_command_refuses_with_status_2_and_says_so(
    runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    app = Typer()
    app.command()(learning.train)
    app.command()(learning.promote)
    found = CliRunner().invoke(app, ["promote", "99"])
    assert isinstance(found.exception, AdscribeError)
    assert "no version 99" in str(found.exception)


def test_the_card_answers_all_ten_pitfalls_with_its_own_figures(runs: Runs) -> None:
    card = as_card(runs.evaluation, data_card(runs.data))
    assert all(f"\n{number}. **" in card for number in range(1, 11))
    assert runs.evaluation.artefact in card
    assert report.told(runs.evaluation.scores["model"].whole.coverage) in card
    assert "{" not in card


def test_the_report_is_read_back_as_it_was_written(runs: Runs) -> None:
    assert report.read(Path("report", report.JSON)) == runs.evaluation


def test_a_corpus_whose_parts_know_of_one_another_is_refused(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "leaky")
    table = pq.read_table(data / "events.parquet")
    splits: list[Any] = table["split"].to_pylist()
    splits[0] = "test" if splits[0] != "test" else "train"
    pq.write_table(
        table.set_column(table.schema.get_field_index("split"), "split", pa.array(splits)),
        tmp_path / "leaky" / "events.parquet",
    )
    with pytest.raises(AdscribeError, match="lies in"):
        train(tmp_path / "leaky", tmp_path / "model", GOOD, processes=1)
