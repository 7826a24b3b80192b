"""What a model is trained on is what it will be asked about."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from adscribe.answer.assignment import ModelReference, NoCategory
from adscribe.answer.verdict import Verdict
from adscribe.assign import Run
from adscribe.codebook import Codebook
from adscribe.context import Context
from adscribe.errors import AdscribeError
from adscribe.features import FeatureSpace
from adscribe.features.semantics import every_name
from adscribe.model.outcomes import Outcome
from adscribe.sensors import Report, read
from adscribe.site import Site
from adscribe.training.beliefs import rule_names
from adscribe.training.dataset import Dataset, load
from adscribe.training.simulation import Plan, Row, build_corpus, read_corpus
from adscribe.training.simulation.views import FULL


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    build_corpus(Plan(events=600, sites=6, seed=3, prevalence=0.3), folder, processes=1)
    return folder


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[Row]:
    return [row for site_rows, _ in read_corpus(folder) for row in site_rows]


@pytest.fixture(scope="module")
def dataset(folder: Path) -> Dataset:
    return load(folder, minimum=3, processes=1)


class Listening:
    """A model that answers nothing and keeps what it was asked."""

    reference = ModelReference(name="listening", version="0", attack="enterprise 19")

    def __init__(self) -> None:
        self.asked: list[Context] = []

    def assess(self, context: Context, *, explain: bool, candidates: int) -> Verdict:
        self.asked.append(context)
        reason = NoCategory(reason="undetermined", basis="low_confidence", probability=1.0)
        return Verdict(no_category=reason)


def test_the_model_is_trained_on_what_a_run_asks_it(folder: Path, dataset: Dataset, rows: list[Row]) -> None:
    checked = 0
    for site in dict.fromkeys(dataset.site):
        model = Listening()
        text = (folder / "sites" / f"{site}.yaml").read_text(encoding="utf-8")
        run = Run(model, Site.parse(text), explain=False)
        for report in read([row.native for row in rows if row.site == site and row.view == FULL]):
            assert isinstance(report, Report)
            run.answer(report.event)
        offline = np.flatnonzero((dataset.site == site) & (dataset.view == FULL))
        assert len(offline) == len(model.asked) > 0
        for row, context in zip(offline, model.asked, strict=True):
            online = dataset.space.row(context)
            start, end = dataset.X.indptr[row : row + 2]
            assert np.array_equal(dataset.X.indices[start:end], online.indices)
            assert np.array_equal(dataset.X.data[start:end], online.values)
            checked += 1
    assert checked > 300


def test_every_row_is_told_or_decided_by_the_site(dataset: Dataset, rows: list[Row]) -> None:
    assert len(dataset) + dataset.decided == len(rows)
    assert dataset.decided > 0
    assert dataset.X.shape == (len(dataset), len(dataset.space))


def test_a_row_has_its_truth_and_its_report(dataset: Dataset, rows: list[Row]) -> None:
    known = {(row.event_key, row.revision, row.view): row for row in rows}
    for number in range(0, len(dataset), 7):
        row = known[dataset.event_key[number], dataset.revision[number], dataset.view[number]]
        truth = Outcome.parse(dataset.outcome[number])
        assert truth.techniques == tuple(sorted(row.techniques))
        assert truth.tactics == tuple(sorted(row.tactics))
        assert truth.reason == row.no_category
        assert truth.ics_tactics == tuple(sorted(row.ics_tactics))
        assert msgspec.json.decode(dataset.native(number))["method"] == dataset.method[number] == row.method
        assert (dataset.split[number], dataset.behaviour[number]) == (row.split, row.behaviour)


def test_the_columns_come_from_the_part_for_training(dataset: Dataset) -> None:
    seen = np.zeros(len(dataset.space), dtype=int)
    trained = dataset.X[np.flatnonzero(dataset.split == "train")]
    np.add.at(seen, trained.indices, 1)
    # What is believed beforehand has columns whether an event met it or not.
    believed = rule_names(Codebook.load()) | every_name()
    assert all(
        number >= 3 for name, number in zip(dataset.space.names, seen, strict=True) if name not in believed
    )
    assert believed <= set(dataset.space.names)


def test_the_number_of_processes_changes_nothing(folder: Path, dataset: Dataset) -> None:
    again = load(folder, minimum=3, processes=2)
    assert again.space.schema_hash == dataset.space.schema_hash
    assert (again.X != dataset.X).nnz == 0
    assert np.array_equal(again.outcome, dataset.outcome)


def test_columns_and_views_can_be_asked_for(folder: Path, dataset: Dataset) -> None:
    space = FeatureSpace(dataset.space.names[::2])
    full = load(folder, space=space, views=[FULL], limit=2, processes=1)
    assert full.space is space
    assert set(full.view) == {FULL}
    assert len(set(full.site)) == 2
    with pytest.raises(AdscribeError, match="no rows"):
        load(folder, views=["none such"], processes=1)
