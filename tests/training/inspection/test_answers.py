"""What is shown of abstentions, mistakes, suspects and drift is what happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from adscribe.errors import AdscribeError, ModelError
from adscribe.training import dataset as datasets
from adscribe.training.answering import Answers, Models
from adscribe.training.dataset import Dataset
from adscribe.training.evaluation import data_card
from adscribe.training.inspection import abstention, mistakes, periods, suspects
from adscribe.training.simulation.views import FULL
from tests.training.inspection.conftest import MODEL


@pytest.fixture(scope="module")
def judged(answers: Answers, models: Models) -> pd.DataFrame:
    return mistakes.judged(answers, models)


@pytest.fixture(scope="module")
def dataset(data: Path, models: Models) -> Dataset:
    return datasets.load(data, space=models.artefact.features, views=[FULL], processes=1)


def test_what_is_answered_in_a_view_are_shares_of_its_reports(answers: Answers, models: Models) -> None:
    shown: Any = abstention.abstentions(answers, models.artefact)
    assert shown.sum(axis=1).to_numpy() == pytest.approx(1)
    full = [one for one in answers.reports if one.view == FULL]
    assert shown.index[0] == f"full ({len(full)})"
    silent = sum(one.model.reason == "undetermined" for one in full) / len(full)
    assert shown.iloc[0][["low_confidence", "unfamiliar"]].sum() == pytest.approx(silent)


def test_events_are_familiar_until_they_have_another_name(data: Path, models: Models) -> None:
    shown: Any = abstention.familiarity(data, models.artefact, "test").groupby("how")
    share: Any = shown["unfamiliar"].mean()
    assert share[abstention.AS_REPORTED] < 0.05
    assert share[abstention.RENAMED] > 0.3
    assert shown["new"].max()[abstention.RENAMED] > models.artefact.novelty.most


def test_a_report_is_right_where_its_truth_is_said(judged: pd.DataFrame) -> None:
    same = judged["said"] == judged["true"]
    assert judged.loc[same, "right"].all()
    assert not judged.loc[judged["said"] == "undetermined", "right"].any()
    assert (judged.loc[same, "sure"] == judged.loc[same, "held"]).all()
    assert judged[["sure", "held"]].to_numpy().max() <= 1 + 1e-6


def answered(*rows: tuple[str, str, str, bool, float]) -> pd.DataFrame:
    """Return answers by hand: behaviour, true, said, right, sure."""
    return pd.DataFrame(
        [
            {
                **{"site": "site-1", "event_key": f"e{number}", "revision": 1, "method": "SCANS"},
                **{"submethod": None, "behaviour": behaviour, "true": true, "said": said, "held": 0.01},
                **{"sure": sure, "right": right, "true tactics": true, "said tactics": said},
            }
            for number, (behaviour, true, said, right, sure) in enumerate(rows)
        ]
    )


ANSWERED = answered(
    ("sweep", "discovery", "discovery", True, 0.99),
    ("sweep", "discovery", "benign", False, 0.91),
    ("sweep", "discovery", "benign", False, 0.95),
    ("backup", "benign", "exfiltration", False, 0.97),
    ("backup", "benign", "undetermined", False, 0.0),
    ("beacon", "command-and-control", "command-and-control", True, 0.8),
)


def test_confusions_count_every_report_once_with_what_is_true_in_the_rows() -> None:
    shown: Any = mistakes.confusions(ANSWERED)
    assert shown.to_numpy().sum() == len(ANSWERED)
    assert shown.loc["discovery", "benign"] == 2
    assert shown.loc["benign", "undetermined"] == 1
    assert shown.loc["benign", "others"] == 1
    assert shown.index.tolist() == shown.columns.tolist()[: len(shown)]


def test_rare_truths_are_put_together() -> None:
    shown: Any = mistakes.confusions(ANSWERED, most=1)
    assert shown.index.tolist() == ["discovery", mistakes.OTHERS]
    assert shown.loc[mistakes.OTHERS, mistakes.OTHERS] == 2


def test_the_surest_mistakes_are_wrong_and_one_a_behaviour() -> None:
    shown: Any = mistakes.surest(ANSWERED)
    assert shown["behaviour"].tolist() == ["backup", "sweep"]
    assert shown["sure"].tolist() == [0.97, 0.95]


def test_the_worst_behaviours_are_those_with_most_wrong_answers() -> None:
    shown: Any = mistakes.by_behaviour(ANSWERED)
    assert shown.index.tolist() == ["sweep", "backup"]
    assert shown.loc["backup"].to_dict() == {"wrong": 1, "undetermined": 1, "right": 0}


def test_the_summary_adds_up() -> None:
    assert mistakes.summary(ANSWERED) == "6 reports: 33.3% right, 16.7% undetermined, 50.0% wrong."


def test_why_tells_the_facts_of_the_report_that_is_asked_about(
    data: Path, models: Models, judged: pd.DataFrame
) -> None:
    category: Any = judged[judged["right"] & judged["said"].str.startswith("T")].head(1)
    shown: Any = mistakes.why(data, models, category)
    assert set(shown["behaviour"]) == set(category["behaviour"])
    assert shown["said"].str.startswith("T").all()
    # It was said, so more speaks for it than against it.
    assert shown.groupby("said")["weight"].sum().min() > 0
    with pytest.raises(AdscribeError, match="no such report"):
        mistakes.why(data, models, category.assign(revision=99))


def test_planted_labels_are_among_the_first_suspects(dataset: Dataset, models: Models) -> None:
    rows = np.arange(len(dataset))
    truths, wrong = suspects.planted(dataset.outcome, rows, 0.03, seed=1)
    assert all(truths[row] != dataset.outcome[row] for row in wrong)
    assert sum(one != other for one, other in zip(truths, dataset.outcome, strict=True)) == len(wrong) > 20
    found: Any = suspects.suspects(dataset, models.artefact, rows, truths)
    shown: Any = suspects.caught(found, wrong, (5, 10_000))
    assert shown["looked at"].tolist() == [5, len(found)]
    assert shown["planted among them"].iloc[0] >= 3
    assert shown["share of all planted"].iloc[-1] > 0.8


def test_suspects_are_named_by_what_is_true_and_what_is_likelier(dataset: Dataset, models: Models) -> None:
    rows = np.arange(len(dataset))
    found: Any = suspects.suspects(dataset, models.artefact, rows)
    assert (found["sure"] > found["held"]).all()
    assert (found["true"] != found["likeliest"]).all()
    assert len(found) < 0.1 * len(dataset)
    shown: Any = suspects.disputed(found, dataset, rows, most=1000)
    assert shown["suspects"].sum() == len(found)
    assert (shown["suspects"] <= shown["rows"]).all()


def test_a_model_is_not_asked_about_the_rows_of_its_training(
    dataset: Dataset, data: Path, tmp_path: Path
) -> None:
    assert len(suspects.unseen(dataset, data, MODEL)) == len(dataset)
    manifest = msgspec.json.decode((MODEL / "manifest.json").read_bytes())
    manifest["training"]["data"] = data_card(data)["content_sha256"]
    (tmp_path / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    rows = suspects.unseen(dataset, data, tmp_path)
    assert 0 < len(rows) < len(dataset)
    assert "train" not in set(dataset.split[rows])


def test_the_group_that_a_shift_changes_moves_most(models: Models) -> None:
    shift = "a feed without success"
    months = periods.second_months(models, 300, shifts=[shift])
    shown: Any = periods.beside(months, shift)
    assert shown.index[0] == "success"
    assert shown[shift].iloc[0] > 2 * shown[periods.QUIET].iloc[0]
    words: Any = periods.told(months)
    assert words.index.tolist() == [periods.QUIET, shift]
    assert words.loc[shift, "what moved most"].startswith("success: ")
    assert words.loc[periods.QUIET, "what moved most"] == ""


def test_without_a_profile_nothing_is_said_of_drift(models: Models) -> None:
    with pytest.raises(ModelError, match="no profile"):
        periods.second_months(models._replace(artefact=replace(models.artefact, profile=None)), 300)
