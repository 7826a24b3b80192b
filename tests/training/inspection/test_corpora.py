"""What is shown of corpora is what they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from adscribe.errors import AdscribeError
from adscribe.training.corpora import IMPORTERS
from adscribe.training.evaluation import data_card
from adscribe.training.inspection import balance, experts
from adscribe.training.inspection.corpus import corpus
from adscribe.training.traffic.captures import load_captures
from tests.training.inspection.conftest import PLAN


def test_a_corpus_that_is_given_is_looked_at_itself(data: Path, tmp_path: Path) -> None:
    assert corpus(str(data), tmp_path) == data
    assert not list(tmp_path.iterdir())
    with pytest.raises(AdscribeError, match=r"card\.json"):
        corpus(str(tmp_path), tmp_path)


def test_none_is_simulated_with_the_same_content_each_time(data: Path) -> None:
    card = data_card(data)
    assert card["plan"]["events"] == PLAN.events
    assert card["sites"] == PLAN.sites


def test_the_kinds_of_a_method_are_shares_of_its_reports(data: Path) -> None:
    card = data_card(data)
    kinds: Any = balance.kinds(data, most=1000)
    assert kinds.sum(axis=1).to_numpy() == pytest.approx(1)
    reports: Any = pd.Series(card["counts"]["method"])[kinds.index]
    assert kinds.index.tolist() == reports.sort_values(ascending=False, kind="stable").index.tolist()
    assert (kinds[balance.CATEGORY] * reports).sum() / reports.sum() == pytest.approx(
        card["prevalence"], abs=1e-4
    )
    assert len(balance.kinds(data, most=3)) == 3


def test_sizes_say_how_often_evidence_has_two_truths() -> None:
    card = {
        **{"reports": 100, "events": 90, "rows": 150, "sites": 2, "prevalence": 0.1, "decided_by_site": 4},
        "overlap": {"reports": 96, "ambiguous_reports": 24, "ceiling": 0.97},
    }
    shown: Any = balance.sizes({"mine": card})["mine"]
    assert shown["of them with evidence that has two truths"] == "25.0%"
    assert shown["right at most, by the facts alone"] == "97.0%"


def test_what_is_lost_of_contested_evidence_is_all_but_its_commonest_truth() -> None:
    largest = [{"evidence": "SCANS/TCPSYN: source inside", "truths": {"benign": 700, "T1046": 1200}}]
    shown: Any = balance.contested({"overlap": {"largest": largest}})
    assert shown["lost"].tolist() == [700]
    assert shown["truths"].tolist() == ["700 benign, 1,200 T1046"]


def test_a_campaign_is_told_in_order_and_alone(data: Path) -> None:
    steps: Any = balance.campaign(data)
    assert steps["campaign"].nunique() == 1
    assert steps["at"].is_monotonic_increasing
    assert steps["behaviour"].nunique() > 2
    assert steps["truth"].str.match(r"T\d{4}|[a-z_]+$").all()
    name = steps["campaign"].iloc[0]
    assert balance.campaign(data, name).equals(steps)


def test_a_corpus_that_is_there_is_read_and_the_others_have_their_cards(tmp_path: Path) -> None:
    rule = {
        **{"id": "1", "title": "Beacon to a rare host", "tags": ["attack.t1071.001", "attack.execution"]},
        "logsource": {"category": "proxy"},
    }
    (tmp_path / "sigma-network").mkdir()
    (tmp_path / "sigma-network" / "rule.yml").write_text(json.dumps(rule))
    cards, told = experts.cards_of(tmp_path)
    assert told == (
        f"1 of {len(IMPORTERS)} corpora read from {tmp_path};"
        " of the others the cards that the repository ships."
    )
    shown: Any = experts.experts(cards)
    assert shown["detections"]["sigma-network"] == 1
    assert shown["detections"]["et-open-mitre"] > 10_000
    tactics: Any = experts.tactics(cards)
    assert tactics["sigma-network"]["execution"] == 100
    assert tactics["sigma-network"]["impact"] == 0
    order = tactics.index.tolist()
    assert order.index("reconnaissance") < order.index("execution") < order.index("impact")


def test_what_is_true_of_captures_names_a_category_or_a_reason() -> None:
    shown: Any = experts.captures()
    described = [one.title for one in load_captures() if one.truths]
    assert shown["capture"].unique().tolist() == described
    assert shown["truth"].str.match(r"(T\d{4}.* \(.+\)|[a-z_]+)$").all()
    assert shown["why"].str.len().min() > 10
