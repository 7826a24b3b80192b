"""The comparisons that settings and learner were chosen by run on a corpus, and are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from adscribe.training import candidates, tracking, unseen
from adscribe.training.dataset import Dataset, load
from adscribe.training.evaluation import data_card
from adscribe.training.simulation import Plan, build_corpus

PLAIN, BELIEVING = unseen.CHOICES[0], unseen.CHOICES[-2]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dataset, dict[str, str]]:
    folder = tmp_path_factory.mktemp("corpus")
    build_corpus(Plan(events=1200, sites=16, seed=5, prevalence=0.3, degraded=0.1), folder, processes=1)
    return load(folder, minimum=5, processes=1), data_card(folder)["attack"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_who_believes_the_codebook_reads_behaviours_left_out_better(
    corpus: tuple[Dataset, dict[str, str]],
) -> None:
    dataset, attack = corpus
    rules, plain, believing = unseen.compare(dataset, attack, (PLAIN, BELIEVING), folds=1)
    assert rules.name == unseen.RULES
    assert rules.behaviours == plain.behaviours == believing.behaviours > 20
    assert believing.unseen > plain.unseen + 0.1
    assert believing.unseen_loss < plain.unseen_loss
    told = unseen.as_text([rules, plain, believing])
    assert f"| {BELIEVING.name} | {believing.seen:.3f} | {believing.unseen:.3f} |" in told
    runs = tracking.mlflow().search_runs(search_all_experiments=True, output_format="list")
    assert {run.info.run_name for run in runs} >= {PLAIN.name, BELIEVING.name, unseen.RULES}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_candidate_is_judged_on_known_and_unknown_behaviours(
    corpus: tuple[Dataset, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: candidates.CANDIDATES[name] for name in list(candidates.CANDIDATES)[:2]}
    monkeypatch.setattr(candidates, "CANDIDATES", few)
    believing, plain = candidates.compare(*corpus)
    assert believing.name in candidates.as_text([believing, plain])
    assert believing.unseen > plain.unseen
    assert 0 < believing.coverage <= 1
    assert believing.rows == plain.rows > 300
